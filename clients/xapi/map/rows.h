/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rows.h - the rows of the table: what a statement must be, and what becomes of it then.
 */
#ifndef LIFT_XAPI_MAP_ROWS_H
#define LIFT_XAPI_MAP_ROWS_H

#include "clients/xapi/map/words.h"

/* The key `rows`: of the shipped table, or those that change it or come before it. */
field_read field_rows;

/* After both: the rows in their order, and the list of each verb's. */
void rows_index(struct reader *reader);

#endif
