/* SPDX-License-Identifier: Apache-2.0 */
/*
 * answer.h - asking the daemon, and whether its answer can be understood.
 *
 * An answer comes from outside. Each kind of answer has a table of what it must have (shapes.h);
 * only an answer that has it all is read. What a table does not name is skipped.
 */
#ifndef LIFT_CLI_ANSWER_H
#define LIFT_CLI_ANSWER_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "clients/lib/lift.h"
#include "proto/control.h"

enum shape_kind {
	SHAPE_END, /* of a table */
	SHAPE_TEXT,
	SHAPE_COUNT, /* an integer from 0 to 2^53 */
	SHAPE_SUM,   /* of such: an integer from 0 to 2^63-1 */
	SHAPE_FLAG,
	SHAPE_ANY,
	SHAPE_MAP,    /* has the keys that `parts` names */
	SHAPE_MAP_OF, /* each of its values is as the first of `parts` */
	SHAPE_LIST,   /* each of its elements is as the first of `parts` */
	SHAPE_ROW,    /* its first elements are as `parts`, one after the other */
};

struct shape {
	const char *key; /* in a map; NULL elsewhere */
	enum shape_kind kind;
	const struct shape *parts; /* ends with SHAPE_END; NULL where there are none */
	bool optional;		   /* may be absent or nil */
};

enum { SHAPE_PROBLEM_MAX = 256 };

/* Has the map all that `parts` names? Else what is wrong: "sources[3].missing is no count". */
bool shape_fits(const json_t *map, const struct shape *parts,
		char ret_problem[static SHAPE_PROBLEM_MAX]);

/* Of one question. */
struct answer_shape {
	const char *op;		   /* what intake answers with; NULL: it is control, `ok` is true */
	const struct shape *parts; /* of a message */
	const struct shape *more;  /* of one that others follow; NULL: the same */
};

struct question {
	const char *endpoint;
	const struct lift_keys *keys; /* NULL: there are none */
	const struct request *request;
	int timeout_ms;
	const struct answer_shape *shape;

	/* Each message of the answer that has its shape, borrowed. 0, or an error that ends it. */
	int (*take)(void *context, const json_t *answer);

	/* The same of question_ask_whole, whose context is an object that is returned; NULL: keys
	 * of all messages are put together, arrays one behind another. */
	int (*join)(void *whole, const json_t *answer);

	/* A refusal, borrowed; NULL: refusal_complain. */
	void (*refused)(void *context, const json_t *answer);
	void *context;
};

/* Ask, and wait for the whole answer: a status. Whatever is not well has been complained about. */
int question_ask(const struct question *question);

/* Ask, and wait for the whole answer, put together, which the caller owns; NULL where there is
 * none: *ret_status then is the status to exit with. `take` and `context` are not looked at. */
json_t *question_ask_whole(const struct question *question, int *ret_status);

/* And, where it says so, what there is instead. */
void refusal_complain(const json_t *answer);

/* Complain that something of the daemon's cannot be understood: the status to exit with. */
int complain_not_understood(const char *problem);

#endif
