/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/troubles/internal.h"

#include <stdio.h>
#include <string.h>

#include "clients/cli/text/print.h"
#include "proto/person_like.h"

enum { LOOK_TEXT = 80, PERSONS_TEXT = 400 };

static const struct kind {
	const char *kind, *one, *more;
} kinds[] = {
	{ "module", "module", "modules" },
	{ "region", "region", "regions" },
	{ "value", "value of an attribute", "values of attributes" },
	{ "stream", "stream's name", "streams' names" },
	{ "source", "source's name", "sources' names" },
};

/* A kind or a rule that this version does not know is said all the same. */
static struct kind kind_of(const json_t *row)
{
	const char *kind = json_text(row, "kind");

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].kind, kind) == 0)
			return kinds[i];
	return (struct kind){ kind, "name", "names" };
}

/* "looks like ...", of several "look like ...". */
static void look(const json_t *row, json_int_t n, char to[static LOOK_TEXT])
{
	enum person_rule rule = person_rule_of(text_of(json_text(row, "rule")));
	const char *words = rule == PERSON_NONE ? "looks like a person" : person_rule_words(rule);

	snprintf(to, LOOK_TEXT, "look%s%s", n == 1 ? "s" : "", words + strlen("looks"));
}

/* What a source has brought of one kind, by one rule: a row of `persons.sources`. */
static void brought(const json_t *row, char to[static PERSONS_TEXT])
{
	const char *source = json_text(row, "source"), *like = json_text(row, "like");
	json_int_t kept = json_number(row, "kept"), refused = json_number(row, "refused");
	struct kind kind = kind_of(row);
	char looks[LOOK_TEXT];
	size_t size;

	look(row, kept, looks);
	if (kept > 0)
		size = (size_t)snprintf(to, PERSONS_TEXT,
					"source %s: %" JSON_INTEGER_FORMAT " %s %s: %s", source,
					kept, kept == 1 ? kind.one : kind.more, looks, like);
	else
		size = (size_t)snprintf(to, PERSONS_TEXT, "source %s", source);
	if (refused == 0 || size >= PERSONS_TEXT)
		return;
	look(row, 1, looks);
	snprintf(to + size, PERSONS_TEXT - size,
		 "%s refused %" JSON_INTEGER_FORMAT " time%s, for a %s that %s%s%s",
		 kept > 0 ? ";" : ":", refused, refused == 1 ? "" : "s", kind.one, looks,
		 kept > 0 ? "" : ": ", kept > 0 ? "" : like);
}

/* What the journal has of it: a row of `persons.held`. */
static void held(const json_t *row, char to[static PERSONS_TEXT])
{
	json_int_t n = json_number(row, "n");
	struct kind kind = kind_of(row);
	char looks[LOOK_TEXT];

	look(row, n, looks);
	snprintf(to, PERSONS_TEXT, "the journal has %" JSON_INTEGER_FORMAT " %s that %s", n,
		 n == 1 ? kind.one : kind.more, looks);
}

void troubles_persons(struct telling *telling)
{
	static const char hint[] = "'man liftd.yaml', names_strict, refuses such; OPERATING.md: "
				   "\"Names that look like people\"";
	const json_t *persons = json_object_get(telling->status, "persons"), *row;
	json_int_t left_out = json_number(persons, "left_out");
	char text[PERSONS_TEXT];
	size_t i;

	json_array_foreach(json_object_get(persons, "sources"), i, row)
	{
		if (i == SOURCES_SHOWN)
			break;
		brought(row, text);
		troubles_tell(telling, false, hint, "%s", text);
	}
	if (json_array_size(json_object_get(persons, "sources")) > i || left_out > 0)
		troubles_tell(telling, false, hint, "and more: 'lift status --json' has `persons`");
	json_array_foreach(json_object_get(persons, "held"), i, row)
	{
		held(row, text);
		troubles_tell(telling, false, hint, "%s", text);
	}
}
