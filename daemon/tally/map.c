/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/tally/map.h"

#include <stdlib.h>

#include "proto/grow.h"

enum {
	SLOTS_FIRST = 1024,
	FEW = 32,	      /* parts that are sorted by insertion */
	FETCHED = 32,	      /* groups that are asked for together */
	KEEPS_PARTS = 1 << 23 /* of room, 128 MiB, after it was cleared */
};

struct group {
	uint64_t whose; /* home 32, subject 32 */
	struct tally_part *parts;
	uint32_t sorted; /* so many are in order, each once, none 0; behind them as they came */
	uint32_t n, room;
	bool fresh; /* it is among the map's */
};

struct tally_map {
	struct group *groups; /* in the order in which they came */
	size_t n_groups, room_groups;
	uint32_t *slots; /* by home and subject: the group's index + 1; 0: free */
	size_t n_slots;	 /* a power of two, at least twice room_groups */
	size_t last;	 /* the group of the last change */
	uint32_t *fresh;
	size_t n_fresh, room_fresh;
	size_t n_sorted, n_room; /* of all groups */
	/* To combine a group in: as many as the largest has room for, twice. */
	struct tally_part *scratch;
	size_t room_scratch;
	struct tally_group *listed;
	size_t room_listed;
};

static int reserve_slots(struct tally_map *map);

struct tally_map *tally_map_new(void)
{
	struct tally_map *map = calloc(1, sizeof(*map));

	if (map && reserve_slots(map) != 0) {
		tally_map_free(map);
		return NULL;
	}
	return map;
}

static void drop_groups(struct tally_map *map)
{
	for (size_t i = 0; i < map->n_groups; i++)
		free(map->groups[i].parts);
	memset(map->slots, 0, map->n_slots * sizeof(*map->slots));
	map->n_groups = map->n_room = map->last = 0;
}

void tally_map_free(struct tally_map *map)
{
	if (!map)
		return;
	if (map->slots)
		drop_groups(map);
	free(map->groups);
	free(map->slots);
	free(map->fresh);
	free(map->scratch);
	free(map->listed);
	free(map);
}

/* Mostly the same groups come again: they keep their room, unless that is much. */
void tally_map_clear(struct tally_map *map)
{
	for (size_t i = 0; i < map->n_groups; i++) {
		map->groups[i].n = map->groups[i].sorted = 0;
		map->groups[i].fresh = false;
	}
	map->n_fresh = map->n_sorted = 0;
	if (map->n_room > KEEPS_PARTS)
		drop_groups(map);
}

size_t tally_map_count(const struct tally_map *map)
{
	return map->n_sorted;
}

/* Groups. */

/* Keys come from the catalogue, not from platforms: mixing is enough, no secret is needed. */
static uint64_t mix(uint64_t whose)
{
	whose *= UINT64_C(0xff51afd7ed558ccd);
	whose ^= whose >> 32;
	whose *= UINT64_C(0xc4ceb9fe1a85ec53);
	return whose ^ whose >> 29;
}

/* The slot of a group: its own, or the free one where it belongs. */
static uint32_t *slot_of(const struct tally_map *map, uint64_t whose)
{
	size_t at = mix(whose) & (map->n_slots - 1);

	while (map->slots[at] && map->groups[map->slots[at] - 1].whose != whose)
		at = (at + 1) & (map->n_slots - 1);
	return &map->slots[at];
}

/* For one more group. */
static int reserve_slots(struct tally_map *map)
{
	size_t n_slots = map->n_slots ? 2 * map->n_slots : SLOTS_FIRST;
	uint32_t *slots;

	if (2 * (map->n_groups + 1) <= map->n_slots)
		return 0;
	slots = calloc(n_slots, sizeof(*slots));
	if (!slots)
		return LIFT_E_MEMORY;
	free(map->slots);
	map->slots = slots;
	map->n_slots = n_slots;
	for (size_t i = 0; i < map->n_groups; i++)
		*slot_of(map, map->groups[i].whose) = (uint32_t)i + 1;
	return 0;
}

static int add_group(struct tally_map *map, uint64_t whose, size_t *ret_i)
{
	if (reserve_slots(map) != 0 ||
	    grow(&map->groups, &map->room_groups, map->n_groups + 1, sizeof(*map->groups)) != 0)
		return LIFT_E_MEMORY;
	*ret_i = map->n_groups++;
	map->groups[*ret_i] = (struct group){ .whose = whose };
	*slot_of(map, whose) = (uint32_t)map->n_groups;
	return 0;
}

static int find_group(struct tally_map *map, uint64_t whose, size_t *ret_i)
{
	uint32_t slot = *slot_of(map, whose);

	if (!slot)
		return add_group(map, whose, ret_i);
	*ret_i = slot - 1;
	return 0;
}

/* Combining. */

static void sort_few(struct tally_part *parts, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct tally_part part = parts[i];
		size_t at = i;

		for (; at > 0 && parts[at - 1].what > part.what; at--)
			parts[at] = parts[at - 1];
		parts[at] = part;
	}
}

/* By the bytes in which they differ, the lowest first: there are few of these. */
static void sort_many(struct tally_part *parts, struct tally_part *scratch, size_t n)
{
	struct tally_part *from = parts, *to = scratch, *swap;
	uint64_t differ = 0;

	for (size_t i = 1; i < n; i++)
		differ |= parts[i].what ^ parts[0].what;
	for (unsigned shift = 0; shift < 64; shift += 8) {
		size_t starts[257] = { 0 };

		if (!(differ >> shift & 0xff))
			continue;
		for (size_t i = 0; i < n; i++)
			starts[(from[i].what >> shift & 0xff) + 1]++;
		for (size_t b = 0; b < 255; b++)
			starts[b + 1] += starts[b];
		for (size_t i = 0; i < n; i++)
			to[starts[from[i].what >> shift & 0xff]++] = from[i];
		swap = from;
		from = to;
		to = swap;
	}
	if (from != parts)
		memcpy(parts, from, n * sizeof(*parts));
}

/* a and b in order, summed, without zeros. */
static size_t merge(const struct tally_part *a, size_t n_a, const struct tally_part *b, size_t n_b,
		    struct tally_part *to)
{
	const struct tally_part *end_a = a + n_a, *end_b = b + n_b;
	size_t n = 0;

	while (a < end_a || b < end_b) {
		uint64_t what = b == end_b || (a < end_a && a->what <= b->what) ? a->what : b->what;
		int64_t sum = 0;

		for (; a < end_a && a->what == what; a++)
			sum += a->n;
		for (; b < end_b && b->what == what; b++)
			sum += b->n;
		to[n] = (struct tally_part){ what, sum };
		n += sum != 0;
	}
	return n;
}

static void combine(struct tally_map *map, struct group *group)
{
	struct tally_part *tail = group->parts + group->sorted;
	size_t n_tail = group->n - group->sorted, n;

	if (n_tail == 0)
		return;
	if (n_tail <= FEW)
		sort_few(tail, n_tail);
	else
		sort_many(tail, map->scratch, n_tail);
	n = merge(group->parts, group->sorted, tail, n_tail, map->scratch);
	memcpy(group->parts, map->scratch, n * sizeof(*group->parts));
	map->n_sorted += n;
	map->n_sorted -= group->sorted;
	group->n = group->sorted = (uint32_t)n;
}

/* A group that is full. Where few counts are the same, so that this comes soon again, it gets more
 * room: each count is merged a few times at most. */
static int make_room(struct tally_map *map, struct group *group)
{
	size_t room = group->room;

	combine(map, group);
	if (group->n <= room / 2 && group->n < room)
		return 0;
	if (grow(&group->parts, &room, room + 1, sizeof(*group->parts)) != 0)
		return LIFT_E_MEMORY;
	if (grow(&map->scratch, &map->room_scratch, room, sizeof(*map->scratch)) != 0)
		return LIFT_E_MEMORY; /* the group has more room than it knows of */
	map->n_room += room - group->room;
	group->room = (uint32_t)room;
	return 0;
}

static int note_fresh(struct tally_map *map, size_t i)
{
	if (grow(&map->fresh, &map->room_fresh, map->n_fresh + 1, sizeof(*map->fresh)) != 0)
		return LIFT_E_MEMORY;
	map->fresh[map->n_fresh++] = (uint32_t)i;
	map->groups[i].fresh = true;
	return 0;
}

int tally_map_add(struct tally_map *map, const struct tally_key *key, int64_t n)
{
	uint64_t whose = tally_whose(key);
	struct group *group;
	int err = 0;

	if (map->last >= map->n_groups || map->groups[map->last].whose != whose)
		err = find_group(map, whose, &map->last);
	if (err)
		return err;
	group = &map->groups[map->last];
	if (!group->fresh)
		err = note_fresh(map, map->last);
	if (!err && group->n == group->room)
		err = make_room(map, group);
	if (!err)
		group->parts[group->n++] = (struct tally_part){ tally_what(key), n };
	return err;
}

/* What a learner adds is of a few groups, which are in memory anywhere: one miss is waited for,
 * not one after the other. */
static void fetch_groups(const struct tally_map *map, const struct tally *changes, size_t n)
{
	uint64_t whose[FETCHED];
	size_t n_whose = 0;

	for (size_t i = 0; i < n && n_whose < FETCHED; i++) {
		uint64_t of = tally_whose(&changes[i].key);

		if (n_whose > 0 && whose[n_whose - 1] == of)
			continue;
		whose[n_whose++] = of;
		__builtin_prefetch(&map->slots[mix(of) & (map->n_slots - 1)]);
	}
	for (size_t i = 0; i < n_whose; i++) {
		uint32_t slot = map->slots[mix(whose[i]) & (map->n_slots - 1)];

		if (slot)
			__builtin_prefetch(&map->groups[slot - 1]);
	}
	for (size_t i = 0; i < n_whose; i++) {
		uint32_t slot = *slot_of(map, whose[i]);

		if (slot)
			__builtin_prefetch(map->groups[slot - 1].parts + map->groups[slot - 1].n,
					   1);
	}
}

int tally_map_add_all(struct tally_map *map, const struct tally *changes, size_t n)
{
	int err = 0;

	fetch_groups(map, changes, n);
	for (size_t i = 0; i < n && !err; i++)
		err = tally_map_add(map, &changes[i].key, changes[i].n);
	return err;
}

void tally_map_tell_fresh(struct tally_map *map,
			  void (*fn)(void *context, uint32_t home, uint32_t subject), void *context)
{
	for (size_t i = 0; i < map->n_fresh; i++) {
		struct group *group = &map->groups[map->fresh[i]];

		group->fresh = false;
		if (fn)
			fn(context, (uint32_t)(group->whose >> 32), (uint32_t)group->whose);
	}
	map->n_fresh = 0;
}

/* Reading. */

static struct tally_group seen(struct tally_map *map, struct group *group)
{
	combine(map, group);
	return (struct tally_group){ (uint32_t)(group->whose >> 32), (uint32_t)group->whose,
				     group->parts, group->n };
}

struct tally_group tally_map_group(struct tally_map *map, uint32_t home, uint32_t subject)
{
	uint32_t slot = *slot_of(map, (uint64_t)home << 32 | subject);

	return slot ? seen(map, &map->groups[slot - 1])
		    : (struct tally_group){ home, subject, NULL, 0 };
}

static int compare_groups(const void *a, const void *b)
{
	const struct tally_group *x = a, *y = b;

	if (x->home != y->home)
		return x->home < y->home ? -1 : 1;
	return (x->subject > y->subject) - (x->subject < y->subject);
}

int tally_map_groups(struct tally_map *map, const struct tally_group **ret_groups, size_t *ret_n)
{
	size_t n = 0;

	if (grow(&map->listed, &map->room_listed, map->n_groups + 1, sizeof(*map->listed)) != 0)
		return LIFT_E_MEMORY;
	for (size_t i = 0; i < map->n_groups; i++) {
		map->listed[n] = seen(map, &map->groups[i]);
		n += map->listed[n].n > 0;
	}
	qsort(map->listed, n, sizeof(*map->listed), compare_groups);
	*ret_groups = map->listed;
	*ret_n = n;
	return 0;
}

static int map_range(void *source, uint32_t home, uint32_t subject, tally_fn fn, void *context)
{
	struct tally_group group = tally_map_group(source, home, subject);

	for (size_t i = 0; i < group.n; i++) {
		struct tally_key key = tally_key_of(home, subject, group.parts[i].what);

		fn(context, &key, group.parts[i].n);
	}
	return 0;
}

struct tallies tally_map_tallies(struct tally_map *map)
{
	return (struct tallies){ map_range, map };
}
