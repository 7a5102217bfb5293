/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/journal/fact.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/world.h"

static const struct fact plain = { .module = 5,
				   .time = WORLD_BEGIN,
				   .type = EVENT_ASSESSED,
				   .result = { .score = 5000, .passed = 1, .phase = PHASE_PRE },
				   .voids_time = EVENT_NO_TIME,
				   .profile = 9 };

static const struct fact attended = { .module = 5,
				      .time = WORLD_BEGIN,
				      .type = EVENT_ATTENDED,
				      .result = { .score = -1, .passed = -1, .minutes = 90 },
				      .voids_time = EVENT_NO_TIME };
static const struct fact enrolled = {
	.module = 5,
	.time = WORLD_BEGIN,
	.type = EVENT_ENROLLED,
	.result = { .score = -1, .passed = -1, .state = STATE_APPLIED },
	.voids_time = EVENT_NO_TIME,
};

static void assert_same(const struct fact *a, const struct fact *b)
{
	assert_int_equal(fact_compare(a, b), 0);
	assert_int_equal(a->module, b->module);
	assert_int_equal(a->time, b->time);
	assert_int_equal(a->type, b->type);
	assert_int_equal(a->voids, b->voids);
	assert_int_equal(a->result.score, b->result.score);
	assert_int_equal(a->result.passed, b->result.passed);
	assert_int_equal(a->result.phase, b->result.phase);
	assert_int_equal(a->result.minutes, b->result.minutes);
	assert_int_equal(a->result.state, b->result.state);
	assert_int_equal(a->voids_time, b->voids_time);
	assert_int_equal(a->valid_until, b->valid_until);
	assert_int_equal(a->profile, b->profile);
}

static void assert_comes_back(const struct fact *fact)
{
	uint8_t bytes[FACT_MAX + 4];
	size_t size = fact_encode(fact, bytes);
	struct fact found;

	assert_true(size > 0 && size <= FACT_MAX);
	memset(bytes + size, 0xff, 4);
	assert_int_equal(fact_decode((struct text){ (char *)bytes, size + 4 }, &found), size);
	assert_same(&found, fact);
	for (size_t less = 0; less < size; less++)
		assert_int_equal(fact_decode((struct text){ (char *)bytes, less }, &found), 0);
}

static void facts_at_their_limits_come_back_from_their_bytes(void **state)
{
	struct fact f;

	(void)state;
	assert_comes_back(&plain);
	f = plain, f.module = FACT_NO_MODULE, assert_comes_back(&f);
	f = plain, f.module = UINT32_MAX - 1, f.profile = UINT32_MAX, assert_comes_back(&f);
	f = plain, f.module = 0, f.profile = 0, assert_comes_back(&f);
	f = plain, f.module = 126, f.profile = 127, assert_comes_back(&f);
	f = plain, f.module = 127, f.profile = 128, assert_comes_back(&f);
	f = plain, f.time = EVENT_TIME_MIN, assert_comes_back(&f);
	f = plain, f.time = (INT64_C(1) << 48) - 1, assert_comes_back(&f);
	f = plain, f.result = (struct event_result){ .score = 0, .passed = -1 },
	assert_comes_back(&f);
	f = plain,
	f.result = (struct event_result){ .score = 10000, .passed = 0, .phase = PHASE_POST },
	assert_comes_back(&f);
	f = plain, f.type = EVENT_VOIDED, f.voids = EVENT_WITHDRAWN, assert_comes_back(&f);
	f.voids_time = (INT64_C(1) << 48) - 1, assert_comes_back(&f);
	f.module = f.profile = UINT32_MAX, f.result.score = 10000, assert_comes_back(&f);
	f.result.minutes = MINUTES_MAX, f.result.state = STATE_ADMITTED, assert_comes_back(&f);
	f = plain, f.valid_until = VALID_UNTIL_MIN, assert_comes_back(&f);
	f.valid_until = VALID_FOR_EVER, assert_comes_back(&f);
	f = attended, assert_comes_back(&f);
	f.result.minutes = 1, assert_comes_back(&f);
	f = enrolled, assert_comes_back(&f);
	f.result.state = STATE_ADMITTED, assert_comes_back(&f);
}

/* A resend is told from other content by its bytes, in a journal of any format. */
static void a_fact_of_before_has_the_bytes_of_before(void **state)
{
	static const struct {
		struct fact fact;
		uint8_t bytes[FACT_MAX];
		size_t size;
	} cases[] = {
		{ { .module = 5,
		    .profile = 9,
		    .time = 0x010203040506,
		    .type = EVENT_STARTED,
		    .result = { .score = -1, .passed = -1 } },
		  { 0x01, 1, 2, 3, 4, 5, 6, 6, 9 },
		  9 },
		{ { .module = 5,
		    .profile = 9,
		    .time = 0x010203040506,
		    .type = EVENT_COMPLETED,
		    .result = { .score = -1, .passed = -1 } },
		  { 0x02, 1, 2, 3, 4, 5, 6, 6, 9 },
		  9 },
		{ { .module = 5,
		    .profile = 9,
		    .time = 0x010203040506,
		    .type = EVENT_ASSESSED,
		    .result = { .score = 5000, .passed = 1, .phase = PHASE_POST } },
		  { 0xab, 1, 2, 3, 4, 5, 6, 6, 9, 0x13, 0x88 },
		  11 },
		{ { .module = 5,
		    .profile = 9,
		    .time = 0x010203040506,
		    .type = EVENT_VOIDED,
		    .voids = EVENT_ASSESSED,
		    .result = { .score = 1, .passed = 0 },
		    .voids_time = 0x060504030201 },
		  { 0x1d, 0x0b, 1, 2, 3, 4, 5, 6, 6, 9, 0, 1, 6, 5, 4, 3, 2, 1 },
		  18 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t bytes[FACT_MAX];

		assert_int_equal(fact_encode(&cases[i].fact, bytes), cases[i].size);
		assert_memory_equal(bytes, cases[i].bytes, cases[i].size);
	}
}

/* A platform that begins to say until when doubles nothing. */
static void until_when_it_is_valid_is_no_part_of_a_fact(void **state)
{
	struct fact sooner = plain, later = plain;

	(void)state;
	sooner.valid_until = VALID_UNTIL_MIN;
	later.valid_until = VALID_FOR_EVER;
	later.profile = 0;
	assert_true(fact_is_same(&plain, &sooner) && fact_is_same(&sooner, &later));
	assert_true(fact_compare(&plain, &sooner) < 0 && fact_compare(&sooner, &later) < 0);
	later = attended, later.result.minutes++;
	assert_false(fact_is_same(&attended, &later));
	later = enrolled, later.result.state++;
	assert_false(fact_is_same(&enrolled, &later));
}

static struct fact random_fact(void)
{
	struct fact fact = { .module = chance(2),
			     .time = WORLD_BEGIN + chance(2),
			     .type = (uint8_t)(EVENT_STARTED + chance(7)),
			     .result = { .score = (int16_t)(chance(3) * 5000 - 1),
					 .passed = (int8_t)(chance(3) - 1),
					 .phase = (uint8_t)chance(3) },
			     .voids_time = EVENT_NO_TIME,
			     .profile = chance(2) };

	fact.result.score = fact.result.score < 0 ? -1 : fact.result.score;
	if (fact.type == EVENT_VOIDED) {
		fact.voids = (uint8_t)(chance(3) ? EVENT_STARTED + chance(4)
						 : EVENT_ATTENDED + chance(2));
		fact.voids_time = chance(2) ? WORLD_BEGIN + chance(2) : EVENT_NO_TIME;
	}
	if (fact.type == EVENT_ATTENDED || (fact.type == EVENT_VOIDED && chance(2)))
		fact.result.minutes = (uint16_t)(1 + chance(2) * 300);
	if (fact.type == EVENT_ENROLLED || (fact.type == EVENT_VOIDED && chance(2)))
		fact.result.state = (uint8_t)(STATE_APPLIED + chance(3));
	if (fact.type != EVENT_VOIDED && chance(3) == 0)
		fact.valid_until = chance(2) ? VALID_FOR_EVER : VALID_UNTIL_MIN;
	return fact;
}

/* Field by field, in the order that the header promises for its beginning and its end. */
static int order_of(const struct fact *a, const struct fact *b)
{
	if (a->module != b->module)
		return a->module < b->module ? -1 : 1;
	if ((a->type == EVENT_VOIDED) != (b->type == EVENT_VOIDED))
		return a->type == EVENT_VOIDED ? -1 : 1;
	if ((a->type == EVENT_VOIDED) != (b->type == EVENT_VOIDED))
		return a->type == EVENT_VOIDED ? -1 : 1;
	if (a->time != b->time)
		return a->time < b->time ? -1 : 1;
	return 0;
}

static void bytes_are_equal_where_facts_are_and_only_there(void **state)
{
	(void)state;
	chance_of_world(1);
	for (int i = 0; i < 100000; i++) {
		struct fact a = random_fact(), b = chance_of(50) ? a : random_fact(),
			    c = random_fact();
		uint8_t a_bytes[FACT_MAX], b_bytes[FACT_MAX];
		size_t a_size = fact_encode(&a, a_bytes), b_size = fact_encode(&b, b_bytes);
		bool equal = a_size == b_size && memcmp(a_bytes, b_bytes, a_size) == 0;
		int ab = fact_compare(&a, &b);

		assert_int_equal(equal, ab == 0);
		assert_int_equal(fact_compare(&b, &a) < 0, ab > 0);
		if (order_of(&a, &b))
			assert_int_equal(ab < 0, order_of(&a, &b) < 0);
		if (ab <= 0 && fact_compare(&b, &c) <= 0)
			assert_true(fact_compare(&a, &c) <= 0);
		/* What is only claimed decides last, of this the profile. */
		c = a;
		c.profile = 1 - a.profile;
		assert_true(fact_is_same(&a, &c));
		assert_int_equal(fact_compare(&a, &c) < 0, a.profile < c.profile);
		c = b;
		c.profile = a.profile;
		c.valid_until = a.valid_until;
		assert_int_equal(fact_is_same(&a, &b), fact_compare(&a, &c) == 0);
		assert_comes_back(&a);
	}
}

static void what_is_no_fact_is_not_read(void **state)
{
	static const struct {
		const char *why;
		uint8_t bytes[20];
		size_t size;
	} cases[] = {
		{ "nothing", { 0 }, 0 },
		{ "type 0", { 0, 0, 0, 0, 0, 0, 0, 1, 1 }, 20 },
		{ "a presence without minutes", { 6, 0, 0, 0, 0, 0, 0, 1, 1 }, 20 },
		{ "an enrolment without a state", { 7, 0, 0, 0, 0, 0, 0, 1, 1 }, 20 },
		{ "a state that there is not", { 0x37, 0x40, 0, 0, 0, 0, 0, 0, 1, 1 }, 20 },
		{ "passed, and neither yes nor no", { 0x37, 0x13, 0, 0, 0, 0, 0, 0, 1, 1 }, 20 },
		{ "minutes that are none", { 0x35, 0x08, 6, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0 }, 20 },
		{ "more than a week", { 0x36, 0x08, 0, 0, 0, 0, 0, 0, 1, 1, 0x27, 0x61 }, 20 },
		{ "a second byte for nothing", { 0x31, 0x01, 0, 0, 0, 0, 0, 0, 1, 1 }, 20 },
		{ "minutes that are cut", { 0x36, 0x08, 0, 0, 0, 0, 0, 0, 1, 1, 1 }, 11 },
		{ "a day that is cut", { 0x32, 0x04, 0, 0, 0, 0, 0, 0, 1, 1, 1 }, 11 },
		{ "a day behind all", { 0x32, 0x04, 0, 0, 0, 0, 0, 0, 1, 1, 0xff, 0xff }, 20 },
		{ "a module without an end",
		  { 1, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1 },
		  20 },
		{ "a module above 32 bits",
		  { 1, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0x7f, 1 },
		  20 },
		{ "a score that is cut", { 9, 0, 0, 0, 0, 0, 0, 1, 1, 1 }, 10 },
	};
	struct fact fact;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (fact_decode((struct text){ (const char *)cases[i].bytes, cases[i].size },
				&fact))
			fail_msg("%s", cases[i].why);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(facts_at_their_limits_come_back_from_their_bytes),
		cmocka_unit_test(a_fact_of_before_has_the_bytes_of_before),
		cmocka_unit_test(until_when_it_is_valid_is_no_part_of_a_fact),
		cmocka_unit_test(bytes_are_equal_where_facts_are_and_only_there),
		cmocka_unit_test(what_is_no_fact_is_not_read),
	};

	chance_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
