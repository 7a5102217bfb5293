/* SPDX-License-Identifier: Apache-2.0 */
#include "served.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum { PATIENCE_MS = 60000, PIECE = 65536 };

static int64_t served_now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void at_head(void *context, struct http_exchange *exchange)
{
	struct served *served = context;

	served->n_heads++;
	if (served->is_asked)
		served->asked[served->n_asked++] = exchange;
	else
		served_judge(served, exchange);
}

void served_judge(struct served *served, struct http_exchange *exchange)
{
	if (served->refuse_at_head)
		http_refuse(exchange, served->refuse_at_head, served->refuse_at_head == 429 ? 7 : 0,
			    "refused at its head");
	else
		http_go_on(exchange, served->is_strange ? NULL : "somebody");
}

static void answer_one(struct served *served, struct http_exchange *exchange)
{
	const struct http_header headers[] = { { "Content-Type", "text/plain" },
					       { "X-Of-The-Test", "yes" } };

	http_answer(exchange, 200, headers, 2, text_of(served->last));
}

static void at_request(void *context, struct http_exchange *exchange)
{
	struct served *served = context;
	struct text body = http_body(exchange);
	const char *query = http_query(exchange, "v");

	served->n_requests++;
	snprintf(served->last, sizeof(served->last), "%s %s?v=%s %.*s", http_method(exchange),
		 http_path(exchange), query ? query : "",
		 (int)(body.size < 3000 ? body.size : 3000), body.size ? body.data : "");
	if (http_peer(exchange)->sa_family == AF_INET)
		inet_ntop(AF_INET, &((const struct sockaddr_in *)http_peer(exchange))->sin_addr,
			  served->peer, sizeof(served->peer));
	else
		inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)http_peer(exchange))->sin6_addr,
			  served->peer, sizeof(served->peer));
	if (served->is_later)
		served->waiting[served->n_waiting++] = exchange;
	else
		answer_one(served, exchange);
}

void served_open(struct served *served, struct http_options options)
{
	*served = (struct served){ 0 };
	options.listen = options.listen ? options.listen : "127.0.0.1:0";
	options.head = at_head;
	options.request = at_request;
	options.context = served;
	assert_int_equal(http_open(&options, &served->http), 0);
}

void served_close(struct served *served)
{
	http_free(served->http);
}

void served_step(struct served *served, int wait_ms)
{
	struct pollfd fd = { .fd = http_fd(served->http), .events = POLLIN };
	int own_ms = http_timeout_ms(served->http);

	poll(&fd, 1, own_ms >= 0 && own_ms < wait_ms ? own_ms : wait_ms);
	http_run(served->http);
}

void served_answer(struct served *served)
{
	size_t n = served->n_waiting;

	served->n_waiting = 0;
	for (size_t i = 0; i < n; i++)
		answer_one(served, served->waiting[i]);
}

void client_open_from(struct client *client, struct served *served, unsigned last)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
				  .sin_port = htons(http_port(served->http)) },
			   from = { .sin_family = AF_INET,
				    .sin_addr.s_addr = htonl(0x7f000000 | last) };

	*client = (struct client){ .served = served };
	client->bytes = malloc(ANSWER_MAX);
	assert_non_null(client->bytes);
	client->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(client->fd >= 0);
	assert_int_equal(bind(client->fd, (struct sockaddr *)&from, sizeof(from)), 0);
	assert_int_equal(connect(client->fd, (struct sockaddr *)&to, sizeof(to)), 0);
	fcntl(client->fd, F_SETFL, O_NONBLOCK);
}

void client_open(struct client *client, struct served *served)
{
	client_open_from(client, served, 1);
}

void client_close(struct client *client)
{
	close(client->fd);
	free(client->bytes);
	client->bytes = NULL;
	client->fd = -1;
}

/* What is there for it, without waiting. */
static void receive(struct client *client)
{
	while (!client->is_closed && client->n_bytes < ANSWER_MAX) {
		ssize_t n = recv(client->fd, client->bytes + client->n_bytes,
				 ANSWER_MAX - client->n_bytes, 0);

		if (n < 0 && errno == EAGAIN)
			return;
		if (n <= 0)
			client->is_closed = true;
		else
			client->n_bytes += (size_t)n;
	}
}

static void wait_a_little(struct client *client)
{
	struct pollfd fds[] = { { .fd = client->fd, .events = POLLIN },
				{ .fd = http_fd(client->served->http), .events = POLLIN } };
	int own_ms = http_timeout_ms(client->served->http);

	poll(fds, 2, own_ms >= 0 && own_ms < 100 ? own_ms : 100);
	http_run(client->served->http);
	receive(client);
}

bool client_put(struct client *client, const void *bytes, size_t size)
{
	int64_t until_ms = served_now_ms() + PATIENCE_MS;
	const char *at = bytes;

	while (size > 0) {
		ssize_t n = send(client->fd, at, size < PIECE ? size : PIECE, MSG_NOSIGNAL);

		if (n < 0 && errno != EAGAIN)
			return false;
		if (n > 0) {
			at += n;
			size -= (size_t)n;
		}
		served_step(client->served, n > 0 ? 0 : 10);
		receive(client);
		assert_true(served_now_ms() < until_ms);
	}
	return true;
}

bool client_say(struct client *client, const char *text)
{
	return client_put(client, text, strlen(text));
}

/* Is there a whole answer at its beginning? How long it is. */
static size_t whole_answer(const struct client *client, bool is_head)
{
	const char *end = memmem(client->bytes, client->n_bytes, "\r\n\r\n", 4), *length;
	size_t n_head, n_body = 0;
	unsigned status = client->n_bytes > 12 ? (unsigned)atoi(client->bytes + 9) : 0;

	if (!end)
		return 0;
	n_head = (size_t)(end - client->bytes) + 4;
	length = memmem(client->bytes, n_head, "\r\nContent-Length: ", 18);
	if (length && !is_head && status >= 200 && status != 204 && status != 304)
		n_body = (size_t)atoll(length + 18);
	return client->n_bytes >= n_head + n_body ? n_head + n_body : 0;
}

unsigned client_status(struct client *client, char *ret_answer, size_t size, bool is_head)
{
	int64_t until_ms = served_now_ms() + PATIENCE_MS;
	size_t whole;
	unsigned status;

	while ((whole = whole_answer(client, is_head)) == 0) {
		if (client->is_closed)
			return 0;
		assert_true(served_now_ms() < until_ms);
		wait_a_little(client);
	}
	status = (unsigned)atoi(client->bytes + strlen("HTTP/1.1 "));
	if (ret_answer) {
		assert_true(whole < size);
		memcpy(ret_answer, client->bytes, whole);
		ret_answer[whole] = 0;
	}
	client->n_bytes -= whole;
	memmove(client->bytes, client->bytes + whole, client->n_bytes);
	return status;
}

void client_wait_closed(struct client *client)
{
	int64_t until_ms = served_now_ms() + PATIENCE_MS;

	while (!client->is_closed) {
		assert_true(served_now_ms() < until_ms);
		wait_a_little(client);
	}
}

unsigned client_ask(struct served *served, const char *request, char *ret_answer, size_t size)
{
	struct client client;
	unsigned status;

	client_open(&client, served);
	client_say(&client, request);
	status = client_status(&client, ret_answer, size, strncmp(request, "HEAD ", 5) == 0);
	client_close(&client);
	return status;
}
