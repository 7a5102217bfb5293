/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/lib/publish/slot.h"

#include <assert.h>
#include <stdlib.h>

#include "proto/grow.h"

void slot_clear(struct slot *slot)
{
	slot->count = slot->judged = slot->in_flight = 0;
	slot->part = BATCH_EVENTS_MAX;
	slot->blank = false;
	slot->due_ms = 0;
	slot->retry_ms = SLOT_RETRY_MS;
	slot->size = 0;
}

/* Make room for one more event. */
static int slot_reserve(struct slot *slot, size_t size)
{
	int err = grow(&slot->events, &slot->space, slot->size + size, 1);

	if (!err)
		err = grow(&slot->ends, &slot->ends_space, slot->count + 1, sizeof(*slot->ends));
	if (!err)
		err = grow(&slot->tags, &slot->tags_space, slot->count + 1, sizeof(*slot->tags));
	return err;
}

int slot_add(struct slot *slot, struct text event, uint64_t tag)
{
	int err = slot_reserve(slot, event.size);

	if (err)
		return err;
	memcpy(slot->events + slot->size, event.data, event.size);
	slot->size += event.size;
	slot->ends[slot->count] = slot->size;
	slot->tags[slot->count++] = tag;
	return 0;
}

void slot_free(struct slot *slot)
{
	free(slot->events);
	free(slot->ends);
	free(slot->tags);
	*slot = (struct slot){ 0 };
}

struct text slot_next(const struct slot *slot, uint32_t most, uint32_t *ret_count)
{
	static const char empty_map[] = { '\x80' };
	uint32_t left = slot->count - slot->judged, count = slot->part;
	size_t begin = slot->judged ? slot->ends[slot->judged - 1] : 0;

	if (count > most)
		count = most;
	if (count > left)
		count = left;
	assert(count > 0);
	if (slot->blank) {
		*ret_count = 1;
		return (struct text){ empty_map, sizeof(empty_map) };
	}
	*ret_count = count;
	return (struct text){ slot->events + begin, slot->ends[slot->judged + count - 1] - begin };
}

void slot_sent(struct slot *slot, uint32_t count)
{
	slot->in_flight = count;
}

void slot_judged(struct slot *slot)
{
	slot->judged += slot->in_flight;
	slot->in_flight = 0;
	if (slot->blank)
		slot->part = BATCH_EVENTS_MAX;
	slot->blank = false;
}

void slot_lost(struct slot *slot)
{
	slot->in_flight = 0;
}

void slot_blank(struct slot *slot)
{
	slot->blank = true;
}

void slot_postpone(struct slot *slot, int64_t now_ms)
{
	slot->in_flight = 0;
	slot->due_ms = now_ms + slot->retry_ms;
	slot->retry_ms =
		slot->retry_ms < SLOT_RETRY_MAX_MS / 2 ? slot->retry_ms * 2 : SLOT_RETRY_MAX_MS;
}
