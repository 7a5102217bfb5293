/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clients/cli/endpoints.h"

static char *env_with_xdg(const char *name)
{
	static char directory[] = "/run/user/7";

	return strcmp(name, "XDG_RUNTIME_DIR") == 0 ? directory : NULL;
}

static char *env_with_relative_xdg(const char *name)
{
	static char directory[] = "run";

	return strcmp(name, "XDG_RUNTIME_DIR") == 0 ? directory : NULL;
}

static char *env_empty(const char *name)
{
	(void)name;
	return NULL;
}

#define AUDIENCES                                                                 \
	"runtime: /r\n"                                                           \
	"security: none\n"                                                        \
	"audiences:\n"                                                            \
	"  - {name: one, publish: [\"ipc://RUNTIME/1\", \"ipc://RUNTIME/1b\"]}\n" \
	"  - {name: two, publish: [\"tcp://127.0.0.1:5\"], snapshot: []}\n"

static const struct {
	const char *why, *config, *audience;
	char *(*env)(const char *);
	bool is_root;
	const char *intake, *control, *publish;
} cases[] = {
	{ "root without a configuration", "", NULL, env_with_xdg, true, "ipc:///run/liftd/intake",
	  "ipc:///run/liftd/control", "ipc:///run/liftd/publish" },
	{ "someone else", "", NULL, env_with_xdg, false, "ipc:///run/user/7/liftd/intake",
	  "ipc:///run/user/7/liftd/control", "ipc:///run/user/7/liftd/publish" },
	{ "someone without XDG directories", "", NULL, env_empty, false,
	  "ipc:///tmp/liftd-UID/intake", "ipc:///tmp/liftd-UID/control",
	  "ipc:///tmp/liftd-UID/publish" },
	{ "only absolute XDG directories count", "", NULL, env_with_relative_xdg, false,
	  "ipc:///tmp/liftd-UID/intake", "ipc:///tmp/liftd-UID/control",
	  "ipc:///tmp/liftd-UID/publish" },
	{ "the first of a list, and one alone",
	  "runtime: /r\nintake: [\"ipc://RUNTIME/a\", \"ipc://RUNTIME/b\"]\ncontrol: "
	  "\"ipc:///c\"\n",
	  NULL, env_empty, false, "ipc:///r/a", "ipc:///c", "ipc:///r/publish" },
	{ "what is on this machine, which needs no key, before what is not",
	  "runtime: /r\nintake: [\"tcp://192.0.2.1:5570\", \"ipc://RUNTIME/a\"]\ncontrol: "
	  "[\"tcp://192.0.2.1:5572\"]\n",
	  NULL, env_empty, false, "ipc:///r/a", "tcp://192.0.2.1:5572", "ipc:///r/publish" },
	{ "RUNTIME stands for the directory only where a path begins with it",
	  "runtime: /r\nintake: [\"ipc:///x/RUNTIME/a\"]\ncontrol: \"ipc://RUNTIMES/c\"\n", NULL,
	  env_empty, false, "ipc:///x/RUNTIME/a", "ipc://RUNTIMES/c", "ipc:///r/publish" },
	{ "the first audience", AUDIENCES, NULL, env_empty, false, "ipc:///r/intake",
	  "ipc:///r/control", "ipc:///r/1" },
	{ "an audience by its name", AUDIENCES, "two", env_empty, false, "ipc:///r/intake",
	  "ipc:///r/control", "tcp://127.0.0.1:5" },
	{ "the default audience by its name", "runtime: /r\n", "default", env_empty, false,
	  "ipc:///r/intake", "ipc:///r/control", "ipc:///r/publish" },
};

/* Is it the text, with this user's number for UID? */
static bool is_same(const char *endpoint, const char *text)
{
	const char *uid = strstr(text, "UID");
	char expected[128];

	snprintf(expected, sizeof(expected), "%.*s", uid ? (int)(uid - text) : 127, text);
	if (uid)
		snprintf(expected + strlen(expected), 64, "%u%s", (unsigned)getuid(), uid + 3);
	return strcmp(endpoint, expected) == 0;
}

static void endpoints_are_those_of_the_daemon(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct yaml_errors errors = { .file = "f" };
		struct endpoints endpoints;

		if (endpoints_parse(text_of(cases[i].config), cases[i].audience, cases[i].env,
				    cases[i].is_root, &errors, &endpoints) != 0)
			fail_msg("%s: %s", cases[i].why, errors.text);
		if (!is_same(endpoints.intake, cases[i].intake) ||
		    !is_same(endpoints.control, cases[i].control) ||
		    !is_same(endpoints.publish, cases[i].publish))
			fail_msg("%s: %s %s %s", cases[i].why, endpoints.intake, endpoints.control,
				 endpoints.publish);
		endpoints_clear(&endpoints);
	}
}

static void lists_that_may_be_empty_have_an_endpoint_or_none(void **state)
{
	static const struct {
		const char *config, *events, *snapshot;
	} rows[] = {
		{ "runtime: /r\n", "ipc:///r/events", "ipc:///r/snapshot" },
		{ AUDIENCES "events: [\"ipc://RUNTIME/e\", \"ipc://RUNTIME/f\"]\n", "ipc:///r/e",
		  "ipc:///r/snapshot" },
		{ "runtime: /r\nevents: []\naudiences: [{name: a, snapshot: []}]\n", NULL, NULL },
		{ "runtime: /r\naudiences: [{name: a, snapshot: [\"ipc:///s\"]}]\n",
		  "ipc:///r/events", "ipc:///s" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct yaml_errors errors = { .file = "f" };
		struct endpoints endpoints;

		assert_int_equal(endpoints_parse(text_of(rows[i].config), NULL, env_empty, false,
						 &errors, &endpoints),
				 0);
		if (rows[i].events)
			assert_string_equal(endpoints.events, rows[i].events);
		else
			assert_null(endpoints.events);
		if (rows[i].snapshot)
			assert_string_equal(endpoints.snapshot, rows[i].snapshot);
		else
			assert_null(endpoints.snapshot);
		endpoints_clear(&endpoints);
	}
}

static void a_directory_that_nobody_has_named_is_assumed(void **state)
{
	static const struct {
		const char *why, *config;
		bool is_root;
		const char *assumed;
	} rows[] = {
		{ "without a configuration", "", false, "/run/user/7/liftd" },
		{ "one that does not name it", "control: \"ipc:///c\"\n", false,
		  "/run/user/7/liftd" },
		{ "one that does", "runtime: /r\n", false, NULL },
		{ "root's, where only root can make one", "", true, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct yaml_errors errors = { .file = "f" };
		struct endpoints endpoints;

		assert_int_equal(endpoints_parse(text_of(rows[i].config), NULL, env_with_xdg,
						 rows[i].is_root, &errors, &endpoints),
				 0);
		if (!endpoints.assumed != !rows[i].assumed ||
		    (rows[i].assumed && strcmp(endpoints.assumed, rows[i].assumed) != 0))
			fail_msg("%s: %s", rows[i].why, endpoints.assumed);
		endpoints_clear(&endpoints);
	}
}

static void what_is_wrong_is_said_with_its_line(void **state)
{
	static const struct {
		const char *config, *audience, *error;
	} wrong[] = {
		{ AUDIENCES, "three", "f: there is no audience 'three'\n" },
		{ "", "three", "f: there is no audience 'three'\n" },
		{ "\nintake: {a: b}\n", NULL, "f:2: intake must be a list, `[...]`\n" },
		{ "\nruntme: /tmp/x\n", NULL,
		  "f:2: `runtme` is no key of liftd.yaml, did you mean `runtime`?" },
		{ "root:x:0:0\nbin:x:1:1\n", NULL, "f:1: liftd.yaml must be a map, `key: value`" },
		{ "tick_ms: soon\n", NULL, "f:1: tick_ms must be a whole number from" },
		{ "audiences: [{name: one, publsh: []}]\n", NULL,
		  "f:1: `publsh` is no key of an audience, did you mean `publish`?" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct yaml_errors errors = { .file = "f" };
		struct endpoints endpoints = { 0 };

		assert_int_equal(endpoints_parse(text_of(wrong[i].config), wrong[i].audience,
						 env_empty, false, &errors, &endpoints),
				 LIFT_E_CONFIG);
		if (strncmp(errors.text, wrong[i].error, strlen(wrong[i].error)) != 0)
			fail_msg("'%s', not '%s'", errors.text, wrong[i].error);
		assert_null(endpoints.intake);
		yaml_errors_clear(&errors);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(endpoints_are_those_of_the_daemon),
		cmocka_unit_test(lists_that_may_be_empty_have_an_endpoint_or_none),
		cmocka_unit_test(a_directory_that_nobody_has_named_is_assumed),
		cmocka_unit_test(what_is_wrong_is_said_with_its_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
