/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/xapi/work/counts.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "clients/gateway/log.h"
#include "proto/grow.h"
#include "proto/iso8601.h"

enum { BURST_S = 10 };

struct platform_counts *counts_of(struct counts *counts, const char *name)
{
	struct platform_counts *made;

	for (size_t i = 0; i < counts->n; i++)
		if (strcmp(counts->items[i]->name, name) == 0)
			return counts->items[i];
	made = counts->n < XAPI_PLATFORMS_MAX ? calloc(1, sizeof(*made)) : NULL;
	if (made) {
		snprintf(made->name, sizeof(made->name), "%s", name);
		counts->items[counts->n++] = made;
	}
	return made;
}

void counts_free(struct counts *counts)
{
	for (size_t i = 0; i < counts->n; i++) {
		free(counts->items[i]->ignored.items);
		free(counts->items[i]->refused.items);
		free(counts->items[i]);
	}
	counts->n = 0;
}

/* A bucket that is full at the start, and never has more than ten seconds' worth. */
bool counts_allow(struct platform_counts *counts, int rate, size_t n, int64_t steady_ms)
{
	const int64_t full = (int64_t)rate * BURST_S * 1000, asked = (int64_t)n * 1000;
	int64_t since_ms = steady_ms - counts->filled_ms;

	if (rate == 0)
		return true;
	if (!counts->filled_ms || since_ms > BURST_S * 1000)
		counts->allowance = full;
	else
		counts->allowance += since_ms * rate;
	if (counts->allowance > full)
		counts->allowance = full;
	counts->filled_ms = steady_ms;
	if (counts->allowance < (asked < full ? asked : full))
		return false;
	counts->allowance -= asked;
	return true;
}

/* Where there is no memory, or no row left, it is counted under the first one's name: "other". */
static struct count_row *find_row(struct count_rows *rows, const char *name)
{
	for (size_t i = 0; i < rows->n; i++)
		if (strncmp(rows->items[i].name, name, COUNT_NAME_MAX - 1) == 0)
			return &rows->items[i];
	if (rows->n >= COUNT_ROWS_MAX && strcmp(name, "other") != 0)
		return find_row(rows, "other");
	if (grow(&rows->items, &rows->room, rows->n + 1, sizeof(*rows->items)))
		return NULL;
	rows->items[rows->n] = (struct count_row){ .n = 0 };
	snprintf(rows->items[rows->n].name, COUNT_NAME_MAX, "%s", name);
	return &rows->items[rows->n++];
}

void count_add(struct count_rows *rows, const char *name, uint64_t n)
{
	struct count_row *row = find_row(rows, name);

	if (row)
		row->n += n;
}

static json_t *show_rows(const struct count_rows *rows)
{
	json_t *shown = json_object();

	for (size_t i = 0; i < rows->n; i++)
		json_object_set_new(shown, rows->items[i].name,
				    json_integer((json_int_t)rows->items[i].n));
	return shown;
}

static json_t *show_events(const struct platform_counts *counts)
{
	json_t *shown = json_object();

	for (int type = EVENT_STARTED; type < EVENT_TYPES; type++)
		if (counts->events[type])
			json_object_set_new(shown, event_type_name((enum event_type)type),
					    json_integer((json_int_t)counts->events[type]));
	return shown;
}

json_t *counts_show(const struct platform_counts *counts)
{
	char last[ISO8601_TEXT] = "";

	if (counts->last_ms)
		iso8601_print(counts->last_ms, last);
	return json_pack("{s:s, s:o, s:I, s:I, s:I, s:I, s:I, s:o, s:o, s:o}", "platform",
			 counts->name, "last_heard", *last ? json_string(last) : json_null(),
			 "statements", (json_int_t)counts->statements, "known_before",
			 (json_int_t)counts->again, "voiding", (json_int_t)counts->voided,
			 "score_out_of_range", (json_int_t)counts->scores, "failed_requests",
			 (json_int_t)counts->failed, "events", show_events(counts), "ignored",
			 show_rows(&counts->ignored), "refused", show_rows(&counts->refused));
}

static uint64_t sum_of(const struct count_rows *rows)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < rows->n; i++)
		sum += rows->items[i].n;
	return sum;
}

void counts_log(struct counts *counts)
{
	for (size_t i = 0; i < counts->n; i++) {
		struct platform_counts *one = counts->items[i];
		uint64_t events = 0;

		if (!one->has_changed)
			continue;
		one->has_changed = false;
		for (int type = EVENT_STARTED; type < EVENT_TYPES; type++)
			events += one->events[type];
		gateway_log(GATEWAY_LOG_NOTICE,
			    "received since the start: platform=%s statements=%" PRIu64
			    " events=%" PRIu64 " ignored=%" PRIu64 " refused=%" PRIu64
			    " known_before=%" PRIu64 " failed_requests=%" PRIu64,
			    one->name, one->statements, events, sum_of(&one->ignored),
			    sum_of(&one->refused), one->again, one->failed);
	}
}
