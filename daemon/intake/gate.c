/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/intake/gate.h"

#include <stdlib.h>

#include "daemon/base/names.h"

int gate_open(const struct config *config, const struct catalogue *catalogue,
	      const struct secret *secret, struct journal *journal, struct gate **ret_gate)
{
	struct gate *gate = calloc(1, sizeof(*gate));

	if (!gate)
		return LIFT_E_MEMORY;
	gate->config = config;
	gate->catalogue = catalogue;
	gate->secret = secret;
	gate->journal = journal;
	gate->scratch = msg_writer_new();
	if (!gate->scratch) {
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
	msg_writer_free(gate->scratch);
	free(gate);
}

void gate_switch(struct gate *gate, const struct catalogue *catalogue)
{
	gate->catalogue = catalogue;
}

/* An event as the journal keeps it. */

/* Attributes that the catalogue counts by, as numbers: what is not counted by is not kept. */
static int add_counted_attrs(struct gate *gate, const struct event *event, struct profile_key *key)
{
	struct journal *journal = gate->journal;
	struct profile_attr kept;

	for (size_t i = 0; i < event->n_attrs; i++) {
		const struct event_attr *attr = &event->attrs[i];
		int err;

		if (catalogue_dimension(gate->catalogue, attr->name) == CATALOGUE_NONE)
			continue;
		err = journal_add_name(journal, NAME_DIMENSION, attr->name, &kept.dimension);
		if (!err)
			err = journal_add_name(journal, NAME_VALUE, attr->value, &kept.value);
		if (err)
			return err;
		profile_key_add(key, kept);
	}
	return 0;
}

static int profile_id(struct gate *gate, const struct event *event, uint32_t *ret_id)
{
	struct profile_key key = { 0 };
	uint8_t bytes[PROFILE_MAX];
	int err = journal_add_name(gate->journal, NAME_REGION, event->region, &key.region);

	if (!err)
		err = add_counted_attrs(gate, event, &key);
	return err ? err
		   : journal_add_name(gate->journal, NAME_PROFILE, profile_key_encode(&key, bytes),
				      ret_id);
}

/* All but the numbers of its names. */
static void fill_entry(struct gate *gate, struct text name_space, const struct event *event,
		       struct entry *entry)
{
	struct fact *fact = &entry->fact;

	entry->refused = false;
	fact->time = event->time;
	fact->type = (uint8_t)event->type;
	fact->voids = (uint8_t)event->voids;
	fact->voids_time = event->voids_time;
	fact->result = event->result;
	secret_pseudonym(gate->secret, name_space, event->learner, entry->learner);
}

static int entry_of_event(struct gate *gate, struct text name_space, const struct event *event,
			  struct entry *ret_entry)
{
	int err = journal_add_name(gate->journal, NAME_MODULE, event->module,
				   &ret_entry->fact.module);

	if (!err)
		err = profile_id(gate, event, &ret_entry->fact.profile);
	if (!err)
		fill_entry(gate, name_space, event, ret_entry);
	return err;
}

static void entry_of_refused(struct gate *gate, const struct batch *batch, uint32_t i, int err,
			     struct entry *ret_entry)
{
	ret_entry->refused = true;
	ret_entry->err = err;
	msg_writer_clear(gate->scratch);
	batch_event_raw(batch, i, gate->scratch);
	secret_refused_digest(gate->secret, msg_written(gate->scratch), ret_entry->digest);
}

/* For the quarantine, if it is refused. */
static void keep_sent(struct gate *gate, const struct batch *batch, uint32_t i)
{
	msg_writer_clear(gate->scratch);
	batch_event_outline(batch, i, gate->scratch);
	journal_keep_sent(gate->journal, msg_written(gate->scratch));
}

/* Verdicts. */

static void reject(struct gate *gate, uint64_t seq, int err)
{
	gate->rejected[gate->n_rejected++] = (struct rejection){ seq, err };
}

static bool same_bytes(const struct entry *a, const struct entry *b)
{
	uint8_t a_bytes[ENTRY_MAX], b_bytes[ENTRY_MAX];
	size_t a_size = entry_encode(a, a_bytes), b_size = entry_encode(b, b_bytes);

	return a_size == b_size && memcmp(a_bytes, b_bytes, a_size) == 0;
}

static bool has_attr(const struct event *event, struct text name, struct text value)
{
	for (size_t i = 0; i < event->n_attrs; i++)
		if (text_equal(event->attrs[i].name, name))
			return text_equal(event->attrs[i].value, value);
	return false;
}

/* Is a profile that was kept that of an event? Attributes which were not kept may not have been
 * counted by then: they are no difference. */
static bool same_profile(const struct gate *gate, uint32_t profile, const struct event *event)
{
	struct journal *journal = gate->journal;
	struct profile_key kept;
	struct text bytes, region, name, value;

	if (!journal_get_name(journal, NAME_PROFILE, profile, &bytes) ||
	    profile_key_decode(bytes, &kept) != 0 ||
	    !journal_get_name(journal, NAME_REGION, kept.region, &region) ||
	    !text_equal(region, event->region))
		return false;
	for (uint32_t i = 0; i < kept.n; i++)
		if (!journal_get_name(journal, NAME_DIMENSION, kept.attrs[i].dimension, &name) ||
		    !journal_get_name(journal, NAME_VALUE, kept.attrs[i].value, &value) ||
		    !has_attr(event, name, value))
			return false;
	return true;
}

static bool same_content(struct gate *gate, struct text name_space, const struct batch *batch,
			 uint32_t i, const struct entry *kept)
{
	struct entry sent = *kept;
	struct event event;

	if (kept->refused) {
		entry_of_refused(gate, batch, i, kept->err, &sent);
		return same_bytes(kept, &sent);
	}
	if (batch_event(batch, i, &event) != 0)
		return false;
	fill_entry(gate, name_space, &event, &sent);
	sent.fact.module = journal_find_name(gate->journal, NAME_MODULE, event.module);
	return same_bytes(kept, &sent) && same_profile(gate, kept->fact.profile, &event);
}

/* A number that has been received: its verdict again, if its content is the same. */
static int judge_again(struct gate *gate, struct text name_space, const struct batch *batch,
		       uint32_t i, const struct stream *stream)
{
	struct entry kept;
	int err = journal_lookup(gate->journal, stream, batch->seq + i, &kept);

	if (err)
		return err;
	gate->n_resent++;
	if (!same_content(gate, name_space, batch, i, &kept)) {
		reject(gate, batch->seq + i, LIFT_E_REUSED);
		gate->n_reused++;
	} else if (kept.refused) {
		reject(gate, batch->seq + i, kept.err);
	}
	return 0;
}

/* Those of the rejected so far that are reused go into the quarantine. */
static void quarantine_reused(struct gate *gate, const struct batch *batch,
			      const struct stream *stream, int64_t receipt)
{
	for (size_t i = 0; i < gate->n_rejected; i++) {
		uint64_t seq = gate->rejected[i].seq;

		if (gate->rejected[i].err != LIFT_E_REUSED)
			continue;
		keep_sent(gate, batch, (uint32_t)(seq - batch->seq));
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
	if (!err)
		err = entry_of_event(gate, name_space, &event, &entry);
	if (err && lift_err_class(err) != LIFT_CLASS_EVENT)
		return err;
	if (err) {
		entry_of_refused(gate, batch, i, err, &entry);
		keep_sent(gate, batch, i);
		reject(gate, batch->seq + i, err);
		gate->n_refused++;
	} else {
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

/* Has every number of a batch been received before? */
static bool is_known(struct gate *gate, const struct batch *batch)
{
	const struct stream *stream =
		journal_find_stream(gate->journal, batch->source, batch->stream);

	for (uint32_t i = 0; stream && i < batch->count; i++)
		if (!stream_has(stream, batch->seq + i))
			return false;
	return stream != NULL;
}

static int take(struct gate *gate, const struct batch *batch, int64_t clock_ms)
{
	int64_t receipt = journal_receipt(gate->journal, clock_ms);
	char source[SOURCE_MAX + 1] = { 0 };
	struct stream *stream;
	struct text name_space;
	size_t n_known;
	int err;

	if (journal_damage(gate->journal))
		return LIFT_E_DAMAGED;
	gate->n_rejected = gate->n_accepted = gate->n_refused = gate->n_resent = gate->n_reused = 0;
	memcpy(source, batch->source.data, batch->source.size);
	if (!config_source_allowed(gate->config, source))
		return LIFT_E_NAMESPACE;
	if (!journal_has_room(gate->journal) && !is_known(gate, batch))
		return LIFT_E_DISK;
	name_space = text_of(config_namespace(gate->config, source));
	err = journal_add_stream(gate->journal, batch->source, batch->stream, &stream);
	if (err)
		return err;
	if (!stream_has_room(stream, batch->seq, batch->seq + batch->count - 1))
		return LIFT_E_HOLES;
	/* What is known first: where it cannot be read, nothing has been appended yet. */
	for (uint32_t i = 0; i < batch->count && !err; i++)
		if (stream_has(stream, batch->seq + i))
			err = judge_again(gate, name_space, batch, i, stream);
	if (err)
		return err;
	n_known = gate->n_rejected;
	quarantine_reused(gate, batch, stream, receipt);
	for (uint32_t i = 0; i < batch->count && !err; i++)
		if (gate->n_resent < batch->count && !stream_has(stream, batch->seq + i))
			err = judge(gate, name_space, batch, i, stream, receipt);
	if (n_known > 0 && gate->n_rejected > n_known)
		qsort(gate->rejected, gate->n_rejected, sizeof(gate->rejected[0]),
		      compare_rejections);
	gate->next = stream->next;
	if (err) {
		journal_fail(gate->journal, err); /* some of it may have been appended */
		return err;
	}
	gate->batches++;
	gate->accepted += gate->n_accepted;
	gate->refused += gate->n_refused;
	gate->resent += gate->n_resent;
	gate->reused += gate->n_reused;
	return 0;
}

int gate_take(struct gate *gate, const struct batch *batch, int64_t clock_ms)
{
	int err = take(gate, batch, clock_ms);

	if (err != LIFT_E_CORRUPT)
		return err;
	journal_found_damage(gate->journal);
	return LIFT_E_DAMAGED;
}

void gate_settle(struct gate *gate, struct stats *stats, bool durable)
{
	if (durable && gate->batches > 0) {
		stats_add(stats, STAT_batches, gate->batches);
		stats_add(stats, STAT_events_accepted, gate->accepted);
		stats_add(stats, STAT_events_rejected, gate->refused);
		stats_add(stats, STAT_events_resent, gate->resent);
		stats_add(stats, STAT_events_reused, gate->reused);
	}
	gate->batches = gate->accepted = gate->refused = gate->resent = gate->reused = 0;
}
