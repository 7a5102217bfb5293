/* SPDX-License-Identifier: Apache-2.0 */
/*
 * answer.h - what a client of control is sent.
 */
#ifndef LIFTD_CONTROL_ANSWER_H
#define LIFTD_CONTROL_ANSWER_H

#include "proto/bytes.h"

struct control;

/* A client's routing id. */
struct client {
	uint8_t id[255];
	size_t size;
};

/* Send a message; LIFT_E_SOCKET where the client is gone, or does not read, which is counted. */
int control_send(struct control *control, const struct client *client, struct text body);
/* Where an answer could not be sent (LIFT_E_SOCKET), that has been counted, and nothing else is. */
void control_refuse(struct control *control, const struct client *client, int err);

#endif
