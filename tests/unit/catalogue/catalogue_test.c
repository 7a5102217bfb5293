/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/catalogue/catalogue.h"
#include "tests/seed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

static struct catalogue *parsed_text(struct text text)
{
	struct yaml_errors errors = { .file = "c" };
	struct catalogue *catalogue = NULL;
	int err = catalogue_parse(text, &errors, &catalogue);

	if (err)
		fail_msg("%s%s", lift_err_code(err), errors.text ? errors.text : "");
	return catalogue;
}

static struct catalogue *parsed(const char *text)
{
	return parsed_text(text_of(text));
}

static const char small[] =
	"timezone: Europe/Oslo\n"
	"dimensions: {role: [nurse, carer], gender: [f, m]}\n"
	"programmes:\n"
	"  - id: p\n"
	"    modules: [b, a]\n"
	"    from: 2026-08-17\n"
	"    regions: [west, all]\n"
	"    complete: 1\n"
	"    stalled_after_days: 14\n"
	"    targets: [{measure: completed, value: 200, where: {gender: f, role: unknown}}]\n"
	"  - {id: q, modules: [a, b]}\n"
	"modules:\n"
	"  - {id: a, name: A module, aliases: [aa, x/1], pass_mark: 0.60005,\n"
	"     grants: [{competence: c, level: 3, earned_by: passed, valid_months: 24}, "
	"{competence: c}]}\n"
	"  - {id: b, stalled_after_days: 7}\n"
	"competences:\n"
	"  - {id: c, requirements: [{level: 2, where: {role: nurse}}, {level: 1}]}\n"
	"regions:\n"
	"  - {code: NO, parents: [west, coast], aliases: [\"0301\"], lat: -65.5, lon: 12,\n"
	"     headcount: [{count: 10}, {count: 0, where: {gender: m}}]}\n"
	"  - {code: west, name: The west, level: county}\n"
	"  - {code: coast, parents: []}\n"
	"  - {code: isle, parents: [coast]}\n";

static void every_part_is_read(void **state)
{
	struct catalogue *c = parsed(small);
	const struct region *no = &c->regions[2];
	const struct programme *p = &c->programmes[0];
	int32_t from;

	(void)state;
	assert_string_equal(c->timezone, "Europe/Oslo");
	assert_int_equal(c->n_dimensions, 2);
	assert_string_equal(c->dimensions[0].values[2], "unknown");
	assert_int_equal(c->n_regions, 6);
	assert_int_equal(catalogue_regions_named(c), 4);
	assert_string_equal(no->code, "NO");
	assert_string_equal(no->name, "NO");
	assert_string_equal(no->level, "");
	assert_string_equal(c->regions[3].level, "county");
	assert_true(no->has_place && no->lat == -65.5 && no->lon == 12);
	assert_false(c->regions[3].has_place);
	assert_int_equal(no->n_headcounts, 2);
	assert_int_equal(no->headcounts[1].count, 0);
	assert_int_equal(no->headcounts[1].where.is[0].value, 1);
	assert_int_equal(c->modules[0].pass_mark, 6001);
	assert_int_equal(c->modules[1].pass_mark, 5000);
	assert_int_equal(c->modules[1].stalled_after_days, 7);
	assert_int_equal(c->modules[0].n_grants, 2);
	assert_int_equal(c->modules[0].grants[0].level, 3);
	assert_true(c->modules[0].grants[0].by_pass);
	assert_int_equal(c->modules[0].grants[0].valid_months, 24);
	assert_int_equal(c->modules[0].grants[1].level, 1);
	assert_false(c->modules[0].grants[1].by_pass);
	assert_int_equal(c->modules[0].grants[1].valid_months, 0);
	assert_int_equal(p->modules[0], 1);
	assert_int_equal(day_parse(text_of("2026-08-17"), &from), 0);
	assert_int_equal(p->from, from);
	assert_int_equal(p->to, DAY_MAX);
	assert_int_equal(p->n_regions, 2);
	assert_int_equal(p->regions[1], REGION_ALL);
	assert_int_equal(p->complete, 1);
	assert_int_equal(c->programmes[1].complete, 2);
	assert_int_equal(c->programmes[1].stalled_after_days, 30);
	assert_int_equal(p->targets[0].measure, MEASURE_COMPLETED);
	assert_int_equal(p->targets[0].where.n, 2);
	assert_int_equal(p->targets[0].where.is[0].dimension, 0);
	assert_int_equal(p->targets[0].where.is[0].value, 2);
	assert_int_equal(p->targets[0].where.is[1].value, 0);
	assert_int_equal(c->competences[0].requirements[0].level, 2);
	catalogue_free(c);
}

static void texts_are_found_by_code_id_and_alias(void **state)
{
	struct catalogue *c = parsed(small);

	(void)state;
	assert_int_equal(catalogue_home(c, text_of("0301")), 2);
	assert_int_equal(catalogue_home(c, text_of("NO")), 2);
	assert_int_equal(catalogue_home(c, text_of("301")), REGION_UNASSIGNED);
	assert_int_equal(catalogue_home(c, text_of("all")), REGION_UNASSIGNED);
	assert_int_equal(catalogue_region(c, text_of("all")), REGION_ALL);
	assert_int_equal(catalogue_region(c, text_of("unassigned")), REGION_UNASSIGNED);
	assert_int_equal(catalogue_region(c, text_of("0301")), CATALOGUE_NONE);
	assert_int_equal(catalogue_region(c, text_of("isle")), 5);
	assert_int_equal(catalogue_module(c, text_of("x/1")), 0);
	assert_int_equal(catalogue_module(c, text_of("b")), 1);
	assert_int_equal(catalogue_module(c, text_of("z")), CATALOGUE_NONE);
	assert_int_equal(catalogue_dimension(c, text_of("gender")), 1);
	assert_int_equal(catalogue_dimension(c, text_of("age")), CATALOGUE_NONE);
	assert_int_equal(catalogue_value(c, 1, text_of("m")), 1);
	assert_int_equal(catalogue_value(c, 1, text_of("nurse")), 2);
	assert_int_equal(catalogue_value(c, 1, text_of("")), 2);
	catalogue_free(c);
}

static void an_empty_catalogue_has_all_and_unassigned(void **state)
{
	struct catalogue *c = parsed("");

	(void)state;
	assert_string_equal(c->timezone, "UTC");
	assert_int_equal(c->n_regions, 2);
	assert_string_equal(c->regions[REGION_ALL].code, "all");
	assert_string_equal(c->regions[REGION_UNASSIGNED].code, "unassigned");
	assert_false(c->regions[REGION_UNASSIGNED].leaf);
	assert_int_equal(c->regions[REGION_ALL].n_homes, 1);
	assert_int_equal(c->regions[REGION_ALL].homes[0], REGION_UNASSIGNED);
	assert_int_equal(c->regions[REGION_UNASSIGNED].n_homes, 1);
	assert_true(catalogue_inside(c, REGION_UNASSIGNED, REGION_ALL));
	catalogue_free(c);
}

#define REGION(rest) "regions:\n  - {code: r, " rest "}\n"
#define MODULE(rest) "competences: [{id: c}]\nmodules:\n  - {id: m, " rest "}\n"
#define PROGRAMME(rest) \
	"modules: [{id: a}, {id: b, aliases: [bb]}]\nprogrammes:\n  - {id: p, " rest "}\n"
#define LONG64 "0123456789012345678901234567890123456789012345678901234567890123"

static const struct {
	const char *text, *error, *why;
} bad[] = {
	{ "- a\n", "c:1: a catalogue must be a map", "a list" },
	{ "region: []\n", "c:1: `region` is no key of a catalogue, did you mean `regions`?",
	  "a key with a slip" },
	{ "xyz: []\n", "c:1: `xyz` is no key of a catalogue; there are timezone, dimensions",
	  "a key of nothing" },
	{ "timezone: Europe/Olso\n", "c:1: timezone: this system has no zone `Europe/Olso`",
	  "no zone" },
	{ "timezone: [UTC]\n", "c:1: timezone must be a text", "a list of zones" },
	{ "dimensions: [a]\n", "c:1: dimensions must be a map", "a list of dimensions" },
	{ "dimensions:\n  g: f\n", "c:2: a dimension must be a list", "a value alone" },
	{ "dimensions:\n  g: []\n", "c:2: dimension `g` needs the list", "no values" },
	{ "dimensions:\n  g: [f,\n    f]\n", "c:3: the value `f` is already in line 2",
	  "a doubled value" },
	{ "dimensions:\n  g: [f, unknown]\n", "c:2: `unknown` is what any other value counts as",
	  "the reserved value" },
	{ "dimensions:\n  g: [\"\"]\n", "c:2: a value must be a text of 1 to 64 bytes",
	  "an empty value" },
	{ "dimensions:\n  g: [" LONG64 "5]\n", "c:2: a value must be a text of 1 to 64 bytes",
	  "a long value" },
	{ "dimensions:\n  " LONG64 "5: [a]\n", "c:2: a dimension's name must have 1 to 64",
	  "a long name" },
	{ "dimensions: {a: [x], b: [x], c: [x], d: [x], e: [x], f: [x], g: [x], h: [x], i: [x],\n"
	  " j: [x], k: [x], l: [x], m: [x], n: [x], o: [x], p: [x], q: [x]}\n",
	  "c:1: there may be 16 dimensions, not 17", "too many dimensions" },
	{ "regions: {a: b}\n", "c:1: regions must be a list", "a map of regions" },
	{ "regions:\n  - a\n", "c:2: a region must be a map", "a code alone" },
	{ "regions:\n  - {name: x}\n", "c:2: a region needs `code`", "no code" },
	{ "regions:\n  - {code: }\n", "c:2: a region needs `code`", "a code of nothing" },
	{ "regions:\n  - {code: \"\"}\n", "c:2: code must be a text of 1 to 64", "an empty code" },
	{ "regions:\n  - {code: " LONG64 "5}\n", "c:2: code must be a text of 1 to 64",
	  "a long code" },
	{ "regions:\n  - {code: a/b}\n", "c:2: a region code has no `/`", "a code with a slash" },
	{ "regions:\n  - {code: all}\n", "c:2: `all` is reserved", "a reserved code" },
	{ "regions:\n  - {code: unassigned}\n", "c:2: `unassigned` is reserved", "the other one" },
	{ REGION("aliases: [all]"), "c:2: `all` is reserved", "a reserved alias" },
	{ "regions:\n  - {code: a}\n  - {code: a}\n",
	  "c:3: the region code or alias `a` is already in line 2", "a doubled code" },
	{ "regions:\n  - {code: a, aliases: [b]}\n  - {code: b}\n",
	  "c:3: the region code or alias `b` is already in line 2", "a code that is an alias" },
	{ "regions:\n  - {code: a, aliases: [x]}\n  - {code: b, aliases: [x]}\n",
	  "c:3: the region code or alias `x` is already in line 2", "a doubled alias" },
	{ REGION("aliases: x"), "c:2: aliases must be a list", "an alias alone" },
	{ REGION("parents: [q]"), "c:2: parents: `q` is no region of this catalogue",
	  "no such parent" },
	{ REGION("parents: [all]"), "c:2: `all` is no parent", "all as a parent" },
	{ REGION("parents: [r]"), "c:2: region `r` is below itself: r -> r", "below itself" },
	{ "regions:\n  - {code: d, parents: [a]}\n  - {code: a, parents: [b]}\n  - {code: b, "
	  "parents: [c]}\n  - {code: c, parents: [a]}\n",
	  "c:3: region `a` is below itself: a -> b -> c -> a", "a circle of three" },
	{ "regions:\n  - {code: a}\n  - {code: b, parents: [a, a]}\n",
	  "c:3: parents: `a` is listed twice", "a doubled parent" },
	{ REGION("lat: 91, lon: 0"), "c:2: lat must be a number from -90 to 90, not `91`",
	  "beyond the pole" },
	{ REGION("lat: 0, lon: -180.5"), "c:2: lon must be a number from -180 to 180",
	  "once around" },
	{ REGION("lat: north, lon: 1"), "c:2: lat must be a number", "a word" },
	{ REGION("lat: 0x10, lon: 1"), "c:2: lat must be a number", "hexadecimal" },
	{ REGION("lat: .nan, lon: 1"), "c:2: lat must be a number", "no number" },
	{ REGION("lat: 1e999, lon: 1"), "c:2: lat must be a number", "infinite" },
	{ REGION("lat: 60"), "c:2: a place has both", "half a place" },
	{ REGION("headcount: 5"), "c:2: headcount must be a list", "a headcount alone" },
	{ REGION("headcount: [{where: {}}]"), "c:2: a headcount needs `count`", "no count" },
	{ REGION("headcount: [{count: -1}]"), "c:2: count must be a whole number from 0",
	  "a negative count" },
	{ REGION("headcount: [{count: 1.5}]"), "c:2: count must be a whole number",
	  "half a person" },
	{ REGION("headcount: [{count: 99999999999999999999}]"), "c:2: count must be a whole number",
	  "beyond 64 bits" },
	{ REGION("headcount: [{count: 1}, {count: 2, where: {}}]"),
	  "c:2: this region has a headcount of the same `where`", "everyone twice" },
	{ "dimensions: {a: [x], b: [y]}\n" REGION(
		  "headcount: [{count: 1, where: {a: x, b: y}}, {count: 1, where: {b: y, a: x}}]"),
	  "c:3: this region has a headcount of the same `where`", "the same in another order" },
	{ REGION("headcount: [{count: 1, where: {g: f}}]"), "c:2: where: `g` is no dimension",
	  "no dimension" },
	{ "dimensions: {g: [f]}\n" REGION("headcount: [{count: 1, where: {g: x}}]"),
	  "c:3: where: `x` is no value of g", "no value" },
	{ "dimensions: {g: [f]}\n" REGION("headcount: [{count: 1, where: {g: [f]}}]"),
	  "c:3: where: `` is no value of g", "a list of values" },
	{ REGION("headcount: [{count: 1, where: [g]}]"), "c:2: where must be a map",
	  "a list of dimensions" },
	{ "modules:\n  - {name: x}\n", "c:2: a module needs `id`", "no id" },
	{ "modules:\n  - {id: a, aliases: [b]}\n  - {id: b}\n",
	  "c:3: the module id or alias `b` is already in line 2", "an id that is an alias" },
	{ "modules:\n  - {id: a}\n  - {id: a}\n",
	  "c:3: the module id or alias `a` is already in line 2", "a doubled id" },
	{ MODULE("pass_mark: 1.01"), "c:3: pass_mark must be a number from 0 to 1",
	  "a mark above 1" },
	{ MODULE("pass_mark: -0.1"), "c:3: pass_mark must be a number from 0 to 1",
	  "a mark below 0" },
	{ MODULE("stalled_after_days: 0"), "c:3: stalled_after_days must be a whole number from 1",
	  "no days" },
	{ MODULE("stalled_after_days: 36501"), "c:3: stalled_after_days must be",
	  "a hundred years and a day" },
	{ MODULE("grants: [{competence: d}]"), "c:3: `d` is no competence of this catalogue",
	  "no competence" },
	{ MODULE("grants: [{level: 1}]"), "c:3: a grant needs `competence`", "a grant of nothing" },
	{ MODULE("grants: [{competence: c, level: 9}]"),
	  "c:3: level must be a whole number from 1 to 8", "a level too high" },
	{ MODULE("grants: [{competence: c, valid_months: 0}]"), "c:3: valid_months must be",
	  "no months" },
	{ MODULE("grants: [{competence: c, valid_months: 1201}]"), "c:3: valid_months must be",
	  "over a century" },
	{ MODULE("grants: [{competence: c, earned_by: pass}]"),
	  "c:3: earned_by must be `completed` or `passed`", "another word" },
	{ "modules: [{id: a}]\nprogrammes:\n  - {modules: [a]}\n", "c:3: a programme needs `id`",
	  "no id" },
	{ "programmes:\n  - {id: p}\n", "c:2: a programme needs `modules`", "no modules" },
	{ PROGRAMME("modules: []"), "c:3: a programme needs at least one module", "an empty list" },
	{ PROGRAMME("modules: [z]"), "c:3: modules: `z` is no module", "an unknown module" },
	{ PROGRAMME("modules: [a, a]"), "c:3: modules: `a` is listed twice", "a doubled module" },
	{ PROGRAMME("modules: [bb]"), "c:3: `bb` is an alias: write the module's id, `b`",
	  "an alias" },
	{ PROGRAMME("modules: [a], complete: 2"),
	  "c:3: complete must be `all` or a number from 1 to the programme's 1",
	  "more than there are" },
	{ PROGRAMME("modules: [a], complete: 0"), "c:3: complete must be", "none" },
	{ PROGRAMME("modules: [a], from: 2026-02-30"), "c:3: from must be a day", "no day" },
	{ PROGRAMME("modules: [a],\n   from: 2026-02-02, to: 2026-02-01"),
	  "c:4: the programme ends before it begins", "the wrong way round" },
	{ PROGRAMME("modules: [a], regions: [z]"), "c:3: regions: `z` is no region",
	  "an unknown region" },
	{ PROGRAMME("modules: [a], regions: [unassigned]"), "c:3: no programme is for `unassigned`",
	  "nowhere" },
	{ PROGRAMME("modules: [a], targets: [{measure: started, value: 1}]"),
	  "c:3: measure must be `participants`, `completed`, `admitted` or `hours`",
	  "another measure" },
	{ PROGRAMME("modules: [a], targets: [{measure: completed, value: 0}]"),
	  "c:3: value must be a whole number from 1", "a target of 0" },
	{ PROGRAMME("modules: [a], targets: [{measure: completed}]"), "c:3: a target needs `value`",
	  "no value" },
	{ PROGRAMME("modules: [a], targets: [{value: 3}]"), "c:3: a target needs `measure`",
	  "no measure" },
	{ "modules: [{id: a}]\nprogrammes:\n  - {id: p, modules: [a]}\n  - {id: p, modules: [a]}\n",
	  "c:4: the programme `p` is already in line 3", "a doubled programme" },
	{ "competences:\n  - {id: c}\n  - {id: c}\n",
	  "c:3: the competence `c` is already in line 2", "a doubled competence" },
	{ "competences:\n  - {id: c, requirements: [{where: {}}]}\n",
	  "c:2: a requirement needs `level`", "no level" },
	{ "competences:\n  - {id: c, requirements: [{level: 0}]}\n", "c:2: level must be",
	  "level 0" },
	{ "a: 1\na: 2\n", "c:2: the key `a` is already in line 1", "what YAML itself forbids" },
};

static void a_bad_catalogue_is_refused_with_its_line_and_what_would_be_right(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct yaml_errors errors = { .file = "c" };
		struct catalogue *catalogue = NULL;
		int err = catalogue_parse(text_of(bad[i].text), &errors, &catalogue);

		if (err != LIFT_E_CONFIG || catalogue || errors.count != 1 ||
		    !strstr(errors.text, bad[i].error))
			fail_msg("%s: %d, %zu errors, %s", bad[i].why, err, errors.count,
				 errors.text ? errors.text : "");
		yaml_errors_clear(&errors);
	}
}

static void all_errors_are_found_in_one_go(void **state)
{
	static const char text[] =
		"timezone: Nowhere\nregions: [{code: a, lat: x, lon: 1}, {name: b}]\n"
		"modules: [{id: m, pass_mark: 2, grants: [{competence: z}]}]\n";
	struct yaml_errors errors = { .file = "c" };
	struct catalogue *catalogue = NULL;

	(void)state;
	assert_int_equal(catalogue_parse(text_of(text), &errors, &catalogue), LIFT_E_CONFIG);
	assert_int_equal(errors.count, 5);
	yaml_errors_clear(&errors);
}

/* Change one place of the small catalogue and say whether the digest is another. */
static bool digest_differs(const char *what, const char *by)
{
	struct catalogue *before = parsed(small), *after;
	const char *at = strstr(small, what);
	char text[sizeof(small) + 100];
	bool differs;

	assert_non_null(at);
	snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - small), small, by, at + strlen(what));
	after = parsed(text);
	differs = memcmp(before->digest, after->digest, sizeof(before->digest)) != 0;
	catalogue_free(before);
	catalogue_free(after);
	return differs;
}

static const struct {
	const char *what, *by;
	bool differs;
} changes[] = {
	{ "name: A module", "name: Another", false },
	{ "name: The west", "name: Vest", false },
	{ "level: county", "level: fylke", false },
	{ "lat: -65.5", "lat: 3", false },
	{ "count: 10", "count: 11", false },
	{ "{count: 10}, ", "", false },
	{ "value: 200", "value: 300", false },
	{ "Europe/Oslo", "Europe/Rome", false }, /* the same clocks since 2000 */
	{ "Europe/Oslo", "Europe/London", true },
	{ "[f, m]", "[f, m, x]", true },
	{ "[\"0301\"]", "[\"0302\"]", true },
	{ "{code: isle, parents: [coast]}", "{code: isle, parents: [west]}", true },
	{ "{code: isle,", "{code: island,", true },
	{ "pass_mark: 0.60005", "pass_mark: 0.7", true },
	{ "stalled_after_days: 7", "stalled_after_days: 8", true },
	{ "stalled_after_days: 14", "stalled_after_days: 15", true },
	{ "valid_months: 24", "valid_months: 25", true },
	{ "level: 3", "level: 4", true },
	{ "earned_by: passed", "earned_by: completed", true },
	{ "complete: 1", "complete: all", true },
	{ "from: 2026-08-17", "from: 2026-08-18", true },
	{ "regions: [west, all]", "regions: [west]", true },
	{ "measure: completed", "measure: participants", true },
	{ "where: {gender: f, role: unknown}", "where: {gender: f}", true },
	{ "{level: 2, where: {role: nurse}}", "{level: 3, where: {role: nurse}}", true },
	{ "modules: [b, a]", "modules: [b]", true },
};

static void the_digest_is_of_what_shapes_contributions_alone(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(changes) / sizeof(*changes); i++)
		if (digest_differs(changes[i].what, changes[i].by) != changes[i].differs)
			fail_msg("%s -> %s", changes[i].what, changes[i].by);
}

enum { GRAPH = 40 };

/* Closure the obvious way: until nothing changes. */
static void naive_above(bool above[GRAPH][GRAPH], bool parent[GRAPH][GRAPH])
{
	bool changed = true;

	memset(above, 0, GRAPH * GRAPH * sizeof(bool));
	for (int i = 0; i < GRAPH; i++)
		above[i][i] = true;
	while (changed) {
		changed = false;
		for (int i = 0; i < GRAPH; i++)
			for (int j = 0; j < GRAPH; j++)
				for (int k = 0; k < GRAPH; k++)
					if (parent[i][j] && above[j][k] && !above[i][k])
						above[i][k] = changed = true;
	}
}

static bool listed(const uint32_t *list, uint32_t n, uint32_t what)
{
	uint32_t times = 0;

	for (uint32_t i = 0; i < n; i++) {
		assert_true(i == 0 || list[i] > list[i - 1]);
		times += list[i] == what;
	}
	return times == 1;
}

static void random_regions_are_below_what_a_naive_closure_says(void **state)
{
	static bool parent[GRAPH][GRAPH], above[GRAPH][GRAPH];
	unsigned seed = (unsigned)test_seed();

	(void)state;
	srand(seed);
	for (int round = 0; round < 50; round++) {
		struct catalogue *c;
		static char text[GRAPH * (GRAPH * 5 + 40)];
		size_t size = (size_t)sprintf(text, "regions:\n");
		int rank[GRAPH];

		memset(parent, 0, sizeof(parent));
		for (int i = 0; i < GRAPH; i++)
			rank[i] = rand();
		for (int i = 0; i < GRAPH; i++) {
			bool any = false;

			size += (size_t)sprintf(text + size, "- {code: r%d, parents: [", i);
			for (int j = 0; j < GRAPH; j++) {
				parent[i][j] = rank[i] < rank[j] && rand() % 15 == 0;
				if (parent[i][j])
					size += (size_t)sprintf(text + size, "%sr%d",
								any ? ", " : "", j);
				any |= parent[i][j];
			}
			size += (size_t)sprintf(text + size, "]}\n");
		}
		c = parsed_text((struct text){ text, size });
		naive_above(above, parent);
		for (uint32_t i = 0; i < GRAPH; i++) {
			const struct region *region = &c->regions[i + 2];
			bool leaf = true;

			for (uint32_t j = 0; j < GRAPH; j++) {
				leaf = leaf && !parent[j][i];
				assert_int_equal(listed(region->above, region->n_above, j + 2),
						 above[i][j]);
				assert_int_equal(listed(region->homes, region->n_homes, j + 2),
						 above[j][i]);
				assert_int_equal(catalogue_inside(c, i + 2, j + 2), above[i][j]);
			}
			assert_int_equal(region->leaf, leaf);
			assert_true(catalogue_inside(c, i + 2, REGION_ALL));
			assert_false(catalogue_inside(c, i + 2, REGION_UNASSIGNED));
		}
		assert_int_equal(c->regions[REGION_ALL].n_homes, GRAPH + 1);
		catalogue_free(c);
	}
}

/* Regions that hang on a chain have half a square of ways up: refused, not computed. */
static void a_chain_of_100_000_regions_is_refused_and_a_broad_tree_is_not(void **state)
{
	enum { REGIONS = 100000, ROOM = 48 };
	char *text = malloc(REGIONS * ROOM);
	struct yaml_errors errors = { .file = "c" };
	struct catalogue *catalogue = NULL;
	size_t size;

	(void)state;
	assert_non_null(text);
	size = (size_t)sprintf(text, "regions:\n- {code: r0}\n");
	for (int i = 1; i < REGIONS; i++)
		size += (size_t)sprintf(text + size, "- {code: r%d, parents: [r%d]}\n", i, i - 1);
	assert_int_equal(catalogue_parse((struct text){ text, size }, &errors, &catalogue),
			 LIFT_E_CONFIG);
	assert_non_null(strstr(errors.text, "has too many regions above it"));
	yaml_errors_clear(&errors);
	size = (size_t)sprintf(text, "regions:\n- {code: r0}\n");
	for (int i = 1; i < REGIONS; i++)
		size += (size_t)sprintf(text + size, "- {code: r%d, parents: [r%d]}\n", i, i / 40);
	catalogue = parsed_text((struct text){ text, size });
	assert_int_equal(catalogue->regions[2].n_homes, REGIONS);
	assert_int_equal(catalogue_home(catalogue, text_of("r99999")), REGIONS + 1);
	catalogue_free(catalogue);
	free(text);
}

static void the_catalogues_that_come_with_liftd_are_valid(void **state)
{
	static const char *const files[] = {
		"daemon/examples/demo.yaml",
		"daemon/examples/helgeland.yaml",
		"daemon/examples/level-up.yaml",
		"daemon/examples/mediq.yaml",
		"daemon/examples/akademi-norr.yaml",
		"daemon/examples/vesteralen.yaml",
		"systemd/catalogue.yaml",
	};
	static char text[100000];

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		FILE *file = fopen(files[i], "r");
		size_t size;

		if (!file)
			fail_msg("%s: run the tests from the top directory", files[i]);
		size = fread(text, 1, sizeof(text), file);
		fclose(file);
		catalogue_free(parsed_text((struct text){ text, size }));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_part_is_read),
		cmocka_unit_test(texts_are_found_by_code_id_and_alias),
		cmocka_unit_test(an_empty_catalogue_has_all_and_unassigned),
		cmocka_unit_test(a_bad_catalogue_is_refused_with_its_line_and_what_would_be_right),
		cmocka_unit_test(all_errors_are_found_in_one_go),
		cmocka_unit_test(the_digest_is_of_what_shapes_contributions_alone),
		cmocka_unit_test(random_regions_are_below_what_a_naive_closure_says),
		cmocka_unit_test(a_chain_of_100_000_regions_is_refused_and_a_broad_tree_is_not),
		cmocka_unit_test(the_catalogues_that_come_with_liftd_are_valid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
