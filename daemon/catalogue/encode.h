/* SPDX-License-Identifier: Apache-2.0 */
/*
 * encode.h - what messages say of the catalogue in several places: conditions, labels, days.
 */
#ifndef LIFTD_CATALOGUE_ENCODE_H
#define LIFTD_CATALOGUE_ENCODE_H

#include "daemon/catalogue/catalogue.h"
#include "proto/msg.h"

/* A map of dimensions to values. */
void where_encode(struct msg_writer *writer, const struct catalogue *catalogue,
		  const struct where *where);

/* A key and a map of languages to words; nothing where there are none. */
void label_encode(struct msg_writer *writer, const char *key, const struct label *label);
bool label_is_said(const struct label *label);

/* A key and a day; nil for DAY_MIN and DAY_MAX. */
void day_encode(struct msg_writer *writer, const char *key, int32_t day);

#endif
