/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/intake/intake.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <zmq.h>

#include "daemon/base/log.h"
#include "daemon/base/names.h"
#include "daemon/intake/turns.h"
#include "daemon/journal/quarantine.h"
#include "daemon/net/socket.h"
#include "daemon/net/wake.h"
#include "daemon/net/zap.h"

/* An answer that waits for the commit, and what a nack needs in its place should the commit
 * fail. */
struct answer_pending {
	zmq_msg_t client; /* the routing id */
	struct speaker speaker;
	struct msg_writer *body;
	bool takes; /* it says that numbers are taken: true only after the commit */
	struct said said;
};

/* A batch that is taken slice by slice: what it is read from, and who waits for its answer. */
struct held {
	zmq_msg_t client, body;
	struct msg_reader *reader;
	struct said said;
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
	struct answer_pending pending[INTAKE_GROUP + 1]; /* and one that was held */
	size_t n_pending, pending_bytes, pending_events, n_pages;
	struct turns *turns;
	struct held held;
	bool has_held;		       /* the answer of one that was held is pending */
	bool goes_on;		       /* the group of the round before */
	struct answer_pending refusal; /* of who has sent far too much */
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

static void remember(struct said *said, struct text source, struct text stream, uint64_t first)
{
	memcpy(said->source, source.data ? source.data : "", source.size);
	memcpy(said->stream, stream.data ? stream.data : "", stream.size);
	said->source_size = source.size;
	said->stream_size = stream.size;
	said->first = first;
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
	else if (log_allowed(&intake->refused_limit))
		log_warning("batch refused: code=%s key=%s source=%.*s first=%llu stream=\"%.*s\"",
			    lift_err_code(err), key_name(answer), (int)said->source_size,
			    said->source, (unsigned long long)said->first, (int)said->stream_size,
			    said->stream);
}

static void answer_nack(struct intake *intake, struct answer_pending *answer, int err, bool retry)
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
		remember(&answer->said, request->source, (struct text){ NULL, 0 }, 0);
		answer_err(intake, answer, LIFT_E_STREAM);
		return false;
	}
	remember(&answer->said, request->source, request->stream, 0);
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
static void handle(struct intake *intake, struct answer_pending *answer, struct waiting *message)
{
	struct text body = { zmq_msg_data(&message->body), zmq_msg_size(&message->body) };
	struct batch batch;
	int err = batch_decode(intake->reader, body, &batch);

	remember(&answer->said, batch.source, batch.stream, batch.seq);
	if (batch.op.size > 0 && !text_equal(batch.op, text_of("events")))
		err = handle_request(intake, answer, body);
	else if (!err && batch.op.size > 0)
		take_batch(intake, answer, message, &batch);
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

static void send_answer(struct intake *intake, struct answer_pending *answer)
{
	struct text body = msg_written(answer->body);

	if (body.size > 0 &&
	    zmq_msg_send(&answer->client, intake->socket, ZMQ_SNDMORE | ZMQ_DONTWAIT) >= 0 &&
	    zmq_send(intake->socket, body.data, body.size, ZMQ_DONTWAIT) >= 0)
		return;
	stats_add(intake->stats, STAT_answers_dropped, 1);
}

/* Whose turn a message is: a key's, over all its connections, or that of somebody local, for each
 * of them. */
static struct text sender_of(const struct waiting *message, const struct speaker *speaker,
			     char to[static SENDER_MAX])
{
	zmq_msg_t *client = (zmq_msg_t *)&message->client;
	struct text name = speaker->peer.key
				   ? text_of(speaker->peer.key->name)
				   : (struct text){ zmq_msg_data(client), zmq_msg_size(client) };

	to[0] = speaker->peer.key ? 'k' : 'l';
	memcpy(to + 1, name.data, name.size);
	return (struct text){ to, 1 + name.size };
}

/* What it says of itself. The bytes that were looked at. */
static size_t glance(struct waiting *message)
{
	struct text body = { zmq_msg_data(&message->body), zmq_msg_size(&message->body) };
	struct batch batch;
	size_t looked = batch_glance(body, &batch);

	remember(&message->said, batch.source, batch.stream, batch.seq);
	message->is_batch = batch.op.size == 0 || text_equal(batch.op, text_of("events"));
	message->cost = message->is_batch ? body.size : TURN_BYTES;
	if (message->cost < TURN_LEAST)
		message->cost = TURN_LEAST;
	if (message->is_batch && batch.seq > 0 && batch.count > BATCH_EVENTS_MAX)
		message->err = LIFT_E_COUNT; /* a million of small values takes long to read */
	else if (message->is_batch && message->cost < (size_t)batch.count * TURN_EVENT)
		message->cost = (size_t)batch.count * TURN_EVENT;
	return looked;
}

/* Before it is looked into: is there a reason not to? */
static int judge_waiting(struct intake *intake, const struct waiting *message,
			 const struct speaker *speaker, const struct turns_count *count)
{
	int err = speaker_may_send(speaker, zmq_msg_size((zmq_msg_t *)&message->body),
				   intake->now.steady_ms);

	if (!err && message->is_batch &&
	    (count->batches >= window_of(speaker) || !turns_may_wait(intake->turns, count)))
		err = LIFT_E_WINDOW;
	if (!err && message->is_batch && speaker_is_spent(speaker, intake->now.steady_ms))
		err = LIFT_E_RATE;
	return err;
}

static void answer_refused(struct intake *intake, struct answer_pending *answer,
			   struct waiting *message, int err)
{
	zmq_msg_move(&answer->client, &message->client);
	answer->said = message->said;
	answer_err(intake, answer, err);
}

/* Behind those of its sender; or, where far too many of these wait, it is refused at once. */
static void put_behind(struct intake *intake, struct waiting *message, bool whole)
{
	char name[SENDER_MAX];
	struct speaker speaker;
	int err = speaker_find(&intake->gate->speakers, message->user, &speaker);
	struct text sender = sender_of(message, &speaker, name);
	struct turns_count count = turns_count(intake->turns, sender);

	message->err = err ? err : whole ? message->err : LIFT_E_FRAMES;
	if (!message->err)
		message->err = judge_waiting(intake, message, &speaker, &count);
	if (message->err) {
		zmq_msg_close(&message->body);
		zmq_msg_init(&message->body);
		message->cost = TURN_LEAST;
	}
	if (count.messages < window_of(&speaker) + TURNS_REQUESTS &&
	    turns_may_wait(intake->turns, &count)) {
		turns_add(intake->turns, sender, message);
		return;
	}
	intake->refusal.speaker = speaker;
	answer_refused(intake, &intake->refusal, message,
		       message->err ? message->err : LIFT_E_WINDOW);
	send_answer(intake, &intake->refusal);
}

/* One message, if there is one. The bytes that were looked at; 0: there is none. */
static size_t receive(struct intake *intake)
{
	struct waiting message = { .err = 0 };
	size_t looked = 0;
	const char *user;
	bool more;

	zmq_msg_init(&message.client);
	zmq_msg_init(&message.body);
	if (zmq_msg_recv(&message.client, intake->socket, ZMQ_DONTWAIT) >= 0) {
		looked = 1;
		/* A ROUTER puts the routing id in front of a frame. */
		if (zmq_msg_more(&message.client) &&
		    zmq_msg_recv(&message.body, intake->socket, ZMQ_DONTWAIT) >= 0) {
			more = zmq_msg_more(&message.body);
			if (more)
				skip_frames(intake->socket);
			user = socket_user(&message.body);
			snprintf(message.user, sizeof(message.user), "%s", user ? user : "");
			looked += glance(&message);
			put_behind(intake, &message, !more);
		}
	}
	zmq_msg_close(&message.client);
	zmq_msg_close(&message.body);
	return looked;
}

/* What is there is read at once, so that nobody waits behind what another one has sent. */
static void receive_all(void *context, const struct now *now)
{
	struct intake *intake = context;
	size_t looked = 0, n = 0, bytes;

	intake->now = *now;
	for (; n < INTAKE_READS && looked < INTAKE_READ_BYTES && turns_has_room(intake->turns);
	     n++, looked += bytes) {
		bytes = receive(intake);
		if (bytes == 0)
			break;
	}
}

/* One that has waited becomes a pending answer. */
static void serve(struct intake *intake, struct waiting *message)
{
	struct answer_pending *answer = &intake->pending[intake->n_pending++];
	int err = speaker_find(&intake->gate->speakers, message->user, &answer->speaker);

	msg_writer_clear(answer->body);
	if (!err)
		err = message->err;
	if (!err && message->is_batch && speaker_is_spent(&answer->speaker, intake->now.steady_ms))
		err = LIFT_E_RATE;
	if (err) {
		answer_refused(intake, answer, message, err);
	} else {
		zmq_msg_move(&answer->client, &message->client);
		remember(&answer->said, (struct text){ NULL, 0 }, (struct text){ NULL, 0 }, 0);
		handle(intake, answer, message);
	}
	intake->pending_bytes += zmq_msg_size(&message->body) + msg_written(answer->body).size;
	zmq_msg_close(&message->client);
	zmq_msg_close(&message->body);
}

/* Is there room in the group for more? */
static bool has_room(const struct intake *intake)
{
	return intake->n_pending < INTAKE_GROUP && intake->pending_bytes < INTAKE_GROUP_BYTES &&
	       intake->pending_events < INTAKE_GROUP_EVENTS && intake->n_pages < INTAKE_PAGES;
}

/* What a round takes of a group. */
static void serve_group(struct intake *intake)
{
	size_t before = intake->pending_events;
	struct waiting message;

	if (!intake->goes_on || intake->n_pending == 0)
		turns_begin(intake->turns);
	while (has_room(intake) && intake->pending_events - before < GATE_SLICE &&
	       turns_next(intake->turns, !gate_is_busy(intake->gate), &message))
		serve(intake, &message);
}

/* May the group wait for more? Only where nobody else waits for it: not an operator either. */
static bool may_go_on(struct intake *intake)
{
	struct gate *gate = intake->gate;
	uint64_t events = gate->accepted + gate->refused + gate->resent;
	bool has_more = gate->has_more || gate_is_busy(gate);

	gate->has_more = false;
	if (intake->has_held || intake->n_done > 0 || loop_is_stopped(intake->loop))
		return false;
	if (intake->n_pending == 0)
		return has_more && events < INTAKE_GROUP_EVENTS;
	return has_room(intake) && !has_more && !turns_is_empty(intake->turns) &&
	       turns_is_of_one(intake->turns);
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
	gate_give_up(intake->gate, LIFT_E_DISK);
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
static void commit_and_answer(struct intake *intake)
{
	uint64_t last = journal_last(intake->journal);
	int err = journal_commit(intake->journal);

	if (err)
		commit_failed(intake, err);
	say_trouble(intake, intake->now.steady_ms);
	say_damage(intake);
	gate_settle(intake->gate, intake->stats, err == 0);
	for (size_t i = 0; i < intake->n_pending; i++) {
		send_answer(intake, &intake->pending[i]);
		msg_writer_shrink(intake->pending[i].body, INTAKE_ANSWER_KEEPS_BYTES);
	}
	intake->n_pending = intake->pending_bytes = intake->pending_events = intake->n_pages = 0;
	intake->has_held = false;
	tell_orders(intake, err);
	if (err == LIFT_E_FATAL)
		loop_stop(intake->loop); /* the daemon ends, and is started anew on a journal that
					    is intact */
	if (journal_last(intake->journal) != last) {
		stats_add(intake->stats, STAT_journal_commits, 1);
		wake_send(intake->more);
	}
}

static bool work(void *context, const struct now *now)
{
	struct intake *intake = context;

	intake->now = *now;
	serve_group(intake);
	intake->goes_on = may_go_on(intake);
	if (!intake->goes_on)
		commit_and_answer(intake);
	/* Behind the answers: what has been answered for does not wait for it. */
	if (!loop_is_stopped(intake->loop))
		gate_go_on(intake->gate, now->utc_ms);
	return intake->goes_on || intake->n_pending > 0 || gate_is_busy(intake->gate) ||
	       !turns_is_empty(intake->turns);
}

static int answer_open(struct answer_pending *answer)
{
	zmq_msg_init(&answer->client);
	answer->body = msg_writer_new();
	return answer->body ? 0 : LIFT_E_MEMORY;
}

static void answer_close(struct answer_pending *answer)
{
	zmq_msg_close(&answer->client);
	msg_writer_free(answer->body);
}

int intake_open(const struct intake_parts *parts, struct intake **ret_intake)
{
	const struct socket_wish wish = {
		"intake",
		ZMQ_ROUTER,
		parts->endpoints,
		/* Whoever sends a whole group gets all its answers. */
		{ .receive = INTAKE_PIPE, .send = INTAKE_GROUP },
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
	intake->held.reader = msg_reader_new();
	zmq_msg_init(&intake->held.client);
	zmq_msg_init(&intake->held.body);
	intake->turns = turns_new();
	if (!intake->reader || !intake->held.reader || !intake->turns)
		err = LIFT_E_MEMORY;
	for (size_t i = 0; i < INTAKE_GROUP + 1; i++)
		if (answer_open(&intake->pending[i]) != 0)
			err = LIFT_E_MEMORY;
	if (answer_open(&intake->refusal) != 0)
		err = LIFT_E_MEMORY;
	if (!err)
		err = socket_open(parts->zmq, &wish, &intake->socket);
	if (!err)
		err = loop_add_socket(parts->loop, intake->socket, receive_all, intake);
	if (err) {
		intake_close(intake);
		return err;
	}
	loop_set_work(parts->loop, work, intake);
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
	for (size_t i = 0; i < INTAKE_GROUP + 1; i++)
		answer_close(&intake->pending[i]);
	answer_close(&intake->refusal);
	turns_free(intake->turns);
	msg_reader_free(intake->reader);
	msg_reader_free(intake->held.reader);
	zmq_msg_close(&intake->held.client);
	zmq_msg_close(&intake->held.body);
	free(intake);
}
