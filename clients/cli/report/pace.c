/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/report/pace.h"

#include "clients/cli/text/print.h"
#include "proto/day.h"

/* A month has 365.25 / 12 days: MONTHS of them have DAYS_OF_MONTHS. */
enum { MONTHS = 48, DAYS_OF_MONTHS = 1461 };

static int32_t day_of(const char *text)
{
	int32_t day = 0;

	return day_parse(text_of(text), &day) == 0 ? day : 0;
}

bool draft_pace(const struct draft *draft, struct pace *ret_pace)
{
	const struct report_input *input = draft->input;
	const char *ends = json_text(draft->programme, "to");
	struct pace pace = { day_of(input->known_to) - day_of(input->pace_from),
			     day_of(ends) - day_of(input->known_to) };

	if (!*ends || !*input->pace_from || pace.days <= 0 || pace.left <= 0)
		return false;
	*ret_pace = pace;
	return true;
}

int64_t pace_a_month(const struct pace *pace, int64_t missing)
{
	int64_t days = (int64_t)pace->left * MONTHS;

	if (missing <= 0)
		return 0;
	/* In less than a month all of it. */
	if (days <= DAYS_OF_MONTHS)
		return missing;
	return (int64_t)(((__int128)missing * DAYS_OF_MONTHS + days - 1) / days);
}

int64_t pace_ahead(const struct pace *pace, int64_t was, int64_t is)
{
	__int128 twice = ((__int128)is - was) * pace->left * 2, ahead;

	ahead = is + (twice + (twice < 0 ? -pace->days : pace->days)) / (2 * (__int128)pace->days);
	return ahead < 0 ? 0 : ahead > INT64_MAX ? INT64_MAX : (int64_t)ahead;
}

void draft_pace_note(struct draft *draft)
{
	const char *ends = json_text(draft->programme, "to");
	struct document *document = draft->document;
	struct pace pace;

	if (draft_pace(draft, &pace))
		draft_note(draft,
			   document_say_all(document, WORD_PACE_IS,
					    (const char *const[]){
						    document_count(document, pace.days),
						    document_day(document, draft->input->known_to),
						    document_day(document, ends),
						    document_count(document, pace.left) },
					    4));
	else if (!*ends)
		draft_note(draft, draft_word(draft, WORD_PACE_NO_END));
	else
		draft_note(draft,
			   draft_say(draft, WORD_PACE_ENDED, document_day(document, ends), NULL));
}
