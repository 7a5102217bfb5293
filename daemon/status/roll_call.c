/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/status/roll_call.h"

#include <stdlib.h>

#include "daemon/base/log.h"
#include "proto/grow.h"
#include "proto/iso8601.h"

/* How many lines of a kind there would be in one call. */
struct told {
	size_t late, heard;
};

/* What a peer has named comes last. */
static void say_late(const struct source_row *row, const struct lateness *late)
{
	const struct source_record *record = &row->record;
	char since[ISO8601_TEXT];

	iso8601_print(late->since_ms, since);
	log_alert(ALERT_SOURCE_LATE,
		  "a source is late: since=%s expected_min=%lld by=%s heard=%s source=%.*s", since,
		  (long long)late->expected_ms / 60000, late->learnt ? "learnt" : "configured",
		  record->last_received > record->last_accepted ? "refused" : "no",
		  (int)row->name.size, row->name.data);
}

static void say_heard(const struct source_row *row)
{
	log_alert(ALERT_SOURCE_HEARD, "a source that was late is heard again: source=%.*s",
		  (int)row->name.size, row->name.data);
}

/* One that is not expected any more is not late, and has not been heard either. */
static void call_one(struct roll_call *call, const struct source_row *row, size_t source,
		     const struct lateness *late, struct told *told)
{
	bool is_late = late->since_ms > 0;

	if (is_late == call->late[source])
		return;
	call->late[source] = is_late;
	if (is_late && told->late++ < ROLL_CALL_LINES)
		say_late(row, late);
	else if (!is_late && late->expected_ms > 0 && told->heard++ < ROLL_CALL_LINES)
		say_heard(row);
}

static void say_more(const struct told *told)
{
	if (told->late > ROLL_CALL_LINES)
		log_alert(ALERT_SOURCE_LATE, "more sources are late: n=%zu",
			  told->late - ROLL_CALL_LINES);
	if (told->heard > ROLL_CALL_LINES)
		log_alert(ALERT_SOURCE_HEARD, "more sources that were late are heard again: n=%zu",
			  told->heard - ROLL_CALL_LINES);
}

static int make_room(struct roll_call *call, size_t n)
{
	int err = grow(&call->late, &call->room, n, sizeof(*call->late));

	while (!err && call->n < n)
		call->late[call->n++] = false;
	return err;
}

/* What cannot be read now is called the next time. */
static void call_all(struct roll_call *call, int64_t utc_ms, bool first)
{
	struct source_rows sources = { 0 };
	struct told told = { 0 };
	struct journal_view view;
	size_t n_late = 0;
	int err = journal_view_begin(call->journal, &view);

	if (!err)
		err = source_rows_read(&sources, &view);
	if (!err)
		err = make_room(call, sources.n);
	for (size_t i = 0; i < sources.n && !err; i++) {
		const struct source_row *row = &sources.rows[i];
		struct lateness late = source_rows_late(&sources, row, call->config, utc_ms);

		if (first)
			n_late += call->late[i] = late.since_ms > 0;
		else if (row->name.size > 0)
			call_one(call, row, i, &late, &told);
	}
	if (n_late > 0)
		log_notice("sources are late since before the start: n=%zu", n_late);
	say_more(&told);
	source_rows_free(&sources);
	journal_view_end(&view);
}

static void on_time(void *context, const struct now *now)
{
	call_all(context, now->utc_ms, false);
}

int roll_call_open(struct roll_call *call, struct loop *loop, const struct now *now)
{
	call_all(call, now->utc_ms, true);
	return loop_add_timer(loop, ROLL_CALL_MS, on_time, call, NULL);
}

void roll_call_close(struct roll_call *call)
{
	free(call->late);
}
