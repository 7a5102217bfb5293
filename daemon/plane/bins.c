/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/plane/bins.h"

const int32_t open_scores[OPEN_SCORES + 1] = { 0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100 };
const int32_t open_gains[OPEN_GAINS + 1] = { -100, -80, -60, -40, -20, 0, 20, 40, 60, 80, 100 };
const int32_t open_days[OPEN_DAYS + 1] = { 0, 1, 4, 8, 15, 31, 46, 61, 91, 121, 181, 366, 366 };

uint32_t bins_find(const int32_t *edges, uint32_t n_bins, int64_t value)
{
	uint32_t bin = n_bins - 1;

	while (bin > 0 && value < edges[bin])
		bin--;
	return bin;
}

struct bins bins_make(const int32_t *edges, const int64_t *n, uint32_t n_bins)
{
	struct bins bins = { edges, n, n_bins, 0 };

	for (uint32_t i = 0; i < n_bins; i++)
		bins.sum += n[i];
	return bins;
}

static int64_t divide_down(int64_t a, int64_t b)
{
	return a >= 0 ? a / b : -((b - 1 - a) / b);
}

int64_t bins_mean(const struct bins *bins)
{
	int64_t twice = 0;

	for (uint32_t i = 0; i < bins->n_bins; i++)
		twice += bins->n[i] * (bins->edges[i] + bins->edges[i + 1]);
	return divide_down(twice + bins->sum, 2 * bins->sum);
}

int64_t bins_quantile(const struct bins *bins, int percent)
{
	int64_t sought = percent * bins->sum, below = 0;
	uint32_t i = 0;

	while (!bins->n[i] || 100 * (below + bins->n[i]) < sought)
		below += bins->n[i++];
	return bins->edges[i] +
	       (bins->edges[i + 1] - bins->edges[i]) * (sought - 100 * below) / (100 * bins->n[i]);
}
