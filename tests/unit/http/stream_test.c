/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers without an end: who listens hears what is newest and never what is older; who leaves, in
 * whatever way and moment, is said to be gone, once; and an end of the server is one of all of
 * them.
 */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "clients/http/http.h"
#include "tests/seed.h"

enum { CLIENTS = 500, STEPS = 4000, LINE = 16, RECEIVE_BYTES = 4096 };

/* On the server's side. */
struct stream {
	struct room *room;
	struct http_exchange *exchange;
	uint64_t heard;
	struct stream *next, *before;
};

struct room {
	struct http *http;
	struct stream *streams;
	size_t n_streams, n_came, n_gone;
	uint64_t newest;
	bool is_later; /* the next one is answered by hand */
	struct http_exchange *later;
	uint64_t luck;
};

struct listener {
	int fd; /* -1: it is not there */
	bool is_deaf;
	uint64_t heard;
	char bytes[8192];
	size_t n_bytes;
};

static uint64_t draw(struct room *room, uint64_t below)
{
	room->luck = room->luck * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (room->luck >> 33) % below;
}

static size_t more(void *context, char *to, size_t size)
{
	struct stream *stream = context;

	assert_true(size >= LINE);
	if (stream->heard == stream->room->newest)
		return 0;
	stream->heard = stream->room->newest;
	return (size_t)snprintf(to, size, "%0*lu\n", LINE - 1, (unsigned long)stream->heard);
}

static void gone(void *context)
{
	struct stream *stream = context;
	struct room *room = stream->room;

	if (stream->before)
		stream->before->next = stream->next;
	else
		room->streams = stream->next;
	if (stream->next)
		stream->next->before = stream->before;
	room->n_streams--;
	room->n_gone++;
	free(stream);
}

static void begin_stream(struct room *room, struct http_exchange *exchange)
{
	struct stream *stream = calloc(1, sizeof(*stream));
	const struct http_source source = { more, gone, stream };
	const struct http_header header = { "Content-Type", "text/event-stream" };

	assert_non_null(stream);
	stream->room = room;
	stream->exchange = exchange;
	if (!http_stream(exchange, &header, 1, &source)) {
		free(stream);
		return;
	}
	stream->next = room->streams;
	if (stream->next)
		stream->next->before = stream;
	room->streams = stream;
	room->n_streams++;
	room->n_came++;
}

static void take_request(void *context, struct http_exchange *exchange)
{
	struct room *room = context;

	if (room->is_later && !room->later)
		room->later = exchange;
	else
		begin_stream(room, exchange);
}

static void tell(struct room *room)
{
	room->newest++;
	for (struct stream *stream = room->streams; stream; stream = stream->next)
		http_stream_wake(stream->exchange);
}

static void answer_later(struct room *room)
{
	struct http_exchange *exchange = room->later;

	room->later = NULL;
	if (exchange)
		begin_stream(room, exchange);
}

/* Clients. */

static void come(struct room *room, struct listener *listener)
{
	static const char request[] = "GET /events HTTP/1.1\r\nHost: h\r\n\r\n";
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
				  .sin_port = htons(http_port(room->http)) };
	int small = RECEIVE_BYTES;

	*listener = (struct listener){ .is_deaf = draw(room, 10) == 0 };
	listener->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(listener->fd >= 0);
	setsockopt(listener->fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	assert_int_equal(connect(listener->fd, (struct sockaddr *)&to, sizeof(to)), 0);
	assert_int_equal(send(listener->fd, request, sizeof(request) - 1, MSG_NOSIGNAL),
			 sizeof(request) - 1);
}

static void leave(struct room *room, struct listener *listener)
{
	struct linger at_once = { 1, 0 };

	switch (draw(room, 3)) {
	case 0:
		setsockopt(listener->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
		break;
	case 1:
		shutdown(listener->fd, SHUT_WR);
		break;
	default:
		break;
	}
	close(listener->fd);
	listener->fd = -1;
}

/* Whole lines of what has come: each number is greater than the one before. False: it has ended. */
static bool hear(struct listener *listener)
{
	ssize_t n = recv(listener->fd, listener->bytes + listener->n_bytes,
			 sizeof(listener->bytes) - listener->n_bytes - 1, MSG_DONTWAIT);
	char *line = listener->bytes, *end;

	if (n == 0)
		return false;
	listener->n_bytes += n > 0 ? (size_t)n : 0;
	listener->bytes[listener->n_bytes] = 0;
	while ((end = strchr(line, '\n'))) {
		if (end - line == LINE - 1 && strspn(line, "0123456789") == LINE - 1) {
			uint64_t number = strtoull(line, NULL, 10);

			assert_true(number > listener->heard);
			listener->heard = number;
		}
		line = end + 1;
	}
	listener->n_bytes -= (size_t)(line - listener->bytes);
	memmove(listener->bytes, line, listener->n_bytes + 1);
	return true;
}

static void allow_files(void)
{
	struct rlimit files;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &files), 0);
	if (files.rlim_cur < 4096 && files.rlim_max > files.rlim_cur) {
		files.rlim_cur = files.rlim_max < 4096 ? files.rlim_max : 4096;
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &files), 0);
	}
}

static void open_room(struct room *room, int send_ms)
{
	const struct http_options options = { .listen = "127.0.0.1:0",
					      .limits = { .send_ms = send_ms },
					      .request = take_request,
					      .context = room };

	allow_files();
	assert_int_equal(http_open(&options, &room->http), 0);
	room->newest = 1;
}

static void step(struct room *room, struct listener *listeners)
{
	struct listener *one = &listeners[draw(room, CLIENTS)];

	room->is_later = draw(room, 4) == 0;
	if (one->fd < 0)
		come(room, one);
	else if (draw(room, 3) == 0)
		leave(room, one);
	if (draw(room, 10) == 0)
		tell(room);
	http_run(room->http);
	if (draw(room, 3) == 0)
		answer_later(room);
	one = &listeners[draw(room, CLIENTS)];
	if (one->fd >= 0 && !one->is_deaf)
		assert_true(hear(one));
}

static void settle(struct room *room, struct listener *listeners)
{
	bool is_behind = true;

	answer_later(room);
	room->is_later = false;
	while (is_behind) {
		http_run(room->http);
		answer_later(room);
		is_behind = false;
		for (int i = 0; i < CLIENTS; i++) {
			if (listeners[i].fd < 0)
				continue;
			assert_true(hear(&listeners[i]));
			is_behind |= listeners[i].heard != room->newest;
		}
	}
}

static void who_listens_hears_the_newest_whoever_comes_and_goes(void **state)
{
	struct room room = { .luck = test_seed() };
	struct listener *listeners = calloc(CLIENTS, sizeof(*listeners));
	size_t n_open = 0;

	(void)state;
	assert_non_null(listeners);
	open_room(&room, 3600000); /* some are deaf for long */
	for (int i = 0; i < CLIENTS; i++)
		listeners[i].fd = -1;
	for (int i = 0; i < CLIENTS; i++)
		come(&room, &listeners[i]);
	for (int i = 0; i < STEPS; i++)
		step(&room, listeners);
	settle(&room, listeners);
	for (int i = 0; i < CLIENTS; i++)
		n_open += listeners[i].fd >= 0;
	while (room.n_streams > n_open) /* those who left are found out, asleep as they are */
		http_run(room.http);
	assert_int_equal(room.n_streams, n_open);
	assert_true(room.n_gone > CLIENTS / 2 && n_open > CLIENTS / 4);

	/* The end of the server is that of all, who sleep. */
	http_free(room.http);
	assert_int_equal(room.n_streams, 0);
	assert_int_equal(room.n_gone, room.n_came);
	for (int i = 0; i < CLIENTS; i++)
		if (listeners[i].fd >= 0)
			close(listeners[i].fd);
	free(listeners);
}

/* Some listeners who have heard what there is. */
static void gather(struct room *room, struct listener *listeners, size_t n)
{
	bool is_behind = true;

	for (size_t i = 0; i < n; i++)
		come(room, &listeners[i]);
	while (is_behind) {
		http_run(room->http);
		is_behind = false;
		for (size_t i = 0; i < n; i++) {
			assert_true(hear(&listeners[i]));
			is_behind |= listeners[i].heard != room->newest;
		}
	}
}

static void await_end(struct room *room, struct listener *listener)
{
	while (hear(listener))
		http_run(room->http);
	close(listener->fd);
}

/* Also when nothing is told for longer than a client may take to read: it has nothing to read. */
static void who_leaves_in_a_silence_is_gone(void **state)
{
	struct room room = { .luck = test_seed() };
	struct listener listeners[3];

	(void)state;
	open_room(&room, 40);
	gather(&room, listeners, 3);
	usleep(120000);
	http_run(room.http);
	http_run(room.http);
	assert_int_equal(room.n_streams, 3);
	close(listeners[1].fd);
	while (room.n_streams > 2)
		http_run(room.http);
	tell(&room);
	while (listeners[0].heard != 2 || listeners[2].heard != 2) {
		http_run(room.http);
		assert_true(hear(&listeners[0]) && hear(&listeners[2]));
	}
	http_free(room.http);
	close(listeners[0].fd);
	close(listeners[2].fd);
}

static void streams_are_ended_and_others_may_come(void **state)
{
	struct room room = { .luck = test_seed() };
	struct listener listeners[4], later;

	(void)state;
	open_room(&room, 0);
	gather(&room, listeners, 4);
	tell(&room); /* some are awake */
	http_end_streams(room.http);
	for (int i = 0; i < 4; i++)
		await_end(&room, &listeners[i]);
	while (room.n_streams > 0)
		http_run(room.http);
	gather(&room, &later, 1);
	http_quiesce(room.http);
	await_end(&room, &later);
	while (http_connections(room.http) > 0)
		http_run(room.http);
	assert_int_equal(room.n_gone, 5);
	http_free(room.http);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_listens_hears_the_newest_whoever_comes_and_goes),
		cmocka_unit_test(who_leaves_in_a_silence_is_gone),
		cmocka_unit_test(streams_are_ended_and_others_may_come),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
