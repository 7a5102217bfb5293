/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sources.h - the sources that a metric stands on, with what they lack and what of theirs
 * was refused.
 */
#ifndef LIFTD_EXPLAIN_SOURCES_H
#define LIFTD_EXPLAIN_SOURCES_H

#include "daemon/explain/explain.h"

/* Write `sources`, `sources_left_out` and `other_sources` as pairs of a map.
 * LIFT_E_MEMORY, or an error of the store. */
int explain_sources_encode(struct msg_writer *writer, const struct definition_of *of,
			   const struct explain_from *from);

#endif
