/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/journal/profile_key.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "proto/err.h"
#include "tests/unit/world.h"

static void a_profile_is_read_as_it_was_written_whatever_the_order_of_its_attributes(void **state)
{
	uint8_t bytes[PROFILE_MAX], others[PROFILE_MAX];

	(void)state;
	chance_begin();
	for (int round = 0; round < 5000; round++) {
		struct profile_key key = { .region = chance(UINT32_MAX) }, other = key, found;
		struct profile_attr attrs[ATTRS_MAX];
		uint32_t n = chance(ATTRS_MAX + 1);
		struct text text;

		for (uint32_t i = 0; i < n; i++)
			attrs[i] = (struct profile_attr){ 1000 * i + chance(1000),
							  chance(UINT32_MAX) };
		for (uint32_t i = 0; i < n; i++)
			profile_key_add(&key, attrs[i]);
		chance_shuffle(attrs, n, sizeof(*attrs));
		for (uint32_t i = 0; i < n; i++)
			profile_key_add(&other, attrs[i]);
		text = profile_key_encode(&key, bytes);
		assert_int_equal(text.size, 4 + 8 * n);
		assert_true(text_equal(text, profile_key_encode(&other, others)));
		assert_int_equal(profile_key_decode(text, &found), 0);
		assert_int_equal(found.region, key.region);
		assert_int_equal(found.n, n);
		assert_memory_equal(found.attrs, key.attrs, n * sizeof(*key.attrs));
	}
}

static void what_has_no_size_of_a_profile_is_corrupt(void **state)
{
	static const char bytes[PROFILE_MAX + 16];
	struct profile_key key;

	(void)state;
	for (size_t size = 0; size <= sizeof(bytes); size++)
		assert_int_equal(
			profile_key_decode((struct text){ bytes, size }, &key),
			size >= 4 && size <= PROFILE_MAX && size % 8 == 4 ? 0 : LIFT_E_CORRUPT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_profile_is_read_as_it_was_written_whatever_the_order_of_its_attributes),
		cmocka_unit_test(what_has_no_size_of_a_profile_is_corrupt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
