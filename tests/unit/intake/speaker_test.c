/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/intake/speaker.h"

#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "proto/z85.h"

static char *no_env(const char *name)
{
	(void)name;
	return NULL;
}

/* Key i has a public half of its own, and speaks for a source. */
static void public_of(unsigned i, char to[static Z85_KEY + 1])
{
	uint8_t bytes[Z85_KEY_BYTES] = { (uint8_t)(i >> 8), (uint8_t)i };

	z85_encode(bytes, to);
}

static struct keys *some_keys(unsigned n)
{
	struct yaml_errors errors = { .file = "keys.yaml" };
	struct config *config;
	struct keys *keys = NULL;
	char *text = NULL, public[Z85_KEY + 1];
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);

	fputs(n ? "keys:\n" : "keys: []\n", to);
	for (unsigned i = 0; i < n; i++) {
		public_of(i, public);
		fprintf(to,
			"- {name: k%u, public: \"%s\", publish: {sources: [s%u]}, "
			"limits: {events: %u}}\n",
			i, public, i, 10 + i);
	}
	fclose(to);
	assert_int_equal(config_parse(text_of(""), &errors, no_env, true, &config), 0);
	if (keys_parse(text_of(text), config, &errors, &keys) != 0)
		fail_msg("%s", errors.text ? errors.text : "no memory");
	config_free(config);
	free(text);
	return keys;
}

static void set(struct keyring *keyring, unsigned n)
{
	struct keys *keys = some_keys(n);

	assert_int_equal(keyring_set(keyring, keys), 0);
	keys_free(keys);
}

static int find(struct speakers *speakers, unsigned i, struct speaker *ret_speaker)
{
	char public[Z85_KEY + 1];

	public_of(i, public);
	return speaker_find(speakers, public, ret_speaker);
}

static void a_change_of_keys_counts_for_the_next_message(void **state)
{
	struct keyring *keyring = keyring_new();
	struct speakers speakers;
	struct speaker speaker;

	(void)state;
	set(keyring, 2);
	speakers_open(&speakers, keyring);
	assert_int_equal(find(&speakers, 1, &speaker), 0);
	set(keyring, 1);
	assert_int_equal(find(&speakers, 1, &speaker), LIFT_E_DENIED);
	assert_int_equal(find(&speakers, 0, &speaker), 0);
	speakers_close(&speakers);
	keyring_free(keyring);
}

static void a_key_stays_until_all_have_their_answers(void **state)
{
	struct keyring *keyring = keyring_new();
	struct speaker first, other;
	struct speakers speakers;

	(void)state;
	mallopt(M_PERTURB, 0x55); /* what is freed is spoilt */
	set(keyring, 1);
	speakers_open(&speakers, keyring);
	assert_int_equal(find(&speakers, 0, &first), 0);
	for (unsigned i = 0; i < 2 * SPEAKERS_HELD_MAX; i++) {
		set(keyring, 2 + i % 2);
		assert_int_equal(find(&speakers, 0, &other), 0);
		assert_string_equal(first.peer.key->name, "k0");
	}
	speakers_settle(&speakers);
	set(keyring, 0);
	assert_int_equal(find(&speakers, 0, &other), LIFT_E_DENIED);
	speakers_close(&speakers);
	keyring_free(keyring);
	mallopt(M_PERTURB, 0);
}

/* How many events go through in a time, where a batch is sent each so many ms. */
static int64_t goes_through(uint32_t events, int64_t every_ms, int64_t until_ms)
{
	struct keyring *keyring = keyring_new();
	struct speakers speakers;
	struct speaker speaker;
	int64_t n = 0;

	set(keyring, 1);
	speakers_open(&speakers, keyring);
	assert_int_equal(find(&speakers, 0, &speaker), 0);
	for (int64_t now_ms = 1; now_ms <= until_ms; now_ms += every_ms) {
		int err = speaker_may_speak(&speakers, &speaker, text_of("s0"), events, now_ms);

		if (err)
			assert_int_equal(err, LIFT_E_RATE);
		else
			n += events;
	}
	speakers_close(&speakers);
	keyring_free(keyring);
	return n;
}

/* The limit is 10 a second. */
static void a_limit_of_events_holds_however_often_or_seldom_somebody_sends(void **state)
{
	static const struct {
		uint32_t events;
		int64_t every_ms;
		const char *why;
	} cases[] = {
		{ 1, 1, "each millisecond adds less than one event" },
		{ 1, 99, "just before there is one more" },
		{ 10, 1000, "as many as there may be" },
		{ 5000, 61000, "a debt is not forgotten by a minute's silence" },
	};
	const int64_t seconds = 3600;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t n = goes_through(cases[i].events, cases[i].every_ms, seconds * 1000);

		if (n < 9 * seconds || n > 10 * seconds + 10 + cases[i].events)
			fail_msg("%s: %lld events", cases[i].why, (long long)n);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_change_of_keys_counts_for_the_next_message),
		cmocka_unit_test(a_limit_of_events_holds_however_often_or_seldom_somebody_sends),
		cmocka_unit_test(a_key_stays_until_all_have_their_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
