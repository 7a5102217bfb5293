/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/answer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/cli/cli.h"
#include "clients/cli/reach.h"
#include "clients/cli/text/print.h"
#include "clients/lib/lift.h"
#include "proto/err_code.h"

enum {
	PLACE_MAX = 192,  /* bytes of where something is, in an answer */
	KNOWN_SHOWN = 20, /* codes or ids in a complaint */
};

static const json_int_t count_max = INT64_C(1) << 53;

/* Where a check is: "sources[3].missing". What does not fit is cut. */
struct place {
	char text[PLACE_MAX];
	size_t size;
};

__attribute__((format(printf, 2, 3))) static void enter(struct place *place, const char *format,
							...)
{
	size_t room = PLACE_MAX - place->size;
	va_list args;
	int size;

	va_start(args, format);
	size = vsnprintf(place->text + place->size, room, format, args);
	va_end(args);
	if (size > 0)
		place->size += (size_t)size < room ? (size_t)size : room - 1;
}

static void leave(struct place *place, size_t size)
{
	place->size = size;
	place->text[size] = 0;
}

static bool fits(const json_t *value, const struct shape *shape, struct place *place);

static bool map_fits(const json_t *map, const struct shape *parts, struct place *place)
{
	size_t size = place->size;

	for (; parts->kind != SHAPE_END; parts++) {
		enter(place, "%s%s", size ? "." : "", parts->key);
		if (!fits(json_object_get(map, parts->key), parts, place))
			return false;
		leave(place, size);
	}
	return true;
}

static bool values_fit(const json_t *map, const struct shape *each, struct place *place)
{
	size_t size = place->size;
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)map, key, value)
	{
		enter(place, "%s%s", size ? "." : "", key);
		if (!fits(value, each, place))
			return false;
		leave(place, size);
	}
	return true;
}

static bool list_fits(const json_t *list, const struct shape *each, struct place *place)
{
	size_t size = place->size;

	for (size_t i = 0; i < json_array_size(list); i++) {
		enter(place, "[%zu]", i);
		if (!fits(json_array_get(list, i), each, place))
			return false;
		leave(place, size);
	}
	return true;
}

static bool row_fits(const json_t *row, const struct shape *parts, struct place *place)
{
	size_t size = place->size;

	for (size_t i = 0; parts[i].kind != SHAPE_END; i++) {
		enter(place, "[%zu]", i);
		if (!fits(json_array_get(row, i), &parts[i], place))
			return false;
		leave(place, size);
	}
	return true;
}

static bool is_count(const json_t *value, json_int_t most)
{
	json_int_t n = json_integer_value(value);

	return json_is_integer(value) && n >= 0 && n <= most;
}

/* Where it does not, the place stays where it does not. */
static bool fits(const json_t *value, const struct shape *shape, struct place *place)
{
	if (!value || json_is_null(value))
		return shape->optional;
	switch (shape->kind) {
	case SHAPE_TEXT:
		return json_is_string(value);
	case SHAPE_COUNT:
		return is_count(value, count_max);
	case SHAPE_SUM:
		return is_count(value, INT64_MAX);
	case SHAPE_FLAG:
		return json_is_boolean(value);
	case SHAPE_MAP:
		return json_is_object(value) && map_fits(value, shape->parts, place);
	case SHAPE_MAP_OF:
		return json_is_object(value) && values_fit(value, shape->parts, place);
	case SHAPE_LIST:
		return json_is_array(value) && list_fits(value, shape->parts, place);
	case SHAPE_ROW:
		return json_is_array(value) && row_fits(value, shape->parts, place);
	case SHAPE_ANY:
	case SHAPE_END:
		break;
	}
	return true;
}

bool shape_fits(const json_t *map, const struct shape *parts,
		char ret_problem[static SHAPE_PROBLEM_MAX])
{
	struct place place = { .size = 0 };

	if (json_is_object(map) && map_fits(map, parts, &place))
		return true;
	snprintf(ret_problem, SHAPE_PROBLEM_MAX, "%s is not there, or not as the protocol has it",
		 place.size ? place.text : "a map");
	return false;
}

struct asking {
	const struct question *question;
	int status;
};

/* What there is instead. */
static void complain_known(const json_t *answer)
{
	const json_t *known = json_object_get(answer, "known"), *text;
	char *line = NULL;
	size_t size, i;
	FILE *out;

	if (json_array_size(known) == 0 || !(out = open_memstream(&line, &size)))
		return;
	json_array_foreach(known, i, text)
	{
		if (i == KNOWN_SHOWN)
			break;
		fputs(i ? ", " : "", out);
		print_text(out, json_string_value(text) ? json_string_value(text) : "", 0);
	}
	if (json_number(answer, "n_known") > (json_int_t)i)
		fprintf(out, ", and %" JSON_INTEGER_FORMAT " more",
			json_number(answer, "n_known") - (json_int_t)i);
	if (fclose(out) == 0)
		complain("known %s: %s",
			 strcmp(json_text(answer, "code"), "unknown-region") == 0 ? "regions"
										  : "ids",
			 line);
	free(line);
}

void refusal_complain(const json_t *answer)
{
	complain("refused: %s (%s)", json_text(answer, "text"), json_text(answer, "code"));
	complain_known(answer);
}

int complain_not_understood(const char *problem)
{
	complain("the daemon's answer could not be understood: %s", problem);
	return STATUS_SYSTEM;
}

static bool is_refusal(const json_t *answer, const struct answer_shape *shape)
{
	if (shape->op)
		return strcmp(json_text(answer, "op"), "nack") == 0;
	return json_is_false(json_object_get(answer, "ok"));
}

static bool is_answer(const json_t *answer, const struct answer_shape *shape)
{
	if (shape->op)
		return strcmp(json_text(answer, "op"), shape->op) == 0;
	return json_is_true(json_object_get(answer, "ok"));
}

static void take_refusal(struct asking *asking, const json_t *answer)
{
	static const struct shape refusal[] = {
		{ "code", SHAPE_TEXT, NULL, false },
		{ "text", SHAPE_TEXT, NULL, false },
		{ NULL, SHAPE_END, NULL, false },
	};
	const struct question *question = asking->question;
	char problem[SHAPE_PROBLEM_MAX];
	int err;

	if (!shape_fits(answer, refusal, problem)) {
		asking->status = complain_not_understood(problem);
		return;
	}
	err = lift_err_of_code(text_of(json_text(answer, "code")));
	asking->status = err ? exit_status_of(err) : STATUS_REFUSED; /* of a newer daemon */
	if (question->refused)
		question->refused(question->context, answer);
	else
		refusal_complain(answer);
}

/* A message; LIFT_E_STOPPED where it is the last one, whatever it says of more. */
static int take_message(void *context, const json_t *answer)
{
	struct asking *asking = context;
	const struct question *question = asking->question;
	const struct answer_shape *shape = question->shape;
	bool more = json_is_true(json_object_get(answer, "more"));
	char problem[SHAPE_PROBLEM_MAX];

	if (json_integer_value(json_object_get(answer, "v")) != 1) {
		asking->status = complain_not_understood("v is not 1");
		return LIFT_E_STOPPED;
	}
	if (is_refusal(answer, shape)) {
		take_refusal(asking, answer);
		return LIFT_E_STOPPED;
	}
	if (!is_answer(answer, shape)) {
		asking->status = complain_not_understood(
			shape->op ? "op is not that of the question" : "ok is not true or false");
		return LIFT_E_STOPPED;
	}
	if (!shape_fits(answer, more && shape->more ? shape->more : shape->parts, problem)) {
		asking->status = complain_not_understood(problem);
		return LIFT_E_STOPPED;
	}
	return question->take(question->context, answer);
}

int question_ask(const struct question *question)
{
	struct asking asking = { question, reach(question->endpoint) };
	struct msg_writer *writer;
	int err = LIFT_E_MEMORY;

	if (asking.status != STATUS_WELL)
		return asking.status;
	writer = msg_writer_new();
	if (writer) {
		request_encode(writer, question->request);
		err = lift_request(question->endpoint, question->keys, msg_written(writer).data,
				   msg_written(writer).size, question->timeout_ms, take_message,
				   &asking);
	}
	msg_writer_free(writer);
	if (asking.status != STATUS_WELL)
		return asking.status;
	if (err == LIFT_E_MALFORMED)
		return complain_not_understood(lift_err_text(err));
	return err ? complain_endpoint(question->endpoint, question->keys, err) : STATUS_WELL;
}

static int join_messages(void *context, const json_t *answer)
{
	json_t *all = context, *value;
	const char *key;
	int err = 0;

	json_object_foreach((json_t *)answer, key, value)
	{
		json_t *before = json_object_get(all, key);

		if (json_is_array(before) && json_is_array(value))
			err |= json_array_extend(before, value);
		else
			err |= json_object_set(all, key, value);
	}
	return err ? LIFT_E_MEMORY : 0;
}

json_t *question_ask_whole(const struct question *question, int *ret_status)
{
	struct question joined = *question;
	json_t *whole = json_object();

	if (!whole) {
		complain("out of memory");
		*ret_status = STATUS_SYSTEM;
		return NULL;
	}
	joined.take = question->join ? question->join : join_messages;
	joined.context = whole;
	*ret_status = question_ask(&joined);
	if (*ret_status == STATUS_WELL)
		return whole;
	json_decref(whole);
	return NULL;
}
