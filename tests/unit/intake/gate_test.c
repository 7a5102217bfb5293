/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/intake/gate.h"

#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "daemon/journal/quarantine.h"
#include "daemon/journal/walk/walk.h"
#include "tests/unit/house.h"

static const char joined[] = "namespaces: {rana: people, bodo: people}\n";

static struct event some_event(void)
{
	return (struct event){ .type = EVENT_ASSESSED,
			       .time = WORLD_BEGIN,
			       .learner = text_of("kari"),
			       .module = text_of("lift"),
			       .region = text_of("rana"),
			       .result = { .score = 7000, .passed = -1 },
			       .voids_time = EVENT_NO_TIME };
}

/* Send one event as a batch; the code of its rejection, 0 where there is none. */
static int send_one(struct house *house, const char *source, const char *stream, uint64_t seq,
		    const struct event *event)
{
	assert_int_equal(house_send(house, source, stream, seq, event, 1), 0);
	assert_true(house->gate->last.n_rejected <= 1);
	if (house->gate->last.n_rejected == 0)
		return 0;
	assert_int_equal(house->gate->last.rejected[0].seq, seq);
	return house->gate->last.rejected[0].err;
}

static void assert_counts(const struct house *house, uint32_t accepted, uint32_t refused,
			  uint32_t resent, uint64_t next)
{
	assert_int_equal(house->gate->last.n_accepted, accepted);
	assert_int_equal(house->gate->last.n_refused, refused);
	assert_int_equal(house->gate->last.n_resent, resent);
	assert_int_equal(house->gate->last.next, next);
}

/* Verdicts. */

static void a_verdict_stands_however_often_it_is_asked_for(void **state)
{
	struct event good = some_event(), bad = some_event(), events[3];
	struct house house;

	(void)state;
	bad.learner = (struct text){ "", 0 };
	events[0] = good, events[1] = bad, events[2] = good;
	house_open(&house, "", world_catalogue);
	for (int turn = 0; turn < 5; turn++) {
		/* Before the commit, after it, after a restart, with a clock that went on and
		 * back, as far as a clock may. */
		if (turn == 2)
			assert_int_equal(journal_commit(house.journal), 0);
		if (turn == 3)
			house_reopen_journal(&house);
		house.clock += turn == 4 ? -2 * DAY_MS : DAY_MS;
		assert_int_equal(house_send(&house, "s", "a", 1, events, 3), 0);
		assert_counts(&house, turn ? 0 : 2, turn ? 0 : 1, turn ? 3 : 0, 4);
		assert_int_equal(house.gate->last.n_rejected, 1);
		assert_int_equal(house.gate->last.rejected[0].seq, 2);
		assert_int_equal(house.gate->last.rejected[0].err, LIFT_E_LEARNER);
	}
	assert_int_equal(journal_commit(house.journal), 0);
	assert_int_equal(journal_last(house.journal), 3);
	house_close(&house);
}

static void other_content_under_a_used_number_is_refused(void **state)
{
	struct event good = some_event(), bad = some_event(), others[12];
	size_t n = 0;
	struct house house;

	(void)state;
	bad.module = (struct text){ "", 0 };
	house_open(&house, "", world_catalogue);
	good.attrs[0] = (struct event_attr){ text_of("role"), text_of("nurse") };
	good.n_attrs = 1;
	assert_int_equal(send_one(&house, "s", "a", 1, &good), 0);
	assert_int_equal(send_one(&house, "s", "a", 2, &bad), LIFT_E_MODULE);
	for (n = 0; n < 11; n++)
		others[n] = good;
	others[0].type = EVENT_COMPLETED;
	others[1].time++;
	others[2].learner = text_of("kar");
	others[3].module = text_of("hand");
	others[4].module = text_of("never heard of");
	others[5].region = text_of("1833"); /* an alias of the same region: another text */
	others[6].result.score++;
	others[7].result.passed = 0;
	others[8].result.phase = PHASE_PRE;
	others[9].attrs[0].value = text_of("carer");
	others[10].n_attrs = 0;
	others[n++] = bad; /* what was accepted is not refused by and by */
	for (size_t i = 0; i < n; i++)
		if (send_one(&house, "s", "a", 1, &others[i]) != LIFT_E_REUSED)
			fail_msg("other content %zu", i);
	assert_counts(&house, 0, 0, 1, 3);
	/* What was refused stays refused: with its own code as it was, else as reused. */
	assert_int_equal(send_one(&house, "s", "a", 2, &good), LIFT_E_REUSED);
	assert_int_equal(send_one(&house, "s", "a", 2, &bad), LIFT_E_MODULE);
	bad.time++;
	assert_int_equal(send_one(&house, "s", "a", 2, &bad), LIFT_E_REUSED);
	/* None of it has left a trace: not even a name. */
	assert_int_equal(journal_find_name(house.journal, NAME_MODULE, text_of("never heard of")),
			 UINT32_MAX);
	assert_int_equal(send_one(&house, "s", "a", 1, &good), 0);
	/* Another stream, another source: other numbers. */
	assert_int_equal(send_one(&house, "s", "b", 1, &others[0]), 0);
	assert_int_equal(send_one(&house, "t", "a", 1, &others[0]), 0);
	house_close(&house);
}

static void minutes_states_and_days_are_content(void **state)
{
	struct event attended = some_event(), enrolled, completed, other;
	struct house house;

	(void)state;
	attended.type = EVENT_ATTENDED;
	attended.result = (struct event_result){ .score = -1, .passed = -1, .minutes = 90 };
	enrolled = attended;
	enrolled.type = EVENT_ENROLLED;
	enrolled.result =
		(struct event_result){ .score = -1, .passed = -1, .state = STATE_WAITING };
	completed = enrolled;
	completed.type = EVENT_COMPLETED;
	completed.result = (struct event_result){ .score = -1, .passed = -1 };
	completed.valid_until = VALID_UNTIL_MIN;
	house_open(&house, "", world_catalogue);
	for (int turn = 0; turn < 2; turn++) { /* and a resend */
		assert_int_equal(send_one(&house, "s", "a", 1, &attended), 0);
		assert_int_equal(send_one(&house, "s", "a", 2, &enrolled), 0);
		assert_int_equal(send_one(&house, "s", "a", 3, &completed), 0);
		assert_int_equal(journal_commit(house.journal), 0);
		house_reopen_journal(&house);
	}
	other = attended, other.result.minutes++;
	assert_int_equal(send_one(&house, "s", "a", 1, &other), LIFT_E_REUSED);
	other = enrolled, other.result.state = STATE_ADMITTED;
	assert_int_equal(send_one(&house, "s", "a", 2, &other), LIFT_E_REUSED);
	other = completed, other.valid_until = 0;
	assert_int_equal(send_one(&house, "s", "a", 3, &other), LIFT_E_REUSED);
	other.valid_until = VALID_UNTIL_MIN + 1;
	assert_int_equal(send_one(&house, "s", "a", 3, &other), LIFT_E_REUSED);
	/* Another claim comes under another number. */
	assert_int_equal(send_one(&house, "s", "a", 4, &other), 0);
	house_close(&house);
}

static void attributes_that_nothing_counts_by_are_not_content(void **state)
{
	struct event event = some_event();
	struct house house;

	(void)state;
	house_open(&house, "", world_catalogue);
	event.attrs[0] = (struct event_attr){ text_of("role"), text_of("nurse") };
	event.attrs[1] = (struct event_attr){ text_of("age"), text_of("44") };
	event.attrs[2] = (struct event_attr){ text_of("gender"), text_of("x") };
	event.n_attrs = 3;
	assert_int_equal(send_one(&house, "s", "a", 1, &event), 0);
	assert_int_equal(journal_find_name(house.journal, NAME_DIMENSION, text_of("age")),
			 UINT32_MAX);
	assert_int_equal(journal_find_name(house.journal, NAME_VALUE, text_of("44")), UINT32_MAX);
	assert_int_not_equal(journal_find_name(house.journal, NAME_VALUE, text_of("x")),
			     UINT32_MAX);
	event.attrs[1].value = text_of("45");
	assert_int_equal(send_one(&house, "s", "a", 1, &event), 0);
	/* In whichever order. */
	event.attrs[1] = event.attrs[2];
	event.attrs[2] = event.attrs[0];
	event.attrs[0] = event.attrs[1];
	event.attrs[1] = event.attrs[2];
	event.n_attrs = 2;
	assert_int_equal(send_one(&house, "s", "a", 1, &event), 0);
	event.attrs[0].value = text_of("f");
	assert_int_equal(send_one(&house, "s", "a", 1, &event), LIFT_E_REUSED);
	house_close(&house);
}

/* The catalogue learns to count by age, and forgets gender: what was sent before is still the
 * same. */
static void a_verdict_stands_when_the_dimensions_change(void **state)
{
	struct event event = some_event(), other;
	struct catalogue *old;
	struct house house;

	(void)state;
	house_open(&house, "", "dimensions: {role: [nurse], gender: [f]}\nmodules: [{id: lift}]\n");
	event.attrs[0] = (struct event_attr){ text_of("age"), text_of("44") };
	event.attrs[1] = (struct event_attr){ text_of("gender"), text_of("f") };
	event.attrs[2] = (struct event_attr){ text_of("role"), text_of("nurse") };
	event.n_attrs = 3;
	assert_int_equal(send_one(&house, "s", "a", 1, &event), 0);
	assert_int_equal(journal_commit(house.journal), 0);
	old = house.catalogue;
	house.catalogue =
		catalogue_of("dimensions: {age: ['44'], role: [nurse]}\nmodules: [{id: lift}]\n");
	house_reopen_journal(&house);
	catalogue_free(old);
	assert_int_equal(send_one(&house, "s", "a", 1, &event), 0);
	assert_counts(&house, 0, 0, 1, 2);
	other = event;
	other.attrs[2].value = text_of("carer");
	assert_int_equal(send_one(&house, "s", "a", 1, &other), LIFT_E_REUSED);
	other = event;
	other.attrs[1].value = text_of("m");
	assert_int_equal(send_one(&house, "s", "a", 1, &other), LIFT_E_REUSED);
	house_close(&house);
}

/* Time. */

static void an_event_may_be_ten_minutes_ahead_of_its_receipt_and_no_more(void **state)
{
	struct event event = some_event();
	struct house house;

	(void)state;
	house_open(&house, "", world_catalogue);
	event.time = house.clock + EVENT_AHEAD_MS;
	assert_int_equal(send_one(&house, "s", "a", 1, &event), 0);
	event.time++;
	assert_int_equal(send_one(&house, "s", "a", 2, &event), LIFT_E_TIME);
	/* The verdict stands when its time has come; another number gets another verdict. */
	house.clock += DAY_MS;
	assert_int_equal(send_one(&house, "s", "a", 2, &event), LIFT_E_TIME);
	assert_int_equal(send_one(&house, "s", "a", 3, &event), 0);
	event.time = EVENT_TIME_MIN - 1;
	assert_int_equal(send_one(&house, "s", "a", 4, &event), LIFT_E_TIME);
	event.time = EVENT_TIME_MIN;
	assert_int_equal(send_one(&house, "s", "a", 5, &event), 0);
	house_close(&house);
}

static void a_clock_that_goes_back_does_not_take_the_receipt_along(void **state)
{
	struct event event = some_event();
	struct house house;

	(void)state;
	house_open(&house, "", world_catalogue);
	assert_int_equal(send_one(&house, "s", "a", 1, &event), 0);
	event.time = house.clock;
	house.clock -= DAY_MS;
	assert_int_equal(send_one(&house, "s", "a", 2, &event), 0);
	assert_int_equal(journal_commit(house.journal), 0);
	house_reopen_journal(&house);
	assert_int_equal(send_one(&house, "s", "a", 3, &event), 0);
	event.time += EVENT_AHEAD_MS + 1;
	assert_int_equal(send_one(&house, "s", "a", 4, &event), LIFT_E_TIME);
	house_close(&house);
}

static void a_receipt_that_was_undone_counts_no_more(void **state)
{
	struct event event = some_event();
	struct house house;

	(void)state;
	house_open(&house, "", world_catalogue);
	assert_int_equal(send_one(&house, "s", "a", 1, &event), 0);
	assert_int_equal(journal_commit(house.journal), 0);
	event.time = house.clock + DAY_MS;
	house.clock += DAY_MS;
	assert_int_equal(send_one(&house, "s", "a", 2, &event), 0);
	journal_fail(house.journal, LIFT_E_DISK);
	assert_int_equal(journal_commit(house.journal), LIFT_E_DISK);
	house.clock -= DAY_MS;
	assert_int_equal(journal_receipt(house.journal, house.clock), house.clock);
	assert_int_equal(send_one(&house, "s", "a", 2, &event), LIFT_E_TIME);
	house_close(&house);
}

/* The time that a voiding names has no bound of its own; what no fact can have takes nothing
 * back. */
static void a_voiding_names_its_time_and_no_other(void **state)
{
	struct event event = some_event(), voided = some_event();
	struct tallies_read read;
	struct house house;
	int err;

	(void)state;
	house_open(&house, "", world_catalogue);
	event.result = (struct event_result){ .score = 7000, .passed = -1 };
	voided.type = EVENT_VOIDED;
	voided.voids = EVENT_ASSESSED;
	voided.result = (struct event_result){ .score = -1, .passed = -1 };
	voided.voids_time = event.time + (INT64_C(1) << 48);
	assert_int_equal(send_one(&house, "s", "a", 1, &event), 0);
	err = send_one(&house, "s", "a", 2, &voided);
	assert_true(err == 0 || err == LIFT_E_VOIDS);
	assert_int_equal(journal_commit(house.journal), 0);
	house_ledger_open(&house, "ledger", INT64_MAX);
	house_apply_all(&house);
	house_tallies(&house, &read);
	assert_true(read.n > 0);
	tallies_free(&read);
	/* Nor is it the same content as the time itself. */
	voided.voids_time = event.time;
	assert_int_equal(send_one(&house, "s", "a", 2, &voided), LIFT_E_REUSED);
	house_close(&house);
}

/* Who. */

static void pseudonym_of(struct house *house, const char *source, const char *stream, uint64_t seq,
			 uint8_t to[static PSEUDONYM_BYTES])
{
	struct stream *found = house_stream(house, source, stream);
	struct entry entry;

	assert_non_null(found);
	assert_int_equal(journal_lookup(house->journal, found, seq, &entry), 0);
	assert_false(entry.refused);
	memcpy(to, entry.learner, PSEUDONYM_BYTES);
}

static void an_id_means_the_same_person_in_joined_sources_only(void **state)
{
	static const char *const sources[] = { "rana", "bodo", "moodle", "mood" };
	uint8_t pseudonyms[4][PSEUDONYM_BYTES];
	struct event event = some_event();
	struct house house;

	(void)state;
	house_open(&house, joined, world_catalogue);
	for (int i = 0; i < 4; i++) {
		/* Namespace and id are not run together: "mood" + "lekari" is not "moodle" +
		 * "kari". */
		event.learner = text_of(i == 3 ? "lekari" : "kari");
		assert_int_equal(send_one(&house, sources[i], "a", 1, &event), 0);
		pseudonym_of(&house, sources[i], "a", 1, pseudonyms[i]);
	}
	assert_memory_equal(pseudonyms[0], pseudonyms[1], PSEUDONYM_BYTES);
	assert_memory_not_equal(pseudonyms[0], pseudonyms[2], PSEUDONYM_BYTES);
	assert_memory_not_equal(pseudonyms[2], pseudonyms[3], PSEUDONYM_BYTES);
	/* A source of the joined namespace's name would speak of its learners. */
	assert_int_equal(house_send(&house, "people", "a", 1, &event, 1), LIFT_E_NAMESPACE);
	assert_null(house_stream(&house, "people", "a"));
	house_close(&house);
}

/* Limits. */

static void too_many_holes_are_refused_whole_until_they_are_filled(void **state)
{
	struct event events[8];
	struct house house;
	uint64_t seq = 10;

	(void)state;
	for (int i = 0; i < 8; i++)
		events[i] = some_event();
	house_open(&house, "", world_catalogue);
	for (int i = 0; i < STREAM_RANGES_MAX; i++, seq += 10)
		assert_int_equal(house_send(&house, "s", "a", seq, events, 1), 0);
	assert_int_equal(house_send(&house, "s", "a", seq, events, 1), LIFT_E_HOLES);
	assert_int_equal(house_send(&house, "s", "a", 13, events, 4), LIFT_E_HOLES);
	/* Nothing of a refused batch is kept; other streams have room. */
	assert_int_equal(journal_commit(house.journal), 0);
	assert_int_equal(journal_last(house.journal), STREAM_RANGES_MAX);
	assert_int_equal(house_send(&house, "s", "b", seq, events, 1), 0);
	/* A batch that ends where a range begins, or goes around it. */
	assert_int_equal(house_send(&house, "s", "a", 18, events, 2), 0);
	assert_counts(&house, 2, 0, 0, 1);
	assert_int_equal(house_send(&house, "s", "a", 27, events, 8), 0);
	assert_counts(&house, 7, 0, 1, 1);
	/* Filling the first hole, from its beginning. */
	assert_int_equal(house_send(&house, "s", "a", 1, events, 8), 0);
	assert_counts(&house, 8, 0, 0, 9);
	assert_int_equal(house_send(&house, "s", "a", 9, events, 1), 0);
	assert_counts(&house, 1, 0, 0, 11);
	assert_int_equal(house_send(&house, "s", "a", seq, events, 1), 0);
	assert_int_equal(journal_commit(house.journal), 0);
	house_reopen_journal(&house);
	assert_int_equal(house_send(&house, "s", "a", seq, events, 1), 0);
	assert_counts(&house, 0, 0, 1, 11);
	house_close(&house);
}

/* As the daemon does before it starts. */
static void assert_journal_is_whole(struct house *house, uint64_t newest_bytes)
{
	const struct journal_damage *damage;
	struct journal_walk *walk;
	bool more;

	assert_int_equal(journal_walk_begin(dir_path(&house->dir, "journal/data.mdb"), newest_bytes,
					    &walk, &more),
			 0);
	if (more)
		assert_int_equal(journal_walk_rest(walk, 0), 0);
	damage = journal_walk_damage(walk);
	if (damage->found)
		fail_msg("damaged: %s", damage->text);
	journal_walk_end(walk);
}

static void a_batch_of_many_chunks_that_ends_at_the_last_range_is_whole_on_disk(void **state)
{
	enum { LONG = 1000 };
	static const struct {
		const char *why;
		uint64_t seq;
		uint32_t n;
	} batches[] = {
		{ "from within a hole to the next range", 2 * LONG - 500, 500 },
		{ "over a range, from a hole into a hole", 4 * LONG - 500, LONG },
		{ "two that follow one another in one commit", 6 * LONG - 900, 900 },
		{ "", 6 * LONG + 1, 100 },
		{ "from the beginning", 1, LONG - 1 },
	};
	static struct event events[LONG];
	struct house house;

	(void)state;
	for (int i = 0; i < LONG; i++)
		events[i] = some_event();
	house_open(&house, "", world_catalogue);
	for (uint64_t i = 1; i <= STREAM_RANGES_MAX; i++)
		assert_int_equal(house_send(&house, "s", "a", i * LONG, events, 1), 0);
	assert_int_equal(house_send(&house, "s", "a", 2 * LONG - 500, events, 499), LIFT_E_HOLES);
	for (size_t i = 0; i < sizeof(batches) / sizeof(batches[0]); i++) {
		if (house_send(&house, "s", "a", batches[i].seq, events, batches[i].n) != 0)
			fail_msg("refused: %s", batches[i].why);
		if (i != 2)
			assert_int_equal(journal_commit(house.journal), 0);
	}
	assert_journal_is_whole(&house, UINT64_MAX);
	assert_journal_is_whole(&house, 1);
	house_reopen_journal(&house);
	assert_int_equal(house_send(&house, "s", "a", 2 * LONG - 500, events, 500), 0);
	assert_counts(&house, 0, 0, 500, LONG + 1);
	house_close(&house);
}

static uint32_t source_of(const struct house *house, const char *source)
{
	return journal_find_name(house->journal, NAME_SOURCE, text_of(source));
}

/* Numbers of a source that are missing, by its record. */
static void add_missing(void *context, uint32_t id, struct text name,
			const struct source_record *record)
{
	uint64_t *missing = context;

	(void)name;
	if (id == 0)
		*missing = record->missing;
	assert_true((record->missing > 0) == (record->since != 0));
}

/* Of the first source. */
static void assert_missing(struct house *house, const char *source, uint64_t expected)
{
	struct journal_view view;
	uint64_t missing = 0;

	assert_int_equal(source_of(house, source), 0);
	assert_int_equal(journal_commit(house->journal), 0);
	assert_int_equal(journal_view_begin(house->journal, &view), 0);
	assert_int_equal(journal_view_sources(&view, add_missing, &missing), 0);
	journal_view_end(&view);
	assert_true(missing == expected);
}

/* More than are kept in memory: those that have left it have their verdicts, too. */
static void streams_that_are_not_in_use_are_found_again(void **state)
{
	enum { N = 5000 };
	struct event event = some_event(), other = event;
	struct house house;
	char stream[16];

	(void)state;
	other.module = text_of("hand");
	house_open(&house, "", world_catalogue);
	for (int i = 0; i < N; i++) {
		snprintf(stream, sizeof(stream), "%d", i);
		assert_int_equal(house_send(&house, "s", stream, 1, &event, 1), 0);
		if (i % 500 == 499)
			assert_int_equal(journal_commit(house.journal), 0);
	}
	for (int turn = 0; turn < 2; turn++) {
		for (int i = 0; i < N; i += 7) {
			snprintf(stream, sizeof(stream), "%d", i);
			assert_int_equal(house_send(&house, "s", stream, 1, &event, 1), 0);
			assert_counts(&house, 0, 0, 1, 2);
			assert_int_equal(send_one(&house, "s", stream, 1, &other), LIFT_E_REUSED);
		}
		assert_int_equal(journal_commit(house.journal), 0);
		house_reopen_journal(&house);
	}
	assert_int_equal(journal_last(house.journal), N);
	assert_journal_is_whole(&house, UINT64_MAX);
	house_close(&house);
}

/* Nothing is written then, which would let them go. */
static void who_only_asks_for_streams_fills_no_memory(void **state)
{
	enum { N = 20000, OF_ONE = sizeof(struct stream) };
	struct event event = some_event();
	struct house house;
	char stream[16];
	size_t before;

	(void)state;
	house_open(&house, "", world_catalogue);
	for (int i = 0; i < N; i++) {
		snprintf(stream, sizeof(stream), "%d", i);
		assert_int_equal(house_send(&house, "s", stream, 1, &event, 1), 0);
		if (i % 500 == 499)
			assert_int_equal(journal_commit(house.journal), 0);
	}
	before = mallinfo2().uordblks;
	for (int i = 0; i < N; i++) {
		snprintf(stream, sizeof(stream), "%d", i);
		assert_non_null(house_stream(&house, "s", stream));
		assert_int_equal(journal_commit(house.journal), 0);
	}
	assert_true(mallinfo2().uordblks < before + N / 4 * OF_ONE);
	house_close(&house);
}

static void a_source_has_a_thousand_streams_with_gaps_until_one_is_closed(void **state)
{
	struct event event = some_event();
	struct closed closed;
	struct house house;
	char stream[16];

	(void)state;
	house_open(&house, "", world_catalogue);
	for (int i = 0; i < JOURNAL_GAPS_MAX; i++) {
		snprintf(stream, sizeof(stream), "%d", i);
		assert_int_equal(house_send(&house, "s", stream, 3, &event, 1), 0);
	}
	for (int turn = 0; turn < 2; turn++) {
		assert_int_equal(house_send(&house, "s", "more", 2, &event, 1), LIFT_E_HOLES);
		assert_null(house_stream(&house, "s", "more"));
		assert_int_equal(house_send(&house, "s", "more", 2, NULL, 0), LIFT_E_HOLES);
		assert_int_equal(house_send(&house, "t", "more", 2 + turn, &event, 1), 0);
		assert_int_equal(house_send(&house, "s", "7", 5 + (unsigned)turn, &event, 1), 0);
		assert_int_equal(journal_commit(house.journal), 0);
		house_reopen_journal(&house);
	}
	assert_int_equal(house_send(&house, "s", "whole", 1, &event, 1), 0);
	assert_int_equal(house_send(&house, "s", "8", 1, &event, 1), 0);
	assert_int_equal(house_send(&house, "s", "more", 2, &event, 1), LIFT_E_HOLES);
	assert_int_equal(house_send(&house, "s", "8", 2, &event, 1), 0); /* it is whole now */
	assert_int_equal(house_send(&house, "s", "more", 2, &event, 1), 0);
	assert_int_equal(house_send(&house, "s", "still more", 2, &event, 1), LIFT_E_HOLES);
	assert_int_equal(gate_close_stream(house.gate, text_of("s"), text_of("7"), &closed), 0);
	assert_int_equal(closed.missing, 3);
	assert_int_equal(closed.next, 1);
	assert_int_equal(house_send(&house, "s", "still more", 2, &event, 1), 0);
	assert_int_equal(journal_commit(house.journal), 0);
	assert_journal_is_whole(&house, UINT64_MAX);
	house_close(&house);
}

/* A clock's milliseconds as a number. */
static void a_stream_that_is_closed_takes_nothing_new_and_misses_nothing(void **state)
{
	struct event event = some_event(), other = event;
	struct closed closed;
	struct house house;

	(void)state;
	other.module = text_of("hand");
	house_open(&house, "", world_catalogue);
	assert_int_equal(house_send(&house, "s", "a", EVENT_SEQ_MAX, &event, 1), 0);
	assert_int_equal(gate_close_stream(house.gate, text_of("s"), text_of("b"), &closed),
			 LIFT_E_UNKNOWN_STREAM);
	assert_int_equal(gate_close_stream(house.gate, text_of("t"), text_of("a"), &closed),
			 LIFT_E_UNKNOWN_STREAM);
	assert_int_equal(gate_close_stream(house.gate, text_of("s"), text_of("a"), &closed), 0);
	assert_true(closed.missing == EVENT_SEQ_MAX - 1);
	assert_int_equal(journal_commit(house.journal), 0);
	for (int turn = 0; turn < 2; turn++) {
		assert_int_equal(house_send(&house, "s", "a", 1, &event, 1), LIFT_E_CLOSED);
		assert_int_equal(house_send(&house, "s", "a", 9, NULL, 0), LIFT_E_CLOSED);
		assert_int_equal(house_send(&house, "s", "a", EVENT_SEQ_MAX, &event, 1), 0);
		assert_counts(&house, 0, 0, 1, 1);
		assert_int_equal(send_one(&house, "s", "a", EVENT_SEQ_MAX, &other), LIFT_E_REUSED);
		assert_int_equal(gate_close_stream(house.gate, text_of("s"), text_of("a"), &closed),
				 0);
		assert_int_equal(closed.missing, 0);
		assert_int_equal(journal_commit(house.journal), 0);
		house_reopen_journal(&house);
	}
	assert_missing(&house, "s", 0);
	assert_journal_is_whole(&house, UINT64_MAX);
	house_close(&house);
}

static void a_tail_that_was_announced_is_missed_until_it_comes(void **state)
{
	struct event events[3] = { some_event(), some_event(), some_event() };
	struct house house;

	(void)state;
	house_open(&house, "", world_catalogue);
	assert_int_equal(house_send(&house, "s", "a", 1, events, 2), 0);
	assert_int_equal(house_send(&house, "s", "a", 3, NULL, 0), 0);
	assert_counts(&house, 0, 0, 0, 3);
	assert_missing(&house, "s", 0);
	assert_int_equal(house_send(&house, "s", "a", 6, NULL, 0), 0);
	assert_int_equal(house_send(&house, "s", "a", 4, NULL, 0), 0); /* older, and late */
	assert_int_equal(house_send(&house, "s", "new", 11, NULL, 0), 0);
	for (int turn = 0; turn < 2; turn++) {
		assert_missing(&house, "s", 13);
		assert_journal_is_whole(&house, UINT64_MAX);
		house_reopen_journal(&house);
	}
	assert_int_equal(house_send(&house, "s", "a", 3, events, 3), 0);
	assert_missing(&house, "s", 10);
	assert_int_equal(journal_last(house.journal), 5);
	assert_journal_is_whole(&house, UINT64_MAX);
	house_close(&house);
}

/* Nor is anything written for it: whoever ends a run once more is done, on a full disk, too. */
static void what_was_announced_or_received_may_be_announced_again(void **state)
{
	struct event event = some_event();
	struct closed closed;
	struct house house;

	(void)state;
	house_open(&house, "", world_catalogue);
	assert_int_equal(send_one(&house, "s", "a", 1, &event), 0);
	assert_int_equal(send_one(&house, "s", "b", 1, &event), 0);
	assert_int_equal(house_send(&house, "s", "b", 4, NULL, 0), 0);
	assert_int_equal(journal_commit(house.journal), 0);
	for (int turn = 0; turn < 2; turn++) {
		if (turn == 0)
			journal_set_quota(house.journal, 1);
		assert_int_equal(house_send(&house, "s", "a", 2, NULL, 0), 0);
		assert_counts(&house, 0, 0, 0, 2);
		assert_int_equal(house_send(&house, "s", "b", 4, NULL, 0), 0);
		assert_int_equal(house_send(&house, "s", "b", 3, NULL, 0), 0);
		assert_int_equal(house_send(&house, "s", "a", 3, NULL, 0),
				 turn ? LIFT_E_CLOSED : LIFT_E_DISK);
		assert_int_equal(house_send(&house, "s", "b", 5, NULL, 0),
				 turn ? LIFT_E_CLOSED : LIFT_E_DISK);
		assert_int_equal(gate_close_stream(house.gate, text_of("s"), text_of("a"), &closed),
				 0);
		assert_int_equal(gate_close_stream(house.gate, text_of("s"), text_of("b"), &closed),
				 0);
		assert_int_equal(closed.missing, turn ? 0 : 2);
	}
	assert_int_equal(journal_commit(house.journal), 0);
	assert_journal_is_whole(&house, UINT64_MAX);
	house_close(&house);
}

static void no_verdict_is_given_by_a_clock_that_is_known_to_be_wrong(void **state)
{
	enum { DAY = 24 * 60 * 60 * 1000 };
	struct event event = some_event();
	struct house house;
	int64_t now;

	(void)state;
	house_open(&house, "", world_catalogue);
	now = house.clock;
	assert_int_equal(house_send(&house, "s", "a", 1, &event, 1), 0);
	assert_int_equal(journal_commit(house.journal), 0);
	house.clock = now - DAY;
	assert_int_equal(house_send(&house, "s", "a", 2, &event, 1), 0);
	house.clock = now - DAY - 1;
	assert_int_equal(house_send(&house, "s", "a", 3, &event, 1), LIFT_E_CLOCK);
	assert_int_equal(house_send(&house, "s", "a", 1, &event, 1), LIFT_E_CLOCK);
	/* It was ahead, somebody says. */
	journal_set_receipt(house.journal, house.clock);
	assert_int_equal(house_send(&house, "s", "a", 3, &event, 1), 0);
	assert_int_equal(journal_commit(house.journal), 0);
	house_reopen_journal(&house);
	assert_int_equal(house_send(&house, "s", "a", 4, &event, 1), 0);
	assert_int_equal(journal_commit(house.journal), 0);
	assert_journal_is_whole(&house, UINT64_MAX);
	house.gate->built_ms = house.clock + DAY + 1;
	assert_int_equal(house_send(&house, "s", "a", 5, &event, 1), LIFT_E_CLOCK);
	house.gate->built_ms = house.clock + DAY;
	assert_int_equal(house_send(&house, "s", "a", 5, &event, 1), 0);
	house_close(&house);
}

static int check_since(void *context, const struct stream *stream, struct text name)
{
	(void)name;
	assert_int_equal(stream->since, *(const int64_t *)context);
	return 0;
}

static void check_source_since(void *context, uint32_t id, struct text name,
			       const struct source_record *record)
{
	(void)id, (void)name;
	assert_int_equal(record->since, *(const int64_t *)context);
}

/* They would be no old ones for as long as it was ahead. */
static void gaps_of_a_clock_that_was_ahead_are_seen_when_it_is_right(void **state)
{
	struct order order = { .what = ORDER_RECEIPT };
	struct event event = some_event();
	struct journal_view view;
	struct house house;
	int64_t right;

	(void)state;
	house_open(&house, "", world_catalogue);
	right = house.clock;
	house.clock += 400 * DAY_MS;
	assert_int_equal(house_send(&house, "s", "a", 2, &event, 1), 0);
	assert_int_equal(house_send(&house, "t", "a", 3, NULL, 0), 0);
	assert_int_equal(journal_commit(house.journal), 0);
	house_reopen_journal(&house);
	assert_int_equal(house_send(&house, "s", "b", 2, &event, 1), 0);
	gate_obey(house.gate, &order, right);
	assert_int_equal(order.err, 0);
	assert_int_equal(journal_commit(house.journal), 0);
	assert_int_equal(journal_view_begin(house.journal, &view), 0);
	assert_int_equal(journal_view_gaps(&view, check_since, &right), 0);
	assert_int_equal(journal_view_sources(&view, check_source_since, &right), 0);
	journal_view_end(&view);
	assert_journal_is_whole(&house, UINT64_MAX);
	house_close(&house);
}

static void there_are_so_many_sources_and_no_more(void **state)
{
	struct event event = some_event();
	struct house house;
	char source[16];

	(void)state;
	house_open(&house, "", world_catalogue);
	for (int i = 0; i < JOURNAL_SOURCES_MAX; i++) {
		snprintf(source, sizeof(source), "s%d", i);
		assert_int_equal(house_send(&house, source, "a", 1, &event, 1), 0);
	}
	for (int turn = 0; turn < 2; turn++) {
		assert_int_equal(house_send(&house, "more", "a", 1, &event, 1), LIFT_E_NAMES);
		assert_int_equal(house_send(&house, "s7", turn ? "c" : "b", 1, &event, 1), 0);
		assert_int_equal(journal_commit(house.journal), 0);
		house_reopen_journal(&house);
	}
	house_close(&house);
}

static void the_rejections_of_a_batch_are_all_there(void **state)
{
	static struct event events[BATCH_EVENTS_MAX];
	struct house house;

	(void)state;
	for (int i = 0; i < BATCH_EVENTS_MAX; i++) {
		events[i] = some_event();
		if (i % 2)
			events[i].region = (struct text){ "", 0 };
	}
	house_open(&house, "", world_catalogue);
	for (int turn = 0; turn < 2; turn++) {
		assert_int_equal(house_send(&house, "s", "a", 11, events, BATCH_EVENTS_MAX), 0);
		assert_int_equal(house.gate->last.n_rejected, BATCH_EVENTS_MAX / 2);
		for (size_t i = 0; i < house.gate->last.n_rejected; i++) {
			assert_int_equal(house.gate->last.rejected[i].seq, 12 + 2 * i);
			assert_int_equal(house.gate->last.rejected[i].err, LIFT_E_REGION);
		}
		assert_int_equal(house.gate->last.next, 1);
	}
	house_close(&house);
}

/* Errors. */

/* Each code of the list, as a nack tells it. */
static void what_is_told_of_an_error_is_its_code_or_disk(void **state)
{
	static const int again[] = { LIFT_E_HOLES, LIFT_E_WINDOW, LIFT_E_DAMAGED, LIFT_E_CLOCK,
				     LIFT_E_BUSY,  LIFT_E_RATE,	  LIFT_E_AUDIT };
	static const int never[] = {
		LIFT_E_MALFORMED,
		LIFT_E_VERSION,
		LIFT_E_OP,
		LIFT_E_SOURCE,
		LIFT_E_STREAM,
		LIFT_E_SEQ,
		LIFT_E_COUNT,
		LIFT_E_STREAMS,
		LIFT_E_NAMES,
		LIFT_E_NAMESPACE,
		LIFT_E_FRAMES,
		LIFT_E_TYPE,
		LIFT_E_TIME,
		LIFT_E_LEARNER,
		LIFT_E_MODULE,
		LIFT_E_REGION,
		LIFT_E_SCORE,
		LIFT_E_PASSED,
		LIFT_E_MINUTES,
		LIFT_E_STATE,
		LIFT_E_VALID_UNTIL,
		LIFT_E_TRIMMED,
		LIFT_E_FORGOTTEN,
		LIFT_E_HORIZON,
		LIFT_E_PHASE,
		LIFT_E_RESULT,
		LIFT_E_ATTRS,
		LIFT_E_VOIDS,
		LIFT_E_VALUE,
		LIFT_E_REUSED,
		LIFT_E_DAY,
		LIFT_E_PLANE,
		LIFT_E_KIND,
		LIFT_E_UNKNOWN_REGION,
		LIFT_E_TOPICS,
		LIFT_E_LIMIT,
		LIFT_E_DIR,
		LIFT_E_UNKNOWN_ID,
		LIFT_E_KNOWN_AT,
		LIFT_E_KNOWN_DENIED,
		LIFT_E_LATER,
		LIFT_E_LOSES,
		LIFT_E_CLOSED,
		LIFT_E_UNKNOWN_STREAM,
		LIFT_E_SOURCE_DENIED,
		LIFT_E_REGION_DENIED,
		LIFT_E_DENIED,
		LIFT_E_SIZE,
		LIFT_E_CODE,
		LIFT_E_LEARNERS,
		LIFT_E_UNKNOWN_SOURCE,
		LIFT_E_RELEASE,
		LIFT_E_NAME,
		LIFT_E_OPEN,
		LIFT_E_UNKNOWN_LEARNER,
	};
	static const int ours[] = {
		LIFT_E_DISK,	   LIFT_E_CONFIG,    LIFT_E_IO,	      LIFT_E_CORRUPT,
		LIFT_E_NEWER,	   LIFT_E_MEMORY,    LIFT_E_STOPPED,  LIFT_E_NOT_FOUND,
		LIFT_E_SOCKET,	   LIFT_E_DIFFERENT, LIFT_E_EXISTS,   LIFT_E_FATAL,
		LIFT_E_GONE,	   LIFT_E_SECRET,    LIFT_E_TOO_MANY, LIFT_E_KEY_REFUSED,
		LIFT_E_SERVER_KEY, LIFT_E_NEEDS_KEY, LIFT_E_FULL,     LIFT_E_SEAL,
		LIFT_E_OUTBOX,
	};
	const struct {
		const int *errs;
		size_t n;
		bool is_own, retry;
	} kinds[] = {
		{ again, sizeof(again) / sizeof(again[0]), false, true },
		{ never, sizeof(never) / sizeof(never[0]), false, false },
		{ ours, sizeof(ours) / sizeof(ours[0]), true, true },
	};
	size_t n = 0, n_listed = 0;

	(void)state;
	for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++, n += kinds[k - 1].n)
		for (size_t i = 0; i < kinds[k].n; i++) {
			int err = kinds[k].errs[i];
			bool retry;

			if (gate_told(err, &retry) != (kinds[k].is_own ? LIFT_E_DISK : err) ||
			    retry != kinds[k].retry)
				fail_msg("%s", lift_err_code(err));
		}
#define X(name, number, class, code, text) n_listed++;
	LIFT_ERRORS(X)
#undef X
	assert_int_equal(n, n_listed);
}

/* One source has brought as many modules, regions, values as it may: that is its own affair. What
 * the catalogue has is taken of it all the same, and whatever others bring. */
static void a_source_that_brings_too_many_names_shuts_out_nobody(void **state)
{
	enum { MOST = 5 };
	static const struct {
		const char *why;
		enum unknown_kind kind;
	} cases[] = {
		{ "modules", UNKNOWN_MODULE },
		{ "regions", UNKNOWN_REGION },
		{ "values", UNKNOWN_VALUE },
	};
	struct event event = some_event(), known = some_event();
	struct house house;
	char name[16];

	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		house_open(&house, "", world_catalogue);
		journal_set_unknown_max(house.journal, MOST);
		for (uint64_t i = 0; i <= MOST; i++) {
			event = some_event();
			snprintf(name, sizeof(name), "new %d", (int)i);
			if (cases[c].kind == UNKNOWN_MODULE)
				event.module = text_of(name);
			else if (cases[c].kind == UNKNOWN_REGION)
				event.region = text_of(name);
			else
				event.attrs[event.n_attrs++] = (struct event_attr){
					text_of(house.catalogue->dimensions[0].name), text_of(name)
				};
			assert_int_equal(send_one(&house, "s", "a", i + 1, &event),
					 i < MOST ? 0 : LIFT_E_NAMES);
			assert_int_equal(house.gate->last.unknown.n[cases[c].kind], i < MOST);
		}
		for (int turn = 0; turn < 2; turn++) {
			assert_int_equal(
				send_one(&house, "s", "a", MOST + 2 + (unsigned)turn, &known), 0);
			assert_int_equal(send_one(&house, "t", turn ? "b" : "a", 1, &event), 0);
			assert_int_equal(journal_commit(house.journal), 0);
			house_reopen_journal(&house);
			journal_set_unknown_max(house.journal, MOST);
		}
		/* A name that another has brought is there. */
		assert_int_equal(send_one(&house, "s", "b", 1, &event), 0);
		assert_int_equal(journal_commit(house.journal), 0);
		assert_journal_is_whole(&house, UINT64_MAX);
		house_close(&house);
	}
}

/* Combinations of what the catalogue has are as many as it can make, and are all taken. */
static void profiles_of_known_names_have_no_bound(void **state)
{
	struct event event = some_event();
	struct house house;
	uint64_t seq = 1;

	(void)state;
	house_open(&house, "", world_catalogue);
	journal_set_unknown_max(house.journal, 1);
	for (uint32_t d = 0; d < house.catalogue->n_dimensions; d++)
		for (uint32_t v = 0; v < house.catalogue->dimensions[d].n_values; v++) {
			event.n_attrs = 1;
			event.attrs[0] = (struct event_attr){
				text_of(house.catalogue->dimensions[d].name),
				text_of(house.catalogue->dimensions[d].values[v])
			};
			assert_int_equal(send_one(&house, "s", "a", seq++, &event), 0);
		}
	assert_true(seq > 3);
	event.attrs[0].value = (struct text){ "", 0 }; /* none is known of somebody */
	assert_int_equal(send_one(&house, "s", "a", seq++, &event), 0);
	event.attrs[0].value = text_of("first");
	assert_int_equal(send_one(&house, "s", "a", seq++, &event), 0);
	event.attrs[0].value = text_of("second");
	assert_int_equal(send_one(&house, "s", "a", seq++, &event), LIFT_E_NAMES);
	house_close(&house);
}

static void what_counts_nowhere_is_told_with_what_was_meant(void **state)
{
	struct event events[3] = { some_event(), some_event(), some_event() };
	struct house house;
	const struct unknown *unknown;

	(void)state;
	house_open(&house, "", world_catalogue);
	unknown = &house.gate->last.unknown;
	assert_int_equal(house_send(&house, "s", "a", 1, events, 3), 0);
	assert_int_equal(unknown->events, 0);
	events[0].region = text_of("RANA ");
	events[1].region = text_of("RANA ");
	events[1].module = text_of("nothing like it");
	events[2].attrs[0] = (struct event_attr){ text_of("age"), text_of("44") };
	events[2].attrs[1] = (struct event_attr){ text_of("role"), text_of("Nurse") };
	events[2].n_attrs = 2;
	for (int turn = 0; turn < 2; turn++) {
		assert_int_equal(house_send(&house, "s", turn ? "c" : "b", 1, events, 3), 0);
		assert_int_equal(unknown->events, 3);
		assert_int_equal(unknown->n[UNKNOWN_REGION], 2);
		assert_int_equal(unknown->n[UNKNOWN_MODULE], 1);
		assert_int_equal(unknown->n[UNKNOWN_ATTR], 1);
		assert_int_equal(unknown->n[UNKNOWN_VALUE], 1);
		assert_int_equal(unknown->n_texts, 4);
		assert_true(text_equal(unknown->texts[0].meant, text_of("rana")));
		assert_int_equal(unknown->texts[0].n, 2);
		assert_int_equal(unknown->texts[1].meant.size, 0);
	}
	/* What was received before has been told. */
	assert_int_equal(house_send(&house, "s", "b", 1, events, 3), 0);
	assert_int_equal(unknown->events, 0);
	house_close(&house);
}

/* The number of a name that was undone is that of another one then. */
static void what_was_undone_is_not_taken_for_what_comes_after_it(void **state)
{
	struct event event = some_event();
	static struct stats stats;
	struct house house;

	(void)state;
	house_open(&house, "", world_catalogue);
	assert_int_equal(send_one(&house, "s", "a", 1, &event), 0);
	assert_int_equal(journal_commit(house.journal), 0);
	event.module = text_of("unknown");
	assert_int_equal(send_one(&house, "s", "a", 2, &event), 0);
	assert_int_equal(house.gate->last.unknown.events, 1);
	journal_fail(house.journal, LIFT_E_DISK);
	assert_int_equal(journal_commit(house.journal), LIFT_E_DISK);
	gate_settle(house.gate, &stats, false);
	event.module = text_of("hand");
	assert_int_equal(send_one(&house, "s", "a", 2, &event), 0);
	assert_int_equal(house.gate->last.unknown.events, 0);
	assert_int_equal(journal_commit(house.journal), 0);
	assert_journal_is_whole(&house, UINT64_MAX);
	house_close(&house);
}

/* So are the numbers of the names of a profile, and its own: nothing of it is remembered. */
static void a_profile_that_was_undone_is_made_anew(void **state)
{
	static struct stats stats;
	struct event event = some_event();
	struct house house;

	(void)state;
	house_open(&house, "", world_catalogue);
	event.region = text_of("somewhere");
	assert_int_equal(send_one(&house, "s", "a", 1, &event), 0);
	journal_fail(house.journal, LIFT_E_DISK);
	assert_int_equal(journal_commit(house.journal), LIFT_E_DISK);
	gate_settle(house.gate, &stats, false);
	for (uint64_t seq = 1; seq <= 4; seq++) {
		event.region = text_of(seq % 2 ? "elsewhere" : "somewhere");
		assert_int_equal(send_one(&house, "s", "a", seq, &event), 0);
	}
	assert_int_equal(journal_commit(house.journal), 0);
	gate_settle(house.gate, &stats, true);
	for (uint64_t seq = 1; seq <= 4; seq++) { /* the same content, and no other */
		event.region = text_of(seq % 2 ? "elsewhere" : "somewhere");
		assert_int_equal(send_one(&house, "s", "a", seq, &event), 0);
		event.region = text_of(seq % 2 ? "somewhere" : "elsewhere");
		assert_int_equal(send_one(&house, "s", "a", seq, &event), LIFT_E_REUSED);
	}
	assert_int_equal(journal_commit(house.journal), 0);
	assert_journal_is_whole(&house, UINT64_MAX);
	house_close(&house);
}

/* A platform sends it again then: it is noted once. */
static void what_counts_nowhere_is_noted_when_it_is_on_disk(void **state)
{
	struct msg_writer *writer = msg_writer_new();
	struct event event = some_event();
	static struct stats stats;
	struct house house;

	(void)state;
	house_open(&house, "", world_catalogue);
	house.gate->board = board_new();
	assert_true(writer && house.gate->board);
	event.module = text_of("unknown");
	for (int failing = 1; failing >= 0; failing--) {
		assert_int_equal(send_one(&house, "s", "a", 1, &event), 0);
		assert_int_equal(house.gate->last.unknown.events, 1);
		assert_int_equal(board_write(house.gate->board, text_of("s"), writer, "u", 1), 0);
		if (failing)
			journal_fail(house.journal, LIFT_E_DISK);
		assert_int_equal(journal_commit(house.journal), failing ? LIFT_E_DISK : 0);
		gate_settle(house.gate, &stats, !failing);
		assert_int_equal(board_write(house.gate->board, text_of("s"), writer, "u", 1),
				 !failing);
	}
	msg_writer_free(writer);
	board_free(house.gate->board);
	house_close(&house);
}

static void attributes_that_count_since_are_told_of_a_resend(void **state)
{
	struct event events[5];
	struct catalogue *richer;
	struct house house;

	(void)state;
	for (int i = 0; i < 5; i++) {
		events[i] = some_event();
		events[i].attrs[0] = (struct event_attr){ text_of("age"), text_of("44") };
		events[i].n_attrs = i != 2;
	}
	house_open(&house, "", world_catalogue);
	assert_int_equal(house_send(&house, "s", "a", 1, events, 5), 0);
	assert_int_equal(house_send(&house, "s", "a", 1, events, 5), 0);
	assert_int_equal(house.gate->last.n_uncounted, 0);
	richer = catalogue_of("timezone: Europe/Oslo\ndimensions: {age: ['44']}\n");
	gate_switch(house.gate, richer, NULL);
	assert_int_equal(house_send(&house, "s", "a", 1, events, 5), 0);
	assert_counts(&house, 0, 0, 5, 6);
	assert_int_equal(house.gate->last.n_uncounted, 2);
	assert_int_equal(house.gate->last.uncounted[0].first, 1);
	assert_int_equal(house.gate->last.uncounted[0].last, 2);
	assert_int_equal(house.gate->last.uncounted[1].first, 4);
	assert_int_equal(house.gate->last.uncounted[1].last, 5);
	/* Under new numbers it counts, and is told no more. */
	assert_int_equal(house_send(&house, "s", "again", 1, events, 5), 0);
	assert_int_equal(house_send(&house, "s", "again", 1, events, 5), 0);
	assert_int_equal(house.gate->last.n_uncounted, 0);
	gate_switch(house.gate, house.catalogue, NULL);
	catalogue_free(richer);
	house_close(&house);
}

/* In the journal's file, while it is open. */
static void spoil_entry(const struct house *house, const char *source, const char *learner)
{
	FILE *file = fopen(dir_path(&house->dir, "journal/data.mdb"), "r+");
	uint8_t pseudonym[PSEUDONYM_BYTES], *bytes;
	size_t size, n = 0;

	assert_non_null(file);
	secret_pseudonym(&house->secret, text_of(source), text_of(learner), pseudonym);
	bytes = malloc(8 << 20);
	assert_non_null(bytes);
	size = fread(bytes, 1, 8 << 20, file);
	for (size_t i = 0; i + PSEUDONYM_BYTES <= size; i++) {
		if (memcmp(bytes + i, pseudonym, PSEUDONYM_BYTES) != 0)
			continue;
		assert_int_equal(fseek(file, (long)i, SEEK_SET), 0);
		assert_int_equal(fputc(~pseudonym[0] & 0xff, file), ~pseudonym[0] & 0xff);
		n++;
	}
	assert_true(n > 0);
	assert_int_equal(fclose(file), 0);
	free(bytes);
}

/* Whichever socket the batch came from. */
static void a_batch_that_finds_damage_says_so_to_all(void **state)
{
	struct event event = some_event();
	struct house house;

	(void)state;
	house_open(&house, "", world_catalogue);
	assert_int_equal(send_one(&house, "s", "a", 1, &event), 0);
	assert_int_equal(journal_commit(house.journal), 0);
	spoil_entry(&house, "s", "kari");
	assert_null(journal_damage(house.journal));
	assert_int_equal(house_send(&house, "s", "a", 1, &event, 1), LIFT_E_DAMAGED);
	assert_non_null(journal_damage(house.journal));
	assert_int_equal(house_send(&house, "s", "b", 1, &event, 1), LIFT_E_DAMAGED);
	house_close(&house);
}

/* Not that there is no such stream. */
static void a_stream_that_cannot_be_read_is_damage(void **state)
{
	struct order order = { .what = ORDER_CLOSE, .source_size = 1, .stream_size = 1 };
	struct event event = some_event();
	struct closed closed;
	struct house house;

	(void)state;
	order.source[0] = 's';
	order.stream[0] = 'a';
	house_open(&house, "", world_catalogue);
	assert_int_equal(send_one(&house, "s", "a", 1, &event), 0);
	assert_int_equal(journal_commit(house.journal), 0);
	for (int way = 0; way < 3; way++) {
		house_spoil_stream(&house);
		assert_null(journal_damage(house.journal));
		if (way == 0)
			assert_int_equal(
				gate_close_stream(house.gate, text_of("s"), text_of("a"), &closed),
				LIFT_E_DAMAGED);
		if (way == 1)
			assert_int_equal(house_send(&house, "s", "a", 2, &event, 1),
					 LIFT_E_DAMAGED);
		if (way == 2)
			gate_obey(house.gate, &order, house.clock);
		assert_non_null(journal_damage(house.journal));
		assert_int_equal(journal_commit(house.journal), 0);
	}
	assert_int_equal(order.err, LIFT_E_DAMAGED);
	house_close(&house);
}

/* The quarantine. */

static void count_rows(void *context, uint32_t id, struct text name,
		       const struct source_record *record)
{
	uint32_t *rows = context;

	(void)name;
	rows[id] = record->rows;
}

/* Are these the refused events of a source above a row's number: pairs of number in the stream and
 * error? The last row's number. */
static uint64_t assert_refused(struct house *house, const char *source, uint64_t after,
			       const int expected[][2], size_t n)
{
	static struct quarantine_page page;
	struct journal_view view;
	uint64_t last = after;

	assert_int_equal(journal_view_begin(house->journal, &view), 0);
	assert_int_equal(quarantine_read(&view, source_of(house, source), after, &page), 0);
	assert_int_equal(page.n, n);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(page.rows[i].seq, expected[i][0]);
		assert_int_equal(page.rows[i].err, expected[i][1]);
		assert_true(page.rows[i].number > last);
		assert_true(page.rows[i].sent.size > 0);
		last = page.rows[i].number;
	}
	journal_view_end(&view);
	return last;
}

static void other_content_under_a_used_number_is_in_the_quarantine_once(void **state)
{
	static const int first[][2] = { { 2, LIFT_E_REUSED }, { 4, LIFT_E_REUSED } };
	static const int second[][2] = { { 6, LIFT_E_LEARNER }, { 1, LIFT_E_REUSED } };
	struct event good = some_event(), bad = good, other = good, events[5];
	struct house house;
	uint64_t after;

	(void)state;
	bad.learner = (struct text){ "", 0 };
	other.module = text_of("hand");
	house_open(&house, "", world_catalogue);
	for (int i = 0; i < 5; i++)
		events[i] = good;
	assert_int_equal(house_send(&house, "s", "a", 1, events, 5), 0);
	assert_int_equal(journal_commit(house.journal), 0);
	events[1] = events[3] = other;
	for (int turn = 0; turn < 4; turn++) {
		assert_int_equal(house_send(&house, "s", "a", 1, events, 5), 0);
		assert_int_equal(house.gate->last.n_rejected, 2);
		if (turn == 1) /* what was undone is not there */
			journal_fail(house.journal, LIFT_E_DISK);
		assert_int_equal(journal_commit(house.journal), turn == 1 ? LIFT_E_DISK : 0);
		if (turn == 2)
			house_reopen_journal(&house);
	}
	after = assert_refused(&house, "s", 0, first, 2);
	assert_int_equal(journal_last(house.journal), 5); /* they are no entries */
	/* Rows go on rising from there, in other batches and after a restart. */
	house_reopen_journal(&house);
	assert_int_equal(send_one(&house, "s", "a", 6, &bad), LIFT_E_LEARNER);
	assert_int_equal(send_one(&house, "t", "a", 1, &bad), LIFT_E_LEARNER);
	assert_int_equal(send_one(&house, "s", "a", 1, &other), LIFT_E_REUSED);
	assert_int_equal(journal_commit(house.journal), 0);
	assert_refused(&house, "s", after, second, 2);
	house_close(&house);
}

/* One source has thousands of rows, and in front of them and behind, others have a few. */
static void the_rows_of_a_source_are_found_page_by_page(void **state)
{
	enum { BATCH = 500, BATCHES = 5, FEW = 3 };
	static struct event events[BATCH];
	static struct quarantine_page page;
	struct journal_view view;
	struct house house;
	uint64_t after = 0;
	size_t found = 0, pages = 0;

	(void)state;
	for (int i = 0; i < BATCH; i++) {
		events[i] = some_event();
		events[i].region = (struct text){ "", 0 };
	}
	house_open(&house, "", world_catalogue);
	assert_int_equal(house_send(&house, "few", "a", 1, events, 1), 0);
	for (uint64_t i = 0; i < BATCHES; i++)
		assert_int_equal(house_send(&house, "many", "a", 1 + BATCH * i, events, BATCH), 0);
	assert_int_equal(house_send(&house, "many", "a", 1 + BATCH * BATCHES, events, 1), 0);
	assert_int_equal(house_send(&house, "few", "a", 2, events, FEW - 1), 0);
	assert_int_equal(journal_commit(house.journal), 0);
	assert_int_equal(journal_view_begin(house.journal, &view), 0);
	assert_int_equal(quarantine_read(&view, source_of(&house, "few"), 0, &page), 0);
	assert_int_equal(page.n, FEW);
	for (size_t i = 0; i < page.n; i++)
		assert_int_equal(page.rows[i].seq, i + 1);
	assert_int_equal(page.next, 0);
	do {
		assert_int_equal(quarantine_read(&view, source_of(&house, "many"), after, &page),
				 0);
		for (size_t i = 0; i < page.n; i++)
			assert_int_equal(page.rows[i].seq, ++found);
		assert_true(page.next == 0 || page.next > after);
		after = page.next;
		pages++;
	} while (page.next);
	assert_int_equal(found, BATCH * BATCHES + 1);
	assert_int_equal(pages, found / QUARANTINE_PAGE + 1);
	journal_view_end(&view);
	house_close(&house);
}

/* Who floods the quarantine pushes out its own rows; who has a few keeps them. */
static void a_full_quarantine_has_a_share_for_each_source(void **state)
{
	enum { BATCH = BATCH_EVENTS_MAX, HALF = JOURNAL_QUARANTINE_MAX / 2 };
	static struct event events[BATCH];
	struct journal_view view;
	struct house house;
	struct counted {
		uint32_t rows[3];
	} n;

	(void)state;
	for (int i = 0; i < BATCH; i++) {
		events[i] = some_event();
		events[i].region = (struct text){ "", 0 };
	}
	house_open(&house, "", world_catalogue);
	assert_int_equal(house_send(&house, "few", "a", 1, events, 3), 0);
	for (uint64_t at = 1; at <= JOURNAL_QUARANTINE_MAX; at += BATCH)
		assert_int_equal(house_send(&house, "flood", "a", at, events, BATCH), 0);
	assert_int_equal(journal_commit(house.journal), 0);
	for (uint64_t at = 1; at <= HALF + 2 * BATCH; at += BATCH)
		assert_int_equal(house_send(&house, "late", "a", at, events, BATCH), 0);
	assert_int_equal(journal_commit(house.journal), 0);
	house_reopen_journal(&house);
	assert_int_equal(journal_view_begin(house.journal, &view), 0);
	assert_int_equal(journal_view_sources(&view, count_rows, n.rows), 0);
	journal_view_end(&view);
	assert_int_equal(n.rows[0], 3);
	assert_int_equal(n.rows[0] + n.rows[1] + n.rows[2], JOURNAL_QUARANTINE_MAX);
	/* The late one has pushed out of the flood's until both had as many. */
	assert_in_range(n.rows[1], HALF - 3, HALF);
	assert_in_range(n.rows[2], HALF - 3, HALF);
	assert_journal_is_whole(&house, UINT64_MAX);
	house_close(&house);
}

/* Random resends. */

/* Each number's first content decides: the model remembers it and its verdict. */
static void random_batches_get_the_verdicts_of_a_list(void **state)
{
	enum { NUMBERS = 60, STEPS = 400 };
	static struct event first[NUMBERS + 1];
	static int verdict[NUMBERS + 1];
	static bool had[NUMBERS + 1];
	struct event pool[6], events[12];
	struct house house;

	(void)state;
	chance_of_world(1);
	house_open(&house, "", world_catalogue);
	for (int i = 0; i < 6; i++)
		pool[i] = some_event();
	pool[1].module = text_of("hand");
	pool[2].learner = text_of("ola");
	pool[3].region = (struct text){ "", 0 };
	pool[4].time = house.clock + DAY_MS;
	pool[5].result = (struct event_result){ .score = -1, .passed = -1 };
	for (int i = 0; i < 6; i++)
		assert_true(pool[i].time > 0);
	for (int step = 0; step < STEPS; step++) {
		static const int codes[6] = { 0, 0, 0, LIFT_E_REGION, LIFT_E_TIME, LIFT_E_RESULT };
		uint64_t seq = 1 + chance(NUMBERS), next = 1;
		uint32_t n = 1 + chance(12);
		size_t at = 0;

		n = seq + n - 1 > NUMBERS ? (uint32_t)(NUMBERS - seq + 1) : n;
		for (uint32_t i = 0; i < n; i++) {
			uint32_t which = chance(6);

			events[i] = pool[which];
			if (had[seq + i])
				continue;
			if (chance_of(50))
				events[i] = pool[which = 0];
			first[seq + i] = events[i];
			verdict[seq + i] = codes[which];
			had[seq + i] = true;
		}
		assert_int_equal(house_send(&house, "s", "a", seq, events, n), 0);
		for (uint32_t i = 0; i < n; i++) {
			struct event *was = &first[seq + i];
			bool same = was->module.data == events[i].module.data &&
				    was->learner.data == events[i].learner.data &&
				    was->region.size == events[i].region.size &&
				    was->time == events[i].time &&
				    was->result.score == events[i].result.score;
			int code = same ? verdict[seq + i] : LIFT_E_REUSED;

			if (!code)
				continue;
			assert_true(at < house.gate->last.n_rejected);
			assert_int_equal(house.gate->last.rejected[at].seq, seq + i);
			assert_int_equal(house.gate->last.rejected[at++].err, code);
		}
		assert_int_equal(house.gate->last.n_rejected, at);
		while (next <= NUMBERS && had[next])
			next++;
		assert_int_equal(house.gate->last.next, next);
		if (chance_of(20))
			assert_int_equal(journal_commit(house.journal), 0);
		if (chance_of(5)) {
			assert_int_equal(journal_commit(house.journal), 0);
			house_reopen_journal(&house);
		}
	}
	house_close(&house);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_verdict_stands_however_often_it_is_asked_for),
		cmocka_unit_test(other_content_under_a_used_number_is_refused),
		cmocka_unit_test(minutes_states_and_days_are_content),
		cmocka_unit_test(attributes_that_nothing_counts_by_are_not_content),
		cmocka_unit_test(a_verdict_stands_when_the_dimensions_change),
		cmocka_unit_test(an_event_may_be_ten_minutes_ahead_of_its_receipt_and_no_more),
		cmocka_unit_test(a_clock_that_goes_back_does_not_take_the_receipt_along),
		cmocka_unit_test(a_receipt_that_was_undone_counts_no_more),
		cmocka_unit_test(a_voiding_names_its_time_and_no_other),
		cmocka_unit_test(an_id_means_the_same_person_in_joined_sources_only),
		cmocka_unit_test(too_many_holes_are_refused_whole_until_they_are_filled),
		cmocka_unit_test(
			a_batch_of_many_chunks_that_ends_at_the_last_range_is_whole_on_disk),
		cmocka_unit_test(streams_that_are_not_in_use_are_found_again),
		cmocka_unit_test(who_only_asks_for_streams_fills_no_memory),
		cmocka_unit_test(a_source_has_a_thousand_streams_with_gaps_until_one_is_closed),
		cmocka_unit_test(a_stream_that_is_closed_takes_nothing_new_and_misses_nothing),
		cmocka_unit_test(a_tail_that_was_announced_is_missed_until_it_comes),
		cmocka_unit_test(what_was_announced_or_received_may_be_announced_again),
		cmocka_unit_test(no_verdict_is_given_by_a_clock_that_is_known_to_be_wrong),
		cmocka_unit_test(gaps_of_a_clock_that_was_ahead_are_seen_when_it_is_right),
		cmocka_unit_test(there_are_so_many_sources_and_no_more),
		cmocka_unit_test(the_rejections_of_a_batch_are_all_there),
		cmocka_unit_test(what_is_told_of_an_error_is_its_code_or_disk),
		cmocka_unit_test(a_source_that_brings_too_many_names_shuts_out_nobody),
		cmocka_unit_test(profiles_of_known_names_have_no_bound),
		cmocka_unit_test(what_counts_nowhere_is_told_with_what_was_meant),
		cmocka_unit_test(what_was_undone_is_not_taken_for_what_comes_after_it),
		cmocka_unit_test(a_profile_that_was_undone_is_made_anew),
		cmocka_unit_test(what_counts_nowhere_is_noted_when_it_is_on_disk),
		cmocka_unit_test(attributes_that_count_since_are_told_of_a_resend),
		cmocka_unit_test(a_batch_that_finds_damage_says_so_to_all),
		cmocka_unit_test(a_stream_that_cannot_be_read_is_damage),
		cmocka_unit_test(other_content_under_a_used_number_is_in_the_quarantine_once),
		cmocka_unit_test(the_rows_of_a_source_are_found_page_by_page),
		cmocka_unit_test(a_full_quarantine_has_a_share_for_each_source),
		cmocka_unit_test(random_batches_get_the_verdicts_of_a_list),
	};

	chance_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
