/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/config/dirs.h"

#include <assert.h>
#include <string.h>

#include "daemon/base/dir.h"
#include "daemon/base/state.h"

static_assert((int)CONFIG_DIR_MAX <= (int)STATE_DIR_MAX, "all in the state has a path that fits");

static int make_dirs_of(const struct config *config, const struct texts *endpoints,
			char *ret_failed)
{
	int err = 0;

	for (size_t i = 0; i < endpoints->count && !err; i++)
		if (strncmp(endpoints->items[i], "ipc://", 6) == 0)
			err = dir_make_for(config->runtime, endpoints->items[i] + 6, ret_failed);
	return err;
}

int config_make_dirs(const struct config *config, char *ret_failed)
{
	const struct texts *const lists[] = { &config->events, &config->intake, &config->control };
	int err = 0;

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]) && !err; i++)
		err = make_dirs_of(config, lists[i], ret_failed);
	for (size_t i = 0; i < config->n_audiences && !err; i++) {
		err = make_dirs_of(config, &config->audiences[i].publish, ret_failed);
		if (!err)
			err = make_dirs_of(config, &config->audiences[i].snapshot, ret_failed);
		if (!err)
			err = make_dirs_of(config, &config->audiences[i].ask, ret_failed);
	}
	return err;
}
