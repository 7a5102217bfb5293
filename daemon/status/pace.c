/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/status/pace.h"

#include <stdlib.h>

struct note {
	int64_t steady_ms;
	uint64_t *received; /* by source */
	size_t n;
};

struct pace {
	struct note notes[PACE_NOTES];
	size_t n, oldest;
};

struct pace *pace_new(void)
{
	return calloc(1, sizeof(struct pace));
}

void pace_free(struct pace *pace)
{
	for (size_t i = 0; pace && i < PACE_NOTES; i++)
		free(pace->notes[i].received);
	free(pace);
}

static uint64_t received(const struct source_record *record)
{
	return record->accepted + record->rejected;
}

/* In place of the oldest, where there are as many as there may be. */
static void keep(struct pace *pace, const struct note *note)
{
	size_t at = pace->n < PACE_NOTES ? pace->n++ : pace->oldest++;

	free(pace->notes[at].received);
	pace->notes[at] = *note;
	pace->oldest %= PACE_NOTES;
}

void pace_note(struct pace *pace, struct journal *journal, int64_t steady_ms)
{
	struct source_rows sources = { 0 };
	struct journal_view view;
	struct note note = { .steady_ms = steady_ms };
	int err = journal_view_begin(journal, &view);

	if (!err)
		err = source_rows_read(&sources, &view);
	if (!err) {
		note.received = calloc(sources.n + 1, sizeof(*note.received));
		note.n = sources.n;
	}
	for (size_t i = 0; note.received && i < note.n; i++)
		note.received[i] = received(&sources.rows[i].record);
	if (note.received)
		keep(pace, &note);
	source_rows_free(&sources);
	journal_view_end(&view);
}

int64_t pace_ms(const struct pace *pace, int64_t steady_ms)
{
	int64_t ms = pace && pace->n > 0 ? steady_ms - pace->notes[pace->oldest].steady_ms : 0;

	return ms < PACE_LEAST_MS ? 0 : ms;
}

uint64_t pace_of(const struct pace *pace, size_t source, const struct source_record *record)
{
	const struct note *note = &pace->notes[pace->oldest];

	return received(record) - (source < note->n ? note->received[source] : 0);
}
