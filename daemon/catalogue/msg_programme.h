/* SPDX-License-Identifier: Apache-2.0 */
/*
 * msg_programme.h - a programme as dashboards and operators read it, as far as they may see it.
 */
#ifndef LIFTD_CATALOGUE_MSG_PROGRAMME_H
#define LIFTD_CATALOGUE_MSG_PROGRAMME_H

#include "daemon/catalogue/catalogue.h"
#include "proto/msg.h"

/* What of a catalogue somebody may see (figures/sight.h makes it): by region, programme, module and
 * competence. Wherever it is asked for, NULL is all of it. */
struct catalogue_sight {
	bool *regions, *programmes, *modules, *competences;
	bool *whole; /* by programme: all of its regions are seen, and so may its targets be */
};

/* Where a programme is, and on which days, as far as that is seen: the rows of its own regions that
 * are, in their order; then, region by region, of those that are not, the highest inside that are.
 * None where it has no regions. */
void programme_rows(const struct catalogue *catalogue, const struct catalogue_sight *sight,
		    const struct programme *programme,
		    void (*fn)(void *context, uint32_t region, const struct membership *row),
		    void *context);

/* Is a region of these in it on some days only? */
bool programme_is_dated(const struct catalogue *catalogue, const struct catalogue_sight *sight,
			const struct programme *programme);

/* Write a programme. */
void programme_encode(struct msg_writer *writer, const struct catalogue *catalogue,
		      const struct catalogue_sight *sight, uint32_t p);

#endif
