/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/torture/subject.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "tests/e2e/check.h"
#include "tests/seed.h"

enum { ANSWER_MS = 30000, SETTLE_MS = 60000 };

static const char configuration[] = "catalogue: tests/golden/catalogue.yaml\n"
				    "as_of: 2024-11-30\n"
				    "namespaces: {\"*\": staff}\n";

/* Rounds. */

unsigned torture_rounds(unsigned short_rounds, unsigned most)
{
	const char *rounds = getenv("ROUNDS");
	unsigned long n = rounds ? strtoul(rounds, NULL, 10) : 0;

	if (!rounds || !*rounds)
		return test_share(short_rounds);
	return n < most ? (unsigned)n : most;
}

void findings_say(const struct findings *findings, const char *what, const char *detail)
{
	print_message("%s: rounds=%llu lost=%llu twice=%llu wrong=%llu%s%s\n", what,
		      (unsigned long long)findings->rounds, (unsigned long long)findings->lost,
		      (unsigned long long)findings->twice, (unsigned long long)findings->wrong,
		      *detail ? " " : "", detail);
	assert_int_equal(findings->lost + findings->twice + findings->wrong, 0);
}

/* The subject. */

void subject_configure(struct subject *subject, const char *lines)
{
	char text[1024];

	snprintf(text, sizeof(text), "%s%s", configuration, lines);
	daemon_configure(subject->daemon, text);
}

void subject_open(struct subject *subject, const char *lines)
{
	char path[PATH_SIZE];
	void *daemon;
	int fd;

	memset(subject, 0, sizeof(*subject));
	assert_int_equal(daemon_setup(&daemon), 0);
	subject->daemon = daemon;
	subject_configure(subject, lines);
	path_make(subject->page, "%s/faults", subject->daemon->dir);
	program_path(path, "tests/torture/faults.so");
	snprintf(subject->preload, sizeof(subject->preload), "LD_PRELOAD=%s", path);
	snprintf(subject->page_env, sizeof(subject->page_env), "LIFT_FAULTS=%s", subject->page);
	snprintf(subject->dir_env, sizeof(subject->dir_env), "LIFT_FAULTS_DIR=%s",
		 subject->daemon->state);
	fd = open(subject->page, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, sizeof(*subject->faults)), 0);
	subject->faults =
		mmap(NULL, sizeof(*subject->faults), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_ptr_not_equal(subject->faults, MAP_FAILED);
	close(fd);
	subject_heal(subject);
}

void subject_close(struct subject *subject)
{
	void *daemon = subject->daemon;

	munmap(subject->faults, sizeof(*subject->faults));
	daemon_teardown(&daemon);
}

void subject_heal(struct subject *subject)
{
	memset(subject->faults, 0, sizeof(*subject->faults));
	atomic_store(&subject->faults->fake_syncs, 1);
}

void subject_spawn(struct subject *subject)
{
	/* The sanitizers' runtime wants to be first; it need not be here. */
	const char *const env[] = { subject->preload, subject->page_env, subject->dir_env,
				    "ASAN_OPTIONS=verify_asan_link_order=0", NULL };
	struct surroundings in = { .env = env };
	struct daemon *daemon = subject->daemon;
	char program[PATH_SIZE], name[32];
	const char *const argv[] = { program, "--config", daemon->config, NULL };

	program_path(program, "liftd");
	snprintf(name, sizeof(name), "liftd-%u", ++daemon->starts);
	process_start(&daemon->process, daemon->dir, name, argv, &in);
	memcpy(daemon->log, daemon->process.err, sizeof(daemon->log));
}

bool subject_has_ended(struct subject *subject)
{
	return subject->daemon->process.pid == 0 ||
	       process_ended(&subject->daemon->process, &subject->status);
}

/* An answer to a message, which is given away; NULL where it has ended instead, or says nothing. */
static json_t *ask(struct subject *subject, struct peer *peer, json_t *message, int limit_ms)
{
	int64_t end_ms = clock_ms() + limit_ms;
	json_t *answer = NULL;

	peer_send(peer, message);
	while (!answer && !subject_has_ended(subject) && clock_ms() < end_ms)
		answer = peer_receive(peer, 10, NULL);
	return answer;
}

json_t *subject_status(struct subject *subject)
{
	struct peer peer;
	json_t *answer;

	peer_open(&peer, ZMQ_DEALER, subject->daemon->control, NULL);
	answer = ask(subject, &peer, json_pack("{s:i, s:s}", "v", 1, "op", "status"), ANSWER_MS);
	peer_close(&peer);
	return answer;
}

/* Does any trouble of the status have these words? NULL: is it healthy? */
static bool status_has(struct subject *subject, const char *words)
{
	json_t *status = subject_status(subject), *trouble;
	bool found = false;
	size_t i;

	if (!status)
		fail_msg("liftd has ended; it said:\n%s", file_text(subject->daemon->log, NULL));
	json_array_foreach(json_object_get(status, "troubles"), i, trouble) found |=
		words && strstr(json_string_value(trouble), words);
	if (!words)
		found = json_is_true(json_object_get(status, "healthy"));
	json_decref(status);
	return found;
}

static void await_status(struct subject *subject, const char *words)
{
	int64_t end_ms = clock_ms() + SETTLE_MS;

	while (!status_has(subject, words)) {
		if (clock_ms() > end_ms)
			fail_msg("no status %s; it said:\n%s", words ? words : "healthy",
				 file_text(subject->daemon->log, NULL));
		look_again();
	}
}

void subject_await_trouble(struct subject *subject, const char *words)
{
	await_status(subject, words);
}

void subject_await_health(struct subject *subject)
{
	await_status(subject, NULL);
}

bool subject_await(struct subject *subject)
{
	json_t *answer = subject_status(subject);
	bool answered = answer != NULL;

	json_decref(answer);
	if (!answered && !subject_has_ended(subject))
		fail_msg("liftd neither answers nor ends; it said:\n%s",
			 file_text(subject->daemon->log, NULL));
	return answered;
}

bool subject_start(struct subject *subject)
{
	subject_spawn(subject);
	return subject_await(subject);
}

bool subject_log_has(struct subject *subject, const char *text)
{
	char *log = file_text(subject->daemon->log, NULL);
	bool found = strstr(log, text) != NULL;

	free(log);
	return found;
}

bool subject_said_why(struct subject *subject)
{
	return subject->status == 1 &&
	       (subject_log_has(subject, "reason=") || subject_log_has(subject, "expected="));
}

void subject_stop(struct subject *subject)
{
	struct outcome outcome;

	if (subject_has_ended(subject))
		return;
	process_signal(&subject->daemon->process, SIGTERM);
	outcome = process_wait(&subject->daemon->process);
	subject->status = outcome.status;
	outcome_free(&outcome);
}

void subject_kill(struct subject *subject)
{
	struct outcome outcome;

	if (subject_has_ended(subject))
		return;
	process_signal(&subject->daemon->process, SIGKILL);
	outcome = process_wait(&subject->daemon->process);
	outcome_free(&outcome);
}

/* Figures. */

static void add_rows(FILE *to, const json_t *answer)
{
	const json_t *row;
	size_t i;

	json_array_foreach(json_object_get(answer, "rows"), i, row)
		fprintf(to, "%s\n", json_string_value(row));
}

char *subject_export(struct subject *subject, int limit_ms)
{
	json_t *answer;
	struct peer peer;
	char *rows = NULL;
	size_t size;
	bool more = true, ok = true;
	FILE *to = open_memstream(&rows, &size);

	assert_non_null(to);
	peer_open(&peer, ZMQ_DEALER, subject->daemon->control, NULL);
	answer = ask(subject, &peer, json_pack("{s:i, s:s}", "v", 1, "op", "export"), limit_ms);
	while (ok && more) {
		ok = json_is_true(json_object_get(answer, "ok"));
		more = json_is_true(json_object_get(answer, "more"));
		add_rows(to, answer);
		json_decref(answer);
		answer = ok && more ? peer_receive(&peer, limit_ms, NULL) : NULL;
	}
	json_decref(answer);
	peer_close(&peer);
	fclose(to);
	if (ok)
		return rows;
	free(rows);
	return NULL;
}

char *subject_expected(const struct load *load)
{
	struct load *fed = malloc(sizeof(*fed));
	struct subject subject;
	char *rows;

	assert_non_null(fed);
	load_init(fed, load->seed, load->events, LOAD_WINDOW_MAX, 1);
	subject_open(&subject, "");
	assert_true(subject_start(&subject));
	load_connect(fed, subject.daemon->intake);
	assert_true(subject_feed(&subject, fed, SETTLE_MS));
	load_disconnect(fed);
	rows = subject_export(&subject, SETTLE_MS);
	assert_non_null(rows);
	assert_true(strlen(rows) > 1000);
	subject_stop(&subject);
	subject_close(&subject);
	free(fed);
	return rows;
}

/* A round. */

bool subject_feed(struct subject *subject, struct load *load, int limit_ms)
{
	int64_t moved_ms = clock_ms();
	uint64_t acked = load_acked(load);

	while (!load_is_done(load)) {
		load_step(load, 20);
		if (load_acked(load) != acked) {
			acked = load_acked(load);
			moved_ms = clock_ms();
		}
		if (clock_ms() - moved_ms > limit_ms || subject_has_ended(subject))
			return false;
	}
	return true;
}

static void step(struct subject *subject, struct load *load, int64_t end_ms)
{
	bool ended;

	load_step(load, 20);
	ended = subject_has_ended(subject);
	if (ended || clock_ms() > end_ms)
		fail_msg("liftd %s at %llu events acknowledged and %llu batches refused; it "
			 "said:\n%s",
			 ended ? "has ended" : "does not go on",
			 (unsigned long long)load_acked(load), (unsigned long long)load->nacks,
			 file_text(subject->daemon->log, NULL));
}

void subject_feed_some(struct subject *subject, struct load *load, uint64_t n)
{
	int64_t end_ms = clock_ms() + SETTLE_MS;
	uint64_t acked = load_acked(load), until = acked + n;

	while (acked < until && !load_is_done(load)) {
		step(subject, load, end_ms);
		if (load_acked(load) != acked)
			end_ms = clock_ms() + SETTLE_MS;
		acked = load_acked(load);
	}
}

void subject_feed_until_refused(struct subject *subject, struct load *load)
{
	int64_t end_ms = clock_ms() + SETTLE_MS;
	uint64_t nacks = load->nacks;

	while (load->nacks == nacks) {
		assert_false(load_is_done(load));
		step(subject, load, end_ms);
	}
}

void subject_feed_until_trouble(struct subject *subject, struct load *load, const char *words)
{
	int64_t end_ms = clock_ms() + SETTLE_MS;

	do {
		if (clock_ms() > end_ms)
			fail_msg("it refuses, but says nothing of %s", words);
		subject_feed_until_refused(subject, load);
	} while (!status_has(subject, words));
}

static const json_t *row_of(const json_t *rows, const char *key, const char *value)
{
	const json_t *row;
	size_t i;

	json_array_foreach(rows, i, row) if (strcmp(word(row, key), value) == 0) return row;
	return NULL;
}

/* Mark what a source's stream has received: all but what is missing, as many as have been
 * judged. */
static void mark_received(const json_t *source, bool received[static LOAD_EVENTS_MAX + 2])
{
	const json_t *stream = json_array_get(json_object_get(source, "streams"), 0);
	const json_t *missing = json_object_get(stream, "missing"), *gap;
	int64_t left = whole(source, "accepted") + whole(source, "rejected");
	int64_t seq = 1, first = 0, last = 0;

	for (size_t i = 0; left > 0; i++) {
		gap = json_array_get(missing, i);
		first = gap ? json_integer_value(json_array_get(gap, 0)) : INT64_MAX;
		last = gap ? json_integer_value(json_array_get(gap, 1)) : 0;
		for (; seq < first && left > 0; seq++, left--)
			received[seq < LOAD_EVENTS_MAX + 1 ? seq : LOAD_EVENTS_MAX + 1] = true;
		seq = last + 1;
	}
}

void subject_check_kept(struct subject *subject, struct load *load)
{
	json_t *status = subject_status(subject);

	assert_non_null(status);
	for (int s = 0; s < LOAD_SOURCES; s++) {
		bool received[LOAD_EVENTS_MAX + 2] = { false };
		const json_t *source;
		char name[16];

		load_source_name(s, name);
		source = row_of(json_object_get(status, "sources"), "source", name);
		if (source)
			mark_received(source, received);
		load_check_kept(load, s, received);
	}
	json_decref(status);
}

/* Every number of every source has been judged, and counts, once. */
static void check_counts(const json_t *status, const struct load *load, struct findings *findings)
{
	int64_t last = whole(json_object_get(status, "journal"), "last");
	int64_t all = (int64_t)(LOAD_SOURCES * load->events), judged = 0;
	const json_t *source;
	size_t i;

	json_array_foreach(json_object_get(status, "sources"), i, source) judged +=
		whole(source, "accepted") + whole(source, "rejected");
	if (last > all || judged > all)
		findings->twice += (uint64_t)(last > judged ? last - all : judged - all);
	if (last < all || judged < all)
		findings->lost += (uint64_t)(last < judged ? all - last : all - judged);
}

void subject_settle(struct subject *subject, struct load *load, const char *expected,
		    struct findings *findings)
{
	char *rows;
	json_t *status;

	subject_heal(subject);
	if (!subject_start(subject))
		fail_msg("liftd does not start again; it said:\n%s",
			 file_text(subject->daemon->log, NULL));
	subject_check_kept(subject, load);
	load_connect(load, subject->daemon->intake);
	if (!subject_feed(subject, load, SETTLE_MS))
		fail_msg("liftd does not go on; it said:\n%s",
			 file_text(subject->daemon->log, NULL));
	load_disconnect(load);
	rows = subject_export(subject, SETTLE_MS);
	status = subject_status(subject);
	assert_non_null(rows);
	assert_non_null(status);
	check_counts(status, load, findings);
	if (strcmp(rows, expected) != 0) {
		print_error("the figures are not those of the events\n");
		findings->wrong++;
	}
	findings->lost += load->lost;
	findings->wrong += load->wrong;
	json_decref(status);
	free(rows);
	subject_stop(subject);
}
