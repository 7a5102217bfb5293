/* SPDX-License-Identifier: Apache-2.0 */
/*
 * turns.h - messages that have been read and not been looked into: each sender's in its order, and
 * the senders in turn. No sockets.
 *
 * Who sends is a key, over all its connections, or one local connection. A turn is so many bytes,
 * whatever came in them, or so many events; what is larger than a turn waits until the sender has
 * had enough of them, and is the last of its group, and the only large one (deficit round robin:
 * Shreedhar and Varghese 1995). A large batch is taken slice by slice over several groups: until
 * then no other large one begins, and nothing of its sender. So who sends little waits for a slice,
 * not for all that another one has sent.
 */
#ifndef LIFTD_INTAKE_TURNS_H
#define LIFTD_INTAKE_TURNS_H

#include <zmq.h>

#include "daemon/intake/gate.h"
#include "daemon/net/keyring.h"
#include "proto/event.h"
#include "proto/z85.h"

enum {
	TURN_BYTES = 128 << 10,
	TURN_LEAST = 1 << 10,		      /* what a message costs at least */
	TURN_EVENT = TURN_BYTES / GATE_SLICE, /* and for each of its events */
	/* Messages that wait, and their bytes: then nobody's are read. There is room for the
	 * windows of fifteen senders. */
	TURNS_MAX = 16384,
	TURNS_BYTES_MAX = 256 << 20,
	TURNS_REQUESTS = 64, /* of one sender, beside its batches */
	SENDER_MAX = 256,    /* bytes: a routing id, or a key's name, with its kind before it */
};

/* What a message says of itself, as far as it does; sizes 0 and a number of 0: it does not. */
struct said {
	char source[SOURCE_MAX], stream[STREAM_MAX];
	size_t source_size, stream_size;
	uint64_t first;
};

struct waiting {
	zmq_msg_t client, body; /* the routing id; the body is empty where it is refused */
	char user[Z85_KEY + 1]; /* the User-Id */
	struct said said;
	bool is_batch;
	int err; /* it is refused: answered in its turn all the same */
	size_t cost;
};

struct turns;

struct turns *turns_new(void); /* NULL: out of memory */
void turns_free(struct turns *turns);

/* Is there room for one more, of any size? */
bool turns_has_room(const struct turns *turns);
bool turns_is_empty(const struct turns *turns);

/* How many batches of a sender wait; how many messages, and their bytes. */
struct turns_count {
	uint32_t batches, messages;
	size_t bytes;
};
struct turns_count turns_count(const struct turns *turns, struct text sender);

/* May one more of it wait? A sender has as much room as it leaves free (Choudhury and Hahne 1998):
 * so there is some for others, however many fill it. */
bool turns_may_wait(const struct turns *turns, const struct turns_count *count);

/* Put a message behind those of its sender (1 to SENDER_MAX bytes). Its frames change hands. There
 * must be room. */
void turns_add(struct turns *turns, struct text sender, struct waiting *message);

/* A group begins; the next message that belongs into it (a large one: if it may be one): its frames
 * are the caller's now. False: the group is complete. */
void turns_begin(struct turns *turns);
bool turns_next(struct turns *turns, bool may_be_large, struct waiting *ret_message);

/* Has one sender all of this group, and does nobody else wait? */
bool turns_is_of_one(const struct turns *turns);

/* The sender of the last message has no turn until it is let go. */
void turns_hold(struct turns *turns);
void turns_let_go(struct turns *turns);

#endif
