/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An outbox on disk: what is put in, what it delivers to a daemon of a few lines, what it says.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clients/lib/lift.h"
#include "tests/unit/lib/outbox/fake_liftd.h"
#include "tests/unit/world.h"

enum { WAIT_MS = 60000, LOOK_US = 5000 };

struct place {
	struct dir dir;
	char path[256], endpoint[256];
};

static void begin(struct place *place)
{
	dir_begin(&place->dir);
	snprintf(place->path, sizeof(place->path), "%s", dir_path(&place->dir, "outbox"));
	snprintf(place->endpoint, sizeof(place->endpoint), "ipc://%s",
		 dir_path(&place->dir, "intake"));
}

static struct lift_outbox *open_with(const struct lift_outbox_options *options)
{
	struct lift_outbox *outbox = NULL;
	int err = lift_outbox_open(options, &outbox);

	if (err)
		print_message("%s\n", lift_error_text());
	assert_int_equal(err, 0);
	return outbox;
}

/* One that delivers, or not. */
static struct lift_outbox *open_one(const struct place *place, bool delivers)
{
	return open_with(
		&(struct lift_outbox_options){ .path = place->path,
					       .source = "moodle",
					       .endpoint = delivers ? place->endpoint : NULL });
}

static void fill_event(struct lift_event *event, char learner[32], uint32_t content)
{
	snprintf(learner, 32, "u-%u", content);
	*event = (struct lift_event){ .type = LIFT_STARTED,
				      .time_ms = INT64_C(1760428800000) + content,
				      .learner = learner,
				      .module = "first-aid",
				      .region = "1820" };
}

/* Put in the contents first..first + n - 1, by one call: its error. */
static int put(struct lift_outbox *outbox, uint32_t first, uint32_t n)
{
	struct lift_event *events = calloc(n, sizeof(*events));
	char(*learners)[32] = calloc(n, sizeof(*learners));
	int err;

	for (uint32_t i = 0; i < n; i++)
		fill_event(&events[i], learners[i], first + i);
	err = lift_publish_many(outbox, events, n, NULL);
	free(events);
	free(learners);
	return err;
}

static void assert_taken(struct fake_liftd *fake, uint32_t first, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		assert_int_equal(fake_liftd_times(fake, first + i), 1);
}

static struct lift_outbox_state look(struct lift_outbox *outbox)
{
	struct lift_outbox_state state;

	assert_int_equal(lift_outbox_look(outbox, &state), 0);
	return state;
}

/* Wait until its state says that error: the sentence. */
static struct lift_outbox_state wait_for_err(struct lift_outbox *outbox, int err)
{
	struct lift_outbox_state state = look(outbox);

	for (int ms = 0; state.err != err && ms < WAIT_MS; ms += LOOK_US / 1000) {
		usleep(LOOK_US);
		state = look(outbox);
	}
	assert_int_equal(state.err, err);
	return state;
}

static void what_is_put_in_is_delivered_once(void **state)
{
	struct place place;
	struct fake_liftd *fake;
	struct lift_outbox *outbox;
	struct lift_outbox_state found;

	(void)state;
	begin(&place);
	fake = fake_liftd_start(place.endpoint, 1);
	outbox = open_one(&place, true);
	for (uint32_t i = 0; i < 10; i++)
		assert_int_equal(put(outbox, 1 + i * 700, 700), 0);
	assert_int_equal(lift_outbox_wait(outbox, WAIT_MS), 0);
	assert_taken(fake, 1, 7000);
	assert_int_equal(fake_liftd_accepted(fake), 7000);
	assert_int_equal(fake_liftd_streams(fake), 1);
	found = look(outbox);
	assert_int_equal(found.waiting, 0);
	assert_int_equal(found.oldest_ms, 0);
	assert_int_equal(found.delivered, 7000);
	assert_true(found.delivered_ms > 0);
	assert_true(found.delivers);
	assert_int_equal(found.err, 0);
	assert_string_equal(found.source, "moodle");
	lift_outbox_close(outbox);
	fake_liftd_stop(fake);
	fake_liftd_free(fake);
	dir_end(&place.dir);
}

static void what_waits_outlives_its_process(void **state)
{
	struct place place;
	struct fake_liftd *fake;
	struct lift_outbox *outbox;

	(void)state;
	begin(&place);
	outbox = open_one(&place, false);
	assert_int_equal(put(outbox, 1, 50), 0);
	assert_int_equal(look(outbox).waiting, 50);
	assert_int_equal(look(outbox).err, LIFT_E_NOT_FOUND);
	assert_int_equal(lift_outbox_wait(outbox, 0), LIFT_E_NOT_FOUND);
	lift_outbox_close(outbox);
	fake = fake_liftd_start(place.endpoint, 1);
	outbox = open_one(&place, true);
	assert_int_equal(lift_outbox_wait(outbox, WAIT_MS), 0);
	assert_taken(fake, 1, 50);
	lift_outbox_close(outbox);
	fake_liftd_stop(fake);
	fake_liftd_free(fake);
	dir_end(&place.dir);
}

static void a_daemon_that_is_away_is_waited_for(void **state)
{
	struct place place;
	struct fake_liftd *fake;
	struct lift_outbox *outbox;
	struct lift_outbox_state found;

	(void)state;
	begin(&place);
	outbox = open_one(&place, true);
	assert_int_equal(put(outbox, 1, 3), 0);
	found = wait_for_err(outbox, LIFT_E_SOCKET);
	assert_non_null(strstr(found.why, place.endpoint));
	assert_int_equal(found.waiting, 3);
	assert_int_equal(lift_outbox_wait(outbox, 0), LIFT_E_NOT_FOUND);
	assert_non_null(strstr(lift_error_text(), "does the daemon run"));
	fake = fake_liftd_start(place.endpoint, 1);
	assert_int_equal(lift_outbox_wait(outbox, WAIT_MS), 0);
	assert_taken(fake, 1, 3);
	assert_int_equal(wait_for_err(outbox, 0).why[0], '\0');
	lift_outbox_close(outbox);
	fake_liftd_stop(fake);
	fake_liftd_free(fake);
	dir_end(&place.dir);
}

/* The file, looked at by another program: the number that a query gives. */
static int64_t ask(const struct place *place, const char *query)
{
	sqlite3 *db = NULL;
	sqlite3_stmt *row = NULL;
	int64_t number;

	assert_int_equal(sqlite3_open(place->path, &db), SQLITE_OK);
	sqlite3_busy_timeout(db, WAIT_MS);
	assert_int_equal(sqlite3_prepare_v2(db, query, -1, &row, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(row), SQLITE_ROW);
	number = sqlite3_column_int64(row, 0);
	sqlite3_finalize(row);
	sqlite3_close(db);
	return number;
}

static void change(const struct place *place, const char *text)
{
	sqlite3 *db = NULL;

	assert_int_equal(sqlite3_open(place->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, text, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static void the_file_has_the_form_of_its_page(void **state)
{
	struct place place;
	struct lift_outbox *outbox;
	struct stat found;

	(void)state;
	begin(&place);
	outbox = open_one(&place, false);
	assert_int_equal(put(outbox, 1, 1), 0);
	assert_int_equal(stat(place.path, &found), 0);
	assert_int_equal(found.st_mode & 0777, 0600);
	lift_outbox_close(outbox);
	assert_int_equal(ask(&place, "PRAGMA application_id"), 0x4C494654);
	assert_int_equal(ask(&place, "PRAGMA user_version"), 1);
	assert_int_equal(ask(&place, "PRAGMA auto_vacuum"), 2);
	assert_int_equal(ask(&place, "SELECT length(stream) FROM outbox"), 22);
	assert_int_equal(ask(&place, "SELECT base FROM outbox"), 0);
	assert_int_equal(ask(&place, "SELECT id FROM event"), 1);
	dir_end(&place.dir);
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

		begin(&place);
		fake = fake_liftd_start(place.endpoint, 1);
		fake_liftd_refuse_every(fake, 10);
		outbox = open_with(&(struct lift_outbox_options){ .path = place.path,
								  .source = "moodle",
								  .endpoint = place.endpoint,
								  .seal = sealed ? key : NULL });
		assert_int_equal(put(outbox, 1, 100), 0);
		assert_int_equal(lift_outbox_wait(outbox, WAIT_MS), 0);
		assert_int_equal(look(outbox).refused, 10);
		assert_int_equal(look(outbox).delivered, 90);
		assert_int_equal(lift_outbox_refused(outbox, take_back, &handed), LIFT_E_STOPPED);
		assert_int_equal(look(outbox).refused, 6);
		handed.end_after = 0;
		assert_int_equal(lift_outbox_refused(outbox, take_back, &handed), 0);
		assert_int_equal(handed.n, 10);
		for (uint32_t i = 0; i < 10; i++)
			assert_int_equal(handed.contents[i], i * 10 + 3);
		assert_int_equal(look(outbox).refused, 0);
		assert_int_equal(lift_outbox_refused(outbox, take_back, &handed), 0);
		assert_int_equal(handed.n, 10);
		lift_outbox_close(outbox);
		fake_liftd_stop(fake);
		fake_liftd_free(fake);
		dir_end(&place.dir);
	}
}

static void of_refused_events_the_last_thousand_are_kept(void **state)
{
	struct place place;
	struct fake_liftd *fake;
	struct lift_outbox *outbox;

	(void)state;
	begin(&place);
	fake = fake_liftd_start(place.endpoint, 1);
	fake_liftd_refuse_every(fake, 4);
	outbox = open_one(&place, true);
	assert_int_equal(put(outbox, 1, 6000), 0);
	assert_int_equal(lift_outbox_wait(outbox, WAIT_MS), 0);
	assert_int_equal(look(outbox).refused, 1000);
	assert_int_equal(look(outbox).refused_dropped, 500);
	assert_int_equal(look(outbox).delivered, 4500);
	lift_outbox_close(outbox);
	fake_liftd_stop(fake);
	fake_liftd_free(fake);
	dir_end(&place.dir);
}

static void an_event_that_is_wrong_puts_none_in(void **state)
{
	static const uint8_t half[] = { 0x82, 0xa1, 'a', 0x01 }, no_map[] = { 0x91, 0x01 };
	struct place place;
	struct lift_outbox *outbox;
	struct lift_event events[3];
	char learners[3][32];
	size_t bad = 99;
	const struct lift_encoded encoded[] = { { half, sizeof(half) },
						{ no_map, sizeof(no_map) } };

	(void)state;
	begin(&place);
	outbox = open_one(&place, false);
	for (uint32_t i = 0; i < 3; i++)
		fill_event(&events[i], learners[i], i + 1);
	events[1].module = "";
	assert_int_equal(lift_publish_many(outbox, events, 3, &bad), LIFT_E_MODULE);
	assert_int_equal(bad, 1);
	assert_non_null(strstr(lift_error_text(), "module"));
	assert_int_equal(lift_publish(outbox, &events[1]), LIFT_E_MODULE);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(lift_publish_encoded(outbox, encoded + i, 1, &bad),
				 LIFT_E_MALFORMED);
		assert_int_equal(bad, 0);
	}
	assert_int_equal(look(outbox).waiting, 0);
	lift_outbox_close(outbox);
	dir_end(&place.dir);
}

static void encoded_events_are_judged_as_the_others(void **state)
{
	/* {"type": "started"}: no learner; as the second of two */
	static const uint8_t poor[] = { 0x81, 0xa4, 't', 'y', 'p', 'e', 0xa7,
					's',  't',  'a', 'r', 't', 'e', 'd' };
	struct place place;
	struct lift_outbox *outbox;
	struct lift_event event;
	char learner[32];
	uint8_t good[200];
	size_t size = sizeof(good), bad = 99;
	struct lift_encoded encoded[2];

	(void)state;
	begin(&place);
	outbox = open_one(&place, false);
	fill_event(&event, learner, 1);
	assert_int_equal(lift_event_encode(&event, good, &size), 0);
	encoded[0] = (struct lift_encoded){ good, size };
	encoded[1] = (struct lift_encoded){ poor, sizeof(poor) };
	assert_true(lift_publish_encoded(outbox, encoded, 2, &bad) < 0);
	assert_int_equal(bad, 1);
	assert_int_equal(look(outbox).waiting, 0);
	encoded[1] = encoded[0];
	assert_int_equal(lift_publish_encoded(outbox, encoded, 2, &bad), 0);
	assert_int_equal(look(outbox).waiting, 2);
	lift_outbox_close(outbox);
	dir_end(&place.dir);
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
	begin(&place);
	outbox = open_with(&(struct lift_outbox_options){ .path = place.path,
							  .source = "moodle",
							  .endpoint = place.endpoint,
							  .max_bytes = 1 << 20 });
	assert_int_equal(put(outbox, 1, 1), 0);
	wait_for_err(outbox, LIFT_E_SOCKET);
	for (n = 1; !err && n < 100000; n += err ? 0 : 100)
		err = put(outbox, n + 1, 100);
	assert_int_equal(err, LIFT_E_FULL);
	print_message("%s\n", lift_error_text());
	snprintf(count, sizeof(count), " %u events wait, ", n);
	assert_non_null(strstr(lift_error_text(), count));
	assert_non_null(strstr(lift_error_text(), "does not answer"));
	found = look(outbox);
	assert_int_equal(found.waiting, n);
	assert_true(found.bytes <= found.max_bytes);
	assert_true(found.bytes > found.max_bytes * 9 / 10);
	fake = fake_liftd_start(place.endpoint, 1);
	fake_liftd_refuse_every(fake, 5); /* that many must be written, though it is full */
	assert_int_equal(lift_outbox_wait(outbox, WAIT_MS), 0);
	assert_int_equal(put(outbox, 150001, 100), 0);
	assert_int_equal(lift_outbox_wait(outbox, WAIT_MS), 0);
	found = look(outbox);
	assert_int_equal(found.delivered + found.refused + found.refused_dropped, n + 100);
	lift_outbox_close(outbox);
	fake_liftd_stop(fake);
	fake_liftd_free(fake);
	dir_end(&place.dir);
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

		begin(&place);
		outbox = open_with(&(struct lift_outbox_options){
			.path = place.path, .source = "moodle", .seal = sealed ? key : NULL });
		assert_int_equal(put(outbox, 1, 500), 0);
		assert_int_equal(put(outbox, 501, 5000), 0);
		for (size_t i = 0; i < 3; i++) {
			const char *suffixes[] = { "", "-wal", "-shm" };

			found |= file_has(place.path, suffixes[i], "u-50");
		}
		assert_int_equal(found, !sealed);
		lift_outbox_close(outbox);
		assert_int_equal(file_has(place.path, "", "u-50"), !sealed);
		dir_end(&place.dir);
	}
}

static void what_was_delivered_is_in_no_byte_any_more(void **state)
{
	struct place place;
	struct fake_liftd *fake;
	struct lift_outbox *outbox;

	(void)state;
	begin(&place);
	fake = fake_liftd_start(place.endpoint, 1);
	outbox = open_one(&place, true);
	assert_int_equal(put(outbox, 1, 5000), 0);
	assert_int_equal(lift_outbox_wait(outbox, WAIT_MS), 0);
	for (int ms = 0; ms < WAIT_MS && file_has(place.path, "-wal", "u-50"); ms += 5)
		usleep(LOOK_US);
	assert_false(file_has(place.path, "-wal", "u-50"));
	assert_false(file_has(place.path, "", "u-50"));
	assert_true(ask(&place, "PRAGMA page_count") < 20);
	lift_outbox_close(outbox);
	fake_liftd_stop(fake);
	fake_liftd_free(fake);
	dir_end(&place.dir);
}

static void spoil_form(const struct place *place)
{
	change(place, "PRAGMA user_version = 2");
}

static void spoil_program(const struct place *place)
{
	change(place, "PRAGMA application_id = 5");
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

		begin(&place);
		outbox = open_one(&place, false);
		assert_int_equal(put(outbox, 1, 100), 0);
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
		dir_end(&place.dir);
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
	begin(&place);
	options.path = place.path;
	outbox = open_with(&options);
	assert_int_equal(put(outbox, 1, 5), 0);
	lift_outbox_close(outbox);
	options.seal = other;
	assert_int_equal(lift_outbox_open(&options, &outbox), LIFT_E_SEAL);
	options.seal = NULL;
	assert_int_equal(lift_outbox_open(&options, &outbox), LIFT_E_SEAL);
	/* Without a source it may be looked at, and nothing else. */
	options.source = NULL;
	outbox = open_with(&options);
	assert_int_equal(look(outbox).waiting, 5);
	assert_true(look(outbox).sealed);
	assert_int_equal(put(outbox, 1, 5), LIFT_E_SEAL);
	assert_int_equal(lift_outbox_refused(outbox, take_back, NULL), LIFT_E_SEAL);
	lift_outbox_close(outbox);
	dir_end(&place.dir);
}

static void a_file_that_is_taken_away_takes_nothing_more(void **state)
{
	struct place place;
	struct lift_outbox *outbox;

	(void)state;
	begin(&place);
	outbox = open_one(&place, false);
	assert_int_equal(put(outbox, 1, 1), 0);
	unlink(place.path);
	assert_int_equal(put(outbox, 2, 1), LIFT_E_OUTBOX);
	assert_non_null(strstr(lift_error_text(), "taken away"));
	lift_outbox_close(outbox);
	dir_end(&place.dir);
}

static void of_a_file_that_came_in_its_place_another_may_deliver(void **state)
{
	struct place place;
	struct fake_liftd *fake;
	struct lift_outbox *before, *after;
	char copy[300], wal[300], shm[300];

	(void)state;
	begin(&place);
	snprintf(copy, sizeof(copy), "%s.copy", place.path);
	snprintf(wal, sizeof(wal), "%s-wal", place.path);
	snprintf(shm, sizeof(shm), "%s-shm", place.path);
	fake = fake_liftd_start(place.endpoint, 1);
	after = open_one(&place, false);
	assert_int_equal(put(after, 1, 10), 0);
	lift_outbox_close(after);
	assert_int_equal(rename(place.path, copy), 0);
	before = open_one(&place, true);
	assert_int_equal(put(before, 101, 10), 0);
	assert_int_equal(lift_outbox_wait(before, WAIT_MS), 0);
	unlink(wal); /* of the other one */
	unlink(shm);
	assert_int_equal(rename(copy, place.path), 0);
	after = open_one(&place, true);
	assert_int_equal(lift_outbox_wait(after, WAIT_MS), 0);
	assert_taken(fake, 1, 10);
	assert_taken(fake, 101, 10);
	wait_for_err(before, LIFT_E_OUTBOX);
	assert_int_equal(put(before, 201, 10), LIFT_E_OUTBOX);
	lift_outbox_close(before);
	lift_outbox_close(after);
	fake_liftd_stop(fake);
	fake_liftd_free(fake);
	dir_end(&place.dir);
}

static void what_an_operator_can_mend_loses_nothing(void **state)
{
	static const struct {
		int err;
		bool retry;
	} cases[] = { { LIFT_E_SOURCE_DENIED, false },
		      { LIFT_E_STREAMS, false },
		      { LIFT_E_DISK, true },
		      { LIFT_E_CLOCK, true } };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct place place;
		struct fake_liftd *fake;
		struct lift_outbox *outbox;

		begin(&place);
		fake = fake_liftd_start(place.endpoint, 1);
		fake_liftd_nack(fake, cases[i].err, cases[i].retry);
		outbox = open_one(&place, true);
		assert_int_equal(put(outbox, 1, 1200), 0);
		print_message("%s\n", wait_for_err(outbox, cases[i].err).why);
		fake_liftd_nack(fake, 0, false);
		assert_int_equal(lift_outbox_wait(outbox, WAIT_MS), 0);
		assert_taken(fake, 1, 1200);
		wait_for_err(outbox, 0);
		lift_outbox_close(outbox);
		fake_liftd_stop(fake);
		fake_liftd_free(fake);
		dir_end(&place.dir);
	}
}

static void in_a_closed_stream_nothing_more_is_sent(void **state)
{
	struct place place;
	struct fake_liftd *fake;
	struct lift_outbox *outbox;

	(void)state;
	begin(&place);
	fake = fake_liftd_start(place.endpoint, 1);
	outbox = open_one(&place, true);
	assert_int_equal(put(outbox, 1, 100), 0);
	assert_int_equal(lift_outbox_wait(outbox, WAIT_MS), 0);
	fake_liftd_close_streams(fake);
	assert_int_equal(put(outbox, 101, 100), 0);
	assert_int_equal(lift_outbox_wait(outbox, WAIT_MS), 0);
	assert_taken(fake, 1, 200);
	assert_int_equal(fake_liftd_streams(fake), 2);
	lift_outbox_close(outbox);
	/* And where it hears of it at its beginning. */
	fake_liftd_close_streams(fake);
	outbox = open_one(&place, true);
	assert_int_equal(put(outbox, 201, 100), 0);
	assert_int_equal(lift_outbox_wait(outbox, WAIT_MS), 0);
	assert_taken(fake, 1, 300);
	assert_int_equal(fake_liftd_streams(fake), 3);
	assert_int_equal(look(outbox).delivered, 300);
	lift_outbox_close(outbox);
	fake_liftd_stop(fake);
	fake_liftd_free(fake);
	dir_end(&place.dir);
}

static void copy_file(const char *from, const char *to)
{
	char command[700];

	snprintf(command, sizeof(command), "cp '%s' '%s'", from, to);
	assert_int_equal(system(command), 0);
}

static void a_file_that_came_from_a_copy_uses_no_number_again(void **state)
{
	struct place place;
	struct fake_liftd *fake;
	struct lift_outbox *outbox;
	char copy[300];

	(void)state;
	begin(&place);
	snprintf(copy, sizeof(copy), "%s.copy", place.path);
	fake = fake_liftd_start(place.endpoint, 1);
	outbox = open_one(&place, true);
	assert_int_equal(put(outbox, 1, 100), 0);
	assert_int_equal(lift_outbox_wait(outbox, WAIT_MS), 0);
	lift_outbox_close(outbox);
	copy_file(place.path, copy);
	outbox = open_one(&place, true);
	assert_int_equal(put(outbox, 101, 100), 0);
	assert_int_equal(lift_outbox_wait(outbox, WAIT_MS), 0);
	lift_outbox_close(outbox);
	/* Fewer are put in than the daemon has: its next says it. More: the numbers do. */
	for (uint32_t n = 50; n <= 150; n += 100) {
		copy_file(copy, place.path);
		outbox = open_one(&place, true);
		assert_int_equal(put(outbox, 1000 + n * 10, n), 0);
		assert_int_equal(lift_outbox_wait(outbox, WAIT_MS), 0);
		lift_outbox_close(outbox);
		/* In both streams, some of them; as facts they count once. */
		for (uint32_t i = 0; i < n; i++)
			assert_in_range(fake_liftd_times(fake, 1000 + n * 10 + i), 1, 2);
	}
	assert_taken(fake, 1, 200);
	assert_int_equal(fake_liftd_accepted(fake), 400);
	assert_int_equal(fake_liftd_streams(fake), 3);
	fake_liftd_stop(fake);
	fake_liftd_free(fake);
	dir_end(&place.dir);
}

static void events_taken_out_by_hand_or_damaged_stop_nothing(void **state)
{
	static const uint8_t key[LIFT_SEAL_BYTES] = { 9 };

	(void)state;
	for (int sealed = 0; sealed < 2; sealed++) {
		const struct lift_outbox_options without = { .source = "moodle",
							     .seal = sealed ? key : NULL };
		struct lift_outbox_options options = without;
		struct place place;
		struct fake_liftd *fake;
		struct lift_outbox *outbox;

		begin(&place);
		options.path = place.path;
		outbox = open_with(&options);
		assert_int_equal(put(outbox, 1, 1000), 0);
		lift_outbox_close(outbox);
		change(&place, "DELETE FROM event WHERE id BETWEEN 300 AND 309");
		change(&place, "UPDATE event SET event = zeroblob(70) WHERE id = 1 OR id = 700");
		fake = fake_liftd_start(place.endpoint, 1);
		options.endpoint = place.endpoint;
		outbox = open_with(&options);
		assert_int_equal(lift_outbox_wait(outbox, WAIT_MS), 0);
		assert_taken(fake, 2, 298);
		assert_taken(fake, 310, 390);
		assert_taken(fake, 701, 300);
		assert_int_equal(look(outbox).refused, 2);
		assert_int_equal(look(outbox).delivered, 988);
		lift_outbox_close(outbox);
		assert_int_equal(ask(&place, "SELECT count(*) FROM refused WHERE code = 'corrupt' "
					     "AND event = zeroblob(70)"),
				 2);
		fake_liftd_stop(fake);
		fake_liftd_free(fake);
		dir_end(&place.dir);
	}
}

static void of_two_that_are_open_one_delivers_and_the_other_takes_over(void **state)
{
	struct place place;
	struct fake_liftd *fake;
	struct lift_outbox *a, *b;

	(void)state;
	begin(&place);
	fake = fake_liftd_start(place.endpoint, 1);
	a = open_one(&place, true);
	assert_int_equal(put(a, 1, 10), 0);
	assert_int_equal(lift_outbox_wait(a, WAIT_MS), 0);
	b = open_one(&place, true);
	assert_int_equal(put(b, 11, 10), 0);
	assert_int_equal(lift_outbox_wait(b, WAIT_MS), 0);
	assert_true(look(a).delivers);
	assert_false(look(b).delivers);
	assert_int_equal(look(b).deliverer, getpid());
	lift_outbox_close(a);
	assert_int_equal(put(b, 21, 10), 0);
	assert_int_equal(lift_outbox_wait(b, WAIT_MS), 0);
	assert_true(look(b).delivers);
	assert_taken(fake, 1, 30);
	lift_outbox_close(b);
	fake_liftd_stop(fake);
	fake_liftd_free(fake);
	dir_end(&place.dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_put_in_is_delivered_once),
		cmocka_unit_test(what_waits_outlives_its_process),
		cmocka_unit_test(a_daemon_that_is_away_is_waited_for),
		cmocka_unit_test(the_file_has_the_form_of_its_page),
		cmocka_unit_test(refused_events_are_handed_back_once),
		cmocka_unit_test(of_refused_events_the_last_thousand_are_kept),
		cmocka_unit_test(an_event_that_is_wrong_puts_none_in),
		cmocka_unit_test(encoded_events_are_judged_as_the_others),
		cmocka_unit_test(a_full_outbox_says_how_many_wait_and_why),
		cmocka_unit_test(a_sealed_outbox_has_no_learner_in_any_byte),
		cmocka_unit_test(what_was_delivered_is_in_no_byte_any_more),
		cmocka_unit_test(what_is_no_outbox_of_ours_is_refused_in_a_sentence),
		cmocka_unit_test(a_place_that_can_have_no_file_is_said),
		cmocka_unit_test(a_sealed_one_opens_with_its_key_only),
		cmocka_unit_test(a_file_that_is_taken_away_takes_nothing_more),
		cmocka_unit_test(of_a_file_that_came_in_its_place_another_may_deliver),
		cmocka_unit_test(what_an_operator_can_mend_loses_nothing),
		cmocka_unit_test(in_a_closed_stream_nothing_more_is_sent),
		cmocka_unit_test(a_file_that_came_from_a_copy_uses_no_number_again),
		cmocka_unit_test(events_taken_out_by_hand_or_damaged_stop_nothing),
		cmocka_unit_test(of_two_that_are_open_one_delivers_and_the_other_takes_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
