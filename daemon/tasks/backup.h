/* SPDX-License-Identifier: Apache-2.0 */
/*
 * backup.h - a copy of the journal and the secret in a directory, made beside a running daemon or
 * without one; and the way back.
 *
 * A backup is what was committed at one moment. Under its name there is a whole one, checked, or
 * nothing: it is made as DIR.partial-<process id>. The ledger is not in it: it is built anew. Nor
 * need the secret be: then whoever brings it back has it elsewhere.
 */
#ifndef LIFTD_TASKS_BACKUP_H
#define LIFTD_TASKS_BACKUP_H

#include "daemon/base/state.h"
#include "daemon/tasks/manifest.h"

enum { BACKUP_PATH_MAX = STATE_DIR_MAX /* bytes of DIR: what is in it has a path that fits */ };

/* Make one, with the secret or without it. LIFT_E_EXISTS, LIFT_E_NOT_FOUND (no journal, no secret),
 * LIFT_E_CORRUPT, LIFT_E_DISK, LIFT_E_IO ...: the report says why, and nothing is left. */
int backup_make(const char *state, const char *dir, bool with_secret, struct report *report);

/* Is the directory above DIR the one that who asked for the backup has seen (proto/place.h)?
 * LIFT_E_DIR, said in the report: under a unit some directories are the daemon's own, and gone with
 * it. */
int backup_check_seen(const char *state, const char *dir, const char *seen, struct report *report);

/* Put a backup in the place of the state's journal and secret, which move aside; the daemon must be
 * stopped. LIFT_E_BUSY (it runs), LIFT_E_NEWER, LIFT_E_CORRUPT ...: the state is what it was, or
 * unfinished, as the report says. */
int backup_restore(const char *state, const char *dir, struct report *report);

/* Was a restore broken off? Then journal, secret and ledger may not belong together, and no daemon
 * may start before another one has gone well. */
bool backup_is_unfinished(const char *state);

/* Read all of a journal that nobody uses, and see that it is of the secret beside it (where the
 * manifest says that there is one) or else of the one with this digest (NULL: of any); the
 * journal's id, format and last number go to the manifest. LIFT_E_CORRUPT, LIFT_E_SECRET,
 * LIFT_E_NEWER ..., said in the report. */
int backup_walk(const char *dir, const uint8_t *digest, struct manifest *manifest,
		struct report *report);

#endif
