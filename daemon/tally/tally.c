/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/tally/tally.h"

enum { FACET_SHIFT = 56, PART_SHIFT = 40 };

static uint64_t whose(const struct tally_key *key)
{
	return (uint64_t)key->home << 32 | key->subject;
}

uint64_t tally_what(const struct tally_key *key)
{
	return (uint64_t)key->facet << FACET_SHIFT | (uint64_t)key->part << PART_SHIFT |
	       key->bucket;
}

struct tally_key tally_key_of(uint32_t home, uint32_t subject, uint64_t what)
{
	return (struct tally_key){ .home = home,
				   .subject = subject,
				   .facet = what >> FACET_SHIFT,
				   .part = what >> PART_SHIFT & UINT16_MAX,
				   .bucket = what & ((UINT64_C(1) << PART_SHIFT) - 1) };
}

static int order(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

int tally_compare(const struct tally_key *a, const struct tally_key *b)
{
	int by = order(whose(a), whose(b));

	return by ? by : order(tally_what(a), tally_what(b));
}

/* home 4, subject 4, facet 1, part 2, bucket 5 */
void tally_key_encode(const struct tally_key *key, uint8_t to[static TALLY_KEY_BYTES])
{
	put_be(to, whose(key), 8);
	put_be(to + 8, tally_what(key), 8);
}

void tally_key_decode(const uint8_t from[static TALLY_KEY_BYTES], struct tally_key *ret_key)
{
	*ret_key = tally_key_of((uint32_t)get_be(from, 4), (uint32_t)get_be(from + 4, 4),
				get_be(from + 8, 8));
}
