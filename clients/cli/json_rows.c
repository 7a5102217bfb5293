/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/json_rows.h"

#include <math.h>
#include <stdio.h>

#include "clients/cli/sheet/values.h"
#include "proto/json.h"

enum { EVENT_DEPTH = 2 /* maps in an event, itself counted: what a batch has room for */ };

#define TIME_REAL_MAX 9007199254740992.0 /* 2^53: up to there each integer is a real number */

static int json_depth(const json_t *json)
{
	const char *key;
	json_t *value;
	size_t i;
	int deepest = 0, depth;

	if (!json_is_object(json) && !json_is_array(json))
		return 0;
	json_object_foreach((json_t *)json, key, value)
	{
		depth = json_depth(value);
		deepest = depth > deepest ? depth : deepest;
	}
	json_array_foreach(json, i, value)
	{
		depth = json_depth(value);
		deepest = depth > deepest ? depth : deepest;
	}
	return deepest + 1;
}

/* Values, as programs write them that have only texts, or only real numbers: the daemon judges what
 * cannot be converted. NULL: it stays as it is. */

static json_t *convert_time(const json_t *value, struct text text)
{
	double real = json_real_value(value);
	int64_t ms;

	if (json_is_real(value) && real >= 0 && real < TIME_REAL_MAX)
		return json_integer((json_int_t)floor(real));
	return json_is_string(value) && value_time(text, &ms) ? json_integer(ms) : NULL;
}

static json_t *convert_score(const json_t *value, struct text text)
{
	double score;

	return json_is_string(value) && value_score(text, &score) ? json_real(score) : NULL;
}

static json_t *convert_passed(const json_t *value, struct text text)
{
	bool passed;

	return json_is_string(value) && value_passed(text, &passed) ? json_boolean(passed) : NULL;
}

static json_t *convert_minutes(const json_t *value, struct text text)
{
	double minutes = json_real_value(value);

	if (!json_is_real(value) && !(json_is_string(value) && value_score(text, &minutes)))
		return NULL;
	return minutes == floor(minutes) && fabs(minutes) < TIME_REAL_MAX
		       ? json_integer((json_int_t)minutes)
		       : NULL;
}

static json_t *convert_nothing(const json_t *value, struct text text)
{
	(void)value;
	(void)text;
	return NULL;
}

/* Ids and codes that are numbers to a program. */
static json_t *convert_code(const json_t *value, struct text text)
{
	(void)text;
	return json_is_integer(value)
		       ? json_sprintf("%" JSON_INTEGER_FORMAT, json_integer_value(value))
		       : NULL;
}

static const struct {
	const char *key;
	json_t *(*convert)(const json_t *value, struct text text);
} conversions[] = {
	{ "time", convert_time },     { "score", convert_score },
	{ "passed", convert_passed }, { "phase", convert_nothing },
	{ "learner", convert_code },  { "module", convert_code },
	{ "region", convert_code },   { "minutes", convert_minutes },
	{ "state", convert_nothing }, { "valid_until", convert_nothing },
};

static json_t *convert_value(const char *key, const json_t *value, struct text text)
{
	for (size_t i = 0; i < sizeof(conversions) / sizeof(conversions[0]); i++) {
		if (strcmp(key, conversions[i].key) != 0)
			continue;
		/* An empty cell of who had only texts. */
		return json_is_string(value) && text.size == 0
			       ? json_null()
			       : conversions[i].convert(value, text);
	}
	return NULL;
}

/* Texts lose the spaces around them; values of an event and of `voids` become what they stand for.
 * False without memory. */
static bool convert_map(json_t *map, bool is_event)
{
	void *next = json_object_iter(map);

	for (; next; next = json_object_iter_next(map, next)) {
		json_t *value = json_object_iter_value(next), *changed;
		struct text whole = { json_string_value(value), json_string_length(value) };
		struct text text = value_trim(whole);

		changed = is_event ? convert_value(json_object_iter_key(next), value, text)
				   : convert_code(value, text);
		if (!changed && text.size < whole.size)
			changed = json_stringn(text.size ? text.data : "", text.size);
		else if (!changed)
			continue;
		if (json_object_iter_set_new(map, next, changed) != 0)
			return false;
	}
	return true;
}

/* Shapes. */

static bool has_keys(const json_t *json, const char *const *keys, size_t n)
{
	for (size_t i = 0; i < n && keys[i]; i++)
		if (!json_object_get(json, keys[i]))
			return false;
	return true;
}

/* What lacks keys of an event, by keys that others have; "" where nobody is known. */
static const char *shape_of(const json_t *json)
{
	enum { KEYS = 3 };
	static const struct {
		const char *keys[KEYS], *what;
	} shapes[] = {
		{ { "actor", "verb", "object" }, "xAPI statements" },
		{ { "statements" }, "xAPI statements" },
		{ { "actor", "action", "eventTime" }, "Caliper events" },
		{ { "event_type", "username" }, "a tracking log of Open edX" },
	};

	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
		if (has_keys(json, shapes[i].keys, KEYS))
			return shapes[i].what;
	return "";
}

/* A key that an event must have, and this one has not; NULL where it has all. */
static const char *missing_key(const json_t *json)
{
	static const char *const keys[] = { "type", "time", "learner", "module", "region" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (!json_object_get(json, keys[i]))
			return keys[i];
	return NULL;
}

/* What is no JSON, but what other programs print for it. */
static const char *notation_of(struct text record, const json_error_t *error)
{
	static const struct text python = TEXT("{'");

	if (strstr(error->text, "near 'NaN'") || strstr(error->text, "near 'Infinity'"))
		return "NaN and infinity are no JSON: null stands for what is not known";
	if (record.size > python.size && memcmp(record.data, python.data, python.size) == 0)
		return "this is how Python prints a dict, and no JSON: json.dumps writes it";
	return NULL;
}

/* What jansson says, without the piece of the file that it quotes: that may be somebody's id. */
static void tell_error(struct text record, const json_error_t *error, char *problem)
{
	const char *notation = notation_of(record, error), *near = strstr(error->text, " near '");
	int size = near ? (int)(near - error->text) : (int)strlen(error->text);
	char line[32] = "";

	if (notation) {
		snprintf(problem, ROWS_PROBLEM_MAX, "%s", notation);
		return;
	}
	if (error->line > 1)
		snprintf(line, sizeof(line), "line %d of it, ", error->line);
	snprintf(problem, ROWS_PROBLEM_MAX, "no JSON: %.*s (%scolumn %d)", size, error->text, line,
		 error->column);
}

int json_row_read(struct text record, struct msg_writer *writer, const char **ret_shape,
		  char problem[static ROWS_PROBLEM_MAX])
{
	json_error_t error;
	json_t *json = json_loadb(record.data, record.size, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL,
				  &error);
	const char *key = json ? missing_key(json) : NULL;
	int err = LIFT_E_MALFORMED;

	*ret_shape = NULL;
	if (!json && json_error_code(&error) == json_error_out_of_memory)
		return LIFT_E_MEMORY;
	if (!json) {
		tell_error(record, &error, problem);
	} else if (key) {
		*ret_shape = shape_of(json);
		snprintf(problem, ROWS_PROBLEM_MAX, "it has no key '%s'", key);
	} else if (json_depth(json) > EVENT_DEPTH) {
		snprintf(problem, ROWS_PROBLEM_MAX,
			 "an event holds maps of values (attrs, voids), nothing deeper");
	} else if (!convert_map(json, true) ||
		   !convert_map(json_object_get(json, "attrs"), false) ||
		   !convert_map(json_object_get(json, "voids"), true)) {
		err = LIFT_E_MEMORY;
	} else {
		json_to_msg(json, writer);
		err = 0;
	}
	json_decref(json);
	return err;
}
