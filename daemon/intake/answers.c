/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is answered to a batch, and to the requests of a source's own.
 */
#include <assert.h>
#include <zmq.h>

#include "daemon/base/log.h"
#include "daemon/base/names.h"
#include "daemon/intake/internal.h"
#include "daemon/journal/quarantine.h"

static const char *key_name(const struct answer_pending *answer)
{
	return answer->speaker.peer.key ? answer->speaker.peer.key->name : "none";
}

void said_set(struct said *said, struct text source, struct text stream, uint64_t first)
{
	memcpy(said->source, source.data ? source.data : "", source.size);
	memcpy(said->stream, stream.data ? stream.data : "", stream.size);
	said->source_size = source.size;
	said->stream_size = stream.size;
	said->first = first;
}

/* One of its two names looks like a person's. */
static void log_name_refused(const struct answer_pending *answer)
{
	const struct said *said = &answer->said;
	char source[PERSON_MASK], stream[PERSON_MASK];

	person_mask((struct text){ said->source, said->source_size }, source);
	person_mask((struct text){ said->stream, said->stream_size }, stream);
	log_warning("batch refused: code=%s key=%s source=\"%s\" first=%llu stream=\"%s\"",
		    lift_err_code(LIFT_E_NAME), key_name(answer), source,
		    (unsigned long long)said->first, stream);
}

/* Said once, until a batch is taken again. A stream's name is any text: it comes last. */
static void log_refused(struct intake *intake, const struct answer_pending *answer, int err)
{
	const struct said *said = &answer->said;

	if (err == LIFT_E_CLOCK && !intake->clock_told)
		log_alert(ALERT_CLOCK_WRONG,
			  "the clock is wrong, batches are refused until it is right: code=%s",
			  lift_err_code(err));
	intake->clock_told |= err == LIFT_E_CLOCK;
	if (err == LIFT_E_SOURCE_DENIED && log_allowed(&intake->denied_limit))
		log_alert(ALERT_KEY_REFUSED, "batch refused: code=%s key=%s source=%.*s",
			  lift_err_code(err), key_name(answer), (int)said->source_size,
			  said->source);
	else if (err == LIFT_E_NAME && log_allowed(&intake->refused_limit))
		log_name_refused(answer);
	else if (log_allowed(&intake->refused_limit))
		log_warning("batch refused: code=%s key=%s source=%.*s first=%llu stream=\"%.*s\"",
			    lift_err_code(err), key_name(answer), (int)said->source_size,
			    said->source, (unsigned long long)said->first, (int)said->stream_size,
			    said->stream);
}

void answer_nack(struct intake *intake, struct answer_pending *answer, int err, bool retry)
{
	const struct said *said = &answer->said;
	struct nack nack = { { said->source, said->source_size },
			     { said->stream, said->stream_size },
			     said->first,
			     err,
			     retry };

	msg_writer_clear(answer->body);
	nack_encode(answer->body, &nack);
	peer_note(&answer->speaker.peer, DEED_REFUSED, intake->now.utc_ms);
	answer->takes = false;
	stats_add(intake->stats, STAT_batches_refused, 1);
	log_refused(intake, answer, err);
}

void answer_err(struct intake *intake, struct answer_pending *answer, int err)
{
	bool retry;

	err = gate_told(err, &retry);
	answer_nack(intake, answer, err, retry);
}

/* How many batches may be unanswered. */
uint32_t answer_window(const struct speaker *speaker)
{
	return speaker->peer.key ? (uint32_t)speaker->peer.key->limits.batches : INTAKE_WINDOW;
}

/* What has come of a batch. */
static void answer_batch(struct intake *intake, struct answer_pending *answer,
			 const struct batch *batch, const struct taken *taken, int err)
{
	const struct ack ack = { .source = batch->source,
				 .stream = batch->stream,
				 .first = batch->seq,
				 .count = taken->at,
				 .next = taken->next,
				 .rejected = taken->rejected,
				 .n_rejected = taken->n_rejected,
				 .unknown = &taken->unknown,
				 .uncounted = taken->uncounted,
				 .n_uncounted = taken->n_uncounted };

	if (err) {
		answer_err(intake, answer, err);
		return;
	}
	ack_encode(answer->body, &ack);
	answer->takes = true;
	peer_note(&answer->speaker.peer, DEED_PUBLISHED, intake->now.utc_ms);
	intake->clock_told = false;
}

static void held_done(void *context, const struct speaker *speaker, const struct batch *batch,
		      const struct taken *taken, int err)
{
	struct intake *intake = context;
	struct answer_pending *answer = &intake->pending[intake->n_pending++];
	struct held *held = &intake->held;

	assert(intake->n_pending <= INTAKE_GROUP + 1);
	msg_writer_clear(answer->body);
	zmq_msg_move(&answer->client, &held->client);
	answer->speaker = *speaker;
	answer->said = held->said;
	answer_batch(intake, answer, batch, taken, err);
	intake->pending_events += taken->at;
	intake->pending_bytes += zmq_msg_size(&held->body) + msg_written(answer->body).size;
	zmq_msg_close(&held->body);
	zmq_msg_init(&held->body);
	turns_let_go(intake->turns);
	intake->has_held = true;
}

/* A batch of several slices is held: it has no answer yet. What has read it stays with it. */
static void hold(struct intake *intake, struct answer_pending *answer, struct waiting *message,
		 const struct batch *batch)
{
	struct held *held = &intake->held;
	struct msg_reader *reader = held->reader;

	gate_begin(intake->gate, &answer->speaker, message->user, batch, held_done, intake);
	held->reader = intake->reader;
	intake->reader = reader;
	held->said = answer->said;
	zmq_msg_move(&held->client, &answer->client);
	zmq_msg_move(&held->body, &message->body);
	turns_hold(intake->turns);
	intake->n_pending--;
}

static void take_batch(struct intake *intake, struct answer_pending *answer,
		       struct waiting *message, const struct batch *batch)
{
	struct gate *gate = intake->gate;
	int err = speaker_may_speak(&gate->speakers, &answer->speaker, batch->source, batch->count,
				    intake->now.steady_ms);

	if (!err && batch->count > GATE_SLICE && !gate_is_busy(gate)) {
		hold(intake, answer, message, batch);
		return;
	}
	if (!err)
		err = gate_take(gate, &answer->speaker, batch, intake->now.utc_ms);
	intake->pending_events += batch->count;
	answer_batch(intake, answer, batch, &gate->last, err);
}

/* A request of a source's own: may it be asked? */
static bool speaks_for(struct intake *intake, struct answer_pending *answer, struct text source)
{
	int err = speaker_may_speak(&intake->gate->speakers, &answer->speaker, source, 0,
				    intake->now.steady_ms);

	if (err)
		answer_err(intake, answer, err);
	return !err;
}

/* A request about a stream: does it name one, as it should? */
static bool names_stream(struct intake *intake, struct answer_pending *answer,
			 const struct request *request)
{
	if (!source_is_valid(request->source)) {
		answer_err(intake, answer, LIFT_E_SOURCE);
		return false;
	}
	if (request->stream.size < 1 || request->stream.size > STREAM_MAX) {
		said_set(&answer->said, request->source, (struct text){ NULL, 0 }, 0);
		answer_err(intake, answer, LIFT_E_STREAM);
		return false;
	}
	said_set(&answer->said, request->source, request->stream, 0);
	return speaks_for(intake, answer, request->source);
}

static void say_welcome(struct intake *intake, struct answer_pending *answer,
			const struct request *request)
{
	struct stream *stream;
	struct welcome welcome = { .source = request->source,
				   .stream = request->stream,
				   .next = 1,
				   .window = answer_window(&answer->speaker) };
	int err;

	if (!names_stream(intake, answer, request))
		return;
	screen_set_time(&intake->gate->keeper.screen, intake->now.utc_ms);
	err = screen_stream(&intake->gate->keeper.screen, request->source, request->stream);
	if (err) {
		answer_err(intake, answer, err);
		return;
	}
	err = journal_find_stream(intake->journal, request->source, request->stream, &stream);
	if (err && err != LIFT_E_NOT_FOUND) {
		answer_err(intake, answer, gate_found(intake->gate, err));
		return;
	}
	if (stream) {
		welcome.next = stream->next;
		welcome.closed = stream->closed;
	}
	welcome_encode(answer->body, &welcome);
	answer->takes = true;
	stats_add(intake->stats, STAT_hellos, 1);
}

static void say_closed(struct intake *intake, struct answer_pending *answer,
		       const struct request *request)
{
	struct closed closed;
	int err;

	if (!names_stream(intake, answer, request))
		return;
	err = gate_close_stream(intake->gate, request->source, request->stream, &closed);
	if (err) {
		answer_err(intake, answer, err);
		return;
	}
	closed_encode(answer->body, &closed);
	answer->takes = true;
}

/* A source's own refused events. */
static void say_rejections(struct intake *intake, struct answer_pending *answer,
			   const struct request *request)
{
	struct quarantine_page page = { .n = 0 };
	struct journal_view view;
	uint32_t source;
	int err = source_is_valid(request->source) ? journal_view_begin(intake->journal, &view)
						   : LIFT_E_SOURCE;

	intake->n_pages++;
	if (!err && !speaks_for(intake, answer, request->source)) {
		journal_view_end(&view);
		return;
	}
	if (err) {
		answer_err(intake, answer, err);
		return;
	}
	source = journal_find_name(intake->journal, NAME_SOURCE, request->source);
	if (source != NAMES_NONE)
		err = quarantine_read(&view, source, request->after, &page);
	if (err)
		answer_err(intake, answer, gate_found(intake->gate, err));
	else
		rejections_encode(answer->body, request->source, page.rows, page.n, page.next);
	journal_view_end(&view);
}

static const struct {
	struct text op;
	void (*fn)(struct intake *intake, struct answer_pending *answer,
		   const struct request *request);
} requests[] = {
	{ TEXT("hello"), say_welcome },
	{ TEXT("rejections"), say_rejections },
	{ TEXT("close"), say_closed },
};

static int handle_request(struct intake *intake, struct answer_pending *answer, struct text message)
{
	struct request request;
	int err = request_decode(intake->reader, message, &request);

	for (size_t i = 0; !err && i < sizeof(requests) / sizeof(requests[0]); i++) {
		if (!text_equal(request.op, requests[i].op))
			continue;
		requests[i].fn(intake, answer, &request);
		return 0;
	}
	return err ? err : LIFT_E_OP;
}

/* A message is a batch or a request: which one, its op says. On this socket a batch says that it is
 * one. */
void answer_message(struct intake *intake, struct answer_pending *answer, struct waiting *message)
{
	struct text body = { zmq_msg_data(&message->body), zmq_msg_size(&message->body) };
	struct batch batch;
	int err = batch_decode(intake->reader, body, &batch);

	said_set(&answer->said, batch.source, batch.stream, batch.seq);
	if (batch.op.size > 0 && !text_equal(batch.op, text_of("events")))
		err = handle_request(intake, answer, body);
	else if (!err && batch.op.size > 0)
		take_batch(intake, answer, message, &batch);
	else if (!err)
		err = LIFT_E_OP;
	if (err)
		answer_err(intake, answer, err);
}

void answer_send(struct intake *intake, struct answer_pending *answer)
{
	struct text body = msg_written(answer->body);

	if (body.size > 0 &&
	    zmq_msg_send(&answer->client, intake->socket, ZMQ_SNDMORE | ZMQ_DONTWAIT) >= 0 &&
	    zmq_send(intake->socket, body.data, body.size, ZMQ_DONTWAIT) >= 0)
		return;
	stats_add(intake->stats, STAT_answers_dropped, 1);
}
