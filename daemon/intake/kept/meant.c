/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/intake/kept/meant.h"

#include <stdlib.h>
#include <strings.h>

#include "daemon/catalogue/lookup.h"
#include "proto/event.h"
#include "proto/grow.h"

enum {
	FOLDED_MAX = MODULE_MAX + 1, /* a dimension's number in front of a value */
	K_DIGITS = 4,		     /* of a municipality's number: K-1813 */
};

struct meant {
	const struct catalogue *catalogue;
	struct lookup folded[UNKNOWN_KINDS]; /* numbers of texts */
	struct text *texts;		     /* empty: more than one is meant by it */
	size_t n, room;
	int err;
};

/* Folding. */

static bool is_digits(struct text text)
{
	for (size_t i = 0; i < text.size; i++)
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
	return text.size > 0;
}

static struct text without_zeros(struct text text)
{
	while (text.size > 1 && text.data[0] == '0')
		text = (struct text){ text.data + 1, text.size - 1 };
	return text;
}

/* 1813.0, as a spreadsheet writes a number. */
static struct text without_fraction(struct text text)
{
	struct text whole = { text.data, text.size > 2 ? text.size - 2 : 0 };

	return whole.size > 0 && memcmp(text.data + whole.size, ".0", 2) == 0 && is_digits(whole)
		       ? whole
		       : text;
}

/* The bytes of a character that does not show, or 0: no-break and thin spaces, soft hyphen, joiners
 * and marks without width, the byte order mark. */
static size_t unseen(const unsigned char *at, size_t left)
{
	if (left >= 2 && at[0] == 0xc2 && (at[1] == 0xa0 || at[1] == 0xad))
		return 2;
	if (left < 3)
		return 0;
	if (at[0] == 0xe2 && at[1] == 0x80 && (at[2] <= 0x8f || at[2] == 0xaf))
		return 3;
	return (at[0] == 0xe2 && at[1] == 0x81 && at[2] == 0xa0) ||
			       (at[0] == 0xef && at[1] == 0xbb && at[2] == 0xbf)
		       ? 3
		       : 0;
}

/* Letters made small (A to Z, and À to Þ), signs and spaces left out. */
static struct text fold(struct text text, char to[static FOLDED_MAX])
{
	const unsigned char *from = (const unsigned char *)text.data;
	struct text folded = { to, 0 };

	text = without_fraction(text);
	for (size_t i = 0; i < text.size && folded.size < FOLDED_MAX; i++) {
		size_t skip = unseen(from + i, text.size - i);
		unsigned char c = from[i];

		if (skip > 0) {
			i += skip - 1;
			continue;
		}
		if (c >= 'A' && c <= 'Z')
			c = (unsigned char)(c - 'A' + 'a');
		else if (i > 0 && from[i - 1] == 0xc3 && c >= 0x80 && c <= 0x9e && c != 0x97)
			c = (unsigned char)(c + 0x20);
		else if (c < 0x80 && !(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9'))
			continue;
		to[folded.size++] = (char)c;
	}
	if (folded.size > K_DIGITS && to[0] == 'k' &&
	    is_digits((struct text){ to + 1, folded.size - 1 }))
		folded = (struct text){ to + 1, folded.size - 1 };
	return is_digits(folded) ? without_zeros(folded) : folded;
}

/* A value is looked for among those of its dimension. */
static struct text fold_in(uint32_t dimension, struct text text, char to[static FOLDED_MAX + 1])
{
	char room[FOLDED_MAX];
	struct text folded = fold(text, room);

	to[0] = (char)dimension;
	memcpy(to + 1, folded.data, folded.size);
	return (struct text){ to, folded.size ? folded.size + 1 : 0 };
}

/* The text in front of the last word, where that word says what kind of place it is. */
static struct text without_kind(struct text text)
{
	static const char *const kinds[] = { " kommune", " kommun", " fylke",  " fylkeskommune",
					     " län",	 " region", " sykehus" };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		size_t size = strlen(kinds[i]), left = text.size > size ? text.size - size : 0;

		if (left > 0 && strncasecmp(text.data + left, kinds[i], size) == 0)
			return (struct text){ text.data, left };
	}
	return (struct text){ NULL, 0 };
}

/* The first word, where it has a digit: "1813 Brønnøy". */
static struct text number_in_front(struct text text)
{
	size_t size = 0;
	bool digit = false;

	while (size < text.size && text.data[size] != ' ' && text.data[size] != ',') {
		digit |= text.data[size] >= '0' && text.data[size] <= '9';
		size++;
	}
	return digit && size < text.size ? (struct text){ text.data, size }
					 : (struct text){ NULL, 0 };
}

/* The index. */

static void add(struct meant *meant, enum unknown_kind kind, struct text folded, struct text text)
{
	uint32_t there;

	if (folded.size == 0 || meant->err)
		return;
	there = lookup_find(&meant->folded[kind], folded);
	if (there != CATALOGUE_NONE) {
		if (!text_equal(meant->texts[there], text))
			meant->texts[there] = (struct text){ NULL, 0 };
		return;
	}
	meant->err = grow(&meant->texts, &meant->room, meant->n + 1, sizeof(*meant->texts));
	if (!meant->err)
		meant->err = lookup_add(&meant->folded[kind], folded, (uint32_t)meant->n, 0);
	if (!meant->err)
		meant->texts[meant->n++] = text;
}

static void add_text(struct meant *meant, enum unknown_kind kind, const char *like,
		     const char *text)
{
	char room[FOLDED_MAX];

	add(meant, kind, fold(text_of(like), room), text_of(text));
	if (kind == UNKNOWN_REGION)
		add(meant, kind, fold(without_kind(text_of(like)), room), text_of(text));
}

/* What people call it is what they write. */
static void add_label(struct meant *meant, enum unknown_kind kind, const struct label *label,
		      const char *text)
{
	for (int i = 0; i < LANGUAGES; i++)
		if (label->in[i])
			add_text(meant, kind, label->in[i], text);
}

static void add_value(struct meant *meant, uint32_t dimension, const char *like, const char *text)
{
	char room[FOLDED_MAX + 1];

	if (like)
		add(meant, UNKNOWN_VALUE, fold_in(dimension, text_of(like), room), text_of(text));
}

static void add_values(struct meant *meant, uint32_t d)
{
	const struct dimension *dimension = &meant->catalogue->dimensions[d];

	for (uint32_t v = 0; v < dimension->n_values; v++) {
		const struct value_words *words = &dimension->words[v];
		const char *value = dimension->values[v];

		add_value(meant, d, value, value);
		for (uint32_t a = 0; a < words->n_aliases; a++)
			add_value(meant, d, words->aliases[a], value);
		for (int i = 0; i < LANGUAGES; i++)
			add_value(meant, d, words->label.in[i], value);
	}
}

static void add_all(struct meant *meant)
{
	const struct catalogue *catalogue = meant->catalogue;

	for (uint32_t i = 0; i < catalogue->n_modules; i++) {
		const struct module *module = &catalogue->modules[i];

		add_text(meant, UNKNOWN_MODULE, module->id, module->id);
		add_text(meant, UNKNOWN_MODULE, module->name, module->id);
		add_label(meant, UNKNOWN_MODULE, &module->label, module->id);
		for (uint32_t a = 0; a < module->n_aliases; a++)
			add_text(meant, UNKNOWN_MODULE, module->aliases[a], module->id);
	}
	for (uint32_t i = REGION_UNASSIGNED + 1; i < catalogue->n_regions; i++) {
		const struct region *region = &catalogue->regions[i];

		add_text(meant, UNKNOWN_REGION, region->code, region->code);
		add_text(meant, UNKNOWN_REGION, region->name, region->code);
		add_label(meant, UNKNOWN_REGION, &region->label, region->code);
		for (uint32_t a = 0; a < region->n_aliases; a++)
			add_text(meant, UNKNOWN_REGION, region->aliases[a], region->code);
	}
	for (uint32_t d = 0; d < catalogue->n_dimensions; d++) {
		const struct dimension *dimension = &catalogue->dimensions[d];

		add_text(meant, UNKNOWN_ATTR, dimension->name, dimension->name);
		add_label(meant, UNKNOWN_ATTR, &dimension->label, dimension->name);
		add_values(meant, d);
	}
}

int meant_new(const struct catalogue *catalogue, struct meant **ret_meant)
{
	struct meant *meant = calloc(1, sizeof(*meant));
	int err;

	if (!meant)
		return LIFT_E_MEMORY;
	meant->catalogue = catalogue;
	add_all(meant);
	err = meant->err;
	if (err)
		meant_free(meant);
	else
		*ret_meant = meant;
	return err;
}

void meant_free(struct meant *meant)
{
	if (!meant)
		return;
	for (int kind = 0; kind < UNKNOWN_KINDS; kind++)
		lookup_free(&meant->folded[kind]);
	free(meant->texts);
	free(meant);
}

static struct text find(const struct meant *meant, enum unknown_kind kind, struct text folded)
{
	uint32_t i = folded.size ? lookup_find(&meant->folded[kind], folded) : CATALOGUE_NONE;

	return i == CATALOGUE_NONE ? (struct text){ NULL, 0 } : meant->texts[i];
}

struct text meant_find(const struct meant *meant, enum unknown_kind kind, struct text attr,
		       struct text text)
{
	char room[FOLDED_MAX + 1];
	struct text found;

	if (kind == UNKNOWN_VALUE) {
		uint32_t dimension = catalogue_dimension(meant->catalogue, attr);

		return dimension == CATALOGUE_NONE
			       ? (struct text){ NULL, 0 }
			       : find(meant, kind, fold_in(dimension, text, room));
	}
	found = find(meant, kind, fold(text, room));
	if (found.size == 0 && kind == UNKNOWN_REGION)
		found = find(meant, kind, fold(without_kind(text), room));
	if (found.size == 0)
		found = find(meant, kind, fold(number_in_front(text), room));
	return found;
}

static bool has(const struct meant *meant, enum unknown_kind kind, struct text folded)
{
	return folded.size > 0 && lookup_find(&meant->folded[kind], folded) != CATALOGUE_NONE;
}

bool meant_has(const struct meant *meant, struct text text)
{
	char room[FOLDED_MAX + 1];
	struct text folded = fold(text, room);

	for (int kind = 0; kind < UNKNOWN_KINDS; kind++)
		if (kind != UNKNOWN_VALUE && has(meant, (enum unknown_kind)kind, folded))
			return true;
	if (has(meant, UNKNOWN_REGION, fold(without_kind(text), room)))
		return true;
	for (uint32_t d = 0; d < meant->catalogue->n_dimensions; d++)
		if (has(meant, UNKNOWN_VALUE, fold_in(d, text, room)))
			return true;
	return false;
}
