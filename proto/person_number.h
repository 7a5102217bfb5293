/* SPDX-License-Identifier: Apache-2.0 */
/*
 * person_number.h - numbers that states give to people, found in a text. Pure.
 *
 * A number stands alone: no letter or digit touches it. In front of its last four or five digits
 * there may be a hyphen, a plus or a space.
 */
#ifndef LIFT_PROTO_PERSON_NUMBER_H
#define LIFT_PROTO_PERSON_NUMBER_H

#include "proto/bytes.h"

/* Eleven digits, DDMMYYNNNCC: a date (of a D number with 40 more days; of a made-up or an H number
 * with 40, of test data with 80 more months), and check digits. The first of them may be up to
 * three too high, as of those that are given out from 2032 on. */
bool person_number_norwegian(struct text text, int year);
/* Ten or twelve, YYMMDDNNNC or YYYYMMDDNNNC: a date (of a coordination number with 60 more days) of
 * somebody of an age to learn, and Luhn's check digit of the last ten. */
bool person_number_swedish(struct text text, int year);
/* Ten, DDMMYYNNNN: a date (of a replacement number with 60 more days) of somebody of an age to
 * learn. Newer numbers have no check digit: it is asked for where there is no separator, since any
 * ten digits may stand anywhere. */
bool person_number_danish(struct text text, int year);

#endif
