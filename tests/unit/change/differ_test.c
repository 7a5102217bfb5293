/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What comes, goes and changes between two catalogues, and what comes alive by the second.
 */
#include "daemon/change/differ.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "daemon/change/alive.h"
#include "tests/unit/house.h"

static const char basis[] =
	"dimensions: {role: [nurse, carer], shift: [day]}\n"
	"regions: [{code: north}, {code: rana, parents: [north], aliases: [R1, R2],\n"
	"  headcount: [{count: 9}, {where: {role: nurse}, count: 3}]}]\n"
	"competences: [{id: lifting, requirements: [{level: 2, where: {role: nurse}}]}]\n"
	"modules: [{id: lift, aliases: [L1], grants: [{competence: lifting, level: 2}]},\n"
	"  {id: falls}]\n"
	"programmes: [{id: spring, modules: [lift, falls], from: 2026-01-01,\n"
	"  targets: [{measure: completed, value: 100, where: {role: nurse}}]}]\n";

/* The same in another order: no change at all. */
static const char reordered[] =
	"programmes: [{id: spring, modules: [falls, lift], from: 2026-01-01,\n"
	"  targets: [{measure: completed, value: 100, where: {role: nurse}}]}]\n"
	"modules: [{id: falls},\n"
	"  {id: lift, aliases: [L1], grants: [{competence: lifting, level: 2}]}]\n"
	"competences: [{id: lifting, requirements: [{level: 2, where: {role: nurse}}]}]\n"
	"regions: [{code: rana, parents: [north], aliases: [R2, R1],\n"
	"  headcount: [{where: {role: nurse}, count: 3}, {count: 9}]}, {code: north}]\n"
	"dimensions: {shift: [day], role: [carer, nurse]}\n";

/* Something of each kind. */
static const char other[] =
	"timezone: Europe/Oslo\n"
	"dimensions: {role: [nurse, doctor], level: [a]}\n"
	"regions: [{code: north, name: North}, {code: rana, parents: [], aliases: [R1],\n"
	"  level: town, lat: 66.3, lon: 14.1, headcount: [{count: 10}]}, {code: vega}]\n"
	"competences: [{id: lifting, requirements: [{level: 1}]}, {id: more}]\n"
	"modules: [{id: lift, aliases: [L1, L2], pass_mark: 0.6, stalled_after_days: 7}]\n"
	"programmes: [{id: spring, modules: [lift], to: 2026-12-31, regions: [rana],\n"
	"  targets: [{measure: completed, value: 90, where: {role: nurse}}]}]\n";

static const char *const to_other[] = {
	"timezone UTC becomes Europe/Oslo",
	"value carer of dimension role goes",
	"dimension shift goes",
	"region north changes: name",
	"region rana changes: level, parents, place, headcount",
	"alias R2 of region rana goes",
	"module lift changes: pass_mark, stalled_after_days, grants",
	"module falls goes",
	"programme spring changes: modules, from, to, regions, complete",
	"target completed 100, role nurse of programme spring goes",
	"competence lifting changes: requirements",
	"value doctor of dimension role comes",
	"dimension level comes",
	"region vega comes",
	"alias L2 of module lift comes",
	"target completed 90, role nurse of programme spring comes",
	"competence more comes",
};
enum { TO_OTHER = sizeof(to_other) / sizeof(to_other[0]) };

/* All that a catalogue may say beside that. */
static const char grown[] =
	"dimensions:\n"
	"  role: {label: {en: Role}, values: [{value: nurse, aliases: [N, sykepleier]}, carer, \n"
	"    {value: leader, label: {nb: Leder}}, gone]}\n"
	"levels: {county: {nb: fylke}, town: {nb: by}}\n"
	"regions: [{code: north, label: {sv: Norr}}, {code: rana, parents: [north]},\n"
	"  {code: vega}]\n"
	"competences: [{id: lifting, levels: {1: {en: Knows}}, label: {en: L},\n"
	"  requirements: [{level: 2, each: leaf, count: 2}]}]\n"
	"modules: [{id: lift, minutes: 30, label: {en: Lift}}, {id: entry}, {id: other}]\n"
	"programmes:\n"
	"  - {id: spring, modules: [lift], regions: [{code: rana, to: 2026-06-30}, vega],\n"
	"     admission: entry, members: enrolled, profile: entry, done_by: passed,\n"
	"     label: {en: S},\n"
	"     targets: [{measure: hours, value: 400, region: rana},\n"
	"       {measure: participants, each: leaf, share: 0.15, where: {role: nurse}},\n"
	"       {measure: admitted, value: 30}]}\n";

static const char grown_otherwise[] =
	"dimensions:\n"
	"  role: {label: {en: Job}, values: [{value: nurse, aliases: [N]}, {value: carer, \n"
	"    aliases: [gone]}, {value: leader, label: {nb: Sjef}}]}\n"
	"levels: {county: {nb: Fylke}, city: {nb: by}}\n"
	"regions: [{code: north, label: {sv: Norra}}, {code: rana, parents: [north]},\n"
	"  {code: vega}]\n"
	"competences: [{id: lifting, levels: {1: {en: Helps}}, label: {en: LL},\n"
	"  requirements: [{level: 2, each: leaf, count: 3}]}]\n"
	"modules: [{id: lift, minutes: 31, label: {en: Lifting}}, {id: entry}, {id: other}]\n"
	"programmes:\n"
	"  - {id: spring, modules: [lift], regions: [{code: rana, to: 2026-07-31}, vega],\n"
	"     admission: other, profile: latest, label: {en: T},\n"
	"     targets: [{measure: hours, value: 400, region: vega},\n"
	"       {measure: participants, each: leaf, share: 0.2, where: {role: nurse}},\n"
	"       {measure: admitted, value: 30, each: leaf}]}\n";

static const char *const to_otherwise[] = {
	"dimension role changes: label",
	"alias sykepleier of value nurse goes",
	"value carer changes: capitals",
	"value leader changes: label",
	"value gone of dimension role goes",
	"region north changes: label",
	"module lift changes: minutes, label",
	"programme spring changes: regions, done_by, admission, members, profile, label",
	"target hours 400 in region rana of programme spring goes",
	"target participants 15% in each leaf, role nurse of programme spring goes",
	"target admitted 30 of programme spring goes",
	"competence lifting changes: requirements, label, levels",
	"level county changes: label",
	"level town goes",
	"alias gone of value carer comes",
	"target hours 400 in region vega of programme spring comes",
	"target participants 20% in each leaf, role nurse of programme spring comes",
	"target admitted 30 in each leaf of programme spring comes",
	"level city comes",
};
enum { TO_OTHERWISE = sizeof(to_otherwise) / sizeof(to_otherwise[0]) };

static void check_rows(const char *before, const char *after, const char *const *rows, size_t n)
{
	struct catalogue *one = catalogue_of(before), *two = catalogue_of(after);
	struct changes changes = { .n = 0 };

	catalogues_differ(one, two, &changes);
	assert_int_equal(changes_err(&changes), 0);
	for (size_t i = 0; i < changes.n && i < n; i++)
		assert_string_equal(changes.rows[i].text, rows[i]);
	assert_int_equal(changes.n, n);
	changes_free(&changes);
	catalogue_free(one);
	catalogue_free(two);
}

static void what_is_not_the_same_is_told_and_nothing_else(void **state)
{
	(void)state;
	check_rows(basis, basis, NULL, 0);
	check_rows(basis, reordered, NULL, 0);
	check_rows(reordered, basis, NULL, 0);
	check_rows(basis, other, to_other, TO_OTHER);
	check_rows(grown, grown, NULL, 0);
	check_rows(grown, grown_otherwise, to_otherwise, TO_OTHERWISE);
}

static void the_way_back_has_as_many_rows(void **state)
{
	struct catalogue *one = catalogue_of(other), *two = catalogue_of(basis);
	struct changes changes = { .n = 0 };
	size_t goes = 0;

	(void)state;
	catalogues_differ(one, two, &changes);
	assert_int_equal(changes.n, TO_OTHER);
	for (size_t i = 0; i < changes.n; i++)
		goes += change_goes(&changes.rows[i]);
	assert_int_equal(goes, 6); /* what came on the way there */
	changes_free(&changes);
	catalogue_free(one);
	catalogue_free(two);
}

static void send(struct house *house, uint64_t seq, const char *module, const char *region,
		 const char *role)
{
	struct event event = { .type = EVENT_STARTED,
			       .time = WORLD_BEGIN,
			       .learner = text_of("a"),
			       .module = text_of(module),
			       .region = text_of(region),
			       .result = { .score = -1, .passed = -1 },
			       .voids_time = EVENT_NO_TIME };

	if (role) {
		event.attrs[0] = (struct event_attr){ text_of("role"), text_of(role) };
		event.n_attrs = 1;
	}
	assert_int_equal(house_send(house, "s", "a", seq, &event, 1), 0);
	assert_int_equal(journal_commit(house->journal), 0);
}

static void what_the_journal_has_and_the_new_one_knows_comes_alive(void **state)
{
	static const char *const rows[] = {
		"module L2 comes alive: events have it already, and count as lift",
		"region vega comes alive: events have it already, and count as vega",
		"value doctor comes alive: events have it already, and count as role",
	};
	struct catalogue *after = catalogue_of(other);
	struct changes changes = { .n = 0 };
	struct journal_view view;
	struct house house;

	(void)state;
	house_open(&house, "{}", basis);
	send(&house, 1, "lift", "rana", "nurse"); /* lives already */
	send(&house, 2, "L2", "rana", NULL);
	send(&house, 3, "never", "vega", "doctor");
	send(&house, 4, "L2", "nowhere", "doctor");
	assert_int_equal(journal_view_begin(house.journal, &view), 0);
	assert_int_equal(catalogue_revives(house.catalogue, after, &view, &changes), 0);
	journal_view_end(&view);
	assert_int_equal(changes.n, 3);
	for (size_t i = 0; i < changes.n; i++)
		assert_string_equal(changes.rows[i].text, rows[i]);
	changes_free(&changes);
	catalogue_free(after);
	house_close(&house);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_the_same_is_told_and_nothing_else),
		cmocka_unit_test(the_way_back_has_as_many_rows),
		cmocka_unit_test(what_the_journal_has_and_the_new_one_knows_comes_alive),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
