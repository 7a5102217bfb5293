/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/journal/journal.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "daemon/base/names.h"
#include "daemon/store/store.h"
#include "tests/unit/journal/place.h"

static const uint8_t other_secret[16] = "another's dige";

/* NULL where there is none. */
static struct stream *find_stream(struct place *place, const char *source, const char *name)
{
	struct stream *stream;
	int err = journal_find_stream(place->journal, text_of(source), text_of(name), &stream);

	assert_int_equal(err, stream ? 0 : LIFT_E_NOT_FOUND);
	return stream;
}

static struct stream *stream_of(struct place *place, const char *source, const char *name)
{
	struct stream *stream = NULL;

	assert_int_equal(
		journal_add_stream(place->journal, text_of(source), text_of(name), &stream), 0);
	assert_ptr_equal(find_stream(place, source, name), stream);
	return stream;
}

static struct entry random_entry(void)
{
	struct entry entry = { .refused = chance_of(10) };

	if (entry.refused) {
		entry.err = LIFT_E_TYPE;
		memset(entry.digest, (int)chance(256), sizeof(entry.digest));
		return entry;
	}
	for (size_t i = 0; i < PSEUDONYM_BYTES; i++)
		entry.learner[i] = (uint8_t)chance(256);
	entry.fact = (struct fact){ .module = chance(3) ? chance(100) : chance(1u << 30),
				    .time = WORLD_BEGIN + chance(1u << 31),
				    .type = EVENT_ASSESSED,
				    .result = { .score = (int16_t)chance(10001),
						.passed = (int8_t)(chance(3) - 1),
						.phase = (uint8_t)chance(3) },
				    .voids_time = EVENT_NO_TIME,
				    .profile = chance(1000000) };
	return entry;
}

static bool same_entry(const struct entry *a, const struct entry *b)
{
	uint8_t a_bytes[ENTRY_MAX], b_bytes[ENTRY_MAX];
	size_t a_size = entry_encode(a, a_bytes), b_size = entry_encode(b, b_bytes);

	return a->refused == b->refused && a_size == b_size &&
	       memcmp(a_bytes, b_bytes, a_size) == 0;
}

/* Against a list. */

enum { SOURCES = 3, STREAMS = 6, NUMBERS = 3000, ENTRIES = STREAMS * NUMBERS };
static const char *const source_names[SOURCES] = { "a", "b", "c.d" };
static const char *const stream_names[2] = { "x", "\xff" }; /* the same in all sources */

struct kept {
	uint32_t stream; /* of the model: 2 * source + name */
	uint64_t seq;
	struct entry entry;
	int64_t receipt;
};

static struct model {
	struct kept kept[ENTRIES];
	size_t n, n_committed;
	bool have[STREAMS][NUMBERS + 1];
	bool made[STREAMS], made_committed[STREAMS];
	int64_t clock;
} model;

static struct stream *model_stream(struct place *place, uint32_t stream)
{
	return find_stream(place, source_names[stream / 2], stream_names[stream % 2]);
}

static void model_append(struct place *place, bool failed)
{
	uint32_t stream = chance(STREAMS), n = 1 + chance(chance_of(20) ? 300 : 8);
	struct stream *s = model_stream(place, stream);
	uint64_t seq;

	/* Once it has failed, nothing new is made. */
	if (!s && failed)
		return;
	if (!s)
		s = stream_of(place, source_names[stream / 2], stream_names[stream % 2]);
	model.made[stream] = true;
	seq = chance_of(80) ? s->next : 1 + chance(NUMBERS);
	model.clock += chance(3);
	if (seq + n - 1 > NUMBERS || !stream_has_room(s, seq, seq + n - 1))
		return;
	for (; n > 0; n--, seq++) {
		struct kept *kept = &model.kept[model.n];

		if (stream_has(s, seq))
			continue;
		*kept = (struct kept){ stream, seq, random_entry(),
				       journal_receipt(place->journal, model.clock) };
		journal_append(place->journal, s, seq, kept->receipt, &kept->entry);
		model.have[stream][seq] = true;
		model.n++;
	}
}

static void model_undo(void)
{
	for (size_t i = model.n_committed; i < model.n; i++)
		model.have[model.kept[i].stream][model.kept[i].seq] = false;
	memcpy(model.made, model.made_committed, sizeof(model.made));
	model.n = model.n_committed;
}

static void check_lookup(struct place *place, size_t i)
{
	const struct kept *kept = &model.kept[i];
	struct stream *stream = model_stream(place, kept->stream);
	struct entry found;

	assert_non_null(stream);
	assert_true(stream_has(stream, kept->seq));
	assert_int_equal(journal_lookup(place->journal, stream, kept->seq, &found), 0);
	assert_true(same_entry(&found, &kept->entry));
}

struct reading {
	struct place *place;
	uint64_t next;
	uint64_t stop; /* the reader says 7 at this one */
};

static int check_read(void *context, uint64_t number, uint32_t stream, const struct entry *entry)
{
	struct reading *reading = context;
	const struct kept *kept;

	assert_int_equal(number, reading->next++);
	assert_in_range(number, 1, model.n_committed);
	kept = &model.kept[number - 1];
	assert_true(same_entry(entry, &kept->entry));
	assert_int_equal(stream, model_stream(reading->place, kept->stream)->id);
	return number == reading->stop ? 7 : 0;
}

/* What a source's streams add up to. */
static void add_streams(struct text source, struct source_record *expected)
{
	for (uint32_t s = 0; s < STREAMS; s++) {
		uint64_t last = NUMBERS, missing = 0;

		while (last > 0 && !model.have[s][last])
			last--;
		for (uint64_t i = 1; i < last; i++)
			missing += !model.have[s][i];
		if (!text_equal(source, text_of(source_names[s / 2])) || !model.made[s])
			continue;
		expected->streams++;
		expected->gaps += missing > 0;
		expected->missing += missing;
	}
}

static void check_source(void *context, uint32_t id, struct text name,
			 const struct source_record *record)
{
	struct source_record expected = { 0 };

	(void)id;
	++*(size_t *)context;
	for (size_t i = 0; i < model.n_committed; i++) {
		const struct kept *kept = &model.kept[i];

		if (!text_equal(name, text_of(source_names[kept->stream / 2])))
			continue;
		expected.last_received = kept->receipt;
		if (kept->entry.refused) {
			expected.rejected++;
			if (expected.last_accepted == 0)
				expected.last_accepted = kept->receipt;
			continue;
		}
		if (expected.accepted > 0)
			rhythm_add(&expected.rhythm, expected.last_accepted, kept->receipt,
				   kept->receipt - expected.last_accepted);
		expected.last_accepted = kept->receipt;
		expected.accepted++;
		if (kept->entry.fact.time > expected.last_event)
			expected.last_event = kept->entry.fact.time;
	}
	add_streams(name, &expected);
	expected.rows = (uint32_t)expected.rejected;
	assert_true((record->since != 0) == (expected.missing > 0));
	expected.since = record->since;
	assert_memory_equal(record, &expected, sizeof(expected));
}

static int check_gap(void *context, const struct stream *stream, struct text name)
{
	(void)name;
	*(uint64_t *)context += stream_missing(stream);
	assert_true(stream_missing(stream) > 0);
	return 0;
}

static int check_stream(void *context, const struct stream *stream, struct text name)
{
	++*(size_t *)context;
	for (uint32_t s = 0; s < STREAMS; s++) {
		uint64_t there = 0, next = 1;

		if (!text_equal(name, text_of(stream_names[s % 2])))
			continue;
		for (uint64_t i = 1; i <= NUMBERS; i++)
			there += model.have[s][i] == stream_has(stream, i);
		while (next <= NUMBERS && model.have[s][next])
			next++;
		if (there == NUMBERS && next == stream->next)
			return 0;
	}
	fail_msg("a stream that no source has");
	return 1;
}

/* After a commit: a view sees the list, from wherever it reads. */
static void check_views(struct place *place)
{
	struct journal_view view;
	uint64_t from = 1 + chance((uint32_t)model.n + 2), next = 0, most = 1 + chance(400);
	struct reading reading = { place, from, 0 };
	struct source_record all = { 0 };
	uint64_t missing = 0;
	size_t n = 0;

	assert_int_equal(journal_last(place->journal), model.n);
	assert_int_equal(journal_view_begin(place->journal, &view), 0);
	assert_int_equal(journal_view_last(&view), model.n);
	assert_int_equal(journal_view_read(&view, from, most, check_read, &reading, &next), 0);
	/* Whole chunks: as many as were asked for, or all; and not much more. */
	assert_int_equal(next, reading.next);
	assert_true(next - from >= most || next == model.n + 1 || from > model.n);
	assert_true(next - from < most + CHUNK_MAX);
	if (model.n > 0) {
		reading = (struct reading){ place, 1, 1 + chance((uint32_t)model.n) };
		assert_int_equal(
			journal_view_read(&view, 1, UINT64_MAX, check_read, &reading, &next), 7);
		assert_int_equal(reading.next, reading.stop + 1);
	}
	assert_int_equal(journal_view_sources(&view, check_source, &n), 0);
	assert_true(n <= SOURCES);
	n = 0;
	assert_int_equal(journal_view_streams(&view, check_stream, &n), 0);
	assert_true(n <= STREAMS);
	for (uint32_t s = 0; s < SOURCES; s++)
		add_streams(text_of(source_names[s]), &all);
	assert_int_equal(journal_view_gaps(&view, check_gap, &missing), 0);
	assert_true(missing == all.missing);
	journal_view_end(&view);
}

static void random_streams_are_those_of_a_list(void **state)
{
	struct place place;

	(void)state;
	chance_of_world(1);
	place_begin(&place);
	memset(&model, 0, sizeof(model));
	model.clock = WORLD_BEGIN;
	for (int step = 0; step < 700; step++) {
		model_append(&place, false);
		if (model.n > 0 && chance_of(60))
			check_lookup(&place, chance((uint32_t)model.n));
		if (chance_of(30)) {
			assert_int_equal(journal_commit(place.journal), 0);
			model.n_committed = model.n;
			memcpy(model.made_committed, model.made, sizeof(model.made));
			check_views(&place);
		} else if (chance_of(10)) {
			journal_fail(place.journal, LIFT_E_DISK);
			model_append(&place, true);
			assert_int_equal(journal_commit(place.journal), LIFT_E_DISK);
			model_undo();
			check_views(&place);
		} else if (chance_of(5)) {
			place_reopen(&place);
			model_undo();
			check_views(&place);
		}
	}
	assert_int_equal(journal_commit(place.journal), 0);
	model.n_committed = model.n;
	place_reopen(&place);
	for (size_t i = 0; i < model.n; i++)
		check_lookup(&place, i);
	check_views(&place);
	assert_true(model.n > 3000);
	place_end(&place);
}

/* Opening. */

static void a_journal_of_another_secret_is_refused(void **state)
{
	struct journal *journal = NULL;
	struct place place;

	(void)state;
	place_begin(&place);
	journal_close(place.journal);
	assert_int_equal(journal_open(dir_path(&place.dir, "journal"), other_secret, &journal),
			 LIFT_E_SECRET);
	assert_null(journal);
	place_open(&place);
	place_end(&place);
}

static void a_journal_keeps_its_id_and_no_two_have_the_same(void **state)
{
	uint8_t id[JOURNAL_ID];
	struct place place, other;

	(void)state;
	place_begin(&place);
	place_begin(&other);
	memcpy(id, journal_id(place.journal), sizeof(id));
	assert_memory_not_equal(id, journal_id(other.journal), sizeof(id));
	place_reopen(&place);
	assert_memory_equal(id, journal_id(place.journal), sizeof(id));
	place_end(&other);
	place_end(&place);
}

/* Change one value of a closed journal, in its own layout. */
static void change(const struct place *place, const char *db, struct text key, struct text value)
{
	const char *const dbs[] = { db };
	struct store *store;
	struct store_txn txn;

	assert_int_equal(
		store_open(dir_path(&place->dir, "journal"), dbs, 1, STORE_ROOM_MAX, &store), 0);
	assert_int_equal(store_begin(store, true, &txn), 0);
	store_put(&txn, 0, key, value);
	assert_int_equal(store_commit(&txn), 0);
	store_close(store);
}

static void a_journal_of_a_newer_format_is_refused(void **state)
{
	struct journal *journal;
	struct place place;

	(void)state;
	place_begin(&place);
	journal_close(place.journal);
	change(&place, "meta", text_of("format"),
	       (struct text){ &(char){ JOURNAL_FORMAT + 1 }, 1 });
	assert_int_equal(journal_open(dir_path(&place.dir, "journal"), place_secret, &journal),
			 LIFT_E_NEWER);
	dir_end(&place.dir);
}

static int count_entry(void *context, uint64_t number, uint32_t stream, const struct entry *entry)
{
	(void)number, (void)stream, (void)entry;
	++*(int *)context;
	return 0;
}

static void a_damaged_chunk_is_told_and_not_read(void **state)
{
	static const char *const dbs[] = { "entries" };
	struct entry entry = { .refused = true, .err = LIFT_E_TYPE };
	uint8_t bytes[8] = { 0 }, value[CHUNK_MAX];
	struct text key = { (char *)bytes, sizeof(bytes) }, found;
	struct journal_view view;
	struct store *store;
	struct store_txn txn;
	struct place place;
	uint64_t next;
	size_t size;
	int n = 0;

	(void)state;
	place_begin(&place);
	for (uint64_t seq = 1; seq <= 3; seq += 2)
		journal_append(place.journal, stream_of(&place, "a", "x"), seq, 1, &entry);
	assert_int_equal(journal_commit(place.journal), 0);
	journal_close(place.journal);
	bytes[7] = 1;
	assert_int_equal(
		store_open(dir_path(&place.dir, "journal"), dbs, 1, STORE_ROOM_MAX, &store), 0);
	assert_int_equal(store_begin(store, false, &txn), 0);
	assert_true(store_get(&txn, 0, key, &found));
	size = found.size;
	memcpy(value, found.data, size);
	store_abort(&txn);
	store_close(store);
	value[size - 1] ^= 0x10;
	change(&place, "entries", key, (struct text){ (char *)value, size });
	place_open(&place);
	assert_int_equal(journal_lookup(place.journal, stream_of(&place, "a", "x"), 1, &entry),
			 LIFT_E_CORRUPT);
	assert_int_equal(journal_lookup(place.journal, stream_of(&place, "a", "x"), 3, &entry), 0);
	assert_int_equal(journal_view_begin(place.journal, &view), 0);
	assert_int_equal(journal_view_read(&view, 1, 10, count_entry, &n, &next), LIFT_E_CORRUPT);
	assert_int_equal(n, 0);
	assert_int_equal(journal_view_read(&view, 2, 10, count_entry, &n, &next), 0);
	assert_int_equal(n, 1);
	assert_int_equal(next, 3);
	journal_view_end(&view);
	place_end(&place);
}

/* Names. */

static void names_have_numbers_of_their_kind_and_are_undone_with_the_rest(void **state)
{
	struct journal_view view;
	struct place place;
	struct text name;
	uint32_t id;

	(void)state;
	place_begin(&place);
	assert_int_equal(journal_find_name(place.journal, NAME_MODULE, text_of("m")), NAMES_NONE);
	assert_int_equal(journal_add_name(place.journal, NAME_MODULE, text_of("m"), &id), 0);
	assert_int_equal(id, 0);
	assert_int_equal(journal_add_name(place.journal, NAME_REGION, text_of("m"), &id), 0);
	assert_int_equal(id, 0);
	assert_int_equal(journal_add_name(place.journal, NAME_VALUE, (struct text){ NULL, 0 }, &id),
			 0);
	assert_int_equal(journal_commit(place.journal), 0);
	assert_int_equal(journal_add_name(place.journal, NAME_MODULE, text_of("gone"), &id), 0);
	assert_int_equal(id, 1);
	stream_of(&place, "a", "x");
	journal_fail(place.journal, LIFT_E_NAMES);
	assert_int_equal(journal_commit(place.journal), LIFT_E_NAMES);
	assert_int_equal(journal_find_name(place.journal, NAME_MODULE, text_of("gone")),
			 NAMES_NONE);
	assert_null(find_stream(&place, "a", "x"));
	assert_int_equal(journal_add_name(place.journal, NAME_MODULE, text_of("kept"), &id), 0);
	assert_int_equal(id, 1);
	/* Not yet: a view sees what is committed. */
	assert_int_equal(journal_view_begin(place.journal, &view), 0);
	assert_false(journal_view_name(&view, NAME_MODULE, 1, &name));
	journal_view_end(&view);
	assert_int_equal(journal_commit(place.journal), 0);
	place_reopen(&place);
	assert_int_equal(journal_find_name(place.journal, NAME_MODULE, text_of("kept")), 1);
	assert_int_equal(journal_find_name(place.journal, NAME_VALUE, (struct text){ NULL, 0 }), 0);
	assert_int_equal(journal_view_begin(place.journal, &view), 0);
	assert_true(journal_view_name(&view, NAME_MODULE, 1, &name));
	assert_true(text_equal(name, text_of("kept")));
	assert_true(journal_view_name(&view, NAME_VALUE, 0, &name));
	assert_int_equal(name.size, 0);
	assert_false(journal_view_name(&view, NAME_REGION, 1, &name));
	journal_view_end(&view);
	place_end(&place);
}

static void a_view_sees_one_moment(void **state)
{
	struct entry entry = { .refused = true, .err = LIFT_E_TYPE };
	struct journal_view view;
	struct place place;
	uint32_t source;

	(void)state;
	place_begin(&place);
	journal_append(place.journal, stream_of(&place, "a", "x"), 1, 1, &entry);
	assert_int_equal(journal_commit(place.journal), 0);
	assert_int_equal(journal_view_begin(place.journal, &view), 0);
	journal_append(place.journal, stream_of(&place, "a", "x"), 2, 1, &entry);
	journal_append(place.journal, stream_of(&place, "b", "x"), 1, 1, &entry);
	assert_int_equal(journal_last(place.journal), 1);
	assert_int_equal(journal_commit(place.journal), 0);
	assert_int_equal(journal_last(place.journal), 3);
	assert_int_equal(journal_view_last(&view), 1);
	assert_true(journal_view_stream_source(&view, 0, &source));
	assert_int_equal(source, 0);
	assert_false(journal_view_stream_source(&view, 1, &source));
	journal_view_end(&view);
	assert_int_equal(journal_view_begin(place.journal, &view), 0);
	assert_int_equal(journal_view_last(&view), 3);
	assert_true(journal_view_stream_source(&view, 1, &source));
	assert_int_equal(source, 1);
	journal_view_end(&view);
	place_end(&place);
}

static void receipts_never_go_back(void **state)
{
	struct entry entry = { .refused = true, .err = LIFT_E_TYPE };
	struct place place;

	(void)state;
	place_begin(&place);
	assert_int_equal(journal_receipt(place.journal, 5), 5);
	journal_append(place.journal, stream_of(&place, "a", "x"), 1, 1000, &entry);
	assert_int_equal(journal_receipt(place.journal, 5), 1000);
	assert_int_equal(journal_commit(place.journal), 0);
	journal_append(place.journal, stream_of(&place, "b", "x"), 1, 2000, &entry);
	journal_fail(place.journal, LIFT_E_DISK);
	assert_int_equal(journal_commit(place.journal), LIFT_E_DISK);
	assert_int_equal(journal_receipt(place.journal, 5), 1000);
	place_reopen(&place);
	assert_int_equal(journal_receipt(place.journal, 5), 1000);
	assert_int_equal(journal_receipt(place.journal, 1001), 1001);
	place_end(&place);
}

/* The quarantine. */

/* What a source's record says, and when nobody could be heard. */
struct heard {
	struct source_record record;
	struct outages outages;
};

static void take_record(void *context, uint32_t id, struct text name,
			const struct source_record *record)
{
	(void)id, (void)name;
	((struct heard *)context)->record = *record;
}

static struct heard heard_in(const struct place *place)
{
	struct journal_view view;
	struct heard heard;

	assert_int_equal(journal_view_begin(place->journal, &view), 0);
	assert_int_equal(journal_view_outages(&view, &heard.outages), 0);
	assert_int_equal(journal_view_sources(&view, take_record, &heard), 0);
	journal_view_end(&view);
	return heard;
}

/* An event of source "a", accepted or refused. */
static void receive(struct place *place, int64_t receipt, int err)
{
	const struct entry entry = { .refused = err != 0,
				     .err = err,
				     .fact = { .type = EVENT_STARTED, .time = WORLD_BEGIN } };
	struct stream *stream;

	assert_int_equal(journal_add_stream(place->journal, text_of("a"), text_of("s"), &stream),
			 0);
	journal_append(place->journal, stream, stream->next, receipt, &entry);
	assert_int_equal(journal_commit(place->journal), 0);
}

static void listen(struct place *place, int64_t clock_ms)
{
	journal_listens(place->journal, clock_ms);
	assert_int_equal(journal_commit(place->journal), 0);
}

enum { MINUTE_MS = 60000, HOUR_MS = 60 * MINUTE_MS };

static void only_what_is_accepted_is_heard(void **state)
{
	struct place place;

	(void)state;
	place_begin(&place);
	receive(&place, WORLD_BEGIN, LIFT_E_TYPE);
	receive(&place, WORLD_BEGIN + HOUR_MS, LIFT_E_TYPE);
	/* Since then it waits for what can be accepted. */
	assert_true(heard_in(&place).record.last_accepted == WORLD_BEGIN);
	receive(&place, WORLD_BEGIN + 2 * HOUR_MS, 0);
	receive(&place, WORLD_BEGIN + 3 * HOUR_MS, LIFT_E_TYPE);
	place_reopen(&place);
	assert_true(heard_in(&place).record.last_accepted == WORLD_BEGIN + 2 * HOUR_MS);
	assert_true(heard_in(&place).record.last_received == WORLD_BEGIN + 3 * HOUR_MS);
	place_end(&place);
}

static void without_a_daemon_nobody_is_silent(void **state)
{
	const int64_t back = WORLD_BEGIN + 50 * HOUR_MS;
	struct rhythm expected = { .latest = 0 };
	struct place place;
	struct heard heard;

	(void)state;
	place_begin(&place);
	listen(&place, WORLD_BEGIN);
	receive(&place, WORLD_BEGIN, 0);
	/* A restart is none, and neither is an hour that goes by. */
	place_reopen(&place);
	for (int64_t at = 0; at < HOUR_MS; at += MINUTE_MS)
		listen(&place, WORLD_BEGIN + at + MINUTE_MS);
	assert_int_equal(heard_in(&place).outages.n, 0);
	/* Where it is not known to the minute, it is to ten of them. */
	place_reopen(&place);
	listen(&place, back);
	heard = heard_in(&place);
	assert_int_equal(heard.outages.n, 1);
	assert_true(heard.outages.rows[0].from_ms > WORLD_BEGIN + HOUR_MS - LISTENED_EVERY_MS);
	assert_true(heard.outages.rows[0].from_ms <= WORLD_BEGIN + HOUR_MS);
	assert_true(heard.outages.rows[0].until_ms == back);
	/* What came then had been waiting. */
	receive(&place, back, 0);
	place_reopen(&place);
	rhythm_add(&expected, WORLD_BEGIN, back, heard.outages.rows[0].from_ms - WORLD_BEGIN);
	heard = heard_in(&place);
	assert_memory_equal(&heard.record.rhythm, &expected, sizeof(expected));
	assert_int_equal(heard.outages.n, 1);
	place_end(&place);
}

static void a_clock_that_is_put_on_and_back_has_not_been(void **state)
{
	struct place place;
	struct heard heard;

	(void)state;
	place_begin(&place);
	listen(&place, WORLD_BEGIN);
	receive(&place, WORLD_BEGIN, 0);
	listen(&place, WORLD_BEGIN + 24 * HOUR_MS);
	assert_int_equal(heard_in(&place).outages.n, 1);
	listen(&place, WORLD_BEGIN + MINUTE_MS);
	heard = heard_in(&place);
	assert_int_equal(heard.outages.n, 1);
	assert_true(heard.outages.rows[0].until_ms == WORLD_BEGIN + MINUTE_MS);
	/* An operator says that it is right, after something was received by it. */
	receive(&place, WORLD_BEGIN + 48 * HOUR_MS, 0);
	journal_set_receipt(place.journal, WORLD_BEGIN + 2 * MINUTE_MS);
	assert_int_equal(journal_commit(place.journal), 0);
	heard = heard_in(&place);
	assert_true(heard.record.last_accepted == WORLD_BEGIN + 2 * MINUTE_MS);
	place_end(&place);
}

static void closed_streams_are_counted_once(void **state)
{
	struct place place;
	struct stream *stream;

	(void)state;
	place_begin(&place);
	receive(&place, WORLD_BEGIN, 0);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(
			journal_find_stream(place.journal, text_of("a"), text_of("s"), &stream), 0);
		journal_close_stream(place.journal, stream);
		assert_int_equal(journal_commit(place.journal), 0);
		place_reopen(&place);
		assert_int_equal(heard_in(&place).record.closed, 1);
	}
	place_end(&place);
}

static void the_oldest_rows_of_the_quarantine_give_way(void **state)
{
	enum { MORE = 5 };
	static const char *const dbs[] = { "quarantine" };
	struct entry entry = { .refused = true, .err = LIFT_E_TYPE };
	struct store_cursor cursor;
	struct text key, value;
	struct store_txn txn;
	struct store *store;
	struct place place;

	(void)state;
	place_begin(&place);
	for (uint64_t seq = 1; seq <= JOURNAL_QUARANTINE_MAX + MORE; seq++) {
		journal_append(place.journal, stream_of(&place, "a", "x"), seq, 1, &entry);
		/* The count of rows is that of the disk, after a restart and a failure, too. */
		if (seq == 40000)
			assert_int_equal(journal_commit(place.journal), 0);
		if (seq == 40000)
			place_reopen(&place);
	}
	assert_int_equal(journal_commit(place.journal), 0);
	journal_append(place.journal, stream_of(&place, "a", "x"),
		       JOURNAL_QUARANTINE_MAX + MORE + 1, 1, &entry);
	journal_fail(place.journal, LIFT_E_DISK);
	assert_int_equal(journal_commit(place.journal), LIFT_E_DISK);
	assert_int_equal(journal_last(place.journal), JOURNAL_QUARANTINE_MAX + MORE);
	/* The verdicts stay. */
	assert_int_equal(journal_lookup(place.journal, stream_of(&place, "a", "x"), 1, &entry), 0);
	assert_true(entry.refused && entry.err == LIFT_E_TYPE);
	journal_close(place.journal);
	assert_int_equal(
		store_open(dir_path(&place.dir, "journal"), dbs, 1, STORE_ROOM_MAX, &store), 0);
	assert_int_equal(store_begin(store, false, &txn), 0);
	assert_int_equal(store_count(&txn, 0), JOURNAL_QUARANTINE_MAX);
	store_cursor_open(&txn, 0, &cursor);
	assert_true(store_seek(&cursor, (struct text){ NULL, 0 }, &key, &value));
	assert_int_equal(get_be((const uint8_t *)key.data, 8), MORE + 1);
	store_cursor_close(&cursor);
	store_abort(&txn);
	store_close(store);
	dir_end(&place.dir);
}

/* How many rows, and how many of them a number is remembered for. */
static void check_rows(const struct place *place, uint64_t rows, uint64_t reused)
{
	static const char *const dbs[] = { "quarantine", "reused" };
	struct store_txn txn;
	struct store *store;

	assert_int_equal(
		store_open(dir_path(&place->dir, "journal"), dbs, 2, STORE_ROOM_MAX, &store), 0);
	assert_int_equal(store_begin(store, false, &txn), 0);
	assert_int_equal(store_count(&txn, 0), rows);
	assert_int_equal(store_count(&txn, 1), reused);
	store_abort(&txn);
	store_close(store);
}

static void a_number_that_came_again_has_one_row_while_that_is_kept(void **state)
{
	struct entry good = random_entry(), bad = { .refused = true, .err = LIFT_E_TYPE };
	struct stream *stream;
	struct place place;

	(void)state;
	good.refused = false;
	place_begin(&place);
	stream = stream_of(&place, "a", "x");
	for (uint64_t seq = 1; seq <= 3; seq++)
		journal_append(place.journal, stream, seq, 1, &good);
	for (int turn = 0; turn < 2; turn++)
		for (uint64_t seq = 1; seq <= 3; seq++)
			journal_refuse_reused(place.journal, stream, seq, 1);
	assert_int_equal(journal_commit(place.journal), 0);
	assert_int_equal(journal_last(place.journal), 3);
	journal_close(place.journal);
	check_rows(&place, 3, 3);
	place_open(&place);
	/* Two of them give way: then their numbers may come into it again. */
	for (uint64_t seq = 4; seq <= 3 + JOURNAL_QUARANTINE_MAX - 1; seq++)
		journal_append(place.journal, stream_of(&place, "a", "x"), seq, 1, &bad);
	assert_int_equal(journal_commit(place.journal), 0);
	journal_close(place.journal);
	check_rows(&place, JOURNAL_QUARANTINE_MAX, 1);
	place_open(&place);
	for (uint64_t seq = 3; seq >= 2; seq--) /* 3 is there; 2 comes, and 3 gives way to it */
		journal_refuse_reused(place.journal, stream_of(&place, "a", "x"), seq, 1);
	assert_int_equal(journal_commit(place.journal), 0);
	journal_close(place.journal);
	check_rows(&place, JOURNAL_QUARANTINE_MAX, 1);
	dir_end(&place.dir);
}

/* A disk that is full. */

/* The kernel refuses to let the file grow: as a full disk would. */
static void a_commit_that_the_disk_refuses_undoes_all_and_the_next_goes_through(void **state)
{
	struct rlimit before, limit;
	struct entry entry = random_entry(), found;
	struct stat stat_now;
	struct stream *stream;
	struct place place;
	uint64_t seq = 1;
	int err = 0;

	(void)state;
	place_begin(&place);
	journal_append(place.journal, stream_of(&place, "a", "x"), seq++, 1, &entry);
	assert_int_equal(journal_commit(place.journal), 0);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(stat(dir_path(&place.dir, "journal/data.mdb"), &stat_now), 0);
	limit = before;
	limit.rlim_cur = (rlim_t)stat_now.st_size + 64 * 1024;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	for (int turn = 0; turn < 1000 && !err; turn++) {
		for (int i = 0; i < 100; i++)
			journal_append(place.journal, stream_of(&place, "a", "x"), seq++, 1,
				       &entry);
		err = journal_commit(place.journal);
	}
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	signal(SIGXFSZ, SIG_DFL);
	assert_int_not_equal(err, 0);
	seq -= 100; /* the last hundred are not there */
	stream = find_stream(&place, "a", "x");
	assert_non_null(stream);
	assert_int_equal(stream->next, seq);
	assert_int_equal(journal_last(place.journal), seq - 1);
	assert_int_equal(journal_lookup(place.journal, stream, seq - 1, &found), 0);
	for (int i = 0; i < 100; i++)
		journal_append(place.journal, stream_of(&place, "a", "x"), seq++, 1, &entry);
	assert_int_equal(journal_commit(place.journal), 0);
	place_reopen(&place);
	assert_int_equal(journal_last(place.journal), seq - 1);
	stream = stream_of(&place, "a", "x");
	for (uint64_t i = 1; i < seq; i++)
		assert_int_equal(journal_lookup(place.journal, stream, i, &found), 0);
	place_end(&place);
}

static void a_hundred_events_are_a_hundred_bytes_each_at_most(void **state)
{
	struct place place;
	uint64_t seq = 1, before;

	(void)state;
	chance_of_world(5);
	place_begin(&place);
	before = journal_bytes(place.journal);
	for (int batch = 0; batch < 300; batch++) {
		for (int i = 0; i < 100; i++, seq++) {
			struct entry entry = random_entry();

			journal_append(place.journal, stream_of(&place, "a", "x"), seq, batch,
				       &entry);
		}
		assert_int_equal(journal_commit(place.journal), 0);
	}
	assert_true(journal_bytes(place.journal) - before <= 100 * (seq - 1));
	place_end(&place);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_streams_are_those_of_a_list),
		cmocka_unit_test(a_journal_of_another_secret_is_refused),
		cmocka_unit_test(a_journal_keeps_its_id_and_no_two_have_the_same),
		cmocka_unit_test(a_journal_of_a_newer_format_is_refused),
		cmocka_unit_test(a_damaged_chunk_is_told_and_not_read),
		cmocka_unit_test(names_have_numbers_of_their_kind_and_are_undone_with_the_rest),
		cmocka_unit_test(a_view_sees_one_moment),
		cmocka_unit_test(receipts_never_go_back),
		cmocka_unit_test(only_what_is_accepted_is_heard),
		cmocka_unit_test(without_a_daemon_nobody_is_silent),
		cmocka_unit_test(a_clock_that_is_put_on_and_back_has_not_been),
		cmocka_unit_test(closed_streams_are_counted_once),
		cmocka_unit_test(the_oldest_rows_of_the_quarantine_give_way),
		cmocka_unit_test(a_number_that_came_again_has_one_row_while_that_is_kept),
		cmocka_unit_test(
			a_commit_that_the_disk_refuses_undoes_all_and_the_next_goes_through),
		cmocka_unit_test(a_hundred_events_are_a_hundred_bytes_each_at_most),
	};

	chance_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
