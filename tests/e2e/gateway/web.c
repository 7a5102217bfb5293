/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/e2e/gateway/web.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/e2e/check.h"
#include "tests/e2e/process.h"

enum { CHUNK = 65536, SMALL = 2048 };

static bool open_with(struct web *web, int port, int receive_bytes)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	int on = 1;

	*web = (struct web){ .fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0) };
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (receive_bytes)
		setsockopt(web->fd, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof(receive_bytes));
	/* As browsers and libraries do: else a body waits 40 ms for the answer to its head. */
	setsockopt(web->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (web->fd >= 0 && connect(web->fd, (struct sockaddr *)&to, sizeof(to)) == 0)
		return true;
	web_close(web);
	return false;
}

bool web_try(struct web *web, int port)
{
	return open_with(web, port, 0);
}

void web_open_small(struct web *web, int port)
{
	if (!open_with(web, port, SMALL))
		fail_msg("nobody listens on port %d: %s", port, strerror(errno));
}

void web_open(struct web *web, int port)
{
	if (!web_try(web, port))
		fail_msg("nobody listens on port %d: %s", port, strerror(errno));
}

void web_close(struct web *web)
{
	if (web->fd >= 0)
		close(web->fd);
	free(web->data);
	*web = (struct web){ .fd = -1 };
}

bool web_send(struct web *web, const char *bytes, size_t size)
{
	int64_t end_ms = clock_ms() + LIMIT_MS;

	while (size > 0) {
		ssize_t sent = send(web->fd, bytes, size, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR && clock_ms() < end_ms)
			continue;
		if (sent <= 0)
			return false;
		bytes += sent;
		size -= (size_t)sent;
	}
	return true;
}

bool web_request(struct web *web, const char *method, const char *path, const char *headers,
		 const char *body, size_t size)
{
	char *head = NULL;
	int n = asprintf(&head, "%s %s HTTP/1.1\r\nHost: lift\r\n%sContent-Length: %zu\r\n\r\n",
			 method, path, headers, size);
	bool sent;

	assert_true(n > 0);
	sent = web_send(web, head, (size_t)n) && (!size || web_send(web, body, size));
	free(head);
	return sent;
}

/* More bytes; false: it has ended. */
static bool receive(struct web *web, int64_t end_ms)
{
	struct pollfd poll_fd = { .fd = web->fd, .events = POLLIN };
	ssize_t got;

	if (web->room < web->size + CHUNK + 1) {
		web->room = web->size * 2 + CHUNK + 1;
		web->data = realloc(web->data, web->room);
		assert_non_null(web->data);
	}
	while (poll(&poll_fd, 1, 100) <= 0)
		if (clock_ms() > end_ms)
			fail_msg("no answer");
	got = recv(web->fd, web->data + web->size, CHUNK, 0);
	if (got <= 0)
		return false;
	web->size += (size_t)got;
	web->data[web->size] = 0;
	return true;
}

static size_t length_of(const char *head)
{
	const char *line = strcasestr(head, "\nContent-Length:");

	return line ? strtoul(line + strlen("\nContent-Length:"), NULL, 10) : 0;
}

static void drop_first(struct web *web, size_t size)
{
	web->size -= size;
	memmove(web->data, web->data + size, web->size + 1);
}

struct reply web_head(struct web *web)
{
	int64_t end_ms = clock_ms() + LIMIT_MS;
	struct reply reply = { 0 };
	const char *end;

	while (!web->size || !(end = memmem(web->data, web->size, "\r\n\r\n", 4)))
		if (!receive(web, end_ms))
			return reply;
	reply.head = strndup(web->data, (size_t)(end - web->data) + 2);
	reply.status = atoi(reply.head + strlen("HTTP/1.1 "));
	drop_first(web, (size_t)(end - web->data) + 4);
	return reply;
}

struct reply web_reply(struct web *web)
{
	int64_t end_ms = clock_ms() + LIMIT_MS;
	struct reply reply = web_head(web);

	if (!reply.status)
		return reply;
	reply.size = reply.status == 204 || reply.status == 304 ? 0 : length_of(reply.head);
	while (web->size < reply.size)
		if (!receive(web, end_ms))
			fail_msg("the answer ends in the middle");
	reply.body = calloc(1, reply.size + 1);
	memcpy(reply.body, web->data, reply.size);
	drop_first(web, reply.size);
	return reply;
}

char *web_chunk(struct web *web, size_t *ret_size)
{
	int64_t end_ms = clock_ms() + LIMIT_MS;
	char *line_end, *chunk;
	size_t head;

	while (!web->size || !(line_end = memmem(web->data, web->size, "\r\n", 2)))
		if (!receive(web, end_ms))
			return NULL;
	head = (size_t)(line_end - web->data) + 2;
	*ret_size = strtoul(web->data, NULL, 16);
	while (web->size < head + *ret_size + 2)
		if (!receive(web, end_ms))
			return NULL;
	chunk = *ret_size ? strndup(web->data + head, *ret_size) : NULL;
	drop_first(web, head + *ret_size + 2);
	return chunk;
}

void web_await_end(struct web *web)
{
	int64_t end_ms = clock_ms() + LIMIT_MS;

	while (receive(web, end_ms))
		web->size = 0;
}

struct reply web_ask(int port, const char *method, const char *path, const char *headers,
		     const char *body)
{
	struct web web;
	struct reply reply;

	web_open(&web, port);
	web_request(&web, method, path, headers, body, body ? strlen(body) : 0);
	reply = web_reply(&web);
	web_close(&web);
	return reply;
}

void reply_free(struct reply *reply)
{
	free(reply->head);
	free(reply->body);
	*reply = (struct reply){ 0 };
}

char *web_login(const char *name, const char *password)
{
	char plain[512], base64[1024], *line = NULL;
	int size = snprintf(plain, sizeof(plain), "%s:%s", name, password);

	assert_in_range(size, 1, (int)sizeof(plain) - 1);
	sodium_bin2base64(base64, sizeof(base64), (const unsigned char *)plain, (size_t)size,
			  sodium_base64_VARIANT_ORIGINAL);
	assert_true(asprintf(&line, "Authorization: Basic %s\r\n", base64) > 0);
	return line;
}
