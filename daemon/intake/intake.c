/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/intake/intake.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <zmq.h>

#include "daemon/base/log.h"
#include "daemon/base/names.h"
#include "daemon/intake/window.h"
#include "daemon/journal/quarantine.h"
#include "daemon/net/socket.h"
#include "daemon/net/wake.h"
#include "daemon/net/zap.h"

static_assert((int)INTAKE_GROUP <= (int)WINDOW_CLIENTS,
	      "a group may have as many clients as messages");

/* An answer that waits for the commit, and what a nack needs in its place should the commit
 * fail. */
struct answer_pending {
	zmq_msg_t client; /* the routing id */
	struct speaker speaker;
	struct msg_writer *body;
	bool takes; /* it says that numbers are taken: true only after the commit */
	char source[SOURCE_MAX], stream[STREAM_MAX];
	size_t source_size, stream_size;
	uint64_t first;
};

struct intake {
	struct loop *loop;
	void *socket;
	struct gate *gate;
	struct journal *journal;
	struct stats *stats;
	struct wake *more;
	struct orders *orders;
	struct wake *obeyed;
	struct order done[ORDERS_MAX]; /* but not told yet */
	size_t n_done;
	struct msg_reader *reader;
	struct answer_pending pending[INTAKE_GROUP];
	size_t n_pending, pending_bytes, pending_events, n_pages;
	struct window window;
	struct log_limit refused_limit, denied_limit, failed_limit;
	bool clock_told;   /* that it is wrong */
	bool damage_told;  /* others have been woken for it */
	struct now now;	   /* of this round */
	int64_t failed_ms; /* steady: when the journal was last in trouble */
};

static const char *key_name(const struct answer_pending *answer)
{
	return answer->speaker.peer.key ? answer->speaker.peer.key->name : "none";
}

/* What is answered. */

static void remember(struct answer_pending *answer, struct text source, struct text stream,
		     uint64_t first)
{
	memcpy(answer->source, source.data ? source.data : "", source.size);
	memcpy(answer->stream, stream.data ? stream.data : "", stream.size);
	answer->source_size = source.size;
	answer->stream_size = stream.size;
	answer->first = first;
}

/* Said once, until a batch is taken again. A stream's name is any text: it comes last. */
static void log_refused(struct intake *intake, const struct answer_pending *answer, int err)
{
	if (err == LIFT_E_CLOCK && !intake->clock_told)
		log_alert(ALERT_CLOCK_WRONG,
			  "the clock is wrong, batches are refused until it is right: code=%s",
			  lift_err_code(err));
	intake->clock_told |= err == LIFT_E_CLOCK;
	if (err == LIFT_E_SOURCE_DENIED && log_allowed(&intake->denied_limit))
		log_alert(ALERT_KEY_REFUSED, "batch refused: code=%s key=%s source=%.*s",
			  lift_err_code(err), key_name(answer), (int)answer->source_size,
			  answer->source);
	else if (log_allowed(&intake->refused_limit))
		log_warning("batch refused: code=%s key=%s source=%.*s first=%llu stream=\"%.*s\"",
			    lift_err_code(err), key_name(answer), (int)answer->source_size,
			    answer->source, (unsigned long long)answer->first,
			    (int)answer->stream_size, answer->stream);
}

static void answer_nack(struct intake *intake, struct answer_pending *answer, int err, bool retry)
{
	struct nack nack = { { answer->source, answer->source_size },
			     { answer->stream, answer->stream_size },
			     answer->first,
			     err,
			     retry };

	msg_writer_clear(answer->body);
	nack_encode(answer->body, &nack);
	peer_note(&answer->speaker.peer, DEED_REFUSED, intake->now.utc_ms);
	answer->takes = false;
	stats_add(intake->stats, STAT_batches_refused, 1);
	log_refused(intake, answer, err);
}

static void answer_err(struct intake *intake, struct answer_pending *answer, int err)
{
	bool retry;

	err = gate_told(err, &retry);
	answer_nack(intake, answer, err, retry);
}

/* How many batches may be unanswered. */
static uint32_t window_of(const struct speaker *speaker)
{
	return speaker->peer.key ? (uint32_t)speaker->peer.key->limits.batches : INTAKE_WINDOW;
}

/* All connections of a key have one window; somebody local has one for each. */
static bool has_window(struct intake *intake, struct answer_pending *answer)
{
	const struct key *key = answer->speaker.peer.key;
	struct text client = { zmq_msg_data(&answer->client), zmq_msg_size(&answer->client) };

	return window_take(&intake->window, key ? text_of(key->name) : client,
			   window_of(&answer->speaker));
}

static void take_batch(struct intake *intake, struct answer_pending *answer,
		       const struct batch *batch)
{
	struct gate *gate = intake->gate;
	int err = speaker_may_speak(&gate->speakers, &answer->speaker, batch->source, batch->count,
				    intake->now.steady_ms);

	if (!err && !has_window(intake, answer))
		err = LIFT_E_WINDOW;
	if (!err)
		err = gate_take(gate, &answer->speaker, batch, intake->now.utc_ms);
	intake->pending_events += batch->count;
	if (err) {
		answer_err(intake, answer, err);
		return;
	}
	struct ack ack = { .source = batch->source,
			   .stream = batch->stream,
			   .first = batch->seq,
			   .count = batch->count,
			   .next = gate->next,
			   .rejected = gate->rejected,
			   .n_rejected = gate->n_rejected,
			   .unknown = &gate->unknown,
			   .uncounted = gate->uncounted,
			   .n_uncounted = gate->n_uncounted };

	ack_encode(answer->body, &ack);
	answer->takes = true;
	peer_note(&answer->speaker.peer, DEED_PUBLISHED, intake->now.utc_ms);
	intake->clock_told = false;
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
		remember(answer, request->source, (struct text){ NULL, 0 }, 0);
		answer_err(intake, answer, LIFT_E_STREAM);
		return false;
	}
	remember(answer, request->source, request->stream, 0);
	return speaks_for(intake, answer, request->source);
}

static void say_welcome(struct intake *intake, struct answer_pending *answer,
			const struct request *request)
{
	struct stream *stream;
	struct welcome welcome = { .source = request->source,
				   .stream = request->stream,
				   .next = 1,
				   .window = window_of(&answer->speaker) };
	int err;

	if (!names_stream(intake, answer, request))
		return;
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
static void handle(struct intake *intake, struct answer_pending *answer, struct text message)
{
	struct batch batch;
	int err = batch_decode(intake->reader, message, &batch);

	remember(answer, batch.source, batch.stream, batch.seq);
	if (batch.op.size > 0 && !text_equal(batch.op, text_of("events")))
		err = handle_request(intake, answer, message);
	else if (!err && batch.op.size > 0)
		take_batch(intake, answer, &batch);
	else if (!err)
		err = LIFT_E_OP;
	if (err)
		answer_err(intake, answer, err);
}

/* The socket. */

/* The rest of a message that has more frames than it may have. */
static void skip_frames(void *socket)
{
	zmq_msg_t frame;
	int more;

	do {
		zmq_msg_init(&frame);
		if (zmq_msg_recv(&frame, socket, ZMQ_DONTWAIT) < 0)
			more = 0;
		else
			more = zmq_msg_more(&frame);
		zmq_msg_close(&frame);
	} while (more);
}

/* One message, if there is one: it becomes a pending answer. */
static bool receive(struct intake *intake)
{
	struct answer_pending *answer = &intake->pending[intake->n_pending];
	zmq_msg_t body;
	bool more;
	int err;

	if (zmq_msg_recv(&answer->client, intake->socket, ZMQ_DONTWAIT) < 0)
		return false;
	if (!zmq_msg_more(&answer->client))
		return true; /* cannot be: a ROUTER puts the routing id in front of a frame */
	zmq_msg_init(&body);
	if (zmq_msg_recv(&body, intake->socket, ZMQ_DONTWAIT) < 0) {
		zmq_msg_close(&body);
		return false;
	}
	msg_writer_clear(answer->body);
	remember(answer, (struct text){ NULL, 0 }, (struct text){ NULL, 0 }, 0);
	more = zmq_msg_more(&body);
	err = speaker_find(&intake->gate->speakers, socket_user(&body), &answer->speaker);
	if (!err)
		err = speaker_may_send(&answer->speaker, zmq_msg_size(&body),
				       intake->now.steady_ms);
	if (more)
		skip_frames(intake->socket);
	if (err || more) {
		answer_err(intake, answer, err ? err : LIFT_E_FRAMES);
	} else {
		handle(intake, answer, (struct text){ zmq_msg_data(&body), zmq_msg_size(&body) });
	}
	intake->pending_bytes += zmq_msg_size(&body) + msg_written(answer->body).size;
	zmq_msg_close(&body);
	intake->n_pending++;
	return true;
}

static void receive_all(void *context, const struct now *now)
{
	struct intake *intake = context;

	intake->now = *now;
	while (intake->n_pending < INTAKE_GROUP && intake->pending_bytes < INTAKE_GROUP_BYTES &&
	       intake->pending_events < INTAKE_GROUP_EVENTS && intake->n_pages < INTAKE_PAGES &&
	       receive(intake))
		;
}

static void send_answer(struct intake *intake, struct answer_pending *answer)
{
	struct text body = msg_written(answer->body);

	if (body.size > 0 &&
	    zmq_msg_send(&answer->client, intake->socket, ZMQ_SNDMORE | ZMQ_DONTWAIT) >= 0 &&
	    zmq_send(intake->socket, body.data, body.size, ZMQ_DONTWAIT) >= 0)
		return;
	stats_add(intake->stats, STAT_answers_dropped, 1);
}

/* Once when it begins, and once when it is over: on a disk that is nearly full, small commits
 * succeed between large ones that fail. */
static void say_trouble(struct intake *intake, int64_t now_ms)
{
	const char *trouble = journal_failure(intake->journal);
	const char *before = atomic_load(&intake->stats->troubles[TROUBLE_JOURNAL]);

	if (trouble)
		intake->failed_ms = now_ms;
	else if (before && now_ms - intake->failed_ms < INTAKE_CALM_MS)
		return;
	atomic_store(&intake->stats->troubles[TROUBLE_JOURNAL], trouble);
	stats_set(intake->stats, STAT_journal_failing, trouble != NULL);
	if (trouble && !before)
		log_alert(ALERT_JOURNAL_FAILING,
			  "the journal cannot be written, batches are refused until it can: "
			  "reason=\"%s\"",
			  trouble);
	else if (!trouble && before)
		log_alert(ALERT_JOURNAL_WELL, "the journal can be written again");
}

static void commit_failed(struct intake *intake, int err)
{
	stats_add(intake->stats, STAT_journal_failures, 1);
	if (intake->n_pending > 0 && log_allowed(&intake->failed_limit))
		log_error("journal commit failed: code=%s batches=%zu reason=\"%s\"",
			  lift_err_code(err), intake->n_pending, journal_failure(intake->journal));
	for (size_t i = 0; i < intake->n_pending; i++)
		if (intake->pending[i].takes)
			answer_nack(intake, &intake->pending[i], LIFT_E_DISK, true);
}

/* Whichever way the batch came that found it. */
static void say_damage(struct intake *intake)
{
	if (intake->damage_told || !journal_damage(intake->journal))
		return;
	intake->damage_told = true;
	wake_send(intake->more);
}

void intake_obey(struct intake *intake, const struct now *now)
{
	while (intake->orders && intake->n_done < ORDERS_MAX &&
	       orders_take(intake->orders, &intake->done[intake->n_done]))
		gate_obey(intake->gate, &intake->done[intake->n_done++], now->utc_ms);
}

/* What was ordered, too, is done when it is on disk. */
static void tell_orders(struct intake *intake, int err)
{
	for (size_t i = 0; i < intake->n_done; i++) {
		if (err && !intake->done[i].err)
			intake->done[i].err = LIFT_E_DISK;
		orders_done(intake->orders, &intake->done[i]);
	}
	if (intake->n_done > 0)
		wake_send(intake->obeyed);
	intake->n_done = 0;
}

/* First the disk, then the answers. */
static bool commit_and_answer(void *context, const struct now *now)
{
	struct intake *intake = context;
	uint64_t last = journal_last(intake->journal);
	int err = journal_commit(intake->journal);

	if (err)
		commit_failed(intake, err);
	say_trouble(intake, now->steady_ms);
	say_damage(intake);
	gate_settle(intake->gate, intake->stats, err == 0);
	window_clear(&intake->window);
	for (size_t i = 0; i < intake->n_pending; i++) {
		send_answer(intake, &intake->pending[i]);
		msg_writer_shrink(intake->pending[i].body, INTAKE_ANSWER_KEEPS_BYTES);
	}
	intake->n_pending = intake->pending_bytes = intake->pending_events = intake->n_pages = 0;
	tell_orders(intake, err);
	if (err == LIFT_E_FATAL)
		loop_stop(intake->loop); /* the daemon ends, and is started anew on a journal that
					    is intact */
	if (journal_last(intake->journal) != last) {
		stats_add(intake->stats, STAT_journal_commits, 1);
		wake_send(intake->more);
	}
	return false;
}

int intake_open(const struct intake_parts *parts, struct intake **ret_intake)
{
	const struct socket_wish wish = {
		"intake",
		ZMQ_ROUTER,
		parts->endpoints,
		/* Whoever sends a whole group gets all its answers. */
		{ .receive = 4, .send = INTAKE_GROUP },
		parts->bindings,
		parts->guards,
		DOOR_INTAKE,
		NULL,
	};
	struct intake *intake = calloc(1, sizeof(*intake));
	int err = intake ? 0 : LIFT_E_MEMORY;

	if (err)
		return err;
	intake->loop = parts->loop;
	intake->gate = parts->gate;
	intake->journal = parts->gate->journal;
	intake->stats = parts->stats;
	intake->more = parts->more;
	intake->orders = parts->orders;
	intake->obeyed = parts->obeyed;
	intake->reader = msg_reader_new();
	if (!intake->reader)
		err = LIFT_E_MEMORY;
	for (size_t i = 0; i < INTAKE_GROUP; i++) {
		zmq_msg_init(&intake->pending[i].client);
		intake->pending[i].body = msg_writer_new();
		if (!intake->pending[i].body)
			err = LIFT_E_MEMORY;
	}
	if (!err)
		err = socket_open(parts->zmq, &wish, &intake->socket);
	if (!err)
		err = loop_add_socket(parts->loop, intake->socket, receive_all, intake);
	if (err) {
		intake_close(intake);
		return err;
	}
	loop_set_work(parts->loop, commit_and_answer, intake);
	*ret_intake = intake;
	return 0;
}

void intake_close(struct intake *intake)
{
	if (!intake)
		return;
	if (intake->socket) {
		loop_set_work(intake->loop, NULL, NULL);
		loop_remove_socket(intake->loop, intake->socket);
	}
	socket_close(intake->socket);
	for (size_t i = 0; i < INTAKE_GROUP; i++) {
		zmq_msg_close(&intake->pending[i].client);
		msg_writer_free(intake->pending[i].body);
	}
	msg_reader_free(intake->reader);
	free(intake);
}
