/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/journal/walk/internal.h"

#include "proto/grow.h"

static void tell(struct journal_walk *walk, int db, const char *why)
{
	walk_tell(walk, 1, UINT64_MAX, "%s: %s", journal_db_names[db], why);
}

static void on_meta(struct journal_walk *walk, struct text key, struct text value)
{
	struct outages outages;
	int64_t last_ms, horizon;
	uint64_t next_row;

	if (text_equal(key, text_of("format")) && value.size == 1)
		walk->format = (uint8_t)value.data[0];
	if (text_equal(key, text_of(LISTENED_KEY)) &&
	    listened_decode(value, &last_ms, &outages) != 0)
		tell(walk, DB_META, "when the daemon has listened cannot be read");
	if (text_equal(key, text_of(NEXT_ROW_KEY)) && number_decode(value, &next_row) != 0)
		tell(walk, DB_META, "the number of the next row cannot be read");
	if ((text_equal(key, text_of(HORIZON_KEY)) || text_equal(key, text_of(TRIMMED_KEY))) &&
	    horizon_decode(value, &horizon) != 0)
		tell(walk, DB_META, "the horizon cannot be read");
	if (text_equal(key, text_of(ORDERS_KEY)) && number_decode(value, &walk->orders) != 0)
		tell(walk, DB_META, "the number of orders cannot be read");
	if (text_equal(key, text_of(ORDERS_KEY)))
		walk->received += walk->orders;
	if (!text_equal(key, text_of(SUMS_KEY)))
		return;
	walk->has_sums = sums_decode(value, walk->kept_sums) == 0;
	if (!walk->has_sums)
		tell(walk, DB_META, "the sums cannot be read");
}

/* Names. */

static bool profile_is_sound(const struct journal_walk *walk, struct text name)
{
	struct profile_key key;

	if (profile_key_decode(name, &key) != 0 || key.region >= walk->n_names[NAME_REGION])
		return false;
	for (uint32_t i = 0; i < key.n; i++)
		if (key.attrs[i].dimension >= walk->n_names[NAME_DIMENSION] ||
		    key.attrs[i].value >= walk->n_names[NAME_VALUE])
			return false;
	return true;
}

/* A number that a name gets only once. */
static void add_once(struct journal_walk *walk, struct names *names, struct text name,
		     uint32_t number, const char *why)
{
	uint32_t id;

	if (names_add(names, name, &id) != 0)
		walk->err = LIFT_E_MEMORY;
	else if (id != number)
		tell(walk, DB_NAMES, why);
}

static void add_source(struct journal_walk *walk, struct text name)
{
	uint32_t number = walk->n_names[NAME_SOURCE];

	add_once(walk, walk->source_names, name, number, "a source has two numbers");
	if (grow(&walk->sources, &walk->room_sources, number + 1, sizeof(*walk->sources)) != 0)
		walk->err = LIFT_E_MEMORY;
	else
		walk->sources[number] = (struct walked_source){ 0 };
}

static void add_stream(struct journal_walk *walk, struct text name)
{
	uint32_t number = walk->n_names[NAME_STREAM], source;
	struct text stream;

	if (stream_name_decode(name, &source, &stream) != 0 || source >= walk->n_names[NAME_SOURCE])
		tell(walk, DB_NAMES, "a stream has no source");
	add_once(walk, walk->stream_names, name, number, "a stream has two numbers");
	if (grow(&walk->streams, &walk->room_streams, number + 1, sizeof(*walk->streams)) != 0)
		walk->err = LIFT_E_MEMORY;
	else
		walk->streams[number] = (struct walked_stream){ .next = 1 };
}

static void on_name(struct journal_walk *walk, struct text key, struct text value)
{
	enum name_kind kind;
	uint32_t number;

	if (name_key_decode(key, &kind, &number) != 0 || number != walk->n_names[kind]) {
		tell(walk, DB_NAMES, "numbers have a gap");
		return;
	}
	if (kind == NAME_SOURCE)
		add_source(walk, value);
	else if (kind == NAME_STREAM)
		add_stream(walk, value);
	else if (kind == NAME_PROFILE && !profile_is_sound(walk, value))
		tell(walk, DB_NAMES, "a profile has names that are not there");
	if (!walk->err)
		walk->n_names[kind]++;
}

/* What is kept of streams and sources. */

static void on_stream(struct journal_walk *walk, struct text key, struct text value)
{
	struct stream stream;
	uint32_t id;

	if (id_decode(key, &id) != 0 || id >= walk->n_names[NAME_STREAM] ||
	    stream_row_decode(id, value, &stream) != 0 ||
	    stream.source >= walk->n_names[NAME_SOURCE]) {
		tell(walk, DB_STREAMS, "a record cannot be read");
		return;
	}
	walk->streams[id].has_record = true;
	walk->streams[id].source = stream.source;
	walk->sources[stream.source].found.streams++;
	walk->sources[stream.source].found.closed += stream.closed;
	walk_stream_sum(&stream, &walk->streams[id].record);
}

static void on_stream_id(struct journal_walk *walk, struct text key, struct text value)
{
	uint32_t id;

	if (id_decode(value, &id) != 0 || id >= walk->n_names[NAME_STREAM] ||
	    !text_equal(names_get(walk->stream_names, id), key))
		tell(walk, DB_STREAM_IDS, "a record cannot be");
}

static void on_gap(struct journal_walk *walk, struct text key, struct text value)
{
	uint32_t source, stream;
	uint64_t missing;
	int64_t since;

	if (gap_key_decode(key, &source, &stream) != 0 ||
	    gap_row_decode(value, &since, &missing) != 0 || stream >= walk->n_names[NAME_STREAM] ||
	    walk->streams[stream].source != source) {
		tell(walk, DB_GAPS, "a record cannot be");
		return;
	}
	walk->sources[source].found.gaps++;
	walk->sources[source].found.missing += missing;
}

static void on_refused(struct journal_walk *walk, struct text key, struct text value)
{
	uint32_t source;
	uint64_t row;

	if (refused_key_decode(key, &source, &row) != 0 || value.size != 0 ||
	    source >= walk->n_names[NAME_SOURCE])
		tell(walk, DB_REFUSED, "a record cannot be");
	else
		walk->sources[source].found.rows++;
}

static void on_source(struct journal_walk *walk, struct text key, struct text value)
{
	struct source_record record;
	uint32_t id;

	if (id_decode(key, &id) != 0 || id >= walk->n_names[NAME_SOURCE] ||
	    source_row_decode(value, &record) != 0) {
		tell(walk, DB_SOURCES, "a record cannot be read");
		return;
	}
	walk->sources[id].record = record;
	walk->received += record.accepted + record.rejected;
}

static void on_index(struct journal_walk *walk, struct text key, struct text value)
{
	uint64_t seq, number;
	uint32_t id;

	if (index_key_decode(key, &id, &seq) != 0 || number_decode(value, &number) != 0 ||
	    id >= walk->n_names[NAME_STREAM])
		tell(walk, DB_INDEX, "a record cannot be read");
	else
		sum_add(&walk->streams[id].index, DB_INDEX, key, value);
}

static void on_row(struct journal_walk *walk, struct text key, struct text value)
{
	struct quarantined row;

	if (quarantined_decode(key, value, &row) != 0)
		tell(walk, DB_QUARANTINE, "a row cannot be read");
}

static void on_reused(struct journal_walk *walk, struct text key, struct text value)
{
	uint64_t seq, row;
	uint32_t stream;

	if (index_key_decode(key, &stream, &seq) != 0 || number_decode(value, &row) != 0)
		tell(walk, DB_REUSED, "a record cannot be read");
}

static void on_forget(struct journal_walk *walk, struct text key, struct text value)
{
	uint8_t pseudonym[PSEUDONYM_BYTES];
	uint64_t number;

	if (pseudonym_key_decode(key, pseudonym) != 0 || number_decode(value, &number) != 0)
		tell(walk, DB_FORGETS, "a record cannot be read");
}

static void on_objection(struct journal_walk *walk, struct text key, struct text value)
{
	uint8_t hash[PSEUDONYM_BYTES];

	if (pseudonym_key_decode(key, hash) != 0 || value.size != 0)
		tell(walk, DB_OBJECTIONS, "a record cannot be read");
}

void walk_record(struct journal_walk *walk, int db, struct text key, struct text value)
{
	static void (*const fns[DB_COUNT])(struct journal_walk *, struct text, struct text) = {
		[DB_META] = on_meta,
		[DB_ENTRIES] = walk_chunk,
		[DB_INDEX] = on_index,
		[DB_NAMES] = on_name,
		[DB_STREAMS] = on_stream,
		[DB_SOURCES] = on_source,
		[DB_QUARANTINE] = on_row,
		[DB_REUSED] = on_reused,
		[DB_STREAM_IDS] = on_stream_id,
		[DB_GAPS] = on_gap,
		[DB_REFUSED] = on_refused,
		[DB_FORGETS] = on_forget,
		[DB_OBJECTIONS] = on_objection,
	};

	if (walk->err)
		return;
	walk->n_records++;
	if (db != DB_ENTRIES && !(db == DB_META && text_equal(key, text_of(SUMS_KEY))))
		sum_add(&walk->sums[db], (uint8_t)db, key, value);
	fns[db](walk, key, value);
}
