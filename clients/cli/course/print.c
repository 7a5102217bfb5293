/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/course/print.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/cli/course/write.h"
#include "clients/cli/text/print.h"
#include "proto/iso8601.h"
#include "proto/json.h"

static const char *const columns[] = { "type",	 "time",  "learner", "module",
				       "region", "score", "passed",  "phase" };
static const char *const voids_columns[] = { "type", "time", "score", "passed", "phase" };

enum {
	N_COLUMNS = sizeof(columns) / sizeof(columns[0]),
	N_VOIDS = sizeof(voids_columns) / sizeof(voids_columns[0]),
};

void course_print_header(const struct course *course, FILE *out)
{
	for (size_t i = 0; i < N_COLUMNS; i++)
		fprintf(out, "%s%s", i ? "," : "", columns[i]);
	for (size_t i = 0; i < N_VOIDS; i++)
		fprintf(out, ",voids.%s", voids_columns[i]);
	for (size_t i = 0; i < course->n_dimensions && i < ATTRS_MAX; i++) {
		char name[ATTR_NAME_MAX + 8];

		snprintf(name, sizeof(name), "attrs.%.*s", (int)course->dimensions[i].name.size,
			 course->dimensions[i].name.data);
		fputc(',', out);
		print_csv(out, name, 0);
	}
	fputc('\n', out);
}

static void print_cell(FILE *out, const char *key, const json_t *value)
{
	char time[ISO8601_TEXT];

	if (json_is_integer(value) && strcmp(key, "time") == 0) {
		iso8601_print(json_integer_value(value), time);
		fputs(time, out);
	} else if (json_is_string(value)) {
		print_csv(out, json_string_value(value), 0);
	} else if (json_is_boolean(value)) {
		fputs(json_is_true(value) ? "true" : "false", out);
	} else if (json_is_number(value)) {
		fprintf(out, "%.4g", json_number_value(value));
	}
}

static void print_row(FILE *out, const struct course *course, const json_t *event)
{
	const json_t *voids = json_object_get(event, "voids");
	const json_t *attrs = json_object_get(event, "attrs");

	for (size_t i = 0; i < N_COLUMNS; i++) {
		if (i > 0)
			fputc(',', out);
		print_cell(out, columns[i], json_object_get(event, columns[i]));
	}
	for (size_t i = 0; i < N_VOIDS; i++) {
		fputc(',', out);
		print_cell(out, voids_columns[i], json_object_get(voids, voids_columns[i]));
	}
	for (size_t i = 0; i < course->n_dimensions && i < ATTRS_MAX; i++) {
		struct text name = course->dimensions[i].name;

		fputc(',', out);
		print_cell(out, "", json_object_getn(attrs, name.data, name.size));
	}
	fputc('\n', out);
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
