/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/tally/tally.h"

struct tally_key tally_key_of(uint32_t home, uint32_t subject, uint64_t what)
{
	return (struct tally_key){ .home = home,
				   .subject = subject,
				   .facet = what >> TALLY_FACET_SHIFT,
				   .part = what >> TALLY_PART_SHIFT & UINT16_MAX,
				   .bucket = what & ((UINT64_C(1) << TALLY_PART_SHIFT) - 1) };
}

/* home 4, subject 4, facet 1, part 2, bucket 5 */
void tally_key_encode(const struct tally_key *key, uint8_t to[static TALLY_KEY_BYTES])
{
	put_be(to, tally_whose(key), 8);
	put_be(to + 8, tally_what(key), 8);
}

void tally_key_decode(const uint8_t from[static TALLY_KEY_BYTES], struct tally_key *ret_key)
{
	*ret_key = tally_key_of((uint32_t)get_be(from, 4), (uint32_t)get_be(from + 4, 4),
				get_be(from + 8, 8));
}
