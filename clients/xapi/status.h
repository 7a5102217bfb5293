/* SPDX-License-Identifier: Apache-2.0 */
/*
 * status.h - how it is: told to a platform about itself, to all about the versions, and to the log.
 */
#ifndef LIFT_XAPI_STATUS_H
#define LIFT_XAPI_STATUS_H

#include "clients/xapi/gateway.h"

/* Answers, the caller's (json_decref); NULL: out of memory. */
json_t *status_about(void);
json_t *status_show(struct gateway *gateway, const char *platform);

/* Once a second: what a source's outbox says of the daemon, and events that were refused. */
void status_look(struct gateway *gateway);
/* The line for `systemctl status`. */
void status_line(struct gateway *gateway, char to[static 200]);

#endif
