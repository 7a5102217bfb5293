/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lift publish --outbox: events go into a file of this machine's, which is safe at once, and from
 * there to the daemon, now or later.
 */
#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <time.h>

#include "clients/cli/nowhere.h"
#include "clients/cli/publish.h"
#include "clients/cli/reading.h"
#include "clients/cli/seal_file.h"
#include "clients/cli/sending.h"
#include "clients/cli/steady.h"
#include "proto/grow.h"

enum {
	PUT_EVENTS = 1000, /* in one transaction */
	PUT_BYTES = 1 << 20,
	LOOK_MS = 20,
	PATIENCE_MS = 6000, /* without progress; a daemon that answers does so sooner */
};

struct putting {
	struct reading reading;
	struct sending sending; /* its counts and reports */
	int64_t latest_ms;	/* that an event's time may be */
	uint64_t put;
	char *bytes;
	size_t size, room;
	struct lift_encoded events[PUT_EVENTS];
	size_t n;
};

/* A full outbox is waited for as long as the daemon takes some of it. */
static int put_gathered(struct putting *putting)
{
	const struct timespec pause = { .tv_nsec = LOOK_MS * 1000000L };
	struct lift_outbox *outbox = putting->sending.plan->outbox;
	struct lift_outbox_state state;
	uint64_t waiting = UINT64_MAX;
	int64_t progress_ms = steady_ms();
	size_t at = 0;
	int err;

	for (size_t i = 0; i < putting->n; i++) {
		putting->events[i].data = putting->bytes + at;
		at += putting->events[i].size;
	}
	while ((err = lift_publish_encoded(outbox, putting->events, putting->n, NULL)) ==
	       LIFT_E_FULL) {
		if (lift_outbox_look(outbox, &state) != 0)
			break;
		if (state.waiting < waiting)
			progress_ms = steady_ms();
		waiting = state.waiting;
		if (state.err || steady_ms() - progress_ms > PATIENCE_MS)
			break;
		nanosleep(&pause, NULL);
	}
	if (err == LIFT_E_FULL)
		err = lift_publish_encoded(outbox, putting->events, putting->n, NULL);
	putting->put += err ? 0 : putting->n;
	putting->n = 0;
	putting->size = 0;
	return err;
}

static int take_event(void *context, struct text event, uint64_t place)
{
	struct putting *putting = context;
	struct event judged;
	int err = judge_event(&putting->sending.judge, event, &judged);

	if (!err && judged.time > putting->latest_ms)
		err = LIFT_E_TIME;
	putting->sending.rows++;
	if (err && err != LIFT_E_MEMORY) {
		const struct lift_rejection refusal = { .tag = place,
							.event = { event.data, event.size },
							.code = lift_err_code(err),
							.text = lift_err_text(err) };

		sending_refused(&putting->sending, &refusal);
		return 0;
	}
	if (!err)
		err = grow(&putting->bytes, &putting->room, putting->size + event.size, 1);
	if (err)
		return err;
	memcpy(putting->bytes + putting->size, event.data, event.size);
	putting->size += event.size;
	putting->events[putting->n++].size = event.size;
	return putting->n == PUT_EVENTS || putting->size >= PUT_BYTES ? put_gathered(putting) : 0;
}

static void take_unreadable(void *context, uint64_t place, const char *reason)
{
	struct putting *putting = context;

	sending_unreadable(&putting->sending, place, reason);
}

static void take_tick(void *context, uint64_t done)
{
	struct putting *putting = context;

	progress_show(&putting->sending.progress, done, putting->reading.input.size, putting->put);
}

static int put_file(struct putting *putting, bool *ret_gone)
{
	const struct rows_sink sink = { putting, take_event, take_unreadable };
	struct sending *sending = &putting->sending;
	int err, status;

	progress_begin(&sending->progress, sending->name);
	err = reading_rows(&putting->reading, &sink, take_tick);
	if (!err && putting->n > 0)
		err = put_gathered(putting);
	progress_clear(&sending->progress);
	if (!err && sending->rows == 0)
		progress_end_empty(&sending->progress);
	else if (!err)
		progress_end_put(&sending->progress, putting->put, sending->refused);
	status = sending->refused ? STATUS_REFUSED : STATUS_WELL;
	if (reading_complain(&putting->reading, err, &status) || !err)
		return status;
	complain("%s: %s", sending->name, lift_error_text());
	complain("%s: the first %" PRIu64 " of its events are in the outbox; the same command puts "
		 "in all of them again, and they count once",
		 sending->name, putting->put);
	*ret_gone = true;
	return exit_status_of(err);
}

int publish_outbox(const struct publish_plan *plan, const char *name, bool *ret_gone)
{
	struct putting *putting = calloc(1, sizeof(*putting));
	struct timespec now;
	int status;

	if (!putting) {
		complain("%s: %s", name, lift_err_text(LIFT_E_MEMORY));
		return STATUS_SYSTEM;
	}
	clock_gettime(CLOCK_REALTIME, &now);
	putting->latest_ms = now.tv_sec * INT64_C(1000) + EVENT_AHEAD_MS;
	putting->sending = (struct sending){ .plan = plan, .name = name };
	status = reading_open(&putting->reading, name, plan->setup);
	if (status == STATUS_WELL)
		status = put_file(putting, ret_gone);
	reading_close(&putting->reading);
	sending_clear(&putting->sending);
	free(putting->bytes);
	free(putting);
	return status;
}

int publish_outbox_open(const struct publish_plan *plan, const char *path, const char *seal_file,
			struct lift_outbox **ret_outbox)
{
	uint8_t key[LIFT_SEAL_BYTES];
	const struct lift_outbox_options options = { .path = path,
						     .source = plan->source,
						     .endpoint = plan->endpoint,
						     .keys = plan->keys,
						     .seal = seal_file ? key : NULL };
	int err;

	if (seal_file && !seal_file_read(seal_file, key))
		return STATUS_SYSTEM;
	err = lift_outbox_open(&options, ret_outbox);
	if (err)
		complain("%s", lift_error_text());
	sodium_memzero(key, sizeof(key));
	return err ? exit_status_of(err) : STATUS_WELL;
}

static void take_unknown(void *context, const struct lift_unknown *unknown)
{
	nowhere_add(context, unknown);
}

static void complain_unknown(struct lift_outbox *outbox, const char *path)
{
	struct nowhere nowhere = { .n_texts = 0 };

	lift_outbox_unknown(outbox, take_unknown, &nowhere);
	nowhere_complain(&nowhere, path);
	nowhere_clear(&nowhere);
}

int publish_outbox_wait(struct lift_outbox *outbox, const char *path)
{
	const struct timespec pause = { .tv_nsec = LOOK_MS * 1000000L };
	int64_t progress_ms = steady_ms();
	struct lift_outbox_state state;
	uint64_t waiting = UINT64_MAX;

	for (;;) {
		if (lift_outbox_look(outbox, &state) != 0) {
			complain("%s", lift_error_text());
			return STATUS_SYSTEM;
		}
		if (state.waiting < waiting)
			progress_ms = steady_ms();
		waiting = state.waiting;
		if (waiting == 0 || state.err || steady_ms() - progress_ms > PATIENCE_MS)
			break;
		nanosleep(&pause, NULL);
	}
	complain_unknown(outbox, path);
	if (waiting > 0)
		complain("%s: %" PRIu64 " event%s in it%s%s; 'lift outbox --deliver %s', or the "
			 "next that is put in, sends %s",
			 path, waiting, waiting == 1 ? " waits" : "s wait",
			 state.why[0] ? ": " : "", state.why, path, waiting == 1 ? "it" : "them");
	if (state.refused > 0)
		complain("%s: %" PRIu64 " event%s refused: 'lift outbox --refused %s' prints %s",
			 path, state.refused, state.refused == 1 ? " was" : "s were", path,
			 state.refused == 1 ? "it" : "them");
	return state.refused > 0 ? STATUS_REFUSED : STATUS_WELL;
}
