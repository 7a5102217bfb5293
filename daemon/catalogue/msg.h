/* SPDX-License-Identifier: Apache-2.0 */
/*
 * msg.h - the catalogue as dashboards and operators read it.
 */
#ifndef LIFTD_CATALOGUE_MSG_H
#define LIFTD_CATALOGUE_MSG_H

#include "daemon/catalogue/encode.h"
#include "daemon/catalogue/msg_programme.h"

/* Write the catalogue message: what is seen, of regions with the parents that are, of programmes
 * with the regions that stand for theirs (programme_rows); and all dimensions. */
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

#endif
