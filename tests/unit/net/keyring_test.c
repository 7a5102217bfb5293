/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/net/keyring.h"

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

/* Of a letter, which is the key's name. */
static const char *public_of(char letter)
{
	static char text[Z85_KEY + 1];
	uint8_t bytes[Z85_KEY_BYTES] = { (uint8_t)letter };

	z85_encode(bytes, text);
	return text;
}

/* A key for each letter. */
static struct keys *keys_of(const char *letters)
{
	struct yaml_errors errors = { .file = "keys.yaml" };
	struct config *config;
	struct keys *keys;
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	fputs(*letters ? "keys:\n" : "keys: []\n", to);
	for (; *letters; letters++)
		fprintf(to, "- {name: %c, public: \"%s\", control: yes}\n", *letters,
			public_of(*letters));
	fclose(to);
	assert_int_equal(config_parse(text_of(""), &errors, no_env, true, &config), 0);
	assert_int_equal(keys_parse(text_of(text), config, &errors, &keys), 0);
	config_free(config);
	free(text);
	return keys;
}

static void set(struct keyring *keyring, const char *letters)
{
	struct keys *keys = keys_of(letters);

	assert_int_equal(keyring_change(keyring, keys), 0);
	keys_free(keys);
}

static void check_peer(struct keyview *view, char letter, bool known)
{
	struct peer peer;
	const char name[] = { letter, 0 };

	assert_int_equal(peer_find(view, public_of(letter), &peer), known ? 0 : LIFT_E_DENIED);
	if (known)
		assert_string_equal(peer.key->name, name);
	else
		assert_null(peer.key);
}

static void a_message_is_of_the_key_that_its_user_id_says_now(void **state)
{
	struct keyring *keyring = keyring_new();
	struct keyview view = { .keyring = keyring }, other = { .keyring = keyring };
	bool changed;

	(void)state;
	check_peer(&view, 'a', false);
	set(keyring, "abc");
	for (const char *letter = "abc"; *letter; letter++)
		check_peer(&view, *letter, true);
	check_peer(&view, 'd', false);
	set(keyring, "cd");
	assert_true(keyview_is_old(&view));
	check_peer(&view, 'a', false);
	check_peer(&view, 'c', true);
	check_peer(&view, 'd', true);
	/* Each view by itself. */
	assert_false(keyview_is_old(&view));
	keyview_keys(&other, &changed);
	assert_true(changed);
	keyview_keys(&other, &changed);
	assert_false(changed);
	set(keyring, "");
	check_peer(&view, 'c', false);
	keyview_clear(&view);
	keyview_clear(&other);
	keyring_free(keyring);
}

static void nobody_is_local_who_does_not_come_by_a_local_door(void **state)
{
	static const char *const others[] = { NULL, "", "--", "-a", "a", "local" };
	struct keyring *keyring = keyring_new();
	struct keyview view = { .keyring = keyring }, without = { .keyring = NULL };
	struct peer peer;

	(void)state;
	set(keyring, "a");
	assert_int_equal(peer_find(&view, PEER_LOCAL, &peer), 0);
	assert_null(peer.key);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_int_equal(peer_find(&view, others[i], &peer), LIFT_E_DENIED);
	assert_int_equal(peer_find(&without, NULL, &peer), 0);
	assert_null(peer.key);
	keyview_clear(&view);
	keyring_free(keyring);
}

static void what_a_name_has_done_is_kept_when_its_key_changes(void **state)
{
	struct keyring *keyring = keyring_new();
	struct keyview view = { .keyring = keyring };
	const struct deeds *deeds;
	struct peer peer;

	(void)state;
	set(keyring, "ab");
	assert_int_equal(peer_find(&view, public_of('b'), &peer), 0);
	peer_note(&peer, DEED_PUBLISHED, 1000);
	peer_note_events(&peer, 3, 2);
	set(keyring, "");
	set(keyring, "cb");
	assert_int_equal(peer_find(&view, public_of('b'), &peer), 0);
	peer_note(&peer, DEED_REFUSED, 2000);
	deeds = keyring_deeds(keyring, "b");
	assert_int_equal(atomic_load(&deeds->accepted), 3);
	assert_int_equal(atomic_load(&deeds->refused), 3);
	assert_int_equal(atomic_load(&deeds->last_ms), 2000);
	assert_int_equal(atomic_load(&deeds->last), DEED_REFUSED);
	assert_int_equal(atomic_load(&keyring_deeds(keyring, "a")->last), DEED_NONE);
	assert_null(keyring_deeds(keyring, "d"));
	keyview_clear(&view);
	keyring_free(keyring);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_is_of_the_key_that_its_user_id_says_now),
		cmocka_unit_test(nobody_is_local_who_does_not_come_by_a_local_door),
		cmocka_unit_test(what_a_name_has_done_is_kept_when_its_key_changes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
