/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gateway.h - a real lift-xapi beside a real liftd, each with a directory of its own.
 */
#ifndef LIFT_TESTS_E2E_XAPI_GATEWAY_H
#define LIFT_TESTS_E2E_XAPI_GATEWAY_H

#include "tests/e2e/daemon.h"
#include "tests/e2e/gateway/server.h"
#include "tests/e2e/gateway/web.h"

#define GATEWAY_NAME	 "moodle-rana"
#define GATEWAY_PASSWORD "a word for the tests"

struct gateway {
	struct daemon *daemon;
	struct server server;
	char state[PATH_SIZE];
	char hash[SERVER_HASH_SIZE]; /* of the password */
	char *login;		     /* headers: who it is, which version, JSON */
};

/* cmocka's: *state is a struct gateway, with a struct daemon that is not running. */
int gateway_setup(void **state);
int gateway_teardown(void **state);

/* Its configuration: state, intake, any port; these lines; and, unless they have `platforms`, one
 * of GATEWAY_NAME, with region 1813. */
void gateway_configure(struct gateway *gateway, const char *lines);
/* Start it, and wait until it is ready. */
void gateway_start(struct gateway *gateway);
void gateway_stop(struct gateway *gateway);
void gateway_crash(struct gateway *gateway);

/* Wait until its log has this. */
void gateway_await_log(struct gateway *gateway, const char *text);

/* A daemon and a gateway that are running. */
void gateway_both(struct gateway *gateway);

/* Send statements, by the one platform that there is: the status; the test fails where it is not
 * this one. */
void gateway_post(struct gateway *gateway, const char *statements, int status);
/* Ask for /status; the caller's. */
json_t *gateway_status(struct gateway *gateway);
/* Wait until nothing waits in the outbox. */
void gateway_await_delivered(struct gateway *gateway);
/* The same, and the daemon has said so many events are accepted. */
void gateway_await_accepted(struct gateway *gateway, int64_t events);

/* The text of liftd's configuration that these tests have, and a mapping file (`mapping: map.yaml`)
 * by which https://moodle.example/course/NAME is the module NAME. */
#define GATEWAY_CATALOGUE "catalogue: daemon/examples/demo.yaml\n"
#define GATEWAY_MAPPING	  "mapping: map.yaml\n"
void gateway_map(struct gateway *gateway);
/* A figure of vt-basics in 1813, as of a day; how many have completed it. */
int64_t gateway_figure(struct gateway *gateway, const char *day, const char *figure);
int64_t gateway_completed(struct gateway *gateway, const char *day);

/* A statement: LEARNER's account, a verb (its last word), a module; the caller frees it. `more` is
 * put behind: ",\"id\":...". */
char *statement_make(const char *learner, const char *verb, const char *module, const char *time,
		     const char *more);

#endif
