/* SPDX-License-Identifier: Apache-2.0 */
/*
 * subscriber.h - a subscriber, for those who have one: a message as it lies there, and its socket.
 */
#ifndef LIFT_LIB_FOLLOW_SUBSCRIBER_H
#define LIFT_LIB_FOLLOW_SUBSCRIBER_H

#include "clients/lib/wire.h"
#include "proto/bytes.h"

/* As lift_subscriber_open, for functions that say themselves what went wrong. */
int subscriber_open(const char *endpoint, const struct lift_keys *keys, const char *const topics[],
		    size_t n_topics, int buffer, struct lift_subscriber **ret_subscriber);

/* As lift_subscriber_next, without a copy of the topic. */
int subscriber_next(struct lift_subscriber *subscriber, int timeout_ms, struct text *ret_topic,
		    struct text *ret_body);

/* Are these beginnings of topics, `max` at most? LIFT_E_TOPICS. */
int subscriber_check_topics(const char *const topics[], size_t n_topics, size_t max);

/* Its socket, to wait for it with others. */
struct wire *wire_of_subscriber(struct lift_subscriber *subscriber);

#endif
