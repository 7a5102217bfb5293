/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/journal/secret.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "tests/unit/world.h"

static void write_file(const char *path, size_t size, mode_t mode)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	for (size_t i = 0; i < size; i++)
		fputc((int)i, file);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, mode), 0);
}

static void a_secret_is_made_once_for_its_owner_alone(void **state)
{
	struct secret made, again, other;
	struct dir dir, other_dir;
	struct stat found;

	(void)state;
	dir_begin(&dir);
	dir_begin(&other_dir);
	assert_int_equal(secret_open(dir.path, false, &made), LIFT_E_NOT_FOUND);
	assert_int_equal(stat(dir_path(&dir, "secret"), &found), -1);
	umask(0);
	/* What a crash left behind is no hindrance. */
	write_file(dir_path(&dir, "secret.new"), 3, 0666);
	assert_int_equal(secret_open(dir.path, true, &made), 0);
	umask(022);
	assert_int_equal(stat(dir_path(&dir, "secret"), &found), 0);
	assert_int_equal(found.st_mode & 07777, 0600);
	assert_int_equal(found.st_size, SECRET_BYTES);
	assert_int_equal(stat(dir_path(&dir, "secret.new"), &found), -1);
	assert_int_equal(secret_open(dir.path, true, &again), 0);
	assert_memory_equal(made.key, again.key, SECRET_BYTES);
	assert_memory_equal(made.digest, again.digest, SECRET_DIGEST_BYTES);
	secret_close(&again);
	assert_int_equal(secret_open(dir.path, false, &again), 0);
	assert_memory_equal(made.key, again.key, SECRET_BYTES);
	assert_int_equal(secret_open(other_dir.path, true, &other), 0);
	assert_memory_not_equal(made.key, other.key, SECRET_BYTES);
	assert_memory_not_equal(made.digest, other.digest, SECRET_DIGEST_BYTES);
	secret_close(&made);
	secret_close(&again);
	secret_close(&other);
	secret_close(&other); /* nothing is left to do */
	dir_end(&dir);
	dir_end(&other_dir);
}

static void a_file_that_is_no_secret_is_refused_and_left_alone(void **state)
{
	static const struct {
		const char *why;
		size_t size;
		mode_t mode;
		int err;
	} cases[] = {
		{ "as it should be", SECRET_BYTES, 0600, 0 },
		{ "read only", SECRET_BYTES, 0400, 0 },
		{ "empty", 0, 0600, LIFT_E_SECRET },
		{ "short", SECRET_BYTES - 1, 0600, LIFT_E_SECRET },
		{ "long", SECRET_BYTES + 1, 0600, LIFT_E_SECRET },
		{ "the group may read it", SECRET_BYTES, 0640, LIFT_E_SECRET },
		{ "others may read it", SECRET_BYTES, 0604, LIFT_E_SECRET },
		{ "others may write it", SECRET_BYTES, 0602, LIFT_E_SECRET },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct secret secret;
		struct stat found;
		struct dir dir;

		dir_begin(&dir);
		write_file(dir_path(&dir, "secret"), cases[i].size, cases[i].mode);
		if (secret_open(dir.path, true, &secret) != cases[i].err)
			fail_msg("%s", cases[i].why);
		if (!cases[i].err) {
			assert_int_equal(secret.key[SECRET_BYTES - 1], SECRET_BYTES - 1);
			secret_close(&secret);
		}
		assert_int_equal(stat(dir_path(&dir, "secret"), &found), 0);
		assert_int_equal(found.st_size, cases[i].size);
		dir_end(&dir);
	}
}

static void a_directory_that_is_not_there_is_an_error(void **state)
{
	struct secret secret;

	(void)state;
	assert_int_equal(secret_open("/nowhere/at/all", true, &secret), LIFT_E_IO);
}

static void pseudonyms_differ_by_secret_namespace_and_id(void **state)
{
	static const struct {
		const char *name_space, *learner;
	} who[] = {
		{ "a", "b" },  { "a", "c" }, { "ab", "" }, { "", "ab" },  { "ab", "c" },
		{ "a", "bc" }, { "A", "b" }, { "a", "B" }, { "a", "b " }, { "moodle", "kari" }
	};
	enum { WHO = sizeof(who) / sizeof(who[0]) };
	uint8_t keys[2][SECRET_BYTES] = { { 1 }, { 2 } };
	struct secret secrets[2] = { { .key = keys[0] }, { .key = keys[1] } };
	uint8_t found[2 * WHO][PSEUDONYM_BYTES], again[PSEUDONYM_BYTES];
	uint8_t objections[2 * WHO][PSEUDONYM_BYTES];
	char longest[LEARNER_MAX];

	(void)state;
	for (size_t i = 0; i < 2 * (size_t)WHO; i++) {
		struct text name_space = text_of(who[i % WHO].name_space);
		struct text learner = text_of(who[i % WHO].learner);

		secret_pseudonym(&secrets[i / WHO], name_space, learner, found[i]);
		secret_pseudonym(&secrets[i / WHO], name_space, learner, again);
		assert_memory_equal(found[i], again, PSEUDONYM_BYTES);
		for (size_t other = 0; other < i; other++)
			assert_memory_not_equal(found[i], found[other], PSEUDONYM_BYTES);
	}
	/* The hash of an objection is no pseudonym, and needs the secret as well. */
	for (size_t i = 0; i < 2 * (size_t)WHO; i++) {
		struct text name_space = text_of(who[i % WHO].name_space);
		struct text learner = text_of(who[i % WHO].learner);

		secret_objection(&secrets[i / WHO], name_space, learner, objections[i]);
		secret_objection(&secrets[i / WHO], name_space, learner, again);
		assert_memory_equal(objections[i], again, PSEUDONYM_BYTES);
		for (size_t other = 0; other < i; other++)
			assert_memory_not_equal(objections[i], objections[other], PSEUDONYM_BYTES);
		for (size_t other = 0; other < 2 * (size_t)WHO; other++)
			assert_memory_not_equal(objections[i], found[other], PSEUDONYM_BYTES);
	}
	/* The longest there is: its last byte counts. */
	memset(longest, 'x', sizeof(longest));
	secret_pseudonym(&secrets[0], (struct text){ longest, SOURCE_MAX },
			 (struct text){ longest, LEARNER_MAX }, found[0]);
	longest[LEARNER_MAX - 1] = 'y';
	secret_pseudonym(&secrets[0], (struct text){ longest, SOURCE_MAX },
			 (struct text){ longest, LEARNER_MAX }, found[1]);
	assert_memory_not_equal(found[0], found[1], PSEUDONYM_BYTES);
}

/* Also where they come again, and where so many come that most are not remembered. */
static void remembered_pseudonyms_are_those_of_the_secret(void **state)
{
	enum { TURNS = 100000, LEARNERS = 60000 };
	uint8_t key[SECRET_BYTES] = { 7 }, found[PSEUDONYM_BYTES], made[PSEUDONYM_BYTES];
	struct secret secret = { .key = key };
	struct pseudonyms *pseudonyms = pseudonyms_new(&secret);

	(void)state;
	assert_non_null(pseudonyms);
	chance_begin();
	for (int turn = 0; turn < TURNS; turn++) {
		struct text name_space = text_of(chance(2) ? "a" : "ab");
		char learner[16];

		snprintf(learner, sizeof(learner), "%u", chance(chance(2) ? LEARNERS : 100));
		pseudonyms_find(pseudonyms, name_space, text_of(learner), found);
		secret_pseudonym(&secret, name_space, text_of(learner), made);
		assert_memory_equal(found, made, PSEUDONYM_BYTES);
		if (chance(TURNS / 4) == 0)
			pseudonyms_forget(pseudonyms);
	}
	pseudonyms_free(pseudonyms);
}

static void digests_of_what_was_refused_need_the_secret(void **state)
{
	uint8_t keys[2][SECRET_BYTES] = { { 1 }, { 2 } };
	struct secret secrets[2] = { { .key = keys[0] }, { .key = keys[1] } };
	uint8_t a[REFUSED_DIGEST_BYTES], b[REFUSED_DIGEST_BYTES];

	(void)state;
	secret_refused_digest(&secrets[0], text_of("content"), a);
	secret_refused_digest(&secrets[0], text_of("content"), b);
	assert_memory_equal(a, b, sizeof(a));
	secret_refused_digest(&secrets[0], text_of("contend"), b);
	assert_memory_not_equal(a, b, sizeof(a));
	secret_refused_digest(&secrets[1], text_of("content"), b);
	assert_memory_not_equal(a, b, sizeof(a));
}

/* As systemd hands it over: mode 0400, or, by an access list, 0440. */
static void a_credential_comes_before_the_file_of_the_state(void **state)
{
	static const struct {
		const char *why;
		size_t size;
		mode_t mode;
		size_t file; /* bytes of the state's own; 0: there is none */
		int err;
	} cases[] = {
		{ "alone", SECRET_BYTES, 0400, 0, 0 },
		{ "by an access list", SECRET_BYTES, 0440, 0, 0 },
		{ "anybody may read it", SECRET_BYTES, 0404, 0, LIFT_E_SECRET },
		{ "long", SECRET_BYTES + 1, 0400, 0, LIFT_E_SECRET },
		{ "short", SECRET_BYTES - 1, 0400, 0, LIFT_E_SECRET },
		{ "short, and there is a file", SECRET_BYTES - 1, 0400, SECRET_BYTES,
		  LIFT_E_SECRET },
		{ "the same as the file", SECRET_BYTES, 0400, SECRET_BYTES, 0 },
		{ "and a file that is no secret", SECRET_BYTES, 0400, 3, LIFT_E_SECRET },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct secret secret = { .key = NULL };
		struct dir dir, credentials;
		char path[PATH_MAX];
		struct stat found;

		dir_begin(&dir);
		dir_begin(&credentials);
		setenv("CREDENTIALS_DIRECTORY", credentials.path, 1);
		write_file(dir_path(&credentials, SECRET_CREDENTIAL), cases[i].size, cases[i].mode);
		if (cases[i].file)
			write_file(dir_path(&dir, "secret"), cases[i].file, 0600);
		if (secret_open_own(dir.path, true, &secret) != cases[i].err)
			fail_msg("%s", cases[i].why);
		if (!cases[i].err) {
			assert_true(secret.is_credential);
			assert_int_equal(secret.key[SECRET_BYTES - 1], SECRET_BYTES - 1);
			secret_path(&secret, dir.path, path);
			assert_string_equal(path, dir_path(&credentials, SECRET_CREDENTIAL));
		}
		/* None is made beside it. */
		assert_int_equal(stat(dir_path(&dir, "secret"), &found), cases[i].file ? 0 : -1);
		secret_close(&secret);
		unsetenv("CREDENTIALS_DIRECTORY");
		dir_end(&dir);
		dir_end(&credentials);
	}
}

static void two_secrets_are_one_too_many(void **state)
{
	struct secret secret;
	struct dir dir, credentials;

	(void)state;
	dir_begin(&dir);
	dir_begin(&credentials);
	assert_int_equal(secret_open(dir.path, true, &secret), 0);
	secret_close(&secret);
	setenv("CREDENTIALS_DIRECTORY", credentials.path, 1);
	/* No credential of this name: the state's own. */
	assert_int_equal(secret_open_own(dir.path, true, &secret), 0);
	assert_false(secret.is_credential);
	secret_close(&secret);
	write_file(dir_path(&credentials, SECRET_CREDENTIAL), SECRET_BYTES, 0400);
	assert_int_equal(secret_open_own(dir.path, true, &secret), LIFT_E_DIFFERENT);
	unsetenv("CREDENTIALS_DIRECTORY");
	dir_end(&dir);
	dir_end(&credentials);
}

/* The secret 0, 1 ... 31: keys that have been published with the method. */
static void the_open_key_is_that_of_the_definition(void **state)
{
	static const uint8_t expected[OPEN_KEY_BYTES] = {
		0x09, 0xc0, 0xfe, 0x1a, 0xe6, 0xf0, 0x71, 0x43, 0xd6, 0x91, 0x96,
		0x47, 0x21, 0x88, 0x0f, 0x94, 0x19, 0xf4, 0xf4, 0x55, 0xce, 0xb4,
		0xaf, 0x36, 0xb6, 0xff, 0xa4, 0x9a, 0x2e, 0x49, 0x67, 0x94,
	};
	uint8_t key[SECRET_BYTES], found[OPEN_KEY_BYTES];
	struct secret secret = { .key = key };

	(void)state;
	for (uint8_t i = 0; i < SECRET_BYTES; i++)
		key[i] = i;
	secret_open_key(&secret, found);
	assert_memory_equal(found, expected, OPEN_KEY_BYTES);
	key[0] ^= 1;
	secret_open_key(&secret, found);
	assert_memory_not_equal(found, expected, OPEN_KEY_BYTES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_secret_is_made_once_for_its_owner_alone),
		cmocka_unit_test(a_file_that_is_no_secret_is_refused_and_left_alone),
		cmocka_unit_test(a_directory_that_is_not_there_is_an_error),
		cmocka_unit_test(pseudonyms_differ_by_secret_namespace_and_id),
		cmocka_unit_test(the_open_key_is_that_of_the_definition),
		cmocka_unit_test(remembered_pseudonyms_are_those_of_the_secret),
		cmocka_unit_test(digests_of_what_was_refused_need_the_secret),
		cmocka_unit_test(a_credential_comes_before_the_file_of_the_state),
		cmocka_unit_test(two_secrets_are_one_too_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
