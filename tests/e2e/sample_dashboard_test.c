/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The dashboard of PROTOCOL.md, as it stands there: it ends with what the daemon has.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/e2e/check.h"
#include "tests/e2e/daemon.h"
#include "tests/e2e/figures.h"
#include "tests/e2e/peer.h"
#include "tests/e2e/python.h"

#define TIME "1730797200000" /* 2024-11-05 */

/* Whatever the daemon says in every other tick is lost. */
static const char deaf_driver[] = "import dashboard\n"
				  "class Deaf(dashboard.Dashboard):\n"
				  "    def published(self, topic, body):\n"
				  "        if body['seq'] % 2:\n"
				  "            super().published(topic, body)\n"
				  "Deaf(dashboard.runtime()).follow()\n";

static const char wide[] = "regions:\n"
			   "  - {code: nord, name: Nord}\n"
			   "  - {code: rana, name: Rana, parents: [nord]}\n"
			   "  - {code: vega, name: Vega, parents: [nord]}\n"
			   "modules: [{id: dementia, name: Dementia}, {id: falls, name: Falls}]\n";
static const char narrow[] =
	"regions:\n"
	"  - {code: nord, name: Nord}\n"
	"  - {code: rana, name: Rana by, parents: [nord]}\n"
	"modules: [{id: dementia, name: Dementia}, {id: falls, name: Falls}]\n";

static void start_wide(struct daemon *daemon)
{
	char lines[2 * PATH_SIZE];

	python_write(daemon, "catalogue.yaml", wide);
	snprintf(lines, sizeof(lines),
		 "catalogue: %s/catalogue.yaml\nas_of: 2024-11-30\ntick_ms: 50\n", daemon->dir);
	daemon_configure(daemon, lines);
	daemon_start(daemon);
}

/* One more learner in each region, who starts a module. */
static void publish_round(struct daemon *daemon, int round, const char *module)
{
	static const char *const regions[] = { "rana", "vega" };
	char path[PATH_SIZE], text[512] = "type,time,learner,module,region\n";
	size_t size = strlen(text);

	for (size_t r = 0; r < 2; r++)
		size += (size_t)snprintf(text + size, sizeof(text) - size,
					 "started," TIME ",%s%d,%s,%s\n", regions[r], round, module,
					 regions[r]);
	snprintf(path, sizeof(path), "round-%d.csv", round);
	python_write(daemon, path, text);
	path_make(path, "%s/round-%d.csv", daemon->dir, round);
	free(daemon_lift_out(daemon, 0, "publish", path, NULL));
}

/* Lines of a topic and its metrics, of `lift snapshot` in a body: the last of each topic that is
 * not empty. */
static json_t *picture_of_lines(const char *lines)
{
	json_t *picture = json_object(), *line, *metrics;

	for (size_t size; strchr(lines, '\n'); lines += size + 1) {
		size = strcspn(lines, "\n");
		line = json_loadb(lines, size, 0, NULL);
		assert_non_null(line);
		metrics = json_object_get(line, "body") ? json_object_get(line, "body") : line;
		metrics = json_object_get(metrics, "metrics");
		if (json_is_object(metrics))
			json_object_set(picture, word(line, "topic"), metrics);
		else
			json_object_del(picture, word(line, "topic"));
		json_decref(line);
	}
	return picture;
}

static json_t *picture_of_file(const char *path)
{
	char *out = file_text(path, NULL);
	json_t *picture = picture_of_lines(out);

	free(out);
	return picture;
}

/* Soon the dashboard has what a snapshot has: so many topics. */
static void settle(struct daemon *daemon, const struct process *dashboard, size_t n_topics,
		   const char *why)
{
	int64_t end_ms = clock_ms() + LIMIT_MS;
	bool equal = false;

	while (!equal) {
		char *out = daemon_lift_out(daemon, 0, "snapshot", "--json", NULL);
		json_t *expected = picture_of_lines(out);
		json_t *picture = picture_of_file(dashboard->out);

		equal = figures_equal(expected, picture) && json_object_size(picture) == n_topics;
		if (!equal && clock_ms() > end_ms)
			fail_msg("%s: %zu topics:\n%s\nof:\n%s\n%s", why, n_topics,
				 json_dumps(picture, JSON_SORT_KEYS), out,
				 file_text(dashboard->err, NULL));
		json_decref(picture);
		json_decref(expected);
		free(out);
	}
}

static void end_dashboard(struct process *dashboard)
{
	struct outcome outcome;

	process_signal(dashboard, SIGTERM);
	outcome = process_wait(dashboard);
	if (outcome.status != 128 + SIGTERM || strstr(outcome.err, "Traceback"))
		fail_msg("status %d: %s", outcome.status, outcome.err);
	outcome_free(&outcome);
}

/* all, nord, rana, vega: each has a topic of people, and one of each module. */
enum { OF_ONE_MODULE = 8, OF_TWO_MODULES = 12 };

static void a_dashboard_has_what_a_snapshot_has(void **state)
{
	struct daemon *daemon = *state;
	struct process dashboard;
	char *out;

	if (!python_is_there(daemon))
		skip();
	start_wide(daemon);
	publish_round(daemon, 1, "dementia");
	python_copy(daemon, "dashboard");
	python_run(daemon, "dashboard", &dashboard);
	settle(daemon, &dashboard, OF_ONE_MODULE, "at first");
	publish_round(daemon, 2, "falls");
	settle(daemon, &dashboard, OF_TWO_MODULES, "after events");
	for (int round = 3; round < 6; round++) {
		publish_round(daemon, round, "falls");
		daemon_crash(daemon); /* what was acknowledged may not have been published */
		daemon_start(daemon);
		settle(daemon, &dashboard, OF_TWO_MODULES, "after a restart");
	}
	python_write(daemon, "catalogue.yaml", narrow);
	free(daemon_lift_out(daemon, 0, "reload", "--yes", "--wait", NULL));
	/* Who was in Vega is in `unassigned` now, and in `all`. */
	settle(daemon, &dashboard, OF_TWO_MODULES, "after a reload");
	publish_round(daemon, 6, "dementia");
	settle(daemon, &dashboard, OF_TWO_MODULES, "after events of another epoch");
	out = file_text(dashboard.out, NULL);
	assert_non_null(
		strstr(out, "\"metric/vega/people/all\", \"region\": null, \"metrics\": null"));
	assert_non_null(strstr(out, "\"region\": \"Rana by\""));
	free(out);
	end_dashboard(&dashboard);
	daemon_stop(daemon, SIGTERM);
}

static void a_dashboard_that_misses_messages_asks_for_them(void **state)
{
	struct daemon *daemon = *state;
	struct process dashboard;

	if (!python_is_there(daemon))
		skip();
	start_wide(daemon);
	python_copy(daemon, "dashboard");
	python_write(daemon, "deaf.py", deaf_driver);
	python_run(daemon, "deaf", &dashboard);
	for (int round = 1; round < 8; round++) {
		publish_round(daemon, round, round % 2 ? "dementia" : "falls");
		settle(daemon, &dashboard, round > 1 ? OF_TWO_MODULES : OF_ONE_MODULE,
		       "after losses");
	}
	end_dashboard(&dashboard);
	daemon_stop(daemon, SIGTERM);
}

static void a_dashboard_tells_epochs_apart(void **state)
{
	struct daemon *daemon = *state;
	char setting[PATH_SIZE];
	const char *const argv[] = { PYTHON, "-B", "tests/e2e/dashboard_epochs.py", NULL };
	const char *const env[] = { setting, NULL };
	struct process process;
	struct outcome outcome;

	if (!python_is_there(daemon))
		skip();
	python_copy(daemon, "dashboard");
	path_make(setting, "PYTHONPATH=%s", daemon->dir);
	process_start(&process, daemon->dir, "epochs", argv, &(struct surroundings){ .env = env });
	outcome = process_wait(&process);
	if (outcome.status != 0 || !strstr(outcome.out, "all as it should be"))
		fail_msg("%s", outcome.err);
	outcome_free(&outcome);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, daemon_setup, daemon_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_dashboard_has_what_a_snapshot_has),
		TEST(a_dashboard_tells_epochs_apart),
		TEST(a_dashboard_that_misses_messages_asks_for_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
