/* SPDX-License-Identifier: Apache-2.0 */
/*
 * load.h - a configuration from its file.
 */
#ifndef LIFTD_CONFIG_LOAD_H
#define LIFTD_CONFIG_LOAD_H

#include "proto/config.h"

/* Where a configuration is. */
struct config_place {
	const char *path;
	bool absent_ok; /* the default one need not be there */
};

/* As config_parse, with the environment of the process. */
int config_load(const struct config_place *place, struct yaml_errors *errors,
		struct config **ret_config);

#endif
