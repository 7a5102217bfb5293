/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ending.h - what a file is by its name's ending, whatever its letters' case.
 */
#ifndef LIFT_CLI_TEXT_ENDING_H
#define LIFT_CLI_TEXT_ENDING_H

#include <stdbool.h>

/* "xlsx" of "list.xlsx"; "" where there is none, or no name. */
const char *ending_of(const char *path);

/* Does a program open it that would not open what we write: "pdf", "xls", "ods", ...? Who names a
 * file so is told what there is. */
bool ending_is_foreign(const char *path);

#endif
