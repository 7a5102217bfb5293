/* SPDX-License-Identifier: Apache-2.0 */
/* What clients leave unread, and what the library gives up, has an end. */
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "served.h"

enum { LONG = 512 << 10, LONG_MS = 600000, PARAMETERS = 900, TIMES = 200, KEPT = 100 << 10 };

static void answer_long(struct served *served)
{
	static char body[LONG];

	for (size_t i = 0; i < served->n_waiting; i++)
		http_answer(served->waiting[i], 200, NULL, 0, (struct text){ body, sizeof(body) });
	served->n_waiting = 0;
}

static void ask(struct client *client, struct served *served)
{
	size_t before = served->n_waiting;

	client_open(client, served);
	assert_true(client_say(client, "GET / HTTP/1.1\r\nHost: h\r\n\r\n"));
	while (served->n_waiting == before)
		served_step(served, 5);
}

/* The three that are first are answered, the fourth is told to come again. */
static void answers_that_are_not_read_have_an_end(void **state)
{
	static char answer[ANSWER_MAX];
	struct served served;
	struct client readers[4], later;

	(void)state;
	served_open(&served, (struct http_options){ .limits = { .answers_bytes = 3 * LONG,
								.answer_ms = LONG_MS,
								.send_ms = LONG_MS } });
	served.is_later = true;
	for (int i = 0; i < 4; i++)
		ask(&readers[i], &served);
	answer_long(&served);
	assert_int_equal(client_status(&readers[3], answer, sizeof(answer), false), 503);
	assert_non_null(strstr(answer, "\r\nRetry-After: 1\r\n"));
	assert_non_null(strstr(answer, "too many answers are being read"));
	for (int i = 0; i < 3; i++)
		assert_int_equal(client_status(&readers[i], NULL, 0, false), 200);
	ask(&later, &served);
	answer_long(&served);
	assert_int_equal(client_status(&later, NULL, 0, false), 200);
	client_close(&later);
	for (int i = 0; i < 4; i++)
		client_close(&readers[i]);
	served_close(&served);
}

/* The library has no room for so many parameters, and ends the connection without a word to us. */
static void what_the_library_gives_up_is_not_kept(void **state)
{
	char *request = calloc(1, 32768);
	struct served served;
	size_t before, after;

	(void)state;
	strcpy(request, "GET /?");
	for (int i = 0; i < PARAMETERS; i++)
		sprintf(request + strlen(request), "p%d=%d&", i, i);
	strcat(request, " HTTP/1.1\r\nHost: h\r\n\r\n");
	served_open(&served, (struct http_options){ .listen = NULL });
	assert_int_not_equal(client_ask(&served, request, NULL, 0), 200);
	before = mallinfo2().uordblks;
	for (int i = 0; i < TIMES; i++)
		assert_int_not_equal(client_ask(&served, request, NULL, 0), 200);
	after = mallinfo2().uordblks;
	assert_true(after < before + KEPT);
	assert_int_equal(served.n_requests, 0);
	free(request);
	served_close(&served);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_that_are_not_read_have_an_end),
		cmocka_unit_test(what_the_library_gives_up_is_not_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
