/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a proxy in front could read otherwise than we do must not come in: each of these requests is
 * sent as it stands.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "served.h"

#define HOST "Host: h\r\n"
#define POST "POST /p HTTP/1.1\r\n" HOST

/* status 0: its connection is closed without a word. */
struct screened {
	const char *why;
	struct text request;
	unsigned status;
	bool goes_on; /* the connection may be used again */
};

static const struct screened table[] = {
	{ "plain", TEXT("GET / HTTP/1.1\r\n" HOST "\r\n"), 200, true },
	{ "HTTP/1.0 needs no Host", TEXT("GET / HTTP/1.0\r\n\r\n"), 200, false },
	{ "an empty line before", TEXT("\r\nGET / HTTP/1.1\r\n" HOST "\r\n"), 200, true },
	{ "spaces around a value", TEXT("GET / HTTP/1.1\r\nHost: \t h \t\r\n\r\n"), 200, true },
	{ "an empty value", TEXT("GET / HTTP/1.1\r\n" HOST "X-Empty:\r\n\r\n"), 200, true },
	{ "an absolute address", TEXT("GET http://h/ HTTP/1.1\r\n" HOST "\r\n"), 200, true },
	{ "no body", TEXT(POST "Content-Length: 0\r\n\r\n"), 200, true },
	{ "a body", TEXT(POST "Content-Length: 2\r\n\r\nab"), 200, true },
	{ "chunks", TEXT(POST "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n"), 200,
	  false },
	{ "CHUNKED", TEXT(POST "Transfer-Encoding: CHUNKED\r\n\r\n0\r\n\r\n"), 200, false },
	{ "a cookie, which nobody reads",
	  TEXT("GET / HTTP/1.1\r\n" HOST "Cookie: a=b; c=\"d\"; e\r\nX-A: b\r\n\r\n"), 200, true },

	{ "both lengths",
	  TEXT(POST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 400,
	  false },
	{ "both lengths, the other way round",
	  TEXT(POST "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"), 400,
	  false },
	{ "two lengths", TEXT(POST "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab"), 400,
	  false },
	{ "the same length twice", TEXT(POST "Content-Length: 1\r\nContent-Length: 1\r\n\r\na"),
	  400, false },
	{ "a list of lengths", TEXT(POST "Content-Length: 1, 1\r\n\r\na"), 400, false },
	{ "a length with a sign", TEXT(POST "Content-Length: +1\r\n\r\na"), 400, false },
	{ "a length below 0", TEXT(POST "Content-Length: -1\r\n\r\na"), 400, false },
	{ "a length in hex", TEXT(POST "Content-Length: 0x1\r\n\r\na"), 400, false },
	{ "a length with a letter", TEXT(POST "Content-Length: 1a\r\n\r\na"), 400, false },
	{ "no length in the header", TEXT(POST "Content-Length:\r\n\r\na"), 400, false },
	{ "a length beyond all", TEXT(POST "Content-Length: 99999999999999999999\r\n\r\na"), 413,
	  false },
	{ "another encoding", TEXT(POST "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"), 400,
	  false },
	{ "two encodings", TEXT(POST "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"), 400,
	  false },
	{ "identity", TEXT(POST "Transfer-Encoding: identity\r\n\r\n"), 400, false },
	{ "an empty encoding", TEXT(POST "Transfer-Encoding:\r\n\r\n"), 400, false },
	{ "chunked twice",
	  TEXT(POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
	  400, false },
	{ "chunked and another",
	  TEXT(POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n0\r\n\r\n"), 400,
	  false },
	{ "chunked by 1.0", TEXT("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
	  400, false },
	{ "a space behind chunked",
	  TEXT(POST "Transfer-Encoding: chunked \r\n\r\n1\r\na\r\n0\r\n\r\n"), 400, false },
	{ "a tab in chunked",
	  TEXT(POST "Transfer-Encoding:\x0b"
		    "chunked\r\n\r\n0\r\n\r\n"),
	  400, false },

	{ "no Host", TEXT("GET / HTTP/1.1\r\n\r\n"), 400, false },
	{ "two Hosts", TEXT("GET / HTTP/1.1\r\n" HOST HOST "\r\n"), 400, false },
	{ "two in one Host", TEXT("GET / HTTP/1.1\r\nHost: a, b\r\n\r\n"), 400, false },
	{ "a Host with a user", TEXT("GET / HTTP/1.1\r\nHost: a@b\r\n\r\n"), 400, false },

	{ "a space before the colon", TEXT(POST "Content-Length : 1\r\n\r\na"), 400, false },
	{ "a tab before the colon", TEXT(POST "Content-Length\t: 1\r\n\r\na"), 400, false },
	{ "a control in a name", TEXT("GET / HTTP/1.1\r\n" HOST "X\x01Y: a\r\n\r\n"), 400, false },
	{ "a name of nothing", TEXT("GET / HTTP/1.1\r\n" HOST ": a\r\n\r\n"), 400, false },
	{ "a name with a parenthesis", TEXT("GET / HTTP/1.1\r\n" HOST "X(: a\r\n\r\n"), 400,
	  false },
	{ "a line without a colon", TEXT("GET / HTTP/1.1\r\n" HOST "Xyz\r\n\r\n"), 400, false },
	{ "a control in a value", TEXT("GET / HTTP/1.1\r\n" HOST "X: a\x01\r\n\r\n"), 400, false },
	{ "a CR in a value", TEXT("GET / HTTP/1.1\r\n" HOST "X: a\rb\r\n\r\n"), 400, false },
	{ "a 0 in a value", TEXT("GET / HTTP/1.1\r\n" HOST "X: a\0b\r\n\r\n"), 400, false },
	{ "two 0 and a header in a value",
	  TEXT("GET / HTTP/1.1\r\n" HOST "X: a\0\0Content-Length: 5\r\n\r\n"), 400, false },
	{ "a 0 in a name", TEXT("GET / HTTP/1.1\r\n" HOST "X\0Y: a\r\n\r\n"), 400, false },
	{ "a folded line", TEXT("GET / HTTP/1.1\r\n" HOST "X: a\r\n b\r\n\r\n"), 400, false },
	{ "a folded line that looks like a header", TEXT(POST "X: a\r\n Content-Length: 1\r\n\r\n"),
	  400, false },
	{ "a folded length", TEXT(POST "Content-Length:\r\n 1\r\n\r\na"), 400, false },
	{ "a first header with a space before it", TEXT("GET / HTTP/1.1\r\n X: a\r\n" HOST "\r\n"),
	  400, false },
	{ "a LF alone", TEXT("GET / HTTP/1.1\r\n" HOST "X: a\nY: b\r\n\r\n"), 400, false },
	{ "a LF alone in the first line", TEXT("GET / HTTP/1.1\n" HOST "\r\n"), 400, false },
	{ "a LF alone at the end", TEXT("GET / HTTP/1.1\r\n" HOST "\n"), 400, false },
	{ "LF alone everywhere", TEXT("GET / HTTP/1.1\nHost: h\n\n"), 400, false },

	{ "two spaces before the address", TEXT("GET  / HTTP/1.1\r\n" HOST "\r\n"), 400, false },
	{ "a space in the address", TEXT("GET /a b HTTP/1.1\r\n" HOST "\r\n"), 400, false },
	{ "a space in an absolute address", TEXT("GET http://h x/a HTTP/1.1\r\n" HOST "\r\n"), 400,
	  false },
	{ "a tab in the address", TEXT("GET /a\tb HTTP/1.1\r\n" HOST "\r\n"), 400, false },
	{ "a 0 in the address", TEXT("GET /a\0b HTTP/1.1\r\n" HOST "\r\n"), 400, false },
	{ "%00 in the address", TEXT("GET /a%00b HTTP/1.1\r\n" HOST "\r\n"), 400, false },
	{ "% and no digits", TEXT("GET /?v=%zz HTTP/1.1\r\n" HOST "\r\n"), 400, false },
	{ "% at the end", TEXT("GET /?v=%4 HTTP/1.1\r\n" HOST "\r\n"), 400, false },
	{ "an address that is no UTF-8", TEXT("GET /%ff HTTP/1.1\r\n" HOST "\r\n"), 400, false },
	{ "an address without a slash", TEXT("GET a HTTP/1.1\r\n" HOST "\r\n"), 400, false },
	{ "a method that is no word", TEXT("GE(T / HTTP/1.1\r\n" HOST "\r\n"), 400, false },
	{ "HTTP/1.2", TEXT("GET / HTTP/1.2\r\n" HOST "\r\n"), 505, false },
	{ "HTTP/2.0", TEXT("GET / HTTP/2.0\r\n" HOST "\r\n"), 505, false },
	{ "HTTP/0.9", TEXT("GET /\r\n" HOST "\r\n"), 400, false },
	{ "no HTTP", TEXT("hello\r\n\r\n"), 0, false },
	{ "what TLS begins with", TEXT("\x16\x03\x01\x02\x00\x01\x00\n\r\n"), 0, false },
	{ "an expectation that is not known", TEXT(POST "Expect: more\r\n\r\n"), 417, false },

	/* Another reader may see the end of these elsewhere: what is behind it is no request. */
	{ "a chunk whose line ends with LF alone",
	  TEXT(POST "Transfer-Encoding: chunked\r\n\r\n1;x\na\r\n0\r\n\r\n"), 200, false },
	{ "a chunk that ends with LF alone",
	  TEXT(POST "Transfer-Encoding: chunked\r\n\r\n1\r\na\n0\r\n\r\n"), 200, false },
	{ "a length behind the chunks",
	  TEXT(POST "Transfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: 9\r\n\r\n"), 200,
	  false },
	{ "a chunk with a sign",
	  TEXT(POST "Transfer-Encoding: chunked\r\n\r\n+1\r\na\r\n0\r\n\r\n"), 400, false },
	{ "a chunk with 0x", TEXT(POST "Transfer-Encoding: chunked\r\n\r\n0x1\r\na\r\n0\r\n\r\n"),
	  400, false },
	{ "a chunk that is longer than it says",
	  TEXT(POST "Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n"), 400, false },
	{ "a chunk beyond all",
	  TEXT(POST "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n"), 413, false },
};

static void what_could_be_read_in_two_ways_does_not_come_in(void **state)
{
	struct served served;
	unsigned n_wrong = 0;

	(void)state;
	served_open(&served, (struct http_options){ 0 });
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const struct screened *row = &table[i];
		unsigned before = served.n_requests, status, second = 0;
		struct client client;

		client_open(&client, &served);
		client_put(&client, row->request.data, row->request.size);
		/* What one reader takes for a part of the first is a request for another. */
		client_say(&client, "GET /second HTTP/1.1\r\n" HOST "\r\n");
		if (row->status == 0)
			client_wait_closed(&client);
		status = client_status(&client, NULL, 0, false);
		second = client_status(&client, NULL, 0, false);
		if (status != row->status || (second == 200) != row->goes_on ||
		    served.n_requests - before !=
			    (row->status == 200 ? 1u : 0u) + (row->goes_on ? 1u : 0u)) {
			n_wrong++;
			print_error("%s: %u, then %u; expected: %u, and %s\n", row->why, status,
				    second, row->status, row->goes_on ? "200" : "the end");
		}
		client_close(&client);
	}
	assert_int_equal(n_wrong, 0);
	served_close(&served);
}

static void headers_have_an_end(void **state)
{
	char *request = malloc(200000);
	static const struct {
		const char *why;
		int n_headers, n_value, n_target;
		unsigned status;
	} cases[] = {
		{ "as many as may be", 98, 100, 1, 200 },
		{ "one more", 100, 1, 1, 431 },
		{ "long together", 60, 300, 1, 431 },
		{ "a long one", 1, 20000, 1, 431 },
		{ "one beyond what a connection has", 1, 60000, 1, 431 },
		{ "a long address", 1, 1, 8000, 200 },
		{ "an address longer than all headers may be", 1, 1, 17000, 431 },
		{ "an address beyond what a connection has", 1, 1, 60000, 414 },
	};
	struct served served;

	(void)state;
	assert_non_null(request);
	served_open(&served, (struct http_options){ 0 });
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int n = sprintf(request, "GET /%0*d HTTP/1.1\r\n" HOST, cases[i].n_target, 0);
		unsigned status;

		for (int k = 0; k < cases[i].n_headers; k++)
			n += sprintf(request + n, "X-%03d: %0*d\r\n", k, cases[i].n_value, 0);
		sprintf(request + n, "\r\n");
		status = client_ask(&served, request, NULL, 0);
		if (status != cases[i].status)
			print_error("%s: %u\n", cases[i].why, status);
		assert_int_equal(status, cases[i].status);
	}
	served_close(&served);
	free(request);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_could_be_read_in_two_ways_does_not_come_in),
		cmocka_unit_test(headers_have_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
