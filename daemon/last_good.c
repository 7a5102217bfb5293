/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/last_good.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/base/dir.h"
#include "daemon/base/load.h"
#include "daemon/base/log.h"
#include "daemon/base/state.h"
#include "daemon/publish/audience.h"

enum { WHY_MAX = 400 /* bytes */ };

void last_good_keep(const char *state, const struct catalogue *catalogue)
{
	char path[PATH_MAX], aside[PATH_MAX];

	state_path(path, state, STATE_CATALOGUE);
	state_path(aside, state, STATE_CATALOGUE_NEW);
	if (dir_put(state, aside, path, catalogue->text) != 0)
		log_warning("catalogue cannot be kept for the next start: path=%s reason=\"%s\"",
			    path, strerror(errno));
}

bool last_good_is(const char *state, const struct catalogue *catalogue)
{
	char path[PATH_MAX];

	state_path(path, state, STATE_CATALOGUE);
	return access(path, F_OK) != 0 || load_equals(path, catalogue->text);
}

int last_good_load(const struct config *config, struct catalogue **ret_catalogue)
{
	struct catalogue *catalogue = NULL;
	struct yaml_errors errors = { 0 };
	struct text text = { NULL, 0 };
	char path[PATH_MAX];
	int err;

	state_path(path, config->state, STATE_CATALOGUE);
	if (access(path, F_OK) != 0)
		return LIFT_E_NOT_FOUND;
	errors.file = path;
	err = load_file(path, false, &errors, &text);
	if (!err)
		err = catalogue_parse(text, &errors, &catalogue);
	if (!err)
		err = audience_check(config, catalogue, &errors);
	free((char *)text.data);
	yaml_errors_clear(&errors);
	if (err)
		catalogue_free(catalogue);
	else
		*ret_catalogue = catalogue;
	return err;
}

char *last_good_why(int err, const struct yaml_errors *errors)
{
	const char *text = errors->text ? errors->text : lift_err_text(err);
	size_t size = strcspn(text, "\n");

	if (size > WHY_MAX) {
		size = WHY_MAX;
		while (size > 0 && ((unsigned char)text[size] & 0xc0) == 0x80)
			size--; /* no character is cut */
	}
	return strndup(text, size);
}
