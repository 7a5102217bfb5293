/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/snapshot.h"

#include "proto/msg_object.h"

enum { S_V, S_OP, S_TOPICS, S_AFTER, S_LIMIT, S_SINCE, S_EPOCH, S_KEYS };
static const struct text keys[S_KEYS] = { TEXT("v"),	 TEXT("op"),	TEXT("topics"),
					  TEXT("after"), TEXT("limit"), TEXT("since"),
					  TEXT("epoch") };

static int read_prefixes(const msgpack_object *topics, struct snapshot_request *request)
{
	if (topics && msg_check_values(topics) != 0)
		return LIFT_E_MALFORMED;
	if (!topics || topics->type != MSGPACK_OBJECT_ARRAY || topics->via.array.size < 1 ||
	    topics->via.array.size > SNAPSHOT_PREFIXES_MAX)
		return LIFT_E_TOPICS;
	request->n_prefixes = topics->via.array.size;
	for (size_t i = 0; i < request->n_prefixes; i++)
		if (!msg_get_text(&topics->via.array.ptr[i], &request->prefixes[i]))
			return LIFT_E_TOPICS;
	return 0;
}

static int read_page(const msgpack_object *const values[], struct snapshot_request *request)
{
	int64_t limit = SNAPSHOT_LIMIT_MAX;

	if (values[S_AFTER] && !msg_get_text(values[S_AFTER], &request->after))
		return LIFT_E_MALFORMED;
	if (values[S_LIMIT] &&
	    (!msg_get_int(values[S_LIMIT], &limit) || limit < 1 || limit > SNAPSHOT_LIMIT_MAX))
		return LIFT_E_LIMIT;
	request->limit = (uint32_t)limit;
	request->has_since = values[S_SINCE] != NULL;
	if (!request->has_since)
		return 0;
	if (!values[S_EPOCH] || !msg_get_int(values[S_SINCE], &request->since) ||
	    !msg_get_int(values[S_EPOCH], &request->epoch) || request->since < 0)
		return LIFT_E_MALFORMED;
	return 0;
}

int snapshot_request_decode(struct msg_reader *reader, struct text message,
			    struct snapshot_request *ret_request)
{
	const msgpack_object *object, *values[S_KEYS];
	struct text op;
	int64_t version;
	int err = msg_parse(reader, message, MSG_DEPTH_DAEMON, &object);

	*ret_request = (struct snapshot_request){ 0 };
	if (!err)
		err = msg_fields(object, keys, S_KEYS, values);
	if (err)
		return err == LIFT_E_MEMORY ? err : LIFT_E_MALFORMED;
	if (!values[S_V] || !msg_get_int(values[S_V], &version))
		return LIFT_E_MALFORMED;
	if (version != 1)
		return LIFT_E_VERSION;
	if (values[S_OP] && !msg_get_text(values[S_OP], &op))
		return LIFT_E_MALFORMED;
	if (!values[S_OP] || !text_equal(op, text_of("snapshot")))
		return LIFT_E_OP;
	err = read_prefixes(values[S_TOPICS], ret_request);
	return err ? err : read_page(values, ret_request);
}

void snapshot_request_encode(struct msg_writer *writer, const struct snapshot_request *request)
{
	msg_map_begin(writer);
	msg_key_int(writer, "v", 1);
	msg_key_str(writer, "op", "snapshot");
	msg_str(writer, "topics");
	msg_array(writer, request->n_prefixes);
	for (size_t i = 0; i < request->n_prefixes; i++)
		msg_text(writer, request->prefixes[i]);
	msg_key_int(writer, "limit", request->limit);
	if (request->after.size > 0) {
		msg_key_text(writer, "after", request->after);
	}
	if (request->has_since) {
		msg_key_int(writer, "since", request->since);
		msg_key_int(writer, "epoch", request->epoch);
	}
	msg_map_end(writer);
}

void snapshot_end_encode(struct msg_writer *writer, const struct snapshot_end *end)
{
	msg_map_begin(writer);
	msg_key_int(writer, "v", 1);
	msg_key_int(writer, "epoch", end->epoch);
	msg_key_int(writer, "seq", (int64_t)end->seq);
	msg_key_bool(writer, "complete", end->complete);
	msg_key_int(writer, "count", end->count);
	msg_str(writer, "next");
	if (end->next.size > 0)
		msg_text(writer, end->next);
	else
		msg_nil(writer);
	msg_map_end(writer);
}

void snapshot_error_encode(struct msg_writer *writer, int err)
{
	msg_map_begin(writer);
	msg_key_int(writer, "v", 1);
	msg_key_str(writer, "code", lift_err_code(err));
	msg_key_str(writer, "text", lift_err_text(err));
	msg_map_end(writer);
}
