/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What lift-web says by HTTP is what `lift export` prints: of any region, kind and subject, of any
 * day, as JSON and as a table.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/e2e/check.h"
#include "tests/e2e/figures.h"
#include "tests/e2e/peer.h"
#include "tests/e2e/web/site.h"

/* The days that are published: the 90 up to the site's. */
#define FIRST_DAILY "2024-09-02"

/* As `lift export` has it: keys beside one another; and the days that are not published go. */
static json_t *row_of(const json_t *figure)
{
	json_t *row = json_deep_copy(json_object_get(figure, "metrics"));
	static const char *const keys[] = { "region", "kind", "id" };

	for (size_t i = 0; i < 3; i++)
		json_object_set(row, keys[i], json_object_get(figure, keys[i]));
	return row;
}

static void shorten(json_t *row)
{
	json_t *daily = json_object_get(row, "daily");

	while (json_array_size(daily) &&
	       strcmp(json_string_value(json_array_get(json_array_get(daily, 0), 0)), FIRST_DAILY) <
		       0)
		json_array_remove(daily, 0);
}

static json_t *exported(struct site *site, const char *day)
{
	char *out = daemon_lift_out(site->daemon, 0, "export", "--as-of", day, NULL);
	json_t *figures = figures_of_lines(out), *row;
	const char *key;

	if (strcmp(day, SITE_DAY) == 0)
		json_object_foreach(figures, key, row) shorten(row);
	free(out);
	assert_true(json_object_size(figures) > 20);
	return figures;
}

/* The answer's figures as rows; in order, each once. */
static json_t *answered(struct site *site, const char *path)
{
	json_t *answer = site_json(site, path, 200), *figure, *rows;
	char *lines = NULL;
	size_t i, size;
	FILE *to = open_memstream(&lines, &size);

	json_array_foreach(json_object_get(answer, "figures"), i, figure)
	{
		json_t *row = row_of(figure);

		json_dumpf(row, to, JSON_COMPACT);
		fputc('\n', to);
		json_decref(row);
	}
	fclose(to);
	rows = figures_of_lines(lines);
	free(lines);
	json_decref(answer);
	return rows;
}

static void check_path(struct site *site, const char *path, const json_t *expected)
{
	json_t *actual = answered(site, path);

	if (json_object_size(expected) > 0)
		figures_check(expected, actual, path);
	else
		assert_int_equal(json_object_size(actual), 0);
	json_decref(actual);
}

static void check_filter(struct site *site, const json_t *all, const char *region, const char *kind,
			 const char *day)
{
	json_t *expected = figures_select(all, region, kind);
	char path[PATH_SIZE];

	path_make(path, "/api/v1/figures?%s%s%s%s%s%s", region ? "&region=" : "",
		  region ? region : "", kind ? "&kind=" : "", kind ? kind : "", day ? "&day=" : "",
		  day ? day : "");
	check_path(site, path, expected);
	json_decref(expected);
}

static const char *const kinds[] = { NULL, "people", "programme", "competence", "module" };

static void figures_by_every_filter_are_those_of_export(void **state)
{
	struct site *site = *state;
	json_t *all, *catalogue, *region;
	size_t i, n = 0;

	site_open(site, "");
	all = exported(site, SITE_DAY);
	catalogue = site_json(site, "/api/v1/catalogue", 200);
	for (size_t k = 0; k < 5; k++)
		check_filter(site, all, NULL, kinds[k], NULL);
	json_array_foreach(json_object_get(catalogue, "regions"), i, region)
	{
		const char *code = word(region, "code");

		if (strspn(code, "abcdefghijklmnopqrstuvwxyz0123456789-") < strlen(code))
			continue; /* it would have to be encoded */
		check_filter(site, all, code, kinds[n++ % 5], NULL);
	}
	assert_true(n > 3);
	check_filter(site, all, "all", "people", NULL);
	check_filter(site, all, "nowhere", NULL, NULL);
	json_decref(catalogue);
	json_decref(all);
	server_stop(&site->server);
	daemon_stop(site->daemon, SIGTERM);
}

/* As many as there may be of each. */
static void any_of_several_is_an_answer(void **state)
{
	struct site *site = *state;
	json_t *all, *people, *modules;
	json_t *row;
	const char *key;
	void *next;
	char path[4096] = "/api/v1/figures?kind=people&kind=module";

	site_open(site, "");
	all = exported(site, SITE_DAY);
	people = figures_select(all, NULL, "people");
	modules = figures_select(all, NULL, "module");
	json_object_update(people, modules);
	check_path(site, path, people);
	for (int i = 0; i < 63; i++)
		sprintf(path + strlen(path), "&id=%s&region=%s", i ? "none" : "medication",
			i ? "nowhere" : "rana");
	strcat(path, "&region=all&id=all");
	json_object_foreach_safe(people, next, key, row)
	{
		if ((strcmp(word(row, "region"), "all") != 0 &&
		     strcmp(word(row, "region"), "rana") != 0) ||
		    (strcmp(word(row, "id"), "all") != 0 &&
		     strcmp(word(row, "id"), "medication") != 0))
			json_object_del(people, key);
	}
	assert_int_equal(json_object_size(people), 4);
	check_path(site, path, people);
	json_decref(people);
	json_decref(modules);
	json_decref(all);
	server_stop(&site->server);
	daemon_stop(site->daemon, SIGTERM);
}

static void figures_of_any_day_are_those_of_export(void **state)
{
	static const char *const days[] = { "2024-10-27", "2024-12-31", SITE_DAY, "2024-10-27" };
	struct site *site = *state;

	site_open(site, "");
	for (size_t d = 0; d < sizeof(days) / sizeof(days[0]); d++) {
		char *out = daemon_lift_out(site->daemon, 0, "export", "--as-of", days[d], NULL);
		json_t *all = figures_of_lines(out);

		check_filter(site, all, NULL, NULL, days[d]);
		check_filter(site, all, "all", NULL, days[d]);
		check_filter(site, all, NULL, "module", days[d]);
		check_filter(site, all, "all", "people", days[d]);
		json_decref(all);
		free(out);
	}
	server_stop(&site->server);
	daemon_stop(site->daemon, SIGTERM);
}

static const json_t *at_path(const json_t *row, const char *path)
{
	const char *point = strchr(path, '.');
	char name[64];

	if (!point)
		return json_object_get(row, path);
	snprintf(name, sizeof(name), "%.*s", (int)(point - path), path);
	return at_path(json_object_get(row, name), point + 1);
}

/* An answer is kept for who asks the same, and for nobody else: here one value looks like two. */
static void what_looks_alike_is_not_the_same(void **state)
{
	struct site *site = *state;
	json_t *answer;

	site_open(site, "");
	answer = site_json(site, "/api/v1/figures?region=nordland%0Aregion=rana&kind=people", 200);
	assert_int_equal(json_array_size(json_object_get(answer, "figures")), 0);
	json_decref(answer);
	answer = site_json(site, "/api/v1/figures?region=nordland&region=rana&kind=people", 200);
	assert_int_equal(json_array_size(json_object_get(answer, "figures")), 2);
	json_decref(answer);
	server_stop(&site->server);
	daemon_stop(site->daemon, SIGTERM);
}

static void keys_choose_what_is_told(void **state)
{
	static const char *const paths[] = { "started", "completion_rate.value", "learners",
					     "by.role.nurse.completed", "score.histogram" };
	struct site *site = *state;
	json_t *all, *answer, *figure;
	size_t i, n = 0;

	site_open(site, "");
	all = exported(site, SITE_DAY);
	answer = site_json(site,
			   "/api/v1/figures?keys=started,completion_rate.value&keys=learners,"
			   "by.role.nurse.completed,score.histogram,no.such.thing",
			   200);
	json_array_foreach(json_object_get(answer, "figures"), i, figure)
	{
		const json_t *metrics = json_object_get(figure, "metrics");
		char key[512];
		size_t found = 0;

		snprintf(key, sizeof(key), "%s %s %s", word(figure, "region"), word(figure, "kind"),
			 word(figure, "id"));
		for (size_t p = 0; p < sizeof(paths) / sizeof(paths[0]); p++) {
			const json_t *expected = at_path(json_object_get(all, key), paths[p]);

			if (!expected) {
				assert_null(json_object_get(metrics, paths[p]));
				continue;
			}
			assert_true(figures_equal(json_object_get(metrics, paths[p]), expected));
			found++;
		}
		assert_int_equal(json_object_size(metrics), found);
		n += found;
	}
	assert_true(n > 50);
	assert_int_equal(i, json_object_size(all));
	json_decref(answer);
	json_decref(all);
	server_stop(&site->server);
	daemon_stop(site->daemon, SIGTERM);
}

/* Without quotes in the cells that are looked at. */
static void tables_have_the_same_figures(void **state)
{
	struct site *site = *state;
	struct reply reply;
	json_t *all;
	char *rest, *type, *file;
	size_t n = 0;

	site_open(site, "");
	all = exported(site, SITE_DAY);
	reply = site_get(site, "/api/v1/figures.csv?kind=module&keys=started,completed", 200);
	type = reply_header(&reply, "Content-Type");
	file = reply_header(&reply, "Content-Disposition");
	assert_non_null(strstr(type, "text/csv"));
	assert_string_equal(file, "attachment; filename=\"figures.csv\"");
	rest = reply.body;
	assert_string_equal(strsep(&rest, "\n"),
			    "region,region_name,kind,id,name,started,completed");
	for (char *line = strsep(&rest, "\n"); line && *line; line = strsep(&rest, "\n")) {
		char *started = strrchr(line, ',');
		json_t *row, *found = NULL;
		const char *key;
		long completed = strtol(started + 1, NULL, 10);

		*started = 0;
		started = strrchr(line, ',') + 1;
		json_object_foreach(all, key, row)
		{
			size_t size = strlen(word(row, "region"));

			if (strcmp(word(row, "kind"), "module") == 0 &&
			    strncmp(line, word(row, "region"), size) == 0 && line[size] == ',' &&
			    strstr(line, word(row, "id")) &&
			    whole(row, "started") == strtol(started, NULL, 10) &&
			    whole(row, "completed") == completed)
				found = row;
		}
		if (!found)
			fail_msg("nobody exports '%s,%ld'", line, completed);
		n++;
	}
	assert_true(n > 10);
	free(type);
	free(file);
	reply_free(&reply);

	reply = site_get(site, "/api/v1/figures.xlsx?kind=people&day=2024-10-27&language=nb", 200);
	file = reply_header(&reply, "Content-Disposition");
	assert_string_equal(file, "attachment; filename=\"figures-2024-10-27.xlsx\"");
	assert_memory_equal(reply.body, "PK", 2);
	free(file);
	reply_free(&reply);
	json_decref(all);
	server_stop(&site->server);
	daemon_stop(site->daemon, SIGTERM);
}

static void what_one_has_is_not_sent_again_and_what_is_long_is_pressed(void **state)
{
	struct site *site = *state;
	struct reply whole_one, again, pressed;
	char *etag, headers[256], *encoding;

	site_open(site, "");
	whole_one = site_get(site, "/api/v1/figures?kind=module", 200);
	etag = reply_header(&whole_one, "ETag");
	assert_non_null(etag);
	snprintf(headers, sizeof(headers), SITE_HOST "If-None-Match: %s\r\n", etag);
	again = site_ask(site, "/api/v1/catalogue", headers);
	assert_int_equal(again.status, 200);
	reply_free(&again);
	again = site_ask(site, "/api/v1/catalogue", SITE_HOST "If-None-Match: \"another\"\r\n");
	free(etag);
	etag = reply_header(&again, "ETag");
	reply_free(&again);
	snprintf(headers, sizeof(headers), SITE_HOST "If-None-Match: \"a\", %s\r\n", etag);
	again = site_ask(site, "/api/v1/catalogue", headers);
	assert_int_equal(again.status, 304);
	assert_int_equal(again.size, 0);

	pressed = site_ask(site, "/api/v1/figures?kind=module",
			   SITE_HOST "Accept-Encoding: br, gzip\r\n");
	encoding = reply_header(&pressed, "Content-Encoding");
	assert_string_equal(encoding, "gzip");
	assert_memory_equal(pressed.body, "\x1f\x8b", 2);
	assert_true(pressed.size * 2 < whole_one.size);
	free(encoding);
	free(etag);
	reply_free(&again);
	reply_free(&pressed);
	reply_free(&whole_one);
	server_stop(&site->server);
	daemon_stop(site->daemon, SIGTERM);
}

/* Answers are kept by what was asked: none is somebody else's. */
static void a_line_s_end_in_a_value_makes_no_other_question(void **state)
{
	struct site *site = *state;
	json_t *answer;

	site_open(site, "");
	answer = site_json(site, "/api/v1/figures?id=medication%0Akind=module", 200);
	assert_int_equal(json_array_size(json_object_get(answer, "figures")), 0);
	json_decref(answer);
	answer = site_json(site, "/api/v1/figures?id=medication&kind=module", 200);
	assert_true(json_array_size(json_object_get(answer, "figures")) > 0);
	json_decref(answer);
	json_decref(site_json(site, "/api/v1/figures?id=medication%01kind=module", 400));
	server_stop(&site->server);
	daemon_stop(site->daemon, SIGTERM);
}

static void what_is_asked_wrongly_is_told_what_would_be_right(void **state)
{
	static const struct {
		const char *path, *part;
	} cases[] = {
		{ "/api/v1/figures?regions=1820", "there is no parameter `regions`" },
		{ "/api/v1/figures?kind=learner", "it must be people, programme" },
		{ "/api/v1/figures?day=2024-02-30", "it must be a day" },
		{ "/api/v1/figures?day=", "it must be a day" },
		{ "/api/v1/figures?keys=started,a.....................b", "20 points" },
		{ "/api/v1/figures.csv?language=fi", "it must be nb, sv, da or en" },
		{ "/api/v1/figures.csv?form=lotus", "it must be program or excel" },
	};
	struct site *site = *state;

	site_open(site, "");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *answer = site_json(site, cases[i].path, 400);

		if (!strstr(word(answer, "error"), cases[i].part))
			fail_msg("%s: %s", cases[i].path, word(answer, "error"));
		json_decref(answer);
	}
	json_decref(site_json(site, "/api/v1/outlines", 404));
	json_decref(site_json(site, "/api/v1/nothing", 404));
	json_decref(site_json(site, "/api/v2/state", 404));
	server_stop(&site->server);
	daemon_stop(site->daemon, SIGTERM);
}

#define OF_SITE(test) cmocka_unit_test_setup_teardown(test, site_setup, site_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		OF_SITE(figures_by_every_filter_are_those_of_export),
		OF_SITE(any_of_several_is_an_answer),
		OF_SITE(figures_of_any_day_are_those_of_export),
		OF_SITE(what_looks_alike_is_not_the_same),
		OF_SITE(keys_choose_what_is_told),
		OF_SITE(tables_have_the_same_figures),
		OF_SITE(what_one_has_is_not_sent_again_and_what_is_long_is_pressed),
		OF_SITE(a_line_s_end_in_a_value_makes_no_other_question),
		OF_SITE(what_is_asked_wrongly_is_told_what_would_be_right),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
