/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Control answers what has waited for the ledger one by one, and its loop goes round in between.
 */
#include "daemon/base/clock.h"
#include "daemon/control/control.h"
#include "daemon/net/wake.h"
#include "daemon/plane/shelf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zmq.h>

#include <cmocka.h>

#include "proto/control.h"
#include "proto/json.h"
#include "tests/unit/house.h"

enum { REQUESTS = 5, LEARNERS = 40, COMMIT_ROUND = 2 * REQUESTS, ROUNDS_MAX = 200 };
enum { HERE, THERE, AUDIENCES, PLACES = 8, SCANS = 2 };

struct room {
	struct house house;
	struct config config;
	struct config_audience audiences[AUDIENCES];
	struct stats stats;
	struct generations *generations;
	struct generation *serving;
	struct rebuild *rebuild;
	struct shelf *shelf;
	struct control *control;
	struct wake *more;
	void *zmq;
	struct ledger *ledger; /* of the generation */
	struct loop *loop;
	void *client;
	int rounds, answers;
	uint64_t reloads; /* that were asked for; and the last of them */
	bool dry_run, yes;
	uint64_t counted; /* rounds, when it was looked at last */
};

static uint64_t next_reload(void *context, bool dry_run, bool yes)
{
	struct room *room = context;

	room->dry_run = dry_run;
	room->yes = yes;
	return ++room->reloads;
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

static void ask(struct room *room, void *client, struct request request)
{
	struct text message;

	msg_writer_clear(room->house.writer);
	request_encode(room->house.writer, &request);
	message = msg_written(room->house.writer);
	assert_int_equal(zmq_send(client, message.data, message.size, 0), message.size);
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
	for (int i = 0; i < REQUESTS; i++) /* of another day, which is a scan of all learners */
		ask(room, room->client,
		    (struct request){ .op = text_of("export"), .as_of = text_of("2026-03-05") });
	loop_run(room->loop);
	close(pipes[0]);
	close(pipes[1]);
}

static char control_endpoint[] = "inproc://control";
static char *control_endpoints[] = { control_endpoint };

/* Two audiences that may ask: one of rana, and one of bodo. */
static void configure(struct room *room)
{
	static char *regions[AUDIENCES] = { (char *)"rana", (char *)"bodo" };
	static char *asks[AUDIENCES] = { (char *)"inproc://here", (char *)"inproc://there" };

	for (int i = 0; i < AUDIENCES; i++)
		room->audiences[i] = (struct config_audience){ .name = regions[i],
							       .plane = (char *)"exact",
							       .regions = { &regions[i], 1 },
							       .ask = { &asks[i], 1 } };
	room->config.audiences = room->audiences;
	room->config.n_audiences = AUDIENCES;
}

static void room_open_with(struct room *room, const char *catalogue)
{
	struct control_parts parts;

	*room = (struct room){ .generations = generations_new(),
			       .more = wake_new(),
			       .zmq = zmq_ctx_new(),
			       .loop = loop_new(&clock_machine) };
	house_open(&room->house, "{}", catalogue);
	room->config = *room->house.config;
	room->config.state = room->house.dir.path;
	room->config.control = (struct texts){ control_endpoints, 1 };
	configure(room);
	house_ledger_open(&room->house, "ledger", INT64_MAX);
	send_learners(&room->house);
	room->ledger = room->house.ledger;
	room->house.ledger = NULL;
	generations_set(room->generations, generation_new(room->house.catalogue, room->ledger));
	room->serving = generation_get(room->generations);
	assert_int_equal(rebuild_open(room->config.state, room->config.as_of, room->house.journal,
				      &clock_machine, NULL, NULL, &room->rebuild),
			 0);
	assert_int_equal(shelf_fill(room->config.state, &room->shelf), 0);
	parts = (struct control_parts){ .loop = room->loop,
					.zmq = room->zmq,
					.config = &room->config,
					.generations = room->generations,
					.journal = room->house.journal,
					.rebuild = room->rebuild,
					.shelf = room->shelf,
					.stats = &room->stats,
					.more = room->more,
					.reload = { next_reload, room } };
	assert_int_equal(control_open(&parts, &room->control), 0);
	room->client = zmq_socket(room->zmq, ZMQ_DEALER);
	assert_int_equal(zmq_connect(room->client, room->config.control.items[0]), 0);
}

static void room_open(struct room *room)
{
	room_open_with(room, world_catalogue);
}

/* The stores are closed with it, and say where somebody still reads in them. */
static void room_close(struct room *room)
{
	zmq_close(room->client);
	control_close(room->control);
	wake_free(room->more);
	zmq_ctx_term(room->zmq);
	rebuild_close(room->rebuild);
	shelf_clear(room->shelf);
	generation_put(room->generations, room->serving);
	generations_free(room->generations);
	loop_free(room->loop);
	house_close(&room->house);
}

static void apply_all(struct room *room)
{
	room->house.ledger = room->ledger;
	house_apply_all(&room->house);
	room->house.ledger = NULL;
}

/* Is an answer no refusal? Else its code. */
static bool is_well(struct room *room, struct text answer, char code[static 32])
{
	json_t *json;
	bool ok;

	assert_int_equal(json_from_msg(room->house.reader, answer, &json), 0);
	ok = json_is_true(json_object_get(json, "ok"));
	if (!ok)
		snprintf(code, 32, "%s", json_string_value(json_object_get(json, "code")));
	json_decref(json);
	return ok;
}

/* The next answer, after as many rounds as it takes: true where it is no refusal. */
static bool is_answered(struct room *room, char code[static 32])
{
	char body[64 << 10];
	int size;

	for (int round = 0; round < ROUNDS_MAX; round++) {
		loop_step(room->loop);
		size = zmq_recv(room->client, body, sizeof(body), ZMQ_DONTWAIT);
		if (size < 0)
			continue;
		assert_in_range(size, 1, sizeof(body));
		return is_well(room, (struct text){ body, (size_t)size }, code);
	}
	fail_msg("no answer");
	return false;
}

static void what_has_waited_is_answered_one_a_round_and_its_steps_are_counted(void **state)
{
	struct room room;

	(void)state;
	room_open(&room);
	run(&room);
	assert_int_equal(room.answers, REQUESTS);
	assert_int_equal(stats_get(&room.stats, STAT_requests_refused), 0);
	room_close(&room);
}

enum { MANY = 40 /* regions, and modules, each with a learner */ };

static void open_large(struct room *room)
{
	char text[4096];
	size_t size = (size_t)snprintf(text, sizeof(text), "regions: [{code: rana}, {code: bodo}");

	for (int i = 0; i < MANY; i++)
		size += (size_t)snprintf(text + size, sizeof(text) - size, ", {code: r%d}", i);
	size += (size_t)snprintf(text + size, sizeof(text) - size, "]\nmodules: [{id: lift}");
	for (int i = 0; i < MANY; i++)
		size += (size_t)snprintf(text + size, sizeof(text) - size, ", {id: m%d}", i);
	snprintf(text + size, sizeof(text) - size, "]\n");
	room_open_with(room, text);
	for (int i = 0; i < MANY * MANY; i++) {
		char region[16], module[16];
		struct event event = { .type = EVENT_STARTED, .time = WORLD_BEGIN };

		snprintf(region, sizeof(region), "r%d", i % MANY);
		snprintf(module, sizeof(module), "m%d", i / MANY);
		event.learner = event.region = text_of(region);
		event.module = text_of(module);
		assert_int_equal(
			house_send(&room->house, "lms", "large", (uint64_t)i + 1, &event, 1), 0);
	}
	assert_int_equal(journal_commit(room->house.journal), 0);
	apply_all(room);
}

/* What others ask meanwhile is answered in between, and what is written meanwhile is not in it. */
static void a_long_export_goes_on_between_other_answers(void **state)
{
	struct room room;
	char code[32], *body = malloc(1 << 20);
	int rows = 0, pages = 0, size;
	const struct event later = { .type = EVENT_STARTED,
				     .time = WORLD_BEGIN,
				     .learner = text_of("later"),
				     .module = text_of("lift"),
				     .region = text_of("bodo") };
	void *other;

	(void)state;
	assert_non_null(body);
	open_large(&room);
	other = zmq_socket(room.zmq, ZMQ_DEALER);
	assert_int_equal(zmq_connect(other, room.config.control.items[0]), 0);
	ask(&room, room.client, (struct request){ .op = text_of("export") });
	for (bool more = true; more; pages++) {
		json_t *json;

		do
			loop_step(room.loop);
		while ((size = zmq_recv(room.client, body, 1 << 20, ZMQ_DONTWAIT)) < 0);
		assert_int_equal(json_from_msg(room.house.reader,
					       (struct text){ body, (size_t)size }, &json),
				 0);
		more = json_is_true(json_object_get(json, "more"));
		rows += (int)json_array_size(json_object_get(json, "rows"));
		json_decref(json);
		if (pages > 0)
			continue;
		assert_true(more);
		ask(&room, other, (struct request){ .op = text_of("status") });
		do
			loop_step(room.loop);
		while ((size = zmq_recv(other, body, 1 << 20, ZMQ_DONTWAIT)) < 0);
		assert_true(is_well(&room, (struct text){ body, (size_t)size }, code));
		assert_int_equal(
			house_send(&room.house, "lms", "large", MANY * MANY + 1, &later, 1), 0);
		assert_int_equal(journal_commit(room.house.journal), 0);
		apply_all(&room);
	}
	/* all, rana and each region of a learner, of people; of a module all and each region */
	assert_int_equal(rows, MANY * (MANY + 1) + MANY + 2 + 2);
	zmq_close(other);
	free(body);
	room_close(&room);
}

/* Of one who has asked for an export: has some of it come, and all of it? */
struct reader {
	void *socket;
	bool has_begun, has_ended;
};

static void read_page(struct room *room, struct reader *reader, char *body, size_t most)
{
	int size = zmq_recv(reader->socket, body, most, ZMQ_DONTWAIT);
	json_t *json;

	if (size < 0)
		return;
	assert_int_equal(
		json_from_msg(room->house.reader, (struct text){ body, (size_t)size }, &json), 0);
	assert_false(reader->has_ended);
	reader->has_begun = true;
	reader->has_ended = !json_is_true(json_object_get(json, "more"));
	json_decref(json);
}

/* All have asked before the ledger has what they wait for. */
static void only_some_exports_go_on_at_once(void **state)
{
	enum { READERS = 3 * CONTROL_GOING_MAX, BODY = 1 << 20 };
	const struct event later = { .type = EVENT_STARTED,
				     .time = WORLD_BEGIN,
				     .learner = text_of("later"),
				     .module = text_of("lift"),
				     .region = text_of("bodo") };
	struct reader readers[READERS] = { { .has_begun = false } };
	int most = 0, ended = 0;
	struct room room;
	char *body = malloc(BODY);

	(void)state;
	assert_non_null(body);
	open_large(&room);
	assert_int_equal(house_send(&room.house, "lms", "large", MANY * MANY + 1, &later, 1), 0);
	assert_int_equal(journal_commit(room.house.journal), 0);
	for (int i = 0; i < READERS; i++) {
		readers[i].socket = zmq_socket(room.zmq, ZMQ_DEALER);
		assert_int_equal(zmq_connect(readers[i].socket, room.config.control.items[0]), 0);
		ask(&room, readers[i].socket, (struct request){ .op = text_of("export") });
	}
	for (int i = 0; i < 2 * READERS; i++)
		loop_step(room.loop);
	apply_all(&room);
	while (ended < READERS) {
		int going = 0;

		loop_step(room.loop);
		ended = 0;
		for (int i = 0; i < READERS; i++) {
			read_page(&room, &readers[i], body, BODY);
			going += readers[i].has_begun && !readers[i].has_ended;
			ended += readers[i].has_ended;
		}
		most = going > most ? going : most;
	}
	assert_int_equal(most, CONTROL_GOING_MAX);
	for (int i = 0; i < READERS; i++)
		zmq_close(readers[i].socket);
	free(body);
	room_close(&room);
}

/* More often than a store has places for readers. */
static void each_request_gives_back_what_it_has_read_in(void **state)
{
	const struct request requests[] = {
		{ .op = text_of("status") },
		{ .op = text_of("quarantine") },
		{ .op = text_of("export") },
		{ .op = text_of("export"), .as_of = text_of("2026-03-05") },
		{ .op = text_of("explain"),
		  .region = text_of("rana"),
		  .kind = text_of("module"),
		  .id = text_of("lift") },
	};
	struct room room;
	char code[32];

	(void)state;
	room_open(&room);
	apply_all(&room);
	for (int i = 0; i < 200; i++)
		for (size_t r = 0; r < sizeof(requests) / sizeof(requests[0]); r++) {
			ask(&room, room.client, requests[r]);
			if (!is_answered(&room, code))
				fail_msg("request %zu, the %dth time: %s", r, i, code);
		}
	room_close(&room);
}

/* Whatever wakes control afterwards. */
static void a_reload_that_is_refused_is_counted_for_who_asked(void **state)
{
	struct room room;
	char code[32];

	(void)state;
	room_open(&room);
	ask(&room, room.client, (struct request){ .op = text_of("reload") });
	for (int i = 0; i < 10; i++)
		loop_step(room.loop);
	for (int i = 0; i < 5; i++)
		control_reloaded(room.control, 1, LIFT_E_CONFIG, (struct text){ NULL, 0 });
	assert_false(is_answered(&room, code));
	assert_string_equal(code, "config");
	assert_int_equal(stats_get(&room.stats, STAT_requests_refused), 1);
	room_close(&room);
}

/* Whichever is done first. */
static void each_reload_is_answered_by_its_number(void **state)
{
	struct msg_writer *writer = msg_writer_new();
	struct room room;
	void *other;
	char code[32];

	(void)state;
	assert_non_null(writer);
	room_open(&room);
	other = zmq_socket(room.zmq, ZMQ_DEALER);
	assert_int_equal(zmq_connect(other, room.config.control.items[0]), 0);
	ask(&room, room.client, (struct request){ .op = text_of("reload"), .dry_run = true });
	for (int i = 0; i < 10; i++)
		loop_step(room.loop);
	assert_true(room.dry_run && !room.yes);
	ask(&room, other, (struct request){ .op = text_of("reload"), .yes = true });
	for (int i = 0; i < 10; i++)
		loop_step(room.loop);
	assert_true(room.yes && !room.dry_run);
	assert_int_equal(room.reloads, 2);
	refusal_encode(writer, LIFT_E_LOSES);
	control_reloaded(room.control, 2, LIFT_E_LOSES, msg_written(writer));
	assert_int_equal(stats_get(&room.stats, STAT_requests_refused), 1);
	msg_writer_clear(writer);
	refusal_encode(writer, LIFT_E_CONFIG);
	control_reloaded(room.control, 1, LIFT_E_CONFIG, msg_written(writer));
	assert_false(is_answered(&room, code));
	assert_string_equal(code, "config");
	zmq_close(room.client);
	room.client = other;
	assert_false(is_answered(&room, code));
	assert_string_equal(code, "loses");
	msg_writer_free(writer);
	room_close(&room);
}

static void an_id_that_is_longer_than_any_is_unknown(void **state)
{
	static char id[MODULE_MAX + 1];
	struct room room;
	char code[32];

	(void)state;
	memset(id, 'x', sizeof(id));
	room_open(&room);
	apply_all(&room);
	ask(&room, room.client,
	    (struct request){ .op = text_of("export"), .id = { id, sizeof(id) } });
	assert_false(is_answered(&room, code));
	assert_string_equal(code, "unknown-id");
	room_close(&room);
}

/* Asks, and goes round until it is answered, or the answer is dropped. */
static void ask_unread(struct room *room, void *client, const char *op)
{
	uint64_t asked = stats_get(&room->stats, STAT_requests);

	ask(room, client, (struct request){ .op = text_of(op) });
	for (int round = 0; round < ROUNDS_MAX && stats_get(&room->stats, STAT_requests) == asked;
	     round++)
		loop_step(room->loop);
	loop_step(room->loop); /* an export has its turn */
}

static void who_does_not_read_is_not_refused_as_well(void **state)
{
	const char *const ops[] = { "quarantine", "catalogue", "export", "status" };
	struct room room;
	int few = 1;
	void *unread;

	(void)state;
	room_open(&room);
	apply_all(&room);
	unread = zmq_socket(room.zmq, ZMQ_DEALER);
	assert_int_equal(zmq_setsockopt(unread, ZMQ_RCVHWM, &few, sizeof(few)), 0);
	assert_int_equal(zmq_connect(unread, room.config.control.items[0]), 0);
	for (int i = 0; i < 2 * CONTROL_PAGES_MAX && !stats_get(&room.stats, STAT_answers_dropped);
	     i++)
		ask_unread(&room, unread, "status");
	assert_int_equal(stats_get(&room.stats, STAT_answers_dropped), 1);
	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
		ask_unread(&room, unread, ops[i]);
		if (stats_get(&room.stats, STAT_answers_dropped) != i + 2 ||
		    stats_get(&room.stats, STAT_requests_refused) != 0)
			fail_msg("%s: %d dropped, %d refused", ops[i],
				 (int)stats_get(&room.stats, STAT_answers_dropped),
				 (int)stats_get(&room.stats, STAT_requests_refused));
	}
	zmq_close(unread);
	room_close(&room);
}

/* One of an audience's clients. */
static void *client_of(struct room *room, int audience)
{
	void *client = zmq_socket(room->zmq, ZMQ_DEALER);

	assert_int_equal(zmq_connect(client, room->audiences[audience].ask.items[0]), 0);
	return client;
}

static void step(struct room *room, int rounds)
{
	for (int i = 0; i < rounds; i++)
		loop_step(room->loop);
}

/* The code of a refusal that has come, "ok" of another answer, "" of none yet. */
static const char *answer_of(struct room *room, void *client, char code[static 32])
{
	char body[64 << 10];
	int size = zmq_recv(client, body, sizeof(body), ZMQ_DONTWAIT);

	code[0] = 0;
	if (size >= 0 && is_well(room, (struct text){ body, (size_t)size }, code))
		strcpy(code, "ok");
	return code;
}

static const struct request export_now = { .op = TEXT("export") };
static const struct request export_then = { .op = TEXT("export"), .as_of = TEXT("2026-03-05") };

/* While the ledger has not caught up, requests wait. */
static void an_audience_has_so_many_places_and_each_of_its_clients_one(void **state)
{
	void *clients[PLACES + 2], *of_there;
	struct room room;
	char code[32];

	(void)state;
	room_open(&room);
	of_there = client_of(&room, THERE);
	for (int i = 0; i < PLACES + 2; i++)
		clients[i] = client_of(&room, HERE);
	for (int i = 0; i < SCANS + 1; i++) {
		ask(&room, clients[i], export_then);
		step(&room, 3);
	}
	assert_string_equal(answer_of(&room, clients[SCANS], code), "busy");
	ask(&room, clients[0], export_now);
	step(&room, 3);
	assert_string_equal(answer_of(&room, clients[0], code), "busy");
	for (int i = SCANS; i < PLACES + 1; i++) {
		ask(&room, clients[i], export_now);
		step(&room, 3);
	}
	assert_string_equal(answer_of(&room, clients[PLACES], code), "busy");
	/* Others have places of their own. */
	ask(&room, of_there, export_then);
	for (int i = 0; i < CONTROL_WAITING_MAX; i++)
		ask(&room, room.client, export_then);
	step(&room, CONTROL_WAITING_MAX + 3);
	assert_int_equal(stats_get(&room.stats, STAT_requests_refused), 3);
	ask(&room, room.client, export_then);
	step(&room, 3);
	assert_string_equal(answer_of(&room, room.client, code), "busy");
	apply_all(&room);
	step(&room, PLACES + 1 + CONTROL_WAITING_MAX + 3);
	for (int i = 0; i < PLACES; i++)
		assert_string_equal(answer_of(&room, clients[i], code), "ok");
	assert_string_equal(answer_of(&room, of_there, code), "ok");
	assert_string_equal(answer_of(&room, room.client, code), "ok");
	for (int i = 0; i < PLACES + 2; i++)
		zmq_close(clients[i]);
	zmq_close(of_there);
	room_close(&room);
}

/* Whoever asked first, and for however much. */
static void operators_are_answered_first_and_audiences_in_turn(void **state)
{
	void *here[SCANS], *there;
	struct room room;
	char code[32];

	(void)state;
	room_open(&room);
	there = client_of(&room, THERE);
	for (int i = 0; i < SCANS; i++) {
		here[i] = client_of(&room, HERE);
		ask(&room, here[i], export_then);
		step(&room, 3);
	}
	ask(&room, there, export_now);
	ask(&room, room.client, export_now);
	ask(&room, room.client, export_now);
	step(&room, 5);
	apply_all(&room);
	step(&room, 1);
	assert_string_equal(answer_of(&room, room.client, code), "ok");
	assert_string_equal(answer_of(&room, here[0], code), "");
	step(&room, 1);
	assert_string_equal(answer_of(&room, room.client, code), "");
	assert_string_equal(answer_of(&room, here[0], code), "ok");
	step(&room, 1);
	assert_string_equal(answer_of(&room, room.client, code), "ok");
	assert_string_equal(answer_of(&room, there, code), "");
	step(&room, 1);
	assert_string_equal(answer_of(&room, there, code), "ok");
	assert_string_equal(answer_of(&room, here[1], code), "");
	step(&room, 1);
	assert_string_equal(answer_of(&room, here[1], code), "ok");
	for (int i = 0; i < SCANS; i++)
		zmq_close(here[i]);
	zmq_close(there);
	room_close(&room);
}

static void an_audience_is_answered_what_is_its_own_and_refused_all_else(void **state)
{
	static const struct {
		const char *why;
		struct request request;
		const char *code;
	} cases[] = {
		{ "its region", { .op = TEXT("export"), .region = TEXT("bodo") }, "ok" },
		{ "another", { .op = TEXT("export"), .region = TEXT("rana") }, "unknown-region" },
		{ "one above",
		  { .op = TEXT("export"), .region = TEXT("north") },
		  "unknown-region" },
		{ "all", { .op = TEXT("export"), .region = TEXT("all") }, "unknown-region" },
		{ "those of none",
		  { .op = TEXT("export"), .region = TEXT("unassigned") },
		  "unknown-region" },
		{ "how one came about",
		  { .op = TEXT("explain"),
		    .region = TEXT("bodo"),
		    .kind = TEXT("module"),
		    .id = TEXT("lift") },
		  "ok" },
		{ "how another did",
		  { .op = TEXT("explain"),
		    .region = TEXT("rana"),
		    .kind = TEXT("module"),
		    .id = TEXT("lift") },
		  "unknown-region" },
		{ "the catalogue", { .op = TEXT("catalogue") }, "ok" },
		{ "status", { .op = TEXT("status") }, "denied" },
		{ "the refused", { .op = TEXT("quarantine") }, "denied" },
		{ "reload", { .op = TEXT("reload") }, "denied" },
		{ "backup", { .op = TEXT("backup") }, "denied" },
		{ "verify", { .op = TEXT("verify") }, "denied" },
		{ "compact", { .op = TEXT("compact") }, "denied" },
		{ "close", { .op = TEXT("close"), .source = TEXT("lms") }, "denied" },
		{ "the clock", { .op = TEXT("accept-clock") }, "denied" },
		{ "who was told what", { .op = TEXT("audit") }, "denied" },
		{ "a person", { .op = TEXT("access"), .source = TEXT("lms") }, "denied" },
		{ "forgetting", { .op = TEXT("forget"), .source = TEXT("lms") }, "denied" },
		{ "nothing", { .op = TEXT("nothing") }, "op" },
	};
	struct room room;
	void *client;
	char code[32];

	(void)state;
	room_open(&room);
	apply_all(&room);
	client = client_of(&room, THERE);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ask(&room, client, cases[i].request);
		step(&room, 5);
		if (strcmp(answer_of(&room, client, code), cases[i].code) != 0)
			fail_msg("%s: %s", cases[i].why, code);
	}
	assert_int_equal(room.reloads, 0);
	zmq_close(client);
	room_close(&room);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_has_waited_is_answered_one_a_round_and_its_steps_are_counted),
		cmocka_unit_test(a_long_export_goes_on_between_other_answers),
		cmocka_unit_test(only_some_exports_go_on_at_once),
		cmocka_unit_test(each_request_gives_back_what_it_has_read_in),
		cmocka_unit_test(a_reload_that_is_refused_is_counted_for_who_asked),
		cmocka_unit_test(each_reload_is_answered_by_its_number),
		cmocka_unit_test(an_id_that_is_longer_than_any_is_unknown),
		cmocka_unit_test(who_does_not_read_is_not_refused_as_well),
		cmocka_unit_test(an_audience_has_so_many_places_and_each_of_its_clients_one),
		cmocka_unit_test(operators_are_answered_first_and_audiences_in_turn),
		cmocka_unit_test(an_audience_is_answered_what_is_its_own_and_refused_all_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
