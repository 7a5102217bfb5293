/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proto/vectors/ against our own decoders and encoders: byte for byte, code for code. And
 * proto/PROTOCOL.md, whose examples are vectors.
 */
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "daemon/catalogue/msg.h"
#include "proto/control.h"
#include "proto/err_code.h"
#include "proto/event.h"
#include "proto/json.h"
#include "proto/metric.h"
#include "proto/reloaded.h"
#include "proto/snapshot.h"

enum { VECTORS_LEAST = 30, ROWS_MAX = 16 };

struct vector {
	char name[64];
	struct text bytes;
	json_t *json, *message; /* message: borrowed, NULL where it has none */
	const char *kind, *code;
	bool exact;
};

struct tools {
	struct msg_reader *reader;
	struct msg_writer *writer;
};

/* Files. */

static char *file_text(const char *path, size_t *ret_size)
{
	FILE *file = fopen(path, "rb");
	char *text;
	long size = 0;

	if (!file || fseek(file, 0, SEEK_END) != 0 || (size = ftell(file)) < 0)
		fail_msg("%s cannot be read: run from the top directory", path);
	rewind(file);
	text = calloc(1, (size_t)size + 1);
	assert_non_null(text);
	assert_int_equal(fread(text, 1, (size_t)size, file), size);
	fclose(file);
	*ret_size = (size_t)size;
	return text;
}

static int digit(char c)
{
	const char *digits = "0123456789abcdef", *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* One line of hex, and nothing else, into the bytes it stands for. */
static struct text bytes_of_hex(const char *path)
{
	size_t size;
	char *hex = file_text(path, &size), *bytes;

	if (size % 2 != 1 || hex[size - 1] != '\n')
		fail_msg("%s: not one line of hex", path);
	bytes = malloc(size / 2 + 1);
	assert_non_null(bytes);
	for (size_t i = 0; i < size / 2; i++) {
		int high = digit(hex[2 * i]), low = digit(hex[2 * i + 1]);

		if (high < 0 || low < 0)
			fail_msg("%s: no hex at %zu", path, 2 * i);
		bytes[i] = (char)(high << 4 | low);
	}
	free(hex);
	return (struct text){ bytes, size / 2 };
}

static void vector_load(const char *hex_path, struct vector *vector)
{
	const char *slash = strrchr(hex_path, '/');
	char path[256];
	json_error_t error;

	snprintf(vector->name, sizeof(vector->name), "%.*s", (int)(strlen(slash + 1) - 4),
		 slash + 1);
	vector->bytes = bytes_of_hex(hex_path);
	snprintf(path, sizeof(path), "proto/vectors/%s.json", vector->name);
	vector->json = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
	if (!vector->json)
		fail_msg("%s:%d: %s", path, error.line, error.text);
	vector->message = json_object_get(vector->json, "message");
	vector->kind = json_string_value(json_object_get(vector->json, "kind"));
	vector->code = json_string_value(json_object_get(vector->json, "code"));
	vector->exact = json_is_true(json_object_get(vector->json, "exact"));
	if (!vector->kind || !json_is_string(json_object_get(vector->json, "what")))
		fail_msg("%s: needs what and kind", path);
}

static void vector_free(struct vector *vector)
{
	free((char *)vector->bytes.data);
	json_decref(vector->json);
}

/* Call `fn` for each vector; how many there are. */
static size_t each_vector(void (*fn)(struct tools *tools, const struct vector *vector))
{
	struct tools tools = { msg_reader_new(), msg_writer_new() };
	glob_t found;
	size_t count;

	assert_int_equal(glob("proto/vectors/*.hex", 0, NULL, &found), 0);
	count = found.gl_pathc;
	for (size_t i = 0; i < count; i++) {
		struct vector vector;

		vector_load(found.gl_pathv[i], &vector);
		fn(&tools, &vector);
		vector_free(&vector);
	}
	globfree(&found);
	msg_reader_free(tools.reader);
	msg_writer_free(tools.writer);
	return count;
}

static void assert_written(struct tools *tools, const struct vector *vector, const char *how)
{
	struct text written = msg_written(tools->writer);

	if (!text_equal(written, vector->bytes))
		fail_msg("%s: %s gives %zu other bytes", vector->name, how, written.size);
}

/* Decoding. */

static int decode(struct tools *tools, const struct vector *vector)
{
	struct request request;
	struct answer answer;
	struct batch batch;

	if (strcmp(vector->kind, "batch") == 0)
		return batch_decode(tools->reader, vector->bytes, &batch);
	if (strcmp(vector->kind, "request") == 0)
		return request_decode(tools->reader, vector->bytes, &request);
	if (strcmp(vector->kind, "answer") == 0)
		return answer_decode(tools->reader, vector->bytes, &answer);
	return 0;
}

static void check_code(struct tools *tools, const struct vector *vector)
{
	int err = decode(tools, vector);
	const char *code = vector->code ? vector->code : "ok";

	if (strcmp(lift_err_code(err), code) != 0)
		fail_msg("%s: %s, not %s", vector->name, lift_err_code(err), code);
	if ((strncmp(vector->name, "refused-", 8) == 0) != (vector->code != NULL))
		fail_msg("%s: what has a code, and nothing else, is called refused-", vector->name);
}

static void check_events(struct tools *tools, const struct vector *vector)
{
	json_t *codes = json_object_get(vector->json, "codes");
	struct event event;
	struct batch batch;

	if (vector->code || strcmp(vector->kind, "batch") != 0)
		return;
	assert_int_equal(batch_decode(tools->reader, vector->bytes, &batch), 0);
	if (codes && json_array_size(codes) != batch.count)
		fail_msg("%s: %u events, %zu codes", vector->name, batch.count,
			 json_array_size(codes));
	for (uint32_t i = 0; i < batch.count; i++) {
		const char *code = json_string_value(json_array_get(codes, i));
		int err = batch_event(&batch, i, &event);

		if (strcmp(lift_err_code(err), code ? code : "ok") != 0)
			fail_msg("%s, event %u: %s, not %s", vector->name, i, lift_err_code(err),
				 code ? code : "ok");
	}
}

static void check_meaning(struct tools *tools, const struct vector *vector)
{
	json_t *json;

	if (!vector->message)
		return;
	if (json_from_msg(tools->reader, vector->bytes, &json) != 0)
		fail_msg("%s: not read as JSON", vector->name);
	if (!json_equal(json, vector->message))
		fail_msg("%s: is %s", vector->name, json_line(json));
	json_decref(json);
	msg_writer_clear(tools->writer);
	json_to_msg(vector->message, tools->writer);
	if (vector->exact)
		assert_written(tools, vector, "its JSON");
}

/* Encoding. */

static struct text text_in(const json_t *map, const char *key)
{
	const json_t *value = json_object_get(map, key);

	return (struct text){ json_string_value(value), json_string_length(value) };
}

/* 0 where it is absent or nil. */
static int64_t int_in(const json_t *map, const char *key)
{
	return json_integer_value(json_object_get(map, key));
}

static void encode_batch(struct tools *tools, const struct vector *vector)
{
	struct event event;
	struct batch batch;

	assert_int_equal(batch_decode(tools->reader, vector->bytes, &batch), 0);
	batch_begin(tools->writer, batch.op.size ? "events" : NULL, batch.source, batch.stream,
		    batch.seq, batch.count);
	for (uint32_t i = 0; i < batch.count; i++) {
		if (batch_event(&batch, i, &event) == 0)
			event_encode(tools->writer, &event);
		else
			batch_event_raw(&batch, i, tools->writer);
	}
}

static void encode_request(struct tools *tools, const struct vector *vector)
{
	json_t *learners = json_object_get(vector->message, "learners");
	struct text ids[8];
	struct request request = {
		.op = text_in(vector->message, "op"),
		.source = text_in(vector->message, "source"),
		.stream = text_in(vector->message, "stream"),
		.as_of = text_in(vector->message, "as_of"),
		.plane = text_in(vector->message, "plane"),
		.region = text_in(vector->message, "region"),
		.kind = text_in(vector->message, "kind"),
		.id = text_in(vector->message, "id"),
		.later = text_in(vector->message, "later"),
		.dir = text_in(vector->message, "dir"),
		.seen = text_in(vector->message, "seen"),
		.code = text_in(vector->message, "code"),
		.after = (uint64_t)json_integer_value(json_object_get(vector->message, "after")),
		.to = (uint64_t)json_integer_value(json_object_get(vector->message, "to")),
		.before = (uint64_t)json_integer_value(json_object_get(vector->message, "before")),
		.known_at =
			(uint64_t)json_integer_value(json_object_get(vector->message, "known_at")),
		.release =
			(uint64_t)json_integer_value(json_object_get(vector->message, "release")),
		.from_day = text_in(vector->message, "from_day"),
		.to_day = text_in(vector->message, "to_day"),
		.count = json_is_true(json_object_get(vector->message, "count")),
		.n_learners = json_array_size(learners),
		.ids = learners ? ids : NULL,
	};

	assert_true(request.n_learners <= sizeof(ids) / sizeof(ids[0]));
	for (size_t i = 0; i < request.n_learners; i++)
		ids[i] = text_of(json_string_value(json_array_get(learners, i)));
	request_encode(tools->writer, &request);
}

static void encode_ack(struct tools *tools, const struct answer *answer)
{
	struct rejection rejected[ROWS_MAX];
	struct number_range ranges[ROWS_MAX];
	struct unknown unknown;
	struct ack ack = { answer->source, answer->stream,     answer->first,	   answer->count,
			   answer->next,   rejected,	       answer->n_rejected, &unknown,
			   ranges,	   answer->n_uncounted };

	assert_int_equal(answer_unknown(answer, &unknown), 0);
	assert_true(answer->n_uncounted <= ROWS_MAX);
	for (size_t i = 0; i < answer->n_uncounted; i++)
		assert_int_equal(answer_uncounted(answer, i, &ranges[i]), 0);

	assert_true(answer->n_rejected <= ROWS_MAX);
	for (size_t i = 0; i < answer->n_rejected; i++) {
		struct text code, text;

		assert_int_equal(answer_rejected(answer, i, &rejected[i].seq, &code, &text), 0);
		rejected[i].err = lift_err_of_code(code);
	}
	ack_encode(tools->writer, &ack);
}

static void encode_answer(struct tools *tools, const struct vector *vector)
{
	struct answer answer;

	assert_int_equal(answer_decode(tools->reader, vector->bytes, &answer), 0);
	if (answer.what == ANSWER_WELCOME) {
		struct welcome welcome = { answer.source, answer.stream, answer.next, answer.window,
					   answer.closed };

		welcome_encode(tools->writer, &welcome);
	} else if (answer.what == ANSWER_ACK) {
		encode_ack(tools, &answer);
	} else if (answer.what == ANSWER_CLOSED) {
		closed_encode(tools->writer, &(struct closed){ answer.source, answer.stream,
							       answer.next, answer.missing });
	} else {
		struct nack nack = { answer.source, answer.stream, answer.first,
				     lift_err_of_code(answer.code), answer.retry };

		nack_encode(tools->writer, &nack);
	}
}

/* The errors of a refused catalogue are lines. */
static void encode_reloaded(struct tools *tools, int err, const json_t *message)
{
	struct change_row rows[8];
	const json_t *error, *row;
	char lines[1000] = "";
	size_t i;

	json_array_foreach(json_object_get(message, "errors"), i, error)
	{
		strcat(lines, json_string_value(error));
		strcat(lines, "\n");
	}
	json_array_foreach(json_object_get(message, "loses"), i, row) rows[i] = (struct change_row){
		.what = json_string_value(json_object_get(row, "what")),
		.how = json_string_value(json_object_get(row, "how")),
		.id = json_string_value(json_object_get(row, "id")),
		.of = json_string_value(json_object_get(row, "of")),
		.learners = json_integer_value(json_object_get(row, "learners")),
		.text = json_string_value(json_object_get(row, "text")),
	};
	reloaded_encode(
		tools->writer,
		&(struct reloaded){
			.err = err,
			.errors = lines,
			.loses = { rows, json_array_size(json_object_get(message, "loses")), 0 } });
}

static void encode_refusal(struct tools *tools, const struct vector *vector)
{
	const json_t *errors = json_object_get(vector->message, "errors");
	int err = lift_err_of_code(text_in(vector->message, "code"));

	if (errors) {
		encode_reloaded(tools, err, vector->message);
		return;
	}
	refusal_encode(tools->writer, err);
}

static void encode_metric(struct tools *tools, const struct vector *vector)
{
	const json_t *from = vector->message, *sources = json_object_get(from, "sources");
	struct msg_writer *metrics = msg_writer_new();
	struct text names[ROWS_MAX];
	char topic[TOPIC_MAX];
	struct metric metric = { .epoch = int_in(from, "epoch"),
				 .seq = (uint64_t)int_in(from, "seq"),
				 .n = (uint64_t)int_in(from, "n"),
				 .time = int_in(from, "time"),
				 .as_of = text_in(from, "as_of"),
				 .plane = text_in(from, "plane"),
				 .region = text_in(from, "region"),
				 .kind = text_in(from, "kind"),
				 .id = text_in(from, "id"),
				 .sources = names,
				 .n_sources = json_array_size(sources),
				 .release = (uint32_t)int_in(from, "release") };
	size_t size = metric_topic(topic, metric.region, metric.kind, metric.id);

	assert_true(text_equal((struct text){ topic, size }, text_in(vector->json, "topic")));
	for (size_t i = 0; i < metric.n_sources; i++)
		names[i] = text_of(json_string_value(json_array_get(sources, i)));
	if (json_is_object(json_object_get(from, "metrics"))) {
		json_to_msg(json_object_get(from, "metrics"), metrics);
		metric.metrics = msg_written(metrics);
	}
	metric_encode(tools->writer, &metric);
	msg_writer_free(metrics);
}

static void encode_beat(struct tools *tools, const struct vector *vector)
{
	const json_t *from = vector->message, *sources = json_object_get(from, "sources");
	struct beat_source rows[ROWS_MAX];
	struct beat beat = { int_in(from, "epoch"),
			     int_in(from, "seq"),
			     int_in(from, "time"),
			     text_in(from, "as_of"),
			     json_is_true(json_object_get(from, "complete")),
			     (uint64_t)int_in(from, "waiting"),
			     rows,
			     json_array_size(sources),
			     (uint64_t)int_in(from, "sources_left_out"),
			     json_object_get(from, "plane") != NULL,
			     (uint32_t)int_in(from, "release") };

	for (size_t i = 0; i < beat.n_sources; i++) {
		const json_t *row = json_array_get(sources, i);

		rows[i] = (struct beat_source){
			text_in(row, "source"),	      int_in(row, "last_event"),
			int_in(row, "last_received"), (uint64_t)int_in(row, "missing"),
			int_in(row, "since"),	      int_in(row, "expected_ms"),
			int_in(row, "late_since")
		};
	}
	beat_encode(tools->writer, &beat);
}

static void encode_end(struct tools *tools, const struct vector *vector)
{
	const json_t *from = vector->message;
	struct snapshot_end end = { int_in(from, "epoch"), (uint64_t)int_in(from, "seq"),
				    json_is_true(json_object_get(from, "complete")),
				    (uint32_t)int_in(from, "count"), text_in(from, "next") };

	snapshot_end_encode(tools->writer, &end);
}

/* The catalogue that a vector was made from. */
static struct catalogue *catalogue_of_vector(const json_t *vector)
{
	const char *name = json_string_value(json_object_get(vector, "catalogue"));
	char path[256];
	struct yaml_errors errors = { .file = path };
	struct catalogue *catalogue;
	size_t size;
	char *text;

	snprintf(path, sizeof(path), "proto/vectors/%s", name ? name : "catalogue.yaml");
	text = file_text(path, &size);

	if (catalogue_parse((struct text){ text, size }, &errors, &catalogue) != 0)
		fail_msg("%s", errors.text);
	free(text);
	return catalogue;
}

static void encode_catalogue(struct tools *tools, const struct vector *vector)
{
	struct catalogue *catalogue = catalogue_of_vector(vector->json);

	catalogue_encode(tools->writer, catalogue, NULL, int_in(vector->message, "epoch"),
			 (uint64_t)int_in(vector->message, "seq"));
	catalogue_free(catalogue);
}

static void encode_catalogue_answer(struct tools *tools, const struct vector *vector)
{
	struct catalogue *catalogue = catalogue_of_vector(vector->json);

	assert_int_equal(
		catalogue_page_encode(tools->writer, catalogue, NULL, NULL, 0, MSG_SIZE_MAX), 0);
	catalogue_free(catalogue);
}

static void check_encoder(struct tools *tools, const struct vector *vector)
{
	static const struct {
		const char *kind;
		void (*encode)(struct tools *tools, const struct vector *vector);
	} encoders[] = {
		{ "batch", encode_batch },
		{ "request", encode_request },
		{ "answer", encode_answer },
		{ "refusal", encode_refusal },
		{ "metric", encode_metric },
		{ "beat", encode_beat },
		{ "catalogue", encode_catalogue },
		{ "catalogue-answer", encode_catalogue_answer },
		{ "end", encode_end },
	};
	size_t i = 0, n = sizeof(encoders) / sizeof(encoders[0]);

	while (i < n && strcmp(encoders[i].kind, vector->kind) != 0)
		i++;
	if (i == n)
		fail_msg("%s: kind %s", vector->name, vector->kind);
	if (!vector->exact)
		return;
	msg_writer_clear(tools->writer);
	encoders[i].encode(tools, vector);
	assert_written(tools, vector, "our encoder");
}

/* The protocol's text. */

/* The hex pairs before each line's ';'. */
static void check_bytes_block(const char *name, const char *from, const char *to)
{
	char path[256];
	struct text bytes;
	size_t n = 0;

	snprintf(path, sizeof(path), "proto/vectors/%s.hex", name);
	bytes = bytes_of_hex(path);
	while (from < to) {
		if (*from == ';') {
			from += strcspn(from, "\n");
		} else if (digit(*from) >= 0) {
			if (n == bytes.size ||
			    (uint8_t)bytes.data[n] != (digit(from[0]) << 4 | digit(from[1])))
				fail_msg("PROTOCOL.md, bytes %s: differ at %zu", name, n);
			n++;
			from += 2;
		} else {
			from++;
		}
	}
	if (n != bytes.size)
		fail_msg("PROTOCOL.md, bytes %s: %zu of %zu", name, n, bytes.size);
	free((char *)bytes.data);
}

static void check_json_block(const char *name, const char *from, const char *to)
{
	json_t *json = json_loadb(from, (size_t)(to - from), 0, NULL);
	char path[256];
	json_t *vector;

	snprintf(path, sizeof(path), "proto/vectors/%s.json", name);
	vector = json_load_file(path, 0, NULL);
	if (!json || !vector || !json_equal(json, json_object_get(vector, "message")))
		fail_msg("PROTOCOL.md, json %s: is not the vector's message", name);
	json_decref(json);
	json_decref(vector);
}

static void the_examples_of_the_protocols_text_are_vectors(void **state)
{
	size_t size, blocks = 0;
	char *text = file_text("proto/PROTOCOL.md", &size), *at = text;
	char what[16], name[64];

	(void)state;
	while ((at = strstr(at, "\n```")) != NULL) {
		const char *body = strchr(at + 1, '\n'), *end = strstr(body, "\n```");

		assert_non_null(end);
		if (sscanf(at, "\n```%15[a-z] %63[a-z0-9-]", what, name) == 2 &&
		    (strcmp(what, "bytes") == 0 || strcmp(what, "json") == 0)) {
			(what[0] == 'b' ? check_bytes_block : check_json_block)(name, body, end);
			blocks++;
		}
		at = (char *)end + 4;
	}
	assert_in_range(blocks, 8, 100);
	free(text);
}

enum { PARTS = 6 };
static const char *const catalogue_parts[PARTS] = { "regions",	   "modules",	 "programmes",
						    "competences", "dimensions", "levels" };

/* What all pages hold, and how many there are. A page is as full as it can be: the next row, which
 * has row_max bytes at most, would not fit. */
static json_t *pages_sum(struct tools *tools, const struct catalogue *catalogue, size_t size,
			 size_t row_max, size_t *ret_pages)
{
	json_t *sum = json_object(), *page;
	size_t next = 0;

	*ret_pages = 0;
	for (size_t p = 0; p < PARTS; p++)
		json_object_set_new(sum, catalogue_parts[p], json_array());
	do {
		next = catalogue_page_encode(tools->writer, catalogue, NULL, NULL, next, size);
		assert_int_equal(json_from_msg(tools->reader, msg_written(tools->writer), &page),
				 0);
		assert_int_equal(json_is_true(json_object_get(page, "more")), next > 0);
		if (next)
			assert_true(msg_written(tools->writer).size + row_max > size);
		for (size_t p = 0; p < PARTS; p++)
			json_array_extend(json_object_get(sum, catalogue_parts[p]),
					  json_object_get(page, catalogue_parts[p]));
		json_decref(page);
		++*ret_pages;
	} while (next);
	return sum;
}

static void check_pages(const char *path, size_t rows, size_t row_max)
{
	struct tools tools = { msg_reader_new(), msg_writer_new() };
	json_t *vector = json_load_file(path, 0, NULL), *sum;
	json_t *whole = json_object_get(vector, "message");
	struct catalogue *catalogue = catalogue_of_vector(vector);
	size_t pages;

	for (size_t size = 1; size < 1000; size += 7) {
		sum = pages_sum(&tools, catalogue, size, row_max, &pages);
		assert_in_range(pages, 1, rows);
		if (size == 1)
			assert_int_equal(pages, rows);
		for (size_t p = 0; p < PARTS; p++) {
			const json_t *part = json_object_get(whole, catalogue_parts[p]);
			const json_t *found = json_object_get(sum, catalogue_parts[p]);

			assert_true(part ? json_equal(found, part) : json_array_size(found) == 0);
		}
		json_decref(sum);
	}
	json_decref(vector);
	catalogue_free(catalogue);
	msg_reader_free(tools.reader);
	msg_writer_free(tools.writer);
}

static void pages_of_a_catalogue_add_up_to_the_whole_however_small(void **state)
{
	(void)state;
	check_pages("proto/vectors/catalogue-answer.json", 8, 250);
	check_pages("proto/vectors/catalogue-whole-answer.json", 11, 750);
}

/* Tests. */

static void each_is_decoded_or_refused_with_its_code(void **state)
{
	(void)state;
	assert_in_range(each_vector(check_code), VECTORS_LEAST, 1000);
}

static void each_event_is_accepted_or_refused_with_its_code(void **state)
{
	(void)state;
	each_vector(check_events);
}

static void each_means_its_json_and_the_exact_ones_are_what_it_encodes_to(void **state)
{
	(void)state;
	each_vector(check_meaning);
}

static void our_encoders_give_the_exact_ones_byte_for_byte(void **state)
{
	(void)state;
	each_vector(check_encoder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_is_decoded_or_refused_with_its_code),
		cmocka_unit_test(each_event_is_accepted_or_refused_with_its_code),
		cmocka_unit_test(each_means_its_json_and_the_exact_ones_are_what_it_encodes_to),
		cmocka_unit_test(our_encoders_give_the_exact_ones_byte_for_byte),
		cmocka_unit_test(pages_of_a_catalogue_add_up_to_the_whole_however_small),
		cmocka_unit_test(the_examples_of_the_protocols_text_are_vectors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
