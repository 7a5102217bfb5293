/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/journal/fact.h"

#include <assert.h>

static int order(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

static int compare_what(const struct fact *a, const struct fact *b)
{
	int by = order(a->module, b->module);

	if (!by)
		by = order(a->type != EVENT_VOIDED, b->type != EVENT_VOIDED);
	if (!by)
		by = order(a->time, b->time);
	if (!by)
		by = order(a->type, b->type);
	if (!by)
		by = order(a->result.score, b->result.score);
	if (!by)
		by = order(a->result.passed, b->result.passed);
	if (!by)
		by = order(a->result.phase, b->result.phase);
	if (!by)
		by = order(a->result.minutes, b->result.minutes);
	if (!by)
		by = order(a->result.state, b->result.state);
	if (!by)
		by = order(a->voids, b->voids);
	return by ? by : order(a->voids_time, b->voids_time);
}

int fact_compare(const struct fact *a, const struct fact *b)
{
	int by = compare_what(a, b);

	if (!by)
		by = order(a->valid_until, b->valid_until);
	return by ? by : order(a->profile, b->profile);
}

bool fact_is_same(const struct fact *a, const struct fact *b)
{
	return compare_what(a, b) == 0;
}

/* The first byte: the type, whether there is a score, passed + 1 or PASSED_BEHIND, the phase. */
enum { TAG_TYPE = 0x07, TAG_SCORE = 0x08, TAG_PASSED_SHIFT = 4, TAG_PHASE_SHIFT = 6 };
/* With minutes, a state or `valid_until` a second byte follows: passed + 1, whether there are the
 * first and the last of these, the state. What has none has the bytes of formats before 5. */
enum { PASSED = 0x03, PASSED_BEHIND = 3 };
enum { MORE_VALID = 0x04, MORE_MINUTES = 0x08, MORE_STATE_SHIFT = 4 };
/* A voiding's next byte: the type that it takes back, and whether it names a time. */
enum { VOIDS_TYPE = 0x07, VOIDS_TIMED = 0x08 };
enum {
	TIME_BYTES = 6,	 /* ms until the year 10889 */
	VALID_BYTES = 2, /* days from VALID_UNTIL_MIN */
};
static_assert(VALID_FOR_EVER - VALID_UNTIL_MIN <= UINT16_MAX, "the last day has room");

static size_t put_varint(uint8_t *to, uint32_t value)
{
	size_t size = 0;

	for (; value >= 0x80; value >>= 7)
		to[size++] = (uint8_t)(value | 0x80);
	to[size++] = (uint8_t)value;
	return size;
}

/* A moment takes the first six of eight bytes: the others are written, and overwritten. */
static void put_time(uint8_t *to, int64_t time)
{
	put_be(to, (uint64_t)time << 8 * (8 - TIME_BYTES), 8);
}

/* FACT_MAX bytes to read from, which are as many as a fact can have. */
struct input {
	const uint8_t *at;
	bool failed;
};

static uint8_t take_byte(struct input *input)
{
	return *input->at++;
}

static uint16_t take_two(struct input *input)
{
	const uint8_t *at = input->at;

	input->at += 2;
	return (uint16_t)(at[0] << 8 | at[1]);
}

static int64_t take_time(struct input *input)
{
	const uint8_t *at = input->at;

	input->at += TIME_BYTES;
	return (int64_t)(get_be(at, 8) >> 8 * (8 - TIME_BYTES));
}

static uint32_t take_varint(struct input *input)
{
	uint64_t value = 0;

	for (int shift = 0; shift < 35; shift += 7) {
		uint8_t byte = take_byte(input);

		value |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80)) {
			input->failed |= value > UINT32_MAX;
			return (uint32_t)value;
		}
	}
	input->failed = true;
	return 0;
}

size_t fact_encode(const struct fact *fact, uint8_t to[static FACT_MAX])
{
	const struct event_result *result = &fact->result;
	bool timed = fact->type == EVENT_VOIDED && fact->voids_time != EVENT_NO_TIME;
	bool more = result->minutes > 0 || result->state != STATE_NONE || fact->valid_until > 0;
	int passed = result->passed + 1;
	size_t at = 0;

	to[at++] = (uint8_t)(fact->type | (result->score >= 0 ? TAG_SCORE : 0) |
			     (more ? PASSED_BEHIND : passed) << TAG_PASSED_SHIFT |
			     result->phase << TAG_PHASE_SHIFT);
	if (more)
		to[at++] = (uint8_t)(passed | (fact->valid_until > 0 ? MORE_VALID : 0) |
				     (result->minutes > 0 ? MORE_MINUTES : 0) |
				     result->state << MORE_STATE_SHIFT);
	if (fact->type == EVENT_VOIDED)
		to[at++] = (uint8_t)(fact->voids | (timed ? VOIDS_TIMED : 0));
	put_time(to + at, fact->time);
	at += TIME_BYTES;
	at += put_varint(to + at, fact->module + 1); /* none is 0 */
	at += put_varint(to + at, fact->profile);
	if (result->score >= 0) {
		put_be(to + at, (uint64_t)result->score, 2);
		at += 2;
	}
	if (timed) {
		put_time(to + at, fact->voids_time);
		at += TIME_BYTES;
	}
	if (result->minutes > 0) {
		put_be(to + at, result->minutes, 2);
		at += 2;
	}
	if (fact->valid_until > 0) {
		put_be(to + at, (uint64_t)(fact->valid_until - VALID_UNTIL_MIN), VALID_BYTES);
		at += VALID_BYTES;
	}
	assert(at <= FACT_MAX);
	return at;
}

static bool may_be(const struct fact *fact)
{
	const struct event_result *result = &fact->result;

	return fact->type >= EVENT_STARTED && result->minutes <= MINUTES_MAX &&
	       result->state <= STATE_ADMITTED && fact->valid_until <= VALID_FOR_EVER &&
	       (result->minutes > 0 || fact->type != EVENT_ATTENDED) &&
	       (result->state != STATE_NONE || fact->type != EVENT_ENROLLED);
}

/* Tag, more, voids; two moments; two varints; score, minutes, valid_until. */
static_assert(3 + 2 * TIME_BYTES + 2 * 5 + 2 + 2 + VALID_BYTES <= FACT_MAX, "never more is taken");
/* Eight bytes are read for the last moment: only four can follow it. */
static_assert(3 + 2 * TIME_BYTES + 2 * 5 + 2 + 8 - TIME_BYTES <= FACT_MAX, "nor read");

/* From FACT_MAX bytes: how many were taken, or 0. */
static size_t decode(const uint8_t *from, struct fact *ret_fact)
{
	struct input input = { from, false };
	uint8_t tag = take_byte(&input), passed = tag >> TAG_PASSED_SHIFT & PASSED;
	uint8_t more = 0, voids = 0;

	if (passed == PASSED_BEHIND) {
		more = take_byte(&input);
		input.failed |= more <= PASSED; /* for nothing */
		passed = more & PASSED;
	}
	*ret_fact = (struct fact){ .type = tag & TAG_TYPE, .voids_time = EVENT_NO_TIME };
	if (ret_fact->type == EVENT_VOIDED)
		voids = take_byte(&input);
	ret_fact->voids = voids & VOIDS_TYPE;
	ret_fact->time = take_time(&input);
	ret_fact->module = take_varint(&input) - 1;
	ret_fact->profile = take_varint(&input);
	ret_fact->result.score = tag & TAG_SCORE ? (int16_t)take_two(&input) : -1;
	ret_fact->result.passed = (int8_t)(passed - 1);
	ret_fact->result.phase = tag >> TAG_PHASE_SHIFT;
	if (voids & VOIDS_TIMED)
		ret_fact->voids_time = take_time(&input);
	ret_fact->result.state = more >> MORE_STATE_SHIFT;
	if (more & MORE_MINUTES) {
		ret_fact->result.minutes = take_two(&input);
		input.failed |= ret_fact->result.minutes == 0;
	}
	if (more & MORE_VALID)
		ret_fact->valid_until = (int32_t)take_two(&input) + VALID_UNTIL_MIN;
	if (input.failed || passed == PASSED_BEHIND || !may_be(ret_fact))
		return 0;
	return (size_t)(input.at - from);
}

size_t fact_decode(struct text from, struct fact *ret_fact)
{
	uint8_t padded[FACT_MAX] = { 0 };
	size_t size;

	if (from.size >= FACT_MAX)
		return decode((const uint8_t *)from.data, ret_fact);
	if (from.size > 0)
		memcpy(padded, from.data, from.size);
	size = decode(padded, ret_fact);
	return size <= from.size ? size : 0;
}
