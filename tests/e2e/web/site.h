/* SPDX-License-Identifier: Apache-2.0 */
/*
 * site.h - a real lift-web beside a real liftd, each with a directory of its own.
 */
#ifndef LIFT_TESTS_E2E_WEB_SITE_H
#define LIFT_TESTS_E2E_WEB_SITE_H

#include "tests/e2e/daemon.h"
#include "tests/e2e/gateway/server.h"
#include "tests/e2e/gateway/web.h"

#define SITE_HOST "Host: localhost\r\n"
#define SITE_DAY  "2024-11-30"

/* liftd's configuration of these tests: the figures of tests/golden, as of SITE_DAY. */
#define SITE_DAEMON                                                     \
	"catalogue: tests/golden/catalogue.yaml\nas_of: " SITE_DAY "\n" \
	"tick_ms: 50\n"

struct site {
	struct daemon *daemon;
	struct server server;
};

/* cmocka's: *state is a struct site, with a struct daemon that is not running. */
int site_setup(void **state);
int site_teardown(void **state);

/* A lift-web, not running, of a daemon; it has a page of one file. */
void site_make(struct site *site, struct daemon *daemon);
/* Its configuration: any port, the page, endpoints in `run` of the daemon's directory that begin
 * with `audience` ("" or "rana-"); and these lines. */
void site_configure(struct site *site, const char *audience, const char *lines);
/* Both, with the events of tests/golden, which are in its figures. */
void site_open(struct site *site, const char *lines);
/* Publish a file of events by lift, as a source. */
void site_publish(struct site *site, const char *source, const char *path);
/* What the daemon has been told is in what lift-web says. */
void site_settle(struct site *site);

/* GET; `headers` are lines, and have a Host. */
struct reply site_ask(struct site *site, const char *path, const char *headers);
/* Of the machine itself: the test fails where the status is another. */
struct reply site_get(struct site *site, const char *path, int status);
/* The same as JSON. */
json_t *site_json(struct site *site, const char *path, int status);
/* The value of a header of an answer, as a text of the caller's; NULL: there is none. */
char *reply_header(const struct reply *reply, const char *name);

/* Server-sent events. */
struct listener {
	struct web web;
	char *text; /* that has come */
};
/* The status; what is no 200 is closed. */
int listener_open(struct listener *listener, struct site *site, const char *headers);
int listener_open_small(struct listener *listener, struct site *site, const char *headers);
/* The data of the next event; NULL: it has ended. */
json_t *listener_next(struct listener *listener);
void listener_close(struct listener *listener);
/* Events up to one in which this topic has changed, or all has (`changed` null). */
void listener_await(struct listener *listener, const char *topic);
bool has_changed(const json_t *event, const char *topic);

#endif
