/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lift publish --check: a file is read as it would be for sending, and nothing is sent.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "clients/cli/check_page.h"
#include "clients/cli/publish.h"
#include "clients/cli/reading.h"
#include "clients/cli/sending.h"
#include "clients/cli/text/print.h"
#include "proto/json.h"

struct checking {
	struct reading reading;
	struct sending sending; /* its counts and reports */
	struct check_page page;
	struct msg_reader *reader;
	int64_t latest_ms;
};

static int print_event(struct checking *checking, struct text event)
{
	json_t *json = NULL;
	int err = json_from_msg(checking->reader, event, &json);
	char *line = err ? NULL : json_line(json);

	if (line)
		print_json_line(stdout, line);
	json_decref(json);
	free(line);
	return err || line ? err : LIFT_E_MEMORY;
}

static int take_event(void *context, struct text encoded, uint64_t place)
{
	struct checking *checking = context;
	struct event event;
	int err = judge_event(&checking->sending.judge, encoded, &event);

	checking->sending.rows++;
	if (!err && event.time > checking->latest_ms)
		err = LIFT_E_TIME;
	if (err == LIFT_E_MEMORY)
		return err;
	if (err) {
		const struct lift_rejection refusal = { .tag = place,
							.event = { encoded.data, encoded.size },
							.code = lift_err_code(err),
							.text = lift_err_text(err) };

		sending_refused(&checking->sending, &refusal);
		return 0;
	}
	err = check_page_add(&checking->page, &event);
	return err || !checking->sending.plan->json ? err : print_event(checking, encoded);
}

static void take_unreadable(void *context, uint64_t place, const char *reason)
{
	struct checking *checking = context;

	sending_unreadable(&checking->sending, place, reason);
}

static int check_rows(struct checking *checking)
{
	const struct rows_sink sink = { checking, take_event, take_unreadable };
	struct sending *sending = &checking->sending;
	int err, status = STATUS_WELL;

	progress_begin(&sending->progress, sending->name);
	err = reading_rows(&checking->reading, &sink, NULL);
	if (reading_complain(&checking->reading, err, &status))
		return status;
	if (err) {
		complain("%s: %s", sending->name, lift_err_text(err));
		return STATUS_SYSTEM;
	}
	if (!sending->plan->json)
		check_page_print(&checking->page, sending->name, sending->refused,
				 checking->reading.sheet.zone, sending->plan->setup->timezone);
	return sending->refused ? STATUS_REFUSED : STATUS_WELL;
}

int publish_check(const struct publish_plan *plan, const char *name, bool *ret_gone)
{
	struct checking *checking = calloc(1, sizeof(*checking));
	struct timespec now;
	int status = STATUS_SYSTEM;

	*ret_gone = false;
	clock_gettime(CLOCK_REALTIME, &now);
	if (checking)
		checking->reader = msg_reader_new();
	if (!checking || !checking->reader) {
		complain("%s: %s", name, lift_err_text(LIFT_E_MEMORY));
		free(checking);
		return STATUS_SYSTEM;
	}
	checking->latest_ms = now.tv_sec * INT64_C(1000) + EVENT_AHEAD_MS;
	checking->sending = (struct sending){ .plan = plan, .name = name };
	status = reading_open(&checking->reading, name, plan->setup);
	if (status == STATUS_WELL)
		status = check_rows(checking);
	reading_close(&checking->reading);
	sending_clear(&checking->sending);
	check_page_clear(&checking->page);
	msg_reader_free(checking->reader);
	free(checking);
	return status;
}
