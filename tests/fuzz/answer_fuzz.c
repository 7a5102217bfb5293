/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What clients read: answers of intake with their rejected rows, and any message as JSON.
 */
#include "proto/control.h"
#include "proto/json.h"
#include "tests/fuzz/fuzz.h"

static void check_extras(const struct answer *answer, struct text message)
{
	struct number_range range;
	struct unknown unknown;

	for (size_t i = 0; i < answer->n_uncounted; i++)
		if (answer_uncounted(answer, i, &range) == 0)
			REQUIRE(range.first <= range.last && range.last <= INT64_MAX);
	REQUIRE(answer_uncounted(answer, answer->n_uncounted, &range) == LIFT_E_MALFORMED);
	if (answer_unknown(answer, &unknown) != 0)
		return;
	REQUIRE(unknown.n_texts <= UNKNOWN_TEXTS_MAX);
	for (size_t i = 0; i < unknown.n_texts; i++) {
		REQUIRE(unknown.texts[i].kind < UNKNOWN_KINDS);
		REQUIRE(fuzz_is_borrowed(unknown.texts[i].text, message));
		REQUIRE(fuzz_is_borrowed(unknown.texts[i].meant, message));
		REQUIRE(fuzz_is_borrowed(unknown.texts[i].attr, message));
	}
}

static void check_answer(const struct answer *answer, struct text message)
{
	struct text code, text;
	uint64_t seq;

	REQUIRE(answer->what == ANSWER_WELCOME || answer->what == ANSWER_ACK ||
		answer->what == ANSWER_NACK || answer->what == ANSWER_CLOSED);
	REQUIRE(answer->first <= INT64_MAX && answer->next <= INT64_MAX);
	REQUIRE(fuzz_is_borrowed(answer->source, message));
	REQUIRE(fuzz_is_borrowed(answer->stream, message));
	REQUIRE(fuzz_is_borrowed(answer->code, message));
	REQUIRE(fuzz_is_borrowed(answer->text, message));
	for (size_t i = 0; i < answer->n_rejected; i++) {
		if (answer_rejected(answer, i, &seq, &code, &text) != 0)
			continue;
		REQUIRE(seq <= INT64_MAX);
		REQUIRE(fuzz_is_borrowed(code, message) && fuzz_is_borrowed(text, message));
	}
	REQUIRE(answer_rejected(answer, answer->n_rejected, &seq, &code, &text) ==
		LIFT_E_MALFORMED);
	check_extras(answer, message);
}

/* As one line that can be read, and back as the same. */
static void check_json(const json_t *json, struct msg_reader *reader)
{
	struct msg_writer *writer = msg_writer_new();
	char *line = json_line(json);
	json_t *again;

	REQUIRE(line && !strchr(line, '\n') && msg_is_utf8(line, strlen(line)));
	free(line);
	json_to_msg(json, writer);
	REQUIRE(json_from_msg(reader, msg_written(writer), &again) == 0);
	REQUIRE(json_equal(json, again));
	json_decref(again);
	msg_writer_free(writer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct msg_reader *reader = msg_reader_new();
	struct text message = fuzz_text(data, size);
	struct answer answer;
	json_t *json;
	int err = answer_decode(reader, message, &answer);

	REQUIRE(err == 0 || err == LIFT_E_MALFORMED || err == LIFT_E_VERSION || err == LIFT_E_OP);
	if (!err)
		check_answer(&answer, message);
	err = json_from_msg(reader, message, &json);
	REQUIRE(err == 0 || err == LIFT_E_MALFORMED);
	if (!err) {
		check_json(json, reader);
		json_decref(json);
	}
	msg_reader_free(reader);
	return 0;
}
