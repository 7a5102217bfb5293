/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/report/words/words.h"

#include <string.h>

#include "clients/cli/text/print.h"

static const char *const codes[LANGUAGES] = { "en", "nb", "sv", "da" };

enum language language_of(const char *code)
{
	enum language language = LANGUAGE_EN;

	while (language < LANGUAGES && strcmp(codes[language], code) != 0)
		language++;
	return language;
}

const char *language_code(enum language language)
{
	return codes[language];
}

/* The number of a placeholder that begins here, "{3}"; -1: none does. */
static int placeholder(const char *at)
{
	return at[0] == '{' && at[1] >= '0' && at[1] <= '9' && at[2] == '}' ? at[1] - '0' : -1;
}

static size_t said_size(const char *phrase, const char *const *args, size_t n_args)
{
	size_t size = 1;

	while (*phrase) {
		int i = placeholder(phrase);

		size += i < 0 ? 1 : (size_t)i < n_args ? strlen(args[i]) : 0;
		phrase += i < 0 ? 1 : 3;
	}
	return size;
}

const char *word_say(struct arena *arena, enum language language, enum word word,
		     const char *const *args, size_t n_args)
{
	const char *phrase = word_in(language, word);
	char *text = arena_take(arena, said_size(phrase, args, n_args), 1), *to = text;

	while (text && *phrase) {
		int i = placeholder(phrase);

		if (i < 0)
			*to++ = *phrase;
		else if ((size_t)i < n_args)
			to = stpcpy(to, args[i]);
		phrase += i < 0 ? 1 : 3;
	}
	return text ? text : "";
}

const char *label_in(enum language language, const json_t *labels)
{
	const char *text = json_string_value(json_object_get(labels, codes[language]));

	return text ? text : json_string_value(json_object_get(labels, codes[LANGUAGE_EN]));
}

const char *label_of(enum language language, const json_t *item, const char *key)
{
	const char *label = label_in(language, json_object_get(item, "label"));

	if (label)
		return label;
	label = json_text(item, "name");
	return *label ? label : json_text(item, key);
}
