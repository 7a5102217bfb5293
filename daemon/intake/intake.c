/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/intake/internal.h"

#include <stdlib.h>
#include <time.h>
#include <zmq.h>

#include "daemon/net/socket.h"
#include "daemon/net/zap.h"

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

	said_set(&message->said, batch.source, batch.stream, batch.seq);
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
	    (count->batches >= answer_window(speaker) || !turns_may_wait(intake->turns, count)))
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
	if (count.messages < answer_window(&speaker) + TURNS_REQUESTS &&
	    turns_may_wait(intake->turns, &count)) {
		turns_add(intake->turns, sender, message);
		return;
	}
	intake->refusal.speaker = speaker;
	answer_refused(intake, &intake->refusal, message,
		       message->err ? message->err : LIFT_E_WINDOW);
	answer_send(intake, &intake->refusal);
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
		said_set(&answer->said, (struct text){ NULL, 0 }, (struct text){ NULL, 0 }, 0);
		answer_message(intake, answer, message);
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
static void serve_group(struct intake *intake, size_t events_before)
{
	struct waiting message;

	while (has_room(intake) && intake->pending_events - events_before < GATE_SLICE &&
	       turns_next(intake->turns, !gate_is_busy(intake->gate), &message))
		serve(intake, &message);
}

static void nap(void *context)
{
	(void)context;
	nanosleep(&(struct timespec){ .tv_nsec = INTAKE_NAP_US * 1000 }, NULL);
}

/* Is it worth waiting for more, and does nobody wait too long for it? */
static bool may_gather(const struct intake *intake, size_t events_before)
{
	const struct answer_pending *last;

	if (intake->last_group < 2 || intake->n_pending == 0 || intake->naps == INTAKE_NAPS ||
	    !turns_is_empty(intake->turns) || !has_room(intake) ||
	    intake->pending_events - events_before >= GATE_SLICE)
		return false;
	if (intake->has_held || gate_is_busy(intake->gate) || intake->n_done > 0 ||
	    loop_is_ending(intake->loop))
		return false;
	last = &intake->pending[intake->n_pending - 1];
	return turns_is_of_one(intake->turns) ? intake->n_pending < answer_window(&last->speaker)
					      : intake->pending_events < GATE_SLICE;
}

static void gather(struct intake *intake, const struct now *now, size_t events_before)
{
	size_t before = 0;

	while (may_gather(intake, events_before) && intake->n_pending > before) {
		before = intake->n_pending;
		intake->naps++;
		intake->nap(intake->nap_context);
		receive_all(intake, now);
		serve_group(intake, events_before);
	}
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

void intake_obey(struct intake *intake, const struct now *now)
{
	while (intake->orders && intake->n_done < ORDERS_MAX &&
	       orders_take(intake->orders, &intake->done[intake->n_done]))
		gate_obey(intake->gate, &intake->done[intake->n_done++], now->utc_ms);
}

static bool work(void *context, const struct now *now)
{
	struct intake *intake = context;
	size_t events_before;
	bool looks = false;

	intake->now = *now;
	journal_listens(intake->journal, now->utc_ms);
	if (!intake->goes_on || intake->n_pending == 0)
		turns_begin(intake->turns);
	events_before = intake->pending_events;
	serve_group(intake, events_before);
	gather(intake, now, events_before);
	intake->goes_on = may_go_on(intake);
	if (!intake->goes_on)
		intake_commit(intake);
	/* Behind the answers: what has been answered for does not wait for it. */
	if (!loop_is_stopped(intake->loop)) {
		gate_go_on(intake->gate, now->utc_ms);
		looks = screen_go_on(&intake->gate->keeper.screen, now->utc_ms);
	}
	return intake->goes_on || intake->n_pending > 0 || gate_is_busy(intake->gate) ||
	       !turns_is_empty(intake->turns) || looks;
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
		"intake",	  ZMQ_ROUTER,
		parts->endpoints, { .receive = INTAKE_PIPE, .send = INTAKE_ANSWERS },
		parts->bindings,  parts->guards,
		DOOR_INTAKE,	  NULL,
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
	intake->nap = parts->nap ? parts->nap : nap;
	intake->nap_context = parts->nap_context;
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
