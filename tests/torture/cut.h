/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cut.h - the files of a directory as they may be after a loss of power, made of the log that
 * faults.so wrote.
 *
 * What was synced is there. Of what was written later each page of 4 KiB is there, or is not, or
 * some of its sectors of 512 bytes are; the write in hand may have begun. A name that was made
 * after the last sync of its directory may be gone.
 */
#ifndef LIFT_TESTS_TORTURE_CUT_H
#define LIFT_TESTS_TORTURE_CUT_H

#include <stddef.h>
#include <stdint.h>

struct cut_log {
	char *bytes;
	size_t size;
	size_t n; /* records */
};

void cut_log_read(struct cut_log *log, const char *path);
void cut_log_free(struct cut_log *log);

/* Make the directory anew, as it may be when the power goes after so many records; a seed gives the
 * same one again. */
void cut_make(const struct cut_log *log, size_t records, uint64_t seed, const char *dir);

#endif
