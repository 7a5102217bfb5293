/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/report_choose.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "clients/cli/as_of.h"
#include "clients/cli/text/print.h"

enum {
	LIST_SIZE = 512, /* bytes of a list in a complaint */
	PACE_DAYS = 90,	 /* that a pace is taken from */
	AHEAD_MONTHS = 6,
};

static const json_t *find(const json_t *list, const char *key, const char *text)
{
	const json_t *item;
	size_t i;

	json_array_foreach(list, i, item) if (strcmp(json_text(item, key), text) == 0) return item;
	return NULL;
}

/* Texts, or the `key` of maps, one after the other, as many as fit. */
static const char *list(const json_t *items, const char *key, char to[static LIST_SIZE])
{
	const json_t *item;
	size_t i, size = 0;

	to[0] = 0;
	json_array_foreach(items, i, item)
	{
		const char *text = key ? json_text(item, key) : json_string_value(item);

		if (!text || size + strlen(text) + sizeof(", ...") > LIST_SIZE) {
			strcpy(to + size, " ...");
			break;
		}
		size += (size_t)sprintf(to + size, "%s%s", i ? ", " : "", text);
	}
	return to;
}

const json_t *report_programme(const json_t *catalogue, const char *id)
{
	const json_t *programmes = json_object_get(catalogue, "programmes");
	const json_t *programme = find(programmes, "id", id);
	char names[LIST_SIZE];

	if (!programme)
		complain("the catalogue has no programme '%s': it has %s", id,
			 json_array_size(programmes) ? list(programmes, "id", names)
						     : "none at all");
	return programme;
}

int report_complain_places(const json_t *programme, const struct report_input *input)
{
	const json_t *regions = json_object_get(programme, "regions");
	char codes[LIST_SIZE];

	complain("programme '%s' is %s%s: none of its places is in '%s'", input->programme,
		 json_array_size(regions) ? "in " : "everywhere", list(regions, NULL, codes),
		 input->region);
	return STATUS_REFUSED;
}

static int complain_region(const json_t *regions, const char *code)
{
	const json_t *region;
	size_t i;

	json_array_foreach(regions, i, region)
	{
		if (strcasecmp(json_text(region, "name"), code) != 0 &&
		    strcasecmp(json_text(region, "code"), code) != 0)
			continue;
		complain("the catalogue has no region '%s': the code of %s is '%s'", code,
			 json_text(region, "name"), json_text(region, "code"));
		return STATUS_REFUSED;
	}
	complain("the catalogue has no region '%s': --region takes a code, such as '%s'; "
		 "'lift catalogue' prints them all",
		 code,
		 json_text(json_array_get(regions, json_array_size(regions) > 2 ? 2 : 0), "code"));
	return STATUS_REFUSED;
}

/* Of an audience that does not see all: the one place of the programme, or the one region that is
 * in no other. NULL: there is not one. */
static const char *only_region(const json_t *programme, const json_t *regions)
{
	const json_t *own = json_object_get(programme, "regions"), *region;
	const char *top = NULL;
	size_t i, n = 0;

	if (json_array_size(own) > 0)
		return json_array_size(own) == 1 ? json_string_value(json_array_get(own, 0)) : NULL;
	json_array_foreach(regions, i, region)
	{
		if (json_array_size(json_object_get(region, "parents")) > 0)
			continue;
		top = json_text(region, "code");
		n++;
	}
	return n == 1 ? top : NULL;
}

int report_choose_region(const struct report_question *question, const json_t *programme,
			 const json_t *regions, const char **ret_region)
{
	char codes[LIST_SIZE];
	const char *region = question->region;

	if (!region)
		region = find(regions, "code", "all") ? "all" : only_region(programme, regions);
	if (!region) {
		complain("not all regions are seen here: name one of them, --region CODE: %s",
			 list(regions, "code", codes));
		return STATUS_REFUSED;
	}
	if (!find(regions, "code", region))
		return complain_region(regions, region);
	*ret_region = region;
	return STATUS_WELL;
}

const char *report_figures_of(const json_t *programme, const char *region)
{
	const json_t *own = json_object_get(programme, "regions");

	if (strcmp(region, "all") != 0 || json_array_size(own) != 1)
		return region;
	return json_string_value(json_array_get(own, 0));
}

static void copy_day(char to[static DAY_TEXT], const char *day)
{
	snprintf(to, DAY_TEXT, "%s", day);
}

/* What is said of a period whose first day is the programme's, whose last day was not said, where
 * the programme has ended. */
static const enum word period_words[2][2][2] = {
	{ { WORDS, WORDS }, { WORD_UNTIL_TODAY, WORD_TO_THE_END } },
	{ { WORD_FROM_THE_BEGINNING, WORD_FROM_THE_BEGINNING },
	  { WORD_PROGRAMME_UNTIL_TODAY, WORD_WHOLE_PROGRAMME } },
};

/* Days compare as texts; "" is no bound. */
static int check_period(const struct report_question *question, const json_t *programme,
			const json_t *status, const struct report_input *input)
{
	const char *today = json_text(status, "as_of");
	const char *begins = json_text(programme, "from"), *ends = json_text(programme, "to");

	if (strcmp(begins, today) > 0)
		complain("programme '%s' begins on %s, and today is %s: there is nothing to report "
			 "yet",
			 question->programme, begins, today);
	else if (strcmp(input->to, begins) < 0 || (*ends && strcmp(input->from, ends) > 0))
		complain("a period %s%s%s%s is outside programme '%s', which is %s%s%s%s",
			 *input->from ? "from " : "", input->from, *input->from ? " to " : "until ",
			 input->to, question->programme, *begins ? "from " : "", begins,
			 *ends ? " to " : "", ends);
	else if (strcmp(input->from, input->to) > 0)
		complain("--from %s is after the last day of the report, %s", input->from,
			 input->to);
	else
		return STATUS_WELL;
	return STATUS_REFUSED;
}

/* The day that the pace is taken from: so many days before the last of which anything is known, or
 * the day before the programme; "": it is over, or does not end. And how far ahead is asked what
 * lapses. */
static void choose_more_days(const json_t *programme, struct report_input *input)
{
	const char *ends = json_text(programme, "to"), *begins = json_text(programme, "from");
	int32_t last = 0, first;

	input->pace_from[0] = 0;
	day_parse(text_of(input->known_to), &last);
	first = day_add_months(last, AHEAD_MONTHS);
	day_print(first < day_of_date(9999, 12, 31) ? first : last, input->ahead_to);
	if (!*ends || strcmp(input->known_to, ends) >= 0)
		return;
	if (day_parse(text_of(begins), &first) != 0 || last - PACE_DAYS > first - 1)
		first = last - PACE_DAYS + 1;
	day_print(first - 1, input->pace_from);
}

int report_choose_days(const struct report_question *question, const json_t *programme,
		       const json_t *status, struct report_input *input)
{
	const char *today = json_text(status, "as_of");
	const char *begins = json_text(programme, "from"), *ends = json_text(programme, "to");
	bool ended = *ends && strcmp(ends, today) < 0;

	copy_day(input->from, question->from ? question->from : begins);
	copy_day(input->to, question->to ? question->to : ended ? ends : today);
	input->period_is = period_words[!question->from && *begins][!question->to][ended];
	if (check_period(question, programme, status, input) != STATUS_WELL)
		return STATUS_REFUSED;
	as_of_say(status, input->to);
	as_of_known(status, input->to, input->known_to);
	choose_more_days(programme, input);
	return STATUS_WELL;
}

bool report_day_before(const char *from, const json_t *programme, char to[static DAY_TEXT])
{
	int32_t day;

	if (day_parse(text_of(from), &day) != 0 || strcmp(from, json_text(programme, "from")) <= 0)
		return false;
	day_print(day - 1, to);
	return true;
}
