/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/journal/refusals.h"

#include <stdlib.h>

struct counting {
	struct refusals *refusals;
	struct journal_view *view;
	uint32_t stream, source; /* of the last row */
	int err;
};

static int count_row(void *context, const struct quarantined *refused)
{
	struct counting *counting = context;
	struct refusals_row *row;

	if (refused->stream != counting->stream &&
	    !journal_view_stream_source(counting->view, refused->stream, &counting->source))
		return 0;
	counting->stream = refused->stream;
	if (counting->source >= counting->refusals->n)
		return 0;
	row = &counting->refusals->rows[counting->source];
	if (!row->of)
		row->of = calloc(REFUSALS_CODES, sizeof(*row->of));
	if (!row->of) {
		counting->err = LIFT_E_MEMORY;
		return 1;
	}
	row->of[-refused->err % REFUSALS_CODES]++;
	row->n++;
	return 0;
}

int refusals_read(struct refusals *refusals, struct journal_view *view, size_t n_sources)
{
	struct counting counting = { .refusals = refusals, .view = view, .stream = UINT32_MAX };
	int err;

	*refusals = (struct refusals){ calloc(n_sources + 1, sizeof(*refusals->rows)), n_sources };
	if (!refusals->rows)
		return LIFT_E_MEMORY;
	err = journal_view_quarantine(view, 0, count_row, &counting);
	return err ? err : counting.err;
}

void refusals_free(struct refusals *refusals)
{
	for (size_t i = 0; refusals->rows && i < refusals->n; i++)
		free(refusals->rows[i].of);
	free(refusals->rows);
}
