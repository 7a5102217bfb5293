/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/net/frames.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/world.h"

enum { MORE = 1, LONG = 2, COMMAND = 4, BOXED_COMMAND = 2 };

/* What a peer sends, and how much of it is taken. */
struct stream {
	uint8_t *bytes;
	size_t size, room;
};

static void add(struct stream *stream, const void *bytes, size_t size)
{
	if (stream->size + size > stream->room) {
		stream->room = 2 * (stream->size + size);
		stream->bytes = realloc(stream->bytes, stream->room);
		assert_non_null(stream->bytes);
	}
	memcpy(stream->bytes + stream->size, bytes, size);
	stream->size += size;
}

static void add_frame(struct stream *stream, uint8_t flags, const void *body, size_t size)
{
	uint8_t head[FRAMES_HEAD_BYTES] = { flags, (uint8_t)size };

	if (size > UINT8_MAX || (flags & LONG)) {
		head[0] |= LONG;
		put_be(head + 1, size, 8);
	}
	add(stream, head, head[0] & LONG ? FRAMES_HEAD_BYTES : 2);
	add(stream, body, size);
}

/* A frame whose body is one byte over and over. */
static void add_filled(struct stream *stream, uint8_t flags, uint8_t byte, size_t size)
{
	uint8_t *body = malloc(size + 1);

	assert_non_null(body);
	memset(body, byte, size);
	add_frame(stream, flags, body, size);
	free(body);
}

static void add_greeting(struct stream *stream, uint8_t version, const char *mechanism)
{
	uint8_t greeting[64] = { 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0x7f, version, 1 };

	memcpy(greeting + 12, mechanism, strlen(mechanism));
	add(stream, greeting, sizeof(greeting));
}

static void add_ready(struct stream *stream, const char *type)
{
	char body[64];
	int n = snprintf(body, sizeof(body), "\5READY\13Socket-Type%c%c%c%c%s", 0, 0, 0,
			 (int)strlen(type), type);

	add_frame(stream, COMMAND, body, (size_t)n);
}

static struct stream peer_of(const char *type)
{
	struct stream stream = { 0 };

	add_greeting(&stream, 3, "NULL");
	if (type)
		add_ready(&stream, type);
	else /* it says later what it is, or never */
		add_frame(&stream, COMMAND, "\5READY\1X\0\0\0\0", 12);
	return stream;
}

/* In pieces of any size, as the kernel has them; how much is taken before it is too much. */
static size_t taken(const struct stream *stream)
{
	struct frames frames = { 0 };
	size_t at = 0, n;

	for (; at < stream->size; at += n) {
		n = 1 + chance(chance_of(50) ? 3 : 5000);
		n = n < stream->size - at ? n : stream->size - at;
		if (!frames_take(&frames, stream->bytes + at, n))
			break;
	}
	return at;
}

static void assert_takes(struct stream *stream, bool all, const char *why)
{
	if ((taken(stream) == stream->size) != all)
		fail_msg("%s", why);
	free(stream->bytes);
}

static void only_zmtp_3_is_taken(void **state)
{
	struct stream old = { 0 }, none = { 0 }, new = { 0 };

	(void)state;
	add_greeting(&old, 1, "NULL");
	assert_takes(&old, false, "ZMTP 2");
	add(&none, "GET / HTTP/1.1\r\n\r\n", 18);
	assert_takes(&none, false, "not ZMTP");
	add_greeting(&new, 3, "NULL");
	assert_takes(&new, true, "ZMTP 3");
}

static void only_two_mechanisms_are_taken(void **state)
{
	static const struct {
		const char *mechanism;
		bool taken;
	} cases[] = { { "NULL", true },	   { "CURVE", true },	{ "PLAIN", false },
		      { "GSSAPI", false }, { "CURVES", false }, { "NULLE", false },
		      { "", false } };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct stream stream = { 0 };

		add_greeting(&stream, 3, cases[i].mechanism);
		assert_takes(&stream, cases[i].taken, cases[i].mechanism);
	}
}

/* Sizes of what comes behind a greeting of CURVE, as commands; 0: no more. */
static void who_is_not_known_sends_its_handshake_and_nothing_else(void **state)
{
	static const struct {
		const char *why;
		size_t sizes[3];
		uint8_t flags;
		bool taken;
	} cases[] = {
		{ "a handshake", { 200, 257 }, COMMAND, true },
		{ "with a long name", { 200, FRAMES_INITIATE_MAX }, COMMAND, true },
		{ "a short hello", { 199 }, COMMAND, false },
		{ "a long hello", { 201 }, COMMAND, false },
		{ "a hello that is none of a command", { 200 }, 0, false },
		{ "a hello of a message", { 200 }, COMMAND | MORE, false },
		{ "a short one behind it", { 200, 256 }, COMMAND, false },
		{ "a long one behind it", { 200, FRAMES_INITIATE_MAX + 1 }, COMMAND, false },
		{ "the largest of all", { 200, MSG_SIZE_MAX }, COMMAND, false },
		{ "more than a handshake", { 200, 257, 40 }, COMMAND, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct stream stream = { 0 };

		add_greeting(&stream, 3, "CURVE");
		for (size_t f = 0; f < 3 && cases[i].sizes[f] > 0; f++)
			add_filled(&stream, cases[i].flags, 'x', cases[i].sizes[f]);
		assert_takes(&stream, cases[i].taken, cases[i].why);
	}
}

static void a_message_has_an_end(void **state)
{
	static const struct {
		const char *why;
		size_t frames, size;
		bool taken;
	} cases[] = {
		{ "as large as a message may be", 1, MSG_SIZE_MAX, true },
		{ "larger than any", 1, FRAMES_BYTES + 1, false },
		{ "a topic and a body", 2, MSG_SIZE_MAX / 2, true },
		{ "as many frames as there may be", FRAMES_MAX, 1, true },
		{ "one more", FRAMES_MAX + 1, 0, false },
		{ "few frames that are too large together", 3, MSG_SIZE_MAX / 2, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct stream stream = peer_of("DEALER");

		for (size_t f = 1; f <= cases[i].frames; f++)
			add_filled(&stream, f < cases[i].frames ? MORE : 0, 'x', cases[i].size);
		assert_takes(&stream, cases[i].taken, cases[i].why);
	}
}

/* libzmq keeps the frames on both sides of a command for one message. */
static void a_command_is_no_end_of_a_message(void **state)
{
	struct stream stream = peer_of("DEALER");

	(void)state;
	for (int i = 0; i < FRAMES_MAX; i++)
		add_filled(&stream, MORE, 'x', 1);
	add_frame(&stream, COMMAND, "\4PING\0\0", 7);
	add_filled(&stream, MORE, 'x', 1);
	assert_takes(&stream, false, "frames on both sides of a heartbeat");
}

static void messages_that_end_may_be_any_number(void **state)
{
	struct stream stream = peer_of("PUB");

	(void)state;
	for (int i = 0; i < 3 * FRAMES_SUBSCRIPTIONS_MAX; i++) {
		add_filled(&stream, MORE, 1, 10);
		add_filled(&stream, 0, 1, chance(400));
	}
	assert_takes(&stream, true, "a publisher's messages");
}

static void a_subscriber_may_subscribe_so_often_and_no_more(void **state)
{
	static const struct {
		const char *why, *type;
		uint8_t flags;
		size_t n, size;
		uint8_t first;
		bool taken;
	} cases[] = {
		{ "as often as it may", "SUB", 0, FRAMES_SUBSCRIPTIONS_MAX, 10, 1, true },
		{ "once more", "SUB", 0, FRAMES_SUBSCRIPTIONS_MAX + 1, 10, 1, false },
		{ "ends of subscriptions", "SUB", 0, FRAMES_SUBSCRIPTIONS_MAX + 1, 10, 0, false },
		{ "as commands", "XSUB", COMMAND, FRAMES_SUBSCRIPTIONS_MAX + 1, 10, 9, false },
		{ "what is no subscription", "XSUB", 0, FRAMES_SUBSCRIPTIONS_MAX + 1, 0, 0, false },
		{ "long topics", "SUB", 0, FRAMES_SUBSCRIPTION_BYTES / 1000 + 1, 1000, 1, false },
		{ "a topic without an end", "SUB", 0, 1, FRAMES_SUBSCRIPTION_BYTES + 1, 1, false },
		{ "heartbeats", "SUB", COMMAND, FRAMES_SUBSCRIPTIONS_MAX + 1, 8, 4, true },
		{ "a peer that does not say what it is", NULL, 0, FRAMES_SUBSCRIPTIONS_MAX + 1, 10,
		  1, false },
		{ "requests", "DEALER", 0, FRAMES_SUBSCRIPTIONS_MAX + 1, 10, 1, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct stream stream = peer_of(cases[i].type);

		for (size_t f = 0; f < cases[i].n; f++)
			add_filled(&stream, cases[i].flags, cases[i].first, cases[i].size);
		assert_takes(&stream, cases[i].taken, cases[i].why);
	}
}

/* A client of CURVE that is known, as libzmq sees it: what was in its boxes. */
static struct frames known_as(const char *type)
{
	struct frames frames = { 0 };
	struct stream stream = { 0 };
	char properties[64];
	int n = snprintf(properties, sizeof(properties), "\13Socket-Type%c%c%c%c%s", 0, 0, 0,
			 (int)strlen(type), type);

	add_greeting(&stream, 3, "CURVE");
	add_filled(&stream, COMMAND, 'x', FRAMES_HELLO_BYTES);
	add_filled(&stream, COMMAND, 'x', FRAMES_INITIATE_MIN);
	assert_true(frames_take(&frames, stream.bytes, stream.size));
	free(stream.bytes);
	frames_describe(&frames, (uint8_t *)properties, (size_t)n);
	frames_open(&frames);
	return frames;
}

/* How many such frames are taken, of at most `n`. */
static size_t opened(const char *type, uint8_t flags, uint8_t first, size_t size, size_t n)
{
	struct frames frames = known_as(type);
	uint8_t *plain = calloc(1, size + 1);
	size_t taken = 0;

	assert_non_null(plain);
	plain[0] = flags;
	if (size > 0)
		plain[1] = first;
	while (taken < n && frames_take_opened(&frames, plain, size + 1))
		taken++;
	free(plain);
	return taken;
}

static void what_is_in_boxes_is_counted_likewise(void **state)
{
	enum { MANY = 100000 };

	(void)state;
	assert_int_equal(opened("DEALER", MORE, 'x', 1, MANY), FRAMES_MAX);
	assert_int_equal(opened("DEALER", MORE, 'x', MSG_SIZE_MAX / 2, MANY), 2);
	assert_int_equal(opened("DEALER", 0, 'x', MSG_SIZE_MAX, 100), 100);
	assert_int_equal(opened("DEALER", 0, 1, 10, MANY), MANY);
	assert_int_equal(opened("SUB", 0, 1, 10, MANY), FRAMES_SUBSCRIPTIONS_MAX);
	assert_int_equal(opened("XSUB", BOXED_COMMAND, 9, 10, MANY), FRAMES_SUBSCRIPTIONS_MAX);
	assert_int_equal(opened("SUB", 0, 1, 1000, MANY), FRAMES_SUBSCRIPTION_BYTES / 1000);
	assert_int_equal(opened("SUB", BOXED_COMMAND, 4, 8, MANY), MANY);
	assert_int_equal(opened("SUB", 0, 0, 0, MANY), FRAMES_SUBSCRIPTIONS_MAX);
}

/* libzmq would add the flags of both. */
static void flags_around_a_box_say_nothing(void **state)
{
	struct frames frames = known_as("DEALER");
	struct stream stream = { 0 };

	(void)state;
	add_filled(&stream, COMMAND, 'x', 100);
	add_filled(&stream, 0, 'x', MSG_SIZE_MAX + FRAMES_CURVE_BYTES);
	assert_true(frames_take(&frames, stream.bytes, stream.size));
	assert_true(frames_take_opened(&frames, (uint8_t *)"\0x", 2));
	stream.size = 0;
	add_filled(&stream, MORE, 'x', 100);
	assert_false(frames_take(&frames, stream.bytes, stream.size));
	free(stream.bytes);
}

static void what_is_never_opened_ends(void **state)
{
	struct frames frames = known_as("DEALER");
	struct stream stream = { 0 };
	size_t n = 0;

	(void)state;
	add_filled(&stream, 0, 'x', 10000);
	while (frames_take(&frames, stream.bytes, stream.size))
		n += stream.size;
	assert_in_range(n, MSG_SIZE_MAX, FRAMES_UNOPENED_MAX);
	free(stream.bytes);
}

static struct stream stream_of_curve(void)
{
	struct stream stream = { 0 };

	add_greeting(&stream, 3, "CURVE");
	return stream;
}

static void any_bytes_are_borne(void **state)
{
	(void)state;
	for (int round = 0; round < 2000; round++) {
		struct stream stream = chance_of(10)   ? stream_of_curve()
				       : chance_of(80) ? peer_of(chance_of(50) ? "SUB" : "PUB")
						       : (struct stream){ 0 };
		uint8_t bytes[300];

		for (size_t i = 0; i < sizeof(bytes); i++)
			bytes[i] = (uint8_t)chance(chance_of(50) ? 8 : 256);
		add(&stream, bytes, sizeof(bytes));
		assert_true(taken(&stream) <= stream.size);
		free(stream.bytes);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_zmtp_3_is_taken),
		cmocka_unit_test(only_two_mechanisms_are_taken),
		cmocka_unit_test(who_is_not_known_sends_its_handshake_and_nothing_else),
		cmocka_unit_test(a_message_has_an_end),
		cmocka_unit_test(a_command_is_no_end_of_a_message),
		cmocka_unit_test(messages_that_end_may_be_any_number),
		cmocka_unit_test(a_subscriber_may_subscribe_so_often_and_no_more),
		cmocka_unit_test(what_is_in_boxes_is_counted_likewise),
		cmocka_unit_test(flags_around_a_box_say_nothing),
		cmocka_unit_test(what_is_never_opened_ends),
		cmocka_unit_test(any_bytes_are_borne),
	};

	chance_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
