/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "clients/lib/error.h"

static void what_was_said_of_an_error_is_its_sentence(void **state)
{
	(void)state;
	assert_int_equal(lift_set_error(LIFT_E_SOCKET, "nobody is at %s", "ipc:///x"),
			 LIFT_E_SOCKET);
	assert_int_equal(error_told(LIFT_E_SOCKET), LIFT_E_SOCKET);
	assert_string_equal(lift_error_text(), "nobody is at ipc:///x");
	/* What goes well leaves it. */
	assert_int_equal(error_told(0), 0);
	assert_string_equal(lift_error_text(), "nobody is at ipc:///x");
}

static void an_error_that_nothing_was_said_of_has_the_sentence_of_its_number(void **state)
{
	(void)state;
	lift_set_error(LIFT_E_SOCKET, "one that was got over");
	assert_int_equal(error_told(LIFT_E_MEMORY), LIFT_E_MEMORY);
	assert_string_equal(lift_error_text(), lift_err_text(LIFT_E_MEMORY));

	lift_set_error(LIFT_E_SOCKET, "one that was got over");
	assert_int_equal(error_told(0), 0);
	assert_int_equal(error_told(LIFT_E_SOCKET), LIFT_E_SOCKET);
	assert_string_equal(lift_error_text(), lift_err_text(LIFT_E_SOCKET));
}

static void a_sentence_can_be_part_of_the_next_one(void **state)
{
	(void)state;
	lift_set_error(LIFT_E_SCORE, "score is 7");
	lift_set_error(LIFT_E_VOIDS, "of what is taken back: %s", lift_error_text());
	assert_string_equal(lift_error_text(), "of what is taken back: score is 7");
}

static void what_is_too_long_is_cut(void **state)
{
	char text[2 * ERROR_TEXT_MAX];

	(void)state;
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = 0;
	lift_set_error(LIFT_E_IO, "%s", text);
	assert_int_equal(strlen(lift_error_text()), ERROR_TEXT_MAX - 1);
}

static void *fail_elsewhere(void *context)
{
	(void)context;
	assert_string_equal(lift_error_text(), "");
	lift_set_error(LIFT_E_IO, "elsewhere");
	return NULL;
}

static void each_thread_has_its_own(void **state)
{
	pthread_t thread;

	(void)state;
	lift_set_error(LIFT_E_IO, "here");
	pthread_create(&thread, NULL, fail_elsewhere, NULL);
	pthread_join(thread, NULL);
	assert_string_equal(lift_error_text(), "here");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_said_of_an_error_is_its_sentence),
		cmocka_unit_test(an_error_that_nothing_was_said_of_has_the_sentence_of_its_number),
		cmocka_unit_test(a_sentence_can_be_part_of_the_next_one),
		cmocka_unit_test(what_is_too_long_is_cut),
		cmocka_unit_test(each_thread_has_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
