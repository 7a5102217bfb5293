/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A batch that is taken slice by slice, with commits and other batches in between: what comes of it
 * is what comes of the same batch taken at once.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "daemon/intake/gate.h"
#include "tests/unit/house.h"

enum { N = 4 * GATE_SLICE + 123, KNOWN = 700 };

struct rig {
	struct house house;
	struct keyring *keyring;
	struct msg_writer *batch, *ack;
	struct msg_reader *reader;
	struct stats stats;
	int n_done, err; /* of what was underway */
};

static void open_rig(struct rig *rig)
{
	*rig = (struct rig){ .batch = msg_writer_new(),
			     .ack = msg_writer_new(),
			     .reader = msg_reader_new(),
			     .keyring = keyring_new() };
	assert_true(rig->batch && rig->ack && rig->reader && rig->keyring);
	house_open(&rig->house, "", world_catalogue);
	speakers_open(&rig->house.gate->speakers, rig->keyring);
}

static void close_rig(struct rig *rig)
{
	house_close(&rig->house);
	keyring_free(rig->keyring);
	msg_reader_free(rig->reader);
	msg_writer_free(rig->batch);
	msg_writer_free(rig->ack);
}

static void commit(struct rig *rig, int expected)
{
	if (expected)
		journal_fail(rig->house.journal, expected);
	assert_int_equal(journal_commit(rig->house.journal), expected);
	gate_settle(rig->house.gate, &rig->stats, expected == 0);
}

/* Of all kinds, by number: right, wrong, of a time to come, with what counts nowhere. `other`: not
 * what was under this number before. */
static struct event event_of(uint32_t i, bool other)
{
	struct event event = { .type = EVENT_ASSESSED,
			       .time = WORLD_BEGIN + i,
			       .learner = text_of(other ? "ola" : "kari"),
			       .module = text_of(i % 7 == 3 ? "no-such" : "lift"),
			       .region = text_of(i % 11 == 5 ? "nowhere" : "rana"),
			       .result = { .score = 7000, .passed = -1 },
			       .voids_time = EVENT_NO_TIME };

	if (i % 5 == 2)
		event.learner = (struct text){ "", 0 };
	if (i % 13 == 1)
		event.time = INT64_C(9000000000000);
	event.attrs[0] = (struct event_attr){ text_of("shoe-size"), text_of("44") };
	event.n_attrs = i % 17 == 4;
	return event;
}

static void write_batch(struct rig *rig, uint32_t n, bool others)
{
	msg_writer_clear(rig->batch);
	batch_begin(rig->batch, "events", text_of("s"), text_of("a"), 1, n);
	for (uint32_t i = 0; i < n; i++) {
		struct event event = event_of(i, others && i % 50 == 0);

		event_encode(rig->batch, &event);
	}
}

static void write_ack(struct rig *rig, const struct batch *batch, const struct taken *taken)
{
	const struct ack ack = { .source = batch->source,
				 .stream = batch->stream,
				 .first = batch->seq,
				 .count = taken->at,
				 .next = taken->next,
				 .rejected = taken->rejected,
				 .n_rejected = taken->n_rejected,
				 .unknown = &taken->unknown,
				 .uncounted = taken->uncounted,
				 .n_uncounted = taken->n_uncounted };

	msg_writer_clear(rig->ack);
	ack_encode(rig->ack, &ack);
}

static void take_at_once(struct rig *rig)
{
	struct batch batch;

	assert_int_equal(batch_decode(rig->reader, msg_written(rig->batch), &batch), 0);
	assert_int_equal(gate_take(rig->house.gate, NULL, &batch, rig->house.clock), 0);
	write_ack(rig, &batch, &rig->house.gate->last);
}

static void done(void *context, const struct speaker *speaker, const struct batch *batch,
		 const struct taken *taken, int err)
{
	struct rig *rig = context;

	(void)speaker;
	assert_false(gate_is_busy(rig->house.gate));
	rig->n_done++;
	rig->err = err;
	if (!err)
		write_ack(rig, batch, taken);
}

static void begin_as(struct rig *rig, const char *user)
{
	struct speaker speaker;
	struct batch batch;

	assert_int_equal(speaker_find(&rig->house.gate->speakers, user, &speaker), 0);
	assert_int_equal(batch_decode(rig->reader, msg_written(rig->batch), &batch), 0);
	gate_begin(rig->house.gate, &speaker, user, &batch, done, rig);
	assert_true(gate_is_busy(rig->house.gate));
}

static void begin(struct rig *rig)
{
	begin_as(rig, PEER_LOCAL);
}

static void go_on(struct rig *rig)
{
	gate_go_on(rig->house.gate, rig->house.clock);
}

/* What has been received before: a part of it. */
static void take_some(struct rig *rig, uint32_t n)
{
	write_batch(rig, n, false);
	take_at_once(rig);
	commit(rig, 0);
}

static void send_small(struct rig *rig, uint64_t seq)
{
	struct event event = event_of(0, false);

	assert_int_equal(house_send(&rig->house, "other", "b", seq, &event, 1), 0);
	assert_int_equal(rig->house.gate->last.n_accepted, 1);
}

/* The answer of a batch after `slices` of them, and the figures. */
static void assert_same_stats(const struct rig *a, const struct rig *b, uint64_t more)
{
	assert_int_equal(stats_get(&a->stats, STAT_batches) + more,
			 stats_get(&b->stats, STAT_batches));
	assert_int_equal(stats_get(&a->stats, STAT_events_accepted) + more,
			 stats_get(&b->stats, STAT_events_accepted));
	assert_int_equal(stats_get(&a->stats, STAT_events_rejected),
			 stats_get(&b->stats, STAT_events_rejected));
	assert_int_equal(stats_get(&a->stats, STAT_events_resent),
			 stats_get(&b->stats, STAT_events_resent));
	assert_int_equal(stats_get(&a->stats, STAT_events_reused),
			 stats_get(&b->stats, STAT_events_reused));
}

static void assert_same_ack(const struct rig *a, const struct rig *b)
{
	struct text one = msg_written(a->ack), other = msg_written(b->ack);

	assert_true(one.size > 0);
	assert_int_equal(one.size, other.size);
	assert_memory_equal(one.data, other.data, one.size);
}

/* With resent numbers, reused ones, refused ones and unknown texts in it; and again, when all of it
 * is known. */
static void its_answer_is_that_of_the_batch_taken_at_once(void **state)
{
	static struct rig whole, sliced;
	uint64_t small = 0;

	(void)state;
	open_rig(&whole);
	open_rig(&sliced);
	take_some(&whole, KNOWN);
	take_some(&sliced, KNOWN);
	for (int turn = 0; turn < 2; turn++) {
		write_batch(&whole, N, true);
		take_at_once(&whole);
		commit(&whole, 0);
		write_batch(&sliced, N, true);
		begin(&sliced);
		for (int slices = 0; gate_is_busy(sliced.house.gate); slices++) {
			assert_true(slices < N / GATE_SLICE + 1);
			go_on(&sliced);
			send_small(&sliced, ++small);
			commit(&sliced, 0);
		}
		assert_int_equal(sliced.n_done, turn + 1);
		assert_int_equal(sliced.err, 0);
		assert_same_ack(&whole, &sliced);
		assert_same_stats(&whole, &sliced, small);
	}
	assert_true(stats_get(&sliced.stats, STAT_events_reused) > 0);
	close_rig(&whole);
	close_rig(&sliced);
}

/* Two slices are on disk, one is not. */
static void what_a_crash_leaves_of_it_is_received_and_answered_when_sent_again(void **state)
{
	static struct rig whole, crashed;
	const struct taken *taken;

	(void)state;
	open_rig(&whole);
	open_rig(&crashed);
	write_batch(&whole, N, false);
	take_at_once(&whole);
	write_batch(&crashed, N, false);
	begin(&crashed);
	go_on(&crashed);
	go_on(&crashed);
	commit(&crashed, 0);
	go_on(&crashed);
	assert_int_equal(house_stream(&crashed.house, "s", "a")->next, 3 * GATE_SLICE + 1);
	house_reopen_journal(&crashed.house);
	speakers_open(&crashed.house.gate->speakers, crashed.keyring);
	assert_int_equal(crashed.n_done, 0);
	assert_int_equal(house_stream(&crashed.house, "s", "a")->next, 2 * GATE_SLICE + 1);
	take_at_once(&crashed);
	taken = &crashed.house.gate->last;
	assert_int_equal(taken->n_resent, 2 * GATE_SLICE);
	assert_int_equal(taken->n_resent + taken->n_accepted + taken->n_refused, N);
	assert_int_equal(taken->n_reused, 0);
	assert_int_equal(taken->next, whole.house.gate->last.next);
	assert_int_equal(taken->n_rejected, whole.house.gate->last.n_rejected);
	for (size_t i = 0; i < taken->n_rejected; i++) {
		assert_int_equal(taken->rejected[i].seq, whole.house.gate->last.rejected[i].seq);
		assert_int_equal(taken->rejected[i].err, whole.house.gate->last.rejected[i].err);
	}
	commit(&whole, 0);
	assert_int_equal(journal_commit(crashed.house.journal), 0);
	assert_int_equal(journal_last(crashed.house.journal), journal_last(whole.house.journal));
	close_rig(&whole);
	close_rig(&crashed);
}

static void a_commit_that_fails_ends_it(void **state)
{
	static struct rig rig;

	(void)state;
	open_rig(&rig);
	write_batch(&rig, N, false);
	begin(&rig);
	gate_give_up(rig.house.gate, LIFT_E_DISK); /* nothing of it was in that commit */
	assert_int_equal(rig.n_done, 0);
	go_on(&rig);
	commit(&rig, 0);
	go_on(&rig);
	journal_fail(rig.house.journal, LIFT_E_DISK);
	assert_int_equal(journal_commit(rig.house.journal), LIFT_E_DISK);
	gate_give_up(rig.house.gate, LIFT_E_DISK);
	gate_settle(rig.house.gate, &rig.stats, false);
	assert_int_equal(rig.n_done, 1);
	assert_int_equal(rig.err, LIFT_E_DISK);
	assert_int_equal(stats_get(&rig.stats, STAT_batches), 0);
	assert_int_equal(stats_get(&rig.stats, STAT_events_accepted) +
				 stats_get(&rig.stats, STAT_events_rejected),
			 GATE_SLICE);
	begin(&rig);
	gate_finish(rig.house.gate);
	assert_int_equal(rig.err, 0);
	commit(&rig, 0);
	assert_int_equal(stats_get(&rig.stats, STAT_batches), 1);
	assert_int_equal(stats_get(&rig.stats, STAT_events_resent), GATE_SLICE);
	close_rig(&rig);
}

/* What is against it as a whole is found before any of it is kept. */
static void what_is_refused_whole_leaves_nothing(void **state)
{
	static struct rig rig;
	struct closed closed;

	(void)state;
	open_rig(&rig);
	take_some(&rig, 10);
	assert_int_equal(gate_close_stream(rig.house.gate, text_of("s"), text_of("a"), &closed), 0);
	write_batch(&rig, N, false);
	begin(&rig);
	go_on(&rig);
	assert_int_equal(rig.n_done, 1);
	assert_int_equal(rig.err, LIFT_E_CLOSED);
	assert_int_equal(house_stream(&rig.house, "s", "a")->next, 11);
	assert_int_equal(rig.house.gate->accepted + rig.house.gate->refused, 0);
	close_rig(&rig);
}

/* Else its source would send in another stream what has been counted in this one. */
static void a_stream_is_closed_behind_it(void **state)
{
	static struct rig rig;
	struct closed closed;

	(void)state;
	open_rig(&rig);
	take_some(&rig, 10);
	write_batch(&rig, N, false);
	begin(&rig);
	go_on(&rig);
	send_small(&rig, 1);
	assert_int_equal(gate_close_stream(rig.house.gate, text_of("other"), text_of("b"), &closed),
			 0);
	assert_int_equal(rig.n_done, 0);
	assert_int_equal(gate_close_stream(rig.house.gate, text_of("s"), text_of("a"), &closed), 0);
	assert_int_equal(rig.n_done, 1);
	assert_int_equal(rig.err, 0);
	assert_int_equal(closed.next, N + 1);
	close_rig(&rig);
}

/* Somebody else of the same source is quicker with some of its numbers: they have one verdict. */
static void a_number_that_comes_meanwhile_is_known_by_then(void **state)
{
	static struct rig rig;
	struct event event = event_of(GATE_SLICE + 10, false), other = event_of(20, true);

	(void)state;
	open_rig(&rig);
	write_batch(&rig, N, false);
	begin(&rig);
	go_on(&rig);
	assert_int_equal(house_send(&rig.house, "s", "a", GATE_SLICE + 11, &event, 1), 0);
	assert_int_equal(house_send(&rig.house, "s", "a", GATE_SLICE + 21, &other, 1), 0);
	gate_finish(rig.house.gate);
	assert_int_equal(rig.err, 0);
	assert_int_equal(rig.house.gate->underway.taken.n_resent, 2);
	assert_int_equal(rig.house.gate->underway.taken.n_reused, 1);
	assert_int_equal(rig.house.gate->underway.taken.next, N + 1);
	commit(&rig, 0);
	assert_int_equal(journal_last(rig.house.journal), N);
	close_rig(&rig);
}

static void set_keys(struct rig *rig, const char *text)
{
	struct yaml_errors errors = { .file = "keys.yaml" };
	struct keys *keys = NULL;

	if (keys_parse(text_of(text), rig->house.config, &errors, &keys) != 0)
		fail_msg("%s", errors.text ? errors.text : "no memory");
	assert_int_equal(keyring_set(rig->keyring, keys), 0);
	keys_free(keys);
}

/* By the rights of each slice: it goes on with other ones, and ends where there is none. */
static void its_key_may_lose_its_right_meanwhile(void **state)
{
	static struct rig rig;
	static const uint8_t bytes[Z85_KEY_BYTES] = { 1 };
	char user[Z85_KEY + 1], text[512];
	const char *limits[] = { "", ", limits: {names: 5}" };

	(void)state;
	open_rig(&rig);
	z85_encode(bytes, user);
	write_batch(&rig, N, false);
	for (int i = 0; i < 2; i++) {
		snprintf(text, sizeof(text),
			 "keys: [{name: k, public: \"%s\", publish: {sources: [s]}%s}]\n", user,
			 limits[i]);
		set_keys(&rig, text);
		if (i == 0)
			begin_as(&rig, user);
		go_on(&rig);
		assert_int_equal(rig.n_done, 0);
		commit(&rig, 0);
	}
	snprintf(text, sizeof(text), "keys: [{name: k, public: \"%s\", publish: {sources: [t]}}]\n",
		 user);
	set_keys(&rig, text);
	go_on(&rig);
	assert_int_equal(rig.n_done, 1);
	assert_int_equal(rig.err, LIFT_E_SOURCE_DENIED);
	commit(&rig, 0);
	begin_as(&rig, user);
	set_keys(&rig, "keys: []\n");
	go_on(&rig);
	assert_int_equal(rig.n_done, 2);
	assert_int_equal(rig.err, LIFT_E_DENIED);
	assert_int_equal(house_stream(&rig.house, "s", "a")->next, 2 * GATE_SLICE + 1);
	close_rig(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(its_answer_is_that_of_the_batch_taken_at_once),
		cmocka_unit_test(
			what_a_crash_leaves_of_it_is_received_and_answered_when_sent_again),
		cmocka_unit_test(a_commit_that_fails_ends_it),
		cmocka_unit_test(what_is_refused_whole_leaves_nothing),
		cmocka_unit_test(a_stream_is_closed_behind_it),
		cmocka_unit_test(a_number_that_comes_meanwhile_is_known_by_then),
		cmocka_unit_test(its_key_may_lose_its_right_meanwhile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
