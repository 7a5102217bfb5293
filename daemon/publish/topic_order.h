/* SPDX-License-Identifier: Apache-2.0 */
/*
 * topic_order.h - topics in order of names, kept as more of them come. For this folder alone.
 */
#ifndef LIFTD_PUBLISH_TOPIC_ORDER_H
#define LIFTD_PUBLISH_TOPIC_ORDER_H

#include "daemon/publish/topics.h"

/* { 0 }: none. */
struct topic_order {
	struct topic **sorted;
	size_t n;
};

/* All of n topics, of which the first are those that it had before. LIFT_E_MEMORY: as it was. */
int topic_order_take(struct topic_order *order, struct topic *const *topics, size_t n);
void topic_order_clear(struct topic_order *order);

#endif
