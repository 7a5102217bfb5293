/* SPDX-License-Identifier: Apache-2.0 */
/*
 * snapshot.h - the ROUTER beside an audience's XPUB: the current message of each topic, in pages.
 */
#ifndef LIFTD_PUBLISH_SNAPSHOT_H
#define LIFTD_PUBLISH_SNAPSHOT_H

#include "daemon/base/texts.h"
#include "daemon/net/loop.h"

struct audience;

/* Answer snapshot requests at an audience's endpoints. */
int snapshot_open(struct loop *loop, void *zmq, const struct texts *endpoints,
		  struct audience *audience, const char **ret_failed);

#endif
