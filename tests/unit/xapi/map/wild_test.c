/* SPDX-License-Identifier: Apache-2.0 */
/* What platforms really send: scores, people, modules, times. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/seed.h"
#include "tests/unit/xapi/map/maps.h"

#define ADL "http://adlnet.gov/expapi/verbs/"

static const struct map_platform platform = {
	.source = "lms",
	.region = "1833",
	.homepage = "https://lms.example",
};

static void expect(const struct map *map, const struct map_platform *at, json_t *statement,
		   const char *why, const char *wanted)
{
	char line[LINE_MAX_SIZE];

	apply_line(map, at, statement, line);
	if (strcmp(line, wanted) != 0)
		fail_msg("%s:\n  %s\nand not\n  %s", why, line, wanted);
	json_decref(statement);
}

/* Scores. */

struct scored {
	const char *why, *score, *line;
};

#define ASSESSED "assessed https://lms.example/c/1 17 1833"

static void check_scores(const char *yaml, const struct scored *cases, size_t n)
{
	struct map *map = map_with(yaml);

	for (size_t i = 0; i < n; i++) {
		json_t *statement = statement_of(ADL "scored", NULL, "{'success': true}", NULL);

		json_object_set_new(json_object_get(statement, "result"), "score",
				    json_written(cases[i].score));
		expect(map, &platform, statement, cases[i].why, cases[i].line);
	}
	mapping_free(map);
}

static void a_score_is_raw_of_min_to_max_before_scaled(void **state)
{
	static const struct scored cases[] = {
		{ "Moodle's plug-in: half of all points",
		  "{'raw': 50, 'min': 0, 'max': 100, 'scaled': 0.0}",
		  ASSESSED " score=0.5 passed (scored)" },
		{ "the least is not 0", "{'raw': 3, 'min': 1, 'max': 5}",
		  ASSESSED " score=0.5 passed (scored)" },
		{ "only scaled", "{'scaled': 0.95}", ASSESSED " score=0.95 passed (scored)" },
		{ "raw with max, and no min", "{'raw': 45, 'max': 60}",
		  ASSESSED " score=0.75 passed (scored)" },
		{ "raw without max is of nothing", "{'raw': 45}",
		  ASSESSED " passed (scored) dropped" },
		{ "only min", "{'min': 0}", ASSESSED " passed (scored)" },
		{ "of nothing", "{'raw': 0, 'min': 0, 'max': 0}",
		  ASSESSED " passed (scored) dropped" },
		{ "of nothing, but scaled", "{'raw': 0, 'min': 0, 'max': 0, 'scaled': 1}",
		  ASSESSED " score=1 passed (scored)" },
		{ "above max", "{'raw': 120, 'min': 0, 'max': 100}",
		  ASSESSED " score=1 passed (scored) dropped" },
		{ "below 0", "{'scaled': -0.5}", ASSESSED " score=0 passed (scored) dropped" },
		{ "as integers above 2^53", "{'raw': 9007199254740993, 'max': 9007199254740993}",
		  ASSESSED " score=1 passed (scored)" },
		{ "too far apart to be subtracted", "{'raw': 1e308, 'min': -1e308, 'max': 1.7e308}",
		  ASSESSED " passed (scored) dropped" },
		{ "a third", "{'raw': 1, 'max': 3}", ASSESSED " score=0.3333 passed (scored)" },
	};

	(void)state;
	check_scores("", cases, sizeof(cases) / sizeof(cases[0]));
}

static void what_is_out_of_range_is_as_configured(void **state)
{
	static const struct scored dropped[] = {
		{ "above max", "{'raw': 120, 'max': 100}", ASSESSED " passed (scored) dropped" },
		{ "below 0", "{'scaled': -0.5}", ASSESSED " passed (scored) dropped" },
	};
	static const struct scored refused[] = {
		{ "above max", "{'raw': 120, 'max': 100}",
		  "refused scored: result.score is out of its range, and out_of_range of the "
		  "table is refuse" },
	};
	static const struct scored shifted[] = {
		{ "of -1 to 1", "{'scaled': -0.5}", ASSESSED " score=0.25 passed (scored)" },
		{ "but raw goes before", "{'raw': 1, 'max': 2, 'scaled': 0}",
		  ASSESSED " score=0.5 passed (scored)" },
	};
	static const struct scored others[] = {
		{ "another source", "{'scaled': 0.5}", ASSESSED " score=0.5 passed (scored)" },
	};

	(void)state;
	check_scores("score: {out_of_range: drop}", dropped, 2);
	check_scores("score: {out_of_range: refuse}", refused, 1);
	check_scores("score: {scaled_from_minus_1: [lms]}", shifted, 2);
	check_scores("score: {scaled_from_minus_1: [moodle]}", others, 1);
}

/* People. */

static void a_learner_is_one_text_however_it_is_sent(void **state)
{
	static const struct {
		const char *why, *actor, *line;
	} cases[] = {
		{ "of the platform's own home page",
		  "{'account': {'homePage': 'http://LMS.example/', 'name': '17'}}", "17" },
		{ "a name above 2^53",
		  "{'account': {'homePage': 'https://lms.example', 'name': "
		  "'9007199254740993'}}",
		  "9007199254740993" },
		{ "of another one",
		  "{'account': {'homePage': 'http://Old.example:80/lms/', 'name': '17'}}",
		  "https://old.example/lms 17" },
		{ "an address", "{'mbox': 'mailto:Kari@Example.org', 'name': 'カリ'}",
		  "mbox_sha1sum:27f08c8661767c128c60c28033c8d22b14f7ad76" },
		{ "the sum of that address",
		  "{'mbox_sha1sum': '27F08C8661767C128C60C28033C8D22B14F7AD76'}",
		  "mbox_sha1sum:27f08c8661767c128c60c28033c8d22b14f7ad76" },
		{ "an OpenID", "{'openid': 'HTTP://Kari.Example.org/', 'name': 'Кари'}",
		  "https://kari.example.org" },
	};
	struct map *map = map_shipped_only();

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *statement = statement_of(ADL "completed", NULL, NULL, NULL);
		char line[LINE_MAX_SIZE];

		snprintf(line, sizeof(line),
			 "completed https://lms.example/c/1 %s 1833 (completed)", cases[i].line);
		json_object_set_new(statement, "actor", json_written(cases[i].actor));
		expect(map, &platform, statement, cases[i].why, line);
	}
	mapping_free(map);
}

static void addresses_may_stay_addresses(void **state)
{
	struct map *map = map_with("mbox: address");
	json_t *statement = statement_of(ADL "completed", NULL, NULL, NULL);

	(void)state;
	json_object_set_new(statement, "actor",
			    json_written("{'mbox': 'mailto:Kari@Example.org'}"));
	expect(map, &platform, statement, "as other lists have it",
	       "completed https://lms.example/c/1 kari@example.org 1833 (completed)");
	mapping_free(map);
}

static void who_cannot_be_a_learner_is_refused_with_a_reason(void **state)
{
	static const struct {
		const char *why, *actor, *line;
	} cases[] = {
		{ "a group with a name",
		  "{'objectType': 'Group', 'mbox': 'mailto:team@example.org'}",
		  "refused completed: it is about a group, and an event is about one person: the "
		  "platform must send a statement for each" },
		{ "a group without",
		  "{'objectType': 'Group', 'member': [{'mbox': 'mailto:a@b.c'}]}",
		  "refused completed: it is about a group, and an event is about one person: the "
		  "platform must send a statement for each" },
		{ "nobody", "{'name': 'Kari'}",
		  "refused completed: the learner has no account, mbox, mbox_sha1sum or openid" },
	};
	struct map *map = map_shipped_only();

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *statement = statement_of(ADL "completed", NULL, NULL, NULL);

		json_object_set_new(statement, "actor", json_written(cases[i].actor));
		expect(map, &platform, statement, cases[i].why, cases[i].line);
		statement = statement_of(ADL "interacted", NULL, NULL, NULL);
		json_object_set_new(statement, "actor", json_written(cases[i].actor));
		expect(map, &platform, statement, "what is ignored needs no learner",
		       "ignored interacted");
	}
	mapping_free(map);
}

static void the_learner_is_who_it_is_about(void **state)
{
	static const char row[] =
		"rows:\n"
		"- name: completed\n"
		"  learner: [extension http://lms.example/info relateduserid, assignee, actor]\n";
	struct map *map = map_shipped_only(), *own = map_with(row);

	(void)state;
	expect(map, &platform,
	       statement_of(ADL "registered",
			    "{'objectType': 'Agent', 'account': {'homePage': "
			    "'https://lms.example', 'name': '23'}}",
			    NULL,
			    "{'contextActivities': {'parent': {'id': 'https://lms.example/c/1'}}}"),
	       "a teacher has enrolled somebody; a parent that is no list, as 1.0.0 had it",
	       "enrolled https://lms.example/c/1 23 1833 admitted (enrolled)");
	expect(map, &platform,
	       statement_of(ADL "scored",
			    "{'id': 'https://lms.example/c/1', 'assignee': {'account': "
			    "{'homePage': 'https://lms.example', 'name': '23'}}}",
			    "{'score': {'scaled': 1}}", NULL),
	       "a teacher has marked somebody's work",
	       "assessed https://lms.example/c/1 23 1833 score=1 (scored)");
	expect(own, &platform,
	       statement_of(ADL "completed", NULL, NULL,
			    "{'extensions': {'https://lms.example/info/': {'relateduserid': "
			    "9007199254740993}}}"),
	       "by a row of one's own, a number above 2^53",
	       "completed https://lms.example/c/1 9007199254740993 1833 (completed)");
	expect(own, &platform, statement_of(ADL "completed", NULL, NULL, NULL),
	       "the first that is there", "completed https://lms.example/c/1 17 1833 (completed)");
	mapping_free(map);
	mapping_free(own);
}

/* Regions. */

static void the_region_is_the_first_that_is_there(void **state)
{
	static const char yaml[] =
		"extensions:\n"
		"  http://hr.example/municipality: region\n"
		"  http://hr.example/role: attrs.role\n"
		"accounts: {https://rana.example/: '1833', https://bodo.example: '1804'}\n";
	struct event_attr attr = { TEXT("employer"), TEXT("ks") };
	struct people *people = people_of("id;region;attrs.role\n"
					  "17;5501;nurse\n"
					  "kari@example.org;1860;\n");
	struct map_platform with = platform, without = { .source = "lms", .people = people };
	struct map *map = map_with(yaml);
	json_t *statement;

	(void)state;
	with.people = people;
	with.attrs = &attr;
	with.n_attrs = 1;
	expect(map, &with, statement_of(ADL "completed", NULL, NULL, NULL), "by the list",
	       "completed https://lms.example/c/1 17 5501 role=nurse employer=ks (completed)");
	expect(map, &with,
	       statement_of(ADL "completed", NULL, NULL,
			    "{'extensions': {'https://hr.example/municipality/': 301, "
			    "'http://hr.example/role': 'carer'}}"),
	       "by the statement itself, a number",
	       "completed https://lms.example/c/1 17 301 role=carer employer=ks (completed)");
	statement = statement_of(ADL "completed", NULL, NULL, NULL);
	json_object_set_new(statement, "actor",
			    json_written("{'account': {'homePage': 'http://bodo.example', 'name': "
					 "'5'}}"));
	expect(map, &with, statement, "by the home page",
	       "completed https://lms.example/c/1 https://bodo.example 5 1804 employer=ks "
	       "(completed)");
	statement = statement_of(ADL "completed", NULL, NULL, NULL);
	json_object_set_new(statement, "actor",
			    json_written("{'mbox': 'mailto:KARI@example.org'}"));
	expect(map, &with, statement, "an address in the list",
	       "completed https://lms.example/c/1 "
	       "mbox_sha1sum:27f08c8661767c128c60c28033c8d22b14f7ad76 1860 employer=ks "
	       "(completed)");
	expect(map, &without, statement_of(ADL "completed", NULL, NULL, NULL),
	       "a platform of which no home page is known: by the name",
	       "completed https://lms.example/c/1 https://lms.example 17 5501 role=nurse "
	       "(completed)");
	statement = statement_of(ADL "completed", NULL, NULL, NULL);
	json_object_set_new(statement, "actor", json_written("{'mbox': 'mailto:ola@example.org'}"));
	expect(map, &without, statement, "of nobody",
	       "refused completed: the region of this learner is not known: no extension says it, "
	       "the list of people has no such id, `accounts` has no such home page, and the "
	       "platform has none");
	mapping_free(map);
	people_free(people);
}

static void where_a_region_is_from_may_be_switched(void **state)
{
	struct people *people = people_of("id,region\n17,5501\n");
	struct map_platform with = platform;
	struct map *map = map_with("region: [platform, people]");

	(void)state;
	with.people = people;
	expect(map, &with, statement_of(ADL "completed", NULL, NULL, NULL), "the platform first",
	       "completed https://lms.example/c/1 17 1833 (completed)");
	mapping_free(map);
	map = map_with("region: [people]");
	with.people = NULL;
	expect(map, &with, statement_of(ADL "completed", NULL, NULL, NULL), "not the platform",
	       "refused completed: the region of this learner is not known: there is no list of "
	       "people");
	mapping_free(map);
	people_free(people);
}

/* Modules. */

static const char modules[] =
	"modules:\n"
	"  http://lms.example/course/one/: one\n"
	"  https://lms.example/course/view.php?id={}: moodle-{}\n"
	"  course-v1:{}+{}+{}: '{}/{}'\n"
	"  https://lms.example/files/*: file-{}\n"
	"  'regex http://lms.example/(unit|block)/([0-9]+)(/.*)?': '\\1-\\2'\n";

static void modules_are_found_by_patterns(void **state)
{
	static const struct {
		const char *why, *id, *module;
	} cases[] = {
		{ "an id", "https://LMS.example/course/one", "one" },
		{ "a part of it", "http://lms.example/course/view.php?id=17", "moodle-17" },
		{ "a part that is longer", "http://lms.example/course/view.php?id=17&section=2",
		  "https://lms.example/course/view.php?id=17&section=2" },
		{ "several parts", "course-v1:KS+HMS+2025", "KS/HMS" },
		{ "whatever follows", "https://lms.example/files/a/b?c", "file-a/b?c" },
		{ "an expression", "https://lms.example/block/9/x", "block-9" },
		{ "an expression is of the whole id", "https://lms.example/block/9x",
		  "https://lms.example/block/9x" },
		{ "another one is kept", "http://lms.example/c/1/", "https://lms.example/c/1" },
	};
	struct map *map = map_with(modules);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *statement = statement_of(ADL "completed", NULL, NULL, NULL);
		char line[LINE_MAX_SIZE];

		snprintf(line, sizeof(line), "completed %s 17 1833 (completed)", cases[i].module);
		json_object_set_new(json_object_get(statement, "object"), "id",
				    json_string(cases[i].id));
		expect(map, &platform, statement, cases[i].why, line);
	}
	mapping_free(map);
}

static void other_modules_may_be_ignored_or_refused(void **state)
{
	struct map *ignores = map_with("other_modules: ignore"),
		   *refuses = map_with("other_modules: refuse"), *map = map_shipped_only();
	json_t *statement = statement_of(ADL "completed", NULL, NULL, NULL);
	char id[MODULE_MAX + 40];

	(void)state;
	expect(ignores, &platform, json_incref(statement), "ignored", "ignored completed");
	expect(refuses, &platform, json_incref(statement), "refused",
	       "refused completed: no pattern of `modules` in the table fits the id of the "
	       "activity");
	memset(id, 'x', sizeof(id));
	memcpy(id, "https://lms.example/", 20);
	id[MODULE_MAX + 1] = 0;
	json_object_set_new(json_object_get(statement, "object"), "id", json_string(id));
	expect(map, &platform, statement, "too long",
	       "refused completed: the module's id would have more than 400 bytes: give it a "
	       "shorter one under `modules` of the table");
	mapping_free(ignores);
	mapping_free(refuses);
	mapping_free(map);
}

/* Times. */

static void times_have_any_offset_and_precision(void **state)
{
	static const struct {
		const char *why, *timestamp, *line;
	} cases[] = {
		{ "of another place", "2025-11-29T14:00:00+02:00", " (completed)" },
		{ "microseconds are cut", "2025-11-29T12:00:00.001999Z", " +1 (completed)" },
		{ "one digit of a second", "2025-11-29T12:00:00.5Z", " +500 (completed)" },
	};
	struct map *map = map_shipped_only();
	json_t *statement = statement_of(ADL "completed", NULL, NULL, NULL);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char line[LINE_MAX_SIZE];

		snprintf(line, sizeof(line), "completed https://lms.example/c/1 17 1833%s",
			 cases[i].line);
		json_object_set_new(statement, "timestamp", json_string(cases[i].timestamp));
		expect(map, &platform, json_incref(statement), cases[i].why, line);
	}
	json_object_set_new(statement, "timestamp", json_string("1999-12-31T23:59:59Z"));
	expect(map, &platform, json_incref(statement), "before all events",
	       "refused completed: its timestamp is before 2000");
	json_object_set_new(statement, "timestamp", json_string("2025-11-29T17:10:00.001Z"));
	expect(map, &platform, json_incref(statement), "to come",
	       "refused completed: its timestamp is more than ten minutes ahead of this machine's "
	       "clock");
	json_object_del(statement, "timestamp");
	expect(map, &platform, statement, "none: now",
	       "completed https://lms.example/c/1 17 1833 +18000000 (completed)");
	mapping_free(map);
}

static void durations_become_whole_minutes(void **state)
{
	static const struct {
		const char *duration, *line;
	} cases[] = {
		{ "PT90S", "minutes=2 -90000 (attended)" },
		{ "PT89.9S", "minutes=1 -89900 (attended)" },
		{ "PT0.5H", "minutes=30 -1800000 (attended)" },
		{ "PT0,5H", "minutes=30 -1800000 (attended)" },
		{ "P1DT1H", "minutes=1500 -90000000 (attended)" },
		{ "P1W", "minutes=10080 -604800000 (attended)" },
		{ "PT30S", "minutes=1 -30000 (attended)" },
		{ "PT29.9S", NULL },
		{ "PT0S", NULL },
		{ "P1WT1M", "refused attended: result.duration is longer than a week, 10080 "
			    "minutes" },
		{ "P1Y2M", "refused attended: result.duration is longer than a week, 10080 "
			   "minutes" },
		{ "90", "refused attended: a presence needs result.duration, such as PT90M" },
		{ "PT", "refused attended: a presence needs result.duration, such as PT90M" },
		{ "PT1M1H", "refused attended: a presence needs result.duration, such as PT90M" },
	};
	struct map *map = map_shipped_only();

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *statement = statement_of(ADL "attended", NULL, "{}", NULL);
		char line[LINE_MAX_SIZE];

		json_object_set_new(json_object_get(statement, "result"), "duration",
				    json_string(cases[i].duration));
		if (cases[i].line && cases[i].line[0] == 'm')
			snprintf(line, sizeof(line), "attended https://lms.example/c/1 17 1833 %s",
				 cases[i].line);
		else
			snprintf(line, sizeof(line), "%s",
				 cases[i].line ? cases[i].line : "ignored attended");
		expect(map, &platform, statement, cases[i].duration, line);
	}
	mapping_free(map);
}

static void an_object_of_another_client_is_an_activity(void **state)
{
	struct map *map = map_shipped_only();

	(void)state;
	expect(map, &platform,
	       statement_of(ADL "completed",
			    "{'objectType': 'GroupActivity', 'id': 'https://lms.example/c/1'}",
			    NULL, NULL),
	       "GroupActivity", "completed https://lms.example/c/1 17 1833 (completed)");
	expect(map, &platform,
	       statement_of(ADL "completed",
			    "{'objectType': 'SubStatement', 'id': 'https://lms.example/c/1'}", NULL,
			    NULL),
	       "what someone plans", "ignored completed");
	mapping_free(map);
}

/* What makes no difference. */

static void vary_ids(json_t *json, uint64_t *luck)
{
	const char *key;
	json_t *value;
	size_t i;

	json_array_foreach(json, i, value) vary_ids(value, luck);
	json_object_foreach(json, key, value)
	{
		const char *old = json_string_value(value);
		char text[300];

		vary_ids(value, luck);
		if (!old || strncmp(old, "http", 4) != 0 || strlen(old) > 200)
			continue;
		old += old[4] == 's' ? 8 : 7;
		*luck = *luck * UINT64_C(6364136223846793005) + 1442695040888963407;
		snprintf(text, sizeof(text), "%s://%c%s%s", *luck >> 40 & 1 ? "http" : "https",
			 *luck >> 41 & 1 ? *old - 'a' + 'A' : *old, old + 1,
			 *luck >> 42 & 1 ? "/" : "");
		json_object_set_new(json, key, json_string(text));
	}
}

/* The same object with its keys in another order, and with display names. */
static json_t *vary_form(const json_t *json)
{
	json_t *to, *value;
	const char *key;
	size_t i, n;

	if (json_is_array(json)) {
		to = json_array();
		json_array_foreach(json, i, value) json_array_append_new(to, vary_form(value));
		return to;
	}
	if (!json_is_object(json))
		return json_deep_copy(json);
	to = json_object();
	n = json_object_size(json);
	for (size_t left = n; left > 0; left--) {
		i = 0;
		json_object_foreach((json_t *)json, key, value)
		{
			if (++i == left)
				json_object_set_new(to, key, vary_form(value));
		}
	}
	if (json_object_get(json, "account"))
		json_object_set_new(to, "name", json_string("Кари 山田"));
	if (json_object_get(json, "id") && !json_object_get(json, "objectType"))
		json_object_set_new(to, "display", json_pack("{s:s}", "ja", "完了"));
	return to;
}

static void what_makes_no_difference_changes_nothing(void **state)
{
	static const char *const verbs[] = {
		ADL "completed", ADL "passed",	   ADL "initialized",
		ADL "answered",	 ADL "registered", "https://w3id.org/xapi/video/verbs/played"
	};
	static const char *const objects[] = {
		"{'id': 'https://lms.example/course/view.php?id=3', 'definition': {'type': "
		"'http://adlnet.gov/expapi/activities/course'}}",
		"{'id': 'https://lms.example/v/3', 'definition': {'type': "
		"'https://w3id.org/xapi/video/activity-type/video'}}",
		"{'id': 'https://lms.example/course/one'}",
	};
	struct map *map = map_with(modules);
	uint64_t luck = test_seed();

	(void)state;
	for (size_t i = 0; i < 2000; i++) {
		json_t *statement = statement_of(
			       verbs[i % 6], objects[i / 6 % 3],
			       "{'score': {'raw': 5, 'max': 10}, 'success': true}",
			       "{'contextActivities': {'parent': [{'id': 'https://lms.example/p', "
			       "'definition': {'type': "
			       "'http://id.tincanapi.com/activitytype/lms/course'}}]}}"),
		       *other;
		char line[LINE_MAX_SIZE];

		apply_line(map, &platform, statement, line);
		other = vary_form(statement);
		vary_ids(other, &luck);
		expect(map, &platform, other, "varied", line);
		json_decref(statement);
	}
	mapping_free(map);
}

/* Whatever a statement is, something becomes of it. */

static uint64_t draw(uint64_t *luck, uint64_t n)
{
	*luck = *luck * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (*luck >> 33) % n;
}

/* A copy with some parts that are others, or not there. */
static json_t *damage(const json_t *json, uint64_t *luck)
{
	static const char *const others[] = {
		"null",	     "7",	  "-0.5",      "1e300",
		"''",	     "'x'",	  "[]",	       "{}",
		"[7, {}]",   "true",	  "'mailto:'", "'P'",
		"'http://'", "{'id': 7}", "'\\u00e5'", "9007199254740993"
	};
	json_t *to, *value;
	const char *key;
	size_t i;

	if (draw(luck, 12) == 0) {
		char text[40];

		snprintf(text, sizeof(text), "[%s]", others[draw(luck, 16)]);
		value = json_written(text);
		to = json_incref(json_array_get(value, 0));
		json_decref(value);
		return to;
	}
	if (json_is_array(json)) {
		to = json_array();
		json_array_foreach(json, i, value) json_array_append_new(to, damage(value, luck));
		return to;
	}
	if (!json_is_object(json))
		return json_deep_copy(json);
	to = json_object();
	json_object_foreach((json_t *)json, key, value)
	{
		if (draw(luck, 15) > 0)
			json_object_set_new(to, key, damage(value, luck));
	}
	return to;
}

/* An expression would look at it for seconds, while everybody waits. */
static void an_id_of_more_than_4096_bytes_fits_no_expression(void **state)
{
	struct map *map = map_with("modules: {'regex https://lms.example/(.*)': 'x'}\n");
	char id[4098] = "https://lms.example/";

	(void)state;
	memset(id + strlen(id), 'a', sizeof(id) - 1 - strlen(id));
	for (size_t size = 4097; size >= 4096; size--) {
		json_t *statement = statement_of(ADL "completed", NULL, NULL, NULL);
		struct arena arena = { 0 };
		struct outcome outcome;

		id[size] = 0;
		json_object_set_new(json_object_get(statement, "object"), "id", json_string(id));
		assert_int_equal(map_apply(map, &platform, statement, NOW_MS, &arena, &outcome), 0);
		assert_int_equal(outcome.kind, size > 4096 ? OUTCOME_REFUSED : OUTCOME_EVENTS);
		json_decref(statement);
		arena_free(&arena);
	}
	mapping_free(map);
}

static void a_statement_of_any_form_has_an_outcome(void **state)
{
	static const char *const verbs[] = { "completed",  "passed", "attended",
					     "registered", "voided", "uncompleted" };
	static const char yaml[] =
		"modules: {'https://lms.example/c/{}': 'c-{}', 'regex .*/([a-z]+)': '\\1'}\n"
		"extensions: {http://x.example/r: region, http://x.example/a: attrs.a}\n"
		"rows: [{name: completed, learner: [extension http://x.example/i k, assignee, "
		"instructor, actor]}]\n";
	struct map *map = map_with(yaml);
	size_t kinds[4] = { 0 };
	uint64_t luck = test_seed();

	(void)state;
	for (size_t i = 0; i < 20000; i++) {
		char verb[100];
		struct arena arena = { 0 };
		struct outcome outcome;
		json_t *statement, *damaged;

		snprintf(verb, sizeof(verb), ADL "%s", verbs[i % 6]);
		statement = statement_of(
			verb,
			"{'id': 'https://lms.example/c/1', 'assignee': {'mbox': 'mailto:a@b.c'}, "
			"'definition': {'type': 'http://adlnet.gov/expapi/activities/course'}}",
			"{'score': {'raw': 5, 'min': 1, 'max': 10, 'scaled': 0.5}, "
			"'success': true, 'duration': 'PT1H'}",
			"{'extensions': {'http://x.example/r': '1833', 'http://x.example/a': 'b', "
			"'http://x.example/i': {'k': 'z'}}, 'instructor': {'openid': "
			"'http://a.b'}, 'contextActivities': "
			"{'parent': [{'id': 'https://lms.example/p'}]}}");
		damaged = damage(statement, &luck);
		assert_int_equal(map_apply(map, &platform, damaged, NOW_MS, &arena, &outcome), 0);
		assert_true(outcome.rule && *outcome.rule);
		assert_true((outcome.kind == OUTCOME_EVENTS) == (outcome.n_events > 0));
		assert_true((outcome.kind == OUTCOME_REFUSED) == (outcome.why[0] != 0));
		for (size_t k = 0; k < outcome.n_events; k++) {
			const struct event *event = &outcome.events[k];

			assert_true(event->learner.size > 0 && event->learner.size <= LEARNER_MAX);
			assert_true(event->module.size > 0 && event->module.size <= MODULE_MAX);
			assert_true(event->region.size > 0 && event->region.size <= REGION_MAX);
			assert_in_range(event->result.score + 1, 0, SCORE_ONE + 1);
		}
		kinds[outcome.kind]++;
		arena_free(&arena);
		json_decref(statement);
		json_decref(damaged);
	}
	for (size_t i = 0; i < 4; i++)
		assert_true(kinds[i] > 100);
	mapping_free(map);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_score_is_raw_of_min_to_max_before_scaled),
		cmocka_unit_test(what_is_out_of_range_is_as_configured),
		cmocka_unit_test(a_learner_is_one_text_however_it_is_sent),
		cmocka_unit_test(addresses_may_stay_addresses),
		cmocka_unit_test(who_cannot_be_a_learner_is_refused_with_a_reason),
		cmocka_unit_test(the_learner_is_who_it_is_about),
		cmocka_unit_test(the_region_is_the_first_that_is_there),
		cmocka_unit_test(where_a_region_is_from_may_be_switched),
		cmocka_unit_test(modules_are_found_by_patterns),
		cmocka_unit_test(other_modules_may_be_ignored_or_refused),
		cmocka_unit_test(times_have_any_offset_and_precision),
		cmocka_unit_test(durations_become_whole_minutes),
		cmocka_unit_test(an_object_of_another_client_is_an_activity),
		cmocka_unit_test(what_makes_no_difference_changes_nothing),
		cmocka_unit_test(an_id_of_more_than_4096_bytes_fits_no_expression),
		cmocka_unit_test(a_statement_of_any_form_has_an_outcome),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
