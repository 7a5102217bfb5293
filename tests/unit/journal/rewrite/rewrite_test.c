/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/journal/rewrite/rewrite.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "daemon/journal/walk/walk.h"
#include "tests/unit/journal/place.h"

static const uint8_t secret[16] = "a secret's dig", other_secret[16] = "another's dige";
enum { ROUNDS = 30, EVENTS = 200 /* a round: a commit */, LEARNERS = 40, TEXT = 8 << 20 };
enum { EDITION = 4711 };

/* A journal that has something of everything. */

static void learner_of(uint32_t n, uint8_t to[static PSEUDONYM_BYTES])
{
	memset(to, (int)(n + 1), PSEUDONYM_BYTES);
}

static struct entry entry_of(struct journal *journal)
{
	struct entry entry = { .refused = chance_of(5), .err = LIFT_E_TYPE };
	uint8_t profile[12];

	if (entry.refused) {
		memset(entry.digest, (int)chance(256), sizeof(entry.digest));
		return entry;
	}
	put_be(profile, name_numbered(journal, NAME_REGION, "region-", chance(20)), 4);
	put_be(profile + 4, name_numbered(journal, NAME_DIMENSION, "d", chance(2)), 4);
	put_be(profile + 8, name_numbered(journal, NAME_VALUE, "v", chance(3)), 4);
	entry.fact = (struct fact){ .module = name_numbered(journal, NAME_MODULE, "module-",
							    chance(300)),
				    .time = WORLD_BEGIN + chance(1u << 30),
				    .type = EVENT_STARTED,
				    .result = { .score = -1, .passed = -1 },
				    .voids_time = EVENT_NO_TIME };
	assert_int_equal(journal_add_name(journal, NAME_PROFILE,
					  (struct text){ (char *)profile, sizeof(profile) },
					  &entry.fact.profile),
			 0);
	learner_of(chance(LEARNERS), entry.learner);
	return entry;
}

static void append(struct journal *journal, struct stream *stream, int64_t receipt)
{
	uint8_t retry[PSEUDONYM_BYTES + 1] = { 0 };
	struct entry entry = entry_of(journal);
	uint32_t n = stream->n_ranges;
	uint64_t seq = n > 0 ? stream->ranges[n - 1].last + 1 : stream->next;

	learner_of(chance(LEARNERS), retry);
	if (entry.refused && chance_of(50)) {
		journal_keep_sent(journal, text_of("what was sent"));
		journal_keep_retry(journal, (struct text){ (char *)retry, sizeof(retry) });
	}
	journal_append(journal, stream, seq + (n < 20 && chance_of(1)), receipt, &entry);
}

/* Sources of several streams, with gaps; names that nothing uses. */
static void fill(struct journal *journal, uint32_t rounds)
{
	static const char *const sources[] = { "a", "b", "c" }, *const streams[] = { "x", "y",
										     "z" };
	static int64_t now = WORLD_BEGIN;
	struct stream *stream;

	for (uint32_t round = 0; round < rounds; round++) {
		name_numbered(journal, NAME_MODULE, "unused-", round);
		for (uint32_t i = 0; i < EVENTS; i++) {
			if (i % 20 == 0)
				assert_int_equal(
					journal_add_stream(journal, text_of(sources[chance(3)]),
							   text_of(streams[chance(3)]), &stream),
					0);
			append(journal, stream, now += chance(2));
		}
		journal_keep_sent(journal, text_of("other content"));
		journal_refuse_reused(journal, stream,
				      stream->next > 1 ? 1 : stream->ranges[0].first, now);
		journal_listens(journal, now);
		assert_int_equal(journal_commit(journal), 0);
	}
}

/* All that a journal says, in words: numbers of names are not. */

struct told {
	struct journal_view view;
	char *text;
	size_t size;
};

__attribute__((format(printf, 2, 3))) static void tell(struct told *told, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	told->size += (size_t)vsnprintf(told->text + told->size, TEXT - told->size, format, args);
	va_end(args);
	assert_in_range(told->size, 0, TEXT - 1);
}

static void tell_bytes(struct told *told, const uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		tell(told, "%02x", bytes[i]);
}

static void tell_name(struct told *told, enum name_kind kind, uint32_t id)
{
	struct text name;

	assert_true(journal_view_name(&told->view, kind, id, &name));
	tell(told, " %.*s", (int)name.size, name.data);
}

static int tell_entry(void *context, uint64_t number, uint32_t stream, const struct entry *entry)
{
	struct told *told = context;
	struct profile_key key;
	struct text profile;

	tell(told, "%llu %u ", (unsigned long long)number, stream);
	if (entry->refused) {
		tell_bytes(told, entry->digest, sizeof(entry->digest));
		tell(told, " %d\n", entry->err);
		return 0;
	}
	tell_bytes(told, entry->learner, sizeof(entry->learner));
	tell(told, " %lld", (long long)entry->fact.time);
	tell_name(told, NAME_MODULE, entry->fact.module);
	assert_true(journal_view_name(&told->view, NAME_PROFILE, entry->fact.profile, &profile));
	assert_int_equal(profile_key_decode(profile, &key), 0);
	tell_name(told, NAME_REGION, key.region);
	for (uint32_t i = 0; i < key.n; i++) {
		tell_name(told, NAME_DIMENSION, key.attrs[i].dimension);
		tell_name(told, NAME_VALUE, key.attrs[i].value);
	}
	tell(told, "\n");
	return 0;
}

static int tell_stream(void *context, const struct stream *stream, struct text name)
{
	uint8_t bytes[STREAM_RECORD_MAX];

	tell(context, "stream %u %u %.*s ", stream->id, stream->source, (int)name.size, name.data);
	tell_bytes(context, bytes, stream_encode(stream, bytes));
	tell(context, "\n");
	return 0;
}

static int tell_row(void *context, const struct quarantined *row)
{
	tell(context, "row %llu %u %llu %d %.*s ", (unsigned long long)row->number, row->stream,
	     (unsigned long long)row->seq, row->err, (int)row->sent.size, row->sent.data);
	tell_bytes(context, (const uint8_t *)row->retry.data, row->retry.size);
	tell(context, "\n");
	return 0;
}

static void tell_source(void *context, uint32_t id, struct text name,
			const struct source_record *record)
{
	struct told *told = context;

	tell(told, "source %u %.*s %llu %llu %lld %lld %u %u %llu %lld %u\n", id, (int)name.size,
	     name.data, (unsigned long long)record->accepted, (unsigned long long)record->rejected,
	     (long long)record->last_event, (long long)record->last_received, record->streams,
	     record->gaps, (unsigned long long)record->missing, (long long)record->since,
	     record->rows);
	assert_int_equal(journal_view_refused(&told->view, id, 0, tell_row, told), 0);
}

static char *words_of(struct journal *journal)
{
	struct told told = { .text = malloc(TEXT) };
	uint64_t next;

	assert_non_null(told.text);
	assert_int_equal(journal_view_begin(journal, &told.view), 0);
	assert_int_equal(journal_view_read(&told.view, 1, UINT64_MAX, tell_entry, &told, &next), 0);
	assert_int_equal(journal_view_streams(&told.view, tell_stream, &told), 0);
	assert_int_equal(journal_view_gaps(&told.view, tell_stream, &told), 0);
	assert_int_equal(journal_view_quarantine(&told.view, 0, tell_row, &told), 0);
	assert_int_equal(journal_view_sources(&told.view, tell_source, &told), 0);
	journal_view_end(&told.view);
	return told.text;
}

static void check_whole(const char *dir)
{
	struct journal_walk *walk;
	char path[128];
	bool more;

	snprintf(path, sizeof(path), "%s/data.mdb", dir);
	assert_int_equal(journal_walk_begin(path, UINT64_MAX, &walk, &more), 0);
	assert_string_equal(journal_walk_damage(walk)->text, "");
	assert_false(journal_walk_damage(walk)->found);
	journal_walk_end(walk);
}

static struct journal *open_journal(const struct dir *dir, const char *name)
{
	struct journal *journal;

	assert_int_equal(journal_open(dir_path(dir, name), secret, &journal), 0);
	return journal;
}

static struct rewrite *open_rewrite(const struct dir *dir, struct journal *from,
				    const struct rewrite_rules *rules)
{
	struct rewrite *rewrite;

	assert_int_equal(rewrite_open(dir_path(dir, "new"), from, secret, EDITION, rules, &rewrite),
			 0);
	return rewrite;
}

/* The new one says what the old one says, opened as a daemon opens it. */
static void check_alike(const struct dir *dir, struct journal *from)
{
	struct journal *to;
	char *expected = words_of(from), *actual;

	check_whole(dir_path(dir, "new"));
	to = open_journal(dir, "new");
	actual = words_of(to);
	assert_string_equal(actual, expected);
	assert_memory_equal(journal_id(to), journal_id(from), JOURNAL_ID);
	assert_int_equal(journal_edition(to), EDITION);
	assert_int_equal(journal_last(to), journal_last(from));
	assert_int_equal(journal_find_name(to, NAME_MODULE, text_of("unused-0")), UINT32_MAX);
	journal_close(to);
	free(expected);
	free(actual);
}

static void the_new_journal_says_what_the_old_one_says(void **state)
{
	struct dir dir;
	struct journal *from;
	struct rewrite *rewrite;

	(void)state;
	dir_begin(&dir);
	from = open_journal(&dir, "old");
	fill(from, ROUNDS);
	rewrite = open_rewrite(&dir, from, NULL);
	assert_int_equal(rewrite_finish(rewrite), 0);
	rewrite_close(rewrite);
	check_alike(&dir, from);
	journal_close(from);
	dir_end(&dir);
}

/* Rows come and go, gaps close, names come, while it is written; it is closed, and goes on. */
static void it_follows_a_journal_that_goes_on(void **state)
{
	struct dir dir;
	struct journal *from;
	struct rewrite *rewrite;
	struct quarantined row;
	uint32_t source;
	bool more;

	(void)state;
	dir_begin(&dir);
	from = open_journal(&dir, "old");
	fill(from, 3);
	for (int round = 0; round < 8; round++) {
		rewrite = open_rewrite(&dir, from, NULL);
		assert_int_equal(rewrite_follow(rewrite, 1 + chance(EVENTS), &more), 0);
		fill(from, 1 + chance(2));
		assert_int_equal(rewrite_follow(rewrite, 1 + chance(EVENTS), &more), 0);
		assert_int_equal(rewrite_finish(rewrite), 0);
		rewrite_close(rewrite);
		assert_int_equal(journal_next_refused(from, 0, &row, &source), 0);
		journal_drop_refused(from, source, &row);
		assert_int_equal(journal_commit(from), 0);
	}
	rewrite = open_rewrite(&dir, from, NULL);
	assert_int_equal(rewrite_finish(rewrite), 0);
	assert_int_equal(rewrite_finish(rewrite), 0); /* nothing is done twice */
	rewrite_close(rewrite);
	check_alike(&dir, from);
	/* And it takes in what comes next, as a daemon has it. */
	journal_close(from);
	from = open_journal(&dir, "new");
	fill(from, 3);
	journal_close(from);
	check_whole(dir_path(&dir, "new"));
	dir_end(&dir);
}

static void change_learner(void *context, uint64_t number, struct entry *entry)
{
	uint8_t *bytes = entry->refused ? entry->digest : entry->learner;

	(void)context, (void)number;
	bytes[0] ^= 0x80;
}

static bool change_row(void *context, const struct quarantined *row, uint8_t *retry)
{
	(void)context;
	if (row->retry.size == 0)
		return row->number % 2;
	retry[0] ^= 0x80;
	return true;
}

static int count_changed(void *context, uint64_t number, uint32_t stream, const struct entry *entry)
{
	uint64_t *n = context;

	(void)number, (void)stream;
	if (!entry->refused) {
		assert_true(entry->learner[0] & 0x80);
		assert_int_equal(entry->learner[0] & 0x7f, entry->learner[1]);
	}
	++*n;
	return 0;
}

static int check_row(void *context, const struct quarantined *row)
{
	(void)context;
	if (row->retry.size > 0)
		assert_true((uint8_t)row->retry.data[0] & 0x80);
	else
		assert_int_equal(row->number % 2, 1);
	return 0;
}

static void rules_change_pseudonyms_and_drop_rows(void **state)
{
	const struct rewrite_rules rules = { .change_entry = change_learner,
					     .keeps_row = change_row };
	struct dir dir;
	struct journal *from, *to;
	struct rewrite *rewrite;
	struct journal_view view;
	uint64_t n = 0, next;

	(void)state;
	dir_begin(&dir);
	from = open_journal(&dir, "old");
	fill(from, ROUNDS);
	assert_int_equal(
		rewrite_open(dir_path(&dir, "new"), from, other_secret, EDITION, &rules, &rewrite),
		0);
	assert_int_equal(rewrite_finish(rewrite), 0);
	rewrite_close(rewrite);
	check_whole(dir_path(&dir, "new"));
	assert_int_equal(journal_open(dir_path(&dir, "new"), secret, &to), LIFT_E_SECRET);
	assert_int_equal(journal_open(dir_path(&dir, "new"), other_secret, &to), 0);
	assert_int_equal(journal_view_begin(to, &view), 0);
	assert_int_equal(journal_view_read(&view, 1, UINT64_MAX, count_changed, &n, &next), 0);
	assert_int_equal(n, ROUNDS * EVENTS);
	assert_int_equal(journal_view_quarantine(&view, 0, check_row, NULL), 0);
	journal_view_end(&view);
	journal_close(to);
	journal_close(from);
	dir_end(&dir);
}

static bool never(void *context, uint64_t number)
{
	(void)context, (void)number;
	return false;
}

static void it_says_what_it_cannot_do(void **state)
{
	const struct rewrite_rules rules = { .goes_on = never };
	struct dir dir;
	struct journal *from, *another;
	struct rewrite *rewrite;

	(void)state;
	dir_begin(&dir);
	from = open_journal(&dir, "old");
	another = open_journal(&dir, "another");
	fill(from, 1);
	rewrite = open_rewrite(&dir, from, &rules);
	assert_int_equal(rewrite_finish(rewrite), LIFT_E_STOPPED);
	assert_int_equal(journal_last(rewrite_journal(rewrite)), 0);
	rewrite_close(rewrite);
	assert_int_equal(
		rewrite_open(dir_path(&dir, "new"), another, secret, EDITION, NULL, &rewrite),
		LIFT_E_CORRUPT);
	assert_int_equal(
		rewrite_open(dir_path(&dir, "new"), from, secret, EDITION + 1, NULL, &rewrite),
		LIFT_E_CORRUPT);
	assert_int_equal(
		rewrite_open(dir_path(&dir, "new"), from, other_secret, EDITION, NULL, &rewrite),
		LIFT_E_SECRET);
	journal_close(another);
	journal_close(from);
	dir_end(&dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_new_journal_says_what_the_old_one_says),
		cmocka_unit_test(it_follows_a_journal_that_goes_on),
		cmocka_unit_test(rules_change_pseudonyms_and_drop_rows),
		cmocka_unit_test(it_says_what_it_cannot_do),
	};

	chance_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
