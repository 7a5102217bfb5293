/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys and values of the journal's databases, as a damaged disk may have them: what is taken for
 * one gives the same bytes when it is written again.
 *
 * An input is the number of the database, the size of the key, the key, and the value.
 */
#include "daemon/journal/lmdb/layout.h"
#include "tests/fuzz/fuzz.h"

static bool same(struct text a, struct text b)
{
	return text_equal(a, b);
}

static void read_index(struct text key, struct text value)
{
	uint8_t bytes[INDEX_KEY];
	uint64_t seq, number;
	uint32_t stream;

	if (index_key_decode(key, &stream, &seq) == 0)
		REQUIRE(same(index_key_encode(stream, seq, bytes), key));
	if (number_decode(value, &number) == 0)
		REQUIRE(same(number_encode(number, bytes), value));
}

static void read_name(struct text key, struct text value)
{
	uint8_t bytes[NAME_KEY], stream_bytes[STREAM_NAME_MAX], profile_bytes[PROFILE_MAX];
	struct profile_key profile;
	enum name_kind kind;
	struct text stream;
	uint32_t id;

	if (name_key_decode(key, &kind, &id) == 0) {
		REQUIRE(kind < NAME_KINDS);
		REQUIRE(same(name_key_encode(kind, id, bytes), key));
	}
	if (stream_name_decode(value, &id, &stream) == 0)
		REQUIRE(same(stream_name_encode(id, stream, stream_bytes), value));
	if (profile_key_decode(value, &profile) == 0)
		REQUIRE(same(profile_key_encode(&profile, profile_bytes), value));
}

static void read_stream(struct text key, struct text value)
{
	uint8_t bytes[STREAM_ROW_MAX];
	struct stream stream;
	uint32_t id;

	if (id_decode(key, &id) != 0 || stream_row_decode(id, value, &stream) != 0)
		return;
	REQUIRE(stream.n_ranges <= STREAM_RANGES_MAX + 1);
	REQUIRE(same(stream_row_encode(&stream, bytes), value));
}

static void read_source(struct text key, struct text value)
{
	struct source_record record;
	uint8_t bytes[SOURCE_ROW];
	struct text again;

	(void)key;
	if (source_row_decode(value, &record) != 0)
		return;
	again = source_row_encode(&record, bytes);
	/* One of an older format is its beginning. */
	again.size = value.size;
	REQUIRE(same(again, value));
}

static void read_row(struct text key, struct text value)
{
	uint8_t bytes[QUARANTINE_ROW_MAX];
	struct quarantined row;

	if (quarantined_decode(key, value, &row) != 0)
		return;
	REQUIRE(row.sent.size == 0 || row.sent.data + row.sent.size == value.data + value.size);
	if (row.sent.size + row.retry.size <= JOURNAL_SENT_MAX)
		REQUIRE(same(quarantined_encode(&row, bytes), value));
}

static void read_meta(struct text key, struct text value)
{
	struct sum sums[DB_COUNT];
	uint8_t bytes[LISTENED_MAX > SUMS_BYTES ? LISTENED_MAX : SUMS_BYTES];
	struct outages outages;
	struct text again;
	int64_t last_ms, horizon;

	(void)key;
	if (horizon_decode(value, &horizon) == 0) {
		REQUIRE(horizon >= 0 && horizon <= HORIZON_MAX);
		REQUIRE(same(horizon_encode(horizon, bytes), value));
	}
	if (listened_decode(value, &last_ms, &outages) == 0) {
		REQUIRE(outages_end_of(&outages, 0, 1) > 0);
		REQUIRE(outages_between(&outages, 0, LISTENED_MS_MAX) <= LISTENED_MS_MAX);
		REQUIRE(same(listened_encode(last_ms, &outages, bytes), value));
	}
	if (sums_decode(value, sums) != 0)
		return;
	again = sums_encode(sums, bytes);
	again.size = value.size; /* likewise */
	REQUIRE(same(again, value));
}

static void read_stream_id(struct text key, struct text value)
{
	uint8_t name[STREAM_NAME_MAX], bytes[ID_KEY];
	struct text stream;
	uint32_t id;

	if (stream_name_decode(key, &id, &stream) == 0)
		REQUIRE(same(stream_name_encode(id, stream, name), key));
	if (id_decode(value, &id) == 0)
		REQUIRE(same(id_encode(id, bytes), value));
}

static void read_gap(struct text key, struct text value)
{
	uint8_t bytes[GAP_ROW];
	uint32_t source, stream;
	uint64_t missing;
	int64_t since;

	if (gap_key_decode(key, &source, &stream) == 0)
		REQUIRE(same(gap_key_encode(source, stream, bytes), key));
	if (gap_row_decode(value, &since, &missing) == 0)
		REQUIRE(same(gap_row_encode(since, missing, bytes), value));
}

static void read_refused(struct text key, struct text value)
{
	uint8_t bytes[REFUSED_KEY];
	uint32_t source;
	uint64_t row;

	(void)value;
	if (refused_key_decode(key, &source, &row) == 0)
		REQUIRE(same(refused_key_encode(source, row, bytes), key));
}

/* Entries are read one behind the other, to the end of the chunk or the first that is none. */
static void read_chunk(struct text key, struct text value)
{
	struct chunk chunk;
	struct entry entry;

	(void)key;
	if (chunk_open(value, &chunk) != 0)
		return;
	REQUIRE(chunk.count >= 1);
	for (uint16_t i = 0; i < chunk.count; i++) {
		struct text before = chunk.entries;
		uint8_t bytes[ENTRY_MAX];
		size_t size;

		if (!chunk_next(&chunk, &entry))
			return;
		REQUIRE(chunk.entries.size <= before.size);
		size = before.size - chunk.entries.size;
		REQUIRE(size > 0 || chunk.is_gone);
		if (entry.what != ENTRY_EVENT && size > 0) {
			REQUIRE(entry_encode(&entry, bytes) == size);
			REQUIRE(memcmp(bytes, before.data, size) == 0);
		}
	}
}

static void read_forget(struct text key, struct text value)
{
	uint8_t pseudonym[PSEUDONYM_BYTES], bytes[NUMBER_KEY];
	uint64_t number;

	if (pseudonym_key_decode(key, pseudonym) == 0)
		REQUIRE(same(pseudonym_key(pseudonym), key));
	if (number_decode(value, &number) == 0)
		REQUIRE(same(number_encode(number, bytes), value));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const fns[DB_COUNT])(struct text key, struct text value) = {
		[DB_META] = read_meta,
		[DB_ENTRIES] = read_chunk,
		[DB_INDEX] = read_index,
		[DB_NAMES] = read_name,
		[DB_STREAMS] = read_stream,
		[DB_SOURCES] = read_source,
		[DB_QUARANTINE] = read_row,
		[DB_REUSED] = read_index,
		[DB_STREAM_IDS] = read_stream_id,
		[DB_GAPS] = read_gap,
		[DB_REFUSED] = read_refused,
		[DB_FORGETS] = read_forget,
		[DB_OBJECTIONS] = read_forget,
	};
	struct text key, value;

	if (size < 2 || data[0] >= DB_COUNT || data[1] > size - 2)
		return 0;
	key = fuzz_text(data + 2, data[1]);
	value = fuzz_text(data + 2 + data[1], size - 2 - data[1]);
	fns[data[0]](key, value);
	return 0;
}
