/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Clients that come, ask several times at once, and leave without a word, while they are let in and
 * answered in later rounds and in any order: each gets the answers to its own requests, in their
 * order.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "served.h"
#include "tests/seed.h"

enum { CLIENTS = 48, STEPS = 6000, KEPT_MAX = 512, AT_ONCE = 3 };

struct churn {
	struct http *http;
	struct http_exchange *kept[KEPT_MAX], *heads[KEPT_MAX];
	size_t n_kept, n_heads;
	uint64_t luck, last_number;
	unsigned n_asked, n_answered, n_left;
};

/* What a client has asked, and has no answer to. */
struct asking {
	int fd; /* -1: it is not there */
	uint64_t numbers[AT_ONCE];
	size_t n_numbers;
	char bytes[4096];
	size_t n_bytes;
};

static uint64_t draw(struct churn *churn, uint64_t below)
{
	churn->luck = churn->luck * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (churn->luck >> 33) % below;
}

static void keep_it(void *context, struct http_exchange *exchange)
{
	struct churn *churn = context;

	assert_true(churn->n_kept < KEPT_MAX);
	churn->kept[churn->n_kept++] = exchange;
}

static void keep_head(void *context, struct http_exchange *exchange)
{
	struct churn *churn = context;

	assert_true(churn->n_heads < KEPT_MAX);
	if (draw(churn, 2))
		http_go_on(exchange, "somebody");
	else
		churn->heads[churn->n_heads++] = exchange;
}

static void answer_some(struct churn *churn, size_t n)
{
	for (size_t left = n; left > 0 && churn->n_heads > 0; left--) {
		size_t i = draw(churn, churn->n_heads);
		struct http_exchange *exchange = churn->heads[i];

		churn->heads[i] = churn->heads[--churn->n_heads];
		http_go_on(exchange, "somebody");
	}
	for (; n > 0 && churn->n_kept > 0; n--) {
		size_t i = draw(churn, churn->n_kept);
		struct http_exchange *exchange = churn->kept[i];

		churn->kept[i] = churn->kept[--churn->n_kept];
		http_answer(exchange, 200, NULL, 0, text_of(http_path(exchange)));
	}
}

static void come(struct churn *churn, struct asking *asking)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
				  .sin_port = htons(http_port(churn->http)) };

	*asking = (struct asking){ 0 };
	asking->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(asking->fd >= 0);
	assert_int_equal(connect(asking->fd, (struct sockaddr *)&to, sizeof(to)), 0);
}

static void leave(struct churn *churn, struct asking *asking)
{
	struct linger at_once = { 1, 0 };

	if (draw(churn, 2))
		setsockopt(asking->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	close(asking->fd);
	churn->n_left++;
	asking->fd = -1;
}

static void ask_again(struct churn *churn, struct asking *asking)
{
	char request[256];
	size_t n_more = 1 + draw(churn, AT_ONCE);

	for (; n_more > 0 && asking->n_numbers < AT_ONCE; n_more--) {
		uint64_t number = ++churn->last_number;
		int n = snprintf(request, sizeof(request),
				 draw(churn, 2) ? "GET /%lu HTTP/1.1\r\nHost: h\r\n\r\n"
						: "POST /%lu HTTP/1.1\r\nHost: h\r\n"
						  "Content-Length: 2\r\n\r\nab",
				 (unsigned long)number);

		assert_int_equal(send(asking->fd, request, (size_t)n, MSG_NOSIGNAL), n);
		asking->numbers[asking->n_numbers++] = number;
		churn->n_asked++;
	}
}

/* Whatever has come: it is the answer to what it asked first. */
static void hear(struct churn *churn, struct asking *asking)
{
	for (;;) {
		ssize_t n = recv(asking->fd, asking->bytes + asking->n_bytes,
				 sizeof(asking->bytes) - asking->n_bytes, MSG_DONTWAIT);
		char *end, expected[32];
		size_t size;

		assert_int_not_equal(n, 0);
		asking->n_bytes += n > 0 ? (size_t)n : 0;
		snprintf(expected, sizeof(expected), "/%lu", (unsigned long)asking->numbers[0]);
		end = memmem(asking->bytes, asking->n_bytes, "\r\n\r\n", 4);
		size = end ? (size_t)(end - asking->bytes) + 4 + strlen(expected) : 0;
		if (!end || asking->n_bytes < size)
			return;
		assert_true(asking->n_numbers > 0);
		assert_memory_equal(asking->bytes, "HTTP/1.1 200", 12);
		assert_memory_equal(end + 4, expected, strlen(expected));
		asking->n_bytes -= size;
		memmove(asking->bytes, asking->bytes + size, asking->n_bytes);
		asking->n_numbers--;
		memmove(asking->numbers, asking->numbers + 1,
			asking->n_numbers * sizeof(asking->numbers[0]));
		churn->n_answered++;
	}
}

static void step(struct churn *churn, struct asking *clients)
{
	struct asking *one = &clients[draw(churn, CLIENTS)];

	if (one->fd < 0)
		come(churn, one);
	else if (draw(churn, 12) == 0)
		leave(churn, one);
	else
		ask_again(churn, one);
	if (draw(churn, 3) == 0)
		answer_some(churn, draw(churn, 8));
	http_run(churn->http);
	for (int i = 0; i < CLIENTS; i++)
		if (clients[i].fd >= 0)
			hear(churn, &clients[i]);
}

static void each_gets_its_own_answers_whoever_comes_and_goes(void **state)
{
	struct churn churn = { .luck = test_seed() };
	struct asking clients[CLIENTS];
	const struct http_options options = {
		.listen = "127.0.0.1:0", .head = keep_head, .request = keep_it, .context = &churn
	};
	bool is_open = true;

	(void)state;
	assert_int_equal(http_open(&options, &churn.http), 0);
	for (int i = 0; i < CLIENTS; i++)
		clients[i].fd = -1;
	for (int i = 0; i < STEPS; i++)
		step(&churn, clients);
	/* Who stayed gets all that it asked for. */
	while (is_open) {
		is_open = false;
		answer_some(&churn, KEPT_MAX);
		http_run(churn.http);
		for (int i = 0; i < CLIENTS; i++) {
			if (clients[i].fd < 0)
				continue;
			hear(&churn, &clients[i]);
			is_open |= clients[i].n_numbers > 0;
		}
	}
	for (int i = 0; i < CLIENTS; i++)
		if (clients[i].fd >= 0)
			leave(&churn, &clients[i]);
	while (http_connections(churn.http) > 0) {
		answer_some(&churn, KEPT_MAX);
		http_run(churn.http);
	}
	assert_true(churn.n_answered > STEPS / 10 && churn.n_left > STEPS / 100);
	http_free(churn.http);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_gets_its_own_answers_whoever_comes_and_goes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
