/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/change/differ.h"

#include <stdarg.h>
#include <stdio.h>

#include "daemon/catalogue/subject.h"

enum { KEYS_MAX = 160, TARGET_MAX = 600 /* bytes of texts */ };

static const char how_comes[] = "comes", how_goes[] = "goes", how_changes[] = "changes";

/* Two catalogues, and what has been found; `from` and `to` change places, so that what comes and
 * what goes is one question. */
struct differing {
	const struct catalogue *from, *to;
	const char *how; /* is what `from` has and `to` has not */
	struct changes *changes;
};

static void add(const struct differing *d, const char *what, const char *id)
{
	changes_add(d->changes,
		    &(struct change_row){ .what = what, .how = d->how, .id = id, .learners = -1 },
		    "%s %s %s", what, id, d->how);
}

static void add_of(const struct differing *d, const char *what, const char *id, const char *of_what,
		   const char *of)
{
	changes_add(d->changes,
		    &(struct change_row){
			    .what = what, .how = d->how, .id = id, .of = of, .learners = -1 },
		    "%s %s of %s %s %s", what, id, of_what, of, d->how);
}

/* Keys of something that are not what they were: "name, pass_mark". */
struct keys {
	char text[KEYS_MAX];
	size_t size;
};

static void key_differs(struct keys *keys, const char *key, bool differs)
{
	if (differs)
		keys->size +=
			(size_t)snprintf(keys->text + keys->size, sizeof(keys->text) - keys->size,
					 "%s%s", keys->size ? ", " : "", key);
}

static void add_changed(const struct differing *d, const char *what, const char *id,
			const struct keys *keys)
{
	if (keys->size)
		changes_add(d->changes,
			    &(struct change_row){
				    .what = what, .how = how_changes, .id = id, .learners = -1 },
			    "%s %s changes: %s", what, id, keys->text);
}

static bool same(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static bool has_text(const char *const *texts, uint32_t n, const char *text)
{
	for (uint32_t i = 0; i < n; i++)
		if (same(texts[i], text))
			return true;
	return false;
}

static void differ_aliases(const struct differing *d, const char *of_what, const char *of,
			   const char *const *aliases, uint32_t n, const char *const *others,
			   uint32_t n_others)
{
	for (uint32_t i = 0; i < n; i++)
		if (!has_text(others, n_others, aliases[i]))
			add_of(d, "alias", aliases[i], of_what, of);
}

/* Conditions name dimensions and values, whose numbers are each catalogue's own. */
static bool where_same(const struct differing *d, const struct where *a, const struct where *b)
{
	uint32_t found = 0;

	for (uint32_t i = 0; i < a->n; i++)
		for (uint32_t j = 0; j < b->n; j++) {
			const struct dimension *x = &d->from->dimensions[a->is[i].dimension];
			const struct dimension *y = &d->to->dimensions[b->is[j].dimension];
			uint32_t v = a->is[i].value, w = b->is[j].value;

			found +=
				same(x->name, y->name) && same(v < x->n_values ? x->values[v] : "",
							       w < y->n_values ? y->values[w] : "");
		}
	return a->n == b->n && found == a->n;
}

/* Dimensions. */

static void differ_dimensions(const struct differing *d)
{
	for (uint32_t i = 0; i < d->from->n_dimensions; i++) {
		const struct dimension *dimension = &d->from->dimensions[i];
		uint32_t other = catalogue_dimension(d->to, text_of(dimension->name));

		if (other == CATALOGUE_NONE) {
			add(d, "dimension", dimension->name);
			continue;
		}
		for (uint32_t v = 0; v < dimension->n_values; v++)
			if (catalogue_value(d->to, other, text_of(dimension->values[v])) ==
			    d->to->dimensions[other].n_values)
				add_of(d, "value", dimension->values[v], "dimension",
				       dimension->name);
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
			found = same(d->from->regions[a[i]].code,
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

	key_differs(&keys, "name", !same(a->name, b->name));
	key_differs(&keys, "level", !same(a->level, b->level));
	key_differs(&keys, "parents",
		    !regions_same(d, a->parents, a->n_parents, b->parents, b->n_parents));
	key_differs(&keys, "place",
		    a->has_place != b->has_place ||
			    (a->has_place && (a->lat < b->lat || a->lat > b->lat ||
					      a->lon < b->lon || a->lon > b->lon)));
	key_differs(&keys, "headcount", !headcounts_same(d, a, b));
	add_changed(d, "region", a->code, &keys);
}

static void differ_regions(const struct differing *d, bool changes)
{
	for (uint32_t i = REGION_UNASSIGNED + 1; i < d->from->n_regions; i++) {
		const struct region *region = &d->from->regions[i];
		uint32_t at = catalogue_region(d->to, text_of(region->code));
		const struct region *other = at == CATALOGUE_NONE ? NULL : &d->to->regions[at];

		if (!other)
			add(d, "region", region->code);
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

	return at != CATALOGUE_NONE && same(catalogue->modules[at].id, id) ? at : CATALOGUE_NONE;
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
				same(d->from->competences[x->competence].id,
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

	key_differs(&keys, "name", !same(a->name, b->name));
	key_differs(&keys, "pass_mark", a->pass_mark != b->pass_mark);
	key_differs(&keys, "stalled_after_days", a->stalled_after_days != b->stalled_after_days);
	key_differs(&keys, "grants", !grants_same(d, a, b));
	add_changed(d, "module", a->id, &keys);
}

static void differ_modules(const struct differing *d, bool changes)
{
	for (uint32_t i = 0; i < d->from->n_modules; i++) {
		const struct module *module = &d->from->modules[i];
		uint32_t at = module_of(d->to, module->id);
		const struct module *other = at == CATALOGUE_NONE ? NULL : &d->to->modules[at];

		if (!other)
			add(d, "module", module->id);
		else if (changes)
			module_changes(d, module, other);
		differ_aliases(d, "module", module->id, module->aliases, module->n_aliases,
			       other ? other->aliases : NULL, other ? other->n_aliases : 0);
	}
}

/* Programmes. */

static bool modules_same(const struct differing *d, const struct programme *a,
			 const struct programme *b)
{
	bool is_same = a->n_modules == b->n_modules;

	for (uint32_t i = 0; i < a->n_modules && is_same; i++) {
		bool found = false;

		for (uint32_t j = 0; j < b->n_modules && !found; j++)
			found = same(d->from->modules[a->modules[i]].id,
				     d->to->modules[b->modules[(i + j) % b->n_modules]].id);
		is_same = found;
	}
	return is_same;
}

static void programme_changes(const struct differing *d, const struct programme *a,
			      const struct programme *b)
{
	struct keys keys = { .size = 0 };

	key_differs(&keys, "name", !same(a->name, b->name));
	key_differs(&keys, "modules", !modules_same(d, a, b));
	key_differs(&keys, "from", a->from != b->from);
	key_differs(&keys, "to", a->to != b->to);
	key_differs(&keys, "regions",
		    !regions_same(d, a->regions, a->n_regions, b->regions, b->n_regions));
	key_differs(&keys, "complete", a->complete != b->complete);
	key_differs(&keys, "stalled_after_days", a->stalled_after_days != b->stalled_after_days);
	add_changed(d, "programme", a->id, &keys);
}

/* "completed 100, profession nurse" */
static void target_words(const struct catalogue *catalogue, const struct target *target,
			 char to[static TARGET_MAX])
{
	size_t size = (size_t)snprintf(to, TARGET_MAX, "%s %u", measure_name(target->measure),
				       target->value);

	for (uint32_t i = 0; i < target->where.n && size < TARGET_MAX; i++) {
		const struct dimension *dimension =
			&catalogue->dimensions[target->where.is[i].dimension];
		uint32_t value = target->where.is[i].value;

		size += (size_t)snprintf(to + size, TARGET_MAX - size, ", %s %s", dimension->name,
					 value < dimension->n_values ? dimension->values[value]
								     : "unknown");
	}
}

static void differ_targets(const struct differing *d, const struct programme *programme,
			   const struct programme *other)
{
	for (uint32_t i = 0; i < programme->n_targets; i++) {
		const struct target *a = &programme->targets[i];
		char words[TARGET_MAX];
		bool found = false;

		for (uint32_t j = 0; other && j < other->n_targets && !found; j++) {
			const struct target *b = &other->targets[j];

			found = a->measure == b->measure && a->value == b->value &&
				where_same(d, &a->where, &b->where);
		}
		if (found)
			continue;
		target_words(d->from, a, words);
		add_of(d, "target", words, "programme", programme->id);
	}
}

static void differ_programmes(const struct differing *d, bool changes)
{
	for (uint32_t i = 0; i < d->from->n_programmes; i++) {
		const struct programme *programme = &d->from->programmes[i], *other = NULL;
		uint32_t subject = subject_find(d->to, KIND_PROGRAMME, text_of(programme->id));

		if (subject != CATALOGUE_NONE)
			other = &d->to->programmes[subject_index(subject)];
		if (!other)
			add(d, "programme", programme->id);
		else if (changes)
			programme_changes(d, programme, other);
		differ_targets(d, programme, other);
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
				where_same(d, &a->requirements[i].where, &b->requirements[j].where);
		is_same = found;
	}
	return is_same;
}

static void differ_competences(const struct differing *d, bool changes)
{
	for (uint32_t i = 0; i < d->from->n_competences; i++) {
		const struct competence *a = &d->from->competences[i], *b;
		uint32_t subject = subject_find(d->to, KIND_COMPETENCE, text_of(a->id));
		struct keys keys = { .size = 0 };

		if (subject == CATALOGUE_NONE) {
			add(d, "competence", a->id);
			continue;
		}
		if (!changes)
			continue;
		b = &d->to->competences[subject_index(subject)];
		key_differs(&keys, "name", !same(a->name, b->name));
		key_differs(&keys, "requirements", !requirements_same(d, a, b));
		add_changed(d, "competence", a->id, &keys);
	}
}

static void differ_all(const struct differing *d, bool changes)
{
	differ_dimensions(d);
	differ_regions(d, changes);
	differ_modules(d, changes);
	differ_programmes(d, changes);
	differ_competences(d, changes);
}

void catalogues_differ(const struct catalogue *before, const struct catalogue *after,
		       struct changes *changes)
{
	if (!same(before->timezone, after->timezone))
		changes_add(changes,
			    &(struct change_row){ .what = "timezone",
						  .how = how_changes,
						  .id = after->timezone,
						  .of = before->timezone,
						  .learners = -1 },
			    "timezone %s becomes %s", before->timezone, after->timezone);
	differ_all(&(struct differing){ before, after, how_goes, changes }, true);
	differ_all(&(struct differing){ after, before, how_comes, changes }, false);
}

bool change_goes(const struct change_row *row)
{
	return row->how == how_goes;
}
