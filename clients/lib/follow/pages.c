/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/lib/follow/pages.h"

#include <errno.h>

#include "clients/lib/error.h"
#include "proto/err_code.h"
#include "proto/json.h"
#include "proto/snapshot.h"

/* A page fits into the buffers, whoever is the slower. */
static int prepare_pages(void *handle, const void *with)
{
	int messages = SNAPSHOT_LIMIT_MAX + 1;

	(void)with;
	if (wire_reads_published(handle) != 0)
		return -1;
	return zmq_setsockopt(handle, ZMQ_RCVHWM, &messages, sizeof(messages));
}

int pages_open(struct pages *pages, const char *endpoint, const struct lift_keys *keys,
	       const char *const topics[], size_t n_topics)
{
	*pages = (struct pages){ .reader = msg_reader_new(),
				 .writer = msg_writer_new(),
				 .endpoint = endpoint,
				 .keys = keys,
				 .topics = topics,
				 .n_topics = n_topics,
				 .first = SNAPSHOT_LIMIT_MAX };
	if (pages->reader && pages->writer)
		return 0;
	pages_close(pages);
	return LIFT_E_MEMORY;
}

void pages_close(struct pages *pages)
{
	wire_close(&pages->wire);
	json_decref(pages->after);
	msg_reader_free(pages->reader);
	msg_writer_free(pages->writer);
	*pages = (struct pages){ 0 };
}

static int send_request(struct pages *pages, struct text after)
{
	struct snapshot_request request = { .n_prefixes = pages->n_topics,
					    .after = after,
					    .limit = pages->any_page ? SNAPSHOT_LIMIT_MAX
								     : pages->first,
					    .has_since = pages->has_since,
					    .since = (int64_t)pages->since,
					    .epoch = pages->epoch };
	struct text message;

	for (size_t i = 0; i < pages->n_topics; i++)
		request.prefixes[i] = text_of(pages->topics[i]);
	msg_writer_clear(pages->writer);
	snapshot_request_encode(pages->writer, &request);
	message = msg_written(pages->writer);
	if (!message.size)
		return LIFT_E_MEMORY;
	if (zmq_send(pages->wire.handle, message.data, message.size, ZMQ_DONTWAIT) < 0)
		return LIFT_E_SOCKET;
	pages->count = 0;
	pages->heard_ms = wire_clock_ms();
	return 0;
}

int pages_ask(struct pages *pages, bool has_since, int64_t epoch, uint64_t since)
{
	int err;

	wire_close(&pages->wire);
	json_decref(pages->after);
	pages->after = NULL;
	pages->has_since = has_since;
	pages->epoch = epoch;
	pages->since = since;
	pages->any_page = false;
	err = wire_open(&pages->wire, ZMQ_DEALER, pages->endpoint, pages->keys, prepare_pages,
			NULL);
	if (!err)
		err = send_request(pages, (struct text){ NULL, 0 });
	if (err)
		wire_close(&pages->wire);
	return err;
}

bool pages_asked(const struct pages *pages)
{
	return pages->wire.handle;
}

void pages_drop(struct pages *pages)
{
	wire_close(&pages->wire);
}

static uint64_t number_of(const json_t *body, const char *key)
{
	json_int_t value = json_integer_value(json_object_get(body, key));

	return value > 0 ? (uint64_t)value : 0;
}

/* Has it all that the end of a page has? */
static bool is_end(const json_t *end)
{
	const json_t *next = json_object_get(end, "next");

	return json_is_integer(json_object_get(end, "epoch")) &&
	       json_is_integer(json_object_get(end, "seq")) &&
	       json_is_integer(json_object_get(end, "count")) &&
	       json_is_boolean(json_object_get(end, "complete")) &&
	       (!next || json_is_null(next) || json_is_string(next));
}

static struct text text_of_json(const json_t *json)
{
	return (struct text){ json_string_value(json), json_string_length(json) };
}

/* A page has ended: the next one, or the end of all. */
static int turn(struct pages *pages, const json_t *end, enum pages_what *ret_what)
{
	json_t *next = json_object_get(end, "next");
	int64_t epoch = json_integer_value(json_object_get(end, "epoch"));
	struct text after;

	if (!is_end(end))
		return LIFT_E_MALFORMED;
	if (number_of(end, "count") != pages->count)
		return lift_set_error(LIFT_E_SOCKET, "a part of the snapshot of %s was lost",
				      pages->endpoint);
	if (!pages->any_page) {
		pages->whole = !pages->has_since || epoch != pages->epoch;
		pages->epoch = epoch;
		pages->seq = number_of(end, "seq");
		pages->complete = !json_is_false(json_object_get(end, "complete"));
		pages->any_page = true;
	} else if (epoch != pages->epoch) {
		return lift_set_error(LIFT_E_SOCKET, "the daemon at %s has restarted meanwhile",
				      pages->endpoint);
	}
	if (!json_is_string(next)) {
		wire_close(&pages->wire);
		*ret_what = PAGES_DONE;
		return 0;
	}
	after = text_of_json(next);
	/* Else it would never end. */
	if (pages->count == 0 ||
	    (pages->after && text_compare(after, text_of_json(pages->after)) <= 0))
		return LIFT_E_MALFORMED;
	json_decref(pages->after);
	pages->after = json_incref(next);
	if (pages->whole)
		pages->has_since = false;
	return send_request(pages, after);
}

static int judge(struct pages *pages, struct text topic, json_t *body, enum pages_what *ret_what)
{
	int err;

	pages->heard_ms = wire_clock_ms();
	if (text_equal(topic, text_of("end")))
		return turn(pages, body, ret_what);
	if (text_equal(topic, text_of("error"))) {
		const char *code = json_string_value(json_object_get(body, "code"));

		err = code ? lift_err_of_code(text_of(code)) : 0;
		return err ? err : LIFT_E_MALFORMED;
	}
	pages->count++;
	*ret_what = PAGES_MESSAGE;
	return 0;
}

/* Two frames, which are all there once the first one is. */
static int receive(struct pages *pages, zmq_msg_t *topic, json_t **ret_body, bool *ret_any)
{
	zmq_msg_t frame;
	int err = 0;

	*ret_any = zmq_msg_recv(topic, pages->wire.handle, ZMQ_DONTWAIT) >= 0;
	if (!*ret_any)
		return errno == EAGAIN || errno == EINTR ? 0 : LIFT_E_SOCKET;
	if (!zmq_msg_more(topic))
		return LIFT_E_MALFORMED;
	zmq_msg_init(&frame);
	if (zmq_msg_recv(&frame, pages->wire.handle, 0) < 0)
		err = LIFT_E_SOCKET;
	else if (zmq_msg_more(&frame))
		err = LIFT_E_MALFORMED;
	else
		err = json_from_msg(pages->reader,
				    (struct text){ zmq_msg_data(&frame), zmq_msg_size(&frame) },
				    ret_body);
	zmq_msg_close(&frame);
	return err;
}

int pages_next(struct pages *pages, zmq_msg_t *topic, json_t **ret_body, enum pages_what *ret_what)
{
	enum pages_what what = PAGES_NOTHING;
	bool any = pages_asked(pages);
	json_t *body = NULL;
	int err = 0;

	while (!err && any && what == PAGES_NOTHING) {
		err = receive(pages, topic, &body, &any);
		if (!err && any)
			err = judge(pages,
				    (struct text){ zmq_msg_data(topic), zmq_msg_size(topic) }, body,
				    &what);
		if (!err && what == PAGES_MESSAGE)
			break;
		json_decref(body);
		body = NULL;
		any = any && pages_asked(pages);
	}
	if (err)
		wire_close(&pages->wire);
	else
		*ret_what = what;
	if (body)
		*ret_body = body;
	return err;
}
