/* SPDX-License-Identifier: Apache-2.0 */
/*
 * message.h - what the daemon publishes, a line a message: for people, or as JSON.
 */
#ifndef LIFT_CLI_MESSAGE_H
#define LIFT_CLI_MESSAGE_H

#include <jansson.h>
#include <stdbool.h>

#include "proto/bytes.h"

struct printing {
	bool json;
	bool colour;  /* of a terminal */
	bool puzzled; /* a message could not be understood, which has been complained about */
};

/* 0, or LIFT_E_MALFORMED where it cannot be printed: a topic that is no text, or, for people, a
 * body that is not as its topic says (`puzzled`). */
int message_print(struct printing *printing, struct text topic, const json_t *body);

/* May lines be in colours? */
bool message_colour(void);

#endif
