/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/lib/error.h"
#include "proto/control.h"
#include "proto/err_code.h"

struct told {
	uint64_t next;
	int err;
};

static int take_welcome(void *context, const json_t *answer)
{
	struct told *told = context;
	const char *op = json_string_value(json_object_get(answer, "op"));
	const char *code = json_string_value(json_object_get(answer, "code"));
	json_int_t next = json_integer_value(json_object_get(answer, "next"));

	if (code && lift_err_of_code(text_of(code)))
		told->err = lift_err_of_code(text_of(code));
	else if (json_is_true(json_object_get(answer, "closed")))
		told->err = LIFT_E_CLOSED;
	else if (!code && op && strcmp(op, "welcome") == 0 && next > 0)
		told->err = 0;
	told->next = (uint64_t)next;
	return told->err;
}

int lift_stream_next(const char *endpoint, const struct lift_keys *keys, const char *source,
		     const char *stream, int timeout_ms, uint64_t *ret_next)
{
	struct told told = { .err = LIFT_E_MALFORMED };
	struct msg_writer *writer;
	struct request hello = { .op = text_of("hello") };
	struct text message;
	int err;

	if (!source || !stream)
		return error_told(source ? LIFT_E_STREAM : LIFT_E_SOURCE);
	writer = msg_writer_new();
	if (!writer)
		return error_told(LIFT_E_MEMORY);
	hello.source = text_of(source);
	hello.stream = text_of(stream);
	request_encode(writer, &hello);
	message = msg_written(writer);
	err = message.size ? lift_request(endpoint, keys, message.data, message.size, timeout_ms,
					  take_welcome, &told)
			   : error_told(LIFT_E_MEMORY);
	msg_writer_free(writer);
	if (!err)
		*ret_next = told.next;
	return err; /* which lift_request has told */
}
