/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/rotate/rotate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/base/dir.h"
#include "daemon/base/state.h"
#include "daemon/compact/mark.h"
#include "daemon/compact/settle.h"
#include "daemon/tasks/backup.h"
#include "daemon/tasks/compact.h"
#include "daemon/tasks/verify.h"
#include "tests/unit/house.h"

enum { EVENTS = 300, LEARNERS = 9 };

static const char person[] = "somebody";

static struct event event_of_person(int n)
{
	return (struct event){ .type = EVENT_ASSESSED,
			       .time = WORLD_BEGIN + 1000 * n,
			       .learner = text_of(person),
			       .module = text_of("lift"),
			       .region = text_of("rana"),
			       .result = { .score = 5000, .passed = 1 } };
}

/* With the secret of now. */
static void open_again(struct house *house)
{
	secret_close(&house->secret);
	assert_int_equal(secret_open(house->dir.path, false, &house->secret), 0);
	house_reopen_journal(house);
}

static void pseudonym_of(const struct house *house, uint8_t to[static PSEUDONYM_BYTES])
{
	secret_pseudonym(&house->secret, text_of("moodle"), text_of(person), to);
}

/* Events of the person are the first ones of stream p: accepted, and one that is refused. */
static void make_state(struct house *house)
{
	struct world world;
	struct event event;

	house_open(house, "", world_catalogue);
	for (int i = 1; i <= 3; i++) {
		event = event_of_person(i);
		assert_int_equal(house_send(house, "moodle", "p", (uint64_t)i, &event, 1), 0);
	}
	event = event_of_person(4);
	event.time = house->clock + 3600000;
	assert_int_equal(house_send(house, "moodle", "p", 4, &event, 1), 0);
	world_begin(&world, LEARNERS);
	for (uint64_t seq = 1; seq <= EVENTS; seq++) {
		world_event(&world, &event);
		assert_int_equal(house_send(house, "moodle", "s", seq, &event, 1), 0);
	}
	assert_int_equal(journal_commit(house->journal), 0);
}

static int rotate(struct house *house, struct report *ret_report)
{
	struct config config = *house->config;

	*ret_report = (struct report){ .err = 0 };
	config.state = (char *)house->dir.path;
	return rotate_run(&config, NULL, ret_report);
}

static void rotate_well(struct house *house)
{
	struct report report;

	if (rotate(house, &report) != 0)
		fail_msg("%s", report.text);
	assert_int_equal(access(dir_path(&house->dir, "compact"), F_OK), -1);
}

static void verify(struct house *house)
{
	struct config config = *house->config;
	struct report report = { 0 };

	config.state = (char *)house->dir.path;
	if (verify_run(&config, &report) != 0)
		fail_msg("%s", report.text);
}

static bool journal_has(const struct house *house, const uint8_t pseudonym[static PSEUDONYM_BYTES])
{
	FILE *file = fopen(dir_path(&house->dir, "journal/data.mdb"), "re");
	struct stat info;
	char *bytes;
	bool found;

	assert_non_null(file);
	assert_int_equal(fstat(fileno(file), &info), 0);
	bytes = malloc((size_t)info.st_size);
	assert_non_null(bytes);
	assert_int_equal(fread(bytes, 1, (size_t)info.st_size, file), info.st_size);
	found = memmem(bytes, (size_t)info.st_size, pseudonym, PSEUDONYM_BYTES);
	fclose(file);
	free(bytes);
	return found;
}

static size_t facts_of_person(struct house *house)
{
	uint8_t pseudonym[PSEUDONYM_BYTES];
	struct learner learner = { .n = 0 };
	struct ledger_view view;
	bool found = false;
	size_t n;

	pseudonym_of(house, pseudonym);
	assert_int_equal(ledger_view_begin(house->ledger, &view), 0);
	assert_int_equal(ledger_view_learner(&view, pseudonym, &learner, &found), 0);
	ledger_view_end(&view);
	n = found ? learner.n : 0;
	learner_free(&learner);
	return n;
}

static int count_row(void *context, const struct quarantined *row)
{
	size_t *n = context;

	(void)row;
	++*n;
	return 0;
}

static size_t rows_of(struct house *house)
{
	struct journal_view view;
	size_t n = 0;

	assert_int_equal(journal_view_begin(house->journal, &view), 0);
	assert_int_equal(journal_view_quarantine(&view, 0, count_row, &n), 0);
	journal_view_end(&view);
	return n;
}

static void check_tallies(struct house *house, const struct tallies_read *expected)
{
	struct tallies_read found = { 0 };

	house_tallies(house, &found);
	assert_tallies_equal(found.items, found.n, expected->items, expected->n, "rotated");
	tallies_free(&found);
}

static void figures_stay_and_what_was_sent_is_known(void **state)
{
	struct house house;
	struct tallies_read before = { 0 };
	uint8_t old[PSEUDONYM_BYTES];
	struct event event;
	uint64_t last;
	size_t rows;

	(void)state;
	make_state(&house);
	pseudonym_of(&house, old);
	house_ledger_open(&house, "ledger", INT64_MAX);
	house_apply_all(&house);
	house_tallies(&house, &before);
	last = journal_last(house.journal);
	rows = rows_of(&house);
	house_shut(&house);
	assert_true(journal_has(&house, old));
	for (int round = 0; round < 3; round++) {
		rotate_well(&house);
		assert_false(journal_has(&house, old));
		open_again(&house);
		assert_int_equal(house.secret.more, round + 1);
		pseudonym_of(&house, old);
		house_ledger_open(&house, "ledger", INT64_MAX);
		house_apply_all(&house);
		check_tallies(&house, &before);
		assert_int_equal(facts_of_person(&house), 3);
		/* A resend is known, of what was refused, too; a new event joins the others. */
		for (int i = 1; i <= 4; i++) {
			event = event_of_person(i);
			if (i == 4)
				event.time = house.clock + 3600000;
			assert_int_equal(house_send(&house, "moodle", "p", (uint64_t)i, &event, 1),
					 0);
		}
		assert_int_equal(journal_commit(house.journal), 0);
		assert_int_equal(journal_last(house.journal), last);
		assert_int_equal(rows_of(&house), rows);
		house_shut(&house);
		assert_true(journal_has(&house, old));
		verify(&house);
	}
	open_again(&house);
	house_ledger_open(&house, "ledger", INT64_MAX);
	event = event_of_person(5);
	assert_int_equal(house_send(&house, "moodle", "p", 5, &event, 1), 0);
	assert_int_equal(journal_commit(house.journal), 0);
	house_apply_all(&house);
	assert_int_equal(facts_of_person(&house), 4);
	tallies_free(&before);
	house_close(&house);
}

static void who_objects_objects_still(void **state)
{
	struct house house;
	uint8_t pseudonym[PSEUDONYM_BYTES], objection[PSEUDONYM_BYTES];
	struct compact_settled settled;
	struct report report;
	struct config config;

	(void)state;
	make_state(&house);
	pseudonym_of(&house, pseudonym);
	secret_objection(&house.secret, text_of("moodle"), text_of(person), objection);
	assert_true(journal_forget(house.journal, pseudonym, objection, house.clock) > 0);
	assert_int_equal(journal_commit(house.journal), 0);
	house_shut(&house);
	/* An order has to be carried out before. */
	assert_int_equal(rotate(&house, &report), LIFT_E_BUSY);
	assert_non_null(strstr(report.text, "lift compact"));
	config = *house.config;
	config.state = (char *)house.dir.path;
	assert_int_equal(compact_run(&config, &report), 0);
	assert_int_equal(compact_settle(house.dir.path, NULL, &settled), 0);
	rotate_well(&house);
	open_again(&house);
	assert_false(journal_has_objection(house.journal, objection));
	secret_objection(&house.secret, text_of("moodle"), text_of(person), objection);
	assert_true(journal_has_objection(house.journal, objection));
	assert_int_equal(journal_objections(house.journal), 1);
	house_close(&house);
}

static void a_daemon_or_a_restore_is_in_the_way(void **state)
{
	struct house house;
	struct report report;
	int lock;

	(void)state;
	make_state(&house);
	house_shut(&house);
	assert_int_equal(dir_lock(house.dir.path, &lock), 0);
	assert_int_equal(rotate(&house, &report), LIFT_E_BUSY);
	close(lock);
	rotate_well(&house);
	house_close(&house);
}

/* Broken off when the journal had its place, and the secret not yet; and then nothing could be
 * written, or start after start was killed. */
static void the_secret_follows_its_journal_whatever_happens(void **state)
{
	static const char *const before = "cd '%s' && cp secret old && rm -rf ledger",
				 *const between =
					 "cd '%s' && mkdir compact && mv secret compact/ && "
					 "mv old secret && printf ++++ > compact/tries";
	struct compact_mark mark = { .rotates = true };
	uint8_t pseudonym[PSEUDONYM_BYTES];
	struct compact_settled settled;
	struct house house;
	char command[512];

	(void)state;
	make_state(&house);
	house_shut(&house);
	snprintf(command, sizeof(command), before, house.dir.path);
	assert_int_equal(system(command), 0);
	rotate_well(&house);
	open_again(&house);
	mark.edition = journal_edition(house.journal);
	mark.last = journal_last(house.journal);
	memcpy(mark.digest, house.secret.digest, SECRET_DIGEST_BYTES);
	house_shut(&house);
	snprintf(command, sizeof(command), between, house.dir.path);
	assert_int_equal(system(command), 0);
	assert_int_equal(compact_mark_write(house.dir.path, &mark), 0);
	assert_int_equal(compact_settle(house.dir.path, NULL, &settled), 0);
	assert_true(settled.is_in_place);
	open_again(&house);
	pseudonym_of(&house, pseudonym);
	assert_true(journal_has(&house, pseudonym));
	house_close(&house);
}

static void a_secret_can_be_rotated_fifteen_times(void **state)
{
	struct house house;
	struct report report;

	(void)state;
	house_open(&house, "", world_catalogue);
	house_shut(&house);
	for (int i = 1; i < SECRET_KEYS_MAX; i++)
		rotate_well(&house);
	assert_int_equal(rotate(&house, &report), LIFT_E_TOO_MANY);
	open_again(&house);
	assert_int_equal(secret_bytes(&house.secret).size, SECRET_KEYS_MAX * SECRET_BYTES);
	house_close(&house);
}

/* A backup of before has the secret of then, and is restored with it. */
static void an_older_backup_is_restored_with_its_secret(void **state)
{
	struct house house;
	struct report report = { 0 };
	char dir[128];

	(void)state;
	make_state(&house);
	house_shut(&house);
	snprintf(dir, sizeof(dir), "%s/backups/one", house.dir.path);
	assert_int_equal(backup_make(house.dir.path, dir, true, &report), 0);
	rotate_well(&house);
	assert_int_equal(backup_restore(house.dir.path, dir, &report), 0);
	open_again(&house);
	assert_int_equal(house.secret.more, 0);
	house_close(&house);
}

static void move_file(const char *from, const char *to)
{
	assert_int_equal(rename(from, to), 0);
}

/* The new one goes to a file, for a credential to be made of it; the state gets none. */
static void a_credential_stays_out_of_the_state(void **state)
{
	struct house house;
	struct dir credentials;
	struct secret found;
	struct report report;
	struct config config;
	char place[128], new_secret[128];

	(void)state;
	make_state(&house);
	house_shut(&house);
	config = *house.config;
	config.state = (char *)house.dir.path;
	dir_begin(&credentials);
	snprintf(place, sizeof(place), "%s/" SECRET_CREDENTIAL, credentials.path);
	snprintf(new_secret, sizeof(new_secret), "%s/new", credentials.path);
	move_file(dir_path(&house.dir, "secret"), place);
	setenv("CREDENTIALS_DIRECTORY", credentials.path, 1);
	report = (struct report){ .err = 0 };
	assert_int_equal(rotate_run(&config, NULL, &report), LIFT_E_SECRET);
	assert_non_null(strstr(report.text, "--new-secret"));
	assert_int_equal(rotate_run(&config, place, &report), LIFT_E_EXISTS);
	assert_int_equal(rotate_run(&config, new_secret, &report), 0);
	assert_int_equal(access(dir_path(&house.dir, "secret"), F_OK), -1);
	/* With the old one nothing is opened, with the new one it is. */
	assert_int_equal(secret_open_own(house.dir.path, false, &found), 0);
	assert_int_equal(
		journal_open(dir_path(&house.dir, "journal"), found.digest, &house.journal),
		LIFT_E_SECRET);
	secret_close(&found);
	move_file(new_secret, place);
	assert_int_equal(secret_open_own(house.dir.path, false, &found), 0);
	assert_int_equal(found.more, 1);
	assert_int_equal(
		journal_open(dir_path(&house.dir, "journal"), found.digest, &house.journal), 0);
	journal_close(house.journal);
	house.journal = NULL;
	secret_close(&found);
	unsetenv("CREDENTIALS_DIRECTORY");
	dir_end(&credentials);
	house_close(&house);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(figures_stay_and_what_was_sent_is_known),
		cmocka_unit_test(who_objects_objects_still),
		cmocka_unit_test(a_daemon_or_a_restore_is_in_the_way),
		cmocka_unit_test(the_secret_follows_its_journal_whatever_happens),
		cmocka_unit_test(a_secret_can_be_rotated_fifteen_times),
		cmocka_unit_test(a_credential_stays_out_of_the_state),
		cmocka_unit_test(an_older_backup_is_restored_with_its_secret),
	};

	chance_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
