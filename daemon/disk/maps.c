/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/disk/maps.h"

#include <stdio.h>

#include "daemon/base/log.h"
#include "daemon/ledger/ledger.h"
#include "daemon/store/address.h"
#include "daemon/store/store.h"
#include "proto/err.h"

/* Heap, stacks, programs: in a machine that has plenty, nobody counts them. */
#define ELSE_BYTES (UINT64_C(512) << 20)
enum { LEDGERS = 2 };

uint64_t maps_needed(uint32_t journal_mib)
{
	uint64_t journal = (uint64_t)journal_mib << 20;

	return store_map_bytes(journal) + LEDGERS * store_map_bytes(ledger_room(journal)) +
	       ELSE_BYTES;
}

uint32_t maps_journal_mib(uint64_t bytes)
{
	uint32_t enough = 0, beyond = MAPS_JOURNAL_MAX_MIB + 1;

	while (beyond - enough > 1) {
		uint32_t middle = enough + (beyond - enough) / 2;

		if (maps_needed(middle) <= bytes)
			enough = middle;
		else
			beyond = middle;
	}
	return enough;
}

static int too_little(uint32_t wanted_mib, uint64_t free, uint32_t possible_mib)
{
	char limit[ADDRESS_LIMIT_TEXT], instead[48] = "";

	address_limit(limit);
	if (possible_mib >= MAPS_JOURNAL_MIN_MIB)
		snprintf(instead, sizeof(instead), ", or journal_max_mib: %u", possible_mib);
	log_error("too little address space: journal_max_mib=%u needed_mib=%llu free_mib=%llu "
		  "reason=\"%s\" expected=\"a higher limit%s\"",
		  wanted_mib, (unsigned long long)maps_needed(wanted_mib) >> 20,
		  (unsigned long long)free >> 20, limit, instead);
	return LIFT_E_MEMORY;
}

int maps_choose(uint32_t configured_mib, uint32_t *ret_journal_mib)
{
	uint32_t wanted = configured_mib ? configured_mib : MAPS_JOURNAL_MAX_MIB;
	uint32_t least = configured_mib ? configured_mib : MAPS_JOURNAL_MIN_MIB;
	uint64_t needed = maps_needed(wanted), free = address_free(needed);
	uint32_t possible = free + ADDRESS_STEP > needed ? wanted : maps_journal_mib(free);
	char limit[ADDRESS_LIMIT_TEXT];

	if (possible < least)
		return too_little(least, free, possible);
	if (possible < wanted) {
		address_limit(limit);
		log_warning("address space limits the journal: journal_max_mib=%u reason=\"%s\"",
			    possible, limit);
	}
	*ret_journal_mib = possible;
	return 0;
}
