/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An outbox against a trivial model, by chance: whatever happens to daemon, answers, streams and
 * processes, each event that was put in is accepted or handed back as refused, and no other is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <assert.h>
#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clients/cli/course/luck.h"
#include "clients/lib/lift.h"
#include "clients/lib/outbox/file.h"
#include "tests/seed.h"
#include "tests/unit/lib/outbox/fake_liftd.h"
#include "tests/unit/world.h"

enum { WORLDS = 6, STEPS = 60, PUT_MAX = 140, WAIT_MS = 120000, REFUSE_EVERY = 9 };

/* An outbox keeps no more refusals than this until they are handed back, and drops the rest. */
static_assert(STEPS * PUT_MAX / REFUSE_EVERY < OUTBOX_REFUSED_MAX, "each can be handed back");

struct run {
	struct dir dir;
	char path[256], endpoint[256];
	struct luck luck;
	uint8_t key[LIFT_SEAL_BYTES];
	bool sealed;
	struct fake_liftd *fake;
	struct lift_outbox *outboxes[2];
	uint32_t n; /* put in: contents 1..n */
	uint8_t handed[FAKE_CONTENT_MAX + 1];
};

static struct lift_outbox *open_one(const struct run *run)
{
	struct lift_outbox *outbox = NULL;
	const struct lift_outbox_options options = { .path = run->path,
						     .source = "moodle",
						     .endpoint = run->endpoint,
						     .seal = run->sealed ? run->key : NULL };

	assert_int_equal(lift_outbox_open(&options, &outbox), 0);
	return outbox;
}

static int put(struct lift_outbox *outbox, uint32_t first, uint32_t n)
{
	static struct lift_event events[PUT_MAX];
	static char learners[PUT_MAX][32];

	for (uint32_t i = 0; i < n; i++) {
		snprintf(learners[i], sizeof(learners[i]), "u-%u", first + i);
		events[i] = (struct lift_event){ .type = LIFT_STARTED,
						 .time_ms = INT64_C(1760428800000) + first + i,
						 .learner = learners[i],
						 .module = "first-aid",
						 .region = "1820" };
	}
	return lift_publish_many(outbox, events, n, NULL);
}

static int take_back(void *context, const struct lift_refused *refused)
{
	struct run *run = context;
	const char *learner = strstr(refused->json, "\"u-");
	unsigned long content = strtoul(learner + 3, NULL, 10);

	assert_in_range(content, 1, run->n);
	run->handed[content]++;
	return 0;
}

/* What may happen. */

static void put_some(struct run *run)
{
	uint32_t n = 1 + luck_below(&run->luck, PUT_MAX);

	assert_int_equal(put(run->outboxes[luck_below(&run->luck, 2)], run->n + 1, n), 0);
	run->n += n;
}

/* A process that delivers is killed at any moment, and with it what it had not finished. */
static void kill_a_process(struct run *run)
{
	uint32_t us = luck_below(&run->luck, 30000);
	pid_t child;

	for (int i = 0; i < 2; i++)
		lift_outbox_close(run->outboxes[i]);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct lift_outbox *outbox = open_one(run);

		put(outbox, run->n + 1, 1);
		for (;;)
			pause();
	}
	usleep(us);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	for (int i = 0; i < 2; i++)
		run->outboxes[i] = open_one(run);
	/* Whether it came to that or not: it is there once more. */
	run->n++;
	assert_int_equal(put(run->outboxes[0], run->n, 1), 0);
}

static void open_again(struct run *run)
{
	uint32_t i = luck_below(&run->luck, 2);

	lift_outbox_close(run->outboxes[i]);
	run->outboxes[i] = open_one(run);
}

static void lose_the_daemon(struct run *run)
{
	fake_liftd_stop(run->fake);
	put_some(run);
	fake_liftd_again(run->fake);
}

static void use_up_numbers(struct run *run)
{
	fake_liftd_use_up(run->fake, 1 + luck_below(&run->luck, 50));
}

static void bring_back_a_backup(struct run *run)
{
	/* What was lost is lost, and not delivered again: only what waits is. */
	assert_int_equal(lift_outbox_wait(run->outboxes[0], WAIT_MS), 0);
	fake_liftd_go_back(run->fake);
}

static void hand_back(struct run *run)
{
	assert_int_equal(
		lift_outbox_refused(run->outboxes[luck_below(&run->luck, 2)], take_back, run), 0);
}

static void deny(struct run *run)
{
	fake_liftd_nack(run->fake, LIFT_E_SOURCE_DENIED, false);
	put_some(run);
	fake_liftd_nack(run->fake, 0, false);
}

static void step(struct run *run)
{
	static void (*const steps[])(struct run *) = {
		put_some,  put_some,	   put_some,	   put_some,
		put_some,  kill_a_process, open_again,	   lose_the_daemon,
		hand_back, deny,	   use_up_numbers, bring_back_a_backup,
	};

	steps[luck_below(&run->luck, sizeof(steps) / sizeof(steps[0]))](run);
}

static void check(struct run *run)
{
	struct lift_outbox_state state;

	fake_liftd_chances(run->fake, (struct fake_chances){ 0 });
	if (lift_outbox_wait(run->outboxes[0], WAIT_MS) != 0) {
		lift_outbox_look(run->outboxes[0], &state);
		fail_msg("%s; %s", lift_error_text(), state.why);
	}
	hand_back(run);
	for (uint32_t i = 1; i <= run->n; i++) {
		bool refused = i % REFUSE_EVERY == 3;

		assert_int_equal(run->handed[i] > 0, refused);
		assert_int_equal(fake_liftd_times(run->fake, i) > 0, !refused);
	}
	assert_int_equal(fake_liftd_times(run->fake, run->n + 1), 0);
}

static void each_event_has_one_end_whatever_happens(void **state)
{
	uint64_t seed = test_seed();

	(void)state;
	for (uint32_t world = 0; world < WORLDS; world++) {
		struct run *run = calloc(1, sizeof(*run));

		run->luck = luck_of(seed, world, 1);
		run->sealed = luck_below(&run->luck, 2);
		dir_begin(&run->dir);
		snprintf(run->path, sizeof(run->path), "%s", dir_path(&run->dir, "outbox"));
		snprintf(run->endpoint, sizeof(run->endpoint), "ipc://%s",
			 dir_path(&run->dir, "intake"));
		run->fake = fake_liftd_start(run->endpoint, luck_next(&run->luck));
		fake_liftd_refuse_every(run->fake, REFUSE_EVERY);
		/* Silence costs five seconds each: one of them in some worlds. */
		fake_liftd_chances(run->fake,
				   (struct fake_chances){ .retry = 30,
							  .closed = 10,
							  .break_up = luck_below(&run->luck, 20),
							  .silence = world % 3 == 0 ? 2 : 0 });
		for (int i = 0; i < 2; i++)
			run->outboxes[i] = open_one(run);
		for (int i = 0; i < STEPS; i++)
			step(run);
		check(run);
		for (int i = 0; i < 2; i++)
			lift_outbox_close(run->outboxes[i]);
		fake_liftd_stop(run->fake);
		fake_liftd_free(run->fake);
		dir_end(&run->dir);
		free(run);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_event_has_one_end_whatever_happens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
