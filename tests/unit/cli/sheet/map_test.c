/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/sheet/map.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

#define FIELDS                                                                              \
	"fields:\n  type: {is: completed}\n  time: Day\n  learner: Id\n  module: {is: m}\n" \
	"  region: Place\n"

static const struct {
	const char *why, *text, *errors; /* the errors' beginnings, one a line; "": it is right */
} maps[] = {
	{ "the least there is", FIELDS, "" },
	{ "all there is",
	  FIELDS "  attrs.role: {column: Job, values: {Nurse: nurse, Boss: ~}}\n"
		 "  score: {column: Points, of: 100}\n  minutes: {column: Hours, times: 60}\n"
		 "  valid_until: {columns: [A, B], with: '-', form: y-m-d}\n"
		 "timezone: Europe/Oslo\nseparator: tab\nheader: 3\nfold_places: yes\n"
		 "skip: [{column: Id, is: ''}, {column: Id, is: [a, b]}]\n"
		 "events:\n  - when: {column: X, is: yes}\n    fields: {module: Y}\n"
		 "  - fields: {time: {column: Z, form: excel}, region: {column: P, fold: yes}}\n",
	  "" },
	{ "no such field", FIELDS "  modul: X\n",
	  "m:7: `modul` is no field of an event; there are type, time,\n" },
	{ "no such key", FIELDS "feilds: {}\n",
	  "m:7: `feilds` is no key of a map, did you mean `fields`?\n" },
	{ "a field that is there twice", FIELDS "  module: X\n",
	  "m:7: the key `module` is already in line 5\n" },
	{ "two places for one field", FIELDS "  score: {column: X, is: 1}\n",
	  "m:7: `score` needs one of `column`, `columns` and `is`, not two\n" },
	{ "none", FIELDS "  score: {of: 100}\n",
	  "m:7: `score` needs one of `column`, `columns` and `is`, not none\n" },
	{ "keys of other fields",
	  FIELDS "  score: {column: X, form: D.M.Y}\n  phase: {column: X, of: 3}\n"
		 "  attrs.a: {column: X, times: 2}\n  attrs.b: {column: X, fold: yes}\n"
		 "  state: {column: X, with: '-'}\n  passed: {column: X, small: yes}\n",
	  "m:7: `form` is of times and days, not of `score`\nm:8: `of` is of scores, not of\n"
	  "m:9: `times` is of minutes, not of\nm:10: `fold` is of the region, not of\n"
	  "m:11: `with` is of several columns, not of\nm:12: `small` is of texts, not of\n" },
	{ "no type", "fields: {type: {is: done}, time: a, learner: b, module: c, region: d}\n",
	  "m:1: type: type must be started, completed\n" },
	{ "a value that is no type",
	  "fields: {type: {column: S, values: {Ferdig: finished}}, time: a, learner: b, module: c, "
	  "region: d}\n",
	  "m:1: type: type must be started, completed\n" },
	{ "no form", FIELDS "  valid_until: {column: X, form: Y-D-M}\n",
	  "m:7: form must be D.M.Y, M/D/Y or Y-M-D, in any signs, excel or seconds\n" },
	{ "what an event must have", "fields: {type: {is: completed}, time: a}\n",
	  "m:1: nothing says what the `learner` of an event is, in `fields`\n"
	  "m:1: nothing says what the `module` of an event is\n"
	  "m:1: nothing says what the `region` of an event is\n" },
	{ "also where one of several has it not",
	  "fields: {type: {is: started}, learner: b, module: c, region: d}\n"
	  "events:\n  - fields: {time: a}\n  - fields: {score: b}\n",
	  "m:4: nothing says what the `time` of an event is\n" },
	{ "a condition without its column", FIELDS "skip: {is: x}\n",
	  "m:7: a condition needs `column`\n" },
	{ "an empty name of a column", FIELDS "  phase: ''\n",
	  "m:7: `phase`: a column that has no name is called '#5', by its place\n" },
	{ "too many columns", FIELDS "  phase: {columns: [a,b,c,d,e,f,g,h,i]}\n",
	  "m:7: columns may have 8 entries, not 9\n" },
	{ "no separator", FIELDS "separator: x\n",
	  "m:7: separator must be ',', ';', '|' or tab\n" },
	{ "no map at all", "- a\n", "m:1: a map must be a map, `key: value`\n" },
	{ "nothing", "",
	  "m:1: nothing says what the `type`\nm:1: nothing says what the `time`\n"
	  "m:1: nothing says what the `learner`\nm:1: nothing says what the `module`\n"
	  "m:1: nothing says what the `region`\n" },
};

/* Does each line of what was said begin as the line that is expected? */
static bool begin_alike(const char *said, const char *expected)
{
	while (*said && *expected) {
		size_t size = strcspn(expected, "\n");

		if (strncmp(said, expected, size) != 0)
			return false;
		expected += size + 1;
		said += strcspn(said, "\n") + 1;
	}
	return *said == *expected;
}

static void a_map_is_right_or_says_what_would_be(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(maps); i++) {
		struct yaml_errors errors = { .file = "m" };
		struct sheet_map *map = NULL;
		int err = map_read(text_of(maps[i].text), &errors, &map);

		if ((err == 0) != !*maps[i].errors ||
		    (err && !begin_alike(errors.text, maps[i].errors)))
			fail_msg("%s: %s", maps[i].why, err ? errors.text : "taken");
		assert_true(err == 0 || err == LIFT_E_CONFIG);
		map_free(map);
		yaml_errors_clear(&errors);
	}
}

static void values_are_found_in_any_capitals(void **state)
{
	static const char text[] = "fields:\n  type: {is: completed}\n  time: Day\n  learner: Id\n"
				   "  module: {is: m}\n  region: Place\n  passed: {column: P, "
				   "values: {Best\xc3\x85tt: true, Nei: false, '-': ~}}\n";
	struct yaml_errors errors = { .file = "m" };
	const struct map_field *field;
	struct sheet_map *map;

	(void)state;
	assert_int_equal(map_read(text_of(text), &errors, &map), 0);
	field = &map->fields.fields[5];
	assert_string_equal(field->name, "passed");
	assert_true(text_equal(map_value_of(field, text_of("best\xc3\xa5tt")), text_of("true")));
	assert_true(text_equal(map_value_of(field, text_of("NEI")), text_of("false")));
	assert_int_equal(map_value_of(field, text_of("-")).size, 0);
	assert_true(text_equal(map_value_of(field, text_of("maybe")), text_of("maybe")));
	map_free(map);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_map_is_right_or_says_what_would_be),
		cmocka_unit_test(values_are_found_in_any_capitals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
