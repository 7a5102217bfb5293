/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Control answers what has waited for the ledger one by one, and its loop goes round in between.
 */
#include "daemon/base/clock.h"
#include "daemon/control/control.h"
#include "daemon/net/wake.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>
#include <zmq.h>

#include <cmocka.h>

#include "proto/control.h"
#include "tests/unit/house.h"

enum { REQUESTS = 5, LEARNERS = 40, COMMIT_ROUND = 2 * REQUESTS, ROUNDS_MAX = 200 };

struct room {
	struct house house;
	struct ledger *ledger; /* of the generation */
	struct loop *loop;
	void *client;
	int rounds, answers;
	uint64_t counted; /* rounds, when it was looked at last */
};

static uint64_t no_reload(void *context)
{
	(void)context;
	return 0;
}

static void send_learners(struct house *house)
{
	for (uint64_t i = 0; i < LEARNERS; i++) {
		char learner = (char)('0' + i);
		const struct event event = { .type = EVENT_STARTED,
					     .time = WORLD_BEGIN,
					     .learner = { &learner, 1 },
					     .module = text_of("lift"),
					     .region = text_of("rana") };

		assert_int_equal(house_send(house, "lms", "autumn", i + 1, &event, 1), 0);
	}
	assert_int_equal(journal_commit(house->journal), 0);
}

/* An export of another day, which is a scan of all learners. */
static void ask(struct room *room)
{
	const struct request request = { .op = text_of("export"), .as_of = text_of("2026-03-05") };
	struct text message;

	msg_writer_clear(room->house.writer);
	request_encode(room->house.writer, &request);
	message = msg_written(room->house.writer);
	assert_int_equal(zmq_send(room->client, message.data, message.size, 0), message.size);
}

/* Always readable: each round. */
static void on_round(void *context, const struct now *now)
{
	struct room *room = context;
	uint64_t counted = loop_rounds(room->loop);
	char body[4096];
	int answers = 0;

	(void)now;
	while (zmq_recv(room->client, body, sizeof(body), ZMQ_DONTWAIT) >= 0)
		answers++;
	assert_true(answers <= 1);
	if (answers)
		assert_true(counted - room->counted > LEARNERS);
	room->answers += answers;
	room->counted = counted;
	if (++room->rounds == COMMIT_ROUND) {
		assert_int_equal(room->answers, 0);
		room->house.ledger = room->ledger;
		house_apply_all(&room->house);
		room->house.ledger = NULL;
	}
	if (room->answers == REQUESTS || room->rounds == ROUNDS_MAX)
		loop_stop(room->loop);
}

static void run(struct room *room)
{
	int pipes[2];

	assert_int_equal(pipe(pipes), 0);
	assert_int_equal(write(pipes[1], "", 1), 1);
	assert_int_equal(loop_add_fd(room->loop, pipes[0], on_round, room), 0);
	for (int i = 0; i < REQUESTS; i++)
		ask(room);
	loop_run(room->loop);
	close(pipes[0]);
	close(pipes[1]);
}

static void what_has_waited_is_answered_one_a_round_and_its_steps_are_counted(void **state)
{
	struct control_parts parts;
	static struct stats stats;
	struct room room = { 0 };
	struct config config;
	struct generations *generations = generations_new();
	struct generation *serving;
	struct rebuild *rebuild;
	struct control *control;
	struct wake *more = wake_new();
	void *zmq = zmq_ctx_new();

	(void)state;
	house_open(&room.house, "{}", world_catalogue);
	config = *room.house.config;
	config.state = room.house.dir.path;
	config.control = (char *)"inproc://control";
	house_ledger_open(&room.house, "ledger", INT64_MAX);
	send_learners(&room.house);
	room.ledger = room.house.ledger;
	room.house.ledger = NULL;
	generations_set(generations, generation_new(room.house.catalogue, room.ledger));
	serving = generation_get(generations);
	assert_int_equal(rebuild_open(config.state, config.as_of, room.house.journal,
				      &clock_machine, NULL, NULL, &rebuild),
			 0);
	room.loop = loop_new(&clock_machine);
	parts = (struct control_parts){ .loop = room.loop,
					.zmq = zmq,
					.config = &config,
					.generations = generations,
					.journal = room.house.journal,
					.rebuild = rebuild,
					.stats = &stats,
					.more = more,
					.reload = { no_reload, NULL } };
	assert_int_equal(control_open(&parts, &control), 0);
	room.client = zmq_socket(zmq, ZMQ_DEALER);
	assert_int_equal(zmq_connect(room.client, config.control), 0);

	run(&room);
	assert_int_equal(room.answers, REQUESTS);
	assert_int_equal(stats_get(&stats, STAT_requests_refused), 0);

	zmq_close(room.client);
	control_close(control);
	wake_free(more);
	zmq_ctx_term(zmq);
	rebuild_close(rebuild);
	generation_put(generations, serving);
	generations_free(generations);
	loop_free(room.loop);
	house_close(&room.house);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_has_waited_is_answered_one_a_round_and_its_steps_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
