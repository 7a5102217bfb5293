/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/intake/kept/said_profiles.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/world.h"

/* Few words, some of which give the same letters one behind the other. */
static struct event random_event(void)
{
	static const char *const words[] = { "", "a", "b", "ab", "ba", "aba", "role", "shift" };
	struct event event = { .region = text_of(words[chance(8)]), .n_attrs = chance(3) };

	for (size_t i = 0; i < event.n_attrs; i++)
		event.attrs[i] =
			(struct event_attr){ text_of(words[chance(8)]), text_of(words[chance(8)]) };
	return event;
}

static bool says_the_same(const struct event *a, const struct event *b)
{
	bool same = text_equal(a->region, b->region) && a->n_attrs == b->n_attrs;

	for (size_t i = 0; i < a->n_attrs && same; i++)
		same = text_equal(a->attrs[i].name, b->attrs[i].name) &&
		       text_equal(a->attrs[i].value, b->attrs[i].value);
	return same;
}

/* What was kept last of the same words; UINT32_MAX: nothing since all was forgotten. */
static uint32_t model_find(const struct event *events, const uint32_t *ids, uint32_t n,
			   const struct event *event)
{
	while (n-- > 0)
		if (says_the_same(&events[n], event))
			return ids[n];
	return UINT32_MAX;
}

static void what_is_known_is_what_was_kept_of_the_same_words(void **state)
{
	enum { STEPS = 5000 };
	static struct event events[STEPS];
	static uint32_t ids[STEPS];
	struct said_profiles *profiles = said_profiles_new();
	uint32_t n = 0, n_found = 0, n_lost = 0;

	(void)state;
	assert_non_null(profiles);
	for (uint32_t step = 0; step < STEPS; step++) {
		struct event event = random_event();
		const struct profile_known *found;
		struct profile_known known = { .id = step, .has_others = step % 2 };
		uint32_t id = model_find(events, ids, n, &event);

		profile_said_of(&event, &known.said);
		found = said_profiles_find(profiles, &known.said);
		assert_true(!found || (found->id == id && found->has_others == id % 2));
		n_found += found != NULL;
		n_lost += !found && id != UINT32_MAX;
		if (chance_of(50)) {
			said_profiles_keep(profiles, &known);
			found = said_profiles_find(profiles, &known.said);
			assert_non_null(found);
			assert_int_equal(found->id, step);
			events[n] = event;
			ids[n++] = step;
		}
		if (step % 1000 == 999) {
			said_profiles_forget(profiles);
			assert_null(said_profiles_find(profiles, &known.said));
			n = 0;
		}
	}
	assert_true(n_found > STEPS / 10);
	assert_true(n_lost < n_found); /* others may have taken its place */
	said_profiles_free(profiles);
}

static void too_many_words_are_not_remembered(void **state)
{
	static const char many[PROFILE_SAID_MAX];
	struct said_profiles *profiles = said_profiles_new();

	(void)state;
	assert_non_null(profiles);
	/* Each text has its length in front. */
	for (size_t size = 0; size <= PROFILE_SAID_MAX; size++) {
		const struct event event = { .region = { many, size } };
		struct profile_known known = { .id = 7 };

		profile_said_of(&event, &known.said);
		said_profiles_keep(profiles, &known);
		assert_int_equal(said_profiles_find(profiles, &known.said) != NULL,
				 size + 1 <= PROFILE_SAID_MAX);
	}
	said_profiles_free(profiles);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_known_is_what_was_kept_of_the_same_words),
		cmocka_unit_test(too_many_words_are_not_remembered),
	};

	chance_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
