/* SPDX-License-Identifier: Apache-2.0 */
/*
 * manifest.h - manifest.json of a backup: what is in it, of which journal, and how to see that it
 * is whole.
 */
#ifndef LIFTD_TASKS_MANIFEST_H
#define LIFTD_TASKS_MANIFEST_H

#include "daemon/journal/journal.h"
#include "daemon/tasks/report.h"

enum {
	MANIFEST_FORMAT = 2, /* that of one without a secret, which older versions do not know */
	MANIFEST_WITH_SECRET = 1,
	MANIFEST_DIGEST = 32,
};

/* The files of a backup, beside the manifest. */
enum backup_file { BACKUP_JOURNAL, BACKUP_SECRET, BACKUP_FILES };
extern const char *const backup_files[BACKUP_FILES]; /* their names in its directory */

/* A release of the open plane in it. */
struct manifest_release {
	uint32_t number;
	uint64_t bytes;
	uint8_t digest[MANIFEST_DIGEST]; /* BLAKE2b */
};

struct manifest {
	uint8_t journal_id[JOURNAL_ID];
	int journal_format;
	uint64_t last; /* the journal's last number */
	int64_t time;  /* when it was made, ms */
	bool has_secret;
	struct {
		uint64_t bytes;
		uint8_t digest[MANIFEST_DIGEST]; /* BLAKE2b */
	} files[BACKUP_FILES];			 /* zeros of the secret where it has none */
	struct manifest_release *releases;	 /* by number; owned (manifest_clear) */
	size_t n_releases, room_releases;
};
void manifest_clear(struct manifest *manifest);

/* Write it into a directory, synced. LIFT_E_IO or LIFT_E_DISK (errno), LIFT_E_MEMORY. */
int manifest_write(const char *dir, const struct manifest *manifest);

/* Is there one: is the directory a backup, as far as a look tells? */
bool manifest_is_there(const char *dir);
/* Read it. LIFT_E_NOT_FOUND, LIFT_E_NEWER (it, or its journal, is of a format that this version
 * does not know), LIFT_E_CORRUPT. */
int manifest_read(const char *dir, struct manifest *ret_manifest);

/* Read what is a file of a backup, and write it, synced, into a backup's directory (NULL: it is
 * only read): its size and digest go to the manifest. What has been read is added to report->done.
 * LIFT_E_IO, said in the report. */
int backup_file_copy(const char *from_path, const char *to, enum backup_file file,
		     struct manifest *manifest, struct report *report);
/* Likewise, from another backup's directory. */
int backup_file_copy_from(const char *from, const char *to, enum backup_file file,
			  struct manifest *manifest, struct report *report);

/* Copy the releases of a state into a backup's directory, each read to its end there: they go to
 * the manifest. Those that are damaged are left out; *ret_damaged is the last one's number, or 0.
 * LIFT_E_IO, LIFT_E_MEMORY, said in the report. */
int manifest_add_releases(const char *state, const char *to, struct manifest *manifest,
			  uint32_t *ret_damaged, struct report *report);
/* Copy one as it is, whole or not. LIFT_E_IO. */
int manifest_copy_release(const char *from, const char *to, uint32_t number, struct report *report);
/* Copy those of the manifest from a backup into a state's directory. LIFT_E_CORRUPT where one is
 * not as the manifest has it; LIFT_E_IO. */
int manifest_copy_releases(const char *dir, const char *to, const struct manifest *manifest,
			   struct report *report);

#endif
