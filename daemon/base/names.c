/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/base/names.h"

#include "proto/arena.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>

enum {
	SLOTS_FIRST = 64, /* a power of 2 */
	TEXTS_FIRST = 32,
};

/* An open-addressing table: at most half of it is taken, so that a search ends soon. */
struct slot {
	uint32_t hash;
	uint32_t id; /* NAMES_NONE: free */
};

struct names {
	uint8_t key[crypto_shorthash_KEYBYTES];
	struct slot *slots;
	size_t n_slots;
	struct text *texts; /* by id */
	size_t n_texts, room;
	struct arena arena; /* the texts */
	size_t wasted;	    /* bytes of it, of texts that were cut off */
};

struct names *names_new(void)
{
	struct names *names = calloc(1, sizeof(*names));

	if (!names || sodium_init() < 0)
		goto fail;
	names->slots = malloc(SLOTS_FIRST * sizeof(*names->slots));
	names->texts = malloc(TEXTS_FIRST * sizeof(*names->texts));
	if (!names->slots || !names->texts)
		goto fail;
	memset(names->slots, 0xff, SLOTS_FIRST * sizeof(*names->slots));
	names->n_slots = SLOTS_FIRST;
	names->room = TEXTS_FIRST;
	randombytes_buf(names->key, sizeof(names->key));
	return names;
fail:
	names_free(names);
	return NULL;
}

void names_free(struct names *names)
{
	if (!names)
		return;
	arena_free(&names->arena);
	free(names->texts);
	free(names->slots);
	free(names);
}

static uint32_t hash_of(const struct names *names, struct text text)
{
	uint8_t hash[crypto_shorthash_BYTES];

	/* libsodium wants an address even where there is nothing to read. */
	crypto_shorthash(hash, (const uint8_t *)(text.size ? text.data : ""), text.size,
			 names->key);
	return (uint32_t)get_be(hash, 4);
}

/* The slot that holds the text, or the free one where it belongs. */
static struct slot *slot_of(const struct names *names, uint32_t hash, struct text text)
{
	size_t mask = names->n_slots - 1;
	size_t i = hash & mask;

	while (names->slots[i].id != NAMES_NONE &&
	       (names->slots[i].hash != hash ||
		!text_equal(names->texts[names->slots[i].id], text)))
		i = (i + 1) & mask;
	return &names->slots[i];
}

uint32_t names_find(const struct names *names, struct text text)
{
	return slot_of(names, hash_of(names, text), text)->id;
}

static int slots_double(struct names *names)
{
	size_t n_slots = names->n_slots * 2, mask = n_slots - 1;
	struct slot *slots = malloc(n_slots * sizeof(*slots));

	if (!slots)
		return LIFT_E_MEMORY;
	memset(slots, 0xff, n_slots * sizeof(*slots));
	for (size_t from = 0; from < names->n_slots; from++) {
		size_t to = names->slots[from].hash & mask;

		if (names->slots[from].id == NAMES_NONE)
			continue;
		while (slots[to].id != NAMES_NONE)
			to = (to + 1) & mask;
		slots[to] = names->slots[from];
	}
	free(names->slots);
	names->slots = slots;
	names->n_slots = n_slots;
	return 0;
}

static int texts_double(struct names *names)
{
	struct text *texts = realloc(names->texts, names->room * 2 * sizeof(*texts));

	if (!texts)
		return LIFT_E_MEMORY;
	names->texts = texts;
	names->room *= 2;
	return 0;
}

static int text_keep(struct names *names, struct text text)
{
	const char *data = arena_text(&names->arena, text);

	if (!data)
		return LIFT_E_MEMORY;
	names->texts[names->n_texts] = (struct text){ data, text.size };
	return 0;
}

int names_add(struct names *names, struct text text, uint32_t *ret_id)
{
	uint32_t hash = hash_of(names, text);
	struct slot *slot = slot_of(names, hash, text);
	int err = 0;

	if (slot->id == NAMES_NONE) {
		if (names->n_texts == NAMES_NONE)
			return LIFT_E_MEMORY;
		if (names->n_texts == names->room)
			err = texts_double(names);
		if (!err && names->n_texts >= names->n_slots / 2) {
			err = slots_double(names);
			slot = slot_of(names, hash, text);
		}
		if (!err)
			err = text_keep(names, text);
		if (err)
			return err;
		*slot = (struct slot){ hash, (uint32_t)names->n_texts++ };
	}
	*ret_id = slot->id;
	return 0;
}

struct text names_get(const struct names *names, uint32_t id)
{
	assert(id < names->n_texts);
	return names->texts[id];
}

uint32_t names_count(const struct names *names)
{
	return (uint32_t)names->n_texts;
}

size_t names_bytes(const struct names *names)
{
	return sizeof(*names) + names->n_slots * sizeof(*names->slots) +
	       names->room * sizeof(*names->texts) + names->arena.bytes;
}

/* Out of an open-addressing table: what stands behind it, and would not be found any more, moves
 * up.
 */
static void slot_clear(struct names *names, struct slot *slot)
{
	size_t mask = names->n_slots - 1, free_at = (size_t)(slot - names->slots), at = free_at;

	for (;;) {
		size_t wanted;

		at = (at + 1) & mask;
		if (names->slots[at].id == NAMES_NONE)
			break;
		wanted = names->slots[at].hash & mask;
		/* Between the free one and itself, around the end: it stands where it can be
		 * found. */
		if (((at - wanted) & mask) < ((at - free_at) & mask))
			continue;
		names->slots[free_at] = names->slots[at];
		free_at = at;
	}
	names->slots[free_at].id = NAMES_NONE;
}

void names_cut(struct names *names, uint32_t count)
{
	while (names->n_texts > count) {
		struct text text = names->texts[--names->n_texts];

		slot_clear(names, slot_of(names, hash_of(names, text), text));
		names->wasted += text.size;
	}
}

size_t names_wasted(const struct names *names)
{
	return names->wasted;
}
