/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The house without its threads: main's and the ledger's loops are stepped by a clock of the test's
 * own, over a real journal, a real ledger and a real subscriber.
 */
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

#include <cmocka.h>

#include "daemon/base/state.h"
#include "daemon/publish/publish.h"
#include "daemon/reload.h"
#include "daemon/serving.h"
#include "proto/json.h"
#include "tests/unit/house.h"

enum { TICK_MS = 1000, LIMIT_S = 60 /* real ones, for what a thread of its own does */ };

static const char first[] = "regions: [{code: rana, name: Rana}]\n"
			    "modules: [{id: lift, name: Lift}]\n";
static const char renamed[] = "regions: [{code: rana, name: Rana by}]\n"
			      "modules: [{id: lift, name: Lift}]\n";
static const char renamed_again[] = "regions: [{code: rana, name: Rana nord}]\n"
				    "modules: [{id: lift, name: Lift}]\n";
static const char other[] = "regions: [{code: rana, name: Rana}]\n"
			    "modules: [{id: lift, name: Lift}, {id: falls, name: Falls}]\n";

struct stage {
	struct house house;
	struct now now;
	struct stats stats;
	char catalogue[PATH_MAX], config[PATH_MAX];
	char *endpoints[2];
	struct rooms *rooms;
	struct handover *handover;
	struct trust *trust;
	struct keyring *keyring;
	struct generations *generations;
	struct rebuild *rebuild;
	struct reload *reload;
	struct publish *publish;
	struct serving *serving;
	void *subscriber;
	uint64_t reload_done;
	int reload_err;
	int n_ready; /* how often the service manager was told that reloads are done */
};

static void read_ours(void *context, struct now *ret_now)
{
	*ret_now = *(struct now *)context;
}

static void write_catalogue(const struct stage *stage, const char *text)
{
	FILE *file = fopen(stage->catalogue, "we");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void send_of(struct stage *stage, const char *source, const char *learner,
		    const char *module, uint64_t seq)
{
	struct event event = { .type = EVENT_STARTED,
			       .time = WORLD_BEGIN,
			       .learner = text_of(learner),
			       .module = text_of(module),
			       .region = text_of("rana"),
			       .result = { .score = -1, .passed = -1 },
			       .voids_time = EVENT_NO_TIME };

	assert_int_equal(house_send(&stage->house, source, "a", seq, &event, 1), 0);
	assert_int_equal(journal_commit(stage->house.journal), 0);
	wake_send(room_wake(stage->rooms, ROOM_LEDGER));
}

static void send_started(struct stage *stage, const char *learner, const char *module, uint64_t seq)
{
	send_of(stage, "s", learner, module, seq);
}

static void on_rebuilt(void *context, int err)
{
	struct stage *stage = context;

	(void)err;
	wake_send(room_wake(stage->rooms, ROOM_LEDGER));
	wake_send(room_wake(stage->rooms, ROOM_MAIN));
}

static void on_done(void *context)
{
	struct stage *stage = context;

	stage->n_ready++;
}

static void open_trust(struct stage *stage)
{
	bool has_journal;

	assert_int_equal(trust_open(stage->house.dir.path, &stage->stats, &stage->trust), 0);
	assert_int_equal(trust_find_journal(stage->trust, &has_journal), 0);
	assert_true(has_journal);
	assert_int_equal(trust_check(stage->trust, stage->house.secret.digest), 0);
}

/* What a build does in its thread is timed by the machine's clock. */
static void open_reload(struct stage *stage)
{
	struct config *config = stage->house.config;
	struct reload_parts parts = { .config = config,
				      .config_place = { stage->config, true },
				      .done = on_done,
				      .context = stage,
				      .catalogue_path = stage->catalogue,
				      .rooms = stage->rooms,
				      .handover = stage->handover,
				      .trust = stage->trust,
				      .journal = stage->house.journal,
				      .stats = &stage->stats,
				      .keyring = stage->keyring };

	stage->generations = generations_new();
	assert_non_null(stage->generations);
	assert_int_equal(rebuild_open(config->state, config->as_of, stage->house.journal,
				      &clock_machine, on_rebuilt, stage, &stage->rebuild),
			 0);
	parts.generations = stage->generations;
	parts.rebuild = stage->rebuild;
	assert_int_equal(reload_open(&parts, &stage->reload), 0);
	assert_int_equal(reload_begin(stage->reload, &stage->now), 0);
}

static void open_publish(struct stage *stage)
{
	struct config *config = stage->house.config;
	const struct publish_parts parts = { .loop = room_loop(stage->rooms, ROOM_LEDGER),
					     .zmq = rooms_zmq(stage->rooms),
					     .config = config,
					     .journal = stage->house.journal,
					     .stats = &stage->stats };

	stage->endpoints[0] = (char *)"inproc://publish";
	stage->endpoints[1] = (char *)"inproc://snapshot";
	config->audiences[0].publish = (struct texts){ &stage->endpoints[0], 1 };
	config->audiences[0].snapshot = (struct texts){ &stage->endpoints[1], 1 };
	assert_int_equal(publish_open(&parts, &stage->publish), 0);
	stage->subscriber = zmq_socket(rooms_zmq(stage->rooms), ZMQ_SUB);
	assert_int_equal(zmq_connect(stage->subscriber, stage->endpoints[0]), 0);
	assert_int_equal(zmq_setsockopt(stage->subscriber, ZMQ_SUBSCRIBE, "", 0), 0);
}

static void open_serving(struct stage *stage)
{
	const struct serving_parts parts = { .rooms = stage->rooms,
					     .handover = stage->handover,
					     .trust = stage->trust,
					     .journal = stage->house.journal,
					     .generations = stage->generations,
					     .rebuild = stage->rebuild,
					     .publish = stage->publish,
					     .stats = &stage->stats };

	assert_int_equal(serving_open(&parts, &stage->serving), 0);
}

/* `before` may break something in the state's directory before a ledger is built. */
static void open_stage(struct stage *stage, void (*before)(struct stage *stage))
{
	const struct clock clock = { read_ours, &stage->now };

	*stage = (struct stage){ .now = { 5000, WORLD_BEGIN + 12 * 3600 * 1000 } };
	house_open(&stage->house, "{}", first);
	stage->house.config->state = stage->house.dir.path;
	stage->house.config->tick_ms = TICK_MS;
	snprintf(stage->catalogue, sizeof(stage->catalogue), "%s",
		 dir_path(&stage->house.dir, "given.yaml"));
	snprintf(stage->config, sizeof(stage->config), "%s",
		 dir_path(&stage->house.dir, "liftd.yaml"));
	write_catalogue(stage, first);
	open_trust(stage);
	stage->keyring = keyring_new();
	assert_non_null(stage->keyring);
	assert_int_equal(rooms_open(&clock, &stage->rooms), 0);
	assert_int_equal(handover_open(stage->house.catalogue, &stage->handover), 0);
	if (before)
		before(stage);
	open_reload(stage);
	open_publish(stage);
	open_serving(stage);
}

static void close_stage(struct stage *stage)
{
	zmq_close(stage->subscriber);
	rebuild_close(stage->rebuild);
	reload_close(stage->reload);
	serving_close(stage->serving);
	generations_free(stage->generations);
	publish_close(stage->publish);
	handover_close(stage->handover);
	trust_close(stage->trust);
	keyring_free(stage->keyring);
	rooms_close(stage->rooms);
	house_close(&stage->house);
}

static void step(struct stage *stage, int64_t ms)
{
	stage->now.steady_ms += ms;
	stage->now.utc_ms += ms;
	loop_step(room_loop(stage->rooms, ROOM_MAIN));
	loop_step(room_loop(stage->rooms, ROOM_LEDGER));
}

static uint64_t count(const struct stage *stage, enum stat_counter counter)
{
	return atomic_load(&stage->stats.counts[counter]);
}

/* A build is a thread's: it takes as long as it takes, by the real clock; ours stands. */
static void await_takeovers(struct stage *stage, uint64_t n)
{
	time_t end = time(NULL) + LIMIT_S;

	while (count(stage, STAT_takeovers) < n) {
		assert_true(time(NULL) < end);
		step(stage, 0);
		sched_yield();
	}
}

/* The next message; false where there is none. The body is the caller's. */
static bool next_message(struct stage *stage, char topic[static 256], json_t **ret_body)
{
	int size = zmq_recv(stage->subscriber, topic, 255, ZMQ_DONTWAIT);
	zmq_msg_t body;

	if (size < 0)
		return false;
	topic[size] = 0;
	zmq_msg_init(&body);
	assert_true(zmq_msg_recv(&body, stage->subscriber, ZMQ_DONTWAIT) >= 0);
	assert_int_equal(json_from_msg(stage->house.reader,
				       (struct text){ zmq_msg_data(&body), zmq_msg_size(&body) },
				       ret_body),
			 0);
	zmq_msg_close(&body);
	return true;
}

/* What has come since the last time: beats, and of the others their topics; the last beat. */
struct heard {
	int beats, catalogues, metrics;
	int64_t epoch, started; /* of module lift in rana; -1: nothing was said of it */
	char as_of[16];
	char sources[64]; /* of the last beat, one behind the other */
};

static void note_sources(const json_t *beat, char to[static 64])
{
	const json_t *source;
	size_t i;

	to[0] = 0;
	json_array_foreach(json_object_get(beat, "sources"), i, source)
	{
		size_t at = strlen(to);

		snprintf(to + at, 64 - at, "%s ",
			 json_string_value(json_object_get(source, "source")));
	}
}

static struct heard hear(struct stage *stage)
{
	struct heard heard = { .started = -1 };
	char topic[256];
	json_t *body;

	while (next_message(stage, topic, &body)) {
		heard.epoch = json_integer_value(json_object_get(body, "epoch"));
		if (strcmp(topic, "beat") == 0) {
			heard.beats++;
			snprintf(heard.as_of, sizeof(heard.as_of), "%s",
				 json_string_value(json_object_get(body, "as_of")));
			note_sources(body, heard.sources);
		} else if (strcmp(topic, "catalogue") == 0) {
			heard.catalogues++;
		} else {
			heard.metrics++;
		}
		if (strcmp(topic, "metric/rana/module/lift") == 0)
			heard.started = json_integer_value(
				json_object_get(json_object_get(body, "metrics"), "started"));
		json_decref(body);
	}
	return heard;
}

static void tick(struct stage *stage)
{
	for (int i = 0; i < 100; i++)
		step(stage, TICK_MS / 100);
}

static void what_has_changed_goes_out_with_the_next_tick_and_not_before(void **state)
{
	struct heard heard;
	struct stage stage;

	(void)state;
	open_stage(&stage, NULL);
	await_takeovers(&stage, 1); /* the first ledger, of an empty journal */
	tick(&stage);
	heard = hear(&stage);
	assert_int_equal(heard.beats, 1);
	assert_int_equal(heard.started, -1);
	send_started(&stage, "kari", "lift", 1);
	for (int i = 0; i < 99; i++)
		step(&stage, TICK_MS / 100);
	assert_int_equal(hear(&stage).metrics, 0);
	step(&stage, TICK_MS / 100);
	step(&stage, 0);
	heard = hear(&stage);
	assert_int_equal(heard.started, 1);
	assert_int_equal(heard.beats, 1);
	/* Nothing has changed since. */
	tick(&stage);
	heard = hear(&stage);
	assert_int_equal(heard.metrics, 0);
	assert_int_equal(heard.beats, 1);
	close_stage(&stage);
}

static void a_day_begins_when_the_clock_says_so(void **state)
{
	struct heard heard;
	struct stage stage;

	(void)state;
	open_stage(&stage, NULL);
	await_takeovers(&stage, 1);
	send_started(&stage, "kari", "lift", 1);
	tick(&stage);
	tick(&stage);
	heard = hear(&stage);
	assert_string_equal(heard.as_of, "2026-03-01");
	/* To a second before midnight, UTC. */
	stage.now.utc_ms = WORLD_BEGIN + DAY_MS - 1500;
	tick(&stage);
	heard = hear(&stage);
	assert_string_equal(heard.as_of, "2026-03-01");
	assert_int_equal(heard.metrics, 0);
	tick(&stage);
	heard = hear(&stage);
	assert_string_equal(heard.as_of, "2026-03-02");
	assert_true(heard.metrics > 0); /* each has its own daily figures */
	close_stage(&stage);
}

static void another_catalogue_takes_over_when_its_ledger_is_built(void **state)
{
	struct heard before, heard;
	struct stage stage;

	(void)state;
	open_stage(&stage, NULL);
	await_takeovers(&stage, 1);
	send_started(&stage, "kari", "lift", 1);
	send_started(&stage, "kari", "falls", 2);
	tick(&stage);
	tick(&stage);
	before = hear(&stage);
	write_catalogue(&stage, other);
	reload_signalled(stage.reload, &stage.now);
	await_takeovers(&stage, 2);
	tick(&stage);
	tick(&stage);
	heard = hear(&stage);
	assert_true(heard.epoch != before.epoch);
	assert_int_equal(heard.catalogues, 1);
	assert_int_equal(heard.started, 1);
	/* What had come of an unknown module counts now: two subjects more than before. */
	assert_true(heard.metrics > before.metrics);
	close_stage(&stage);
}

/* The last one that is answered. */
static uint64_t last_done(struct stage *stage)
{
	struct reload_result *result;

	while ((result = handover_take_result(stage->handover, false))) {
		stage->reload_done = result->number;
		stage->reload_err = result->err;
		reload_result_free(result);
	}
	return stage->reload_done;
}

static uint64_t ask_reload(struct stage *stage)
{
	uint64_t number = handover_ask_reload(stage->handover, false, false);

	wake_send(room_wake(stage->rooms, ROOM_MAIN));
	return number;
}

static void a_name_is_taken_by_the_ledgers_thread_and_done_then(void **state)
{
	struct stage stage;
	int64_t epoch;

	(void)state;
	open_stage(&stage, NULL);
	await_takeovers(&stage, 1);
	tick(&stage);
	epoch = hear(&stage).epoch;
	write_catalogue(&stage, renamed);
	assert_int_equal(ask_reload(&stage), 1);
	loop_step(room_loop(stage.rooms, ROOM_MAIN));
	assert_int_equal(count(&stage, STAT_reloads), 1);
	assert_int_equal(last_done(&stage), 0);
	loop_step(room_loop(stage.rooms, ROOM_LEDGER));
	assert_int_equal(last_done(&stage), 1);
	assert_int_equal(stage.reload_err, 0);
	assert_int_equal(count(&stage, STAT_takeovers), 2);
	tick(&stage);
	assert_true(hear(&stage).epoch != epoch);
	/* The same once more is nothing. */
	assert_int_equal(ask_reload(&stage), 2);
	step(&stage, 0);
	assert_int_equal(last_done(&stage), 2);
	assert_int_equal(count(&stage, STAT_takeovers), 2);
	close_stage(&stage);
}

/* In the main thread alone: the ledger's does not get to it. */
static void reload_in_main(struct stage *stage, const char *text, bool is_asked)
{
	write_catalogue(stage, text);
	if (!is_asked) {
		reload_signalled(stage->reload, &stage->now);
		return;
	}
	ask_reload(stage);
	loop_step(room_loop(stage->rooms, ROOM_MAIN));
}

static void step_ledger(struct stage *stage, int64_t ms)
{
	stage->now.steady_ms += ms;
	stage->now.utc_ms += ms;
	loop_step(room_loop(stage->rooms, ROOM_LEDGER));
}

/* A reload waits for what has come until it is asked for, and not for what comes then: the ledger
 * goes over with that, applied and not committed. */
static void under_other_names_there_is_also_what_is_not_committed_yet(void **state)
{
	struct heard before, heard;
	struct stage stage;

	(void)state;
	open_stage(&stage, NULL);
	await_takeovers(&stage, 1);
	send_started(&stage, "kari", "falls", 1); /* which counts in no module */
	reload_in_main(&stage, renamed, true);
	while (count(&stage, STAT_ledger_commits) == 0)
		step_ledger(&stage, 1);
	send_of(&stage, "t", "ola", "lift", 1);
	send_of(&stage, "u", "liv", "lift", 1);
	for (int i = 0; i < 2 * TICK_MS / 10; i++)
		step_ledger(&stage, 10);
	before = hear(&stage);
	assert_string_equal(before.sources, "s t u ");
	loop_step(room_loop(stage.rooms, ROOM_MAIN));
	assert_int_equal(count(&stage, STAT_takeovers), 1);
	step_ledger(&stage, 0);
	assert_int_equal(count(&stage, STAT_takeovers), 2);
	assert_int_equal(count(&stage, STAT_ledger_commits), 1);
	tick(&stage);
	tick(&stage);
	heard = hear(&stage);
	assert_true(heard.epoch != before.epoch);
	assert_string_equal(heard.sources, "s t u ");
	assert_int_equal(heard.started, 2);
	assert_int_equal(heard.metrics, 4); /* the module and people, of rana and of all */
	assert_int_equal(count(&stage, STAT_ledger_commits), 1);
	while (count(&stage, STAT_ledger_commits) == 1)
		tick(&stage);
	tick(&stage);
	heard = hear(&stage);
	assert_int_equal(heard.metrics, 0);
	assert_string_equal(heard.sources, "s t u ");
	close_stage(&stage);
}

static void a_reload_is_answered_also_where_another_one_takes_its_place(void **state)
{
	static const struct {
		const char *text;
		uint64_t at_once, then; /* the last reload that is done */
		const char *why;
	} cases[] = {
		{ renamed, 0, 1, "the same comes by a signal" },
		{ renamed_again, 1, 1, "other names come by a signal" },
		{ other, 1, 1, "by a signal comes what has to be built" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct stage stage;

		open_stage(&stage, NULL);
		await_takeovers(&stage, 1);
		reload_in_main(&stage, renamed, true);
		reload_in_main(&stage, cases[i].text, false);
		if (last_done(&stage) != cases[i].at_once)
			fail_msg("%s: %llu is done", cases[i].why,
				 (unsigned long long)stage.reload_done);
		loop_step(room_loop(stage.rooms, ROOM_LEDGER));
		if (last_done(&stage) != cases[i].then)
			fail_msg("%s: %llu is done then", cases[i].why,
				 (unsigned long long)stage.reload_done);
		close_stage(&stage);
	}
}

/* What comes after it is no matter of its own. */
static void a_reload_that_waits_is_answered_with_its_own_result(void **state)
{
	struct reload_result *result;
	struct stage stage;

	(void)state;
	open_stage(&stage, NULL);
	await_takeovers(&stage, 1);
	reload_in_main(&stage, renamed, true);
	reload_in_main(&stage, "regions: [{code: rana, parents: [nord]}]\n", true);
	result = handover_take_result(stage.handover, false);
	assert_non_null(result);
	assert_int_equal(result->number, 2);
	assert_int_equal(result->err, LIFT_E_CONFIG);
	reload_result_free(result);
	assert_null(handover_take_result(stage.handover, false));
	loop_step(room_loop(stage.rooms, ROOM_LEDGER));
	result = handover_take_result(stage.handover, false);
	assert_non_null(result);
	assert_int_equal(result->number, 1);
	assert_int_equal(result->err, 0);
	reload_result_free(result);
	close_stage(&stage);
}

static void a_signal_is_done_when_what_it_brought_serves(void **state)
{
	struct stage stage;

	(void)state;
	open_stage(&stage, NULL);
	await_takeovers(&stage, 1);
	assert_int_equal(stage.n_ready, 0);
	reload_in_main(&stage, renamed, false);
	reload_in_main(&stage, renamed_again, false);
	assert_int_equal(stage.n_ready, 0);
	assert_int_equal(count(&stage, STAT_takeovers), 1);
	loop_step(room_loop(stage.rooms, ROOM_LEDGER));
	assert_int_equal(count(&stage, STAT_takeovers), 2);
	loop_step(room_loop(stage.rooms, ROOM_MAIN));
	assert_int_equal(stage.n_ready, 1); /* of both */
	/* One that is refused is done, too. */
	reload_in_main(&stage, "regions: [{code: rana, parents: [nord]}]\n", false);
	assert_int_equal(stage.n_ready, 2);
	close_stage(&stage);
}

/* Also those of what has been received just now, and is on no disk yet but the journal's. */
static void what_takes_figures_away_is_refused_unless_it_is_meant(void **state)
{
	struct files_state files;
	struct stage stage;

	(void)state;
	open_stage(&stage, NULL);
	await_takeovers(&stage, 1);
	send_started(&stage, "kari", "lift", 1);
	reload_in_main(&stage, "{}", true);
	assert_int_equal(last_done(&stage), 0); /* it waits for the ledger */
	step(&stage, 0);
	step(&stage, 0);
	assert_int_equal(last_done(&stage), 1);
	assert_int_equal(stage.reload_err, LIFT_E_LOSES);
	assert_true(handover_take_files(stage.handover, &files));
	assert_non_null(strstr(files.catalogue_wrong, "module lift"));
	files_state_clear(&files);
	/* By a signal it is no other. */
	reload_in_main(&stage, "{}", false);
	assert_int_equal(count(&stage, STAT_reloads_refused), 2);
	assert_true(handover_take_files(stage.handover, &files));
	assert_non_null(files.catalogue_wrong);
	files_state_clear(&files);
	/* What is there is right. */
	reload_in_main(&stage, first, true);
	assert_true(handover_take_files(stage.handover, &files));
	assert_null(files.catalogue_wrong);
	write_catalogue(&stage, "{}");
	handover_ask_reload(stage.handover, false, true);
	wake_send(room_wake(stage.rooms, ROOM_MAIN));
	await_takeovers(&stage, 2);
	assert_int_equal(last_done(&stage), 3);
	assert_int_equal(stage.reload_err, 0);
	close_stage(&stage);
}

/* While its figures are still there: it has been said once. */
static void what_was_meant_is_not_asked_again_while_it_is_built(void **state)
{
	struct stage stage;

	(void)state;
	open_stage(&stage, NULL);
	await_takeovers(&stage, 1);
	send_started(&stage, "kari", "lift", 1);
	tick(&stage);
	tick(&stage);
	write_catalogue(&stage, "modules: [{id: lift}]\n");
	handover_ask_reload(stage.handover, false, true);
	wake_send(room_wake(stage.rooms, ROOM_MAIN));
	for (int i = 0; i < 10 && last_done(&stage) == 0; i++) {
		loop_step(room_loop(stage.rooms, ROOM_LEDGER)); /* it commits */
		loop_step(room_loop(stage.rooms, ROOM_MAIN));
	}
	assert_int_equal(stage.reload_err, 0);
	assert_int_equal(count(&stage, STAT_takeovers), 1);
	reload_in_main(&stage, "regions: [{code: vega}]\nmodules: [{id: lift}]\n", true);
	assert_int_equal(last_done(&stage), 2);
	assert_int_equal(stage.reload_err, 0);
	/* But what had not been said is. */
	reload_in_main(&stage, "regions: [{code: vega}]\n", true);
	assert_int_equal(last_done(&stage), 3);
	assert_int_equal(stage.reload_err, LIFT_E_LOSES);
	close_stage(&stage);
}

/* Then nobody knows who is in what goes. */
static void without_figures_all_that_goes_counts(void **state)
{
	struct stage stage;

	(void)state;
	open_stage(&stage, NULL); /* the first ledger is not taken */
	send_started(&stage, "kari", "lift", 1);
	reload_in_main(&stage, "regions: [{code: rana}]\n", true);
	assert_int_equal(last_done(&stage), 1);
	assert_int_equal(stage.reload_err, LIFT_E_LOSES);
	reload_in_main(&stage, other, true);
	assert_int_equal(last_done(&stage), 2);
	assert_int_equal(stage.reload_err, 0);
	close_stage(&stage);
}

/* A disk that refuses is not waited for. */
static void a_reload_waits_for_the_ledger_but_not_for_ever(void **state)
{
	struct stage stage;

	(void)state;
	open_stage(&stage, NULL);
	await_takeovers(&stage, 1);
	send_started(&stage, "kari", "lift", 1);
	reload_in_main(&stage, renamed, true); /* the ledger's thread does nothing */
	for (int i = 0; i < 9; i++) {
		stage.now.steady_ms += 1000;
		loop_step(room_loop(stage.rooms, ROOM_MAIN));
	}
	assert_int_equal(count(&stage, STAT_reloads), 0);
	for (int i = 0; i < 2; i++) {
		stage.now.steady_ms += 1000;
		loop_step(room_loop(stage.rooms, ROOM_MAIN));
	}
	assert_int_equal(count(&stage, STAT_reloads), 1);
	close_stage(&stage);
}

static void a_dry_run_changes_nothing(void **state)
{
	static const char *const texts[] = { renamed, other, "{}", "regions: 7" };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct files_state files;
		struct stage stage;

		open_stage(&stage, NULL);
		await_takeovers(&stage, 1);
		send_started(&stage, "kari", "lift", 1);
		tick(&stage);
		write_catalogue(&stage, texts[i]);
		handover_ask_reload(stage.handover, true, true);
		wake_send(room_wake(stage.rooms, ROOM_MAIN));
		step(&stage, 0);
		step(&stage, 0);
		assert_int_equal(last_done(&stage), 1);
		assert_int_equal(stage.reload_err, i == 3 ? LIFT_E_CONFIG : 0);
		assert_false(handover_take_files(stage.handover, &files));
		assert_int_equal(count(&stage, STAT_reloads) + count(&stage, STAT_reloads_refused),
				 0);
		tick(&stage);
		assert_int_equal(count(&stage, STAT_takeovers), 1);
		close_stage(&stage);
	}
}

static void a_reload_of_what_still_waits_is_done_when_it_is_there(void **state)
{
	struct stage stage;

	(void)state;
	open_stage(&stage, NULL);
	await_takeovers(&stage, 1);
	reload_in_main(&stage, renamed, false);
	reload_in_main(&stage, renamed, true);
	assert_int_equal(last_done(&stage), 0);
	loop_step(room_loop(stage.rooms, ROOM_LEDGER));
	assert_int_equal(last_done(&stage), 1);
	assert_int_equal(count(&stage, STAT_takeovers), 2);
	close_stage(&stage);
}

/* As where there was no memory for the switch: it is the newest, but does not serve. */
static void what_could_not_take_over_does_so_with_the_next_reload(void **state)
{
	static const char *const texts[] = { renamed, other };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct catalogue *catalogue = catalogue_of(texts[i]);
		struct stage stage;

		open_stage(&stage, NULL);
		await_takeovers(&stage, 1);
		handover_set_newest(stage.handover, catalogue);
		catalogue_free(catalogue);
		reload_in_main(&stage, texts[i], false);
		await_takeovers(&stage, 2);
		close_stage(&stage);
	}
}

/* It is made in the main thread, before platforms may need it. */
static void what_is_meant_comes_to_the_gate_with_its_catalogue(void **state)
{
	struct catalogue *of_gate, *other_one = catalogue_of(other);
	struct meant *meant;
	struct stage stage;

	(void)state;
	open_stage(&stage, NULL);
	for (int turn = 0; turn < 2; turn++) {
		of_gate = handover_newest_of_gate(stage.handover, &meant);
		assert_ptr_equal(of_gate, turn ? other_one : stage.house.catalogue);
		assert_non_null(meant);
		assert_true(
			text_equal(meant_find(meant, UNKNOWN_REGION, text_of(""), text_of("RANA ")),
				   text_of("rana")));
		gate_switch(stage.house.gate, of_gate, meant);
		assert_ptr_equal(stage.house.gate->keeper.screen.meant, meant);
		catalogue_free(of_gate);
		/* Once. */
		of_gate = handover_newest_of_gate(stage.handover, &meant);
		assert_null(meant);
		catalogue_free(of_gate);
		/* One that nobody has taken gives way. */
		handover_set_newest(stage.handover, stage.house.catalogue);
		handover_set_newest(stage.handover, other_one);
	}
	gate_switch(stage.house.gate, stage.house.catalogue, NULL);
	catalogue_free(other_one);
	close_stage(&stage);
}

static void a_wrong_catalogue_is_refused_with_its_number_and_the_old_one_serves(void **state)
{
	struct stage stage;

	(void)state;
	open_stage(&stage, NULL);
	await_takeovers(&stage, 1);
	write_catalogue(&stage, "regions: [{code: rana, parents: [nord]}]\n");
	assert_int_equal(ask_reload(&stage), 1);
	step(&stage, 0);
	assert_int_equal(last_done(&stage), 1);
	assert_int_equal(stage.reload_err, LIFT_E_CONFIG);
	assert_int_equal(count(&stage, STAT_reloads_refused), 1);
	send_started(&stage, "kari", "lift", 1);
	tick(&stage);
	tick(&stage);
	assert_int_equal(hear(&stage).started, 1);
	close_stage(&stage);
}

static char in_the_way[PATH_MAX];

/* Where the new ledger should be is something that is no directory. */
static void put_in_the_way(struct stage *stage)
{
	FILE *file;

	state_path(in_the_way, stage->house.dir.path, STATE_LEDGER_NEW);
	file = fopen(in_the_way, "we");
	assert_non_null(file);
	assert_int_equal(fclose(file), 0);
}

static bool has_failed(struct stage *stage)
{
	struct rebuild_status status;

	rebuild_status(stage->rebuild, stage->now.steady_ms, &status);
	return status.err != 0;
}

static void a_build_that_has_failed_is_tried_again_when_its_time_comes(void **state)
{
	time_t end = time(NULL) + LIMIT_S;
	struct stage stage;

	(void)state;
	open_stage(&stage, put_in_the_way);
	while (!has_failed(&stage)) {
		assert_true(time(NULL) < end);
		sched_yield();
	}
	step(&stage, 0); /* it is seen that it has failed */
	assert_int_equal(unlink(in_the_way), 0);
	for (int64_t ms = 0; ms < REBUILD_AGAIN_MS - 100; ms += 100)
		step(&stage, 100);
	assert_true(has_failed(&stage));
	assert_int_equal(count(&stage, STAT_takeovers), 0);
	for (int i = 0; i < 20; i++)
		step(&stage, 100);
	await_takeovers(&stage, 1);
	assert_false(has_failed(&stage));
	close_stage(&stage);
}

/* No thread has so much room for its stack. */
static void set_stack(size_t bytes)
{
	pthread_attr_t attributes;

	assert_int_equal(pthread_getattr_default_np(&attributes), 0);
	assert_int_equal(pthread_attr_setstacksize(&attributes, bytes), 0);
	assert_int_equal(pthread_setattr_default_np(&attributes), 0);
	pthread_attr_destroy(&attributes);
}

static void a_ledger_for_which_there_is_no_thread_is_built_when_there_is_one(void **state)
{
	struct stage stage;

	(void)state;
	open_stage(&stage, NULL);
	await_takeovers(&stage, 1);
	set_stack((size_t)1 << 47);
	handover_want_ledger(stage.handover);
	wake_send(room_wake(stage.rooms, ROOM_MAIN));
	for (int64_t ms = 0; ms <= 2 * REBUILD_AGAIN_MS; ms += 100)
		step(&stage, 100);
	set_stack(8 << 20);
	assert_true(has_failed(&stage));
	for (int64_t ms = 0; ms <= REBUILD_AGAIN_MS; ms += 100)
		step(&stage, 100);
	await_takeovers(&stage, 2);
	assert_false(has_failed(&stage));
	close_stage(&stage);
}

static void a_ledger_that_is_wanted_is_built_anew_and_takes_over(void **state)
{
	struct stage stage;

	(void)state;
	open_stage(&stage, NULL);
	await_takeovers(&stage, 1);
	send_started(&stage, "kari", "lift", 1);
	tick(&stage);
	handover_want_ledger(stage.handover);
	wake_send(room_wake(stage.rooms, ROOM_MAIN));
	await_takeovers(&stage, 2);
	tick(&stage);
	tick(&stage);
	assert_int_equal(hear(&stage).started, 1);
	close_stage(&stage);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_has_changed_goes_out_with_the_next_tick_and_not_before),
		cmocka_unit_test(a_day_begins_when_the_clock_says_so),
		cmocka_unit_test(another_catalogue_takes_over_when_its_ledger_is_built),
		cmocka_unit_test(a_name_is_taken_by_the_ledgers_thread_and_done_then),
		cmocka_unit_test(under_other_names_there_is_also_what_is_not_committed_yet),
		cmocka_unit_test(a_reload_is_answered_also_where_another_one_takes_its_place),
		cmocka_unit_test(a_reload_that_waits_is_answered_with_its_own_result),
		cmocka_unit_test(a_signal_is_done_when_what_it_brought_serves),
		cmocka_unit_test(what_takes_figures_away_is_refused_unless_it_is_meant),
		cmocka_unit_test(what_was_meant_is_not_asked_again_while_it_is_built),
		cmocka_unit_test(without_figures_all_that_goes_counts),
		cmocka_unit_test(a_reload_waits_for_the_ledger_but_not_for_ever),
		cmocka_unit_test(a_dry_run_changes_nothing),
		cmocka_unit_test(a_reload_of_what_still_waits_is_done_when_it_is_there),
		cmocka_unit_test(what_could_not_take_over_does_so_with_the_next_reload),
		cmocka_unit_test(what_is_meant_comes_to_the_gate_with_its_catalogue),
		cmocka_unit_test(
			a_wrong_catalogue_is_refused_with_its_number_and_the_old_one_serves),
		cmocka_unit_test(a_build_that_has_failed_is_tried_again_when_its_time_comes),
		cmocka_unit_test(a_ledger_for_which_there_is_no_thread_is_built_when_there_is_one),
		cmocka_unit_test(a_ledger_that_is_wanted_is_built_anew_and_takes_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
