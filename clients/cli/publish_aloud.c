/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lift publish --pub: a file is published without answers. So rows that the daemon would refuse by
 * themselves are refused here, and it is said what is known to be lost.
 */
#include <inttypes.h>

#include "clients/cli/publish.h"
#include "clients/cli/reading.h"
#include "clients/cli/sending.h"

struct publishing {
	struct reading reading;
	struct sending sending; /* its counts and reports */
	struct lift_broadcaster *broadcaster;
};

static int take_event(void *context, struct text event, uint64_t place)
{
	struct publishing *publishing = context;
	struct event judged;
	int err = judge_event(&publishing->sending.judge, event, &judged);
	const struct lift_rejection refusal = { .tag = place,
						.event = { event.data, event.size },
						.code = lift_err_code(err),
						.text = lift_err_text(err) };

	publishing->sending.rows++;
	if (!err || err == LIFT_E_MEMORY)
		return err ? err
			   : lift_broadcaster_add(publishing->broadcaster, event.data, event.size);
	sending_refused(&publishing->sending, &refusal);
	return 0;
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
		      lift_broadcaster_added(publishing->broadcaster));
}

static int conclude(struct publishing *publishing)
{
	struct sending *sending = &publishing->sending;

	if (sending->rows == 0)
		progress_end_empty(&sending->progress);
	else
		progress_end_sent(&sending->progress,
				  lift_broadcaster_added(publishing->broadcaster),
				  sending->refused);
	return sending->refused ? STATUS_REFUSED : STATUS_WELL;
}

/* Something is lost: that is what is known. */
static int complain_lost(const struct sending *sending, int err, bool *ret_gone)
{
	*ret_gone = err == LIFT_E_SOCKET;
	if (err == LIFT_E_STOPPED) {
		complain(
			"%s: the connection to %s broke meanwhile: some of it may be lost; publish "
			"it without --pub to send what is missing",
			sending->name, sending->plan->endpoint);
		return STATUS_SYSTEM;
	}
	complain("%s: not all of it could be published, and the rest is lost; publish it without "
		 "--pub to send what is missing",
		 sending->name);
	return complain_endpoint(sending->plan->endpoint, sending->plan->keys, err);
}

static int send_file(struct publishing *publishing, bool *ret_gone)
{
	const struct rows_sink sink = { publishing, take_event, take_unreadable };
	struct sending *sending = &publishing->sending;
	const struct lift_broadcaster_options options = { .endpoint = sending->plan->endpoint,
							  .keys = sending->plan->keys,
							  .source = sending->plan->source,
							  .stream = publishing->reading.stream,
							  .batch = sending->plan->batch,
							  .linger_ms = sending->plan->linger_ms };
	int err, status;

	err = lift_broadcaster_open(&options, &publishing->broadcaster);
	if (err)
		return sending_complain(sending, err, ret_gone);
	progress_begin(&sending->progress, sending->name);
	err = reading_rows(&publishing->reading, &sink, take_tick);
	if (!err)
		err = lift_broadcaster_finish(publishing->broadcaster);
	progress_clear(&sending->progress);
	if (!err)
		status = conclude(publishing);
	if (reading_complain(&publishing->reading, err, &status) || !err)
		return status;
	return complain_lost(sending, err, ret_gone);
}

int publish_aloud(const struct publish_plan *plan, const char *name, bool *ret_gone)
{
	struct publishing publishing = { .sending = { .plan = plan, .name = name } };
	int status = STATUS_SYSTEM;

	status = reading_open(&publishing.reading, name, plan->setup);
	if (status == STATUS_WELL)
		status = send_file(&publishing, ret_gone);
	reading_close(&publishing.reading);
	lift_broadcaster_free(publishing.broadcaster);
	sending_clear(&publishing.sending);
	return status;
}
