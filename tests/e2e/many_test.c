/* SPDX-License-Identifier: Apache-2.0 */
/*
 * More sources than one message names, and a catalogue larger than other messages may be: what is
 * left out is counted, and who watches gets the rest.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/e2e/check.h"
#include "tests/e2e/daemon.h"
#include "tests/e2e/peer.h"

enum {
	SOURCES = 2000, /* more than a beat, or a status, names */
	NAMED = 1000,	/* in a beat */
	LATE = 10,	/* the last of them, which are in another region than all others */
	WINDOW = 50,
	REGIONS = 12000,
	SHOWN = 12, /* by lift status */
};

/* Sources. */

/* Number 3 of a stream: two are missing. */
static json_t *batch(int source)
{
	char name[16];

	snprintf(name, sizeof(name), "lms-%04d", source);
	return json_pack("{s:i, s:s, s:s, s:s, s:i, s:[{s:s, s:I, s:s, s:s, s:s}]}", "v", 1, "op",
			 "events", "source", name, "stream", "autumn", "seq", 3, "events", "type",
			 "started", "time", (json_int_t)1730797200000, "learner", name, "module",
			 "dementia", "region", source < SOURCES - LATE ? "leka" : "bodo");
}

static void send_all(struct daemon *daemon)
{
	struct peer platform;
	json_t *answer;

	peer_open(&platform, ZMQ_DEALER, daemon->intake, NULL);
	for (int i = 0; i < SOURCES; i++) {
		peer_send(&platform, batch(i));
		if (i % WINDOW < WINDOW - 1)
			continue;
		for (int k = 0; k < WINDOW; k++) {
			answer = peer_receive(&platform, LIMIT_MS, NULL);
			assert_string_equal(word(answer, "op"), "ack");
			json_decref(answer);
		}
	}
	peer_close(&platform);
}

/* Wait for a beat with so many sources, and the others counted. */
static void await_beat(struct peer *dashboard, size_t sources, int64_t left_out)
{
	const int64_t end_ms = clock_ms() + LIMIT_MS;
	char topic[TOPIC_SIZE];
	bool found = false;

	while (!found && clock_ms() < end_ms) {
		json_t *beat = peer_receive(dashboard, LIMIT_MS, topic);

		found = json_array_size(json_object_get(beat, "sources")) == sources &&
			json_integer_value(json_object_get(beat, "sources_left_out")) == left_out;
		json_decref(beat);
	}
	assert_true(found);
}

static void check_status(struct daemon *daemon)
{
	json_t *status = daemon_status(daemon);
	int64_t left_out = whole(status, "sources_left_out");
	char *text = daemon_lift_out(daemon, 0, "status", NULL), line[80];

	assert_true(left_out > 0);
	assert_int_equal(json_array_size(json_object_get(status, "sources")) + (size_t)left_out,
			 SOURCES);
	assert_int_equal(whole(status, "missing"), 2 * SOURCES);
	snprintf(line, sizeof(line), "and %d more sources: 'lift status --all' lists them\n",
		 (int)json_array_size(json_object_get(status, "sources")) - SHOWN);
	assert_non_null(strstr(text, line));
	snprintf(line, sizeof(line), "not listed: %d more sources\n", (int)left_out);
	assert_non_null(strstr(text, line));
	assert_non_null(strstr(text, " more sources: numbers are missing\n"));
	assert_non_null(strstr(text, ": stream autumn lacks 1..2\n"));
	json_decref(status);
	free(text);
}

static void an_audience_is_told_of_its_own_sources_however_many_came_before(void **state)
{
	struct daemon *daemon = *state;
	struct peer everyone, few;
	char endpoint[PATH_SIZE];

	daemon_configure(daemon, "catalogue: tests/golden/catalogue.yaml\n"
				 "as_of: 2024-11-30\n"
				 "tick_ms: 100\n"
				 "audiences:\n"
				 "  - {name: everyone}\n"
				 "  - {name: few, regions: [bodo], publish: ['ipc://RUNTIME/few'], "
				 "snapshot: ['ipc://RUNTIME/few-snapshot']}\n");
	daemon_start(daemon);
	path_make(endpoint, "ipc://%s/run/few", daemon->dir);
	peer_open(&everyone, ZMQ_SUB, daemon->publish, "beat");
	peer_open(&few, ZMQ_SUB, endpoint, "beat");
	send_all(daemon);
	await_beat(&everyone, NAMED, SOURCES - NAMED);
	await_beat(&few, LATE, 0);
	check_status(daemon);
	peer_close(&few);
	peer_close(&everyone);
	daemon_stop(daemon, SIGTERM);
}

/* Regions. */

static void write_catalogue(const char *path)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs("timezone: Europe/Oslo\nmodules: [{id: lift}]\nregions:\n  - {code: land}\n", file);
	for (int i = 0; i < REGIONS; i++)
		fprintf(file,
			"  - {code: place-%06d, name: A place with the number %d and a long name, "
			"level: municipality, parents: [land]}\n",
			i, i);
	assert_int_equal(fclose(file), 0);
}

/* One line, of the catalogue with all regions; it is freed. */
static void check_catalogue(char *line)
{
	json_t *json = json_loads(line, 0, NULL);
	const json_t *body = json_object_get(json, "body");

	assert_string_equal(word(json, "topic"), "catalogue");
	assert_int_equal(json_array_size(json_object_get(body, "regions")), REGIONS + 3);
	assert_true(strlen(line) > (1 << 20));
	json_decref(json);
	free(line);
}

static void a_catalogue_of_more_than_a_mebibyte_is_watched_and_asked_for(void **state)
{
	struct daemon *daemon = *state;
	char path[PATH_SIZE], lines[2 * PATH_SIZE];

	path_make(path, "%s/catalogue.yaml", daemon->dir);
	write_catalogue(path);
	snprintf(lines, sizeof(lines), "catalogue: %s\ntick_ms: 100\n", path);
	daemon_configure(daemon, lines);
	daemon_start(daemon);
	check_catalogue(daemon_lift_out(daemon, 0, "snapshot", "--json", "catalogue", NULL));
	check_catalogue(daemon_lift_out(daemon, 0, "watch", "--no-snapshot", "--json", "--count",
					"1", "catalogue", NULL));
	daemon_stop(daemon, SIGTERM);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, daemon_setup, daemon_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_audience_is_told_of_its_own_sources_however_many_came_before),
		TEST(a_catalogue_of_more_than_a_mebibyte_is_watched_and_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
