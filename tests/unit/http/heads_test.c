/* SPDX-License-Identifier: Apache-2.0 */
/* Who sends is asked at the head; the body waits meanwhile, where it takes no memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "served.h"

#define HOST	"Host: h\r\n"
#define GET	"GET / HTTP/1.1\r\n" HOST "\r\n"
#define CHUNKED "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n"

enum { SHORT_MS = 80, LONG_MS = 600000, LONGEST = 400000 };

static const struct http_limits patient = { .head_ms = LONG_MS,
					    .body_ms = LONG_MS,
					    .idle_ms = LONG_MS,
					    .answer_ms = LONG_MS,
					    .send_ms = LONG_MS };

static const char zeros[LONGEST];

static void open_asked(struct served *served, struct http_limits limits)
{
	served_open(served, (struct http_options){ .limits = limits });
	served->is_asked = true;
}

static void say_head(struct client *client, size_t n_body, const char *more)
{
	char head[200];

	snprintf(head, sizeof(head), "POST / HTTP/1.1\r\n" HOST "%sContent-Length: %zu\r\n\r\n",
		 more, n_body);
	assert_true(client_say(client, head));
}

/* Its head is there, and has not been judged. */
static struct http_exchange *await_head(struct served *served, size_t n)
{
	while (served->n_asked < n)
		served_step(served, 100);
	return served->asked[n - 1];
}

static void a_body_takes_no_memory_until_its_head_has_been_judged(void **state)
{
	struct http_limits limits = patient;
	struct served served;
	struct client slow, quick;

	(void)state;
	limits.body_bytes = 100000;
	limits.bodies_bytes = 100000;
	open_asked(&served, limits);
	client_open(&slow, &served);
	say_head(&slow, 100000, "");
	client_put(&slow, zeros, 99999);
	await_head(&served, 1);
	served.is_asked = false;
	client_open(&quick, &served);
	say_head(&quick, 100000, "");
	client_put(&quick, zeros, 100000);
	assert_int_equal(client_status(&quick, NULL, 0, false), 200);
	/* What came meanwhile has been kept by the kernel. */
	served_judge(&served, served.asked[0]);
	client_put(&slow, zeros, 1);
	assert_int_equal(client_status(&slow, NULL, 0, false), 200);
	assert_int_equal(served.n_requests, 2);
	client_close(&slow);
	client_close(&quick);
	served_close(&served);
}

static void each_form_of_a_request_goes_on(void **state)
{
	static const struct {
		const char *request, *last;
		bool is_told; /* to send its body */
	} forms[] = {
		{ GET, "GET /?v= ", false },
		{ "POST /p HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\nab", "POST /p?v= ab",
		  false },
		{ "POST /p HTTP/1.1\r\n" HOST "Content-Length: 0\r\n\r\n", "POST /p?v= ", false },
		{ "POST /p HTTP/1.1\r\n" HOST "Content-Length: 2\r\nExpect: 100-continue\r\n\r\nab",
		  "POST /p?v= ab", true },
		{ CHUNKED "2\r\nab\r\n1\r\nc\r\n0\r\n\r\n", "POST /?v= abc", false },
	};
	struct served served;
	struct client client;

	(void)state;
	open_asked(&served, patient);
	client_open(&client, &served);
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		client_say(&client, forms[i].request);
		served_judge(&served, await_head(&served, i + 1));
		if (forms[i].is_told)
			assert_int_equal(client_status(&client, NULL, 0, false), 100);
		assert_int_equal(client_status(&client, NULL, 0, false), 200);
		assert_string_equal(served.last, forms[i].last);
	}
	client_close(&client);
	served_close(&served);
}

static void who_is_refused_is_told_so_without_its_body(void **state)
{
	struct served served;
	struct client client;
	char answer[4096];

	(void)state;
	open_asked(&served, patient);
	served.refuse_at_head = 401;
	client_open(&client, &served);
	/* A short one is read and dropped: the connection goes on. */
	client_say(&client, GET);
	served_judge(&served, await_head(&served, 1));
	assert_int_equal(client_status(&client, NULL, 0, false), 401);
	say_head(&client, 2, "");
	served_judge(&served, await_head(&served, 2));
	client_say(&client, "ab");
	assert_int_equal(client_status(&client, NULL, 0, false), 401);
	/* With a long one it is told at once. */
	say_head(&client, LONGEST, "");
	served_judge(&served, await_head(&served, 3));
	assert_int_equal(client_status(&client, answer, sizeof(answer), false), 401);
	assert_non_null(strstr(answer, "Connection: close\r\n"));
	client_put(&client, zeros, LONGEST);
	client_wait_closed(&client);
	client_close(&client);
	/* And who asks whether to send it is not told to. */
	client_open(&client, &served);
	say_head(&client, 2, "Expect: 100-continue\r\n");
	served_judge(&served, await_head(&served, 4));
	assert_int_equal(client_status(&client, NULL, 0, false), 401);
	client_wait_closed(&client);
	client_close(&client);
	assert_int_equal(served.n_requests, 0);
	served_close(&served);
}

static void who_is_not_judged_in_time_is_503(void **state)
{
	struct http_limits limits = patient;
	struct served served;
	struct client client;

	(void)state;
	limits.answer_ms = SHORT_MS;
	open_asked(&served, limits);
	client_open(&client, &served);
	for (size_t i = 1; i <= 3; i++) {
		say_head(&client, i == 3 ? 0 : 2, "");
		client_put(&client, zeros, i == 3 ? 0 : 2);
		assert_int_equal(client_status(&client, NULL, 0, false), 503);
		/* What comes too late is for nobody. */
		served.refuse_at_head = i == 1 ? 401 : 0;
		served_judge(&served, served.asked[i - 1]);
	}
	served.is_asked = false;
	client_say(&client, GET);
	assert_int_equal(client_status(&client, NULL, 0, false), 200);
	assert_int_equal(served.n_requests, 1);
	client_close(&client);
	served_close(&served);
}

static void who_vanishes_meanwhile_is_forgotten(void **state)
{
	enum { CLIENTS = 8 };
	struct served served;
	struct client clients[CLIENTS];

	(void)state;
	open_asked(&served, patient);
	for (int i = 0; i < CLIENTS; i++) {
		struct linger reset = { 1, 0 };

		client_open(&clients[i], &served);
		say_head(&clients[i], i & 4 ? 2 : 0, i & 1 ? "Expect: 100-continue\r\n" : "");
		if (i & 2)
			setsockopt(clients[i].fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	}
	await_head(&served, CLIENTS);
	for (int i = 0; i < CLIENTS; i++)
		client_close(&clients[i]);
	while (http_connections(served.http) > 0)
		served_step(&served, 100);
	for (int i = 0; i < CLIENTS; i++) {
		served.refuse_at_head = i % 2 ? 401 : 0;
		served_judge(&served, served.asked[i]);
	}
	assert_int_equal(served.n_requests, 0);
	/* At the end some are still owed, of who has left and of who has not. */
	client_open(&clients[0], &served);
	say_head(&clients[0], 2, "");
	client_open(&clients[1], &served);
	say_head(&clients[1], 2, "");
	await_head(&served, CLIENTS + 2);
	client_close(&clients[0]);
	while (http_connections(served.http) > 1)
		served_step(&served, 100);
	served_close(&served);
	client_close(&clients[1]);
}

/* A body of which the last byte does not come. */
static void hold(struct client *client, struct served *served, unsigned address, size_t size)
{
	unsigned n_heads = served->n_heads;

	client_open_from(client, served, address);
	say_head(client, size, "");
	client_put(client, zeros, size - 1);
	while (served->n_heads == n_heads)
		served_step(served, 100);
	for (int i = 0; i < 10; i++)
		served_step(served, 1);
}

static void strangers_have_a_share_of_the_bodies_and_no_more(void **state)
{
	struct http_limits limits = patient;
	struct served served;
	struct client held[4], other;
	char answer[4096];

	(void)state;
	limits.body_bytes = 400000;
	limits.bodies_bytes = 400000; /* of strangers 100,000, of one 25,000 */
	served_open(&served, (struct http_options){ .limits = limits });
	served.is_strange = true;
	for (unsigned i = 0; i < 4; i++)
		hold(&held[i], &served, 10 + i, 20000);
	/* One address has its own share, and all have one together. */
	client_open_from(&other, &served, 10);
	say_head(&other, 10000, "");
	client_put(&other, zeros, 10000);
	assert_int_equal(client_status(&other, answer, sizeof(answer), false), 503);
	assert_non_null(strstr(answer, "Retry-After: 1\r\n"));
	client_close(&other);
	client_open_from(&other, &served, 20);
	say_head(&other, 24000, "");
	client_put(&other, zeros, 24000);
	assert_int_equal(client_status(&other, NULL, 0, false), 503);
	/* Where its length is not announced, as soon as it has come. */
	client_say(&other, CHUNKED "5dc0\r\n");
	client_put(&other, zeros, 24000);
	assert_int_equal(client_status(&other, NULL, 0, false), 503);
	client_close(&other);
	client_open_from(&other, &served, 20);
	say_head(&other, 25001, "");
	client_put(&other, zeros, 25001);
	assert_int_equal(client_status(&other, answer, sizeof(answer), false), 413);
	assert_non_null(strstr(answer, "longer than 25000 bytes"));
	/* Who is known has all that strangers have not. */
	served.is_strange = false;
	say_head(&other, 300000, "");
	client_put(&other, zeros, 300000);
	assert_int_equal(client_status(&other, NULL, 0, false), 200);
	client_close(&other);
	for (int i = 0; i < 4; i++) {
		client_put(&held[i], zeros, 1);
		assert_int_equal(client_status(&held[i], NULL, 0, false), 200);
		client_close(&held[i]);
	}
	served_close(&served);
}

static void strangers_make_room_for_who_comes(void **state)
{
	enum { STRANGERS = 3 };
	struct http_limits limits = patient;
	struct served served;
	struct client known, strangers[STRANGERS], others[STRANGERS], last;

	(void)state;
	limits.connections = 1 + STRANGERS;
	served_open(&served, (struct http_options){ .limits = limits });
	client_open(&known, &served);
	client_say(&known, GET);
	assert_int_equal(client_status(&known, NULL, 0, false), 200);
	/* One rests, one does not come to the end of its head, one not to that of its body. */
	served.is_strange = true;
	for (unsigned i = 0; i < STRANGERS; i++) {
		client_open_from(&strangers[i], &served, 10 + i);
		while (http_connections(served.http) < 2 + i)
			served_step(&served, 10);
	}
	client_say(&strangers[0], GET);
	assert_int_equal(client_status(&strangers[0], NULL, 0, false), 200);
	client_say(&strangers[1], "GET / HTTP/1.1\r\nX");
	say_head(&strangers[2], 2, "");
	while (served.n_heads < 3)
		served_step(&served, 10);
	served.is_strange = false;
	for (unsigned i = 0; i < STRANGERS; i++) {
		client_open_from(&others[i], &served, 20 + i);
		client_say(&others[i], GET);
		assert_int_equal(client_status(&others[i], NULL, 0, false), 200);
		/* The oldest first. */
		client_wait_closed(&strangers[i]);
		assert_false(i + 1 < STRANGERS && strangers[i + 1].is_closed);
		client_close(&strangers[i]);
	}
	/* All are known now. */
	client_open_from(&last, &served, 30);
	client_say(&last, GET);
	assert_int_equal(client_status(&last, NULL, 0, false), 503);
	client_close(&last);
	client_say(&known, GET);
	assert_int_equal(client_status(&known, NULL, 0, false), 200);
	client_close(&known);
	for (int i = 0; i < STRANGERS; i++)
		client_close(&others[i]);
	served_close(&served);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_body_takes_no_memory_until_its_head_has_been_judged),
		cmocka_unit_test(each_form_of_a_request_goes_on),
		cmocka_unit_test(who_is_refused_is_told_so_without_its_body),
		cmocka_unit_test(who_is_not_judged_in_time_is_503),
		cmocka_unit_test(who_vanishes_meanwhile_is_forgotten),
		cmocka_unit_test(strangers_make_room_for_who_comes),
		cmocka_unit_test(strangers_have_a_share_of_the_bodies_and_no_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
