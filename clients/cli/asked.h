/* SPDX-License-Identifier: Apache-2.0 */
/*
 * asked.h - whom figures are asked of: the daemon's operators' door, or an audience's, which
 * answers what that audience sees.
 */
#ifndef LIFT_CLI_ASKED_H
#define LIFT_CLI_ASKED_H

#include <jansson.h>

#include "clients/cli/endpoints.h"

struct asked {
	const char *endpoint; /* of the endpoints that it was chosen from, as are the keys */
	const struct lift_keys *keys;
	bool audience; /* it is an audience's `ask` */
};

/* That of the audience that was named, of which the endpoints are; where none was, operators', and
 * where there is none for these, that of the first audience. Complained about: a status. */
int asked_choose(const struct endpoints *endpoints, const char *audience, struct asked *ret_asked);

/* The day of the live figures and the daemon's time, as status has them, `as_of` and `clock`: of an
 * operator with all of the status. The caller's; NULL, and complained about: *ret_status. */
json_t *asked_status(const struct asked *asked, int *ret_status);

#endif
