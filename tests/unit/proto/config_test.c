/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/config.h"
#include "proto/day.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static char *no_env(const char *name)
{
	(void)name;
	return NULL;
}

static char *home_env(const char *name)
{
	return strcmp(name, "HOME") == 0 ? (char *)"/home/kari" : NULL;
}

static char *xdg_env(const char *name)
{
	if (strcmp(name, "XDG_STATE_HOME") == 0)
		return (char *)"/x/state";
	if (strcmp(name, "XDG_RUNTIME_DIR") == 0)
		return (char *)"/run/user/1000";
	return home_env(name);
}

static char *relative_env(const char *name)
{
	return strcmp(name, "HOME") == 0 ? (char *)"/home/kari" : (char *)"x";
}

static struct config *parsed_as(const char *text, char *(*env)(const char *), bool is_root)
{
	struct yaml_errors errors = { .file = "f" };
	struct config *config = NULL;
	int err = config_parse(text_of(text), &errors, env, is_root, &config);

	if (err)
		fail_msg("%s%s", lift_err_code(err), errors.text ? errors.text : "");
	return config;
}

static struct config *parsed(const char *text)
{
	return parsed_as(text, no_env, true);
}

static void assert_list(const struct texts *list, const char *item)
{
	assert_int_equal(list->count, 1);
	assert_string_equal(list->items[0], item);
}

static void assert_defaults(const struct config *config)
{
	assert_string_equal(config->state, "/var/lib/liftd");
	assert_string_equal(config->runtime, "/run/liftd");
	assert_string_equal(config->catalogue, LIFT_SYSCONFDIR "/catalogue.yaml");
	assert_int_equal(config->security, SECURITY_CURVE);
	assert_int_equal(config->n_namespaces, 0);
	assert_false(config->as_of.pinned);
	assert_int_equal(config->tick_ms, 1000);
	assert_int_equal(config->forgotten, FORGOTTEN_AFRESH);
	assert_int_equal(config->retention, 0);
	assert_int_equal(config->journal_max_mib, 0);
	assert_list(&config->events, "ipc:///run/liftd/events");
	assert_int_equal(config->n_connects, 0);
	assert_list(&config->intake, "ipc:///run/liftd/intake");
	assert_list(&config->control, "ipc:///run/liftd/control");
	assert_int_equal(config->n_audiences, 1);
	assert_string_equal(config->audiences[0].name, "default");
	assert_string_equal(config->audiences[0].plane, "exact");
	assert_list(&config->audiences[0].regions, "all");
	assert_list(&config->audiences[0].publish, "ipc:///run/liftd/publish");
	assert_list(&config->audiences[0].snapshot, "ipc:///run/liftd/snapshot");
	assert_list(&config->audiences[0].ask, "ipc:///run/liftd/ask");
}

static void an_empty_file_is_all_defaults(void **state)
{
	struct config *config = parsed("");

	(void)state;
	assert_defaults(config);
	config_free(config);
}

static void a_key_of_nothing_is_its_default(void **state)
{
	struct config *config = parsed("state:\nevents: ~\naudiences: null\n");

	(void)state;
	assert_defaults(config);
	config_free(config);
}

/* Each `#key: ...` line of the file that comes with liftd says what holds without it. */
static void the_file_that_comes_with_liftd_has_the_defaults(void **state)
{
	FILE *file = fopen("systemd/liftd.yaml", "r");
	char line[1000], text[10000] = "";
	struct config *config;
	size_t keys = 0;

	(void)state;
	if (!file)
		fail_msg("run the tests from the top directory");
	while (fgets(line, sizeof(line), file))
		if (line[0] != '\n' && (line[0] != '#' || (line[1] != ' ' && line[1] != '\n'))) {
			strcat(text, line + (line[0] == '#'));
			keys++;
		}
	fclose(file);
	assert_int_equal(keys, 23);
	config = parsed(text);
	assert_string_equal(config->keys, LIFT_SYSCONFDIR "/keys.yaml");
	assert_string_equal(config->server_key, LIFT_SYSCONFDIR "/server.key");
	assert_false(config->has_curve);
	assert_string_equal(config->catalogue, LIFT_SYSCONFDIR "/catalogue.yaml");
	assert_int_equal(config->audiences[0].publish.count, 1);
	assert_list(&config->control, "ipc:///run/liftd/control");
	assert_int_equal(config->tick_ms, 1000);
	assert_int_equal(config->names_per_source, 100000);
	assert_int_equal(config->audit_months, 24);
	assert_false(config->names_strict);
	assert_false(config->as_of.pinned);
	config_free(config);
}

static void directories_of_others_than_root_are_xdg(void **state)
{
	struct config *config = parsed_as("", xdg_env, false);

	(void)state;
	assert_string_equal(config->state, "/x/state/liftd");
	assert_string_equal(config->runtime, "/run/user/1000/liftd");
	assert_list(&config->control, "ipc:///run/user/1000/liftd/control");
	config_free(config);
	config = parsed_as("", home_env, false);
	assert_string_equal(config->state, "/home/kari/.local/state/liftd");
	assert_memory_equal(config->runtime, "/tmp/liftd-", 11);
	config_free(config);
	config = parsed_as("", relative_env, false);
	assert_string_equal(config->state, "/home/kari/.local/state/liftd");
	config_free(config);
}

/* Who has made a place of its own for an audience has not meant that it be asked in another. */
static void only_an_audience_without_endpoints_of_its_own_is_asked_where_nobody_said(void **state)
{
	static const struct {
		const char *why, *audience, *ask;
	} cases[] = {
		{ "no endpoint", "{name: a, regions: [x]}", "ipc:///r/ask" },
		{ "one of its own", "{name: a, publish: [\"ipc://RUNTIME/a/publish\"]}", NULL },
		{ "another of its own", "{name: a, snapshot: []}", NULL },
		{ "this one", "{name: a, snapshot: [], ask: [\"ipc:///x\"]}", "ipc:///x" },
		{ "none is wished for", "{name: a, ask: []}", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[256];
		struct config *config;

		snprintf(text, sizeof(text), "runtime: /r\naudiences: [%s]\n", cases[i].audience);
		config = parsed(text);
		if (config->audiences[0].ask.count != (cases[i].ask != NULL))
			fail_msg("%s: %zu", cases[i].why, config->audiences[0].ask.count);
		if (cases[i].ask)
			assert_list(&config->audiences[0].ask, cases[i].ask);
		config_free(config);
	}
}

static void every_key_is_read(void **state)
{
	struct config *config =
		parsed("audiences:\n"
		       "- {name: vega, regions: [\"1815\"], publish: [tcp://127.0.0.1:5001], "
		       "snapshot: [\"tcp://[::1]:5002\"]}\n"
		       "- {name: all-2, plane: exact, publish: [ipc:///p, \"ipc://RUNTIME\"], "
		       "snapshot: [], ask: [\"ipc://RUNTIME/a\"]}\n"
		       "control: ipc://c/RUNTIME/x\n"
		       "connect: [tcp://localhost:5003, \"ipc://RUNTIMES/x\"]\n"
		       "intake: [\"ipc://RUNTIME/i\"]\nevents: []\ntick_ms: 10\nas_of: 2014-01-31\n"
		       "security: none\ncatalogue: c.yaml\nstate: /s\nruntime: /r\n");
	int32_t day;

	(void)state;
	assert_string_equal(config->state, "/s");
	assert_string_equal(config->runtime, "/r");
	assert_string_equal(config->catalogue, "c.yaml");
	assert_int_equal(config->security, SECURITY_NONE);
	assert_int_equal(day_parse(text_of("2014-01-31"), &day), 0);
	assert_true(config->as_of.pinned);
	assert_int_equal(config->as_of.day, day);
	assert_int_equal(config->tick_ms, 10);
	assert_int_equal(config->events.count, 0);
	assert_list(&config->intake, "ipc:///r/i");
	assert_string_equal(config->connects[0].endpoint, "tcp://localhost:5003");
	assert_string_equal(config->connects[1].endpoint, "ipc://RUNTIMES/x");
	assert_list(&config->control, "ipc://c/RUNTIME/x");
	assert_int_equal(config->n_audiences, 2);
	assert_string_equal(config->audiences[0].name, "vega");
	assert_list(&config->audiences[0].regions, "1815");
	assert_list(&config->audiences[0].snapshot, "tcp://[::1]:5002");
	assert_string_equal(config->audiences[1].publish.items[1], "ipc:///r");
	assert_list(&config->audiences[1].ask, "ipc:///r/a");
	config_free(config);
}

#define P50  "12345678901234567890123456789012345678901234567890"
#define OPEN "security: none\n"
#define KEY  "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"

static const struct {
	const char *text, *error, *why;
} bad[] = {
	{ "[]\n", "f:1: liftd.yaml must be a map", "a list" },
	{ "stat: /x\n",
	  "f:1: `stat` is no key of liftd.yaml, did you mean `state`?; there are state, runtime",
	  "a slip" },
	{ "foo: 1\n", "f:1: `foo` is no key of liftd.yaml; there are", "no key" },
	{ "state: [a]\n", "f:1: state must be a text", "a list of paths" },
	{ "state: ''\n", "f:1: state must be a text of 1 to", "an empty path" },
	{ "\nsecurity: off\n", "f:2: security must be `curve` or `none`", "another word" },
	{ "as_of: yesterday\n", "f:1: as_of must be `today` or a day", "another word" },
	{ "as_of: 2026-02-29\n", "f:1: as_of must be `today` or a day", "no day" },
	{ "tick_ms: 9\n", "f:1: tick_ms must be a whole number from 10 to 60000, not `9`",
	  "too fast" },
	{ "tick_ms: 60001\n", "f:1: tick_ms must be", "too slow" },
	{ "retention: 0\n", "f:1: retention must be a whole number from 1 to 1200, not `0`",
	  "nothing at all is kept" },
	{ "retention: 1201\n", "f:1: retention must be", "more than a century" },
	{ "retention: for ever\n", "f:1: retention must be", "words" },
	{ "forgotten: no\n", "f:1: forgotten must be `afresh` or `refuse`", "another word" },
	{ "forgotten: [refuse]\n", "f:1: forgotten must be", "a list" },
	{ "names_strict: maybe\n", "f:1: names_strict must be yes or no, not `maybe`", "no flag" },
	{ "names_per_source: 0\n",
	  "f:1: names_per_source must be a whole number from 1 to 1000000, not `0`", "no name" },
	{ "names_per_source: 1000001\n", "f:1: names_per_source must be",
	  "four of them would fill what is for all" },
	{ "audit_months: 0\n", "f:1: audit_months must be a whole number from 1 to 1200, not `0`",
	  "nothing could be read of it" },
	{ "journal_max_mib: 0\n",
	  "f:1: journal_max_mib must be a whole number from 1 to 261120, not `0`",
	  "no journal at all" },
	{ "journal_max_mib: 261121\n", "f:1: journal_max_mib must be", "more than the map" },
	{ "tick_ms: 1s\n", "f:1: tick_ms must be", "a unit" },
	{ "tick_ms: \" 10\"\n", "f:1: tick_ms must be", "a blank" },
	{ "events: ipc://a\n", "f:1: events must be a list", "an endpoint alone" },
	{ "events: [udp://127.0.0.1:1]\n", "must begin with ipc:// or tcp://", "udp" },
	{ "events: [inproc://a]\n", "must begin with ipc:// or tcp://", "inproc" },
	{ "events: [pgm://a]\n", "must begin with ipc:// or tcp://", "pgm" },
	{ "events: ['ipc://']\n", "followed by the path", "no path" },
	{ "events: ['ipc://@a']\n", "followed by the path", "a name that no directory guards" },
	{ "events: ['ipc://*']\n", "followed by the path", "a path that nobody knows" },
	{ "events: [ipc:///" P50 P50 "1234567]\n",
	  "f:1: the path of a socket has 107 bytes at most, this one 108", "a long path" },
	{ "events: ['tcp://lift.example.no:1']\n",
	  "f:1: `lift.example.no` is no address of this machine", "a name to bind with keys" },
	{ "connect: [tcp://10.0.0.1:1]\n",
	  "f:1: `tcp://10.0.0.1:1` is on another machine, and needs",
	  "a publisher elsewhere without a key" },
	{ "connect: [{endpoint: tcp://10.0.0.1:1, server_key: '" KEY "'}]\n",
	  "f:1: `tcp://10.0.0.1:1` is on another machine: say which sources",
	  "a publisher elsewhere that may say anything" },
	{ "connect: [{endpoint: tcp://10.0.0.1:1, server_key: abc, sources: [a]}]\n",
	  "f:1: server_key must be the 40 characters", "no key" },
	{ "connect: [{endpoint: ipc:///a, server_key: '" KEY "'}]\n",
	  "f:1: an ipc:// endpoint has no server_key", "a key where there are permissions" },
	{ OPEN "events: [tcp://10.0.0.1:1]\n",
	  "f:2: `security: none` is for ipc:// and loopback only: write tcp://127.0.0.1:1",
	  "another machine" },
	{ OPEN "events: ['tcp://*:1']\n", "f:2: `security: none` is for ipc:// and loopback only",
	  "every address" },
	{ OPEN "events: ['tcp://[::]:1']\n", "f:2: `security: none` is",
	  "every address of version 6" },
	{ OPEN "connect: [tcp://127.0.0.1.example.org:1]\n", "is on another machine",
	  "a name that looks like it" },
	{ OPEN "events: [tcp://localhost:1]\n", "bind its address, tcp://127.0.0.1:1",
	  "a name to bind" },
	{ OPEN "events: [tcp://127.0.0.1]\n", "the port from 1 to 65535", "no port" },
	{ OPEN "events: [tcp://127.0.0.1:0]\n", "the port from 1 to 65535", "port 0" },
	{ OPEN "events: [tcp://127.0.0.1:65536]\n", "the port from 1 to 65535", "a port too high" },
	{ OPEN "events: [tcp://127.0.0.1:1x]\n", "the port from 1 to 65535", "no number" },
	{ OPEN "events: [tcp://127.0.0.1:1, tcp://127.0.0.1:1]\n",
	  "f:2: `tcp://127.0.0.1:1` is taken", "one endpoint twice" },
	{ "events: ['ipc://RUNTIME/control']\n", "is taken by another socket",
	  "an endpoint that is a default" },
	{ "namespaces: [a]\n", "f:1: namespaces must be a map", "a list" },
	{ "namespaces: {A: b}\n", "f:1: a source must be 1 to 64", "a capital letter" },
	{ "namespaces: {a: B}\n", "f:1: a namespace must be 1 to 64", "there, too" },
	{ "namespaces: {a: \"*\"}\n", "f:1: a namespace must be 1 to 64",
	  "a star for a namespace" },
	{ "namespaces:\n  a: b\n  b: c\n",
	  "f:2: the namespace `b` is the name of a source that is in another one, `c`",
	  "a namespace called like a source elsewhere" },
	{ "namespaces:\n  '*': b\n  b: c\n", "f:2: the namespace `b`", "the others', too" },
	{ "cadence: [a]\n", "f:1: cadence must be a map of at most 1000, `source: time`",
	  "a list of sources" },
	{ "cadence: {a: soon}\n", "f:1: a cadence must be a time from 1 min to 366 days",
	  "no time" },
	{ "cadence:\n  b: 1 h\n  a: 26\n", "f:3: a cadence must be a time", "no unit" },
	{ "cadence: {a: h}\n", "f:1: a cadence must be a time", "no number" },
	{ "cadence: {a: 0 h}\n", "such as `90 min`, `26 h` or `8 days`", "no time at all" },
	{ "cadence: {a: 1  h}\n", "f:1: a cadence must be a time", "two blanks" },
	{ "cadence: {a: 1.5 h}\n", "f:1: a cadence must be a time", "a part of an hour" },
	{ "cadence: {a: -1 h}\n", "f:1: a cadence must be a time", "less than nothing" },
	{ "cadence: {a: 367 days}\n", "f:1: a cadence must be a time", "more than a year" },
	{ "cadence: {a: 99999999999999999999 h}\n", "f:1: a cadence must be a time",
	  "more than there are numbers for" },
	{ "cadence: {a: [1 h]}\n", "f:1: a cadence must be a time", "a list of times" },
	{ "cadence: {A b: 1 h}\n", "f:1: a source must be 1 to 64 of a-z 0-9 . _ -, or \"*\"",
	  "no source" },
	{ "cadence: {a: 1 h, a: 2 h}\n", "f:1:", "a source twice" },
	{ "audiences: []\n", "f:1: audiences must be a list of 1 to 16", "nobody" },
	{ "audiences: {name: a}\n", "f:1: audiences must be a list", "a map" },
	{ "audiences: [{regions: [all]}]\n", "f:1: an audience needs `name`", "no name" },
	{ "audiences: [{name: A b}]\n", "f:1: an audience's name must be", "a blank in a name" },
	{ "audiences:\n- {name: a}\n- {name: a, publish: [ipc:///p], snapshot: []}\n",
	  "f:3: there is an audience `a` already", "a name twice" },
	{ "audiences: [{name: a, plane: open}]\n",
	  "f:1: the plane `open` is of releases, and there are none", "the open plane" },
	{ "audiences: [{name: a, plane: x}]\n", "f:1: plane must be `exact` or `open`",
	  "no plane" },
	{ "open: quarter\n", "f:1: open must be a map", "a word alone" },
	{ "open: {}\n", "f:1: open needs `every`", "no period" },
	{ "open: {every: week}\n", "f:1: every must be `month`, `quarter` or `year`", "too often" },
	{ "open: {every: year, day: 3}\n", "f:1: `day` is no key of open", "a key too many" },
	{ "audiences: [{name: a, regions: []}]\n", "f:1: regions must name one at least",
	  "no regions" },
	{ "reload_may_lose: maybe\n", "f:1: reload_may_lose must be yes or no, not `maybe`",
	  "a flag" },
	{ "reload_may_lose: [yes]\n", "f:1: reload_may_lose must be yes or no", "a list of flags" },
	{ "audiences: [{name: a, keys: []}]\n", "f:1: `keys` is no key of an audience", "keys" },
	{ "runtime: /" P50 P50
	  "\nevents: []\nintake: []\naudiences: [{name: a, publish: [], snapshot: []}]\n",
	  "f: by default, the path of a socket has 107 bytes at most", "a long runtime directory" },
};

static void a_bad_configuration_is_refused_with_its_line_and_what_would_be_right(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct yaml_errors errors = { .file = "f" };
		struct config *config = (struct config *)&errors;
		int err = config_parse(text_of(bad[i].text), &errors, no_env, true, &config);

		if (err != LIFT_E_CONFIG || config || errors.count != 1 ||
		    !strstr(errors.text, bad[i].error))
			fail_msg("%s: %d, %zu errors, %s", bad[i].why, err, errors.count,
				 errors.text ? errors.text : "");
		yaml_errors_clear(&errors);
	}
}

static void with_keys_tcp_may_be_on_any_address_of_this_machine(void **state)
{
	struct config *config =
		parsed("events: ['tcp://*:1', 'tcp://[::]:2']\n"
		       "control: [ipc:///c, tcp://192.0.2.1:3]\n"
		       "connect: [{endpoint: tcp://lms.example.no:4, server_key: '" KEY
		       "', sources: [a]}]\n");

	(void)state;
	assert_true(config->has_curve);
	assert_int_equal(config->events.count, 2);
	assert_string_equal(config->control.items[1], "tcp://192.0.2.1:3");
	assert_string_equal(config->connects[0].server_key, KEY);
	config_free(config);
}

static void a_path_of_107_bytes_is_a_socket(void **state)
{
	struct config *config = parsed("events: [ipc:///" P50 P50 "123456]\n");

	(void)state;
	assert_int_equal(strlen(config->events.items[0]), 6 + 107);
	config_free(config);
}

static void sources_have_the_namespace_that_is_said_or_their_own(void **state)
{
	struct config *config = parsed("namespaces: {a: joined, b: joined, c: c}\n");

	(void)state;
	assert_string_equal(config_namespace(config, "a"), "joined");
	assert_string_equal(config_namespace(config, "b"), "joined");
	assert_string_equal(config_namespace(config, "c"), "c");
	assert_string_equal(config_namespace(config, "d"), "d");
	config_free(config);
	config = parsed("namespaces: {\"*\": county, a: a}\n");
	assert_string_equal(config_namespace(config, "a"), "a");
	assert_string_equal(config_namespace(config, "z"), "county");
	config_free(config);
}

static void a_cadence_is_a_time_in_plain_words(void **state)
{
	static const struct {
		const char *written;
		int64_t ms;
	} times[] = {
		{ "1min", 60000 },
		{ "90 min", 5400000 },
		{ "1 minute", 60000 },
		{ "2 minutes", 120000 },
		{ "26h", 93600000 },
		{ "1 hour", 3600000 },
		{ "3 hours", 10800000 },
		{ "2 d", 172800000 },
		{ "1 day", 86400000 },
		{ "366 days", INT64_C(31622400000) },
		{ "1w", 604800000 },
		{ "52 weeks", INT64_C(31449600000) },
		{ "learnt", CADENCE_LEARNT },
		{ "never", CADENCE_NEVER },
	};
	char text[64];

	(void)state;
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		struct config *config;

		snprintf(text, sizeof(text), "cadence: {a: %s}\n", times[i].written);
		config = parsed(text);
		if (config_cadence(config, text_of("a")) != times[i].ms)
			fail_msg("%s", times[i].written);
		config_free(config);
	}
}

static void sources_have_the_cadence_that_is_said_or_that_of_all_others(void **state)
{
	struct config *config = parsed("cadence: {moodle: 1 h, '*': 2 h, kursportal: never}\n");

	(void)state;
	assert_int_equal(config_cadence(config, text_of("moodle")), 3600000);
	assert_int_equal(config_cadence(config, text_of("kursportal")), CADENCE_NEVER);
	assert_int_equal(config_cadence(config, text_of("canvas")), 7200000);
	assert_int_equal(config_cadence(config, text_of("moodl")), 7200000);
	config_free(config);
	config = parsed("cadence: {moodle: 1 h}\n");
	assert_int_equal(config_cadence(config, text_of("canvas")), CADENCE_LEARNT);
	config_free(config);
}

static const struct {
	const char *namespaces, *source;
	bool allowed;
	const char *why;
} sources[] = {
	{ "{}", "a", true, "nothing is joined" },
	{ "{a: n}", "a", true, "it is named" },
	{ "{a: n}", "b", true, "it has its own" },
	{ "{a: n}", "n", false, "it would be taken for the joined one" },
	{ "{a: n, n: n}", "n", true, "it is named as a part of it" },
	{ "{a: n, \"*\": n}", "n", true, "all others are a part of it" },
	{ "{a: n, \"*\": m}", "n", false, "all others are elsewhere" },
	{ "{\"*\": m}", "m", true, "it is one of all others" },
	{ "{a: a}", "a", true, "its own" },
};

static void a_source_called_like_a_namespace_of_others_is_not_allowed(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(sources) / sizeof(*sources); i++) {
		char text[100];
		struct config *config;

		snprintf(text, sizeof(text), "namespaces: %s\n", sources[i].namespaces);
		config = parsed(text);
		if (config_source_allowed(config, sources[i].source) != sources[i].allowed)
			fail_msg("%s in %s: %s", sources[i].source, sources[i].namespaces,
				 sources[i].why);
		config_free(config);
	}
}

static const struct {
	const char *a, *b;
	const char *taken, *restart; /* one key; NULL: none */
	const char *why;
} differences[] = {
	{ "", "", NULL, NULL, "nothing" },
	{ "", "tick_ms: 1000\nreload_may_lose: no\nstate: /var/lib/liftd\n", NULL, NULL,
	  "what holds by default, written" },
	{ "", "tick_ms:\nnamespaces: {}\n", NULL, NULL, "a key without a value" },
	{ "namespaces: {a: b, c: d}", "# by county\nnamespaces:\n  a: b\n  \"c\": 'd'\n", NULL,
	  NULL, "another form" },
	{ "namespaces: {a: b}", "namespaces: {a: b, c: b}", NULL, "namespaces", "one more" },
	{ "namespaces: {a: b}", "namespaces: {a: c}", NULL, "namespaces", "a value" },
	{ "namespaces: {a: b}", "namespaces: {c: b}", NULL, "namespaces", "a key in it" },
	{ "tick_ms: 500", "", NULL, "tick_ms", "the default again" },
	{ "", "audit_months: 12", NULL, "audit_months", "fewer months" },
	{ "state: /a", "state: /b", NULL, "state", "a directory" },
	{ "", "forgotten: refuse", NULL, "forgotten", "a word" },
	{ "", "retention: 24", NULL, "retention", "a number that is not there" },
	{ "as_of: today", "as_of: 2026-01-01", NULL, "as_of", "a day" },
	{ "audiences: [{name: a}]", "audiences: [{name: a, regions: [x]}]", NULL, "audiences",
	  "deep in a list" },
	{ "catalogue: /a", "catalogue: /b", "catalogue", NULL, "a file" },
	{ "", "names_strict: yes", NULL, "names_strict", "a flag that waits" },
	{ "", "reload_may_lose: yes", "reload_may_lose", NULL, "a flag" },
	{ "", "reload_may_lose: true\ntick_ms: 20", "reload_may_lose", "tick_ms", "one of each" },
};

static void check_keys(const struct config *a, const struct config *b, bool reloads,
		       const char *key, const char *why)
{
	const char *keys[CONFIG_KEYS_MAX];
	size_t n = config_differs(a, b, reloads, keys);

	if (n != (key ? 1 : 0) || (key && strcmp(keys[0], key) != 0))
		fail_msg("%s: %zu keys, one is %s", why, n, n ? keys[0] : "none");
}

static void what_differs_is_told_by_its_keys(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(differences) / sizeof(differences[0]); i++) {
		struct config *a = parsed(differences[i].a), *b = parsed(differences[i].b);

		check_keys(a, b, true, differences[i].taken, differences[i].why);
		check_keys(a, b, false, differences[i].restart, differences[i].why);
		check_keys(b, a, false, differences[i].restart, differences[i].why);
		config_free(a);
		config_free(b);
	}
}

static void a_flag_is_yes_or_no(void **state)
{
	struct config *config = parsed("reload_may_lose: yes\n");

	(void)state;
	assert_true(config->reload_may_lose);
	config_free(config);
	config = parsed("reload_may_lose: false\n");
	assert_false(config->reload_may_lose);
	config_free(config);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_file_is_all_defaults),
		cmocka_unit_test(a_key_of_nothing_is_its_default),
		cmocka_unit_test(the_file_that_comes_with_liftd_has_the_defaults),
		cmocka_unit_test(directories_of_others_than_root_are_xdg),
		cmocka_unit_test(every_key_is_read),
		cmocka_unit_test(
			only_an_audience_without_endpoints_of_its_own_is_asked_where_nobody_said),
		cmocka_unit_test(
			a_bad_configuration_is_refused_with_its_line_and_what_would_be_right),
		cmocka_unit_test(with_keys_tcp_may_be_on_any_address_of_this_machine),
		cmocka_unit_test(a_path_of_107_bytes_is_a_socket),
		cmocka_unit_test(sources_have_the_namespace_that_is_said_or_their_own),
		cmocka_unit_test(a_cadence_is_a_time_in_plain_words),
		cmocka_unit_test(sources_have_the_cadence_that_is_said_or_that_of_all_others),
		cmocka_unit_test(a_source_called_like_a_namespace_of_others_is_not_allowed),
		cmocka_unit_test(what_differs_is_told_by_its_keys),
		cmocka_unit_test(a_flag_is_yes_or_no),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
