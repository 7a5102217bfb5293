/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Encoded events, before they are put in: what the daemon could not read, or refuses whatever else
 * it knows, is refused at once.
 */
#include "clients/lib/error.h"
#include "clients/lib/outbox/outbox_internal.h"

enum {
	CHECKED_EVENTS = 1000,		   /* at once */
	EVENT_DEPTH = MSG_DEPTH_DAEMON - 2 /* it is in an array in a map */
};

/* A map, and nothing behind it: so that they can be checked, and sent, one behind the other. */
static int check_form(const struct lift_encoded *event)
{
	const uint8_t *bytes = event->data;

	if (event->size > LIFT_BATCH_BYTES)
		return lift_set_error(LIFT_E_VALUE,
				      "an event must have at most %d bytes, and this one has %zu",
				      LIFT_BATCH_BYTES, event->size);
	if (event->size == 0 || !bytes ||
	    ((bytes[0] & 0xf0) != 0x80 && bytes[0] != 0xde && bytes[0] != 0xdf) ||
	    msg_check(bytes, event->size, EVENT_DEPTH) != 0)
		return lift_set_error(LIFT_E_MALFORMED,
				      "an event must be one MessagePack map, with maps of values "
				      "in it at most");
	return 0;
}

/* Write as many as go into a batch: how many. */
static size_t fill_batch(struct msg_writer *batch, const struct lift_encoded *events, size_t n)
{
	size_t size = 0, take = 0;

	while (take < n && take < CHECKED_EVENTS && size + events[take].size <= LIFT_BATCH_BYTES)
		size += events[take++].size;
	msg_writer_clear(batch);
	batch_begin(batch, NULL, text_of("x"), text_of("x"), 1, (uint32_t)take);
	for (size_t i = 0; i < take; i++)
		msg_raw(batch, (struct text){ events[i].data, events[i].size });
	return take;
}

int outbox_check_encoded(struct lift_outbox *outbox, const struct lift_encoded *events, size_t n,
			 size_t *ret_bad)
{
	struct event event;
	struct batch batch;
	int err = 0;

	for (size_t i = 0; !err && i < n; i++) {
		*ret_bad = i;
		err = check_form(&events[i]);
	}
	for (size_t at = 0; !err && at < n;) {
		size_t count = fill_batch(outbox->batch, events + at, n - at);

		err = batch_decode(outbox->reader, msg_written(outbox->batch), &batch);
		for (size_t i = 0; !err && i < count; i++) {
			*ret_bad = at + i;
			err = batch_event(&batch, (uint32_t)i, &event);
		}
		at += count;
	}
	return err;
}
