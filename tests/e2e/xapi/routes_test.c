/* SPDX-License-Identifier: Apache-2.0 */
/* Each way in, and what it answers; without a daemon. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/e2e/check.h"
#include "tests/e2e/peer.h"
#include "tests/e2e/xapi/gateway.h"

#define TIME "2025-09-01T08:00:00Z"

static const char one[] =
	"{\"actor\":{\"account\":{\"homePage\":\"https://moodle.example\",\"name\":\"anna\"}},"
	"\"verb\":{\"id\":\"http://adlnet.gov/expapi/verbs/completed\"},"
	"\"object\":{\"id\":\"https://moodle.example/m\"},\"timestamp\":\"" TIME "\"}";

#define JSON	"Content-Type: application/json\r\n"
#define VERSION "X-Experience-API-Version: 1.0.3\r\n"
#define ID	"6f1a5e2c-0000-4000-8000-00000000000"

struct route_case {
	const char *method, *path;
	bool login;
	const char *headers, *body;
	int status;
	const char *says; /* somewhere in head or body */
};

static void check_cases(struct gateway *gateway, const struct route_case *cases, size_t n)
{
	char *login = web_login(GATEWAY_NAME, GATEWAY_PASSWORD);

	for (size_t i = 0; i < n; i++) {
		const struct route_case *at = &cases[i];
		char headers[1024];
		struct reply reply;

		snprintf(headers, sizeof(headers), "%s%s", at->login ? login : "", at->headers);
		reply = web_ask(gateway->server.port, at->method, at->path, headers, at->body);
		if (reply.status != at->status ||
		    (at->says && !strstr(reply.body, at->says) && !strstr(reply.head, at->says)))
			fail_msg("case %zu, %s %s: %d: %s\n%s", i, at->method, at->path,
				 reply.status, reply.head, reply.body);
		assert_non_null(strstr(reply.head, "X-Experience-API-Version: "));
		reply_free(&reply);
	}
	free(login);
}

static void each_route_has_its_status(void **state)
{
	static const struct route_case cases[] = {
		{ "POST", "/xapi/statements", true, VERSION JSON, one, 200, "[\"" },
		{ "POST", "/xapi/statements/", true, VERSION JSON, one, 200, NULL },
		{ "POST", "/xapi/statements", true, VERSION JSON, "[]", 200, "[]" },
		{ "POST", "/xapi/statements", true, "X-Experience-API-Version: 2.0.0\r\n" JSON, one,
		  200, "X-Experience-API-Version: 2.0.0" },
		{ "POST", "/xapi/statements", true, VERSION JSON, one, 200,
		  "X-Experience-API-Version: 1.0.3" },
		{ "POST", "/xapi/statements", true, VERSION JSON, one, 200,
		  "X-Experience-API-Consistent-Through: 20" },
		{ "PUT", "/xapi/statements?statementId=" ID "1", true, VERSION JSON, one, 204,
		  NULL },
		{ "PUT", "/xapi/statements?statementId=" ID "1", true, VERSION JSON, one, 204,
		  NULL },
		{ "PUT", "/xapi/statements?statementId=" ID "1", true,
		  VERSION JSON "If-None-Match: *\r\n", one, 412, "If-None-Match" },
		{ "PUT", "/xapi/statements?statementId=" ID "2", true,
		  VERSION JSON "If-None-Match: *\r\n", one, 204, NULL },
		{ "PUT", "/xapi/statements?statementId=" ID "3", true,
		  VERSION JSON "If-Match: *\r\n", one, 412, "If-Match" },
		{ "PUT", "/xapi/statements", true, VERSION JSON, one, 400, "statementId" },
		{ "PUT", "/xapi/statements?statementId=1", true, VERSION JSON, one, 400, "UUID" },
		{ "PUT", "/xapi/statements?statementId=" ID "1x", true, VERSION JSON, one, 400,
		  "UUID" },
		{ "GET", "/xapi/about", false, "", NULL, 200, "\"2.0.0\"" },
		{ "GET", "/xapi/statements", true, VERSION, NULL, 403, "hands none out" },
		{ "GET", "/xapi/activities/state?stateId=x", true, VERSION, NULL, 404,
		  "no documents" },
		{ "PUT", "/xapi/activities/state?stateId=x", true, VERSION JSON, "{}", 403,
		  "no documents" },
		{ "GET", "/xapi/agents/profile", true, VERSION, NULL, 404, "no documents" },
		{ "DELETE", "/xapi/statements", true, VERSION, NULL, 405, NULL },
		{ "GET", "/", false, "", NULL, 404, "/xapi/statements" },
		{ "GET", "/status", true, "", NULL, 200, "\"waiting\":" },
		{ "GET", "/status", false, "", NULL, 401, "WWW-Authenticate: Basic" },
		{ "POST", "/xapi/statements", false, VERSION JSON, one, 401, "who are you" },
		{ "POST", "/xapi/statements", false,
		  VERSION JSON "Authorization: Basic bm9ib2R5Om5vdGhpbmcgYXQgYWxs\r\n", one, 401,
		  "name and password" },
		{ "POST", "/xapi/statements", true, JSON, one, 400, "X-Experience-API-Version" },
		{ "POST", "/xapi/statements", true, "X-Experience-API-Version: 0.9\r\n" JSON, one,
		  400, "1.0" },
		{ "POST", "/xapi/statements?method=PUT", true, VERSION JSON, one, 400,
		  "alternate" },
		{ "POST", "/xapi/statements", true, VERSION JSON, "{", 400, "line" },
		{ "POST", "/xapi/statements", true, VERSION JSON, "{\"actor\":{}}", 400, "actor" },
		{ "POST", "/xapi/statements", true, VERSION "Content-Type: text/plain\r\n", one,
		  400, "Content-Type" },
		{ "POST", "/canvas/nobody", false, JSON, "{}", 401, NULL },
	};

	struct gateway *gateway = *state;

	gateway_configure(gateway, "");
	gateway_start(gateway);
	check_cases(gateway, cases, sizeof(cases) / sizeof(cases[0]));
	gateway_stop(gateway);
}

static void a_prefix_of_a_reverse_proxy_makes_no_difference(void **state)
{
	static const struct route_case cases[] = {
		{ "POST", "/lrs/xapi/statements", true, VERSION JSON, one, 200, NULL },
		{ "POST", "/xapi/statements", true, VERSION JSON, one, 404, NULL },
	};
	struct gateway *gateway = *state;

	gateway_configure(gateway, "path: /lrs/\n");
	gateway_start(gateway);
	check_cases(gateway, cases, sizeof(cases) / sizeof(cases[0]));
	gateway_stop(gateway);
}

static void a_bearer_token_is_name_and_password(void **state)
{
	struct gateway *gateway = *state;
	char *login = web_login(GATEWAY_NAME, GATEWAY_PASSWORD), headers[512];
	struct reply reply;

	gateway_configure(gateway, "");
	gateway_start(gateway);
	snprintf(headers, sizeof(headers), "Authorization: Bearer %s", strstr(login, "Basic ") + 6);
	reply = web_ask(gateway->server.port, "GET", "/status", headers, NULL);
	assert_int_equal(reply.status, 200);
	reply_free(&reply);
	free(login);
}

static void without_platforms_the_log_says_what_is_missing(void **state)
{
	static const char missing[] = "nobody may send yet: add who may to `platforms` of ";
	struct gateway *gateway = *state;
	char *said;

	gateway_configure(gateway, "platforms: []\n");
	gateway_start(gateway);
	gateway_await_log(gateway, missing);
	gateway_configure(gateway, "");
	process_signal(&gateway->server.process, SIGHUP);
	gateway_await_log(gateway, "configuration read: platforms=1");
	gateway_post(gateway, one, 200);
	said = file_text(gateway->server.log, NULL);
	assert_null(strstr(strstr(said, missing) + 1, missing));
	free(said);
	gateway_stop(gateway);
}

/* What the answer must not tell, the log of the operator does. */
static void who_did_not_get_in_is_in_the_log(void **state)
{
	static const struct {
		const char *name, *headers, *says;
	} cases[] = {
		{ GATEWAY_NAME, VERSION JSON,
		  "platform=" GATEWAY_NAME " status=401 reason=\"this is not its password\"" },
		{ "s3cret-word", VERSION JSON,
		  "platform=unknown status=401 reason=\"no platform of the configuration has this "
		  "name\"" },
		{ GATEWAY_NAME, JSON,
		  "platform=unknown status=400 reason=\"X-Experience-API-Version: the header is" },
	};
	struct gateway *gateway = *state;

	gateway_configure(gateway, "");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *login = web_login(cases[i].name, "another word for tests"), *said;
		char headers[512];
		struct reply reply;

		gateway_start(gateway); /* of what anybody can trigger there is a line in 10 s */
		snprintf(headers, sizeof(headers), "%s%s", login, cases[i].headers);
		reply = web_ask(gateway->server.port, "POST", "/xapi/statements", headers, one);
		assert_true(reply.status == 401 || reply.status == 400);
		reply_free(&reply);
		gateway_await_log(gateway, cases[i].says);
		said = file_text(gateway->server.log, NULL);
		assert_null(strstr(said, "s3cret-word"));
		free(said);
		free(login);
		gateway_stop(gateway);
	}
}

/* The end of it says what is missing. */
static void a_reason_is_told_to_its_end(void **state)
{
	struct gateway *gateway = *state;
	json_t *status, *refused;
	char lines[512];

	snprintf(lines, sizeof(lines),
		 "platforms:\n  - {name: " GATEWAY_NAME ", password: \"%s\"}\n", gateway->hash);
	gateway_configure(gateway, lines);
	gateway_start(gateway);
	gateway_post(gateway, one, 200);
	status = gateway_status(gateway);
	refused = json_object_get(status, "refused");
	assert_non_null(strstr(json_object_iter_key(json_object_iter(refused)),
			       "has no such home page, and the platform has none"));
	json_decref(status);
}

/* Of a batch with one wrong statement, nothing is kept: the others can come again, and count. */
static void of_a_batch_with_a_fault_nothing_is_kept(void **state)
{
	struct gateway *gateway = *state;
	char batch[2048];
	json_t *status;

	gateway_configure(gateway, "");
	gateway_start(gateway);
	snprintf(batch, sizeof(batch), "[%s,{\"verb\":{}}]", one);
	gateway_post(gateway, batch, 400);
	gateway_post(gateway, one, 200);
	status = gateway_status(gateway);
	assert_int_equal(whole(status, "known_before"), 0);
	assert_int_equal(whole(status, "waiting"), 1);
	assert_int_equal(whole(status, "failed_requests"), 1);
	json_decref(status);
}

static void more_than_a_platform_may_send_is_429(void **state)
{
	struct gateway *gateway = *state;
	char batch[8192] = "[";
	struct reply reply;

	/* Three times what ten seconds allow: twenty seconds must pass before the next one. */
	for (int i = 0; i < 30; i++) {
		char id[16], *statement;

		snprintf(id, sizeof(id), "m%d", i);
		statement = statement_make(id, "completed", "https://moodle.example/m", TIME, "");
		snprintf(batch + strlen(batch), sizeof(batch) - strlen(batch), "%s%s", i ? "," : "",
			 statement);
		free(statement);
	}
	strcat(batch, "]");
	gateway_configure(gateway, "limits: {rate: 1}\n");
	gateway_start(gateway);
	gateway_post(gateway, batch, 200);
	reply = web_ask(gateway->server.port, "POST", "/xapi/statements", gateway->login, one);
	assert_int_equal(reply.status, 429);
	assert_non_null(strstr(reply.head, "Retry-After: "));
	reply_free(&reply);
}

static void the_configuration_is_checked_with_all_its_files(void **state)
{
	struct gateway *gateway = *state;
	struct outcome outcome;
	char path[PATH_SIZE];

	path_make(path, "%s/people.csv", gateway->server.dir);
	file_write(path, "id,regin\nanna,1813\n");
	file_write(gateway->server.config, "lisen: 127.0.0.1:80\n"
					   "people: people.csv\n"
					   "platforms:\n"
					   "  - {name: Moodle, password: secret}\n"
					   "  - {name: canvas, regin: \"1813\"}\n");
	outcome = server_run(&gateway->server, NULL, "--config", gateway->server.config, "--check",
			     NULL);
	assert_int_equal(outcome.status, 1);
	assert_non_null(strstr(outcome.err, ":1: `lisen` is no key of lift-xapi.yaml, did you mean "
					    "`listen`?"));
	assert_non_null(strstr(outcome.err, ":4: name must be"));
	assert_non_null(strstr(outcome.err, ":4: password must be what"));
	assert_non_null(strstr(outcome.err, ":5: `regin` is no key of a platform"));
	assert_non_null(strstr(outcome.err, ":5: platform `canvas` needs"));
	outcome_free(&outcome);
	gateway_configure(gateway, "people: people.csv\nmapping: nowhere.yaml\n");
	outcome = server_run(&gateway->server, NULL, "--config", gateway->server.config, "--check",
			     NULL);
	assert_int_equal(outcome.status, 1);
	assert_non_null(strstr(outcome.err, "people.csv:1: "));
	assert_non_null(strstr(outcome.err, "nowhere.yaml"));
	outcome_free(&outcome);
	gateway_configure(gateway,
			  "platforms:\n"
			  "  - {name: a, source: s, homepage: https://a.example, jwks: x}\n"
			  "  - {name: b, source: s, homepage: http://A.example/, jwks: x}\n"
			  "  - {name: c, source: s, homepage: https://c.example, jwks: x}\n");
	outcome = server_run(&gateway->server, NULL, "--config", gateway->server.config, "--check",
			     NULL);
	assert_int_equal(outcome.status, 1);
	assert_null(strstr(outcome.err, "platforms `a` and `b`"));
	assert_non_null(strstr(outcome.err, "platforms `a` and `c` have one `source`"));
	outcome_free(&outcome);
	gateway_configure(gateway, "trusted: [10.0.0.0/33]\n");
	outcome = server_run(&gateway->server, NULL, "--config", gateway->server.config, "--check",
			     NULL);
	assert_int_equal(outcome.status, 1);
	assert_non_null(strstr(outcome.err, "`10.0.0.0/33` is none"));
	outcome_free(&outcome);
	gateway_configure(gateway, "trusted: [127.0.0.1, 10.0.0.0/8, \"fd00::/8\"]\n");
	outcome = server_run(&gateway->server, NULL, "--config", gateway->server.config, "--check",
			     NULL);
	assert_int_equal(outcome.status, 0);
	assert_string_equal(outcome.out, "the configuration is right: 1 platforms, 0 people\n");
	outcome_free(&outcome);
}

static void a_reload_with_errors_changes_nothing(void **state)
{
	struct gateway *gateway = *state;

	gateway_configure(gateway, "");
	gateway_start(gateway);
	file_write(gateway->server.config, "platforms: [{name: x}]\n");
	process_signal(&gateway->server.process, SIGHUP);
	gateway_await_log(gateway, "the configuration has errors, and the old one is kept");
	gateway_await_log(gateway, ":1: platform `x` needs a `password`");
	gateway_post(gateway, one, 200);
	gateway_configure(gateway, "outbox_mib: 7\npath: /lrs\n");
	process_signal(&gateway->server.process, SIGHUP);
	gateway_await_log(gateway, "only a restart takes: key=outbox_mib");
	gateway_await_log(gateway, "configuration read: platforms=1");
	gateway_post(gateway, one, 404);
	gateway_stop(gateway);
}

static void a_file_is_explained(void **state)
{
	struct gateway *gateway = *state;
	struct outcome outcome;
	char path[PATH_SIZE], text[4096];

	path_make(path, "%s/statements", gateway->server.dir);
	snprintf(text, sizeof(text), "%s\n[%s,\n{\"verb\":1}]\n", one, one);
	file_write(path, text);
	gateway_configure(gateway, "");
	outcome = server_run(&gateway->server, path, "--config", gateway->server.config,
			     "--explain", "-", NULL);
	assert_int_equal(outcome.status, 1);
	assert_non_null(strstr(outcome.out, "1: http://adlnet.gov/expapi/verbs/completed "));
	assert_non_null(strstr(outcome.out, "by the row `completed`"));
	assert_non_null(strstr(outcome.out, "3: no statement: "));
	outcome_free(&outcome);

	file_write(path, "{\"actor\":\n  {]");
	outcome = server_run(&gateway->server, path, "--config", gateway->server.config,
			     "--explain", "-", NULL);
	assert_int_equal(outcome.status, 1);
	assert_non_null(strstr(outcome.err, "-: line 2, column 4: no JSON: "));
	outcome_free(&outcome);
}

/* What a platform has put where a name of ours should be may be of a person. */
static void no_name_that_a_platform_sends_is_logged(void **state)
{
	struct gateway *gateway = *state;
	char *said;

	gateway_configure(gateway, "");
	gateway_start(gateway);
	gateway_post(gateway, "{\"actor\":{\"kari@rana.example\":1}}", 400);
	gateway_await_log(gateway, "a request was not taken: platform=" GATEWAY_NAME);
	said = file_text(gateway->server.log, NULL);
	assert_non_null(strstr(said, "no such property here"));
	assert_null(strstr(said, "kari"));
	free(said);
	gateway_stop(gateway);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, gateway_setup, gateway_teardown)
	const struct CMUnitTest tests[] = {
		TEST(each_route_has_its_status),
		TEST(a_prefix_of_a_reverse_proxy_makes_no_difference),
		TEST(a_bearer_token_is_name_and_password),
		TEST(without_platforms_the_log_says_what_is_missing),
		TEST(who_did_not_get_in_is_in_the_log),
		TEST(a_reason_is_told_to_its_end),
		TEST(of_a_batch_with_a_fault_nothing_is_kept),
		TEST(more_than_a_platform_may_send_is_429),
		TEST(the_configuration_is_checked_with_all_its_files),
		TEST(a_reload_with_errors_changes_nothing),
		TEST(a_file_is_explained),
		TEST(no_name_that_a_platform_sends_is_logged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
