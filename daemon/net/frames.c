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
	FLAG_MORE = 1,
	FLAG_LONG = 2,
	FLAG_COMMAND = 4,
	/* The first byte of a command is the length of its name. */
	PING_OR_PONG = 4,
};

static bool take_greeting(struct frames *frames, uint8_t byte)
{
	uint8_t at = frames->n_greeting++;

	if (at == SIGNATURE_AT)
		return byte == SIGNATURE;
	return at != VERSION_AT || byte >= VERSION;
}

/* A message ends with the first frame behind which no more are said to come. */
static bool begin_frame(struct frames *frames)
{
	uint8_t flags = frames->head[0];
	uint64_t size = flags & FLAG_LONG ? get_be(frames->head + 1, 8) : frames->head[1];

	if (size > FRAMES_BYTES)
		return false;
	frames->n_head = 0;
	frames->left = size;
	frames->is_first = true;
	frames->bytes += size;
	frames->n_frames++;
	if (frames->bytes > FRAMES_BYTES || frames->n_frames > FRAMES_MAX)
		return false;
	if (!(flags & FLAG_MORE))
		frames->bytes = frames->n_frames = 0;
	return true;
}

/* "\x05READY", and the type of the peer's socket as its first property: then it is what it says, as
 * libzmq holds each of its properties of that name against the own socket's type. */
static bool is_subscriber(const struct frames *frames)
{
	static const char begin[] = "\5READY\13Socket-Type\0\0\0";
	const size_t size = sizeof(begin) - 1;
	const uint8_t *type = frames->ready + size + 1;
	size_t n;

	if (frames->n_ready <= size || memcmp(frames->ready, begin, size) != 0)
		return true;
	n = frames->ready[size];
	if (size + 1 + n > frames->n_ready)
		return true;
	return (n == 3 && memcmp(type, "SUB", 3) == 0) || (n == 4 && memcmp(type, "XSUB", 4) == 0);
}

/* Whatever a subscriber sends is kept, or looked at, one by one: only its heartbeats are free. */
static bool count_subscription(struct frames *frames, uint8_t first)
{
	if (!frames->is_ready || !frames->is_subscriber)
		return true;
	if ((frames->head[0] & FLAG_COMMAND) && first == PING_OR_PONG)
		return true;
	frames->subscriptions++;
	frames->subscription_bytes += (uint32_t)frames->left;
	return frames->subscriptions <= FRAMES_SUBSCRIPTIONS_MAX &&
	       frames->subscription_bytes <= FRAMES_SUBSCRIPTION_BYTES;
}

static void end_frame(struct frames *frames)
{
	if (frames->is_ready)
		return;
	frames->is_subscriber = is_subscriber(frames);
	frames->is_ready = true;
}

static bool take_head(struct frames *frames, uint8_t byte)
{
	frames->head[frames->n_head++] = byte;
	if (frames->n_head < (frames->head[0] & FLAG_LONG ? FRAMES_HEAD_BYTES : 2))
		return true;
	if (!begin_frame(frames))
		return false;
	if (frames->left > 0)
		return true;
	end_frame(frames);
	return count_subscription(frames, 0);
}

/* As much of a frame as there is: how many bytes; 0 where it is one too many. */
static size_t take_body(struct frames *frames, const uint8_t *bytes, size_t size)
{
	size_t n = size < frames->left ? size : (size_t)frames->left;

	if (frames->is_first && !count_subscription(frames, bytes[0]))
		return 0;
	frames->is_first = false;
	for (size_t i = 0; i < n && !frames->is_ready && frames->n_ready < FRAMES_READY_BYTES; i++)
		frames->ready[frames->n_ready++] = bytes[i];
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
	return true;
}
