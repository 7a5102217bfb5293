/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "daemon/journal/lmdb/walk_internal.h"

bool walk_grow(struct journal_walk *walk, void *array, size_t count, size_t *room, size_t size)
{
	size_t more = *room ? 2 * *room : 16;
	void **at = array, *grown;

	if (count < *room)
		return true;
	grown = realloc(*at, more * size);
	if (!grown) {
		walk->err = LIFT_E_MEMORY;
		return false;
	}
	memset((char *)grown + *room * size, 0, (more - *room) * size);
	*at = grown;
	*room = more;
	return true;
}

static void tell(struct journal_walk *walk, int db, const char *why)
{
	walk_tell(walk, 1, UINT64_MAX, "%s: %s", journal_db_names[db], why);
}

static void on_meta(struct journal_walk *walk, struct text key, struct text value)
{
	if (text_equal(key, text_of("format")) && value.size == 1)
		walk->format = (uint8_t)value.data[0];
	if (!text_equal(key, text_of(SUMS_KEY)))
		return;
	walk->has_sums = journal_sums_decode(value, walk->kept_sums) == 0;
	if (!walk->has_sums)
		tell(walk, DB_META, "the sums cannot be read");
}

/* Names. */

static bool profile_is_sound(const struct journal_walk *walk, struct text name)
{
	const uint8_t *from = (const uint8_t *)name.data;

	if (name.size < 4 || (name.size - 4) % 8 != 0 || name.size > PROFILE_MAX ||
	    get_be(from, 4) >= walk->n_names[NAME_REGION])
		return false;
	for (size_t i = 4; i < name.size; i += 8)
		if (get_be(from + i, 4) >= walk->n_names[NAME_DIMENSION] ||
		    get_be(from + i + 4, 4) >= walk->n_names[NAME_VALUE])
			return false;
	return true;
}

static void add_source(struct journal_walk *walk, struct text name)
{
	uint32_t id;
	size_t room = walk->room_sources;

	if (names_add(walk->source_names, name, &id) != 0)
		walk->err = LIFT_E_MEMORY;
	else if (id != walk->n_names[NAME_SOURCE])
		tell(walk, DB_NAMES, "a source has two numbers");
	walk_grow(walk, &walk->sources, walk->n_names[NAME_SOURCE], &room, sizeof(*walk->sources));
	walk->room_sources = (uint32_t)room;
}

static void add_stream(struct journal_walk *walk, struct text name)
{
	uint32_t id, number = walk->n_names[NAME_STREAM];
	size_t room = walk->room_streams;

	if (name.size < 5 || get_be((const uint8_t *)name.data, 4) >= walk->n_names[NAME_SOURCE])
		tell(walk, DB_NAMES, "a stream has no source");
	if (names_add(walk->stream_names, name, &id) != 0)
		walk->err = LIFT_E_MEMORY;
	else if (id != number)
		tell(walk, DB_NAMES, "a stream has two numbers");
	if (walk_grow(walk, &walk->streams, number, &room, sizeof(*walk->streams)))
		walk->streams[number].found = (struct stream){ .id = number, .next = 1 };
	walk->room_streams = (uint32_t)room;
}

static void on_name(struct journal_walk *walk, struct text key, struct text value)
{
	const uint8_t *bytes = (const uint8_t *)key.data;

	if (key.size != 5 || bytes[0] >= NAME_KINDS ||
	    get_be(bytes + 1, 4) != walk->n_names[bytes[0]]) {
		tell(walk, DB_NAMES, "numbers have a gap");
		return;
	}
	if (bytes[0] == NAME_SOURCE)
		add_source(walk, value);
	else if (bytes[0] == NAME_STREAM)
		add_stream(walk, value);
	else if (bytes[0] == NAME_PROFILE && !profile_is_sound(walk, value))
		tell(walk, DB_NAMES, "a profile has names that are not there");
	if (!walk->err)
		walk->n_names[bytes[0]]++;
}

/* What is kept of streams and sources. */

static bool read_id(struct text key, uint32_t below, uint32_t *ret_id)
{
	if (key.size != 4)
		return false;
	*ret_id = (uint32_t)get_be((const uint8_t *)key.data, 4);
	return *ret_id < below;
}

static void on_stream(struct journal_walk *walk, struct text key, struct text value)
{
	struct stream stream;
	uint32_t id;

	if (!read_id(key, walk->n_names[NAME_STREAM], &id) ||
	    stream_record_decode(id, value, &stream) != 0 ||
	    stream.source >= walk->n_names[NAME_SOURCE]) {
		tell(walk, DB_STREAMS, "a record cannot be read");
		return;
	}
	walk->streams[id].has_record = true;
	walk->streams[id].found.source = stream.source;
	sum_add(&walk->streams[id].record, DB_STREAMS, key, value);
}

static void on_source(struct journal_walk *walk, struct text key, struct text value)
{
	struct source_record record;
	uint32_t id;

	if (!read_id(key, walk->n_names[NAME_SOURCE], &id) ||
	    source_record_decode(value, &record) != 0) {
		tell(walk, DB_SOURCES, "a record cannot be read");
		return;
	}
	walk->sources[id].record = record;
	walk->received += record.accepted + record.rejected;
}

static void on_index(struct journal_walk *walk, struct text key, struct text value)
{
	uint32_t id;

	if (key.size != 12 || value.size != 8 ||
	    !read_id((struct text){ key.data, 4 }, walk->n_names[NAME_STREAM], &id))
		tell(walk, DB_INDEX, "a record cannot be read");
	else
		sum_add(&walk->streams[id].index, DB_INDEX, key, value);
}

static void on_row(struct journal_walk *walk, struct text key, struct text value)
{
	if (key.size != 8 || value.size < QUARANTINE_RECORD)
		tell(walk, DB_QUARANTINE, "a row cannot be read");
}

static void on_reused(struct journal_walk *walk, struct text key, struct text value)
{
	if (key.size != 12 || value.size != 8)
		tell(walk, DB_REUSED, "a record cannot be read");
}

void walk_record(struct journal_walk *walk, int db, struct text key, struct text value)
{
	static void (*const fns[DB_COUNT])(struct journal_walk *, struct text, struct text) = {
		[DB_META] = on_meta,	  [DB_ENTRIES] = walk_chunk, [DB_INDEX] = on_index,
		[DB_NAMES] = on_name,	  [DB_STREAMS] = on_stream,  [DB_SOURCES] = on_source,
		[DB_QUARANTINE] = on_row, [DB_REUSED] = on_reused,
	};

	if (walk->err)
		return;
	walk->n_records++;
	if (db != DB_ENTRIES && !(db == DB_META && text_equal(key, text_of(SUMS_KEY))))
		sum_add(&walk->sums[db], (uint8_t)db, key, value);
	fns[db](walk, key, value);
}
