/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory that runs out at every allocation there is, once or from then on, where bytes and texts
 * from outside are read: the answer is LIFT_E_MEMORY, or the same as ever, and nothing is left
 * behind (SAN=1 finds what is).
 *
 * ROUNDS: how many allocations of a case fail, at most MOST; beyond them, a sample.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/base/load.h"
#include "daemon/catalogue/catalogue.h"
#include "daemon/catalogue/load.h"
#include "proto/config.h"
#include "proto/control.h"
#include "proto/event.h"
#include "proto/json.h"
#include "proto/metric.h"
#include "proto/snapshot.h"
#include "tests/torture/memory.h"

enum { SHORT = 60, MOST = 2000 };

/* What is read. */

/* A sum over what came out, to see that it is the same. */
static void mix(uint64_t *sum, const void *data, size_t size)
{
	for (size_t i = 0; i < size; i++)
		*sum = (*sum ^ ((const uint8_t *)data)[i]) * UINT64_C(1099511628211);
}

static void mix_text(uint64_t *sum, struct text text)
{
	mix(sum, &text.size, sizeof(text.size));
	mix(sum, text.data, text.size);
}

static int read_batch(struct text bytes, uint64_t *sum)
{
	struct msg_reader *reader = msg_reader_new();
	struct event event;
	struct batch batch;
	int err = reader ? batch_decode(reader, bytes, &batch) : LIFT_E_MEMORY;

	for (uint32_t i = 0; !err && i < batch.count; i++) {
		err = batch_event(&batch, i, &event);
		if (err)
			break;
		mix_text(sum, event.learner);
		mix_text(sum, event.module);
	}
	msg_reader_free(reader);
	return err;
}

static int read_request(struct text bytes, uint64_t *sum)
{
	struct msg_reader *reader = msg_reader_new();
	struct request request;
	int err = reader ? request_decode(reader, bytes, &request) : LIFT_E_MEMORY;

	if (!err)
		mix_text(sum, request.region);
	msg_reader_free(reader);
	return err;
}

static int read_snapshot_request(struct text bytes, uint64_t *sum)
{
	struct msg_reader *reader = msg_reader_new();
	struct snapshot_request request;
	int err = reader ? snapshot_request_decode(reader, bytes, &request) : LIFT_E_MEMORY;

	for (size_t i = 0; !err && i < request.n_prefixes; i++)
		mix_text(sum, request.prefixes[i]);
	msg_reader_free(reader);
	return err;
}

static int read_answer(struct text bytes, uint64_t *sum)
{
	struct msg_reader *reader = msg_reader_new();
	struct text code, text;
	struct answer answer;
	uint64_t seq;
	int err = reader ? answer_decode(reader, bytes, &answer) : LIFT_E_MEMORY;

	for (size_t i = 0; !err && i < answer.n_rejected; i++) {
		err = answer_rejected(&answer, i, &seq, &code, &text);
		if (!err)
			mix_text(sum, code);
	}
	msg_reader_free(reader);
	return err;
}

/* As dashboards and operators do. */
static int read_json(struct text bytes, uint64_t *sum)
{
	struct msg_reader *reader = msg_reader_new();
	json_t *json = NULL;
	char *line = NULL;
	int err = reader ? json_from_msg(reader, bytes, &json) : LIFT_E_MEMORY;

	if (!err)
		line = json_line(json);
	if (!err && !line)
		err = LIFT_E_MEMORY;
	if (!err)
		mix_text(sum, text_of(line));
	free(line);
	json_decref(json);
	msg_reader_free(reader);
	return err;
}

static char *no_env(const char *name)
{
	(void)name;
	return NULL;
}

static int read_config(struct text path, uint64_t *sum)
{
	struct yaml_errors errors = { .file = path.data };
	struct config *config = NULL;
	struct text text = { NULL, 0 };
	int err = load_file(path.data, false, &errors, &text);

	if (!err)
		err = config_parse(text, &errors, no_env, true, &config);
	if (!err) {
		mix_text(sum, text_of(config->state));
		for (size_t i = 0; i < config->n_audiences; i++)
			mix_text(sum, text_of(config->audiences[i].name));
	}
	config_free(config);
	free((char *)text.data);
	yaml_errors_clear(&errors);
	return err;
}

static int read_catalogue(struct text path, uint64_t *sum)
{
	struct yaml_errors errors = { .file = path.data };
	struct catalogue *catalogue = NULL;
	int err = catalogue_load(path.data, &errors, &catalogue);

	if (!err) {
		mix(sum, catalogue->digest, sizeof(catalogue->digest));
		mix(sum, &catalogue->n_regions, sizeof(catalogue->n_regions));
	}
	catalogue_free(catalogue);
	yaml_errors_clear(&errors);
	return err;
}

/* What is written. */

static void write_batch(struct msg_writer *writer)
{
	struct event event = { .type = EVENT_STARTED,
			       .time = INT64_C(1730797200000),
			       .learner = text_of("someone"),
			       .module = text_of("dementia"),
			       .region = text_of("rana"),
			       .result = { .score = -1, .passed = -1 },
			       .n_attrs = 1,
			       .attrs = { { text_of("role"), text_of("nurse") } } };

	batch_begin(writer, "events", text_of("moodle"), text_of("s"), 1, 500);
	for (int i = 0; i < 500; i++)
		event_encode(writer, &event);
}

static void write_request(struct msg_writer *writer)
{
	request_encode(writer, &(struct request){ .op = text_of("export"),
						  .as_of = text_of("2024-11-30"),
						  .region = text_of("rana") });
}

static void write_snapshot_request(struct msg_writer *writer)
{
	snapshot_request_encode(writer,
				&(struct snapshot_request){ .prefixes = { text_of("metric/rana/"),
									  text_of("catalogue") },
							    .n_prefixes = 2,
							    .limit = 1000 });
}

static void write_ack(struct msg_writer *writer)
{
	struct rejection rejected[200];

	for (uint64_t i = 0; i < 200; i++)
		rejected[i] = (struct rejection){ i + 1, LIFT_E_TIME };
	ack_encode(writer, &(struct ack){ .source = text_of("moodle"),
					  .stream = text_of("s"),
					  .first = 1,
					  .count = 500,
					  .next = 501,
					  .rejected = rejected,
					  .n_rejected = 200 });
}

static void write_nack(struct msg_writer *writer)
{
	nack_encode(writer,
		    &(struct nack){ text_of("moodle"), text_of("s"), 1, LIFT_E_DISK, true });
}

static void write_beat(struct msg_writer *writer)
{
	struct beat_source rows[100];

	for (int i = 0; i < 100; i++)
		rows[i] = (struct beat_source){ .source = text_of("moodle"), .last_event = i + 1 };
	beat_encode(writer, &(struct beat){ .epoch = 1,
					    .seq = 2,
					    .time = 3,
					    .as_of = text_of("2024-11-30"),
					    .sources = rows,
					    .n_sources = 100 });
}

static const struct reading {
	const char *what;
	int (*read)(struct text from, uint64_t *sum);
	void (*write)(struct msg_writer *writer); /* NULL: `what` is a file */
} readings[] = {
	{ "a batch", read_batch, write_batch },
	{ "a request", read_request, write_request },
	{ "a request for a snapshot", read_snapshot_request, write_snapshot_request },
	{ "an ack", read_answer, write_ack },
	{ "a nack", read_answer, write_nack },
	{ "a beat as JSON", read_json, write_beat },
	{ "systemd/liftd.yaml", read_config, NULL },
	{ "daemon/examples/mediq-liftd.yaml", read_config, NULL },
	{ "tests/golden/catalogue.yaml", read_catalogue, NULL },
	{ "daemon/examples/helgeland.yaml", read_catalogue, NULL },
};

/* Every allocation. */

static unsigned long rounds_wanted(void)
{
	const char *rounds = getenv("ROUNDS");
	unsigned long n = rounds ? strtoul(rounds, NULL, 10) : 0;

	if (!rounds || !*rounds)
		return SHORT;
	return n < MOST ? n : MOST;
}

static int read_with(const struct reading *reading, struct text from, unsigned long at,
		     bool lasting, uint64_t *ret_sum)
{
	int err;

	*ret_sum = 1;
	memory_arm(at, lasting);
	err = reading->read(from, ret_sum);
	memory_disarm();
	return err;
}

static unsigned long fail_each(const struct reading *reading, struct text from)
{
	unsigned long n, rounds = rounds_wanted(), step;
	uint64_t expected, sum;

	/* Twice: some of it is taken once and for all. */
	for (int i = 0; i < 2; i++)
		assert_int_equal(read_with(reading, from, 0, false, &expected), 0);
	n = memory.calls;
	assert_true(n > 0);
	step = n > rounds ? (n + rounds - 1) / rounds : 1;
	for (unsigned long at = 1; at <= n; at += at < rounds / 2 ? 1 : step)
		for (int lasting = 0; lasting < 2; lasting++) {
			int err = read_with(reading, from, at, lasting, &sum);

			assert_true(memory.hits > 0);
			if (err != LIFT_E_MEMORY && (err != 0 || sum != expected))
				fail_msg("%s: allocation %lu of %lu%s: %s", reading->what, at, n,
					 lasting ? " and all behind it" : "", lift_err_text(err));
		}
	return n;
}

static void without_memory_what_comes_from_outside_is_a_clean_error(void **state)
{
	struct msg_writer *writer = msg_writer_new();

	(void)state;
	assert_non_null(writer);
	for (size_t i = 0; i < sizeof(readings) / sizeof(readings[0]); i++) {
		const struct reading *reading = &readings[i];

		msg_writer_clear(writer);
		if (reading->write)
			reading->write(writer);
		print_message("%s: %lu allocations\n", reading->what,
			      fail_each(reading, reading->write ? msg_written(writer)
								: text_of(reading->what)));
	}
	msg_writer_free(writer);
}

static int write_once(const struct reading *reading, unsigned long at, uint64_t *sum)
{
	struct msg_writer *writer;
	struct text text = { NULL, 0 };

	*sum = 1;
	memory_arm(at, false);
	writer = msg_writer_new();
	if (writer) {
		reading->write(writer);
		text = msg_written(writer);
	}
	memory_disarm();
	mix_text(sum, text);
	msg_writer_free(writer);
	return text.size > 0 ? 0 : LIFT_E_MEMORY;
}

static void without_memory_a_message_is_written_whole_or_not_at_all(void **state)
{
	uint64_t expected, sum;

	(void)state;
	for (size_t i = 0; i < sizeof(readings) / sizeof(readings[0]); i++) {
		unsigned long n;

		if (!readings[i].write)
			continue;
		assert_int_equal(write_once(&readings[i], 0, &expected), 0);
		n = memory.calls;
		assert_true(n > 0);
		for (unsigned long at = 1; at <= n; at++)
			if (write_once(&readings[i], at, &sum) == 0)
				fail_msg("%s: allocation %lu of %lu", readings[i].what, at, n);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_memory_what_comes_from_outside_is_a_clean_error),
		cmocka_unit_test(without_memory_a_message_is_written_whole_or_not_at_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
