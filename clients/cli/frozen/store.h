/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store.h - frozen reports on disk: each a directory of its name, which is whole or not there, and
 * never changes.
 *
 * In it are report.json, what was asked, on what the report stands and all that was answered; the
 * report in each of its forms, byte by byte; and the sums of these files, as b2sum(1) checks them.
 */
#ifndef LIFT_CLI_FROZEN_STORE_H
#define LIFT_CLI_FROZEN_STORE_H

#include <jansson.h>
#include <limits.h>
#include <stdbool.h>

enum { FROZEN_NAME_MAX = 64, FROZEN_FORMS_MAX = 8 };

/* 1 to 64 of a-z A-Z 0-9 . _ -, the first a letter or digit. */
bool frozen_name_is_right(const char *name);

/* Where they are: this directory, or else lift/reports in that of the user's data. False where
 * neither is said, or the path is too long. */
bool frozen_place(const char *dir, char to[static PATH_MAX]);

bool frozen_is_there(const char *dir, const char *name);

/* The report in one form; the name is a file's ending. */
struct frozen_form {
	const char *ending;
	char *bytes;
	size_t size;
};

/* LIFT_E_EXISTS; LIFT_E_IO (errno), LIFT_E_MEMORY: nothing is there under the name then. */
int frozen_write(const char *dir, const char *name, const json_t *record,
		 const struct frozen_form *forms, size_t n_forms);

/* What write was given, the caller's. LIFT_E_NOT_FOUND; LIFT_E_IO (errno); LIFT_E_CORRUPT where a
 * file is not what was written; LIFT_E_MEMORY. */
int frozen_read(const char *dir, const char *name, json_t **ret_record);
int frozen_read_form(const char *dir, const char *name, const char *ending, char **ret_bytes,
		     size_t *ret_size);

/* Their names in order, the caller's; none where there is no such directory. LIFT_E_IO (errno),
 * LIFT_E_MEMORY. */
int frozen_list(const char *dir, json_t **ret_names);

#endif
