/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What systemd's journal gets of liftd: the test stands in its place, at its socket, in mounts that
 * nobody else sees. It takes root.
 */
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/e2e/check.h"
#include "tests/e2e/daemon.h"

#define JOURNAL "/run/systemd/journal/socket"

static int journal = -1;

static bool stand_in(void)
{
	static const struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = JOURNAL };
	struct timeval limit = { .tv_sec = LIMIT_MS / 1000 };

	if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
	    mount("tmpfs", "/run", "tmpfs", 0, NULL) != 0 || mkdir("/run/systemd", 0755) != 0 ||
	    mkdir("/run/systemd/journal", 0755) != 0)
		return false;
	journal = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	return journal >= 0 &&
	       bind(journal, (const struct sockaddr *)&address, sizeof(address)) == 0 &&
	       setsockopt(journal, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) == 0;
}

static int setup(void **state)
{
	int rc = daemon_setup(state);
	char byte;

	while (journal >= 0 && recv(journal, &byte, 1, MSG_DONTWAIT) > 0)
		; /* of the test before */
	return rc;
}

static void need_journal(void)
{
	if (journal >= 0)
		return;
	print_message("skipped: only root can stand in the place of systemd's journal\n");
	skip();
}

/* Its standard error, which begins as an empty file, is said to be what the journal reads. */
static void surround(struct daemon *daemon, char stream[static 64], struct surroundings *ret_in)
{
	static const char *env[2];
	char path[PATH_SIZE];
	struct stat info;

	path_make(path, "%s/liftd-%u.err", daemon->dir, daemon->starts + 1);
	file_write(path, "");
	assert_int_equal(stat(path, &info), 0);
	snprintf(stream, 64, "JOURNAL_STREAM=%llu:%llu", (unsigned long long)info.st_dev,
		 (unsigned long long)info.st_ino);
	env[0] = stream;
	*ret_in = (struct surroundings){ .env = env };
}

static bool has_field(const char *entry, const char *field)
{
	size_t size = strlen(field);

	for (const char *at = entry; at; at = strchr(at, '\n'), at = at ? at + 1 : NULL)
		if (strncmp(at, field, size) == 0 && at[size] == '\n')
			return true;
	return false;
}

/* The next entry whose message begins like this: it must come. */
static void await_entry(const char *message, char entry[static 4096])
{
	char begin[256];

	snprintf(begin, sizeof(begin), "MESSAGE=%s", message);
	do {
		memset(entry, 0, 4096);
		if (recv(journal, entry, 4095, 0) < 0)
			fail_msg("no entry: %s", message);
	} while (strncmp(entry, begin, strlen(begin)) != 0);
}

static void check_fields(const char *entry, const char *const fields[])
{
	for (; *fields; fields++)
		if (!has_field(entry, *fields))
			fail_msg("no %s in:\n%s", *fields, entry);
}

static void lines_are_entries_with_priorities_and_fields(void **state)
{
	static const char *const ready[] = { "PRIORITY=5", "SYSLOG_IDENTIFIER=liftd",
					     "LIFTD_REGIONS=13", "LIFTD_JOURNAL=0", NULL };
	static const char *const stopping[] = { "PRIORITY=5", "LIFTD_SIGNAL=SIGTERM", NULL };
	struct daemon *daemon = *state;
	char stream[64], entry[4096], state_field[PATH_SIZE + 16], *log;
	struct surroundings in;

	need_journal();
	daemon_configure(daemon, "catalogue: tests/golden/catalogue.yaml\nas_of: 2024-11-30\n");
	surround(daemon, stream, &in);
	daemon_start_in(daemon, &in);
	await_entry("ready: ", entry);
	check_fields(entry, ready);
	snprintf(state_field, sizeof(state_field), "LIFTD_STATE=%s", daemon->state);
	assert_true(has_field(entry, state_field));
	assert_null(strstr(entry, "MESSAGE_ID="));
	daemon_stop(daemon, SIGTERM);
	await_entry("stopping: ", entry);
	check_fields(entry, stopping);
	log = file_text(daemon->log, NULL);
	assert_string_equal(log, "");
	free(log);
}

static void what_an_operator_alerts_on_has_a_message_id(void **state)
{
	static const char *const refused[] = { "PRIORITY=3",
					       "LIFTD_ALERT=catalogue-refused",
					       "MESSAGE_ID=ad2c817872c14b698fa8df82f5ac355b",
					       "LIFTD_CODE=config",
					       "LIFTD_ERRORS=1",
					       NULL };
	static const char *const failed[] = { "PRIORITY=3", "LIFTD_ALERT=start-failed",
					      "MESSAGE_ID=23d91fcb0b24411e999e38e215b12907",
					      "LIFTD_AT=configuration", NULL };
	struct daemon *daemon = *state;
	char stream[64], entry[4096], catalogue[PATH_SIZE], lines[2 * PATH_SIZE];
	struct outcome outcome;
	struct surroundings in;

	need_journal();
	path_make(catalogue, "%s/catalogue.yaml", daemon->dir);
	file_write(catalogue, "regions:\n  - {code: a, name: A}\n");
	snprintf(lines, sizeof(lines), "catalogue: %s\n", catalogue);
	daemon_configure(daemon, lines);
	surround(daemon, stream, &in);
	daemon_start_in(daemon, &in);
	file_write(catalogue, "regions:\n  - {code: all, name: A}\n");
	process_signal(&daemon->process, SIGHUP);
	await_entry("catalogue refused", entry);
	check_fields(entry, refused);
	daemon_stop(daemon, SIGTERM);

	daemon_configure(daemon, "as_of: soon\n");
	surround(daemon, stream, &in);
	outcome = daemon_fail_in(daemon, &in);
	assert_int_equal(outcome.status, 1);
	await_entry("start failed", entry);
	check_fields(entry, failed);
	outcome_free(&outcome);
}

/* A line is lost nowhere. */
static void without_the_socket_lines_begin_with_their_priority(void **state)
{
	struct daemon *daemon = *state;
	struct surroundings in;
	char stream[64], *log;

	need_journal();
	daemon_configure(daemon, "catalogue: tests/golden/catalogue.yaml\n");
	surround(daemon, stream, &in);
	assert_int_equal(rename(JOURNAL, JOURNAL ".away"), 0);
	daemon_start_in(daemon, &in);
	daemon_stop(daemon, SIGTERM);
	assert_int_equal(rename(JOURNAL ".away", JOURNAL), 0);
	log = file_text(daemon->log, NULL);
	assert_ptr_equal(strstr(log, "<5>"), log);
	assert_non_null(strstr(log, "\n<5>stopped\n"));
	free(log);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, daemon_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(lines_are_entries_with_priorities_and_fields),
		TEST(what_an_operator_alerts_on_has_a_message_id),
		TEST(without_the_socket_lines_begin_with_their_priority),
	};

	if (geteuid() == 0 && !stand_in())
		journal = -1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
