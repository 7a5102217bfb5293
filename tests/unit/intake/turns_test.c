/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/intake/turns.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/world.h"

enum { LARGE = 1 << 20 };

/* A batch of a sender, that many bytes large; its number is the client's frame. */
static void add(struct turns *turns, const char *sender, uint32_t number, size_t size)
{
	struct waiting message = { .is_batch = true,
				   .cost = size < TURN_LEAST ? TURN_LEAST : size };

	zmq_msg_init_size(&message.client, sizeof(number));
	memcpy(zmq_msg_data(&message.client), &number, sizeof(number));
	zmq_msg_init_size(&message.body, size);
	turns_add(turns, text_of(sender), &message);
	assert_int_equal(zmq_msg_size(&message.body), 0);
	zmq_msg_close(&message.client);
	zmq_msg_close(&message.body);
}

static bool take(struct turns *turns, uint32_t *ret_number)
{
	struct waiting message;

	if (!turns_next(turns, true, &message))
		return false;
	memcpy(ret_number, zmq_msg_data(&message.client), sizeof(*ret_number));
	zmq_msg_close(&message.client);
	zmq_msg_close(&message.body);
	return true;
}

static struct turns *open_turns(void)
{
	struct turns *turns = turns_new();

	assert_non_null(turns);
	return turns;
}

static void who_is_alone_has_all_of_a_group(void **state)
{
	struct turns *turns = open_turns();
	uint32_t number;

	(void)state;
	for (uint32_t i = 0; i < 10; i++)
		add(turns, "one", i, i < 9 ? TURN_BYTES : LARGE);
	turns_begin(turns);
	for (uint32_t i = 0; i < 10; i++) {
		assert_true(take(turns, &number));
		assert_int_equal(number, i);
	}
	assert_false(take(turns, &number));
	assert_true(turns_is_empty(turns));
	turns_free(turns);
}

/* However much waits of the other one, and of whatever size. */
static void who_sends_little_waits_for_one_large_message_at_most(void **state)
{
	static const size_t sizes[] = { 100, 10000, TURN_BYTES, LARGE };

	(void)state;
	for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
		struct turns *turns = open_turns();
		bool is_served = false;
		size_t before = 0;
		uint32_t number;

		for (uint32_t i = 0; i < 200; i++)
			add(turns, "greedy", i, sizes[s]);
		turns_begin(turns);
		assert_true(take(turns, &number));
		add(turns, "honest", 1000, 100);
		turns_begin(turns);
		while (!is_served) {
			if (!take(turns, &number)) {
				turns_begin(turns);
				continue;
			}
			is_served = number == 1000;
			before += is_served ? 0 : sizes[s] < TURN_LEAST ? TURN_LEAST : sizes[s];
		}
		assert_true(before <= (sizes[s] > TURN_BYTES ? sizes[s] : 2 * TURN_BYTES));
		/* And the group does not go on for long. */
		for (before = 0; take(turns, &number);)
			before += sizes[s];
		assert_true(before <= 2 * TURN_BYTES);
		turns_free(turns);
	}
}

static void a_large_message_is_the_only_one_of_a_group(void **state)
{
	struct turns *turns = open_turns();
	uint32_t number, n[2] = { 0, 0 };

	(void)state;
	for (uint32_t i = 0; i < 8; i++) {
		add(turns, "a", 0, LARGE);
		add(turns, "b", 1, LARGE);
	}
	while (!turns_is_empty(turns)) {
		turns_begin(turns);
		assert_true(take(turns, &number));
		n[number]++;
		assert_false(take(turns, &number));
		assert_in_range(n[0] + 1, n[1], n[1] + 2);
	}
	assert_int_equal(n[0], 8);
	assert_int_equal(n[1], 8);
	turns_free(turns);
}

/* A greedy one cannot take all the room. */
static void a_sender_has_as_much_room_as_it_leaves(void **state)
{
	struct turns *turns = open_turns();
	struct turns_count count;
	uint32_t n = 0;
	char name[32];

	(void)state;
	for (unsigned sender = 0; sender < 8; sender++) {
		snprintf(name, sizeof(name), "s%u", sender);
		count = turns_count(turns, text_of(name));
		assert_true(turns_may_wait(turns, &count));
		for (; turns_may_wait(turns, &count); count = turns_count(turns, text_of(name)))
			add(turns, name, n++, 10);
	}
	assert_true(turns_has_room(turns));
	assert_in_range(n, TURNS_MAX * 9 / 10, TURNS_MAX - 1);
	turns_free(turns);
}

/* Each sender's messages in their order, each once, against plain counts. */
static void nothing_is_lost_or_overtaken(void **state)
{
	enum { SENDERS = 40, STEPS = 20000 };
	struct turns *turns = open_turns();
	uint32_t added[SENDERS] = { 0 }, taken[SENDERS] = { 0 }, number;
	char name[32];

	(void)state;
	chance_begin();
	for (int step = 0; step < STEPS || !turns_is_empty(turns); step++) {
		uint32_t s = chance(SENDERS);
		struct turns_count count;

		snprintf(name, sizeof(name), "s%u", s);
		count = turns_count(turns, text_of(name));
		assert_int_equal(count.messages, added[s] - taken[s]);
		assert_int_equal(count.batches, added[s] - taken[s]);
		if (step < STEPS && turns_may_wait(turns, &count))
			add(turns, name, s << 20 | added[s]++,
			    chance(10) ? chance(2000) : TURN_BYTES / 2 + chance(TURN_BYTES));
		if (chance(30) > 0)
			continue;
		turns_begin(turns);
		for (uint32_t left = chance(60); left > 0 && take(turns, &number); left--)
			assert_int_equal(number & 0xfffff, taken[number >> 20]++);
	}
	assert_memory_equal(added, taken, sizeof(added));
	turns_free(turns);
}

/* A large batch is taken over several groups: meanwhile others have their turns, but no large ones,
 * and nothing of its sender, not even what comes later. */
static void who_is_held_has_no_turn(void **state)
{
	struct turns *turns = open_turns();
	struct waiting message;
	uint32_t number;

	(void)state;
	add(turns, "held", 0, LARGE);
	turns_begin(turns);
	assert_true(take(turns, &number));
	turns_hold(turns);
	turns_begin(turns);
	assert_false(take(turns, &number)); /* none waits */
	add(turns, "held", 1, 10);
	add(turns, "other", 2, LARGE);
	add(turns, "other", 3, 10);
	turns_begin(turns);
	assert_false(turns_next(turns, false, &message));
	add(turns, "small", 4, 10);
	turns_begin(turns);
	assert_true(turns_next(turns, false, &message));
	assert_memory_equal(zmq_msg_data(&message.client), &(uint32_t){ 4 }, sizeof(uint32_t));
	zmq_msg_close(&message.client);
	zmq_msg_close(&message.body);
	assert_false(turns_next(turns, false, &message));
	turns_let_go(turns);
	for (uint32_t seen = 0; seen < 3; seen++) {
		while (!take(turns, &number))
			turns_begin(turns);
		assert_in_range(number, 1, 3);
	}
	assert_true(turns_is_empty(turns));
	turns_free(turns);
}

static void a_group_is_of_one_until_somebody_else_comes(void **state)
{
	struct turns *turns = open_turns();
	uint32_t number;

	(void)state;
	for (uint32_t i = 0; i < 3; i++)
		add(turns, "one", i, 10);
	turns_begin(turns);
	assert_true(take(turns, &number));
	assert_true(turns_is_of_one(turns));
	add(turns, "two", 3, 10);
	assert_false(turns_is_of_one(turns));
	while (take(turns, &number))
		assert_false(turns_is_of_one(turns) && !turns_is_empty(turns));
	turns_free(turns);
}

/* What it holds is let go. */
static void it_may_end_with_messages(void **state)
{
	struct turns *turns = open_turns();

	(void)state;
	add(turns, "a", 0, LARGE);
	add(turns, "b", 0, 10);
	add(turns, "b", 1, LARGE);
	turns_free(turns);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_is_alone_has_all_of_a_group),
		cmocka_unit_test(who_sends_little_waits_for_one_large_message_at_most),
		cmocka_unit_test(a_large_message_is_the_only_one_of_a_group),
		cmocka_unit_test(a_sender_has_as_much_room_as_it_leaves),
		cmocka_unit_test(nothing_is_lost_or_overtaken),
		cmocka_unit_test(who_is_held_has_no_turn),
		cmocka_unit_test(a_group_is_of_one_until_somebody_else_comes),
		cmocka_unit_test(it_may_end_with_messages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
