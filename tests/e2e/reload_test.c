/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Another catalogue while the daemon runs, and when it starts: what is refused, what takes over,
 * what serves meanwhile.
 */
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

static const char before[] = "dimensions: {role: [nurse]}\n"
			     "regions: [{code: rana, name: Rana}]\n"
			     "modules: [{id: lift, name: Lift}]\n";
/* Another name and a headcount. */
static const char renamed[] = "dimensions: {role: [nurse]}\n"
			      "regions: [{code: rana, name: Rana by, headcount: [{count: 4}]}]\n"
			      "modules: [{id: lift, name: Lift}]\n";
static const char renamed_again[] = "dimensions: {role: [nurse]}\n"
				    "regions: [{code: rana, name: Rana, headcount: [{count: 4}]}]\n"
				    "modules: [{id: lift, name: Lift}]\n";
/* A region and a module that events have named all along. */
static const char after[] = "dimensions: {role: [nurse]}\n"
			    "regions: [{code: rana, name: Rana}, {code: vega, name: Vega}]\n"
			    "modules: [{id: lift, name: Lift}, {id: falls, name: Falls}]\n";
static const char wrong[] = "regions: [{code: rana, parents: [nord]}]\n"
			    "modules: [{id: lift, pass_mark: 7}]\n";

static const char events[] = "{\"type\":\"started\",\"time\":1730797200000,\"learner\":\"a\","
			     "\"module\":\"lift\",\"region\":\"rana\"}\n"
			     "{\"type\":\"completed\",\"time\":1730797300000,\"learner\":\"a\","
			     "\"module\":\"falls\",\"region\":\"rana\"}\n"
			     "{\"type\":\"started\",\"time\":1730797200000,\"learner\":\"b\","
			     "\"module\":\"lift\",\"region\":\"vega\"}\n";

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void write_catalogue(struct daemon *daemon, const char *text)
{
	char path[PATH_SIZE];

	path_make(path, "%s/catalogue.yaml", daemon->dir);
	write_file(path, text);
}

/* A daemon of the first catalogue that has the events. */
static void start(struct daemon *daemon)
{
	char line[2 * PATH_SIZE], path[PATH_SIZE];

	write_catalogue(daemon, before);
	snprintf(line, sizeof(line),
		 "catalogue: %s/catalogue.yaml\nas_of: 2024-11-30\ntick_ms: 100\n", daemon->dir);
	daemon_configure(daemon, line);
	daemon_start(daemon);
	daemon_await_counter(daemon, "takeovers", 1); /* the first ledger, of an empty journal */
	path_make(path, "%s/events.jsonl", daemon->dir);
	write_file(path, events);
	free(daemon_lift_out(daemon, 0, "publish", path, NULL));
}

/* How many learners a region's module has started; -1: it is not among the figures. */
static int64_t started(struct daemon *daemon, const char *region, const char *module)
{
	char *out =
		daemon_lift_out(daemon, 0, "export", "--kind", "module", "--region", region, NULL);
	json_t *rows = figures_of_lines(out), *row;
	const char *key;
	int64_t n = -1;

	json_object_foreach(rows, key, row) if (strcmp(word(row, "id"), module) == 0) n =
		whole(row, "started");
	json_decref(rows);
	free(out);
	return n;
}

static void await_built(struct daemon *daemon)
{
	int64_t end_ms = clock_ms() + LIMIT_MS;
	bool builds = true;

	while (builds) {
		json_t *status = daemon_status(daemon);

		builds = json_is_object(
			json_object_get(json_object_get(status, "ledger"), "rebuild"));
		json_decref(status);
		assert_true(!builds || clock_ms() < end_ms);
		if (builds)
			look_again();
	}
}

static void a_wrong_catalogue_is_refused_with_all_its_errors_and_the_old_one_stays(void **state)
{
	struct daemon *daemon = *state;
	struct outcome outcome;

	start(daemon);
	write_catalogue(daemon, wrong);
	outcome = daemon_lift(daemon, "reload", NULL);
	assert_int_equal(outcome.status, 1);
	if (!strstr(outcome.err, "catalogue.yaml:1:") || !strstr(outcome.err, "nord") ||
	    !strstr(outcome.err, "catalogue.yaml:2:") || !strstr(outcome.err, "pass_mark"))
		fail_msg("%s", outcome.err);
	outcome_free(&outcome);
	assert_int_equal(daemon_counter(daemon, "reloads_refused"), 1);
	assert_int_equal(started(daemon, "rana", "lift"), 1);
	daemon_stop(daemon, SIGTERM);
}

/* Status says that all is well, or what is wrong with the catalogue. */
static void check_health(struct daemon *daemon, const char *why)
{
	char *out = daemon_lift_out(daemon, why ? 1 : 0, "status", NULL);

	if (why &&
	    (!strstr(out, "NOT healthy") || !strstr(out, "catalogue: ") || !strstr(out, why)))
		fail_msg("not said: %s: %s", why, out);
	if (!why)
		assert_null(strstr(out, "catalogue: "));
	free(out);
}

static void a_refused_catalogue_stays_in_status_until_the_file_is_right(void **state)
{
	struct daemon *daemon = *state;
	struct outcome outcome;

	start(daemon);
	check_health(daemon, NULL);
	write_catalogue(daemon, wrong);
	outcome = daemon_lift(daemon, "reload", NULL);
	assert_int_equal(outcome.status, 1);
	outcome_free(&outcome);
	check_health(daemon, "nord");
	/* Also where it is to the letter what serves. */
	write_catalogue(daemon, before);
	free(daemon_lift_out(daemon, 0, "reload", "--wait", NULL));
	check_health(daemon, NULL);
	daemon_stop(daemon, SIGTERM);
}

/* Over any number of starts; and what has been renamed by a reload stays renamed. */
static void a_start_with_a_wrong_catalogue_goes_on_with_the_last_right_one(void **state)
{
	struct daemon *daemon = *state;
	char path[PATH_SIZE], *log;

	start(daemon);
	write_catalogue(daemon, renamed);
	free(daemon_lift_out(daemon, 0, "reload", "--wait", NULL));
	write_catalogue(daemon, wrong);
	for (int i = 0; i < 2; i++) {
		daemon_stop(daemon, SIGTERM);
		daemon_start(daemon);
		check_health(daemon, "nord");
	}
	log = file_text(daemon->log, NULL);
	if (!strstr(log, "catalogue refused, the last one that was right serves: path=") ||
	    !strstr(log, "catalogue.yaml:2:"))
		fail_msg("%s", log);
	free(log);
	/* It receives and counts. */
	path_make(path, "%s/more.jsonl", daemon->dir);
	write_file(path, "{\"type\":\"started\",\"time\":1730797200000,\"learner\":\"c\","
			 "\"module\":\"lift\",\"region\":\"rana\"}\n");
	free(daemon_lift_out(daemon, 0, "publish", path, NULL));
	assert_int_equal(started(daemon, "rana", "lift"), 2);
	write_catalogue(daemon, after);
	free(daemon_lift_out(daemon, 0, "reload", "--wait", NULL));
	check_health(daemon, NULL);
	assert_int_equal(started(daemon, "vega", "lift"), 1);
	daemon_stop(daemon, SIGTERM);
}

/* Of a region that the last right one has not yet, its keys say so too early; that is told. */
static void a_start_with_a_wrong_catalogue_takes_keys_of_the_regions_that_it_adds(void **state)
{
	struct daemon *daemon = *state;
	char lines[3 * PATH_SIZE], path[PATH_SIZE], *log;
	struct outcome outcome;

	start(daemon);
	daemon_stop(daemon, SIGTERM);
	write_catalogue(daemon, wrong);
	path_make(path, "%s/keys.yaml", daemon->dir);
	write_file(path, "keys: [{name: k, public: \"rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7\", "
			 "publish: {sources: [k], regions: [vega]}}]\n");
	snprintf(lines, sizeof(lines),
		 "catalogue: %s/catalogue.yaml\nas_of: 2024-11-30\ntick_ms: 100\nkeys: %s\n",
		 daemon->dir, path);
	daemon_configure(daemon, lines);
	daemon_start(daemon);
	log = file_text(daemon->log, NULL);
	if (!strstr(log, "key k: the catalogue has no region vega"))
		fail_msg("%s", log);
	free(log);
	assert_int_equal(started(daemon, "rana", "lift"), 1);
	daemon_stop(daemon, SIGTERM);
	/* With a right one it is an error of the file of keys. */
	write_catalogue(daemon, before);
	outcome = daemon_fail(daemon);
	assert_int_equal(outcome.status, 1);
	if (!strstr(outcome.err, "key k: the catalogue has no region vega"))
		fail_msg("%s", outcome.err);
	outcome_free(&outcome);
}

static void a_first_start_with_a_wrong_catalogue_is_refused(void **state)
{
	struct daemon *daemon = *state;
	char line[PATH_SIZE + 32];
	struct outcome outcome;

	write_catalogue(daemon, wrong);
	snprintf(line, sizeof(line), "catalogue: %s/catalogue.yaml\n", daemon->dir);
	daemon_configure(daemon, line);
	outcome = daemon_fail(daemon);
	assert_int_equal(outcome.status, 1);
	if (!strstr(outcome.err, "nord") || !strstr(outcome.err, "pass_mark"))
		fail_msg("%s", outcome.err);
	outcome_free(&outcome);
	assert_int_equal(access(daemon->state, F_OK), -1);
}

/* That is an error of the configuration, too: the last catalogue has not that region either. */
static void an_audience_of_no_region_is_refused_with_either_catalogue(void **state)
{
	struct daemon *daemon = *state;
	char lines[3 * PATH_SIZE];
	struct outcome outcome;

	start(daemon);
	daemon_stop(daemon, SIGTERM);
	snprintf(lines, sizeof(lines),
		 "catalogue: %s/catalogue.yaml\naudiences: [{name: a, regions: [atlantis]}]\n",
		 daemon->dir);
	daemon_configure(daemon, lines);
	outcome = daemon_fail(daemon);
	assert_int_equal(outcome.status, 1);
	assert_non_null(strstr(outcome.err, "atlantis"));
	outcome_free(&outcome);
}

static void events_of_what_was_unknown_come_alive(void **state)
{
	struct daemon *daemon = *state;

	start(daemon);
	assert_int_equal(started(daemon, "all", "lift"), 2);
	assert_int_equal(started(daemon, "unassigned", "lift"), 1);
	write_catalogue(daemon, after);
	free(daemon_lift_out(daemon, 0, "reload", "--wait", NULL));
	assert_int_equal(started(daemon, "vega", "lift"), 1);
	assert_int_equal(started(daemon, "rana", "falls"), 1);
	assert_int_equal(started(daemon, "unassigned", "lift"), -1);
	/* And back: the figures of vega go. */
	write_catalogue(daemon, before);
	free(daemon_lift_out(daemon, 0, "reload", "--yes", "--wait", NULL));
	assert_int_equal(started(daemon, "unassigned", "lift"), 1);
	daemon_stop(daemon, SIGTERM);
}

static void a_name_takes_over_at_once_and_nothing_is_built(void **state)
{
	struct daemon *daemon = *state;
	int64_t takeovers;
	char *out;

	start(daemon);
	takeovers = daemon_counter(daemon, "takeovers");
	write_catalogue(daemon, renamed);
	free(daemon_lift_out(daemon, 0, "reload", "--wait", NULL));
	assert_int_equal(daemon_counter(daemon, "takeovers"), takeovers + 1);
	out = daemon_lift_out(daemon, 0, "snapshot", "--json", "catalogue", NULL);
	assert_non_null(strstr(out, "Rana by"));
	free(out);
	write_catalogue(daemon, renamed_again);
	process_signal(&daemon->process, SIGHUP);
	daemon_await_counter(daemon, "takeovers", takeovers + 2);
	out = file_text(daemon->log, NULL);
	assert_non_null(strstr(out, "change=at-once"));
	assert_null(strstr(out, "change=after-rebuild"));
	free(out);
	assert_int_equal(started(daemon, "rana", "lift"), 1);
	daemon_stop(daemon, SIGTERM);
}

static int64_t epoch_of(struct daemon *daemon)
{
	static const char key[] = "\"epoch\":";
	char *out = daemon_lift_out(daemon, 0, "snapshot", "--json", "catalogue", NULL);
	const char *found = strstr(out, key);
	int64_t epoch;

	assert_non_null(found);
	epoch = strtoll(found + sizeof(key) - 1, NULL, 10);
	assert_true(epoch > 0);
	free(out);
	return epoch;
}

/* Subscribers would have to take everything anew. */
static void a_catalogue_that_is_read_again_unchanged_changes_nothing(void **state)
{
	struct daemon *daemon = *state;
	int64_t takeovers, reloads, epoch;

	start(daemon);
	takeovers = daemon_counter(daemon, "takeovers");
	reloads = daemon_counter(daemon, "reloads");
	epoch = epoch_of(daemon);
	for (int i = 0; i < 5; i++)
		free(daemon_lift_out(daemon, 0, "reload", "--wait", NULL));
	process_signal(&daemon->process, SIGHUP);
	daemon_await_counter(daemon, "reloads", reloads + 6);
	/* An export goes through the ledger's thread, behind whatever the reloads left for it. */
	assert_int_equal(started(daemon, "rana", "lift"), 1);
	assert_int_equal(epoch_of(daemon), epoch);
	assert_int_equal(daemon_counter(daemon, "takeovers"), takeovers);
	daemon_stop(daemon, SIGTERM);
}

static void attributes_that_a_new_catalogue_counts_by_are_kept_from_then_on(void **state)
{
	struct daemon *daemon = *state;
	char path[PATH_SIZE], *out;

	start(daemon);
	write_catalogue(daemon, "dimensions: {role: [nurse], sector: [home]}\n"
				"regions: [{code: rana}]\n"
				"modules: [{id: lift}]\n");
	free(daemon_lift_out(daemon, 0, "reload", "--wait", NULL));
	path_make(path, "%s/more.jsonl", daemon->dir);
	write_file(path, "{\"type\":\"started\",\"time\":1730797200000,\"learner\":\"c\","
			 "\"module\":\"lift\","
			 "\"region\":\"rana\",\"attrs\":{\"sector\":\"home\"}}\n");
	free(daemon_lift_out(daemon, 0, "publish", path, NULL));
	out = daemon_lift_out(daemon, 0, "export", "--region", "rana", "--kind", "module", NULL);
	assert_non_null(strstr(out, "\"home\":{"));
	free(out);
	daemon_stop(daemon, SIGTERM);
}

static void a_daemon_that_starts_with_another_catalogue_ends_with_its_figures(void **state)
{
	struct daemon *daemon = *state;
	char *out;

	start(daemon);
	assert_int_equal(started(daemon, "rana", "lift"), 1);
	daemon_stop(daemon, SIGTERM);
	write_catalogue(daemon, after);
	daemon_start(daemon);
	out = file_text(daemon->log, NULL);
	assert_non_null(strstr(out, "serving=old"));
	free(out);
	daemon_await_counter(daemon, "takeovers", 1);
	assert_int_equal(started(daemon, "vega", "lift"), 1);
	daemon_stop(daemon, SIGTERM);
	/* It is there at the next start. */
	daemon_start(daemon);
	assert_int_equal(started(daemon, "vega", "lift"), 1);
	assert_int_equal(daemon_counter(daemon, "takeovers"), 0);
	daemon_stop(daemon, SIGTERM);
}

static void a_missing_ledger_is_built_without_a_hand_being_lifted(void **state)
{
	struct daemon *daemon = *state;
	char path[PATH_SIZE];

	start(daemon);
	assert_int_equal(started(daemon, "rana", "lift"), 1);
	daemon_stop(daemon, SIGTERM);
	path_make(path, "%s/ledger/data.mdb", daemon->state);
	assert_int_equal(unlink(path), 0);
	daemon_start(daemon);
	assert_int_equal(started(daemon, "rana", "lift"), 1);
	daemon_stop(daemon, SIGTERM);
}

/* Wherever the kill falls: before the new ledger, in it, or behind it. */
static void a_daemon_that_is_killed_while_it_builds_begins_anew(void **state)
{
	struct daemon *daemon = *state;
	char path[PATH_SIZE];
	struct stat info;

	start(daemon);
	for (int round = 0; round < 6; round++) {
		const char *next = round % 2 ? before : after;

		write_catalogue(daemon, next);
		free(daemon_lift_out(daemon, 0, "reload", "--yes", NULL));
		daemon_crash(daemon);
		daemon_start(daemon);
		await_built(daemon);
		assert_int_equal(started(daemon, round % 2 ? "unassigned" : "vega", "lift"), 1);
		daemon_stop(daemon, SIGTERM);
		path_make(path, "%s/ledger.new", daemon->state);
		assert_int_not_equal(stat(path, &info), 0);
		daemon_start(daemon);
	}
	daemon_stop(daemon, SIGTERM);
}

/* What takes figures away. */

/* The figure of the events that each of these takes away. */
static const struct {
	const char *catalogue, *says, *why;
} losing[] = {
	{ "", "module lift: 2 learners", "an empty file" },
	{ "dimensions: {role: [nurse]}\nregions: [{code: rana, name: Rana}]\n",
	  "module lift: 2 learners", "half a file" },
	{ "dimensions: {role: [nurse]}\nregions: [{code: rana, name: Rana}]\n"
	  "modules: [{id: falls}]\n",
	  "module lift: 2 learners", "a module is missing" },
	{ "dimensions: {role: [nurse]}\nregions: [{code: vega}]\nmodules: [{id: lift}]\n",
	  "region rana: 1 learner", "a region is missing" },
	{ "dimensions: {role: [nurse]}\nregions: [{code: bodo, name: Rana}]\n"
	  "modules: [{id: lift, name: Lift}]\n",
	  "region rana: 1 learner", "a region has another code" },
};
enum { LOSING = sizeof(losing) / sizeof(losing[0]) };

static void check_refused(struct daemon *daemon, const char *says, const char *why)
{
	struct outcome outcome = daemon_lift(daemon, "reload", NULL);

	if (outcome.status != 1 || !strstr(outcome.err, says) || !strstr(outcome.err, "--yes") ||
	    outcome.out[0])
		fail_msg("%s: status %d: %s%s", why, outcome.status, outcome.out, outcome.err);
	outcome_free(&outcome);
}

static void a_catalogue_that_takes_figures_away_is_refused_until_the_file_is_right(void **state)
{
	struct daemon *daemon = *state;
	int64_t refused;

	start(daemon);
	for (size_t i = 0; i < LOSING; i++) {
		write_catalogue(daemon, losing[i].catalogue);
		check_refused(daemon, losing[i].says, losing[i].why);
		check_health(daemon, "would go");
		refused = daemon_counter(daemon, "reloads_refused");
		process_signal(&daemon->process, SIGHUP);
		daemon_await_counter(daemon, "reloads_refused", refused + 1);
		check_health(daemon, "would go");
		assert_int_equal(started(daemon, "rana", "lift"), 1);
		write_catalogue(daemon, before);
		free(daemon_lift_out(daemon, 0, "reload", NULL));
		check_health(daemon, NULL);
	}
	daemon_stop(daemon, SIGTERM);
}

#define PLACES(regions)                                                  \
	"regions: [{code: rana}, {code: vega}]\nmodules: [{id: lift}]\n" \
	"programmes: [{id: p, modules: [lift], from: 2024-01-01, regions: [" regions "]}]\n"

static int64_t participants(struct daemon *daemon, const char *region)
{
	char *out = daemon_lift_out(daemon, 0, "export", "--kind", "programme", "--region", region,
				    NULL);
	json_t *rows = figures_of_lines(out), *row;
	int64_t n = 0;
	const char *key;

	json_object_foreach(rows, key, row) n += whole(row, "participants");
	json_decref(rows);
	free(out);
	return n;
}

/* A municipality goes, and last year's figures must not change without a word. */
static void a_place_that_leaves_a_programme_keeps_its_history_if_it_is_said_when(void **state)
{
	struct daemon *daemon = *state;
	char *out;

	start(daemon);
	write_catalogue(daemon, PLACES("rana, vega"));
	free(daemon_lift_out(daemon, 0, "reload", "--yes", "--wait", NULL));
	assert_int_equal(participants(daemon, "all"), 2);
	write_catalogue(daemon, PLACES("rana"));
	check_refused(daemon, "programme p in region vega: 1 learner", "without a day");
	write_catalogue(daemon, PLACES("rana, {code: vega, to: 2024-11-04}"));
	check_refused(daemon, "programme p in region vega: 1 learner", "before it did anything");
	write_catalogue(daemon, PLACES("rana, {code: vega, to: 2024-11-05}"));
	out = daemon_lift_out(daemon, 0, "reload", "--dry-run", NULL);
	assert_non_null(strstr(out, "programme p changes: regions"));
	free(out);
	free(daemon_lift_out(daemon, 0, "reload", "--wait", NULL));
	assert_int_equal(participants(daemon, "all"), 2);
	assert_int_equal(participants(daemon, "vega"), 1);
	daemon_stop(daemon, SIGTERM);
}

/* The figures that are there are those of all that is acknowledged, at once. */
static void figures_of_what_was_acknowledged_just_now_do_not_go_either(void **state)
{
	struct daemon *daemon = *state;
	char path[PATH_SIZE];

	start(daemon);
	path_make(path, "%s/more.jsonl", daemon->dir);
	for (int i = 0; i < 20; i++) {
		char event[200];

		snprintf(event, sizeof(event),
			 "{\"type\":\"started\",\"time\":1730797200000,\"learner\":\"new %d\","
			 "\"module\":\"lift\",\"region\":\"rana\"}\n",
			 i);
		write_file(path, event);
		free(daemon_lift_out(daemon, 0, "publish", path, NULL));
		write_catalogue(daemon, "regions: [{code: rana}]\n");
		snprintf(event, sizeof(event), "module lift: %d learners", 3 + i);
		check_refused(daemon, event, "just now");
	}
	daemon_stop(daemon, SIGTERM);
}

static void what_is_meant_is_taken(void **state)
{
	struct daemon *daemon = *state;
	char *out;

	start(daemon);
	write_catalogue(daemon, "regions: [{code: rana}]\nmodules: [{id: falls}]\n");
	check_refused(daemon, "module lift: 2 learners", "without --yes");
	out = daemon_lift_out(daemon, 0, "reload", "--yes", "--wait", NULL);
	assert_non_null(strstr(out, "catalogue read again: 4 changes"));
	free(out);
	check_health(daemon, NULL);
	assert_int_equal(started(daemon, "all", "lift"), -1);
	/* A start takes it, too: it has been said. */
	daemon_stop(daemon, SIGTERM);
	daemon_start(daemon);
	check_health(daemon, NULL);
	assert_int_equal(started(daemon, "rana", "falls"), 1);
	daemon_stop(daemon, SIGTERM);
}

static void a_dry_run_says_what_would_change_and_changes_nothing(void **state)
{
	struct daemon *daemon = *state;
	struct outcome outcome;
	int64_t takeovers;
	json_t *answer;
	char *out;

	start(daemon);
	takeovers = daemon_counter(daemon, "takeovers");
	out = daemon_lift_out(daemon, 0, "reload", "--dry-run", NULL);
	assert_string_equal(out, "nothing would change\n");
	free(out);
	write_catalogue(daemon, after);
	out = daemon_lift_out(daemon, 0, "reload", "--dry-run", NULL);
	assert_string_equal(out,
			    "region vega comes\n"
			    "module falls comes\n"
			    "module falls comes alive: events have it already, and count as falls\n"
			    "region vega comes alive: events have it already, and count as vega\n");
	free(out);
	write_catalogue(daemon, losing[0].catalogue);
	outcome = daemon_lift(daemon, "reload", "--dry-run", "--json", NULL);
	assert_int_equal(outcome.status, 1);
	answer = json_loads(outcome.out, 0, NULL);
	assert_non_null(answer);
	assert_true(json_is_true(json_object_get(answer, "ok")));
	assert_int_equal(json_array_size(json_object_get(answer, "changes")), 3);
	assert_int_equal(json_array_size(json_object_get(answer, "loses")), 2);
	assert_int_equal(whole(json_array_get(json_object_get(answer, "loses"), 0), "learners"), 2);
	json_decref(answer);
	outcome_free(&outcome);
	write_catalogue(daemon, wrong);
	outcome = daemon_lift(daemon, "reload", "--dry-run", NULL);
	assert_int_equal(outcome.status, 1);
	assert_non_null(strstr(outcome.err, "nord"));
	outcome_free(&outcome);
	check_health(daemon, NULL);
	assert_int_equal(daemon_counter(daemon, "takeovers"), takeovers);
	assert_int_equal(daemon_counter(daemon, "reloads"), 0);
	assert_int_equal(daemon_counter(daemon, "reloads_refused"), 0);
	daemon_stop(daemon, SIGTERM);
}

/* What cannot be read, in ways that a file system knows. */
static void a_file_that_cannot_be_read_is_a_trouble_until_it_can_be(void **state)
{
	struct daemon *daemon = *state;
	char path[PATH_SIZE];

	start(daemon);
	path_make(path, "%s/catalogue.yaml", daemon->dir);
	assert_int_equal(unlink(path), 0);
	for (int is_dir = 0; is_dir < 2; is_dir++) {
		struct outcome outcome;

		if (is_dir)
			assert_int_equal(mkdir(path, 0700), 0);
		outcome = daemon_lift(daemon, "reload", NULL);
		assert_int_equal(outcome.status, 1);
		outcome_free(&outcome);
		check_health(daemon, is_dir ? "Is a directory" : "No such file");
		assert_int_equal(started(daemon, "rana", "lift"), 1);
	}
	assert_int_equal(rmdir(path), 0);
	write_catalogue(daemon, before);
	process_signal(&daemon->process, SIGHUP);
	process_signal(&daemon->process, SIGHUP);
	daemon_await_counter(daemon, "reloads", 1);
	check_health(daemon, NULL);
	daemon_stop(daemon, SIGTERM);
}

/* Nobody need read again what is in force. */
static void a_file_that_is_brought_back_is_no_trouble_any_more(void **state)
{
	static const char *const texts[] = { wrong, "modules: [{id: falls}]\n" };
	struct daemon *daemon = *state;
	int64_t end_ms;
	bool healthy;

	start(daemon);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct outcome outcome;

		write_catalogue(daemon, texts[i]);
		outcome = daemon_lift(daemon, "reload", NULL);
		assert_int_equal(outcome.status, 1);
		outcome_free(&outcome);
		check_health(daemon, i ? "would go" : "nord");
		write_catalogue(daemon, before);
		end_ms = clock_ms() + LIMIT_MS;
		do {
			json_t *status = daemon_status(daemon);

			healthy = json_is_true(json_object_get(status, "healthy"));
			json_decref(status);
			assert_true(healthy || clock_ms() < end_ms);
			if (!healthy)
				look_again();
		} while (!healthy);
		assert_int_equal(daemon_counter(daemon, "reloads"), 0);
	}
	daemon_stop(daemon, SIGTERM);
}

/* A start is as a reload: it goes on with the catalogue of the figures that are there. */
static void a_start_does_not_take_figures_away_either(void **state)
{
	struct daemon *daemon = *state;
	char *log;

	start(daemon);
	assert_int_equal(started(daemon, "rana", "lift"), 1);
	daemon_stop(daemon, SIGTERM);
	write_catalogue(daemon, losing[1].catalogue);
	for (int i = 0; i < 2; i++) {
		daemon_start(daemon);
		check_health(daemon, "would go");
		assert_int_equal(started(daemon, "rana", "lift"), 1);
		daemon_stop(daemon, SIGTERM);
	}
	log = file_text(daemon->log, NULL);
	assert_non_null(strstr(log, "figures of learners would go"));
	assert_null(strstr(log, "ledger rebuild started: reason=not-found entries=3"));
	free(log);
	daemon_start(daemon);
	free(daemon_lift_out(daemon, 0, "reload", "--yes", "--wait", NULL));
	check_health(daemon, NULL);
	assert_int_equal(started(daemon, "rana", "lift"), -1);
	daemon_stop(daemon, SIGTERM);
}

/* The configuration. */

static void configure_more(struct daemon *daemon, const char *more)
{
	char lines[3 * PATH_SIZE];

	snprintf(lines, sizeof(lines),
		 "catalogue: %s/catalogue.yaml\nas_of: 2024-11-30\ntick_ms: 100\n%s", daemon->dir,
		 more);
	daemon_configure(daemon, lines);
}

static void check_trouble(struct daemon *daemon, const char *what, const char *why)
{
	json_t *status = daemon_status(daemon), *troubles = json_object_get(status, "troubles");
	const char *trouble = json_string_value(json_array_get(troubles, 0));

	assert_int_equal(json_array_size(troubles), 1);
	if (strncmp(trouble, what, strlen(what)) != 0 || !strstr(trouble, why))
		fail_msg("%s", trouble);
	json_decref(status);
}

static void a_reload_takes_what_it_can_of_the_configuration_and_names_the_rest(void **state)
{
	struct daemon *daemon = *state;
	char *out;

	start(daemon);
	configure_more(daemon, "namespaces: {a: b}\n");
	out = daemon_lift_out(daemon, 0, "reload", "--dry-run", NULL);
	assert_non_null(strstr(out, "namespaces has changed, and waits for a restart"));
	free(out);
	out = daemon_lift_out(daemon, 0, "reload", NULL);
	assert_non_null(strstr(out, "nothing has changed"));
	assert_non_null(strstr(out, "namespaces has changed, and waits for a restart"));
	free(out);
	out = daemon_lift_out(daemon, 0, "status", NULL); /* and is healthy */
	assert_non_null(strstr(out, "configuration: namespaces has changed"));
	free(out);
	/* What is wrong is a trouble: nothing is taken, and the next start would not be one. By a
	 * signal: lift reads that file as strictly, and would not ask. */
	configure_more(daemon, "namespaces: {a: b}\nreload_may_lose: maybe\n");
	write_catalogue(daemon, after);
	process_signal(&daemon->process, SIGHUP);
	daemon_await_counter(daemon, "reloads_refused", 1);
	check_trouble(daemon, "configuration: ", "reload_may_lose must be yes or no");
	assert_int_equal(daemon_counter(daemon, "takeovers"), 1);
	write_catalogue(daemon, before);
	/* As it was. */
	configure_more(daemon, "");
	free(daemon_lift_out(daemon, 0, "reload", NULL));
	out = daemon_lift_out(daemon, 0, "status", NULL);
	assert_null(strstr(out, "configuration:"));
	free(out);
	daemon_stop(daemon, SIGTERM);
}

static void a_signal_takes_figures_away_where_the_configuration_says_so(void **state)
{
	struct daemon *daemon = *state;
	int64_t takeovers;
	char *out;

	start(daemon);
	takeovers = daemon_counter(daemon, "takeovers");
	configure_more(daemon, "reload_may_lose: yes\n");
	write_catalogue(daemon, losing[0].catalogue);
	process_signal(&daemon->process, SIGHUP);
	daemon_await_counter(daemon, "takeovers", takeovers + 1);
	check_health(daemon, NULL);
	assert_int_equal(started(daemon, "all", "lift"), -1);
	out = file_text(daemon->log, NULL);
	assert_non_null(strstr(out, "key=reload_may_lose"));
	free(out);
	daemon_stop(daemon, SIGTERM);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, daemon_setup, daemon_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_wrong_catalogue_is_refused_with_all_its_errors_and_the_old_one_stays),
		TEST(a_refused_catalogue_stays_in_status_until_the_file_is_right),
		TEST(a_start_with_a_wrong_catalogue_goes_on_with_the_last_right_one),
		TEST(a_start_with_a_wrong_catalogue_takes_keys_of_the_regions_that_it_adds),
		TEST(a_first_start_with_a_wrong_catalogue_is_refused),
		TEST(an_audience_of_no_region_is_refused_with_either_catalogue),
		TEST(events_of_what_was_unknown_come_alive),
		TEST(a_name_takes_over_at_once_and_nothing_is_built),
		TEST(a_catalogue_that_is_read_again_unchanged_changes_nothing),
		TEST(attributes_that_a_new_catalogue_counts_by_are_kept_from_then_on),
		TEST(a_daemon_that_starts_with_another_catalogue_ends_with_its_figures),
		TEST(a_missing_ledger_is_built_without_a_hand_being_lifted),
		TEST(a_daemon_that_is_killed_while_it_builds_begins_anew),
		TEST(a_catalogue_that_takes_figures_away_is_refused_until_the_file_is_right),
		TEST(a_place_that_leaves_a_programme_keeps_its_history_if_it_is_said_when),
		TEST(figures_of_what_was_acknowledged_just_now_do_not_go_either),
		TEST(what_is_meant_is_taken),
		TEST(a_dry_run_says_what_would_change_and_changes_nothing),
		TEST(a_file_that_cannot_be_read_is_a_trouble_until_it_can_be),
		TEST(a_file_that_is_brought_back_is_no_trouble_any_more),
		TEST(a_start_does_not_take_figures_away_either),
		TEST(a_reload_takes_what_it_can_of_the_configuration_and_names_the_rest),
		TEST(a_signal_takes_figures_away_where_the_configuration_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
