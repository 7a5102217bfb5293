/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/catalogue/capitals.h"
#include "daemon/catalogue/index.h"

#include <stdlib.h>

struct catalogue *catalogue_keep(struct catalogue *catalogue)
{
	atomic_fetch_add(&catalogue->index->keepers, 1);
	return catalogue;
}

bool catalogue_counts_alike(const struct catalogue *a, const struct catalogue *b)
{
	return memcmp(a->digest, b->digest, sizeof(a->digest)) == 0;
}

void catalogue_free(struct catalogue *catalogue)
{
	struct catalogue_index *index;

	if (!catalogue)
		return;
	index = catalogue->index;
	if (atomic_fetch_sub(&index->keepers, 1) > 0)
		return;
	lookup_free(&index->codes);
	lookup_free(&index->homes);
	lookup_free(&index->modules);
	lookup_free(&index->programmes);
	lookup_free(&index->competences);
	lookup_free(&index->dimensions);
	for (size_t i = 0; i < CATALOGUE_DIMENSIONS_MAX; i++) {
		lookup_free(&index->values[i]);
		lookup_free(&index->folded[i]);
	}
	arena_free(&index->arena);
	free(index);
	calendar_free(catalogue->calendar);
	free(catalogue);
}

uint32_t catalogue_regions_named(const struct catalogue *catalogue)
{
	return catalogue->n_regions - (REGION_UNASSIGNED + 1); /* the own ones come first */
}

uint32_t catalogue_home(const struct catalogue *catalogue, struct text region)
{
	uint32_t home = lookup_find(&catalogue->index->homes, region);

	return home == CATALOGUE_NONE ? REGION_UNASSIGNED : home;
}

uint32_t catalogue_region(const struct catalogue *catalogue, struct text code)
{
	return lookup_find(&catalogue->index->codes, code);
}

uint32_t catalogue_module(const struct catalogue *catalogue, struct text id)
{
	return lookup_find(&catalogue->index->modules, id);
}

uint32_t catalogue_dimension(const struct catalogue *catalogue, struct text name)
{
	return lookup_find(&catalogue->index->dimensions, name);
}

uint32_t catalogue_value(const struct catalogue *catalogue, uint32_t dimension, struct text value)
{
	const struct lookup *folded = &catalogue->index->folded[dimension];
	uint32_t index = lookup_find(&catalogue->index->values[dimension], value);
	char small[CODE_MAX];

	if (index == CATALOGUE_NONE && folded->names && value.size <= sizeof(small)) {
		capitals_fold(value, small);
		index = lookup_find(folded, (struct text){ small, value.size });
	}
	return index == CATALOGUE_NONE ? catalogue->dimensions[dimension].n_values : index;
}

bool catalogue_inside(const struct catalogue *catalogue, uint32_t below, uint32_t above)
{
	const struct region *region = &catalogue->regions[below];
	size_t low = 0, high = region->n_above;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (region->above[middle] < above)
			low = middle + 1;
		else
			high = middle;
	}
	return low < region->n_above && region->above[low] == above;
}

bool catalogue_inside_any(const struct catalogue *catalogue, uint32_t below, const uint32_t *above,
			  uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (catalogue_inside(catalogue, below, above[i]))
			return true;
	return n == 0;
}

bool where_equal(const struct where *a, const struct where *b)
{
	return a->n == b->n && memcmp(a->is, b->is, a->n * sizeof(*a->is)) == 0;
}

bool where_holds(const struct where *where, const uint32_t *values)
{
	for (uint32_t i = 0; i < where->n; i++)
		if (values[where->is[i].dimension] != where->is[i].value)
			return false;
	return true;
}

static const struct headcount *find_headcount(const struct region *region,
					      const struct where *where)
{
	for (uint32_t i = 0; i < region->n_headcounts; i++)
		if (where_equal(&region->headcounts[i].where, where))
			return &region->headcounts[i];
	return NULL;
}

/* METRICS 2: its own row, else the sum over its leaves, else nothing. */
void catalogue_find_headcount(const struct catalogue *catalogue, uint32_t region,
			      const struct where *where, struct headcount_found *ret_found)
{
	const struct region *r = &catalogue->regions[region];
	const struct headcount *headcount = find_headcount(r, where);
	struct headcount_found found = { .from = HEADCOUNT_OWN, .silent = CATALOGUE_NONE };

	if (headcount) {
		found.count = headcount->count;
		*ret_found = found;
		return;
	}
	for (uint32_t i = 0; i < r->n_homes; i++) {
		const struct region *leaf = &catalogue->regions[r->homes[i]];

		if (!leaf->leaf)
			continue;
		found.n_leaves++;
		headcount = find_headcount(leaf, where);
		if (headcount)
			found.count += headcount->count;
		else if (found.n_silent++ == 0)
			found.silent = r->homes[i];
	}
	found.from = found.n_leaves && !found.n_silent ? HEADCOUNT_LEAVES : HEADCOUNT_UNKNOWN;
	*ret_found = found;
}

const char *label_text(const struct label *label, enum language language, const char *otherwise)
{
	if (label->in[language])
		return label->in[language];
	return label->in[LANGUAGE_EN] ? label->in[LANGUAGE_EN] : otherwise;
}

bool catalogue_target_value(const struct catalogue *catalogue, const struct target *target,
			    uint32_t region, int64_t *ret_value)
{
	int64_t staff;

	if (!target->share) {
		*ret_value = target->value;
		return true;
	}
	if (!catalogue_headcount(catalogue, region, &target->where, &staff))
		return false;
	*ret_value = (target->share * staff + SHARE_ONE - 1) / SHARE_ONE;
	return true;
}

bool programme_has_module(const struct programme *programme, uint32_t module)
{
	for (uint32_t i = 0; i < programme->n_modules; i++)
		if (programme->modules[i] == module)
			return true;
	return false;
}

bool programme_has_place(const struct catalogue *catalogue, const struct programme *programme,
			 uint32_t leaf, int32_t today)
{
	for (uint32_t i = 0; i < programme->n_memberships; i++) {
		const struct membership *membership = &programme->memberships[i];

		if (membership->row_from <= today &&
		    catalogue_inside(catalogue, leaf, membership->region))
			return catalogue->regions[leaf].leaf;
	}
	return false;
}

bool catalogue_headcount(const struct catalogue *catalogue, uint32_t region,
			 const struct where *where, int64_t *ret_count)
{
	struct headcount_found found;

	catalogue_find_headcount(catalogue, region, where, &found);
	if (found.from == HEADCOUNT_UNKNOWN)
		return false;
	*ret_count = found.count;
	return true;
}
