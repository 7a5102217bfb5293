/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lift publish --again: verdicts that come from a passing cause are got again.
 *
 * The file is sent as its own stream, which gives the verdicts that there are. The rows of it that
 * had been refused before, and may be taken now, make another stream; those whose attributes were
 * not counted make one, too. Such a stream is called by the stream that the rows are from and by
 * the rows: the same rows are always in the same stream. If it is there already, its verdicts are
 * got in the same way, and what was refused in it goes on to a further one. A new stream ends it:
 * so each row gets one new verdict in a run, and a row that was accepted is not sent again.
 */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "clients/cli/publish.h"
#include "clients/cli/reading.h"
#include "clients/cli/sending.h"
#include "proto/control.h"
#include "proto/event.h"
#include "proto/grow.h"

enum {
	STAGES_MAX = 1000, /* streams that a run asks for their verdicts */
	HASH = 15,	   /* bytes: "again-" and its digits are a stream's name */
};
static_assert(sizeof("again-") - 1 + 2 * HASH <= STREAM_MAX, "a stream's name");

/* Rows of the file, by their place among those that can be read, from 0. */
struct row_list {
	uint64_t *rows;
	size_t n, room;
};

/* A stream, and the rows that are in it. */
struct stage {
	char stream[STREAM_MAX + 1];
	struct row_list rows;
	bool whole; /* all rows of the file */
};

struct publishing {
	struct reading reading;
	struct sending sending;
	struct stage todo[STAGES_MAX];
	size_t n_todo, n_stages;

	/* The stage that is being sent, or whose name is being made. */
	const struct stage *stage;
	crypto_generichash_state *hash; /* NULL: it is sent */
	uint64_t row;			/* the next one of the file */
	size_t at;			/* the next one of the stage */
	uint64_t old;			/* numbers below had been received before */
	struct row_list refused, uncounted;
	uint64_t sent_again, refused_again;
	int err; /* of a callback that cannot return one */
};

static int list_add(struct row_list *list, uint64_t row)
{
	int err = grow(&list->rows, &list->room, list->n + 1, sizeof(*list->rows));

	if (!err)
		list->rows[list->n++] = row;
	return err;
}

static int compare_rows(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static uint64_t row_of(const struct stage *stage, uint64_t seq)
{
	return stage->whole ? seq - 1 : stage->rows.rows[seq - 1];
}

/* Rows, as they are read. */

static int take_event(void *context, struct text event, uint64_t place)
{
	struct publishing *publishing = context;
	const struct stage *stage = publishing->stage;
	uint64_t row = publishing->row++;

	if (!stage->whole) {
		if (publishing->at == stage->rows.n || stage->rows.rows[publishing->at] != row)
			return 0;
		publishing->at++;
	}
	if (publishing->hash) {
		uint64_t size = event.size;

		crypto_generichash_update(publishing->hash, (const unsigned char *)&size,
					  sizeof(size));
		crypto_generichash_update(publishing->hash, (const unsigned char *)event.data,
					  event.size);
		return 0;
	}
	publishing->sending.rows += stage->whole;
	return lift_publisher_add(publishing->sending.publisher, event.data, event.size, place);
}

static void take_unreadable(void *context, uint64_t place, const char *reason)
{
	struct publishing *publishing = context;

	if (publishing->stage->whole)
		sending_unreadable(&publishing->sending, place, reason);
}

static void take_tick(void *context, uint64_t done)
{
	struct publishing *publishing = context;

	if (!publishing->hash)
		progress_show(&publishing->sending.progress, done, publishing->reading.input.size,
			      lift_publisher_judged(publishing->sending.publisher));
}

/* Verdicts. */

static bool keep_refused(void *context, const struct lift_rejection *rejection)
{
	struct publishing *publishing = context;
	int err;

	if (rejection->seq >= publishing->old ||
	    !sending_may_pass(&publishing->sending, rejection)) {
		publishing->refused_again +=
			rejection->seq >= publishing->old && !publishing->stage->whole;
		return false;
	}
	err = list_add(&publishing->refused, row_of(publishing->stage, rejection->seq));
	publishing->err = err ? err : publishing->err;
	return true;
}

static void keep_uncounted(void *context, uint64_t seq)
{
	struct publishing *publishing = context;
	int err = list_add(&publishing->uncounted, row_of(publishing->stage, seq));

	publishing->err = err ? err : publishing->err;
}

/* Read the file for a stage: a file that has changed is not the one whose rows these are. */
static int read_rows(struct publishing *publishing, const struct stage *stage,
		     crypto_generichash_state *hash)
{
	const struct rows_sink sink = { publishing, take_event, take_unreadable };
	int err;

	publishing->stage = stage;
	publishing->hash = hash;
	publishing->row = publishing->at = 0;
	err = reading_rows(&publishing->reading, &sink, take_tick);
	return err ? err : publishing->err;
}

/* The stream of rows of a stage that are to be sent again, to be done; takes the list. */
static int add_stage(struct publishing *publishing, const struct stage *from, const char *why,
		     struct row_list *rows)
{
	struct stage *stage = &publishing->todo[publishing->n_todo];
	crypto_generichash_state hash;
	unsigned char bytes[HASH];
	char digits[2 * HASH + 1];
	int err;

	if (publishing->n_stages == STAGES_MAX) {
		complain("%s: its rows have been sent again too often", publishing->sending.name);
		return LIFT_E_TOO_MANY;
	}
	*stage = (struct stage){ .rows = *rows };
	*rows = (struct row_list){ NULL, 0, 0 };
	publishing->n_todo++;
	publishing->n_stages++;
	qsort(stage->rows.rows, stage->rows.n, sizeof(*stage->rows.rows), compare_rows);
	crypto_generichash_init(&hash, NULL, 0, HASH);
	crypto_generichash_update(&hash, (const unsigned char *)why, strlen(why) + 1);
	crypto_generichash_update(&hash, (const unsigned char *)from->stream,
				  strlen(from->stream) + 1);
	err = read_rows(publishing, stage, &hash);
	crypto_generichash_final(&hash, bytes, sizeof(bytes));
	sodium_bin2hex(digits, sizeof(digits), bytes, sizeof(bytes));
	snprintf(stage->stream, sizeof(stage->stream), "again-%s", digits);
	return err;
}

static int send_stage(struct publishing *publishing, const struct stage *stage)
{
	struct sending *sending = &publishing->sending;
	uint32_t batch = sending->plan->batch;
	int err;

	/* An ack names so many refusals at most, and so many ranges. */
	err = sending_open(sending, stage->stream,
			   batch < ACK_REJECTED_MAX ? batch : ACK_REJECTED_MAX, false);
	if (err)
		return err;
	publishing->old = lift_publisher_next(sending->publisher);
	/* Some may be there, where a run was cut off. */
	if (!stage->whole && publishing->old <= stage->rows.n)
		publishing->sent_again += stage->rows.n - (publishing->old - 1);
	err = read_rows(publishing, stage, NULL);
	if (!err && !publishing->reading.changed)
		err = lift_publisher_flush(sending->publisher);
	return err ? err : publishing->err;
}

/* Send a stage; what is to be sent again is to be done then. */
static int run_stage(struct publishing *publishing, const struct stage *stage)
{
	int err = send_stage(publishing, stage);

	if (err || publishing->reading.changed)
		return err;
	sending_close(&publishing->sending);
	if (publishing->refused.n > 0)
		err = add_stage(publishing, stage, "refused", &publishing->refused);
	if (!err && publishing->uncounted.n > 0 && !publishing->reading.changed)
		err = add_stage(publishing, stage, "uncounted", &publishing->uncounted);
	return err;
}

static int run(struct publishing *publishing)
{
	int err = 0;

	snprintf(publishing->todo[0].stream, sizeof(publishing->todo[0].stream), "%s",
		 publishing->reading.stream);
	publishing->todo[0].whole = true;
	publishing->n_todo = publishing->n_stages = 1;
	while (!err && publishing->n_todo > 0 && !publishing->reading.changed) {
		struct stage stage = publishing->todo[--publishing->n_todo];

		err = run_stage(publishing, &stage);
		free(stage.rows.rows);
	}
	return err;
}

static int conclude(struct publishing *publishing)
{
	struct sending *sending = &publishing->sending;
	uint64_t sent = publishing->sent_again;

	/* They are not to be sent again at once. */
	sending->passing = 0;
	if (sent == 1)
		printf("%s: 1 row was sent again, and %s\n", sending->name,
		       publishing->refused_again ? "refused" : "accepted");
	else if (sent > 0)
		printf("%s: %" PRIu64 " rows were sent again, %" PRIu64 " of them accepted\n",
		       sending->name, sent, sent - publishing->refused_again);
	else
		printf("%s: no row was to be sent again\n", sending->name);
	return sending_conclude(sending);
}

static int send_again(struct publishing *publishing, bool *ret_gone)
{
	struct sending *sending = &publishing->sending;
	int err, status;

	progress_begin(&sending->progress, sending->name);
	err = run(publishing);
	progress_clear(&sending->progress);
	if (!err && !publishing->reading.changed)
		status = conclude(publishing);
	if (reading_complain(&publishing->reading, err, &status) || !err)
		return status;
	return sending_complain(sending, err, ret_gone);
}

int publish_again(const struct publish_plan *plan, const char *name, bool *ret_gone)
{
	struct publishing *publishing = calloc(1, sizeof(*publishing));
	int status = STATUS_SYSTEM;

	if (!publishing) {
		complain("%s: %s", name, lift_err_text(LIFT_E_MEMORY));
		return status;
	}
	publishing->sending = (struct sending){ .plan = plan,
						.name = name,
						.kept = keep_refused,
						.uncounted = keep_uncounted,
						.context = publishing };
	status = reading_open(&publishing->reading, name, plan->setup);
	if (status == STATUS_WELL)
		status = send_again(publishing, ret_gone);
	while (publishing->n_todo > 0)
		free(publishing->todo[--publishing->n_todo].rows.rows);
	free(publishing->refused.rows);
	free(publishing->uncounted.rows);
	reading_close(&publishing->reading);
	sending_clear(&publishing->sending);
	free(publishing);
	return status;
}
