/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/publish/topic_order.h"

#include <stdlib.h>

static int compare(const void *a, const void *b)
{
	return text_compare((*(struct topic *const *)a)->name, (*(struct topic *const *)b)->name);
}

/* Others, in order, among the first n in order, behind which there is room for them. */
static void merge(struct topic **sorted, size_t n, struct topic *const *others, size_t n_others)
{
	while (n_others > 0) {
		bool is_behind = n == 0 || compare(&sorted[n - 1], &others[n_others - 1]) < 0;
		size_t to = n + n_others - 1;

		sorted[to] = is_behind ? others[--n_others] : sorted[--n];
	}
}

int topic_order_take(struct topic_order *order, struct topic *const *topics, size_t n)
{
	size_t fresh = n - order->n;
	struct topic **sorted, **others;

	if (fresh == 0)
		return 0;
	sorted = realloc(order->sorted, n * sizeof(struct topic *));
	if (!sorted)
		return LIFT_E_MEMORY;
	order->sorted = sorted;
	others = malloc(fresh * sizeof(struct topic *));
	if (!others)
		return LIFT_E_MEMORY;
	memcpy(others, topics + order->n, fresh * sizeof(struct topic *));
	qsort(others, fresh, sizeof(struct topic *), compare);
	merge(sorted, order->n, others, fresh);
	free(others);
	order->n = n;
	return 0;
}

void topic_order_clear(struct topic_order *order)
{
	free(order->sorted);
	*order = (struct topic_order){ 0 };
}
