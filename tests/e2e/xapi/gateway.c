/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/e2e/xapi/gateway.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/e2e/check.h"
#include "tests/e2e/peer.h"

/* A password takes 20 ms to hash: once for each test program. */
static const char *hash_once(struct gateway *gateway)
{
	static char hash[SERVER_HASH_SIZE];

	if (!*hash)
		server_hash(&gateway->server, GATEWAY_PASSWORD, hash);
	return hash;
}

int gateway_setup(void **state)
{
	struct gateway *gateway = calloc(1, sizeof(*gateway));
	char *login;

	if (!gateway || daemon_setup((void **)&gateway->daemon) != 0)
		return -1;
	if (!server_make(&gateway->server, "lift-xapi", gateway->daemon->dir, "xapi"))
		return -1;
	path_make(gateway->state, "%s/state", gateway->server.dir);
	login = web_login(GATEWAY_NAME, GATEWAY_PASSWORD);
	if (asprintf(&gateway->login,
		     "%sX-Experience-API-Version: 1.0.3\r\nContent-Type: application/json\r\n",
		     login) < 0)
		return -1;
	free(login);
	snprintf(gateway->hash, sizeof(gateway->hash), "%s", hash_once(gateway));
	*state = gateway;
	return 0;
}

int gateway_teardown(void **state)
{
	struct gateway *gateway = *state;
	void *daemon = gateway->daemon;
	int rc = daemon_teardown(&daemon);

	free(gateway->login);
	free(gateway);
	return rc;
}

void gateway_configure(struct gateway *gateway, const char *lines)
{
	char *text = NULL, platform[512] = "";

	if (!strstr(lines, "platforms:"))
		snprintf(
			platform, sizeof(platform),
			"platforms:\n  - {name: " GATEWAY_NAME
			", password: \"%s\", region: \"1813\", homepage: https://moodle.example}\n",
			gateway->hash);
	assert_true(asprintf(&text, "listen: 127.0.0.1:0\nstate: %s\nintake: %s\n%s%s",
			     gateway->state, gateway->daemon->intake, lines, platform) > 0);
	file_write(gateway->server.config, text);
	free(text);
}

void gateway_start(struct gateway *gateway)
{
	server_start(&gateway->server);
}

void gateway_stop(struct gateway *gateway)
{
	server_stop(&gateway->server);
}

void gateway_crash(struct gateway *gateway)
{
	server_crash(&gateway->server);
}

void gateway_await_log(struct gateway *gateway, const char *text)
{
	server_await_log(&gateway->server, text);
}

void gateway_both(struct gateway *gateway)
{
	daemon_configure(gateway->daemon, "catalogue: daemon/examples/demo.yaml\n");
	daemon_start(gateway->daemon);
	gateway_configure(gateway, "");
	gateway_start(gateway);
}

void gateway_post(struct gateway *gateway, const char *statements, int status)
{
	struct reply reply = web_ask(gateway->server.port, "POST", "/xapi/statements",
				     gateway->login, statements);

	if (reply.status != status)
		fail_msg("%d in place of %d: %s\nfor %.1000s", reply.status, status,
			 reply.body ? reply.body : "", statements);
	reply_free(&reply);
}

json_t *gateway_status(struct gateway *gateway)
{
	struct reply reply = web_ask(gateway->server.port, "GET", "/status", gateway->login, NULL);
	json_t *status = reply.body ? json_loads(reply.body, 0, NULL) : NULL;

	if (reply.status != 200 || !status)
		fail_msg("/status: %d: %s", reply.status, reply.body ? reply.body : "");
	reply_free(&reply);
	return status;
}

void gateway_await_delivered(struct gateway *gateway)
{
	int64_t waiting = -1, end_ms = clock_ms() + LIMIT_MS;

	while (waiting != 0) {
		json_t *status = gateway_status(gateway);

		waiting = whole(status, "waiting");
		json_decref(status);
		if (waiting && clock_ms() > end_ms)
			fail_msg("%lld events wait still", (long long)waiting);
		if (waiting)
			look_again();
	}
}

void gateway_await_accepted(struct gateway *gateway, int64_t events)
{
	daemon_await_counter(gateway->daemon, "events_accepted", events);
	gateway_await_delivered(gateway);
	assert_int_equal(daemon_counter(gateway->daemon, "events_accepted"), events);
}

void gateway_map(struct gateway *gateway)
{
	char path[PATH_SIZE];

	path_make(path, "%s/map.yaml", gateway->server.dir);
	file_write(path, "modules: {\"https://moodle.example/course/*\": \"{}\"}\n");
}

int64_t gateway_figure(struct gateway *gateway, const char *day, const char *figure)
{
	char *out = daemon_lift_out(gateway->daemon, 0, "export", "--as-of", day, NULL),
	     *rest = out;
	int64_t n = 0;

	for (char *line = strsep(&rest, "\n"); line && *line; line = strsep(&rest, "\n")) {
		json_t *row = json_loads(line, 0, NULL);

		assert_non_null(row);
		if (strcmp(word(row, "region"), "1813") == 0 &&
		    strcmp(word(row, "kind"), "module") == 0 &&
		    strcmp(word(row, "id"), "vt-basics") == 0)
			n = whole(row, figure);
		json_decref(row);
	}
	free(out);
	return n;
}

int64_t gateway_completed(struct gateway *gateway, const char *day)
{
	return gateway_figure(gateway, day, "completed");
}

char *statement_make(const char *learner, const char *verb, const char *module, const char *time,
		     const char *more)
{
	char *text = NULL;

	assert_true(asprintf(&text,
			     "{\"actor\":{\"account\":{\"homePage\":\"https://moodle.example\","
			     "\"name\":\"%s\"}},\"verb\":{\"id\":\"http://adlnet.gov/expapi/verbs/"
			     "%s\"},\"object\":{\"id\":\"%s\"},\"timestamp\":\"%s\"%s}",
			     learner, verb, module, time, more) > 0);
	return text;
}
