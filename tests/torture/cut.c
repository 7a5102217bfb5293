/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/torture/cut.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/e2e/check.h"
#include "tests/e2e/process.h"
#include "tests/torture/faults.h"

enum { FILES_MAX = 64, PENDING_MAX = 100000, PAGE = 4096, SECTOR = 512, NAME_SIZE = 256 };

/* A write that no sync has followed. */
struct pending {
	const char *data; /* NULL: the file is cut off at `offset` */
	uint64_t offset, size;
	bool sure; /* each write of this descriptor is synced */
};

struct cut_file {
	char name[NAME_SIZE]; /* empty: there is none */
	char old[NAME_SIZE];  /* what it was called when its directory was synced; empty: it was not
				 there */
	bool is_dir;
	bool is_there, is_sure; /* was made; its name is on disk */
	char *bytes;
	uint64_t size, room;
	struct pending *pending;
	size_t n_pending;
};

struct cut {
	struct cut_file files[FILES_MAX];
	unsigned short random[3];
	long keep; /* of 100: how much of what was not synced is there */
};

void cut_log_read(struct cut_log *log, const char *path)
{
	struct record head;

	log->bytes = file_text(path, &log->size);
	log->n = 0;
	for (size_t at = 0; at < log->size; at += sizeof(head) + head.size, log->n++) {
		assert_true(log->size - at >= sizeof(head));
		memcpy(&head, log->bytes + at, sizeof(head));
		assert_true(log->size - at - sizeof(head) >= head.size);
	}
}

void cut_log_free(struct cut_log *log)
{
	free(log->bytes);
}

static bool draw(struct cut *cut, long of_100)
{
	return nrand48(cut->random) % 100 < of_100;
}

/* A file's bytes. */

static void file_resize(struct cut_file *file, uint64_t size)
{
	if (size > file->room) {
		file->room = 2 * size;
		file->bytes = realloc(file->bytes, file->room);
		assert_non_null(file->bytes);
	}
	if (size > file->size)
		memset(file->bytes + file->size, 0, size - file->size);
	file->size = size;
}

static void file_put(struct cut_file *file, uint64_t offset, const char *data, uint64_t size)
{
	if (offset + size > file->size)
		file_resize(file, offset + size);
	memcpy(file->bytes + offset, data, size);
}

static void file_apply(struct cut_file *file, const struct pending *pending)
{
	if (pending->data)
		file_put(file, pending->offset, pending->data, pending->size);
	else
		file_resize(file, pending->offset);
}

static void file_sync(struct cut_file *file)
{
	for (size_t i = 0; i < file->n_pending; i++)
		file_apply(file, &file->pending[i]);
	file->n_pending = 0;
}

static void file_add(struct cut_file *file, struct pending pending)
{
	if (!file->pending)
		file->pending = malloc(PENDING_MAX * sizeof(*file->pending));
	assert_non_null(file->pending);
	assert_in_range(file->n_pending, 0, PENDING_MAX - 1);
	file->pending[file->n_pending++] = pending;
}

/* Stretch by stretch of one size, as a disk writes: each with its luck. */
static void apply_some(struct cut *cut, struct cut_file *file, const struct pending *pending,
		       uint64_t stretch, long keep)
{
	uint64_t end = pending->offset + pending->size, next;

	for (uint64_t at = pending->offset; at < end; at = next) {
		struct pending part = { pending->data + (at - pending->offset), at, 0, false };

		next = (at / stretch + 1) * stretch;
		next = next < end ? next : end;
		part.size = next - at;
		if (stretch == PAGE && draw(cut, 10))
			apply_some(cut, file, &part, SECTOR, 50);
		else if (draw(cut, keep))
			file_apply(file, &part);
	}
}

static void file_cut(struct cut *cut, struct cut_file *file)
{
	for (size_t i = 0; i < file->n_pending; i++) {
		const struct pending *pending = &file->pending[i];

		if (pending->sure || (!pending->data && draw(cut, cut->keep)))
			file_apply(file, pending);
		else if (pending->data)
			apply_some(cut, file, pending, PAGE, cut->keep);
	}
	file->n_pending = 0;
}

/* Names. */

static void name_copy(char to[static NAME_SIZE], const char *data, size_t size)
{
	assert_in_range(size, 1, NAME_SIZE - 1);
	memcpy(to, data, size);
	to[size] = 0;
}

/* "." of "journal", "journal" of "journal/data.mdb". */
static void parent_of(const char *name, char to[static NAME_SIZE])
{
	const char *slash = strrchr(name, '/');

	name_copy(to, slash ? name : ".", slash ? (size_t)(slash - name) : 1);
}

/* A directory's names are on disk. */
static void names_sync(struct cut *cut, const char *dir)
{
	char parent[NAME_SIZE];

	for (int i = 0; i < FILES_MAX; i++) {
		struct cut_file *file = &cut->files[i];

		parent_of(file->is_there ? file->name : file->old, parent);
		if (strcmp(parent, dir) != 0)
			continue;
		file->is_sure = true;
		strcpy(file->old, file->is_there ? file->name : "");
	}
}

/* The name that is there after the cut; NULL: none. */
static const char *name_cut(struct cut *cut, const struct cut_file *file)
{
	if (!file->is_sure && draw(cut, 100 - cut->keep))
		return *file->old ? file->old : NULL;
	return file->is_there ? file->name : NULL;
}

/* The log. */

static void take_name(struct cut_file *file, const struct record *head, const char *data)
{
	bool is_new = !file->is_there && !*file->name;

	if (head->kind == RECORD_FILE && !is_new)
		return;
	/* What was opened and not made was there before the log. */
	file->is_sure = head->kind == RECORD_FILE && !(head->offset & RECORD_MADE);
	file->is_dir |= head->kind == RECORD_FILE && (head->offset & RECORD_IS_DIR);
	name_copy(file->name, data, head->size);
	file->is_there = true;
}

static void take_record(struct cut *cut, const struct record *head, const char *data)
{
	struct cut_file *file = &cut->files[head->file];

	switch ((enum record_kind)head->kind) {
	case RECORD_FILE:
	case RECORD_RENAME:
		take_name(file, head, data);
		break;
	case RECORD_WRITE:
	case RECORD_WRITE_SYNCED:
		file_add(file, (struct pending){ data, head->offset, head->size,
						 head->kind == RECORD_WRITE_SYNCED });
		break;
	case RECORD_TRUNCATE:
		file_add(file, (struct pending){ NULL, head->offset, 0, false });
		break;
	case RECORD_SYNC:
		file_sync(file);
		names_sync(cut, file->name);
		break;
	case RECORD_UNLINK:
		file->is_there = file->is_sure = false;
		break;
	}
}

/* The directory. */

static void write_file(const char *dir, const char *name, const struct cut_file *file)
{
	char path[PATH_SIZE];
	FILE *to;

	path_make(path, "%s/%s", dir, name);
	to = fopen(path, "we");
	if (!to)
		return;	    /* its directory is gone, and it with it */
	if (file->size > 0) /* an empty one has no bytes */
		assert_int_equal(fwrite(file->bytes, 1, file->size, to), file->size);
	assert_int_equal(fclose(to), 0);
	assert_int_equal(chmod(path, 0600), 0);
}

/* Directories have lower numbers than what is in them. */
static void write_all(struct cut *cut, const char *dir)
{
	char path[PATH_SIZE];

	assert_int_equal(mkdir(dir, 0700), 0);
	for (int i = 0; i < FILES_MAX; i++) {
		struct cut_file *file = &cut->files[i];
		const char *name = *file->name ? name_cut(cut, file) : NULL;

		if (!name || strcmp(name, ".") == 0)
			continue;
		path_make(path, "%s/%s", dir, name);
		if (file->is_dir)
			mkdir(path, 0700);
		else
			write_file(dir, name, file);
	}
}

void cut_make(const struct cut_log *log, size_t records, uint64_t seed, const char *dir)
{
	struct cut *cut = calloc(1, sizeof(*cut));
	struct record head;
	const char *at = log->bytes;

	assert_non_null(cut);
	memcpy(cut->random, &seed, sizeof(cut->random));
	cut->keep = (long[]){ 0, 50, 90, 100 }[nrand48(cut->random) % 4];
	for (size_t i = 0; i < records; i++, at += sizeof(head) + head.size) {
		memcpy(&head, at, sizeof(head));
		assert_in_range(head.file, 0, FILES_MAX - 1);
		take_record(cut, &head, at + sizeof(head));
	}
	/* The one in hand may have begun, and is not synced. */
	if (records < log->n) {
		memcpy(&head, at, sizeof(head));
		if (head.kind == RECORD_WRITE || head.kind == RECORD_WRITE_SYNCED)
			file_add(&cut->files[head.file],
				 (struct pending){ at + sizeof(head), head.offset, head.size,
						   false });
	}
	for (int i = 0; i < FILES_MAX; i++)
		file_cut(cut, &cut->files[i]);
	write_all(cut, dir);
	for (int i = 0; i < FILES_MAX; i++) {
		free(cut->files[i].bytes);
		free(cut->files[i].pending);
	}
	free(cut);
}
