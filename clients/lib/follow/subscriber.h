/* SPDX-License-Identifier: Apache-2.0 */
/*
 * subscriber.h - a subscriber, for those who have one: a message as it lies there, and its socket.
 */
#ifndef LIFT_LIB_FOLLOW_SUBSCRIBER_H
#define LIFT_LIB_FOLLOW_SUBSCRIBER_H

#include "clients/lib/wire.h"
#include "proto/bytes.h"

/* As lift_subscriber_next, without a copy of the topic. */
int subscriber_next(struct lift_subscriber *subscriber, int timeout_ms, struct text *ret_topic,
		    struct text *ret_body);

/* Its socket, to wait for it with others. */
struct wire *wire_of_subscriber(struct lift_subscriber *subscriber);

#endif
