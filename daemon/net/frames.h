/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frames.h - what one connection sends, as bytes of ZMTP 3, and whether it is more than a peer may.
 *
 * libzmq hands a message over when its last frame is there, and bounds the bytes of a frame, but
 * neither the frames of a message nor the subscriptions of a peer: both would take memory without
 * an end. So bytes are looked at before libzmq gets them. Pure: no sockets.
 *
 * This reads the framing of the mechanism NULL, the only one there is. Under CURVE a frame's flags
 * are encrypted: then who connects is known, and this has to move behind the keys.
 */
#ifndef LIFTD_NET_FRAMES_H
#define LIFTD_NET_FRAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/msg.h"

enum {
	FRAMES_MAX = 1000,		    /* of one message */
	FRAMES_BYTES = MSG_SIZE_MAX + 1024, /* of all of them: a topic and a body, and some more */
	FRAMES_SUBSCRIPTIONS_MAX = 10000,   /* and their ends, of one connection while it lasts */
	FRAMES_SUBSCRIPTION_BYTES = 256 << 10, /* likewise: each byte may cost libzmq a node */
	FRAMES_READY_BYTES = 128,	       /* of the first frame: who the peer is */
	FRAMES_HEAD_BYTES = 9,
};

/* A connection; begins as { 0 }. */
struct frames {
	uint8_t n_greeting, n_head, n_ready;
	uint8_t head[FRAMES_HEAD_BYTES], ready[FRAMES_READY_BYTES];
	bool is_ready;	    /* the first frame has come, and is_subscriber is known */
	bool is_subscriber; /* SUB or XSUB; also a peer that does not say at once what it is */
	bool is_first;	    /* the next byte is the first of a frame */
	uint64_t left;	    /* bytes of this frame that are still to come */
	uint64_t bytes;	    /* of this message's frames, and how many they are */
	uint32_t n_frames;
	uint32_t subscriptions, subscription_bytes;
};

/* The next bytes of a connection. False: they are no ZMTP 3, or more than a peer may send; then the
 * connection is to end. */
bool frames_take(struct frames *frames, const uint8_t *bytes, size_t size);

#endif
