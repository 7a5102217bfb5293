/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A disk that is full for a while, can only be read, or goes away: what platforms are answered,
 * what the status and the log say, and that it goes on.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <unistd.h>

#include "tests/e2e/check.h"
#include "tests/seed.h"
#include "tests/torture/mounts.h"

enum {
	EVENTS = 4000,
	BATCH = 20,
	WINDOW = 4,
	SOME = 150 /* events a round */,
	MOST = 50 /* rounds */,
	STAGE_ROUNDS = 5,
	EXPORT_MS = 30000
};

struct stage {
	struct subject subject;
	struct load *load;
	char *expected;
	struct findings findings;
};

static void stage_open(struct stage *stage, const char *lines)
{
	*stage = (struct stage){ .load = malloc(sizeof(*stage->load)) };
	assert_non_null(stage->load);
	load_init(stage->load, test_seed() & UINT32_MAX, EVENTS, BATCH, WINDOW);
	stage->expected = subject_expected(stage->load);
	subject_open(&stage->subject, lines);
}

static void stage_connect(struct stage *stage)
{
	assert_true(subject_start(&stage->subject));
	load_connect(stage->load, stage->subject.daemon->intake);
}

static void stage_start(struct stage *stage)
{
	stage_connect(stage);
	subject_feed_some(&stage->subject, stage->load, SOME);
}

/* The rest is fed after a start without faults, and compared. */
static void stage_settle(struct stage *stage)
{
	load_disconnect(stage->load);
	subject_stop(&stage->subject);
	assert_int_equal(stage->subject.status, 0);
	subject_settle(&stage->subject, stage->load, stage->expected, &stage->findings);
}

static void stage_close(struct stage *stage)
{
	subject_close(&stage->subject);
	free(stage->load);
	free(stage->expected);
}

/* Full. */

/* How a disk is filled, and freed. */
struct filling {
	const char *name;
	void (*fill)(struct stage *stage);
	void (*free_up)(struct stage *stage);
};

static void fill_quota(struct stage *stage)
{
	atomic_store(&stage->subject.faults->quota, 1); /* no file grows */
}

static void free_quota(struct stage *stage)
{
	atomic_store(&stage->subject.faults->quota, 0);
}

static void filler_path(struct stage *stage, char to[static PATH_SIZE])
{
	path_make(to, "%s/filler", stage->subject.daemon->state);
}

static void fill_disk(struct stage *stage)
{
	static const char zeros[4096];
	char path[PATH_SIZE];
	int fd;

	filler_path(stage, path);
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	while (write(fd, zeros, sizeof(zeros)) > 0)
		;
	assert_int_equal(errno, ENOSPC);
	close(fd);
}

static void free_disk(struct stage *stage)
{
	char path[PATH_SIZE];

	filler_path(stage, path);
	assert_int_equal(unlink(path), 0);
}

static const struct filling by_quota = { "disk full (a quota)", fill_quota, free_quota };
static const struct filling by_disk = { "disk full (tmpfs)", fill_disk, free_disk };

/* Filled until it refuses, and freed: it goes on, in the same process. */
static void one_filling(struct stage *stage, const struct filling *filling)
{
	struct subject *subject = &stage->subject;

	filling->fill(stage);
	subject_feed_until_trouble(subject, stage->load, "journal: No space left on device");
	filling->free_up(stage);
	subject_feed_some(subject, stage->load, SOME);
	free(subject_export(subject, EXPORT_MS)); /* the ledger tries again */
	subject_await_health(subject);
	stage->findings.rounds++;
}

static void fill_stage(struct stage *stage, const struct filling *filling, unsigned rounds)
{
	stage_start(stage);
	for (unsigned i = 0; i < rounds; i++)
		one_filling(stage, filling);
	assert_true(subject_log_has(&stage->subject, "reason=\"No space left on device\""));
	assert_true(subject_log_has(&stage->subject, "the journal can be written again"));
	stage_settle(stage);
}

/* With nothing to spare it starts, shows figures and refuses: maps of files without blocks would
 * end it. */
static void check_start_on_full_disk(struct stage *stage)
{
	char *rows;

	fill_disk(stage);
	assert_true(subject_start(&stage->subject));
	rows = subject_export(&stage->subject, EXPORT_MS);
	assert_non_null(rows);
	assert_string_equal(rows, stage->expected);
	free(rows);
	subject_stop(&stage->subject);
	assert_int_equal(stage->subject.status, 0);
	free_disk(stage);
}

static void add_findings(struct findings *all, const struct findings *some)
{
	all->rounds += some->rounds;
	all->lost += some->lost;
	all->twice += some->twice;
	all->wrong += some->wrong;
}

/* Stage after stage: a load lasts for some rounds. False where it is left out. */
static bool one_stage(const struct filling *filling, unsigned rounds, struct findings *findings)
{
	struct stage stage;
	bool mounted = true;

	stage_open(&stage, "");
	if (filling == &by_disk)
		mounted = mount_on_state(&stage.subject, "tmpfs", "tmpfs", "size=64m,mode=700");
	if (mounted) {
		fill_stage(&stage, filling, rounds);
		if (filling == &by_disk) {
			check_start_on_full_disk(&stage);
			assert_int_equal(umount(stage.subject.daemon->state), 0);
		}
		add_findings(findings, &stage.findings);
	}
	stage_close(&stage);
	return mounted;
}

static void fill_all(const struct filling *filling)
{
	unsigned rounds = torture_rounds(2, MOST);
	struct findings findings = { 0 };

	while (findings.rounds < rounds && one_stage(filling,
						     rounds - findings.rounds < STAGE_ROUNDS
							     ? rounds - (unsigned)findings.rounds
							     : STAGE_ROUNDS,
						     &findings))
		;
	findings_say(&findings, filling->name, "");
}

static void a_quota_that_is_full_is_answered_with_retry_and_passes(void **state)
{
	(void)state;
	fill_all(&by_quota);
}

static void a_disk_that_is_full_is_answered_with_retry_and_passes(void **state)
{
	(void)state;
	fill_all(&by_disk);
}

static void await_gone(const char *path)
{
	int64_t end_ms = clock_ms() + LIMIT_MS;

	while (access(path, F_OK) == 0) {
		assert_true(clock_ms() < end_ms);
		look_again();
	}
}

/* What it has written stands in the way of the journal no longer; it is built as soon as there is
 * room. */
static void a_ledger_without_room_is_built_when_there_is_some(void **state)
{
	struct stage stage;
	char path[PATH_SIZE];

	(void)state;
	stage_open(&stage, "");
	if (mount_on_state(&stage.subject, "tmpfs", "tmpfs", "size=64m,mode=700")) {
		stage_start(&stage);
		subject_stop(&stage.subject);
		path_make(path, "%s/ledger/data.mdb", stage.subject.daemon->state);
		assert_int_equal(unlink(path), 0);
		fill_disk(&stage);
		assert_true(subject_start(&stage.subject));
		subject_await_trouble(&stage.subject, "rebuild: there is no room for it");
		path_make(path, "%s/ledger.new", stage.subject.daemon->state);
		await_gone(path);
		free_disk(&stage);
		subject_await_health(&stage.subject);
		stage.findings.rounds++;
		stage_settle(&stage);
		assert_int_equal(umount(stage.subject.daemon->state), 0);
	}
	stage_close(&stage);
	findings_say(&stage.findings, "no room for a ledger", "");
}

/* LMDB's own limit, which the quota of ours keeps away. */
static void a_map_that_is_full_is_answered_with_retry(void **state)
{
	struct stage stage;

	(void)state;
	stage_open(&stage, "");
	atomic_store(&stage.subject.faults->map, 512 << 10);
	stage_start(&stage);
	subject_feed_until_refused(&stage.subject, stage.load);
	subject_await_trouble(&stage.subject, "journal: MDB_MAP_FULL");
	subject_feed_until_refused(&stage.subject, stage.load);
	stage.findings.rounds++;
	stage_settle(&stage);
	stage_close(&stage);
	findings_say(&stage.findings, "map full", "");
}

static void a_journal_as_large_as_it_may_be_refuses_until_it_is_raised(void **state)
{
	struct stage stage;
	json_t *status;

	(void)state;
	stage_open(&stage, "journal_max_mib: 1\n");
	/* Small groups take the most room: in large ones the whole load might fit. */
	stage.load->batch_max = stage.load->window = 1;
	stage_connect(&stage);
	/* One that is refused says nothing yet: it was one too many of a group, after which there
	 * is room for smaller ones. */
	subject_feed_until_trouble(&stage.subject, stage.load,
				   "journal: journal_max_mib is reached");
	subject_feed_until_refused(&stage.subject, stage.load);
	status = subject_status(&stage.subject);
	assert_in_range(whole(json_object_get(status, "journal"), "bytes"), 1, 1 << 20);
	json_decref(status);
	assert_true(subject_log_has(&stage.subject, "journal_max_mib is reached"));
	stage.findings.rounds++;
	subject_configure(&stage.subject, "journal_max_mib: 100\n");
	stage_settle(&stage);
	stage_close(&stage);
	findings_say(&stage.findings, "journal_max_mib", "");
}

/* Read-only, and gone. */

static void a_file_system_that_can_only_be_read_is_said_and_passes(void **state)
{
	struct stage stage;
	struct faults *faults;
	int64_t end_ms;

	(void)state;
	stage_open(&stage, "");
	stage_start(&stage);
	/* Not in the middle of a commit: with half of a commit done it would end, and be started
	 * anew. */
	stage.load->paused = true;
	end_ms = clock_ms() + LIMIT_MS;
	while (load_unanswered(stage.load) > 0) {
		load_step(stage.load, 20);
		if (clock_ms() > end_ms)
			fail_msg("%u batches have no answer", load_unanswered(stage.load));
	}
	stage.load->paused = false;
	faults = stage.subject.faults;
	atomic_store(&faults->kind, EROFS);
	atomic_store(&faults->lasting, 1);
	atomic_store(&faults->at, 1);
	atomic_store(&faults->which, FAULT_WRITING);
	subject_feed_until_refused(&stage.subject, stage.load);
	subject_await_trouble(&stage.subject, "journal: Read-only file system");
	subject_heal(&stage.subject);
	subject_feed_some(&stage.subject, stage.load, SOME);
	free(subject_export(&stage.subject, EXPORT_MS));
	subject_await_health(&stage.subject);
	stage.findings.rounds++;
	stage_settle(&stage);
	stage_close(&stage);
	findings_say(&stage.findings, "read-only", "");
}

/* What is written into a directory that nobody finds again is not on disk. */
static void a_state_that_is_moved_away_takes_nothing_until_it_is_back(void **state)
{
	char *place, away[PATH_SIZE];
	struct stage stage;
	uint64_t acked;

	(void)state;
	stage_open(&stage, "");
	stage_start(&stage);
	place = stage.subject.daemon->state;
	path_make(away, "%s.away", place);
	assert_int_equal(rename(place, away), 0);
	subject_await_trouble(&stage.subject, "journal: the directory of the state is gone");
	while (load_step(stage.load, 100) > 0 && stage.load->nacks == 0)
		;
	acked = load_acked(stage.load);
	subject_feed_until_refused(&stage.subject, stage.load);
	subject_feed_until_refused(&stage.subject, stage.load);
	assert_int_equal(load_acked(stage.load), acked);
	assert_true(subject_log_has(&stage.subject, "reason=\"the directory of the state is gone"));
	assert_int_equal(rename(away, place), 0);
	subject_await_health(&stage.subject);
	subject_feed_some(&stage.subject, stage.load, SOME);
	stage.findings.rounds++;
	stage_settle(&stage);
	stage_close(&stage);
	findings_say(&stage.findings, "state gone", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_quota_that_is_full_is_answered_with_retry_and_passes),
		cmocka_unit_test(a_disk_that_is_full_is_answered_with_retry_and_passes),
		cmocka_unit_test(a_ledger_without_room_is_built_when_there_is_some),
		cmocka_unit_test(a_map_that_is_full_is_answered_with_retry),
		cmocka_unit_test(a_journal_as_large_as_it_may_be_refuses_until_it_is_raised),
		cmocka_unit_test(a_file_system_that_can_only_be_read_is_said_and_passes),
		cmocka_unit_test(a_state_that_is_moved_away_takes_nothing_until_it_is_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
