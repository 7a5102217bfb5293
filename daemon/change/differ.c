/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/change/differ.h"

#include "daemon/catalogue/subject.h"
#include "daemon/change/differing.h"

/* Dimensions. */

/* By its own text: an alias is no value. */
static uint32_t value_of(const struct dimension *dimension, const char *text)
{
	uint32_t v = 0;

	while (v < dimension->n_values && !texts_same(dimension->values[v], text))
		v++;
	return v;
}

static void value_changes(const struct differing *d, const char *value, const struct value_words *a,
			  const struct value_words *b)
{
	struct keys keys = { .size = 0 };

	key_differs(&keys, "label", !labels_same(&a->label, &b->label));
	key_differs(&keys, "capitals", a->folds != b->folds);
	row_add_changed(d, "value", value, &keys);
}

static void differ_values(const struct differing *d, const struct dimension *dimension,
			  const struct dimension *other, bool changes)
{
	struct keys keys = { .size = 0 };

	key_differs(&keys, "label", !labels_same(&dimension->label, &other->label));
	if (changes)
		row_add_changed(d, "dimension", dimension->name, &keys);
	for (uint32_t v = 0; v < dimension->n_values; v++) {
		const struct value_words *a = &dimension->words[v], *b = NULL;
		uint32_t at = value_of(other, dimension->values[v]);

		if (at < other->n_values)
			b = &other->words[at];
		if (!b)
			row_add_of(d, "value", dimension->values[v], "dimension", dimension->name);
		else if (changes)
			value_changes(d, dimension->values[v], a, b);
		differ_aliases(d, "value", dimension->values[v], a->aliases, a->n_aliases,
			       b ? b->aliases : NULL, b ? b->n_aliases : 0);
	}
}

static void differ_dimensions(const struct differing *d, bool changes)
{
	for (uint32_t i = 0; i < d->from->n_dimensions; i++) {
		const struct dimension *dimension = &d->from->dimensions[i];
		uint32_t other = catalogue_dimension(d->to, text_of(dimension->name));

		if (other == CATALOGUE_NONE) {
			row_add(d, "dimension", dimension->name);
			continue;
		}
		differ_values(d, dimension, &d->to->dimensions[other], changes);
	}
}

/* Regions. */

/* Mostly the order is the same, too: that is where one is looked for first. */
static bool regions_same(const struct differing *d, const uint32_t *a, uint32_t n_a,
			 const uint32_t *b, uint32_t n_b)
{
	bool is_same = n_a == n_b;

	for (uint32_t i = 0; i < n_a && is_same; i++) {
		bool found = false;

		for (uint32_t j = 0; j < n_b && !found; j++)
			found = texts_same(d->from->regions[a[i]].code,
					   d->to->regions[b[(i + j) % n_b]].code);
		is_same = found;
	}
	return is_same;
}

static bool headcounts_same(const struct differing *d, const struct region *a,
			    const struct region *b)
{
	bool is_same = a->n_headcounts == b->n_headcounts;

	for (uint32_t i = 0; i < a->n_headcounts && is_same; i++) {
		bool found = false;

		for (uint32_t j = 0; j < b->n_headcounts && !found; j++)
			found = a->headcounts[i].count == b->headcounts[j].count &&
				where_same(d, &a->headcounts[i].where, &b->headcounts[j].where);
		is_same = found;
	}
	return is_same;
}

static void region_changes(const struct differing *d, const struct region *a,
			   const struct region *b)
{
	struct keys keys = { .size = 0 };

	key_differs(&keys, "name", !texts_same(a->name, b->name));
	key_differs(&keys, "level", !texts_same(a->level, b->level));
	key_differs(&keys, "parents",
		    !regions_same(d, a->parents, a->n_parents, b->parents, b->n_parents));
	key_differs(&keys, "place",
		    a->has_place != b->has_place ||
			    (a->has_place && (a->lat < b->lat || a->lat > b->lat ||
					      a->lon < b->lon || a->lon > b->lon)));
	key_differs(&keys, "headcount", !headcounts_same(d, a, b));
	key_differs(&keys, "label", !labels_same(&a->label, &b->label));
	row_add_changed(d, "region", a->code, &keys);
}

static void differ_regions(const struct differing *d, bool changes)
{
	for (uint32_t i = REGION_UNASSIGNED + 1; i < d->from->n_regions; i++) {
		const struct region *region = &d->from->regions[i];
		uint32_t at = catalogue_region(d->to, text_of(region->code));
		const struct region *other = at == CATALOGUE_NONE ? NULL : &d->to->regions[at];

		if (!other)
			row_add(d, "region", region->code);
		else if (changes)
			region_changes(d, region, other);
		differ_aliases(d, "region", region->code, region->aliases, region->n_aliases,
			       other ? other->aliases : NULL, other ? other->n_aliases : 0);
	}
}

/* Modules. */

/* By its id: an alias is another one's name. */
static uint32_t module_of(const struct catalogue *catalogue, const char *id)
{
	uint32_t at = catalogue_module(catalogue, text_of(id));

	return at != CATALOGUE_NONE && texts_same(catalogue->modules[at].id, id) ? at
										 : CATALOGUE_NONE;
}

static bool grants_same(const struct differing *d, const struct module *a, const struct module *b)
{
	bool is_same = a->n_grants == b->n_grants;

	for (uint32_t i = 0; i < a->n_grants && is_same; i++) {
		const struct grant *x = &a->grants[i];
		bool found = false;

		for (uint32_t j = 0; j < b->n_grants && !found; j++) {
			const struct grant *y = &b->grants[j];

			found = x->level == y->level && x->by_pass == y->by_pass &&
				x->valid_months == y->valid_months &&
				texts_same(d->from->competences[x->competence].id,
					   d->to->competences[y->competence].id);
		}
		is_same = found;
	}
	return is_same;
}

static void module_changes(const struct differing *d, const struct module *a,
			   const struct module *b)
{
	struct keys keys = { .size = 0 };

	key_differs(&keys, "name", !texts_same(a->name, b->name));
	key_differs(&keys, "pass_mark", a->pass_mark != b->pass_mark);
	key_differs(&keys, "stalled_after_days", a->stalled_after_days != b->stalled_after_days);
	key_differs(&keys, "minutes", a->minutes != b->minutes);
	key_differs(&keys, "grants", !grants_same(d, a, b));
	key_differs(&keys, "label", !labels_same(&a->label, &b->label));
	row_add_changed(d, "module", a->id, &keys);
}

static void differ_modules(const struct differing *d, bool changes)
{
	for (uint32_t i = 0; i < d->from->n_modules; i++) {
		const struct module *module = &d->from->modules[i];
		uint32_t at = module_of(d->to, module->id);
		const struct module *other = at == CATALOGUE_NONE ? NULL : &d->to->modules[at];

		if (!other)
			row_add(d, "module", module->id);
		else if (changes)
			module_changes(d, module, other);
		differ_aliases(d, "module", module->id, module->aliases, module->n_aliases,
			       other ? other->aliases : NULL, other ? other->n_aliases : 0);
	}
}

/* Competences. */

static bool requirements_same(const struct differing *d, const struct competence *a,
			      const struct competence *b)
{
	bool is_same = a->n_requirements == b->n_requirements;

	for (uint32_t i = 0; i < a->n_requirements && is_same; i++) {
		bool found = false;

		for (uint32_t j = 0; j < b->n_requirements && !found; j++)
			found = a->requirements[i].level == b->requirements[j].level &&
				a->requirements[i].count == b->requirements[j].count &&
				where_same(d, &a->requirements[i].where, &b->requirements[j].where);
		is_same = found;
	}
	return is_same;
}

static bool level_labels_same(const struct competence *a, const struct competence *b)
{
	for (int i = 1; i <= CATALOGUE_LEVELS; i++)
		if (!labels_same(&a->levels[i], &b->levels[i]))
			return false;
	return true;
}

static void differ_competences(const struct differing *d, bool changes)
{
	for (uint32_t i = 0; i < d->from->n_competences; i++) {
		const struct competence *a = &d->from->competences[i], *b;
		uint32_t subject = subject_find(d->to, KIND_COMPETENCE, text_of(a->id));
		struct keys keys = { .size = 0 };

		if (subject == CATALOGUE_NONE) {
			row_add(d, "competence", a->id);
			continue;
		}
		if (!changes)
			continue;
		b = &d->to->competences[subject_index(subject)];
		key_differs(&keys, "name", !texts_same(a->name, b->name));
		key_differs(&keys, "requirements", !requirements_same(d, a, b));
		key_differs(&keys, "label", !labels_same(&a->label, &b->label));
		key_differs(&keys, "levels", !level_labels_same(a, b));
		row_add_changed(d, "competence", a->id, &keys);
	}
}

/* Words for what regions have as their level. */
static void differ_levels(const struct differing *d, bool changes)
{
	for (uint32_t i = 0; i < d->from->n_levels; i++) {
		const struct level_words *a = &d->from->levels[i], *b = NULL;
		struct keys keys = { .size = 0 };

		for (uint32_t j = 0; j < d->to->n_levels && !b; j++)
			if (texts_same(a->level, d->to->levels[j].level))
				b = &d->to->levels[j];
		if (!b) {
			row_add(d, "level", a->level);
			continue;
		}
		key_differs(&keys, "label", !labels_same(&a->label, &b->label));
		if (changes)
			row_add_changed(d, "level", a->level, &keys);
	}
}

static void differ_all(const struct differing *d, bool changes)
{
	differ_dimensions(d, changes);
	differ_regions(d, changes);
	differ_modules(d, changes);
	differ_programmes(d, changes);
	differ_competences(d, changes);
	differ_levels(d, changes);
}

void catalogues_differ(const struct catalogue *before, const struct catalogue *after,
		       struct changes *changes)
{
	if (!texts_same(before->timezone, after->timezone))
		changes_add(changes,
			    &(struct change_row){ .what = "timezone",
						  .how = change_changes,
						  .id = after->timezone,
						  .of = before->timezone,
						  .learners = -1 },
			    "timezone %s becomes %s", before->timezone, after->timezone);
	differ_all(&(struct differing){ before, after, change_goes_away, changes }, true);
	differ_all(&(struct differing){ after, before, change_comes, changes }, false);
}

bool change_goes(const struct change_row *row)
{
	return row->how == change_goes_away;
}
