/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "clients/xapi/work/work_internal.h"
#include "proto/grow.h"

static int gather_event(const struct bench *bench, struct work *work, size_t i,
			const struct event *event)
{
	struct gathering *gathering = bench->gathering;
	int err = grow(&gathering->events, &gathering->room, gathering->n + 1,
		       sizeof(*gathering->events));

	if (err)
		return err;
	event_encode(gathering->writer, event);
	gathering->events[gathering->n].end = msg_size(gathering->writer);
	gathering->events[gathering->n].work = work;
	gathering->events[gathering->n++].statement = i;
	return 0;
}

/* Voidings of all that was made of a statement. They are dated as what they take back: it was never
 * right, on no day, and a later claim of where somebody works is none of theirs. */
static int gather_voids(const struct bench *bench, struct work *work, size_t i,
			const struct event *events, size_t n)
{
	int err = 0;

	for (size_t e = 0; e < n && !err; e++) {
		struct event taken_back;

		map_void(&events[e], events[e].time, &taken_back);
		err = gather_event(bench, work, i, &taken_back);
	}
	return err;
}

/* The events of an entry are as they were sent: a batch is put around them, and read. */
static int void_entry(const struct bench *bench, struct work *work, size_t i,
		      const struct shelf_entry *entry)
{
	struct msg_writer *writer = msg_writer_new();
	struct batch batch;
	int err = writer ? 0 : LIFT_E_MEMORY;

	if (!err) {
		batch_begin(writer, "events", text_of(bench->platform->source),
			    (struct text)TEXT("shelf"), 1, entry->n_events);
		msg_raw(writer, entry->events);
		err = batch_decode(bench->gathering->reader, msg_written(writer), &batch);
	}
	for (uint32_t e = 0; !err && e < entry->n_events; e++) {
		struct event event;

		err = batch_event(&batch, e, &event);
		if (!err)
			err = gather_voids(bench, work, i, &event, 1);
	}
	msg_writer_free(writer);
	return err;
}

static int write_void(const struct bench *bench, struct work *work, size_t i, struct text target)
{
	struct shelf_entry entry = { 0 };
	uint8_t id[SHELF_HASH];
	int err;

	work_hash_id(bench, target, id);
	err = shelf_find(bench->shelf, id, &entry);
	if (!err && entry.n_events)
		err = void_entry(bench, work, i, &entry);
	return err && err != LIFT_E_NOT_FOUND ? err : shelf_void(bench->shelf, id, bench->now_ms);
}

static int write_held(const struct bench *bench, struct work *work, size_t i, int64_t request)
{
	char *body = json_dumps(json_array_get(work->statements, i), JSON_COMPACT);
	struct shelf_held held = {
		.request = request,
		.time_ms = bench->now_ms,
		.source = text_of(bench->platform->source),
		.platform = text_of(bench->platform->name),
		.reason = text_of(work->verdicts[i].name),
	};
	int err = body ? 0 : LIFT_E_MEMORY;

	if (!err) {
		held.body = text_of(body);
		err = shelf_hold(bench->shelf, &held);
	}
	free(body);
	return err;
}

static int write_events(const struct bench *bench, struct work *work, size_t i,
			const struct outcome *outcome)
{
	const struct work_key *key = &work->keys[i];
	size_t from = msg_size(bench->gathering->writer);
	struct text written;
	int err = 0;

	for (size_t e = 0; e < outcome->n_events && !err; e++)
		err = gather_event(bench, work, i, &outcome->events[e]);
	if (err)
		return err;
	written = msg_written(bench->gathering->writer);
	if (written.size < from)
		return LIFT_E_MEMORY;
	return shelf_put(bench->shelf, key->id, key->content, bench->now_ms,
			 (uint32_t)outcome->n_events,
			 (struct text){ written.data + from, written.size - from });
}

int work_write(const struct bench *bench, struct work *work, size_t i, int64_t request)
{
	const struct outcome *outcome = &bench->gathering->outcomes[i];
	const struct work_key *key = &work->keys[i];
	static const struct outcome nothing;
	int err;

	switch (work->verdicts[i].kind) {
	case VERDICT_AGAIN:
		return 0;
	case VERDICT_EVENTS:
		return write_events(bench, work, i, outcome);
	case VERDICT_VOIDS:
		err = write_void(bench, work, i, outcome->voids);
		return err ? err : write_events(bench, work, i, &nothing);
	case VERDICT_REFUSED:
		if (!work->exchange) /* it stays */
			return 0;
		err = write_held(bench, work, i, request);
		return err ? err : write_events(bench, work, i, &nothing);
	default: /* that it has come is known; and where it was voided before, its events are
		  * taken back: a crash may have left them in the outbox */
		if (key->is_void)
			err = gather_voids(bench, work, i, outcome->events, outcome->n_events);
		else
			err = 0;
		return err ? err : write_events(bench, work, i, &nothing);
	}
}
