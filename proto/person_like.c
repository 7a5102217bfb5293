/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/person_like.h"

#include <stdio.h>

#include "proto/person_number.h"
#include "proto/person_words.h"

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The word behind an @: one of two letters or more, so that a version ("@2", "@v1.2") is none. */
static bool is_host(struct text text, size_t at)
{
	size_t n_letters = 0;

	if (at == text.size || !(is_letter(text.data[at]) || is_digit(text.data[at])))
		return false;
	for (; at < text.size && (is_letter(text.data[at]) || is_digit(text.data[at]) ||
				  text.data[at] == '.' || text.data[at] == '-');
	     at++)
		n_letters += is_letter(text.data[at]);
	return n_letters >= 2;
}

/* The word before it. Open edX writes its blocks "block-v1:A+B+C+type@problem+block@0123". */
static bool is_user(struct text text, size_t end)
{
	static const struct text keys[] = { TEXT("+type"), TEXT("+block") };

	if (end == 0 || !(is_letter(text.data[end - 1]) || is_digit(text.data[end - 1])))
		return false;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (end >= keys[i].size &&
		    memcmp(text.data + end - keys[i].size, keys[i].data, keys[i].size) == 0)
			return false;
	return true;
}

static bool is_email(struct text text, int year)
{
	(void)year;
	for (size_t at = 0; at < text.size; at++) {
		size_t size = text.data[at] == '@'					     ? 1
			      : text.size - at >= 3 && memcmp(text.data + at, "%40", 3) == 0 ? 3
											     : 0;

		if (size > 0 && is_user(text, at) && is_host(text, at + size))
			return true;
	}
	return false;
}

static bool is_words(struct text text, int year)
{
	(void)year;
	return person_words(text);
}

static const struct {
	const char *code, *words;
	bool (*is)(struct text text, int year);
} rules[PERSON_RULES] = {
	[PERSON_NONE] = { "none", "looks like no person", NULL },
	[PERSON_EMAIL] = { "e-mail", "looks like an e-mail address", is_email },
	[PERSON_NORWEGIAN] = { "number-no", "looks like a Norwegian national number",
			       person_number_norwegian },
	[PERSON_SWEDISH] = { "number-se", "looks like a Swedish national number",
			     person_number_swedish },
	[PERSON_DANISH] = { "number-dk", "looks like a Danish national number",
			    person_number_danish },
	[PERSON_WORDS] = { "name", "looks like a person's name, two capitalised words", is_words },
};

enum person_rule person_like(struct text text, int year)
{
	for (int rule = PERSON_NONE + 1; rule < PERSON_RULES; rule++)
		if (rules[rule].is(text, year))
			return (enum person_rule)rule;
	return PERSON_NONE;
}

const char *person_rule_code(enum person_rule rule)
{
	return rules[rule].code;
}

const char *person_rule_words(enum person_rule rule)
{
	return rules[rule].words;
}

enum person_rule person_rule_of(struct text code)
{
	for (int rule = PERSON_NONE + 1; rule < PERSON_RULES; rule++)
		if (text_equal(code, text_of(rules[rule].code)))
			return (enum person_rule)rule;
	return PERSON_NONE;
}

void person_mask(struct text text, char to[static PERSON_MASK])
{
	size_t n = 0, first = 0;

	for (size_t i = 0; i < text.size; i++) {
		n += ((unsigned char)text.data[i] & 0xc0) != 0x80;
		first += n == 1;
	}
	if (first > 4) /* no UTF-8 */
		first = 0;
	snprintf(to, PERSON_MASK, "%.*s... (%zu)", (int)first, text.data ? text.data : "", n);
}
