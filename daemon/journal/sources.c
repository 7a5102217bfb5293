/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/journal/sources.h"
#include "proto/grow.h"

#include <stdlib.h>

static void add_source(void *context, uint32_t id, struct text name,
		       const struct source_record *record)
{
	struct source_rows *all = context;

	if (grow(&all->rows, &all->room, (size_t)id + 1, sizeof(*all->rows)) != 0) {
		all->err = LIFT_E_MEMORY;
		return;
	}
	while (all->n < id)
		all->rows[all->n++] = (struct source_row){ 0 };
	all->rows[id] = (struct source_row){ .name = name, .record = *record };
	all->n = (size_t)id + 1;
	all->n_named++;
}

int source_rows_read(struct source_rows *rows, struct journal_view *view)
{
	int err = journal_view_outages(view, &rows->outages);

	if (!err)
		err = journal_view_sources(view, add_source, rows);
	return err ? err : rows->err;
}

const struct source_row *source_rows_find(const struct source_rows *rows, struct text name)
{
	for (size_t i = 0; i < rows->n; i++)
		if (text_equal(rows->rows[i].name, name))
			return &rows->rows[i];
	return NULL;
}

struct lateness source_rows_late(const struct source_rows *rows, const struct source_row *row,
				 const struct config *config, int64_t now_ms)
{
	const struct source_record *record = &row->record;
	const struct hearing hearing = {
		.last_ms = record->last_accepted,
		.is_over = record->streams > 0 && record->closed >= record->streams,
		.rhythm = &record->rhythm,
		.outages = &rows->outages,
	};
	int64_t cadence_ms = config_cadence(config, row->name);

	if (cadence_ms == CADENCE_LEARNT && config->as_of.pinned)
		cadence_ms = CADENCE_NEVER;
	return late_judge(&hearing, cadence_ms, now_ms);
}

void source_rows_free(struct source_rows *rows)
{
	free(rows->rows);
}
