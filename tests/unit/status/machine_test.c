/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/status/machine.h"

#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/base/log.h"

/* What it says, by a standard error that the journal is said to read. */
static int said[ALERTS_COUNT];

static bool note(const struct log_message *message)
{
	if (message->alert)
		said[message->alert - log_alerts]++;
	return true;
}

static void listen_to_log(void)
{
	FILE *file = tmpfile();
	struct stat info;
	char own[64];

	assert_non_null(file);
	assert_int_equal(fstat(fileno(file), &info), 0);
	snprintf(own, sizeof(own), "%llu:%llu", (unsigned long long)info.st_dev,
		 (unsigned long long)info.st_ino);
	setenv("JOURNAL_STREAM", own, 1);
	dup2(fileno(file), STDERR_FILENO);
	log_set_sink(note);
	memset(said, 0, sizeof(said));
}

static void read_time(void *context, struct now *now)
{
	*now = *(struct now *)context;
}

static void a_tenth_of_a_disk_is_wanted_and_no_more_than_5_gib(void **state)
{
	(void)state;
	assert_int_equal(machine_room_wanted(10ull << 30), 1ull << 30);
	assert_int_equal(machine_room_wanted(50ull << 30), 5ull << 30);
	assert_int_equal(machine_room_wanted(8ull << 40), 5ull << 30);
}

/* Ten looks, which are ten seconds of its clock. */
static void look_at_room(struct loop *loop, struct now *now)
{
	for (int i = 0; i < MACHINE_ROOM_LOOKS; i++) {
		now->steady_ms += MACHINE_LOOK_MS;
		now->utc_ms += MACHINE_LOOK_MS;
		loop_step(loop);
	}
}

static void fill(const char *path, uint64_t bytes)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	assert_in_range(fd, 0, INT_MAX);
	assert_int_equal(ftruncate(fd, 0), 0);
	assert_int_equal(posix_fallocate(fd, 0, (off_t)bytes), 0);
	close(fd);
}

static void a_disk_that_fills_up_is_told_once_and_so_is_its_room(void **state)
{
	enum { DISK = 64 << 20 };
	uint8_t digest[16] = { 1 };
	char dir[] = "/tmp/lift-machine-XXXXXX", path[64];
	struct now now = { 1000, 1700000000000 };
	const struct clock clock = { read_time, &now };
	struct loop *loop = loop_new(&clock);
	struct stats stats = { 0 };
	struct journal *journal;
	struct machine machine;

	(void)state;
	assert_non_null(mkdtemp(dir));
	if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
	    mount("tmpfs", dir, "tmpfs", 0, "size=64m") != 0) {
		rmdir(dir);
		loop_free(loop);
		print_message("skipped: only root can make a small disk\n");
		skip();
	}
	listen_to_log();
	snprintf(path, sizeof(path), "%s/journal", dir);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(journal_open(path, digest, &journal), 0);
	snprintf(path, sizeof(path), "%s/filler", dir);
	machine = (struct machine){ .state = dir, .journal = journal, .stats = &stats };
	assert_int_equal(machine_watch(&machine, loop, &now), 0);

	look_at_room(loop, &now);
	assert_int_equal(said[ALERT_DISK_NEARLY_FULL], 0);
	fill(path, DISK - DISK / 20);
	look_at_room(loop, &now);
	look_at_room(loop, &now);
	assert_int_equal(said[ALERT_DISK_NEARLY_FULL], 1);
	/* A little more than a tenth is not well yet. */
	fill(path, DISK - DISK / 9);
	look_at_room(loop, &now);
	assert_int_equal(said[ALERT_DISK_WELL], 0);
	fill(path, DISK / 2);
	look_at_room(loop, &now);
	look_at_room(loop, &now);
	assert_int_equal(said[ALERT_DISK_WELL], 1);
	assert_int_equal(said[ALERT_DISK_NEARLY_FULL], 1);
	assert_int_equal(said[ALERT_CLOCK_JUMPED], 0);
	now.utc_ms += 3600000;
	look_at_room(loop, &now);
	assert_int_equal(said[ALERT_CLOCK_JUMPED], 1);
	assert_int_equal(stats_get(&stats, STAT_clock_jumps), 1);

	journal_close(journal);
	loop_free(loop);
	log_set_sink(NULL);
	umount2(dir, MNT_DETACH);
	rmdir(dir);
}

static void a_journal_at_nine_tenths_of_its_limit_is_told_once(void **state)
{
	uint8_t digest[16] = { 1 };
	char dir[] = "/tmp/lift-machine-XXXXXX", path[64];
	struct now now = { 1000, 1700000000000 };
	const struct clock clock = { read_time, &now };
	struct loop *loop = loop_new(&clock);
	struct stats stats = { 0 };
	struct journal *journal;
	struct machine machine;

	(void)state;
	assert_non_null(mkdtemp(dir));
	listen_to_log();
	snprintf(path, sizeof(path), "%s/journal", dir);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(journal_open(path, digest, &journal), 0);
	machine = (struct machine){ .state = dir, .journal = journal, .stats = &stats };
	machine.disk_told = true; /* whatever this machine's has left */
	assert_int_equal(machine_watch(&machine, loop, &now), 0);
	look_at_room(loop, &now);
	assert_int_equal(said[ALERT_DISK_NEARLY_FULL], 0);
	journal_set_quota(journal, journal_bytes(journal) + journal_bytes(journal) / 20);
	look_at_room(loop, &now);
	look_at_room(loop, &now);
	assert_int_equal(said[ALERT_DISK_NEARLY_FULL], 1);
	journal_close(journal);
	loop_free(loop);
	log_set_sink(NULL);
	snprintf(path, sizeof(path), "rm -r %s", dir);
	assert_int_equal(system(path), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tenth_of_a_disk_is_wanted_and_no_more_than_5_gib),
		cmocka_unit_test(a_disk_that_fills_up_is_told_once_and_so_is_its_room),
		cmocka_unit_test(a_journal_at_nine_tenths_of_its_limit_is_told_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
