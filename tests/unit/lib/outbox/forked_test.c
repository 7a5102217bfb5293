/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Outboxes and fork: a child is told at once what would lose events, or wait for ever.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "clients/lib/lift.h"
#include "tests/unit/world.h"

enum { WAIT_MS = 60000, LOOK_US = 5000 };

struct place {
	struct dir dir;
	char path[256], endpoint[256];
	int up[2], down[2]; /* pipes: from the child, and to it */
};

static void begin(struct place *place)
{
	dir_begin(&place->dir);
	snprintf(place->path, sizeof(place->path), "%s", dir_path(&place->dir, "outbox"));
	snprintf(place->endpoint, sizeof(place->endpoint), "ipc://%s",
		 dir_path(&place->dir, "intake"));
	assert_int_equal(pipe(place->up) | pipe(place->down), 0);
}

static void end(struct place *place)
{
	for (int i = 0; i < 2; i++) {
		close(place->up[i]);
		close(place->down[i]);
	}
	dir_end(&place->dir);
}

static int open_one(const struct place *place, bool delivers, struct lift_outbox **ret_outbox)
{
	return lift_outbox_open(
		&(struct lift_outbox_options){ .path = place->path,
					       .source = "moodle",
					       .endpoint = delivers ? place->endpoint : NULL },
		ret_outbox);
}

static int put(struct lift_outbox *outbox)
{
	return lift_publish(outbox, &(struct lift_event){ .type = LIFT_STARTED,
							  .time_ms = INT64_C(1760428800000),
							  .learner = "u-1",
							  .module = "first-aid",
							  .region = "1820" });
}

/* What a child ends with where it is not as it should be: which of its checks. */
static int ended_with(pid_t child)
{
	int status;

	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int use_of_parent(struct lift_outbox *outbox)
{
	struct lift_outbox_state state;

	if (put(outbox) != LIFT_E_OUTBOX || !strstr(lift_error_text(), "fork"))
		return 1;
	if (lift_outbox_look(outbox, &state) != LIFT_E_OUTBOX)
		return 2;
	if (lift_outbox_wait(outbox, 0) != LIFT_E_OUTBOX)
		return 3;
	lift_outbox_close(outbox); /* does not wait for a thread that is not there */
	return 0;
}

static void a_child_cannot_use_its_parents_outbox(void **state)
{
	struct lift_outbox *outbox = NULL;
	struct place place;
	pid_t child;

	(void)state;
	begin(&place);
	assert_int_equal(open_one(&place, true, &outbox), 0);
	child = fork();
	if (child == 0)
		_exit(use_of_parent(outbox));
	assert_int_equal(ended_with(child), 0);
	assert_int_equal(put(outbox), 0);
	lift_outbox_close(outbox);
	end(&place);
}

/* SQLite in it would believe that it has its parent's locks: another process that closes the file
 * would take away what the child has put in. */
static void a_child_opens_none_where_its_parent_has_one(void **state)
{
	struct lift_outbox *outbox = NULL, *own = NULL;
	struct place place;
	pid_t child;

	(void)state;
	begin(&place);
	assert_int_equal(open_one(&place, false, &outbox), 0);
	child = fork();
	if (child == 0)
		_exit(open_one(&place, false, &own) != LIFT_E_OUTBOX ||
		      !strstr(lift_error_text(), "open outboxes after fork"));
	assert_int_equal(ended_with(child), 0);
	lift_outbox_close(outbox);
	/* It has none any more. */
	child = fork();
	if (child == 0)
		_exit(open_one(&place, false, &own) != 0 || put(own) != 0);
	assert_int_equal(ended_with(child), 0);
	assert_int_equal(open_one(&place, false, &outbox), 0);
	assert_int_equal(lift_outbox_wait(outbox, 0), LIFT_E_NOT_FOUND);
	lift_outbox_close(outbox);
	end(&place);
}

static void wait_for_turn(struct lift_outbox *outbox)
{
	struct lift_outbox_state state = { .delivers = false };

	for (int ms = 0; !state.delivers && ms < WAIT_MS; ms += LOOK_US / 1000) {
		assert_int_equal(lift_outbox_look(outbox, &state), 0);
		usleep(LOOK_US);
	}
	assert_true(state.delivers);
}

/* Delivers, has a child that lives on, and says so. */
static void be_parent(struct place *place)
{
	struct lift_outbox *outbox = NULL;
	char byte = 1;

	if (open_one(place, true, &outbox) != 0)
		_exit(1);
	wait_for_turn(outbox);
	if (fork() == 0) {
		close(place->down[1]);
		_exit(write(place->up[1], &byte, 1) != 1 || read(place->down[0], &byte, 1) < 0);
	}
	for (;;)
		pause();
}

static void a_child_does_not_keep_its_parents_turn(void **state)
{
	struct lift_outbox *outbox = NULL;
	struct place place;
	pid_t parent;
	char byte;

	(void)state;
	begin(&place);
	parent = fork();
	if (parent == 0)
		be_parent(&place);
	assert_int_equal(read(place.up[0], &byte, 1), 1);
	kill(parent, SIGKILL);
	waitpid(parent, NULL, 0);
	assert_int_equal(open_one(&place, true, &outbox), 0);
	wait_for_turn(outbox);
	lift_outbox_close(outbox);
	end(&place);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_child_does_not_keep_its_parents_turn),
		cmocka_unit_test(a_child_cannot_use_its_parents_outbox),
		cmocka_unit_test(a_child_opens_none_where_its_parent_has_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
