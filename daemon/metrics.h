/* SPDX-License-Identifier: Apache-2.0 */
/*
 * metrics.h - tallies summed over a region's homes give the figures of METRICS 4 and 5. Pure.
 */
#ifndef LIFTD_METRICS_H
#define LIFTD_METRICS_H

#include "daemon/catalogue.h"
#include "daemon/tally.h"
#include "proto/msg.h"

const char *kind_name(enum kind kind); /* "module", "people" */
/* The kind of a name; KINDS where there is none. */
enum kind kind_of(struct text name);

/* The id of a subject. */
const char *subject_id(const struct catalogue *catalogue, uint32_t subject);

/* How many subjects a kind has. */
uint32_t kind_subjects(const struct catalogue *catalogue, enum kind kind);

struct figures; /* the sums for one subject in one region; reused */
struct figures *figures_new(const struct catalogue *catalogue); /* NULL: out of memory */
void figures_free(struct figures *figures);

/* Sum the tallies of a subject over a region's homes. LIFT_E_MEMORY, or an error of the store. */
int figures_sum(struct figures *figures, const struct tallies *tallies, uint32_t region,
		uint32_t subject);

/* Does at least one learner count? */
bool figures_any(const struct figures *figures);

/* Write the map of the figures summed, as they are on a day; `daily` from a day on (DAY_MIN: all). */
void figures_encode(const struct figures *figures, struct msg_writer *writer, int32_t today,
		    int32_t daily_from);

#endif
