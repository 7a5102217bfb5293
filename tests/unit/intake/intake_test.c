/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Intake on a loop that is stepped, by a clock of its own.
 */
#include "daemon/intake/intake.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <zmq.h>

#include <cmocka.h>

#include "proto/control.h"
#include "tests/unit/house.h"

enum { CLIENTS = 8, STEPS_MAX = 1000, LARGE_EVENTS = 8000 };

struct rig {
	struct house house;
	struct now now;
	struct loop *loop;
	struct wake *more;
	struct stats stats;
	struct intake *intake;
	void *zmq, *clients[CLIENTS];
	int naps, brings; /* messages of one client each, by as many naps */
	uint64_t next;	  /* number of that client's stream */
	struct msg_writer *writer;
	struct msg_reader *reader;
};

static void read_ours(void *context, struct now *ret_now)
{
	*ret_now = *(const struct now *)context;
}

static void send_event(struct rig *rig, int client, uint64_t seq, int64_t time);

/* What comes meanwhile. */
static void nap(void *context)
{
	struct rig *rig = context;

	rig->naps++;
	if (rig->brings-- > 0)
		send_event(rig, 0, rig->next++, rig->now.utc_ms);
}

/* On a house that is open. */
static void rig_open_intake(struct rig *rig)
{
	static char *endpoint = (char *)"inproc://intake";
	const struct texts endpoints = { &endpoint, 1 };
	struct intake_parts parts = { .endpoints = &endpoints, .stats = &rig->stats };

	rig->writer = msg_writer_new();
	rig->reader = msg_reader_new();
	rig->now = (struct now){ 1000, rig->house.clock };
	rig->zmq = zmq_ctx_new();
	rig->loop = loop_new(&(struct clock){ read_ours, &rig->now });
	rig->more = wake_new();
	assert_true(rig->loop && rig->more && rig->writer && rig->reader);
	parts.loop = rig->loop;
	parts.zmq = rig->zmq;
	parts.gate = rig->house.gate;
	parts.more = rig->more;
	parts.nap = nap;
	parts.nap_context = rig;
	assert_int_equal(intake_open(&parts, &rig->intake), 0);
	for (int i = 0; i < CLIENTS; i++) {
		rig->clients[i] = zmq_socket(rig->zmq, ZMQ_DEALER);
		assert_int_equal(zmq_connect(rig->clients[i], endpoint), 0);
	}
}

static void rig_open(struct rig *rig)
{
	*rig = (struct rig){ .loop = NULL };
	house_open(&rig->house, "", world_catalogue);
	rig_open_intake(rig);
}

static void rig_close(struct rig *rig)
{
	for (int i = 0; i < CLIENTS; i++)
		zmq_close(rig->clients[i]);
	intake_close(rig->intake);
	loop_step(rig->loop); /* nothing of it is left in the loop */
	loop_free(rig->loop);
	wake_free(rig->more);
	zmq_ctx_term(rig->zmq);
	msg_writer_free(rig->writer);
	msg_reader_free(rig->reader);
	house_close(&rig->house);
}

static void send(struct rig *rig, int client)
{
	struct text message = msg_written(rig->writer);

	assert_int_equal(zmq_send(rig->clients[client], message.data, message.size, 0),
			 message.size);
}

static void send_event(struct rig *rig, int client, uint64_t seq, int64_t time)
{
	const struct event event = { .type = EVENT_STARTED,
				     .time = time,
				     .learner = text_of("kari"),
				     .module = text_of("lift"),
				     .region = text_of("rana"),
				     .result = { .score = -1, .passed = -1 },
				     .voids_time = EVENT_NO_TIME };

	msg_writer_clear(rig->writer);
	batch_begin(rig->writer, "events", text_of("s"), text_of("a"), seq, 1);
	event_encode(rig->writer, &event);
	send(rig, client);
}

static void ask_rejections(struct rig *rig, int client)
{
	const struct request request = { .op = text_of("rejections"), .source = text_of("none") };

	msg_writer_clear(rig->writer);
	request_encode(rig->writer, &request);
	send(rig, client);
}

/* Nearly as large as a batch may be. */
static void send_large(struct rig *rig, int client, uint64_t first)
{
	struct event event = { .type = EVENT_STARTED,
			       .time = WORLD_BEGIN,
			       .learner = text_of("somebody whose id takes some room in a batch"),
			       .module = text_of("lift"),
			       .region = text_of("rana"),
			       .result = { .score = -1, .passed = -1 },
			       .voids_time = EVENT_NO_TIME };

	msg_writer_clear(rig->writer);
	batch_begin(rig->writer, "events", text_of("large"), text_of("a"), first, LARGE_EVENTS);
	for (int i = 0; i < LARGE_EVENTS; i++)
		event_encode(rig->writer, &event);
	assert_in_range(msg_written(rig->writer).size, MSG_SIZE_MAX / 4 * 3, MSG_SIZE_MAX);
	send(rig, client);
}

/* How many answers there are for a client. */
static int answers(struct rig *rig, int client)
{
	char body[4096];
	int n = 0;

	while (zmq_recv(rig->clients[client], body, sizeof(body), ZMQ_DONTWAIT) >= 0)
		n++;
	return n;
}

static void an_event_is_judged_by_the_time_of_its_round(void **state)
{
	struct rig rig;

	(void)state;
	rig_open(&rig);
	send_event(&rig, 0, 1, rig.now.utc_ms + EVENT_AHEAD_MS);
	send_event(&rig, 0, 2, rig.now.utc_ms + EVENT_AHEAD_MS + 1);
	loop_step(rig.loop);
	assert_int_equal(answers(&rig, 0), 2);
	assert_int_equal(stats_get(&rig.stats, STAT_events_accepted), 1);
	assert_int_equal(stats_get(&rig.stats, STAT_events_rejected), 1);
	rig.now.utc_ms++;
	send_event(&rig, 0, 3, rig.now.utc_ms + EVENT_AHEAD_MS);
	loop_step(rig.loop);
	assert_int_equal(stats_get(&rig.stats, STAT_events_accepted), 2);
	rig_close(&rig);
}

/* Once it fails, it is said to for a while after the last time. */
static void a_failure_is_over_after_a_while_without_one(void **state)
{
	struct rig rig;

	(void)state;
	rig_open(&rig);
	send_event(&rig, 0, 1, rig.now.utc_ms);
	journal_fail(rig.house.journal, LIFT_E_DISK);
	loop_step(rig.loop);
	assert_int_equal(stats_get(&rig.stats, STAT_journal_failing), 1);
	send_event(&rig, 0, 1, rig.now.utc_ms);
	rig.now.steady_ms += INTAKE_CALM_MS - 1;
	loop_step(rig.loop);
	assert_int_equal(stats_get(&rig.stats, STAT_events_accepted), 1);
	assert_int_equal(stats_get(&rig.stats, STAT_journal_failing), 1);
	rig.now.steady_ms++;
	loop_step(rig.loop);
	assert_int_equal(stats_get(&rig.stats, STAT_journal_failing), 0);
	rig_close(&rig);
}

/* All but the last client ask for rejections, over and over. */
static void who_asks_for_rejections_does_not_hold_up_batches(void **state)
{
	enum { ASKED = 20, OTHERS = CLIENTS - 1 };
	struct rig rig;
	int asked = 0, acked_in = 0, step;

	(void)state;
	rig_open(&rig);
	for (int i = 0; i < ASKED; i++)
		for (int c = 0; c < OTHERS; c++)
			ask_rejections(&rig, c);
	send_event(&rig, OTHERS, 1, rig.now.utc_ms);
	for (step = 1; step < STEPS_MAX && (asked < ASKED * OTHERS || !acked_in); step++) {
		int n = 0;

		loop_step(rig.loop);
		for (int c = 0; c < OTHERS; c++)
			n += answers(&rig, c);
		assert_true(n <= INTAKE_PAGES);
		asked += n;
		if (answers(&rig, OTHERS) > 0)
			acked_in = step;
	}
	assert_int_equal(asked, ASKED * OTHERS);
	/* Clients have their turns: none of them waits for all that another one asks. */
	assert_in_range(acked_in, 1, CLIENTS / INTAKE_PAGES + 1);
	rig_close(&rig);
}

/* Messages of one client before a round, and by its naps: one commit for all. */
static void take_group(struct rig *rig, int before, int brings)
{
	uint64_t commits = stats_get(&rig->stats, STAT_journal_commits);

	rig->naps = 0;
	rig->brings = brings;
	for (int i = 0; i < before; i++)
		send_event(rig, 0, rig->next++, rig->now.utc_ms);
	loop_step(rig->loop);
	assert_int_equal(stats_get(&rig->stats, STAT_journal_commits), commits + 1);
	rig->brings = 0;
}

static void a_group_is_gathered_as_long_as_more_comes(void **state)
{
	struct rig rig;

	(void)state;
	rig_open(&rig);
	rig.next = 1;
	take_group(&rig, 1, 1); /* a lone one never waits */
	assert_int_equal(rig.naps, 0);
	assert_int_equal(answers(&rig, 0), 1);
	take_group(&rig, 3, 1); /* nor does the first group of several */
	assert_int_equal(rig.naps, 0);
	assert_int_equal(answers(&rig, 0), 3);
	take_group(&rig, 2, 3);
	assert_int_equal(rig.naps, 4); /* the last one brings nothing */
	assert_int_equal(answers(&rig, 0), 5);
	take_group(&rig, 1, 1000);
	assert_int_equal(rig.naps, INTAKE_NAPS);
	assert_int_equal(answers(&rig, 0), 1 + INTAKE_NAPS);
	take_group(&rig, 1, 0);
	assert_int_equal(rig.naps, 1);
	take_group(&rig, 1, 1); /* a lone one after a lone one */
	assert_int_equal(rig.naps, 0);
	assert_int_equal(stats_get(&rig.stats, STAT_events_accepted), rig.next - 1);
	rig_close(&rig);
}

static void no_group_is_gathered_when_it_is_as_large_as_it_may_be(void **state)
{
	struct rig rig;

	(void)state;
	rig_open(&rig);
	rig.next = 1;
	take_group(&rig, 2, 0);
	/* Its sender may send no more before it is answered. */
	for (int i = 0; i < INTAKE_WINDOW; i++)
		send_event(&rig, 0, rig.next++, rig.now.utc_ms);
	for (int i = 0; i < STEPS_MAX && rig.naps == 0 &&
			stats_get(&rig.stats, STAT_events_accepted) < rig.next - 1;
	     i++)
		loop_step(rig.loop);
	assert_int_equal(rig.naps, 0);
	assert_int_equal(stats_get(&rig.stats, STAT_events_accepted), rig.next - 1);
	rig_close(&rig);
}

static void who_sends_large_batches_holds_up_few_answers(void **state)
{
	enum { LARGE = 24 };
	struct rig rig;
	int large = 0, step;

	(void)state;
	rig_open(&rig);
	for (int i = 0; i < LARGE; i++)
		send_large(&rig, 0, 1 + (uint64_t)i * LARGE_EVENTS);
	send_event(&rig, 1, 1, rig.now.utc_ms);
	for (step = 0; step < STEPS_MAX; step++) {
		loop_step(rig.loop);
		large += answers(&rig, 0);
		if (answers(&rig, 1) > 0)
			break;
	}
	assert_true(step < STEPS_MAX);
	assert_in_range(large, 0, 2 * INTAKE_GROUP_BYTES / (MSG_SIZE_MAX / 4 * 3) + 1);
	assert_true(2 * large < LARGE + 1);
	rig_close(&rig);
}

/* Who sends one event does not wait for a batch of many: its answer comes after the next commit,
 * while most of the batch is still to be taken; so does every later one. */
static void a_small_batch_overtakes_a_large_one(void **state)
{
	struct rig rig;
	uint64_t seq = 0;

	(void)state;
	rig_open(&rig);
	send_large(&rig, 0, 1);
	loop_step(rig.loop);
	while (answers(&rig, 0) == 0) {
		send_event(&rig, 1, ++seq, rig.now.utc_ms);
		loop_step(rig.loop);
		assert_int_equal(answers(&rig, 1), 1);
		assert_int_equal(stats_get(&rig.stats, STAT_journal_commits), seq);
		assert_in_range(seq, 1, LARGE_EVENTS / GATE_SLICE);
	}
	/* One slice a round; the last one, and its answer, in the next. */
	assert_int_equal(seq, LARGE_EVENTS / GATE_SLICE);
	assert_int_equal(stats_get(&rig.stats, STAT_batches), 1 + seq);
	assert_int_equal(stats_get(&rig.stats, STAT_events_accepted), LARGE_EVENTS + seq);
	rig_close(&rig);
}

/* A commit is for as much as may be, where nobody waits for it. */
static void who_is_alone_has_one_commit_for_a_large_batch(void **state)
{
	struct rig rig;
	int n = 0;

	(void)state;
	rig_open(&rig);
	send_large(&rig, 0, 1);
	for (int step = 0; step < STEPS_MAX && n == 0; step++) {
		loop_step(rig.loop);
		n = answers(&rig, 0);
		assert_int_equal(stats_get(&rig.stats, STAT_journal_commits), n);
	}
	assert_int_equal(n, 1);
	rig_close(&rig);
}

/* So many events as a slice has, and a little more. */
static void send_some(struct rig *rig, int client, uint64_t first, uint32_t n)
{
	const struct event event = { .type = EVENT_STARTED,
				     .time = WORLD_BEGIN,
				     .learner = text_of("kari"),
				     .module = text_of("lift"),
				     .region = text_of("rana"),
				     .result = { .score = -1, .passed = -1 },
				     .voids_time = EVENT_NO_TIME };

	msg_writer_clear(rig->writer);
	batch_begin(rig->writer, "events", text_of("s"), text_of("b"), first, n);
	for (uint32_t i = 0; i < n; i++)
		event_encode(rig->writer, &event);
	send(rig, client);
}

/* Batches of one slice each: a round takes one, and a commit is for all of them, until somebody
 * else's message comes. */
static void who_sends_many_batches_has_few_commits_until_somebody_else_comes(void **state)
{
	enum { MANY = 8 };
	struct rig rig;
	int n = 0;

	(void)state;
	for (int others = 0; others < 2; others++) {
		rig_open(&rig);
		for (uint64_t i = 0; i < MANY; i++)
			send_some(&rig, 0, 1 + i * GATE_SLICE, GATE_SLICE);
		for (int step = 0; step < STEPS_MAX && n < MANY; step++) {
			if (others && step == 2)
				send_event(&rig, 1, 1, rig.now.utc_ms);
			loop_step(rig.loop);
			n += answers(&rig, 0);
			if (others && step == 2) {
				assert_int_equal(answers(&rig, 1), 1);
				assert_in_range(n, 1, 3);
			}
		}
		assert_int_equal(n, MANY);
		assert_int_equal(stats_get(&rig.stats, STAT_journal_commits), 1 + others);
		n = 0;
		rig_close(&rig);
	}
}

/* A batch that is held, too: first of a sender's, first answered. */
static void the_answers_of_a_sender_come_in_its_order(void **state)
{
	enum { N = 5 };
	static const uint32_t counts[N] = { 1, 3 * GATE_SLICE, 1, GATE_SLICE + 1, 2 };
	struct answer answer;
	uint64_t first = 1;
	char body[4096];
	struct rig rig;
	int i = 0;

	(void)state;
	rig_open(&rig);
	for (int k = 0; k < N; first += counts[k++])
		send_some(&rig, 0, first, counts[k]);
	first = 1;
	for (int step = 0; step < STEPS_MAX && i < N; step++) {
		int size = zmq_recv(rig.clients[0], body, sizeof(body), ZMQ_DONTWAIT);

		if (size < 0) {
			loop_step(rig.loop);
			continue;
		}
		assert_int_equal(
			answer_decode(rig.reader, (struct text){ body, (size_t)size }, &answer), 0);
		assert_int_equal(answer.what, ANSWER_ACK);
		assert_int_equal(answer.first, first);
		assert_int_equal(answer.count, counts[i]);
		first += counts[i++];
		assert_int_equal(answer.next, first);
	}
	assert_int_equal(i, N);
	rig_close(&rig);
}

/* The code of an answer, as a nack has it; "" where it is none. */
static void answer_code(struct rig *rig, int client, char to[static 32])
{
	struct answer answer;
	char body[4096];
	int size = zmq_recv(rig->clients[client], body, sizeof(body), ZMQ_DONTWAIT);

	assert_in_range(size, 1, sizeof(body));
	assert_int_equal(answer_decode(rig->reader, (struct text){ body, (size_t)size }, &answer),
			 0);
	assert_true(answer.code.size < 32);
	memcpy(to, answer.code.data ? answer.code.data : "", answer.code.size);
	to[answer.code.size] = 0;
}

/* A commit fails between two slices: it is answered with that, once, and goes through when it is
 * sent again. */
static void a_failure_between_slices_is_that_of_the_batch(void **state)
{
	struct rig rig;
	char code[32];

	(void)state;
	rig_open(&rig);
	send_some(&rig, 0, 1, 4 * GATE_SLICE);
	loop_step(rig.loop);
	send_event(&rig, 1, 1, rig.now.utc_ms);
	loop_step(rig.loop);
	assert_int_equal(answers(&rig, 1), 1);
	send_event(&rig, 1, 2, rig.now.utc_ms);
	journal_fail(rig.house.journal, LIFT_E_DISK);
	loop_step(rig.loop);
	answer_code(&rig, 0, code);
	assert_string_equal(code, "disk");
	answer_code(&rig, 1, code);
	assert_string_equal(code, "disk");
	assert_int_equal(stats_get(&rig.stats, STAT_batches_refused), 2);
	send_some(&rig, 0, 1, 4 * GATE_SLICE);
	for (int step = 0; step < STEPS_MAX && stats_get(&rig.stats, STAT_batches) < 2; step++)
		loop_step(rig.loop);
	answer_code(&rig, 0, code);
	assert_string_equal(code, "");
	assert_int_equal(answers(&rig, 0), 0);
	assert_int_equal(stats_get(&rig.stats, STAT_events_resent), GATE_SLICE);
	assert_int_equal(stats_get(&rig.stats, STAT_events_accepted), 4 * GATE_SLICE + 1);
	rig_close(&rig);
}

/* It is refused as what it is, although nobody has looked at what it holds. */
static void a_batch_of_too_many_is_not_read(void **state)
{
	static char ones[MSG_SIZE_MAX - 1024];
	struct rig rig;
	char code[32];

	(void)state;
	rig_open(&rig);
	memset(ones, 1, sizeof(ones));
	msg_writer_clear(rig.writer);
	batch_begin(rig.writer, "events", text_of("s"), text_of("a"), 1, sizeof(ones));
	msg_raw(rig.writer, (struct text){ ones, sizeof(ones) });
	send(&rig, 0);
	loop_step(rig.loop);
	answer_code(&rig, 0, code);
	assert_string_equal(code, "count");
	rig_close(&rig);
}

/* Who says hello to a stream that cannot be read is told so, and others get their answers. */
static void a_hello_that_finds_damage_holds_up_nobody(void **state)
{
	const struct request hello = { .op = text_of("hello"),
				       .source = text_of("s"),
				       .stream = text_of("a") };
	const struct request other = { .op = text_of("hello"),
				       .source = text_of("s"),
				       .stream = text_of("b") };
	const struct event event = { .type = EVENT_STARTED,
				     .time = WORLD_BEGIN,
				     .learner = text_of("kari"),
				     .module = text_of("lift"),
				     .region = text_of("rana"),
				     .result = { .score = -1, .passed = -1 },
				     .voids_time = EVENT_NO_TIME };
	char codes[2][32];
	struct rig rig;

	(void)state;
	rig = (struct rig){ .loop = NULL };
	house_open(&rig.house, "", world_catalogue);
	assert_int_equal(house_send(&rig.house, "s", "a", 1, &event, 1), 0);
	assert_int_equal(journal_commit(rig.house.journal), 0);
	house_spoil_stream(&rig.house);
	rig_open_intake(&rig);
	msg_writer_clear(rig.writer);
	request_encode(rig.writer, &hello);
	send(&rig, 0);
	msg_writer_clear(rig.writer);
	request_encode(rig.writer, &other);
	send(&rig, 1);
	loop_step(rig.loop);
	answer_code(&rig, 0, codes[0]);
	answer_code(&rig, 1, codes[1]);
	assert_string_equal(codes[0], "damaged");
	assert_string_equal(codes[1], "");
	rig_close(&rig);
}

/* Each looks at a moment of the journal, and lets go of it. */
static void rejections_may_be_asked_for_any_number_of_times(void **state)
{
	struct rig rig;

	(void)state;
	rig_open(&rig);
	for (int i = 0; i < 200; i++) {
		ask_rejections(&rig, 0);
		loop_step(rig.loop);
		assert_int_equal(answers(&rig, 0), 1);
	}
	assert_int_equal(stats_get(&rig.stats, STAT_batches_refused), 0);
	rig_close(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_event_is_judged_by_the_time_of_its_round),
		cmocka_unit_test(a_failure_is_over_after_a_while_without_one),
		cmocka_unit_test(who_asks_for_rejections_does_not_hold_up_batches),
		cmocka_unit_test(a_group_is_gathered_as_long_as_more_comes),
		cmocka_unit_test(no_group_is_gathered_when_it_is_as_large_as_it_may_be),
		cmocka_unit_test(who_sends_large_batches_holds_up_few_answers),
		cmocka_unit_test(a_small_batch_overtakes_a_large_one),
		cmocka_unit_test(who_is_alone_has_one_commit_for_a_large_batch),
		cmocka_unit_test(who_sends_many_batches_has_few_commits_until_somebody_else_comes),
		cmocka_unit_test(the_answers_of_a_sender_come_in_its_order),
		cmocka_unit_test(a_failure_between_slices_is_that_of_the_batch),
		cmocka_unit_test(a_batch_of_too_many_is_not_read),
		cmocka_unit_test(a_hello_that_finds_damage_holds_up_nobody),
		cmocka_unit_test(rejections_may_be_asked_for_any_number_of_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
