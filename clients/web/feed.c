/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/web/feed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/web/answer.h"

struct listener {
	struct feed *feed;
	struct http_exchange *exchange;
	uint64_t number;	  /* of the event that it is sent, or was sent last; 0: none */
	struct event_text *event; /* that it is in the middle of; NULL: none */
	size_t sent;
	struct listener *next, *before;
};

/* An event as it goes out, shared by those that are sent it. */
struct event_text {
	unsigned users;
	size_t size;
	char text[];
};

struct feed {
	uint64_t number;	 /* of the last event */
	struct event_text *news; /* the last one: for who had the one before */
	struct event_text *all;	 /* the same, with `changed: null`: for who had not */
	struct listener *listeners;
	size_t n;
};

static void let_go(struct event_text *event)
{
	if (event && --event->users == 0)
		free(event);
}

/* NULL: out of memory, and then nobody is told. */
static struct event_text *print_event(const json_t *state, const json_t *changed)
{
	static const char before[] = "event: state\ndata: ", behind[] = "\n\n";
	json_t *whole = json_copy((json_t *)state);
	char *json = NULL;
	struct event_text *event = NULL;
	size_t size;

	if (whole &&
	    json_object_set_new(whole, "changed",
				changed ? json_incref((json_t *)changed) : json_null()) == 0)
		json = json_dumps(whole, JSON_COMPACT);
	json_decref(whole);
	size = json ? strlen(json) : 0;
	if (json)
		event = malloc(sizeof(*event) + size + sizeof(before) + sizeof(behind));
	if (event) {
		event->users = 1;
		event->size = (size_t)sprintf(event->text, "%s%s%s", before, json, behind);
	}
	free(json);
	return event;
}

/* The next event of a listener: the newest, if it has not had that. */
static struct event_text *next_event(struct listener *listener)
{
	struct feed *feed = listener->feed;
	bool is_in_step = listener->number > 0 && listener->number + 1 == feed->number;
	struct event_text *event = is_in_step ? feed->news : feed->all;

	if (listener->number == feed->number || !event)
		return NULL;
	listener->number = feed->number;
	listener->sent = 0;
	event->users++;
	return event;
}

static size_t more(void *context, char *to, size_t room)
{
	struct listener *listener = context;
	size_t left, size;

	if (!listener->event)
		listener->event = next_event(listener);
	if (!listener->event)
		return 0;
	left = listener->event->size - listener->sent;
	size = left < room ? left : room;
	memcpy(to, listener->event->text + listener->sent, size);
	listener->sent += size;
	if (size == left) {
		let_go(listener->event);
		listener->event = NULL;
	}
	return size;
}

static void gone(void *context)
{
	struct listener *listener = context;
	struct feed *feed = listener->feed;

	if (listener->before)
		listener->before->next = listener->next;
	else
		feed->listeners = listener->next;
	if (listener->next)
		listener->next->before = listener->before;
	feed->n--;
	let_go(listener->event);
	free(listener);
}

void feed_listen(struct feed *feed, struct http_exchange *exchange)
{
	struct listener *listener = calloc(1, sizeof(*listener));
	struct http_header headers[WEB_HEADERS_MAX];
	size_t n = web_answer_common(headers);
	const struct http_source source = { more, gone, listener };

	if (!listener) {
		web_answer_problem(exchange, 503, 1, "out of memory");
		return;
	}
	headers[n++] = (struct http_header){ "Content-Type", "text/event-stream" };
	headers[n++] = (struct http_header){ "Cache-Control", "no-store" };
	headers[n++] = (struct http_header){ "X-Accel-Buffering", "no" };
	listener->feed = feed;
	listener->exchange = exchange;
	if (!http_stream(exchange, headers, n, &source)) {
		free(listener);
		return;
	}
	listener->next = feed->listeners;
	if (listener->next)
		listener->next->before = listener;
	feed->listeners = listener;
	feed->n++;
}

void feed_tell(struct feed *feed, const json_t *state, const json_t *changed)
{
	struct event_text *news = print_event(state, changed), *all = print_event(state, NULL);

	if (!news || !all) {
		let_go(news);
		let_go(all);
		return;
	}
	let_go(feed->news);
	let_go(feed->all);
	feed->news = news;
	feed->all = all;
	feed->number++;
	for (struct listener *l = feed->listeners; l; l = l->next)
		http_stream_wake(l->exchange);
}

size_t feed_listeners(const struct feed *feed)
{
	return feed->n;
}

struct feed *feed_new(void)
{
	return calloc(1, sizeof(struct feed));
}

void feed_free(struct feed *feed)
{
	if (!feed)
		return;
	let_go(feed->news);
	let_go(feed->all);
	free(feed);
}
