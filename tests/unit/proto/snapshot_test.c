/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Snapshot requests, and what every request has in common: skipped keys obey the rules of the wire,
 * too.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proto/control.h"
#include "proto/event.h"
#include "proto/snapshot.h"

/* A snapshot request with one more pair, written by `pair`. */
static int decode_with(void (*pair)(struct msg_writer *writer),
		       struct snapshot_request *ret_request)
{
	struct msg_writer *writer = msg_writer_new();
	struct msg_reader *reader = msg_reader_new();
	int err;

	msg_map(writer, 4);
	msg_key_int(writer, "v", 1);
	msg_key_str(writer, "op", "snapshot");
	msg_str(writer, "topics");
	msg_array(writer, 1);
	msg_str(writer, "metric/");
	pair(writer);
	err = snapshot_request_decode(reader, msg_written(writer), ret_request);
	msg_writer_free(writer);
	msg_reader_free(reader);
	return err;
}

static void limit_of_0(struct msg_writer *writer)
{
	msg_key_int(writer, "limit", 0);
}

static void limit_of_1(struct msg_writer *writer)
{
	msg_key_int(writer, "limit", 1);
}

static void limit_of_1001(struct msg_writer *writer)
{
	msg_key_int(writer, "limit", 1001);
}

static void since_alone(struct msg_writer *writer)
{
	msg_key_int(writer, "since", 5);
}

static void unknown_whole(struct msg_writer *writer)
{
	msg_key_int(writer, "x", 7);
}

static void unknown_nan(struct msg_writer *writer)
{
	msg_str(writer, "x");
	msg_real(writer, NAN);
}

static void unknown_broken_text(struct msg_writer *writer)
{
	msg_key_text(writer, "x", (struct text){ "\xff", 1 });
}

static void a_request_is_taken_or_refused_for_its_reason(void **state)
{
	static const struct {
		const char *why;
		void (*pair)(struct msg_writer *writer);
		int err;
	} cases[] = {
		{ "a key that nobody knows", unknown_whole, 0 },
		{ "the least limit", limit_of_1, 0 },
		{ "no message at all", limit_of_0, LIFT_E_LIMIT },
		{ "more than a page", limit_of_1001, LIFT_E_LIMIT },
		{ "a tick of no epoch", since_alone, LIFT_E_MALFORMED },
		{ "NaN under a key that nobody knows", unknown_nan, LIFT_E_MALFORMED },
		{ "broken UTF-8 there", unknown_broken_text, LIFT_E_MALFORMED },
	};
	struct snapshot_request request;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int err = decode_with(cases[i].pair, &request);

		if (err != cases[i].err)
			fail_msg("%s: %s instead of %s", cases[i].why, lift_err_code(err),
				 lift_err_code(cases[i].err));
	}
}

static void a_tick_below_0_is_no_tick(void **state)
{
	struct snapshot_request sent = { .n_prefixes = 1, .limit = 10, .has_since = true }, got;
	struct msg_writer *writer = msg_writer_new();
	struct msg_reader *reader = msg_reader_new();

	(void)state;
	sent.epoch = 3;
	for (sent.since = -1; sent.since <= 1; sent.since++) {
		msg_writer_clear(writer);
		snapshot_request_encode(writer, &sent);
		assert_int_equal(snapshot_request_decode(reader, msg_written(writer), &got),
				 sent.since < 0 ? LIFT_E_MALFORMED : 0);
		if (sent.since >= 0) {
			assert_int_equal(got.since, sent.since);
			assert_int_equal(got.epoch, 3);
			assert_int_equal(got.limit, 10);
		}
	}
	msg_writer_free(writer);
	msg_reader_free(reader);
}

static void what_a_batch_skips_obeys_the_rules_too(void **state)
{
	struct event event = { .type = EVENT_STARTED,
			       .time = EVENT_TIME_MIN,
			       .learner = text_of("l"),
			       .module = text_of("m"),
			       .region = text_of("r"),
			       .result = { .score = -1, .passed = -1 } };
	struct msg_writer *writer = msg_writer_new();
	struct msg_reader *reader = msg_reader_new();
	struct batch batch;
	char bytes[512];

	(void)state;
	for (int bad = 0; bad <= 1; bad++) {
		struct text whole;

		msg_writer_clear(writer);
		batch_begin(writer, "events", text_of("s"), text_of("t"), 1, 1);
		event_encode(writer, &event);
		msg_str(writer, "x");
		msg_real(writer, bad ? INFINITY : 1.5);
		whole = msg_written(writer);
		memcpy(bytes, whole.data, whole.size);
		bytes[0]++; /* one pair more than batch_begin says */
		assert_int_equal(batch_decode(reader, (struct text){ bytes, whole.size }, &batch),
				 bad ? LIFT_E_MALFORMED : 0);
	}
	msg_writer_free(writer);
	msg_reader_free(reader);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_is_taken_or_refused_for_its_reason),
		cmocka_unit_test(a_tick_below_0_is_no_tick),
		cmocka_unit_test(what_a_batch_skips_obeys_the_rules_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
