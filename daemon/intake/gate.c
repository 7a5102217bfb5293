/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/intake/gate.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "daemon/base/clock.h"
#include "daemon/base/names.h"
#include "daemon/intake/verdicts.h"

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

int gate_told(int err, bool *ret_retry)
{
	enum lift_err_class class = lift_err_class(err);

	*ret_retry = class != LIFT_CLASS_EVENT && class != LIFT_CLASS_REQUEST;
	return class == LIFT_CLASS_STORE || class == LIFT_CLASS_OWN ? LIFT_E_DISK : err;
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
	return verdicts_on_batch(gate, batch, at, *ret_stream);
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
	if (!err && batch->count == 0 && !verdicts_are_given(batch, slice.stream))
		journal_announce(gate->journal, slice.stream, batch->seq - 1, slice.receipt);
	slice.name_space = text_of(config_namespace(gate->config, source));
	if (!err)
		err = verdicts_on_slice(&slice);
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
