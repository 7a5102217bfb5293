/* SPDX-License-Identifier: Apache-2.0 */
/*
 * growth.h - how much room the disk has, and how long it lasts.
 *
 * The journal says when its entries were received: so many a day in the last week. What one takes
 * is what all of them take on average, in the journal and in the ledger. Backups and whatever else
 * is on that disk are not foreseen. Nothing is said where there is too little to go by: a day, and
 * 1,000 events in the time that is looked at.
 */
#ifndef LIFTD_STATUS_GROWTH_H
#define LIFTD_STATUS_GROWTH_H

#include "daemon/status/status.h"

enum { GROWTH_DAYS = 7, GROWTH_EVENTS_MIN = 1000 };

/* The key `disk` and its map. */
void growth_write(const struct status_parts *parts, struct journal_view *view, int64_t utc_ms,
		  struct msg_writer *writer);

#endif
