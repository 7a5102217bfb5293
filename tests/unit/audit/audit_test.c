/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The audit log: whole lines, one behind the other, or none; read again; and dropped by months.
 */
#include "daemon/audit/audit.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/audit/read.h"
#include "proto/err.h"
#include "proto/iso8601.h"
#include "tests/unit/world.h"

#define MONTH_MS(month) audit_month(INT64_C(1764428645000), 11 - (month)) /* of 2025 */

static const struct audit of_rana = { .time = INT64_C(1764428645000),
				      .key = TEXT("rana"),
				      .op = TEXT("roster"),
				      .source = TEXT("moodle"),
				      .kind = TEXT("programme"),
				      .id = TEXT("welfare"),
				      .ids = 120,
				      .result = TEXT("ok") };
static const char of_rana_line[] = "2025-11-29T15:04:05Z key=rana op=roster source=moodle "
				   "kind=programme id=\"welfare\" ids=120 result=ok\n";

static void put_text(const struct dir *dir, const char *name, const char *text)
{
	FILE *file = fopen(dir_path(dir, name), "w");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static void check_file(const struct dir *dir, const char *name, const char *expected)
{
	char text[4096];
	FILE *file = fopen(dir_path(dir, name), "r");
	size_t size;

	assert_non_null(file);
	size = fread(text, 1, sizeof(text) - 1, file);
	text[size] = 0;
	fclose(file);
	assert_string_equal(text, expected);
}

/* Writing. */

static void a_line_says_who_was_told_when_and_of_what(void **state)
{
	static const struct audit of_nobody = { .op = TEXT("export"),
						.audience = TEXT("rana"),
						.region = TEXT("a \"b\"\nkey=x \\"),
						.ids = AUDIT_NO_IDS,
						.number = 17,
						.result = TEXT("ok") };
	struct stat info;
	struct dir dir;

	(void)state;
	dir_begin(&dir);
	assert_int_equal(audit_write(dir.path, &of_rana), 0);
	check_file(&dir, "audit.log", of_rana_line);
	assert_int_equal(stat(dir_path(&dir, "audit.log"), &info), 0);
	assert_int_equal(info.st_mode & 0777, 0600);
	assert_int_equal(unlink(dir_path(&dir, "audit.log")), 0);
	assert_int_equal(audit_write(dir.path, &of_nobody), 0);
	check_file(&dir, "audit.log",
		   "1970-01-01T00:00:00Z key=- audience=rana op=export "
		   "region=\"a ?b??key=x ?\" number=17 result=ok\n");
	dir_end(&dir);
}

/* A file may not become larger: as on a full disk. */
static void a_line_that_does_not_fit_leaves_nothing(void **state)
{
	struct rlimit before, small = { 150, RLIM_INFINITY };
	struct dir dir;
	int err, why;

	(void)state;
	dir_begin(&dir);
	assert_int_equal(audit_write(dir.path, &of_rana), 0);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small.rlim_max = before.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	err = audit_write(dir.path, &of_rana);
	why = errno;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(err, LIFT_E_AUDIT);
	assert_int_equal(why, ENOSPC);
	check_file(&dir, "audit.log", of_rana_line);
	dir_end(&dir);
}

static void nothing_is_written_or_read_through_what_is_no_file_of_ours(void **state)
{
	struct audit_wish wish = { 0 };
	struct dir dir;
	uint64_t n;

	(void)state;
	dir_begin(&dir);
	assert_int_equal(symlink("/dev/null", dir_path(&dir, "audit.log")), 0);
	assert_int_equal(audit_write(dir.path, &of_rana), LIFT_E_AUDIT);
	assert_int_equal(errno, ELOOP);
	assert_int_equal(audit_read(dir.path, &wish, 0, NULL, NULL, &n), LIFT_E_IO);
	assert_int_equal(audit_drop(dir.path, INT64_MAX, &n), LIFT_E_IO);
	assert_int_equal(unlink(dir_path(&dir, "audit.log")), 0);
	assert_int_equal(mkfifo(dir_path(&dir, "audit.log"), 0600), 0);
	assert_int_equal(audit_write(dir.path, &of_rana), LIFT_E_AUDIT);
	assert_int_equal(unlink(dir_path(&dir, "audit.log")), 0);
	assert_int_equal(mkdir(dir_path(&dir, "audit.log"), 0700), 0);
	assert_int_equal(audit_read(dir.path, &wish, 0, NULL, NULL, &n), LIFT_E_IO);
	assert_int_equal(audit_write(dir_path(&dir, "gone"), &of_rana), LIFT_E_AUDIT);
	assert_int_equal(errno, ENOENT);
	dir_end(&dir);
}

/* Reading. */

static void every_line_that_is_printed_is_read_as_it_was(void **state)
{
	static const struct text texts[] = { TEXT(""), TEXT("a"), TEXT("moodle-rana_2.x"),
					     TEXT("a b=c \xc3\xa5") };
	enum { TEXTS = sizeof(texts) / sizeof(texts[0]), ROUNDS = 2000 };
	char line[AUDIT_LINE_MAX], again[AUDIT_LINE_MAX];

	(void)state;
	srand(1);
	for (int i = 0; i < ROUNDS; i++) {
		const struct audit deed = { .time = INT64_C(1000) * (rand() % 2000000000),
					    .key = texts[rand() % 3],
					    .audience = texts[rand() % 3],
					    .op = texts[1 + rand() % 2],
					    .source = texts[rand() % 3],
					    .region = texts[rand() % TEXTS],
					    .kind = texts[rand() % 3],
					    .id = texts[rand() % TEXTS],
					    .ids = rand() % 3 - 1,
					    .number = (uint64_t)(rand() % 2) * (uint64_t)rand(),
					    .release = (uint64_t)(rand() % 2 * 17),
					    .result = texts[1 + rand() % 2] };
		size_t size = audit_print(&deed, line);
		struct audit read;

		assert_int_equal(line[size - 1], '\n');
		assert_true(audit_parse((struct text){ line, size - 1 }, &read));
		assert_true(read.time == deed.time && read.ids == deed.ids &&
			    read.number == deed.number && read.release == deed.release);
		audit_print(&read, again);
		assert_string_equal(again, line);
	}
}

static void the_longest_texts_make_a_line_that_can_be_read(void **state)
{
	char longest[1024], line[AUDIT_LINE_MAX];
	const struct text text = { longest, sizeof(longest) };
	struct audit deed = { .key = text,
			      .audience = text,
			      .op = text,
			      .source = text,
			      .region = text,
			      .kind = text,
			      .id = text,
			      .ids = INT64_MAX,
			      .number = UINT64_MAX,
			      .result = text };
	size_t size;

	(void)state;
	memset(longest, 'x', sizeof(longest));
	size = audit_print(&deed, line);
	assert_true(size < AUDIT_LINE_MAX && line[size] == 0 && line[size - 1] == '\n');
	assert_int_equal(strlen(line), size);
}

static void what_is_no_line_is_not_read(void **state)
{
	static const char *const lines[] = {
		"",
		"2025-11-29T15:04:05Z",
		"yesterday key=a op=export result=ok",
		"2025-11-29T15:04:05Z op=export result=ok",
		"2025-11-29T15:04:05Z key=a ids=many",
		"2025-11-29T15:04:05Z key=a number=-1",
		"2025-11-29T15:04:05Z key=a ids=1234567890123456789",
		"2025-11-29T15:04:05Z key=a id=\"never closed",
		"2025-11-29T15:04:05Z key=a id=\"b\"c",
		"2025-11-29T15:04:05Z key=a garbage",
		"2025-11-29T15:04:05Z key= op=export",
	};
	struct audit audit;

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (audit_parse(text_of(lines[i]), &audit))
			fail_msg("%s", lines[i]);
}

struct read {
	char text[8192];
	size_t size, n;
};

static void note(void *context, const struct audit *audit)
{
	struct read *read = context;
	char line[AUDIT_LINE_MAX];
	size_t size = audit_print(audit, line);

	read->n++;
	if (read->size + size >= sizeof(read->text))
		return;
	memcpy(read->text + read->size, line, size + 1);
	read->size += size;
}

static void check_read(const struct dir *dir, const struct audit_wish *wish, const char *expected)
{
	struct read read = { .n = 0 };
	uint64_t next = 1;

	assert_int_equal(audit_read(dir->path, wish, 0, note, &read, &next), 0);
	assert_int_equal(next, 0);
	assert_string_equal(read.text, expected);
}

static void both_logs_are_read_the_former_first_as_it_is_wished(void **state)
{
	struct dir dir;

	(void)state;
	dir_begin(&dir);
	check_read(&dir, &(struct audit_wish){ 0 }, "");
	put_text(&dir, "rosters.log",
		 "2025-01-02T00:00:00Z key=rana source=moodle ids=3 programme=\"a b\"\n"
		 "2025-01-03T00:00:00Z key=- source=lms ids=0 programme=\"c\"\n"
		 "something else\n");
	put_text(&dir, "audit.log",
		 "2025-02-01T00:00:00Z key=rana op=export number=7 result=ok\n"
		 "2025-02-02T00:00:00Z key=- op=forget source=lms ids=1 result=asked\n"
		 "2025-02-03T00:00:00Z key=- op=export later=yes result=ok\n"
		 "2025-02-04T00:00:00Z key=bo op=export result=ok");
#define OLD_1                                                                              \
	"2025-01-02T00:00:00Z key=rana op=roster source=moodle kind=programme id=\"a b\" " \
	"ids=3 result=ok\n"
#define OLD_2                                                                            \
	"2025-01-03T00:00:00Z key=- op=roster source=lms kind=programme id=\"c\" ids=0 " \
	"result=ok\n"
#define NEW_1 "2025-02-01T00:00:00Z key=rana op=export number=7 result=ok\n"
#define NEW_2 "2025-02-02T00:00:00Z key=- op=forget source=lms ids=1 result=asked\n"
#define NEW_3 "2025-02-03T00:00:00Z key=- op=export result=ok\n"
	check_read(&dir, &(struct audit_wish){ 0 }, OLD_1 OLD_2 NEW_1 NEW_2 NEW_3);
	check_read(&dir, &(struct audit_wish){ .key = TEXT("rana") }, OLD_1 NEW_1);
	check_read(&dir, &(struct audit_wish){ .key = TEXT("-") }, OLD_2 NEW_2 NEW_3);
	check_read(&dir, &(struct audit_wish){ .op = TEXT("export") }, NEW_1 NEW_3);
	check_read(&dir, &(struct audit_wish){ .since = MONTH_MS(2) }, NEW_1 NEW_2 NEW_3);
	check_read(&dir, &(struct audit_wish){ .since = MONTH_MS(2), .op = TEXT("forget") }, NEW_2);
	dir_end(&dir);
}

static void a_long_log_is_read_page_by_page_each_line_once(void **state)
{
	enum { OLD = 1200, NEW = 25000, OF_BO = 700 };
	struct read read = { .n = 0 }, of_bo = { .n = 0 };
	struct audit_wish wish = { 0 };
	uint64_t at = 0;
	struct dir dir;
	int pages = 0;
	FILE *file;

	(void)state;
	dir_begin(&dir);
	file = fopen(dir_path(&dir, "rosters.log"), "w");
	for (int i = 0; i < OLD; i++)
		fputs("2025-01-02T00:00:00Z key=a source=moodle ids=3 programme=\"b\"\n", file);
	fclose(file);
	file = fopen(dir_path(&dir, "audit.log"), "w");
	for (int i = 0; i < NEW; i++)
		fprintf(file, "2025-01-02T00:00:00Z key=%s op=export result=ok\n",
			i >= NEW - OF_BO ? "bo" : "a");
	fclose(file);
	do {
		size_t before = read.n;

		assert_int_equal(audit_read(dir.path, &wish, at, note, &read, &at), 0);
		assert_true(read.n - before <= AUDIT_PAGE_ROWS);
	} while (at > 0);
	assert_int_equal(read.n, OLD + NEW);
	/* Lines that are not wished for take their time, too. */
	wish.key = (struct text)TEXT("bo");
	do {
		assert_int_equal(audit_read(dir.path, &wish, at, note, &of_bo, &at), 0);
		pages++;
	} while (at > 0);
	assert_int_equal(of_bo.n, OF_BO);
	assert_true(pages > (OLD + NEW) / AUDIT_PAGE_LOOKS);
	dir_end(&dir);
}

/* Dropping. */

static void a_month_begins_at_its_first_day_however_many_before(void **state)
{
	static const struct {
		const char *now;
		int before;
		const char *begins;
	} cases[] = {
		{ "2025-11-29T15:04:05Z", 0, "2025-11-01T00:00:00Z" },
		{ "2025-11-01T00:00:00Z", 0, "2025-11-01T00:00:00Z" },
		{ "2025-11-29T15:04:05Z", 10, "2025-01-01T00:00:00Z" },
		{ "2025-11-29T15:04:05Z", 11, "2024-12-01T00:00:00Z" },
		{ "2026-01-31T23:59:59Z", 24, "2024-01-01T00:00:00Z" },
		{ "2024-02-29T00:00:00Z", 12, "2023-02-01T00:00:00Z" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t now, begins;

		assert_true(iso8601_parse(text_of(cases[i].now), &now));
		assert_true(iso8601_parse(text_of(cases[i].begins), &begins));
		if (audit_month(now, cases[i].before) != begins)
			fail_msg("%d months before %s", cases[i].before, cases[i].now);
	}
}

static void lines_of_months_that_are_over_go_and_all_others_stay(void **state)
{
	struct dir dir;
	struct stat info;
	uint64_t n;

	(void)state;
	dir_begin(&dir);
	assert_int_equal(audit_drop(dir.path, MONTH_MS(6), &n), 0);
	assert_int_equal(n, 0);
	put_text(&dir, "rosters.log",
		 "2025-04-02T00:00:00Z key=rana source=moodle ids=3 programme=\"a\"\n");
	put_text(&dir, "audit.log",
		 "no line\n"
		 "2025-05-31T23:59:59Z key=a op=export result=ok\n"
		 "2025-06-01T00:00:00Z key=b op=export result=ok\n"
		 "neither is this\n"
		 "2025-05-20T00:00:00Z key=c op=export result=ok\n");
	/* What a process that was killed has left is in nobody's way. */
	put_text(&dir, "audit.new", "half");
	assert_int_equal(audit_drop(dir.path, MONTH_MS(5), &n), 0);
	assert_int_equal(n, 2);
	check_file(&dir, "rosters.log", "");
	assert_int_equal(audit_drop(dir.path, MONTH_MS(6), &n), 0);
	assert_int_equal(n, 1);
	check_file(&dir, "audit.log",
		   "2025-06-01T00:00:00Z key=b op=export result=ok\nneither is this\n"
		   "2025-05-20T00:00:00Z key=c op=export result=ok\n");
	assert_int_equal(stat(dir_path(&dir, "audit.log"), &info), 0);
	assert_int_equal(info.st_mode & 0777, 0600);
	assert_int_equal(access(dir_path(&dir, "audit.new"), F_OK), -1);
	/* And it goes on behind them. */
	assert_int_equal(audit_write(dir.path, &of_rana), 0);
	check_read(&dir, &(struct audit_wish){ .key = TEXT("rana") }, of_rana_line);
	dir_end(&dir);
}

static void lines_stay_all_of_them_where_they_cannot_be_dropped(void **state)
{
	static const char lines[] = "2025-05-31T23:59:59Z key=a op=export result=ok\n"
				    "2025-06-01T00:00:00Z key=b op=export result=ok\n";
	struct rlimit before, small = { 10, RLIM_INFINITY };
	struct dir dir;
	uint64_t n = 7;
	int err;

	(void)state;
	dir_begin(&dir);
	put_text(&dir, "audit.log", lines);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small.rlim_max = before.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	err = audit_drop(dir.path, MONTH_MS(6), &n);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(err, LIFT_E_IO);
	assert_int_equal(n, 0);
	check_file(&dir, "audit.log", lines);
	assert_int_equal(access(dir_path(&dir, "audit.new"), F_OK), -1);
	dir_end(&dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_says_who_was_told_when_and_of_what),
		cmocka_unit_test(a_line_that_does_not_fit_leaves_nothing),
		cmocka_unit_test(nothing_is_written_or_read_through_what_is_no_file_of_ours),
		cmocka_unit_test(every_line_that_is_printed_is_read_as_it_was),
		cmocka_unit_test(the_longest_texts_make_a_line_that_can_be_read),
		cmocka_unit_test(what_is_no_line_is_not_read),
		cmocka_unit_test(both_logs_are_read_the_former_first_as_it_is_wished),
		cmocka_unit_test(a_long_log_is_read_page_by_page_each_line_once),
		cmocka_unit_test(a_month_begins_at_its_first_day_however_many_before),
		cmocka_unit_test(lines_of_months_that_are_over_go_and_all_others_stay),
		cmocka_unit_test(lines_stay_all_of_them_where_they_cannot_be_dropped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
