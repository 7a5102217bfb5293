/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/course/print.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/cli/course/write.h"
#include "clients/text/csv.h"
#include "proto/iso8601.h"
#include "proto/json.h"

/* What has something in each course, or only where that was asked for. */
enum part { EVERY_COURSE, OF_PRESENCE, OF_ENROLMENT, OF_VALIDITY };

struct column {
	const char *name;
	enum part part;
};

static const struct column columns[] = {
	{ "type", EVERY_COURSE },   { "time", EVERY_COURSE },	    { "learner", EVERY_COURSE },
	{ "module", EVERY_COURSE }, { "region", EVERY_COURSE },	    { "score", EVERY_COURSE },
	{ "passed", EVERY_COURSE }, { "phase", EVERY_COURSE },	    { "minutes", OF_PRESENCE },
	{ "state", OF_ENROLMENT },  { "valid_until", OF_VALIDITY },
};
static const struct column voids_columns[] = {
	{ "type", EVERY_COURSE },   { "time", EVERY_COURSE },  { "score", EVERY_COURSE },
	{ "passed", EVERY_COURSE }, { "phase", EVERY_COURSE }, { "minutes", OF_PRESENCE },
};

enum {
	N_COLUMNS = sizeof(columns) / sizeof(columns[0]),
	N_VOIDS = sizeof(voids_columns) / sizeof(voids_columns[0]),
};

static bool has_part(const struct course *course, enum part part)
{
	return part == EVERY_COURSE || (part == OF_PRESENCE && course->presence) ||
	       (part == OF_ENROLMENT && course->enrolment) ||
	       (part == OF_VALIDITY && course->validity);
}

/* As lift publish reads it. */
static struct csv csv_to(FILE *out)
{
	return (struct csv){ .out = out, .form = { .separator = ',', .decimal = '.' } };
}

void course_print_header(const struct course *course, FILE *out)
{
	struct csv csv = csv_to(out);
	char name[ATTR_NAME_MAX + 8];

	for (size_t i = 0; i < N_COLUMNS; i++)
		if (has_part(course, columns[i].part))
			csv_word(&csv, columns[i].name);
	for (size_t i = 0; i < N_VOIDS; i++) {
		if (!has_part(course, voids_columns[i].part))
			continue;
		snprintf(name, sizeof(name), "voids.%s", voids_columns[i].name);
		csv_word(&csv, name);
	}
	for (size_t i = 0; i < course->n_dimensions && i < ATTRS_MAX; i++) {
		snprintf(name, sizeof(name), "attrs.%.*s", (int)course->dimensions[i].name.size,
			 course->dimensions[i].name.data);
		csv_text(&csv, name);
	}
	csv_end_row(&csv);
}

static void print_cell(struct csv *csv, const char *key, const json_t *value)
{
	char text[ISO8601_TEXT];

	if (json_is_integer(value) && strcmp(key, "time") == 0) {
		iso8601_print(json_integer_value(value), text);
		csv_word(csv, text);
	} else if (json_is_string(value)) {
		csv_text(csv, json_string_value(value));
	} else if (json_is_boolean(value)) {
		csv_word(csv, json_is_true(value) ? "true" : "false");
	} else {
		snprintf(text, sizeof(text), json_is_integer(value) ? "%.0f" : "%.4g",
			 json_number_value(value));
		csv_number(csv, json_is_number(value) ? text : "");
	}
}

static void print_row(FILE *out, const struct course *course, const json_t *event)
{
	const json_t *voids = json_object_get(event, "voids");
	const json_t *attrs = json_object_get(event, "attrs");
	struct csv csv = csv_to(out);

	for (size_t i = 0; i < N_COLUMNS; i++)
		if (has_part(course, columns[i].part))
			print_cell(&csv, columns[i].name, json_object_get(event, columns[i].name));
	for (size_t i = 0; i < N_VOIDS; i++)
		if (has_part(course, voids_columns[i].part))
			print_cell(&csv, voids_columns[i].name,
				   json_object_get(voids, voids_columns[i].name));
	for (size_t i = 0; i < course->n_dimensions && i < ATTRS_MAX; i++) {
		struct text name = course->dimensions[i].name;

		print_cell(&csv, "", json_object_getn(attrs, name.data, name.size));
	}
	csv_end_row(&csv);
}

int course_print_event(const struct course *course, const struct course_event *event, bool csv,
		       FILE *out)
{
	json_t *json = course_event_json(course, event);
	char *line = json && !csv ? json_line(json) : NULL;

	if (json && csv)
		print_row(out, course, json);
	if (line)
		fprintf(out, "%s\n", line);
	json_decref(json);
	free(line);
	return json && (csv || line) ? 0 : LIFT_E_MEMORY;
}
