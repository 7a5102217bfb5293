/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/journal/damage.h"

#include <stdio.h>
#include <string.h>

static void add_range(struct journal_damage *damage, uint64_t first, uint64_t last)
{
	uint32_t at, kept = 0;

	/* What it touches becomes one with it; the others keep their order. */
	for (uint32_t i = 0; i < damage->n_ranges; i++) {
		uint64_t *range = damage->ranges[i];

		if (range[0] <= last + (last < UINT64_MAX) &&
		    first <= range[1] + (range[1] < UINT64_MAX)) {
			first = range[0] < first ? range[0] : first;
			last = range[1] > last ? range[1] : last;
		} else {
			memmove(damage->ranges[kept++], range, sizeof(damage->ranges[0]));
		}
	}
	damage->n_ranges = kept;
	if (kept == DAMAGE_RANGES_MAX) { /* the last one takes it, and what is between */
		uint64_t *range = damage->ranges[--damage->n_ranges];

		add_range(damage, range[0] < first ? range[0] : first,
			  range[1] > last ? range[1] : last);
		return;
	}
	for (at = kept; at > 0 && damage->ranges[at - 1][0] > first; at--)
		memcpy(damage->ranges[at], damage->ranges[at - 1], sizeof(damage->ranges[0]));
	damage->ranges[at][0] = first;
	damage->ranges[at][1] = last;
	damage->n_ranges++;
}

static void add_line(struct journal_damage *damage, const char *line)
{
	size_t used = 0, size = strlen(line) + 1;

	for (uint32_t i = 0; i < damage->n_lines; i++)
		used += strlen(damage->text + used) + 1;
	if (damage->n_lines == DAMAGE_LINES_MAX || used + size > sizeof(damage->text)) {
		damage->n_left_out++;
		return;
	}
	memcpy(damage->text + used, line, size);
	damage->n_lines++;
}

void journal_damage_add(struct journal_damage *damage, uint64_t first, uint64_t last,
			const char *format, va_list args)
{
	char line[256];

	vsnprintf(line, sizeof(line), format, args);
	damage->found = true;
	add_range(damage, first, last);
	add_line(damage, line);
}

void journal_damage_end(struct journal_damage *damage, uint64_t last)
{
	if (last == 0)
		last = 1;
	for (uint32_t i = 0; i < damage->n_ranges; i++) {
		if (damage->ranges[i][1] > last)
			damage->ranges[i][1] = last;
		if (damage->ranges[i][0] > damage->ranges[i][1])
			damage->ranges[i][0] = damage->ranges[i][1];
	}
}

void journal_damage_numbers(const struct journal_damage *damage,
			    char ret_text[static DAMAGE_NUMBERS])
{
	char last[24];
	size_t size = 0;

	ret_text[0] = 0;
	for (uint32_t i = 0; i < damage->n_ranges; i++) {
		const uint64_t *range = damage->ranges[i];

		snprintf(last, sizeof(last), "%llu", (unsigned long long)range[1]);
		size += (size_t)snprintf(ret_text + size, DAMAGE_NUMBERS - size, "%s%llu..%s",
					 i ? "," : "", (unsigned long long)range[0],
					 range[1] == UINT64_MAX ? "last" : last);
	}
}
