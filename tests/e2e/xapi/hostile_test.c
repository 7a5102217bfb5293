/* SPDX-License-Identifier: Apache-2.0 */
/* Who sends badly, slowly, too much or without end harms nobody else. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "tests/e2e/check.h"
#include "tests/e2e/peer.h"
#include "tests/e2e/xapi/gateway.h"

enum { STRANGERS = 20, IDLE = 1000, SLOW = 60000, LARGE = 20 << 20, DEPTH = 1000, SPARE = 200 };

#define MODULE "https://moodle.example/course/vt-basics"
#define TIME   "2025-09-01T08:00:00Z"

static void post_ok(struct gateway *gateway, const char *learner)
{
	char *text = statement_make(learner, "completed", MODULE, TIME, "");

	gateway_post(gateway, text, 200);
	free(text);
}

static void who_is_slow_is_cut_off_and_holds_up_nobody(void **state)
{
	struct gateway *gateway = *state;
	struct web head, body;
	struct reply reply;
	char *request = NULL;

	gateway_configure(gateway, "limits: {head_s: 1, body_s: 1}\n");
	gateway_start(gateway);
	web_open(&head, gateway->server.port);
	web_open(&body, gateway->server.port);
	assert_true(web_send(&head, "POST /xapi/sta", 14));
	assert_true(asprintf(&request,
			     "POST /xapi/statements HTTP/1.1\r\nHost: x\r\n%sContent-Length: "
			     "1000000\r\n\r\n[",
			     gateway->login) > 0);
	assert_true(web_send(&body, request, strlen(request)));
	free(request);
	post_ok(gateway, "anna");
	/* A byte now and then does not keep it. */
	for (int64_t end_ms = clock_ms() + LIMIT_MS;
	     web_send(&body, " ", 1) && web_send(&head, "t", 1);) {
		post_ok(gateway, "anna");
		assert_true(clock_ms() < end_ms);
	}
	reply = web_reply(&body);
	assert_true(reply.status == 408 || reply.status == 0);
	reply_free(&reply);
	web_await_end(&body);
	web_await_end(&head);
	web_close(&body);
	web_close(&head);
	post_ok(gateway, "berit");
	gateway_stop(gateway);
}

static void a_thousand_who_say_nothing_hold_up_nobody(void **state)
{
	struct rlimit files;
	struct gateway *gateway = *state;
	struct web *idle = calloc(IDLE, sizeof(*idle));

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &files), 0);
	files.rlim_cur = files.rlim_max < 65536 ? files.rlim_max : 65536;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &files), 0);
	if (files.rlim_cur < IDLE + SPARE) {
		print_message("skipped: %d descriptors are needed\n", IDLE + SPARE);
		free(idle);
		skip();
	}
	gateway_configure(gateway, "limits: {connections_of_one: 2000}\n");
	gateway_start(gateway);
	for (int i = 0; i < IDLE; i++)
		web_open(&idle[i], gateway->server.port);
	post_ok(gateway, "anna");
	for (int i = 0; i < IDLE; i++)
		web_close(&idle[i]);
	post_ok(gateway, "berit");
	free(idle);
	gateway_stop(gateway);
}

static void what_is_too_large_is_413(void **state)
{
	struct gateway *gateway = *state;
	char *large = malloc(LARGE), *head = NULL;
	struct reply reply = { 0 };
	struct web web;

	memset(large, ' ', LARGE);
	gateway_configure(gateway, "");
	gateway_start(gateway);
	web_open(&web, gateway->server.port);
	web_request(&web, "POST", "/xapi/statements", gateway->login, large, LARGE);
	reply = web_reply(&web);
	assert_int_equal(reply.status, 413);
	reply_free(&reply);
	web_close(&web);

	/* One that never ends. */
	web_open(&web, gateway->server.port);
	assert_true(asprintf(&head,
			     "POST /xapi/statements HTTP/1.1\r\nHost: x\r\n%s"
			     "Transfer-Encoding: chunked\r\n\r\n",
			     gateway->login) > 0);
	assert_true(web_send(&web, head, strlen(head)));
	free(head);
	for (int sent = 0; sent < LARGE && web_send(&web, "10000\r\n", 7) &&
			   web_send(&web, large, 0x10000) && web_send(&web, "\r\n", 2);
	     sent += 0x10000)
		;
	reply = web_reply(&web);
	assert_true(reply.status == 413 || reply.status == 0);
	reply_free(&reply);
	web_close(&web);
	free(large);
	post_ok(gateway, "anna");
	gateway_stop(gateway);
}

/* Many bodies that do not end, and the answers that came instead. */
static void begin_bodies(struct gateway *gateway, const char *path, const char *headers,
			 struct web webs[STRANGERS])
{
	char *head = NULL, *body = malloc(SLOW);

	memset(body, ' ', SLOW);
	assert_true(asprintf(&head, "POST %s HTTP/1.1\r\nHost: x\r\n%sContent-Length: %d\r\n\r\n",
			     path, headers, SLOW + 1) > 0);
	for (int i = 0; i < STRANGERS; i++) {
		web_open(&webs[i], gateway->server.port);
		assert_true(web_send(&webs[i], head, strlen(head)));
		assert_true(web_send(&webs[i], body, SLOW));
	}
	free(head);
	free(body);
}

static void who_has_not_logged_in_takes_no_memory_from_who_has(void **state)
{
	struct gateway *gateway = *state;
	struct web webs[STRANGERS];
	char *wrong = web_login(GATEWAY_NAME, "not the word of the tests");
	char *statement = statement_make("anna", "completed", MODULE, TIME, ""), *large = NULL;
	char path[PATH_SIZE], lines[600];

	path_make(path, "%s/keys.json", gateway->server.dir);
	file_write(path, "{\"keys\": []}\n");
	snprintf(lines, sizeof(lines),
		 "limits: {bodies_mib: 1}\nplatforms:\n  - {name: canvas-nord, jwks: keys.json}\n"
		 "  - {name: " GATEWAY_NAME
		 ", password: \"%s\", homepage: https://moodle.example}\n",
		 gateway->hash);
	gateway_configure(gateway, lines);
	gateway_start(gateway);
	assert_true(asprintf(&large, "%*s%s", LARGE / 40, "", statement) > 0);
	/* By a password that is wrong, and by a signature that nobody has seen yet. */
	for (int signs = 0; signs < 2; signs++) {
		begin_bodies(gateway, signs ? "/canvas/canvas-nord" : "/xapi/statements",
			     signs ? "" : wrong, webs);
		for (int i = 0; i < 10; i++)
			gateway_post(gateway, large, 200);
		for (int i = 0; i < STRANGERS; i++)
			web_close(&webs[i]);
	}
	free(wrong);
	free(large);
	free(statement);
	gateway_stop(gateway);
}

static char *nested(const char *open, const char *middle, const char *close)
{
	char *text = calloc(DEPTH * (strlen(open) + strlen(close)) + strlen(middle) + 1, 1),
	     *at = text;

	for (int i = 0; i < DEPTH; i++)
		at = stpcpy(at, open);
	at = stpcpy(at, middle);
	for (int i = 0; i < DEPTH; i++)
		at = stpcpy(at, close);
	return text;
}

static void what_is_no_statement_is_400_with_its_place(void **state)
{
	static const char *const bad[] = {
		"",
		"x",
		"[",
		"{\"actor\":1}",
		"[1]",
		"{\"a\":\"\xff\"}",
		"{\"a\":1e999}",
		"[[[]]]",
		"null",
		"\"\"",
		"{\"id\":\"x\",\"id\":\"y\"}",
	};
	struct gateway *gateway = *state;
	char *deep[] = { nested("[", "", "]"), nested("{\"a\":", "1", "}") };

	gateway_configure(gateway, "");
	gateway_start(gateway);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		gateway_post(gateway, bad[i], 400);
	for (int i = 0; i < 2; i++) {
		gateway_post(gateway, deep[i], 400);
		free(deep[i]);
	}
	post_ok(gateway, "anna");
	gateway_stop(gateway);
}

static void a_full_outbox_is_503_until_the_daemon_is_back(void **state)
{
	struct gateway *gateway = *state;
	struct reply reply = { 0 };
	char learner[32], *text;
	int64_t n = 0;

	gateway_map(gateway);
	gateway_configure(gateway, GATEWAY_MAPPING "outbox_mib: 1\n");
	gateway_start(gateway);
	for (;;) {
		char *batch = strdup("["), *longer;

		for (int i = 0; i < 100; i++) {
			snprintf(learner, sizeof(learner), "l%lld", (long long)n + i);
			text = statement_make(learner, "completed", MODULE, TIME, "");
			longer = NULL;
			assert_true(asprintf(&longer, "%s%s%s", batch, i ? "," : "", text) > 0);
			free(batch);
			free(text);
			batch = longer;
		}
		longer = NULL;
		assert_true(asprintf(&longer, "%s]", batch) > 0);
		free(batch);
		reply = web_ask(gateway->server.port, "POST", "/xapi/statements", gateway->login,
				longer);
		free(longer);
		if (reply.status != 200)
			break;
		n += 100;
		reply_free(&reply);
	}
	assert_int_equal(reply.status, 503);
	assert_non_null(strstr(reply.head, "Retry-After: "));
	assert_non_null(strstr(reply.body, "the outbox is full"));
	reply_free(&reply);
	daemon_configure(gateway->daemon, GATEWAY_CATALOGUE);
	daemon_start(gateway->daemon);
	gateway_await_delivered(gateway);
	post_ok(gateway, "anna");
	gateway_await_accepted(gateway, n + 1);
	assert_int_equal(gateway_completed(gateway, "2025-10-01"), n + 1);
	gateway_stop(gateway);
}

static void what_is_in_flight_at_the_end_is_answered(void **state)
{
	struct gateway *gateway = *state;
	char *text = statement_make("anna", "completed", MODULE, TIME, ""), *head = NULL;
	struct outcome outcome;
	struct reply reply;
	struct web web;

	gateway_configure(gateway, "");
	gateway_start(gateway);
	web_open(&web, gateway->server.port);
	/* The connection is known, as it has been answered once. */
	web_request(&web, "GET", "/xapi/about", "", NULL, 0);
	reply = web_reply(&web);
	assert_int_equal(reply.status, 200);
	reply_free(&reply);
	assert_true(asprintf(&head,
			     "POST /xapi/statements HTTP/1.1\r\nHost: x\r\n%sContent-Length: "
			     "%zu\r\n\r\n%.20s",
			     gateway->login, strlen(text), text) > 0);
	assert_true(web_send(&web, head, strlen(head)));
	process_signal(&gateway->server.process, SIGTERM);
	gateway_await_log(gateway, "stopping: signal=SIGTERM");
	assert_true(web_send(&web, text + 20, strlen(text) - 20));
	reply = web_reply(&web);
	assert_int_equal(reply.status, 200);
	reply_free(&reply);
	outcome = process_wait(&gateway->server.process);
	assert_int_equal(outcome.status, 0);
	outcome_free(&outcome);
	web_close(&web);
	free(head);
	free(text);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, gateway_setup, gateway_teardown)
	const struct CMUnitTest tests[] = {
		TEST(who_is_slow_is_cut_off_and_holds_up_nobody),
		TEST(a_thousand_who_say_nothing_hold_up_nobody),
		TEST(what_is_too_large_is_413),
		TEST(who_has_not_logged_in_takes_no_memory_from_who_has),
		TEST(what_is_no_statement_is_400_with_its_place),
		TEST(a_full_outbox_is_503_until_the_daemon_is_back),
		TEST(what_is_in_flight_at_the_end_is_answered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
