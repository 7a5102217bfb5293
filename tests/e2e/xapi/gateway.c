/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/e2e/xapi/gateway.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/e2e/check.h"
#include "tests/e2e/peer.h"

enum { ARGS_MAX = 16 };

/* A password takes 20 ms to hash: once for each test program. */
static const char *hash_once(struct gateway *gateway)
{
	static char hash[sizeof(gateway->hash)];
	char input[PATH_SIZE];
	struct outcome outcome;

	if (*hash)
		return hash;
	path_make(input, "%s/password", gateway->dir);
	file_write(input, GATEWAY_PASSWORD "\n");
	outcome = gateway_run(gateway, input, "--password", NULL);
	if (outcome.status != 0)
		fail_msg("lift-xapi --password: status %d: %s", outcome.status, outcome.err);
	outcome.out[strcspn(outcome.out, "\n")] = 0;
	snprintf(hash, sizeof(hash), "%s", outcome.out);
	outcome_free(&outcome);
	return hash;
}

int gateway_setup(void **state)
{
	struct gateway *gateway = calloc(1, sizeof(*gateway));
	char *login;

	if (!gateway || daemon_setup((void **)&gateway->daemon) != 0)
		return -1;
	path_make(gateway->dir, "%s/xapi", gateway->daemon->dir);
	path_make(gateway->config, "%s/lift-xapi.yaml", gateway->dir);
	path_make(gateway->state, "%s/state", gateway->dir);
	if (mkdir(gateway->dir, 0700) != 0)
		return -1;
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
	file_write(gateway->config, text);
	free(text);
}

void gateway_start(struct gateway *gateway)
{
	char program[PATH_SIZE], name[32];
	const char *const argv[] = { program, "--config", gateway->config, NULL };
	char *said = NULL;
	const char *at;
	int status;

	program_path(program, "lift-xapi");
	snprintf(name, sizeof(name), "lift-xapi-%u", ++gateway->starts);
	process_start(&gateway->process, gateway->dir, name, argv, NULL);
	memcpy(gateway->log, gateway->process.err, sizeof(gateway->log));
	for (;;) {
		free(said);
		said = file_text(gateway->log, NULL);
		at = strstr(said, " port=");
		if (at && strchr(at, '\n'))
			break;
		if (process_ended(&gateway->process, &status))
			fail_msg("lift-xapi ended, status %d; it said:\n%s", status,
				 file_text(gateway->log, NULL));
		look_again();
	}
	gateway->port = atoi(at + strlen(" port="));
	free(said);
}

struct outcome gateway_run(struct gateway *gateway, const char *input, ...)
{
	char program[PATH_SIZE], name[32];
	const char *argv[ARGS_MAX] = { program };
	struct surroundings in = { .input = input };
	struct process process;
	va_list list;
	size_t n = 1;

	program_path(program, "lift-xapi");
	va_start(list, input);
	while (n < ARGS_MAX - 1 && (argv[n] = va_arg(list, const char *)))
		n++;
	va_end(list);
	snprintf(name, sizeof(name), "run-%u", ++gateway->starts);
	process_start(&process, gateway->dir, name, argv, &in);
	return process_wait(&process);
}

void gateway_stop(struct gateway *gateway)
{
	struct outcome outcome;

	process_signal(&gateway->process, SIGTERM);
	outcome = process_wait(&gateway->process);
	if (outcome.status != 0)
		fail_msg("lift-xapi ended with status %d; it said:\n%s", outcome.status,
			 outcome.err);
	outcome_free(&outcome);
}

void gateway_crash(struct gateway *gateway)
{
	struct outcome outcome;

	process_signal(&gateway->process, SIGKILL);
	outcome = process_wait(&gateway->process);
	assert_int_equal(outcome.status, 128 + SIGKILL);
	outcome_free(&outcome);
}

void gateway_await_log(struct gateway *gateway, const char *text)
{
	int64_t end_ms = clock_ms() + LIMIT_MS;

	for (;;) {
		char *said = file_text(gateway->log, NULL);
		bool has = strstr(said, text) != NULL;

		if (!has && clock_ms() > end_ms)
			fail_msg("the log has no '%s', but:\n%s", text, said);
		free(said);
		if (has)
			return;
		look_again();
	}
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
	struct reply reply =
		web_ask(gateway->port, "POST", "/xapi/statements", gateway->login, statements);

	if (reply.status != status)
		fail_msg("%d in place of %d: %s\nfor %.1000s", reply.status, status,
			 reply.body ? reply.body : "", statements);
	reply_free(&reply);
}

json_t *gateway_status(struct gateway *gateway)
{
	struct reply reply = web_ask(gateway->port, "GET", "/status", gateway->login, NULL);
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

	path_make(path, "%s/map.yaml", gateway->dir);
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
