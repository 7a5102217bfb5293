/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/learner/tally.h"

#include <stdlib.h>

static uint64_t whose(const struct tally_key *key)
{
	return (uint64_t)key->home << 32 | key->subject;
}

static uint64_t what(const struct tally_key *key)
{
	return (uint64_t)key->facet << 56 | (uint64_t)key->part << 40 | key->bucket;
}

static int order(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

int tally_compare(const struct tally_key *a, const struct tally_key *b)
{
	int by = order(whose(a), whose(b));

	return by ? by : order(what(a), what(b));
}

/* home 4, subject 4, facet 1, part 2, bucket 5 */
void tally_key_encode(const struct tally_key *key, uint8_t to[static TALLY_KEY_BYTES])
{
	put_be(to, whose(key), 8);
	put_be(to + 8, what(key), 8);
}

void tally_key_decode(const uint8_t from[static TALLY_KEY_BYTES], struct tally_key *ret_key)
{
	uint64_t rest = get_be(from + 8, 8);

	ret_key->home = (uint32_t)get_be(from, 4);
	ret_key->subject = (uint32_t)get_be(from + 4, 4);
	ret_key->facet = rest >> 56;
	ret_key->part = rest >> 40 & UINT16_MAX;
	ret_key->bucket = rest & ((UINT64_C(1) << 40) - 1);
}

/* Open addressing over an array that keeps the order of arrival. */
struct tally_map {
	struct tally *items, *sorted;
	uint32_t *slots; /* index into items + 1; 0: free */
	size_t n, room;	 /* items */
	size_t n_slots;	 /* a power of two, at least twice room */
};

enum { MAP_FIRST_ROOM = 1024 };

static int map_resize(struct tally_map *map, size_t room);

struct tally_map *tally_map_new(void)
{
	struct tally_map *map = calloc(1, sizeof(*map));

	if (map && map_resize(map, MAP_FIRST_ROOM) != 0) {
		tally_map_free(map);
		return NULL;
	}
	return map;
}

void tally_map_free(struct tally_map *map)
{
	if (!map)
		return;
	free(map->items);
	free(map->sorted);
	free(map->slots);
	free(map);
}

void tally_map_clear(struct tally_map *map)
{
	map->n = 0;
	memset(map->slots, 0, map->n_slots * sizeof(*map->slots));
}

/* Keys come from the catalogue, not from platforms: mixing is enough, no secret is needed. */
static uint64_t key_hash(const struct tally_key *key)
{
	uint64_t a = whose(key), b = what(key);

	a = (a ^ b * UINT64_C(0x9e3779b97f4a7c15)) * UINT64_C(0xff51afd7ed558ccd);
	a ^= a >> 32;
	a *= UINT64_C(0xc4ceb9fe1a85ec53);
	return a ^ a >> 29;
}

/* The slot of a key: its own, or the free one where it belongs. */
static uint32_t *map_slot(const struct tally_map *map, const struct tally_key *key)
{
	size_t at = key_hash(key) & (map->n_slots - 1);

	while (map->slots[at] && tally_compare(&map->items[map->slots[at] - 1].key, key) != 0)
		at = (at + 1) & (map->n_slots - 1);
	return &map->slots[at];
}

static int map_resize(struct tally_map *map, size_t room)
{
	size_t n_slots = 2 * room;
	struct tally *items = realloc(map->items, room * sizeof(*items)), *sorted;
	uint32_t *slots;

	if (items)
		map->items = items;
	sorted = realloc(map->sorted, room * sizeof(*sorted));
	if (sorted)
		map->sorted = sorted;
	slots = calloc(n_slots, sizeof(*slots));
	if (!items || !sorted || !slots) {
		free(slots);
		return LIFT_E_MEMORY;
	}
	free(map->slots);
	map->slots = slots;
	map->n_slots = n_slots;
	map->room = room;
	for (size_t i = 0; i < map->n; i++)
		*map_slot(map, &map->items[i].key) = (uint32_t)i + 1;
	return 0;
}

int tally_map_add(struct tally_map *map, const struct tally_key *key, int64_t n)
{
	uint32_t *slot = map_slot(map, key);

	if (*slot) {
		map->items[*slot - 1].n += n;
		return 0;
	}
	if (map->n == map->room) {
		int err = map_resize(map, 2 * map->room);

		if (err)
			return err;
		slot = map_slot(map, key);
	}
	map->items[map->n] = (struct tally){ *key, n };
	*slot = (uint32_t)++map->n;
	return 0;
}

size_t tally_map_count(const struct tally_map *map)
{
	return map->n;
}

static int compare_items(const void *a, const void *b)
{
	return tally_compare(&((const struct tally *)a)->key, &((const struct tally *)b)->key);
}

const struct tally *tally_map_sorted(struct tally_map *map, size_t *ret_n)
{
	size_t n = 0;

	for (size_t i = 0; i < map->n; i++)
		if (map->items[i].n != 0)
			map->sorted[n++] = map->items[i];
	qsort(map->sorted, n, sizeof(*map->sorted), compare_items);
	*ret_n = n;
	return map->sorted;
}

/* The tallies of a map. */

static int map_range(void *source, uint32_t home, uint32_t subject, tally_fn fn, void *context)
{
	struct tally_map *map = source;
	struct tally_key first = { .home = home, .subject = subject };
	size_t low = 0, high = map->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (tally_compare(&map->sorted[middle].key, &first) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < map->n && map->sorted[low].key.home == home &&
	       map->sorted[low].key.subject == subject;
	     low++)
		fn(context, &map->sorted[low].key, map->sorted[low].n);
	return 0;
}

struct tallies tally_map_tallies(struct tally_map *map)
{
	size_t n;

	/* Counts of 0 are left out for good, so that the array of sorted ones is all there is. */
	tally_map_sorted(map, &n);
	map->n = n;
	memset(map->slots, 0, map->n_slots * sizeof(*map->slots));
	for (size_t i = 0; i < n; i++) {
		map->items[i] = map->sorted[i];
		*map_slot(map, &map->items[i].key) = (uint32_t)i + 1;
	}
	return (struct tallies){ map_range, map };
}
