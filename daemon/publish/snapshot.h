/* SPDX-License-Identifier: Apache-2.0 */
/*
 * snapshot.h - the ROUTER beside an audience's XPUB: the current message of each topic, in pages,
 * which go out in slices: one page at a time of an audience, its audiences in turn. For this folder
 * alone.
 */
#ifndef LIFTD_PUBLISH_SNAPSHOT_H
#define LIFTD_PUBLISH_SNAPSHOT_H

#include "proto/texts.h"

struct audience;
struct publish;

/* Answer snapshot requests at an audience's endpoints. LIFT_E_SOCKET, LIFT_E_MEMORY, LIFT_E_BUSY.
 */
int snapshot_open(struct audience *audience, void *zmq, const struct texts *endpoints);
void snapshot_close(struct audience *audience);

/* Join the loop, for the slices: LIFT_E_BUSY. */
int snapshots_begin(struct publish *publish);
/* The epoch has changed: a page of the one before ends with what has gone out, and the client asks
 * for the next one; one of which nothing has begins anew. */
void snapshots_begin_epoch(struct publish *publish);

#endif
