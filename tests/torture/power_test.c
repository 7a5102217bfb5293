/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The power goes: at a random place in the log of what was written and synced, and on a file system
 * that is shut down.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <unistd.h>

#include "tests/e2e/check.h"
#include "tests/seed.h"
#include "tests/torture/cut.h"
#include "tests/torture/mounts.h"

/* What linux/ext4.h calls it, which not every system has. */
#define EXT4_IOC_SHUTDOWN _IOR('X', 125, uint32_t)

enum {
	EXT4_MIB = 64,
	EVENTS = 500,
	BATCH = 10,
	WINDOW = 4,
	EXPORT_EVERY = 40 /* acks */,
	CUTS = 20 /* of one log */,
	FEED_MS = 30000,
	START_RECORDS = 40
};

/* A load and the log of it; moments of acknowledgements are records. */
struct recorded {
	struct load *load;
	struct cut_log log;
	char *expected;
};

static void feed(struct subject *subject, struct load *load)
{
	uint64_t next_export = EXPORT_EVERY;

	load_connect(load, subject->daemon->intake);
	while (!load_is_done(load)) {
		subject_feed_some(subject, load, 1);
		if (load->acks < next_export)
			continue;
		free(subject_export(subject, FEED_MS));
		next_export = load->acks + EXPORT_EVERY;
	}
	load_disconnect(load);
}

static void record(struct recorded *recorded, uint64_t seed, bool drop_syncs)
{
	struct subject subject;
	char path[PATH_SIZE];

	recorded->load = malloc(sizeof(*recorded->load));
	assert_non_null(recorded->load);
	load_init(recorded->load, seed, EVENTS, BATCH, WINDOW);
	recorded->expected = subject_expected(recorded->load);
	subject_open(&subject, "");
	atomic_store(&subject.faults->logging, 1);
	atomic_store(&subject.faults->drop_syncs, drop_syncs);
	assert_true(subject_start(&subject));
	recorded->load->clock = &subject.faults->records;
	feed(&subject, recorded->load);
	recorded->load->clock = NULL;
	subject_stop(&subject);
	path_make(path, "%s.log", subject.page);
	cut_log_read(&recorded->log, path);
	subject_close(&subject);
}

static void forget(struct recorded *recorded)
{
	cut_log_free(&recorded->log);
	free(recorded->load);
	free(recorded->expected);
}

/* Cut the log, and start on what is left: what was acknowledged by then is there. False where it
 * does not start. */
static bool one_cut(const struct recorded *recorded, size_t at, uint64_t seed,
		    struct findings *findings)
{
	struct load *load = malloc(sizeof(*load));
	struct subject subject;
	bool started;

	assert_non_null(load);
	memcpy(load, recorded->load, sizeof(*load));
	load->cut = at;
	subject_open(&subject, "");
	cut_make(&recorded->log, at, seed, subject.daemon->state);
	started = subject_start(&subject);
	if (started)
		subject_stop(&subject);
	/* A damaged journal is up for reading alone. */
	started = started && !subject_log_has(&subject, "journal damaged");
	if (started) {
		subject_settle(&subject, load, recorded->expected, findings);
	} else {
		char *said = file_text(subject.daemon->log, NULL);

		print_message("cut at %zu of %zu, seed %llu: it does not go on: %s\n", at,
			      recorded->log.n, (unsigned long long)seed, said);
		free(said);
	}
	subject_close(&subject);
	free(load);
	return started;
}

/* Anywhere; now and then among the first, where the files are made. */
static size_t draw_cut(const struct recorded *recorded, uint64_t i)
{
	size_t n = i % 4 == 0 && recorded->log.n > START_RECORDS ? START_RECORDS : recorded->log.n;

	return load_draw(recorded->load, n) + 1;
}

static void what_was_acknowledged_survives_a_loss_of_power(void **state)
{
	unsigned rounds = torture_rounds(8, 100);
	struct findings findings = { 0 };
	uint64_t seed = test_seed() & UINT32_MAX;
	struct recorded recorded;
	char detail[96];

	(void)state;
	for (unsigned i = 0; i < rounds; i++, findings.rounds++) {
		if (i % CUTS == 0)
			record(&recorded, seed + i, false);
		findings.wrong += !one_cut(&recorded, draw_cut(&recorded, i), seed + i, &findings);
		if (i % CUTS == CUTS - 1 || i == rounds - 1)
			forget(&recorded);
	}
	snprintf(detail, sizeof(detail), "seed=%llu", (unsigned long long)seed);
	findings_say(&findings, "power cut", detail);
}

/* Without syncs the same cuts must lose: else this test sees nothing. */
static void without_syncs_it_is_lost_and_the_test_sees_it(void **state)
{
	struct findings findings = { 0 };
	uint64_t seed = test_seed() & UINT32_MAX, refused = 0;
	struct recorded recorded;

	(void)state;
	record(&recorded, seed, true);
	for (unsigned i = 1; i < CUTS && findings.lost + refused == 0; i++, findings.rounds++)
		refused += !one_cut(&recorded, draw_cut(&recorded, i), seed + i, &findings);
	forget(&recorded);
	print_message("power cut, syncs dropped (must fail): rounds=%llu lost=%llu refused to "
		      "start=%llu\n",
		      (unsigned long long)findings.rounds, (unsigned long long)findings.lost,
		      (unsigned long long)refused);
	assert_true(findings.lost + refused > 0);
}

/* Shut down without its log flushed: what a loss of power leaves on a real file system. */
static bool one_shutdown(struct subject *subject, struct load *load)
{
	static const uint32_t no_log_flush = 2;
	uint64_t more = load_draw(load, LOAD_SOURCES * EVENTS / 2);
	int fd;

	assert_true(subject_start(subject));
	load_connect(load, subject->daemon->intake);
	subject_feed_some(subject, load, more);
	fd = open(subject->daemon->state, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(ioctl(fd, EXT4_IOC_SHUTDOWN, &no_log_flush), 0);
	close(fd);
	/* What it answers on a file system that is gone must be refusals. */
	while (load_step(load, 50) > 0 && load->nacks == 0 && !load_is_done(load))
		;
	subject_kill(subject);
	while (load_step(load, 0) > 0)
		;
	load_disconnect(load);
	assert_int_equal(umount(subject->daemon->state), 0);
	return mount_again(subject);
}

static void what_was_acknowledged_survives_the_shutdown_of_a_file_system(void **state)
{
	unsigned rounds = torture_rounds(2, 100);
	struct load *load = malloc(sizeof(*load));
	struct findings findings = { 0 };
	uint64_t seed = test_seed() & UINT32_MAX;
	char *expected, detail[64];
	bool mounted = true;

	(void)state;
	assert_non_null(load);
	load_init(load, seed, EVENTS, BATCH, WINDOW);
	expected = subject_expected(load);
	for (unsigned i = 0; i < rounds && mounted; i++) {
		struct subject subject;

		load_init(load, seed, EVENTS, BATCH, WINDOW);
		load->random[2] = (unsigned short)i;
		subject_open(&subject, "");
		mounted = mount_ext4(&subject, EXT4_MIB);
		if (mounted) {
			atomic_store(&subject.faults->fake_syncs, 0);
			assert_true(one_shutdown(&subject, load));
			subject_settle(&subject, load, expected, &findings);
			assert_int_equal(umount(subject.daemon->state), 0);
			findings.rounds++;
		}
		subject_close(&subject);
	}
	free(load);
	free(expected);
	snprintf(detail, sizeof(detail), "seed=%llu", (unsigned long long)seed);
	findings_say(&findings, "ext4 shut down", detail);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_acknowledged_survives_a_loss_of_power),
		cmocka_unit_test(what_was_acknowledged_survives_the_shutdown_of_a_file_system),
		cmocka_unit_test(without_syncs_it_is_lost_and_the_test_sees_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
