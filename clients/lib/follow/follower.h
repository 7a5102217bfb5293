/* SPDX-License-Identifier: Apache-2.0 */
/*
 * follower.h - a follower a step at a time, for whoever waits for more than it, or wants to know
 * whether what it gave is all that there was to a tick.
 */
#ifndef LIFT_LIB_FOLLOW_FOLLOWER_H
#define LIFT_LIB_FOLLOW_FOLLOWER_H

#include "clients/lib/wire.h"
#include "proto/bytes.h"

/* As lift_follower_open, for functions that say themselves what went wrong. */
int follower_open(const char *publish, const char *snapshot, const struct lift_keys *keys,
		  const char *const topics[], size_t n_topics, int buffer,
		  struct lift_follower **ret_follower);

/* The next message that is news, without waiting; it lives until the next call. LIFT_E_NOT_FOUND:
 * there is none, until one of its sockets has something or follower_due_ms has come. */
int follower_take(struct lift_follower *follower, struct text *ret_topic, const json_t **ret_body);

/* When it has something to do, whether or not anything comes; INT64_MAX: never. */
int64_t follower_due_ms(const struct lift_follower *follower);

/* How long the daemon's last tick took; 0: not known. */
int64_t follower_tick_ms(const struct lift_follower *follower);

/* Its sockets: the second is NULL while no snapshot comes in. */
void follower_wires(struct lift_follower *follower, struct wire *ret_wires[static 2]);

/* After the beat of this tick: is all that was given by then what the daemon had at the tick's end?
 * Not so before the first snapshot is complete, after something was missed until one has made up
 * for it, and where one that came in is ahead of the subscription. */
bool follower_is_settled(const struct lift_follower *follower, uint64_t seq);

#endif
