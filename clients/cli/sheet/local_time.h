/* SPDX-License-Identifier: Apache-2.0 */
/*
 * local_time.h - days and times as people and spreadsheets of Norway, Sweden, Denmark and
 * English-speaking countries write them, without a time zone.
 *
 * "31.12.2025", "31/12-2025", "2025-12-31", "31/12/2025", "12/31/2025", "31. desember 2025",
 * "December 31, 2025", "Wednesday, 31 December 2025, 2:05 PM", "2025-12-31 14:05:30". What a text
 * does not tell is which of its numbers is the day: it has the orders in which they may be read.
 */
#ifndef LIFT_CLI_SHEET_LOCAL_TIME_H
#define LIFT_CLI_SHEET_LOCAL_TIME_H

#include "proto/bytes.h"

enum day_order { ORDER_DMY = 1, ORDER_MDY = 2, ORDER_YMD = 4 }; /* bits */

enum { ORDERS = 3, ORDER_NAME = 6 /* bytes of "D/M/Y" with its 0 */ };

/* What stands between the numbers: the same sign is read in the same order in all of a column. */
enum day_sign { SIGN_DOT, SIGN_SLASH, SIGN_DASH, SIGNS };

struct local_time {
	uint8_t orders; /* the bits of all in which it is a day; at least one */
	uint8_t sign;	/* enum day_sign */
	int32_t numbers[3];
	uint8_t digits[3]; /* of each number */
	int32_t ms;	   /* of the day; 0 where it says none */
};

/* False where it is no such text. */
bool local_time_read(struct text text, struct local_time *ret_time);

/* The day that it is in an order, one of its own: a day of proto/day.h. */
int32_t local_time_day(const struct local_time *time, enum day_order order);

/* Other bits than those that it may have: only by a map's word, "D.M.Y"; in any signs, capitals
 * or small. 0: it is none of the three. */
enum day_order day_order_of(struct text form);

/* "D/M/Y" and the like; of a sign. */
void day_order_name(enum day_order order, enum day_sign sign, char to[static ORDER_NAME]);

#endif
