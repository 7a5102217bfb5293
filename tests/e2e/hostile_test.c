/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts of others with what nobody sees in them: what turns the direction of writing, what has no
 * width, controls. Whatever a command or the log prints of them is visible.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/visible.h"
#include "tests/e2e/check.h"
#include "tests/e2e/daemon.h"
#include "tests/e2e/peer.h"

/* U+202E, U+200B, U+009B; ESC where a text may have one. */
#define UNSEEN	    "\xe2\x80\xae\xe2\x80\x8b\xc2\x9b"
#define UNSEEN_YAML "\xe2\x80\xae\xe2\x80\x8b\\x9b\\e[2J" /* in double quotes */
#define UNSEEN_ESC  UNSEEN "\x1b[2J"

static const char configuration[] = "as_of: 2024-11-30\n"
				    "tick_ms: 50\n"
				    "catalogue: ";

static const char catalogue[] =
	"dimensions:\n"
	"  role: [nurse, \"ca" UNSEEN_YAML "rer\"]\n"
	"regions:\n"
	"  - {code: r1, name: \"North" UNSEEN_YAML "\"}\n"
	"  - {code: r2, name: \"South\", parents: [r1], aliases: [\"So" UNSEEN_YAML "uth\"]}\n"
	"modules:\n"
	"  - {id: m1, name: \"Falls" UNSEEN_YAML "\"}\n"
	"programmes:\n"
	"  - {id: p1, name: \"Autumn" UNSEEN_YAML "\", modules: [m1]}\n";

static void expect_visible(const char *what, const char *text)
{
	bool hidden;
	uint32_t code;
	size_t n;

	for (const char *at = text; (n = visible_next(at, &code, &hidden)) > 0; at += n)
		if (hidden && code != '\n' && code != '\t')
			fail_msg("%s prints U+%04X: %s", what, (unsigned)code, text);
}

static void run(struct daemon *daemon, const char *const args[])
{
	struct outcome outcome = daemon_lift_in(daemon, NULL, args);

	expect_visible(args[0], outcome.out);
	expect_visible(args[0], outcome.err);
	outcome_free(&outcome);
}

static json_t *event(const char *learner, const char *module, const char *region, const char *role)
{
	return json_pack("{s:s, s:I, s:s, s:s, s:s, s:{s:s}}", "type", "started", "time",
			 (json_int_t)1730000000000, "learner", learner, "module", module, "region",
			 region, "attrs", "role", role);
}

/* What counts, what counts nowhere, what is refused; in a stream that is called so. */
static void send_events(struct daemon *daemon)
{
	static const char long_text[] = "x" UNSEEN_ESC;
	json_t *events = json_array(), *wrong = event("d", "m1", "r1", "nurse");
	struct peer peer;

	json_array_append_new(events, event("a", "m1", "r1", "nurse"));
	json_array_append_new(events, event("b", "So" UNSEEN_ESC, "r" UNSEEN_ESC, long_text));
	json_array_append_new(events, event("c", "m1", "So" UNSEEN "uth", "ca" UNSEEN "rer"));
	json_object_set_new(wrong, "type", json_string("what" UNSEEN_ESC));
	json_array_append_new(events, wrong);
	peer_open(&peer, ZMQ_DEALER, daemon->intake, NULL);
	json_decref(
		peer_ask(&peer, json_pack("{s:i, s:s, s:s, s:s, s:I, s:o}", "v", 1, "op", "events",
					  "source", "hostile", "stream", "s" UNSEEN_ESC, "seq",
					  (json_int_t)5, "events", events)));
	peer_close(&peer);
}

static void publish_hostile_files(struct daemon *daemon)
{
	char name[PATH_SIZE];
	const char *const args[] = { "publish", "--source", "files", name, NULL };

	path_make(name, "%s/a" UNSEEN_ESC ".csv", daemon->dir);
	run(daemon, args); /* it is not there */
	file_write(name, "type,time,learner,module,region,role\n"
			 "started,2024-10-01T08:00:00Z,q,m" UNSEEN ",r" UNSEEN ",x" UNSEEN "\n"
			 "st" UNSEEN_ESC ",2024-10-01T08:00:00Z,q,m1,r1,nurse\n"
			 "started,20" UNSEEN "24,q,m1,r1,nurse\n");
	run(daemon, args);
	file_write(name, "type,ti" UNSEEN_ESC "me\n");
	run(daemon, args);
	file_write(name, "{\"type\": \"st" UNSEEN "\", \"x" UNSEEN "\": 1}\n");
	run(daemon, args);
}

static void nobody_prints_what_is_not_seen(void **state)
{
	static const char *const commands[][8] = {
		{ "status" },
		{ "status", "--json" },
		{ "status", "--counters" },
		{ "rejections", "--source", "hostile" },
		{ "rejections", "--source", "hostile", "--json" },
		{ "quarantine", "list" },
		{ "quarantine", "show", "1" },
		{ "quarantine", "show", "1", "--json" },
		{ "explain", "r1", "module", "m1" },
		{ "explain", "r1", "programme", "p1" },
		{ "explain", "r1", "module", "m1", "--json" },
		{ "explain", "x" UNSEEN_ESC, "module", "m1" },
		{ "snapshot" },
		{ "snapshot", "--json" },
		{ "snapshot", "catalogue" },
		{ "snapshot", "--json", "catalogue" },
		{ "watch", "--count", "1", "metric/" },
		{ "watch", "--count", "1", "--json", "catalogue" },
		{ "watch", "--count", "1", "beat" },
		{ "export" },
		{ "export", "--region", "x" UNSEEN_ESC },
		{ "report", "p1" },
		{ "report", "p" UNSEEN_ESC },
		{ "catalogue" },
		{ "stream", "list" },
		{ "reload", "--dry-run" },
		{ "no" UNSEEN_ESC },
		{ "export", "--no" UNSEEN_ESC },
		{ "--config", "c" UNSEEN_ESC, "status" },
		{ "--endpoint", "c" UNSEEN_ESC, "status" },
		{ "--endpoint", "ipc:///nowhere" UNSEEN_ESC, "status" },
		{ "simulate", "c" UNSEEN_ESC },
	};
	struct daemon *daemon = *state;
	char path[PATH_SIZE], lines[2 * PATH_SIZE], *log;

	path_make(path, "%s/catalogue.yaml", daemon->dir);
	file_write(path, catalogue);
	snprintf(lines, sizeof(lines), "%s%s\n", configuration, path);
	daemon_configure(daemon, lines);
	daemon_start(daemon);
	daemon_await_counter(daemon, "takeovers", 1);
	send_events(daemon);
	publish_hostile_files(daemon);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		run(daemon, commands[i]);
	file_write(path, "regions: [{code: \"r" UNSEEN_YAML "\"}]\n\"no" UNSEEN_YAML "\": 1\n"
			 "modules: [{id: m1, nome: \"\\e[2J\"}]\n");
	run(daemon, (const char *const[]){ "reload", NULL });
	run(daemon, (const char *const[]){ "status", NULL });
	daemon_stop(daemon, SIGTERM);
	log = file_text(daemon->log, NULL);
	expect_visible("the log", log);
	free(log);
}

static void a_check_prints_nothing_that_is_not_seen(void **state)
{
	static const char *const words[][2] = {
		{ "--no" UNSEEN_ESC },
		{ "argument" UNSEEN_ESC },
		{ "--backup", "/x" UNSEEN_ESC "/y" },
		{ "--restore", "/x" UNSEEN_ESC },
		{ "--catalogue", "/x" UNSEEN_ESC },
	};
	struct daemon *daemon = *state;
	char program[PATH_SIZE];
	const char *const argv[] = { program, "--config", daemon->config, "--check-config", NULL };
	struct process process;
	struct outcome outcome;

	daemon_configure(daemon, "\"tick" UNSEEN_YAML "\": 1\nas_of: \"to" UNSEEN_YAML "day\"\n"
				 "namespaces: {\"a\\e[2J\": b}\nintake: [\"x" UNSEEN_YAML "\"]\n");
	program_path(program, "liftd");
	process_start(&process, daemon->dir, "check", argv, NULL);
	outcome = process_wait(&process);
	assert_int_equal(outcome.status, 1);
	expect_visible("--check-config", outcome.err);
	outcome_free(&outcome);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		const char *const task[] = { program,	  "--config",  daemon->config,
					     words[i][0], words[i][1], NULL };

		process_start(&process, daemon->dir, "task", task, NULL);
		outcome = process_wait(&process);
		assert_int_not_equal(outcome.status, 0);
		expect_visible(words[i][0], outcome.err);
		outcome_free(&outcome);
	}
	run(daemon, (const char *const[]){ "status", NULL });
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, daemon_setup, daemon_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nobody_prints_what_is_not_seen),
		TEST(a_check_prints_nothing_that_is_not_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
