/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/report/head.h"

#include <inttypes.h>
#include <string.h>

#include "clients/cli/text/print.h"
#include "proto/iso8601.h"

enum { NAMES_SHOWN = 12 /* regions, modules in the head */ };

static const char *name_of_place(const struct draft *draft, size_t place)
{
	return label_of(draft->document->language,
			json_array_get(json_object_get(draft->input->catalogue, "regions"), place),
			"code");
}

static const char *and_more(struct draft *draft, const char *names, size_t n)
{
	return document_text(
		draft->document, "%s, %s", names,
		draft_say(draft, WORD_AND_MORE, document_count(draft->document, (int64_t)n), NULL));
}

/* "from 1.1.2025 to 30.6.2025", or as much of it as there is. */
static const char *days_text(struct draft *draft, const char *from, const char *to)
{
	const char *first = document_day(draft->document, from);
	const char *last = document_day(draft->document, to);

	if (*from && *to)
		return draft_say(draft, WORD_FROM_TO, first, last);
	if (*from)
		return draft_say(draft, WORD_FROM, first, NULL);
	return *to ? draft_say(draft, WORD_UNTIL, last, NULL) : "";
}

/* "2282", or of one that has not always been in the programme "2282, until 30.6.2021". */
static const char *code_text(struct draft *draft, const char *code)
{
	const json_t *rows = json_object_get(draft->programme, "memberships"), *row;
	const char *text = code;
	size_t i;

	json_array_foreach(rows, i, row)
	{
		const char *days = days_text(draft, json_text(row, "from"), json_text(row, "to"));

		if (*days && strcmp(json_text(row, "code"), code) == 0)
			text = document_text(draft->document, "%s, %s", text, days);
	}
	return text;
}

static const char *region_names(struct draft *draft)
{
	const json_t *codes = json_object_get(draft->programme, "regions"), *code;
	const char *names = draft_word(draft, WORD_EVERYWHERE);
	size_t i, place;

	if (!draft_is_whole(draft)) {
		place = places_find(&draft->places, draft->input->region);
		return document_text(draft->document, "%s (%s)", name_of_place(draft, place),
				     draft->input->region);
	}
	json_array_foreach(codes, i, code)
	{
		if (i == NAMES_SHOWN)
			return and_more(draft, names, json_array_size(codes) - i);
		place = places_find(&draft->places, json_string_value(code));
		if (place == PLACE_NONE)
			continue;
		names = document_text(draft->document, "%s%s%s (%s)", i ? names : "", i ? ", " : "",
				      name_of_place(draft, place),
				      code_text(draft, json_string_value(code)));
	}
	return names;
}

static const char *completion_rule(struct draft *draft)
{
	struct document *document = draft->document;
	const json_t *modules = json_object_get(draft->programme, "modules"), *id;
	size_t n = json_array_size(modules), i;
	const char *text =
		draft_say(draft, WORD_MODULES_OF,
			  document_count(document, json_number(draft->programme, "complete")),
			  document_count(document, (int64_t)n));

	json_array_foreach(modules, i, id)
	{
		if (i == NAMES_SHOWN)
			return document_text(document, "%s, %s", text,
					     draft_say(draft, WORD_AND_MORE,
						       document_count(document, (int64_t)(n - i)),
						       NULL));
		text = document_text(document, "%s%s%s", text, i ? ", " : ": ",
				     draft_label(draft, "modules", json_string_value(id)));
	}
	return text;
}

void draft_head(struct draft *draft)
{
	const struct report_input *input = draft->input;
	struct document *document = draft->document;
	const char *name = label_of(document->language, draft->programme, "id");
	const char *days = days_text(draft, json_text(draft->programme, "from"),
				     json_text(draft->programme, "to"));
	const char *period = days_text(draft, input->from, input->to);
	const char *version = json_text(input->status, "version");

	document->title = draft_say(draft, WORD_TITLE, name, NULL);
	document->from = input->from;
	document->to = input->to;
	document->region = input->region;
	document_add_fact(document, draft_word(draft, WORD_PROGRAMME),
			  document_text(document, "%s (%s)%s%s", name, input->programme,
					*days ? ", " : "", days));
	document_add_fact(document, draft_word(draft, WORD_REGION), region_names(draft));
	if (input->period_is != WORDS)
		period = document_text(document, "%s (%s)", period,
				       draft_word(draft, input->period_is));
	document_add_fact(document, draft_word(draft, WORD_PERIOD), period);
	document_add_fact(document, draft_word(draft, WORD_COMPLETED_WITH), completion_rule(draft));
	document_add_fact(document, draft_word(draft, WORD_DRAWN_UP),
			  draft_say(draft, WORD_DRAWN_UP_ON,
				    document_day(document, json_text(input->status, "as_of")),
				    document_text(document, "%s%s", *version ? " " : "", version)));
}

static void add_note(struct draft *draft, enum word word)
{
	document_add_paragraph(draft->document, &draft->document->notes, draft_word(draft, word));
}

static void add_foot(struct draft *draft, const char *text)
{
	document_add_paragraph(draft->document, &draft->document->foot, text);
}

/* A moment as the reader's language has days, in UTC. */
static const char *moment_text(struct draft *draft, int64_t ms)
{
	char when[ISO8601_TEXT];

	if (ms <= 0)
		return "–";
	iso8601_print(ms, when);
	when[DAY_TEXT - 1] = 0;
	return document_text(draft->document, "%s %.8s UTC", document_day(draft->document, when),
			     when + DAY_TEXT);
}

void draft_foot(struct draft *draft)
{
	const json_t *head = draft->input->head;
	struct document *document = draft->document;
	int64_t now = json_number(head, "now"), clock;

	add_note(draft, WORD_NOTE_NOT_ALL_MISSING);
	add_note(draft, WORD_NOTE_PERIOD);
	add_note(draft, strcmp(json_text(draft->programme, "profile"), "entry") == 0
				? WORD_NOTE_AS_THEY_CAME
				: WORD_NOTE_MOVED);
	add_note(draft, WORD_NOTE_EXACT);
	clock = json_number(json_object_get(draft->input->status, "clock"), "now");
	now = now ? now : clock;
	document->made_ms = now;
	add_foot(draft, draft_say(draft, WORD_FOOT, document_day(document, draft->input->to),
				  moment_text(draft, now)));
	/* How much there is of all regions is not for who reads of one. */
	if (!draft_is_whole(draft))
		return;
	if (json_object_get(head, "applied"))
		add_foot(draft, draft_say(draft, WORD_FOOT_JOURNAL,
					  document_text(document, "%" PRId64,
							(int64_t)json_number(head, "applied")),
					  NULL));
	if (*json_text(head, "catalogue"))
		add_foot(draft,
			 draft_say(draft, WORD_FOOT_CATALOGUE, json_text(head, "catalogue"), NULL));
}
