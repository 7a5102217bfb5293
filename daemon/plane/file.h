/* SPDX-License-Identifier: Apache-2.0 */
/*
 * file.h - a release as a file: a head with a digest of its own, the rows, a digest of it all.
 *
 * Numbers are big-endian. Head: magic, format, number, day, made_ms, applied, the catalogue's
 * digest, how many rows, the size of the file; BLAKE2b of these. A row: kind, the sizes of region,
 * id and metrics; then these. Only this wing writes them (tests/check-layers.sh).
 */
#ifndef LIFTD_PLANE_FILE_H
#define LIFTD_PLANE_FILE_H

#include <limits.h>

#include "daemon/plane/release.h"

enum {
	RELEASE_FORMAT = 1,
	RELEASE_HEAD = 100, /* bytes */
	RELEASE_HEAD_ROW = 9,
	RELEASE_DIGEST = 32, /* at the end */
};

/* While it is written, it has this name, behind that of the directory. */
#define RELEASE_ASIDE "/new"
/* Behind its number, of one that an operator has given up: nobody gets that number again. */
#define RELEASE_LOST ".lost"

/* A release while it is put together: { 0 } to begin with. */
struct release_text {
	uint8_t *bytes;
	size_t size, room, n_rows;
};
void release_text_free(struct release_text *text);

/* Add a row, which comes after all that are there. LIFT_E_MEMORY. */
int release_text_add(struct release_text *text, const struct release_row *row);

/* Write it under a number that there is none of, whole or not at all; n_rows is its own.
 * LIFT_E_MEMORY, LIFT_E_IO. */
int release_text_write(struct release_text *text, const char *state, struct release_info *info);

/* Read the head of a file, of so many bytes. LIFT_E_CORRUPT, LIFT_E_NEWER. */
int release_head_decode(const uint8_t head[static RELEASE_HEAD], uint64_t file_size,
			struct release_info *ret_info);

/* Read a row, and where the next one begins. LIFT_E_CORRUPT where it does not end within `end`. */
int release_row_decode(const uint8_t *bytes, size_t at, size_t end, struct release_row *ret_row,
		       size_t *ret_next);

/* Is the digest at the end that of all before it? */
bool release_is_whole(const uint8_t *bytes, size_t size);

/* The last number that there is, or was; 0: none. LIFT_E_IO. */
int releases_last(const char *state, uint32_t *ret_number);

/* As the rows of a release are ordered. */
int release_row_compare(const struct release_row *a, const struct release_row *b);

#endif
