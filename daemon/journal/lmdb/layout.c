/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/journal/lmdb/layout.h"

#include <assert.h>

const char *const journal_db_names[DB_COUNT] = {
	[DB_META] = "meta",
	[DB_ENTRIES] = "entries",
	[DB_INDEX] = "index",
	[DB_NAMES] = "names",
	[DB_STREAMS] = "streams",
	[DB_SOURCES] = "sources",
	[DB_QUARANTINE] = "quarantine",
	[DB_REUSED] = "reused",
	[DB_STREAM_IDS] = "stream_ids",
	[DB_FORGETS] = "forgets",
	[DB_OBJECTIONS] = "objections",
	[DB_GAPS] = "gaps",
	[DB_REFUSED] = "refused",
};

static struct text written(const uint8_t *bytes, size_t size)
{
	return (struct text){ (const char *)bytes, size };
}

static uint64_t read_be(struct text from, size_t at, size_t size)
{
	return get_be((const uint8_t *)from.data + at, size);
}

struct text number_encode(uint64_t number, uint8_t to[static NUMBER_KEY])
{
	put_be(to, number, NUMBER_KEY);
	return written(to, NUMBER_KEY);
}

int number_decode(struct text from, uint64_t *ret_number)
{
	if (from.size != NUMBER_KEY)
		return LIFT_E_CORRUPT;
	*ret_number = read_be(from, 0, NUMBER_KEY);
	return 0;
}

struct text id_encode(uint32_t id, uint8_t to[static ID_KEY])
{
	put_be(to, id, ID_KEY);
	return written(to, ID_KEY);
}

int id_decode(struct text from, uint32_t *ret_id)
{
	if (from.size != ID_KEY)
		return LIFT_E_CORRUPT;
	*ret_id = (uint32_t)read_be(from, 0, ID_KEY);
	return 0;
}

struct text name_key_encode(enum name_kind kind, uint32_t id, uint8_t to[static NAME_KEY])
{
	to[0] = (uint8_t)kind;
	put_be(to + 1, id, 4);
	return written(to, NAME_KEY);
}

int name_key_decode(struct text from, enum name_kind *ret_kind, uint32_t *ret_id)
{
	if (from.size != NAME_KEY || (uint8_t)from.data[0] >= NAME_KINDS)
		return LIFT_E_CORRUPT;
	*ret_kind = (enum name_kind)from.data[0];
	*ret_id = (uint32_t)read_be(from, 1, 4);
	return 0;
}

struct text index_key_encode(uint32_t stream, uint64_t seq, uint8_t to[static INDEX_KEY])
{
	put_be(to, stream, 4);
	put_be(to + 4, seq, 8);
	return written(to, INDEX_KEY);
}

int index_key_decode(struct text from, uint32_t *ret_stream, uint64_t *ret_seq)
{
	if (from.size != INDEX_KEY)
		return LIFT_E_CORRUPT;
	*ret_stream = (uint32_t)read_be(from, 0, 4);
	*ret_seq = read_be(from, 4, 8);
	return 0;
}

struct text stream_name_encode(uint32_t source, struct text stream,
			       uint8_t to[static STREAM_NAME_MAX])
{
	assert(stream.size <= STREAM_MAX);
	put_be(to, source, 4);
	memcpy(to + 4, stream.data, stream.size);
	return written(to, 4 + stream.size);
}

int stream_name_decode(struct text from, uint32_t *ret_source, struct text *ret_stream)
{
	if (from.size < 5 || from.size > STREAM_NAME_MAX)
		return LIFT_E_CORRUPT;
	*ret_source = (uint32_t)read_be(from, 0, 4);
	*ret_stream = (struct text){ from.data + 4, from.size - 4 };
	return 0;
}

struct text stream_row_encode(const struct stream *stream, uint8_t to[static STREAM_ROW_MAX])
{
	put_be(to, stream->source, 4);
	return written(to, 4 + stream_encode(stream, to + 4));
}

int stream_row_decode(uint32_t id, struct text from, struct stream *ret_stream)
{
	struct stream stream = { .id = id };
	int err;

	if (from.size < 4)
		return LIFT_E_CORRUPT;
	stream.source = (uint32_t)read_be(from, 0, 4);
	err = stream_decode((struct text){ from.data + 4, from.size - 4 }, &stream);
	if (!err)
		*ret_stream = stream;
	return err;
}

struct text gap_key_encode(uint32_t source, uint32_t stream, uint8_t to[static PAIR_KEY])
{
	put_be(to, source, 4);
	put_be(to + 4, stream, 4);
	return written(to, PAIR_KEY);
}

int gap_key_decode(struct text from, uint32_t *ret_source, uint32_t *ret_stream)
{
	if (from.size != PAIR_KEY)
		return LIFT_E_CORRUPT;
	*ret_source = (uint32_t)read_be(from, 0, 4);
	*ret_stream = (uint32_t)read_be(from, 4, 4);
	return 0;
}

struct text gap_row_encode(int64_t since, uint64_t missing, uint8_t to[static GAP_ROW])
{
	put_be(to, (uint64_t)since, 8);
	put_be(to + 8, missing, 8);
	return written(to, GAP_ROW);
}

int gap_row_decode(struct text from, int64_t *ret_since, uint64_t *ret_missing)
{
	if (from.size != GAP_ROW)
		return LIFT_E_CORRUPT;
	*ret_since = (int64_t)read_be(from, 0, 8);
	*ret_missing = read_be(from, 8, 8);
	return 0;
}

struct text refused_key_encode(uint32_t source, uint64_t row, uint8_t to[static REFUSED_KEY])
{
	put_be(to, source, 4);
	put_be(to + 4, row, 8);
	return written(to, REFUSED_KEY);
}

int refused_key_decode(struct text from, uint32_t *ret_source, uint64_t *ret_row)
{
	if (from.size != REFUSED_KEY)
		return LIFT_E_CORRUPT;
	*ret_source = (uint32_t)read_be(from, 0, 4);
	*ret_row = read_be(from, 4, 8);
	return 0;
}

static void rhythm_encode(const struct rhythm *rhythm, uint8_t *to)
{
	const uint16_t *minutes = rhythm->minutes[0];

	put_be(to, rhythm->latest, 2);
	for (size_t i = 0; i < RHYTHM_WEEKS * SILENCE_KINDS; i++)
		put_be(to + 2 + 2 * i, minutes[i], 2);
}

static void rhythm_decode(struct text from, size_t at, struct rhythm *rhythm)
{
	uint16_t *minutes = rhythm->minutes[0];

	rhythm->latest = (uint16_t)read_be(from, at, 2);
	for (size_t i = 0; i < RHYTHM_WEEKS * SILENCE_KINDS; i++)
		minutes[i] = (uint16_t)read_be(from, at + 2 + 2 * i, 2);
}

struct text source_row_encode(const struct source_record *record, uint8_t to[static SOURCE_ROW])
{
	put_be(to, record->accepted, 8);
	put_be(to + 8, record->rejected, 8);
	put_be(to + 16, (uint64_t)record->last_event, 8);
	put_be(to + 24, (uint64_t)record->last_received, 8);
	put_be(to + 32, record->streams, 4);
	put_be(to + 36, record->gaps, 4);
	put_be(to + 40, record->missing, 8);
	put_be(to + 48, (uint64_t)record->since, 8);
	put_be(to + 56, record->rows, 4);
	for (int kind = 0; kind < NAME_KINDS; kind++)
		put_be(to + 60 + 4 * kind, record->names[kind], 4);
	put_be(to + SOURCE_ROW_BEFORE_6, record->closed, 4);
	put_be(to + SOURCE_ROW_BEFORE_6 + 4, (uint64_t)record->last_accepted, 8);
	rhythm_encode(&record->rhythm, to + SOURCE_ROW_BEFORE_6 + 12);
	return written(to, SOURCE_ROW);
}

int source_row_decode(struct text from, struct source_record *ret_record)
{
	struct source_record record = { 0 };

	if (from.size != SOURCE_ROW && from.size != SOURCE_ROW_BEFORE_6 &&
	    from.size != SOURCE_ROW_BEFORE_3)
		return LIFT_E_CORRUPT;
	record.accepted = read_be(from, 0, 8);
	record.rejected = read_be(from, 8, 8);
	record.last_event = (int64_t)read_be(from, 16, 8);
	record.last_received = (int64_t)read_be(from, 24, 8);
	if (from.size >= SOURCE_ROW_BEFORE_6) {
		record.streams = (uint32_t)read_be(from, 32, 4);
		record.gaps = (uint32_t)read_be(from, 36, 4);
		record.missing = read_be(from, 40, 8);
		record.since = (int64_t)read_be(from, 48, 8);
		record.rows = (uint32_t)read_be(from, 56, 4);
		for (size_t kind = 0; kind < NAME_KINDS; kind++)
			record.names[kind] = (uint32_t)read_be(from, 60 + 4 * kind, 4);
	}
	if (from.size == SOURCE_ROW) {
		record.closed = (uint32_t)read_be(from, SOURCE_ROW_BEFORE_6, 4);
		record.last_accepted = (int64_t)read_be(from, SOURCE_ROW_BEFORE_6 + 4, 8);
		rhythm_decode(from, SOURCE_ROW_BEFORE_6 + 12, &record.rhythm);
	}
	*ret_record = record;
	return 0;
}

struct text listened_encode(int64_t last_ms, const struct outages *outages,
			    uint8_t to[static LISTENED_MAX])
{
	put_be(to, (uint64_t)last_ms, 8);
	for (uint32_t i = 0; i < outages->n; i++) {
		put_be(to + 8 + 16 * i, (uint64_t)outages->rows[i].from_ms, 8);
		put_be(to + 16 + 16 * i, (uint64_t)outages->rows[i].until_ms, 8);
	}
	return written(to, 8 + 16 * outages->n);
}

int listened_decode(struct text from, int64_t *ret_last_ms, struct outages *ret_outages)
{
	struct outages outages = { 0 };
	int64_t before = 0;

	if (from.size < 8 || from.size > LISTENED_MAX || from.size % 16 != 8)
		return LIFT_E_CORRUPT;
	for (size_t at = 8; at < from.size; at += 16) {
		struct outage row = { (int64_t)read_be(from, at, 8),
				      (int64_t)read_be(from, at + 8, 8) };

		if (row.from_ms < before || row.until_ms <= row.from_ms ||
		    row.until_ms > LISTENED_MS_MAX)
			return LIFT_E_CORRUPT;
		before = row.until_ms;
		outages.rows[outages.n++] = row;
	}
	*ret_last_ms = (int64_t)read_be(from, 0, 8);
	*ret_outages = outages;
	return 0;
}

static uint8_t *put_bytes(uint8_t *to, struct text bytes)
{
	if (bytes.size > 0)
		memcpy(to, bytes.data, bytes.size);
	return to + bytes.size;
}

struct text quarantined_encode(const struct quarantined *row, uint8_t to[static QUARANTINE_ROW_MAX])
{
	uint8_t *end = to + QUARANTINE_HEAD;

	assert(row->sent.size + row->retry.size <= JOURNAL_SENT_MAX);
	put_be(to, row->stream, 4);
	put_be(to + 4, row->seq, 8);
	put_be(to + 12, (uint64_t)row->received, 8);
	to[12] = row->retry.size > 0;
	to[20] = (uint8_t)-row->err;
	if (row->retry.size > 0) {
		put_be(end, row->retry.size, 2);
		end = put_bytes(end + 2, row->retry);
	}
	return written(to, (size_t)(put_bytes(end, row->sent) - to));
}

int quarantined_decode(struct text key, struct text from, struct quarantined *ret_row)
{
	struct text rest = { from.data + QUARANTINE_HEAD, from.size - QUARANTINE_HEAD };
	struct text retry = { NULL, 0 };

	if (from.size < QUARANTINE_HEAD || number_decode(key, &ret_row->number) != 0 ||
	    (uint8_t)from.data[12] > 1)
		return LIFT_E_CORRUPT;
	if (from.data[12] == 1) {
		if (rest.size < 2 || read_be(rest, 0, 2) == 0 ||
		    rest.size - 2 < read_be(rest, 0, 2))
			return LIFT_E_CORRUPT;
		retry = (struct text){ rest.data + 2, read_be(rest, 0, 2) };
		rest = (struct text){ retry.data + retry.size, rest.size - 2 - retry.size };
	}
	ret_row->stream = (uint32_t)read_be(from, 0, 4);
	ret_row->seq = read_be(from, 4, 8);
	ret_row->received = (int64_t)read_be(from, 13, 7);
	ret_row->err = -(uint8_t)from.data[20];
	ret_row->sent = rest;
	ret_row->retry = retry;
	return 0;
}

struct text pseudonym_key(const uint8_t pseudonym[static PSEUDONYM_BYTES])
{
	return (struct text){ (const char *)pseudonym, PSEUDONYM_BYTES };
}

int pseudonym_key_decode(struct text from, uint8_t ret_pseudonym[static PSEUDONYM_BYTES])
{
	if (from.size != PSEUDONYM_BYTES)
		return LIFT_E_CORRUPT;
	memcpy(ret_pseudonym, from.data, PSEUDONYM_BYTES);
	return 0;
}

struct text horizon_encode(int64_t horizon_ms, uint8_t to[static NUMBER_KEY])
{
	return number_encode((uint64_t)horizon_ms, to);
}

int horizon_decode(struct text from, int64_t *ret_horizon_ms)
{
	uint64_t ms;

	if (number_decode(from, &ms) != 0 || ms > HORIZON_MAX)
		return LIFT_E_CORRUPT;
	*ret_horizon_ms = (int64_t)ms;
	return 0;
}

struct text sums_encode(const struct sum sums[static DB_COUNT], uint8_t to[static SUMS_BYTES])
{
	for (int db = 0; db < DB_COUNT; db++)
		sum_encode(&sums[db], to + db * SUM_BYTES);
	return written(to, SUMS_BYTES);
}

int sums_decode(struct text from, struct sum ret_sums[static DB_COUNT])
{
	int n = (int)(from.size / SUM_BYTES);

	if (from.size != SUMS_BYTES && from.size != DB_COUNT_BEFORE_7 * SUM_BYTES &&
	    from.size != DB_COUNT_BEFORE_3 * SUM_BYTES)
		return LIFT_E_CORRUPT;
	for (int db = 0; db < DB_COUNT; db++) {
		ret_sums[db] = (struct sum){ 0 };
		if (db < n)
			sum_decode((struct text){ from.data + db * SUM_BYTES, SUM_BYTES },
				   &ret_sums[db]);
	}
	return 0;
}
