/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Of random worlds' catalogues with something else in them: where they count alike, so that one
 * ledger serves both, the tallies are the same; and what is looked up when a figure is read leaves
 * them alike.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/seed.h"
#include "tests/unit/house.h"
#include "tests/unit/worlds/anyworld.h"

enum { WORLDS = 320, SEED = 1, PLACES = 6 };

static const struct change {
	const char *from, *to;
	bool alike; /* in any case */
} changes[] = {
	{ "{count: 1", "{count: 7", true },
	{ ", count: 1", ", count: 7", true },
	{ ", value: 1", ", value: 7", true },
	{ ", share: 0.5", ", share: 0.25", true },
	{ "label: {nb: Verdi", "label: {nb: Noe", true },
	{ "label: {sv: Ord", "label: {sv: Annat", true },
	{ "Europe/Oslo", "America/St_Johns", false },
	{ "aliases: [\"Sykepleier\"", "aliases: [\"nobody\"", false },
	{ "aliases: []", "label: {nb: Noe}", false }, /* capitals count */
	{ "aliases: [\"", "aliases: [\"a new one\", \"", false },
	{ "{value: \"nurse\"", "{value: \"Nurse\"", false },
	{ "\"DAY\"", "\"DAy\"", false },
	{ "pass_mark: 0.5", "pass_mark: 0.6", false },
	{ "minutes: 45", "minutes: 46", false },
	{ "earned_by: passed", "earned_by: completed", false },
	{ "valid_months: 1}", "valid_months: 3}", false },
	{ "valid_months: 12", "valid_months: 13", false },
	{ "level: 1", "level: 2", false },
	{ ", complete: 1", ", complete: all", false },
	{ ", complete: all", "", false },
	{ ", done_by: passed", "", false },
	{ ", members: enrolled", "", false },
	{ ", profile: entry", ", profile: latest", false },
	{ ", profile: entry", "", false },
	{ ", profile: latest", "", false },
	{ ", admission: ", ", name: ", false },
	{ ", from: 2024-", ", from: 2023-", false },
	{ ", from: 2025-", ", from: 2024-", false },
	{ ", from: 2026-", ", from: 2024-", false },
	{ ", to: 2024-", ", to: 2025-", false },
	{ ", to: 2025-", ", to: 2026-", false },
	{ ", to: 2026-", ", to: 2027-", false },
	{ "measure: hours", "measure: completed", false },
	{ "measure: completed", "measure: participants", false },
	{ "measure: participants", "measure: admitted", false },
	{ ", each: leaf, value", ", value", false },
	{ ", each: leaf, count: 2", "", false },
	{ ", where: {role: \"nurse\"", ", where: {role: \"unknown\"", false },
	{ "parents: [\"", "level: x, parents: [\"", true },
};
enum { CHANGES = sizeof(changes) / sizeof(changes[0]) };

/* The text with the change in one place, the n-th; NULL: there are fewer. */
static char *change_text(const char *text, const struct change *change, uint32_t n)
{
	const char *at = strstr(text, change->from);
	size_t size = strlen(text) + strlen(change->to) + 1;
	char *changed;

	for (; at && n > 0; n--)
		at = strstr(at + 1, change->from);
	if (!at)
		return NULL;
	changed = malloc(size);
	assert_non_null(changed);
	snprintf(changed, size, "%.*s%s%s", (int)(at - text), text, change->to,
		 at + strlen(change->from));
	return changed;
}

static void compare(struct anyworld *world, struct catalogue *other, const struct change *change)
{
	struct catalogue *own = world->catalogue;
	struct tally *tallies, *expected;
	struct model model;
	size_t n, n_expected;
	char why[128];

	snprintf(why, sizeof(why), "`%s` for `%s`", change->to, change->from);
	anyworld_model(&model, world, INT64_MAX);
	expected = model_tallies(&model, &n_expected);
	model_free(&model);
	world->catalogue = other;
	anyworld_model(&model, world, INT64_MAX);
	tallies = model_tallies(&model, &n);
	model_free(&model);
	world->catalogue = own;
	assert_tallies_equal(tallies, n, expected, n_expected, why);
	free(tallies);
	free(expected);
}

/* What comes of a change may be no catalogue: then there is nothing to compare. */
static bool try_change(struct anyworld *world, const char *text, const struct change *change)
{
	struct yaml_errors errors = { .file = "changed" };
	struct catalogue *other;
	bool alike;
	int err = catalogue_parse(text_of(text), &errors, &other);

	yaml_errors_clear(&errors);
	if (err)
		return false;
	alike = catalogue_counts_alike(world->catalogue, other);
	if (change->alike && !alike)
		fail_msg("`%s` for `%s` counts otherwise", change->to, change->from);
	if (alike)
		compare(world, other, change);
	catalogue_free(other);
	return true;
}

static void catalogues_that_count_alike_make_the_same_tallies(void **state)
{
	uint32_t tried[CHANGES] = { 0 };
	struct anyworld world;

	(void)state;
	chance_begin_at(SEED);
	for (uint32_t w = 0; w < test_share(WORLDS); w++) {
		chance_of_world(w);
		anyworld_make(&world);
		for (uint32_t i = 0; i < CHANGES * PLACES; i++) {
			const struct change *change = &changes[i / PLACES];
			char *text = change_text(world.text, change, i % PLACES);

			if (text)
				tried[i / PLACES] += try_change(&world, text, change);
			free(text);
		}
		anyworld_free(&world);
	}
	for (size_t c = 0; c < CHANGES; c++)
		if (tried[c] == 0)
			fail_msg("`%s` for `%s` was in no world", changes[c].to, changes[c].from);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(catalogues_that_count_alike_make_the_same_tallies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
