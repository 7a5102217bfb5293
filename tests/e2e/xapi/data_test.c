/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Statements of real platforms, through HTTP into a daemon: each of them is accounted for. The
 * directory LIFT_XAPI_DATA has them: xapi-ralph/statements.jsonl.gz and xapi-datasim/.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/e2e/check.h"
#include "tests/e2e/peer.h"
#include "tests/e2e/xapi/gateway.h"

enum { BATCH = 50 };

/* What must become of the statements of a verb: counts as /status has them. */
struct verb_case {
	const char *verb;
	int64_t n;
	const char *counts; /* JSON */
};

#define ADL   "http://adlnet.gov/expapi/verbs/"
#define VIDEO "https://w3id.org/xapi/video/verbs/"

static const struct verb_case fun_mooc[] = {
	{ VIDEO "played", 6603, "{\"ignored played\": 6603}" },
	{ VIDEO "paused", 6480, "{\"ignored played\": 6480}" },
	{ ADL "interacted", 3546, "{\"ignored interacted\": 3546}" },
	{ VIDEO "seeked", 2995, "{\"ignored played\": 2995}" },
	/* A video is a part of its course, which has been started by then. */
	{ ADL "initialized", 1348, "{\"events started\": 1348}" },
	{ ADL "completed", 636, "{\"events started\": 636}" },
	{ ADL "terminated", 338, "{\"ignored part left\": 338}" },
	{ "http://id.tincanapi.com/verb/downloaded", 54, "{\"ignored viewed\": 54}" },
};

static const struct verb_case simulated[] = {
	{ ADL "interacted", 954, "{\"ignored interacted\": 954}" },
	{ VIDEO "seeked", 857, "{\"ignored played\": 857}" },
	{ VIDEO "played", 219, "{\"ignored played\": 219}" },
	{ "http://activitystrea.ms/submit", 154,
	  "{\"events started\": 16, \"ignored single answers\": 138}" },
	{ VIDEO "paused", 145, "{\"ignored played\": 145}" },
	{ ADL "initialized", 143, "{\"ignored part started\": 143}" },
	{ ADL "terminated", 138, "{\"ignored part left\": 138}" },
	{ "http://id.tincanapi.com/verb/skipped", 118, "{\"ignored single answers\": 118}" },
	{ ADL "completed", 70, "{\"ignored part completed\": 70}" },
	{ "http://activitystrea.ms/start", 16, "{\"events started\": 16}" },
	{ ADL "attended", 1,
	  "{\"refused it is about a group, and an event is about one person: "
	  "the platform must send a statement for each\": 1}" },
	{ "http://example.com/xapi/verbs#sent-a-statement", 1, "{\"ignored unknown verb\": 1}" },
};

/* Reading. */

static json_t *read_lines(const char *command)
{
	FILE *file = popen(command, "r");
	json_t *all = json_array(), *one;

	assert_non_null(file);
	while ((one = json_loadf(file, JSON_DISABLE_EOF_CHECK, NULL)))
		json_array_append_new(all, one);
	pclose(file);
	return all;
}

static json_t *read_simulated(const char *dir)
{
	static const char *const names[] = { "array/tccc_dev.json", "long.json", "simple.json" };
	json_t *all = json_array();

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char path[512];
		json_t *one;

		snprintf(path, sizeof(path), "%s/xapi-datasim/dev-resources/xapi/statements/%s",
			 dir, names[i]);
		one = json_load_file(path, 0, NULL);
		assert_non_null(one);
		if (json_is_array(one))
			json_array_extend(all, one);
		else
			json_array_append(all, one);
		json_decref(one);
	}
	return all;
}

/* Sending. */

static void add_counts(const json_t *status, const char *kind, json_t *to)
{
	const char *name;
	json_t *count;

	json_object_foreach(json_object_get(status, kind), name, count)
	{
		char key[256];

		snprintf(key, sizeof(key), "%s %s", kind, name);
		json_object_set(to, key, count);
	}
}

static json_t *counts_now(struct gateway *gateway)
{
	json_t *status = gateway_status(gateway), *counts = json_object();

	add_counts(status, "events", counts);
	add_counts(status, "ignored", counts);
	add_counts(status, "refused", counts);
	assert_int_equal(whole(status, "known_before"), 0);
	assert_int_equal(whole(status, "failed_requests"), 0);
	json_decref(status);
	return counts;
}

static void subtract(json_t *from, const json_t *counts)
{
	const char *key;
	json_t *count;
	void *next;

	json_object_foreach_safe(from, next, key, count)
	{
		json_int_t n = json_integer_value(count) -
			       json_integer_value(json_object_get(counts, key));

		if (n)
			json_object_set_new(from, key, json_integer(n));
		else
			json_object_del(from, key);
	}
}

static void send_all(struct gateway *gateway, const json_t *statements)
{
	for (size_t i = 0; i < json_array_size(statements); i += BATCH) {
		json_t *batch = json_array();
		char *text;

		for (size_t k = i; k < i + BATCH && k < json_array_size(statements); k++)
			json_array_append(batch, json_array_get(statements, k));
		text = json_dumps(batch, JSON_COMPACT);
		gateway_post(gateway, text, 200);
		free(text);
		json_decref(batch);
	}
}

static json_t *of_verb(const json_t *all, const char *verb)
{
	json_t *some = json_array(), *one;
	size_t i;

	json_array_foreach(all, i, one)
	{
		if (strcmp(word(json_object_get(one, "verb"), "id"), verb) == 0)
			json_array_append(some, one);
	}
	return some;
}

/* How many events they gave. */
static int64_t check_verbs(struct gateway *gateway, json_t *all, const struct verb_case *cases,
			   size_t n)
{
	size_t sum = 0;
	int64_t events = 0;

	for (size_t i = 0; i < n; i++) {
		json_t *some = of_verb(all, cases[i].verb), *before = counts_now(gateway), *after;
		json_t *expected = json_loads(cases[i].counts, 0, NULL), *count;
		const char *key;

		assert_int_equal(json_array_size(some), cases[i].n);
		send_all(gateway, some);
		after = counts_now(gateway);
		subtract(after, before);
		if (!json_equal(after, expected))
			fail_msg("%s: %s and not %s", cases[i].verb, json_dumps(after, 0),
				 cases[i].counts);
		json_object_foreach(after, key, count)
		{
			if (strncmp(key, "events ", 7) == 0)
				events += json_integer_value(count);
		}
		sum += json_array_size(some);
		json_decref(some);
		json_decref(before);
		json_decref(after);
		json_decref(expected);
	}
	assert_int_equal(sum, json_array_size(all));
	json_decref(all);
	return events;
}

static void every_statement_is_accounted_for(void **state)
{
	const char *dir = getenv("LIFT_XAPI_DATA");
	struct gateway *gateway = *state;
	char command[512];
	int64_t events;
	json_t *status;

	if (!dir) {
		print_message("skipped: LIFT_XAPI_DATA names no directory of statements\n");
		skip();
	}
	daemon_configure(gateway->daemon, "catalogue: daemon/examples/demo.yaml\n");
	daemon_start(gateway->daemon);
	gateway_configure(gateway, "limits: {rate: 0}\n");
	gateway_start(gateway);
	snprintf(command, sizeof(command), "gzip -dc '%s/xapi-ralph/statements.jsonl.gz'", dir);
	events = check_verbs(gateway, read_lines(command), fun_mooc,
			     sizeof(fun_mooc) / sizeof(fun_mooc[0]));
	events += check_verbs(gateway, read_simulated(dir), simulated,
			      sizeof(simulated) / sizeof(simulated[0]));
	status = gateway_status(gateway);
	assert_int_equal(whole(status, "statements"), 22000 + 2816);
	json_decref(status);
	gateway_await_accepted(gateway, events);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(every_statement_is_accounted_for, gateway_setup,
						gateway_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
