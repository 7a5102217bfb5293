/* SPDX-License-Identifier: Apache-2.0 */
/*
 * turn.h - whose turn it is to deliver: a lock on the file PATH-sending, which also says who has it
 * and, where nothing is being delivered, why.
 */
#ifndef LIFT_OUTBOX_TURN_H
#define LIFT_OUTBOX_TURN_H

#include <sys/types.h>

#include "clients/lib/lift.h"

enum { TURN_CODE = 32, TURN_TEXT = 200 };

struct turn {
	int fd;		  /* -1: it is somebody else's, or nobody's */
	int64_t since_ms; /* since 1970 */
};

/* Try for it: LIFT_E_BUSY where another has it; LIFT_E_IO. */
int turn_take(struct turn *turn, const char *path, int64_t now_ms);
void turn_end(struct turn *turn);

/* Say how it goes: why nothing is being delivered, or 0 and "". */
void turn_say(const struct turn *turn, int err, const char *text);

/* What who has it says of itself; zeros where nobody has it, or it says nothing. */
struct turn_told {
	bool is_taken;
	pid_t pid;
	int64_t since_ms;
	int err;
	char text[TURN_TEXT];
};
void turn_look(const char *path, struct turn_told *ret_told);

#endif
