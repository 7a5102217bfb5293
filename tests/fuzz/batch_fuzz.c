/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A batch and all its events: what is accepted is in range, and means the same when it is encoded
 * and read again.
 */
#include "proto/event.h"
#include "tests/fuzz/fuzz.h"

static bool result_equal(const struct event_result *a, const struct event_result *b)
{
	return a->score == b->score && a->passed == b->passed && a->phase == b->phase &&
	       a->minutes == b->minutes && a->state == b->state;
}

static bool event_equal(const struct event *a, const struct event *b)
{
	bool equal = a->type == b->type && a->time == b->time &&
		     text_equal(a->learner, b->learner) && text_equal(a->module, b->module) &&
		     text_equal(a->region, b->region) && result_equal(&a->result, &b->result) &&
		     a->valid_until == b->valid_until && a->voids == b->voids &&
		     a->voids_time == b->voids_time && a->n_attrs == b->n_attrs;

	for (size_t i = 0; equal && i < a->n_attrs; i++)
		equal = text_equal(a->attrs[i].name, b->attrs[i].name) &&
			text_equal(a->attrs[i].value, b->attrs[i].value);
	return equal;
}

static void check_result(const struct event *event)
{
	const struct event_result *result = &event->result;

	REQUIRE(result->score >= -1 && result->score <= SCORE_ONE);
	REQUIRE(result->passed >= -1 && result->passed <= 1);
	REQUIRE(result->phase <= PHASE_POST);
	REQUIRE(result->minutes <= MINUTES_MAX && result->state <= STATE_ADMITTED);
	if (event->type != EVENT_VOIDED) {
		REQUIRE((result->minutes > 0) == (event->type == EVENT_ATTENDED));
		REQUIRE((result->state != STATE_NONE) == (event->type == EVENT_ENROLLED));
	}
	if (event->valid_until != 0) {
		REQUIRE(event->type == EVENT_ASSESSED || event->type == EVENT_COMPLETED);
		REQUIRE(event->valid_until >= VALID_UNTIL_MIN &&
			event->valid_until <= VALID_FOR_EVER);
	}
	if (event->type == EVENT_ASSESSED)
		REQUIRE(result->score >= 0 || result->passed >= 0);
	else if (event->type != EVENT_VOIDED)
		REQUIRE(result->score < 0 && result->passed < 0 && result->phase == PHASE_NONE);
}

static void check_event(const struct event *event, struct text message)
{
	const struct {
		struct text text;
		size_t most;
	} texts[] = { { event->learner, LEARNER_MAX },
		      { event->module, MODULE_MAX },
		      { event->region, REGION_MAX } };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		REQUIRE(texts[i].text.size >= 1 && texts[i].text.size <= texts[i].most);
		REQUIRE(fuzz_is_borrowed(texts[i].text, message));
	}
	REQUIRE(event->type >= EVENT_STARTED && event->type <= EVENT_ENROLLED);
	REQUIRE(event->time >= EVENT_TIME_MIN && event->time <= EVENT_TIME_MAX);
	REQUIRE(event->n_attrs <= ATTRS_MAX);
	for (size_t i = 0; i < event->n_attrs; i++) {
		const struct event_attr *attr = &event->attrs[i];

		REQUIRE(attr->name.size >= 1 && attr->name.size <= ATTR_NAME_MAX);
		REQUIRE(attr->value.size <= ATTR_VALUE_MAX);
		REQUIRE(fuzz_is_borrowed(attr->name, message));
		REQUIRE(fuzz_is_borrowed(attr->value, message));
	}
	check_result(event);
	if (event->type == EVENT_VOIDED)
		REQUIRE(event->voids >= EVENT_STARTED && event->voids <= EVENT_ENROLLED &&
			event->voids != EVENT_VOIDED);
	else
		REQUIRE(event->voids == 0 && event->voids_time == EVENT_NO_TIME);
	REQUIRE(event->voids_time == EVENT_NO_TIME ||
		(event->voids_time >= EVENT_TIME_MIN && event->voids_time <= EVENT_TIME_MAX));
}

/* What a batch says of itself; where it was refused, what could be read of that. */
static void check_batch(const struct batch *batch, struct text message, int err)
{
	REQUIRE(!batch->source.size || source_is_valid(batch->source));
	REQUIRE(batch->stream.size <= STREAM_MAX && batch->seq <= EVENT_SEQ_MAX);
	REQUIRE(fuzz_is_borrowed(batch->source, message));
	REQUIRE(fuzz_is_borrowed(batch->stream, message));
	REQUIRE(fuzz_is_borrowed(batch->op, message));
	if (err) {
		REQUIRE(err == LIFT_E_MALFORMED || err == LIFT_E_VERSION || err == LIFT_E_SOURCE ||
			err == LIFT_E_STREAM || err == LIFT_E_SEQ || err == LIFT_E_COUNT);
		return;
	}
	REQUIRE(batch->source.size && batch->stream.size && batch->seq);
	REQUIRE(batch->count <= BATCH_EVENTS_MAX);
	REQUIRE(batch->seq + batch->count - 1 <= EVENT_SEQ_MAX);
}

/* The batch again, with its events as they came. */
static void write_raw(const struct batch *batch, struct msg_writer *writer)
{
	msg_writer_clear(writer);
	batch_begin(writer, NULL, batch->source, batch->stream, batch->seq, batch->count);
	for (uint32_t i = 0; i < batch->count; i++)
		batch_event_raw(batch, i, writer);
}

/* Events written as they came get the same verdicts, and are the same bytes from then on. */
static void check_raw(const struct batch *batch, struct msg_reader *reader)
{
	struct msg_writer *once = msg_writer_new(), *twice = msg_writer_new();
	struct event event, event_again;
	struct batch again;

	write_raw(batch, once);
	if (msg_written(once).size <= MSG_SIZE_MAX) {
		REQUIRE(batch_decode(reader, msg_written(once), &again) == 0);
		REQUIRE(again.count == batch->count);
		for (uint32_t i = 0; i < batch->count; i++) {
			int err = batch_event(batch, i, &event);

			REQUIRE(batch_event(&again, i, &event_again) == err);
			REQUIRE(err || event_equal(&event, &event_again));
		}
		write_raw(&again, twice);
		REQUIRE(text_equal(msg_written(once), msg_written(twice)));
	}
	msg_writer_free(once);
	msg_writer_free(twice);
}

/* What was accepted, encoded from what it means, means the same. */
static void check_encoded(const struct batch *batch, uint32_t n_accepted, struct msg_reader *reader)
{
	struct msg_writer *writer = msg_writer_new();
	struct event event, event_again;
	struct batch again;

	batch_begin(writer, "batch", batch->source, batch->stream, batch->seq, n_accepted);
	for (uint32_t i = 0; i < batch->count; i++)
		if (batch_event(batch, i, &event) == 0)
			event_encode(writer, &event);
	if (msg_written(writer).size <= MSG_SIZE_MAX) {
		REQUIRE(batch_decode(reader, msg_written(writer), &again) == 0);
		REQUIRE(text_equal(again.source, batch->source) && again.seq == batch->seq);
		REQUIRE(text_equal(again.stream, batch->stream) && again.count == n_accepted);
		for (uint32_t i = 0, k = 0; i < batch->count; i++) {
			if (batch_event(batch, i, &event) != 0)
				continue;
			REQUIRE(batch_event(&again, k++, &event_again) == 0);
			REQUIRE(event_equal(&event, &event_again));
		}
	}
	msg_writer_free(writer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct msg_reader *reader = msg_reader_new(), *other = msg_reader_new();
	struct text message = fuzz_text(data, size);
	uint32_t n_accepted = 0;
	struct batch batch;
	struct event event;
	int err = batch_decode(reader, message, &batch);

	check_batch(&batch, message, err);
	for (uint32_t i = 0; !err && i < batch.count; i++)
		if (batch_event(&batch, i, &event) == 0) {
			check_event(&event, message);
			n_accepted++;
		}
	if (!err)
		check_raw(&batch, other);
	if (n_accepted)
		check_encoded(&batch, n_accepted, other);
	msg_reader_free(reader);
	msg_reader_free(other);
	return 0;
}
