/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/sheet/places.h"

#include <stdlib.h>

#include "clients/cli/sheet/fold.h"
#include "proto/arena.h"
#include "proto/err.h"
#include "proto/event.h"
#include "proto/grow.h"

/* A text that is a region's, or what is left of it. */
struct known {
	const char *text; /* as the catalogue has it; small, where it is folded */
	const char *code, *name;
	bool is;   /* its code or an alias: what the daemon knows */
	bool bare; /* a word for "municipality" was taken from it */
};

struct told {
	char *text;
	const char *code, *name; /* NULL: it is not taken for any */
	uint64_t n;
};

struct places {
	struct arena arena;
	struct known *known;
	size_t n, room;
	struct told *told;
	size_t n_told, told_room;
};

/* Behind a name, with a blank before them. */
static const char *const words[] = { " kommune", " kommun", " kommunes", " kommuns",
				     " municipality" };

struct places *places_new(void)
{
	return calloc(1, sizeof(struct places));
}

void places_free(struct places *places)
{
	if (!places)
		return;
	places_reset(places);
	free(places->told);
	free(places->known);
	arena_free(&places->arena);
	free(places);
}

/* Without such a word; false where it has none. */
static bool strip(struct text *text)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t size = strlen(words[i]);

		if (text->size > size &&
		    memcmp(text->data + text->size - size, words[i], size) == 0) {
			text->size -= size;
			return true;
		}
	}
	return false;
}

static int add(struct places *places, const char *code, const char *name, struct text text, bool is,
	       bool bare)
{
	int err = grow(&places->known, &places->room, places->n + 1, sizeof(*places->known));
	struct known known = { .is = is, .bare = bare };

	if (err)
		return err;
	known.text = arena_text(&places->arena, text);
	known.code = arena_text(&places->arena, text_of(code));
	known.name = arena_text(&places->arena, text_of(name));
	if (!known.text || !known.code || !known.name)
		return LIFT_E_MEMORY;
	places->known[places->n++] = known;
	return 0;
}

/* A text as it is folded, and without the word. */
static int add_folded(struct places *places, const char *code, const char *name, const char *text)
{
	struct text small = text_of(text);
	char folded[REGION_MAX + MODULE_MAX];
	int err;

	if (small.size > sizeof(folded))
		return 0;
	fold_small(folded, small);
	small.data = folded;
	err = add(places, code, name, small, false, false);
	if (err || !strip(&small))
		return err;
	return add(places, code, name, small, false, true);
}

int places_add_text(struct places *places, const char *code, const char *name, const char *text)
{
	int err = add(places, code, name, text_of(text), true, false);

	return err ? err : add_folded(places, code, name, text);
}

int places_add_name(struct places *places, const char *code, const char *name)
{
	return add_folded(places, code, name, name);
}

/* The one region that is called so; NULL where there is none, or two (*ret_two). */
static const struct known *find(const struct places *places, struct text text, bool bare_only,
				bool *ret_two)
{
	const struct known *found = NULL;

	for (size_t i = 0; i < places->n; i++) {
		const struct known *known = &places->known[i];

		if (known->is || (bare_only && !known->bare) ||
		    !text_equal(text_of(known->text), text))
			continue;
		if (found && strcmp(found->code, known->code) != 0) {
			*ret_two = true;
			return NULL;
		}
		found = known;
	}
	return found;
}

/* "Storumans kommun": what is left, else without the genitive's s; and the same of the
 * catalogue's. */
static const struct known *find_bare(const struct places *places, struct text text, bool *ret_two)
{
	char with_s[REGION_MAX + 1];
	const struct known *found;
	bool stripped = strip(&text);

	found = find(places, text, false, ret_two);
	if (found || *ret_two)
		return found;
	if (stripped && text.size > 1 && text.data[text.size - 1] == 's')
		found = find(places, (struct text){ text.data, text.size - 1 }, false, ret_two);
	if (found || *ret_two || text.size > REGION_MAX)
		return found;
	memcpy(with_s, text.data, text.size);
	with_s[text.size] = 's';
	return find(places, (struct text){ with_s, text.size + 1 }, true, ret_two);
}

static const struct known *look_up(const struct places *places, struct text text)
{
	char folded[REGION_MAX];
	const struct known *found;
	bool two = false;

	for (size_t i = 0; i < places->n; i++)
		if (places->known[i].is && text_equal(text_of(places->known[i].text), text))
			return NULL;
	if (text.size > sizeof(folded))
		return NULL;
	fold_small(folded, text);
	text.data = folded;
	found = find(places, text, false, &two);
	return found || two ? found : find_bare(places, text, &two);
}

struct text places_take(struct places *places, struct text text)
{
	const struct known *known;
	struct told *told;

	for (size_t i = 0; i < places->n_told; i++) {
		told = &places->told[i];
		if (!text_equal(text_of(told->text), text))
			continue;
		told->n++;
		return told->code ? text_of(told->code) : text;
	}
	known = look_up(places, text);
	if (places->n_told < PLACES_TOLD_MAX &&
	    grow(&places->told, &places->told_room, places->n_told + 1, sizeof(*told)) == 0) {
		told = &places->told[places->n_told];
		*told = (struct told){ strndup(text.size ? text.data : "", text.size),
				       known ? known->code : NULL, known ? known->name : NULL, 1 };
		places->n_told += told->text != NULL;
	}
	return known ? text_of(known->code) : text;
}

void places_tell(const struct places *places,
		 void (*tell)(void *context, const char *text, const char *code, const char *name,
			      uint64_t n),
		 void *context)
{
	for (size_t i = 0; i < places->n_told; i++)
		if (places->told[i].code)
			tell(context, places->told[i].text, places->told[i].code,
			     places->told[i].name, places->told[i].n);
}

void places_reset(struct places *places)
{
	for (size_t i = 0; i < places->n_told; i++)
		free(places->told[i].text);
	places->n_told = 0;
}
