/* SPDX-License-Identifier: Apache-2.0 */
/*
 * forms.h - numbers, shares, days and months as each language writes them.
 */
#ifndef LIFT_CLI_REPORT_WORDS_FORMS_H
#define LIFT_CLI_REPORT_WORDS_FORMS_H

#include "clients/cli/report/words/words.h"

enum { FORM_TEXT = 64 /* bytes of any of these with its 0 */ };

/* "1234", "12 345"; a sign before what is more, where it is asked for. */
void form_count(enum language language, int64_t n, bool sign, char to[static FORM_TEXT]);

/* Of `of`, which is above 0: "62,5 %". 100 % is what is whole, 0 % what is nothing. */
void form_share(enum language language, int64_t n, int64_t of, char to[static FORM_TEXT]);

/* Hundredths of a percent, with a sign: "+12,5". */
void form_points(enum language language, int64_t hundredths, char to[static FORM_TEXT]);

/* "29.11.2026", "2026-11-29", "29 Nov 2026" of a day YYYY-MM-DD; what is none stays as it is. */
void form_day(enum language language, const char *day, char to[static FORM_TEXT]);

/* "nov. 2026" of the month YYYY-MM that a text begins with; what is none stays as it is. */
void form_month(enum language language, const char *month, char to[static FORM_TEXT]);

#endif
