/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/config/load.h"

#include <stdlib.h>
#include <unistd.h>

#include "daemon/base/load.h"

int config_load(const struct config_place *place, struct yaml_errors *errors,
		struct config **ret_config)
{
	struct text text;
	int err = load_file(place->path, place->absent_ok, errors, &text);

	*ret_config = NULL;
	if (err)
		return err;
	err = config_parse(text, errors, getenv, geteuid() == 0, ret_config);
	free((char *)text.data);
	return err;
}
