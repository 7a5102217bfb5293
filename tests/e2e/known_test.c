/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What figures stand on, and the figures of then: an export says its journal number, and one that
 * is known at a journal number is that of the events up to it.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/e2e/check.h"
#include "tests/e2e/daemon.h"
#include "tests/e2e/figures.h"
#include "tests/e2e/lines.h"
#include "tests/e2e/peer.h"
#include "tests/seed.h"

#define GOLDEN "tests/golden/"
#define TODAY  "2024-11-30"

/* Rana's audience sees one municipality; that of all sees what an operator does. */
static void start(struct daemon *daemon)
{
	char lines[4 * PATH_SIZE];

	snprintf(lines, sizeof(lines),
		 "catalogue: " GOLDEN "catalogue.yaml\n"
		 "as_of: " TODAY "\n"
		 "namespaces: {one: staff, two: staff}\n"
		 "audiences:\n"
		 "- {name: default, plane: exact, regions: [all], publish: ['%s'],\n"
		 "   snapshot: ['ipc://%s/run/snapshot'], ask: ['ipc://%s/run/ask-all']}\n"
		 "- {name: rana, plane: exact, regions: [rana], publish: ['ipc://%s/run/rana'],\n"
		 "   snapshot: ['ipc://%s/run/rana-snapshot'], ask: ['ipc://%s/run/ask-rana']}\n",
		 daemon->publish, daemon->dir, daemon->dir, daemon->dir, daemon->dir, daemon->dir);
	daemon_configure(daemon, lines);
	daemon_start(daemon);
}

static json_t *ask_at(const char *endpoint, json_t *request)
{
	struct peer peer;
	json_t *answer;

	peer_open(&peer, ZMQ_DEALER, endpoint, NULL);
	answer = peer_ask(&peer, request);
	peer_close(&peer);
	return answer;
}

static json_t *export_of(void)
{
	return json_pack("{s:i, s:s}", "v", 1, "op", "export");
}

static void an_export_says_what_it_stands_on_to_who_sees_everything(void **state)
{
	struct daemon *daemon = *state;
	char endpoint[PATH_SIZE], first[64], *text;
	json_t *answer;
	FILE *file;

	start(daemon);
	answer = ask_at(daemon->control, export_of());
	assert_int_equal(whole(answer, "applied"), 0);
	json_decref(answer);
	free(daemon_lift_out(daemon, 0, "publish", "--source", "one", GOLDEN "events.csv", NULL));
	answer = ask_at(daemon->control, export_of());
	assert_int_equal(whole(answer, "applied"), 291);
	assert_string_equal(word(answer, "as_of"), TODAY);
	assert_true(whole(answer, "now") > INT64_C(1700000000000));
	assert_int_equal(strlen(word(answer, "catalogue")), 32);
	snprintf(first, sizeof(first), "%s", word(answer, "catalogue"));
	json_decref(answer);

	path_make(endpoint, "ipc://%s/run/ask-all", daemon->dir);
	answer = ask_at(endpoint, export_of());
	assert_int_equal(whole(answer, "applied"), 291);
	json_decref(answer);
	path_make(endpoint, "ipc://%s/run/ask-rana", daemon->dir);
	answer = ask_at(endpoint, export_of());
	assert_true(json_array_size(json_object_get(answer, "rows")) > 0);
	assert_null(json_object_get(answer, "applied"));
	assert_null(json_object_get(answer, "catalogue"));
	json_decref(answer);
	daemon_stop(daemon, SIGTERM);

	/* A word more in its file, and it is another catalogue. */
	text = file_text(GOLDEN "catalogue.yaml", NULL);
	path_make(endpoint, "%s/catalogue.yaml", daemon->dir);
	file = fopen(endpoint, "w");
	assert_non_null(file);
	fprintf(file, "%s# a word more\n", text);
	assert_int_equal(fclose(file), 0);
	free(text);
	snprintf(endpoint, sizeof(endpoint), "catalogue: %s/catalogue.yaml\nas_of: " TODAY "\n",
		 daemon->dir);
	daemon_configure(daemon, endpoint);
	daemon_start(daemon);
	answer = ask_at(daemon->control, export_of());
	assert_string_not_equal(word(answer, "catalogue"), first);
	assert_int_equal(whole(answer, "applied"), 291);
	json_decref(answer);
	daemon_stop(daemon, SIGTERM);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, daemon_setup, daemon_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_export_says_what_it_stands_on_to_who_sees_everything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
