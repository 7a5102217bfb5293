/* SPDX-License-Identifier: Apache-2.0 */
/*
 * map.h - tallies in memory, to which many changes are added: group by group, a group being those
 * of one home and subject.
 *
 * A change is put behind those of its group, and combined with them when the group is full or
 * read: there are few groups, and what is added in a row is mostly of one.
 */
#ifndef LIFTD_TALLY_MAP_H
#define LIFTD_TALLY_MAP_H

#include "daemon/tally/tally.h"

struct tally_map;
struct tally_map *tally_map_new(void); /* NULL: out of memory */
void tally_map_free(struct tally_map *map);
void tally_map_clear(struct tally_map *map);

/* Add n to a count; add many, mostly in order: the groups that they go to are asked for together.
 * LIFT_E_MEMORY. */
int tally_map_add(struct tally_map *map, const struct tally_key *key, int64_t n);
int tally_map_add_all(struct tally_map *map, const struct tally *changes, size_t n);

/* About how many counts it holds: those that have been combined. */
size_t tally_map_count(const struct tally_map *map);

/* The counts other than 0 of one home and subject, in order, each once. */
struct tally_group {
	uint32_t home, subject;
	const struct tally_part *parts;
	size_t n;
};

/* One group; it may be empty. Valid until the next change. */
struct tally_group tally_map_group(struct tally_map *map, uint32_t home, uint32_t subject);

/* All that are not empty, in order, valid until the next change. LIFT_E_MEMORY. */
int tally_map_groups(struct tally_map *map, const struct tally_group **ret_groups, size_t *ret_n);

/* Call `fn` for each group to which something has been added since this was called last. */
void tally_map_tell_fresh(struct tally_map *map,
			  void (*fn)(void *context, uint32_t home, uint32_t subject),
			  void *context);

/* The tallies of a map, as long as it does not change. */
struct tallies tally_map_tallies(struct tally_map *map);

#endif
