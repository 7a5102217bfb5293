/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The key `cadence`: how often each source is to be heard.
 */
#include "proto/config_parts.h"
#include "proto/event.h"

#include <stdlib.h>

enum { CADENCE_DAYS_MAX = 366, NUMBER_MAX = 1000000 };

static const int64_t minute_ms = 60000, day_ms = 86400000;

/* "h", " hours": how many ms one of them has; 0: it is none. */
static int64_t unit_ms(struct text word)
{
	static const struct {
		const char *words[4];
		int64_t minutes;
	} units[] = {
		{ { "min", "minute", "minutes", NULL }, 1 },
		{ { "h", "hour", "hours", NULL }, 60 },
		{ { "d", "day", "days", NULL }, 24 * 60 },
		{ { "w", "week", "weeks", NULL }, 7 * 24 * 60 },
	};

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		for (const char *const *one = units[i].words; *one; one++)
			if (text_equal(word, text_of(*one)))
				return units[i].minutes * minute_ms;
	return 0;
}

/* "90 min", "26h", "3 days"; 0: it is no such time, or out of range. */
static int64_t duration_ms(struct text text)
{
	int64_t n = 0, ms;
	size_t i = 0;

	for (; i < text.size && text.data[i] >= '0' && text.data[i] <= '9' && n <= NUMBER_MAX; i++)
		n = 10 * n + (text.data[i] - '0');
	if (i < text.size && text.data[i] == ' ')
		i++;
	ms = n * unit_ms((struct text){ text.data + i, text.size - i });
	return n <= NUMBER_MAX && ms <= CADENCE_DAYS_MAX * day_ms ? ms : 0;
}

static bool value_read(struct reader *reader, const struct yaml_node *node, int64_t *ret_ms)
{
	struct text text = node->kind == YAML_TEXT ? node->text : text_of("");

	if (text_equal(text, text_of("learnt")))
		*ret_ms = CADENCE_LEARNT;
	else if (text_equal(text, text_of("never")))
		*ret_ms = CADENCE_NEVER;
	else
		*ret_ms = duration_ms(text);
	if (*ret_ms != 0 || text_equal(text, text_of("never")))
		return true;
	reader_error(reader, node,
		     "a cadence must be a time from 1 min to %d days, such as `90 min`, `26 h` or "
		     "`8 days`, or `learnt`, or `never`",
		     CADENCE_DAYS_MAX);
	return false;
}

static bool cadence_read(struct reader *reader, const struct yaml_node *node,
			 struct config_cadence *row)
{
	if (!text_equal(node->key, text_of("*")) && !source_is_valid(node->key)) {
		yaml_error(reader->errors, node->key_line,
			   "a source must be 1 to %d of a-z 0-9 . _ -, or \"*\", not `%.*s`",
			   SOURCE_MAX, YAML_EXCERPT(node->key));
		return false;
	}
	if (!value_read(reader, node, &row->ms))
		return false;
	row->source = arena_text(reader->arena, node->key);
	reader->no_memory |= !row->source;
	return !reader->no_memory;
}

static int compare_cadences(const void *a, const void *b)
{
	return strcmp(((const struct config_cadence *)a)->source,
		      ((const struct config_cadence *)b)->source);
}

void read_cadence(struct reader *reader, const struct yaml_node *node, const struct field *field,
		  void *to)
{
	struct config *config = to;

	if (node->kind != YAML_MAP || node->n_children > CONFIG_CADENCES_MAX) {
		reader_error(reader, node,
			     "%s must be a map of at most %d, `source: time`, such as "
			     "`{moodle-rana: 1 h}`",
			     field->name, CONFIG_CADENCES_MAX);
		return;
	}
	config->cadences = reader_take(reader, node->n_children, sizeof(*config->cadences));
	if (!config->cadences)
		return;
	for (const struct yaml_node *item = node->child; item; item = item->next)
		config->n_cadences +=
			cadence_read(reader, item, &config->cadences[config->n_cadences]);
	if (config->n_cadences > 0)
		qsort(config->cadences, config->n_cadences, sizeof(*config->cadences),
		      compare_cadences);
}

static int compare_source(const void *source, const void *row)
{
	return text_compare(*(const struct text *)source,
			    text_of(((const struct config_cadence *)row)->source));
}

static const struct config_cadence *named(const struct config *config, struct text source)
{
	return config->n_cadences == 0 ? NULL
				       : bsearch(&source, config->cadences, config->n_cadences,
						 sizeof(*config->cadences), compare_source);
}

int64_t config_cadence(const struct config *config, struct text source)
{
	const struct config_cadence *row = named(config, source);

	if (!row)
		row = named(config, text_of("*"));
	return row ? row->ms : CADENCE_LEARNT;
}
