/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests for a page of a snapshot: in range, and the same when encoded and read again.
 */
#include "proto/snapshot.h"
#include "tests/fuzz/fuzz.h"

static void check_request(const struct snapshot_request *request, struct text message)
{
	REQUIRE(request->n_prefixes >= 1 && request->n_prefixes <= SNAPSHOT_PREFIXES_MAX);
	REQUIRE(request->limit >= 1 && request->limit <= SNAPSHOT_LIMIT_MAX);
	REQUIRE(fuzz_is_borrowed(request->after, message));
	for (size_t i = 0; i < request->n_prefixes; i++)
		REQUIRE(fuzz_is_borrowed(request->prefixes[i], message));
}

static void check_equal(const struct snapshot_request *a, const struct snapshot_request *b)
{
	REQUIRE(a->n_prefixes == b->n_prefixes && a->limit == b->limit);
	REQUIRE(text_equal(a->after, b->after) && a->has_since == b->has_since);
	REQUIRE(!a->has_since || (a->since == b->since && a->epoch == b->epoch));
	for (size_t i = 0; i < a->n_prefixes; i++)
		REQUIRE(text_equal(a->prefixes[i], b->prefixes[i]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct msg_reader *reader = msg_reader_new(), *other = msg_reader_new();
	struct msg_writer *writer = msg_writer_new();
	struct text message = fuzz_text(data, size);
	struct snapshot_request request, again;
	int err = snapshot_request_decode(reader, message, &request);

	REQUIRE(err == 0 || err == LIFT_E_MALFORMED || err == LIFT_E_VERSION || err == LIFT_E_OP ||
		err == LIFT_E_TOPICS || err == LIFT_E_LIMIT);
	if (!err) {
		check_request(&request, message);
		snapshot_request_encode(writer, &request);
		REQUIRE(snapshot_request_decode(other, msg_written(writer), &again) == 0);
		check_equal(&request, &again);
	}
	msg_writer_free(writer);
	msg_reader_free(reader);
	msg_reader_free(other);
	return 0;
}
