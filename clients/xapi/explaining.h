/* SPDX-License-Identifier: Apache-2.0 */
/*
 * explaining.h - what would become of the statements of a file, for people.
 */
#ifndef LIFT_XAPI_EXPLAINING_H
#define LIFT_XAPI_EXPLAINING_H

#include "clients/xapi/setup/config.h"

/* JSON: one statement, an array, or one a line; "-" is standard input. As if `platform` had sent
 * them; NULL: the first of the configuration. Nothing is sent. It names learners. An exit status: 1
 * where one is none. */
int explaining_print(const struct xapi_config *config, const char *path, const char *platform);

#endif
