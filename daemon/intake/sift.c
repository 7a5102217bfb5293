/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/intake/sift.h"

#include "daemon/base/clock.h"

struct sifting {
	struct gate *gate;
	struct order *order;
	struct msg_reader *reader;
	int64_t receipt;
};

/* Is it one of those that were chosen? */
static bool is_chosen(const struct order *order, const struct quarantined *row, struct text source)
{
	const struct order_rows *rows = &order->rows;

	return (order->source_size == 0 ||
		text_equal(source, (struct text){ order->source, order->source_size })) &&
	       (rows->code == 0 || rows->code == row->err) &&
	       (rows->before == 0 || row->received < rows->before);
}

static void stay(struct order_rows *rows, const struct quarantined *row, int err, bool retry)
{
	rows->staying[rows->n_staying++] = (struct staying){ row->number, err, retry };
}

/* By the rights of the key that its source belongs to now. */
static int judge_rights(struct gate *gate, struct text source, const struct event *event)
{
	struct speaker speaker;
	const bool *homes;
	int err = speaker_of_source(&gate->speakers, source, &speaker);

	if (!err)
		err = speaker_homes(&speaker, gate->keeper.catalogue, &homes);
	if (!err && !homes_have(homes, gate->keeper.catalogue, event->region))
		err = LIFT_E_REGION_DENIED;
	if (!err)
		journal_set_unknown_max(gate->journal,
					key_names_max(speaker.peer.key, gate->config));
	return err;
}

/* Its entry in the stream of such, with names made where they are new. */
static int judge(struct sifting *sifting, struct text source, const struct batch *batch,
		 struct stream **ret_stream, struct entry *ret_entry, struct event *event)
{
	struct gate *gate = sifting->gate;
	char name[SOURCE_MAX + 1] = { 0 };
	int err = batch_event(batch, 0, event);

	memcpy(name, source.data, source.size);
	if (!err && event->time < journal_horizon(gate->journal))
		err = LIFT_E_TRIMMED;
	if (!err && event->time > sifting->receipt + EVENT_AHEAD_MS)
		err = LIFT_E_TIME;
	if (!err && !config_source_allowed(gate->config, name))
		err = LIFT_E_NAMESPACE;
	if (!err)
		err = judge_rights(gate, source, event);
	if (!err)
		err = journal_add_stream(gate->journal, source, text_of(RETRY_STREAM), ret_stream);
	if (!err && (*ret_stream)->closed)
		err = LIFT_E_CLOSED;
	return err ? err
		   : keeper_entry(&gate->keeper, text_of(config_namespace(gate->config, name)),
				  *ret_stream, event, ret_entry);
}

static void take(struct sifting *sifting, struct text source, struct stream *stream,
		 const struct event *event, const struct entry *entry)
{
	struct gate *gate = sifting->gate;

	gate->last.unknown = (struct unknown){ .events = 0 };
	keeper_note_unknown(&gate->keeper, event, entry, &gate->last.unknown);
	if (gate->board && gate->last.unknown.events > 0)
		board_note(gate->noted, source, &gate->last.unknown);
	journal_append(gate->journal, stream, stream->next, sifting->receipt, entry);
	gate->accepted++;
}

static bool is_of_the_store(int err)
{
	enum lift_err_class class = lift_err_class(err);

	return class == LIFT_CLASS_STORE || class == LIFT_CLASS_OWN;
}

/* Did it come before it was said that its learner is to be forgotten? Its number may have run ahead
 * of the order's. */
static bool is_forgotten(struct gate *gate, const struct quarantined *row, const uint8_t *learner)
{
	return row->number < journal_forgotten(gate->journal, learner) ||
	       row->received <= journal_forgotten_at(gate->journal, learner);
}

/* One row: it is gone, or stays for a reason. Else an error that ends all. */
static int retry(struct sifting *sifting, const struct quarantined *row, uint32_t source_id,
		 struct text source)
{
	struct order_rows *rows = &sifting->order->rows;
	struct gate *gate = sifting->gate;
	uint8_t learner[PSEUDONYM_BYTES];
	struct stream *stream;
	struct batch batch;
	struct event event;
	struct entry entry;
	int err = keeper_recall(&gate->keeper, sifting->reader, row, source, &batch, learner);

	if (err) {
		stay(rows, row, row->err, false);
		return err == LIFT_E_MEMORY ? err : 0;
	}
	err = is_forgotten(gate, row, learner)
		      ? LIFT_E_FORGOTTEN
		      : judge(sifting, source, &batch, &stream, &entry, &event);
	if (err && is_of_the_store(err))
		return err;
	if (err) {
		stay(rows, row, err, true);
		return 0;
	}
	memcpy(entry.learner, learner, sizeof(learner));
	take(sifting, source, stream, &event, &entry);
	journal_drop_refused(gate->journal, source_id, row);
	rows->gone++;
	return 0;
}

static int sift_row(struct sifting *sifting, const struct quarantined *row, uint32_t source_id)
{
	struct order *order = sifting->order;
	struct journal *journal = sifting->gate->journal;
	struct text source;

	if (!journal_get_name(journal, NAME_SOURCE, source_id, &source))
		return LIFT_E_CORRUPT;
	if (!is_chosen(order, row, source))
		return 0;
	if (order->what == ORDER_RETRY)
		return retry(sifting, row, source_id, source);
	journal_drop_refused(journal, source_id, row);
	order->rows.gone++;
	return 0;
}

/* Row after row, as many as one order may have. */
static int sift_rows(struct sifting *sifting)
{
	struct order_rows *rows = &sifting->order->rows;
	uint64_t number = rows->after;
	int err = 0;

	for (unsigned looks = 0; !err; looks++) {
		struct quarantined row;
		uint32_t source;

		err = journal_next_refused(sifting->gate->journal, number, &row, &source);
		if (err == LIFT_E_NOT_FOUND || (!err && rows->to > 0 && row.number > rows->to))
			return 0;
		if (!err &&
		    (rows->gone + rows->n_staying == ORDER_ROWS_MAX || looks == ORDER_LOOKS_MAX)) {
			rows->next = number;
			return 0;
		}
		number = row.number;
		if (!err)
			err = sift_row(sifting, &row, source);
	}
	return err;
}

int sift(struct gate *gate, struct order *order, int64_t clock_ms)
{
	struct sifting sifting = { .gate = gate, .order = order };
	int err = 0;

	sifting.receipt = journal_receipt(gate->journal, clock_ms);
	screen_set_time(&gate->keeper.screen, sifting.receipt);
	if (journal_damage(gate->journal))
		return LIFT_E_DAMAGED;
	if (order->what == ORDER_RETRY && clock_fault(clock_ms, sifting.receipt, gate->built_ms))
		return LIFT_E_CLOCK;
	if (order->what == ORDER_RETRY && !journal_has_room(gate->journal))
		return LIFT_E_DISK;
	sifting.reader = msg_reader_new();
	if (!sifting.reader)
		return LIFT_E_MEMORY;
	err = sift_rows(&sifting);
	journal_set_unknown_max(gate->journal, key_names_max(NULL, gate->config));
	msg_reader_free(sifting.reader);
	if (err)
		journal_fail(gate->journal, err); /* some of it may have been done */
	return err;
}
