/* SPDX-License-Identifier: Apache-2.0 */
/* Platforms that are taken out of the configuration take nothing from those that are in it. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/e2e/check.h"
#include "tests/e2e/peer.h"
#include "tests/e2e/xapi/gateway.h"

#define MODULE "https://moodle.example/course/vt-basics"
#define TIME   "2025-09-01T08:00:00Z"

enum { PLATFORMS = 200 };

static void post_one(struct gateway *gateway, const char *learner)
{
	char *text = statement_make(learner, "completed", MODULE, TIME, "");

	gateway_post(gateway, text, 200);
	free(text);
}

static void reload(struct gateway *gateway, const char *log)
{
	process_signal(&gateway->server.process, SIGHUP);
	gateway_await_log(gateway, log);
}

static void names_that_are_gone_leave_their_places(void **state)
{
	struct gateway *gateway = *state;
	char *lines = NULL, path[PATH_SIZE];
	FILE *to;
	size_t size;

	path_make(path, "%s/keys.json", gateway->server.dir);
	file_write(path, "{\"keys\": []}\n");
	to = open_memstream(&lines, &size);
	assert_non_null(to);
	fprintf(to, "platforms:\n");
	for (int i = 0; i < PLATFORMS; i++)
		fprintf(to, "  - {name: p%d, source: all, jwks: keys.json}\n", i);
	fclose(to);
	gateway_configure(gateway, lines);
	free(lines);
	gateway_start(gateway);
	for (int i = 0; i < PLATFORMS; i++) {
		struct reply reply;

		path_make(path, "/canvas/p%d", i);
		reply = web_ask(gateway->server.port, "POST", path,
				"Content-Type: application/json\r\n", "{}");
		assert_in_range(reply.status, 400, 401);
		reply_free(&reply);
	}
	gateway_configure(gateway, "");
	reload(gateway, "configuration read: platforms=1 ");
	post_one(gateway, "anna");
	gateway_stop(gateway);
}

/* SQLite takes this away with its last connection. */
static bool is_open(const struct gateway *gateway, const char *source)
{
	char path[PATH_SIZE];

	path_make(path, "%s/outbox/%s.db-wal", gateway->state, source);
	return access(path, F_OK) == 0;
}

static void configure_old(struct gateway *gateway)
{
	char lines[512];

	snprintf(lines, sizeof(lines),
		 GATEWAY_MAPPING "platforms:\n  - {name: " GATEWAY_NAME
				 ", source: old, region: \"1813\", password: \"%s\"}\n",
		 gateway->hash);
	gateway_map(gateway);
	gateway_configure(gateway, lines);
}

static void an_outbox_is_closed_when_nothing_waits_in_it_any_more(void **state)
{
	struct gateway *gateway = *state;

	daemon_configure(gateway->daemon, GATEWAY_CATALOGUE);
	configure_old(gateway);
	gateway_start(gateway);
	post_one(gateway, "anna");
	assert_true(is_open(gateway, "old"));
	gateway_configure(gateway, GATEWAY_MAPPING);
	reload(gateway, "configuration read: platforms=1 ");
	post_one(gateway, "berit");
	gateway_stop(gateway);
	/* Also after a start: it waits still. */
	gateway_start(gateway);
	assert_true(is_open(gateway, "old"));
	daemon_start(gateway->daemon);
	daemon_await_counter(gateway->daemon, "events_accepted", 2);
	while (is_open(gateway, "old"))
		look_again();
	assert_true(is_open(gateway, GATEWAY_NAME));
	gateway_stop(gateway);
	gateway_start(gateway);
	assert_false(is_open(gateway, "old"));
	/* When it is configured again it goes on. */
	configure_old(gateway);
	reload(gateway, "configuration read: platforms=1 ");
	post_one(gateway, "carl");
	gateway_await_accepted(gateway, 3);
	assert_int_equal(gateway_completed(gateway, "2025-10-01"), 3);
	gateway_stop(gateway);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, gateway_setup, gateway_teardown)
	const struct CMUnitTest tests[] = {
		TEST(names_that_are_gone_leave_their_places),
		TEST(an_outbox_is_closed_when_nothing_waits_in_it_any_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
