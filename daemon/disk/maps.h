/* SPDX-License-Identifier: Apache-2.0 */
/*
 * maps.h - how large the journal may become where address space is limited.
 *
 * A store has one map of a fixed size. The journal's is as large as it may become, the ledger's
 * follows from it, and while a ledger is being built beside the one that serves there are two.
 */
#ifndef LIFTD_DISK_MAPS_H
#define LIFTD_DISK_MAPS_H

#include <stdbool.h>
#include <stdint.h>

enum {
	MAPS_JOURNAL_MAX_MIB = 255 << 10, /* without a limit */
	MAPS_JOURNAL_MIN_MIB = 16,	  /* with less, no daemon begins */
};

/* How much address space a journal of so many MiB takes, in bytes: its map, two ledgers', and what
 * else the daemon has in memory. */
uint64_t maps_needed(uint32_t journal_mib);

/* The largest journal, in MiB, for which so many bytes of address space are enough; 0: there is
 * none. */
uint32_t maps_journal_mib(uint64_t bytes);

/* How large the journal may be, in MiB, as it is configured (0: as large as there is room for) and
 * with the address space that is free. What stops the start, or limits the journal, goes to the
 * log. LIFT_E_MEMORY. */
int maps_choose(uint32_t configured_mib, uint32_t *ret_journal_mib);

#endif
