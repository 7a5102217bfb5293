/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "clients/cli/course.h"
#include "clients/cli/iso8601.h"

enum { REGION_WEIGHT = 100, PASS_MARK = SCORE_ONE / 2, DAYS = 120, FROM = 20332 /* 2025-09-01 */ };

static bool is_text(const struct yaml_node *node)
{
	return node && node->kind == YAML_TEXT && node->text.size > 0;
}

static size_t count_of(const struct yaml_node *node)
{
	return node && node->kind != YAML_TEXT ? node->n_children : 0;
}

static double number_of(const struct yaml_node *node, double otherwise)
{
	char text[32], *end;
	double value;

	if (!is_text(node) || node->text.size >= sizeof(text))
		return otherwise;
	memcpy(text, node->text.data, node->text.size);
	text[node->text.size] = 0;
	value = strtod(text, &end);
	return *end ? otherwise : value;
}

/* ---- regions ----------------------------------------------------------------------------------- */

static int compare_texts(const void *a, const void *b)
{
	return text_compare(*(const struct text *)a, *(const struct text *)b);
}

/* All codes that are named as a parent, sorted; the caller frees them. */
static struct text *read_parents(const struct yaml_node *regions, size_t *ret_n)
{
	const struct yaml_node *region, *parent;
	struct text *parents;
	size_t n = 0;

	for (region = regions->child; region; region = region->next)
		n += count_of(yaml_get(region, "parents"));
	parents = calloc(n + 1, sizeof(*parents));
	n = 0;
	for (region = regions->child; parents && region; region = region->next) {
		if (count_of(yaml_get(region, "parents")) == 0)
			continue;
		for (parent = yaml_get(region, "parents")->child; parent; parent = parent->next)
			parents[n++] = parent->text;
	}
	if (parents)
		qsort(parents, n, sizeof(*parents), compare_texts);
	*ret_n = n;
	return parents;
}

/* The headcount of all: the row without a where. */
static uint64_t region_weight(const struct yaml_node *region)
{
	const struct yaml_node *row = yaml_get(region, "headcount");

	for (row = row ? row->child : NULL; row; row = row->next)
		if (yaml_is_absent(yaml_get(row, "where"))) {
			double count = number_of(yaml_get(row, "count"), REGION_WEIGHT);

			return count >= 1 && count < 1e9 ? (uint64_t)count : 1;
		}
	return REGION_WEIGHT;
}

static int read_regions(const struct yaml_node *root, struct course *course)
{
	const struct yaml_node *regions = yaml_get(root, "regions"), *region;
	uint64_t weight = 0;
	struct text *parents;
	size_t n;

	if (count_of(regions) == 0)
		return 0;
	parents = read_parents(regions, &n);
	course->regions = calloc(regions->n_children, sizeof(*course->regions));
	if (!parents || !course->regions) {
		free(parents);
		return LIFT_E_MEMORY;
	}
	for (region = regions->child; region; region = region->next) {
		const struct yaml_node *code = yaml_get(region, "code");

		if (!is_text(code) ||
		    bsearch(&code->text, parents, n, sizeof(*parents), compare_texts))
			continue;
		weight += region_weight(region);
		course->regions[course->n_regions++] = (struct course_region){ code->text, weight };
	}
	free(parents);
	return 0;
}

/* ---- modules and dimensions -------------------------------------------------------------------- */

/* Is the module one of the first programme's? Without a programme, all are. */
static bool is_chosen(const struct yaml_node *programme, struct text id)
{
	const struct yaml_node *item = yaml_get(programme, "modules");

	if (count_of(item) == 0)
		return true;
	for (item = item->child; item; item = item->next)
		if (item->kind == YAML_TEXT && text_equal(item->text, id))
			return true;
	return false;
}

/* Is there such a word, in letters of any case? */
static bool has_word(struct text text, const char *word)
{
	size_t size = strlen(word);

	for (size_t i = 0; i + size <= text.size; i++)
		if ((i == 0 || !isalpha((unsigned char)text.data[i - 1])) &&
		    strncasecmp(text.data + i, word, size) == 0 &&
		    (i + size == text.size || !isalpha((unsigned char)text.data[i + size])))
			return true;
	return false;
}

/* "Lifting, pre and post test", "lifting-pre-post": its assessments have phases. */
static bool asks_for_phases(const struct yaml_node *text)
{
	return is_text(text) && has_word(text->text, "pre") && has_word(text->text, "post");
}

static int read_modules(const struct yaml_node *root, const struct yaml_node *programme,
			struct course *course)
{
	const struct yaml_node *modules = yaml_get(root, "modules"), *module;

	if (count_of(modules) == 0)
		return 0;
	course->modules = calloc(modules->n_children, sizeof(*course->modules));
	if (!course->modules)
		return LIFT_E_MEMORY;
	for (module = modules->child; module && course->n_modules < COURSE_MODULES_MAX;
	     module = module->next) {
		const struct yaml_node *id = yaml_get(module, "id");
		double mark = number_of(yaml_get(module, "pass_mark"), 0.5);

		if (!is_text(id) || !is_chosen(programme, id->text))
			continue;
		course->modules[course->n_modules++] = (struct course_module){
			.id = id->text,
			.pass_mark = mark >= 0 && mark <= 1 ? event_score(mark) : PASS_MARK,
			.phases = asks_for_phases(id) || asks_for_phases(yaml_get(module, "name")),
		};
	}
	return 0;
}

static int read_dimensions(const struct yaml_node *root, struct course *course)
{
	const struct yaml_node *dimensions = yaml_get(root, "dimensions"), *dimension, *value;

	if (count_of(dimensions) == 0)
		return 0;
	course->dimensions = calloc(dimensions->n_children, sizeof(*course->dimensions));
	if (!course->dimensions)
		return LIFT_E_MEMORY;
	for (dimension = dimensions->child; dimension; dimension = dimension->next) {
		struct course_dimension *to = &course->dimensions[course->n_dimensions];

		if (count_of(dimension) == 0)
			continue;
		to->values = calloc(dimension->n_children, sizeof(*to->values));
		if (!to->values)
			return LIFT_E_MEMORY;
		to->name = dimension->key;
		course->n_dimensions++;
		for (value = dimension->child; value; value = value->next)
			to->values[to->n_values++] = value->text;
	}
	return 0;
}

/* ---- all of it --------------------------------------------------------------------------------- */

static void read_window(const struct yaml_node *programme, struct course *course)
{
	const struct yaml_node *from = yaml_get(programme, "from"), *to = yaml_get(programme, "to");
	int32_t last;

	course->from = FROM;
	course->days = DAYS;
	if (!is_text(from) || !iso8601_parse_day(from->text, &course->from))
		return;
	course->has_window = true;
	if (is_text(to) && iso8601_parse_day(to->text, &last) && last >= course->from)
		course->days = last - course->from + 1;
	if (course->days > COURSE_DAYS_MAX)
		course->days = COURSE_DAYS_MAX;
}

int course_read(struct text catalogue, struct yaml_errors *errors, struct course *ret_course)
{
	struct course course = { 0 };
	const struct yaml_node *root, *programme, *zone;
	int err = yaml_parse(catalogue, errors, &course.doc);

	if (err)
		return err;
	root = yaml_root(course.doc);
	programme = yaml_get(root, "programmes");
	programme = programme ? programme->child : NULL;
	zone = yaml_get(root, "timezone");
	if (is_text(zone))
		snprintf(course.timezone, sizeof(course.timezone), "%.*s",
			 (int)(zone->text.size < COURSE_TEXT ? zone->text.size : 0),
			 zone->text.data);
	read_window(programme, &course);
	err = read_regions(root, &course);
	if (!err)
		err = read_modules(root, programme, &course);
	if (!err)
		err = read_dimensions(root, &course);
	if (!err && (course.n_regions == 0 || course.n_modules == 0)) {
		yaml_error(errors, 0, "a course needs a catalogue with regions and modules");
		err = LIFT_E_CONFIG;
	}
	if (err)
		course_clear(&course);
	else
		*ret_course = course;
	return err;
}

void course_clear(struct course *course)
{
	for (size_t i = 0; i < course->n_dimensions; i++)
		free(course->dimensions[i].values);
	free(course->dimensions);
	free(course->regions);
	free(course->modules);
	free(course->offset_s);
	yaml_doc_free(course->doc);
	*course = (struct course){ 0 };
}
