/* SPDX-License-Identifier: Apache-2.0 */
/*
 * snapshot.h - the ROUTER beside an audience's XPUB: the current message of each topic, in pages.
 */
#ifndef LIFTD_PUBLISH_SNAPSHOT_H
#define LIFTD_PUBLISH_SNAPSHOT_H

#include "proto/texts.h"

struct audience;

/* Answer snapshot requests at an audience's endpoints. */
int snapshot_open(struct audience *audience, void *zmq, const struct texts *endpoints);

#endif
