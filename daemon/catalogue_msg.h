/* SPDX-License-Identifier: Apache-2.0 */
/*
 * catalogue_msg.h - the catalogue as dashboards read it.
 */
#ifndef LIFTD_CATALOGUE_MSG_H
#define LIFTD_CATALOGUE_MSG_H

#include "daemon/catalogue.h"
#include "proto/msg.h"

/* Write the catalogue message: the regions of which visible[region] is true, with the parents of theirs that are, and all modules,
 * programmes and competences. */
void catalogue_encode(struct msg_writer *writer, const struct catalogue *catalogue,
		      const bool *visible, int64_t epoch, uint64_t seq);

/* A map of dimensions to values. */
void where_encode(struct msg_writer *writer, const struct catalogue *catalogue,
		  const struct where *where);

#endif
