/* SPDX-License-Identifier: Apache-2.0 */
/*
 * judge.h - what the daemon says of an encoded event by itself, whatever it knows beside it.
 */
#ifndef LIFT_CLI_JUDGE_H
#define LIFT_CLI_JUDGE_H

#include "proto/event.h"

/* NULLs to begin with. */
struct judge {
	struct msg_reader *reader;
	struct msg_writer *writer;
};

/* 0, and the event, which is valid until the next one; or the error that refuses it;
 * LIFT_E_MEMORY. */
int judge_event(struct judge *judge, struct text encoded, struct event *ret_event);
void judge_clear(struct judge *judge);

#endif
