/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/base/names.h"
#include "tests/seed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

static void ids_rise_from_0_and_a_text_keeps_its_own(void **state)
{
	struct names *names = names_new();
	uint32_t id;

	(void)state;
	assert_non_null(names);
	assert_int_equal(names_find(names, text_of("a")), NAMES_NONE);
	assert_int_equal(names_add(names, text_of("a"), &id), 0);
	assert_int_equal(id, 0);
	assert_int_equal(names_add(names, text_of("b"), &id), 0);
	assert_int_equal(id, 1);
	assert_int_equal(names_add(names, text_of("a"), &id), 0);
	assert_int_equal(id, 0);
	assert_int_equal(names_count(names), 2);
	assert_int_equal(names_find(names, text_of("b")), 1);
	names_free(names);
}

static void any_bytes_are_a_text_and_so_are_none(void **state)
{
	struct text texts[] = {
		{ NULL, 0 }, { "\0", 1 }, { "\0\0", 2 }, { "a\0b", 3 }, { "a", 1 }
	};
	struct names *names = names_new();
	uint32_t id;

	(void)state;
	for (uint32_t i = 0; i < 5; i++) {
		assert_int_equal(names_add(names, texts[i], &id), 0);
		assert_int_equal(id, i);
	}
	for (uint32_t i = 0; i < 5; i++)
		assert_true(text_equal(names_get(names, i), texts[i]));
	names_free(names);
}

static void texts_stay_at_their_addresses_with_a_0_behind(void **state)
{
	struct names *names = names_new();
	char text[400];
	const char *first;
	uint32_t id;

	(void)state;
	assert_int_equal(names_add(names, text_of("first"), &id), 0);
	first = names_get(names, 0).data;
	memset(text, 'x', sizeof(text));
	for (uint32_t i = 0; i < 20000; i++) {
		memcpy(text, &i, sizeof(i));
		assert_int_equal(names_add(names, (struct text){ text, sizeof(text) }, &id), 0);
	}
	assert_ptr_equal(names_get(names, 0).data, first);
	assert_string_equal(first, "first");
	assert_int_equal(names_get(names, 20000).data[sizeof(text)], 0);
	assert_true(names_bytes(names) > 20000 * sizeof(text));
	assert_true(names_bytes(names) < 20000 * (sizeof(text) + 100));
	names_free(names);
}

static void random_texts_are_found_as_in_a_list(void **state)
{
	enum { STEPS = 20000, TEXTS = 3000 };
	static char list[TEXTS][4];
	static size_t sizes[TEXTS];
	unsigned seed = (unsigned)test_seed();
	struct names *names = names_new();
	uint32_t n = 0;

	(void)state;
	srand(seed);
	for (int step = 0; step < STEPS; step++) {
		char bytes[4] = { (char)(rand() % 12), (char)(rand() % 12), (char)(rand() % 12) };
		struct text text = { bytes, (size_t)(rand() % 4) };
		uint32_t i = 0, id;

		while (i < n && (sizes[i] != text.size || memcmp(list[i], bytes, text.size) != 0))
			i++;
		assert_int_equal(names_find(names, text), i < n ? i : NAMES_NONE);
		if (rand() % 200 == 0) { /* the last ones are forgotten */
			n -= n ? (uint32_t)rand() % (n > 50 ? 50 : n) : 0;
			names_cut(names, n);
			continue;
		}
		if (rand() % 2)
			continue;
		assert_int_equal(names_add(names, text, &id), 0);
		assert_int_equal(id, i);
		if (i == n) {
			memcpy(list[n], bytes, text.size);
			sizes[n++] = text.size;
		}
		assert_int_equal(names_count(names), n);
	}
	for (uint32_t i = 0; i < n; i++)
		assert_true(text_equal(names_get(names, i), (struct text){ list[i], sizes[i] }));
	names_free(names);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ids_rise_from_0_and_a_text_keeps_its_own),
		cmocka_unit_test(any_bytes_are_a_text_and_so_are_none),
		cmocka_unit_test(texts_stay_at_their_addresses_with_a_0_behind),
		cmocka_unit_test(random_texts_are_found_as_in_a_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
