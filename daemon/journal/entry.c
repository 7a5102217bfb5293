/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/journal/entry.h"

#include <assert.h>
#include <sodium.h>

/* Entries. */

bool entry_counts(const struct entry *entry)
{
	return entry->what == ENTRY_EVENT && !entry->refused;
}

/* Refused: a 0, the error, the digest. What is no event: a tag, whose lowest bits are those of no
 * type. Else a fact, whose type is never 0, and its learner. */
enum {
	TYPE_BITS = 0x07,
	TAG_GONE = 0x08,
	TAG_GONE_REFUSED = 0x10, /* and the error */
	TAG_FORGET = 0x18,	 /* and the pseudonym */
	TAG_HORIZON = 0x20,	 /* and the moment, ms 8 */
};

static size_t put_other(const struct entry *entry, uint8_t to[static ENTRY_MAX])
{
	switch (entry->what) {
	case ENTRY_FORGET:
		to[0] = TAG_FORGET;
		memcpy(to + 1, entry->learner, PSEUDONYM_BYTES);
		return 1 + PSEUDONYM_BYTES;
	case ENTRY_HORIZON:
		to[0] = TAG_HORIZON;
		put_be(to + 1, (uint64_t)entry->horizon, 8);
		return 9;
	default:
		to[0] = entry->refused ? TAG_GONE_REFUSED : TAG_GONE;
		to[1] = (uint8_t)-entry->err;
		return entry->refused ? 2 : 1;
	}
}

static size_t take_other(struct text from, struct entry *ret_entry)
{
	const uint8_t *at = (const uint8_t *)from.data;

	switch (at[0]) {
	case TAG_GONE:
		ret_entry->what = ENTRY_GONE;
		return 1;
	case TAG_GONE_REFUSED:
		ret_entry->what = ENTRY_GONE;
		ret_entry->refused = true;
		if (from.size < 2 || at[1] == 0)
			return 0;
		ret_entry->err = -at[1];
		return 2;
	case TAG_FORGET:
		ret_entry->what = ENTRY_FORGET;
		if (from.size < 1 + PSEUDONYM_BYTES)
			return 0;
		memcpy(ret_entry->learner, at + 1, PSEUDONYM_BYTES);
		return 1 + PSEUDONYM_BYTES;
	case TAG_HORIZON:
		ret_entry->what = ENTRY_HORIZON;
		if (from.size < 9 || get_be(at + 1, 8) > HORIZON_MAX)
			return 0;
		ret_entry->horizon = (int64_t)get_be(at + 1, 8);
		return 9;
	default:
		return 0;
	}
}

size_t entry_encode(const struct entry *entry, uint8_t to[static ENTRY_MAX])
{
	size_t size;

	if (entry->what != ENTRY_EVENT)
		return put_other(entry, to);
	if (entry->refused) {
		to[0] = 0;
		to[1] = (uint8_t)-entry->err;
		memcpy(to + 2, entry->digest, REFUSED_DIGEST_BYTES);
		return 2 + REFUSED_DIGEST_BYTES;
	}
	size = fact_encode(&entry->fact, to);
	memcpy(to + size, entry->learner, PSEUDONYM_BYTES);
	return size + PSEUDONYM_BYTES;
}

size_t entry_decode(struct text from, struct entry *ret_entry)
{
	size_t size;

	if (from.size == 0)
		return 0;
	ret_entry->refused = from.data[0] == 0;
	ret_entry->what = ENTRY_EVENT;
	if (!ret_entry->refused && (from.data[0] & TYPE_BITS) == 0)
		return take_other(from, ret_entry);
	if (ret_entry->refused) {
		if (from.size < 2 + REFUSED_DIGEST_BYTES)
			return 0;
		ret_entry->err = -(uint8_t)from.data[1];
		memcpy(ret_entry->digest, from.data + 2, REFUSED_DIGEST_BYTES);
		return 2 + REFUSED_DIGEST_BYTES;
	}
	size = fact_decode(from, &ret_entry->fact);
	if (size == 0 || from.size - size < PSEUDONYM_BYTES)
		return 0;
	memcpy(ret_entry->learner, from.data + size, PSEUDONYM_BYTES);
	return size + PSEUDONYM_BYTES;
}

/* Chunks: format 1, 0, count 2, stream 4, seq 8, receipt 8, checksum 8. */

enum { CHUNK_FORMAT = 1, CHUNK_CHECKSUM = 24 };
static_assert(crypto_shorthash_BYTES == CHUNK_HEAD - CHUNK_CHECKSUM, "the checksum ends the head");

/* SipHash-2-4 with a key that everyone knows: against decay, not against forgers. The hash of the
 * head is half the key for the entries, so that nothing is copied. */
static void chunk_checksum(const uint8_t *head, struct text entries, uint8_t *to)
{
	static const uint8_t head_key[crypto_shorthash_KEYBYTES] = "liftd journal 1";
	uint8_t key[crypto_shorthash_KEYBYTES] = "liftd entries 1";

	crypto_shorthash(key, head, CHUNK_CHECKSUM, head_key);
	crypto_shorthash(to, (const uint8_t *)entries.data, entries.size, key);
}

void chunk_seal(uint8_t *to, const struct chunk *chunk)
{
	to[0] = CHUNK_FORMAT;
	to[1] = 0;
	put_be(to + 2, chunk->count, 2);
	put_be(to + 4, chunk->stream, 4);
	put_be(to + 8, chunk->seq, 8);
	put_be(to + 16, (uint64_t)chunk->receipt, 8);
	chunk_checksum(to, chunk->entries, to + CHUNK_CHECKSUM);
}

int chunk_open(struct text value, struct chunk *ret_chunk)
{
	const uint8_t *from = (const uint8_t *)value.data;
	uint8_t checksum[crypto_shorthash_BYTES];
	struct text entries = { value.data + CHUNK_HEAD, value.size - CHUNK_HEAD };

	if (value.size < CHUNK_HEAD)
		return LIFT_E_CORRUPT;
	chunk_checksum(from, entries, checksum);
	if (memcmp(checksum, from + CHUNK_CHECKSUM, sizeof(checksum)) != 0)
		return LIFT_E_CORRUPT;
	if (from[0] != CHUNK_FORMAT)
		return LIFT_E_NEWER;
	ret_chunk->count = (uint16_t)get_be(from + 2, 2);
	ret_chunk->stream = (uint32_t)get_be(from + 4, 4);
	ret_chunk->seq = get_be(from + 8, 8);
	ret_chunk->receipt = (int64_t)get_be(from + 16, 8);
	ret_chunk->entries = entries;
	ret_chunk->is_gone = entries.size == 0;
	return ret_chunk->count > 0 ? 0 : LIFT_E_CORRUPT;
}

bool chunk_next(struct chunk *rest, struct entry *ret_entry)
{
	size_t size;

	if (rest->is_gone) {
		*ret_entry = (struct entry){ .what = ENTRY_GONE };
		return true;
	}
	size = entry_decode(rest->entries, ret_entry);
	rest->entries.data += size;
	rest->entries.size -= size;
	return size > 0;
}
