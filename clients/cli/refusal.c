/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/refusal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "clients/cli/sheet/values.h"
#include "proto/event.h"
#include "proto/json.h"
#include "proto/visible.h"

enum {
	VALUE_MAX = 40,		   /* bytes of a value that are said */
	WORD_MAX = 16,		   /* and of a word */
	SECONDS_MIN = 946684800,   /* from 2000 ... */
	SECONDS_MAX = 2147483647u, /* ... to 2038 */
	DAYS_MIN = 36526,	   /* of a spreadsheet, from 2000 ... */
	DAYS_MAX = 73050,	   /* ... to 2099 */
};

/* Digits, and what stands between those of a date: at least two of them, more than an id has. */
static bool is_like_time(const char *text)
{
	size_t marks = 0, size = strspn(text, "0123456789-:./,+ TtZzAaPpMm");

	for (const char *at = text; *at; at++)
		marks += strchr("-:./", *at) != NULL;
	return text[0] >= '0' && text[0] <= '9' && marks >= 2 && text[size] == 0;
}

/* A number of at most three digits and decimals, perhaps with a sign of per cent. */
static bool is_like_score(const char *text)
{
	char *end;

	strtod(text, &end);
	return end > text && end - text <= 6 && text[strspn(text, "0123456789.,%/ -")] == 0;
}

static bool is_visible(const char *text)
{
	uint32_t code;
	bool hidden = false;
	size_t size;

	while (!hidden && (size = visible_next(text, &code, &hidden)) > 0)
		text += size;
	return !hidden;
}

static bool is_one_of(const char *text, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcasecmp(text, words[i]) == 0)
			return true;
	return false;
}

static bool is_like_passed(const char *text)
{
	static const char *const words[] = { "yes",  "no",     "ja",	   "nei",
					     "nej",  "y",      "n",	   "j",
					     "1",    "0",      "pass",	   "passed",
					     "fail", "failed", "godkjent", "godkendt" };

	return is_one_of(text, words, sizeof(words) / sizeof(words[0]));
}

/* The right word, but for its case or its end. */
static bool begins_like(const char *text, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n && strlen(text) <= WORD_MAX; i++)
		if (strncasecmp(text, words[i], strlen(words[i])) == 0)
			return true;
	return false;
}

static bool is_like_type(const char *text)
{
	static const char *const words[] = { "start", "complet", "assess", "attend",
					     "enrol", "withdr",	 "void" };

	return begins_like(text, words, sizeof(words) / sizeof(words[0]));
}

static bool is_like_phase(const char *text)
{
	static const char *const words[] = { "pre", "post" };

	return begins_like(text, words, sizeof(words) / sizeof(words[0]));
}

static bool is_like_state(const char *text)
{
	static const char *const words[] = { "appl", "wait", "admi" };

	return begins_like(text, words, sizeof(words) / sizeof(words[0]));
}

static void tell_time(double number, char *said)
{
	if (number >= SECONDS_MIN && number <= SECONDS_MAX)
		snprintf(said, REFUSAL_HINT_MAX,
			 "; these are seconds, and are multiplied by 1000; of CSV a map says it, "
			 "'form: seconds'");
	else if (number >= DAYS_MIN && number <= DAYS_MAX)
		snprintf(said, REFUSAL_HINT_MAX,
			 "; these are days, as a spreadsheet counts them; of CSV a map says it, "
			 "'form: excel'");
}

/* 45901,3333 and 1,75671E+12: a time that a spreadsheet shows as a number. */
static void tell_number_in_text(const char *text, char *said)
{
	double number;

	if (!strpbrk(text, ",eE") || !value_score(text_of(text), &number))
		return;
	if (strpbrk(text, "eE") && number >= SECONDS_MIN)
		snprintf(said, REFUSAL_HINT_MAX,
			 "; a spreadsheet has cut its last digits off: format its cells as whole "
			 "numbers");
	else
		tell_time(number, said);
}

static void tell_number(const char *key, const json_t *value, char *said)
{
	double number = json_number_value(value);

	if (strcmp(key, "score") == 0 && fabs(number) <= 100)
		snprintf(said, REFUSAL_HINT_MAX, "; it is %g%s", number,
			 number > 1 ? ": per cent are divided by 100" : "");
	else if (strcmp(key, "minutes") == 0 && fabs(number) <= MINUTES_MAX)
		snprintf(said, REFUSAL_HINT_MAX, "; it is %g%s", number,
			 number > floor(number) ? ": hours are multiplied by 60" : "");
	else if (strcmp(key, "time") == 0)
		tell_time(number, said);
}

static void tell_value(const char *key, const json_t *value, char *said)
{
	static const struct {
		const char *key;
		bool (*is_like)(const char *text);
	} likes[] = {
		{ "type", is_like_type },   { "time", is_like_time },
		{ "score", is_like_score }, { "passed", is_like_passed },
		{ "phase", is_like_phase }, { "minutes", is_like_score },
		{ "state", is_like_state }, { "valid_until", is_like_time },
	};
	const char *text = json_string_value(value);

	if (json_is_number(value))
		tell_number(key, value, said);
	if (text && strcmp(key, "time") == 0)
		tell_number_in_text(text, said);
	for (size_t i = 0; text && i < sizeof(likes) / sizeof(likes[0]); i++)
		if (strcmp(key, likes[i].key) == 0 && strlen(text) <= VALUE_MAX &&
		    is_visible(text) && likes[i].is_like(text))
			snprintf(said, REFUSAL_HINT_MAX, "; it is '%s'", text);
}

void refusal_hint(const char *key, const json_t *event, char to[static REFUSAL_HINT_MAX])
{
	to[0] = 0;
	tell_value(key, json_object_get(event, key), to);
}

int refusal_text(const struct lift_rejection *rejection, char to[static REFUSAL_MAX])
{
	bool is_time = strcmp(rejection->code, lift_err_code(LIFT_E_TIME)) == 0;
	struct msg_reader *reader = msg_reader_new();
	char key[WORD_MAX], said[REFUSAL_HINT_MAX] = "";
	json_t *event = NULL;
	int size;

	snprintf(key, sizeof(key), "%s", rejection->code);
	/* Codes have - where keys have _. */
	for (char *c = key; *c; c++)
		*c = *c == '-' ? '_' : *c;
	if (reader && json_from_msg(reader, refused_event(rejection), &event) == 0)
		refusal_hint(key, event, said);
	json_decref(event);
	msg_reader_free(reader);
	size = snprintf(to, REFUSAL_MAX, "%s%s%s", rejection->text,
			is_time ? "; in a file also 1.9.2025 08:00 and the like, or "
				  "ISO 8601 with an offset, such as "
				  "2025-09-01T08:00:00+02:00"
				: "",
			said);
	return size < REFUSAL_MAX ? size : REFUSAL_MAX - 1;
}
