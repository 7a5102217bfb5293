/* SPDX-License-Identifier: Apache-2.0 */
/*
 * answer.h - what a client is sent, by the door that it came in by.
 */
#ifndef LIFTD_CONTROL_ANSWER_H
#define LIFTD_CONTROL_ANSWER_H

#include "proto/bytes.h"
#include "proto/keys.h"

struct control;
struct door;

/* A client's routing id, at a door's socket; and whose key it has: "" without one. */
struct client {
	struct door *door;
	char key[KEY_NAME_MAX + 1];
	uint8_t id[255];
	size_t size;
};

/* Send a message; LIFT_E_SOCKET where the client is gone, or does not read, which is counted. */
int control_send(struct control *control, const struct client *client, struct text body);
/* Where an answer could not be sent (LIFT_E_SOCKET), that has been counted, and nothing else is. */
void control_refuse(struct control *control, const struct client *client, int err);

#endif
