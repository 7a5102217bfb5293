/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who gets in: every door by every kind of key, while the thread that says who may is there, is
 * slow, and hangs. In is who gets an answer or a message, or whose event counts.
 */
#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>

#include "tests/e2e/check.h"
#include "tests/e2e/doors.h"

enum {
	EACH = 3, /* of one kind, at one door */
	ALL = DOORS * EACH,
	ROUNDS = 5,
	HOLD_MS = 300, /* that a slow handler waits */
	GO_MS = 20,
};

/* The handler. */

enum manner { ALIVE, SLOW, DEAD, MANNERS };

static const char *const manner_names[MANNERS] = { "alive", "slow", "dead" };

struct handler {
	pid_t thread;
	enum manner manner;
	pthread_t holder;
	atomic_bool is_held, failed, stop;
};

static pid_t find_handler(pid_t pid)
{
	struct dirent *entry;
	char path[PATH_SIZE];
	pid_t found = 0;
	DIR *tasks;

	path_make(path, "/proc/%d/task", (int)pid);
	tasks = opendir(path);
	assert_non_null(tasks);
	while ((entry = readdir(tasks))) {
		char name[64] = "";
		FILE *file;

		path_make(path, "/proc/%d/task/%.20s/comm", (int)pid, entry->d_name);
		file = fopen(path, "re");
		if (file && fgets(name, sizeof(name), file) && strcmp(name, "doors\n") == 0)
			found = (pid_t)atoi(entry->d_name);
		if (file)
			fclose(file);
	}
	closedir(tasks);
	assert_int_not_equal(found, 0);
	return found;
}

static void nap(int ms)
{
	nanosleep(&(struct timespec){ .tv_nsec = ms * 1000000L }, NULL);
}

static bool stop_it(pid_t thread)
{
	int status;

	return ptrace(PTRACE_INTERRUPT, thread, NULL, NULL) == 0 &&
	       waitpid(thread, &status, __WALL) == thread && WIFSTOPPED(status);
}

/* Only the thread that has taken hold of another one may let it go. */
static void *hold(void *context)
{
	struct handler *handler = context;
	bool ok = ptrace(PTRACE_SEIZE, handler->thread, NULL, NULL) == 0;

	while (ok && (ok = stop_it(handler->thread))) {
		handler->is_held = true;
		for (int ms = 0; !handler->stop && (handler->manner == DEAD || ms < HOLD_MS);
		     ms += GO_MS)
			nap(GO_MS);
		if (handler->stop)
			break;
		ok = ptrace(PTRACE_CONT, handler->thread, NULL, NULL) == 0;
		nap(GO_MS);
	}
	handler->failed = !ok;
	ptrace(PTRACE_DETACH, handler->thread, NULL, NULL);
	return NULL;
}

/* False: this user cannot hold a thread. */
static bool handler_start(struct handler *handler, pid_t pid, enum manner manner)
{
	*handler = (struct handler){ .thread = find_handler(pid), .manner = manner };
	if (manner == ALIVE)
		return true;
	assert_int_equal(pthread_create(&handler->holder, NULL, hold, handler), 0);
	while (!handler->is_held && !handler->failed)
		look_again();
	return !handler->failed;
}

static void handler_free(struct handler *handler)
{
	if (handler->manner == ALIVE)
		return;
	handler->stop = true;
	pthread_join(handler->holder, NULL);
	handler->manner = ALIVE;
}

/* Those who come. */

enum kind {
	NO_CURVE,
	UNKNOWN,
	NO_RIGHT,
	REVOKED,
	WRONG_SERVER,
	RIGHT,
	REVOKED_STANDING,
	RIGHT_STANDING,
	KINDS
};

static const char *const kind_names[KINDS] = {
	[NO_CURVE] = "no CURVE",
	[UNKNOWN] = "unknown",
	[NO_RIGHT] = "no right",
	[REVOKED] = "revoked",
	[WRONG_SERVER] = "wrong server",
	[RIGHT] = "right",
	[REVOKED_STANDING] = "revoked, stood",
	[RIGHT_STANDING] = "right, stood",
};

struct matrix {
	struct doors doors;
	struct handler handler;
	struct key_pair right, revoked, unknown, no_publish, no_control, no_audience;
	struct visitor visitors[KINDS][ALL];	   /* EACH of each door */
	struct visitor knows_moodle, knows_canvas; /* by a key of theirs, what counts */
	struct peer local;			   /* likewise, when canvas is nobody's */
	bool is_revoked;
	unsigned in[KINDS][DOORS];
};

static struct matrix all;

/* A thread that is held does not even end. */
static int teardown(void **state)
{
	handler_free(&all.handler);
	return daemon_teardown(state);
}

static char *make_keys(const struct matrix *matrix, bool with_revoked)
{
	char *text = NULL, *revoked = NULL;

	assert_true(asprintf(&revoked,
			     "- {name: revoked, public: \"%s\", publish: {sources: [canvas]}, "
			     "audiences: [rana], control: yes}\n",
			     matrix->revoked.public) > 0);
	assert_true(asprintf(&text,
			     "keys:\n"
			     "- {name: right, public: \"%s\", publish: {sources: [moodle]}, "
			     "audiences: [rana], control: yes}\n"
			     "- {name: reader, public: \"%s\", audiences: [rana, vefsn], "
			     "control: yes}\n"
			     "- {name: platform, public: \"%s\", publish: {sources: [one]}, "
			     "audiences: [rana]}\n"
			     "- {name: elsewhere, public: \"%s\", publish: {sources: [two]}, "
			     "audiences: [vefsn], control: yes}\n%s",
			     matrix->right.public, matrix->no_publish.public,
			     matrix->no_control.public, matrix->no_audience.public,
			     with_revoked ? revoked : "") > 0);
	free(revoked);
	return text;
}

static const struct key_pair *key_of(const struct matrix *matrix, enum kind kind, enum door door)
{
	switch (kind) {
	case NO_CURVE:
		return NULL;
	case UNKNOWN:
		return &matrix->unknown;
	case NO_RIGHT:
		return door <= AT_EVENTS    ? &matrix->no_publish
		       : door == AT_CONTROL ? &matrix->no_control
					    : &matrix->no_audience;
	case REVOKED:
	case REVOKED_STANDING:
		return &matrix->revoked;
	default:
		return &matrix->right;
	}
}

static void come(struct matrix *matrix, enum kind kind)
{
	const char *server =
		kind == WRONG_SERVER ? matrix->unknown.public : matrix->doors.server.public;
	bool is_canvas = kind == REVOKED || kind == REVOKED_STANDING;

	for (int i = 0; i < ALL; i++)
		visitor_open(&matrix->visitors[kind][i], &matrix->doors, (enum door)(i / EACH),
			     key_of(matrix, kind, (enum door)(i / EACH)), server,
			     is_canvas ? "canvas" : "moodle");
}

static bool is_in(struct matrix *matrix, const struct visitor *visitor)
{
	bool is_moodle = strcmp(visitor->source, "moodle") == 0;
	struct peer *knows = is_moodle		  ? &matrix->knows_moodle.peer
			     : matrix->is_revoked ? &matrix->local
						  : &matrix->knows_canvas.peer;

	if (visitor->door > AT_EVENTS)
		return visitor->served > 0;
	return visitor->served > 0 ||
	       stream_next(knows, visitor->source, visitor->stream) > (int64_t)visitor->seq;
}

static void await_in(struct matrix *matrix, struct visitor *visitor, const char *who)
{
	int64_t end_ms = clock_ms() + LIMIT_MS;

	do {
		visitor_try(visitor);
		if (clock_ms() > end_ms)
			fail_msg("%s: %s does not get in, code=%s, %u times cut",
				 door_names[visitor->door], who, visitor->code, visitor->cut);
		look_again();
	} while (!is_in(matrix, visitor));
}

/* Cut, or refused by an answer; and what was on its way is heard. */
static void await_refused(struct visitor *visitor, const char *who)
{
	int64_t end_ms = clock_ms() + LIMIT_MS;

	while (visitor->cut == 0) {
		visitor_try(visitor);
		if (clock_ms() > end_ms)
			fail_msg("%s: %s is not sent away, served=%u", door_names[visitor->door],
				 who, visitor->served);
		look_again();
	}
	visitor_hear(visitor);
}

static void all_get_in(struct matrix *matrix, enum kind kind)
{
	for (int i = 0; i < ALL; i++)
		await_in(matrix, &matrix->visitors[kind][i], kind_names[kind]);
}

static void all_are_refused(struct matrix *matrix, enum kind kind)
{
	for (int i = 0; i < ALL; i++)
		await_refused(&matrix->visitors[kind][i], kind_names[kind]);
}

static bool may_come_in(const struct matrix *matrix, enum kind kind)
{
	return kind == RIGHT_STANDING || (kind == RIGHT && matrix->handler.manner != DEAD);
}

static void open_matrix(struct matrix *matrix, struct daemon *daemon)
{
	struct key_pair *const pairs[] = { &matrix->right,	&matrix->revoked,
					   &matrix->unknown,	&matrix->no_publish,
					   &matrix->no_control, &matrix->no_audience };
	const char *server = matrix->doors.server.public;
	char *keys;

	memset(matrix, 0, sizeof(*matrix));
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		assert_int_equal(key_pair_make("some", pairs[i]), 0);
	keys = make_keys(matrix, true);
	doors_open(&matrix->doors, daemon, "", keys);
	free(keys);
	peer_open(&matrix->local, ZMQ_DEALER, daemon->intake, NULL);
	visitor_open(&matrix->knows_moodle, &matrix->doors, AT_INTAKE, &matrix->right, server,
		     "moodle");
	visitor_open(&matrix->knows_canvas, &matrix->doors, AT_INTAKE, &matrix->revoked, server,
		     "canvas");
	for (enum kind kind = REVOKED_STANDING; kind < KINDS; kind++) {
		come(matrix, kind);
		all_get_in(matrix, kind);
	}
}

static void close_matrix(struct matrix *matrix)
{
	handler_free(&matrix->handler);
	for (enum kind kind = 0; kind < KINDS; kind++)
		for (int i = 0; i < ALL; i++)
			visitor_close(&matrix->visitors[kind][i]);
	visitor_close(&matrix->knows_moodle);
	visitor_close(&matrix->knows_canvas);
	peer_close(&matrix->local);
	doors_close(&matrix->doors);
}

static void change_keys(struct matrix *matrix)
{
	char *keys = make_keys(matrix, false);

	for (int i = 0; i < ALL; i++)
		matrix->visitors[REVOKED_STANDING][i].cut = 0;
	doors_change_keys(&matrix->doors, keys);
	matrix->is_revoked = true;
	free(keys);
	all_are_refused(matrix, REVOKED_STANDING);
	for (int i = 0; i < ALL; i++)
		visitor_renew(&matrix->visitors[REVOKED_STANDING][i]);
}

static void everybody_tries(struct matrix *matrix)
{
	for (enum kind kind = 0; kind < KINDS; kind++)
		for (int i = 0; i < ALL; i++)
			visitor_try(&matrix->visitors[kind][i]);
}

/* All have been let in or sent away once, and try again while those who stand go on. */
static void settle(struct matrix *matrix)
{
	for (enum kind kind = 0; kind < REVOKED_STANDING; kind++)
		come(matrix, kind);
	everybody_tries(matrix);
	for (enum kind kind = 0; kind < REVOKED_STANDING; kind++)
		if (may_come_in(matrix, kind))
			all_get_in(matrix, kind);
		else
			all_are_refused(matrix, kind);
	for (int round = 0; round < ROUNDS; round++) {
		for (int i = 0; i < ALL; i++)
			visitor_renew(&matrix->visitors[RIGHT_STANDING][i]);
		everybody_tries(matrix);
		all_get_in(matrix, RIGHT_STANDING);
	}
}

static void count(struct matrix *matrix)
{
	memset(matrix->in, 0, sizeof(matrix->in));
	for (enum kind kind = 0; kind < KINDS; kind++)
		for (int i = 0; i < ALL; i++)
			matrix->in[kind][i / EACH] += is_in(matrix, &matrix->visitors[kind][i]);
}

static void print(const struct matrix *matrix)
{
	print_message("in, of %d each, handler %s:\n%-10s", EACH,
		      manner_names[matrix->handler.manner], "");
	for (enum kind kind = 0; kind < KINDS; kind++)
		print_message(" %14s", kind_names[kind]);
	for (enum door door = 0; door < DOORS; door++) {
		print_message("\n%-10s", door_names[door]);
		for (enum kind kind = 0; kind < KINDS; kind++)
			print_message(" %14u", matrix->in[kind][door]);
	}
	print_message("\n");
}

static void judge(const struct matrix *matrix)
{
	for (enum kind kind = 0; kind < KINDS; kind++)
		for (enum door door = 0; door < DOORS; door++)
			assert_int_equal(matrix->in[kind][door],
					 may_come_in(matrix, kind) ? EACH : 0);
}

static void check(struct daemon *daemon, enum manner manner)
{
	open_matrix(&all, daemon);
	if (!handler_start(&all.handler, daemon->process.pid, manner)) {
		close_matrix(&all);
		print_message("skipped: this user cannot hold a thread\n");
		skip();
	}
	change_keys(&all);
	settle(&all);
	count(&all);
	print(&all);
	judge(&all);
	/* Whoever may comes in when it is there again, and nobody else does. */
	handler_free(&all.handler);
	all_get_in(&all, RIGHT);
	everybody_tries(&all);
	count(&all);
	judge(&all);
	close_matrix(&all);
	daemon_stop(daemon, SIGTERM);
}

static void the_right_key_alone_gets_in(void **state)
{
	check(*state, ALIVE);
}

static void the_right_key_alone_gets_in_where_the_answer_is_slow(void **state)
{
	check(*state, SLOW);
}

static void nobody_gets_in_where_there_is_no_answer_and_those_inside_go_on(void **state)
{
	check(*state, DEAD);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, daemon_setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_right_key_alone_gets_in),
		TEST(the_right_key_alone_gets_in_where_the_answer_is_slow),
		TEST(nobody_gets_in_where_there_is_no_answer_and_those_inside_go_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
