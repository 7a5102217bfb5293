/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lift keygen and lift key: pairs of keys in files, and the file of those that are let in.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/key_file.h"
#include "tests/e2e/check.h"
#include "tests/e2e/daemon.h"

enum { AT_ONCE = 8 };

static void check_file(const struct daemon *daemon, const char *name)
{
	char path[PATH_SIZE];
	struct stat info;

	path_make(path, "%s/keys/%s", daemon->dir, name);
	assert_int_equal(stat(path, &info), 0);
	assert_int_equal(info.st_mode & 07777, 0600);
}

static void read_pair(const struct daemon *daemon, const char *name, struct key_pair *ret_pair)
{
	struct yaml_errors errors = { .file = "f" };
	char path[PATH_SIZE], *text;
	size_t size;

	path_make(path, "%s/keys/%s.key", daemon->dir, name);
	text = file_text(path, &size);
	if (key_file_parse((struct text){ text, size }, &errors, ret_pair) != 0)
		fail_msg("%s", errors.text);
	free(text);
}

static size_t count_files(const struct daemon *daemon)
{
	char path[PATH_SIZE];
	size_t n = 0;
	DIR *dir;

	path_make(path, "%s/keys", daemon->dir);
	dir = opendir(path);
	assert_non_null(dir);
	for (const struct dirent *entry; (entry = readdir(dir));)
		n += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
	closedir(dir);
	return n;
}

/* keys.yaml with what was printed as its entry. */
static struct keys *parse_entry(const char *printed, struct config *config)
{
	static const char head[] = "keys:\n";
	const char *entry = strstr(printed, "  - name: ");
	struct yaml_errors errors = { .file = "f" };
	struct keys *keys = NULL;
	char *text;

	assert_non_null(entry);
	text = calloc(1, sizeof(head) + strlen(entry));
	assert_non_null(text);
	strcat(strcpy(text, head), entry);
	if (keys_parse(text_of(text), config, &errors, &keys) != 0)
		fail_msg("%s in: %s", errors.text, text);
	free(text);
	return keys;
}

static void a_pair_is_made_for_its_owner_alone_with_an_entry_that_counts(void **state)
{
	static const char audiences[] = "audiences: [{name: rana}]\n";
	struct daemon *daemon = *state;
	struct yaml_errors errors = { .file = "f" };
	struct config *config;
	struct key_pair pair;
	char dir[PATH_SIZE], *out;
	const struct key *key;
	struct keys *keys;
	size_t n;

	path_make(dir, "%s/keys", daemon->dir);
	out = daemon_lift_out(daemon, 0, "keygen", "moodle-rana", "--dir", dir, "--publish",
			      "moodle,canvas", "--region", "1833,0301", "--audience", "rana",
			      "--control", "--roster", "lms", "--forget", "lms,moodle", NULL);
	check_file(daemon, "moodle-rana.key");
	check_file(daemon, "moodle-rana.pub");
	assert_int_equal(count_files(daemon), 2);
	read_pair(daemon, "moodle-rana", &pair);
	assert_string_equal(pair.name, "moodle-rana");
	assert_memory_equal(out, pair.public, Z85_KEY);
	assert_int_equal(out[Z85_KEY], '\n');
	assert_null(strstr(out, pair.secret));

	assert_int_equal(config_parse(text_of(audiences), &errors, getenv, true, &config), 0);
	keys = parse_entry(out, config);
	key = keys_all(keys, &n);
	assert_int_equal(n, 1);
	assert_string_equal(key->publics.items[0], pair.public);
	assert_ptr_equal(keys_of_source(keys, text_of("canvas")), key);
	assert_int_equal(key->regions.n, 2);
	assert_true(key_has_audience(key, "rana"));
	assert_true(key->control);
	assert_int_equal(key->roster_sources.n, 1);
	assert_string_equal(key->roster_sources.items[0], "lms");
	assert_int_equal(key->roster_regions.n, 2);
	assert_int_equal(key->forget_sources.n, 2);
	assert_string_equal(key->forget_sources.items[1], "moodle");
	keys_free(keys);
	config_free(config);
	free(out);
}

static void of_several_at_once_one_has_the_name(void **state)
{
	struct daemon *daemon = *state;
	struct process processes[AT_ONCE];
	struct key_pair pair;
	char dir[PATH_SIZE];
	int made = 0;

	path_make(dir, "%s/keys", daemon->dir);
	for (size_t i = 0; i < AT_ONCE; i++)
		daemon_lift_start(daemon, &processes[i], "keygen", "server", "--dir", dir, NULL);
	for (size_t i = 0; i < AT_ONCE; i++) {
		struct outcome outcome = process_wait(&processes[i]);

		made += outcome.status == 0;
		if (outcome.status == 0) {
			read_pair(daemon, "server", &pair);
			assert_memory_equal(outcome.out, pair.public, Z85_KEY);
		} else {
			assert_int_equal(outcome.status, 1);
			assert_string_equal(outcome.out, "");
			assert_non_null(strstr(outcome.err, "is there already"));
		}
		outcome_free(&outcome);
	}
	assert_int_equal(made, 1);
	assert_int_equal(count_files(daemon), 2);
}

static void what_is_there_stays(void **state)
{
	static const char *const there[] = { "a.key", "a.pub" };
	struct daemon *daemon = *state;
	char dir[PATH_SIZE], path[PATH_SIZE], *text;

	for (size_t i = 0; i < sizeof(there) / sizeof(*there); i++) {
		path_make(dir, "%s/%zu", daemon->dir, i);
		assert_int_equal(mkdir(dir, 0700), 0);
		path_make(path, "%s/%s", dir, there[i]);
		file_write(path, "mine");
		free(daemon_lift_out(daemon, 1, "keygen", "a", "--dir", dir, NULL));
		text = file_text(path, NULL);
		assert_string_equal(text, "mine");
		free(text);
		path_make(path, "%s/%s", dir, there[!i]);
		assert_int_not_equal(access(path, F_OK), 0);
	}
}

static void what_cannot_be_an_entry_makes_no_key(void **state)
{
	static const char *const wrong[][7] = {
		{ "keygen" },
		{ "keygen", "a", "b" },
		{ "keygen", "A" },
		{ "keygen", "../a" },
		{ "keygen", "a", "--publish", "A" },
		{ "keygen", "a", "--publish", "a,,b" },
		{ "keygen", "a", "--publish", "" },
		{ "keygen", "a", "--region", "1833" },
		{ "keygen", "a", "--roster", "A" },
		{ "keygen", "a", "--publish", "a", "--region", "\"" },
		{ "keygen", "a", "--audience", "a b" },
		{ "keygen", "a", "--dir", "" },
	};
	struct daemon *daemon = *state;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct outcome outcome = daemon_lift_in(daemon, NULL, wrong[i]);

		assert_int_equal(outcome.status, 2);
		assert_string_equal(outcome.out, "");
		outcome_free(&outcome);
	}
}

static void a_file_of_keys_is_checked_as_the_daemon_would(void **state)
{
	static const char key[] = "keys:\n  - name: a\n"
				  "    public: \"Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID\"\n"
				  "    audiences: [%s]\n";
	static const struct {
		const char *audience, *error;
		int status;
	} rows[] = { { "rana", NULL, 0 }, { "oslo", ":4: ", 1 } };
	struct daemon *daemon = *state;
	char path[PATH_SIZE], text[512];
	struct outcome outcome;

	path_make(path, "%s/keys.yaml", daemon->dir);
	snprintf(text, sizeof(text), "keys: %s\naudiences: [{name: rana}]\n", path);
	daemon_configure(daemon, text);
	free(daemon_lift_out(daemon, 3, "key", "check", NULL));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(text, sizeof(text), key, rows[i].audience);
		file_write(path, text);
		for (int named = 0; named < 2; named++) {
			outcome = daemon_lift(daemon, "key", "check", named ? path : NULL, NULL);
			assert_int_equal(outcome.status, rows[i].status);
			if (rows[i].error)
				assert_non_null(strstr(outcome.err, rows[i].error));
			else
				assert_non_null(strstr(outcome.out, "1 key, no error"));
			outcome_free(&outcome);
		}
	}
	free(daemon_lift_out(daemon, 2, "key", NULL));
	free(daemon_lift_out(daemon, 2, "key", "check", path, path, NULL));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, daemon_setup, daemon_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_pair_is_made_for_its_owner_alone_with_an_entry_that_counts),
		TEST(of_several_at_once_one_has_the_name),
		TEST(what_is_there_stays),
		TEST(what_cannot_be_an_entry_makes_no_key),
		TEST(a_file_of_keys_is_checked_as_the_daemon_would),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
