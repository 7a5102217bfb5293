/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests of control and hellos: each key a text of the message, and the same when encoded and
 * read again.
 */
#include "proto/control.h"
#include "tests/fuzz/fuzz.h"

enum { N_TEXTS = 9 };

static void texts_of(const struct request *request, struct text to[static N_TEXTS])
{
	const struct text texts[N_TEXTS] = {
		request->op,	 request->source, request->stream, request->as_of, request->plane,
		request->region, request->kind,	  request->id,	   request->dir,
	};

	memcpy(to, texts, sizeof(texts));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct msg_reader *reader = msg_reader_new(), *other = msg_reader_new();
	struct msg_writer *writer = msg_writer_new();
	struct text message = fuzz_text(data, size), texts[N_TEXTS], texts_again[N_TEXTS];
	struct request request, again;
	int err = request_decode(reader, message, &request);

	REQUIRE(err == 0 || err == LIFT_E_MALFORMED || err == LIFT_E_VERSION);
	if (!err) {
		request_encode(writer, &request);
		REQUIRE(request_decode(other, msg_written(writer), &again) == 0);
		texts_of(&request, texts);
		texts_of(&again, texts_again);
		for (size_t i = 0; i < N_TEXTS; i++) {
			REQUIRE(fuzz_is_borrowed(texts[i], message));
			REQUIRE(text_equal(texts[i], texts_again[i]));
		}
	}
	msg_writer_free(writer);
	msg_reader_free(reader);
	msg_reader_free(other);
	return 0;
}
