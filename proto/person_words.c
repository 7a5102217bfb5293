/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/person_words.h"

enum letter { NO_LETTER, CAPITAL, SMALL, MARK, EVEN_CAPITAL, ODD_CAPITAL };

/* The letters of Latin, Greek and Cyrillic beyond ASCII, by their codes; where capitals and small
 * letters take turns, which of them are capitals. Marks belong to the letter in front of them. */
static const struct {
	uint32_t first, last;
	enum letter letter;
} letters[] = {
	{ 0xc0, 0xd6, CAPITAL },
	{ 0xd8, 0xde, CAPITAL },
	{ 0xdf, 0xf6, SMALL },
	{ 0xf8, 0xff, SMALL },
	{ 0x100, 0x137, EVEN_CAPITAL },
	{ 0x138, 0x138, SMALL },
	{ 0x139, 0x148, ODD_CAPITAL },
	{ 0x149, 0x149, SMALL },
	{ 0x14a, 0x177, EVEN_CAPITAL },
	{ 0x178, 0x178, CAPITAL },
	{ 0x179, 0x17e, ODD_CAPITAL },
	{ 0x17f, 0x17f, SMALL },
	{ 0x1b7, 0x1b7, CAPITAL },
	{ 0x1cd, 0x1dc, ODD_CAPITAL },
	{ 0x1dd, 0x1dd, SMALL },
	{ 0x1de, 0x1ef, EVEN_CAPITAL },
	{ 0x1f8, 0x233, EVEN_CAPITAL },
	{ 0x292, 0x292, SMALL },
	{ 0x300, 0x36f, MARK },
	{ 0x386, 0x386, CAPITAL },
	{ 0x388, 0x3ab, CAPITAL },
	{ 0x3ac, 0x3ce, SMALL },
	{ 0x400, 0x42f, CAPITAL },
	{ 0x430, 0x45f, SMALL },
	{ 0x460, 0x481, EVEN_CAPITAL },
	{ 0x48a, 0x4bf, EVEN_CAPITAL },
	{ 0x1e00, 0x1eff, EVEN_CAPITAL },
};

/* The character at a place: its code, and its bytes; 0 at the end. Other bytes are no letters. */
static size_t read_code(struct text text, size_t at, uint32_t *ret_code)
{
	const unsigned char *from = (const unsigned char *)text.data + at;
	size_t n;

	*ret_code = 0;
	if (at >= text.size)
		return 0;
	n = from[0] >= 0xf0 ? 4 : from[0] >= 0xe0 ? 3 : from[0] >= 0xc2 ? 2 : 1;
	if (n > text.size - at)
		return 1;
	*ret_code = n == 1 ? from[0] : from[0] & (0x7fu >> n);
	for (size_t i = 1; i < n; i++)
		*ret_code = *ret_code << 6 | (from[i] & 0x3f);
	return n;
}

static enum letter letter_of(uint32_t code)
{
	/* Most are these. */
	if (code < 0x80)
		return code >= 'a' && code <= 'z'   ? SMALL
		       : code >= 'A' && code <= 'Z' ? CAPITAL
						    : NO_LETTER;
	for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++) {
		if (code < letters[i].first || code > letters[i].last)
			continue;
		if (letters[i].letter < EVEN_CAPITAL)
			return letters[i].letter;
		return (code % 2 == 1) == (letters[i].letter == ODD_CAPITAL) ? CAPITAL : SMALL;
	}
	return NO_LETTER;
}

static enum letter letter_at(struct text text, size_t at, size_t *ret_size)
{
	uint32_t code;

	*ret_size = read_code(text, at, &code);
	return letter_of(code);
}

static bool starts(struct text text, size_t at, const char *with)
{
	size_t size = strlen(with);

	return text.size >= at + size && memcmp(text.data + at, with, size) == 0;
}

/* A hyphen or an apostrophe inside a word: its bytes, or 0. */
static size_t joint(struct text text, size_t at)
{
	static const char *const joints[] = { "-", "'", "\xe2\x80\x99", "\xe2\x80\x90" };

	if (at < text.size && !strchr("-'\xe2", text.data[at]))
		return 0;
	for (size_t i = 0; i < sizeof(joints) / sizeof(joints[0]); i++)
		if (starts(text, at, joints[i]))
			return strlen(joints[i]);
	return 0;
}

/* Mc or Mac, up to here. */
static bool is_son_of(struct text text, size_t from, size_t at)
{
	return (at - from == 2 && starts(text, from, "Mc")) ||
	       (at - from == 3 && starts(text, from, "Mac"));
}

/* Where the capitalised word ends that begins at a place, or that place where there is none. */
static size_t word(struct text text, size_t from)
{
	size_t at = from, size, joint_size, n_small = 0;
	bool may_rise = true; /* a capital may be next */

	for (enum letter letter; (letter = letter_at(text, at, &size)) != NO_LETTER;) {
		if ((letter == CAPITAL && !may_rise && !is_son_of(text, from, at)) ||
		    (letter != CAPITAL && at == from))
			return from;
		n_small += letter == SMALL;
		if (letter != MARK)
			may_rise = false;
		at += size;
		joint_size = joint(text, at);
		if (joint_size > 0 && letter_at(text, at + joint_size, &size) != NO_LETTER) {
			at += joint_size;
			may_rise = true;
		}
	}
	/* "Kari2" is an id. */
	if (at < text.size &&
	    ((text.data[at] >= '0' && text.data[at] <= '9') || text.data[at] == '_'))
		return from;
	return n_small > 0 ? at : from;
}

/* Spaces from a place on: where they end. */
static size_t spaces(struct text text, size_t at)
{
	static const char *const all[] = { " ", "\t", "\xc2\xa0", "\xe2\x80\xaf", "%20" };
	size_t before;

	do {
		before = at;
		for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
			if (starts(text, at, all[i]))
				at += strlen(all[i]);
	} while (at > before);
	return at;
}

/* Where the space ends behind what stands from `at` to `end`; `at` where there is none. */
static size_t and_space(struct text text, size_t at, size_t end)
{
	size_t next = spaces(text, end);

	return next > end ? next : at;
}

/* What may stand between two names, with the space behind it: an initial, a particle. */
static size_t between(struct text text, size_t at)
{
	static const char *const particles[] = { "von", "van", "der", "de", "la", "di", "bin" };
	size_t size, next = at;

	if (letter_at(text, at, &size) == CAPITAL)
		return and_space(text, at, at + size + starts(text, at + size, "."));
	for (size_t i = 0; i < sizeof(particles) / sizeof(particles[0]) && next == at; i++)
		if (starts(text, at, particles[i]))
			next = and_space(text, at, at + strlen(particles[i]));
	return next;
}

/* Behind a word: is there another one beside it? */
static bool has_neighbour(struct text text, size_t at)
{
	size_t next = spaces(text, starts(text, at, ",") ? at + 1 : at), before;

	if (next == at || (next == at + 1 && text.data[at] == ','))
		return false;
	do {
		if (word(text, next) > next)
			return true;
		before = next;
		next = between(text, next);
	} while (next > before);
	return false;
}

/* Without two capitals there are no two such words. */
static bool may_have_words(struct text text)
{
	size_t n = 0;

	for (size_t i = 0; i < text.size; i++)
		n += (text.data[i] >= 'A' && text.data[i] <= 'Z') ||
		     (unsigned char)text.data[i] >= 0xc3;
	return n >= 2;
}

bool person_words(struct text text)
{
	size_t size, end;

	if (!may_have_words(text))
		return false;

	for (size_t at = 0; at < text.size; at += size) {
		end = word(text, at);
		if (end > at && has_neighbour(text, end))
			return true;
		/* On to behind this word, whatever it is. */
		if (letter_at(text, at, &size) == NO_LETTER &&
		    !(size == 1 && text.data[at] >= '0' && text.data[at] <= '9')) {
			/* "%20Kari": the digits are no part of the word. */
			if (starts(text, at, "%20"))
				size = 3;
			continue;
		}
		for (size_t next; at + size < text.size; size += next) {
			uint32_t code;
			char c = text.data[at + size];

			next = read_code(text, at + size, &code);
			if (letter_of(code) == NO_LETTER && !(c >= '0' && c <= '9') && c != '_' &&
			    joint(text, at + size) == 0)
				break;
		}
	}
	return false;
}
