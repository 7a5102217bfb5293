/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The entries: chunk by chunk, with names by their new numbers.
 */
#include "daemon/journal/rewrite/internal.h"
#include "proto/grow.h"

enum { LOOK_CHUNKS = 4096 /* chunks between two questions whether it goes on */ };

/* Names. */

static int name_number(struct rewrite *rewrite, struct store_txn *txn, enum name_kind kind,
		       uint32_t old, uint32_t *ret_number);

static int profile_name(struct rewrite *rewrite, struct store_txn *txn, struct text old,
			uint8_t to[static PROFILE_MAX], struct text *ret_name)
{
	struct profile_key key;
	int err = profile_key_decode(old, &key);

	if (!err)
		err = name_number(rewrite, txn, NAME_REGION, key.region, &key.region);
	for (uint32_t i = 0; i < key.n && !err; i++) {
		struct profile_attr *attr = &key.attrs[i];

		err = name_number(rewrite, txn, NAME_DIMENSION, attr->dimension, &attr->dimension);
		if (!err)
			err = name_number(rewrite, txn, NAME_VALUE, attr->value, &attr->value);
	}
	if (!err)
		*ret_name = profile_key_encode(&key, to);
	return err;
}

/* A name that is used here for the first time since this was opened. */
static int find_number(struct rewrite *rewrite, struct store_txn *txn, enum name_kind kind,
		       uint32_t old, uint32_t *ret_number)
{
	struct journal *to = rewrite->to;
	uint8_t key[NAME_KEY], profile[PROFILE_MAX];
	struct text name;
	int err = 0;

	if (!store_get(txn, DB_NAMES, name_key_encode(kind, old, key), &name))
		return txn->err ? txn->err : LIFT_E_CORRUPT;
	if (kind == NAME_PROFILE)
		err = profile_name(rewrite, txn, name, profile, &name);
	if (err)
		return err;
	/* Who has brought it, if the catalogue did not have it: who uses it first. */
	if (journal_find_name(to, kind, name) == NAMES_NONE)
		rewrite->sources[rewrite->source].names[kind]++;
	return journal_add_name(to, kind, name, ret_number);
}

static int name_number(struct rewrite *rewrite, struct store_txn *txn, enum name_kind kind,
		       uint32_t old, uint32_t *ret_number)
{
	struct numbers *numbers = &rewrite->numbers[kind];
	size_t before = numbers->room;
	int err = 0;

	/* A number that nothing has is above them all, and must not cost memory. */
	if (old < numbers->room && numbers->of[old] != NAMES_NONE) {
		*ret_number = numbers->of[old];
		return 0;
	}
	err = find_number(rewrite, txn, kind, old, ret_number);
	if (!err && old >= numbers->room)
		err = grow(&numbers->of, &numbers->room, (size_t)old + 1, sizeof(*numbers->of));
	if (err)
		return err;
	for (size_t i = before; i < numbers->room; i++)
		numbers->of[i] = NAMES_NONE;
	numbers->of[old] = *ret_number;
	return 0;
}

/* Entries. */

static int rewrite_entry(struct rewrite *rewrite, struct store_txn *txn, uint64_t number,
			 struct entry *entry)
{
	struct rewritten_source *source = &rewrite->sources[rewrite->source];
	struct fact *fact = &entry->fact;
	int err = 0;

	if (rewrite->rules.change_entry)
		rewrite->rules.change_entry(rewrite->rules.context, number, entry);
	if (!entry_counts(entry))
		return 0;
	err = name_number(rewrite, txn, NAME_MODULE, fact->module, &fact->module);
	if (!err)
		err = name_number(rewrite, txn, NAME_PROFILE, fact->profile, &fact->profile);
	if (fact->time > source->last_event)
		source->last_event = fact->time;
	return err;
}

int rewrite_source_of(struct rewrite *rewrite, uint32_t id, struct rewritten_source **ret_source)
{
	size_t before = rewrite->room_sources;
	int err = id >= JOURNAL_SOURCES_MAX ? LIFT_E_CORRUPT
					    : grow(&rewrite->sources, &rewrite->room_sources,
						   (size_t)id + 1, sizeof(*rewrite->sources));

	if (err)
		return err;
	for (size_t i = before; i < rewrite->room_sources; i++)
		rewrite->sources[i] = (struct rewritten_source){ 0 };
	*ret_source = &rewrite->sources[id];
	return 0;
}

static int find_source(struct rewrite *rewrite, struct store_txn *txn, uint32_t id)
{
	struct rewritten_source *source;
	struct stream stream;
	uint8_t key[ID_KEY];
	struct text value;
	int err;

	if (rewrite->has_stream && rewrite->stream == id)
		return 0;
	if (!store_get(txn, DB_STREAMS, id_encode(id, key), &value))
		return txn->err ? txn->err : LIFT_E_CORRUPT;
	err = stream_row_decode(id, value, &stream);
	if (!err)
		err = rewrite_source_of(rewrite, stream.source, &source);
	if (err)
		return err;
	rewrite->source = stream.source;
	rewrite->stream = id;
	rewrite->has_stream = true;
	return 0;
}

/* A chunk of nothing but what is gone has no bytes of it. */
static int rewrite_gone(struct rewrite *rewrite, const struct chunk *chunk)
{
	journal_add_gone(rewrite->to, chunk);
	rewrite->next += chunk->count;
	return journal_writer(rewrite->to)->err;
}

static int read_entries(struct rewrite *rewrite, struct store_txn *txn, struct chunk *chunk,
			bool *ret_is_gone)
{
	bool is_gone = true;
	int err = 0;

	for (uint16_t i = 0; i < chunk->count && !err; i++) {
		struct entry *entry = &rewrite->entries[i];

		if (!chunk_next(chunk, entry))
			return LIFT_E_CORRUPT;
		err = rewrite_entry(rewrite, txn, rewrite->next + i, entry);
		is_gone &= entry->what == ENTRY_GONE && !entry->refused;
	}
	*ret_is_gone = is_gone;
	return err;
}

/* As it was put together: an index is as large as before. */
static int rewrite_chunk(struct rewrite *rewrite, struct store_txn *txn, struct chunk *chunk)
{
	bool is_of_orders = chunk->stream == CHUNK_OF_ORDERS, is_gone;
	struct journal *to = rewrite->to;
	int err = is_of_orders ? 0 : find_source(rewrite, txn, chunk->stream);

	if (!err && chunk->is_gone)
		return rewrite_gone(rewrite, chunk);
	if (!err && chunk->count > CHUNK_MAX) /* an entry has a byte at least */
		err = LIFT_E_CORRUPT;
	if (!err)
		err = read_entries(rewrite, txn, chunk, &is_gone);
	if (!err && is_gone)
		return rewrite_gone(rewrite, chunk);
	for (uint16_t i = 0; i < chunk->count && !err; i++)
		journal_add_entry(to, chunk->stream, chunk->seq + i, chunk->receipt,
				  &rewrite->entries[i]);
	rewrite->next += chunk->count;
	journal_put_chunk(to);
	return err ? err : journal_writer(to)->err;
}

static bool goes_on(const struct rewrite *rewrite)
{
	const struct rewrite_rules *rules = &rewrite->rules;

	return !rules->goes_on || rules->goes_on(rules->context, rewrite->next - 1);
}

/* Chunks are whole in both: the next one begins with the next number. */
int rewrite_entries(struct rewrite *rewrite, struct store_txn *txn, uint64_t most, bool *ret_more)
{
	uint64_t number, first = rewrite->next, n = 0;
	uint8_t key_bytes[NUMBER_KEY];
	struct store_cursor cursor;
	struct text key, value;
	struct chunk chunk;
	bool more;
	int err = journal_begin(rewrite->to);

	store_cursor_open(txn, DB_ENTRIES, &cursor);
	more = !err && store_seek(&cursor, number_encode(first, key_bytes), &key, &value);
	for (; more && !err && rewrite->next - first < most; n++) {
		err = number_decode(key, &number);
		if (!err && number != rewrite->next)
			err = LIFT_E_CORRUPT;
		if (!err)
			err = chunk_open(value, &chunk);
		if (!err)
			err = rewrite_chunk(rewrite, txn, &chunk);
		if (!err && n % LOOK_CHUNKS == 0 && !goes_on(rewrite))
			err = LIFT_E_STOPPED;
		more = !err && store_next(&cursor, &key, &value);
	}
	store_cursor_close(&cursor);
	*ret_more = more;
	return err ? err : txn->err;
}
