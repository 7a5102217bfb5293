/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/figures/by_home.h"

#include <stdlib.h>

#include "proto/grow.h"

/* Where the counts of a home are, if they are of this turn. */
struct place {
	uint64_t turn;
	size_t at, n;
};

struct by_home {
	struct tallies tallies;
	uint32_t subject;
	uint64_t turn; /* a begin is a new one */
	struct count *items;
	size_t n, room;
	int err; /* of the home that is being read */
	struct place places[];
};

struct by_home *by_home_new(const struct catalogue *catalogue)
{
	return calloc(1, sizeof(struct by_home) + catalogue->n_regions * sizeof(struct place));
}

void by_home_free(struct by_home *by_home)
{
	if (by_home)
		free(by_home->items);
	free(by_home);
}

void by_home_begin(struct by_home *by_home, const struct tallies *tallies, uint32_t subject)
{
	by_home->tallies = *tallies;
	by_home->subject = subject;
	by_home->turn++;
	by_home->n = 0;
}

uint32_t by_home_subject(const struct by_home *by_home)
{
	return by_home->subject;
}

static void keep(void *context, const struct tally_key *key, int64_t n)
{
	struct by_home *by_home = context;

	if (by_home->n == by_home->room && !by_home->err)
		by_home->err = grow(&by_home->items, &by_home->room, by_home->n + 1,
				    sizeof(*by_home->items));
	if (!by_home->err)
		by_home->items[by_home->n++] =
			(struct count){ key->facet, key->part, key->bucket, n };
}

int by_home_read(struct by_home *by_home, uint32_t home, struct counts *ret_counts)
{
	struct place *place = &by_home->places[home];
	size_t before = by_home->n;
	int err = 0;

	if (place->turn != by_home->turn) {
		by_home->err = 0;
		err = by_home->tallies.range(by_home->tallies.source, home, by_home->subject, keep,
					     by_home);
		err = err ? err : by_home->err;
		if (err) {
			by_home->n = before;
			return err;
		}
		*place = (struct place){ by_home->turn, before, by_home->n - before };
	}
	*ret_counts = (struct counts){ by_home->items + place->at, place->n };
	return 0;
}
