/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A backup has its name only once all of it is on disk: each file was synced after its last write,
 * and each directory after its last new name; by the log of faults.so.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/e2e/check.h"
#include "tests/torture/cut.h"
#include "tests/torture/subject.h"

enum { FILES_MAX = 64, NAME_SIZE = 256, PARTS = 3 /* journal, secret, manifest */ };

struct seen {
	char name[NAME_SIZE];	/* empty: there is none of this number */
	bool is_new;		/* its directory was not synced since it got its name */
	bool is_dirty, written; /* not synced since the last write; at all */
};

struct seen_files {
	struct seen files[FILES_MAX];
	unsigned named; /* whole backups that have got their name */
};

/* With faults.so, which writes down what it does. */
static void run_backup(struct subject *subject, const char *to)
{
	const char *const env[] = { subject->preload, subject->page_env, subject->dir_env,
				    "ASAN_OPTIONS=verify_asan_link_order=0", NULL };
	struct surroundings in = { .env = env };
	char program[PATH_SIZE];
	const char *const argv[] = { program,	 "--config", subject->daemon->config,
				     "--backup", to,	     NULL };
	struct process process;
	struct outcome outcome;

	program_path(program, "liftd");
	atomic_store(&subject->faults->logging, 1);
	process_start(&process, subject->daemon->dir, "backup", argv, &in);
	outcome = process_wait(&process);
	if (outcome.status != 0)
		fail_msg("status %d: %s", outcome.status, outcome.err);
	outcome_free(&outcome);
}

static bool is_in(const char *name, const char *dir)
{
	const char *slash = strrchr(name, '/');

	if (strcmp(dir, ".") == 0)
		return !slash && strcmp(name, ".") != 0;
	return slash && strlen(dir) == (size_t)(slash - name) &&
	       strncmp(name, dir, strlen(dir)) == 0;
}

static void sync_names(struct seen_files *seen, const char *dir)
{
	for (int i = 0; i < FILES_MAX; i++)
		if (is_in(seen->files[i].name, dir))
			seen->files[i].is_new = false;
}

/* What is in it is on disk when a directory gets the name of a backup. */
static void check_parts(struct seen_files *seen, const char *partial)
{
	unsigned parts = 0;

	for (int i = 0; i < FILES_MAX; i++) {
		const struct seen *file = &seen->files[i];

		if (strncmp(file->name, partial, strlen(partial)) != 0 ||
		    file->name[strlen(partial)] != '/')
			continue;
		if (file->is_dirty || file->is_new)
			fail_msg("%s: %s", file->name,
				 file->is_dirty ? "not synced after its last write"
						: "its directory was not synced");
		parts += file->written;
	}
	assert_int_equal(parts, PARTS);
	seen->named++;
}

static void take_record(struct seen_files *seen, const struct record *head, const char *data)
{
	struct seen *file = &seen->files[head->file];

	switch ((enum record_kind)head->kind) {
	case RECORD_RENAME:
		if (strstr(file->name, ".partial") && !strchr(strstr(file->name, ".partial"), '/'))
			check_parts(seen, file->name);
		/* fall through */
	case RECORD_FILE:
		assert_in_range(head->size, 1, NAME_SIZE - 1);
		snprintf(file->name, sizeof(file->name), "%.*s", (int)head->size, data);
		file->is_new |= head->kind == RECORD_RENAME || head->offset & RECORD_MADE;
		break;
	case RECORD_WRITE:
	case RECORD_TRUNCATE:
		file->is_dirty = file->written = true;
		break;
	case RECORD_WRITE_SYNCED:
		file->written = true;
		break;
	case RECORD_SYNC:
		file->is_dirty = false;
		sync_names(seen, file->name);
		break;
	case RECORD_UNLINK:
		*file = (struct seen){ .name = "" };
		break;
	}
}

static void a_backup_is_on_disk_before_it_has_its_name(void **state)
{
	struct seen_files seen = { .named = 0 };
	char path[PATH_SIZE], to[PATH_SIZE];
	struct subject subject;
	struct record head;
	struct cut_log log;
	const char *at;

	(void)state;
	subject_open(&subject, "");
	daemon_start(subject.daemon);
	free(daemon_lift_out(subject.daemon, 0, "publish", "tests/golden/events.csv", NULL));
	daemon_stop(subject.daemon, SIGTERM);
	path_make(to, "%s/backups/one", subject.daemon->state);
	run_backup(&subject, to);
	path_make(path, "%s.log", subject.page);
	cut_log_read(&log, path);
	at = log.bytes;
	for (size_t i = 0; i < log.n; i++, at += sizeof(head) + head.size) {
		memcpy(&head, at, sizeof(head));
		assert_in_range(head.file, 0, FILES_MAX - 1);
		take_record(&seen, &head, at + sizeof(head));
	}
	assert_int_equal(seen.named, 1);
	for (int i = 0; i < FILES_MAX; i++)
		if (seen.files[i].is_new || seen.files[i].is_dirty)
			fail_msg("%s is not on disk at the end", seen.files[i].name);
	cut_log_free(&log);
	subject_close(&subject);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_backup_is_on_disk_before_it_has_its_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
