/* SPDX-License-Identifier: Apache-2.0 */
/*
 * window.h - how many batches of each client wait for their answers in one group. Pure: no sockets.
 *
 * A group of at most WINDOW_CLIENTS clients always has room.
 */
#ifndef LIFTD_INTAKE_WINDOW_H
#define LIFTD_INTAKE_WINDOW_H

#include "proto/bytes.h"

enum { WINDOW_CLIENTS = 256 };

struct window {
	/* A hash table, linear probing, at most half full. */
	struct {
		struct text client; /* NULL: free */
		uint32_t n;
	} slots[2 * WINDOW_CLIENTS];
};

/* Count one more batch of a client, by its key's name or its routing id, which is borrowed until
 * window_clear. False where it has `most` of them already. */
bool window_take(struct window *window, struct text client, uint32_t most);

/* All have their answers. */
void window_clear(struct window *window);

#endif
