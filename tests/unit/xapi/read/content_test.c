/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "clients/xapi/read/body.h"

#define AGENT(name) "{\"mbox\":\"mailto:" name "@lms.test\"}"
#define TEAM(members) \
	"{" BASE ",\"context\":{\"team\":{\"objectType\":\"Group\",\"member\":[" members "]}}}"
#define KARI AGENT("kari")
#define BASE                                                                               \
	"\"actor\":" AGENT("kari") ",\"verb\":{\"id\":\"urn:x:done\"},\"object\":{\"id\":" \
				   "\"urn:x:7\"}"

struct pair {
	const char *why;
	const char *one, *other;
};

/* Both as they are compared; are they the same bytes? */
static bool are_same(const struct pair *pair)
{
	const char *const texts[] = { pair->one, pair->other };
	char *content[2];
	size_t size[2];
	bool same;

	for (int i = 0; i < 2; i++) {
		json_t *json = json_loads(texts[i], JSON_ALLOW_NUL, NULL);

		if (!json)
			fail_msg("%s: no JSON: %s", pair->why, texts[i]);
		assert_int_equal(statement_content(json, &content[i], &size[i]), 0);
		json_decref(json);
	}
	same = size[0] == size[1] && memcmp(content[0], content[1], size[0]) == 0;
	free(content[0]);
	free(content[1]);
	return same;
}

static void what_may_change_is_not_compared(void **state)
{
	static const struct pair pairs[] = {
		{ "the same", "{" BASE "}", "{" BASE "}" },
		{ "keys in another order",
		  "{\"verb\":{\"id\":\"urn:x:done\"},\"object\":{\"id\":\"urn:x:7\"},"
		  "\"actor\":" KARI "}",
		  "{" BASE "}" },
		{ "what a store adds", "{" BASE "}",
		  "{" BASE
		  ",\"id\":\"x\",\"stored\":\"y\",\"version\":\"1.0.0\",\"authority\":" AGENT(
			  "lms") "}" },
		{ "another id", "{" BASE ",\"id\":\"a\"}", "{" BASE ",\"id\":\"b\"}" },
		{ "types that go without saying", "{" BASE "}",
		  "{\"actor\":{\"objectType\":\"Agent\",\"mbox\":\"mailto:kari@lms.test\"},"
		  "\"verb\":{\"id\":\"urn:x:done\"},\"object\":{\"objectType\":\"Activity\","
		  "\"id\":\"urn:x:7\"}}" },
		{ "names and descriptions", "{" BASE "}",
		  "{\"actor\":{\"name\":\"Kari\",\"mbox\":\"mailto:kari@lms.test\"},\"verb\":{"
		  "\"id\":\"urn:x:done\",\"display\":{\"nb\":\"x\"}},\"object\":{\"id\":"
		  "\"urn:x:7\",\"definition\":{\"type\":\"urn:x:course\"}}}" },
		{ "a moment, written otherwise",
		  "{" BASE ",\"timestamp\":\"2026-08-17T09:30:00.000Z\"}",
		  "{" BASE ",\"timestamp\":\"2026-08-17T11:30:00+02:00\"}" },
		{ "a number, written otherwise",
		  "{" BASE ",\"result\":{\"score\":{\"scaled\":1,\"raw\":0.5}}}",
		  "{" BASE ",\"result\":{\"score\":{\"raw\":5e-1,\"scaled\":1.0}}}" },
		{ "members in another order", TEAM(AGENT("a") "," AGENT("b")),
		  TEAM(AGENT("b") "," AGENT("a")) },
		{ "one activity, and an array of it",
		  "{" BASE
		  ",\"context\":{\"contextActivities\":{\"parent\":{\"id\":\"urn:x:1\"}}}}",
		  "{" BASE ",\"context\":{\"contextActivities\":{\"parent\":[{\"objectType\":"
		  "\"Activity\",\"id\":\"urn:x:1\"}]}}}" },
		{ "activities in another order",
		  "{" BASE ",\"context\":{\"contextActivities\":{\"other\":[{\"id\":\"urn:x:1\"},"
		  "{\"id\":\"urn:x:2\"}]}}}",
		  "{" BASE ",\"context\":{\"contextActivities\":{\"other\":[{\"id\":\"urn:x:2\"},"
		  "{\"id\":\"urn:x:1\"}]}}}" },
		{ "large letters of a registration",
		  "{" BASE ",\"context\":{\"registration\":\"AB\"}}",
		  "{" BASE ",\"context\":{\"registration\":\"ab\"}}" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		if (!are_same(&pairs[i]))
			fail_msg("%s: not the same", pairs[i].why);
}

static void whatever_else_differs_is_another_statement(void **state)
{
	static const struct pair pairs[] = {
		{ "another actor", "{\"actor\":" AGENT("a") "}", "{\"actor\":" AGENT("b") "}" },
		{ "another object", "{\"object\":{\"id\":\"urn:x:1\"}}",
		  "{\"object\":{\"id\":\"urn:x:2\"}}" },
		{ "an agent as object, and an activity", "{\"object\":{\"objectType\":\"Agent\"}}",
		  "{\"object\":{\"objectType\":\"Activity\"}}" },
		{ "another moment", "{\"timestamp\":\"2026-08-17T09:30:00.000Z\"}",
		  "{\"timestamp\":\"2026-08-17T09:30:00.001Z\"}" },
		{ "a moment, and none", "{" BASE ",\"timestamp\":\"2026-08-17T09:30:00Z\"}",
		  "{" BASE "}" },
		{ "another score", "{\"result\":{\"score\":{\"raw\":1}}}",
		  "{\"result\":{\"score\":{\"raw\":1.0000001}}}" },
		{ "integers that are one double", "{\"result\":{\"x\":9007199254740993}}",
		  "{\"result\":{\"x\":9007199254740992}}" },
		{ "a number and a text", "{\"result\":{\"response\":\"1\"}}",
		  "{\"result\":{\"response\":1}}" },
		{ "true and false", "{\"result\":{\"success\":true}}",
		  "{\"result\":{\"success\":false}}" },
		{ "an order that means something", "{\"result\":{\"x\":[1,2]}}",
		  "{\"result\":{\"x\":[2,1]}}" },
		{ "a value that moved into the next one", "{\"result\":{\"x\":\"a\",\"y\":\"b\"}}",
		  "{\"result\":{\"x\":\"a1\\\"y\",\"z\":\"b\"}}" },
		{ "texts that differ behind a NUL", "{\"result\":{\"x\":\"a\\u0000b\"}}",
		  "{\"result\":{\"x\":\"a\\u0000c\"}}" },
		{ "a name in an extension", "{\"context\":{\"extensions\":{\"name\":\"a\"}}}",
		  "{\"context\":{\"extensions\":{\"name\":\"b\"}}}" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		if (are_same(&pairs[i]))
			fail_msg("%s: the same", pairs[i].why);
}

static void the_time_of_a_statement_is_its_timestamp(void **state)
{
	json_t *without = json_loads("{" BASE "}", 0, NULL);
	json_t *with = json_loads("{\"timestamp\":\"2021-11-29T23:09:00.867219+00:00\"}", 0, NULL);
	int64_t ms = 0;

	(void)state;
	assert_false(statement_time(without, &ms));
	assert_true(statement_time(with, &ms));
	assert_true(ms == INT64_C(1638227340867));
	json_decref(without);
	json_decref(with);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_may_change_is_not_compared),
		cmocka_unit_test(whatever_else_differs_is_another_statement),
		cmocka_unit_test(the_time_of_a_statement_is_its_timestamp),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
