/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An outbox on disk: what is put in, what it delivers to a daemon of a few lines, what it says.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clients/lib/lift.h"
#include "tests/unit/lib/outbox/box.h"

static void what_is_put_in_is_delivered_once(void **state)
{
	struct place place;
	struct fake_liftd *fake;
	struct lift_outbox *outbox;
	struct lift_outbox_state found;

	(void)state;
	box_begin(&place);
	fake = box_fake(&place);
	outbox = box_open(&place, true);
	for (uint32_t i = 0; i < 10; i++)
		assert_int_equal(box_put(outbox, 1 + i * 700, 700), 0);
	assert_int_equal(lift_outbox_wait(outbox, WAIT_MS), 0);
	box_assert_taken(fake, 1, 7000);
	assert_int_equal(fake_liftd_accepted(fake), 7000);
	assert_int_equal(fake_liftd_streams(fake), 1);
	found = box_look(outbox);
	assert_int_equal(found.waiting, 0);
	assert_int_equal(found.oldest_ms, 0);
	assert_int_equal(found.delivered, 7000);
	assert_true(found.delivered_ms > 0);
	assert_true(found.delivers);
	assert_int_equal(found.err, 0);
	assert_string_equal(found.source, "moodle");
	box_end(&place, outbox, fake);
}

static void what_waits_outlives_its_process(void **state)
{
	struct place place;
	struct fake_liftd *fake;
	struct lift_outbox *outbox;

	(void)state;
	box_begin(&place);
	outbox = box_open(&place, false);
	assert_int_equal(box_put(outbox, 1, 50), 0);
	assert_int_equal(box_look(outbox).waiting, 50);
	assert_int_equal(box_look(outbox).err, LIFT_E_NOT_FOUND);
	assert_int_equal(lift_outbox_wait(outbox, 0), LIFT_E_NOT_FOUND);
	lift_outbox_close(outbox);
	fake = box_fake(&place);
	outbox = box_open(&place, true);
	assert_int_equal(lift_outbox_wait(outbox, WAIT_MS), 0);
	box_assert_taken(fake, 1, 50);
	box_end(&place, outbox, fake);
}

static void a_daemon_that_is_away_is_waited_for(void **state)
{
	struct place place;
	struct fake_liftd *fake;
	struct lift_outbox *outbox;
	struct lift_outbox_state found;

	(void)state;
	box_begin(&place);
	outbox = box_open(&place, true);
	assert_int_equal(box_put(outbox, 1, 3), 0);
	found = box_await_err(outbox, LIFT_E_SOCKET);
	assert_non_null(strstr(found.why, place.endpoint));
	assert_int_equal(found.waiting, 3);
	assert_int_equal(lift_outbox_wait(outbox, 0), LIFT_E_NOT_FOUND);
	assert_non_null(strstr(lift_error_text(), "does the daemon run"));
	fake = box_fake(&place);
	assert_int_equal(lift_outbox_wait(outbox, WAIT_MS), 0);
	box_assert_taken(fake, 1, 3);
	assert_int_equal(box_await_err(outbox, 0).why[0], '\0');
	box_end(&place, outbox, fake);
}

static void the_file_has_the_form_of_its_page(void **state)
{
	struct place place;
	struct lift_outbox *outbox;
	struct stat found;

	(void)state;
	box_begin(&place);
	outbox = box_open(&place, false);
	assert_int_equal(box_put(outbox, 1, 1), 0);
	assert_int_equal(stat(place.path, &found), 0);
	assert_int_equal(found.st_mode & 0777, 0600);
	lift_outbox_close(outbox);
	assert_int_equal(box_ask(&place, "PRAGMA application_id"), 0x4C494654);
	assert_int_equal(box_ask(&place, "PRAGMA user_version"), 1);
	assert_int_equal(box_ask(&place, "PRAGMA auto_vacuum"), 2);
	assert_int_equal(box_ask(&place, "SELECT length(stream) FROM outbox"), 22);
	assert_int_equal(box_ask(&place, "SELECT base FROM outbox"), 0);
	assert_int_equal(box_ask(&place, "SELECT id FROM event"), 1);
	box_end(&place, NULL, NULL);
}

/* What was handed back. */
struct handed {
	unsigned n, end_after; /* 0: never */
	uint32_t contents[200];
};

static int take_back(void *context, const struct lift_refused *refused)
{
	struct handed *handed = context;
	const char *learner = strstr(refused->json, "\"learner\":\"u-");

	assert_string_equal(refused->code, "names");
	assert_string_equal(refused->text, lift_err_text(LIFT_E_NAMES));
	assert_true(refused->time_ms > INT64_C(1700000000000));
	assert_true(refused->event_size > 0);
	assert_non_null(learner);
	if (handed->end_after && handed->n == handed->end_after)
		return LIFT_E_STOPPED;
	handed->contents[handed->n++] =
		(uint32_t)strtoul(learner + strlen("\"learner\":\"u-"), NULL, 10);
	return 0;
}

static void refused_events_are_handed_back_once(void **state)
{
	static const uint8_t key[LIFT_SEAL_BYTES] = { 1, 2, 3 };

	(void)state;
	for (int sealed = 0; sealed < 2; sealed++) {
		struct place place;
		struct handed handed = { .end_after = 4 };
		struct fake_liftd *fake;
		struct lift_outbox *outbox;

		box_begin(&place);
		fake = box_fake(&place);
		fake_liftd_refuse_every(fake, 10);
		outbox =
			box_open_with(&(struct lift_outbox_options){ .path = place.path,
								     .source = "moodle",
								     .endpoint = place.endpoint,
								     .seal = sealed ? key : NULL });
		assert_int_equal(box_put(outbox, 1, 100), 0);
		assert_int_equal(lift_outbox_wait(outbox, WAIT_MS), 0);
		assert_int_equal(box_look(outbox).refused, 10);
		assert_int_equal(box_look(outbox).delivered, 90);
		assert_int_equal(lift_outbox_refused(outbox, take_back, &handed), LIFT_E_STOPPED);
		assert_int_equal(box_look(outbox).refused, 6);
		handed.end_after = 0;
		assert_int_equal(lift_outbox_refused(outbox, take_back, &handed), 0);
		assert_int_equal(handed.n, 10);
		for (uint32_t i = 0; i < 10; i++)
			assert_int_equal(handed.contents[i], i * 10 + 3);
		assert_int_equal(box_look(outbox).refused, 0);
		assert_int_equal(lift_outbox_refused(outbox, take_back, &handed), 0);
		assert_int_equal(handed.n, 10);
		box_end(&place, outbox, fake);
	}
}

static void of_refused_events_the_last_thousand_are_kept(void **state)
{
	struct place place;
	struct fake_liftd *fake;
	struct lift_outbox *outbox;

	(void)state;
	box_begin(&place);
	fake = box_fake(&place);
	fake_liftd_refuse_every(fake, 4);
	outbox = box_open(&place, true);
	assert_int_equal(box_put(outbox, 1, 6000), 0);
	assert_int_equal(lift_outbox_wait(outbox, WAIT_MS), 0);
	assert_int_equal(box_look(outbox).refused, 1000);
	assert_int_equal(box_look(outbox).refused_dropped, 500);
	assert_int_equal(box_look(outbox).delivered, 4500);
	box_end(&place, outbox, fake);
}

static void a_full_outbox_says_how_many_wait_and_why(void **state)
{
	struct place place;
	struct fake_liftd *fake;
	struct lift_outbox *outbox;
	struct lift_outbox_state found;
	uint32_t n = 0;
	char count[32];
	int err = 0;

	(void)state;
	box_begin(&place);
	outbox = box_open_with(&(struct lift_outbox_options){ .path = place.path,
							      .source = "moodle",
							      .endpoint = place.endpoint,
							      .max_bytes = 1 << 20 });
	assert_int_equal(box_put(outbox, 1, 1), 0);
	box_await_err(outbox, LIFT_E_SOCKET);
	for (n = 1; !err && n < 100000; n += err ? 0 : 100)
		err = box_put(outbox, n + 1, 100);
	assert_int_equal(err, LIFT_E_FULL);
	print_message("%s\n", lift_error_text());
	snprintf(count, sizeof(count), " %u events wait, ", n);
	assert_non_null(strstr(lift_error_text(), count));
	assert_non_null(strstr(lift_error_text(), "does not answer"));
	found = box_look(outbox);
	assert_int_equal(found.waiting, n);
	assert_true(found.bytes <= found.max_bytes);
	assert_true(found.bytes > found.max_bytes * 9 / 10);
	fake = box_fake(&place);
	fake_liftd_refuse_every(fake, 5); /* that many must be written, though it is full */
	assert_int_equal(lift_outbox_wait(outbox, WAIT_MS), 0);
	assert_int_equal(box_put(outbox, 150001, 100), 0);
	assert_int_equal(lift_outbox_wait(outbox, WAIT_MS), 0);
	found = box_look(outbox);
	assert_int_equal(found.delivered + found.refused + found.refused_dropped, n + 100);
	box_end(&place, outbox, fake);
}

static bool file_has(const char *path, const char *suffix, const char *what)
{
	char name[300];
	char *bytes;
	size_t size;
	FILE *file;
	bool found;

	snprintf(name, sizeof(name), "%s%s", path, suffix);
	file = fopen(name, "rb");
	if (!file)
		return false;
	bytes = malloc(8 << 20);
	size = fread(bytes, 1, 8 << 20, file);
	found = memmem(bytes, size, what, strlen(what)) != NULL;
	fclose(file);
	free(bytes);
	return found;
}

static void a_sealed_outbox_has_no_learner_in_any_byte(void **state)
{
	static const uint8_t key[LIFT_SEAL_BYTES] = { 7 };

	(void)state;
	for (int sealed = 0; sealed < 2; sealed++) {
		struct place place;
		struct lift_outbox *outbox;
		bool found = false;

		box_begin(&place);
		outbox = box_open_with(&(struct lift_outbox_options){
			.path = place.path, .source = "moodle", .seal = sealed ? key : NULL });
		assert_int_equal(box_put(outbox, 1, 500), 0);
		assert_int_equal(box_put(outbox, 501, 5000), 0);
		for (size_t i = 0; i < 3; i++) {
			const char *suffixes[] = { "", "-wal", "-shm" };

			found |= file_has(place.path, suffixes[i], "u-50");
		}
		assert_int_equal(found, !sealed);
		lift_outbox_close(outbox);
		assert_int_equal(file_has(place.path, "", "u-50"), !sealed);
		box_end(&place, NULL, NULL);
	}
}

static void what_was_delivered_is_in_no_byte_any_more(void **state)
{
	struct place place;
	struct fake_liftd *fake;
	struct lift_outbox *outbox;

	(void)state;
	box_begin(&place);
	fake = box_fake(&place);
	outbox = box_open(&place, true);
	assert_int_equal(box_put(outbox, 1, 5000), 0);
	assert_int_equal(lift_outbox_wait(outbox, WAIT_MS), 0);
	for (int ms = 0; ms < WAIT_MS && file_has(place.path, "-wal", "u-50"); ms += 5)
		usleep(LOOK_US);
	assert_false(file_has(place.path, "-wal", "u-50"));
	assert_false(file_has(place.path, "", "u-50"));
	assert_true(box_ask(&place, "PRAGMA page_count") < 20);
	box_end(&place, outbox, fake);
}

static void spoil_form(const struct place *place)
{
	box_change(place, "PRAGMA user_version = 2");
}

static void spoil_program(const struct place *place)
{
	box_change(place, "PRAGMA application_id = 5");
}

static void spoil_kind(const struct place *place)
{
	FILE *file = fopen(place->path, "wb");

	for (int i = 0; i < 1000; i++)
		fputs("this is a text of somebody's\n", file);
	fclose(file);
}

static void spoil_pages(const struct place *place)
{
	FILE *file = fopen(place->path, "r+b");

	fseek(file, 4096, SEEK_SET);
	for (int i = 0; i < 20000; i++)
		fputc(0xa5, file);
	fclose(file);
}

static void spoil_nothing(const struct place *place)
{
	(void)place;
}

static void what_is_no_outbox_of_ours_is_refused_in_a_sentence(void **state)
{
	static const uint8_t key[LIFT_SEAL_BYTES] = { 1 };
	static const struct {
		const char *why, *source, *text;
		void (*spoil)(const struct place *place);
		const uint8_t *seal;
		int err;
	} cases[] = {
		{ "a newer form", "moodle", "update", spoil_form, NULL, LIFT_E_NEWER },
		{ "another program's", "moodle", "another program", spoil_program, NULL,
		  LIFT_E_OUTBOX },
		{ "no database", "moodle", "another kind of file", spoil_kind, NULL,
		  LIFT_E_OUTBOX },
		{ "damaged", "moodle", "damaged", spoil_pages, NULL, LIFT_E_CORRUPT },
		{ "of another source", "canvas", "'moodle'", spoil_nothing, NULL, LIFT_E_OUTBOX },
		{ "not sealed", "moodle", "not sealed", spoil_nothing, key, LIFT_E_SEAL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct place place;
		struct lift_outbox *outbox = NULL;

		box_begin(&place);
		outbox = box_open(&place, false);
		assert_int_equal(box_put(outbox, 1, 100), 0);
		lift_outbox_close(outbox);
		outbox = NULL;
		cases[i].spoil(&place);
		assert_int_equal(
			lift_outbox_open(&(struct lift_outbox_options){ .path = place.path,
									.source = cases[i].source,
									.seal = cases[i].seal },
					 &outbox),
			cases[i].err);
		print_message("%s: %s\n", cases[i].why, lift_error_text());
		assert_null(outbox);
		assert_non_null(strstr(lift_error_text(), place.path));
		assert_non_null(strstr(lift_error_text(), cases[i].text));
		box_end(&place, NULL, NULL);
	}
}

static void a_place_that_can_have_no_file_is_said(void **state)
{
	static const struct {
		const char *path, *text;
	} cases[] = {
		{ "/nowhere/at/all/outbox", "make its directory" },
		{ "/dev/null/outbox", "Not a directory" },
		{ "/tmp", "no file" },
		{ "", "path" },
	};
	struct lift_outbox *outbox = NULL;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_true(lift_outbox_open(&(struct lift_outbox_options){ .path = cases[i].path,
									    .source = "moodle" },
					     &outbox) < 0);
		print_message("%s\n", lift_error_text());
		assert_non_null(strstr(lift_error_text(), cases[i].text));
	}
	assert_null(outbox);
}

static void a_sealed_one_opens_with_its_key_only(void **state)
{
	static const uint8_t key[LIFT_SEAL_BYTES] = { 1 }, other[LIFT_SEAL_BYTES] = { 2 };
	struct place place;
	struct lift_outbox *outbox = NULL;
	struct lift_outbox_options options = { .source = "moodle", .seal = key };

	(void)state;
	box_begin(&place);
	options.path = place.path;
	outbox = box_open_with(&options);
	assert_int_equal(box_put(outbox, 1, 5), 0);
	lift_outbox_close(outbox);
	options.seal = other;
	assert_int_equal(lift_outbox_open(&options, &outbox), LIFT_E_SEAL);
	options.seal = NULL;
	assert_int_equal(lift_outbox_open(&options, &outbox), LIFT_E_SEAL);
	/* Without a source it may be looked at, and nothing else. */
	options.source = NULL;
	outbox = box_open_with(&options);
	assert_int_equal(box_look(outbox).waiting, 5);
	assert_true(box_look(outbox).sealed);
	assert_int_equal(box_put(outbox, 1, 5), LIFT_E_SEAL);
	assert_int_equal(lift_outbox_refused(outbox, take_back, NULL), LIFT_E_SEAL);
	box_end(&place, outbox, NULL);
}

static void a_file_that_is_taken_away_takes_nothing_more(void **state)
{
	struct place place;
	struct lift_outbox *outbox;

	(void)state;
	box_begin(&place);
	outbox = box_open(&place, false);
	assert_int_equal(box_put(outbox, 1, 1), 0);
	unlink(place.path);
	assert_int_equal(box_put(outbox, 2, 1), LIFT_E_OUTBOX);
	assert_non_null(strstr(lift_error_text(), "taken away"));
	box_end(&place, outbox, NULL);
}

/* A name is one in the directory where it was opened, whatever SQLite would take it for. */
static void a_name_means_a_file_in_the_directory_of_its_opening(void **state)
{
	static const char *const names[] = { "box", ":memory:", "file:box?mode=memory", "a%41?#b" };
	int here = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct place place;
	struct fake_liftd *fake;
	struct lift_outbox *outbox;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		box_begin(&place);
		fake = box_fake(&place);
		assert_int_equal(chdir(place.dir.path), 0);
		outbox = box_open_with(&(struct lift_outbox_options){
			.path = names[i], .source = "moodle", .endpoint = place.endpoint });
		assert_int_equal(chdir("/"), 0);
		assert_int_equal(box_put(outbox, 1, 3), 0);
		assert_int_equal(lift_outbox_wait(outbox, WAIT_MS), 0);
		box_assert_taken(fake, 1, 3);
		snprintf(place.path, sizeof(place.path), "%s", dir_path(&place.dir, names[i]));
		assert_int_equal(box_ask(&place, "SELECT delivered FROM outbox"), 3);
		box_end(&place, outbox, fake);
	}
	assert_int_equal(fchdir(here), 0);
	close(here);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_means_a_file_in_the_directory_of_its_opening),
		cmocka_unit_test(what_is_put_in_is_delivered_once),
		cmocka_unit_test(what_waits_outlives_its_process),
		cmocka_unit_test(a_daemon_that_is_away_is_waited_for),
		cmocka_unit_test(the_file_has_the_form_of_its_page),
		cmocka_unit_test(refused_events_are_handed_back_once),
		cmocka_unit_test(of_refused_events_the_last_thousand_are_kept),
		cmocka_unit_test(a_full_outbox_says_how_many_wait_and_why),
		cmocka_unit_test(a_sealed_outbox_has_no_learner_in_any_byte),
		cmocka_unit_test(what_was_delivered_is_in_no_byte_any_more),
		cmocka_unit_test(what_is_no_outbox_of_ours_is_refused_in_a_sentence),
		cmocka_unit_test(a_place_that_can_have_no_file_is_said),
		cmocka_unit_test(a_sealed_one_opens_with_its_key_only),
		cmocka_unit_test(a_file_that_is_taken_away_takes_nothing_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
