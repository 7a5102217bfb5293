/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server.h - a gateway's daemon as a process, whichever of them it is: it says its port on standard
 * error when it is ready.
 */
#ifndef LIFT_TESTS_E2E_GATEWAY_SERVER_H
#define LIFT_TESTS_E2E_GATEWAY_SERVER_H

#include "tests/e2e/process.h"

enum { SERVER_HASH_SIZE = 160 };

struct server {
	const char *program; /* lift-xapi, lift-web */
	char dir[PATH_SIZE], config[PATH_SIZE], log[PATH_SIZE];
	struct process process;
	unsigned starts;
	int port; /* since its start */
};

/* With a directory of its own, DIR/NAME, and no configuration yet; false: it cannot be made. */
bool server_make(struct server *server, const char *program, const char *dir, const char *name);
/* What stands behind `password:` for a password. */
void server_hash(struct server *server, const char *password, char ret_hash[SERVER_HASH_SIZE]);
/* Start it, and wait until it is ready. */
void server_start(struct server *server);
/* Run it until it ends by itself, with these arguments, up to NULL. */
__attribute__((sentinel)) struct outcome server_run(struct server *server, const char *input, ...);
void server_stop(struct server *server);
void server_crash(struct server *server);
/* Wait until its log has this. */
void server_await_log(struct server *server, const char *text);

#endif
