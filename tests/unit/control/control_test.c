/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/control.h"
#include "proto/err_code.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "proto/json.h"
#include "tests/seed.h"
#include "tests/unit/json_text.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

struct tools {
	struct msg_reader *reader;
	struct msg_writer *writer;
};

static int tools_new(void **state)
{
	struct tools *tools = calloc(1, sizeof(*tools));

	tools->reader = msg_reader_new();
	tools->writer = msg_writer_new();
	*state = tools;
	return 0;
}

static int tools_free(void **state)
{
	struct tools *tools = *state;

	msg_reader_free(tools->reader);
	msg_writer_free(tools->writer);
	free(tools);
	return 0;
}

/* Requests. */

static void a_request_has_the_keys_it_was_given_and_no_others(void **state)
{
	enum { N = 9 };
	static const char *const values[N] = { "op",	     "a source",  "å",
					       "2025-01-31", "exact",	  "1820",
					       "module",     "first-aid", "/backups/a" };
	struct tools *tools = *state;

	for (unsigned mask = 0; mask < 1 << N; mask++) {
		struct request sent = { 0 }, got;
		struct text *const to[N] = { &sent.op,	  &sent.source, &sent.stream,
					     &sent.as_of, &sent.plane,	&sent.region,
					     &sent.kind,  &sent.id,	&sent.dir };
		const struct text *const from[N] = { &got.op,	 &got.source, &got.stream,
						     &got.as_of, &got.plane,  &got.region,
						     &got.kind,	 &got.id,     &got.dir };

		for (int i = 0; i < N; i++)
			if (mask >> i & 1)
				*to[i] = text_of(values[i]);
		msg_writer_clear(tools->writer);
		request_encode(tools->writer, &sent);
		assert_int_equal((uint8_t)msg_written(tools->writer).data[0],
				 0x81 + __builtin_popcount(mask));
		assert_int_equal(request_decode(tools->reader, msg_written(tools->writer), &got),
				 0);
		for (int i = 0; i < N; i++)
			assert_true(text_equal(*from[i], *to[i]));
	}
}

static void a_request_is_read_or_refused_whole(void **state)
{
	static const struct {
		const char *request;
		int err;
		const char *why;
	} cases[] = {
		{ "{'v':1}", 0, "an op may be missing: that is for the socket to say" },
		{ "{'v':1,'op':'x','id':null}", 0, "nil is absent" },
		{ "{'v':1,'op':'x','new':[{}]}", 0, "an unknown key" },
		{ "{'op':'status'}", LIFT_E_MALFORMED, "no version" },
		{ "{'v':'1','op':'status'}", LIFT_E_MALFORMED, "a version that is no integer" },
		{ "{'v':1.0,'op':'status'}", LIFT_E_MALFORMED, "nor is this one" },
		{ "{'v':0,'op':'status'}", LIFT_E_VERSION, "an older version" },
		{ "{'v':2,'op':7}", LIFT_E_VERSION, "version before types" },
		{ "{'v':1,'op':7}", LIFT_E_MALFORMED, "an op that is no text" },
		{ "{'v':1,'region':['1820']}", LIFT_E_MALFORMED, "a region that is no text" },
		{ "{'v':1,'source':7}", LIFT_E_SOURCE, "a source that is no text" },
		{ "{'v':1,'stream':[]}", LIFT_E_STREAM, "a stream that is no text" },
		{ "{'v':1,'op':'x','after':-1}", LIFT_E_MALFORMED, "after a number below 0" },
		{ "{'v':1,'op':'x','after':0}", 0, "after the number 0" },
		{ "{'v':1,'op':'x','known_at':1}", 0, "known at the first number" },
		{ "{'v':1,'op':'x','known_at':0}", LIFT_E_KNOWN_AT, "known at none" },
		{ "{'v':1,'op':'x','known_at':'1'}", LIFT_E_KNOWN_AT, "known at a text" },
		{ "{'v':1,'op':'x','later':1}", LIFT_E_LATER, "later than a number" },
		{ "[1]", LIFT_E_MALFORMED, "no map" },
		{ "1", LIFT_E_MALFORMED, "a number" },
	};
	struct tools *tools = *state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct request request = { .id = text_of("untouched") };
		int err = request_decode(tools->reader, packed(tools->writer, cases[i].request),
					 &request);

		if (err != cases[i].err)
			fail_msg("%s: %s", cases[i].why, lift_err_code(err));
		if (err && !text_equal(request.id, text_of("untouched")))
			fail_msg("%s: the output is touched", cases[i].why);
	}
}

/* Answers, written. */

static void answers_have_these_keys_in_this_order(void **state)
{
	struct tools *tools = *state;
	struct welcome welcome = { text_of("s"), text_of("t"), 1001, 64, false };
	struct rejection rows[] = { { 5, LIFT_E_MODULE } };
	struct unknown unknown = { 0 };
	struct number_range uncounted[] = { { 1, 3 }, { 5, 5 } };
	struct ack ack = { text_of("s"), text_of("t"), 5, 2, 7, rows, 1, NULL, NULL, 0 };
	struct closed closed = { text_of("s"), text_of("t"), 7, 3 };
	struct nack whole = { text_of("s"), text_of("t"), 5, LIFT_E_DISK, true };
	struct nack nothing = { .err = LIFT_E_MALFORMED };

	welcome_encode(tools->writer, &welcome);
	assert_written(tools->writer, "{'v':1,'op':'welcome','source':'s','stream':'t','next':1001,"
				      "'window':64}");
	msg_writer_clear(tools->writer);
	ack_encode(tools->writer, &ack);
	assert_written(tools->writer,
		       "{'v':1,'op':'ack','source':'s','stream':'t','first':5,'count':2,"
		       "'next':7,'rejected':[[5,'module',"
		       "'module must be a text of 1 to 400 bytes']]}");
	unknown.events = 3;
	unknown_add(&unknown, UNKNOWN_VALUE, text_of("role"), text_of("Nurse"))->meant =
		text_of("nurse");
	unknown_add(&unknown, UNKNOWN_REGION, text_of(""), text_of("301"));
	unknown_add(&unknown, UNKNOWN_REGION, text_of(""), text_of("301"));
	ack.unknown = &unknown;
	ack.uncounted = uncounted;
	ack.n_uncounted = COUNT(uncounted);
	ack.n_rejected = 0;
	msg_writer_clear(tools->writer);
	ack_encode(tools->writer, &ack);
	assert_written(tools->writer,
		       "{'v':1,'op':'ack','source':'s','stream':'t','first':5,'count':2,"
		       "'next':7,'rejected':[],'unknown':{'events':3,'modules':0,'regions':2,"
		       "'attrs':0,'values':1,'texts':[['value','Nurse',1,'nurse','role'],"
		       "['region','301',2,null,null]]},'uncounted':[[1,3],[5,5]]}");
	msg_writer_clear(tools->writer);
	closed_encode(tools->writer, &closed);
	assert_written(tools->writer, "{'v':1,'op':'closed','source':'s','stream':'t','next':7,"
				      "'missing':3}");
	msg_writer_clear(tools->writer);
	closed_ok_encode(tools->writer, &closed);
	assert_written(tools->writer, "{'v':1,'ok':true,'source':'s','stream':'t','next':7,"
				      "'missing':3}");
	welcome.closed = true;
	msg_writer_clear(tools->writer);
	welcome_encode(tools->writer, &welcome);
	assert_written(tools->writer, "{'v':1,'op':'welcome','source':'s','stream':'t','next':1001,"
				      "'window':64,'closed':true}");
	msg_writer_clear(tools->writer);
	nack_encode(tools->writer, &whole);
	assert_written(tools->writer,
		       "{'v':1,'op':'nack','source':'s','stream':'t','first':5,"
		       "'code':'disk','text':'the batch could not be written: send it "
		       "again','retry':true}");
	msg_writer_clear(tools->writer);
	nack_encode(tools->writer, &nothing);
	assert_written(tools->writer,
		       "{'v':1,'op':'nack','code':'malformed','text':'the message is not "
		       "one MessagePack map as the protocol has it','retry':false}");
	msg_writer_clear(tools->writer);
	refusal_encode(tools->writer, LIFT_E_DAY);
	assert_written(tools->writer,
		       "{'v':1,'ok':false,'code':'day','text':'a day must be YYYY-MM-DD, or "
		       "today'}");
}

static void an_ack_lists_a_thousand_refusals_and_says_that_there_are_more(void **state)
{
	static struct rejection rows[ACK_REJECTED_MAX + 1];
	struct tools *tools = *state;
	struct answer answer;
	struct text code, text;
	uint64_t seq;

	for (size_t i = 0; i < COUNT(rows); i++)
		rows[i] = (struct rejection){ 100 + i, LIFT_E_TYPE - (int)(i % 10) };
	for (size_t n = ACK_REJECTED_MAX - 1; n <= COUNT(rows); n++) {
		struct ack ack = { text_of("s"), text_of("t"), 100, 5000, 5100, rows, n,
				   NULL,	 NULL,	       0 };
		size_t listed = n < ACK_REJECTED_MAX ? n : ACK_REJECTED_MAX;

		msg_writer_clear(tools->writer);
		ack_encode(tools->writer, &ack);
		assert_int_equal(answer_decode(tools->reader, msg_written(tools->writer), &answer),
				 0);
		assert_int_equal(answer.what, ANSWER_ACK);
		assert_int_equal(answer.more, n > ACK_REJECTED_MAX);
		assert_int_equal(answer.n_rejected, listed);
		for (size_t i = 0; i < listed; i++) {
			assert_int_equal(answer_rejected(&answer, i, &seq, &code, &text), 0);
			assert_int_equal(seq, 100 + i);
			assert_int_equal(lift_err_of_code(code), rows[i].err);
			assert_true(text_equal(text, text_of(lift_err_text(rows[i].err))));
		}
		assert_int_equal(answer_rejected(&answer, listed, &seq, &code, &text),
				 LIFT_E_MALFORMED);
	}
}

/* Answers, read. */

static uint64_t random_number(void)
{
	return ((uint64_t)rand() << 31 | (uint64_t)rand()) >> (rand() % 62);
}

static struct text random_text(char room[static 64])
{
	size_t size = (size_t)rand() % 65;

	for (size_t i = 0; i < size; i++)
		room[i] = (char)(rand() % 128);
	return (struct text){ room, size };
}

static struct unknown random_unknown(struct text a, struct text b)
{
	struct unknown unknown = { .events = (uint64_t)rand() % 3 };

	for (int i = rand() % 20; i > 0 && unknown.events > 0; i--) {
		struct unknown_text *row =
			unknown_add(&unknown, (enum unknown_kind)(rand() % UNKNOWN_KINDS),
				    rand() % 2 ? a : text_of(""), rand() % 2 ? a : b);

		if (row && rand() % 2)
			row->meant = b;
	}
	return unknown;
}

static void assert_same_unknown(const struct answer *answer, const struct unknown *unknown)
{
	struct unknown read;

	assert_int_equal(answer_unknown(answer, &read), 0);
	assert_true(read.events == unknown->events);
	for (int kind = 0; kind < UNKNOWN_KINDS; kind++)
		assert_true(read.n[kind] == unknown->n[kind]);
	assert_int_equal(read.n_texts, unknown->n_texts);
	for (size_t i = 0; i < read.n_texts; i++) {
		const struct unknown_text *a = &read.texts[i], *b = &unknown->texts[i];

		assert_true(a->kind == b->kind && a->n == b->n && text_equal(a->text, b->text) &&
			    text_equal(a->meant, b->meant) && text_equal(a->attr, b->attr));
	}
}

static void what_is_answered_is_what_is_read(void **state)
{
	enum { ROUNDS = 20000, ROWS = 20 };
	unsigned seed = (unsigned)test_seed();
	struct tools *tools = *state;

	srand(seed);
	for (int round = 0; round < ROUNDS; round++) {
		char source_room[64], stream_room[64];
		struct text source = random_text(source_room), stream = random_text(stream_room);
		struct rejection rows[ROWS];
		struct welcome welcome = { source, stream, random_number(), (uint32_t)rand(),
					   rand() % 2 };
		struct number_range ranges[ROWS];
		struct unknown unknown = random_unknown(source, stream);
		struct ack ack = { source,
				   stream,
				   random_number(),
				   (uint32_t)rand(),
				   random_number(),
				   rows,
				   (size_t)rand() % ROWS,
				   &unknown,
				   ranges,
				   (size_t)rand() % ROWS };
		struct nack nack = { source, stream, random_number(), -1 - rand() % 12,
				     rand() % 2 };
		struct answer answer;

		msg_writer_clear(tools->writer);
		for (size_t i = 0; i < ack.n_rejected; i++)
			rows[i] = (struct rejection){ random_number(), -32 - rand() % 13 };
		for (size_t i = 0; i < ack.n_uncounted; i++)
			ranges[i] = (struct number_range){ i, i + random_number() / 2 };
		switch (round % 3) {
		case 0:
			welcome_encode(tools->writer, &welcome);
			break;
		case 1:
			ack_encode(tools->writer, &ack);
			break;
		default:
			nack_encode(tools->writer, &nack);
		}
		assert_int_equal(answer_decode(tools->reader, msg_written(tools->writer), &answer),
				 0);
		assert_true(text_equal(answer.source, source));
		assert_true(text_equal(answer.stream, stream));
		if (round % 3 == 0) {
			assert_int_equal(answer.what, ANSWER_WELCOME);
			assert_true(answer.next == welcome.next);
			assert_int_equal(answer.window, welcome.window);
			assert_int_equal(answer.closed, welcome.closed);
		} else if (round % 3 == 1) {
			assert_int_equal(answer.what, ANSWER_ACK);
			assert_true(answer.first == ack.first && answer.next == ack.next);
			assert_int_equal(answer.count, ack.count);
			assert_int_equal(answer.n_rejected, ack.n_rejected);
			for (size_t i = 0; i < ack.n_rejected; i++) {
				struct text code, text;
				uint64_t seq;

				assert_int_equal(answer_rejected(&answer, i, &seq, &code, &text),
						 0);
				assert_true(seq == rows[i].seq);
				assert_int_equal(lift_err_of_code(code), rows[i].err);
			}
			assert_same_unknown(&answer, &unknown);
			assert_int_equal(answer.n_uncounted, ack.n_uncounted);
			for (size_t i = 0; i < ack.n_uncounted; i++) {
				struct number_range range;

				assert_int_equal(answer_uncounted(&answer, i, &range), 0);
				assert_true(range.first == ranges[i].first &&
					    range.last == ranges[i].last);
			}
		} else {
			assert_int_equal(answer.what, ANSWER_NACK);
			assert_true(answer.first == nack.first);
			assert_int_equal(lift_err_of_code(answer.code), nack.err);
			assert_int_equal(answer.retry, nack.retry);
		}
	}
}

static void an_answer_has_all_that_its_op_needs_and_of_the_right_types(void **state)
{
#define ACK "{'v':1,'op':'ack','source':'s','stream':'t','first':1,'count':1,'next':2"
	static const struct {
		const char *answer;
		int err;
		const char *why;
	} cases[] = {
		{ ACK ",'rejected':[]}", 0, "an ack" },
		{ ACK ",'rejected':[],'more':false,'new':[[[[[[1]]]]]]}", 0, "unknown keys, deep" },
		{ ACK "}", LIFT_E_MALFORMED, "an ack without rejected" },
		{ ACK ",'rejected':null}", LIFT_E_MALFORMED, "nil is absent" },
		{ ACK ",'rejected':{}}", LIFT_E_MALFORMED, "rejected as a map" },
		{ ACK ",'rejected':[],'more':1}", LIFT_E_MALFORMED, "more that is no boolean" },
		{ "{'v':1,'op':'ack','source':'s','stream':'t','first':1,'count':-1,'next':2,"
		  "'rejected':[]}",
		  LIFT_E_MALFORMED, "a negative count" },
		{ "{'v':1,'op':'ack','source':'s','stream':'t','first':1,'count':4294967296,"
		  "'next':2,'rejected':[]}",
		  LIFT_E_MALFORMED, "a count that no batch has" },
		{ "{'v':1,'op':'welcome','source':'s','stream':'t','next':1,'window':64}", 0,
		  "a welcome" },
		{ "{'v':1,'op':'welcome','source':'s','stream':'t','next':1}", LIFT_E_MALFORMED,
		  "a welcome without window" },
		{ "{'v':1,'op':'welcome','source':'s','stream':'t','next':'1','window':64}",
		  LIFT_E_MALFORMED, "next as a text" },
		{ "{'v':1,'op':'welcome','source':5,'stream':'t','next':1,'window':64}",
		  LIFT_E_MALFORMED, "source as a number" },
		{ "{'v':1,'op':'nack','code':'disk','text':'','retry':true}", 0, "the least nack" },
		{ "{'v':1,'op':'nack','code':'later','text':'','retry':true}", 0,
		  "a code of a later version" },
		{ "{'v':1,'op':'nack','code':'disk','text':''}", LIFT_E_MALFORMED,
		  "retry or not?" },
		{ "{'v':1,'op':'nack','code':'disk','text':'','retry':'yes'}", LIFT_E_MALFORMED,
		  "retry that is no boolean" },
		{ "{'v':1,'op':'rejections'}", LIFT_E_OP, "an op of another question" },
		{ "{'v':1,'op':''}", LIFT_E_OP, "an empty op" },
		{ "{'v':1}", LIFT_E_MALFORMED, "no op" },
		{ "{'v':1,'op':1}", LIFT_E_MALFORMED, "an op that is no text" },
		{ "{'v':2,'op':'welcome'}", LIFT_E_VERSION, "another version" },
		{ "{'op':'welcome'}", LIFT_E_MALFORMED, "no version" },
		{ "[]", LIFT_E_MALFORMED, "no map" },
	};
	struct tools *tools = *state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct answer answer = { .window = 4711 };
		int err = answer_decode(tools->reader, packed(tools->writer, cases[i].answer),
					&answer);

		if (err != cases[i].err)
			fail_msg("%s: %s", cases[i].why, lift_err_code(err));
		if (err && answer.window != 4711)
			fail_msg("%s: the output is touched", cases[i].why);
	}
}

static void an_answer_without_one_of_its_keys_is_malformed(void **state)
{
	static const char *const whole[] = {
		"{'v':1,'op':'welcome','source':'s','stream':'t','next':1,'window':64}",
		ACK ",'rejected':[]}",
		"{'v':1,'op':'nack','code':'disk','text':'','retry':true}",
	};
	struct tools *tools = *state;
	struct answer answer;

	for (size_t i = 0; i < COUNT(whole); i++) {
		json_t *json, *value;
		const char *key;
		void *next;

		packed(tools->writer, whole[i]);
		assert_int_equal(json_from_msg(tools->reader, msg_written(tools->writer), &json),
				 0);
		json_object_foreach_safe(json, next, key, value)
		{
			json_t *less = json_copy(json);

			json_object_del(less, key);
			msg_writer_clear(tools->writer);
			json_to_msg(less, tools->writer);
			if (answer_decode(tools->reader, msg_written(tools->writer), &answer) !=
			    LIFT_E_MALFORMED)
				fail_msg("%s without %s", whole[i], key);
			json_decref(less);
		}
		json_decref(json);
	}
}

static void an_answer_with_a_key_twice_is_malformed(void **state)
{
	static const char twice[] = "\x82\xa1v\x01\xa1v\x01";
	struct tools *tools = *state;
	struct request request;
	struct answer answer;
	struct text message = { twice, sizeof(twice) - 1 };

	assert_int_equal(answer_decode(tools->reader, message, &answer), LIFT_E_MALFORMED);
	assert_int_equal(request_decode(tools->reader, message, &request), LIFT_E_MALFORMED);
}

static void a_row_of_rejected_is_a_number_a_code_and_a_text(void **state)
{
	static const struct {
		const char *row;
		bool good;
		const char *why;
	} cases[] = {
		{ "[7,'type','text']", true, "as it is" },
		{ "[7,'type','text',{}]", true, "more of a later version" },
		{ "[7,'type']", false, "less" },
		{ "[]", false, "nothing" },
		{ "['7','type','text']", false, "no number" },
		{ "[-7,'type','text']", false, "a negative one" },
		{ "[7,null,'text']", false, "no code" },
		{ "[7,'type',1]", false, "no text" },
		{ "{'seq':7}", false, "a map" },
		{ "null", false, "nil" },
	};
	struct tools *tools = *state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		char message[256];
		struct answer answer;
		struct text code, text;
		uint64_t seq = 4711;
		int err;

		snprintf(message, sizeof(message), ACK ",'rejected':[%s]}", cases[i].row);
		assert_int_equal(
			answer_decode(tools->reader, packed(tools->writer, message), &answer), 0);
		assert_int_equal(answer.n_rejected, 1);
		err = answer_rejected(&answer, 0, &seq, &code, &text);
		if (err != (cases[i].good ? 0 : LIFT_E_MALFORMED) ||
		    seq != (cases[i].good ? 7 : 4711))
			fail_msg("%s: %s, %llu", cases[i].why, lift_err_code(err),
				 (unsigned long long)seq);
		assert_int_equal(answer_rejected(&answer, 1, &seq, &code, &text), LIFT_E_MALFORMED);
	}
}

static void no_row_of_an_answer_without_rows_is_read(void **state)
{
	struct answer none = { .what = ANSWER_NACK };
	struct text code, text;
	uint64_t seq;

	(void)state;
	assert_int_equal(answer_rejected(&none, 0, &seq, &code, &text), LIFT_E_MALFORMED);
	assert_int_equal(answer_rejected(&none, 1000, &seq, &code, &text), LIFT_E_MALFORMED);
}

int main(void)
{
#define TOOLED(test) cmocka_unit_test_setup_teardown(test, tools_new, tools_free)
	const struct CMUnitTest tests[] = {
		TOOLED(a_request_has_the_keys_it_was_given_and_no_others),
		TOOLED(a_request_is_read_or_refused_whole),
		TOOLED(answers_have_these_keys_in_this_order),
		TOOLED(an_ack_lists_a_thousand_refusals_and_says_that_there_are_more),
		TOOLED(what_is_answered_is_what_is_read),
		TOOLED(an_answer_has_all_that_its_op_needs_and_of_the_right_types),
		TOOLED(an_answer_without_one_of_its_keys_is_malformed),
		TOOLED(an_answer_with_a_key_twice_is_malformed),
		TOOLED(a_row_of_rejected_is_a_number_a_code_and_a_text),
		TOOLED(no_row_of_an_answer_without_rows_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
