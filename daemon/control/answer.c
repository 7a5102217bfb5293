/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/control/answer.h"

#include <zmq.h>

#include "daemon/control/internal.h"

int control_send(struct control *control, const struct client *client, struct text body)
{
	void *socket = client->door->socket;

	if (zmq_send(socket, client->id, client->size, ZMQ_SNDMORE | ZMQ_DONTWAIT) >= 0 &&
	    zmq_send(socket, body.data, body.size, ZMQ_DONTWAIT) >= 0)
		return 0;
	stats_add(control->stats, STAT_answers_dropped, 1);
	return LIFT_E_SOCKET;
}

void control_refuse(struct control *control, const struct client *client, int err)
{
	if (err == LIFT_E_SOCKET)
		return;
	msg_writer_clear(control->writer);
	refusal_encode(control->writer, err);
	control_send(control, client, msg_written(control->writer));
	stats_add(control->stats, STAT_requests_refused, 1);
}
