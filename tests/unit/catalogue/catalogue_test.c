/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/catalogue/doubts.h"
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
#define DIMENSION(rest) "dimensions:\n  g: " rest "\n"
#define PLACES(rest)                                            \
	"regions: [{code: r}, {code: s}]\nmodules: [{id: a}]\n" \
	"programmes:\n  - {id: p, modules: [a], " rest "}\n"
#define TARGET(rest) PLACES("targets: [{" rest "}]")
#define LONG64	     "0123456789012345678901234567890123456789012345678901234567890123"

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
	{ "dimensions:\n  g: f\n", "c:2: a dimension must be a list of its values, or a map",
	  "a value alone" },
	{ "dimensions:\n  g: []\n", "c:2: dimension `g` needs the list", "no values" },
	{ "dimensions:\n  g: [f,\n    f]\n", "c:3: the value or alias `f` is already in line 2",
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
	{ DIMENSION("{label: {en: G}}"), "c:2: a dimension needs `values`", "no values" },
	{ DIMENSION("{values: f}"), "c:2: values must be a list", "values that are one" },
	{ DIMENSION("{values: [f], value: f}"),
	  "c:2: `value` is no key of a dimension, did you mean `values`?", "a slip" },
	{ DIMENSION("[{label: {en: F}}]"), "c:2: a value needs `value`", "a label of nothing" },
	{ DIMENSION("[{value: [f]}]"), "c:2: a value must be a text of 1 to 64 bytes, not a list",
	  "a list of lists" },
	{ DIMENSION("[[f]]"), "c:2: a value must be a text of 1 to 64 bytes, not a list",
	  "a list in a list" },
	{ DIMENSION("[{value: unknown}]"), "c:2: `unknown` is what any other value counts as",
	  "the reserved value in a map" },
	{ DIMENSION("[{value: f, aliases: [unknown]}]"),
	  "c:2: `unknown` is what any other value counts as", "the reserved value as an alias" },
	{ DIMENSION("[{value: f, aliases: K}]"), "c:2: aliases must be a list", "an alias alone" },
	{ DIMENSION("[{value: f, aliases: }]"), "c:2: `aliases` of nothing: write `aliases: []`",
	  "are there aliases or not?" },
	{ DIMENSION("[{value: f, aliases: [K, K]}]"),
	  "c:2: the value or alias `K` is already in line 2", "a doubled alias" },
	{ DIMENSION("[{value: f, aliases: [f]}]"), "c:2: the value or alias `f` is already",
	  "an alias that is its value" },
	{ DIMENSION("[{value: f, aliases: [K]},\n  {value: m, aliases: [K]}]"),
	  "c:3: the value or alias `K` is already in line 2", "one alias of two values" },
	{ DIMENSION("[{value: f, aliases: [Å]},\n  {value: m, aliases: [å]}]"),
	  "c:3: the value or alias `å` is, but for capitals, already in line 2, and both values",
	  "aliases that fold to one" },
	{ DIMENSION("[{value: m, aliases: []},\n  {value: M, aliases: []}]"),
	  "c:3: the value or alias `M` is, but for capitals, already in line 2",
	  "values that fold to one" },
	{ DIMENSION("[{value: f, aliases: [" LONG64 "5]}]"),
	  "c:2: an alias must be a text of 1 to 64 bytes", "a long alias" },
	{ DIMENSION("[{value: f, alias: [K]}]"), "c:2: `alias` is no key of a value",
	  "a key with a slip" },
	{ DIMENSION("[{value: f, aliases: [K]}]") REGION("headcount: [{count: 1, where: {g: K}}]"),
	  "c:4: where: `K` is an alias: write the value, `f`", "an alias in where" },
	{ DIMENSION("[{value: f, aliases: []}]") REGION("headcount: [{count: 1, where: {g: F}}]"),
	  "c:4: where: `F` is an alias: write the value, `f`", "capitals in where" },
	{ REGION("label: Vest"), "c:2: a label must be a map", "a label in no language" },
	{ REGION("label: {no: Vest}"),
	  "c:2: `no` is no key of a label, did you mean `nb`?; there "
	  "are nb, sv, da, en",
	  "no language" },
	{ REGION("label: {nb: [Vest]}"), "c:2: nb must be a text", "a list of words" },
	{ REGION("label: {nb: \"\"}"), "c:2: nb must be a text of 1 to 400", "no word" },
	{ MODULE("label: {fi: X}"), "c:3: `fi` is no key of a label", "a language too many" },
	{ "levels: [kommune]\n", "c:1: levels must be a map", "a list of levels" },
	{ "levels: {kommune: Kommun}\n", "c:1: a label must be a map", "a level in no language" },
	{ "competences:\n  - {id: c, levels: {0: {en: None}}}\n",
	  "c:2: levels: `0` is no level; a level is a number from 1 to 8", "level 0 has a word" },
	{ "competences:\n  - {id: c, levels: {9: {en: All}}}\n", "c:2: levels: `9` is no level",
	  "level 9 has a word" },
	{ "competences:\n  - {id: c, levels: {12: {en: All}}}\n", "c:2: levels: `12` is no level",
	  "level 12 has a word" },
	{ "competences:\n  - {id: c, levels: [{en: One}]}\n", "c:2: levels must be a map",
	  "levels in a list" },
	{ "competences:\n  - {id: c, requirements: [{level: 1, each: leaf}]}\n",
	  "c:2: a requirement has both `each: leaf` and `count`", "how many in each?" },
	{ "competences:\n  - {id: c, requirements: [{level: 1, count: 2}]}\n",
	  "c:2: a requirement has both `each: leaf` and `count`", "two in what?" },
	{ "competences:\n  - {id: c, requirements: [{level: 1, count: 0, each: leaf}]}\n",
	  "c:2: count must be a whole number from 1 to 1000000", "none in each" },
	{ "competences:\n  - {id: c, requirements: [{level: 1, count: 1, each: region}]}\n",
	  "c:2: each must be `leaf`", "each of what?" },
	{ MODULE("minutes: 0"), "c:3: minutes must be a whole number from 1 to 1000000",
	  "no time at all" },
	{ MODULE("minutes: 1000001"), "c:3: minutes must be a whole number from 1",
	  "two years without sleep" },
	{ PLACES("regions: [{from: 2026-01-01}]"), "c:4: a programme's region needs `code`",
	  "days of no region" },
	{ PLACES("regions: [{code: z}]"), "c:4: regions: `z` is no region",
	  "an unknown one with days" },
	{ PLACES("regions: [{code: unassigned}]"), "c:4: no programme is for `unassigned`",
	  "nowhere, with days" },
	{ PLACES("regions: [[r]]"), "c:4: regions: `` is no region", "a list in a list" },
	{ PLACES("regions: [r, s, r]"), "c:4: regions: `r` is listed twice", "a slip" },
	{ PLACES("regions: [{code: r, to: 2026-05-05}, r, {code: r, to: 2026-05-05}]"),
	  "c:4: regions: `r` is listed twice", "the same days twice" },
	{ PLACES("regions: [{code: r, from: 2026-13-01}]"), "c:4: from must be a day", "no day" },
	{ PLACES("regions: [{code: r, from: 2026-05-06,\n   to: 2026-05-05}]"),
	  "c:5: the region leaves before it joins", "the wrong way round" },
	{ PLACES("regions: [{code: r, until: 2026-05-06}]"),
	  "c:4: `until` is no key of a programme's region", "another word" },
	{ PROGRAMME("modules: [a], done_by: pass"), "c:3: done_by must be `completed` or `passed`",
	  "another word" },
	{ PROGRAMME("modules: [a], admission: z"), "c:3: admission: `z` is no module",
	  "an unknown module admits" },
	{ PROGRAMME("modules: [a], admission: [a]"), "c:3: admission: `` is no module",
	  "a list admits" },
	{ PROGRAMME("modules: [a], admission: bb"),
	  "c:3: `bb` is an alias: write the module's id, `b`", "an alias admits" },
	{ PROGRAMME("modules: [a], members: some"), "c:3: members must be `all` or `enrolled`",
	  "another word" },
	{ PROGRAMME("modules: [a], profile: first"), "c:3: profile must be `latest` or `entry`",
	  "another word" },
	{ TARGET("measure: [hours], value: 1"),
	  "c:4: measure must be `participants`, `completed`, `admitted` or `hours`", "a list" },
	{ TARGET("measure: hours"), "c:4: a target needs `value` (or, with `each: leaf`, `share`)",
	  "how many hours?" },
	{ TARGET("measure: hours, each: leaf, share: 0.1"),
	  "c:4: a target of hours has a `value`: no `share` of people", "a share of hours" },
	{ TARGET("measure: completed, share: 0.1"), "c:4: a `share` is of each place's headcount",
	  "a share of everywhere" },
	{ TARGET("measure: completed, region: r, share: 0.1"),
	  "c:4: a `share` is of each place's headcount", "a share of one region" },
	{ TARGET("measure: completed, each: leaf, share: 0.1, value: 3"),
	  "c:4: a target has a `value` or a `share`, not both of them", "which one?" },
	{ TARGET("measure: completed, each: leaf, region: r, value: 3"),
	  "c:4: a target has a `region`, or `each: leaf`, not both of them", "which one?" },
	{ TARGET("measure: completed, each: leaf, share: 0"), "c:4: share must be above 0",
	  "a share of nothing" },
	{ TARGET("measure: completed, each: leaf, share: 0.00004"), "c:4: share must be above 0",
	  "a share that rounds to nothing" },
	{ TARGET("measure: completed, each: leaf, share: 1.01"),
	  "c:4: share must be a number from 0 to 1, not `1.01`", "more than all" },
	{ TARGET("measure: completed, each: leaf, share: 10 %"),
	  "c:4: share must be a number from 0 to 1, not `10 %`", "in percent" },
	{ TARGET("measure: completed, each: municipality, value: 1"), "c:4: each must be `leaf`",
	  "each of a level" },
	{ TARGET("measure: completed, region: z, value: 1"), "c:4: region: `z` is no region",
	  "an unknown region" },
	{ TARGET("measure: completed, region: unassigned, value: 1"),
	  "c:4: no target is for `unassigned`", "nowhere" },
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

static const char grown[] =
	"dimensions:\n"
	"  gender:\n"
	"    label: {nb: Kjønn, en: Gender}\n"
	"    values:\n"
	"      - {value: f, label: {nb: Kvinner}, aliases: [K, Kvinne, ÅØ, Å×]}\n"
	"      - {value: M, aliases: []}\n"
	"      - x\n"
	"      - {value: D, label: {en: Other}}\n"
	"  role: [Nurse, nurse]\n"
	"levels: {municipality: {nb: kommune, sv: kommun}}\n"
	"regions:\n"
	"  - {code: r, level: municipality, label: {sv: Rike}, headcount: [{count: 101}]}\n"
	"  - {code: s, headcount: [{count: 7, where: {gender: x}}]}\n"
	"  - {code: t, parents: [u]}\n"
	"  - {code: u}\n"
	"modules:\n"
	"  - {id: a, minutes: 90, label: {da: A}}\n"
	"  - {id: entry}\n"
	"  - {id: b}\n"
	"competences:\n"
	"  - {id: c, label: {en: Care}, levels: {1: {en: Knows}, 8: {en: Leads}},\n"
	"     requirements: [{level: 2, each: leaf, count: 3}, {level: 1}]}\n"
	"programmes:\n"
	"  - id: p\n"
	"    label: {en: Programme}\n"
	"    modules: [b, a]\n"
	"    from: 2026-01-01\n"
	"    to: 2026-12-31\n"
	"    regions: [{code: r, to: 2026-03-31}, s,\n"
	"              {code: r, from: 2026-06-01, to: 2027-06-01},\n"
	"              {code: u, from: 2027-01-01}]\n"
	"    done_by: passed\n"
	"    admission: entry\n"
	"    members: enrolled\n"
	"    profile: entry\n"
	"    targets:\n"
	"      - {measure: admitted, value: 40, region: u}\n"
	"      - {measure: hours, value: 9, each: leaf}\n"
	"      - {measure: participants, share: 0.1, each: leaf}\n"
	"      - {measure: completed, share: 0.12345, each: leaf, where: {gender: x}}\n"
	"  - {id: q, modules: [a], profile: latest, admission: a}\n";

static void labels_are_read_in_each_language(void **state)
{
	struct catalogue *c = parsed(grown);
	const struct dimension *gender = &c->dimensions[0];

	(void)state;
	assert_string_equal(label_text(&gender->label, LANGUAGE_NB, "gender"), "Kjønn");
	assert_string_equal(label_text(&gender->label, LANGUAGE_SV, "gender"), "Gender");
	assert_string_equal(label_text(&gender->words[0].label, LANGUAGE_NB, "f"), "Kvinner");
	assert_string_equal(label_text(&gender->words[0].label, LANGUAGE_EN, "f"), "f");
	assert_string_equal(label_text(&gender->words[3].label, LANGUAGE_DA, "D"), "Other");
	assert_int_equal(c->n_levels, 1);
	assert_string_equal(c->levels[0].level, "municipality");
	assert_string_equal(c->levels[0].label.in[LANGUAGE_SV], "kommun");
	assert_string_equal(c->regions[2].label.in[LANGUAGE_SV], "Rike");
	assert_string_equal(c->modules[0].label.in[LANGUAGE_DA], "A");
	assert_string_equal(c->programmes[0].label.in[LANGUAGE_EN], "Programme");
	assert_string_equal(c->competences[0].label.in[LANGUAGE_EN], "Care");
	assert_string_equal(c->competences[0].levels[1].in[LANGUAGE_EN], "Knows");
	assert_string_equal(c->competences[0].levels[8].in[LANGUAGE_EN], "Leads");
	assert_null(c->competences[0].levels[2].in[LANGUAGE_EN]);
	catalogue_free(c);
}

static void capitals_count_as_small_letters_where_a_value_has_aliases(void **state)
{
	static const struct {
		const char *text;
		uint32_t value;
	} cases[] = {
		{ "f", 0 },	  { "F", 0 },	 { "k", 0 },  { "KVINNE", 0 }, { "åø", 0 },
		{ "Åø", 0 },	  { "å×", 0 },	 { "å÷", 4 }, { "M", 1 },      { "m", 1 },
		{ "x", 2 },	  { "X", 4 },	 { "D", 3 },  { "d", 4 },      { "unknown", 4 },
		{ "kvinne ", 4 }, { LONG64, 4 }, { "", 4 },
	};
	struct catalogue *c = parsed(grown);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		if (catalogue_value(c, 0, text_of(cases[i].text)) != cases[i].value)
			fail_msg("`%s`", cases[i].text);
	assert_int_equal(catalogue_value(c, 1, text_of("Nurse")), 0);
	assert_int_equal(catalogue_value(c, 1, text_of("nurse")), 1);
	assert_int_equal(catalogue_value(c, 1, text_of("NURSE")), 2);
	assert_int_equal(c->dimensions[0].words[0].n_aliases, 4);
	assert_true(c->dimensions[0].words[1].folds);
	assert_false(c->dimensions[0].words[3].folds);
	catalogue_free(c);
}

/* Folding the obvious way: a list of letters. */

static const char *const letters[] = { "A", "a", "Z", "z", "Å", "å", "Þ", "þ", "×",
				       "÷", "ß", "ÿ", "Ÿ", "@", "[", "é", "É", "0" };
enum { LETTERS = sizeof(letters) / sizeof(letters[0]), FOLD_VALUES = 4, FOLD_TEXTS = 3 };

static const char *small_letter(const char *letter)
{
	static const char *const pairs[][2] = {
		{ "A", "a" }, { "Z", "z" }, { "Å", "å" }, { "Þ", "þ" }, { "É", "é" }
	};

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		if (strcmp(pairs[i][0], letter) == 0)
			return pairs[i][1];
	return letter;
}

/* One or two letters, and the same with small ones. */
struct fold_text {
	char as_is[8], small[8];
};

static struct fold_text any_fold_text(void)
{
	struct fold_text text = { "", "" };

	for (int n = 1 + rand() % 2; n > 0; n--) {
		const char *letter = letters[rand() % LETTERS];

		strcat(text.as_is, letter);
		strcat(text.small, small_letter(letter));
	}
	return text;
}

/* A dimension left to chance: values, the first text of each, with aliases or without. */
struct fold_model {
	struct fold_text texts[FOLD_VALUES][FOLD_TEXTS];
	int n[FOLD_VALUES];
	bool folds[FOLD_VALUES];
};

static void fold_model_any(struct fold_model *model, char *yaml)
{
	yaml += sprintf(yaml, "dimensions:\n  d:\n");
	for (int v = 0; v < FOLD_VALUES; v++) {
		model->folds[v] = rand() % 2;
		model->n[v] = model->folds[v] ? 1 + rand() % FOLD_TEXTS : 1;
		for (int t = 0; t < model->n[v]; t++)
			model->texts[v][t] = any_fold_text();
		yaml += sprintf(yaml, "    - {value: \"%s\"", model->texts[v][0].as_is);
		for (int t = 1; t < model->n[v]; t++)
			yaml += sprintf(yaml, "%s\"%s\"", t == 1 ? ", aliases: [" : ", ",
					model->texts[v][t].as_is);
		yaml += sprintf(yaml, "%s}\n",
				model->n[v] > 1	  ? "]"
				: model->folds[v] ? ", aliases: []"
						  : "");
	}
}

static bool fold_model_clashes(const struct fold_model *model, int v, int t, int w, int u)
{
	const struct fold_text *a = &model->texts[v][t], *b = &model->texts[w][u];

	return strcmp(a->as_is, b->as_is) == 0 ||
	       (v != w && model->folds[v] && model->folds[w] && strcmp(a->small, b->small) == 0);
}

static bool fold_model_is_right(const struct fold_model *model)
{
	for (int v = 0; v < FOLD_VALUES; v++)
		for (int t = 0; t < model->n[v]; t++)
			for (int w = 0; w <= v; w++)
				for (int u = 0; u < (w < v ? model->n[w] : t); u++)
					if (fold_model_clashes(model, v, t, w, u))
						return false;
	return true;
}

static uint32_t fold_model_value(const struct fold_model *model, const struct fold_text *text)
{
	for (int v = 0; v < FOLD_VALUES; v++)
		for (int t = 0; t < model->n[v]; t++)
			if (strcmp(model->texts[v][t].as_is, text->as_is) == 0)
				return (uint32_t)v;
	for (int v = 0; v < FOLD_VALUES; v++)
		for (int t = 0; t < model->n[v] && model->folds[v]; t++)
			if (strcmp(model->texts[v][t].small, text->small) == 0)
				return (uint32_t)v;
	return FOLD_VALUES;
}

static void random_texts_mean_what_a_list_of_letters_says(void **state)
{
	struct yaml_errors errors = { .file = "c" };
	struct catalogue *catalogue;
	struct fold_model model;
	char yaml[1000];
	int right = 0;

	(void)state;
	srand((unsigned)test_seed());
	for (int round = 0; round < 2000; round++) {
		bool is_right;

		fold_model_any(&model, yaml);
		is_right = fold_model_is_right(&model);
		catalogue = NULL;
		if (is_right != (catalogue_parse(text_of(yaml), &errors, &catalogue) == 0))
			fail_msg("%s\n%s", is_right ? "is right" : "is wrong", yaml);
		for (int i = 0; i < 50 && is_right; i++) {
			struct fold_text text = any_fold_text();

			if (catalogue_value(catalogue, 0, text_of(text.as_is)) !=
			    fold_model_value(&model, &text))
				fail_msg("'%s' of\n%s", text.as_is, yaml);
		}
		right += is_right;
		catalogue_free(catalogue);
		yaml_errors_clear(&errors);
	}
	assert_in_range(right, 200, 1900); /* both come often */
}

static int32_t day(const char *text)
{
	int32_t found = 0;

	assert_int_equal(day_parse(text_of(text), &found), 0);
	return found;
}

static void a_region_is_in_a_programme_on_the_days_of_its_rows(void **state)
{
	struct catalogue *c = parsed(grown);
	const struct programme *p = &c->programmes[0], *q = &c->programmes[1];
	const struct membership want[] = {
		{ 2, day("2026-01-01"), day("2026-03-31"), DAY_MIN, day("2026-03-31") },
		{ 3, day("2026-01-01"), day("2026-12-31"), DAY_MIN, DAY_MAX },
		{ 2, day("2026-06-01"), day("2026-12-31"), day("2026-06-01"), day("2027-06-01") },
		{ 5, day("2027-01-01"), day("2026-12-31"), day("2027-01-01"), DAY_MAX },
	};

	(void)state;
	assert_int_equal(p->n_memberships, 4);
	assert_memory_equal(p->memberships, want, sizeof(want));
	assert_int_equal(p->n_regions, 3);
	assert_int_equal(p->regions[0], 2);
	assert_int_equal(p->regions[1], 3);
	assert_int_equal(p->regions[2], 5);
	assert_int_equal(q->n_regions, 0);
	assert_int_equal(q->n_memberships, 1);
	assert_int_equal(q->memberships[0].region, REGION_ALL);
	assert_int_equal(q->memberships[0].from, DAY_MIN);
	assert_true(programme_has_place(c, p, 2, day("2026-04-15")));
	assert_false(programme_has_place(c, p, 4, day("2026-12-31")));
	assert_true(programme_has_place(c, p, 4, day("2027-01-01")));
	catalogue_free(c);
}

static void a_programme_says_who_takes_part_and_who_is_done(void **state)
{
	struct catalogue *c = parsed(grown);
	const struct programme *p = &c->programmes[0], *q = &c->programmes[1];

	(void)state;
	assert_int_equal(c->modules[0].minutes, 90);
	assert_int_equal(c->modules[1].minutes, 0);
	assert_true(p->by_pass && p->enrolled_only);
	assert_false(q->by_pass || q->enrolled_only);
	assert_int_equal(p->profile, PROFILE_ENTRY);
	assert_int_equal(q->profile, PROFILE_LATEST);
	assert_int_equal(p->admission, 1);
	assert_int_equal(q->admission, 0);
	/* What admits leads to its programme, too, and once where it is one of its modules. */
	assert_int_equal(c->modules[1].n_programmes, 1);
	assert_int_equal(c->modules[1].programmes[0], 0);
	assert_int_equal(c->modules[0].n_programmes, 2);
	assert_int_equal(c->modules[0].programmes[1], 1);
	assert_false(programme_has_module(p, 1));
	assert_true(programme_has_module(p, 2));
	catalogue_free(c);
}

static void a_target_is_of_everywhere_a_region_or_each_leaf(void **state)
{
	struct catalogue *c = parsed(grown);
	const struct target *targets = c->programmes[0].targets;
	int64_t value = 0;

	(void)state;
	assert_int_equal(c->programmes[0].n_targets, 4);
	assert_int_equal(targets[0].measure, MEASURE_ADMITTED);
	assert_int_equal(targets[0].region, 5);
	assert_false(targets[0].each);
	assert_int_equal(targets[1].measure, MEASURE_HOURS);
	assert_true(targets[1].each);
	assert_int_equal(targets[1].region, REGION_ALL);
	assert_true(catalogue_target_value(c, &targets[1], 4, &value));
	assert_int_equal(value, 9);
	assert_int_equal(targets[2].share, 1000);
	assert_true(catalogue_target_value(c, &targets[2], 2, &value));
	assert_int_equal(value, 11); /* a tenth of 101, rounded up */
	assert_false(catalogue_target_value(c, &targets[2], 3, &value));
	assert_int_equal(targets[3].share, 1235);
	assert_true(catalogue_target_value(c, &targets[3], 3, &value));
	assert_int_equal(value, 1);
	assert_int_equal(c->competences[0].requirements[0].count, 3);
	assert_int_equal(c->competences[0].requirements[1].count, 0);
	catalogue_free(c);
}

/* Change one place of a catalogue and say whether the digest is another. */
static bool digest_differs(const char *catalogue, const char *what, const char *by)
{
	struct catalogue *before = parsed(catalogue), *after;
	const char *at = strstr(catalogue, what);
	char text[sizeof(small) + sizeof(grown)];
	bool differs;

	if (!at)
		fail_msg("there is no `%s`", what);
	snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - catalogue), catalogue, by,
		 at + strlen(what));
	after = parsed(text);
	differs = memcmp(before->digest, after->digest, sizeof(before->digest)) != 0;
	catalogue_free(before);
	catalogue_free(after);
	return differs;
}

struct change {
	const char *what, *by;
	bool differs;
};

static const struct change small_changes[] = {
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

static const struct change grown_changes[] = {
	{ "label: {nb: Kjønn, en: Gender}", "label: {}", false },
	{ "label: {nb: Kvinner}, ", "", false },
	{ "{nb: kommune,", "{nb: Kommune,", false },
	{ "label: {sv: Rike}", "label: {nb: Rike}", false },
	{ "label: {da: A}", "label: {da: B}", false },
	{ "label: {en: Care}", "label: {en: Cure}", false },
	{ "{1: {en: Knows}, ", "{2: {en: Knows}, ", false },
	{ "label: {en: Programme}", "label: {en: Pro}", false },
	{ "value: 40", "value: 41", false },
	{ "share: 0.1,", "share: 0.2,", false },
	{ "share: 0.1,", "value: 4,", false },
	{ "each: leaf, count: 3", "each: leaf, count: 4", false },
	{ ", each: leaf, count: 3", "", false },
	{ "[K, Kvinne,", "[Kvinne, K,", true },
	{ "[K, Kvinne,", "[K,", true },
	{ ", aliases: []", "", true },
	{ "minutes: 90", "minutes: 91", true },
	{ "{code: r, to: 2026-03-31}", "{code: r, to: 2026-04-01}", true },
	{ "{code: r, to: 2026-03-31}", "r", true },
	{ "from: 2026-06-01,", "from: 2026-06-02,", true },
	{ "to: 2027-06-01", "to: 2027-06-02", false }, /* after the programme's last day */
	{ "done_by: passed", "done_by: completed", true },
	{ "admission: entry", "admission: b", true },
	{ "admission: entry", "name: P", true },
	{ "members: enrolled", "members: all", true },
	{ "profile: entry", "profile: latest", true },
	{ "profile: entry", "name: P", true },
	{ "profile: latest", "name: Q", true }, /* there are moves, or not */
	{ "measure: admitted", "measure: completed", true },
	{ ", region: u}", "}", true },
	{ "value: 9, each: leaf", "value: 9", true },
};

static void check_changes(const char *catalogue, const struct change *changes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (digest_differs(catalogue, changes[i].what, changes[i].by) != changes[i].differs)
			fail_msg("%s -> %s", changes[i].what, changes[i].by);
}

static void the_digest_is_of_what_shapes_contributions_alone(void **state)
{
	(void)state;
	check_changes(small, small_changes, sizeof(small_changes) / sizeof(*small_changes));
	check_changes(grown, grown_changes, sizeof(grown_changes) / sizeof(*grown_changes));
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

static char *file_of(const char *path, char *text, size_t room)
{
	FILE *file = fopen(path, "r");
	size_t size;

	if (!file)
		fail_msg("%s: run the tests from the top directory", path);
	size = fread(text, 1, room - 1, file);
	fclose(file);
	text[size] = 0;
	return text;
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
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
		catalogue_free(parsed(file_of(files[i], text, sizeof(text))));
}

/* What is right, and hardly meant. */
static const struct {
	const char *text, *says, *why;
} doubts[] = {
	{ "levels: {town: {en: Town}}\nregions: [{code: a, level: town}]\n", "", "a level" },
	{ "levels: {twon: {en: Town}}\nregions: [{code: a, level: town}]\n",
	  "catalogue: levels: no region has the level `twon`\n", "a slip" },
	{ PLACES("from: 2026-01-01, regions: [{code: r, to: 2026-01-01}]"), "", "a day" },
	{ PLACES("from: 2026-01-02, regions: [{code: r, to: 2026-01-01}]"),
	  "catalogue: programme p: region r is in it on days that are all outside the programme's "
	  "own\n",
	  "a day too early" },
	{ TARGET("measure: hours, value: 1, region: r"), "", "a programme that is everywhere" },
	{ PLACES("regions: [r], targets: [{measure: hours, value: 1, region: all}]"), "",
	  "a target of all" },
	{ PLACES("regions: [r], targets: [{measure: hours, value: 1, region: s}]"),
	  "catalogue: programme p: a target is for region s, which has nothing of the programme's "
	  "regions\n",
	  "a target of elsewhere" },
	{ PLACES("regions: [r], targets: [{measure: completed, each: leaf, share: 0.1}]"),
	  "catalogue: programme p: a target is a share of each place's headcount, which r does not "
	  "say for its `where`\n",
	  "one without a headcount" },
	{ TARGET("measure: completed, each: leaf, share: 0.1"),
	  "catalogue: programme p: a target is a share of each place's headcount, which r does not "
	  "say for its `where`, nor 1 more\n",
	  "two without a headcount" },
};

static void what_is_hardly_meant_is_said(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(doubts) / sizeof(doubts[0]); i++) {
		struct catalogue *catalogue = parsed(doubts[i].text);
		char *said = NULL;
		size_t size;
		FILE *out = open_memstream(&said, &size);

		assert_int_equal(doubts_print(out, catalogue), *doubts[i].says ? 1 : 0);
		fclose(out);
		if (strcmp(said, doubts[i].says) != 0)
			fail_msg("%s: %s", doubts[i].why, said);
		free(said);
		catalogue_free(catalogue);
	}
}

/* The examples are literal: what roff would read as its own would be a mistake there. */
static void the_examples_of_the_manual_are_valid(void **state)
{
	static char text[100000];
	char *at = strstr(file_of("daemon/catalogue.5", text, sizeof(text)), "\n.Sh EXAMPLES");
	struct catalogue *example;
	size_t n = 0;

	(void)state;
	assert_non_null(at);
	while ((at = strstr(at, "\n.Bd -literal")) != NULL) {
		char *begin = strchr(at + 1, '\n') + 1, *end = strstr(begin, "\n.Ed");

		assert_non_null(end);
		end[1] = 0;
		assert_null(strchr(begin, '\\'));
		example = parsed(begin);
		assert_int_equal(doubts_print(stderr, example), 0);
		catalogue_free(example);
		at = end + 2;
		n++;
	}
	assert_int_equal(n, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_part_is_read),
		cmocka_unit_test(texts_are_found_by_code_id_and_alias),
		cmocka_unit_test(an_empty_catalogue_has_all_and_unassigned),
		cmocka_unit_test(a_bad_catalogue_is_refused_with_its_line_and_what_would_be_right),
		cmocka_unit_test(all_errors_are_found_in_one_go),
		cmocka_unit_test(labels_are_read_in_each_language),
		cmocka_unit_test(capitals_count_as_small_letters_where_a_value_has_aliases),
		cmocka_unit_test(random_texts_mean_what_a_list_of_letters_says),
		cmocka_unit_test(a_region_is_in_a_programme_on_the_days_of_its_rows),
		cmocka_unit_test(a_programme_says_who_takes_part_and_who_is_done),
		cmocka_unit_test(a_target_is_of_everywhere_a_region_or_each_leaf),
		cmocka_unit_test(the_digest_is_of_what_shapes_contributions_alone),
		cmocka_unit_test(random_regions_are_below_what_a_naive_closure_says),
		cmocka_unit_test(a_chain_of_100_000_regions_is_refused_and_a_broad_tree_is_not),
		cmocka_unit_test(the_catalogues_that_come_with_liftd_are_valid),
		cmocka_unit_test(what_is_hardly_meant_is_said),
		cmocka_unit_test(the_examples_of_the_manual_are_valid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
