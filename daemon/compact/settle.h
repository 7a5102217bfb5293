/* SPDX-License-Identifier: Apache-2.0 */
/*
 * settle.h - journal and ledger that were written anew (tasks/compact.h) take the place of the old
 * ones, at a start of the daemon, before it opens anything.
 *
 *   compact/journal   the new journal (journal/rewrite)
 *   compact/ledger    the ledger that is built from it; not there where the daemon has none
 *   compact/whole     a small file, when both are whole: until it is there nothing has changed
 *   compact/tries     one byte for each start that has begun with it
 *
 * Whatever is killed, and when: without `whole` the directory is removed, and nothing has happened;
 * with it the next start goes on from where it was broken off.
 */
#ifndef LIFTD_COMPACT_SETTLE_H
#define LIFTD_COMPACT_SETTLE_H

#include <stdbool.h>
#include <stdint.h>

/* Make the directory; it is this process's as long as the descriptor is open. LIFT_E_BUSY: another
 * process is at work in it, or what is whole has not taken its place yet; LIFT_E_IO (errno). */
int compact_begin(const char *state, int *ret_held);
/* Is it so? */
bool compact_is_busy(const char *state);

/* Remove what one that was killed has left; what is whole stays. */
void compact_sweep(const char *state);

/* What has become of what waited. */
struct compact_settled {
	bool was_there;	  /* something waited, and */
	bool is_in_place; /* is in its place; else it was dropped, and the state is what it was */
	uint64_t last;	  /* the journal's last number */
	uint64_t later;	  /* entries that had come since it was whole */
	int err;	  /* why it was dropped, or why something old could not be removed; 0 */
};

/* Give it its place, or go on with that: while nobody has the state's stores open, and the state is
 * locked. `still` is called now and then, and may be NULL. LIFT_E_IO (errno): the state is neither
 * the old one nor the new one; the next call goes on. */
int compact_settle(const char *state, void (*still)(void), struct compact_settled *ret_settled);

#endif
