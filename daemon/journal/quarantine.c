/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/journal/quarantine.h"

static int add_row(void *context, const struct quarantined *row)
{
	struct quarantine_page *page = context;
	struct refused *refused;
	struct text stream;
	uint32_t source;

	if (page->n == QUARANTINE_PAGE) { /* there is another one */
		page->next = page->rows[page->n - 1].number;
		return 1;
	}
	refused = &page->rows[page->n];
	if (!journal_view_stream_source(page->view, row->stream, &source) ||
	    !journal_view_name(page->view, NAME_SOURCE, source, &refused->source) ||
	    !journal_view_name(page->view, NAME_STREAM, row->stream, &stream) || stream.size < 4)
		return 0;
	refused->number = row->number;
	refused->stream = (struct text){ stream.data + 4, stream.size - 4 };
	refused->seq = row->seq;
	refused->err = row->err;
	refused->time = row->received;
	refused->sent = row->sent;
	refused->retry = row->retry.size > 0;
	page->n++;
	return 0;
}

int quarantine_read(struct journal_view *view, uint32_t source, uint64_t after,
		    struct quarantine_page *ret_page)
{
	ret_page->view = view;
	ret_page->n = 0;
	ret_page->next = 0;
	return source == QUARANTINE_ALL
		       ? journal_view_quarantine(view, after, add_row, ret_page)
		       : journal_view_refused(view, source, after, add_row, ret_page);
}
