/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/tasks/compact.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/base/state.h"
#include "daemon/compact/settle.h"
#include "daemon/tasks/backup.h"
#include "daemon/tasks/verify.h"
#include "tests/unit/house.h"

enum { EVENTS = 400, LEARNERS = 9 };

/* Somebody whom no other event is about. */
static const char person[] = "somebody@example.org";

static struct event event_of_person(void)
{
	struct world world;
	struct event event;

	world_begin(&world, LEARNERS);
	do {
		world_event(&world, &event);
	} while (event.type == EVENT_VOIDED);
	event.learner = text_of(person);
	return event;
}

static void pseudonym_of(const struct house *house, uint8_t to[static PSEUDONYM_BYTES])
{
	secret_pseudonym(&house->secret, text_of("moodle"), text_of(person), to);
}

/* Every byte of every file below a directory. */

struct searched {
	const char *what;
	uint8_t bytes[32];
	size_t size;
};

static struct {
	struct searched for_[4];
	size_t found;
	char where[4096];
} search;

static int look_at_file(const char *path, const struct stat *info, int type, struct FTW *at)
{
	FILE *file;
	char *bytes;

	(void)at;
	if (type != FTW_F || info->st_size == 0)
		return 0;
	file = fopen(path, "re");
	bytes = malloc((size_t)info->st_size);
	assert_non_null(file);
	assert_non_null(bytes);
	assert_int_equal(fread(bytes, 1, (size_t)info->st_size, file), info->st_size);
	fclose(file);
	for (size_t i = 0; i < sizeof(search.for_) / sizeof(search.for_[0]); i++) {
		const struct searched *searched = &search.for_[i];
		size_t size = strlen(search.where);

		if (!memmem(bytes, (size_t)info->st_size, searched->bytes, searched->size))
			continue;
		search.found++;
		snprintf(search.where + size, sizeof(search.where) - size, "%s in %s\n",
			 searched->what, path);
	}
	free(bytes);
	return 0;
}

/* The pseudonym, its first half in either order (a record key), and the id itself: how often. */
static size_t times_found(const struct house *house)
{
	uint8_t pseudonym[PSEUDONYM_BYTES];

	memset(&search, 0, sizeof(search));
	pseudonym_of(house, pseudonym);
	search.for_[0] = (struct searched){ .what = "pseudonym", .size = PSEUDONYM_BYTES };
	search.for_[1] = (struct searched){ .what = "record key", .size = 8 };
	search.for_[2] = (struct searched){ .what = "record key, turned", .size = 8 };
	search.for_[3] = (struct searched){ .what = "id", .size = strlen(person) };
	memcpy(search.for_[0].bytes, pseudonym, PSEUDONYM_BYTES);
	for (size_t i = 0; i < 8; i++) {
		search.for_[1].bytes[i] = pseudonym[i];
		search.for_[2].bytes[i] = pseudonym[7 - i];
	}
	memcpy(search.for_[3].bytes, person, strlen(person));
	assert_int_equal(nftw(house->dir.path, look_at_file, 8, FTW_PHYS), 0);
	return search.found;
}

static void assert_found(const struct house *house, const char *where)
{
	assert_true(times_found(house) > 0);
	if (!strstr(search.where, where))
		fail_msg("not in %s, but: %s", where, search.where);
}

static void assert_nothing_found(const struct house *house, const char *when)
{
	if (times_found(house) > 0)
		fail_msg("%s: %s", when, search.where);
}

/* The state. */

static void send_of(struct house *house, const char *stream, const struct event *event)
{
	struct stream *of = house_stream(house, "moodle", stream);

	assert_int_equal(house_send(house, "moodle", stream, of ? of->next : 1, event, 1), 0);
}

static void send_others(struct house *house, uint32_t n)
{
	struct world world;
	struct event event;

	world_begin(&world, LEARNERS);
	for (uint32_t i = 0; i < n; i++) {
		world_event(&world, &event);
		send_of(house, chance_of(50) ? "s" : "t", &event);
		if (chance_of(10))
			assert_int_equal(journal_commit(house->journal), 0);
	}
	assert_int_equal(journal_commit(house->journal), 0);
}

/* Events of the person, accepted and refused, among those of others; all is in the ledger. */
static void make_state(struct house *house)
{
	struct event event = event_of_person(), wrong = event;

	house_open(house, "", world_catalogue);
	house_ledger_open(house, "ledger", INT64_MAX);
	wrong.time = house->clock + 3600000;
	for (int round = 0; round < 5; round++) {
		send_others(house, EVENTS / 5);
		event.time += 1000;
		send_of(house, "s", &event);
		send_of(house, "s", &wrong);
		house_apply_all(house);
	}
}

/* As an operator's order does it. */
static void forget(struct house *house)
{
	uint8_t pseudonym[PSEUDONYM_BYTES];

	pseudonym_of(house, pseudonym);
	assert_true(journal_forget(house->journal, pseudonym, NULL,
				   journal_receipt(house->journal, house->clock)) > 0);
	assert_int_equal(journal_commit(house->journal), 0);
}

static struct config config_of_house(const struct house *house)
{
	struct config config = *house->config;

	config.state = (char *)house->dir.path;
	return config;
}

static void compact(struct house *house)
{
	struct config config = config_of_house(house);
	struct report report = { 0 };

	if (compact_run(&config, &report) != 0)
		fail_msg("%s", report.text);
}

static void settle(struct house *house)
{
	struct compact_settled settled;

	assert_int_equal(compact_settle(house->dir.path, NULL, &settled), 0);
	assert_true(settled.was_there);
	assert_int_equal(settled.err, 0);
	assert_true(settled.is_in_place);
	assert_int_equal(compact_settle(house->dir.path, NULL, &settled), 0);
	assert_false(settled.was_there);
	assert_int_equal(access(dir_path(&house->dir, "compact"), F_OK), -1);
}

static void verify(struct house *house)
{
	struct config config = config_of_house(house);
	struct report report = { 0 };

	if (verify_run(&config, &report) != 0)
		fail_msg("%s", report.text);
}

/* Forgetting. */

static void nothing_is_left_of_who_was_forgotten(void **state)
{
	struct house house;
	struct event event = event_of_person();
	char command[512];
	uint64_t last;

	(void)state;
	make_state(&house);
	forget(&house);
	last = journal_last(house.journal);
	house_shut(&house);
	assert_found(&house, "/journal/data.mdb");
	assert_found(&house, "/ledger/data.mdb");
	compact(&house);
	/* What is asked in between belongs to what was there before. */
	assert_found(&house, "/journal/data.mdb");
	/* As an exchange of names leaves it that is done in steps, and killed in between. */
	snprintf(command, sizeof(command),
		 "cd '%s' && cp -r journal journal.aside && "
		 "cp -r ledger ledger.aside",
		 house.dir.path);
	assert_int_equal(system(command), 0);
	settle(&house);
	assert_nothing_found(&house, "after a compaction");
	verify(&house);
	house_reopen_journal(&house);
	assert_int_equal(journal_last(house.journal), last);
	/* A resend revives nothing, and a new event stands alone. */
	assert_int_equal(house_send(&house, "moodle", "s", 1, &event, 1), 0);
	assert_int_equal(journal_commit(house.journal), 0);
	assert_int_equal(journal_last(house.journal), last);
	send_of(&house, "s", &event);
	assert_int_equal(journal_commit(house.journal), 0);
	assert_int_equal(journal_last(house.journal), last + 1);
	house_shut(&house);
	assert_found(&house, "/journal/data.mdb");
	house_close(&house);
}

static void make_backup(const struct house *house, const char *name, bool with_secret)
{
	struct report report = { 0 };
	char dir[128];

	snprintf(dir, sizeof(dir), "%s/%s", house->dir.path, name);
	if (backup_make(house->dir.path, dir, with_secret, &report) != 0)
		fail_msg("%s", report.text);
}

/* Where an earlier one is brought back, it has the others. */
static void check_restored(struct house *house, const char *name, uint64_t last)
{
	struct report report = { 0 };
	char dir[128];

	snprintf(dir, sizeof(dir), "%s/%s", house->dir.path, name);
	if (backup_restore(house->dir.path, dir, &report) != 0)
		fail_msg("%s", report.text);
	assert_non_null(strstr(report.text, "'lift audit --op forget --since 2"));
	house_reopen_journal(house);
	assert_int_equal(journal_last(house->journal), last);
	house_shut(house);
}

static void backups_are_written_anew_and_can_be_restored(void **state)
{
	struct house house;
	struct config config;
	struct report report = { 0 };
	uint64_t early, late;
	char outside[] = "/tmp/lift-backup-XXXXXX", dir[64], behind[64], command[64];

	(void)state;
	house_open(&house, "", world_catalogue);
	send_others(&house, 50);
	early = journal_last(house.journal);
	house_shut(&house);
	make_backup(&house, "backups/before", true);
	house_reopen_journal(&house);
	for (int i = 0; i < 20; i++) {
		struct event event = event_of_person();

		send_of(&house, "s", &event);
	}
	send_others(&house, 50);
	late = journal_last(house.journal);
	house_shut(&house);
	make_backup(&house, "backups/with", true);
	make_backup(&house, "backups/without-secret", false);
	assert_non_null(mkdtemp(outside));
	snprintf(dir, sizeof(dir), "%s/b", outside);
	assert_int_equal(backup_make(house.dir.path, dir, true, &report), 0);
	house_reopen_journal(&house);
	forget(&house);
	house_shut(&house);
	snprintf(behind, sizeof(behind), "%s/behind", outside);
	assert_int_equal(backup_make(house.dir.path, behind, true, &report), 0);
	assert_found(&house, "/backups/with/journal/data.mdb");
	assert_found(&house, "/backups/without-secret/journal/data.mdb");
	config = config_of_house(&house);
	report = (struct report){ 0 };
	assert_int_equal(compact_run(&config, &report), 0);
	settle(&house);
	assert_nothing_found(&house, "with backups");
	assert_non_null(strstr(report.text, "Backups written anew: 2."));
	assert_non_null(strstr(report.text, "Of these 2 it has not gone"));
	assert_non_null(strstr(report.text, dir));
	assert_non_null(strstr(report.text, behind)); /* the order was not carried out yet */
	check_restored(&house, "backups/with", late);
	check_restored(&house, "backups/without-secret", late);
	check_restored(&house, "backups/before", early);
	snprintf(command, sizeof(command), "rm -r %s", outside);
	assert_int_equal(system(command), 0);
	house_close(&house);
}

static void shell(const struct house *house, const char *command)
{
	char line[512];

	snprintf(line, sizeof(line), "cd '%s' && %s", house->dir.path, command);
	assert_int_equal(system(line), 0);
}

/* A journal was brought back from an earlier backup, and has gone on: what a later backup has
 * stands under numbers that are others' in it now, also an order that came to nothing. */
static void a_backup_from_before_a_restore_is_written_anew_as_well(void **state)
{
	struct house house;
	struct event event = event_of_person();

	(void)state;
	house_open(&house, "", world_catalogue);
	send_others(&house, 10);
	house_shut(&house);
	shell(&house, "cp -r journal early");
	house_reopen_journal(&house);
	send_others(&house, 50);
	send_of(&house, "s", &event);
	forget(&house);
	send_of(&house, "s", &event);
	house_shut(&house);
	make_backup(&house, "backups/late", true);
	shell(&house, "rm -rf journal ledger && mv early journal");
	house_reopen_journal(&house);
	send_of(&house, "s", &event);
	forget(&house);
	house_shut(&house);
	assert_found(&house, "/backups/late/journal/data.mdb");
	compact(&house);
	settle(&house);
	assert_nothing_found(&house, "after a restore");
	house_close(&house);
}

/* Others, the person again, and one more order, while the new one waits. */
static void what_comes_meanwhile_is_kept(void **state)
{
	struct house house;
	struct event event = event_of_person();
	uint64_t last;

	(void)state;
	make_state(&house);
	forget(&house);
	house_shut(&house);
	compact(&house);
	house_reopen_journal(&house);
	send_others(&house, 50);
	send_of(&house, "s", &event);
	assert_int_equal(journal_commit(house.journal), 0);
	last = journal_last(house.journal);
	house_shut(&house);
	settle(&house);
	assert_found(&house, "/journal/data.mdb"); /* what has come since */
	house_reopen_journal(&house);
	assert_int_equal(journal_last(house.journal), last);
	forget(&house);
	house_shut(&house);
	compact(&house);
	settle(&house);
	assert_nothing_found(&house, "after the second one");
	house_close(&house);
}

static void two_at_once_are_refused(void **state)
{
	struct house house;
	struct config config;
	struct report report = { 0 };
	char dir[128];
	int held;

	(void)state;
	make_state(&house);
	house_shut(&house);
	config = config_of_house(&house);
	compact(&house);
	assert_int_equal(compact_run(&config, &report), LIFT_E_BUSY);
	snprintf(dir, sizeof(dir), "%s/backups/one", house.dir.path);
	assert_int_equal(backup_make(house.dir.path, dir, true, &report), LIFT_E_BUSY);
	settle(&house);
	verify(&house);
	make_backup(&house, "backups/one", true);
	/* One that is at work. */
	assert_int_equal(compact_begin(house.dir.path, &held), 0);
	assert_int_equal(compact_run(&config, &report), LIFT_E_BUSY);
	assert_true(compact_is_busy(house.dir.path));
	close(held);
	/* And what it has left when it was killed. */
	assert_false(compact_is_busy(house.dir.path));
	compact(&house);
	settle(&house);
	house_close(&house);
}

/* Brought back from a backup: then it is not the journal that was written anew. */
static void what_is_of_another_journal_is_dropped(void **state)
{
	struct house house;
	struct compact_settled settled;
	char command[256];

	(void)state;
	make_state(&house);
	house_shut(&house);
	snprintf(command, sizeof(command), "cp -r %s/journal %s/older", house.dir.path,
		 house.dir.path);
	assert_int_equal(system(command), 0);
	house_reopen_journal(&house);
	send_others(&house, 50);
	house_shut(&house);
	compact(&house);
	snprintf(command, sizeof(command), "cd %s && rm -r journal && mv older journal",
		 house.dir.path);
	assert_int_equal(system(command), 0);
	assert_int_equal(compact_settle(house.dir.path, NULL, &settled), 0);
	assert_true(settled.was_there);
	assert_false(settled.is_in_place);
	assert_int_equal(access(dir_path(&house.dir, "compact"), F_OK), -1);
	house_close(&house);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_left_of_who_was_forgotten),
		cmocka_unit_test(backups_are_written_anew_and_can_be_restored),
		cmocka_unit_test(a_backup_from_before_a_restore_is_written_anew_as_well),
		cmocka_unit_test(what_comes_meanwhile_is_kept),
		cmocka_unit_test(two_at_once_are_refused),
		cmocka_unit_test(what_is_of_another_journal_is_dropped),
	};

	chance_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
