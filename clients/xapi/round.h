/* SPDX-License-Identifier: Apache-2.0 */
/*
 * round.h - what has come is written, and then answered.
 *
 * First the events, into each source's outbox, then the shelf: a crash between the two gives events
 * that come a second time, with the same content, which count once. The other order would lose
 * them. Where a statement has no time, the shelf has before all that when it came: else its event
 * would not have the same content.
 */
#ifndef LIFT_XAPI_ROUND_H
#define LIFT_XAPI_ROUND_H

#include "clients/xapi/gateway.h"

/* Of the requests that are pending, as many as one round takes. */
void round_run(struct gateway *gateway);

/* Write what requests of one source give: into the transaction of the shelf that is open, and its
 * outbox. Those that fail have a status then; where all have, nothing of them is written. */
void round_source(struct gateway *gateway, const char *source, struct work *const works[],
		  size_t n);

#endif
