/* SPDX-License-Identifier: Apache-2.0 */
/*
 * send.h - what is pending goes to the daemon.
 */
#ifndef LIFT_CLI_SYNCING_SEND_H
#define LIFT_CLI_SYNCING_SEND_H

#include "clients/cli/publish.h"
#include "clients/cli/sync/known.h"

/* Send all that is pending, in the stream that it has, and wait for the verdicts: `refused` is set
 * of each fact that was. *ret_done: there is one on all of it. A status. */
int send_pending(const struct publish_plan *plan, const char *name, struct known *known,
		 bool *ret_done);

#endif
