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

/* For the journal. */

static struct taken {
	bool takes;
	int n;
	enum log_level level;
	const struct log_alert *alert;
	char line[256], fields[512]; /* key=value; ... */
} taken;

static bool take(const struct log_message *message)
{
	size_t size = 0;

	taken.n++;
	taken.level = message->level;
	taken.alert = message->alert;
	snprintf(taken.line, sizeof(taken.line), "%s", message->line);
	taken.fields[0] = 0;
	for (size_t i = 0; i < message->n_fields; i++)
		size += (size_t)snprintf(
			taken.fields + size, sizeof(taken.fields) - size, "%.*s=%.*s;",
			(int)message->fields[i].key.size, message->fields[i].key.data,
			(int)message->fields[i].value.size, message->fields[i].value.data);
	return taken.takes;
}

/* Standard error is a file that the journal is said to read; what is printed to it. */
static void begin_journal(int *ret_before, FILE **ret_file)
{
	struct stat info;
	char own[64];

	*ret_file = tmpfile();
	*ret_before = dup(STDERR_FILENO);
	assert_non_null(*ret_file);
	assert_int_equal(fstat(fileno(*ret_file), &info), 0);
	snprintf(own, sizeof(own), "%llu:%llu", (unsigned long long)info.st_dev,
		 (unsigned long long)info.st_ino);
	setenv("JOURNAL_STREAM", own, 1);
	dup2(fileno(*ret_file), STDERR_FILENO);
	log_set_sink(take);
}

static void end_journal(int before, FILE *file, char printed[static 256])
{
	size_t size;

	log_set_sink(NULL);
	dup2(before, STDERR_FILENO);
	close(before);
	unsetenv("JOURNAL_STREAM");
	rewind(file);
	size = fread(printed, 1, 255, file);
	printed[size] = 0;
	fclose(file);
}

static void the_pairs_of_a_line_are_fields(void **state)
{
	char printed[256];
	int before;
	FILE *file;

	(void)state;
	taken = (struct taken){ .takes = true };
	begin_journal(&before, &file);
	log_notice("ready: n=%d state=%s left_out=%d", 1, "/var/lib/liftd", 7);
	assert_string_equal(taken.fields, "n=1;state=/var/lib/liftd;left_out=7;");
	assert_int_equal(taken.level, LOG_LEVEL_NOTICE);
	assert_null(taken.alert);
	log_error("cannot be opened: path=%s reason=\"%s\" expected=\"%s\"", "/a b",
		  "no \"room\" in it", "more");
	assert_string_equal(taken.fields, "path=/a b;reason=no \"room\" in it;expected=more;");
	log_warning("the journal can be written again");
	assert_string_equal(taken.fields, "");
	end_journal(before, file, printed);
	assert_string_equal(printed, "");
	assert_int_equal(taken.n, 3);
}

/* It is the format that has keys. */
static void what_a_peer_has_named_is_no_field(void **state)
{
	char printed[256];
	int before;
	FILE *file;

	(void)state;
	taken = (struct taken){ .takes = true };
	begin_journal(&before, &file);
	log_warning("refused: code=%s stream=\"%s\"", "clock", "a\" code=x priority=0 b=\"c");
	assert_string_equal(taken.fields, "code=clock;stream=a\" code=x priority=0 b=\"c;");
	log_warning("refused: code=%s stream=\"%s\"", "clock", "a\nMESSAGE_ID=1");
	assert_string_equal(taken.fields, "code=clock;stream=a?MESSAGE_ID=1;");
	end_journal(before, file, printed);
}

static void an_alert_has_its_priority_and_what_the_sink_does_not_take_is_printed(void **state)
{
	char printed[256];
	int before;
	FILE *file;

	(void)state;
	taken = (struct taken){ .takes = false };
	begin_journal(&before, &file);
	log_alert(ALERT_JOURNAL_FAILING, "the journal cannot be written: reason=\"%s\"", "full");
	end_journal(before, file, printed);
	assert_int_equal(taken.level, LOG_LEVEL_CRITICAL);
	assert_ptr_equal(taken.alert, &log_alerts[ALERT_JOURNAL_FAILING]);
	assert_string_equal(printed, "<2>the journal cannot be written: reason=\"full\"\n");
}

/* Also where a service's variable stays with a command in a terminal. */
static void nothing_goes_to_the_journal_that_it_does_not_read(void **state)
{
	char line[64];

	(void)state;
	taken = (struct taken){ .takes = true };
	log_set_sink(take);
	log_to_file(line, "9:9", 0, 0);
	log_set_sink(NULL);
	assert_int_equal(taken.n, 0);
	assert_string_equal(line, "liftd: ready: n=1\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(priorities_are_for_the_journal_alone),
		cmocka_unit_test(what_a_peer_has_named_begins_no_line),
		cmocka_unit_test(what_nobody_sees_is_not_logged),
		cmocka_unit_test(the_pairs_of_a_line_are_fields),
		cmocka_unit_test(what_a_peer_has_named_is_no_field),
		cmocka_unit_test(
			an_alert_has_its_priority_and_what_the_sink_does_not_take_is_printed),
		cmocka_unit_test(nothing_goes_to_the_journal_that_it_does_not_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
