/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/e2e/gateway/server.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/e2e/check.h"
#include "tests/e2e/daemon.h"

enum { ARGS_MAX = 16 };

bool server_make(struct server *server, const char *program, const char *dir, const char *name)
{
	*server = (struct server){ .program = program };
	path_make(server->dir, "%s/%s", dir, name);
	path_make(server->config, "%s/%s.yaml", server->dir, program);
	return mkdir(server->dir, 0700) == 0;
}

void server_hash(struct server *server, const char *password, char ret_hash[SERVER_HASH_SIZE])
{
	char input[PATH_SIZE], *line = NULL;
	struct outcome outcome;

	path_make(input, "%s/password", server->dir);
	assert_true(asprintf(&line, "%s\n", password) > 0);
	file_write(input, line);
	free(line);
	outcome = server_run(server, input, "--password", NULL);
	if (outcome.status != 0)
		fail_msg("%s --password: status %d: %s", server->program, outcome.status,
			 outcome.err);
	outcome.out[strcspn(outcome.out, "\n")] = 0;
	snprintf(ret_hash, SERVER_HASH_SIZE, "%s", outcome.out);
	outcome_free(&outcome);
}

void server_start(struct server *server)
{
	char program[PATH_SIZE], name[64];
	const char *const argv[] = { program, "--config", server->config, NULL };
	char *said = NULL;
	const char *at;
	int status;

	program_path(program, server->program);
	snprintf(name, sizeof(name), "%s-%u", server->program, ++server->starts);
	process_start(&server->process, server->dir, name, argv, NULL);
	memcpy(server->log, server->process.err, sizeof(server->log));
	for (;;) {
		free(said);
		said = file_text(server->log, NULL);
		at = strstr(said, " port=");
		if (at && strchr(at, '\n'))
			break;
		if (process_ended(&server->process, &status))
			fail_msg("%s ended, status %d; it said:\n%s", server->program, status,
				 file_text(server->log, NULL));
		look_again();
	}
	server->port = atoi(at + strlen(" port="));
	free(said);
}

struct outcome server_run(struct server *server, const char *input, ...)
{
	char program[PATH_SIZE], name[32];
	const char *argv[ARGS_MAX] = { program };
	struct surroundings in = { .input = input };
	struct process process;
	va_list list;
	size_t n = 1;

	program_path(program, server->program);
	va_start(list, input);
	while (n < ARGS_MAX - 1 && (argv[n] = va_arg(list, const char *)))
		n++;
	va_end(list);
	snprintf(name, sizeof(name), "run-%u", ++server->starts);
	process_start(&process, server->dir, name, argv, &in);
	return process_wait(&process);
}

void server_stop(struct server *server)
{
	struct outcome outcome;

	process_signal(&server->process, SIGTERM);
	outcome = process_wait(&server->process);
	if (outcome.status != 0)
		fail_msg("%s ended with status %d; it said:\n%s", server->program, outcome.status,
			 outcome.err);
	outcome_free(&outcome);
}

void server_crash(struct server *server)
{
	struct outcome outcome;

	process_signal(&server->process, SIGKILL);
	outcome = process_wait(&server->process);
	assert_int_equal(outcome.status, 128 + SIGKILL);
	outcome_free(&outcome);
}

void server_await_log(struct server *server, const char *text)
{
	int64_t end_ms = clock_ms() + LIMIT_MS;

	for (;;) {
		char *said = file_text(server->log, NULL);
		bool has = strstr(said, text) != NULL;

		if (!has && clock_ms() > end_ms)
			fail_msg("the log has no '%s', but:\n%s", text, said);
		free(said);
		if (has)
			return;
		look_again();
	}
}
