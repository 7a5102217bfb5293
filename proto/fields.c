/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/fields.h"

#include "proto/day.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	NAME_MAX_NEAR = 32, /* bytes of a key for which the nearest one is looked for */
	NUMBER_MAX = 40,    /* bytes of a number */
	SAY_MAX = 400,	    /* bytes of an error */
};

void reader_error(struct reader *reader, const struct yaml_node *node, const char *format, ...)
{
	char what[SAY_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	if (reader->by_default)
		yaml_error(reader->errors, 0, "by default, %s", what);
	else
		yaml_error(reader->errors, node ? node->line : 0, "%s", what);
}

void *reader_take(struct reader *reader, size_t count, size_t size)
{
	void *to = arena_take(reader->arena, count, size);

	if (!to)
		reader->no_memory = true;
	return to;
}

static size_t smallest(size_t a, size_t b, size_t c)
{
	size_t least = a < b ? a : b;

	return least < c ? least : c;
}

/* How many bytes must be put in, taken out or changed to make one text of the other
 * (Levenshtein). */
static size_t distance(struct text a, struct text b)
{
	size_t row[NAME_MAX_NEAR + 1];

	assert(b.size <= NAME_MAX_NEAR);
	for (size_t j = 0; j <= b.size; j++)
		row[j] = j;
	for (size_t i = 1; i <= a.size; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= b.size; j++) {
			size_t change = diagonal + (a.data[i - 1] != b.data[j - 1]);

			diagonal = row[j];
			row[j] = smallest(row[j] + 1, row[j - 1] + 1, change);
		}
	}
	return row[b.size];
}

static void say_unknown(struct reader *reader, const struct yaml_node *node,
			const struct fields *fields)
{
	char keys[SAY_MAX / 2] = "";
	const char *nearest = NULL;
	size_t least = 3; /* farther than two letters is another word */

	for (size_t i = 0; i < fields->n; i++) {
		size_t used = strlen(keys), far = least;

		snprintf(keys + used, sizeof(keys) - used, "%s%s", i ? ", " : "",
			 fields->fields[i].name);
		if (node->key.size <= NAME_MAX_NEAR)
			far = distance(text_of(fields->fields[i].name), node->key);
		if (far < least) {
			least = far;
			nearest = fields->fields[i].name;
		}
	}
	yaml_error(reader->errors, node->key_line, "`%.*s` is no key of %s%s%s%s; there are %s",
		   YAML_EXCERPT(node->key), fields->what, nearest ? ", did you mean `" : "",
		   nearest ? nearest : "", nearest ? "`?" : "", keys);
}

static size_t field_index(const struct fields *fields, struct text key)
{
	size_t i = 0;

	while (i < fields->n && !text_equal(key, text_of(fields->fields[i].name)))
		i++;
	return i;
}

bool fields_read(struct reader *reader, const struct yaml_node *node,
		 const struct yaml_node *defaults, const struct fields *fields, void *to)
{
	const struct yaml_node *found[FIELDS_MAX] = { NULL };
	bool by_default = reader->by_default;

	assert(fields->n <= FIELDS_MAX);
	if (node->kind != YAML_MAP) {
		reader_error(reader, node, "%s must be a map, `key: value`", fields->what);
		return false;
	}
	for (const struct yaml_node *child = node->child; child; child = child->next) {
		size_t i = field_index(fields, child->key);

		if (i == fields->n)
			say_unknown(reader, child, fields);
		else if (!yaml_is_absent(child))
			found[i] = child;
	}
	for (size_t i = 0; i < fields->n; i++) {
		const struct field *field = &fields->fields[i];
		const struct yaml_node *value =
			found[i] ? found[i] : yaml_get(defaults, field->name);

		reader->by_default = by_default || !found[i];
		if (value)
			field->read(reader, value, field, (char *)to + field->offset);
		reader->by_default = by_default;
		if (!value && field->required)
			reader_error(reader, node, "%s needs `%s`", fields->what, field->name);
	}
	return true;
}

char *reader_text(struct reader *reader, const struct yaml_node *node, const char *name,
		  int64_t min, int64_t max)
{
	char *text;

	if (node->kind != YAML_TEXT || (int64_t)node->text.size < min ||
	    (int64_t)node->text.size > max) {
		reader_error(reader, node,
			     "%s must be a text of %" PRId64 " to %" PRId64 " bytes%s", name, min,
			     max, node->kind == YAML_TEXT ? "" : ", not a list or map");
		return NULL;
	}
	text = arena_text(reader->arena, node->text);
	if (!text)
		reader->no_memory = true;
	return text;
}

bool reader_list(struct reader *reader, const struct yaml_node *node, const char *name, size_t max)
{
	if (node->kind != YAML_LIST)
		reader_error(reader, node, "%s must be a list, `[...]`", name);
	else if (node->n_children > max)
		reader_error(reader, node, "%s may have %zu entries, not %zu", name, max,
			     node->n_children);
	else
		return true;
	return false;
}

void field_text(struct reader *reader, const struct yaml_node *node, const struct field *field,
		void *to)
{
	char *text = reader_text(reader, node, field->name, field->min, field->max);

	if (text)
		*(char **)to = text;
}

/* Is it a number as JSON writes one? strtod alone would take hexadecimal, `inf` and blanks as
 * well. */
static bool is_number(const char *at, bool whole)
{
	size_t n;

	at += *at == '-';
	n = strspn(at, "0123456789");
	at += n;
	if (n && !whole && *at == '.') {
		n = strspn(++at, "0123456789");
		at += n;
	}
	if (n && !whole && (*at == 'e' || *at == 'E')) {
		at++;
		at += *at == '-' || *at == '+';
		n = strspn(at, "0123456789");
		at += n;
	}
	return n && !*at;
}

/* The scalar as a C string where it is a number, else NULL. */
static const char *number_text(const struct yaml_node *node, char to[static NUMBER_MAX], bool whole)
{
	if (node->kind != YAML_TEXT || node->text.size >= NUMBER_MAX)
		return NULL;
	memcpy(to, node->text.data, node->text.size);
	to[node->text.size] = 0;
	return is_number(to, whole) ? to : NULL;
}

/* What was written instead, in an error. */
static struct text written(const struct yaml_node *node)
{
	return node->kind == YAML_TEXT ? node->text
				       : text_of(node->kind == YAML_LIST ? "[...]" : "{...}");
}

static void integer_put(void *to, size_t size, int32_t value)
{
	if (size == 1)
		*(uint8_t *)to = (uint8_t)value;
	else if (size == 2)
		*(uint16_t *)to = (uint16_t)value;
	else
		*(int32_t *)to = value;
}

void field_integer(struct reader *reader, const struct yaml_node *node, const struct field *field,
		   void *to)
{
	char copy[NUMBER_MAX];
	const char *number = number_text(node, copy, true);
	/* Out of range is the greatest or least value, which is out of the field's range as
	 * well. */
	long long value = number ? strtoll(number, NULL, 10) : 0;

	assert(field->min >= INT32_MIN && field->max <= INT32_MAX);
	if (number && value >= field->min && value <= field->max)
		integer_put(to, field->size, (int32_t)value);
	else
		reader_error(reader, node,
			     "%s must be a whole number from %" PRId64 " to %" PRId64
			     ", not `%.*s`",
			     field->name, field->min, field->max, YAML_EXCERPT(written(node)));
}

void field_number(struct reader *reader, const struct yaml_node *node, const struct field *field,
		  void *to)
{
	char copy[NUMBER_MAX];
	const char *number = number_text(node, copy, false);
	double value = number ? strtod(number, NULL) : 0;

	if (number && isfinite(value) && value >= (double)field->min && value <= (double)field->max)
		*(double *)to = value;
	else
		reader_error(reader, node,
			     "%s must be a number from %" PRId64 " to %" PRId64 ", not `%.*s`",
			     field->name, field->min, field->max, YAML_EXCERPT(written(node)));
}

void field_day(struct reader *reader, const struct yaml_node *node, const struct field *field,
	       void *to)
{
	if (node->kind != YAML_TEXT || day_parse(node->text, to) < 0)
		reader_error(reader, node, "%s must be a day, YYYY-MM-DD, not `%.*s`", field->name,
			     YAML_EXCERPT(written(node)));
}

void field_flag(struct reader *reader, const struct yaml_node *node, const struct field *field,
		void *to)
{
	static const char *const words[] = { "no", "yes", "false", "true" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (node->kind == YAML_TEXT && text_equal(node->text, text_of(words[i]))) {
			*(bool *)to = i % 2;
			return;
		}
	reader_error(reader, node, "%s must be yes or no, not `%.*s`", field->name,
		     YAML_EXCERPT(written(node)));
}
