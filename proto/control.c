/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/control.h"

#include "proto/event.h"
#include "proto/msg_object.h"

/* Requests: each key is a text. */

static const struct {
	struct text key;
	size_t offset;
	int err; /* where it is no text */
} request_texts[] = {
	{ TEXT("op"), offsetof(struct request, op), LIFT_E_MALFORMED },
	{ TEXT("source"), offsetof(struct request, source), LIFT_E_SOURCE },
	{ TEXT("stream"), offsetof(struct request, stream), LIFT_E_STREAM },
	{ TEXT("as_of"), offsetof(struct request, as_of), LIFT_E_MALFORMED },
	{ TEXT("plane"), offsetof(struct request, plane), LIFT_E_MALFORMED },
	{ TEXT("region"), offsetof(struct request, region), LIFT_E_MALFORMED },
	{ TEXT("kind"), offsetof(struct request, kind), LIFT_E_MALFORMED },
	{ TEXT("id"), offsetof(struct request, id), LIFT_E_MALFORMED },
	{ TEXT("later"), offsetof(struct request, later), LIFT_E_LATER },
	{ TEXT("dir"), offsetof(struct request, dir), LIFT_E_MALFORMED },
	{ TEXT("seen"), offsetof(struct request, seen), LIFT_E_MALFORMED },
	{ TEXT("code"), offsetof(struct request, code), LIFT_E_MALFORMED },
	{ TEXT("from_day"), offsetof(struct request, from_day), LIFT_E_DAY },
	{ TEXT("to_day"), offsetof(struct request, to_day), LIFT_E_DAY },
	{ TEXT("key"), offsetof(struct request, key), LIFT_E_MALFORMED },
	{ TEXT("deed"), offsetof(struct request, deed), LIFT_E_MALFORMED },
};

static const struct {
	struct text key;
	size_t offset;
} request_flags[] = {
	{ TEXT("dry_run"), offsetof(struct request, dry_run) },
	{ TEXT("yes"), offsetof(struct request, yes) },
	{ TEXT("without_secret"), offsetof(struct request, without_secret) },
	{ TEXT("count"), offsetof(struct request, count) },
};

static const struct {
	struct text key;
	size_t offset;
	int64_t least;
	int err; /* where it is no number, or below the least */
} request_numbers[] = {
	{ TEXT("after"), offsetof(struct request, after), 0, LIFT_E_MALFORMED },
	{ TEXT("to"), offsetof(struct request, to), 0, LIFT_E_MALFORMED },
	{ TEXT("before"), offsetof(struct request, before), 0, LIFT_E_MALFORMED },
	{ TEXT("known_at"), offsetof(struct request, known_at), 1, LIFT_E_KNOWN_AT },
	{ TEXT("since"), offsetof(struct request, since), 0, LIFT_E_MALFORMED },
	{ TEXT("release"), offsetof(struct request, release), 1, LIFT_E_RELEASE },
};

enum {
	N_TEXTS = sizeof(request_texts) / sizeof(request_texts[0]),
	N_FLAGS = sizeof(request_flags) / sizeof(request_flags[0]),
	N_NUMBERS = sizeof(request_numbers) / sizeof(request_numbers[0]),
	REQUEST_NUMBERS = N_TEXTS + N_FLAGS, /* behind them */
	REQUEST_V = REQUEST_NUMBERS + N_NUMBERS,
	REQUEST_LEARNERS,
	REQUEST_KEYS,
};

static int check_version(const msgpack_object *v)
{
	int64_t version;

	if (!v || !msg_get_int(v, &version))
		return LIFT_E_MALFORMED;
	return version == 1 ? 0 : LIFT_E_VERSION;
}

/* One that is not there is 0. */
static bool get_number(const msgpack_object *object, int64_t least, uint64_t *ret_value)
{
	int64_t value = 0;

	if (object && (!msg_get_int(object, &value) || value < least))
		return false;
	*ret_value = (uint64_t)value;
	return true;
}

/* One that is not there is false. */
static bool get_bool(const msgpack_object *object, bool *ret_value)
{
	*ret_value = object && object->type == MSGPACK_OBJECT_BOOLEAN && object->via.boolean;
	return !object || object->type == MSGPACK_OBJECT_BOOLEAN;
}

static bool get_learners(const msgpack_object *object, struct request *request)
{
	if (!object)
		return true;
	if (object->type != MSGPACK_OBJECT_ARRAY || object->via.array.size > ROSTER_IDS_MAX)
		return false;
	request->n_learners = object->via.array.size;
	request->learners = object->via.array.ptr;
	return true;
}

bool request_learner(const struct request *request, size_t i, struct text *ret_learner)
{
	const msgpack_object *learners = request->learners;
	struct text learner;

	if (i >= request->n_learners || !msg_get_text(&learners[i], &learner) || learner.size < 1 ||
	    learner.size > LEARNER_MAX)
		return false;
	*ret_learner = learner;
	return true;
}

int request_decode(struct msg_reader *reader, struct text message, struct request *ret_request)
{
	const msgpack_object *object, *values[REQUEST_KEYS];
	struct text keys[REQUEST_KEYS];
	struct request request = { 0 };
	int err;

	for (size_t i = 0; i < N_TEXTS; i++)
		keys[i] = request_texts[i].key;
	for (size_t i = 0; i < N_FLAGS; i++)
		keys[N_TEXTS + i] = request_flags[i].key;
	for (size_t i = 0; i < N_NUMBERS; i++)
		keys[REQUEST_NUMBERS + i] = request_numbers[i].key;
	keys[REQUEST_V] = text_of("v");
	keys[REQUEST_LEARNERS] = text_of("learners");
	err = msg_parse(reader, message, MSG_DEPTH_DAEMON, &object);
	if (!err)
		err = msg_fields(object, keys, REQUEST_KEYS, values);
	if (err)
		return err == LIFT_E_MEMORY ? err : LIFT_E_MALFORMED;
	err = check_version(values[REQUEST_V]);
	if (err)
		return err;
	for (size_t i = 0; i < N_TEXTS; i++)
		if (values[i] && !msg_get_text(values[i], (struct text *)((char *)&request +
									  request_texts[i].offset)))
			return request_texts[i].err;
	for (size_t i = 0; i < N_FLAGS; i++)
		if (!get_bool(values[N_TEXTS + i],
			      (bool *)((char *)&request + request_flags[i].offset)))
			return LIFT_E_MALFORMED;
	for (size_t i = 0; i < N_NUMBERS; i++)
		if (!get_number(values[REQUEST_NUMBERS + i], request_numbers[i].least,
				(uint64_t *)((char *)&request + request_numbers[i].offset)))
			return request_numbers[i].err;
	if (!get_learners(values[REQUEST_LEARNERS], &request))
		return LIFT_E_LEARNERS;
	*ret_request = request;
	return 0;
}

void request_encode(struct msg_writer *writer, const struct request *request)
{
	msg_map_begin(writer);
	msg_key_int(writer, "v", 1);
	for (size_t i = 0; i < N_TEXTS; i++) {
		const struct text *text =
			(const void *)((const char *)request + request_texts[i].offset);

		if (text->size == 0)
			continue;
		msg_text(writer, request_texts[i].key);
		msg_text(writer, *text);
	}
	for (size_t i = 0; i < N_FLAGS; i++)
		if (*(const bool *)((const char *)request + request_flags[i].offset)) {
			msg_text(writer, request_flags[i].key);
			msg_bool(writer, true);
		}
	for (size_t i = 0; i < N_NUMBERS; i++) {
		uint64_t number =
			*(const uint64_t *)((const char *)request + request_numbers[i].offset);

		if (number == 0)
			continue;
		msg_text(writer, request_numbers[i].key);
		msg_int(writer, (int64_t)number);
	}
	if (request->ids) {
		msg_str(writer, "learners");
		msg_array(writer, request->n_learners);
		for (size_t i = 0; i < request->n_learners; i++)
			msg_text(writer, request->ids[i]);
	}
	msg_map_end(writer);
}

/* Answers, written. */

static void begin_op(struct msg_writer *writer, const char *op)
{
	msg_map_begin(writer);
	msg_key_int(writer, "v", 1);
	msg_key_str(writer, "op", op);
}

void welcome_encode(struct msg_writer *writer, const struct welcome *welcome)
{
	begin_op(writer, "welcome");
	msg_key_text(writer, "source", welcome->source);
	msg_key_text(writer, "stream", welcome->stream);
	msg_key_int(writer, "next", welcome->next);
	msg_key_int(writer, "window", welcome->window);
	if (welcome->closed)
		msg_key_bool(writer, "closed", true);
	msg_map_end(writer);
}

static void encode_closed(struct msg_writer *writer, const struct closed *closed)
{
	msg_key_text(writer, "source", closed->source);
	msg_key_text(writer, "stream", closed->stream);
	msg_key_int(writer, "next", (int64_t)closed->next);
	msg_key_int(writer, "missing", (int64_t)closed->missing);
	msg_map_end(writer);
}

void closed_encode(struct msg_writer *writer, const struct closed *closed)
{
	begin_op(writer, "closed");
	encode_closed(writer, closed);
}

void closed_ok_encode(struct msg_writer *writer, const struct closed *closed)
{
	msg_map_begin(writer);
	msg_key_int(writer, "v", 1);
	msg_key_bool(writer, "ok", true);
	encode_closed(writer, closed);
}

static void encode_uncounted(struct msg_writer *writer, const struct number_range *ranges, size_t n)
{
	msg_str(writer, "uncounted");
	msg_array(writer, n);
	for (size_t i = 0; i < n; i++) {
		msg_array(writer, 2);
		msg_int(writer, (int64_t)ranges[i].first);
		msg_int(writer, (int64_t)ranges[i].last);
	}
}

void ack_encode(struct msg_writer *writer, const struct ack *ack)
{
	bool more = ack->n_rejected > ACK_REJECTED_MAX;
	size_t rows = more ? ACK_REJECTED_MAX : ack->n_rejected;

	begin_op(writer, "ack");
	msg_key_text(writer, "source", ack->source);
	msg_key_text(writer, "stream", ack->stream);
	msg_key_int(writer, "first", ack->first);
	msg_key_int(writer, "count", ack->count);
	msg_key_int(writer, "next", ack->next);
	msg_str(writer, "rejected");
	msg_array(writer, rows);
	for (size_t i = 0; i < rows; i++) {
		msg_array_begin(writer);
		msg_int(writer, (int64_t)ack->rejected[i].seq);
		msg_str(writer, lift_err_code(ack->rejected[i].err));
		msg_str(writer, lift_err_text(ack->rejected[i].err));
		msg_array_end(writer);
	}
	if (more)
		msg_key_bool(writer, "more", true);
	if (ack->unknown && ack->unknown->events > 0) {
		msg_str(writer, "unknown");
		unknown_encode(writer, ack->unknown);
	}
	if (ack->n_uncounted > 0)
		encode_uncounted(writer, ack->uncounted,
				 ack->n_uncounted < ACK_UNCOUNTED_MAX ? ack->n_uncounted
								      : ACK_UNCOUNTED_MAX);
	msg_map_end(writer);
}

void nack_encode(struct msg_writer *writer, const struct nack *nack)
{
	begin_op(writer, "nack");
	if (nack->source.size > 0)
		msg_key_text(writer, "source", nack->source);
	if (nack->stream.size > 0)
		msg_key_text(writer, "stream", nack->stream);
	if (nack->first > 0)
		msg_key_int(writer, "first", nack->first);
	msg_key_str(writer, "code", lift_err_code(nack->err));
	msg_key_str(writer, "text", lift_err_text(nack->err));
	msg_key_bool(writer, "retry", nack->retry);
	msg_map_end(writer);
}

static void encode_next(struct msg_writer *writer, uint64_t next)
{
	msg_str(writer, "next");
	if (next)
		msg_int(writer, (int64_t)next);
	else
		msg_nil(writer);
}

void rejections_encode(struct msg_writer *writer, struct text source, const struct refused *rows,
		       size_t n, uint64_t next)
{
	begin_op(writer, "rejections");
	msg_key_text(writer, "source", source);
	msg_str(writer, "rows");
	msg_array(writer, n);
	for (size_t i = 0; i < n; i++) {
		msg_array_begin(writer);
		msg_int(writer, (int64_t)rows[i].number);
		msg_text(writer, rows[i].stream);
		msg_int(writer, (int64_t)rows[i].seq);
		msg_str(writer, lift_err_code(rows[i].err));
		msg_str(writer, lift_err_text(rows[i].err));
		msg_int(writer, rows[i].time);
		msg_array_end(writer);
	}
	encode_next(writer, next);
	msg_map_end(writer);
}

void quarantine_encode(struct msg_writer *writer, const struct refused *rows, size_t n,
		       uint64_t next)
{
	msg_map_begin(writer);
	msg_key_int(writer, "v", 1);
	msg_key_bool(writer, "ok", true);
	msg_str(writer, "rows");
	msg_array(writer, n);
	for (size_t i = 0; i < n; i++) {
		msg_map_begin(writer);
		msg_key_int(writer, "number", rows[i].number);
		msg_key_text(writer, "source", rows[i].source);
		msg_key_text(writer, "stream", rows[i].stream);
		msg_key_int(writer, "seq", rows[i].seq);
		msg_key_int(writer, "time", (uint64_t)rows[i].time);
		msg_key_str(writer, "code", lift_err_code(rows[i].err));
		msg_key_str(writer, "text", lift_err_text(rows[i].err));
		msg_str(writer, "sent");
		if (rows[i].sent.size > 0)
			msg_raw(writer, rows[i].sent);
		else
			msg_nil(writer);
		msg_key_bool(writer, "retry", rows[i].retry);
		msg_map_end(writer);
	}
	encode_next(writer, next);
	msg_map_end(writer);
}

void quarantine_changed_encode(struct msg_writer *writer, uint64_t gone,
			       const struct staying *staying, size_t n, uint64_t next)
{
	msg_map_begin(writer);
	msg_key_int(writer, "v", 1);
	msg_key_bool(writer, "ok", true);
	msg_key_int(writer, "gone", (int64_t)gone);
	msg_str(writer, "stay");
	msg_array(writer, n);
	for (size_t i = 0; i < n; i++) {
		msg_map_begin(writer);
		msg_key_int(writer, "number", (int64_t)staying[i].number);
		msg_key_str(writer, "code", lift_err_code(staying[i].err));
		msg_key_str(writer, "text", lift_err_text(staying[i].err));
		msg_key_bool(writer, "retry", staying[i].retry);
		msg_map_end(writer);
	}
	encode_next(writer, next);
	msg_map_end(writer);
}

void ok_encode(struct msg_writer *writer)
{
	msg_map_begin(writer);
	msg_key_int(writer, "v", 1);
	msg_key_bool(writer, "ok", true);
	msg_map_end(writer);
}

void refusal_encode(struct msg_writer *writer, int err)
{
	refusal_encode_text(writer, err, text_of(lift_err_text(err)));
}

void refusal_encode_text(struct msg_writer *writer, int err, struct text text)
{
	msg_map_begin(writer);
	msg_key_int(writer, "v", 1);
	msg_key_bool(writer, "ok", false);
	msg_key_str(writer, "code", lift_err_code(err));
	msg_key_text(writer, "text", text);
	msg_map_end(writer);
}

void work_encode(struct msg_writer *writer, const struct work *work)
{
	bool is_done = !work->more && !work->err;

	msg_map_begin(writer);
	msg_key_int(writer, "v", 1);
	msg_key_bool(writer, "ok", !work->err);
	if (work->more) {
		msg_key_bool(writer, "more", true);
		msg_key_int(writer, "done", work->done);
		msg_key_int(writer, "total", work->total);
		msg_map_end(writer);
		return;
	}
	if (work->err)
		msg_key_str(writer, "code", lift_err_code(work->err));
	if (is_done && work->dir.size > 0) {
		msg_key_text(writer, "dir", work->dir);
		msg_key_bool(writer, "secret", !work->without_secret);
	}
	if (is_done) {
		msg_key_int(writer, "last", work->last);
		msg_key_int(writer, "bytes", work->bytes);
	}
	msg_key_text(writer, "text", work->text);
	msg_map_end(writer);
}

/* Answers, read. */

enum {
	A_V,
	A_OP,
	A_SOURCE,
	A_STREAM,
	A_FIRST,
	A_COUNT,
	A_NEXT,
	A_WINDOW,
	A_REJECTED,
	A_MORE,
	A_CODE,
	A_TEXT,
	A_RETRY,
	A_CLOSED,
	A_MISSING,
	A_UNKNOWN,
	A_UNCOUNTED,
	A_KEYS
};
static const struct text answer_keys[A_KEYS] = {
	TEXT("v"),	 TEXT("op"),	    TEXT("source"), TEXT("stream"),   TEXT("first"),
	TEXT("count"),	 TEXT("next"),	    TEXT("window"), TEXT("rejected"), TEXT("more"),
	TEXT("code"),	 TEXT("text"),	    TEXT("retry"),  TEXT("closed"),   TEXT("missing"),
	TEXT("unknown"), TEXT("uncounted"),
};
static const char *const answer_ops[] = {
	[ANSWER_WELCOME] = "welcome",
	[ANSWER_ACK] = "ack",
	[ANSWER_NACK] = "nack",
	[ANSWER_CLOSED] = "closed",
};
enum { N_ANSWERS = sizeof(answer_ops) / sizeof(answer_ops[0]) };

/* The keys that an op must have (the bits of the enum above). */
static const unsigned answer_needs[] = {
	[ANSWER_WELCOME] = 1u << A_SOURCE | 1u << A_STREAM | 1u << A_NEXT | 1u << A_WINDOW,
	[ANSWER_ACK] = 1u << A_SOURCE | 1u << A_STREAM | 1u << A_FIRST | 1u << A_COUNT |
		       1u << A_NEXT | 1u << A_REJECTED,
	[ANSWER_NACK] = 1u << A_CODE | 1u << A_TEXT | 1u << A_RETRY,
	[ANSWER_CLOSED] = 1u << A_SOURCE | 1u << A_STREAM | 1u << A_NEXT | 1u << A_MISSING,
};

static bool get_count(const msgpack_object *object, uint64_t most, uint64_t *ret_value)
{
	int64_t value = 0;

	if (object && (!msg_get_int(object, &value) || value < 0 || (uint64_t)value > most))
		return false;
	*ret_value = (uint64_t)value;
	return true;
}

static bool get_rows(const msgpack_object *object, const void **ret_rows, size_t *ret_n)
{
	if (!object)
		return true;
	if (object->type != MSGPACK_OBJECT_ARRAY)
		return false;
	*ret_rows = object->via.array.ptr;
	*ret_n = object->via.array.size;
	return true;
}

/* What may be there; false where one is of another type. */
static bool answer_values(const msgpack_object *const values[], struct answer *answer)
{
	const struct {
		int key;
		struct text *text;
	} texts[] = { { A_SOURCE, &answer->source },
		      { A_STREAM, &answer->stream },
		      { A_CODE, &answer->code },
		      { A_TEXT, &answer->text } };
	uint64_t count, window;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (values[texts[i].key] && !msg_get_text(values[texts[i].key], texts[i].text))
			return false;
	if (!get_count(values[A_FIRST], INT64_MAX, &answer->first) ||
	    !get_count(values[A_NEXT], INT64_MAX, &answer->next) ||
	    !get_count(values[A_COUNT], UINT32_MAX, &count) ||
	    !get_count(values[A_WINDOW], UINT32_MAX, &window) ||
	    !get_count(values[A_MISSING], INT64_MAX, &answer->missing) ||
	    !get_bool(values[A_RETRY], &answer->retry) ||
	    !get_bool(values[A_MORE], &answer->more) ||
	    !get_bool(values[A_CLOSED], &answer->closed))
		return false;
	answer->count = (uint32_t)count;
	answer->window = (uint32_t)window;
	answer->unknown = values[A_UNKNOWN];
	return get_rows(values[A_REJECTED], &answer->rejected, &answer->n_rejected) &&
	       get_rows(values[A_UNCOUNTED], &answer->uncounted, &answer->n_uncounted);
}

int answer_decode(struct msg_reader *reader, struct text message, struct answer *ret_answer)
{
	const msgpack_object *object, *values[A_KEYS];
	struct answer answer = { 0 };
	struct text op;
	size_t what = 0;
	int err;

	err = msg_parse(reader, message, MSG_DEPTH_CLIENT, &object);
	if (!err)
		err = msg_fields(object, answer_keys, A_KEYS, values);
	if (err)
		return err == LIFT_E_MEMORY ? err : LIFT_E_MALFORMED;
	err = check_version(values[A_V]);
	if (err)
		return err;
	if (!values[A_OP] || !msg_get_text(values[A_OP], &op))
		return LIFT_E_MALFORMED;
	while (what < N_ANSWERS && !text_equal(op, text_of(answer_ops[what])))
		what++;
	if (what == N_ANSWERS)
		return LIFT_E_OP;
	answer.what = what;
	for (int k = 0; k < A_KEYS; k++)
		if (answer_needs[what] >> k & 1 && !values[k])
			return LIFT_E_MALFORMED;
	if (!answer_values(values, &answer))
		return LIFT_E_MALFORMED;
	*ret_answer = answer;
	return 0;
}

int answer_rejected(const struct answer *answer, size_t i, uint64_t *ret_seq, struct text *ret_code,
		    struct text *ret_text)
{
	const msgpack_object *rows = answer->rejected, *cells;
	struct text code, text;
	uint64_t seq;

	if (i >= answer->n_rejected || rows[i].type != MSGPACK_OBJECT_ARRAY ||
	    rows[i].via.array.size < 3)
		return LIFT_E_MALFORMED;
	cells = rows[i].via.array.ptr;
	if (!get_count(&cells[0], INT64_MAX, &seq) || !msg_get_text(&cells[1], &code) ||
	    !msg_get_text(&cells[2], &text))
		return LIFT_E_MALFORMED;
	*ret_seq = seq;
	*ret_code = code;
	*ret_text = text;
	return 0;
}

int answer_uncounted(const struct answer *answer, size_t i, struct number_range *ret_range)
{
	const msgpack_object *rows = answer->uncounted;
	struct number_range range;

	if (i >= answer->n_uncounted || rows[i].type != MSGPACK_OBJECT_ARRAY ||
	    rows[i].via.array.size < 2 ||
	    !get_count(&rows[i].via.array.ptr[0], INT64_MAX, &range.first) ||
	    !get_count(&rows[i].via.array.ptr[1], INT64_MAX, &range.last) ||
	    range.first > range.last)
		return LIFT_E_MALFORMED;
	*ret_range = range;
	return 0;
}

int answer_unknown(const struct answer *answer, struct unknown *ret_unknown)
{
	if (answer->unknown)
		return unknown_decode(answer->unknown, ret_unknown);
	*ret_unknown = (struct unknown){ 0 };
	return 0;
}
