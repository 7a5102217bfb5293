/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A catalogue: one whose every index leads somewhere, or errors with their places.
 */
#include "daemon/catalogue/catalogue.h"
#include "tests/fuzz/fuzz.h"

static void check_where(const struct catalogue *catalogue, const struct where *where)
{
	REQUIRE(where->n <= catalogue->n_dimensions);
	for (uint32_t i = 0; i < where->n; i++) {
		uint32_t dimension = where->is[i].dimension;

		REQUIRE(dimension < catalogue->n_dimensions);
		REQUIRE(where->is[i].value <= catalogue->dimensions[dimension].n_values);
		REQUIRE(i == 0 || where->is[i - 1].dimension < dimension);
	}
}

/* Ascending, each once, and all of them regions. */
static void check_ascending(const struct catalogue *catalogue, const uint32_t *regions, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		REQUIRE(regions[i] < catalogue->n_regions &&
			(i == 0 || regions[i - 1] < regions[i]));
}

static void check_region(const struct catalogue *catalogue, uint32_t i)
{
	const struct region *region = &catalogue->regions[i];

	REQUIRE(region->code && region->name && region->level);
	REQUIRE(catalogue_region(catalogue, text_of(region->code)) == i);
	check_ascending(catalogue, region->above, region->n_above);
	check_ascending(catalogue, region->homes, region->n_homes);
	REQUIRE(catalogue_inside(catalogue, i, i) && catalogue_inside(catalogue, i, REGION_ALL));
	for (uint32_t k = 0; k < region->n_parents; k++) {
		REQUIRE(region->parents[k] < catalogue->n_regions && region->parents[k] != i);
		REQUIRE(catalogue_inside(catalogue, i, region->parents[k]));
		REQUIRE(!catalogue_inside(catalogue, region->parents[k], i));
		REQUIRE(!catalogue->regions[region->parents[k]].leaf);
	}
	for (uint32_t k = 0; k < region->n_homes; k++)
		REQUIRE(catalogue_inside(catalogue, region->homes[k], i));
	for (uint32_t k = 0; k < region->n_headcounts; k++)
		check_where(catalogue, &region->headcounts[k].where);
	for (uint32_t k = 0; k < region->n_aliases; k++)
		REQUIRE(catalogue_home(catalogue, text_of(region->aliases[k])) == i);
	if (region->has_place)
		REQUIRE(region->lat >= -90 && region->lat <= 90 && region->lon >= -180 &&
			region->lon <= 180);
}

static void check_module(const struct catalogue *catalogue, uint32_t i)
{
	const struct module *module = &catalogue->modules[i];

	REQUIRE(module->name && catalogue_module(catalogue, text_of(module->id)) == i);
	REQUIRE(module->pass_mark >= 0 && module->pass_mark <= 10000);
	REQUIRE(module->stalled_after_days >= 1);
	for (uint32_t k = 0; k < module->n_aliases; k++)
		REQUIRE(catalogue_module(catalogue, text_of(module->aliases[k])) == i);
	for (uint32_t k = 0; k < module->n_programmes; k++) {
		const struct programme *p = &catalogue->programmes[module->programmes[k]];

		REQUIRE(p->admission == i || programme_has_module(p, i));
		REQUIRE(k == 0 || module->programmes[k - 1] < module->programmes[k]);
	}
	REQUIRE(module->minutes <= 1000000);
	for (uint32_t k = 0; k < module->n_grants; k++)
		REQUIRE(module->grants[k].competence < catalogue->n_competences &&
			module->grants[k].level >= 1 && module->grants[k].level <= 8);
}

static void check_dimension(const struct catalogue *catalogue, uint32_t i)
{
	const struct dimension *dimension = &catalogue->dimensions[i];

	REQUIRE(catalogue_dimension(catalogue, text_of(dimension->name)) == i);
	for (uint32_t v = 0; v < dimension->n_values; v++) {
		const struct value_words *words = &dimension->words[v];

		REQUIRE(catalogue_value(catalogue, i, text_of(dimension->values[v])) == v);
		for (uint32_t k = 0; k < words->n_aliases; k++)
			REQUIRE(catalogue_value(catalogue, i, text_of(words->aliases[k])) == v);
		REQUIRE(words->folds || words->n_aliases == 0);
	}
}

static void check_memberships(const struct programme *programme)
{
	REQUIRE(programme->n_memberships >= 1);
	for (uint32_t k = 0; k < programme->n_memberships; k++) {
		const struct membership *membership = &programme->memberships[k];
		bool found = programme->n_regions == 0 && membership->region == REGION_ALL;

		REQUIRE(membership->from >= programme->from && membership->to <= programme->to);
		for (uint32_t r = 0; r < programme->n_regions; r++)
			found |= programme->regions[r] == membership->region;
		REQUIRE(found);
	}
}

static void check_target(const struct catalogue *catalogue, const struct target *target)
{
	check_where(catalogue, &target->where);
	REQUIRE(target->measure < MEASURES && target->region < catalogue->n_regions);
	REQUIRE((target->value > 0) != (target->share > 0) && target->share <= SHARE_ONE);
	REQUIRE(target->share == 0 || (target->each && target->measure != MEASURE_HOURS));
	REQUIRE(!target->each || target->region == REGION_ALL);
}

static void check_programme(const struct catalogue *catalogue, const struct programme *programme)
{
	REQUIRE(programme->id && programme->name && programme->from <= programme->to);
	REQUIRE(programme->complete >= 1 && programme->complete <= programme->n_modules);
	for (uint32_t k = 0; k < programme->n_modules; k++)
		REQUIRE(programme->modules[k] < catalogue->n_modules);
	for (uint32_t k = 0; k < programme->n_regions; k++)
		REQUIRE(programme->regions[k] < catalogue->n_regions);
	for (uint32_t k = 0; k < programme->n_targets; k++)
		check_target(catalogue, &programme->targets[k]);
	REQUIRE(programme->admission == CATALOGUE_NONE ||
		programme->admission < catalogue->n_modules);
	check_memberships(programme);
}

static void check_catalogue(const struct catalogue *catalogue)
{
	REQUIRE(catalogue->timezone && catalogue->calendar);
	REQUIRE(catalogue->n_dimensions <= CATALOGUE_DIMENSIONS_MAX);
	REQUIRE(catalogue->n_regions >= 2 && catalogue->n_modules <= CATALOGUE_MODULES_MAX);
	for (uint32_t i = 0; i < catalogue->n_dimensions; i++)
		check_dimension(catalogue, i);
	for (uint32_t i = 0; i < catalogue->n_regions; i++)
		check_region(catalogue, i);
	for (uint32_t i = 0; i < catalogue->n_modules; i++)
		check_module(catalogue, i);
	for (uint32_t i = 0; i < catalogue->n_programmes; i++)
		check_programme(catalogue, &catalogue->programmes[i]);
	for (uint32_t i = 0; i < catalogue->n_competences; i++)
		for (uint32_t k = 0; k < catalogue->competences[i].n_requirements; k++)
			check_where(catalogue, &catalogue->competences[i].requirements[k].where);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct yaml_errors errors = { .file = "f" };
	struct catalogue *catalogue = NULL;
	int err = catalogue_parse(fuzz_text(data, size), &errors, &catalogue);

	if (err) {
		REQUIRE(err == LIFT_E_CONFIG && !catalogue && errors.count > 0);
		fuzz_check_errors(&errors);
	} else {
		REQUIRE(catalogue && errors.count == 0);
		check_catalogue(catalogue);
	}
	catalogue_free(catalogue);
	yaml_errors_clear(&errors);
	return 0;
}
