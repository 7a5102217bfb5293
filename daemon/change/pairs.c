/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/change/pairs.h"

#include <stdlib.h>

#include "proto/grow.h"

struct gathering {
	struct pairs *pairs;
	int err; /* sticks */
};

static void add_pair(void *context, uint32_t home, uint32_t subject)
{
	struct gathering *gathering = context;
	struct pairs *pairs = gathering->pairs;

	if (grow(&pairs->items, &pairs->room, pairs->n + 1, sizeof(*pairs->items)) != 0)
		gathering->err = LIFT_E_MEMORY;
	else
		pairs->items[pairs->n++] = (struct pair){ home, subject, false, false };
}

int pairs_find(struct pairs *pairs, const struct catalogue *catalogue, struct ledger_view *ledger)
{
	struct gathering gathering = { pairs, 0 };
	int err = ledger_view_subjects(ledger, add_pair, &gathering);
	size_t at = 0;

	if (err || gathering.err)
		return err ? err : gathering.err;
	pairs->first = calloc((size_t)catalogue->n_regions + 1, sizeof(*pairs->first));
	if (!pairs->first)
		return LIFT_E_MEMORY;
	for (uint32_t home = 0; home <= catalogue->n_regions; home++) {
		while (at < pairs->n && pairs->items[at].home < home)
			at++;
		pairs->first[home] = at;
	}
	return 0;
}

void pairs_free(struct pairs *pairs)
{
	free(pairs->items);
	free(pairs->first);
	*pairs = (struct pairs){ 0 };
}

static bool has_pair(const struct pairs *pairs, uint32_t home, uint32_t subject)
{
	size_t low = pairs->first[home], end = pairs->first[home + 1], high = end;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (pairs->items[middle].subject < subject)
			low = middle + 1;
		else
			high = middle;
	}
	return low < end && pairs->items[low].subject == subject;
}

struct counting {
	enum facet facet;
	int part; /* below 0: any */
	int64_t n;
};

static void count(void *context, const struct tally_key *key, int64_t n)
{
	struct counting *counting = context;

	if (key->facet == counting->facet &&
	    (counting->part < 0 || key->part == (unsigned)counting->part))
		counting->n += n;
}

static int count_in(const struct pairs *pairs, struct ledger_view *ledger,
		    const struct region *region, uint32_t subject, struct counting *counting)
{
	struct tallies tallies = ledger_view_tallies(ledger);
	int err = 0;

	for (uint32_t h = 0; h < region->n_homes && !err; h++)
		if (has_pair(pairs, region->homes[h], subject))
			err = tallies.range(tallies.source, region->homes[h], subject, count,
					    counting);
	return err;
}

static int count_facet(const struct pairs *pairs, struct ledger_view *ledger,
		       const struct region *region, uint32_t subject, struct counting counting,
		       int64_t *ret_n)
{
	int err = count_in(pairs, ledger, region, subject, &counting);

	*ret_n = counting.n;
	return err;
}

/* Each learner has one first stretch of a competence; and one last fact in others, or is enrolled
 * only: of these, who is not admitted yet is not told from who has begun. */
int pairs_count_subject(const struct pairs *pairs, struct ledger_view *ledger,
			const struct region *region, uint32_t subject, int64_t *ret_n)
{
	int64_t enrolled, not_started;
	int err;

	if (subject_kind(subject) == KIND_COMPETENCE)
		return count_facet(pairs, ledger, region, subject,
				   (struct counting){ FACET_STRETCH, STRETCH_FIRST, 0 }, ret_n);
	err = count_facet(pairs, ledger, region, subject, (struct counting){ FACET_LAST, -1, 0 },
			  ret_n);
	if (!err)
		err = count_facet(pairs, ledger, region, subject,
				  (struct counting){ FACET_NOT_STARTED, -1, 0 }, &not_started);
	if (!err)
		err = count_facet(pairs, ledger, region, subject,
				  (struct counting){ FACET_ENROLLED, -1, 0 }, &enrolled);
	if (!err)
		*ret_n = enrolled > *ret_n + not_started ? enrolled : *ret_n + not_started;
	return err;
}

int pairs_count_value(const struct pairs *pairs, struct ledger_view *ledger,
		      const struct catalogue *catalogue, uint32_t by, int64_t *ret_n)
{
	struct counting counting = { FACET_BY_LEARNERS, (int)by, 0 };
	int err = count_in(pairs, ledger, &catalogue->regions[REGION_ALL],
			   subject_of(KIND_PEOPLE, 0), &counting);

	*ret_n = counting.n;
	return err;
}

int pairs_count_dimension(const struct pairs *pairs, struct ledger_view *ledger,
			  const struct catalogue *catalogue, uint32_t dimension, int64_t *ret_n)
{
	int64_t n = 0, more;
	int err = 0;

	for (uint32_t v = 0; v < catalogue->dimensions[dimension].n_values && !err; v++) {
		err = pairs_count_value(pairs, ledger, catalogue, tally_by(dimension, v), &more);
		n += more;
	}
	*ret_n = n;
	return err;
}
