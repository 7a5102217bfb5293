/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/report/words/forms.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "proto/day.h"

#define SPACE "\xc2\xa0" /* that no line is broken at */

/* How each language writes them: {0} is the day, {1} the month as a number, {2} its name. */
static const struct {
	const char *decimal, *thousands, *percent;
	bool iso, dots;
} forms[LANGUAGES] = {
	[LANGUAGE_EN] = { ".", ",", "%", false, false },
	[LANGUAGE_NB] = { ",", SPACE, SPACE "%", false, true },
	[LANGUAGE_SV] = { ",", SPACE, SPACE "%", true, false },
	[LANGUAGE_DA] = { ",", ".", SPACE "%", false, true },
};

enum { THOUSAND = 1000, GROUPED_FROM = 10000 /* four digits are read at one glance */ };

void form_count(enum language language, int64_t n, bool sign, char to[static FORM_TEXT])
{
	uint64_t left = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
	char text[FORM_TEXT] = "", part[FORM_TEXT];
	bool grouped = left >= GROUPED_FROM;

	while (grouped && left >= THOUSAND) {
		snprintf(part, sizeof(part), "%s%03" PRIu64 "%.32s", forms[language].thousands,
			 left % THOUSAND, text);
		memcpy(text, part, sizeof(text));
		left /= THOUSAND;
	}
	snprintf(to, FORM_TEXT, "%s%" PRIu64 "%.32s",
		 n < 0		 ? "-"
		 : sign && n > 0 ? "+"
				 : "",
		 left, text);
}

/* Tenths of a percent, to the nearest; but what is not whole is below 100 %, and what is not
 * nothing above 0 %. */
static int64_t tenths(int64_t n, int64_t of)
{
	int64_t rounded = (int64_t)((2000 * (__int128)n + of) / (2 * (__int128)of));

	if (n < of && rounded >= THOUSAND)
		return THOUSAND - 1;
	return n > 0 && rounded == 0 ? 1 : rounded;
}

void form_share(enum language language, int64_t n, int64_t of, char to[static FORM_TEXT])
{
	int64_t share = tenths(n, of);

	snprintf(to, FORM_TEXT, "%" PRId64 "%s%d%s", share / 10, forms[language].decimal,
		 (int)(share % 10), forms[language].percent);
}

void form_points(enum language language, int64_t hundredths, char to[static FORM_TEXT])
{
	int64_t size = (llabs(hundredths) + 5) / 10;

	snprintf(to, FORM_TEXT, "%s%" PRId64 "%s%d",
		 size == 0	  ? ""
		 : hundredths < 0 ? "-"
				  : "+",
		 size / 10, forms[language].decimal, (int)(size % 10));
}

void form_day(enum language language, const char *day, char to[static FORM_TEXT])
{
	int32_t number, year, month, mday;

	if (forms[language].iso || day_parse(text_of(day), &number) != 0) {
		snprintf(to, FORM_TEXT, "%s", day);
		return;
	}
	day_to_date(number, &year, &month, &mday);
	if (forms[language].dots)
		snprintf(to, FORM_TEXT, "%02d.%02d.%04d", mday, month, year);
	else
		snprintf(to, FORM_TEXT, "%d" SPACE "%s" SPACE "%04d", mday,
			 word_in(language, WORD_JANUARY + (enum word)(month - 1)), year);
}

void form_month(enum language language, const char *month, char to[static FORM_TEXT])
{
	int year = 0, of_year = 0;

	if (sscanf(month, "%4d-%2d", &year, &of_year) != 2 || of_year < 1 || of_year > 12) {
		snprintf(to, FORM_TEXT, "%s", month);
		return;
	}
	snprintf(to, FORM_TEXT, "%s" SPACE "%04d",
		 word_in(language, WORD_JANUARY + (enum word)(of_year - 1)), year);
}
