/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/xapi/shelf/hints.h"

#include <stdlib.h>

#include "proto/err.h"

enum { ROOM_MIN = 1024 };

/* Keys are parts of keyed hashes: they are spread already. */
static void put(struct hint *places, size_t room, struct hint hint)
{
	size_t i = hint.key & (room - 1);

	while (places[i].at)
		i = (i + 1) & (room - 1);
	places[i] = hint;
}

/* Into another table, without those of rows that are gone. */
static int make_room(struct hints *hints)
{
	size_t kept = 0, room = ROOM_MIN;
	struct hint *places;

	for (size_t i = 0; i < hints->room; i++)
		kept += hints->places[i].at && hints->places[i].at >= hints->oldest;
	while (room < 4 * kept)
		room *= 2;
	places = calloc(room, sizeof(*places));
	if (!places)
		return LIFT_E_MEMORY;
	for (size_t i = 0; i < hints->room; i++)
		if (hints->places[i].at && hints->places[i].at >= hints->oldest)
			put(places, room, hints->places[i]);
	free(hints->places);
	hints->places = places;
	hints->room = room;
	hints->used = kept;
	return 0;
}

int hints_add(struct hints *hints, uint64_t key, int64_t at)
{
	int err = 4 * (hints->used + 1) > 3 * hints->room ? make_room(hints) : 0;

	if (err)
		return err;
	put(hints->places, hints->room, (struct hint){ key, at });
	hints->used++;
	return 0;
}

void hints_forget(struct hints *hints, int64_t oldest)
{
	hints->oldest = oldest;
}

int64_t hints_next(const struct hints *hints, uint64_t key, size_t *place)
{
	if (!hints->room)
		return 0;
	for (;; ++*place) {
		const struct hint *hint = &hints->places[(key + *place) & (hints->room - 1)];

		if (!hint->at)
			return 0;
		if (hint->key == key && hint->at >= hints->oldest) {
			++*place;
			return hint->at;
		}
	}
}

void hints_free(struct hints *hints)
{
	free(hints->places);
	*hints = (struct hints){ 0 };
}
