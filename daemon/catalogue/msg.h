/* SPDX-License-Identifier: Apache-2.0 */
/*
 * msg.h - the catalogue as dashboards and operators read it.
 */
#ifndef LIFTD_CATALOGUE_MSG_H
#define LIFTD_CATALOGUE_MSG_H

#include "daemon/catalogue/catalogue.h"
#include "proto/msg.h"

/* What of a catalogue somebody may see (figures/sight.h makes it): by region, programme, module and
 * competence. Wherever it is asked for, NULL is all of it. */
struct catalogue_sight {
	bool *regions, *programmes, *modules, *competences;
	bool *whole; /* by programme: all of its regions are seen, and so may its targets be */
};

/* Write the catalogue message: what is seen, of regions with the parents that are, of programmes
 * with the regions that stand for theirs (programme_places); and all dimensions. */
void catalogue_encode(struct msg_writer *writer, const struct catalogue *catalogue,
		      const struct catalogue_sight *sight, int64_t epoch, uint64_t seq);

/* The day of the live figures and the time. */
struct catalogue_when {
	int32_t as_of;
	int64_t now_ms;
};

/* Clear the writer, and write a page of an answer: the rows of all parts, counted through them,
 * from that one on, until they fill size_max bytes; at least one. `when` stands before them, unless
 * it is NULL. The row that the next page begins with, 0 where this was the last. */
size_t catalogue_page_encode(struct msg_writer *writer, const struct catalogue *catalogue,
			     const struct catalogue_sight *sight, const struct catalogue_when *when,
			     size_t from, size_t size_max);

/* Where a programme is, as far as that is seen: its own regions that are, and of those that are not
 * the highest inside that are. */
void programme_places(const struct catalogue *catalogue, const struct catalogue_sight *sight,
		      const struct programme *programme, void (*fn)(void *context, uint32_t region),
		      void *context);

/* A map of dimensions to values. */
void where_encode(struct msg_writer *writer, const struct catalogue *catalogue,
		  const struct where *where);

#endif
