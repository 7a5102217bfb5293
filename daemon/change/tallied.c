/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/change/tallied.h"

static void look(void *context, const struct tally_key *key, int64_t n)
{
	struct looking *looking = context;
	int32_t day = (int32_t)key->bucket;

	for (int i = 0; i < 3; i++)
		looking->found |= n > 0 && key->facet == looking->facets[i] &&
				  day >= looking->from && day <= looking->to;
}

bool tallied_day(struct ledger_view *ledger, const struct pair *pair, struct looking looking,
		 int *err)
{
	struct tallies tallies = ledger_view_tallies(ledger);
	int failed = tallies.range(tallies.source, pair->home, pair->subject, look, &looking);

	if (failed)
		*err = failed;
	return looking.found;
}

struct counting {
	enum facet facet;
	int part;
	int64_t n;
};

static void count(void *context, const struct tally_key *key, int64_t n)
{
	struct counting *counting = context;

	if (key->facet == counting->facet &&
	    (counting->part < 0 || key->part == (unsigned)counting->part))
		counting->n += n;
}

int64_t tallied_count(struct ledger_view *ledger, const struct pair *pair, enum facet facet,
		      int part, int *err)
{
	struct counting counting = { facet, part, 0 };
	struct tallies tallies = ledger_view_tallies(ledger);
	int failed = tallies.range(tallies.source, pair->home, pair->subject, count, &counting);

	if (failed)
		*err = failed;
	return counting.n;
}
