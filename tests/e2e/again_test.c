/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lift publish --again: a verdict that comes from a passing cause can be got again, and what has
 * been accepted is not sent again.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "tests/e2e/check.h"
#include "tests/e2e/daemon.h"
#include "tests/e2e/peer.h"

#define HOUR_MS INT64_C(3600000)

static const char without_role[] = "timezone: Europe/Oslo\n"
				   "regions:\n"
				   "  - {code: \"1813\", name: Brønnøy}\n"
				   "modules:\n"
				   "  - {id: falls, name: Falls}\n";
static const char with_role[] = "timezone: Europe/Oslo\n"
				"dimensions: {role: [nurse, carer]}\n"
				"regions:\n"
				"  - {code: \"1813\", name: Brønnøy}\n"
				"modules:\n"
				"  - {id: falls, name: Falls}\n";
static const char with_unit[] = "timezone: Europe/Oslo\n"
				"dimensions: {role: [nurse, carer], unit: [a, b]}\n"
				"regions:\n"
				"  - {code: \"1813\", name: Brønnøy}\n"
				"modules:\n"
				"  - {id: falls, name: Falls}\n";

struct scene {
	struct daemon *daemon;
	_Atomic int64_t *by_ms; /* the clock's move */
	char file[PATH_SIZE], catalogue[PATH_SIZE];
};

/* The daemon's clock is by_ms off. */
static void start(struct scene *scene, struct daemon *daemon, int64_t by_ms)
{
	char library[PATH_SIZE], preload[PATH_SIZE + 16], page[PATH_SIZE], setting[PATH_SIZE + 16];
	const char *const env[] = { preload, setting, "ASAN_OPTIONS=verify_asan_link_order=0",
				    NULL };
	const struct surroundings in = { .env = env };
	char lines[2 * PATH_SIZE];
	int fd;

	memset(scene, 0, sizeof(*scene));
	scene->daemon = daemon;
	path_make(scene->file, "%s/file.csv", daemon->dir);
	path_make(scene->catalogue, "%s/catalogue.yaml", daemon->dir);
	file_write(scene->catalogue, without_role);
	program_path(library, "tests/preload/clock.so");
	snprintf(preload, sizeof(preload), "LD_PRELOAD=%s", library);
	path_make(page, "%s/clock", daemon->dir);
	snprintf(setting, sizeof(setting), "LIFT_CLOCK=%s", page);
	fd = open(page, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	assert_int_equal(ftruncate(fd, sizeof(*scene->by_ms)), 0);
	scene->by_ms = mmap(NULL, sizeof(*scene->by_ms), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_ptr_not_equal(scene->by_ms, MAP_FAILED);
	close(fd);
	atomic_store(scene->by_ms, by_ms);
	snprintf(lines, sizeof(lines), "catalogue: %s\ntick_ms: 50\n", scene->catalogue);
	daemon_configure(daemon, lines);
	daemon_start_in(daemon, &in);
}

static void stop(struct scene *scene)
{
	daemon_stop(scene->daemon, SIGTERM);
	munmap((void *)scene->by_ms, sizeof(*scene->by_ms));
}

/* Rows that are a few minutes old, an hour, and never right. */
static void write_file(const struct scene *scene, int64_t ahead_ms)
{
	struct timespec now;
	int64_t ms;
	char text[1024];

	clock_gettime(CLOCK_REALTIME, &now);
	ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 + ahead_ms;
	snprintf(text, sizeof(text),
		 "type,time,learner,module,region,score\n"
		 "started,%lld,a,falls,1813,\n"
		 "started,2025-09-01T08:00:00Z,b,falls,1813,\n"
		 "assessed,2025-09-01T08:00:00Z,c,falls,1813,7\n"
		 "started,yesterday,d,falls,1813,\n"
		 "completed,%lld,a,falls,1813,\n",
		 (long long)ms, (long long)ms);
	file_write(scene->file, text);
}

/* Publish, with these options up to NULL: the status, what it printed, and what it must not. */
static void publish(struct scene *scene, bool again, int status, const char *out, const char *err,
		    const char *not_err)
{
	struct outcome outcome =
		again ? daemon_lift(scene->daemon, "publish", "--again", scene->file, NULL)
		      : daemon_lift(scene->daemon, "publish", scene->file, NULL);

	if (outcome.status != status || !strstr(outcome.out, out) ||
	    (err && !strstr(outcome.err, err)) || (not_err && strstr(outcome.err, not_err)))
		fail_msg("status %d:\n%s%s", outcome.status, outcome.out, outcome.err);
	outcome_free(&outcome);
}

static void check_counts(struct scene *scene, int accepted, int rejected)
{
	assert_int_equal(daemon_counter(scene->daemon, "events_accepted"), accepted);
	assert_int_equal(daemon_counter(scene->daemon, "events_rejected"), rejected);
}

static void what_a_wrong_clock_has_refused_is_accepted_once_it_is_right(void **state)
{
	struct scene scene;

	start(&scene, *state, -HOUR_MS);
	write_file(&scene, 0);
	publish(&scene, false, 1, "5 events, 1 accepted, 4 refused",
		"2 of the refused rows can get another verdict", NULL);
	check_counts(&scene, 1, 4);
	/* It stays so, as long as only the same is asked. */
	atomic_store(scene.by_ms, 0);
	publish(&scene, false, 1, "5 events, 1 accepted, 4 refused", "--again", NULL);
	check_counts(&scene, 1, 4);
	publish(&scene, true, 1, "5 events, 3 accepted, 2 refused", "file.csv:4: refused: score",
		"file.csv:2: refused");
	check_counts(&scene, 3, 4);
	/* Everything is there: nothing is sent anew. */
	for (int i = 0; i < 2; i++) {
		publish(&scene, true, 1, "no row was to be sent again\n",
			"file.csv:5: refused: time", "--again");
		publish(&scene, true, 1, "5 events, 3 accepted, 2 refused", NULL, NULL);
	}
	check_counts(&scene, 3, 4);
	stop(&scene);
}

/* Each run gets one new verdict, and no run more. */
static void what_is_refused_again_goes_on_to_a_further_stream(void **state)
{
	struct scene scene;

	start(&scene, *state, 0);
	write_file(&scene, 3 * HOUR_MS);
	/* New as it is, it has its verdict. */
	publish(&scene, true, 1, "no row was to be sent again", "file.csv:2: refused: time", NULL);
	check_counts(&scene, 1, 4);
	for (int i = 1; i <= 3; i++) {
		publish(&scene, true, 1, "2 rows were sent again, 0 of them accepted",
			"file.csv:2: refused: time", NULL);
		publish(&scene, false, 1, "5 events, 1 accepted, 4 refused", NULL, NULL);
		check_counts(&scene, 1, 4 + 2 * i);
	}
	atomic_store(scene.by_ms, 4 * HOUR_MS);
	publish(&scene, true, 1, "2 rows were sent again, 2 of them accepted",
		"file.csv:4: refused", "file.csv:2: refused");
	check_counts(&scene, 3, 10);
	publish(&scene, true, 1, "no row was to be sent again", NULL, NULL);
	check_counts(&scene, 3, 10);
	stop(&scene);
}

static void reload(struct scene *scene, const char *catalogue)
{
	file_write(scene->catalogue, catalogue);
	free(daemon_lift_out(scene->daemon, 0, "reload", "--wait", NULL));
}

/* A figure of module falls in 1813: "by.role.nurse.started". */
static void check_figure(struct scene *scene, const char *figure, const char *value)
{
	char line[128], *out = daemon_lift_out(scene->daemon, 0, "export", "--format", "csv",
					       "--region", "1813", "--kind", "module", NULL);

	snprintf(line, sizeof(line), "1813,module,falls,%s,%s\n", figure, value);
	if (!strstr(out, line))
		fail_msg("'%s' is not in: %s", line, out);
	free(out);
}

static void attributes_that_did_not_count_are_added(void **state)
{
	struct scene scene;

	start(&scene, *state, 0);
	file_write(scene.file, "type,time,learner,module,region,attrs.role,attrs.unit\n"
			       "started,2025-09-01T08:00:00Z,a,falls,1813,nurse,a\n"
			       "started,2025-09-01T08:00:00Z,b,falls,1813,carer,\n"
			       "started,2025-09-01T08:00:00Z,c,falls,1813,,b\n"
			       "started,2025-09-01T08:00:00Z,d,falls,1813,,\n");
	publish(&scene, false, 0, "4 accepted, 0 refused", "\"role\" (2), \"unit\" (2)", NULL);
	publish(&scene, false, 0, "4 accepted, 0 refused", NULL, "role");
	reload(&scene, with_role);
	publish(&scene, false, 0, "4 accepted, 0 refused", "2 rows have attributes that count now",
		NULL);
	publish(&scene, true, 0, "2 rows were sent again, 2 of them accepted", NULL, "--again");
	check_figure(&scene, "by.role.nurse.started", "1");
	check_figure(&scene, "by.role.carer.started", "1");
	check_figure(&scene, "started", "4");
	check_counts(&scene, 6, 0);
	publish(&scene, true, 0, "no row was to be sent again", NULL, NULL);
	check_counts(&scene, 6, 0);
	reload(&scene, with_unit);
	publish(&scene, true, 0, "3 rows were sent again, 3 of them accepted", NULL, NULL);
	check_figure(&scene, "by.role.nurse.started", "1");
	check_figure(&scene, "by.unit.a.started", "1");
	check_figure(&scene, "by.unit.b.started", "1");
	check_figure(&scene, "started", "4");
	publish(&scene, true, 0, "no row was to be sent again", NULL, NULL);
	check_counts(&scene, 9, 0);
	stop(&scene);
}

/* An ack names 1,000 refusals at most. */
static void however_many_rows_there_are_each_gets_its_verdict(void **state)
{
	enum { ROWS = 2500 };
	struct timespec now;
	struct scene scene;
	FILE *file;
	char *out;

	start(&scene, *state, -HOUR_MS);
	clock_gettime(CLOCK_REALTIME, &now);
	file = fopen(scene.file, "w");
	assert_non_null(file);
	fputs("type,time,learner,module,region\n", file);
	for (int i = 0; i < ROWS; i++)
		fprintf(file, "started,%lld000,u%d,falls,1813\n", (long long)now.tv_sec, i);
	assert_int_equal(fclose(file), 0);
	publish(&scene, false, 1, "2500 events, 0 accepted, 2500 refused",
		"2500 of the refused rows can get another verdict", NULL);
	atomic_store(scene.by_ms, 0);
	out = daemon_lift_out(scene.daemon, 0, "publish", "--batch", "10000", "--again", scene.file,
			      NULL);
	assert_non_null(strstr(out, "2500 rows were sent again, 2500 of them accepted"));
	assert_non_null(strstr(out, "2500 events, 2500 accepted, 0 refused"));
	free(out);
	check_counts(&scene, ROWS, ROWS);
	publish(&scene, true, 0, "no row was to be sent again", NULL, "refused");
	check_counts(&scene, ROWS, ROWS);
	stop(&scene);
}

/* The stream in which a source's rows were refused again. */
static void find_stream(struct scene *scene, const char *source, char to[static 64])
{
	char *out =
		daemon_lift_out(scene->daemon, 0, "rejections", "--source", source, "--json", NULL);
	const char *at = strstr(out, "again-");

	assert_non_null(at);
	snprintf(to, 64, "%.*s", (int)strcspn(at, "\""), at);
	free(out);
}

/* The stream is called by the rows, not by the run: another run finds what this one has sent. */
static void a_run_that_was_cut_off_is_gone_on_with(void **state)
{
	struct scene scene;
	struct timespec now;
	struct peer peer;
	char stream[64], text[512], *out;
	json_int_t ms;
	json_t *ack;

	start(&scene, *state, -HOUR_MS);
	clock_gettime(CLOCK_REALTIME, &now);
	ms = (json_int_t)now.tv_sec * 1000;
	snprintf(text, sizeof(text),
		 "type,time,learner,module,region\n"
		 "started,%lld,a,falls,1813\nstarted,%lld,b,falls,1813\n"
		 "started,%lld,c,falls,1813\n",
		 (long long)ms, (long long)ms, (long long)ms);
	file_write(scene.file, text);
	for (int i = 0; i < 2; i++)
		free(daemon_lift_out(scene.daemon, 1, "publish", "--again", "--source", "one",
				     scene.file, NULL));
	find_stream(&scene, "one", stream);
	free(daemon_lift_out(scene.daemon, 1, "publish", "--source", "two", scene.file, NULL));
	atomic_store(scene.by_ms, 0);
	peer_open(&peer, ZMQ_DEALER, scene.daemon->intake, NULL);
	ack = peer_ask(&peer, json_pack("{s:i, s:s, s:s, s:s, s:i, s:[{s:s, s:I, s:s, s:s, s:s}]}",
					"v", 1, "op", "events", "source", "two", "stream", stream,
					"seq", 1, "events", "type", "started", "time", ms,
					"learner", "a", "module", "falls", "region", "1813"));
	assert_string_equal(word(ack, "op"), "ack");
	json_decref(ack);
	peer_close(&peer);
	check_counts(&scene, 1, 9);
	out = daemon_lift_out(scene.daemon, 0, "publish", "--again", "--source", "two", scene.file,
			      NULL);
	assert_non_null(strstr(out, "2 rows were sent again, 2 of them accepted"));
	assert_non_null(strstr(out, "3 events, 3 accepted, 0 refused"));
	free(out);
	check_counts(&scene, 3, 9);
	stop(&scene);
}

/* No verdict is given by it, so none has to be got again. */
static void a_clock_that_is_known_to_be_wrong_gives_no_verdict(void **state)
{
	struct scene scene;
	char path[PATH_SIZE];

	start(&scene, *state, 72 * HOUR_MS);
	path_make(path, "%s/first.csv", scene.daemon->dir);
	file_write(path, "type,time,learner,module,region\n"
			 "started,2025-09-01T08:00:00Z,a,falls,1813\n");
	free(daemon_lift_out(scene.daemon, 0, "publish", path, NULL));
	write_file(&scene, 48 * HOUR_MS);
	atomic_store(scene.by_ms, 0);
	publish(&scene, false, 3, "", "file.csv: the daemon asks to wait: the daemon's clock is",
		NULL);
	publish(&scene, false, 3, "",
		"file.csv: nothing of it was sent; the same command sends the rest, once",
		"refused: time");
	check_counts(&scene, 1, 0);
	atomic_store(scene.by_ms, 72 * HOUR_MS);
	publish(&scene, false, 1, "5 events, 3 accepted, 2 refused", NULL, "--again");
	stop(&scene);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, daemon_setup, daemon_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_a_wrong_clock_has_refused_is_accepted_once_it_is_right),
		TEST(what_is_refused_again_goes_on_to_a_further_stream),
		TEST(attributes_that_did_not_count_are_added),
		TEST(however_many_rows_there_are_each_gets_its_verdict),
		TEST(a_run_that_was_cut_off_is_gone_on_with),
		TEST(a_clock_that_is_known_to_be_wrong_gives_no_verdict),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
