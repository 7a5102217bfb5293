/* SPDX-License-Identifier: Apache-2.0 */
/*
 * metrics.h - tallies summed over a region's homes give the figures of METRICS 4 to 6. Pure.
 */
#ifndef LIFTD_FIGURES_METRICS_H
#define LIFTD_FIGURES_METRICS_H

#include "daemon/figures/figures.h"
#include "proto/msg.h"

const char *kind_name(enum kind kind); /* "module", "programme", ... */
/* The kind of a name; KINDS where there is none. */
enum kind kind_of(struct text name);

/* The id of a subject, and its name. */
const char *subject_id(const struct catalogue *catalogue, uint32_t subject);
const char *subject_name(const struct catalogue *catalogue, uint32_t subject);

/* The subject of a kind and an id; CATALOGUE_NONE. */
uint32_t subject_find(const struct catalogue *catalogue, enum kind kind, struct text id);

/* How many subjects a kind has. */
uint32_t kind_subjects(const struct catalogue *catalogue, enum kind kind);

/* Write the map of the figures summed; `daily` from a day on (DAY_MIN: all). */
void figures_encode(const struct figures *figures, struct msg_writer *writer, int32_t daily_from);

#endif
