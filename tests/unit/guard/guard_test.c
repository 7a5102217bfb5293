/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/guard/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/journal/journal.h"
#include "daemon/store/store.h"
#include "tests/unit/world.h"

static const uint8_t secret[16] = "a secret's dig";
enum { EVENTS = 50000, NEWEST_SMALL = 1 };
static int no_signal;
#define EVERYTHING UINT64_MAX

static void make_journal(struct dir *dir)
{
	struct entry entry = { .fact = { .time = WORLD_BEGIN,
					 .type = EVENT_STARTED,
					 .result = { .score = -1, .passed = -1 },
					 .voids_time = EVENT_NO_TIME } };
	uint8_t profile[4] = { 0 };
	struct journal *journal;
	struct stream *stream;
	uint32_t id;

	dir_begin(dir);
	assert_int_equal(journal_open(dir_path(dir, "journal"), secret, &journal), 0);
	assert_int_equal(journal_add_stream(journal, text_of("a"), text_of("x"), &stream), 0);
	assert_int_equal(journal_add_name(journal, NAME_MODULE, text_of("module"), &id), 0);
	assert_int_equal(journal_add_name(journal, NAME_REGION, text_of("region"), &id), 0);
	assert_int_equal(
		journal_add_name(journal, NAME_PROFILE, (struct text){ (char *)profile, 4 }, &id),
		0);
	for (uint64_t seq = 1; seq <= EVENTS; seq++) {
		memcpy(entry.learner, &seq, sizeof(seq));
		journal_append(journal, stream, seq, WORLD_BEGIN, &entry);
	}
	assert_int_equal(journal_commit(journal), 0);
	journal_close(journal);
}

static void damage_first_chunk(const struct dir *dir)
{
	static const char *const dbs[] = { "entries" };
	struct text key, value, none = { NULL, 0 };
	struct store_cursor cursor;
	uint8_t bytes[CHUNK_MAX];
	struct store_txn txn;
	struct store *store;

	assert_int_equal(store_open(dir_path(dir, "journal"), dbs, 1, STORE_ROOM_MAX, &store), 0);
	assert_int_equal(store_begin(store, true, &txn), 0);
	store_cursor_open(&txn, 0, &cursor);
	assert_true(store_seek(&cursor, none, &key, &value));
	memcpy(bytes, value.data, value.size);
	bytes[40] ^= 1;
	store_set(&cursor, key, (struct text){ (char *)bytes, value.size });
	store_cursor_close(&cursor);
	assert_int_equal(store_commit(&txn), 0);
	store_close(store);
}

static struct guard_wish wish_of(const struct dir *dir, uint64_t newest_bytes)
{
	return (struct guard_wish){ .journal = dir_path(dir, "journal"),
				    .secret_digest = secret,
				    .newest_bytes = newest_bytes };
}

static void assert_no_child(void)
{
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

/* Wait for the last of what it has to say: the child is not left as a zombie. */
static void await_end(struct guard *guard)
{
	while (guard_look(guard))
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
	assert_no_child();
}

static void a_whole_journal_is_told_in_one_part_and_in_two(void **state)
{
	const uint64_t newest[] = { EVERYTHING, NEWEST_SMALL };

	for (int i = 0; i < 2; i++) {
		struct guard_wish wish = wish_of(*state, newest[i]);
		enum guard_verdict verdict;
		struct guard *guard;

		assert_int_equal(guard_start(&wish, &guard, &verdict, &no_signal), 0);
		assert_int_equal(verdict, GUARD_WHOLE);
		await_end(guard);
		assert_null(guard_damage(guard));
		assert_int_equal(guard_ledger(guard), 0);
		assert_true(guard_journal_bytes(guard) > EVENTS);
		guard_close(guard);
		assert_no_child();
	}
}

static void no_journal_is_a_whole_one(void **state)
{
	struct dir dir;
	struct guard_wish wish;
	enum guard_verdict verdict;
	struct guard *guard;

	(void)state;
	dir_begin(&dir);
	wish = wish_of(&dir, EVERYTHING);
	assert_int_equal(guard_start(&wish, &guard, &verdict, &no_signal), 0);
	assert_int_equal(verdict, GUARD_WHOLE);
	guard_close(guard);
	dir_end(&dir);
}

static void damage_to_old_entries_is_told_when_they_are_walked(void **state)
{
	struct guard_wish wish;
	enum guard_verdict verdict;
	struct guard *guard;
	struct dir dir;

	(void)state;
	make_journal(&dir);
	damage_first_chunk(&dir);
	wish = wish_of(&dir, NEWEST_SMALL);
	assert_int_equal(guard_start(&wish, &guard, &verdict, &no_signal), 0);
	assert_int_equal(verdict, GUARD_WHOLE);
	await_end(guard);
	assert_non_null(guard_damage(guard));
	assert_int_equal(guard_damage(guard)->ranges[0][0], 1);
	guard_close(guard);
	/* At once, where all of it is walked. */
	wish = wish_of(&dir, EVERYTHING);
	assert_int_equal(guard_start(&wish, &guard, &verdict, &no_signal), 0);
	assert_int_equal(verdict, GUARD_DAMAGED);
	assert_int_equal(guard_damage(guard)->ranges[0][0], 1);
	guard_close(guard);
	dir_end(&dir);
}

static void a_journal_that_is_cut_off_is_unusable(void **state)
{
	struct guard_wish wish;
	enum guard_verdict verdict;
	struct guard *guard;
	struct dir dir;

	(void)state;
	make_journal(&dir);
	assert_int_equal(truncate(dir_path(&dir, "journal/data.mdb"), 3 * 4096), 0);
	wish = wish_of(&dir, EVERYTHING);
	assert_int_equal(guard_start(&wish, &guard, &verdict, &no_signal), 0);
	assert_int_equal(verdict, GUARD_UNUSABLE);
	assert_true(guard_damage(guard)->n_lines > 0);
	guard_close(guard);
	assert_no_child();
	dir_end(&dir);
}

/* The ledger, and who dies. */

static int say_whole(const char *dir)
{
	(void)dir;
	return 0;
}

static int say_none(const char *dir)
{
	(void)dir;
	return LIFT_E_NOT_FOUND;
}

static int say_damaged(const char *dir)
{
	(void)dir;
	return LIFT_E_CORRUPT;
}

static int say_newer(const char *dir)
{
	(void)dir;
	return LIFT_E_NEWER;
}

static int crash(const char *dir)
{
	(void)dir;
	raise(SIGSEGV);
	return 0;
}

static int fail_an_assertion(const char *dir)
{
	(void)dir;
	abort();
}

static int lack_memory(const char *dir)
{
	(void)dir;
	return LIFT_E_MEMORY;
}

static int fail_to_read(const char *dir)
{
	(void)dir;
	return LIFT_E_IO;
}

static int be_killed(const char *dir)
{
	(void)dir;
	raise(SIGKILL);
	return 0;
}

static int never_end(const char *dir)
{
	(void)dir;
	pause();
	return 0;
}

static bool wait_no_longer(void *context)
{
	int *asked = context;

	return ++*asked == 3;
}

/* As a system call does that a service's filter forbids. */
static int call_what_is_forbidden(const char *dir)
{
	(void)dir;
	signal(SIGSYS, SIG_DFL); /* cmocka has a handler of its own */
	raise(SIGSYS);
	return 0;
}

/* Of who walks the journal, too. */
static int have_the_parent_killed(const char *dir)
{
	(void)dir;
	kill(getppid(), SIGKILL);
	return 0;
}

static void a_ledger_is_damaged_where_it_is_found_to_be_or_crashes_who_walks_it(void **state)
{
	static const struct {
		int (*check)(const char *dir);
		bool whole;
	} cases[] = {
		{ say_whole, true },  { say_none, true }, { say_damaged, false },
		{ say_newer, false }, { crash, false },	  { fail_an_assertion, false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct guard_wish wish = wish_of(*state, EVERYTHING);
		enum guard_verdict verdict;
		struct guard *guard;

		wish.ledger = dir_path(*state, "ledger");
		wish.check_ledger = cases[i].check;
		assert_int_equal(guard_start(&wish, &guard, &verdict, &no_signal), 0);
		assert_int_equal(verdict, GUARD_WHOLE);
		assert_int_equal(guard_ledger(guard), cases[i].whole ? 0 : LIFT_E_CORRUPT);
		assert_null(guard_damage(guard));
		guard_close(guard);
		assert_no_child();
	}
}

static void nothing_is_damaged_because_it_could_not_be_walked(void **state)
{
	static const struct {
		int (*check)(const char *dir);
		int err, signal;
		const char *said; /* of why */
	} cases[] = {
		{ lack_memory, LIFT_E_MEMORY, 0, "memory" },
		{ fail_to_read, LIFT_E_IO, 0, "" },
		{ be_killed, LIFT_E_STOPPED, SIGKILL, "signal 9 (Killed): out of memory?" },
		{ have_the_parent_killed, LIFT_E_STOPPED, SIGKILL, "out of memory?" },
		{ call_what_is_forbidden, LIFT_E_STOPPED, SIGSYS, "SystemCallFilter" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct guard_wish wish = wish_of(*state, NEWEST_SMALL);
		enum guard_verdict verdict;
		struct guard *guard;
		char reason[GUARD_REASON];
		int killed_by;

		wish.ledger = dir_path(*state, "ledger");
		wish.check_ledger = cases[i].check;
		assert_int_equal(guard_start(&wish, &guard, &verdict, &killed_by), cases[i].err);
		assert_int_equal(killed_by, cases[i].signal);
		guard_reason(cases[i].err, killed_by, reason);
		assert_non_null(strstr(reason, cases[i].said));
		assert_int_equal(strstr(reason, "memory?") != NULL, killed_by == SIGKILL);
		assert_no_child();
	}
}

/* The guard's child, known to the test because it has a child itself. */
static pid_t *walker;

static int note_the_parent(const char *dir)
{
	(void)dir;
	*walker = getppid();
	return 0;
}

/* Kill it when it walks the older entries: false where it had finished by then. */
static bool kill_in_the_rest(const struct guard_wish *wish, int signal_number, struct guard **guard)
{
	enum guard_verdict verdict;

	assert_int_equal(guard_start(wish, guard, &verdict, &no_signal), 0);
	assert_int_equal(verdict, GUARD_WHOLE);
	kill(*walker, signal_number);
	await_end(*guard);
	if (guard_err(*guard) || guard_damage(*guard))
		return true;
	guard_close(*guard);
	return false;
}

static void a_walk_that_is_killed_finds_nothing_and_one_that_crashes_does(void **state)
{
	static const int signals[] = { SIGKILL, SIGTERM, SIGBUS };
	struct guard_wish wish = wish_of(*state, NEWEST_SMALL);
	struct guard *guard;

	walker = mmap(NULL, sizeof(*walker), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	assert_true(walker != MAP_FAILED);
	wish.ledger = dir_path(*state, "ledger");
	wish.check_ledger = note_the_parent;
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		int tries = 0;

		while (!kill_in_the_rest(&wish, signals[i], &guard))
			assert_true(++tries < 100);
		assert_int_equal(guard_err(guard), signals[i] == SIGBUS ? 0 : LIFT_E_STOPPED);
		assert_int_equal(guard_signal(guard), signals[i] == SIGBUS ? 0 : signals[i]);
		assert_int_equal(guard_damage(guard) != NULL, signals[i] == SIGBUS);
		guard_close(guard);
		assert_no_child();
	}
	munmap(walker, sizeof(*walker));
}

/* A file of so many bytes in the ledger's place. */
static void put_ledger(const struct dir *dir, off_t bytes)
{
	int fd;

	mkdir(dir_path(dir, "ledger"), 0700);
	fd = open(dir_path(dir, "ledger/data.mdb"), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0 && ftruncate(fd, bytes) == 0);
	close(fd);
}

static void a_large_ledger_is_walked_beside_the_daemon(void **state)
{
	static const struct {
		int (*check)(const char *dir);
		off_t bytes;
		int first, then;
	} cases[] = {
		{ say_whole, 1000, 0, 0 },
		{ say_whole, 1001, LIFT_E_BUSY, 0 },
		{ say_damaged, 1001, LIFT_E_BUSY, LIFT_E_CORRUPT },
		{ crash, 1001, LIFT_E_BUSY, LIFT_E_CORRUPT },
		{ lack_memory, 1001, LIFT_E_BUSY, LIFT_E_MEMORY },
		{ be_killed, 1001, LIFT_E_BUSY, LIFT_E_STOPPED },
	};
	const uint64_t newest[] = { EVERYTHING, NEWEST_SMALL };

	for (size_t i = 0; i < 2 * sizeof(cases) / sizeof(cases[0]); i++) {
		struct guard_wish wish = wish_of(*state, newest[i % 2]);
		enum guard_verdict verdict;
		struct guard *guard;

		put_ledger(*state, cases[i / 2].bytes);
		wish.ledger = dir_path(*state, "ledger");
		wish.ledger_bytes = 1000;
		wish.check_ledger = cases[i / 2].check;
		assert_int_equal(guard_start(&wish, &guard, &verdict, &no_signal), 0);
		assert_int_equal(verdict, GUARD_WHOLE);
		assert_int_equal(guard_ledger(guard), cases[i / 2].first);
		assert_int_equal(guard_goes_on(guard), cases[i / 2].first || i % 2);
		if (!guard_goes_on(guard))
			assert_no_child();
		assert_int_equal(guard_has_older(guard), i % 2);
		await_end(guard);
		assert_int_equal(guard_ledger(guard), cases[i / 2].then);
		/* The journal is walked to its end, whatever became of the ledger. */
		assert_int_equal(guard_err(guard), 0);
		assert_null(guard_damage(guard));
		guard_close(guard);
		assert_no_child();
	}
}

static void a_walk_of_a_large_ledger_ends_with_the_child(void **state)
{
	struct guard_wish wish = wish_of(*state, EVERYTHING);
	enum guard_verdict verdict;
	struct guard *guard;

	put_ledger(*state, 1001);
	wish.ledger = dir_path(*state, "ledger");
	wish.check_ledger = have_the_parent_killed;
	assert_int_equal(guard_start(&wish, &guard, &verdict, &no_signal), 0);
	await_end(guard);
	assert_int_equal(guard_ledger(guard), LIFT_E_STOPPED);
	assert_int_equal(guard_err(guard), LIFT_E_STOPPED);
	assert_null(guard_damage(guard));
	guard_close(guard);
	assert_no_child();
}

/* What the child has of the daemon's: a lock that it held would keep the next daemon out. */
static int daemons_fd;

static int has_only_the_pipe(const char *dir)
{
	(void)dir;
	return fcntl(daemons_fd, F_GETFD) < 0 ? 0 : LIFT_E_CORRUPT;
}

static void the_child_has_none_of_the_daemons_descriptors(void **state)
{
	struct guard_wish wish = wish_of(*state, EVERYTHING);
	enum guard_verdict verdict;
	struct guard *guard;

	daemons_fd = fcntl(STDERR_FILENO, F_DUPFD, 20);
	assert_true(daemons_fd >= 20);
	wish.ledger = dir_path(*state, "ledger");
	wish.ledger_bytes = UINT64_MAX;
	wish.check_ledger = has_only_the_pipe;
	assert_int_equal(guard_start(&wish, &guard, &verdict, &no_signal), 0);
	assert_int_equal(guard_ledger(guard), 0);
	guard_close(guard);
	close(daemons_fd);
}

static int setup(void **state)
{
	static struct dir dir;

	make_journal(&dir);
	*state = &dir;
	return 0;
}

static int teardown(void **state)
{
	dir_end(*state);
	return 0;
}

/* The daemon is to end while it waits. */
static void a_check_that_is_not_waited_for_ends(void **state)
{
	struct guard_wish wish = wish_of(*state, EVERYTHING);
	enum guard_verdict verdict;
	struct guard *guard;
	int asked = 0, killed_by;

	wish.ledger = dir_path(*state, "ledger");
	wish.check_ledger = never_end;
	wish.ledger_bytes = UINT64_MAX;
	wish.still_waiting = wait_no_longer;
	wish.context = &asked;
	assert_int_equal(guard_start(&wish, &guard, &verdict, &killed_by), LIFT_E_STOPPED);
	assert_int_equal(killed_by, 0);
	assert_int_equal(asked, 3);
	assert_no_child();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_journal_is_told_in_one_part_and_in_two),
		cmocka_unit_test(no_journal_is_a_whole_one),
		cmocka_unit_test(damage_to_old_entries_is_told_when_they_are_walked),
		cmocka_unit_test(a_journal_that_is_cut_off_is_unusable),
		cmocka_unit_test(
			a_ledger_is_damaged_where_it_is_found_to_be_or_crashes_who_walks_it),
		cmocka_unit_test(nothing_is_damaged_because_it_could_not_be_walked),
		cmocka_unit_test(a_walk_that_is_killed_finds_nothing_and_one_that_crashes_does),
		cmocka_unit_test(a_large_ledger_is_walked_beside_the_daemon),
		cmocka_unit_test(a_walk_of_a_large_ledger_ends_with_the_child),
		cmocka_unit_test(the_child_has_none_of_the_daemons_descriptors),
		cmocka_unit_test(a_check_that_is_not_waited_for_ends),
	};

	return cmocka_run_group_tests_name("guard", tests, setup, teardown);
}
