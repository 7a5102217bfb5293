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
	bool colour; /* of a terminal */
};

/* 0, or LIFT_E_MALFORMED where a topic is no text. */
int message_print(const struct printing *printing, struct text topic, const json_t *body);

/* May lines be in colours? */
bool message_colour(void);

#endif
