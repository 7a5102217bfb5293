/* SPDX-License-Identifier: Apache-2.0 */
/*
 * refused.h - what is held because it could not become events, for people.
 */
#ifndef LIFT_XAPI_REFUSED_H
#define LIFT_XAPI_REFUSED_H

#include "clients/xapi/setup/config.h"

/* Print how many there are, by reason; or, a line of JSON each, their reasons and ids. No
 * learner is in it. Beside a gateway that runs, or without one. An exit status. */
int refused_print(const struct xapi_config *config, bool in_json);

#endif
