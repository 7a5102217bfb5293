/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/learner/homes.h"
#include "proto/grow.h"

#include <stdlib.h>

void homes_free(struct homes *homes)
{
	free(homes->items);
	*homes = (struct homes){ 0 };
}

static int compare_claims(const void *a, const void *b)
{
	const struct home *x = a, *y = b;

	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	return text_compare(x->text, y->text);
}

/* Of several claims at one time the greatest counts; what says the same home again is no move. */
static void keep_moves(struct homes *homes)
{
	size_t n = 0;

	for (size_t i = 0; i < homes->n; i++) {
		const struct home *claim = &homes->items[i];

		if (i + 1 < homes->n && homes->items[i + 1].from == claim->from)
			continue;
		if (n == 0 || homes->items[n - 1].region != claim->region)
			homes->items[n++] = *claim;
	}
	homes->n = n;
}

int homes_make(struct homes *homes, const struct learner *learner, const struct profiles *profiles,
	       int64_t until)
{
	homes->n = 0;
	if (grow(&homes->items, &homes->room, learner->n, sizeof(*homes->items)) != 0)
		return LIFT_E_MEMORY;
	for (size_t i = 0; i < learner->n; i++) {
		const struct fact *fact = &learner->facts[i];
		const struct profile *profile = profiles->items[fact->profile];

		if (fact->time < until)
			homes->items[homes->n++] =
				(struct home){ fact->time, profile->region, profile->home };
	}
	qsort(homes->items, homes->n, sizeof(*homes->items), compare_claims);
	keep_moves(homes);
	return 0;
}

uint32_t homes_at(const struct homes *homes, int64_t moment)
{
	size_t low = 0, high = homes->n;

	/* The last that is not later; the first where all are. */
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (homes->items[middle].from <= moment)
			low = middle;
		else
			high = middle;
	}
	return homes->items[low].region;
}
