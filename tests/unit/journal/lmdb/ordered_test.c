/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "daemon/journal/lmdb/layout.h"
#include "daemon/journal/walk/walk.h"
#include "daemon/store/store.h"
#include "tests/unit/journal/place.h"

static bool is_damaged(const struct place *place)
{
	struct journal_walk *walk;
	bool more, found;

	assert_int_equal(
		journal_walk_begin(dir_path(&place->dir, "journal/data.mdb"), 1, &walk, &more), 0);
	if (more)
		assert_int_equal(journal_walk_rest(walk, 0), 0);
	found = journal_walk_damage(walk)->found;
	journal_walk_end(walk);
	return found;
}

/* Against a list of what was appended. */

enum { LEARNERS = 5, ENTRIES = 4000 };

static struct model {
	struct entry entries[ENTRIES + 1]; /* by number */
	uint64_t n, forgotten[LEARNERS];
	bool objects[LEARNERS];
	int64_t horizon;
} model, committed;

static void name_learner(uint8_t to[static PSEUDONYM_BYTES], uint32_t learner)
{
	memset(to, 'a' + (int)learner, PSEUDONYM_BYTES);
}

static void append_event(struct place *place)
{
	struct entry *entry = &model.entries[model.n + 1];
	struct stream *stream;
	uint32_t id;

	*entry = (struct entry){ .refused = chance_of(10), .err = LIFT_E_TYPE };
	assert_int_equal(journal_add_stream(place->journal, text_of("s"), text_of("a"), &stream),
			 0);
	assert_int_equal(journal_add_name(place->journal, NAME_MODULE, text_of("m"), &id), 0);
	assert_int_equal(journal_add_name(place->journal, NAME_REGION, text_of("r"), &id), 0);
	assert_int_equal(
		journal_add_name(place->journal, NAME_PROFILE, (struct text){ "\0\0\0\0", 4 }, &id),
		0);
	if (!entry->refused) {
		entry->fact = (struct fact){ .time = WORLD_BEGIN + (int64_t)model.n,
					     .type = EVENT_STARTED,
					     .result = { .score = -1, .passed = -1 },
					     .voids_time = EVENT_NO_TIME };
		name_learner(entry->learner, chance(LEARNERS));
	}
	journal_append(place->journal, stream, stream->next, WORLD_BEGIN, entry);
	model.n++;
}

static void append_forget(struct place *place)
{
	struct entry *entry = &model.entries[model.n + 1];
	uint32_t learner = chance(LEARNERS);
	bool objects = chance_of(50);
	uint8_t objection[PSEUDONYM_BYTES];

	*entry = (struct entry){ .what = ENTRY_FORGET };
	name_learner(entry->learner, learner);
	name_learner(objection, learner + 10);
	model.n++;
	assert_int_equal(journal_forget(place->journal, entry->learner, objects ? objection : NULL,
					WORLD_BEGIN),
			 model.n);
	model.forgotten[learner] = model.n;
	model.objects[learner] |= objects;
	assert_int_equal(journal_forgotten(place->journal, entry->learner), model.n);
}

static void append_horizon(struct place *place)
{
	int64_t horizon = WORLD_BEGIN + chance(1000);

	model.n++;
	model.entries[model.n] = (struct entry){ .what = ENTRY_HORIZON, .horizon = horizon };
	assert_int_equal(journal_set_horizon(place->journal, horizon, WORLD_BEGIN), model.n);
	/* It does not go back. */
	model.horizon = horizon > model.horizon ? horizon : model.horizon;
	assert_int_equal(journal_horizon(place->journal), model.horizon);
}

static int check_entry(void *context, uint64_t number, uint32_t stream, const struct entry *entry)
{
	uint8_t a[ENTRY_MAX], b[ENTRY_MAX];
	size_t size = entry_encode(entry, a);

	assert_int_equal(number, ++*(uint64_t *)context);
	assert_int_equal(stream == CHUNK_OF_ORDERS, entry->what != ENTRY_EVENT);
	assert_int_equal(entry_encode(&committed.entries[number], b), size);
	assert_memory_equal(a, b, size);
	return 0;
}

static int check_forget(void *context, const uint8_t pseudonym[static PSEUDONYM_BYTES],
			uint64_t number)
{
	assert_int_equal(committed.forgotten[pseudonym[0] - 'a'], number);
	++*(uint32_t *)context;
	return 0;
}

static int check_objection(void *context, const uint8_t hash[static PSEUDONYM_BYTES])
{
	assert_true(committed.objects[hash[0] - 'a' - 10]);
	++*(uint32_t *)context;
	return 0;
}

static void check(struct place *place)
{
	uint32_t forgets = 0, objections = 0, n_forgets = 0, n_objections = 0;
	uint64_t n = 0, next, n_orders = 0, orders = 0;
	uint8_t name[PSEUDONYM_BYTES];
	struct journal_view view;
	int64_t horizon;

	assert_int_equal(journal_last(place->journal), committed.n);
	assert_int_equal(journal_view_begin(place->journal, &view), 0);
	assert_int_equal(journal_view_last(&view), committed.n);
	assert_int_equal(journal_view_read(&view, 1, UINT64_MAX, check_entry, &n, &next), 0);
	assert_int_equal(n, committed.n);
	for (uint32_t i = 0; i < LEARNERS; i++) {
		n_forgets += committed.forgotten[i] > 0;
		n_objections += committed.objects[i];
		name_learner(name, i);
		assert_int_equal(journal_view_forgotten(&view, name), committed.forgotten[i]);
		name_learner(name, i + 10);
		assert_int_equal(journal_has_objection(place->journal, name), committed.objects[i]);
	}
	assert_int_equal(journal_view_forgets(&view, check_forget, &forgets), 0);
	assert_int_equal(journal_view_objections(&view, check_objection, &objections), 0);
	assert_int_equal(forgets, n_forgets);
	assert_int_equal(objections, n_objections);
	assert_int_equal(journal_objections(place->journal), n_objections);
	assert_int_equal(journal_view_horizon(&view, &horizon), 0);
	assert_int_equal(horizon, committed.horizon);
	assert_int_equal(journal_horizon_committed(place->journal), committed.horizon);
	for (uint64_t i = 1; i <= committed.n; i++)
		orders += committed.entries[i].what != ENTRY_EVENT;
	assert_int_equal(journal_view_orders(&view, &n_orders), 0);
	assert_int_equal(n_orders, orders);
	journal_view_end(&view);
}

static void orders_are_entries_among_the_others(void **state)
{
	struct place place;

	(void)state;
	chance_begin();
	place_begin(&place);
	model = committed = (struct model){ .n = 0 };
	while (model.n < ENTRIES - 10) {
		switch (chance(10)) {
		case 0:
			append_horizon(&place);
			break;
		case 1:
		case 2:
			append_forget(&place);
			break;
		default:
			append_event(&place);
		}
		if (chance_of(90))
			continue;
		if (chance_of(20)) { /* nothing of it has been */
			journal_fail(place.journal, LIFT_E_DISK);
			assert_int_equal(journal_commit(place.journal), LIFT_E_DISK);
			model = committed;
		} else {
			assert_int_equal(journal_commit(place.journal), 0);
			committed = model;
		}
		if (chance_of(10)) {
			journal_close(place.journal);
			assert_false(is_damaged(&place));
			place_open(&place);
			model = committed;
		}
		if (chance_of(20))
			check(&place);
	}
	assert_int_equal(journal_commit(place.journal), 0);
	committed = model;
	check(&place);
	place_end(&place);
}

/* A chunk in place of another one: entries of it are gone, as compaction leaves them. */
static void put_gone(struct place *place, uint64_t number, size_t n)
{
	uint8_t bytes[CHUNK_MAX], key[NUMBER_KEY];
	struct text wanted, found;
	struct store_txn txn;
	struct store *store;
	struct chunk chunk;
	struct entry entry;
	size_t size = 0;

	assert_int_equal(store_open(dir_path(&place->dir, "journal"), journal_db_names, DB_COUNT,
				    STORE_ROOM_MAX, &store),
			 0);
	assert_int_equal(store_begin(store, true, &txn), 0);
	wanted = number_encode(number, key);
	assert_true(store_get(&txn, DB_ENTRIES, wanted, &found));
	assert_int_equal(chunk_open(found, &chunk), 0);
	for (uint16_t i = 0; i < chunk.count; i++) {
		struct chunk head = chunk;

		assert_true(chunk_next(&chunk, &entry));
		if (i < n)
			entry = (struct entry){ .what = ENTRY_GONE,
						.refused = entry.refused,
						.err = entry.err };
		if (n <= head.count)
			size += entry_encode(&entry, bytes + CHUNK_HEAD + size);
	}
	chunk.entries = (struct text){ (char *)bytes + CHUNK_HEAD, size };
	chunk_seal(bytes, &chunk);
	store_put(&txn, DB_ENTRIES, wanted, (struct text){ (char *)bytes, CHUNK_HEAD + size });
	assert_int_equal(store_commit(&txn), 0);
	store_close(store);
}

static int count_gone(void *context, uint64_t number, uint32_t stream, const struct entry *entry)
{
	(void)number, (void)stream;
	*(int *)context += entry->what == ENTRY_GONE;
	return 0;
}

/* Beginnings of a chunk, and all of it: with bytes, and with none but its head. */
static void what_is_gone_keeps_its_numbers_and_is_no_damage(void **state)
{
	static const size_t gone[] = { 1, 2, 3, 100 };
	struct journal_view view;
	struct stream *stream;
	struct entry entry;
	struct place place;
	uint64_t next;

	(void)state;
	chance_begin_at(1);
	for (size_t way = 0; way < sizeof(gone) / sizeof(gone[0]); way++) {
		int n = 0;

		place_begin(&place);
		model = committed = (struct model){ .n = 0 };
		for (int i = 0; i < 3; i++) {
			append_event(&place);
			if (model.entries[model.n].refused) /* all of them are accepted */
				fail_msg("another seed, please");
		}
		append_forget(&place);
		assert_int_equal(journal_commit(place.journal), 0);
		journal_close(place.journal);
		assert_false(is_damaged(&place));
		put_gone(&place, 1, gone[way]);
		put_gone(&place, 4, gone[way]);
		assert_false(is_damaged(&place));
		place_open(&place);
		assert_int_equal(journal_last(place.journal), 4);
		assert_int_equal(
			journal_find_stream(place.journal, text_of("s"), text_of("a"), &stream), 0);
		for (uint64_t seq = 1; seq <= 3; seq++) {
			assert_int_equal(journal_lookup(place.journal, stream, seq, &entry), 0);
			assert_int_equal(entry.what, seq <= gone[way] ? ENTRY_GONE : ENTRY_EVENT);
		}
		append_event(&place);
		assert_int_equal(journal_commit(place.journal), 0);
		assert_int_equal(journal_view_begin(place.journal, &view), 0);
		assert_int_equal(journal_view_read(&view, 1, 9, count_gone, &n, &next), 0);
		journal_view_end(&view);
		assert_int_equal(n, (gone[way] < 3 ? gone[way] : 3) + 1);
		assert_int_equal(next, 6);
		place_end(&place);
	}
}

static void change(struct place *place, int db, const char *key, const char *value, size_t size)
{
	struct store_txn txn;
	struct store *store;

	assert_int_equal(store_open(dir_path(&place->dir, "journal"), journal_db_names, DB_COUNT,
				    STORE_ROOM_MAX, &store),
			 0);
	assert_int_equal(store_begin(store, true, &txn), 0);
	store_put(&txn, db, text_of(key), (struct text){ value, size });
	assert_int_equal(store_commit(&txn), 0);
	store_close(store);
}

static void an_order_that_is_changed_is_damage(void **state)
{
	static const struct {
		int db;
		const char *key, *value;
		size_t size;
		const char *why;
	} changes[] = {
		{ DB_META, ORDERS_KEY, "\0\0\0\0\0\0\0\1", 8, "one order fewer" },
		{ DB_META, ORDERS_KEY, "\1", 1, "a number that is none" },
		{ DB_META, HORIZON_KEY, "\0\0\0\0\0\0\0\1", 8, "another horizon" },
		{ DB_META, HORIZON_KEY, "\xff\0\0\0\0\0\0\1", 8, "a horizon that cannot be" },
		{ DB_FORGETS, "bbbbbbbbbbbbbbbb", "\0\0\0\0\0\0\0\1", 8, "one more is forgotten" },
		{ DB_OBJECTIONS, "bbbbbbbbbbbbbbbb", "", 0, "one more objects" },
		{ DB_OBJECTIONS, "b", "", 0, "a hash that is none" },
	};
	uint8_t learner[PSEUDONYM_BYTES];
	struct place place;

	(void)state;
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		place_begin(&place);
		name_learner(learner, 0);
		journal_forget(place.journal, learner, learner, WORLD_BEGIN);
		journal_set_horizon(place.journal, WORLD_BEGIN, WORLD_BEGIN);
		assert_int_equal(journal_commit(place.journal), 0);
		journal_close(place.journal);
		assert_false(is_damaged(&place));
		change(&place, changes[i].db, changes[i].key, changes[i].value, changes[i].size);
		if (!is_damaged(&place))
			fail_msg("not found: %s", changes[i].why);
		dir_end(&place.dir);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(orders_are_entries_among_the_others),
		cmocka_unit_test(what_is_gone_keeps_its_numbers_and_is_no_damage),
		cmocka_unit_test(an_order_that_is_changed_is_damage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
