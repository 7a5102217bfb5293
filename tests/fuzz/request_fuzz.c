/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests of control and hellos: each key a text of the message, and the same when encoded and
 * read again.
 */
#include "proto/control.h"
#include "proto/event.h"
#include "tests/fuzz/fuzz.h"

enum { N_TEXTS = 14 };

static void texts_of(const struct request *request, struct text to[static N_TEXTS])
{
	const struct text texts[N_TEXTS] = {
		request->op,	   request->source, request->stream, request->as_of,
		request->plane,	   request->region, request->kind,   request->id,
		request->dir,	   request->seen,   request->code,   request->later,
		request->from_day, request->to_day,
	};

	memcpy(to, texts, sizeof(texts));
}

static bool may_be(int err)
{
	static const int errs[] = {
		0,	    LIFT_E_MALFORMED, LIFT_E_VERSION,  LIFT_E_SOURCE,	LIFT_E_STREAM,
		LIFT_E_DAY, LIFT_E_LATER,     LIFT_E_KNOWN_AT, LIFT_E_LEARNERS, LIFT_E_RELEASE
	};

	for (size_t i = 0; i < sizeof(errs) / sizeof(errs[0]); i++)
		if (err == errs[i])
			return true;
	return false;
}

/* Each of them is an id, or none. */
static void check_learners(const struct request *request, struct text message)
{
	struct text learner;

	REQUIRE(request->n_learners <= ROSTER_IDS_MAX);
	REQUIRE(!request_learner(request, request->n_learners, &learner));
	for (size_t i = 0; i < request->n_learners; i++)
		if (request_learner(request, i, &learner))
			REQUIRE(learner.size >= 1 && learner.size <= LEARNER_MAX &&
				fuzz_is_borrowed(learner, message));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct msg_reader *reader = msg_reader_new(), *other = msg_reader_new();
	struct msg_writer *writer = msg_writer_new();
	struct text message = fuzz_text(data, size), texts[N_TEXTS], texts_again[N_TEXTS];
	struct request request, again;
	int err = request_decode(reader, message, &request);

	REQUIRE(may_be(err));
	if (!err) {
		check_learners(&request, message);
		request_encode(writer, &request);
		REQUIRE(request_decode(other, msg_written(writer), &again) == 0);
		REQUIRE(request.known_at == again.known_at && request.to == again.to &&
			request.release == again.release && request.count == again.count);
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
