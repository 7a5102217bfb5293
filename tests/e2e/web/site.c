/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/e2e/web/site.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/e2e/check.h"
#include "tests/e2e/peer.h"

enum { TICKS = 3 /* then what was there before has been published, and heard */ };

void site_make(struct site *site, struct daemon *daemon)
{
	char path[PATH_SIZE];

	site->daemon = daemon;
	assert_true(server_make(&site->server, "lift-web", daemon->dir, "web"));
	path_make(path, "%s/page", site->server.dir);
	assert_int_equal(mkdir(path, 0700), 0);
	path_make(path, "%s/page/index.html", site->server.dir);
	file_write(path, "<!doctype html><title>the page</title>\n");
}

int site_setup(void **state)
{
	struct site *site = calloc(1, sizeof(*site));
	void *daemon;

	if (!site || daemon_setup(&daemon) != 0)
		return -1;
	site_make(site, daemon);
	*state = site;
	return 0;
}

int site_teardown(void **state)
{
	struct site *site = *state;
	void *daemon = site->daemon;

	free(site);
	return daemon_teardown(&daemon);
}

void site_configure(struct site *site, const char *audience, const char *lines)
{
	const char *dir = site->daemon->dir;
	char *text = NULL;

	assert_true(asprintf(&text,
			     "listen: 127.0.0.1:0\npage: %s/page\npublish: ipc://%s/run/%spublish\n"
			     "snapshot: ipc://%s/run/%ssnapshot\nask: ipc://%s/run/%sask\n%s",
			     site->server.dir, dir, audience, dir, audience, dir, audience,
			     lines) > 0);
	file_write(site->server.config, text);
	free(text);
}

void site_publish(struct site *site, const char *source, const char *path)
{
	struct outcome outcome =
		daemon_lift(site->daemon, "publish", "--source", source, path, NULL);

	assert_in_range(outcome.status, 0, 3); /* some are refused, rightly */
	outcome_free(&outcome);
}

void site_open(struct site *site, const char *lines)
{
	daemon_configure(site->daemon, SITE_DAEMON);
	daemon_start(site->daemon);
	site_publish(site, "golden", "tests/golden/events.csv");
	site_configure(site, "", lines);
	server_start(&site->server);
	site_settle(site);
}

/* The number of the last tick, with its epoch; -1: there is none yet. */
static json_int_t tick_of(struct site *site, json_int_t *ret_epoch)
{
	struct reply reply = site_ask(site, "/api/v1/state", SITE_HOST);
	json_t *state = reply.status == 200 ? json_loads(reply.body, 0, NULL) : NULL;
	json_int_t tick = -1;

	/* Where it asks who one is, a test looks itself. */
	assert_int_not_equal(reply.status, 401);
	if (json_is_true(json_object_get(state, "complete")) &&
	    json_is_false(json_object_get(state, "stale")))
		tick = whole(state, "tick");
	*ret_epoch = state ? whole(state, "epoch") : -1;
	json_decref(state);
	reply_free(&reply);
	return tick;
}

void site_settle(struct site *site)
{
	int64_t end_ms = clock_ms() + LIMIT_MS;
	json_int_t first = -1, epoch = -1;
	struct peer operator;

	peer_open(&operator, ZMQ_DEALER, site->daemon->control, NULL);
	json_decref(peer_ask(&operator, json_pack("{s:i, s:s}", "v", 1, "op", "export")));
	peer_close(&operator);
	for (;;) {
		json_int_t now, its_epoch;

		now = tick_of(site, &its_epoch);
		if (first < 0 || its_epoch != epoch)
			first = now;
		else if (now >= first + TICKS)
			return;
		epoch = its_epoch;
		if (clock_ms() > end_ms)
			fail_msg("no tick");
		look_again();
	}
}

struct reply site_ask(struct site *site, const char *path, const char *headers)
{
	struct web web;
	struct reply reply;
	char *request = NULL;

	assert_true(asprintf(&request, "GET %s HTTP/1.1\r\n%s\r\n", path, headers) > 0);
	web_open(&web, site->server.port);
	assert_true(web_send(&web, request, strlen(request)));
	free(request);
	reply = web_reply(&web);
	web_close(&web);
	return reply;
}

struct reply site_get(struct site *site, const char *path, int status)
{
	struct reply reply = site_ask(site, path, SITE_HOST);

	if (reply.status != status)
		fail_msg("%s: %d in place of %d: %.400s", path, reply.status, status,
			 reply.body ? reply.body : "");
	return reply;
}

json_t *site_json(struct site *site, const char *path, int status)
{
	struct reply reply = site_get(site, path, status);
	json_error_t error;
	json_t *json = json_loadb(reply.body, reply.size, 0, &error);

	if (!json)
		fail_msg("%s: no JSON: %s", path, error.text);
	reply_free(&reply);
	return json;
}

char *reply_header(const struct reply *reply, const char *name)
{
	char *line = NULL;
	const char *at;

	assert_true(asprintf(&line, "\n%s: ", name) > 0);
	at = reply->head ? strcasestr(reply->head, line) : NULL;
	if (at)
		at += strlen(line);
	free(line);
	return at ? strndup(at, strcspn(at, "\r")) : NULL;
}

/* Server-sent events. */

static int begin_to_listen(struct listener *listener, const char *headers)
{
	struct reply reply;
	char *request = NULL;
	int status;

	listener->text = calloc(1, 1);
	assert_true(asprintf(&request, "GET /api/v1/events HTTP/1.1\r\n%s\r\n", headers) > 0);
	assert_true(web_send(&listener->web, request, strlen(request)));
	free(request);
	reply = web_head(&listener->web);
	status = reply.status;
	reply_free(&reply);
	if (status != 200)
		listener_close(listener);
	return status;
}

int listener_open(struct listener *listener, struct site *site, const char *headers)
{
	web_open(&listener->web, site->server.port);
	return begin_to_listen(listener, headers);
}

int listener_open_small(struct listener *listener, struct site *site, const char *headers)
{
	web_open_small(&listener->web, site->server.port);
	return begin_to_listen(listener, headers);
}

json_t *listener_next(struct listener *listener)
{
	static const char before[] = "event: state\ndata: ";
	char *end, *both = NULL;
	json_t *data;

	while (!(end = strstr(listener->text, "\n\n"))) {
		size_t size;
		char *chunk = web_chunk(&listener->web, &size);

		if (!chunk)
			return NULL;
		assert_true(asprintf(&both, "%s%s", listener->text, chunk) > 0);
		free(listener->text);
		free(chunk);
		listener->text = both;
	}
	assert_memory_equal(listener->text, before, sizeof(before) - 1);
	*end = 0;
	data = json_loads(listener->text + sizeof(before) - 1, 0, NULL);
	assert_non_null(data);
	memmove(listener->text, end + 2, strlen(end + 2) + 1);
	return data;
}

void listener_close(struct listener *listener)
{
	web_close(&listener->web);
	free(listener->text);
	listener->text = NULL;
}

bool has_changed(const json_t *event, const char *topic)
{
	const json_t *changed = json_object_get(event, "changed"), *one;
	size_t i;

	json_array_foreach(changed, i,
			   one) if (strcmp(json_string_value(one), topic) == 0) return true;
	return json_is_null(changed);
}

void listener_await(struct listener *listener, const char *topic)
{
	int64_t end_ms = clock_ms() + LIMIT_MS;
	bool has = false;

	while (!has) {
		json_t *event = listener_next(listener);

		assert_non_null(event);
		if (clock_ms() > end_ms)
			fail_msg("%s has not changed", topic);
		has = has_changed(event, topic);
		json_decref(event);
	}
}
