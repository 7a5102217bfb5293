/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/base/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* A line as it comes to a standard error of its own. JOURNAL_STREAM is `stream`; "": what that
 * standard error is, with something added; NULL: not there. */
static void log_to_file(char to[static 64], const char *stream, unsigned by_device,
			unsigned by_inode)
{
	FILE *file = tmpfile();
	int before = dup(STDERR_FILENO);
	struct stat info;
	char own[64];
	size_t size;

	assert_non_null(file);
	assert_int_equal(fstat(fileno(file), &info), 0);
	snprintf(own, sizeof(own), "%llu:%llu", (unsigned long long)info.st_dev + by_device,
		 (unsigned long long)info.st_ino + by_inode);
	unsetenv("JOURNAL_STREAM");
	if (stream)
		setenv("JOURNAL_STREAM", *stream ? stream : own, 1);
	dup2(fileno(file), STDERR_FILENO);
	log_notice("ready: n=%d", 1);
	dup2(before, STDERR_FILENO);
	close(before);
	unsetenv("JOURNAL_STREAM");
	rewind(file);
	size = fread(to, 1, 63, file);
	to[size] = 0;
	fclose(file);
}

static void priorities_are_for_the_journal_alone(void **state)
{
	static const struct {
		const char *why, *stream; /* "": that of standard error, with this added */
		unsigned by_device, by_inode;
		const char *line;
	} cases[] = {
		{ "standard error is the stream", "", 0, 0, "<5>ready: n=1\n" },
		{ "no stream", NULL, 0, 0, "liftd: ready: n=1\n" },
		{ "a service's, and standard error is a file", "9:9", 0, 0, "liftd: ready: n=1\n" },
		{ "another file of the device", "", 0, 1, "liftd: ready: n=1\n" },
		{ "another device", "", 1, 0, "liftd: ready: n=1\n" },
		{ "no stream's name", "yes", 0, 0, "liftd: ready: n=1\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char line[64];

		log_to_file(line, cases[i].stream, cases[i].by_device, cases[i].by_inode);
		if (strcmp(line, cases[i].line) != 0)
			fail_msg("%s: %s", cases[i].why, line);
	}
}

static void what_a_peer_has_named_begins_no_line(void **state)
{
	char line[64];
	FILE *file = tmpfile();
	int before = dup(STDERR_FILENO);
	size_t size;

	(void)state;
	assert_non_null(file);
	dup2(fileno(file), STDERR_FILENO);
	log_notice("source: name=%s", "a\nliftd: b\033[1m");
	dup2(before, STDERR_FILENO);
	close(before);
	rewind(file);
	size = fread(line, 1, sizeof(line) - 1, file);
	line[size] = 0;
	fclose(file);
	assert_string_equal(line, "liftd: source: name=a?liftd: b?[1m\n");
}

/* A line of its own, another direction: what a peer has named cannot have them. */
static void what_nobody_sees_is_not_logged(void **state)
{
	int before = dup(STDERR_FILENO);
	FILE *file = tmpfile();
	char line[128];
	size_t size;

	(void)state;
	assert_non_null(file);
	dup2(fileno(file), STDERR_FILENO);
	log_notice("stream=%s.", "a\nb\x1b[1mc\xe2\x80\xae"
				 "d\xc2\x9b"
				 "e\xc3\xb8");
	dup2(before, STDERR_FILENO);
	close(before);
	rewind(file);
	size = fread(line, 1, sizeof(line) - 1, file);
	line[size] = 0;
	fclose(file);
	assert_string_equal(line, "liftd: stream=a?b?[1mc?d?e\xc3\xb8.\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(priorities_are_for_the_journal_alone),
		cmocka_unit_test(what_a_peer_has_named_begins_no_line),
		cmocka_unit_test(what_nobody_sees_is_not_logged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
