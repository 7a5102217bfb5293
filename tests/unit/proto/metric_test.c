/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/metric.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/json_text.h"

static void a_topic_is_metric_region_kind_and_id(void **state)
{
	char topic[TOPIC_MAX], id[400];
	size_t size = metric_topic(topic, text_of("1820"), text_of("module"), text_of("a/b"));
	struct text none = { NULL, 0 };

	(void)state;
	assert_true(text_equal((struct text){ topic, size }, text_of("metric/1820/module/a/b")));
	size = metric_topic(topic, none, text_of("people"), none);
	assert_true(text_equal((struct text){ topic, size }, text_of("metric//people/")));
	memset(id, 'i', sizeof(id));
	size = metric_topic(topic, (struct text){ id, 64 }, text_of("competence"),
			    (struct text){ id, sizeof(id) });
	assert_int_equal(size, 7 + 64 + 1 + 10 + 1 + 400);
}

static struct metric some_metric(void)
{
	return (struct metric){ .epoch = 9007199254740991,
				.seq = 3,
				.n = 2,
				.time = 1760428800000,
				.as_of = text_of("2025-10-14"),
				.plane = text_of("exact"),
				.region = text_of("1820"),
				.kind = text_of("people"),
				.id = text_of("all") };
}

static void a_metric_has_these_keys_in_this_order(void **state)
{
	static const struct text sources[] = { TEXT("a"), TEXT("b") };
	struct msg_writer *writer = msg_writer_new();
	struct metric metric = some_metric();

	(void)state;
	metric.metrics = (struct text){ "\x81\xa8learners\x03", 11 };
	metric.sources = sources;
	metric.n_sources = 2;
	metric_encode(writer, &metric);
	assert_written(writer, "{'v':1,'epoch':9007199254740991,'seq':3,'n':2,"
			       "'time':1760428800000,'as_of':'2025-10-14','plane':'exact',"
			       "'region':'1820','kind':'people','id':'all',"
			       "'metrics':{'learners':3},'sources':['a','b']}");
	msg_writer_free(writer);
}

static void metrics_are_nil_where_nobody_counts_any_more(void **state)
{
	struct msg_writer *writer = msg_writer_new();
	struct metric metric = some_metric();

	(void)state;
	metric_encode(writer, &metric);
	assert_written(writer, "{'v':1,'epoch':9007199254740991,'seq':3,'n':2,"
			       "'time':1760428800000,'as_of':'2025-10-14','plane':'exact',"
			       "'region':'1820','kind':'people','id':'all',"
			       "'metrics':null,'sources':[]}");
	msg_writer_free(writer);
}

static void a_beat_says_of_each_source_what_is_known_and_nil_of_the_rest(void **state)
{
	static const struct beat_source rows[] = {
		{ TEXT("a"), 1760428800000, 1760428800001, 0, 0, 3600000, 0 },
		{ TEXT("b"), 0, 1760428800002, 100, 1760428800003, 60000, 1760428860002 },
	};
	struct beat beat = { 7,	    9, 1760428800004, text_of("2025-10-14"), true, 0, rows, 2, 0,
			     false, 0 };
	struct msg_writer *writer = msg_writer_new();

	(void)state;
	beat_encode(writer, &beat);
	assert_written(writer, "{'v':1,'epoch':7,'seq':9,'time':1760428800004,"
			       "'as_of':'2025-10-14','complete':true,'sources':["
			       "{'source':'a','last_event':1760428800000,"
			       "'last_received':1760428800001,'missing':0,'since':null},"
			       "{'source':'b','last_event':null,'last_received':1760428800002,"
			       "'missing':100,'since':1760428800003,"
			       "'expected_ms':60000,'late_since':1760428860002}]}");
	msg_writer_clear(writer);
	beat.n_sources = 0;
	beat.complete = false;
	beat_encode(writer, &beat);
	assert_written(writer, "{'v':1,'epoch':7,'seq':9,'time':1760428800004,"
			       "'as_of':'2025-10-14','complete':false,'sources':[]}");
	msg_writer_clear(writer);
	beat.waiting = 12;
	beat_encode(writer, &beat);
	assert_written(writer, "{'v':1,'epoch':7,'seq':9,'time':1760428800004,"
			       "'as_of':'2025-10-14','complete':false,'waiting':12,'sources':[]}");
	beat.waiting = 0;
	msg_writer_clear(writer);
	beat.left_out = 3;
	beat_encode(writer, &beat);
	assert_written(writer, "{'v':1,'epoch':7,'seq':9,'time':1760428800004,"
			       "'as_of':'2025-10-14','complete':false,'sources':[],"
			       "'sources_left_out':3}");
	msg_writer_free(writer);
}

static void what_is_open_says_its_release_and_names_no_source(void **state)
{
	static const struct text sources[] = { TEXT("a") };
	static const struct beat_source rows[] = { { .source = TEXT("a"), .last_event = 1 } };
	struct msg_writer *writer = msg_writer_new();
	struct metric metric = some_metric();
	struct beat beat = { 7, 2, 8, text_of("2025-09-30"), true, 0, rows, 1, 3, true, 4 };

	(void)state;
	metric.plane = text_of("open");
	metric.release = 4;
	metric.sources = sources;
	metric.n_sources = 1;
	metric_encode(writer, &metric);
	assert_written(writer, "{'v':1,'epoch':9007199254740991,'seq':3,'n':2,"
			       "'time':1760428800000,'as_of':'2025-10-14','plane':'open',"
			       "'release':4,'protected':true,"
			       "'region':'1820','kind':'people','id':'all','metrics':null}");
	msg_writer_clear(writer);
	beat_encode(writer, &beat);
	assert_written(writer, "{'v':1,'epoch':7,'seq':2,'time':8,'as_of':'2025-09-30',"
			       "'complete':true,'plane':'open','release':4,'protected':true}");
	msg_writer_clear(writer);
	beat.release = 0;
	beat.as_of = (struct text){ NULL, 0 };
	beat_encode(writer, &beat);
	assert_written(writer, "{'v':1,'epoch':7,'seq':2,'time':8,'as_of':null,"
			       "'complete':true,'plane':'open','release':null,'protected':true}");
	msg_writer_free(writer);
}

static void a_client_can_check_what_it_is_sent(void **state)
{
	struct msg_writer *writer = msg_writer_new();
	struct metric metric = some_metric();

	(void)state;
	metric_encode(writer, &metric);
	assert_int_equal(
		msg_check(msg_written(writer).data, msg_written(writer).size, MSG_DEPTH_CLIENT), 0);
	msg_writer_free(writer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_topic_is_metric_region_kind_and_id),
		cmocka_unit_test(a_metric_has_these_keys_in_this_order),
		cmocka_unit_test(metrics_are_nil_where_nobody_counts_any_more),
		cmocka_unit_test(a_beat_says_of_each_source_what_is_known_and_nil_of_the_rest),
		cmocka_unit_test(what_is_open_says_its_release_and_names_no_source),
		cmocka_unit_test(a_client_can_check_what_it_is_sent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
