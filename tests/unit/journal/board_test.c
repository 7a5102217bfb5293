/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/journal/board.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "daemon/journal/orders.h"
#include "proto/control.h"

/* What a source's notes say: read back from what is written. */
static bool notes_of(struct board *board, const char *source, size_t most,
		     struct msg_reader *reader, struct msg_writer *writer,
		     struct unknown *ret_unknown)
{
	struct answer answer;
	struct ack ack = { text_of(source), text_of("t"), 1, 1, 2, NULL, 0, NULL, NULL, 0 };
	static char bytes[1 << 16];
	struct text text;

	/* As a part of an ack, which has a reader. */
	msg_writer_clear(writer);
	ack_encode(writer, &ack);
	text = msg_written(writer);
	memcpy(bytes, text.data, text.size);
	bytes[0]++; /* one pair more */
	msg_writer_clear(writer);
	board_write(board, text_of(source), writer, "unknown", most);
	memcpy(bytes + text.size, msg_written(writer).data ? msg_written(writer).data : "",
	       msg_written(writer).size);
	if (msg_written(writer).size == 0)
		return false;
	assert_int_equal(answer_decode(reader,
				       (struct text){ bytes, text.size + msg_written(writer).size },
				       &answer),
			 0);
	assert_int_equal(answer_unknown(&answer, ret_unknown), 0);
	return true;
}

static void what_a_source_has_brought_adds_up(void **state)
{
	struct msg_reader *reader = msg_reader_new();
	struct msg_writer *writer = msg_writer_new();
	struct board *board = board_new();
	struct unknown unknown = { .events = 2 }, read;
	char text[32];

	(void)state;
	assert_false(notes_of(board, "s", 16, reader, writer, &read));
	for (int i = 0; i < 3; i++) {
		snprintf(text, sizeof(text), "301"); /* the board has a copy */
		unknown.n_texts = 0;
		unknown_add(&unknown, UNKNOWN_REGION, text_of(""), text_of(text))->meant =
			text_of("0301");
		unknown_add(&unknown, UNKNOWN_REGION, text_of(""), text_of(text));
		board_note(board, text_of("s"), &unknown);
		memset(unknown.n, 0, sizeof(unknown.n));
		memset(text, 'x', sizeof(text));
	}
	assert_true(notes_of(board, "s", 16, reader, writer, &read));
	assert_int_equal(read.events, 6);
	assert_int_equal(read.n[UNKNOWN_REGION], 6);
	assert_int_equal(read.n_texts, 1);
	assert_int_equal(read.texts[0].n, 6);
	assert_true(text_equal(read.texts[0].text, text_of("301")));
	assert_true(text_equal(read.texts[0].meant, text_of("0301")));
	assert_false(notes_of(board, "t", 16, reader, writer, &read));
	assert_true(notes_of(board, "s", 0, reader, writer, &read));
	assert_int_equal(read.n_texts, 0);
	assert_int_equal(read.events, 6);
	board_clear(board);
	assert_false(notes_of(board, "s", 16, reader, writer, &read));
	board_free(board);
	msg_reader_free(reader);
	msg_writer_free(writer);
}

/* It is told to who sent it; not to all who read the status. */
static void of_a_text_that_looks_like_a_person_a_mask_is_noted(void **state)
{
	struct msg_reader *reader = msg_reader_new();
	struct msg_writer *writer = msg_writer_new();
	struct board *noted = board_new(), *board = board_new();
	struct unknown unknown = { .events = 2 }, read;

	(void)state;
	unknown_add(&unknown, UNKNOWN_MODULE, text_of(""), text_of("Kari Nordmann"))->is_person =
		true;
	unknown_add(&unknown, UNKNOWN_MODULE, text_of(""), text_of("x"));
	board_note(noted, text_of("s"), &unknown);
	board_note(noted, text_of("s"), &unknown);
	board_move(noted, board);
	assert_true(notes_of(board, "s", 16, reader, writer, &read));
	assert_int_equal(read.n_texts, 2);
	assert_true(text_equal(read.texts[0].text, text_of("K... (13)")));
	assert_int_equal(read.texts[0].n, 2);
	assert_int_equal(read.n[UNKNOWN_MODULE], 4);
	board_free(noted);
	board_free(board);
	msg_reader_free(reader);
	msg_writer_free(writer);
}

static void of_a_flood_as_much_is_kept_as_there_is_room_for(void **state)
{
	struct msg_reader *reader = msg_reader_new();
	struct msg_writer *writer = msg_writer_new();
	struct board *board = board_new();
	struct unknown read;
	char text[32];

	(void)state;
	for (int i = 0; i < 2 * BOARD_SOURCES_MAX; i++) {
		struct unknown unknown = { .events = 1 };

		snprintf(text, sizeof(text), "s%d", i);
		unknown_add(&unknown, UNKNOWN_MODULE, text_of(""), text_of(text));
		board_note(board, text_of("flood"), &unknown);
		board_note(board, text_of(text), &unknown);
	}
	assert_true(notes_of(board, "flood", 100, reader, writer, &read));
	assert_int_equal(read.events, 2 * BOARD_SOURCES_MAX);
	assert_int_equal(read.n[UNKNOWN_MODULE], 2 * BOARD_SOURCES_MAX);
	assert_int_equal(read.n_texts, UNKNOWN_TEXTS_MAX);
	assert_true(notes_of(board, "s0", 100, reader, writer, &read));
	assert_false(notes_of(board, text, 100, reader, writer, &read));
	board_free(board);
	msg_reader_free(reader);
	msg_writer_free(writer);
}

static void what_is_moved_is_added_to_what_is_there(void **state)
{
	struct msg_reader *reader = msg_reader_new();
	struct msg_writer *writer = msg_writer_new();
	struct board *from = board_new(), *to = board_new();
	struct unknown read;

	(void)state;
	for (uint64_t turn = 1; turn <= 2; turn++) {
		struct unknown unknown = { .events = 3 };

		unknown_add(&unknown, UNKNOWN_VALUE, text_of("role"), text_of("Nurse"))->meant =
			text_of("nurse");
		board_note(from, text_of("s"), &unknown);
		board_note(from, text_of("t"), &unknown);
		board_move(from, to);
		assert_false(notes_of(from, "s", 16, reader, writer, &read));
		assert_true(notes_of(to, "s", 16, reader, writer, &read));
		assert_int_equal(read.events, 3 * turn);
		assert_int_equal(read.n[UNKNOWN_VALUE], turn);
		assert_int_equal(read.n_texts, 1);
		assert_int_equal(read.texts[0].n, turn);
		assert_true(text_equal(read.texts[0].text, text_of("Nurse")));
		assert_true(text_equal(read.texts[0].attr, text_of("role")));
		assert_true(text_equal(read.texts[0].meant, text_of("nurse")));
		assert_true(notes_of(to, "t", 16, reader, writer, &read));
	}
	board_free(from);
	board_free(to);
	msg_reader_free(reader);
	msg_writer_free(writer);
}

/* Orders. */

static void orders_are_done_in_turn_and_told_once(void **state)
{
	struct orders *orders = orders_new();
	struct order order = { .what = ORDER_CLOSE }, taken;

	(void)state;
	assert_false(orders_take(orders, &taken));
	for (uint64_t i = 1; i <= ORDERS_MAX; i++)
		assert_int_equal(orders_ask(orders, &order), i);
	assert_int_equal(orders_ask(orders, &order), 0);
	for (uint64_t i = 1; i <= ORDERS_MAX; i++) {
		assert_true(orders_take(orders, &taken));
		assert_int_equal(taken.number, i);
		assert_false(orders_take_done(orders, &order));
		taken.missing = 10 * i;
		orders_done(orders, &taken);
		assert_true(orders_take_done(orders, &order));
		assert_int_equal(order.number, i);
		assert_int_equal(order.missing, 10 * i);
		assert_false(orders_take_done(orders, &order));
	}
	assert_false(orders_take(orders, &taken));
	assert_true(orders_ask(orders, &order) > ORDERS_MAX);
	orders_free(orders);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_source_has_brought_adds_up),
		cmocka_unit_test(of_a_text_that_looks_like_a_person_a_mask_is_noted),
		cmocka_unit_test(of_a_flood_as_much_is_kept_as_there_is_room_for),
		cmocka_unit_test(what_is_moved_is_added_to_what_is_there),
		cmocka_unit_test(orders_are_done_in_turn_and_told_once),
	};

	return cmocka_run_group_tests_name("board", tests, NULL, NULL);
}
