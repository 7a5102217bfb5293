/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/journal/persons.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "proto/msg_object.h"

static void note(struct persons *persons, const char *source, const char *name, bool refused)
{
	persons_note(persons, &(struct person_note){ text_of(source), text_of(name), NAME_MODULE,
						     PERSON_WORDS, refused });
}

/* How many rows there are, and how many names have none. */
static size_t rows_of(struct persons *persons, int64_t *ret_left_out)
{
	static const struct text keys[] = { TEXT("sources"), TEXT("left_out") };
	struct msg_reader *reader = msg_reader_new();
	struct msg_writer *writer = msg_writer_new();
	const msgpack_object *object, *values[2];
	size_t n;

	assert_true(reader && writer);
	persons_write(persons, writer);
	assert_int_equal(msg_parse(reader, msg_written(writer), MSG_DEPTH_DAEMON, &object), 0);
	assert_int_equal(msg_fields(object, keys, 2, values), 0);
	n = values[0]->via.array.size;
	assert_true(msg_get_int(values[1], ret_left_out));
	/* Nobody is spread by it. */
	assert_null(memmem(msg_written(writer).data, msg_written(writer).size, "Nordmann", 8));
	msg_reader_free(reader);
	msg_writer_free(writer);
	return n;
}

static void of_a_flood_the_rest_is_counted(void **state)
{
	struct persons *persons = persons_new(), *others = persons_new();
	int64_t left_out;
	char source[16];

	(void)state;
	assert_true(persons && others);
	for (int i = 0; i < PERSONS_ROWS_MAX + 5; i++) {
		snprintf(source, sizeof(source), "s%d", i);
		note(persons, source, "Kari Nordmann", i % 2);
		note(persons, "s0", "Ola Nordmann", false);
	}
	assert_int_equal(rows_of(persons, &left_out), PERSONS_ROWS_MAX);
	assert_int_equal(left_out, 5);
	note(others, "other", "Kari Nordmann", false);
	persons_move(persons, others);
	assert_int_equal(rows_of(persons, &left_out), 0);
	assert_int_equal(left_out, 0);
	assert_int_equal(rows_of(others, &left_out), PERSONS_ROWS_MAX);
	assert_int_equal(left_out, 6); /* the last of the first has given way */
	persons_clear(others);
	assert_int_equal(rows_of(others, &left_out), 0);
	assert_int_equal(left_out, 0);
	persons_free(persons);
	persons_free(others);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_a_flood_the_rest_is_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
