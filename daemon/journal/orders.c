/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/journal/orders.h"

#include <pthread.h>
#include <stdlib.h>

struct orders {
	pthread_mutex_t lock; /* of all that follows */
	uint64_t number;      /* of the last one */
	struct slot {
		enum { FREE, ASKED, TAKEN, DONE } state;
		struct order order;
	} slots[ORDERS_MAX];
};

struct orders *orders_new(void)
{
	struct orders *orders = calloc(1, sizeof(*orders));

	if (orders)
		pthread_mutex_init(&orders->lock, NULL);
	return orders;
}

void orders_free(struct orders *orders)
{
	if (!orders)
		return;
	pthread_mutex_destroy(&orders->lock);
	free(orders);
}

/* The oldest in a state, or NULL. */
static struct slot *find(struct orders *orders, int state)
{
	struct slot *found = NULL;

	for (size_t i = 0; i < ORDERS_MAX; i++) {
		struct slot *slot = &orders->slots[i];

		if ((int)slot->state == state &&
		    (!found || slot->order.number < found->order.number))
			found = slot;
	}
	return found;
}

uint64_t orders_ask(struct orders *orders, const struct order *order)
{
	uint64_t number = 0;
	struct slot *slot;

	pthread_mutex_lock(&orders->lock);
	slot = find(orders, FREE);
	if (slot) {
		number = ++orders->number;
		slot->order = *order;
		slot->order.number = number;
		slot->state = ASKED;
	}
	pthread_mutex_unlock(&orders->lock);
	return number;
}

static bool take(struct orders *orders, int state, int next_state, struct order *ret_order)
{
	struct slot *slot;

	pthread_mutex_lock(&orders->lock);
	slot = find(orders, state);
	if (slot) {
		*ret_order = slot->order;
		slot->state = next_state;
	}
	pthread_mutex_unlock(&orders->lock);
	return slot != NULL;
}

bool orders_take(struct orders *orders, struct order *ret_order)
{
	return take(orders, ASKED, TAKEN, ret_order);
}

bool orders_take_done(struct orders *orders, struct order *ret_order)
{
	return take(orders, DONE, FREE, ret_order);
}

void orders_done(struct orders *orders, const struct order *order)
{
	pthread_mutex_lock(&orders->lock);
	for (size_t i = 0; i < ORDERS_MAX; i++) {
		struct slot *slot = &orders->slots[i];

		if (slot->state != TAKEN || slot->order.number != order->number)
			continue;
		slot->order = *order;
		slot->state = DONE;
	}
	pthread_mutex_unlock(&orders->lock);
}
