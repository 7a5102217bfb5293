/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/net/frames.h"

#include <string.h>

/* ZMTP 3.1, rfc.zeromq.org/spec/37 */
enum {
	GREETING_BYTES = 64,
	SIGNATURE_AT = 0,
	SIGNATURE = 0xff,
	VERSION_AT = 10,
	VERSION = 3,
	MECHANISM_AT = 12,
	MECHANISM_BYTES = 20,
	FLAG_MORE = 1,
	FLAG_LONG = 2,
	FLAG_COMMAND = 4,
	BOXED_COMMAND = 2, /* as FLAG_COMMAND, among the flags in a box of CURVE */
	/* The first byte of a command is the length of its name. */
	PING_OR_PONG = 4,
};

static bool take_mechanism(struct frames *frames, uint8_t at, uint8_t byte)
{
	static const char names[2][MECHANISM_BYTES] = { "NULL", "CURVE" };

	if (at == 0)
		frames->is_curve = byte == 'C';
	return byte == (uint8_t)names[frames->is_curve][at];
}

static bool take_greeting(struct frames *frames, uint8_t byte)
{
	uint8_t at = frames->n_greeting++;

	if (at == SIGNATURE_AT)
		return byte == SIGNATURE;
	if (at >= MECHANISM_AT && at < MECHANISM_AT + MECHANISM_BYTES)
		return take_mechanism(frames, at - MECHANISM_AT, byte);
	return at != VERSION_AT || byte >= VERSION;
}

/* The type of the peer's socket is its first property: then it is what it says, as libzmq holds
 * each of its properties of that name against the own socket's type. */
static bool is_subscriber(const uint8_t *properties, size_t size)
{
	static const char begin[] = "\13Socket-Type\0\0\0";
	const size_t head = sizeof(begin) - 1;
	const uint8_t *type = properties + head + 1;
	size_t n;

	if (size <= head || memcmp(properties, begin, head) != 0)
		return true;
	n = properties[head];
	if (head + 1 + n > size)
		return true;
	return (n == 3 && memcmp(type, "SUB", 3) == 0) || (n == 4 && memcmp(type, "XSUB", 4) == 0);
}

void frames_describe(struct frames *frames, const uint8_t *properties, size_t size)
{
	frames->is_subscriber = is_subscriber(properties, size);
}

void frames_open(struct frames *frames)
{
	frames->is_open = true;
}

/* A frame of a message, which ends with the first behind which no more are said to come; a command
 * may stand between, and ends nothing. */
static bool count_frame(struct frames *frames, uint8_t flags, uint64_t size)
{
	if (size > FRAMES_BYTES)
		return false;
	if ((flags & (FLAG_COMMAND | FLAG_MORE)) == FLAG_COMMAND)
		return true;
	frames->bytes += size;
	frames->n_frames++;
	if (frames->bytes > FRAMES_BYTES || frames->n_frames > FRAMES_MAX)
		return false;
	if (!(flags & FLAG_MORE))
		frames->bytes = frames->n_frames = 0;
	return true;
}

/* Whatever a subscriber sends is kept, or looked at, one by one: only its heartbeats are free. */
static bool count_subscription(struct frames *frames, uint8_t flags, uint64_t size, uint8_t first)
{
	if (!frames->is_subscriber || ((flags & FLAG_COMMAND) && first == PING_OR_PONG))
		return true;
	frames->subscriptions++;
	frames->subscription_bytes += (uint32_t)size;
	return frames->subscriptions <= FRAMES_SUBSCRIPTIONS_MAX &&
	       frames->subscription_bytes <= FRAMES_SUBSCRIPTION_BYTES;
}

/* One READY; or HELLO and INITIATE, behind which a client waits until it is known. */
static bool is_handshake(struct frames *frames, uint8_t flags, uint64_t size)
{
	uint8_t at = frames->n_commands++;

	if ((flags & (FLAG_COMMAND | FLAG_MORE)) != FLAG_COMMAND)
		return false;
	if (!frames->is_curve)
		return size <= FRAMES_READY_MAX;
	return at == 0 ? size == FRAMES_HELLO_BYTES
		       : at == 1 && size >= FRAMES_INITIATE_MIN && size <= FRAMES_INITIATE_MAX;
}

/* No more come behind a frame whose flags are inside it: libzmq would add those of both. */
static bool begin_frame(struct frames *frames)
{
	uint8_t flags = frames->head[0];
	uint64_t size = flags & FLAG_LONG ? get_be(frames->head + 1, 8) : frames->head[1];

	frames->n_head = 0;
	frames->left = size;
	frames->is_first = true;
	if (!frames->is_open)
		return is_handshake(frames, flags, size);
	if (frames->is_curve)
		return !(flags & FLAG_MORE) && size <= FRAMES_BYTES + FRAMES_CURVE_BYTES;
	return count_frame(frames, flags, size);
}

/* The handshake of NULL has ended, as far as its client has a part in it. */
static void end_frame(struct frames *frames)
{
	static const char ready[] = "\5READY";
	const size_t name = sizeof(ready) - 1;
	bool is_ready = frames->n_peer >= name && memcmp(frames->peer, ready, name) == 0;

	if (frames->is_open || frames->is_curve)
		return;
	frames->is_subscriber =
		!is_ready || is_subscriber(frames->peer + name, frames->n_peer - name);
	frames->is_open = true;
}

static bool begin_body(struct frames *frames, uint8_t first)
{
	frames->is_first = false;
	return !frames->is_open || frames->is_curve ||
	       count_subscription(frames, frames->head[0], frames->left, first);
}

static bool take_head(struct frames *frames, uint8_t byte)
{
	bool was_open = frames->is_open;

	frames->head[frames->n_head++] = byte;
	if (frames->n_head < (frames->head[0] & FLAG_LONG ? FRAMES_HEAD_BYTES : 2))
		return true;
	if (!begin_frame(frames))
		return false;
	if (frames->left > 0)
		return true;
	end_frame(frames);
	return !was_open || begin_body(frames, 0);
}

/* As much of a frame as there is: how many bytes; 0 where it is one too many. */
static size_t take_body(struct frames *frames, const uint8_t *bytes, size_t size)
{
	size_t n = size < frames->left ? size : (size_t)frames->left;

	if (frames->is_first && !begin_body(frames, bytes[0]))
		return 0;
	for (size_t i = 0; i < n && !frames->is_open && frames->n_peer < FRAMES_PEER_BYTES; i++)
		frames->peer[frames->n_peer++] = bytes[i];
	frames->left -= n;
	if (frames->left == 0)
		end_frame(frames);
	return n;
}

bool frames_take(struct frames *frames, const uint8_t *bytes, size_t size)
{
	size_t n;

	for (size_t at = 0; at < size; at += n) {
		n = 1;
		if (frames->n_greeting < GREETING_BYTES) {
			if (!take_greeting(frames, bytes[at]))
				return false;
		} else if (frames->left == 0) {
			if (!take_head(frames, bytes[at]))
				return false;
		} else {
			n = take_body(frames, bytes + at, size - at);
			if (n == 0)
				return false;
		}
	}
	/* What is not opened here is not counted: a libzmq that opens it otherwise gets nothing. */
	if (frames->is_curve && frames->is_open)
		frames->unopened += size;
	return frames->unopened <= FRAMES_UNOPENED_MAX;
}

bool frames_take_opened(struct frames *frames, const uint8_t *plain, size_t size)
{
	uint8_t flags;

	frames->unopened = 0;
	if (!frames->is_open || size < 1)
		return false;
	flags = (plain[0] & FLAG_MORE) | (plain[0] & BOXED_COMMAND ? FLAG_COMMAND : 0);
	return count_frame(frames, flags, size - 1) &&
	       count_subscription(frames, flags, size - 1, size > 1 ? plain[1] : 0);
}
