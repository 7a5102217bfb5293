/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/course/places.h"

#include <stdlib.h>

#include "clients/cli/course/dimensions.h"
#include "clients/cli/course/nodes.h"

enum { REGION_WEIGHT = 100 };

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
		n += course_count_of(yaml_get(region, "parents"));
	parents = calloc(n + 1, sizeof(*parents));
	n = 0;
	for (region = regions->child; parents && region; region = region->next) {
		if (course_count_of(yaml_get(region, "parents")) == 0)
			continue;
		for (parent = yaml_get(region, "parents")->child; parent; parent = parent->next)
			parents[n++] = parent->text;
	}
	if (parents)
		qsort(parents, n, sizeof(*parents), compare_texts);
	*ret_n = n;
	return parents;
}

/* A row's count, from 0 on. */
static double row_count(const struct yaml_node *row, double otherwise)
{
	double count = course_number_of(yaml_get(row, "count"), otherwise);

	return count >= 0 && count < 1e9 ? count : otherwise;
}

/* The headcount of all: the row without a where. */
static uint64_t region_weight(const struct yaml_node *region)
{
	const struct yaml_node *row = yaml_get(region, "headcount");

	for (row = row ? row->child : NULL; row; row = row->next)
		if (course_count_of(yaml_get(row, "where")) == 0) {
			double count = row_count(row, REGION_WEIGHT);

			return count >= 1 ? (uint64_t)count : 1;
		}
	return REGION_WEIGHT;
}

/* Who no row speaks of: what is left of all of them, the first values of a dimension more often. */
static void share_rest(const struct course *course, const double left[], double shares[])
{
	for (size_t d = 0; d < course->n_dimensions; d++) {
		size_t n = course->dimensions[d].n_values;
		double total = 0, rest = left[d] > 0 ? left[d] : 0;

		for (size_t i = 0; i < n; i++)
			total += shares[i] < 0 ? course_common(i) : 0;
		for (size_t i = 0; i < n; i++)
			if (shares[i] < 0)
				shares[i] = rest * course_common(i) / total;
		shares += n;
	}
}

/* How many of each value work there; NULL where no row says. */
static int read_shares(const struct yaml_node *region, const struct course *course,
		       struct course_region *to)
{
	const struct yaml_node *rows = yaml_get(region, "headcount"), *row;
	size_t n = course_count_values(course), at;
	double *left;

	for (row = rows ? rows->child : NULL; row; row = row->next)
		if (course_find_value(course, yaml_get(row, "where"), &at))
			break;
	if (!row)
		return 0;
	to->shares = calloc(n, sizeof(*to->shares));
	left = calloc(course->n_dimensions, sizeof(*left));
	if (!to->shares || !left) {
		free(left);
		return LIFT_E_MEMORY;
	}
	for (size_t i = 0; i < n; i++)
		to->shares[i] = -1;
	for (; row; row = row->next)
		if (course_find_value(course, yaml_get(row, "where"), &at))
			to->shares[at] = row_count(row, 0);
	at = 0;
	for (size_t d = 0; d < course->n_dimensions; d++) {
		left[d] = (double)to->weight;
		for (size_t i = 0; i < course->dimensions[d].n_values; i++, at++)
			left[d] -= to->shares[at] > 0 ? to->shares[at] : 0;
	}
	share_rest(course, left, to->shares);
	free(left);
	return 0;
}

int course_read_regions(const struct yaml_node *root, struct course *course)
{
	const struct yaml_node *regions = yaml_get(root, "regions"), *region;
	struct text *parents;
	int err = 0;
	size_t n;

	if (course_count_of(regions) == 0)
		return 0;
	parents = read_parents(regions, &n);
	course->regions = calloc(regions->n_children, sizeof(*course->regions));
	if (!parents || !course->regions)
		err = LIFT_E_MEMORY;
	for (region = regions->child; !err && region; region = region->next) {
		struct text code = course_text_of(yaml_get(region, "code"));
		struct course_region *to;

		if (!code.size || bsearch(&code, parents, n, sizeof(*parents), compare_texts))
			continue;
		to = &course->regions[course->n_regions++];
		*to = (struct course_region){ .code = code, .weight = region_weight(region) };
		err = read_shares(region, course, to);
	}
	free(parents);
	return err;
}

struct place {
	struct text code; /* the first member: compare_texts */
	const struct yaml_node *region;
	bool inside;
};

struct places {
	struct place *rows;
	size_t n;
};

static struct place *find_place(const struct places *places, struct text code)
{
	return bsearch(&code, places->rows, places->n, sizeof(*places->rows), compare_texts);
}

static int places_make(const struct yaml_node *regions, struct places *places)
{
	places->rows = calloc(regions->n_children, sizeof(*places->rows));
	if (!places->rows)
		return LIFT_E_MEMORY;
	for (const struct yaml_node *region = regions->child; region; region = region->next) {
		struct text code = course_text_of(yaml_get(region, "code"));

		if (code.size)
			places->rows[places->n++] = (struct place){ code, region, false };
	}
	qsort(places->rows, places->n, sizeof(*places->rows), compare_texts);
	return 0;
}

static bool has_parent_inside(const struct places *places, const struct place *place)
{
	const struct yaml_node *parent = yaml_get(place->region, "parents");
	const struct place *above;

	if (course_count_of(parent) == 0)
		return false;
	for (parent = parent->child; parent; parent = parent->next) {
		above = find_place(places, parent->text);
		if (above && above->inside)
			return true;
	}
	return false;
}

/* Mark what is named, and then, level by level, what is below it. */
static void mark_inside(const struct places *places, const struct yaml_node *codes)
{
	bool more = true;

	for (const struct yaml_node *row = codes->child; row; row = row->next) {
		struct text code = course_text_in(row, "code");
		struct place *place = find_place(places, code);

		if (place)
			place->inside = true;
		for (size_t i = 0; text_equal(code, text_of("all")) && i < places->n; i++)
			places->rows[i].inside = true;
	}
	while (more) {
		more = false;
		for (size_t i = 0; i < places->n; i++) {
			struct place *place = &places->rows[i];

			if (place->inside || !has_parent_inside(places, place))
				continue;
			place->inside = more = true;
		}
	}
}

int course_read_homes(const struct yaml_node *root, const struct yaml_node *programme,
		      const struct course *course, struct course_programme *ret_programme)
{
	const struct yaml_node *codes = yaml_get(programme, "regions");
	struct places places = { 0 };
	uint64_t weight = 0;
	int err = 0;

	ret_programme->homes = calloc(course->n_regions + 1, sizeof(*ret_programme->homes));
	if (!ret_programme->homes)
		return LIFT_E_MEMORY;
	if (course_count_of(codes) > 0 && course->n_regions > 0) {
		err = places_make(yaml_get(root, "regions"), &places);
		if (!err)
			mark_inside(&places, codes);
	}
	for (size_t i = 0; !err && i < course->n_regions; i++) {
		const struct course_region *region = &course->regions[i];

		if (places.n > 0 && !find_place(&places, region->code)->inside)
			continue;
		weight += region->weight;
		ret_programme->homes[ret_programme->n_homes++] =
			(struct course_home){ (uint32_t)i, weight };
	}
	free(places.rows);
	return err;
}
