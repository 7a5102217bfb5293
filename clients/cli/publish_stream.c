/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lift publish --stream NAME [--follow]: events go on in one stream, as they come.
 *
 * Numbers go on where the stream is. Of a pipe nothing can be read again: what an earlier run has
 * sent is known to whoever writes it. A file that is followed, and has only grown, is the stream:
 * its n-th row has the number n. So a run begins behind the last row that the daemon has, if that
 * row is the same: the daemon says so when it gets it again.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "clients/cli/growing.h"
#include "clients/cli/publish.h"
#include "clients/cli/refusal.h"
#include "clients/cli/sending.h"
#include "proto/grow.h"

enum {
	ANSWERS_MS = 100, /* how often answers are looked for while something is unanswered */
	STOPPING_MS =
		LIFT_ANSWER_MS, /* how long a run that was stopped waits for its last answers */
};

/* Events whose numbers were taken: they go on under new ones. */
struct moved {
	char *events;
	size_t size, space;
	struct moved_event {
		size_t end;
		uint64_t place;
	} * rows;
	size_t n, room;
};

struct publishing {
	struct growing growing;
	struct sending sending;
	uint64_t sent; /* to the publisher, moved ones again */
	uint64_t row;  /* of the file that is open, from 1 */
	uint64_t skip; /* rows of it that the daemon has */
	struct moved moved;
	int err; /* of a callback that cannot return one */
};

/* Events that are refused because their number was used: by an earlier run that was cut off. */

static int move_event(struct moved *moved, struct text event, uint64_t place)
{
	int err = grow(&moved->events, &moved->space, moved->size + event.size, 1);

	if (!err)
		err = grow(&moved->rows, &moved->room, moved->n + 1, sizeof(*moved->rows));
	if (err)
		return err;
	memcpy(moved->events + moved->size, event.data, event.size);
	moved->size += event.size;
	moved->rows[moved->n++] = (struct moved_event){ moved->size, place };
	return 0;
}

static bool keep_reused(void *context, const struct lift_rejection *rejection)
{
	struct publishing *publishing = context;
	int err;

	if (strcmp(rejection->code, lift_err_code(LIFT_E_REUSED)) != 0)
		return false;
	err = move_event(&publishing->moved, refused_event(rejection), rejection->tag);
	publishing->err = err ? err : publishing->err;
	return true;
}

static int add_event(struct publishing *publishing, struct text event, uint64_t place)
{
	publishing->sent++;
	return lift_publisher_add(publishing->sending.publisher, event.data, event.size, place);
}

/* While these are added, others may be moved. */
static int add_moved(struct publishing *publishing)
{
	struct moved moved = publishing->moved;
	size_t begin = 0;
	int err = publishing->err;

	publishing->moved = (struct moved){ NULL, 0, 0, NULL, 0, 0 };
	for (size_t i = 0; !err && i < moved.n; i++) {
		err = add_event(publishing,
				(struct text){ moved.events + begin, moved.rows[i].end - begin },
				moved.rows[i].place);
		begin = moved.rows[i].end;
	}
	free(moved.events);
	free(moved.rows);
	return err;
}

/* Rows. */

static int take_event(void *context, struct text event, uint64_t place)
{
	struct publishing *publishing = context;

	if (++publishing->row <= publishing->skip)
		return 0;
	publishing->sending.rows++;
	return add_event(publishing, event, place);
}

static void take_unreadable(void *context, uint64_t place, const char *reason)
{
	struct publishing *publishing = context;

	if (publishing->row >= publishing->skip)
		sending_unreadable(&publishing->sending, place, reason);
}

static bool take_stopped(void *context)
{
	struct publishing *publishing = context;

	return growing_stopped(&publishing->growing);
}

/* Is the file the stream? */

struct looking {
	uint64_t row, wanted;
	char *event;
	size_t size;
};

static int look_at_event(void *context, struct text event, uint64_t place)
{
	struct looking *looking = context;

	(void)place;
	if (++looking->row != looking->wanted)
		return 0;
	looking->event = malloc(event.size);
	if (!looking->event)
		return LIFT_E_MEMORY;
	memcpy(looking->event, event.data, event.size);
	looking->size = event.size;
	return 0;
}

static void look_at_unreadable(void *context, uint64_t place, const char *reason)
{
	(void)context;
	(void)place;
	(void)reason;
}

static void see_reused(void *context, const struct lift_rejection *rejection)
{
	bool *same = context;

	if (strcmp(rejection->code, lift_err_code(LIFT_E_REUSED)) == 0)
		*same = false;
}

/* Has the daemon this event under this number? */
static int ask_same(const struct publish_plan *plan, uint64_t number, struct text event,
		    bool *ret_same)
{
	bool same = true;
	const struct lift_publisher_options options = { .endpoint = plan->endpoint,
							.keys = plan->keys,
							.source = plan->source,
							.stream = plan->stream,
							.first = number,
							.rejected = see_reused,
							.context = &same };
	struct lift_publisher *publisher = NULL;
	int err = lift_publisher_open(&options, &publisher);

	if (!err)
		err = lift_publisher_add(publisher, event.data, event.size, 0);
	if (!err)
		err = lift_publisher_flush(publisher);
	lift_publisher_free(publisher);
	*ret_same = same;
	return err;
}

/* How many rows of the file the daemon has: 0 where it is not the stream's. */
static int find_place(struct publishing *publishing)
{
	uint64_t last = lift_publisher_next(publishing->sending.publisher) - 1;
	const char *name = publishing->sending.name;
	struct looking looking = { .wanted = last };
	const struct rows_sink sink = { &looking, look_at_event, look_at_unreadable };
	enum growing_news news = GROWING_READ;
	bool same = false;
	int err = 0;

	while (!err && last > 0 && news == GROWING_READ && !looking.event)
		err = growing_read(&publishing->growing, &sink, &news);
	if (!err && looking.event)
		err = ask_same(publishing->sending.plan, last,
			       (struct text){ looking.event, looking.size }, &same);
	free(looking.event);
	if (err || last == 0)
		return err;
	publishing->skip = same ? last : 0;
	if (same)
		complain("%s: goes on behind row %" PRIu64 ", the last one that the daemon has",
			 name, last);
	else
		complain("%s: the stream '%s' has %" PRIu64 " events, and not those of this file: "
			 "it is sent from its first row",
			 name, publishing->sending.plan->stream, last);
	return growing_rewind(&publishing->growing) ? 0 : LIFT_E_IO;
}

/* The run. */

static uint64_t unanswered(const struct publishing *publishing)
{
	return publishing->sent - lift_publisher_judged(publishing->sending.publisher);
}

/* The input pauses: what has come goes out, answers come in. */
static int pause_input(struct publishing *publishing)
{
	struct sending *sending = &publishing->sending;
	int err = add_moved(publishing);

	if (!err)
		err = lift_publisher_push(sending->publisher);
	if (err)
		return err;
	sending_goes_on(sending);
	if (sending->nowhere.news)
		nowhere_complain(&sending->nowhere, sending->name);
	growing_wait(&publishing->growing, unanswered(publishing) ? ANSWERS_MS : -1);
	return lift_publisher_wait(sending->publisher, 0);
}

static int read_on(struct publishing *publishing)
{
	const struct rows_sink sink = { publishing, take_event, take_unreadable };
	enum growing_news news = GROWING_READ;
	int err = 0;

	while (!err && news != GROWING_END && !growing_stopped(&publishing->growing)) {
		err = growing_read(&publishing->growing, &sink, &news);
		if (!err && news == GROWING_OTHER)
			publishing->row = publishing->skip = 0;
		if (!err && news == GROWING_PAUSE)
			err = pause_input(publishing);
	}
	return err;
}

/* Wait for the last answers: of a run that was stopped, not for long. */
static int finish(struct publishing *publishing)
{
	struct sending *sending = &publishing->sending;
	bool stopped = growing_stopped(&publishing->growing);
	int err;

	sending->patience_ms = stopped ? STOPPING_MS : 0;
	sending->stopped = NULL;
	do {
		err = add_moved(publishing);
		if (!err)
			err = lift_publisher_flush(sending->publisher);
	} while (!err && publishing->moved.n > 0);
	return err;
}

static int conclude(struct publishing *publishing, int err, bool *ret_gone)
{
	struct sending *sending = &publishing->sending;
	const char *problem =
		publishing->growing.rows ? rows_problem(publishing->growing.rows) : "";
	uint64_t left = unanswered(publishing);

	if (err && growing_stopped(&publishing->growing)) {
		complain("%s: stopped; %" PRIu64 " event%s sent, and not acknowledged",
			 sending->name, left, left == 1 ? " was" : "s were");
		return STATUS_SYSTEM;
	}
	if (err == LIFT_E_MALFORMED && problem[0]) {
		complain("%s: %s", sending->name, problem);
		return STATUS_REFUSED;
	}
	if (err)
		return err == LIFT_E_IO ? STATUS_SYSTEM : sending_complain(sending, err, ret_gone);
	return sending_conclude(sending);
}

static int send_input(struct publishing *publishing, bool *ret_gone)
{
	struct sending *sending = &publishing->sending;
	int err = sending_open(sending, sending->plan->stream, sending->plan->batch, true);

	if (err)
		return sending_complain(sending, err, ret_gone);
	progress_begin(&sending->progress, sending->name);
	if (sending->plan->follow)
		err = find_place(publishing);
	if (!err)
		err = read_on(publishing);
	if (!err || (err == LIFT_E_STOPPED && growing_stopped(&publishing->growing)))
		err = finish(publishing);
	if (growing_stopped(&publishing->growing))
		*ret_gone = true;
	return conclude(publishing, err, ret_gone);
}

int publish_stream(const struct publish_plan *plan, const char *name, bool *ret_gone)
{
	struct publishing publishing = { .sending = { .plan = plan,
						      .name = name,
						      .kept = keep_reused,
						      .stopped = take_stopped,
						      .patience_ms = -1 } };
	const struct sheet sheet = sheet_setup_sheet(plan->setup);
	int status = STATUS_SYSTEM;

	publishing.sending.context = &publishing;
	if (growing_open(&publishing.growing, name, &sheet, plan->follow))
		status = send_input(&publishing, ret_gone);
	sending_clear(&publishing.sending);
	growing_close(&publishing.growing);
	free(publishing.moved.events);
	free(publishing.moved.rows);
	return status;
}
