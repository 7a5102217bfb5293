/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who a request is from: pages of other origins, and clients behind proxies.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "clients/http/address.h"
#include "served.h"

#define HOST "Host: h\r\n"
#define PREFLIGHT \
	"OPTIONS /xapi/statements HTTP/1.1\r\n" HOST "Access-Control-Request-Method: POST\r\n"
#define OURS "Origin: https://course.example\r\n"

static const char *const one_origin[] = { "https://other.example", "https://course.example", NULL };
static const char *const any_origin[] = { "*", NULL };

static void a_browser_is_told_what_it_may_send(void **state)
{
	struct served served;
	char answer[4096];

	(void)state;
	served_open(&served, (struct http_options){ .origins = one_origin });
	assert_int_equal(client_ask(&served, PREFLIGHT OURS "\r\n", answer, sizeof(answer)), 204);
	assert_non_null(strstr(answer, "Access-Control-Allow-Origin: https://course.example\r\n"));
	assert_non_null(strstr(answer, "Access-Control-Allow-Methods: PUT, POST, GET, HEAD\r\n"));
	assert_non_null(strstr(answer, "Access-Control-Allow-Headers: Authorization, Content-Type, "
				       "X-Experience-API-Version, If-Match, If-None-Match\r\n"));
	assert_non_null(strstr(answer, "Vary: Origin\r\n"));
	assert_int_equal(served.n_heads, 0);
	served_close(&served);
}

static void a_page_of_a_known_origin_may_read_the_answer(void **state)
{
	struct served served;
	char answer[4096];

	(void)state;
	served_open(&served, (struct http_options){ .origins = one_origin });
	assert_int_equal(
		client_ask(&served, "GET / HTTP/1.1\r\n" HOST OURS "\r\n", answer, sizeof(answer)),
		200);
	assert_non_null(strstr(answer, "Access-Control-Allow-Origin: https://course.example\r\n"));
	assert_non_null(strstr(answer, "Access-Control-Expose-Headers: ETag, Last-Modified, "));
	assert_non_null(strstr(answer, "X-Experience-API-Consistent-Through"));
	/* Also where it is refused: the page's programmer must see why. */
	served.refuse_at_head = 401;
	assert_int_equal(
		client_ask(&served, "GET / HTTP/1.1\r\n" HOST OURS "\r\n", answer, sizeof(answer)),
		401);
	assert_non_null(strstr(answer, "Access-Control-Allow-Origin: "));
	served_close(&served);
}

static void a_page_of_another_origin_may_not(void **state)
{
	static const char *const strange[] = { "Origin: https://evil.example\r\n",
					       "Origin: https://course.example.evil.example\r\n",
					       "Origin: http://course.example\r\n",
					       "Origin: null\r\n", "" };
	struct served served;
	char answer[4096], request[1024];

	(void)state;
	served_open(&served, (struct http_options){ .origins = one_origin });
	for (size_t i = 0; i < sizeof(strange) / sizeof(strange[0]); i++) {
		snprintf(request, sizeof(request), "GET / HTTP/1.1\r\n" HOST "%s\r\n", strange[i]);
		assert_int_equal(client_ask(&served, request, answer, sizeof(answer)), 200);
		assert_null(strstr(answer, "Access-Control-"));
		assert_non_null(strstr(answer, "Vary: Origin\r\n"));
		snprintf(request, sizeof(request), PREFLIGHT "%s\r\n", strange[i]);
		client_ask(&served, request, answer, sizeof(answer));
		assert_null(strstr(answer, "Access-Control-"));
	}
	served_close(&served);
}

static void any_origin_may_where_that_is_said(void **state)
{
	struct served served;
	char answer[4096];

	(void)state;
	served_open(&served, (struct http_options){ .origins = any_origin });
	assert_int_equal(client_ask(&served, PREFLIGHT OURS "\r\n", answer, sizeof(answer)), 204);
	assert_non_null(strstr(answer, "Access-Control-Allow-Origin: *\r\n"));
	assert_null(strstr(answer, "Vary:"));
	served_close(&served);
}

static void without_origins_there_is_nothing_of_it(void **state)
{
	struct served served;
	char answer[4096];

	(void)state;
	served_open(&served, (struct http_options){ 0 });
	assert_int_equal(client_ask(&served, PREFLIGHT OURS "\r\n", answer, sizeof(answer)), 200);
	assert_null(strstr(answer, "Access-Control-"));
	assert_null(strstr(answer, "Vary:"));
	assert_string_equal(served.last, "OPTIONS /xapi/statements?v= ");
	served_close(&served);
}

/* The peer is 127.0.0.1. */
static void who_stands_behind_a_proxy_is_believed_from_ours_only(void **state)
{
	static const char *const ours[] = { "10.0.0.0/8", "127.0.0.1", "fd00::/8", NULL };
	static const char *const others[] = { "10.0.0.0/8", NULL };
	static const struct {
		const char *const *trusted;
		const char *forwarded, *peer;
	} cases[] = {
		{ NULL, "X-Forwarded-For: 192.0.2.1\r\n", "127.0.0.1" },
		{ others, "X-Forwarded-For: 192.0.2.1\r\n", "127.0.0.1" },
		{ ours, "", "127.0.0.1" },
		{ ours, "X-Forwarded-For: 192.0.2.1\r\n", "192.0.2.1" },
		{ ours, "x-forwarded-for:192.0.2.1\r\n", "192.0.2.1" },
		{ ours, "X-Forwarded-For: 192.0.2.1, 10.1.2.3\r\n", "192.0.2.1" },
		{ ours, "X-Forwarded-For: 1.2.3.4, 192.0.2.1, 10.1.2.3\r\n", "192.0.2.1" },
		{ ours, "X-Forwarded-For: 10.9.9.9, 10.1.2.3\r\n", "10.9.9.9" },
		{ ours, "X-Forwarded-For: 192.0.2.1:4711\r\n", "192.0.2.1" },
		{ ours, "X-Forwarded-For: 2001:db8::1\r\n", "2001:db8::1" },
		{ ours, "X-Forwarded-For: [2001:db8::1]:4711\r\n", "2001:db8::1" },
		{ ours, "X-Forwarded-For: ::ffff:192.0.2.1\r\n", "192.0.2.1" },
		{ ours, "X-Forwarded-For: unknown\r\n", "127.0.0.1" },
		{ ours, "X-Forwarded-For: 192.0.2.1, unknown, 10.1.2.3\r\n", "10.1.2.3" },
		{ ours, "X-Forwarded-For: 1.2.3.4\r\nX-Forwarded-For: 192.0.2.1\r\n", "192.0.2.1" },
		{ ours, "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-For: 10.1.2.3\r\n",
		  "192.0.2.1" },
		{ ours, "X-Forwarded-For: ,,\r\n", "127.0.0.1" },
	};
	char request[1024];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct served served;

		served_open(&served, (struct http_options){ .trusted = cases[i].trusted });
		snprintf(request, sizeof(request), "GET / HTTP/1.1\r\n" HOST "%s\r\n",
			 cases[i].forwarded);
		assert_int_equal(client_ask(&served, request, NULL, 0), 200);
		assert_string_equal(served.peer, cases[i].peer);
		served_close(&served);
	}
}

static void a_proxy_of_ours_has_as_many_connections_as_it_likes(void **state)
{
	static const char *const ours[] = { "127.0.0.9", NULL };
	struct http_limits limits = { .connections_of_one = 1 };
	struct served served;
	struct client clients[3];

	(void)state;
	served_open(&served, (struct http_options){ .trusted = ours, .limits = limits });
	for (int i = 0; i < 3; i++) {
		client_open_from(&clients[i], &served, 9);
		client_say(&clients[i], "GET / HTTP/1.1\r\n" HOST "\r\n");
		assert_int_equal(client_status(&clients[i], NULL, 0, false), 200);
	}
	for (int i = 0; i < 3; i++)
		client_close(&clients[i]);
	served_close(&served);
}

static void it_listens_on_both_kinds_of_addresses(void **state)
{
	struct served served;

	(void)state;
	served_open(&served, (struct http_options){ .listen = "0.0.0.0:0" });
	assert_int_equal(client_ask(&served, "GET / HTTP/1.1\r\n" HOST "\r\n", NULL, 0), 200);
	assert_string_equal(served.peer, "127.0.0.1");
	served_close(&served);
	/* On all of IPv6, an IPv4 client is still one. */
	served_open(&served, (struct http_options){ .listen = "[::]:0" });
	assert_int_equal(client_ask(&served, "GET / HTTP/1.1\r\n" HOST "\r\n", NULL, 0), 200);
	assert_string_equal(served.peer, "127.0.0.1");
	served_close(&served);
}

static void a_range_of_addresses_is_what_it_says(void **state)
{
	static const struct {
		const char *range, *address;
		bool is_in;
	} cases[] = {
		{ "10.0.0.0/8", "10.255.255.255", true }, { "10.0.0.0/8", "11.0.0.0", false },
		{ "10.0.0.0/9", "10.127.0.1", true },	  { "10.0.0.0/9", "10.128.0.1", false },
		{ "0.0.0.0/0", "192.0.2.1", true },	  { "0.0.0.0/0", "2001:db8::1", false },
		{ "::/0", "2001:db8::1", true },	  { "192.0.2.1", "192.0.2.1", true },
		{ "192.0.2.1/32", "192.0.2.2", false },	  { "fd00::/8", "fdff::1", true },
		{ "fd00::/8", "fe00::1", false },
	};
	static const char *const none[] = { "",		"10.0.0.0/",   "10.0.0.0/33", "10.0.0.0/-1",
					    "10.0.0/8", "::1/129",     "x",	      "10.0.0.0/8x",
					    "/8",	"10.0.0.0//8", "1.2.3.4 " };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct address_range range, address;

		assert_true(address_parse_range(cases[i].range, &range));
		assert_true(address_parse_range(cases[i].address, &address));
		assert_int_equal(address_in(address.first, &range, 1), cases[i].is_in);
	}
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		struct address_range range;

		assert_false(address_parse_range(none[i], &range));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_browser_is_told_what_it_may_send),
		cmocka_unit_test(a_page_of_a_known_origin_may_read_the_answer),
		cmocka_unit_test(a_page_of_another_origin_may_not),
		cmocka_unit_test(any_origin_may_where_that_is_said),
		cmocka_unit_test(without_origins_there_is_nothing_of_it),
		cmocka_unit_test(who_stands_behind_a_proxy_is_believed_from_ours_only),
		cmocka_unit_test(a_proxy_of_ours_has_as_many_connections_as_it_likes),
		cmocka_unit_test(it_listens_on_both_kinds_of_addresses),
		cmocka_unit_test(a_range_of_addresses_is_what_it_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
