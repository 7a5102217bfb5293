/* SPDX-License-Identifier: Apache-2.0 */
/*
 * liftd as a service: how it starts, refuses to start, reports to systemd, and stops.
 */
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/e2e/check.h"
#include "tests/e2e/daemon.h"
#include "tests/e2e/peer.h"

#define EVENTS "tests/golden/events.csv"

static const char configuration[] = "catalogue: tests/golden/catalogue.yaml\n"
				    "as_of: 2024-11-30\n";

/* Run liftd with these arguments until it ends. */
static struct outcome run_liftd(struct daemon *daemon, const char *a, const char *b, const char *c)
{
	char program[PATH_SIZE];
	const char *const argv[] = { program, a, b, c, NULL };
	struct process process;

	program_path(program, "liftd");
	process_start(&process, daemon->dir, "run", argv, NULL);
	return process_wait(&process);
}

static void check_said(const struct outcome *outcome, int status, const char *said)
{
	if (outcome->status != status || !strstr(outcome->err, said))
		fail_msg("status %d instead of %d, or not '%s': %s", outcome->status, status, said,
			 outcome->err);
}

/* The command line. */

static void version_and_help_are_said_and_end(void **state)
{
	static const struct {
		const char *option, *said;
	} cases[] = { { "--version", "liftd 0." },
		      { "-V", "liftd 0." },
		      { "--help", "Usage: liftd [OPTION]" },
		      { "-h", "--check-config" } };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct outcome outcome = run_liftd(*state, cases[i].option, NULL, NULL);

		check_said(&outcome, 0, "");
		if (!strstr(outcome.out, cases[i].said))
			fail_msg("%s: %s", cases[i].option, outcome.out);
		assert_string_equal(outcome.err, "");
		outcome_free(&outcome);
	}
}

static void wrong_options_are_refused(void **state)
{
	static const struct {
		const char *why, *args[3], *said;
	} cases[] = {
		{ "no such option", { "--frobnicate" }, "unknown option --frobnicate" },
		{ "no such argument", { "start" }, "unexpected argument 'start'" },
		{ "no value", { "--config" }, "--config needs a value" },
		{ "two tasks", { "--backup=/nowhere/a", "--restore=/nowhere/b" }, "at a time" },
		{ "a task twice", { "--backup=/nowhere/a", "--backup=/nowhere/b" }, "at a time" },
		{ "a task and a check", { "--verify", "--check-config" }, "does not go with" },
		{ "a report of nothing", { "--report" }, "--report goes with" },
		{ "a place of nothing", { "--verify", "--seen=1:2" }, "--seen goes with" },
		{ "a report of a check", { "--report", "--check-config" }, "--report goes with" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct outcome outcome =
			run_liftd(*state, cases[i].args[0], cases[i].args[1], cases[i].args[2]);

		if (outcome.status != 2 || !strstr(outcome.err, cases[i].said) ||
		    !strstr(outcome.err, "Try 'liftd --help'"))
			fail_msg("%s: status %d: %s", cases[i].why, outcome.status, outcome.err);
		outcome_free(&outcome);
	}
}

/* What a daemon opens without standard files has other numbers, and is not printed to. */
static void closed_standard_files_are_nobody_elses(void **state)
{
	struct daemon *daemon = *state;
	char program[PATH_SIZE], path[PATH_SIZE], is[PATH_SIZE];
	const char *const argv[] = {
		"/bin/sh", "-c",	   "exec \"$0\" --config \"$1\" <&- >&- 2>&-",
		program,   daemon->config, NULL
	};
	struct outcome outcome = { .status = 3 };
	int status;

	daemon_configure(daemon, configuration);
	program_path(program, "liftd");
	process_start(&daemon->process, daemon->dir, "closed", argv, NULL);
	while (outcome.status == 3) {
		if (process_ended(&daemon->process, &status))
			fail_msg("liftd ended with status %d", status);
		look_again();
		outcome_free(&outcome);
		outcome = daemon_lift(daemon, "status", NULL);
	}
	assert_int_equal(outcome.status, 0);
	outcome_free(&outcome);
	if (geteuid() != 0)
		print_message("not looked at: only root sees which files it has\n");
	for (int fd = 0; fd <= 2 && geteuid() == 0; fd++) {
		ssize_t size;

		path_make(path, "/proc/%d/fd/%d", (int)daemon->process.pid, fd);
		size = readlink(path, is, sizeof(is) - 1);
		assert_true(size > 0);
		is[size] = 0;
		assert_string_equal(is, "/dev/null");
	}
	daemon_stop(daemon, SIGTERM);
}

/* Not into an eventfd, without a word. */
static void lift_says_that_it_cannot_print(void **state)
{
	struct daemon *daemon = *state;
	char program[PATH_SIZE];
	const char *const argv[] = {
		"/bin/sh", "-c",	   "exec \"$0\" --config \"$1\" status >&-",
		program,   daemon->config, NULL
	};
	struct process process;
	struct outcome outcome;

	daemon_configure(daemon, configuration);
	daemon_start(daemon);
	program_path(program, "lift");
	process_start(&process, daemon->dir, "closed", argv, NULL);
	outcome = process_wait(&process);
	check_said(&outcome, 3, "standard output: Bad file descriptor");
	outcome_free(&outcome);
	daemon_stop(daemon, SIGTERM);
}

static void a_right_configuration_is_checked_and_nothing_is_made(void **state)
{
	struct daemon *daemon = *state;
	struct outcome outcome;

	daemon_configure(daemon, configuration);
	outcome = run_liftd(daemon, "--check-config", "--config", daemon->config);
	check_said(&outcome, 0, "");
	assert_non_null(strstr(outcome.out, "13 regions, 5 modules, 2 programmes, 2 competences"));
	outcome_free(&outcome);
	assert_int_equal(access(daemon->state, F_OK), -1);
}

/* Lines of liftd.yaml behind the first two, and of the catalogue; where the error is, and what
 * would be right. */
static const struct {
	const char *why, *config, *catalogue, *place, *said[2];
} broken[] = {
	{ "a key that there is not",
	  "as_of: today\nstaet: /tmp\n",
	  "",
	  "liftd.yaml:4: ",
	  { "staet" } },
	{ "a day that is none", "as_of: 2024-02-30\n", "", "liftd.yaml:3: ", { "YYYY-MM-DD" } },
	{ "a number out of range", "tick_ms: 1\n", "", "liftd.yaml:3: ", { "tick_ms", "10" } },
	{ "a word that there is not",
	  "security: maybe\n",
	  "",
	  "liftd.yaml:3: ",
	  { "`curve` or `none`" } },
	{ "TCP with keys, but none of the daemon's own",
	  "server_key: /nowhere/server.key\ncontrol: tcp://127.0.0.1:5550\n",
	  "",
	  "/nowhere/server.key: ",
	  { "lift keygen server" } },
	{ "a key of the daemon's that others may read",
	  "security: curve\nserver_key: /dev/null\nintake: ['tcp://0.0.0.0:5551']\n",
	  "",
	  "/dev/null: ",
	  { "others may read", "chmod 600" } },
	{ "TCP for anyone, without security",
	  "security: none\nintake: ['tcp://0.0.0.0:5551']\n",
	  "",
	  "liftd.yaml:4: ",
	  { "loopback" } },
	{ "an endpoint that is none",
	  "intake: ['RUNTIME/intake']\n",
	  "",
	  "liftd.yaml:3: ",
	  { "ipc://" } },
	{ "one endpoint for two sockets",
	  "intake: ['ipc://RUNTIME/x']\ncontrol: ipc://RUNTIME/x\n",
	  "",
	  "liftd.yaml:4: ",
	  { "taken" } },
	{ "no YAML", "namespaces: {a: b\n", "", "liftd.yaml:", { "" } },
	{ "an audience of a region that is not there",
	  "audiences: [{name: a, regions: [atlantis]}]\n",
	  "",
	  "liftd.yaml",
	  { "atlantis" } },
	{ "a catalogue's key that there is not",
	  "",
	  "timezone: Europe/Oslo\nmodule: []\n",
	  "catalogue.yaml:2: ",
	  { "module" } },
	{ "a time zone that there is not",
	  "",
	  "timezone: Europe/Mo i Rana\n",
	  "catalogue.yaml:1: ",
	  { "Mo i Rana" } },
	{ "a parent that is not there",
	  "",
	  "regions:\n  - {code: a, name: A}\n  - {code: b, name: B, parents: [c]}\n",
	  "catalogue.yaml:3: ",
	  { "c" } },
	{ "a region above itself",
	  "",
	  "regions:\n  - {code: a, name: A, parents: [b]}\n  - {code: b, name: B, parents: [a]}\n",
	  "catalogue.yaml:",
	  { "" } },
	{ "a code twice",
	  "",
	  "regions:\n  - {code: a, name: A}\n  - {code: a, name: B}\n",
	  "catalogue.yaml:3: ",
	  { "a" } },
	{ "a code that is taken",
	  "",
	  "regions:\n  - {code: all, name: A}\n",
	  "catalogue.yaml:2: ",
	  { "all" } },
	{ "a pass mark in percent",
	  "",
	  "modules:\n  - {id: m, name: M, pass_mark: 60}\n",
	  "catalogue.yaml:2: ",
	  { "pass_mark", "1" } },
	{ "a module of a programme that is not there",
	  "",
	  "programmes:\n  - {id: p, name: P, modules: [m]}\n",
	  "catalogue.yaml:2: ",
	  { "m" } },
};

static void a_broken_configuration_is_refused_with_file_line_and_what_would_be_right(void **state)
{
	struct daemon *daemon = *state;
	char catalogue[PATH_SIZE], lines[2 * PATH_SIZE];

	path_make(catalogue, "%s/catalogue.yaml", daemon->dir);
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		struct outcome outcome;

		file_write(catalogue, broken[i].catalogue);
		snprintf(lines, sizeof(lines), "%scatalogue: %s\n", broken[i].config, catalogue);
		daemon_configure(daemon, lines);
		/* Both the check and the start itself. */
		for (int start = 0; start < 2; start++) {
			outcome = start ? daemon_fail(daemon)
					: run_liftd(daemon, "--check-config", "-c", daemon->config);
			if (outcome.status != 1 || !strstr(outcome.err, broken[i].place) ||
			    !strstr(outcome.err, broken[i].said[0]) ||
			    (broken[i].said[1] && !strstr(outcome.err, broken[i].said[1])))
				fail_msg("%s: status %d: %s", broken[i].why, outcome.status,
					 outcome.err);
			outcome_free(&outcome);
		}
		assert_int_equal(access(daemon->state, F_OK), -1);
	}
}

static void a_file_that_is_not_there_is_named(void **state)
{
	struct outcome outcome = run_liftd(*state, "--config", "/nowhere/liftd.yaml", NULL);

	check_said(&outcome, 1, "/nowhere/liftd.yaml: No such file");
	outcome_free(&outcome);
	daemon_configure(*state, "catalogue: /nowhere/catalogue.yaml\n");
	outcome = daemon_fail(*state);
	check_said(&outcome, 1, "/nowhere/catalogue.yaml: No such file");
	outcome_free(&outcome);
}

/* Without a configuration. */

enum { NOBODY = 65534 };

/* A copy that anyone may run: the build may be in a directory of root's alone. */
static void copy_program(const char *to)
{
	char from[PATH_SIZE], *bytes;
	size_t size;
	FILE *file;

	program_path(from, "liftd");
	bytes = file_text(from, &size);
	file = fopen(to, "we");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(to, 0755), 0);
	free(bytes);
}

static void await_file(const char *path, struct process *process)
{
	int64_t end_ms = clock_ms() + LIMIT_MS;
	int status;

	while (access(path, F_OK) != 0) {
		if (process_ended(process, &status))
			fail_msg("liftd ended, status %d: %s", status,
				 file_text(process->err, NULL));
		assert_true(clock_ms() < end_ms);
		look_again();
	}
}

static void it_starts_without_a_configuration_in_the_xdg_directories(void **state)
{
	struct daemon *daemon = *state;
	char program[PATH_SIZE], state_home[PATH_SIZE], runtime[PATH_SIZE], path[PATH_SIZE];
	const char *const env[] = { state_home, runtime, "HOME=/nowhere", NULL };
	const char *const argv[] = { program, NULL };
	struct surroundings in = { .env = env, .user = geteuid() == 0 ? NOBODY : 0 };
	struct outcome outcome;

	if (access(LIFT_SYSCONFDIR, F_OK) == 0) {
		in.hidden = LIFT_SYSCONFDIR;
		if (geteuid() != 0) {
			print_message("skipped: only root can hide this machine's " LIFT_SYSCONFDIR
				      "\n");
			skip();
		}
	}
	path_make(program, "%s/liftd", daemon->dir);
	copy_program(program);
	path_make(state_home, "XDG_STATE_HOME=%s/xdg/state", daemon->dir);
	path_make(runtime, "XDG_RUNTIME_DIR=%s/xdg/run", daemon->dir);
	path_make(path, "%s/xdg", daemon->dir);
	assert_int_equal(mkdir(path, 0777), 0);
	assert_int_equal(chmod(path, 0777), 0);
	assert_int_equal(chmod(daemon->dir, 0777), 0);
	process_start(&daemon->process, daemon->dir, "xdg-liftd", argv, &in);
	path_make(path, "%s/xdg/run/liftd/control", daemon->dir);
	await_file(path, &daemon->process);
	path_make(daemon->control, "ipc://%s/xdg/run/liftd/control", daemon->dir);
	json_decref(daemon_status(daemon));
	path_make(path, "%s/xdg/state/liftd/secret", daemon->dir);
	assert_int_equal(access(path, F_OK), 0);
	process_signal(&daemon->process, SIGTERM);
	outcome = process_wait(&daemon->process);
	check_said(&outcome, 0, "events are kept, and count nowhere yet");
	outcome_free(&outcome);
}

/* The state. */

static void a_second_daemon_on_the_same_state_refuses_and_harms_nothing(void **state)
{
	struct daemon *daemon = *state, second;
	char lines[2 * PATH_SIZE];
	struct outcome outcome;

	daemon_configure(daemon, configuration);
	daemon_start(daemon);
	second = *daemon;
	path_make(second.config, "%s/second.yaml", daemon->dir);
	snprintf(lines, sizeof(lines), "state: %s\nruntime: %s/run2\n", daemon->state, daemon->dir);
	file_write(second.config, lines);
	outcome = daemon_fail(&second);
	check_said(&outcome, 1, "another liftd uses this directory");
	outcome_free(&outcome);
	free(daemon_lift_out(daemon, 0, "publish", EVENTS, NULL));
	daemon_stop(daemon, SIGTERM);
	daemon_start(daemon);
	daemon_stop(daemon, SIGTERM);
}

static void sigterm_and_sigint_stop_it_orderly(void **state)
{
	static const int signals[] = { SIGTERM, SIGINT };
	static const char *const names[] = { "signal=SIGTERM", "signal=SIGINT" };
	struct daemon *daemon = *state;

	daemon_configure(daemon, configuration);
	for (size_t i = 0; i < 2; i++) {
		char *log;

		daemon_start(daemon);
		daemon_stop(daemon, signals[i]);
		log = file_text(daemon->log, NULL);
		assert_non_null(strstr(log, "ready: version="));
		assert_non_null(strstr(log, names[i]));
		assert_non_null(strstr(log, "stopped\n"));
		free(log);
	}
}

/* A platform that has always the same number of batches under way, one after another. */
struct platform {
	struct peer peer;
	int64_t sent, acked; /* events: numbers from 1 to these */
};

enum { PLATFORM_BATCH = 10, PLATFORM_WINDOW = 20 * PLATFORM_BATCH };

static void platform_send(struct platform *platform)
{
	json_t *events = json_array();

	for (int64_t seq = platform->sent + 1; seq <= platform->sent + PLATFORM_BATCH; seq++) {
		char learner[32];

		snprintf(learner, sizeof(learner), "learner-%lld", (long long)seq);
		json_array_append_new(events,
				      json_pack("{s:s, s:I, s:s, s:s, s:s}", "type", "started",
						"time", (json_int_t)1730797200000, "learner",
						learner, "module", "dementia", "region", "rana"));
	}
	peer_send(&platform->peer,
		  json_pack("{s:i, s:s, s:s, s:s, s:I, s:o}", "v", 1, "op", "events", "source",
			    "moodle", "stream", "autumn", "seq", (json_int_t)platform->sent + 1,
			    "events", events));
	platform->sent += PLATFORM_BATCH;
}

/* Send what may be sent, and take the answers that come within this time. */
static void platform_step(struct platform *platform, int timeout_ms)
{
	json_t *ack;

	while (platform->sent < platform->acked + PLATFORM_WINDOW)
		platform_send(platform);
	while ((ack = peer_receive(&platform->peer, timeout_ms, NULL))) {
		assert_string_equal(word(ack, "op"), "ack");
		assert_int_equal(json_array_size(json_object_get(ack, "rejected")), 0);
		assert_int_equal(whole(ack, "first"), platform->acked + 1);
		platform->acked += whole(ack, "count");
		timeout_ms = 0;
		json_decref(ack);
	}
}

static int64_t ask_next(struct daemon *daemon)
{
	struct peer peer;
	json_t *answer;
	int64_t next;

	peer_open(&peer, ZMQ_DEALER, daemon->intake, NULL);
	answer = peer_ask(&peer, json_pack("{s:i, s:s, s:s, s:s}", "v", 1, "op", "hello", "source",
					   "moodle", "stream", "autumn"));
	next = whole(answer, "next");
	json_decref(answer);
	peer_close(&peer);
	return next;
}

static void it_stops_orderly_while_events_come_in_and_keeps_what_it_acknowledged(void **state)
{
	struct platform platform = { .sent = 0 };
	int64_t end_ms = clock_ms() + LIMIT_MS, before, next;
	struct daemon *daemon = *state;
	int status;

	daemon_configure(daemon, configuration);
	daemon_start(daemon);
	peer_open(&platform.peer, ZMQ_DEALER, daemon->intake, NULL);
	while (platform.acked < 500 && clock_ms() < end_ms)
		platform_step(&platform, 20);
	assert_true(platform.acked >= 500);
	before = platform.acked;
	process_signal(&daemon->process, SIGTERM);
	while (!process_ended(&daemon->process, &status)) {
		platform_step(&platform, 1);
		assert_true(clock_ms() < end_ms);
	}
	assert_int_equal(status, 0);
	platform_step(&platform, 0); /* its last words */
	/* Else what is under way would go to the next one. */
	peer_close(&platform.peer);
	daemon_start(daemon);
	next = ask_next(daemon);
	print_message("%lld acknowledged before the signal, %lld after it; %lld kept, %lld sent\n",
		      (long long)before, (long long)(platform.acked - before), (long long)next - 1,
		      (long long)platform.sent);
	assert_in_range(next, platform.acked + 1, platform.sent + 1);
	daemon_stop(daemon, SIGTERM);
}

static void the_secret_is_its_owners_alone(void **state)
{
	struct daemon *daemon = *state;
	char path[PATH_SIZE], *first, *second;
	struct stat info;
	size_t size;

	daemon_configure(daemon, configuration);
	daemon_start(daemon);
	path_make(path, "%s/secret", daemon->state);
	assert_int_equal(stat(path, &info), 0);
	assert_int_equal(info.st_mode & 07777, 0600);
	assert_int_equal(stat(daemon->state, &info), 0);
	assert_int_equal(info.st_mode & 0077, 0);
	first = file_text(path, &size);
	assert_int_equal(size, 32);
	daemon_stop(daemon, SIGTERM);
	daemon_start(daemon);
	second = file_text(path, NULL);
	assert_memory_equal(first, second, size);
	daemon_stop(daemon, SIGTERM);
	free(first);
	free(second);
}

static void a_secret_that_is_missing_open_or_another_stops_the_start(void **state)
{
	struct daemon *daemon = *state;
	char path[PATH_SIZE], kept[PATH_SIZE];
	struct outcome outcome;

	daemon_configure(daemon, configuration);
	daemon_start(daemon);
	free(daemon_lift_out(daemon, 0, "publish", EVENTS, NULL));
	daemon_stop(daemon, SIGTERM);
	path_make(path, "%s/secret", daemon->state);
	path_make(kept, "%s/kept", daemon->state);
	assert_int_equal(rename(path, kept), 0);
	outcome = daemon_fail(daemon);
	check_said(&outcome, 1, "bring it back");
	outcome_free(&outcome);
	assert_int_equal(access(path, F_OK), -1);
	file_write(path, "01234567890123456789012345678901");
	assert_int_equal(chmod(path, 0600), 0);
	outcome = daemon_fail(daemon);
	check_said(&outcome, 1, "this is no secret, or not the one that the journal was made with");
	outcome_free(&outcome);
	assert_int_equal(rename(kept, path), 0);
	assert_int_equal(chmod(path, 0640), 0);
	outcome = daemon_fail(daemon);
	check_said(&outcome, 1, "only its owner may read");
	outcome_free(&outcome);
	assert_int_equal(chmod(path, 0600), 0);
	daemon_start(daemon);
	daemon_stop(daemon, SIGTERM);
}

/* Sockets. */

static const char apart[] = "catalogue: tests/golden/catalogue.yaml\n"
			    "audiences:\n"
			    "  - {name: all}\n"
			    "  - {name: island, publish: ['ipc://RUNTIME/a/island/publish'],\n"
			    "     snapshot: ['ipc://RUNTIME/b/snapshot']}\n";

static unsigned mode_of(const struct daemon *daemon, const char *name)
{
	char path[PATH_SIZE];
	struct stat info;

	path_make(path, "%s/run/%s", daemon->dir, name);
	assert_int_equal(stat(path, &info), 0);
	return info.st_mode & 07777;
}

static void directories_of_sockets_are_made_and_those_that_are_there_stay_as_they_are(void **state)
{
	struct daemon *daemon = *state;
	char path[PATH_SIZE];

	path_make(path, "%s/run", daemon->dir);
	assert_int_equal(mkdir(path, 0711), 0);
	path_make(path, "%s/run/b", daemon->dir);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(chmod(path, 02750), 0); /* for a group that the sockets are to have */
	daemon_configure(daemon, apart);
	daemon_start(daemon);
	assert_int_equal(mode_of(daemon, "a"), 0700);
	assert_int_equal(mode_of(daemon, "a/island"), 0700);
	assert_int_equal(mode_of(daemon, "b"), 02750);
	path_make(path, "%s/run/a/island/publish", daemon->dir);
	assert_int_equal(access(path, F_OK), 0);
	path_make(path, "%s/run/b/snapshot", daemon->dir);
	assert_int_equal(access(path, F_OK), 0);
	daemon_stop(daemon, SIGTERM);
}

static void a_directory_of_a_socket_that_cannot_be_made_stops_the_start(void **state)
{
	struct daemon *daemon = *state;
	char path[PATH_SIZE];
	struct outcome outcome;

	path_make(path, "%s/run", daemon->dir);
	assert_int_equal(mkdir(path, 0700), 0);
	path_make(path, "%s/run/a", daemon->dir);
	file_write(path, "in the way");
	daemon_configure(daemon, apart);
	outcome = daemon_fail(daemon);
	check_said(&outcome, 1, "run/a/island reason=\"Not a directory\"");
	outcome_free(&outcome);
}

/* Privacy. */

/* Does any file below a directory hold these bytes? */
static bool is_in_files(const char *dir, const char *bytes)
{
	DIR *entries = opendir(dir);
	struct dirent *entry;
	bool found = false;

	assert_non_null(entries);
	while ((entry = readdir(entries))) {
		char path[PATH_SIZE], *text;
		struct stat info;
		size_t size;

		if (entry->d_name[0] == '.')
			continue;
		path_make(path, "%s/%s", dir, entry->d_name);
		assert_int_equal(lstat(path, &info), 0);
		if (S_ISDIR(info.st_mode)) {
			found |= is_in_files(path, bytes);
		} else if (S_ISREG(info.st_mode)) {
			text = file_text(path, &size);
			found |= memmem(text, size, bytes, strlen(bytes)) != NULL;
			free(text);
		}
	}
	closedir(entries);
	return found;
}

/* Accepted, of an unknown module, refused, resent, and in a batch that is malformed. */
static void send_learner(struct peer *peer, const char *learner)
{
	static const struct {
		const char *type, *module;
		int seq, answers;
	} events[] = { { "started", "dementia", 1, 1 },
		       { "started", "elsewhere", 2, 1 },
		       { "dances", "dementia", 3, 1 },
		       { "started", "dementia", 1, 1 },
		       { "started", "dementia", 0, 1 } };

	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
		json_t *event =
			json_pack("{s:s, s:I, s:s, s:s, s:s, s:{s:s}}", "type", events[i].type,
				  "time", (json_int_t)1730797200000, "learner", learner, "module",
				  events[i].module, "region", "rana", "attrs", "role", "nurse");

		json_decref(
			peer_ask(peer, json_pack("{s:i, s:s, s:s, s:s, s:i, s:[o]}", "v", 1, "op",
						 "events", "source", "moodle", "stream", "autumn",
						 "seq", events[i].seq, "events", event)));
	}
}

static void raw_learner_ids_are_in_no_file_and_in_no_log(void **state)
{
	static const char learner[] = "kari.nordmann@example.org";
	struct daemon *daemon = *state;
	struct peer peer;
	char *log;

	daemon_configure(daemon, configuration);
	daemon_start(daemon);
	peer_open(&peer, ZMQ_DEALER, daemon->intake, NULL);
	send_learner(&peer, learner);
	peer_close(&peer);
	free(daemon_lift_out(daemon, 0, "export", NULL));
	daemon_stop(daemon, SIGTERM);
	/* What may be there is there: it does look into the files. */
	assert_true(is_in_files(daemon->state, "moodle"));
	assert_true(is_in_files(daemon->state, "elsewhere"));
	assert_false(is_in_files(daemon->state, learner));
	assert_false(is_in_files(daemon->state, "nordmann"));
	log = file_text(daemon->log, NULL);
	assert_null(strstr(log, "nordmann"));
	free(log);
}

/* Systemd. */

static int notify_socket(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct timeval limit = { .tv_sec = LIMIT_MS / 1000 };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	assert_true(strlen(path) < sizeof(address.sun_path));
	memcpy(address.sun_path, path, strlen(path) + 1);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)), 0);
	return fd;
}

/* The next thing it says but how it is, and that it goes on while it starts, up to its newline. */
static void expect_notice(int fd, const char *notice)
{
	char text[1024];
	ssize_t size;

	do {
		size = recv(fd, text, sizeof(text) - 1, 0);
		if (size < 0)
			fail_msg("no %s", notice);
		text[size] = 0;
	} while (strncmp(text, "STATUS=", 7) == 0 || strncmp(text, "EXTEND_", 7) == 0);
	text[strcspn(text, "\n")] = 0;
	assert_string_equal(text, notice);
}

static void systemd_hears_of_readiness_life_and_stopping(void **state)
{
	struct daemon *daemon = *state;
	char path[PATH_SIZE], setting[PATH_SIZE];
	const char *const env[] = { setting, "WATCHDOG_USEC=3000000", "WATCHDOG_PID", NULL };
	const struct surroundings in = { .env = env };
	char text[1024];
	ssize_t size;
	int fd;

	path_make(path, "%s/notify", daemon->dir);
	path_make(setting, "NOTIFY_SOCKET=%s/notify", daemon->dir);
	fd = notify_socket(path);
	daemon_configure(daemon, configuration);
	daemon_start_in(daemon, &in);
	expect_notice(fd, "READY=1");
	expect_notice(fd, "WATCHDOG=1");
	expect_notice(fd, "WATCHDOG=1");
	process_signal(&daemon->process, SIGTERM);
	do { /* a last sign of life may still be on its way */
		size = recv(fd, text, sizeof(text) - 1, 0);
		assert_true(size > 0);
		text[size] = 0;
	} while (strcmp(text, "WATCHDOG=1") == 0 || strncmp(text, "STATUS=", 7) == 0);
	assert_string_equal(text, "STOPPING=1");
	close(fd);
	struct outcome outcome = process_wait(&daemon->process);
	check_said(&outcome, 0, "");
	outcome_free(&outcome);
}

/* It begins anew with a compacted journal: a reload, and neither an end nor a start. */
static void systemd_hears_of_a_reload_when_it_begins_anew(void **state)
{
	struct daemon *daemon = *state;
	char path[PATH_SIZE], setting[PATH_SIZE];
	const char *const env[] = { setting, NULL };
	const struct surroundings in = { .env = env };
	int fd;

	path_make(path, "%s/notify", daemon->dir);
	path_make(setting, "NOTIFY_SOCKET=%s/notify", daemon->dir);
	fd = notify_socket(path);
	daemon_configure(daemon, configuration);
	daemon_start_in(daemon, &in);
	expect_notice(fd, "READY=1");
	free(daemon_lift_out(daemon, 0, "compact", NULL));
	expect_notice(fd, "RELOADING=1");
	expect_notice(fd, "READY=1");
	daemon_stop(daemon, SIGTERM);
	close(fd);
}

static void what_does_not_start_does_not_say_that_it_is_ready(void **state)
{
	struct daemon *daemon = *state;
	char path[PATH_SIZE], setting[PATH_SIZE], program[PATH_SIZE], byte;
	const char *const env[] = { setting, NULL };
	const char *const argv[] = { program, "--config", daemon->config, NULL };
	const struct surroundings in = { .env = env };
	struct process process;
	struct outcome outcome;
	int fd;

	path_make(path, "%s/notify", daemon->dir);
	path_make(setting, "NOTIFY_SOCKET=%s/notify", daemon->dir);
	program_path(program, "liftd");
	fd = notify_socket(path);
	daemon_configure(daemon, "as_of: soon\n");
	process_start(&process, daemon->dir, "broken", argv, &in);
	outcome = process_wait(&process);
	check_said(&outcome, 1, "as_of");
	outcome_free(&outcome);
	assert_int_equal(recv(fd, &byte, 1, MSG_DONTWAIT), -1);
	close(fd);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, daemon_setup, daemon_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(version_and_help_are_said_and_end),
		TEST(wrong_options_are_refused),
		TEST(closed_standard_files_are_nobody_elses),
		TEST(lift_says_that_it_cannot_print),
		TEST(a_right_configuration_is_checked_and_nothing_is_made),
		TEST(a_broken_configuration_is_refused_with_file_line_and_what_would_be_right),
		TEST(a_file_that_is_not_there_is_named),
		TEST(it_starts_without_a_configuration_in_the_xdg_directories),
		TEST(a_second_daemon_on_the_same_state_refuses_and_harms_nothing),
		TEST(sigterm_and_sigint_stop_it_orderly),
		TEST(it_stops_orderly_while_events_come_in_and_keeps_what_it_acknowledged),
		TEST(the_secret_is_its_owners_alone),
		TEST(a_secret_that_is_missing_open_or_another_stops_the_start),
		TEST(directories_of_sockets_are_made_and_those_that_are_there_stay_as_they_are),
		TEST(a_directory_of_a_socket_that_cannot_be_made_stops_the_start),
		TEST(raw_learner_ids_are_in_no_file_and_in_no_log),
		TEST(systemd_hears_of_readiness_life_and_stopping),
		TEST(systemd_hears_of_a_reload_when_it_begins_anew),
		TEST(what_does_not_start_does_not_say_that_it_is_ready),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
