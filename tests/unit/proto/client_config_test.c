/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/client_config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define SERVER "server: \"rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7\"\n"
#define KEY    "key: a.key\n"

static void a_whole_file_is_read(void **state)
{
	static const char text[] =
		SERVER KEY "intake: \"tcp://lift.example.no:5570\"\n"
			   "events: \"tcp://192.0.2.1:5571\"\n"
			   "control: \"tcp://[2001:db8::1]:5572\"\n"
			   "audiences:\n"
			   "  - {name: rana, publish: \"tcp://h:1\", snapshot: \"tcp://h:2\", "
			   "ask: \"tcp://h:3\"}\n"
			   "  - {name: bodo, publish: \"tcp://h:4\"}\n";
	struct yaml_errors errors = { .file = "f" };
	const struct client_audience *audience;
	struct client_config *config;

	(void)state;
	assert_true(client_config_is(text_of(text)));
	assert_int_equal(client_config_parse(text_of(text), &errors, &config), 0);
	assert_string_equal(config->key, "a.key");
	assert_string_equal(config->intake, "tcp://lift.example.no:5570");
	assert_string_equal(config->events, "tcp://192.0.2.1:5571");
	assert_string_equal(config->control, "tcp://[2001:db8::1]:5572");
	audience = client_config_audience(config, NULL);
	assert_string_equal(audience->name, "rana");
	assert_string_equal(audience->ask, "tcp://h:3");
	audience = client_config_audience(config, "bodo");
	assert_string_equal(audience->publish, "tcp://h:4");
	assert_null(audience->snapshot);
	assert_null(client_config_audience(config, "oslo"));
	client_config_free(config);
}

static void all_but_the_keys_may_be_left_out(void **state)
{
	struct yaml_errors errors = { .file = "f" };
	struct client_config *config;

	(void)state;
	assert_int_equal(client_config_parse(text_of(SERVER KEY), &errors, &config), 0);
	assert_null(config->intake);
	assert_null(client_config_audience(config, NULL));
	client_config_free(config);
}

static void a_server_key_tells_it_from_a_daemons_file(void **state)
{
	static const char *const others[] = { "",	    "intake: [\"ipc:///a\"]\n",
					      "- server\n", "server",
					      "{",	    "server_key: a\n" };

	(void)state;
	assert_true(client_config_is(text_of("server: wrong\n")));
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		assert_false(client_config_is(text_of(others[i])));
}

static void what_is_wrong_is_said_with_its_line(void **state)
{
	static const struct {
		const char *text, *error;
	} wrong[] = {
		{ SERVER, "f:1: " },
		{ KEY "server: \"short\"\n", "f:2: server must be the 40 characters" },
		{ SERVER KEY "intake: [\"tcp://h:1\"]\n", "f:3: intake" },
		{ SERVER KEY "intake: \"http://h:1\"\n", "f:3: intake: `http://h:1` must begin" },
		{ SERVER KEY "events: \"tcp://h:70000\"\n", "f:3: `tcp://` is followed by" },
		{ SERVER KEY "audiences: {name: a}\n", "f:3: audiences" },
		{ SERVER KEY "audiences:\n  - {publish: \"tcp://h:1\"}\n", "f:4: " },
		{ SERVER KEY "audiences:\n  - {name: a}\n  - {name: a}\n",
		  "f:5: there is an audience `a` already" },
		{ SERVER KEY "colour: red\n", "f:3: " },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct yaml_errors errors = { .file = "f" };
		struct client_config *config;

		assert_int_equal(client_config_parse(text_of(wrong[i].text), &errors, &config),
				 LIFT_E_CONFIG);
		assert_null(config);
		if (strncmp(errors.text, wrong[i].error, strlen(wrong[i].error)) != 0)
			fail_msg("'%s', not '%s'", errors.text, wrong[i].error);
		yaml_errors_clear(&errors);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_file_is_read),
		cmocka_unit_test(all_but_the_keys_may_be_left_out),
		cmocka_unit_test(a_server_key_tells_it_from_a_daemons_file),
		cmocka_unit_test(what_is_wrong_is_said_with_its_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
