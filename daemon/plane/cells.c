/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/plane/cells.h"

#include <stdlib.h>

/* Of the learners of one home who are in one count of a subject. */
struct cell {
	uint64_t place; /* subject, then home */
	uint64_t key;
	uint32_t column, n;
};

/* Open addressing over an array that keeps the order of arrival, until it is sorted. */
struct cells {
	const struct catalogue *catalogue;
	struct open_columns columns;
	struct cell *items;
	uint32_t *slots; /* index into items + 1; 0: free */
	size_t n, room;	 /* items */
	size_t n_slots;	 /* a power of two, at least twice room */
};

enum { CELLS_FIRST_ROOM = 1024 };

/* The cells. */

static int resize(struct cells *cells, size_t room);

struct cells *cells_new(const struct catalogue *catalogue)
{
	struct cells *cells = calloc(1, sizeof(*cells));

	if (!cells)
		return NULL;
	cells->catalogue = catalogue;
	columns_make(&cells->columns, catalogue);
	if (resize(cells, CELLS_FIRST_ROOM) != 0) {
		cells_free(cells);
		return NULL;
	}
	return cells;
}

void cells_free(struct cells *cells)
{
	if (!cells)
		return;
	free(cells->items);
	free(cells->slots);
	free(cells);
}

const struct open_columns *cells_columns(const struct cells *cells)
{
	return &cells->columns;
}

static uint64_t place_of(uint32_t subject, uint32_t home)
{
	return (uint64_t)subject << 32 | home;
}

/* Places and columns come from the catalogue: mixing is enough, no secret is needed. */
static uint32_t *find_slot(const struct cells *cells, uint64_t place, uint32_t column)
{
	uint64_t hash =
		(place ^ column * UINT64_C(0x9e3779b97f4a7c15)) * UINT64_C(0xff51afd7ed558ccd);
	size_t at;

	hash ^= hash >> 32;
	hash *= UINT64_C(0xc4ceb9fe1a85ec53);
	at = (hash ^ hash >> 29) & (cells->n_slots - 1);
	while (cells->slots[at] && (cells->items[cells->slots[at] - 1].place != place ||
				    cells->items[cells->slots[at] - 1].column != column))
		at = (at + 1) & (cells->n_slots - 1);
	return &cells->slots[at];
}

static int resize(struct cells *cells, size_t room)
{
	struct cell *items = realloc(cells->items, room * sizeof(*items));
	uint32_t *slots = items ? calloc(2 * room, sizeof(*slots)) : NULL;

	if (items)
		cells->items = items;
	if (!slots)
		return LIFT_E_MEMORY;
	free(cells->slots);
	cells->slots = slots;
	cells->n_slots = 2 * room;
	cells->room = room;
	for (size_t i = 0; i < cells->n; i++)
		*find_slot(cells, cells->items[i].place, cells->items[i].column) = (uint32_t)i + 1;
	return 0;
}

int cells_add(struct cells *cells, uint32_t subject, uint32_t home, uint32_t column,
	      uint64_t record_key)
{
	uint64_t place = place_of(subject, home);
	uint32_t *slot = find_slot(cells, place, column);

	if (!*slot && cells->n == cells->room) {
		int err = cells->room < UINT32_MAX / 2 ? resize(cells, 2 * cells->room)
						       : LIFT_E_MEMORY;

		if (err)
			return err;
		slot = find_slot(cells, place, column);
	}
	if (!*slot) {
		cells->items[cells->n] = (struct cell){ .place = place, .column = column };
		*slot = (uint32_t)++cells->n;
	}
	cells->items[*slot - 1].n++;
	cells->items[*slot - 1].key += record_key;
	return 0;
}

/* Sums. */

static int compare_cells(const void *a, const void *b)
{
	const struct cell *x = a, *y = b;

	return (x->place > y->place) - (x->place < y->place);
}

void cells_sort(struct cells *cells)
{
	free(cells->slots);
	cells->slots = NULL;
	cells->n_slots = 0;
	if (cells->n)
		qsort(cells->items, cells->n, sizeof(*cells->items), compare_cells);
}

/* The first cell of a place, or of one behind it. */
static const struct cell *find_place(const struct cells *cells, uint64_t place)
{
	size_t low = 0, high = cells->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (cells->items[middle].place < place)
			low = middle + 1;
		else
			high = middle;
	}
	return cells->items + low;
}

void cells_homes(const struct cells *cells, uint32_t subject, cells_home_fn fn, void *context)
{
	const struct cell *end = cells->items + cells->n;
	const struct cell *cell = find_place(cells, place_of(subject, 0));

	while (cell < end && cell->place >> 32 == subject) {
		uint64_t place = cell->place;

		fn(context, (uint32_t)place);
		while (cell < end && cell->place == place)
			cell++;
	}
}

void cells_sum(const struct cells *cells, uint32_t subject, uint32_t region, struct open_count *to)
{
	const struct region *r = &cells->catalogue->regions[region];
	const struct cell *end = cells->items + cells->n;

	memset(to, 0, cells->columns.at[OPEN_MEASURES] * sizeof(*to));
	for (uint32_t i = 0; i < r->n_homes; i++) {
		uint64_t place = place_of(subject, r->homes[i]);

		for (const struct cell *cell = find_place(cells, place);
		     cell < end && cell->place == place; cell++) {
			to[cell->column].n += cell->n;
			to[cell->column].key += cell->key;
		}
	}
}
