/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

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
	"audiences:\n"                                                            \
	"  - {name: one, publish: [\"ipc://RUNTIME/1\", \"ipc://RUNTIME/1b\"]}\n" \
	"  - {name: two, publish: [\"tcp://127.0.0.1:5\"]}\n"

static const struct {
	const char *why, *config, *audience;
	char *(*env)(const char *);
	unsigned uid;
	const char *intake, *control, *publish;
} cases[] = {
	{ "root without a configuration", "", NULL, env_with_xdg, 0, "ipc:///run/liftd/intake",
	  "ipc:///run/liftd/control", "ipc:///run/liftd/publish" },
	{ "someone else", "", NULL, env_with_xdg, 7, "ipc:///run/user/7/liftd/intake",
	  "ipc:///run/user/7/liftd/control", "ipc:///run/user/7/liftd/publish" },
	{ "someone without XDG directories", "", NULL, env_empty, 7, "ipc:///tmp/liftd-7/intake",
	  "ipc:///tmp/liftd-7/control", "ipc:///tmp/liftd-7/publish" },
	{ "only absolute XDG directories count", "", NULL, env_with_relative_xdg, 7,
	  "ipc:///tmp/liftd-7/intake", "ipc:///tmp/liftd-7/control", "ipc:///tmp/liftd-7/publish" },
	{ "keys that are not the client's are passed over",
	  "runtime: /r\ntick_ms: soon\nnews: [1, {a: b}]\n", NULL, env_empty, 7, "ipc:///r/intake",
	  "ipc:///r/control", "ipc:///r/publish" },
	{ "the first of a list, and one alone",
	  "runtime: /r\nintake: [\"ipc://RUNTIME/a\", \"ipc://RUNTIME/b\"]\ncontrol: "
	  "\"ipc:///c\"\n",
	  NULL, env_empty, 7, "ipc:///r/a", "ipc:///c", "ipc:///r/publish" },
	{ "RUNTIME stands for the directory only where a path begins with it",
	  "runtime: /r\nintake: [\"ipc:///x/RUNTIME/a\"]\ncontrol: \"ipc://RUNTIMES/c\"\n", NULL,
	  env_empty, 7, "ipc:///x/RUNTIME/a", "ipc://RUNTIMES/c", "ipc:///r/publish" },
	{ "the first audience", AUDIENCES, NULL, env_empty, 7, "ipc:///r/intake",
	  "ipc:///r/control", "ipc:///r/1" },
	{ "an audience by its name", AUDIENCES, "two", env_empty, 7, "ipc:///r/intake",
	  "ipc:///r/control", "tcp://127.0.0.1:5" },
	{ "the default audience by its name", "runtime: /r\n", "default", env_empty, 7,
	  "ipc:///r/intake", "ipc:///r/control", "ipc:///r/publish" },
};

static void endpoints_are_those_of_the_daemon(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct yaml_errors errors = { .file = "f" };
		struct endpoints endpoints;

		if (endpoints_parse(text_of(cases[i].config), cases[i].audience, cases[i].env,
				    cases[i].uid, &errors, &endpoints) != 0)
			fail_msg("%s: %s", cases[i].why, errors.text);
		if (strcmp(endpoints.intake, cases[i].intake) != 0 ||
		    strcmp(endpoints.control, cases[i].control) != 0 ||
		    strcmp(endpoints.publish, cases[i].publish) != 0)
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

		assert_int_equal(endpoints_parse(text_of(rows[i].config), NULL, env_empty, 7,
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
		unsigned uid;
		const char *assumed;
	} rows[] = {
		{ "without a configuration", "", 7, "/run/user/7/liftd" },
		{ "one that does not name it", "control: \"ipc:///c\"\n", 7, "/run/user/7/liftd" },
		{ "one that does", "runtime: /r\n", 7, NULL },
		{ "root's, where only root can make one", "", 0, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct yaml_errors errors = { .file = "f" };
		struct endpoints endpoints;

		assert_int_equal(endpoints_parse(text_of(rows[i].config), NULL, env_with_xdg,
						 rows[i].uid, &errors, &endpoints),
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
		{ AUDIENCES, "three", "f:3: there is no audience 'three'\n" },
		{ "", "three", "f: there is no audience 'three', only 'default'\n" },
		{ "\nintake: {a: b}\n", NULL,
		  "f:2: intake must be an endpoint, such as \"ipc://RUNTIME/intake\"\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct yaml_errors errors = { .file = "f" };
		struct endpoints endpoints = { 0 };

		assert_int_equal(endpoints_parse(text_of(wrong[i].config), wrong[i].audience,
						 env_empty, 7, &errors, &endpoints),
				 LIFT_E_CONFIG);
		assert_string_equal(errors.text, wrong[i].error);
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
