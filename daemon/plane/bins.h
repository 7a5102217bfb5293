/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bins.h - the bins of the open plane (METRICS 9), of scores and gains, in percent, and of days;
 * and what is read off figures by bin. Pure.
 */
#ifndef LIFTD_PLANE_BINS_H
#define LIFTD_PLANE_BINS_H

#include <stdint.h>

enum { OPEN_SCORES = 10, OPEN_GAINS = 10, OPEN_DAYS = 12 };

/* Bin i is from edge i up to edge i + 1; the last one has what is at its end, and beyond it. */
extern const int32_t open_scores[OPEN_SCORES + 1], open_gains[OPEN_GAINS + 1];
extern const int32_t open_days[OPEN_DAYS + 1];

uint32_t bins_find(const int32_t *edges, uint32_t n_bins, int64_t value);

struct bins {
	const int32_t *edges;
	const int64_t *n; /* figures */
	uint32_t n_bins;
	int64_t sum;
};
struct bins bins_make(const int32_t *edges, const int64_t *n, uint32_t n_bins);

/* Of bins that have a sum. Each at its middle: the mean, to the nearest whole, halves up. Each
 * evenly filled: so many percent are below this, down to a whole. */
int64_t bins_mean(const struct bins *bins);
int64_t bins_quantile(const struct bins *bins, int percent);

#endif
