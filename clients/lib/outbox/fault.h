/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fault.h - what goes wrong with an outbox, as an error and a sentence for lift_error_text.
 */
#ifndef LIFT_OUTBOX_FAULT_H
#define LIFT_OUTBOX_FAULT_H

#include <sqlite3.h>

#include "clients/lib/lift.h"

enum { FAULT_TEXT = 400 }; /* bytes of a sentence, ended with 0 */

/* Set the sentence of what SQLite said last of this file: the error. A full file and a full disk
 * are both LIFT_E_FULL here: SQLite does not say which. */
int fault_tell_sqlite(sqlite3 *db, int rc, const char *path);

#endif
