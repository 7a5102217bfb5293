/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/intake/gate.h"

#include <stdlib.h>

#include "daemon/base/clock.h"
#include "daemon/intake/sift.h"

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
	keeper_switch(&gate->keeper, catalogue, meant);
	speakers_switch(&gate->speakers);
	board_clear(gate->noted);
	if (gate->board)
		board_clear(gate->board);
}

/* Verdicts. */

static void reject(struct gate *gate, uint64_t seq, int err)
{
	gate->rejected[gate->n_rejected++] = (struct rejection){ seq, err };
}

static void note_uncounted(struct gate *gate, uint64_t seq)
{
	if (gate->n_uncounted > 0 && gate->uncounted[gate->n_uncounted - 1].last + 1 == seq)
		gate->uncounted[gate->n_uncounted - 1].last = seq;
	else if (gate->n_uncounted < ACK_UNCOUNTED_MAX)
		gate->uncounted[gate->n_uncounted++] = (struct number_range){ seq, seq };
}

/* A number that has been received: its verdict again, if its content is the same. */
static int judge_again(struct gate *gate, struct text name_space, const struct batch *batch,
		       uint32_t i, const struct stream *stream)
{
	struct entry kept;
	bool uncounted;
	int err = journal_lookup(gate->journal, stream, batch->seq + i, &kept);

	if (err)
		return err;
	gate->n_resent++;
	if (!keeper_is_same(&gate->keeper, name_space, batch, i, &kept, &uncounted)) {
		reject(gate, batch->seq + i, LIFT_E_REUSED);
		gate->n_reused++;
	} else if (kept.refused) {
		reject(gate, batch->seq + i, kept.err);
	} else if (uncounted) {
		note_uncounted(gate, batch->seq + i);
	}
	return 0;
}

/* Those of the rejected so far that are reused go into the quarantine. */
static void quarantine_reused(struct gate *gate, struct text name_space, const struct batch *batch,
			      const struct stream *stream, int64_t receipt)
{
	for (size_t i = 0; i < gate->n_rejected; i++) {
		uint64_t seq = gate->rejected[i].seq;

		if (gate->rejected[i].err != LIFT_E_REUSED)
			continue;
		keeper_keep_sent(&gate->keeper, name_space, batch, (uint32_t)(seq - batch->seq));
		journal_refuse_reused(gate->journal, stream, seq, receipt);
	}
}

int gate_told(int err, bool *ret_retry)
{
	enum lift_err_class class = lift_err_class(err);

	*ret_retry = class != LIFT_CLASS_EVENT && class != LIFT_CLASS_REQUEST;
	return class == LIFT_CLASS_STORE || class == LIFT_CLASS_OWN ? LIFT_E_DISK : err;
}

/* A new number: accepted or refused, once and for all. */
static int judge(struct gate *gate, struct text name_space, const struct batch *batch, uint32_t i,
		 struct stream *stream, int64_t receipt)
{
	struct event event;
	struct entry entry;
	int err = batch_event(batch, i, &event);

	if (!err && event.time > receipt + GATE_AHEAD_MS)
		err = LIFT_E_TIME;
	if (!err && !homes_have(gate->homes, gate->keeper.catalogue, event.region))
		err = LIFT_E_REGION_DENIED;
	if (!err)
		err = keeper_entry(&gate->keeper, name_space, stream, &event, &entry);
	if (err && lift_err_class(err) != LIFT_CLASS_EVENT)
		return err;
	if (err) {
		keeper_refused(&gate->keeper, batch, i, err, &entry);
		keeper_keep_sent(&gate->keeper, name_space, batch, i);
		reject(gate, batch->seq + i, err);
		gate->n_refused++;
	} else {
		keeper_note_unknown(&gate->keeper, &event, &entry, &gate->unknown);
		gate->n_accepted++;
	}
	journal_append(gate->journal, stream, batch->seq + i, receipt, &entry);
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

static int judge_all(struct gate *gate, const struct batch *batch, struct text name_space,
		     struct stream *stream, int64_t receipt)
{
	size_t n_known;
	int err = 0;

	/* What is known first: where it cannot be read, nothing has been appended yet. */
	for (uint32_t i = 0; i < batch->count && !err; i++)
		if (stream_has(stream, batch->seq + i))
			err = judge_again(gate, name_space, batch, i, stream);
	if (err)
		return err;
	n_known = gate->n_rejected;
	quarantine_reused(gate, name_space, batch, stream, receipt);
	for (uint32_t i = 0; i < batch->count && !err; i++)
		if (gate->n_resent < batch->count && !stream_has(stream, batch->seq + i))
			err = judge(gate, name_space, batch, i, stream, receipt);
	if (n_known > 0 && gate->n_rejected > n_known)
		qsort(gate->rejected, gate->n_rejected, sizeof(gate->rejected[0]),
		      compare_rejections);
	if (err)
		journal_fail(gate->journal, err); /* some of it may have been appended */
	return err;
}

static void begin(struct gate *gate)
{
	gate->n_rejected = gate->n_accepted = gate->n_refused = gate->n_resent = gate->n_reused = 0;
	gate->n_uncounted = 0;
	gate->unknown.events = 0;
	gate->unknown.n_texts = 0;
	memset(gate->unknown.n, 0, sizeof(gate->unknown.n));
}

static int take(struct gate *gate, const struct batch *batch, int64_t clock_ms)
{
	int64_t receipt = journal_receipt(gate->journal, clock_ms);
	char source[SOURCE_MAX + 1] = { 0 };
	struct stream *stream;
	int err;

	if (journal_damage(gate->journal))
		return LIFT_E_DAMAGED;
	if (clock_fault(clock_ms, receipt, gate->built_ms))
		return LIFT_E_CLOCK;
	begin(gate);
	memcpy(source, batch->source.data, batch->source.size);
	if (!config_source_allowed(gate->config, source))
		return LIFT_E_NAMESPACE;
	err = journal_find_stream(gate->journal, batch->source, batch->stream, &stream);
	if (!err || err == LIFT_E_NOT_FOUND)
		err = judge_whole(gate, batch, stream);
	if (!err && !stream)
		err = journal_add_stream(gate->journal, batch->source, batch->stream, &stream);
	if (!err && batch->count == 0 && !is_known(batch, stream))
		journal_announce(gate->journal, stream, batch->seq - 1, receipt);
	if (!err)
		err = judge_all(gate, batch, text_of(config_namespace(gate->config, source)),
				stream, receipt);
	if (err)
		return err;
	if (gate->board && gate->unknown.events > 0)
		board_note(gate->noted, batch->source, &gate->unknown);
	gate->next = stream->next;
	gate->batches++;
	gate->accepted += gate->n_accepted;
	gate->refused += gate->n_refused;
	gate->resent += gate->n_resent;
	gate->reused += gate->n_reused;
	return 0;
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
	struct stream *found;
	int err;

	if (journal_damage(gate->journal))
		return LIFT_E_DAMAGED;
	err = journal_find_stream(gate->journal, source, stream, &found);
	if (err)
		return err == LIFT_E_NOT_FOUND ? LIFT_E_UNKNOWN_STREAM : gate_found(gate, err);
	*ret_closed = (struct closed){ source, stream, found->next,
				       journal_close_stream(gate->journal, found) };
	return 0;
}

static int accept_clock(struct gate *gate, int64_t clock_ms)
{
	if (journal_damage(gate->journal))
		return LIFT_E_DAMAGED;
	if (clock_fault(clock_ms, clock_ms, gate->built_ms))
		return LIFT_E_CLOCK;
	journal_set_receipt(gate->journal, clock_ms);
	return 0;
}

void gate_obey(struct gate *gate, struct order *order, int64_t clock_ms)
{
	struct closed closed = { .next = 0 };

	switch (order->what) {
	case ORDER_CLOSE:
		order->err = gate_close_stream(
			gate, (struct text){ order->source, order->source_size },
			(struct text){ order->stream, order->stream_size }, &closed);
		order->next = closed.next;
		order->missing = closed.missing;
		break;
	case ORDER_RECEIPT:
		order->err = accept_clock(gate, clock_ms);
		break;
	case ORDER_DROP:
	case ORDER_RETRY:
		order->err = gate_found(gate, sift(gate, order, clock_ms));
		break;
	}
}

/* What a key may bring, in place of what all may, while it speaks. */
static int take_of_key(struct gate *gate, const struct key *key, const struct batch *batch,
		       int64_t clock_ms)
{
	int err;

	journal_set_unknown_max(gate->journal, key_names_max(key, gate->config));
	journal_set_streams_max(gate->journal, (uint32_t)key->limits.streams);
	err = take(gate, batch, clock_ms);
	journal_set_unknown_max(gate->journal, key_names_max(NULL, gate->config));
	journal_set_streams_max(gate->journal, JOURNAL_STREAMS_MAX);
	return err;
}

int gate_take(struct gate *gate, const struct speaker *speaker, const struct batch *batch,
	      int64_t clock_ms)
{
	const struct key *key = speaker ? speaker->peer.key : NULL;
	int err = 0;

	gate->homes = NULL;
	if (key)
		err = speaker_homes(speaker, gate->keeper.catalogue, &gate->homes);
	if (!err)
		err = key ? take_of_key(gate, key, batch, clock_ms) : take(gate, batch, clock_ms);
	err = gate_found(gate, err);
	if (!err && speaker)
		peer_note_events(&speaker->peer, gate->n_accepted, gate->n_refused);
	return err;
}

void gate_settle(struct gate *gate, struct stats *stats, bool durable)
{
	speakers_settle(&gate->speakers);
	if (!durable) {
		keeper_forget(&gate->keeper);
		board_clear(gate->noted);
	}
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
