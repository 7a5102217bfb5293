/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A journal or a ledger that was damaged while the daemon was stopped: what the daemon says, what
 * it still does, what it does no longer.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/e2e/check.h"
#include "tests/e2e/daemon.h"
#include "tests/e2e/peer.h"

enum { EVENTS = 400, EXIT_DAMAGED = 65 };

static const char catalogue[] = "dimensions: {role: [nurse]}\n"
				"regions: [{code: rana, name: Rana}, {code: vega, name: Vega}]\n"
				"modules: [{id: lift, name: Lift}, {id: falls, name: Falls}]\n";
/* By which nobody's figures go. */
static const char with_programme[] =
	"dimensions: {role: [nurse]}\n"
	"regions: [{code: rana, name: Rana}, {code: vega, name: Vega}]\n"
	"modules: [{id: lift, name: Lift}, {id: falls, name: Falls}]\n"
	"programmes: [{id: spring, modules: [lift]}]\n";

/* One event of so many learners, of one module. */
static json_t *batch_of(const char *stream, int64_t first, int n)
{
	json_t *events = json_array();
	char learner[32];

	for (int i = 0; i < n; i++) {
		snprintf(learner, sizeof(learner), "learner-%d", (int)first + i);
		json_array_append_new(events,
				      json_pack("{s:s, s:I, s:s, s:s, s:s}", "type", "started",
						"time", INT64_C(1730797200000) + i, "learner",
						learner, "module", i % 3 ? "lift" : "falls",
						"region", i % 2 ? "rana" : "vega"));
	}
	return json_pack("{s:i, s:s, s:s, s:s, s:I, s:o}", "v", 1, "op", "events", "source",
			 "platform", "stream", stream, "seq", first, "events", events);
}

static json_t *send_batch(struct daemon *daemon, const char *stream, int64_t first, int n)
{
	struct peer peer;
	json_t *answer;

	peer_open(&peer, ZMQ_DEALER, daemon->intake, NULL);
	answer = peer_ask(&peer, batch_of(stream, first, n));
	peer_close(&peer);
	return answer;
}

static json_t *ask(const char *endpoint, json_t *message)
{
	struct peer peer;
	json_t *answer;

	peer_open(&peer, ZMQ_DEALER, endpoint, NULL);
	answer = peer_ask(&peer, message);
	peer_close(&peer);
	return answer;
}

static char *export_of(struct daemon *daemon)
{
	return daemon_lift_out(daemon, 0, "export", NULL);
}

/* A daemon that has events, and has stopped: what it exported. */
static char *prepare(struct daemon *daemon)
{
	char line[2 * PATH_SIZE], path[PATH_SIZE], *exported;

	path_make(path, "%s/catalogue.yaml", daemon->dir);
	file_write(path, catalogue);
	snprintf(line, sizeof(line), "catalogue: %s\nas_of: 2024-11-30\ntick_ms: 100\n", path);
	daemon_configure(daemon, line);
	daemon_start(daemon);
	json_decref(send_batch(daemon, "one", 1, EVENTS));
	json_decref(send_batch(daemon, "two", 1, EVENTS));
	exported = export_of(daemon);
	daemon_stop(daemon, SIGTERM);
	return exported;
}

struct file {
	char *bytes;
	size_t size;
};

static struct file open_file(struct daemon *daemon, const char *store)
{
	char path[2 * PATH_SIZE];
	struct file file;
	struct stat info;
	int fd;

	snprintf(path, sizeof(path), "%s/%s/data.mdb", daemon->state, store);
	fd = open(path, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0 && fstat(fd, &info) == 0);
	file.size = (size_t)info.st_size;
	file.bytes = mmap(NULL, file.size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_true(file.bytes != MAP_FAILED);
	close(fd);
	return file;
}

/* Change a byte of each place where these bytes are. */
static void change(struct daemon *daemon, const char *store, const char *what, size_t size,
		   size_t byte)
{
	struct file file = open_file(daemon, store);
	char *at = file.bytes;
	int n = 0;

	while ((at = memmem(at, file.size - (size_t)(at - file.bytes), what, size)) != NULL) {
		at[byte] ^= 1;
		at += size;
		n++;
	}
	assert_true(n > 0);
	munmap(file.bytes, file.size);
}

/* What LMDB reads without a word: of Lift in Rana, each who is odd and no third one, 133. In a run
 * of tallies: their day, 20032, and twice the count, as varints. */
static const char odd_count[] = { (char)0xc0, (char)0x9c, 0x01, (char)0x8a, 0x02 };

static json_t *request(const char *op, const char *key, const char *value)
{
	return json_pack("{s:i, s:s, s:s}", "v", 1, "op", op, key, value);
}

/* What a daemon with a damaged journal does and does not. */
static void check_reading_only(struct daemon *daemon, const char *exported)
{
	json_t *answer = send_batch(daemon, "one", EVENTS + 1, 3);
	char *again;

	assert_string_equal(word(answer, "op"), "nack");
	assert_string_equal(word(answer, "code"), "damaged");
	assert_true(json_is_true(json_object_get(answer, "retry")));
	assert_string_equal(word(answer, "stream"), "one");
	json_decref(answer);
	answer = ask(daemon->intake, json_pack("{s:i, s:s, s:s, s:s}", "v", 1, "op", "hello",
					       "source", "platform", "stream", "one"));
	assert_string_equal(word(answer, "op"), "welcome");
	assert_int_equal(whole(answer, "next"), EVENTS + 1);
	json_decref(answer);
	answer = ask(daemon->intake, request("rejections", "source", "platform"));
	assert_string_equal(word(answer, "op"), "rejections");
	json_decref(answer);
	again = export_of(daemon);
	assert_string_equal(again, exported);
	free(again);
	expect_code(ask(daemon->control, request("export", "as_of", "2024-11-29")), "damaged");
	expect_code(ask(daemon->control, request("reload", "id", "")), "damaged");
}

/* Its status: the numbers concerned. */
static void check_status(struct daemon *daemon, int64_t first, int64_t last)
{
	json_t *status = daemon_status(daemon), *range;
	const json_t *ranges = json_object_get(json_object_get(status, "journal"), "damaged");

	assert_false(json_is_true(json_object_get(status, "healthy")));
	assert_int_equal(json_array_size(ranges), 1);
	range = json_array_get(ranges, 0);
	assert_int_equal(json_integer_value(json_array_get(range, 0)), first);
	if (last)
		assert_int_equal(json_integer_value(json_array_get(range, 1)), last);
	json_decref(status);
}

static void assert_logged(struct daemon *daemon, const char *text)
{
	char *log = file_text(daemon->log, NULL);

	if (!strstr(log, text))
		fail_msg("no '%s' in the log:\n%s", text, log);
	free(log);
}

/* What is told after the figures are there. */
static void await_logged(struct daemon *daemon, const char *text)
{
	int64_t end_ms = clock_ms() + LIMIT_MS;
	bool found = false;

	while (!found && clock_ms() < end_ms) {
		char *log = file_text(daemon->log, NULL);

		found = strstr(log, text) != NULL;
		free(log);
		if (!found)
			look_again();
	}
	assert_logged(daemon, text);
}

/* By its head: its format, its count, stream 0, number 1 of it. */
static void change_first_chunk(struct daemon *daemon)
{
	static const char head[] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1 };
	struct file file = open_file(daemon, "journal");
	char *at = memmem(file.bytes, file.size, head, sizeof(head));

	assert_non_null(at);
	for (; at;
	     at = memmem(at + 1, file.size - (size_t)(at + 1 - file.bytes), head, sizeof(head)))
		at[50] ^= 4;
	munmap(file.bytes, file.size);
}

static void damaged_entries_are_told_and_the_daemon_is_up_for_reading_only(void **state)
{
	struct daemon *daemon = *state;
	char *exported = prepare(daemon), *out;

	change_first_chunk(daemon);
	daemon_start(daemon);
	check_status(daemon, 1, 0);
	check_reading_only(daemon, exported);
	assert_logged(daemon, "journal damaged: entries: a chunk is not what it was: numbers=1..");
	assert_logged(daemon, "the daemon is up for reading and export only");
	out = daemon_lift_out(daemon, 1, "status", NULL);
	assert_non_null(strstr(out, "NOT healthy"));
	assert_non_null(strstr(out, "DAMAGED"));
	free(out);
	daemon_stop(daemon, SIGTERM);
	/* It stays so, and the file is as it was. */
	daemon_start(daemon);
	check_reading_only(daemon, exported);
	daemon_stop(daemon, SIGTERM);
	free(exported);
}

static void what_cannot_be_read_when_it_comes_again_is_damage(void **state)
{
	struct daemon *daemon = *state;
	char *exported = prepare(daemon);
	json_t *answer;

	daemon_start(daemon);
	change_first_chunk(daemon);
	answer = send_batch(daemon, "one", 1, 3);
	assert_string_equal(word(answer, "code"), "damaged");
	assert_true(json_is_true(json_object_get(answer, "retry")));
	json_decref(answer);
	check_status(daemon, 1, 2 * EVENTS);
	check_reading_only(daemon, exported);
	assert_logged(daemon, "it could not be read while the daemon ran");
	daemon_stop(daemon, SIGTERM);
	/* The next start says where. */
	daemon_start(daemon);
	assert_logged(daemon, "journal damaged: entries: a chunk is not what it was: numbers=1..");
	check_reading_only(daemon, exported);
	daemon_stop(daemon, SIGTERM);
	free(exported);
}

static void what_cannot_be_read_when_a_ledger_is_built_is_damage(void **state)
{
	struct daemon *daemon = *state;
	char *exported = prepare(daemon), path[PATH_SIZE];
	struct outcome outcome;

	daemon_start(daemon);
	change_first_chunk(daemon);
	path_make(path, "%s/catalogue.yaml", daemon->dir);
	file_write(path, "dimensions: {role: [nurse]}\n"
			 "regions: [{code: rana}, {code: vega}]\n"
			 "modules: [{id: lift}]\n");
	outcome = daemon_lift(daemon, "reload", "--yes", "--wait", NULL);
	assert_int_equal(outcome.status, 1);
	assert_non_null(strstr(outcome.err, "the journal is damaged"));
	outcome_free(&outcome);
	check_status(daemon, 1, 2 * EVENTS);
	check_reading_only(daemon, exported);
	daemon_stop(daemon, SIGTERM);
	free(exported);
}

static void a_changed_name_concerns_all_numbers(void **state)
{
	struct daemon *daemon = *state;
	char *exported = prepare(daemon);

	change(daemon, "journal", "falls", 5, 4);
	daemon_start(daemon);
	check_status(daemon, 1, 2 * EVENTS);
	check_reading_only(daemon, exported);
	assert_logged(daemon, "journal damaged: names: a record is not what it was");
	daemon_stop(daemon, SIGTERM);
	free(exported);
}

/* The number of a commit in the file's older meta: LMDB reads the newer one, but that is not enough
 * to trust it. */
static void change_older_meta(struct daemon *daemon)
{
	struct file file = open_file(daemon, "journal");
	uint64_t *numbers[2];

	for (size_t page = 0; page < 2; page++)
		numbers[page] = (uint64_t *)(file.bytes + page * 4096 + 16 + 128);
	*numbers[*numbers[0] > *numbers[1]] -= 2;
	munmap(file.bytes, file.size);
}

static void all_numbers_are_named_where_it_is_not_known_which_is_the_last(void **state)
{
	struct daemon *daemon = *state;
	char *exported = prepare(daemon);

	change_older_meta(daemon);
	daemon_start(daemon);
	check_status(daemon, 1, 2 * EVENTS);
	assert_logged(daemon, "/journal numbers=1..last");
	check_reading_only(daemon, exported);
	daemon_stop(daemon, SIGTERM);
	free(exported);
}

/* What has been published has no answer: it is dropped, and its numbers are missing. */
static void what_is_published_meanwhile_is_not_taken(void **state)
{
	struct daemon *daemon = *state;
	char *exported = prepare(daemon), path[PATH_SIZE];
	json_t *status;

	change(daemon, "journal", "falls", 5, 4);
	daemon_start(daemon);
	path_make(path, "%s/one.csv", daemon->dir);
	file_write(path, "type,time,learner,module,region\n"
			 "started,2024-11-05T09:00:00Z,ada,lift,rana\n");
	free(daemon_lift_out(daemon, 0, "publish", "--pub", path, NULL));
	daemon_await_counter(daemon, "batches_refused", 1);
	status = daemon_status(daemon);
	assert_int_equal(whole(json_object_get(status, "journal"), "last"), 2 * EVENTS);
	json_decref(status);
	daemon_stop(daemon, SIGTERM);
	free(exported);
}

static void a_ledger_that_lags_behind_a_damaged_journal_is_not_exported_as_if_it_were_all(
	void **state)
{
	struct daemon *daemon = *state;
	char *exported = prepare(daemon), path[2 * PATH_SIZE];

	change(daemon, "journal", "falls", 5, 4);
	snprintf(path, sizeof(path), "%s/ledger/data.mdb", daemon->state);
	assert_int_equal(unlink(path), 0);
	daemon_start(daemon);
	expect_code(ask(daemon->control, request("export", "kind", "module")), "damaged");
	assert_logged(daemon, "ledger cannot be rebuilt from a damaged journal");
	daemon_stop(daemon, SIGTERM);
	free(exported);
}

static void a_damaged_ledger_beside_a_damaged_journal_gives_no_figures(void **state)
{
	struct daemon *daemon = *state;
	json_t *status;

	free(prepare(daemon));
	change(daemon, "journal", "falls", 5, 4);
	change(daemon, "ledger", odd_count, sizeof(odd_count), 4);
	for (int starts = 0; starts < 2; starts++) {
		daemon_start(daemon);
		expect_code(ask(daemon->control, request("export", "kind", "module")), "damaged");
		assert_logged(daemon, "ledger damaged, too");
		status = daemon_status(daemon);
		assert_int_equal(whole(json_object_get(status, "ledger"), "applied"), 0);
		json_decref(status);
		daemon_stop(daemon, SIGTERM);
	}
}

static void a_journal_that_cannot_be_read_ends_the_daemon_with_a_status_of_its_own(void **state)
{
	static const struct {
		const char *why;
		size_t at; /* of the file */
		bool cut;
	} cases[] = {
		{ "LMDB does not know the file", 4096 + 16, false },
		{ "half of it is missing", 12288, true },
	};
	struct daemon *daemon = *state;
	char path[2 * PATH_SIZE];

	free(prepare(daemon));
	snprintf(path, sizeof(path), "%s/journal/data.mdb", daemon->state);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct outcome outcome;
		struct file file;

		if (cases[i].cut) {
			assert_int_equal(truncate(path, (off_t)cases[i].at), 0);
		} else {
			file = open_file(daemon, "journal");
			file.bytes[cases[i].at] ^= 1;
			munmap(file.bytes, file.size);
		}
		outcome = daemon_fail(daemon);
		if (outcome.status != EXIT_DAMAGED || !strstr(outcome.err, "OPERATING.md") ||
		    !strstr(outcome.err, "journal damaged: it cannot be read"))
			fail_msg("status %d, but %s: %s", outcome.status, cases[i].why,
				 outcome.err);
		outcome_free(&outcome);
		if (!cases[i].cut) {
			file = open_file(daemon, "journal");
			file.bytes[cases[i].at] ^= 1;
			munmap(file.bytes, file.size);
		}
	}
}

/* A large ledger. */

/* So large that it is walked beside the daemon: with nothing behind what it has. */
static void make_ledger_large(struct daemon *daemon)
{
	char path[2 * PATH_SIZE];

	snprintf(path, sizeof(path), "%s/ledger/data.mdb", daemon->state);
	assert_int_equal(truncate(path, 300 << 20), 0);
}

/* Who opens the ledger waits until the descriptor is closed. */
static int hold_ledger(struct daemon *daemon)
{
	const struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 1 };
	char path[2 * PATH_SIZE];
	int fd;

	snprintf(path, sizeof(path), "%s/ledger/lock.mdb", daemon->state);
	fd = open(path, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0 && fcntl(fd, F_SETLK, &lock) == 0);
	return fd;
}

static bool ledger_is_walked(struct daemon *daemon)
{
	json_t *status = daemon_status(daemon);
	bool walking = json_is_true(json_object_get(json_object_get(status, "ledger"), "walking"));

	assert_true(json_is_true(json_object_get(status, "healthy")));
	json_decref(status);
	return !walking;
}

static void a_large_ledger_counts_when_it_is_known_to_be_whole(void **state)
{
	struct daemon *daemon = *state;
	char *exported = prepare(daemon), *again, *out;
	struct process process;
	struct outcome outcome;
	json_t *answer;
	int held, status;

	make_ledger_large(daemon);
	held = hold_ledger(daemon);
	daemon_start(daemon);
	assert_false(ledger_is_walked(daemon));
	out = daemon_lift_out(daemon, 0, "status", NULL);
	assert_non_null(strstr(out, "ledger: being checked"));
	free(out);
	/* Intake goes on, an export waits. */
	answer = send_batch(daemon, "one", 1, EVENTS);
	assert_string_equal(word(answer, "op"), "ack");
	json_decref(answer);
	daemon_lift_start(daemon, &process, "export", NULL);
	free(daemon_lift_out(daemon, 0, "reload", NULL));
	assert_false(process_ended(&process, &status));
	assert_false(ledger_is_walked(daemon));
	close(held);
	outcome = process_wait(&process);
	assert_int_equal(outcome.status, 0);
	assert_string_equal(outcome.out, exported);
	outcome_free(&outcome);
	assert_true(ledger_is_walked(daemon));
	assert_logged(daemon, "ledger checked, in use now: applied=800");
	answer = send_batch(daemon, "one", EVENTS + 1, 3);
	assert_string_equal(word(answer, "op"), "ack");
	json_decref(answer);
	again = export_of(daemon);
	assert_string_not_equal(again, exported);
	daemon_stop(daemon, SIGTERM);
	free(exported);
	free(again);
}

/* Monitoring counts zombies. */
static void a_daemon_that_has_walked_its_stores_has_no_child(void **state)
{
	struct daemon *daemon = *state;
	char path[64], *children;

	free(prepare(daemon));
	for (int large = 0; large < 2; large++) {
		if (large)
			make_ledger_large(daemon);
		daemon_start(daemon);
		free(export_of(daemon)); /* waits for a ledger that is being walked */
		snprintf(path, sizeof(path), "/proc/%d/task/%d/children", daemon->process.pid,
			 daemon->process.pid);
		children = file_text(path, NULL);
		assert_string_equal(children, "");
		free(children);
		daemon_stop(daemon, SIGTERM);
	}
}

static void a_daemon_is_stopped_while_its_ledger_is_walked(void **state)
{
	struct daemon *daemon = *state;
	char *exported = prepare(daemon), *again;
	int held;

	make_ledger_large(daemon);
	held = hold_ledger(daemon);
	for (int i = 0; i < 2; i++) {
		daemon_start(daemon);
		assert_false(ledger_is_walked(daemon));
		if (i)
			daemon_crash(daemon);
		else
			daemon_stop(daemon, SIGTERM);
	}
	close(held);
	daemon_start(daemon);
	again = export_of(daemon);
	assert_string_equal(again, exported);
	daemon_stop(daemon, SIGTERM);
	free(exported);
	free(again);
}

static void a_large_ledger_that_is_damaged_is_made_anew(void **state)
{
	struct daemon *daemon = *state;
	char *exported = prepare(daemon), *again;

	change(daemon, "ledger", odd_count, sizeof(odd_count), 4);
	make_ledger_large(daemon);
	daemon_start(daemon);
	again = export_of(daemon);
	assert_string_equal(again, exported);
	free(again);
	assert_logged(daemon, "ledger is large");
	assert_logged(daemon, "ledger damaged, rebuilt");
	await_logged(daemon, "new ledger in use: ");
	daemon_stop(daemon, SIGTERM);
	/* What was made is there. */
	daemon_start(daemon);
	again = export_of(daemon);
	assert_string_equal(again, exported);
	free(again);
	daemon_stop(daemon, SIGTERM);
	free(exported);
}

static void figures_of_a_large_ledger_do_not_go_before_it_is_checked(void **state)
{
	static const char *const texts[] = {
		"regions: [{code: rana}, {code: vega}]\nmodules: [{id: lift}]\n",
		"regions: [{code: rana}, {code: vega}]\nmodules: [{id: lift, name: L}]\n",
	};
	struct daemon *daemon = *state;
	char *exported = prepare(daemon), *again, path[PATH_SIZE];
	struct outcome outcome;
	int held;

	path_make(path, "%s/catalogue.yaml", daemon->dir);
	make_ledger_large(daemon);
	held = hold_ledger(daemon);
	file_write(path, texts[0]);
	daemon_start(daemon);
	/* Neither as it is, nor with another name. */
	free(daemon_lift_out(daemon, 0, "reload", NULL));
	file_write(path, texts[1]);
	outcome = daemon_lift(daemon, "reload", NULL);
	assert_int_equal(outcome.status, 1);
	outcome_free(&outcome);
	close(held);
	again = export_of(daemon); /* waits for the check */
	assert_string_equal(again, exported);
	free(again);
	daemon_stop(daemon, SIGTERM);
	free(exported);
}

/* The catalogue that it was made with serves until the new ledger has been built: also where it
 * changes while the walk goes on. */
static void a_large_ledger_of_another_catalogue_serves_until_the_new_one_is_built(void **state)
{
	struct daemon *daemon = *state;
	char *exported = prepare(daemon), *again, path[PATH_SIZE];
	int held;

	path_make(path, "%s/catalogue.yaml", daemon->dir);
	for (int during_the_walk = 0; during_the_walk < 2; during_the_walk++) {
		make_ledger_large(daemon);
		held = hold_ledger(daemon);
		if (during_the_walk)
			daemon_start(daemon);
		file_write(path, during_the_walk ? catalogue : with_programme);
		if (during_the_walk)
			free(daemon_lift_out(daemon, 0, "reload", "--yes", NULL));
		else
			daemon_start(daemon);
		close(held);
		free(daemon_lift_out(daemon, 0, "reload", "--wait", NULL));
		assert_true(ledger_is_walked(daemon));
		again = export_of(daemon);
		assert_int_equal(strcmp(again, exported) == 0, during_the_walk);
		free(again);
		assert_logged(daemon, "serving=old");
		await_logged(daemon, "new ledger in use: ");
		daemon_stop(daemon, SIGTERM);
	}
	free(exported);
}

/* Run a command of the shell in the state. */
static void in_state(struct daemon *daemon, const char *command)
{
	char line[4 * PATH_SIZE];

	snprintf(line, sizeof(line), "cd '%s' && %s", daemon->state, command);
	assert_int_equal(system(line), 0);
}

static void a_journal_that_is_gone_or_empty_is_not_begun_anew(void **state)
{
	static const struct {
		const char *loss, *said;
	} cases[] = {
		{ ": > journal/data.mdb", "journal damaged: file: the file is empty" },
		{ "rm journal/data.mdb", "journal missing: " },
		{ "rm -r journal", "journal missing: " },
		{ "rm -r journal secret", "journal missing: " },
	};
	struct daemon *daemon = *state;
	char *exported = prepare(daemon), *again;

	in_state(daemon, "cp -a . ../kept");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct outcome outcome;

		in_state(daemon, cases[i].loss);
		outcome = daemon_fail(daemon);
		if (outcome.status != EXIT_DAMAGED || !strstr(outcome.err, cases[i].said) ||
		    !strstr(outcome.err, "OPERATING.md"))
			fail_msg("status %d after %s: %s", outcome.status, cases[i].loss,
				 outcome.err);
		outcome_free(&outcome);
		if (strstr(cases[i].loss, "secret")) /* no other one was made */
			in_state(daemon, "test ! -e secret");
		in_state(daemon, "rm -rf journal secret && cp -a ../kept/journal ../kept/secret .");
	}
	daemon_start(daemon);
	again = export_of(daemon);
	assert_string_equal(again, exported);
	daemon_stop(daemon, SIGTERM);
	free(exported);
	free(again);
}

static void a_first_start_that_was_cut_off_is_begun_again(void **state)
{
	/* What it has left, of what it makes in this order. */
	static const char *const lefts[] = {
		"rm -r journal ledger",
		"rm -r journal/* ledger && mkdir journal/new && : > journal/new/data.mdb",
		"rm -r ledger",
		"rm ledger/*",
	};
	struct daemon *daemon = *state;

	daemon_configure(daemon, "");
	for (size_t i = 0; i < sizeof(lefts) / sizeof(lefts[0]); i++) {
		json_t *status;

		daemon_start(daemon);
		daemon_stop(daemon, SIGTERM);
		in_state(daemon, lefts[i]);
		daemon_start(daemon);
		status = daemon_status(daemon);
		assert_true(json_is_true(json_object_get(status, "healthy")));
		json_decref(status);
		daemon_stop(daemon, SIGTERM);
	}
}

static void an_empty_ledger_is_made_anew(void **state)
{
	struct daemon *daemon = *state;
	char *exported = prepare(daemon), *again;

	in_state(daemon, ": > ledger/data.mdb");
	daemon_start(daemon);
	assert_logged(daemon, "ledger damaged, rebuilt");
	again = export_of(daemon);
	assert_string_equal(again, exported);
	daemon_stop(daemon, SIGTERM);
	free(exported);
	free(again);
}

static void a_damaged_ledger_is_made_anew(void **state)
{
	struct daemon *daemon = *state;
	char *exported = prepare(daemon), *again;
	struct file file = open_file(daemon, "ledger");
	json_t *answer;

	/* A count of something. */
	for (size_t at = 2 * 4096; at + 4096 <= file.size; at += 4096)
		file.bytes[at + 4095] ^= 2;
	munmap(file.bytes, file.size);
	daemon_start(daemon);
	assert_logged(daemon, "ledger damaged, rebuilt");
	again = export_of(daemon);
	assert_string_equal(again, exported);
	free(again);
	answer = send_batch(daemon, "one", EVENTS + 1, 3);
	assert_string_equal(word(answer, "op"), "ack");
	json_decref(answer);
	daemon_stop(daemon, SIGTERM);
	free(exported);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, daemon_setup, daemon_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(damaged_entries_are_told_and_the_daemon_is_up_for_reading_only),
		TEST(what_cannot_be_read_when_it_comes_again_is_damage),
		TEST(what_cannot_be_read_when_a_ledger_is_built_is_damage),
		TEST(a_changed_name_concerns_all_numbers),
		TEST(all_numbers_are_named_where_it_is_not_known_which_is_the_last),
		TEST(what_is_published_meanwhile_is_not_taken),
		TEST(a_ledger_that_lags_behind_a_damaged_journal_is_not_exported_as_if_it_were_all),
		TEST(a_damaged_ledger_beside_a_damaged_journal_gives_no_figures),
		TEST(a_journal_that_cannot_be_read_ends_the_daemon_with_a_status_of_its_own),
		TEST(a_large_ledger_counts_when_it_is_known_to_be_whole),
		TEST(a_daemon_that_has_walked_its_stores_has_no_child),
		TEST(a_daemon_is_stopped_while_its_ledger_is_walked),
		TEST(a_large_ledger_that_is_damaged_is_made_anew),
		TEST(figures_of_a_large_ledger_do_not_go_before_it_is_checked),
		TEST(a_large_ledger_of_another_catalogue_serves_until_the_new_one_is_built),
		TEST(a_journal_that_is_gone_or_empty_is_not_begun_anew),
		TEST(a_first_start_that_was_cut_off_is_begun_again),
		TEST(a_damaged_ledger_is_made_anew),
		TEST(an_empty_ledger_is_made_anew),
	};

	return cmocka_run_group_tests_name("damage", tests, NULL, NULL);
}
