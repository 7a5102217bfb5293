/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fault.h - what goes wrong with an outbox, as an error and a sentence for lift_error_text.
 */
#ifndef LIFT_OUTBOX_FAULT_H
#define LIFT_OUTBOX_FAULT_H

#include <sqlite3.h>

#include "clients/lib/lift.h"

enum { FAULT_TEXT = 400 }; /* bytes of a sentence, ended with 0 */

/* An error of SQLite's: 0 for what is none. A full file and a full disk are both LIFT_E_FULL here:
 * SQLite does not say which. */
int fault_of_sqlite(int rc);

/* Set the sentence of what SQLite said last of this file: the error. */
int fault_tell_sqlite(sqlite3 *db, int rc, const char *path);

#endif
