/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/publish/outbox.h"

static bool send_part(void *socket, struct text part)
{
	return zmq_send(socket, part.data, part.size, ZMQ_SNDMORE | ZMQ_DONTWAIT) >= 0;
}

static void send_letter(struct outbox *outbox, struct letter *letter)
{
	if ((letter->to.size == 0 || send_part(letter->socket, letter->to)) &&
	    send_part(letter->socket, letter->topic) &&
	    zmq_msg_send(&letter->body, letter->socket, ZMQ_DONTWAIT) >= 0)
		return;
	zmq_msg_close(&letter->body);
	outbox->failed = true;
}

static void send_all(struct outbox *outbox)
{
	for (size_t i = 0; i < outbox->n; i++)
		send_letter(outbox, &outbox->letters[i]);
	outbox->n = 0;
}

void outbox_add(struct outbox *outbox, void *socket, struct text to, struct text topic,
		zmq_msg_t *body)
{
	struct letter *letter;

	if (outbox->n == OUTBOX_ROOM)
		send_all(outbox);
	letter = &outbox->letters[outbox->n++];
	letter->socket = socket;
	letter->to = to;
	letter->topic = topic;
	zmq_msg_init(&letter->body);
	zmq_msg_move(&letter->body, body);
}

bool outbox_send(struct outbox *outbox)
{
	bool failed;

	send_all(outbox);
	failed = outbox->failed;
	outbox->failed = false;
	return !failed;
}
