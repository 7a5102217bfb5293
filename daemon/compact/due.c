/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/compact/due.h"

struct reading {
	uint64_t n, oldest;
};

static int read_order(void *context, const uint8_t pseudonym[static PSEUDONYM_BYTES],
		      uint64_t number)
{
	struct reading *reading = context;

	(void)pseudonym;
	if (reading->n == 0 || number < reading->oldest)
		reading->oldest = number;
	reading->n++;
	return 0;
}

int compact_due_read(struct journal_view *view, struct compact_due *ret_due)
{
	struct reading reading = { .n = 0 };
	int64_t since = 0;
	int err = journal_view_forgets(view, read_order, &reading);

	if (!err && reading.n > 0)
		err = journal_view_receipt(view, reading.oldest, &since);
	if (!err)
		*ret_due = (struct compact_due){ reading.n, since };
	return err;
}
