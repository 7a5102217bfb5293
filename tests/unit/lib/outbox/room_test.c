/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An outbox's room: a limit that is none, a disk that is full, and arguments that are nothing.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cmocka.h>

#include "clients/lib/lift.h"
#include "tests/unit/lib/outbox/fake_liftd.h"
#include "tests/unit/world.h"

enum { WAIT_MS = 60000, LOOK_US = 5000, MANY = 200 };

static const struct lift_event event = { .type = LIFT_STARTED,
					 .time_ms = INT64_C(1760428800000),
					 .learner = "u-1",
					 .module = "first-aid",
					 .region = "1820" };

static int put_many(struct lift_outbox *outbox)
{
	struct lift_event events[MANY];
	char learners[MANY][32];

	for (int i = 0; i < MANY; i++) {
		events[i] = event;
		snprintf(learners[i], sizeof(learners[i]), "u-%d", i + 1);
		events[i].learner = learners[i];
	}
	return lift_publish_many(outbox, events, MANY, NULL);
}

static void a_limit_that_is_too_small_is_an_error(void **state)
{
	struct lift_outbox *outbox = NULL;
	struct dir dir;

	(void)state;
	dir_begin(&dir);
	assert_int_equal(
		lift_outbox_open(&(struct lift_outbox_options){ .path = dir_path(&dir, "outbox"),
								.source = "moodle",
								.max_bytes = 4000 },
				 &outbox),
		LIFT_E_VALUE);
	assert_non_null(strstr(lift_error_text(), "at least 262144, not 4000"));
	assert_null(outbox);
	dir_end(&dir);
}

static int take(void *context, const struct lift_refused *refused)
{
	(void)context;
	(void)refused;
	return 0;
}

static void what_is_nothing_is_an_error(void **state)
{
	const struct lift_encoded nothing = { NULL, 5 };
	struct lift_outbox *outbox = NULL;
	struct lift_outbox_state found;
	struct dir dir;
	size_t bad = 7;

	(void)state;
	assert_int_equal(lift_outbox_open(NULL, &outbox), LIFT_E_OUTBOX);
	assert_int_equal(lift_publish(NULL, &event), LIFT_E_OUTBOX);
	assert_int_equal(lift_publish_many(NULL, NULL, 0, NULL), LIFT_E_OUTBOX);
	assert_int_equal(lift_outbox_wait(NULL, 0), LIFT_E_OUTBOX);
	assert_int_equal(lift_outbox_look(NULL, &found), LIFT_E_OUTBOX);
	assert_int_equal(lift_outbox_refused(NULL, take, NULL), LIFT_E_OUTBOX);
	lift_outbox_close(NULL);
	dir_begin(&dir);
	assert_int_equal(
		lift_outbox_open(&(struct lift_outbox_options){ .path = dir_path(&dir, "outbox"),
								.source = "moodle" },
				 &outbox),
		0);
	assert_int_equal(lift_publish_many(outbox, NULL, 0, NULL), 0);
	assert_int_equal(lift_publish_many(outbox, NULL, 2, &bad), LIFT_E_VALUE);
	assert_int_equal(lift_publish_many(outbox, &event, SIZE_MAX, &bad), LIFT_E_MEMORY);
	assert_int_equal(lift_publish_encoded(outbox, NULL, 2, &bad), LIFT_E_VALUE);
	assert_int_equal(lift_publish_encoded(outbox, &nothing, 1, &bad), LIFT_E_MALFORMED);
	assert_int_equal(lift_publish(outbox, NULL), LIFT_E_VALUE);
	assert_int_equal(lift_outbox_look(outbox, &found), 0);
	assert_int_equal(found.waiting, 0);
	lift_outbox_close(outbox);
	dir_end(&dir);
}

/* A disk of a megabyte, that nobody else sees. */
static bool make_disk(const char *path)
{
	int flags = geteuid() == 0 ? CLONE_NEWNS : CLONE_NEWNS | CLONE_NEWUSER;

	return unshare(flags) == 0 && mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	       mount("tmpfs", path, "tmpfs", 0, "size=1m") == 0;
}

static void fill_up(const char *path)
{
	static const char page[4096];
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	while (write(fd, page, sizeof(page)) > 0) {
	}
	assert_int_equal(errno, ENOSPC);
	close(fd);
}

static void a_full_disk_is_no_full_outbox(void **state)
{
	struct lift_outbox_options options = { .source = "moodle" };
	struct lift_outbox *outbox = NULL, *late = NULL;
	struct lift_outbox_state found;
	char path[256], second[256], filler[256], endpoint[256];
	struct fake_liftd *fake;
	struct dir dir;
	int n = 0, err = 0;

	(void)state;
	dir_begin(&dir);
	if (!make_disk(dir.path)) {
		print_message("no disk can be made here (%s): not tried\n", strerror(errno));
		dir_end(&dir);
		skip();
	}
	snprintf(path, sizeof(path), "%s", dir_path(&dir, "outbox"));
	snprintf(second, sizeof(second), "%s", dir_path(&dir, "second"));
	snprintf(filler, sizeof(filler), "%s", dir_path(&dir, "filler"));
	snprintf(endpoint, sizeof(endpoint), "ipc://%s", dir_path(&dir, "intake"));
	options.path = path;
	options.endpoint = endpoint;
	err = lift_outbox_open(&options, &outbox);
	if (err)
		print_message("%s\n", lift_error_text());
	assert_int_equal(err, 0);
	for (; !err && n < 1000; n += err ? 0 : 1)
		err = put_many(outbox);
	assert_int_equal(err, LIFT_E_DISK);
	assert_non_null(strstr(lift_error_text(), "the disk is full"));
	fill_up(filler);
	options.path = second;
	assert_int_equal(lift_outbox_open(&options, &late), LIFT_E_DISK);
	assert_int_equal(lift_outbox_look(outbox, &found), 0);
	assert_int_equal(found.waiting, n * MANY);
	fake = fake_liftd_start(endpoint, 1);
	/* What has its verdict cannot be taken out: it is said, and sent again. */
	for (int ms = 0; found.err != LIFT_E_DISK && ms < WAIT_MS; ms += LOOK_US / 1000) {
		assert_int_equal(lift_outbox_look(outbox, &found), 0);
		usleep(LOOK_US);
	}
	assert_int_equal(found.err, LIFT_E_DISK);
	assert_non_null(strstr(found.why, "the disk is full"));
	assert_int_equal(mount("tmpfs", dir.path, "tmpfs", MS_REMOUNT, "size=8m"), 0);
	assert_int_equal(lift_outbox_wait(outbox, WAIT_MS), 0);
	assert_int_equal(lift_outbox_look(outbox, &found), 0);
	assert_int_equal(found.delivered, n * MANY);
	assert_int_equal(put_many(outbox), 0);
	lift_outbox_close(outbox);
	fake_liftd_stop(fake);
	fake_liftd_free(fake);
	umount(dir.path);
	dir_end(&dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_limit_that_is_too_small_is_an_error),
		cmocka_unit_test(what_is_nothing_is_an_error),
		cmocka_unit_test(a_full_disk_is_no_full_outbox),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
