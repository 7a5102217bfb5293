/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/contribution/belongings.h"

#include <stdlib.h>
#include <string.h>

#include "proto/err.h"
#include "proto/grow.h"

enum { BITS = 64 };

void belongings_free(struct belongings *belongings)
{
	free(belongings->items);
	free(belongings->chains);
	free(belongings->asked);
	*belongings = (struct belongings){ 0 };
}

int belongings_begin(struct belongings *belongings, uint32_t n_of)
{
	size_t words = n_of / BITS + 1;

	if (grow(&belongings->chains, &belongings->room_chains, n_of,
		 sizeof(*belongings->chains)) != 0 ||
	    grow(&belongings->asked, &belongings->room_asked, words, sizeof(uint64_t)) != 0)
		return LIFT_E_MEMORY;
	memset(belongings->asked, 0, words * sizeof(uint64_t));
	belongings->n = 0;
	belongings->n_of = n_of;
	return 0;
}

static bool is_asked(const struct belongings *belongings, uint32_t of)
{
	return belongings->asked[of / BITS] >> of % BITS & 1;
}

void belongings_ask(struct belongings *belongings, uint32_t of)
{
	if (is_asked(belongings, of))
		return;
	belongings->asked[of / BITS] |= UINT64_C(1) << of % BITS;
	belongings->chains[of] = (struct chain){ NO_BELONGING, NO_BELONGING };
}

int belongings_add(struct belongings *belongings, uint32_t of, uint32_t module, uint32_t grant)
{
	uint32_t at = (uint32_t)belongings->n;
	struct chain *chain = &belongings->chains[of];

	if (!is_asked(belongings, of))
		return 0;
	if (at == belongings->room && grow(&belongings->items, &belongings->room, at + (size_t)1,
					   sizeof(*belongings->items)) != 0)
		return LIFT_E_MEMORY;
	belongings->items[belongings->n++] = (struct belonging){ module, grant, NO_BELONGING };
	if (chain->first == NO_BELONGING)
		chain->first = at;
	else
		belongings->items[chain->last].next = at;
	chain->last = at;
	return 0;
}

uint32_t belongings_next(const struct belongings *belongings, uint32_t from)
{
	uint64_t word;

	if (from >= belongings->n_of)
		return belongings->n_of;
	word = belongings->asked[from / BITS] >> from % BITS << from % BITS;
	for (uint32_t i = from / BITS;; word = belongings->asked[++i]) {
		if (word)
			return i * BITS + (uint32_t)__builtin_ctzll(word);
		if (i == belongings->n_of / BITS)
			return belongings->n_of;
	}
}

static const struct belonging *item(const struct belongings *belongings, uint32_t at)
{
	return at == NO_BELONGING ? NULL : &belongings->items[at];
}

const struct belonging *belonging_first(const struct belongings *belongings, uint32_t of)
{
	return item(belongings, belongings->chains[of].first);
}

const struct belonging *belonging_next(const struct belongings *belongings,
				       const struct belonging *belonging)
{
	return item(belongings, belonging->next);
}
