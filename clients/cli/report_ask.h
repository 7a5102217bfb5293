/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report_ask.h - what a report stands on: what was asked for, and all that was answered.
 *
 * It is one JSON object, which has all that the report is drawn from: who keeps it can draw the
 * same report again, without the daemon.
 */
#ifndef LIFT_CLI_REPORT_ASK_H
#define LIFT_CLI_REPORT_ASK_H

#include <jansson.h>

#include "clients/cli/asked.h"
#include "clients/cli/report/input.h"

struct report_question {
	const char *programme;
	const char *region;    /* NULL: all that is seen */
	const char *from, *to; /* days; NULL: the programme's */
};

/* Ask for all of it: the caller's object, or NULL, and complained about: *ret_status. */
json_t *report_ask(const struct asked *asked, const struct report_question *question,
		   int *ret_status);

/* The same to be drawn from; borrows all of it. */
void report_take(const json_t *answers, struct report_input *ret_input);

#endif
