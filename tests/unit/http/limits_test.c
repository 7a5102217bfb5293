/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "served.h"

#define HOST	"Host: h\r\n"
#define GET	"GET / HTTP/1.1\r\n" HOST "\r\n"
#define CHUNKED "POST /p HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n"

enum { SHORT_MS = 80, LONG_MS = 600000 };

static const struct http_limits patient = { .head_ms = LONG_MS,
					    .body_ms = LONG_MS,
					    .idle_ms = LONG_MS,
					    .answer_ms = LONG_MS,
					    .send_ms = LONG_MS };

static void open_with(struct served *served, struct http_limits limits)
{
	served_open(served, (struct http_options){ .limits = limits });
}

static void a_head_may_come_byte_by_byte(void **state)
{
	struct served served;
	struct client client;
	char request[16000];
	int n = snprintf(request, sizeof(request), "POST /long HTTP/1.1\r\n" HOST);

	(void)state;
	for (int i = 0; i < 40; i++)
		n += snprintf(request + n, sizeof(request) - (size_t)n, "X-%d: %0*d\r\n", i, 300,
			      i);
	n += snprintf(request + n, sizeof(request) - (size_t)n, "Content-Length: 3\r\n\r\nabc");
	open_with(&served, patient);
	client_open(&client, &served);
	for (int i = 0; i < n; i++)
		assert_true(client_put(&client, request + i, 1));
	assert_int_equal(client_status(&client, NULL, 0, false), 200);
	assert_string_equal(served.last, "POST /long?v= abc");
	client_close(&client);
	served_close(&served);
}

/* One byte, then one more, as long as somebody listens: silence is not what ends it. */
static void send_slowly(struct client *client, const char *again)
{
	while (!client->is_closed && client_say(client, again))
		served_step(client->served, 5);
}

static void a_client_that_sends_its_head_byte_by_byte_is_gone_at_the_deadline(void **state)
{
	struct http_limits limits = patient;
	struct served served;
	struct client client;
	char answer[4096];

	(void)state;
	limits.head_ms = SHORT_MS;
	open_with(&served, limits);
	client_open(&client, &served);
	client_say(&client, "GET / HTTP/1.1\r\nX: ");
	send_slowly(&client, "a");
	assert_int_equal(client_status(&client, answer, sizeof(answer), false), 408);
	assert_non_null(strstr(answer, "headers took longer"));
	client_close(&client);
	/* Nor does one that never comes to the end of its first line. */
	client_open(&client, &served);
	send_slowly(&client, "G");
	assert_int_equal(client_status(&client, answer, sizeof(answer), false), 408);
	client_close(&client);
	/* Nor one that says nothing at all. */
	client_open(&client, &served);
	client_wait_closed(&client);
	client_close(&client);
	assert_int_equal(served.n_requests, 0);
	served_close(&served);
}

static void a_client_that_sends_its_body_byte_by_byte_is_gone_at_the_deadline(void **state)
{
	struct http_limits limits = patient;
	struct served served;
	struct client client;
	char answer[4096];

	(void)state;
	limits.body_ms = SHORT_MS;
	open_with(&served, limits);
	client_open(&client, &served);
	client_say(&client, "POST / HTTP/1.1\r\n" HOST "Content-Length: 1000000\r\n\r\n");
	send_slowly(&client, "a");
	assert_int_equal(client_status(&client, answer, sizeof(answer), false), 408);
	assert_non_null(strstr(answer, "body took longer"));
	client_close(&client);
	client_open(&client, &served);
	client_say(&client, CHUNKED);
	send_slowly(&client, "1\r\na\r\n");
	assert_int_equal(client_status(&client, answer, sizeof(answer), false), 408);
	client_close(&client);
	assert_int_equal(served.n_requests, 0);
	served_close(&served);
}

static void a_connection_that_rests_is_closed_without_a_word(void **state)
{
	struct http_limits limits = patient;
	struct served served;
	struct client client;

	(void)state;
	limits.idle_ms = SHORT_MS;
	open_with(&served, limits);
	client_open(&client, &served);
	client_say(&client, GET);
	assert_int_equal(client_status(&client, NULL, 0, false), 200);
	client_wait_closed(&client);
	assert_int_equal(client.n_bytes, 0);
	client_close(&client);
	served_close(&served);
}

static void an_answer_that_does_not_come_is_503(void **state)
{
	struct http_limits limits = patient;
	struct served served;
	struct client client;

	(void)state;
	limits.answer_ms = SHORT_MS;
	open_with(&served, limits);
	served.is_later = true;
	client_open(&client, &served);
	client_say(&client, GET);
	assert_int_equal(client_status(&client, NULL, 0, false), 503);
	/* The one that comes too late is for nobody; the connection goes on. */
	assert_int_equal(served.n_waiting, 1);
	served_answer(&served);
	served.is_later = false;
	client_say(&client, GET);
	assert_int_equal(client_status(&client, NULL, 0, false), 200);
	client_close(&client);
	served_close(&served);
}

static void who_does_not_read_its_answer_is_gone_at_the_deadline(void **state)
{
	struct http_limits limits = patient;
	struct served served;
	struct client client;

	(void)state;
	limits.send_ms = SHORT_MS;
	open_with(&served, limits);
	client_open(&client, &served);
	/* Answers without end, none of which it takes. */
	while (http_connections(served.http) > 0 || served.n_requests == 0) {
		send(client.fd, GET, strlen(GET), MSG_NOSIGNAL);
		served_step(&served, 1);
	}
	client_close(&client);
	served_close(&served);
}

static void a_client_that_vanishes_is_forgotten(void **state)
{
	struct served served;
	struct client clients[8];

	(void)state;
	open_with(&served, patient);
	served.is_later = true;
	for (int i = 0; i < 8; i++) {
		struct linger reset = { 1, 0 };

		client_open(&clients[i], &served);
		client_say(&clients[i], GET);
		if (i % 2)
			setsockopt(clients[i].fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	}
	while (served.n_waiting < 8)
		served_step(&served, 100);
	for (int i = 0; i < 8; i++)
		client_close(&clients[i]);
	while (http_connections(served.http) > 0)
		served_step(&served, 100);
	/* Their answers are still owed, and go nowhere. */
	served_answer(&served);
	assert_int_equal(client_ask(&served, "GET / HTTP/1.1\r\n\r\n", NULL, 0), 400);
	served_close(&served);
}

static void it_ends_though_answers_are_owed_to_nobody(void **state)
{
	struct served served;
	struct client client;

	(void)state;
	open_with(&served, patient);
	served.is_later = true;
	client_open(&client, &served);
	client_say(&client, GET);
	while (served.n_waiting < 1)
		served_step(&served, 100);
	client_close(&client);
	while (http_connections(served.http) > 0)
		served_step(&served, 100);
	served_close(&served);
}

static void a_body_too_long_is_413_at_its_head(void **state)
{
	struct http_limits limits = patient;
	struct served served;
	struct client client;
	char answer[4096], *body = calloc(1, 400000);

	(void)state;
	limits.body_bytes = 1000;
	open_with(&served, limits);
	client_open(&client, &served);
	client_say(&client, "POST / HTTP/1.1\r\n" HOST "Content-Length: 1001\r\n\r\n");
	client_put(&client, body, 1001);
	assert_int_equal(client_status(&client, answer, sizeof(answer), false), 413);
	assert_non_null(strstr(answer, "longer than 1000 bytes"));
	/* A short one was read and dropped: its connection goes on. */
	client_say(&client, "POST / HTTP/1.1\r\n" HOST "Content-Length: 1000\r\n\r\n");
	client_put(&client, body, 1000);
	assert_int_equal(client_status(&client, NULL, 0, false), 200);
	/* With a long one it is told at once, reads that, and the connection ends. */
	client_say(&client, "POST / HTTP/1.1\r\n" HOST "Content-Length: 400000\r\n\r\n");
	assert_int_equal(client_status(&client, answer, sizeof(answer), false), 413);
	assert_non_null(strstr(answer, "Connection: close\r\n"));
	client_put(&client, body, 400000);
	client_wait_closed(&client);
	client_close(&client);
	assert_int_equal(served.n_requests, 1);
	assert_int_equal(served.n_heads, 1);
	served_close(&served);
	free(body);
}

static void a_body_that_never_ends_is_413_as_soon_as_it_is_too_long(void **state)
{
	struct http_limits limits = patient;
	struct served served;
	struct client client;
	char answer[4096];

	(void)state;
	limits.body_bytes = 100000;
	open_with(&served, limits);
	client_open(&client, &served);
	client_say(&client, CHUNKED);
	while (client.n_bytes == 0)
		assert_true(client_say(&client, "10\r\n0123456789abcdef\r\n"));
	assert_int_equal(client_status(&client, answer, sizeof(answer), false), 413);
	/* What goes on is read for a while, and then not. */
	send_slowly(&client, "10\r\n0123456789abcdef\r\n");
	client_close(&client);
	assert_int_equal(served.n_requests, 0);
	served_close(&served);
}

static void all_bodies_together_have_an_end(void **state)
{
	struct http_limits limits = patient;
	struct served served;
	struct client first, second;
	char answer[4096], *body = calloc(1, 100000);

	(void)state;
	limits.body_bytes = 100000;
	limits.bodies_bytes = 150000;
	open_with(&served, limits);
	client_open(&first, &served);
	client_say(&first, "POST / HTTP/1.1\r\n" HOST "Content-Length: 100000\r\n\r\n");
	client_put(&first, body, 99999);
	client_open(&second, &served);
	client_say(&second, "POST / HTTP/1.1\r\n" HOST "Content-Length: 60000\r\n\r\n");
	client_put(&second, body, 60000);
	assert_int_equal(client_status(&second, answer, sizeof(answer), false), 503);
	assert_non_null(strstr(answer, "Retry-After: 1\r\n"));
	/* Nobody else is disturbed, and what was there has room again afterwards. */
	client_put(&first, body, 1);
	assert_int_equal(client_status(&first, NULL, 0, false), 200);
	client_say(&second, "POST / HTTP/1.1\r\n" HOST "Content-Length: 100000\r\n\r\n");
	client_put(&second, body, 100000);
	assert_int_equal(client_status(&second, NULL, 0, false), 200);
	client_close(&first);
	client_close(&second);
	served_close(&served);
	free(body);
}

static void a_client_that_asks_whether_to_send_is_told(void **state)
{
	static const char waits[] = "POST / HTTP/1.1\r\n" HOST "Content-Length: 2\r\n"
				    "Expect: 100-continue\r\n\r\n";
	struct served served;
	struct client client;

	(void)state;
	open_with(&served, patient);
	client_open(&client, &served);
	client_say(&client, waits);
	assert_int_equal(client_status(&client, NULL, 0, false), 100);
	client_say(&client, "ab");
	assert_int_equal(client_status(&client, NULL, 0, false), 200);
	/* Who is refused by its head is told that instead, and its connection ends: whether the
	 * body comes nobody knows. */
	served.refuse_at_head = 401;
	client_say(&client, waits);
	assert_int_equal(client_status(&client, NULL, 0, false), 401);
	client_wait_closed(&client);
	client_close(&client);
	served_close(&served);
}

static void who_is_refused_by_its_head_keeps_its_connection(void **state)
{
	struct served served;
	struct client client;
	char answer[4096];

	(void)state;
	open_with(&served, patient);
	client_open(&client, &served);
	served.refuse_at_head = 429;
	for (int i = 0; i < 3; i++) {
		client_say(&client, "POST / HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\nab");
		assert_int_equal(client_status(&client, answer, sizeof(answer), false), 429);
		assert_non_null(strstr(answer, "Retry-After: 7\r\n"));
		assert_non_null(strstr(answer, "Content-Type: application/json\r\n"));
		assert_non_null(strstr(answer, "\r\n\r\n{\"error\":\"refused at its head\"}"));
	}
	client_say(&client, GET);
	assert_int_equal(client_status(&client, NULL, 0, false), 429);
	/* How long a body in chunks will be is not known: told at once, and closed. */
	client_say(&client, CHUNKED);
	assert_int_equal(client_status(&client, NULL, 0, false), 429);
	client_say(&client, "0\r\n\r\n");
	client_wait_closed(&client);
	client_close(&client);
	assert_int_equal(served.n_requests, 0);
	served_close(&served);
}

static void one_address_has_so_many_connections_and_no_more(void **state)
{
	struct http_limits limits = patient;
	struct served served;
	struct client of_one[3], other;

	(void)state;
	limits.connections_of_one = 2;
	open_with(&served, limits);
	for (int i = 0; i < 3; i++) {
		client_open_from(&of_one[i], &served, 7);
		client_say(&of_one[i], GET);
		assert_int_equal(client_status(&of_one[i], NULL, 0, false), i < 2 ? 200 : 429);
	}
	client_wait_closed(&of_one[2]);
	client_open_from(&other, &served, 8);
	client_say(&other, GET);
	assert_int_equal(client_status(&other, NULL, 0, false), 200);
	client_close(&of_one[2]);
	client_close(&of_one[0]);
	while (http_connections(served.http) > 2)
		served_step(&served, 100);
	client_open_from(&of_one[0], &served, 7);
	client_say(&of_one[0], GET);
	assert_int_equal(client_status(&of_one[0], NULL, 0, false), 200);
	client_close(&of_one[0]);
	client_close(&of_one[1]);
	client_close(&other);
	served_close(&served);
}

static void there_are_so_many_connections_and_no_more(void **state)
{
	struct http_limits limits = patient;
	struct served served;
	struct client clients[4];

	(void)state;
	limits.connections = 3;
	open_with(&served, limits);
	for (unsigned i = 0; i < 4; i++) {
		client_open_from(&clients[i], &served, 10 + i);
		client_say(&clients[i], GET);
		assert_int_equal(client_status(&clients[i], NULL, 0, false), i < 3 ? 200 : 503);
	}
	for (int i = 0; i < 4; i++)
		client_close(&clients[i]);
	while (http_connections(served.http) > 0)
		served_step(&served, 100);
	client_open(&clients[0], &served);
	client_say(&clients[0], GET);
	assert_int_equal(client_status(&clients[0], NULL, 0, false), 200);
	client_close(&clients[0]);
	served_close(&served);
}

static void a_thousand_idle_connections_disturb_nobody(void **state)
{
	enum { IDLE = 1000 };
	struct http_limits limits = patient;
	struct rlimit descriptors;
	struct served served;
	struct client *idle = calloc(IDLE, sizeof(*idle)), busy;

	(void)state;
	getrlimit(RLIMIT_NOFILE, &descriptors);
	if (descriptors.rlim_cur < 3 * IDLE && descriptors.rlim_max >= 3 * IDLE) {
		descriptors.rlim_cur = 3 * IDLE;
		setrlimit(RLIMIT_NOFILE, &descriptors);
	}
	if (descriptors.rlim_cur < 3 * IDLE) {
		print_message("skipped: this process may open %lu files, and 3,000 are needed\n",
			      (unsigned long)descriptors.rlim_cur);
		free(idle);
		skip();
	}
	limits.connections_of_one = 2 * IDLE;
	open_with(&served, limits);
	for (int i = 0; i < IDLE; i++) {
		client_open(&idle[i], &served);
		if (i % 2)
			client_say(&idle[i], "GET / HTTP/1.1\r\n");
		served_step(&served, 0);
	}
	while (http_connections(served.http) < IDLE)
		served_step(&served, 100);
	client_open(&busy, &served);
	for (int i = 0; i < 100; i++) {
		client_say(&busy, GET);
		assert_int_equal(client_status(&busy, NULL, 0, false), 200);
	}
	client_close(&busy);
	for (int i = 0; i < IDLE; i++)
		client_close(&idle[i]);
	served_close(&served);
	free(idle);
}

static void it_has_no_more_connections_than_files(void **state)
{
	struct rlimit before, few;
	struct served served;
	struct client clients[40];
	unsigned n_well = 0, n_full = 0;

	(void)state;
	getrlimit(RLIMIT_NOFILE, &before);
	few = before;
	few.rlim_cur = 64;
	setrlimit(RLIMIT_NOFILE, &few);
	open_with(&served, patient);
	setrlimit(RLIMIT_NOFILE, &before);
	for (unsigned i = 0; i < 40; i++) {
		unsigned status;

		client_open(&clients[i], &served);
		client_say(&clients[i], GET);
		status = client_status(&clients[i], NULL, 0, false);
		n_well += status == 200;
		n_full += status == 503;
	}
	assert_int_equal(n_well, 32);
	assert_int_equal(n_full, 8);
	for (unsigned i = 0; i < 40; i++)
		client_close(&clients[i]);
	served_close(&served);
}

static void who_says_at_once_that_it_sends_no_more_is_not_kept(void **state)
{
	struct served served;
	struct client client;

	(void)state;
	open_with(&served, patient);
	client_open(&client, &served);
	send(client.fd, GET, strlen(GET), MSG_NOSIGNAL);
	shutdown(client.fd, SHUT_WR);
	assert_int_equal(client_status(&client, NULL, 0, false), 200);
	client_wait_closed(&client);
	while (http_connections(served.http) > 0)
		served_step(&served, 100);
	client_close(&client);
	served_close(&served);
}

static void without_descriptors_it_waits_for_some(void **state)
{
	struct http_limits limits = patient;
	struct rlimit before, few;
	struct served served;
	struct client clients[8];
	int first = dup(0);

	(void)state;
	open_with(&served, limits);
	for (int i = 0; i < 8; i++)
		client_open(&clients[i], &served);
	/* As it is: none is left for who comes. */
	getrlimit(RLIMIT_NOFILE, &before);
	few = before;
	few.rlim_cur = (rlim_t)first + 4 + 8 + 3;
	setrlimit(RLIMIT_NOFILE, &few);
	for (int i = 0; i < 8; i++)
		send(clients[i].fd, GET, strlen(GET), MSG_NOSIGNAL);
	for (int i = 0; i < 100; i++)
		served_step(&served, 1);
	assert_true(http_connections(served.http) < 8);
	setrlimit(RLIMIT_NOFILE, &before);
	while (served.n_requests < 8) {
		for (int i = 0; i < 8; i++)
			if (clients[i].fd >= 0 && served.n_requests > (unsigned)i &&
			    client_status(&clients[i], NULL, 0, false) == 200)
				client_close(&clients[i]);
		served_step(&served, 10);
	}
	for (int i = 0; i < 8; i++)
		if (clients[i].fd >= 0)
			client_close(&clients[i]);
	served_close(&served);
	close(first);
}

static void an_end_in_good_order_answers_what_is_there(void **state)
{
	struct served served;
	struct client resting, waiting, half;
	char answer[4096];

	(void)state;
	open_with(&served, patient);
	client_open(&resting, &served);
	client_say(&resting, GET);
	assert_int_equal(client_status(&resting, NULL, 0, false), 200);
	served.is_later = true;
	client_open(&waiting, &served);
	client_say(&waiting, GET);
	client_open(&half, &served);
	client_say(&half, "POST / HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\na");
	while (served.n_heads < 3)
		served_step(&served, 100);
	http_quiesce(served.http);
	client_wait_closed(&resting);
	served_answer(&served);
	assert_int_equal(client_status(&waiting, answer, sizeof(answer), false), 200);
	assert_non_null(strstr(answer, "Connection: close\r\n"));
	served.is_later = false;
	client_say(&half, "b");
	assert_int_equal(client_status(&half, answer, sizeof(answer), false), 200);
	while (http_connections(served.http) > 0)
		served_step(&served, 100);
	client_close(&resting);
	client_close(&waiting);
	client_close(&half);
	served_close(&served);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_head_may_come_byte_by_byte),
		cmocka_unit_test(a_client_that_sends_its_head_byte_by_byte_is_gone_at_the_deadline),
		cmocka_unit_test(a_client_that_sends_its_body_byte_by_byte_is_gone_at_the_deadline),
		cmocka_unit_test(a_connection_that_rests_is_closed_without_a_word),
		cmocka_unit_test(an_answer_that_does_not_come_is_503),
		cmocka_unit_test(who_does_not_read_its_answer_is_gone_at_the_deadline),
		cmocka_unit_test(a_client_that_vanishes_is_forgotten),
		cmocka_unit_test(it_ends_though_answers_are_owed_to_nobody),
		cmocka_unit_test(a_body_too_long_is_413_at_its_head),
		cmocka_unit_test(a_body_that_never_ends_is_413_as_soon_as_it_is_too_long),
		cmocka_unit_test(all_bodies_together_have_an_end),
		cmocka_unit_test(a_client_that_asks_whether_to_send_is_told),
		cmocka_unit_test(who_is_refused_by_its_head_keeps_its_connection),
		cmocka_unit_test(one_address_has_so_many_connections_and_no_more),
		cmocka_unit_test(there_are_so_many_connections_and_no_more),
		cmocka_unit_test(a_thousand_idle_connections_disturb_nobody),
		cmocka_unit_test(it_has_no_more_connections_than_files),
		cmocka_unit_test(who_says_at_once_that_it_sends_no_more_is_not_kept),
		cmocka_unit_test(without_descriptors_it_waits_for_some),
		cmocka_unit_test(an_end_in_good_order_answers_what_is_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
