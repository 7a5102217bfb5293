/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lift sync: a nightly list of what stands. Afterwards the daemon's figures are those of the list,
 * whatever was in the one before.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "tests/e2e/check.h"
#include "tests/e2e/daemon.h"

#define HEADER "type,time,learner,module,region,score,attrs.role\n"

static const char catalogue[] = "timezone: Europe/Oslo\n"
				"dimensions: {role: [nurse, carer]}\n"
				"regions:\n"
				"  - {code: \"1811\", name: Bindal}\n"
				"  - {code: \"1813\", name: Brønnøy}\n"
				"modules:\n"
				"  - {id: falls, name: Falls}\n";

struct scene {
	struct daemon *daemon;
	char file[PATH_SIZE], state[PATH_SIZE];
};

static void start(struct scene *scene, struct daemon *daemon)
{
	char file[PATH_SIZE], lines[2 * PATH_SIZE];

	scene->daemon = daemon;
	path_make(file, "%s/catalogue.yaml", daemon->dir);
	file_write(file, catalogue);
	path_make(scene->file, "%s/list.csv", daemon->dir);
	path_make(scene->state, "%s/known", daemon->dir);
	snprintf(lines, sizeof(lines), "catalogue: %s\ntick_ms: 50\n", file);
	daemon_configure(daemon, lines);
	daemon_start(daemon);
}

/* Lists. */

/* Rows of learners 1 to `n`, but for `without`; who is `better` has another score; `where` they
 * are. */
struct list {
	int n, without, better;
	const char *where, *role, *more;
};

static void write_list(const struct scene *scene, const struct list *list)
{
	char *text, row[128];
	size_t size;
	FILE *file = open_memstream(&text, &size);

	fputs(HEADER, file);
	for (int i = 1; i <= list->n; i++) {
		if (i == list->without)
			continue;
		snprintf(row, sizeof(row),
			 "assessed,2026-03-%02dT09:00:00+01:00,learner%d,falls,%s,%s,%s\n",
			 i % 28 + 1, i, list->where ? list->where : "1811",
			 i == list->better ? "0.9" : "0.6", list->role ? list->role : "nurse");
		fputs(row, file);
	}
	fputs(list->more ? list->more : "", file);
	fclose(file);
	file_write(scene->file, text);
	free(text);
}

/* Runs. */

static void expect(struct outcome outcome, int status, const char *out, const char *err)
{
	if (outcome.status != status || (out && !strstr(outcome.out, out)) ||
	    (err && !strstr(outcome.err, err)))
		fail_msg("status %d, and not %d:\n%s%s", outcome.status, status, outcome.out,
			 outcome.err);
	outcome_free(&outcome);
}

/* lift sync, and what it must say; `option` may be NULL. */
static void sync_with(const struct scene *scene, const char *option, int status, const char *out,
		      const char *err)
{
	expect(daemon_lift(scene->daemon, "sync", "--source", "lms", "--state", scene->state,
			   scene->file, option, NULL),
	       status, out, err);
}

static void sync_list(const struct scene *scene, const struct list *list, const char *out)
{
	write_list(scene, list);
	sync_with(scene, NULL, 0, out, NULL);
}

/* Figures. */

/* A number of the module's figures, "started", in a region; 0: there are none. */
static int64_t figure(const struct scene *scene, const char *region, const char *name)
{
	char *out = daemon_lift_out(scene->daemon, 0, "export", "--kind", "module", "--region",
				    region, NULL);
	json_t *row = json_loads(out, JSON_DISABLE_EOF_CHECK, NULL);
	int64_t value = json_integer_value(json_object_get(row, name));

	json_decref(row);
	free(out);
	return value;
}

static int64_t best_of(const struct scene *scene, int bin)
{
	char *out = daemon_lift_out(scene->daemon, 0, "export", "--kind", "module", "--region",
				    "all", NULL);
	json_t *row = json_loads(out, JSON_DISABLE_EOF_CHECK, NULL);
	json_t *score = json_object_get(row, "score");
	int64_t value = json_integer_value(
		json_array_get(json_object_get(score, "histogram"), (size_t)bin));

	json_decref(row);
	free(out);
	return value;
}

/* Tests. */

static void the_figures_are_those_of_the_last_list(void **state)
{
	char key[PATH_SIZE + 8];
	struct scene scene;

	start(&scene, *state);
	write_list(&scene, &(struct list){ .n = 30 });
	sync_with(&scene, "--check", 0, "30 facts listed, 0 known: 30 new", "nothing is known yet");
	snprintf(key, sizeof(key), "%s.key", scene.state);
	assert_int_not_equal(access(key, F_OK), 0);
	sync_with(&scene, NULL, 0, "30 facts listed, 0 known: 30 new", "nothing is known yet");
	assert_int_equal(figure(&scene, "all", "started"), 30);
	sync_list(&scene, &(struct list){ .n = 30 }, "nothing to send");
	assert_int_equal(daemon_counter(scene.daemon, "events_accepted"), 30);

	sync_list(&scene, &(struct list){ .n = 31, .without = 7, .better = 9 },
		  "30 facts listed, 30 known: 2 new, 1 changed, 1 vanished");
	assert_int_equal(figure(&scene, "all", "started"), 30);
	assert_int_equal(best_of(&scene, 9), 1);

	/* Back as it was, and back again: what comes back counts. */
	sync_list(&scene, &(struct list){ .n = 30 }, "2 new, 1 changed, 1 vanished");
	assert_int_equal(figure(&scene, "all", "started"), 30);
	assert_int_equal(best_of(&scene, 9), 0);
	sync_list(&scene, &(struct list){ .n = 30, .without = 7 }, "1 vanished");
	assert_int_equal(figure(&scene, "all", "started"), 29);
	sync_list(&scene, &(struct list){ .n = 30 }, "1 new");
	assert_int_equal(figure(&scene, "all", "started"), 30);
	daemon_stop(scene.daemon, SIGTERM);
}

/* By the order of bytes one of the two ways would be lost, were it claimed of the same moment. */
static void who_moves_is_there_whichever_way(void **state)
{
	struct scene scene;

	start(&scene, *state);
	sync_list(&scene, &(struct list){ .n = 20, .where = "1811" }, "20 new");
	sync_list(&scene, &(struct list){ .n = 20, .where = "1813", .role = "carer" },
		  "0 new, 0 changed, 0 vanished, 20 learners with another profile");
	assert_int_equal(figure(&scene, "1813", "started"), 20);
	assert_int_equal(figure(&scene, "1811", "started"), 0);
	sync_list(&scene, &(struct list){ .n = 20, .where = "1811" },
		  "20 learners with another profile");
	assert_int_equal(figure(&scene, "1811", "started"), 20);
	assert_int_equal(figure(&scene, "1813", "started"), 0);
	assert_int_equal(figure(&scene, "all", "attempts"), 20);
	daemon_stop(scene.daemon, SIGTERM);
}

static void more_than_a_tenth_is_not_taken_back_without_a_yes(void **state)
{
	struct scene scene;

	start(&scene, *state);
	sync_list(&scene, &(struct list){ .n = 30 }, NULL);
	write_list(&scene, &(struct list){ .n = 26 });
	sync_with(&scene, NULL, 4, "4 vanished",
		  "4 of the 30 facts that are known would be taken back, which is more than a "
		  "tenth: nothing was sent");
	sync_with(&scene, "--check", 4, "4 vanished", "nothing was sent");
	assert_int_equal(daemon_counter(scene.daemon, "events_accepted"), 30);
	sync_with(&scene, "--yes", 0, "4 events, 4 accepted", NULL);
	assert_int_equal(figure(&scene, "all", "started"), 26);

	/* Not by far: that is no list, whoever says yes. */
	write_list(&scene, &(struct list){ .n = 12 });
	sync_with(&scene, "--yes", 1, NULL,
		  "it has 12 facts, where 26 are known: is the file cut?");
	assert_int_equal(figure(&scene, "all", "started"), 26);
	sync_with(&scene, "--fewer", 4, NULL, "14 of the 26");
	expect(daemon_lift(scene.daemon, "sync", "--source", "lms", "--state", scene.state,
			   "--fewer", "--yes", scene.file, NULL),
	       0, "14 events, 14 accepted", NULL);
	assert_int_equal(figure(&scene, "all", "started"), 12);
	daemon_stop(scene.daemon, SIGTERM);
}

/* On a terminal, with this answer. */
static void answer(const struct scene *scene, const char *text, int status, const char *out)
{
	const char *const args[] = { "sync",	   "--source",	"lms", "--state",
				     scene->state, scene->file, NULL };
	struct surroundings in = { 0 };
	int terminal = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);

	assert_true(terminal >= 0);
	assert_int_equal(grantpt(terminal), 0);
	assert_int_equal(unlockpt(terminal), 0);
	in.input = ptsname(terminal);
	assert_int_equal(write(terminal, text, strlen(text)), strlen(text));
	expect(daemon_lift_in(scene->daemon, &in, args), status, out,
	       "Take back 4 of 30 facts? [y/N]");
	close(terminal);
}

static void on_a_terminal_it_asks(void **state)
{
	struct scene scene;

	start(&scene, *state);
	sync_list(&scene, &(struct list){ .n = 30 }, NULL);
	write_list(&scene, &(struct list){ .n = 26 });
	answer(&scene, "n\n", 4, NULL);
	assert_int_equal(figure(&scene, "all", "started"), 30);
	answer(&scene, "y\n", 0, "4 events, 4 accepted");
	assert_int_equal(figure(&scene, "all", "started"), 26);
	daemon_stop(scene.daemon, SIGTERM);
}

#define ROW(who) "assessed,2026-03-02T09:00:00+01:00," who ",falls,1811,0.6,nurse\n"

static void a_list_that_is_cut_or_wrong_sends_nothing(void **state)
{
	static const struct {
		const char *text, *err;
	} cases[] = {
		{ HEADER ROW("a") "assessed,2026-03-02T09:00:00+01:00,b,fal",
		  "list.csv:3: the last row has no end of line: is the file cut?" },
		{ HEADER ROW("a") ROW("b") "assessed,2026-03-02T09:00:00+01:00,c,falls,1811,0.6\n",
		  "list.csv:4: the last row has 6 of 7 cells" },
		{ HEADER ROW("a") "assessed,2026-03-02,b,falls,1811,7,nurse\n", "list.csv:3: " },
		{ HEADER ROW("a") "assessed,2026-03-02T09:00:00+01:00,b,falls,1811,7,nurse\n",
		  "list.csv:3: refused: score: must be" },
		{ HEADER ROW("a")
			  ROW("b") "assessed,2026-03-02T09:00:00+01:00,a,falls,1813,0.6,nurse\n",
		  "list.csv:4: the same fact as in line 2, and it says something else" },
		{ "type,time,learner,module,region,voids.type\n"
		  "voided,2026-03-02T09:00:00+01:00,a,falls,1811,started\n",
		  "list.csv:2: refused: type: a list says what stands" },
		{ "", "it has 0 facts, where 3 are known" },
		{ "a,b,c\n1,2,3\n", "list.csv: " },
		{ "[{\"type\":\"started\",\"time\":1770000000000,\"learner\":\"a\",\"module\":"
		  "\"falls\",\"region\":\"1811\"}\n",
		  "list.csv:" },
	};
	struct scene scene;

	start(&scene, *state);
	sync_list(&scene, &(struct list){ .n = 3 }, NULL);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		file_write(scene.file, cases[i].text);
		sync_with(&scene, "--yes", 1, NULL, cases[i].err);
		assert_int_equal(daemon_counter(scene.daemon, "events_accepted"), 3);
	}
	/* The list as it was: nothing has been half done. */
	sync_list(&scene, &(struct list){ .n = 3 }, "nothing to send");
	daemon_stop(scene.daemon, SIGTERM);
}

static void a_list_of_json_lines_is_one_too(void **state)
{
	char path[PATH_SIZE];
	struct scene scene;

	start(&scene, *state);
	path_make(path, "%s/list.jsonl", scene.daemon->dir);
	file_write(path, "{\"type\":\"started\",\"time\":1770000000000,\"learner\":\"a\","
			 "\"module\":\"falls\",\"region\":\"1811\"}\n"
			 "{\"type\":\"started\",\"time\":1770000000000,\"learner\":\"b\","
			 "\"module\":\"falls\",\"region\":\"1811\"}\n");
	for (int i = 0; i < 2; i++)
		expect(daemon_lift(scene.daemon, "sync", "--source", "lms", "--state", scene.state,
				   path, NULL),
		       0, i ? "nothing to send" : "2 events, 2 accepted", NULL);
	assert_int_equal(figure(&scene, "all", "started"), 2);
	file_write(path, "{\"type\":\"started\",\"time\":1770000000000,\"learner\":\"a\",");
	expect(daemon_lift(scene.daemon, "sync", "--source", "lms", "--state", scene.state, path,
			   NULL),
	       1, NULL, "list.jsonl:1: the last row has no end of line");
	daemon_stop(scene.daemon, SIGTERM);
}

/* A sheet as it is, with a title, a column of its own for each module, and names of places. */
static void a_sheet_of_its_own_columns_is_one_by_its_map(void **state)
{
	static const char map[] =
		"header: 2\n"
		"fold_places: yes\n"
		"fields:\n"
		"  learner: Ansatt\n"
		"  region: Kommune\n"
		"events:\n"
		"  - fields: {type: {is: completed}, module: {is: falls}, time: Fall}\n"
		"  - fields: {type: {is: completed}, module: {is: hygiene}, time: "
		"Hygiene}\n";
	static const struct {
		const char *sheet, *out;
		int64_t falls;
	} nights[] = {
		{ "Status i dag;;;\nAnsatt;Kommune;Fall;Hygiene\n"
		  "1;Bindal kommune;1.9.2025;\n2;Brønnøy;2.9.2025;31.10.2025\n",
		  "3 facts listed, 0 known: 3 new", 2 },
		{ "Status i dag;;;\nAnsatt;Kommune;Fall;Hygiene\n"
		  "1;Bindal kommune;1.9.2025;30.10.2025\n2;Brønnøy;2.9.2025;31.10.2025\n",
		  "4 facts listed, 3 known: 1 new, 0 changed, 0 vanished", 2 },
		{ "Status i dag;;;\nAnsatt;Kommune;Fall;Hygiene\n"
		  "1;Bindal kommune;;30.10.2025\n2;Brønnøy;2.9.2025;31.10.2025\n",
		  "3 facts listed, 4 known: 0 new, 0 changed, 1 vanished", 1 },
	};
	char path[PATH_SIZE];
	struct scene scene;

	start(&scene, *state);
	path_make(path, "%s/map.yaml", scene.daemon->dir);
	file_write(path, map);
	for (size_t i = 0; i < sizeof(nights) / sizeof(nights[0]); i++) {
		file_write(scene.file, nights[i].sheet);
		expect(daemon_lift(scene.daemon, "sync", "--source", "lms", "--state", scene.state,
				   "--yes", "--map", path, scene.file, NULL),
		       0, nights[i].out, "Bindal kommune");
		assert_int_equal(figure(&scene, "all", "completed"), nights[i].falls);
	}
	assert_int_equal(figure(&scene, "1811", "started"), 0);
	daemon_stop(scene.daemon, SIGTERM);
}

/* The daemon answers nothing while a run tries: what it was about to send is kept. */
static void a_run_that_was_cut_off_is_gone_on_with(void **state)
{
	char next[PATH_SIZE + 8];
	struct scene scene;
	struct stat info;

	start(&scene, *state);
	sync_list(&scene, &(struct list){ .n = 30 }, NULL);
	process_signal(&scene.daemon->process, SIGSTOP);
	write_list(&scene, &(struct list){ .n = 33, .without = 5 });
	sync_with(&scene, NULL, 3, NULL, NULL);
	process_signal(&scene.daemon->process, SIGCONT);
	snprintf(next, sizeof(next), "%s.next", scene.state);
	assert_int_equal(stat(next, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0600);

	/* In the next list learner 5 is back, and 32 and 33 are not there. */
	write_list(&scene, &(struct list){ .n = 31 });
	sync_with(&scene, NULL, 0, "31 facts listed, 32 known: 1 new, 0 changed, 2 vanished",
		  "the last run was cut off");
	assert_int_equal(figure(&scene, "all", "started"), 31);
	assert_int_not_equal(stat(next, &info), 0);
	sync_list(&scene, &(struct list){ .n = 31 }, "nothing to send");
	daemon_stop(scene.daemon, SIGTERM);
}

static void what_the_daemon_refuses_is_sent_again_each_time(void **state)
{
	static const char ahead[] = "assessed,2199-01-01T09:00:00+01:00,z,falls,1811,0.6,nurse\n";
	struct scene scene;

	start(&scene, *state);
	for (int i = 0; i < 2; i++) {
		write_list(&scene, &(struct list){ .n = 30, .more = ahead });
		sync_with(&scene, NULL, 1, "1 refused", "list.csv:32: refused: time: ");
		assert_int_equal(figure(&scene, "all", "started"), 30);
	}
	sync_list(&scene, &(struct list){ .n = 30 }, "nothing to send");
	daemon_stop(scene.daemon, SIGTERM);
}

static void what_is_kept_is_sealed_and_can_be_made_anew(void **state)
{
	char *text, key[PATH_SIZE + 8];
	struct scene scene;
	struct stat info;
	size_t size;

	start(&scene, *state);
	sync_list(&scene, &(struct list){ .n = 30 }, NULL);
	text = file_text(scene.state, &size);
	assert_true(size > 1000);
	assert_null(memmem(text, size, "learner", 7));
	free(text);
	assert_int_equal(stat(scene.state, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0600);
	expect(daemon_lift(scene.daemon, "sync", "--source", "other", "--state", scene.state,
			   scene.file, NULL),
	       1, NULL, "it is of the source 'lms', and not of 'other'");

	/* Without its key it is nothing, and nothing happens. */
	snprintf(key, sizeof(key), "%s.key", scene.state);
	assert_int_equal(unlink(key), 0);
	sync_with(&scene, NULL, 1, NULL, "without it nobody can read it");
	file_write(scene.state, "nothing");
	file_write(key, "01234567890123456789012345678901");
	assert_int_equal(chmod(key, 0600), 0);
	sync_with(&scene, NULL, 1, NULL, "it was cut or changed, or sealed by another key");
	assert_int_equal(daemon_counter(scene.daemon, "events_accepted"), 30);

	assert_int_equal(unlink(scene.state), 0);
	sync_with(&scene, NULL, 0, "30 events, 30 accepted", "nothing is known yet");
	assert_int_equal(figure(&scene, "all", "started"), 30);
	assert_int_equal(figure(&scene, "all", "attempts"), 30);
	sync_with(&scene, "--all", 0, "30 events, 30 accepted", NULL);
	assert_int_equal(figure(&scene, "all", "attempts"), 30);
	daemon_stop(scene.daemon, SIGTERM);
}

static void without_a_file_for_it_the_users_own_state_is_taken(void **state)
{
	const char *const args[] = { "sync", "--source", "lms", NULL, NULL };
	const char *const env[] = { NULL, NULL };
	const char *with[5], *in_env[2];
	char home[PATH_SIZE + 16], path[PATH_SIZE + 64];
	struct scene scene;
	struct stat info;

	start(&scene, *state);
	write_list(&scene, &(struct list){ .n = 3 });
	memcpy(with, args, sizeof(args));
	memcpy(in_env, env, sizeof(env));
	with[3] = scene.file;
	snprintf(home, sizeof(home), "XDG_STATE_HOME=%s", scene.daemon->dir);
	in_env[0] = home;
	expect(daemon_lift_in(scene.daemon, &(struct surroundings){ .env = in_env }, with), 0,
	       "3 events, 3 accepted", NULL);
	snprintf(path, sizeof(path), "%s/lift/sync/lms/known", scene.daemon->dir);
	assert_int_equal(stat(path, &info), 0);
	expect(daemon_lift_in(scene.daemon, &(struct surroundings){ .env = in_env }, with), 0,
	       "nothing to send", NULL);
	daemon_stop(scene.daemon, SIGTERM);
}

static void wrong_arguments_say_what_is_right(void **state)
{
	struct daemon *daemon = *state;

	daemon_configure(daemon, "");
	expect(daemon_lift(daemon, "sync", "list.csv", NULL), 2, NULL,
	       "--source NAME is missing: whose list is it?");
	expect(daemon_lift(daemon, "sync", "--source", "lms", NULL), 2, NULL, "no file given");
	expect(daemon_lift(daemon, "sync", "--source", "lms", "a", "b", NULL), 2, NULL,
	       "'b' is another");
	expect(daemon_lift(daemon, "sync", "--source", "L M S", "a", NULL), 2, NULL,
	       "--source: source must be");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, daemon_setup, daemon_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_figures_are_those_of_the_last_list),
		TEST(who_moves_is_there_whichever_way),
		TEST(more_than_a_tenth_is_not_taken_back_without_a_yes),
		TEST(on_a_terminal_it_asks),
		TEST(a_list_that_is_cut_or_wrong_sends_nothing),
		TEST(a_list_of_json_lines_is_one_too),
		TEST(a_sheet_of_its_own_columns_is_one_by_its_map),
		TEST(a_run_that_was_cut_off_is_gone_on_with),
		TEST(what_the_daemon_refuses_is_sent_again_each_time),
		TEST(what_is_kept_is_sealed_and_can_be_made_anew),
		TEST(without_a_file_for_it_the_users_own_state_is_taken),
		TEST(wrong_arguments_say_what_is_right),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
