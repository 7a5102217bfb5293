/* SPDX-License-Identifier: Apache-2.0 */
/*
 * values.h - texts in files of events as the values that they stand for, as spreadsheets and
 * programs write them. Only what can mean one thing is taken; texts are UTF-8.
 */
#ifndef LIFT_CLI_SHEET_VALUES_H
#define LIFT_CLI_SHEET_VALUES_H

#include "proto/bytes.h"

/* Without what nobody sees at its ends: spaces of any width, marks of order and direction. */
struct text value_trim(struct text text);

/* Milliseconds since 1970 UTC; what is finer is cut. */
bool value_time(struct text text, int64_t *ret_ms);

/* Decimal digits with a point or a comma, and an exponent; of a hundred where a per cent sign is
 * behind them. */
bool value_score(struct text text, double *ret_score);

/* TRUE and FALSE, in any case, also as spreadsheets of the North write them. */
bool value_passed(struct text text, bool *ret_passed);

#endif
