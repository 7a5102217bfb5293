/* SPDX-License-Identifier: Apache-2.0 */
/*
 * answer.h - what a client is sent, by the door that it came in by.
 */
#ifndef LIFTD_CONTROL_ANSWER_H
#define LIFTD_CONTROL_ANSWER_H

#include "proto/bytes.h"

struct control;
struct door;

/* A client's routing id, at a door's socket. */
struct client {
	struct door *door;
	uint8_t id[255];
	size_t size;
};

/* Send a message; LIFT_E_SOCKET where the client is gone, or does not read, which is counted. */
int control_send(struct control *control, const struct client *client, struct text body);
/* Where an answer could not be sent (LIFT_E_SOCKET), that has been counted, and nothing else is. */
void control_refuse(struct control *control, const struct client *client, int err);

#endif
