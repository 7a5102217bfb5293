/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>

#include "clients/http/http_internal.h"

enum { BODY_FIRST = 16384 };

struct share {
	size_t all, of_one;
};

static void add_stranger(struct share *share, const struct http_exchange *exchange,
			 struct address house)
{
	if (!exchange->is_stranger)
		return;
	share->all += exchange->body_room;
	if (address_equal(exchange->house, house))
		share->of_one += exchange->body_room;
}

/* What the bodies of strangers take, and of them those of one house. */
static struct share share_of_strangers(const struct http *http, struct address house)
{
	struct share share = { 0, 0 };

	for (const struct http_connection *c = http->connections; c; c = c->next)
		if (c->exchange)
			add_stranger(&share, c->exchange, house);
	for (const struct http_exchange *e = http->gone; e; e = e->next)
		add_stranger(&share, e, house);
	return share;
}

static bool has_room(const struct http_exchange *exchange, size_t more)
{
	const struct http *http = exchange->http;
	const struct http_limits *limits = &http->limits;
	struct share share;

	if (more > limits->bodies_bytes - http->bodies_bytes)
		return false;
	if (!exchange->is_stranger)
		return true;
	share = share_of_strangers(http, exchange->house);
	return share.all + more <= limits->strangers_bytes &&
	       share.of_one + more <= limits->strangers_bytes_of_one;
}

static size_t longest(const struct http_exchange *exchange)
{
	const struct http_limits *limits = &exchange->http->limits;

	return exchange->is_stranger && limits->strangers_bytes_of_one < limits->body_bytes
		       ? limits->strangers_bytes_of_one
		       : limits->body_bytes;
}

static void refuse_long(struct http_exchange *exchange)
{
	char text[128];

	snprintf(text, sizeof(text), "the request's body is longer than %zu bytes%s",
		 longest(exchange),
		 exchange->is_stranger ? ", which is the most of who does not log in" : "");
	answer_error(exchange, 413, 0, text);
}

static void refuse_busy(struct http_exchange *exchange)
{
	answer_error(exchange, 503, 1,
		     "too many requests are being received: send it again a little later");
}

void body_judge(struct http_exchange *exchange)
{
	if (exchange->head.n_body > longest(exchange))
		refuse_long(exchange);
	else if (!has_room(exchange, (size_t)exchange->head.n_body))
		refuse_busy(exchange);
}

/* Memory is taken as bytes come, not as they are announced. False: there is none. */
static bool make_room(struct http_exchange *exchange, size_t size)
{
	size_t room = exchange->body_room ? exchange->body_room : BODY_FIRST;
	char *body;

	while (room < size)
		room *= 2;
	if (room > longest(exchange))
		room = longest(exchange);
	if (!exchange->head.is_chunked && room > exchange->head.n_body)
		room = (size_t)exchange->head.n_body;
	if (!has_room(exchange, room - exchange->body_room))
		return false;
	body = realloc(exchange->body, room);
	if (!body)
		return false;
	exchange->http->bodies_bytes += room - exchange->body_room;
	exchange->body = body;
	exchange->body_room = room;
	return true;
}

bool body_add(struct http_exchange *exchange, const char *data, size_t size)
{
	if (size > longest(exchange) - exchange->n_body) {
		refuse_long(exchange);
		return false;
	}
	if (exchange->n_body + size > exchange->body_room &&
	    !make_room(exchange, exchange->n_body + size)) {
		refuse_busy(exchange);
		return false;
	}
	memcpy(exchange->body + exchange->n_body, data, size);
	exchange->n_body += size;
	return true;
}

void body_free(struct http_exchange *exchange)
{
	free(exchange->body);
	exchange->http->bodies_bytes -= exchange->body_room;
	exchange->body = NULL;
	exchange->n_body = exchange->body_room = 0;
}
