/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/intake/gate.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "daemon/base/clock.h"
#include "daemon/base/names.h"

int gate_open(const struct config *config, const struct catalogue *catalogue,
	      const struct secret *secret, struct journal *journal, struct gate **ret_gate)
{
	struct gate *gate = calloc(1, sizeof(*gate));

	if (!gate)
		return LIFT_E_MEMORY;
	gate->config = config;
	gate->journal = journal;
	gate->noted = board_new();
	if (!gate->noted || keeper_open(&gate->keeper, catalogue, secret, journal) != 0) {
		board_free(gate->noted);
		free(gate);
		return LIFT_E_MEMORY;
	}
	gate->keeper.refuses = config->forgotten == FORGOTTEN_REFUSE;
	gate->keeper.screen.strict = config->names_strict;
	*ret_gate = gate;
	return 0;
}

void gate_close(struct gate *gate)
{
	if (!gate)
		return;
	speakers_close(&gate->speakers);
	keeper_close(&gate->keeper);
	board_free(gate->noted);
	free(gate);
}

void gate_switch(struct gate *gate, const struct catalogue *catalogue, struct meant *meant)
{
	assert(!gate_is_busy(gate));
	keeper_switch(&gate->keeper, catalogue, meant);
	speakers_switch(&gate->speakers);
	board_clear(gate->noted);
	if (gate->board)
		board_clear(gate->board);
}

/* Verdicts. */

/* What is done with one slice. */
struct slice {
	struct gate *gate;
	struct taken *taken;
	const struct batch *batch;
	uint32_t from, to;
	struct text name_space;
	struct stream *stream;
	int64_t receipt;
};

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

int gate_told(int err, bool *ret_retry)
{
	enum lift_err_class class = lift_err_class(err);

	*ret_retry = class != LIFT_CLASS_EVENT && class != LIFT_CLASS_REQUEST;
	return class == LIFT_CLASS_STORE || class == LIFT_CLASS_OWN ? LIFT_E_DISK : err;
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

/* Has every number of a batch been received before? Or, of one that has none, what it announces
 * been received or announced? */
static bool is_known(const struct batch *batch, const struct stream *stream)
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
	if (is_known(batch, stream))
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
	if (is_known(&rest, stream))
		return 0;
	return stream && !stream->closed ? LIFT_E_HOLES : LIFT_E_CLOSED;
}

static int judge_slice(const struct slice *slice)
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

static void begin(struct taken *taken)
{
	taken->at = 0;
	taken->n_rejected = taken->n_uncounted = 0;
	taken->n_accepted = taken->n_refused = taken->n_resent = taken->n_reused = 0;
	taken->unknown.events = 0;
	taken->unknown.n_texts = 0;
	memset(taken->unknown.n, 0, sizeof(taken->unknown.n));
}

/* What stands against a batch, or against going on with it. */
static int judge_before(struct gate *gate, const struct batch *batch, uint32_t at,
			const char *source, struct stream **ret_stream)
{
	int err;

	*ret_stream = NULL;
	if (!config_source_allowed(gate->config, source))
		return LIFT_E_NAMESPACE;
	err = journal_find_stream(gate->journal, batch->source, batch->stream, ret_stream);
	if (err && err != LIFT_E_NOT_FOUND)
		return err;
	return at == 0 ? judge_whole(gate, batch, *ret_stream) : judge_rest(batch, at, *ret_stream);
}

static int add_stream(struct gate *gate, const struct batch *batch, struct stream **ret_stream)
{
	struct screen *screen = &gate->keeper.screen;
	bool is_new = journal_find_name(gate->journal, NAME_SOURCE, batch->source) == NAMES_NONE;
	int err = journal_add_stream(gate->journal, batch->source, batch->stream, ret_stream);

	if (!err && is_new)
		screen_note(screen, batch->source, NAME_SOURCE, batch->source);
	if (!err)
		screen_note(screen, batch->source, NAME_STREAM, batch->stream);
	return err;
}

/* The next slice: of so many events at most. */
static int take(struct gate *gate, struct taken *taken, const struct batch *batch, uint32_t most,
		int64_t clock_ms)
{
	uint32_t left = batch->count - taken->at;
	struct slice slice = { .gate = gate,
			       .taken = taken,
			       .batch = batch,
			       .from = taken->at,
			       .to = taken->at + (left < most ? left : most),
			       .receipt = journal_receipt(gate->journal, clock_ms) };
	char source[SOURCE_MAX + 1] = { 0 };
	int err;

	if (journal_damage(gate->journal))
		return LIFT_E_DAMAGED;
	if (clock_fault(clock_ms, slice.receipt, gate->built_ms))
		return LIFT_E_CLOCK;
	screen_set_time(&gate->keeper.screen, slice.receipt);
	memcpy(source, batch->source.data, batch->source.size);
	err = judge_before(gate, batch, taken->at, source, &slice.stream);
	if (!err && !slice.stream)
		err = add_stream(gate, batch, &slice.stream);
	if (!err && batch->count == 0 && !is_known(batch, slice.stream))
		journal_announce(gate->journal, slice.stream, batch->seq - 1, slice.receipt);
	slice.name_space = text_of(config_namespace(gate->config, source));
	if (!err)
		err = judge_slice(&slice);
	if (!err)
		taken->next = slice.stream->next;
	return err;
}

int gate_found(struct gate *gate, int err)
{
	if (err != LIFT_E_CORRUPT)
		return err;
	journal_found_damage(gate->journal);
	return LIFT_E_DAMAGED;
}

int gate_close_stream(struct gate *gate, struct text source, struct text stream,
		      struct closed *ret_closed)
{
	const struct batch *batch = &gate->underway.batch;
	struct stream *found;
	int err;

	if (gate_is_busy(gate) && text_equal(batch->source, source) &&
	    text_equal(batch->stream, stream))
		gate_finish(gate);
	if (journal_damage(gate->journal))
		return LIFT_E_DAMAGED;
	err = journal_find_stream(gate->journal, source, stream, &found);
	if (err)
		return err == LIFT_E_NOT_FOUND ? LIFT_E_UNKNOWN_STREAM : gate_found(gate, err);
	*ret_closed = (struct closed){ source, stream, found->next,
				       journal_close_stream(gate->journal, found) };
	return 0;
}

/* What a key may bring, in place of what all may, while it speaks. */
static int take_of_key(struct gate *gate, const struct key *key, struct taken *taken,
		       const struct batch *batch, uint32_t most, int64_t clock_ms)
{
	int err;

	journal_set_unknown_max(gate->journal, key_names_max(key, gate->config));
	journal_set_streams_max(gate->journal, (uint32_t)key->limits.streams);
	err = take(gate, taken, batch, most, clock_ms);
	journal_set_unknown_max(gate->journal, key_names_max(NULL, gate->config));
	journal_set_streams_max(gate->journal, JOURNAL_STREAMS_MAX);
	return err;
}

/* What a slice has added to what there was before it; and the batch, where it was the last one. */
static void count(struct gate *gate, const struct taken *taken, const uint32_t before[static 4],
		  const struct speaker *speaker, const struct batch *batch)
{
	gate->accepted += taken->n_accepted - before[0];
	gate->refused += taken->n_refused - before[1];
	gate->resent += taken->n_resent - before[2];
	gate->reused += taken->n_reused - before[3];
	if (speaker)
		peer_note_events(&speaker->peer, taken->n_accepted - before[0],
				 taken->n_refused - before[1]);
	if (taken->at < batch->count)
		return;
	gate->batches++;
	if (gate->board && taken->unknown.events > 0)
		board_note(gate->noted, batch->source, &taken->unknown);
}

static int take_slice(struct gate *gate, struct taken *taken, const struct speaker *speaker,
		      const struct batch *batch, uint32_t most, int64_t clock_ms)
{
	const uint32_t before[] = { taken->n_accepted, taken->n_refused, taken->n_resent,
				    taken->n_reused };
	const struct key *key = speaker ? speaker->peer.key : NULL;
	int err = 0;

	gate->homes = NULL;
	if (key)
		err = speaker_homes(speaker, gate->keeper.catalogue, &gate->homes);
	if (!err)
		err = key ? take_of_key(gate, key, taken, batch, most, clock_ms)
			  : take(gate, taken, batch, most, clock_ms);
	if (!err)
		count(gate, taken, before, speaker, batch);
	return gate_found(gate, err);
}

int gate_take(struct gate *gate, const struct speaker *speaker, const struct batch *batch,
	      int64_t clock_ms)
{
	begin(&gate->last);
	return take_slice(gate, &gate->last, speaker, batch, batch->count, clock_ms);
}

/* Slice by slice. */

bool gate_is_busy(const struct gate *gate)
{
	return gate->underway.batch.count > 0;
}

void gate_begin(struct gate *gate, const struct speaker *speaker, const char *user,
		const struct batch *batch, gate_done_fn done, void *context)
{
	struct underway *underway = &gate->underway;

	assert(!gate_is_busy(gate) && batch->count > 0);
	begin(&underway->taken);
	underway->speaker = *speaker;
	snprintf(underway->user, sizeof(underway->user), "%s", user ? user : "");
	underway->batch = *batch;
	underway->done = done;
	underway->context = context;
}

/* By the keys of now. Whom liftd has connected to stays. */
static int find_again(struct gate *gate)
{
	struct underway *underway = &gate->underway;
	int err;

	if (underway->speaker.sources)
		return 0;
	err = speaker_find(&gate->speakers, underway->user, &underway->speaker);
	return err ? err
		   : speaker_may_be(&gate->speakers, &underway->speaker, underway->batch.source);
}

static void end(struct gate *gate, int err)
{
	struct underway *underway = &gate->underway;
	const struct batch batch = underway->batch;

	underway->batch.count = 0;
	underway->done(underway->context, &underway->speaker, &batch, &underway->taken, err);
}

void gate_go_on(struct gate *gate, int64_t clock_ms)
{
	struct underway *underway = &gate->underway;
	int err;

	if (!gate_is_busy(gate))
		return;
	underway->clock_ms = clock_ms;
	err = find_again(gate);
	if (!err)
		err = take_slice(gate, &underway->taken, &underway->speaker, &underway->batch,
				 GATE_SLICE, clock_ms);
	if (err || underway->taken.at == underway->batch.count)
		end(gate, err);
}

void gate_finish(struct gate *gate)
{
	while (gate_is_busy(gate))
		gate_go_on(gate, gate->underway.clock_ms);
}

void gate_give_up(struct gate *gate, int err)
{
	if (!gate_is_busy(gate) || gate->underway.taken.at == 0)
		return;
	find_again(gate); /* or nobody */
	end(gate, err);
}

void gate_settle(struct gate *gate, struct stats *stats, bool durable)
{
	speakers_settle(&gate->speakers);
	keeper_settle(&gate->keeper, durable);
	if (!durable)
		board_clear(gate->noted);
	if (durable && gate->board)
		board_move(gate->noted, gate->board);
	if (durable) {
		stats_add(stats, STAT_batches, gate->batches);
		stats_add(stats, STAT_events_accepted, gate->accepted);
		stats_add(stats, STAT_events_rejected, gate->refused);
		stats_add(stats, STAT_events_resent, gate->resent);
		stats_add(stats, STAT_events_reused, gate->reused);
	}
	gate->batches = gate->accepted = gate->refused = gate->resent = gate->reused = 0;
}
