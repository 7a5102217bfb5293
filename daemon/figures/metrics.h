/* SPDX-License-Identifier: Apache-2.0 */
/*
 * metrics.h - tallies summed over a region's homes give the figures of METRICS 4 to 6. Pure.
 */
#ifndef LIFTD_FIGURES_METRICS_H
#define LIFTD_FIGURES_METRICS_H

#include "daemon/figures/figures.h"
#include "proto/msg.h"

/* Write the map of the figures summed; `daily` from a day on (DAY_MIN: all). */
void figures_encode(const struct figures *figures, struct msg_writer *writer, int32_t daily_from);

/* The real next to a value (below 1e19) that is rounded to six decimals, exact halves to even. */
double round_decimal(double value);

#endif
