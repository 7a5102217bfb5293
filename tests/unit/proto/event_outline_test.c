/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is kept of a refused event: enough to see why, and nowhere an id of a learner.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/event.h"
#include "tests/unit/json_text.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define RAW(bytes)                       \
	{                                \
		bytes, sizeof(bytes) - 1 \
	}
#define ID     "kari" /* these bytes are searched for: they may be a text, an integer, a float */
#define TEN(x) x x x x x x x x x x

struct tools {
	struct msg_reader *reader;
	struct msg_writer *sent, *outline;
};

static int tools_new(void **state)
{
	struct tools *tools = calloc(1, sizeof(*tools));

	tools->reader = msg_reader_new();
	tools->sent = msg_writer_new();
	tools->outline = msg_writer_new();
	*state = tools;
	return 0;
}

static int tools_free(void **state)
{
	struct tools *tools = *state;

	msg_reader_free(tools->reader);
	msg_writer_free(tools->sent);
	msg_writer_free(tools->outline);
	free(tools);
	return 0;
}

/* The outline of the one event of the batch that was written. */
static struct text outline_of_sent(struct tools *tools)
{
	struct batch batch;

	assert_int_equal(batch_decode(tools->reader, msg_written(tools->sent), &batch), 0);
	msg_writer_clear(tools->outline);
	batch_event_outline(&batch, 0, tools->outline, NULL, NULL);
	return msg_written(tools->outline);
}

static void begin(struct tools *tools)
{
	msg_writer_clear(tools->sent);
	batch_begin(tools->sent, NULL, text_of("s"), text_of("t"), 1, 1);
}

static const struct text keys[] = {
	TEXT("type"),	     TEXT("time"),   TEXT("learner"), TEXT("module"),  TEXT("region"),
	TEXT("score"),	     TEXT("passed"), TEXT("phase"),   TEXT("minutes"), TEXT("state"),
	TEXT("valid_until"), TEXT("attrs"),  TEXT("voids"),
};

/* What an id may stand in. The last is a name that a module or a region may have. */
static const struct text places[] = {
	RAW("\xce" ID),				       /* an integer */
	RAW("\xcf" ID ID),			       /* above 2^62 */
	RAW("\xca" ID),				       /* a float, of 2.7e26 */
	RAW("\xcb" ID ID),			       /* of eight bytes */
	RAW("\xa5" ID "\xff"),			       /* no UTF-8 */
	RAW("\xc4\x04" ID),			       /* binary */
	RAW("\xc7\x04\x01" ID),			       /* an extension */
	RAW("\xd6\xff" ID),			       /* one of four bytes: a timestamp */
	RAW("\x91\xa4" ID),			       /* in a list */
	RAW("\x81\xa4" ID "\x01"),		       /* a key */
	RAW("\x81\xa7learner\xa4" ID),		       /* the value of a key */
	RAW("\x81\xa4type\xa4" ID),		       /* of one that voids has */
	RAW("\x81\xa4time\xce" ID),		       /* and */
	RAW("\x81\xa5score\xa4" ID),		       /* and */
	RAW("\x81\xa6passed\xa4" ID),		       /* and */
	RAW("\x81\xa5phase\xc4\x04" ID),	       /* and */
	RAW("\x82\xa4type\xa7started\xa4type\xa4" ID), /* the second of two */
	RAW("\x81\xc4\x04" ID "\x01"),		       /* a key that is no text */
	RAW("\x81\xd6\x01" ID "\x01"),		       /* and */
	RAW("\xda\x01\x94" TEN(TEN(ID)) ID),	       /* a text of more than a module has */
	RAW("\xa4" ID),				       /* a text */
};

static bool may_have_any_text(struct text key)
{
	return text_equal(key, text_of("module")) || text_equal(key, text_of("region"));
}

static bool has_id(struct text bytes)
{
	return memmem(bytes.data, bytes.size, ID, strlen(ID)) != NULL;
}

static void an_id_of_a_learner_is_in_no_outline_wherever_it_stood(void **state)
{
	struct tools *tools = *state;

	for (size_t k = 0; k < COUNT(keys); k++)
		for (size_t p = 0; p < COUNT(places) - may_have_any_text(keys[k]); p++) {
			begin(tools);
			msg_map(tools->sent, 2);
			msg_str(tools->sent, "learner");
			msg_str(tools->sent, ID);
			msg_text(tools->sent, keys[k]);
			msg_raw(tools->sent, places[p]);
			assert_true(has_id(msg_written(tools->sent)));
			if (has_id(outline_of_sent(tools)))
				fail_msg("%s, place %zu", keys[k].data, p);
		}
}

/* As above, where what has the id is no value of a key that is known. */
static void an_id_under_a_key_that_nobody_knows_is_in_no_outline(void **state)
{
	static const struct text names[] = { RAW("\xa5"
						 "actor"),
					     RAW("\xa4" ID), RAW("\xc4\x04" ID), RAW("\xce" ID),
					     RAW("\xa5" ID "\xff") };
	struct tools *tools = *state;

	for (size_t n = 0; n < COUNT(names); n++)
		for (size_t p = 0; p < COUNT(places); p++) {
			begin(tools);
			msg_map(tools->sent, 2);
			msg_raw(tools->sent, names[n]);
			msg_raw(tools->sent, places[p]);
			msg_str(tools->sent, "type");
			msg_str(tools->sent, "voided");
			if (has_id(outline_of_sent(tools)))
				fail_msg("name %zu, place %zu", n, p);
		}
}

static bool hides_k(void *context, struct text text)
{
	++*(size_t *)context;
	return text.size > 0 && text.data[0] == 'K';
}

/* Of a module and a region; and who asks is told that something is missing. */
static void what_is_hidden_is_not_in_an_outline(void **state)
{
	static const struct {
		const char *event, *outline;
		bool whole;
	} cases[] = {
		{ "{'type':'started','module':'Kari','region':'r'}",
		  "{'type':'started','module':'(text of 4 bytes)','region':'r'}", false },
		{ "{'module':'m','region':'Kari'}", "{'module':'m','region':'(text of 4 bytes)'}",
		  false },
		{ "{'module':'m','region':'r'}", "{'module':'m','region':'r'}", true },
		{ "{'module':5}", "{'module':'(integer of 1 digit)'}", true },
	};
	struct tools *tools = *state;
	struct msg_writer *event = msg_writer_new();

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct batch batch;
		size_t asked = 0;

		begin(tools);
		msg_raw(tools->sent, packed(event, cases[i].event));
		assert_int_equal(batch_decode(tools->reader, msg_written(tools->sent), &batch), 0);
		msg_writer_clear(tools->outline);
		assert_int_equal(batch_event_outline(&batch, 0, tools->outline, hides_k, &asked),
				 cases[i].whole);
		assert_written(tools->outline, cases[i].outline);
	}
	msg_writer_free(event);
}

static void an_outline_says_what_was_wrong(void **state)
{
	static const struct {
		const char *event, *outline;
	} cases[] = {
		{ "{'type':'assessed','time':1760428800000,'learner':'u','module':'m','region':'r',"
		  "'score':0.5,"
		  "'passed':true,'phase':'pre'}",
		  "{'type':'assessed','time':1760428800000,'module':'m','region':'r','score':0.5,"
		  "'passed':true,'phase':'pre'}" },
		{ "{}", "{}" },
		{ "{'type':null,'attrs':null,'learner':null}", "{}" },
		{ "{'type':'finished'}", "{'type':'(text of 8 bytes)'}" },
		{ "{'time':1760428800}", "{'time':'(integer of 10 digits)'}" },
		{ "{'time':1760428800.5}", "{'time':'(float)'}" },
		{ "{'time':'2025-09-01'}", "{'time':'(text of 10 bytes)'}" },
		{ "{'time':-12}", "{'time':'(integer of 2 digits)'}" },
		{ "{'learner':12345}", "{'learner':'(integer of 5 digits)'}" },
		{ "{'learner':''}", "{'learner':'(text of 0 bytes)'}" },
		{ "{'module':['m','n']}", "{'module':'(array of 2)'}" },
		{ "{'region':{}}", "{'region':'(map of 0)'}" },
		{ "{'score':85}", "{'score':85}" },
		{ "{'score':-1}", "{'score':-1}" },
		{ "{'score':101}", "{'score':'(integer of 3 digits)'}" },
		{ "{'score':-100.5}", "{'score':'(float)'}" },
		{ "{'score':'0.5'}", "{'score':'(text of 3 bytes)'}" },
		{ "{'passed':1}", "{'passed':'(integer of 1 digit)'}" },
		{ "{'phase':'Post'}", "{'phase':'(text of 4 bytes)'}" },
		{ "{'phase':false}", "{'phase':'(boolean)'}" },
		{ "{'minutes':0,'state':'waiting','valid_until':'2026-12-31'}",
		  "{'minutes':0,'state':'waiting','valid_until':'2026-12-31'}" },
		{ "{'minutes':10081,'state':'Waiting','valid_until':'1998-05-17'}",
		  "{'minutes':'(integer of 5 digits)','state':'(text of 7 bytes)','valid_until':"
		  "'(text of 10 bytes)'}" },
		{ "{'voids':{'type':'attended','minutes':-1,'state':'applied'}}",
		  "{'voids':{'type':'attended','minutes':'(integer of 1 digit)','state':"
		  "'applied'}}" },
		{ "{'attrs':[1]}", "{'attrs':'(array of 1)'}" },
		{ "{'attrs':{'role':'nurse','unit':null}}", "{'attrs':'(map of 2)'}" },
		{ "{'attrs':{'role':'nurse','unit':7}}",
		  "{'attrs':'(map of 2: value 2 is integer of 1 digit)'}" },
		{ "{'attrs':{'':'nurse'}}", "{'attrs':'(map of 1: name 1 is text of 0 bytes)'}" },
		{ "{'voids':'started'}", "{'voids':'(text of 7 bytes)'}" },
		{ "{'voids':{'type':'voided','time':1,'score':0.25,'passed':'yes','phase':'mid','a'"
		  ":1}}",
		  "{'voids':{'type':'voided','time':'(integer of 1 digit)','score':0.25,"
		  "'passed':'(text of 3 bytes)','phase':'(text of 3 bytes)'}}" },
	};
	struct tools *tools = *state;
	struct msg_writer *event = msg_writer_new();

	for (size_t i = 0; i < COUNT(cases); i++) {
		begin(tools);
		msg_raw(tools->sent, packed(event, cases[i].event));
		outline_of_sent(tools);
		assert_written(tools->outline, cases[i].outline);
	}
	msg_writer_free(event);
}

/* What a whole event is refused for, as it came: the code is `value`. */
static void an_outline_says_what_could_not_be_read_at_all(void **state)
{
	static const struct {
		struct text sent;
		const char *outline;
	} cases[] = {
		{ RAW("\x82\xa1"
		      "a\x01\xa1"
		      "a\x01"),
		  "{'keys':'(2 keys: key 2 comes twice)'}" },
		{ RAW("\x81\x07\x01"), "{'keys':'(1 keys: key 1 is integer of 1 digit)'}" },
		{ RAW("\x81\xa1\xff\x01"),
		  "{'keys':'(1 keys: key 1 is text of 1 bytes, not UTF-8)'}" },
		{ RAW("\x81\xa1"
		      "a\xca\x7f\xc0\x00\x00"),
		  "{'keys':'(1 keys: value 1 is float, not finite)'}" },
		{ RAW("\x81\xa1"
		      "a\xcf\xff\xff\xff\xff\xff\xff\xff\xff"),
		  "{'keys':'(1 keys: value 1 is integer of 20 digits)'}" },
		{ RAW("\x82\xa1"
		      "a\x01\xa1"
		      "b\x92\x01\xca\x7f\xc0\x00\x00"),
		  "{'keys':'(2 keys: value 2 has what cannot be, in array of 2)'}" },
		{ RAW("\x81\xa5"
		      "attrs\x82\xa4role\xa1x\xa4role\xa1y"),
		  "{'attrs':'(map of 2: key 2 comes twice)',"
		  "'keys':'(1 keys: value 1 has what cannot be, in map of 2)'}" },
		{ RAW("\x81\xa1"
		      "a\x01"),
		  "{}" },
	};
	struct tools *tools = *state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		begin(tools);
		msg_raw(tools->sent, cases[i].sent);
		outline_of_sent(tools);
		assert_written(tools->outline, cases[i].outline);
	}
	begin(tools);
	msg_map(tools->sent, 65);
	for (int k = 0; k < 65; k++) {
		char key[8];

		snprintf(key, sizeof(key), "k%d", k);
		msg_key_int(tools->sent, key, k);
	}
	outline_of_sent(tools);
	assert_written(tools->outline, "{'keys':'(65 keys: at most 64)'}");
}

int main(void)
{
#define TOOLED(test) cmocka_unit_test_setup_teardown(test, tools_new, tools_free)
	const struct CMUnitTest tests[] = {
		TOOLED(an_id_of_a_learner_is_in_no_outline_wherever_it_stood),
		TOOLED(an_id_under_a_key_that_nobody_knows_is_in_no_outline),
		TOOLED(what_is_hidden_is_not_in_an_outline),
		TOOLED(an_outline_says_what_was_wrong),
		TOOLED(an_outline_says_what_could_not_be_read_at_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
