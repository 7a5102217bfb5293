/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/change/differing.h"

#include <stdio.h>

#include "daemon/catalogue/subject.h"

enum { TARGET_MAX = 1200 /* bytes of a target in words: 16 conditions, and more than is said */ };

static bool modules_same(const struct differing *d, const struct programme *a,
			 const struct programme *b)
{
	bool is_same = a->n_modules == b->n_modules;

	for (uint32_t i = 0; i < a->n_modules && is_same; i++) {
		bool found = false;

		for (uint32_t j = 0; j < b->n_modules && !found; j++)
			found = texts_same(d->from->modules[a->modules[i]].id,
					   d->to->modules[b->modules[(i + j) % b->n_modules]].id);
		is_same = found;
	}
	return is_same;
}

/* The days as the rows say them: those of the programme are told by themselves. Mostly the order is
 * the same, too: that is where one is looked for first. */
static bool memberships_same(const struct differing *d, const struct programme *a,
			     const struct programme *b)
{
	bool is_same = a->n_memberships == b->n_memberships && !a->n_regions == !b->n_regions;

	for (uint32_t i = 0; i < a->n_memberships && is_same; i++) {
		const struct membership *x = &a->memberships[i];
		bool found = false;

		for (uint32_t j = 0; j < b->n_memberships && !found; j++) {
			const struct membership *y = &b->memberships[(i + j) % b->n_memberships];

			found = x->row_from == y->row_from && x->row_to == y->row_to &&
				texts_same(d->from->regions[x->region].code,
					   d->to->regions[y->region].code);
		}
		is_same = found;
	}
	return is_same;
}

static const char *module_id(const struct catalogue *catalogue, uint32_t module)
{
	return module == CATALOGUE_NONE ? "" : catalogue->modules[module].id;
}

static void programme_changes(const struct differing *d, const struct programme *a,
			      const struct programme *b)
{
	struct keys keys = { .size = 0 };

	key_differs(&keys, "name", !texts_same(a->name, b->name));
	key_differs(&keys, "modules", !modules_same(d, a, b));
	key_differs(&keys, "from", a->from != b->from);
	key_differs(&keys, "to", a->to != b->to);
	key_differs(&keys, "regions", !memberships_same(d, a, b));
	key_differs(&keys, "complete", a->complete != b->complete);
	key_differs(&keys, "stalled_after_days", a->stalled_after_days != b->stalled_after_days);
	key_differs(&keys, "done_by", a->by_pass != b->by_pass);
	key_differs(&keys, "admission",
		    !texts_same(module_id(d->from, a->admission), module_id(d->to, b->admission)));
	key_differs(&keys, "members", a->enrolled_only != b->enrolled_only);
	key_differs(&keys, "profile", a->profile != b->profile);
	key_differs(&keys, "label", !labels_same(&a->label, &b->label));
	row_add_changed(d, "programme", a->id, &keys);
}

/* "completed 100, profession nurse", "hours 400 in region rana", "participants 15% in each leaf" */
static void target_words(const struct catalogue *catalogue, const struct target *target,
			 char to[static TARGET_MAX])
{
	int size = snprintf(to, TARGET_MAX, "%s ", measure_name(target->measure));

	size += target->share
			? snprintf(to + size, (size_t)(TARGET_MAX - size), "%g%%",
				   target->share * 100.0 / SHARE_ONE)
			: snprintf(to + size, (size_t)(TARGET_MAX - size), "%u", target->value);
	if (target->each)
		size += snprintf(to + size, (size_t)(TARGET_MAX - size), " in each leaf");
	if (target->region != REGION_ALL)
		size += snprintf(to + size, (size_t)(TARGET_MAX - size), " in region %s",
				 catalogue->regions[target->region].code);
	for (uint32_t i = 0; i < target->where.n && size < TARGET_MAX; i++) {
		const struct dimension *dimension =
			&catalogue->dimensions[target->where.is[i].dimension];
		uint32_t value = target->where.is[i].value;

		size += snprintf(to + size, (size_t)(TARGET_MAX - size), ", %s %s", dimension->name,
				 value < dimension->n_values ? dimension->values[value]
							     : "unknown");
	}
}

static bool targets_same(const struct differing *d, const struct target *a, const struct target *b)
{
	return a->measure == b->measure && a->value == b->value && a->share == b->share &&
	       a->each == b->each &&
	       texts_same(d->from->regions[a->region].code, d->to->regions[b->region].code) &&
	       where_same(d, &a->where, &b->where);
}

static void differ_targets(const struct differing *d, const struct programme *programme,
			   const struct programme *other)
{
	for (uint32_t i = 0; i < programme->n_targets; i++) {
		const struct target *a = &programme->targets[i];
		char words[TARGET_MAX];
		bool found = false;

		for (uint32_t j = 0; other && j < other->n_targets && !found; j++)
			found = targets_same(d, a, &other->targets[j]);
		if (found)
			continue;
		target_words(d->from, a, words);
		row_add_of(d, "target", words, "programme", programme->id);
	}
}

void differ_programmes(const struct differing *d, bool changes)
{
	for (uint32_t i = 0; i < d->from->n_programmes; i++) {
		const struct programme *programme = &d->from->programmes[i], *other = NULL;
		uint32_t subject = subject_find(d->to, KIND_PROGRAMME, text_of(programme->id));

		if (subject != CATALOGUE_NONE)
			other = &d->to->programmes[subject_index(subject)];
		if (!other)
			row_add(d, "programme", programme->id);
		else if (changes)
			programme_changes(d, programme, other);
		differ_targets(d, programme, other);
	}
}
