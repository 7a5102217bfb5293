/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/cadence/outages.h"

#include <string.h>

void outages_add(struct outages *outages, int64_t from_ms, int64_t until_ms)
{
	struct outage *rows = outages->rows;

	if (outages->n > 0 && from_ms < rows[outages->n - 1].until_ms)
		from_ms = rows[outages->n - 1].until_ms;
	if (until_ms <= from_ms)
		return;
	if (outages->n == OUTAGES_MAX) {
		rows[1].from_ms = rows[0].from_ms;
		memmove(rows, rows + 1, (OUTAGES_MAX - 1) * sizeof(*rows));
		outages->n--;
	}
	rows[outages->n++] = (struct outage){ from_ms, until_ms };
}

void outages_cut(struct outages *outages, int64_t now_ms)
{
	while (outages->n > 0 && outages->rows[outages->n - 1].from_ms >= now_ms)
		outages->n--;
	if (outages->n > 0 && outages->rows[outages->n - 1].until_ms > now_ms)
		outages->rows[outages->n - 1].until_ms = now_ms;
}

int64_t outages_between(const struct outages *outages, int64_t from_ms, int64_t until_ms)
{
	int64_t sum = 0;

	for (uint32_t i = 0; i < outages->n; i++) {
		const struct outage *row = &outages->rows[i];
		int64_t from = row->from_ms > from_ms ? row->from_ms : from_ms;
		int64_t until = row->until_ms < until_ms ? row->until_ms : until_ms;

		sum += until > from ? until - from : 0;
	}
	return sum;
}

int64_t outages_end_of(const struct outages *outages, int64_t from_ms, int64_t ms)
{
	int64_t at = from_ms;

	for (uint32_t i = 0; i < outages->n; i++) {
		const struct outage *row = &outages->rows[i];

		if (row->until_ms <= at)
			continue;
		if (at + ms <= row->from_ms)
			break;
		ms -= row->from_ms > at ? row->from_ms - at : 0;
		at = row->until_ms;
	}
	return at + ms;
}
