/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "clients/web/setup/config.h"

#define HASH                                                     \
	"$argon2id$v=19$m=19456,t=2,p=1$Xdq5BF56J3gwolKGnvdb7g$" \
	"YBqsNuHvW+vSAvUra9nuaanOnqbXVZY96s/xu7Ah8ak"
#define KARI  "users: [{name: kari, password: \"" HASH "\"}]\n"
#define PROXY "trusted: [127.0.0.1]\nuser_header: X-Remote-User\n"
#define FAR   "tcp://192.0.2.1:5580"

static struct web_config *parse(const char *text)
{
	struct yaml_errors errors = { .file = "web.yaml" };
	struct web_config *config = NULL;
	int err = web_config_parse(text_of(text), "/etc/liftd/web.yaml", &errors, &config);

	if (err)
		print_error("%s", errors.text);
	assert_int_equal(err, 0);
	yaml_errors_clear(&errors);
	return config;
}

static void what_is_said_of_nothing_is_the_default(void **state)
{
	struct web_config *config = parse("");

	(void)state;
	assert_string_equal(config->listen, "127.0.0.1:8280");
	assert_string_equal(config->publish, "ipc:///run/liftd/readers/publish");
	assert_string_equal(config->page, "/usr/share/lift-web");
	assert_string_equal(config->title, "liftd");
	assert_null(config->language);
	assert_int_equal(config->connections, 4096);
	assert_int_equal(config->metrics.series_max, 10000);
	assert_null(web_config_password(config, "kari"));
	web_config_free(config);
}

/* Every key is in it: what is a comment has its default. */
static void the_shipped_file_says_what_is_the_default(void **state)
{
	struct web_config *config = NULL, *defaults = parse("");
	char *said = NULL;

	(void)state;
	assert_int_equal(web_config_load("systemd/lift-web.yaml", &config, &said), 0);
	assert_null(said);
	assert_null(web_config_restart(config, defaults));
	assert_string_equal(config->title, defaults->title);
	assert_false(config->anyone);
	web_config_free(config);
	web_config_free(defaults);
}

static void paths_are_beside_the_file(void **state)
{
	struct web_config *config = parse("outlines: nordic.geojson\npage: /srv/page\n");

	(void)state;
	assert_string_equal(config->outlines, "/etc/liftd/nordic.geojson");
	assert_string_equal(config->page, "/srv/page");
	web_config_free(config);
}

static void what_is_wrong_is_said_with_its_line(void **state)
{
	static const struct {
		const char *why, *text, *says;
	} cases[] = {
		{ "an unknown key", "title: a\ntitel: b\n", "web.yaml:2:" },
		{ "another language", "language: fi\n", "must be nb, sv, da or en" },
		{ "another kind", "metrics: {kinds: [regions]}\n", "people, programme" },
		{ "no endpoint", "publish: localhost:5580\n", "must be an endpoint" },
		{ "a password in clear", "users: [{name: kari, password: secret}]\n",
		  "--password" },
		{ "the same user twice",
		  "users: [{name: kari, password: \"" HASH "\"}, {name: kari, password: \"" HASH
		  "\"}]\n",
		  "already" },
		{ "a daemon far away, and no keys", "publish: " FAR "\n", "`server` and `key`" },
		{ "a key for nobody", "key: web.key\n", "belong together" },
		{ "a header from anybody", "user_header: X-Remote-User\n", "`trusted`" },
		{ "no address", "trusted: [proxy.example]\n", "`trusted` has addresses" },
		{ "others reach it, and nobody is asked", "listen: 0.0.0.0:8280\n", "anyone: yes" },
		{ "everybody, and some", "anyone: yes\n" KARI, "goes neither with" },
		{ "everybody, and whom a proxy names", "anyone: yes\n" PROXY, "goes neither with" },
		{ "no room", "connections: 0\n", "connections" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct yaml_errors errors = { .file = "web.yaml" };
		struct web_config *config = NULL;
		int err = web_config_parse(text_of(cases[i].text), "web.yaml", &errors, &config);

		if (err != LIFT_E_CONFIG || !strstr(errors.text, cases[i].says))
			fail_msg("%s: %s", cases[i].why, errors.text ? errors.text : "it is right");
		yaml_errors_clear(&errors);
	}
}

static void others_may_be_let_in_by_each_of_three_ways(void **state)
{
	static const char *const ways[] = { KARI, PROXY, "anyone: yes\n", PROXY KARI };

	(void)state;
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		char text[1000];
		struct web_config *config;

		snprintf(text, sizeof(text), "listen: 0.0.0.0:8280\n%s", ways[i]);
		config = parse(text);
		if (config->n_users)
			assert_string_equal(web_config_password(config, "kari"), HASH);
		web_config_free(config);
	}
}

/* What is opened at the start, and asked no more, waits for a restart. */
static void a_reload_takes_what_it_can_and_names_what_it_cannot(void **state)
{
	static const struct {
		const char *text, *key;
	} cases[] = {
		{ "title: Rana\n", NULL },
		{ "language: nb\n", NULL },
		{ KARI, NULL },
		{ "metrics: {regions: [\"1833\"]}\n", NULL },
		{ "listen: 127.0.0.1:1\n", "listen" },
		{ "publish: ipc:///a\n", "publish" },
		{ "snapshot: ipc:///a\n", "snapshot" },
		{ "ask: ipc:///a\n", "ask" },
		{ "control: ipc:///a\n", "control" },
		{ "page: /srv\n", "page" },
		{ "outlines: a.geojson\n", "outlines" },
		{ "trusted: [127.0.0.1]\n", "trusted" },
		{ "connections: 7\n", "connections" },
		{ "connections_of_one: 7\n", "connections_of_one" },
	};
	struct web_config *before = parse("");

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct web_config *config = parse(cases[i].text);
		const char *key = web_config_restart(before, config);

		if (cases[i].key)
			assert_string_equal(key, cases[i].key);
		else if (key)
			fail_msg("%s waits for a restart, because of %s", cases[i].text, key);
		web_config_free(config);
	}
	web_config_free(before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_said_of_nothing_is_the_default),
		cmocka_unit_test(the_shipped_file_says_what_is_the_default),
		cmocka_unit_test(paths_are_beside_the_file),
		cmocka_unit_test(what_is_wrong_is_said_with_its_line),
		cmocka_unit_test(others_may_be_let_in_by_each_of_three_ways),
		cmocka_unit_test(a_reload_takes_what_it_can_and_names_what_it_cannot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
