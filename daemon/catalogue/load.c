/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/catalogue/load.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/base/load.h"

int catalogue_load(const char *path, struct yaml_errors *errors, struct catalogue **ret_catalogue)
{
	bool is_default = strcmp(path, LIFT_SYSCONFDIR "/catalogue.yaml") == 0;
	struct text text;
	int err = load_file(path, is_default, errors, &text);

	if (err)
		return err;
	err = catalogue_parse(text, errors, ret_catalogue);
	free((char *)text.data);
	return err;
}
