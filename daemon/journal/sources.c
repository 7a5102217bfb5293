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

static void add_stream(void *context, const struct stream *stream, struct text name)
{
	struct source_rows *all = context;
	struct source_row *row;

	(void)name;
	if (stream->source >= all->n)
		return;
	row = &all->rows[stream->source];
	row->missing = missing_sum(row->missing, stream_missing(stream));
	if (stream->since && (!row->since || stream->since < row->since))
		row->since = stream->since;
}

int source_rows_read(struct source_rows *rows, struct journal_view *view)
{
	int err = journal_view_sources(view, add_source, rows);

	if (!err)
		err = rows->err;
	return err ? err : journal_view_streams(view, add_stream, rows);
}

void source_rows_free(struct source_rows *rows)
{
	free(rows->rows);
}
