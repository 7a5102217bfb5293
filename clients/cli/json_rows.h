/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_rows.h - one object of a file of JSON as an encoded event (METRICS 1).
 */
#ifndef LIFT_CLI_JSON_ROWS_H
#define LIFT_CLI_JSON_ROWS_H

#include "clients/cli/sheet/row.h"
#include "proto/msg.h"

/* The keys that an event must have, in words. */
#define JSON_ROW_KEYS "type, time, learner, module and region"

/* Write an object's event. LIFT_E_MALFORMED, with the problem, where it is none; then ret_shape
 * says what it is instead ("xAPI statements"), "" where it lacks keys and is nothing that is known,
 * NULL where it is no object of values at all. LIFT_E_MEMORY. */
int json_row_read(struct text record, struct msg_writer *writer, const char **ret_shape,
		  char problem[static ROWS_PROBLEM_MAX]);

#endif
