/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The publisher of PROTOCOL.md, as it stands there: it loses nothing, and hides nothing.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/e2e/check.h"
#include "tests/e2e/daemon.h"
#include "tests/e2e/figures.h"
#include "tests/e2e/peer.h"
#include "tests/e2e/python.h"

#define SOURCE	     "moodle"
#define STREAM	     "python"
#define TIME	     "1730797200000" /* 2024-11-05 */
#define STARTED(who) EVENT(who, "started", "rana", "")
#define WRONG(who)   EVENT(who, "assessed", "rana", ",\"score\":7")
#define EVENT(who, type, region, more)                                \
	"{\"type\":\"" type "\",\"time\":" TIME ",\"learner\":\"" who \
	"\",\"module\":\"dementia\","                                 \
	"\"region\":\"" region "\"" more "}"

enum { MANY = 20000, TOO_MANY = 100000, PATIENT_S = 120, SHORT_S = 1 };

static const char configuration[] = "catalogue: tests/golden/catalogue.yaml\n"
				    "as_of: 2024-11-30\n"
				    "tick_ms: 100\n";

/* One line of events in, one line of JSON out: what publish has returned or raised. */
static const char driver[] = "import json, sys\n"
			     "import publisher\n"
			     "to = publisher.Publisher(*sys.argv[1:4], patience=int(sys.argv[4]))\n"
			     "for line in sys.stdin:\n"
			     "    try:\n"
			     "        told = to.publish(json.loads(line))\n"
			     "    except (TimeoutError, ValueError) as error:\n"
			     "        told = f'{type(error).__name__}: {error}'\n"
			     "    print(json.dumps(told), flush=True)\n";

struct talker {
	struct process process;
	int fd; /* the writing end of its standard input */
	size_t n_lines;
};

static void talker_start(struct talker *talker, struct daemon *daemon, const char *endpoint,
			 int patience_s)
{
	char path[PATH_SIZE], fifo[PATH_SIZE], patience[16], name[32];
	const char *const argv[] = { PYTHON, "-B", path, endpoint, SOURCE, STREAM, patience, NULL };

	python_write(daemon, "driver.py", driver);
	python_copy(daemon, "publisher");
	snprintf(name, sizeof(name), "talker-%u", ++daemon->commands);
	path_make(path, "%s/driver.py", daemon->dir);
	path_make(fifo, "%s/%s.in", daemon->dir, name);
	snprintf(patience, sizeof(patience), "%d", patience_s);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	talker->fd = open(fifo, O_RDWR | O_CLOEXEC);
	assert_true(talker->fd >= 0);
	talker->n_lines = 0;
	process_start(&talker->process, daemon->dir, name, argv,
		      &(struct surroundings){ .input = fifo });
}

static void talker_end(struct talker *talker)
{
	struct outcome outcome;

	close(talker->fd);
	outcome = process_wait(&talker->process);
	if (outcome.status != 0)
		fail_msg("status %d: %s", outcome.status, outcome.err);
	outcome_free(&outcome);
}

static void tell(const struct talker *talker, const char *events)
{
	size_t size = strlen(events), done = 0;
	ssize_t n;

	for (; done < size; done += (size_t)n) {
		n = write(talker->fd, events + done, size - done);
		assert_true(n > 0);
	}
	assert_int_equal(write(talker->fd, "\n", 1), 1);
}

static const char *nth_line(const char *text, size_t n)
{
	for (; n > 0 && text; n--) {
		text = strchr(text, '\n');
		text = text ? text + 1 : NULL;
	}
	return text && strchr(text, '\n') ? text : NULL;
}

/* What publish has returned, or raised; the caller owns it. */
static json_t *hear(struct talker *talker)
{
	int64_t end_ms = clock_ms() + LIMIT_MS;
	const char *line = NULL;
	json_t *told;
	char *out = NULL;
	int status;

	while (!line) {
		free(out);
		look_again();
		if (clock_ms() > end_ms || process_ended(&talker->process, &status))
			fail_msg("no answer: %s", file_text(talker->process.err, NULL));
		out = file_text(talker->process.out, NULL);
		line = nth_line(out, talker->n_lines);
	}
	talker->n_lines++;
	told = json_loadb(line, strcspn(line, "\n"), JSON_DECODE_ANY, NULL);
	assert_non_null(told);
	free(out);
	return told;
}

/* Events, and who is refused, with which code (NULL: nobody). */
static void check_told(json_t *told, const char *learner, const char *code)
{
	const json_t *row = json_array_get(told, 0);
	char *text = json_dumps(told, JSON_ENCODE_ANY);

	if (!json_is_array(told) || json_array_size(told) != (learner ? 1 : 0))
		fail_msg("%s", text);
	if (learner) {
		assert_string_equal(word(json_array_get(row, 0), "learner"), learner);
		assert_string_equal(json_string_value(json_array_get(row, 1)), code);
	}
	free(text);
	json_decref(told);
}

static void check_publish(struct talker *talker, const char *events, const char *learner,
			  const char *code)
{
	tell(talker, events);
	check_told(hear(talker), learner, code);
}

/* It raises this. */
static void check_raises(struct talker *talker, const char *events, const char *what)
{
	json_t *told;

	tell(talker, events);
	told = hear(talker);
	if (!json_is_string(told) || !strstr(json_string_value(told), what))
		fail_msg("'%s' is not in: %s", what, json_dumps(told, JSON_ENCODE_ANY));
	json_decref(told);
}

static void check_source(struct daemon *daemon, int accepted, int rejected)
{
	json_t *status = daemon_status(daemon);
	const json_t *source = json_array_get(json_object_get(status, "sources"), 0);

	assert_int_equal(whole(source, "accepted"), accepted);
	assert_int_equal(whole(source, "rejected"), rejected);
	assert_int_equal(whole(source, "missing"), 0);
	json_decref(status);
}

/* With a daemon and a publisher. False: there is no Python for it. */
static bool start(struct daemon *daemon, struct talker *talker)
{
	if (!python_is_there(daemon))
		return false;
	daemon_configure(daemon, configuration);
	daemon_start(daemon);
	talker_start(talker, daemon, daemon->intake, PATIENT_S);
	return true;
}

static void each_call_sends_what_it_is_given_and_hands_back_what_is_refused(void **state)
{
	struct daemon *daemon = *state;
	struct talker talker;

	if (!start(daemon, &talker))
		skip();
	check_publish(&talker, "[" STARTED("a") "," WRONG("w1") "," STARTED("b") "]", "w1",
		      "score");
	check_publish(&talker, "[" WRONG("w2") "," STARTED("c") "]", "w2", "score");
	check_publish(&talker, "[" STARTED("d") "]", NULL, NULL);
	check_publish(&talker, "[]", NULL, NULL);
	talker_end(&talker);
	check_source(daemon, 4, 2);
	assert_int_equal(daemon_counter(daemon, "events_reused"), 0);
	daemon_stop(daemon, SIGTERM);
}

static void another_run_goes_on_and_what_it_is_given_again_counts_once(void **state)
{
	struct daemon *daemon = *state;
	struct talker talker;
	json_t *rows;
	char *out;

	if (!start(daemon, &talker))
		skip();
	check_publish(&talker, "[" STARTED("a") "," WRONG("w") "]", "w", "score");
	talker_end(&talker);
	talker_start(&talker, daemon, daemon->intake, PATIENT_S);
	check_publish(&talker, "[" STARTED("a") "," WRONG("w") "," STARTED("b") "]", "w", "score");
	talker_end(&talker);
	check_source(daemon, 3, 2);
	out = daemon_lift_out(daemon, 0, "export", "--region", "rana", "--kind", "module", NULL);
	rows = figures_of_lines(out);
	assert_int_equal(whole(json_object_get(rows, "rana module dementia"), "started"), 2);
	json_decref(rows);
	free(out);
	daemon_stop(daemon, SIGTERM);
}

static char *many_events(int n)
{
	char *text = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&text, &size);

	assert_non_null(file);
	for (int i = 0; i < n; i++)
		fprintf(file,
			"%c{\"type\":\"started\",\"time\":" TIME ",\"learner\":\"m%d\","
			"\"module\":\"dementia\",\"region\":\"rana\"}",
			i ? ',' : '[', i);
	fputc(']', file);
	assert_int_equal(fclose(file), 0);
	return text;
}

static void a_daemon_that_is_killed_is_waited_for(void **state)
{
	struct daemon *daemon = *state;
	struct talker talker;
	char *many = many_events(MANY);

	if (!start(daemon, &talker))
		skip();
	check_publish(&talker, "[" STARTED("a") "," WRONG("w1") "]", "w1", "score");
	tell(&talker, many);
	daemon_await_journal(daemon, MANY / 20);
	daemon_crash(daemon);
	daemon_start(daemon);
	check_told(hear(&talker), NULL, NULL);
	daemon_crash(daemon);
	tell(&talker, "[" WRONG("w2") "," STARTED("b") "]");
	daemon_start(daemon);
	check_told(hear(&talker), "w2", "score");
	talker_end(&talker);
	check_source(daemon, MANY + 2, 2);
	free(many);
	daemon_stop(daemon, SIGTERM);
}

static void a_wrong_endpoint_is_told(void **state)
{
	struct daemon *daemon = *state;
	char endpoint[PATH_SIZE];
	struct talker talker;

	if (!start(daemon, &talker))
		skip();
	talker_end(&talker);
	path_make(endpoint, "ipc://%s/run/intake-of-nobody", daemon->dir);
	talker_start(&talker, daemon, endpoint, SHORT_S);
	check_raises(&talker, "[" STARTED("a") "]", "intake-of-nobody: no answer: does liftd run");
	talker_end(&talker);
	daemon_stop(daemon, SIGTERM);
}

static void what_could_not_be_sent_is_kept_for_the_next_call(void **state)
{
	struct daemon *daemon = *state;
	struct talker talker;

	if (!python_is_there(daemon))
		skip();
	talker_start(&talker, daemon, daemon->intake, SHORT_S);
	check_raises(&talker, "[" STARTED("a") "," WRONG("w") "]", "TimeoutError");
	daemon_configure(daemon, configuration);
	daemon_start(daemon);
	check_publish(&talker, "[]", "w", "score");
	talker_end(&talker);
	check_source(daemon, 1, 1);
	daemon_stop(daemon, SIGTERM);
}

static void a_full_journal_is_told_and_waited_for(void **state)
{
	struct daemon *daemon = *state;
	char *many = many_events(TOO_MANY), lines[256];
	struct talker talker;

	if (!python_is_there(daemon))
		skip();
	snprintf(lines, sizeof(lines), "%sjournal_max_mib: 1\n", configuration);
	daemon_configure(daemon, lines);
	daemon_start(daemon);
	talker_start(&talker, daemon, daemon->intake, SHORT_S);
	check_raises(&talker, many, "disk: the batch could not be written");
	daemon_stop(daemon, SIGTERM);
	daemon_configure(daemon, configuration);
	daemon_start(daemon);
	check_publish(&talker, "[" WRONG("w") "]", "w", "score");
	talker_end(&talker);
	check_source(daemon, TOO_MANY, 1);
	free(many);
	daemon_stop(daemon, SIGTERM);
}

/* Ask intake as another client. */
static void ask(struct daemon *daemon, json_t *message)
{
	struct peer peer;

	peer_open(&peer, ZMQ_DEALER, daemon->intake, NULL);
	json_decref(peer_ask(&peer, message));
	peer_close(&peer);
}

static void numbers_that_another_program_has_used_are_passed_over(void **state)
{
	struct daemon *daemon = *state;
	struct talker talker;

	if (!start(daemon, &talker))
		skip();
	ask(daemon, json_pack("{s:i, s:s, s:s, s:s, s:i, s:o}", "v", 1, "op", "events", "source",
			      SOURCE, "stream", STREAM, "seq", 3, "events",
			      json_loads("[" STARTED("x") "," STARTED("y") "]", 0, NULL)));
	check_publish(&talker,
		      "[" STARTED("a") "," STARTED("b") "," STARTED("c") "," STARTED("d") "]", NULL,
		      NULL);
	talker_end(&talker);
	check_source(daemon, 6, 0);
	assert_int_equal(daemon_counter(daemon, "events_reused"), 2);
	daemon_stop(daemon, SIGTERM);
}

static void a_closed_stream_and_an_event_that_is_too_large_are_told(void **state)
{
	struct daemon *daemon = *state;
	char *large = malloc(10000);
	struct talker talker;

	if (!start(daemon, &talker))
		skip();
	memset(large, ' ', 9999);
	large[9999] = 0;
	memcpy(large, "[{\"learner\":\"", 13);
	memset(large + 13, 'a', 9000);
	memcpy(large + 9013, "\"}]", 3);
	check_raises(&talker, large, "ValueError: an event has more than 8,000 bytes");
	check_publish(&talker, "[" STARTED("a") "]", NULL, NULL);
	ask(daemon, json_pack("{s:i, s:s, s:s, s:s}", "v", 1, "op", "close", "source", SOURCE,
			      "stream", STREAM));
	check_raises(&talker, "[" STARTED("b") "]", "ValueError: closed: the stream is closed");
	talker_end(&talker);
	check_source(daemon, 1, 0);
	free(large);
	daemon_stop(daemon, SIGTERM);
}

static void what_counts_nowhere_is_told(void **state)
{
	struct daemon *daemon = *state;
	struct talker talker;
	char *err;

	if (!start(daemon, &talker))
		skip();
	check_publish(&talker, "[" EVENT("a", "started", "301", "") "]", NULL, NULL);
	talker_end(&talker);
	err = file_text(talker.process.err, NULL);
	if (!strstr(err, "the catalogue has no region '301': '0301' is meant?"))
		fail_msg("%s", err);
	free(err);
	daemon_stop(daemon, SIGTERM);
}

/* As a newcomer runs it: beside the daemon of the README. */
static void the_publisher_runs_as_it_stands(void **state)
{
	struct daemon *daemon = *state;
	struct process process;
	struct outcome outcome;
	json_t *rows;
	char *out;

	if (!python_is_there(daemon))
		skip();
	daemon_configure(daemon, "catalogue: daemon/examples/demo.yaml\n");
	daemon_start(daemon);
	python_copy(daemon, "publisher");
	python_run(daemon, "publisher", &process);
	outcome = process_wait(&process);
	assert_string_equal(outcome.err, "");
	assert_string_equal(outcome.out, "1 sent, 0 refused\n2 sent, 0 refused\n");
	outcome_free(&outcome);
	out = daemon_lift_out(daemon, 0, "export", "--region", "1813", "--kind", "module", NULL);
	rows = figures_of_lines(out);
	assert_int_equal(whole(json_object_get(rows, "1813 module vt-basics"), "completed"), 1);
	json_decref(rows);
	free(out);
	daemon_stop(daemon, SIGTERM);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, daemon_setup, daemon_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_call_sends_what_it_is_given_and_hands_back_what_is_refused),
		TEST(another_run_goes_on_and_what_it_is_given_again_counts_once),
		TEST(a_daemon_that_is_killed_is_waited_for),
		TEST(a_wrong_endpoint_is_told),
		TEST(what_could_not_be_sent_is_kept_for_the_next_call),
		TEST(a_full_journal_is_told_and_waited_for),
		TEST(numbers_that_another_program_has_used_are_passed_over),
		TEST(a_closed_stream_and_an_event_that_is_too_large_are_told),
		TEST(what_counts_nowhere_is_told),
		TEST(the_publisher_runs_as_it_stands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
