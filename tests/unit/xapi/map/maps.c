/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/xapi/map/maps.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define NOON_MS INT64_C(1764417600000) /* 2025-11-29T12:00:00Z */

json_t *json_written(const char *text)
{
	char *copy = strdup(text);
	json_error_t error;
	json_t *json;

	assert_non_null(copy);
	for (char *at = copy; *at; at++)
		if (*at == '\'')
			*at = '"';
	json = json_loads(copy, JSON_REJECT_DUPLICATES, &error);
	if (!json)
		fail_msg("%s: %s", error.text, copy);
	free(copy);
	return json;
}

/* A file of this text, whose name is in `path`. */
static void write_file(const char *text, char *path)
{
	const char *directory = getenv("TMPDIR");
	size_t size = strlen(text);
	int fd;

	snprintf(path, 200, "%s/maps-XXXXXX", directory ? directory : "/tmp");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, size), size);
	close(fd);
}

struct map *map_shipped_only(void)
{
	struct yaml_errors errors = { .file = "own" };
	struct map *map = NULL;

	if (mapping_load(NULL, &errors, &map) != 0)
		fail_msg("%s", errors.text);
	return map;
}

struct map *map_with(const char *yaml)
{
	struct yaml_errors errors = { .file = "own" };
	struct map *map = NULL;
	char path[200];
	int err;

	write_file(yaml, path);
	err = mapping_load(path, &errors, &map);
	unlink(path);
	if (err)
		fail_msg("%s", errors.text);
	return map;
}

/* Without "own:" before each line. */
static char *without_file(struct yaml_errors *errors)
{
	char *text = errors->text ? errors->text : strdup(""), *to = text;

	assert_non_null(text);
	for (char *at = text; *at;) {
		if (strncmp(at, "own:", 4) == 0)
			at += 4;
		while (*at && *at != '\n')
			*to++ = *at++;
		if (*at)
			*to++ = *at++;
	}
	*to = 0;
	return text;
}

char *map_errors(const char *yaml)
{
	struct yaml_errors errors = { .file = "own" };
	struct map *map = NULL;
	char path[200];

	write_file(yaml, path);
	if (mapping_load(path, &errors, &map) == 0)
		mapping_free(map);
	unlink(path);
	return without_file(&errors);
}

struct people *people_of(const char *csv)
{
	struct yaml_errors errors = { .file = "own" };
	struct people *people = NULL;
	char path[200];
	int err;

	write_file(csv, path);
	err = people_load(path, &errors, &people);
	unlink(path);
	if (err)
		fail_msg("%s", errors.text ? errors.text : "no memory");
	return people;
}

char *people_errors(const char *csv)
{
	struct yaml_errors errors = { .file = "own" };
	struct people *people = NULL;
	char path[200];

	write_file(csv, path);
	if (people_load(path, &errors, &people) == 0)
		people_free(people);
	unlink(path);
	return without_file(&errors);
}

static void print_event(FILE *to, const struct event *event)
{
	const struct event_result *result = &event->result;

	fprintf(to, "%s %.*s %.*s %.*s", event_type_name(event->type), (int)event->module.size,
		event->module.data, (int)event->learner.size, event->learner.data,
		(int)event->region.size, event->region.data);
	if (result->score >= 0)
		fprintf(to, " score=%g", result->score / (double)SCORE_ONE);
	if (result->passed >= 0)
		fprintf(to, " %s", result->passed ? "passed" : "failed");
	if (result->phase)
		fprintf(to, " %s", event_phase_name(result->phase));
	if (result->minutes)
		fprintf(to, " minutes=%u", result->minutes);
	if (result->state)
		fprintf(to, " %s", event_state_name(result->state));
	if (event->type == EVENT_VOIDED)
		fprintf(to, " takes=%s", event_type_name(event->voids));
	if (event->valid_until)
		fprintf(to, " until=%d", event->valid_until);
	for (size_t i = 0; i < event->n_attrs; i++)
		fprintf(to, " %.*s=%.*s", (int)event->attrs[i].name.size, event->attrs[i].name.data,
			(int)event->attrs[i].value.size, event->attrs[i].value.data);
	if (event->time != NOON_MS)
		fprintf(to, " %+lld", (long long)(event->time - NOON_MS));
}

void outcome_line(const struct outcome *outcome, char to[static LINE_MAX_SIZE])
{
	FILE *line = fmemopen(to, LINE_MAX_SIZE, "w");

	assert_non_null(line);
	if (outcome->kind == OUTCOME_IGNORED)
		fprintf(line, "ignored %s", outcome->rule);
	else if (outcome->kind == OUTCOME_REFUSED)
		fprintf(line, "refused %s: %s", outcome->rule, outcome->why);
	else if (outcome->kind == OUTCOME_VOIDS)
		fprintf(line, "voids %.*s (%s)", (int)outcome->voids.size, outcome->voids.data,
			outcome->rule);
	for (size_t i = 0; i < outcome->n_events; i++) {
		fprintf(line, "%s", i ? "; " : "");
		print_event(line, &outcome->events[i]);
	}
	if (outcome->kind == OUTCOME_EVENTS)
		fprintf(line, " (%s)%s", outcome->rule, outcome->score_dropped ? " dropped" : "");
	fclose(line);
}

void apply_line(const struct map *map, const struct map_platform *platform, const json_t *statement,
		char to[static LINE_MAX_SIZE])
{
	struct arena arena = { 0 };
	struct outcome outcome;

	assert_int_equal(map_apply(map, platform, statement, NOW_MS, &arena, &outcome), 0);
	outcome_line(&outcome, to);
	arena_free(&arena);
}

json_t *statement_of(const char *verb, const char *object, const char *result, const char *context)
{
	json_t *json = json_written("{'actor': {'account': {'homePage': 'https://lms.example', "
				    "'name': '17'}}, 'timestamp': '2025-11-29T12:00:00Z'}");

	json_object_set_new(json, "verb", json_pack("{s:s}", "id", verb));
	json_object_set_new(json, "object",
			    json_written(object ? object : "{'id': 'https://lms.example/c/1'}"));
	if (result)
		json_object_set_new(json, "result", json_written(result));
	if (context)
		json_object_set_new(json, "context", json_written(context));
	return json;
}
