/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stored.h - a ledger as it lies on disk, whoever writes it: its catalogue, how far it is, whether
 * it is that of another, whether its records are those that were written.
 */
#ifndef LIFTD_LEDGER_STORED_H
#define LIFTD_LEDGER_STORED_H

#include "daemon/ledger/compare.h"
#include "daemon/ledger/ledger.h"

struct stored;

/* Open it once, whatever takes its place meanwhile. LIFT_E_NOT_FOUND: there is none; else as
 * store_open_read_only. */
int stored_open(const char *dir, struct stored **ret_stored);
void stored_close(struct stored *stored);
uint64_t stored_bytes(const struct stored *stored);

/* What it has at one moment, until the end of it: keep that short, as a view. */
int stored_begin(struct stored *stored);
void stored_end(struct stored *stored);

/* Read it at one moment as one that is open is read, until ledger_view_end. LIFT_E_MEMORY, or an
 * error of the store. */
int stored_view(struct stored *stored, struct ledger_view *view);

/* Within a moment: the text of the catalogue that it was made with, whatever its digest; the
 * journal number that it has applied. LIFT_E_NOT_FOUND where it was not finished. */
int stored_catalogue(struct stored *stored, struct text *ret_text);
int stored_applied(struct stored *stored, uint64_t *ret_number);

/* Within a moment: is it derived from the same as a ledger that is open? */
bool stored_is_like(struct stored *stored, const struct ledger *ledger);

/* Within a moment: the first difference from one that was just built, as ledger_compare. */
int stored_compare(struct stored *stored, struct ledger *built, const struct catalogue *catalogue,
		   struct journal_view *names, char text[static COMPARE_TEXT]);

/* Within a moment: read its records without trust. LIFT_E_CORRUPT where they are not those that
 * were written. */
int stored_walk(struct stored *stored);

/* Likewise of a ledger's directory, its pages first: LIFT_E_NOT_FOUND where there is none. A store
 * that is open in this process must not be checked. */
int stored_check(const char *dir);

#endif
