/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frames.h - what one connection sends, as bytes of ZMTP 3, and whether it is more than a peer may.
 *
 * libzmq hands a message over when its last frame is there, and bounds the bytes of a frame, but
 * neither the frames of a message nor the subscriptions of a peer: both would take memory without
 * an end. So bytes are looked at before libzmq gets them. Pure: no sockets.
 *
 * Under the mechanism NULL that is all on the wire. Under CURVE a frame's flags and body are
 * encrypted: there the wire bounds its size, and what is in it is counted by the same rules when it
 * has been opened. Who is not known yet may send the commands of the handshake, and nothing else.
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
	/* Of a handshake, rfc.zeromq.org/spec/26: INITIATE and READY carry the properties of a
	 * peer, of which an identity of 255 bytes is the longest that libzmq sends. */
	FRAMES_HELLO_BYTES = 200,
	FRAMES_INITIATE_MIN = 257,
	FRAMES_INITIATE_MAX = 1024,
	FRAMES_READY_MAX = 1024,
	/* What CURVE adds to a frame: "\7MESSAGE", a nonce, the sum of the box, and the flags. */
	FRAMES_CURVE_BYTES = 8 + 8 + 16 + 1,
	/* Of a frame that libzmq has read and not opened, with what it reads at a time. */
	FRAMES_UNOPENED_MAX = FRAMES_BYTES + (64 << 10),
	FRAMES_PEER_BYTES = 128, /* of a peer's properties: its type is the first */
	FRAMES_HEAD_BYTES = 9,
};

/* A connection; begins as { 0 }. */
struct frames {
	uint8_t n_greeting, n_head, n_commands, n_peer;
	uint8_t head[FRAMES_HEAD_BYTES], peer[FRAMES_PEER_BYTES];
	bool is_curve;
	bool is_open;	    /* the handshake has ended, and is_subscriber is known */
	bool is_subscriber; /* SUB or XSUB; also a peer that does not say at once what it is */
	bool is_first;	    /* the next byte is the first of a frame */
	uint64_t left;	    /* bytes of this frame that are still to come */
	uint64_t bytes;	    /* of this message's frames, and how many they are */
	uint32_t n_frames;
	uint32_t subscriptions, subscription_bytes;
	uint64_t unopened; /* bytes since a frame was opened */
};

/* The next bytes of a connection. False: they are no ZMTP 3, or more than a peer may send; then the
 * connection is to end. */
bool frames_take(struct frames *frames, const uint8_t *bytes, size_t size);

/* CURVE: the properties in a peer's INITIATE; and its handshake has ended well. */
void frames_describe(struct frames *frames, const uint8_t *properties, size_t size);
void frames_open(struct frames *frames);

/* CURVE: what was in a frame: its flags, and its body. False as above. */
bool frames_take_opened(struct frames *frames, const uint8_t *plain, size_t size);

#endif
