/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "served.h"

#define GET(path) "GET " path " HTTP/1.1\r\nHost: h\r\n\r\n"

static void open_plain(struct served *served)
{
	served_open(served, (struct http_options){ 0 });
}

static void a_request_is_handed_over_and_answered(void **state)
{
	struct served served;
	char answer[4096];

	(void)state;
	open_plain(&served);
	assert_int_equal(client_ask(&served, GET("/a%20b?x=1&v=%C3%A5+c"), answer, sizeof(answer)),
			 200);
	assert_string_equal(served.last, "GET /a b?v=å c ");
	assert_non_null(strstr(answer, "X-Of-The-Test: yes\r\n"));
	assert_non_null(strstr(answer, "\r\n\r\nGET /a b?v=å c "));
	assert_string_equal(served.peer, "127.0.0.1");
	served_close(&served);
}

static void a_body_comes_in_one_piece_or_in_chunks(void **state)
{
	struct served served;

	(void)state;
	open_plain(&served);
	assert_int_equal(client_ask(&served,
				    "POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello",
				    NULL, 0),
			 200);
	assert_string_equal(served.last, "POST /p?v= hello");
	assert_int_equal(
		client_ask(&served,
			   "PUT /p HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
			   "3\r\nhel\r\n2;ext=1\r\nlo\r\n0\r\nTrailer: t\r\n\r\n",
			   NULL, 0),
		200);
	assert_string_equal(served.last, "PUT /p?v= hello");
	served_close(&served);
}

static void a_connection_carries_many_requests_also_at_once(void **state)
{
	struct served served;
	struct client client;
	char answer[4096];

	(void)state;
	open_plain(&served);
	client_open(&client, &served);
	for (int i = 0; i < 3; i++) {
		client_say(&client, "POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nb");
		assert_int_equal(client_status(&client, NULL, 0, false), 200);
	}
	client_say(&client, GET("/1") "HEAD /2 HTTP/1.1\r\nHost: h\r\n\r\n" GET("/3"));
	assert_int_equal(client_status(&client, answer, sizeof(answer), false), 200);
	assert_non_null(strstr(answer, "GET /1"));
	assert_int_equal(client_status(&client, answer, sizeof(answer), true), 200);
	assert_non_null(strstr(answer, "\r\nContent-Length: 11\r\n"));
	assert_int_equal(client_status(&client, answer, sizeof(answer), false), 200);
	assert_non_null(strstr(answer, "GET /3"));
	assert_int_equal(client.n_bytes, 0);
	assert_int_equal(http_connections(served.http), 1);
	client_close(&client);
	served_close(&served);
}

static void an_answer_may_come_in_a_later_round(void **state)
{
	struct served served;
	struct client clients[3];

	(void)state;
	open_plain(&served);
	served.is_later = true;
	for (int i = 0; i < 3; i++) {
		client_open(&clients[i], &served);
		client_say(&clients[i], GET("/a") GET("/b"));
	}
	while (served.n_waiting < 3)
		served_step(&served, 100);
	served_answer(&served);
	for (int i = 0; i < 3; i++)
		assert_int_equal(client_status(&clients[i], NULL, 0, false), 200);
	while (served.n_waiting < 3)
		served_step(&served, 100);
	served_answer(&served);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(client_status(&clients[i], NULL, 0, false), 200);
		client_close(&clients[i]);
	}
	served_close(&served);
}

static void it_ends_though_requests_wait(void **state)
{
	struct served served;
	struct client clients[3];

	(void)state;
	open_plain(&served);
	served.is_later = true;
	for (int i = 0; i < 3; i++) {
		client_open(&clients[i], &served);
		client_say(&clients[i], GET("/a"));
	}
	while (served.n_waiting < 3)
		served_step(&served, 100);
	served_close(&served);
	for (int i = 0; i < 3; i++)
		client_close(&clients[i]);
}

static void what_cannot_be_listened_on_is_said(void **state)
{
	static const char *const none[] = {
		"",	  "127.0.0.1",	    "127.0.0.1:", "127.0.0.1:65536", "localhost:80",
		"::1:80", "[127.0.0.1]:80", "[::1]",	  "127.0.0.1:8o"
	};
	struct served served;
	struct http *other;
	char taken[32];

	(void)state;
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		assert_int_equal(http_open(&(struct http_options){ .listen = none[i] }, &other),
				 LIFT_E_CONFIG);
	open_plain(&served);
	snprintf(taken, sizeof(taken), "127.0.0.1:%u", http_port(served.http));
	assert_int_equal(http_open(&(struct http_options){ .listen = taken }, &other),
			 LIFT_E_SOCKET);
	assert_int_equal(
		http_open(&(struct http_options){ .listen = "127.0.0.1:0",
						  .trusted = (const char *const[]){ "10.0.0.0/33",
										    NULL } },
			  &other),
		LIFT_E_CONFIG);
	served_close(&served);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_is_handed_over_and_answered),
		cmocka_unit_test(a_body_comes_in_one_piece_or_in_chunks),
		cmocka_unit_test(a_connection_carries_many_requests_also_at_once),
		cmocka_unit_test(an_answer_may_come_in_a_later_round),
		cmocka_unit_test(it_ends_though_requests_wait),
		cmocka_unit_test(what_cannot_be_listened_on_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
