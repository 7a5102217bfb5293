/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/xapi/shelf/shelf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NOW = 1000 };

struct place {
	char dir[64], path[96];
	uint8_t key[SHELF_KEY];
};

static int setup(void **state)
{
	struct place *place = calloc(1, sizeof(*place));
	const char *tmp = getenv("TMPDIR");

	snprintf(place->dir, sizeof(place->dir), "%s/shelf-XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(place->dir))
		return -1;
	snprintf(place->path, sizeof(place->path), "%s/shelf.db", place->dir);
	memset(place->key, 7, sizeof(place->key));
	*state = place;
	return 0;
}

static int teardown(void **state)
{
	struct place *place = *state;
	char command[160];

	snprintf(command, sizeof(command), "rm -r %s", place->dir);
	free(place);
	return system(command);
}

static struct shelf *open_shelf(const struct place *place, int64_t statements, int64_t held)
{
	struct shelf_options options = {
		.path = place->path, .key = place->key, .statements = statements, .held = held
	};
	struct shelf *shelf = NULL;

	assert_int_equal(shelf_open(&options, &shelf), 0);
	return shelf;
}

static void hash_of(const struct shelf *shelf, const char *id, uint8_t to[static SHELF_HASH])
{
	shelf_hash_id(shelf, (struct text)TEXT("moodle"), text_of(id), to);
}

static void put(struct shelf *shelf, const char *id, const char *content, const char *events)
{
	uint8_t key[SHELF_HASH], hash[SHELF_HASH];

	hash_of(shelf, id, key);
	shelf_hash_content(shelf, text_of(content), hash);
	assert_int_equal(shelf_put(shelf, key, hash, NOW, *events ? 1 : 0, text_of(events)), 0);
}

static int find(struct shelf *shelf, const char *id, struct shelf_entry *ret_entry)
{
	uint8_t key[SHELF_HASH];

	hash_of(shelf, id, key);
	return shelf_find(shelf, key, ret_entry);
}

static void what_was_committed_is_found_again(void **state)
{
	struct shelf *shelf = open_shelf(*state, 1000, 1000);
	struct shelf_entry entry;
	uint8_t hash[SHELF_HASH];

	assert_int_equal(shelf_begin(shelf), 0);
	put(shelf, "a", "what a says", "an event");
	assert_int_equal(shelf_commit(shelf), 0);
	shelf_close(shelf);
	shelf = open_shelf(*state, 1000, 1000);
	assert_int_equal(find(shelf, "a", &entry), 0);
	shelf_hash_content(shelf, (struct text)TEXT("what a says"), hash);
	assert_true(entry.has_content);
	assert_memory_equal(entry.content, hash, SHELF_HASH);
	assert_int_equal(entry.n_events, 1);
	assert_true(text_equal(entry.events, (struct text)TEXT("an event")));
	assert_int_equal(find(shelf, "b", &entry), LIFT_E_NOT_FOUND);
	shelf_close(shelf);
}

static void a_part_is_taken_back_without_the_rest(void **state)
{
	struct shelf *shelf = open_shelf(*state, 1000, 1000);
	struct shelf_entry entry;

	assert_int_equal(shelf_begin(shelf), 0);
	assert_int_equal(shelf_mark(shelf), 0);
	put(shelf, "a", "a", "");
	assert_int_equal(shelf_keep(shelf), 0);
	assert_int_equal(shelf_mark(shelf), 0);
	put(shelf, "b", "b", "");
	assert_int_equal(shelf_back(shelf), 0);
	assert_int_equal(shelf_commit(shelf), 0);
	assert_int_equal(find(shelf, "a", &entry), 0);
	assert_int_equal(find(shelf, "b", &entry), LIFT_E_NOT_FOUND);
	assert_int_equal(shelf_begin(shelf), 0);
	put(shelf, "c", "c", "");
	shelf_abandon(shelf);
	assert_int_equal(find(shelf, "c", &entry), LIFT_E_NOT_FOUND);
	shelf_close(shelf);
}

static void a_voiding_counts_before_and_after_its_statement(void **state)
{
	struct shelf *shelf = open_shelf(*state, 1000, 1000);
	struct shelf_entry entry;
	uint8_t key[SHELF_HASH];

	assert_int_equal(shelf_begin(shelf), 0);
	put(shelf, "a", "a", "an event");
	hash_of(shelf, "a", key);
	assert_int_equal(shelf_void(shelf, key, NOW), 0);
	hash_of(shelf, "b", key);
	assert_int_equal(shelf_void(shelf, key, NOW), 0);
	assert_int_equal(find(shelf, "b", &entry), 0);
	assert_true(entry.is_void);
	assert_false(entry.has_content);
	put(shelf, "b", "b", "");
	assert_int_equal(shelf_commit(shelf), 0);
	assert_int_equal(find(shelf, "a", &entry), 0);
	assert_true(entry.is_void);
	assert_true(entry.has_content);
	assert_int_equal(entry.n_events, 0);
	assert_int_equal(find(shelf, "b", &entry), 0);
	assert_true(entry.is_void);
	assert_true(entry.has_content);
	shelf_close(shelf);
}

static void what_was_met_is_put_at_its_first_time(void **state)
{
	struct shelf *shelf = open_shelf(*state, 1000, 1000);
	struct shelf_entry entry;
	uint8_t key[SHELF_HASH];

	hash_of(shelf, "a", key);
	assert_int_equal(shelf_begin(shelf), 0);
	assert_int_equal(shelf_meet(shelf, key, NOW), 0);
	assert_int_equal(shelf_meet(shelf, key, NOW + 5), 0);
	assert_int_equal(find(shelf, "a", &entry), 0);
	assert_false(entry.has_content);
	assert_false(entry.is_void);
	assert_int_equal(entry.time_ms, NOW);
	put(shelf, "a", "a", "an event");
	assert_int_equal(shelf_meet(shelf, key, NOW + 9), 0);
	assert_int_equal(shelf_commit(shelf), 0);
	assert_int_equal(find(shelf, "a", &entry), 0);
	assert_true(entry.has_content);
	assert_int_equal(entry.n_events, 1);
	assert_int_equal(entry.time_ms, NOW);
	shelf_close(shelf);
}

static void the_oldest_are_forgotten(void **state)
{
	struct shelf *shelf = open_shelf(*state, 10, 1000);
	struct shelf_entry entry;
	char id[16];

	for (int i = 0; i < 100; i++) {
		snprintf(id, sizeof(id), "%d", i);
		assert_int_equal(shelf_begin(shelf), 0);
		put(shelf, id, id, "an event");
		assert_int_equal(shelf_commit(shelf), 0);
	}
	assert_int_equal(find(shelf, "89", &entry), LIFT_E_NOT_FOUND);
	assert_int_equal(find(shelf, "90", &entry), 0);
	assert_int_equal(find(shelf, "99", &entry), 0);
	shelf_close(shelf);
}

/* What is held. */

static void hold(struct shelf *shelf, int64_t request, const char *body)
{
	struct shelf_held held = { .request = request,
				   .time_ms = NOW,
				   .source = TEXT("moodle"),
				   .platform = TEXT("moodle-rana"),
				   .reason = TEXT("region unknown"),
				   .body = text_of(body) };

	assert_int_equal(shelf_hold(shelf, &held), 0);
}

struct told {
	char bodies[256];
	int64_t last;
};

static int tell(void *context, const struct shelf_held *held)
{
	struct told *told = context;

	strncat(told->bodies, held->body.data, held->body.size);
	strcat(told->bodies, " ");
	told->last = held->at;
	return 0;
}

static void requests_are_told_whole(void **state)
{
	struct shelf *shelf = open_shelf(*state, 1000, 1000);
	struct told told = { .last = 0 };
	int64_t one = shelf_request(shelf), two = shelf_request(shelf);

	assert_int_equal(shelf_begin(shelf), 0);
	hold(shelf, one, "a");
	hold(shelf, one, "b");
	hold(shelf, two, "c");
	assert_int_equal(shelf_commit(shelf), 0);
	assert_int_equal(shelf_each_held(shelf, 0, 1, tell, &told), 0);
	assert_string_equal(told.bodies, "a b ");
	assert_int_equal(shelf_begin(shelf), 0);
	assert_int_equal(shelf_release(shelf, told.last), 0);
	assert_int_equal(shelf_commit(shelf), 0);
	shelf_close(shelf);
	shelf = open_shelf(*state, 1000, 1000);
	assert_true(shelf_request(shelf) > two);
	told = (struct told){ .last = 0 };
	assert_int_equal(shelf_each_held(shelf, 0, 100, tell, &told), 0);
	assert_string_equal(told.bodies, "a c ");
	shelf_close(shelf);
}

static void nothing_that_was_put_is_readable_in_the_file(void **state)
{
	const struct place *place = *state;
	struct shelf *shelf = open_shelf(place, 1000, 1000);
	static const char secret[] = "anna.hansen";
	char path[112];

	assert_int_equal(shelf_begin(shelf), 0);
	put(shelf, secret, secret, secret);
	hold(shelf, 1, secret);
	assert_int_equal(shelf_commit(shelf), 0);
	for (int i = 0; i < 2; i++) {
		static char bytes[1 << 20];
		FILE *file;
		size_t size;

		snprintf(path, sizeof(path), "%s%s", place->path, i ? "-wal" : "");
		file = fopen(path, "re");
		assert_non_null(file);
		size = fread(bytes, 1, sizeof(bytes), file);
		assert_true(size > 0 && size < sizeof(bytes));
		fclose(file);
		assert_null(memmem(bytes, size, secret, sizeof(secret) - 1));
	}
	shelf_close(shelf);
}

static void another_key_is_known(void **state)
{
	struct place *place = *state;
	struct shelf_options options = { .path = place->path, .key = place->key };
	struct shelf *shelf = NULL;

	options.only_look = true;
	assert_int_equal(shelf_open(&options, &shelf), LIFT_E_NOT_FOUND);
	shelf_close(open_shelf(place, 10, 10));
	place->key[0] ^= 1;
	options.only_look = false;
	assert_int_equal(shelf_open(&options, &shelf), LIFT_E_SEAL);
	assert_null(shelf);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(what_was_committed_is_found_again),
		TEST(a_part_is_taken_back_without_the_rest),
		TEST(a_voiding_counts_before_and_after_its_statement),
		TEST(what_was_met_is_put_at_its_first_time),
		TEST(the_oldest_are_forgotten),
		TEST(requests_are_told_whole),
		TEST(nothing_that_was_put_is_readable_in_the_file),
		TEST(another_key_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
