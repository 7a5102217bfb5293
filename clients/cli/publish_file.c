/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file is a stream, its rows are numbered from 1. The stream is called by what is in the file, so
 * that a file that is published again gets the verdicts that it has got.
 */
#include "clients/cli/publish.h"

#include "clients/cli/reading.h"
#include "clients/cli/sending.h"

struct publishing {
	struct reading reading;
	struct sending sending;
};

static int take_event(void *context, struct text event, uint64_t place)
{
	struct publishing *publishing = context;

	publishing->sending.rows++;
	return lift_publisher_add(publishing->sending.publisher, event.data, event.size, place);
}

static void take_unreadable(void *context, uint64_t place, const char *reason)
{
	struct publishing *publishing = context;

	sending_unreadable(&publishing->sending, place, reason);
}

static void take_tick(void *context, uint64_t done)
{
	struct publishing *publishing = context;

	progress_show(&publishing->sending.progress, done, publishing->reading.input.size,
		      lift_publisher_judged(publishing->sending.publisher));
}

static int send_file(struct publishing *publishing, bool *ret_gone)
{
	const struct rows_sink sink = { publishing, take_event, take_unreadable };
	struct sending *sending = &publishing->sending;
	int err, status;

	err = sending_open(sending, publishing->reading.stream, sending->plan->batch, false);
	if (err)
		return sending_complain(sending, err, ret_gone);
	progress_begin(&sending->progress, sending->name);
	err = reading_rows(&publishing->reading, &sink, take_tick);
	if (!err)
		err = lift_publisher_flush(sending->publisher);
	progress_clear(&sending->progress);
	if (!err)
		status = sending_conclude(sending);
	if (reading_complain(&publishing->reading, err, &status) || !err)
		return status;
	return sending_complain(sending, err, ret_gone);
}

int publish_file(const struct publish_plan *plan, const char *name, bool *ret_gone)
{
	struct publishing publishing = { .sending = { .plan = plan, .name = name } };
	int status = STATUS_SYSTEM;

	status = reading_open(&publishing.reading, name, plan->setup);
	if (status == STATUS_WELL)
		status = send_file(&publishing, ret_gone);
	reading_close(&publishing.reading);
	sending_clear(&publishing.sending);
	return status;
}
