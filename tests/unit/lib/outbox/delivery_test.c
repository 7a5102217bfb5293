/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An outbox on disk, delivering to a daemon of a few lines that is not always as it should be.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clients/lib/lift.h"
#include "tests/unit/lib/outbox/box.h"

static void of_a_file_that_came_in_its_place_another_may_deliver(void **state)
{
	struct place place;
	struct fake_liftd *fake;
	struct lift_outbox *before, *after;
	char copy[300], wal[300], shm[300];

	(void)state;
	box_begin(&place);
	snprintf(copy, sizeof(copy), "%s.copy", place.path);
	snprintf(wal, sizeof(wal), "%s-wal", place.path);
	snprintf(shm, sizeof(shm), "%s-shm", place.path);
	fake = box_fake(&place);
	after = box_open(&place, false);
	assert_int_equal(box_put(after, 1, 10), 0);
	lift_outbox_close(after);
	assert_int_equal(rename(place.path, copy), 0);
	before = box_open(&place, true);
	assert_int_equal(box_put(before, 101, 10), 0);
	assert_int_equal(lift_outbox_wait(before, WAIT_MS), 0);
	unlink(wal); /* of the other one */
	unlink(shm);
	assert_int_equal(rename(copy, place.path), 0);
	after = box_open(&place, true);
	assert_int_equal(lift_outbox_wait(after, WAIT_MS), 0);
	box_assert_taken(fake, 1, 10);
	box_assert_taken(fake, 101, 10);
	box_await_err(before, LIFT_E_OUTBOX);
	assert_int_equal(box_put(before, 201, 10), LIFT_E_OUTBOX);
	lift_outbox_close(before);
	box_end(&place, after, fake);
}

static void what_an_operator_can_mend_loses_nothing(void **state)
{
	static const struct {
		int err;
		bool retry;
	} cases[] = { { LIFT_E_SOURCE_DENIED, false },
		      { LIFT_E_STREAMS, false },
		      { LIFT_E_SIZE, false },
		      { LIFT_E_DISK, true },
		      { LIFT_E_CLOCK, true } };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct place place;
		struct fake_liftd *fake;
		struct lift_outbox *outbox;

		box_begin(&place);
		fake = box_fake(&place);
		fake_liftd_nack(fake, cases[i].err, cases[i].retry);
		outbox = box_open(&place, true);
		assert_int_equal(box_put(outbox, 1, 1200), 0);
		print_message("%s\n", box_await_err(outbox, cases[i].err).why);
		fake_liftd_nack(fake, 0, false);
		assert_int_equal(lift_outbox_wait(outbox, WAIT_MS), 0);
		box_assert_taken(fake, 1, 1200);
		box_await_err(outbox, 0);
		box_end(&place, outbox, fake);
	}
}

static void in_a_closed_stream_nothing_more_is_sent(void **state)
{
	struct place place;
	struct fake_liftd *fake;
	struct lift_outbox *outbox;

	(void)state;
	box_begin(&place);
	fake = box_fake(&place);
	outbox = box_open(&place, true);
	assert_int_equal(box_put(outbox, 1, 100), 0);
	assert_int_equal(lift_outbox_wait(outbox, WAIT_MS), 0);
	fake_liftd_close_streams(fake);
	assert_int_equal(box_put(outbox, 101, 100), 0);
	assert_int_equal(lift_outbox_wait(outbox, WAIT_MS), 0);
	box_assert_taken(fake, 1, 200);
	assert_int_equal(fake_liftd_streams(fake), 2);
	lift_outbox_close(outbox);
	/* And where it hears of it at its beginning. */
	fake_liftd_close_streams(fake);
	outbox = box_open(&place, true);
	assert_int_equal(box_put(outbox, 201, 100), 0);
	assert_int_equal(lift_outbox_wait(outbox, WAIT_MS), 0);
	box_assert_taken(fake, 1, 300);
	assert_int_equal(fake_liftd_streams(fake), 3);
	assert_int_equal(box_look(outbox).delivered, 300);
	box_end(&place, outbox, fake);
}

static void copy_file(const char *from, const char *to)
{
	char command[700];

	snprintf(command, sizeof(command), "cp '%s' '%s'", from, to);
	assert_int_equal(system(command), 0);
}

static void a_file_that_came_from_a_copy_uses_no_number_again(void **state)
{
	struct place place;
	struct fake_liftd *fake;
	struct lift_outbox *outbox;
	char copy[300];

	(void)state;
	box_begin(&place);
	snprintf(copy, sizeof(copy), "%s.copy", place.path);
	fake = box_fake(&place);
	outbox = box_open(&place, true);
	assert_int_equal(box_put(outbox, 1, 100), 0);
	assert_int_equal(lift_outbox_wait(outbox, WAIT_MS), 0);
	lift_outbox_close(outbox);
	copy_file(place.path, copy);
	outbox = box_open(&place, true);
	assert_int_equal(box_put(outbox, 101, 100), 0);
	assert_int_equal(lift_outbox_wait(outbox, WAIT_MS), 0);
	lift_outbox_close(outbox);
	/* Fewer are put in than the daemon has: its next says it. More: the numbers do. */
	for (uint32_t n = 50; n <= 150; n += 100) {
		copy_file(copy, place.path);
		outbox = box_open(&place, true);
		assert_int_equal(box_put(outbox, 1000 + n * 10, n), 0);
		assert_int_equal(lift_outbox_wait(outbox, WAIT_MS), 0);
		lift_outbox_close(outbox);
		/* In both streams, some of them; as facts they count once. */
		for (uint32_t i = 0; i < n; i++)
			assert_in_range(fake_liftd_times(fake, 1000 + n * 10 + i), 1, 2);
	}
	box_assert_taken(fake, 1, 200);
	assert_int_equal(fake_liftd_accepted(fake), 400);
	assert_int_equal(fake_liftd_streams(fake), 3);
	box_end(&place, NULL, fake);
}

static void events_taken_out_by_hand_or_damaged_stop_nothing(void **state)
{
	static const uint8_t key[LIFT_SEAL_BYTES] = { 9 };

	(void)state;
	for (int sealed = 0; sealed < 2; sealed++) {
		const struct lift_outbox_options without = { .source = "moodle",
							     .seal = sealed ? key : NULL };
		struct lift_outbox_options options = without;
		struct place place;
		struct fake_liftd *fake;
		struct lift_outbox *outbox;

		box_begin(&place);
		options.path = place.path;
		outbox = box_open_with(&options);
		assert_int_equal(box_put(outbox, 1, 1000), 0);
		lift_outbox_close(outbox);
		box_change(&place, "DELETE FROM event WHERE id BETWEEN 300 AND 309");
		box_change(&place,
			   "UPDATE event SET event = zeroblob(70) WHERE id = 1 OR id = 700");
		fake = box_fake(&place);
		options.endpoint = place.endpoint;
		outbox = box_open_with(&options);
		assert_int_equal(lift_outbox_wait(outbox, WAIT_MS), 0);
		box_assert_taken(fake, 2, 298);
		box_assert_taken(fake, 310, 390);
		box_assert_taken(fake, 701, 300);
		assert_int_equal(box_look(outbox).refused, 2);
		assert_int_equal(box_look(outbox).delivered, 988);
		lift_outbox_close(outbox);
		assert_int_equal(box_ask(&place,
					 "SELECT count(*) FROM refused WHERE code = 'corrupt' "
					 "AND event = zeroblob(70)"),
				 2);
		box_end(&place, NULL, fake);
	}
}

static void of_two_that_are_open_one_delivers_and_the_other_takes_over(void **state)
{
	struct place place;
	struct fake_liftd *fake;
	struct lift_outbox *a, *b;

	(void)state;
	box_begin(&place);
	fake = box_fake(&place);
	a = box_open(&place, true);
	assert_int_equal(box_put(a, 1, 10), 0);
	assert_int_equal(lift_outbox_wait(a, WAIT_MS), 0);
	b = box_open(&place, true);
	assert_int_equal(box_put(b, 11, 10), 0);
	assert_int_equal(lift_outbox_wait(b, WAIT_MS), 0);
	assert_true(box_look(a).delivers);
	assert_false(box_look(b).delivers);
	assert_int_equal(box_look(b).deliverer, getpid());
	lift_outbox_close(a);
	assert_int_equal(box_put(b, 21, 10), 0);
	assert_int_equal(lift_outbox_wait(b, WAIT_MS), 0);
	assert_true(box_look(b).delivers);
	box_assert_taken(fake, 1, 30);
	box_end(&place, b, fake);
}

/* One event with so many bytes of attributes. */
static void put_long(struct lift_outbox *outbox, uint32_t content)
{
	static const char value[] =
		"a value of sixty-four bytes, which are as many as one may have..";
	struct lift_attr attrs[16];
	char names[16][8], learner[32];
	struct lift_event event;

	for (size_t i = 0; i < 16; i++) {
		snprintf(names[i], sizeof(names[i]), "n-%zu", i);
		attrs[i] = (struct lift_attr){ names[i], value };
	}
	box_fill_event(&event, learner, content);
	event.attrs = attrs;
	event.n_attrs = 16;
	assert_int_equal(lift_publish(outbox, &event), 0);
}

static int take_long(void *context, const struct lift_refused *refused)
{
	unsigned *n = context;

	print_message("%s: %s\n", refused->code, refused->text);
	assert_string_equal(refused->code, "size");
	assert_non_null(strstr(refused->text, "operator"));
	assert_non_null(strstr(refused->json, "\"learner\":\"u-501\""));
	++*n;
	return 0;
}

static void an_event_that_is_longer_than_a_message_may_be_comes_back(void **state)
{
	struct place place;
	struct fake_liftd *fake;
	struct lift_outbox *outbox;
	unsigned n = 0;

	(void)state;
	box_begin(&place);
	fake = box_fake(&place);
	fake_liftd_limit(fake, 1200);
	outbox = box_open(&place, false);
	assert_int_equal(box_put(outbox, 1, 500), 0);
	put_long(outbox, 501);
	assert_int_equal(box_put(outbox, 502, 2500), 0);
	lift_outbox_close(outbox);
	outbox = box_open(&place, true);
	assert_int_equal(lift_outbox_wait(outbox, WAIT_MS), 0);
	box_assert_taken(fake, 1, 500);
	box_assert_taken(fake, 502, 2500);
	assert_int_equal(fake_liftd_times(fake, 501), 0);
	assert_int_equal(box_look(outbox).delivered, 3000);
	assert_int_equal(lift_outbox_refused(outbox, take_long, &n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(fake_liftd_streams(fake), 1);
	assert_int_equal(fake_liftd_gaps(fake), 0);
	box_end(&place, outbox, fake);
}

static void batches_grow_again_when_longer_ones_are_taken(void **state)
{
	struct place place;
	struct fake_liftd *fake;
	struct lift_outbox *outbox;

	(void)state;
	box_begin(&place);
	fake = box_fake(&place);
	fake_liftd_limit(fake, 1200);
	outbox = box_open(&place, true);
	assert_int_equal(box_put(outbox, 1, 1000), 0);
	assert_int_equal(lift_outbox_wait(outbox, WAIT_MS), 0);
	assert_in_range(fake_liftd_largest(fake), 1, 20);
	fake_liftd_limit(fake, 0);
	assert_int_equal(box_put(outbox, 1001, 60000), 0);
	assert_int_equal(lift_outbox_wait(outbox, WAIT_MS), 0);
	assert_int_equal(fake_liftd_largest(fake), 500);
	box_assert_taken(fake, 1, 61000);
	box_end(&place, outbox, fake);
}

static void thousands_that_are_damaged_take_no_stream(void **state)
{
	struct place place;
	struct fake_liftd *fake;
	struct lift_outbox *outbox;

	(void)state;
	box_begin(&place);
	outbox = box_open(&place, false);
	assert_int_equal(box_put(outbox, 1, 6000), 0);
	lift_outbox_close(outbox);
	box_change(&place, "UPDATE event SET event = zeroblob(70) WHERE id % 2 = 0");
	fake = box_fake(&place);
	outbox = box_open(&place, true);
	assert_int_equal(lift_outbox_wait(outbox, WAIT_MS), 0);
	for (uint32_t i = 1; i <= 6000; i++)
		assert_int_equal(fake_liftd_times(fake, i), i % 2);
	assert_int_equal(fake_liftd_streams(fake), 1);
	assert_int_equal(fake_liftd_gaps(fake), 0);
	assert_int_equal(box_look(outbox).delivered, 3000);
	assert_int_equal(box_look(outbox).refused, 1000);
	assert_int_equal(box_look(outbox).refused_dropped, 2000);
	box_end(&place, outbox, fake);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_a_file_that_came_in_its_place_another_may_deliver),
		cmocka_unit_test(what_an_operator_can_mend_loses_nothing),
		cmocka_unit_test(in_a_closed_stream_nothing_more_is_sent),
		cmocka_unit_test(a_file_that_came_from_a_copy_uses_no_number_again),
		cmocka_unit_test(events_taken_out_by_hand_or_damaged_stop_nothing),
		cmocka_unit_test(of_two_that_are_open_one_delivers_and_the_other_takes_over),
		cmocka_unit_test(an_event_that_is_longer_than_a_message_may_be_comes_back),
		cmocka_unit_test(batches_grow_again_when_longer_ones_are_taken),
		cmocka_unit_test(thousands_that_are_damaged_take_no_stream),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
