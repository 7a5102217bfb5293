/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/intake/verdicts.h"

#include <stdlib.h>

/* A batch as a whole. */

bool verdicts_are_given(const struct batch *batch, const struct stream *stream)
{
	if (!stream)
		return false;
	if (batch->count == 0)
		return batch->seq <= stream->next || batch->seq - 1 <= stream->announced;
	for (uint32_t i = 0; i < batch->count; i++)
		if (!stream_has(stream, batch->seq + i))
			return false;
	return true;
}

/* Would a stream in which nothing is missing have a gap with it? */
static bool makes_gap(const struct batch *batch, const struct stream *stream)
{
	uint64_t next = stream ? stream->next : 1;

	return (!stream || stream_missing(stream) == 0) && batch->seq > next;
}

/* What stands against a batch as a whole; what has been received is answered for in any case. */
static int judge_whole(struct gate *gate, const struct batch *batch, const struct stream *stream)
{
	if (verdicts_are_given(batch, stream))
		return 0;
	if (screen_stream(&gate->keeper.screen, batch->source, batch->stream) != 0)
		return LIFT_E_NAME;
	if (stream && stream->closed)
		return LIFT_E_CLOSED;
	if (!journal_has_room(gate->journal))
		return LIFT_E_DISK;
	if ((stream && batch->count > 0 &&
	     !stream_has_room(stream, batch->seq, batch->seq + batch->count - 1)) ||
	    (makes_gap(batch, stream) && !journal_has_gap_room(gate->journal, batch->source)))
		return LIFT_E_HOLES;
	return 0;
}

/* What has changed since its first slice. */
static int judge_rest(const struct batch *batch, uint32_t at, const struct stream *stream)
{
	struct batch rest = *batch;

	rest.seq += at;
	rest.count -= at;
	if (stream && !stream->closed &&
	    stream_has_room(stream, rest.seq, rest.seq + rest.count - 1))
		return 0;
	if (verdicts_are_given(&rest, stream))
		return 0;
	return stream && !stream->closed ? LIFT_E_HOLES : LIFT_E_CLOSED;
}

int verdicts_on_batch(struct gate *gate, const struct batch *batch, uint32_t at,
		      const struct stream *stream)
{
	return at == 0 ? judge_whole(gate, batch, stream) : judge_rest(batch, at, stream);
}

/* Its events. */

static void reject(struct taken *taken, uint64_t seq, int err)
{
	taken->rejected[taken->n_rejected++] = (struct rejection){ seq, err };
}

static void note_uncounted(struct taken *taken, uint64_t seq)
{
	if (taken->n_uncounted > 0 && taken->uncounted[taken->n_uncounted - 1].last + 1 == seq)
		taken->uncounted[taken->n_uncounted - 1].last = seq;
	else if (taken->n_uncounted < ACK_UNCOUNTED_MAX)
		taken->uncounted[taken->n_uncounted++] = (struct number_range){ seq, seq };
}

/* A number that has been received: its verdict again, if its content is the same. */
static int judge_again(const struct slice *slice, uint32_t i)
{
	struct keeper *keeper = &slice->gate->keeper;
	struct taken *taken = slice->taken;
	uint64_t seq = slice->batch->seq + i;
	struct entry kept;
	bool uncounted;
	int err = journal_lookup(slice->gate->journal, slice->stream, seq, &kept);

	if (err)
		return err;
	taken->n_resent++;
	if (kept.what == ENTRY_GONE) { /* whatever it was, it is not known any more */
		if (kept.refused)
			reject(taken, seq, kept.err);
		return 0;
	}
	if (!keeper_is_same(keeper, slice->name_space, slice->batch, i, &kept, &uncounted)) {
		reject(taken, seq, LIFT_E_REUSED);
		taken->n_reused++;
	} else if (kept.refused) {
		reject(taken, seq, kept.err);
	} else if (uncounted) {
		note_uncounted(taken, seq);
	}
	return 0;
}

/* Those of the rejected, from one on, that are reused go into the quarantine. */
static void quarantine_reused(const struct slice *slice, size_t first)
{
	struct gate *gate = slice->gate;

	for (size_t i = first; i < slice->taken->n_rejected; i++) {
		uint64_t seq = slice->taken->rejected[i].seq;

		if (slice->taken->rejected[i].err != LIFT_E_REUSED)
			continue;
		keeper_keep_sent(&gate->keeper, slice->name_space, slice->batch,
				 (uint32_t)(seq - slice->batch->seq));
		journal_refuse_reused(gate->journal, slice->stream, seq, slice->receipt);
	}
}

/* A new number: accepted or refused, once and for all. */
static int judge(const struct slice *slice, uint32_t i)
{
	struct gate *gate = slice->gate;
	struct taken *taken = slice->taken;
	const struct batch *batch = slice->batch;
	struct event event;
	struct entry entry;
	int err = batch_event(batch, i, &event);

	if (!err && keeper_refuses(&gate->keeper, slice->name_space, event.learner))
		err = LIFT_E_FORGOTTEN;
	if (!err && event.time < journal_horizon(gate->journal))
		err = LIFT_E_TRIMMED;
	if (!err && event.time > slice->receipt + EVENT_AHEAD_MS)
		err = LIFT_E_TIME;
	if (!err && !homes_have(gate->homes, gate->keeper.catalogue, event.region))
		err = LIFT_E_REGION_DENIED;
	if (!err)
		err = keeper_entry(&gate->keeper, slice->name_space, slice->stream, &event, &entry);
	if (err && lift_err_class(err) != LIFT_CLASS_EVENT)
		return err;
	if (err) {
		keeper_refused(&gate->keeper, batch, i, err, &entry);
		keeper_keep_sent(&gate->keeper, slice->name_space, batch, i);
		reject(taken, batch->seq + i, err);
		taken->n_refused++;
	} else {
		keeper_note_unknown(&gate->keeper, &event, &entry, &taken->unknown);
		taken->n_accepted++;
	}
	journal_append(gate->journal, slice->stream, batch->seq + i, slice->receipt, &entry);
	return 0;
}

static int compare_rejections(const void *a, const void *b)
{
	uint64_t x = ((const struct rejection *)a)->seq, y = ((const struct rejection *)b)->seq;

	return (x > y) - (x < y);
}

int verdicts_on_slice(const struct slice *slice)
{
	struct taken *taken = slice->taken;
	uint32_t resent = taken->n_resent, n = slice->to - slice->from;
	size_t first = taken->n_rejected, n_known;
	int err = 0;

	/* What is known first: where it cannot be read, nothing of the slice has been appended. */
	for (uint32_t i = slice->from; i < slice->to && !err; i++)
		if (stream_has(slice->stream, slice->batch->seq + i))
			err = judge_again(slice, i);
	if (err)
		return err;
	n_known = taken->n_rejected;
	quarantine_reused(slice, first);
	for (uint32_t i = slice->from; i < slice->to && !err; i++)
		if (taken->n_resent - resent < n &&
		    !stream_has(slice->stream, slice->batch->seq + i))
			err = judge(slice, i);
	if (n_known > first && taken->n_rejected > n_known)
		qsort(taken->rejected + first, taken->n_rejected - first,
		      sizeof(taken->rejected[0]), compare_rejections);
	if (err)
		journal_fail(slice->gate->journal, err); /* some may have been appended */
	taken->at = slice->to;
	return err;
}
