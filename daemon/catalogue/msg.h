/* SPDX-License-Identifier: Apache-2.0 */
/*
 * msg.h - the catalogue as dashboards and operators read it.
 */
#ifndef LIFTD_CATALOGUE_MSG_H
#define LIFTD_CATALOGUE_MSG_H

#include "daemon/catalogue/catalogue.h"
#include "proto/msg.h"

/* Write the catalogue message: the regions of which visible[region] is true, with the parents of
 * theirs that are; the programmes that are everywhere or in these, with those of their regions that
 * are, and the highest of these inside those that are not; and all modules, competences and
 * dimensions. */
void catalogue_encode(struct msg_writer *writer, const struct catalogue *catalogue,
		      const bool *visible, int64_t epoch, uint64_t seq);

/* Clear the writer, and write a page of an operator's answer: all rows of all parts, counted
 * through them, from that one on, until they fill size_max bytes; at least one. The row that the
 * next page begins with, 0 where this was the last. */
size_t catalogue_page_encode(struct msg_writer *writer, const struct catalogue *catalogue,
			     size_t from, size_t size_max);

/* A map of dimensions to values. */
void where_encode(struct msg_writer *writer, const struct catalogue *catalogue,
		  const struct where *where);

#endif
