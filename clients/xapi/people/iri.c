/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/xapi/people/iri.h"

#include "proto/err.h"

enum { ROOM_FIRST = 256 };

struct iri_slot {
	struct text iri; /* canonical; data NULL: free */
	int number;
};

void ascii_small(char *at, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (at[i] >= 'A' && at[i] <= 'Z')
			at[i] = (char)(at[i] - 'A' + 'a');
}

/* How long the scheme is of an id that has a host; 0 for others. */
static size_t scheme_size(struct text iri)
{
	size_t n = 0;

	while (n < iri.size && iri.data[n] != ':' && iri.data[n] != '/')
		n++;
	return n > 0 && n + 3 <= iri.size && memcmp(iri.data + n, "://", 3) == 0 ? n : 0;
}

static size_t without_port(const char *host, size_t size)
{
	static const struct text ports[] = { TEXT(":80"), TEXT(":443"), TEXT(":") };

	for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++)
		if (size > ports[i].size &&
		    memcmp(host + size - ports[i].size, ports[i].data, ports[i].size) == 0)
			return size - ports[i].size;
	return size;
}

size_t iri_write(struct text iri, char *to)
{
	size_t scheme = scheme_size(iri), used = 0, host = 0;
	bool web;

	if (scheme) {
		memcpy(to, iri.data, scheme);
		ascii_small(to, scheme);
		web = (scheme == 4 || scheme == 5) && memcmp(to, "https", scheme) == 0;
		if (web)
			memcpy(to, "https", scheme = 5);
		memcpy(to + scheme, "://", 3);
		used = scheme + 3;
		scheme = scheme_size(iri) + 3;
		while (scheme + host < iri.size && !memchr("/?#", iri.data[scheme + host], 3))
			host++;
		memcpy(to + used, iri.data + scheme, host);
		ascii_small(to + used, host);
		used += web ? without_port(to + used, host) : host;
	}
	if (iri.size > scheme + host)
		memcpy(to + used, iri.data + scheme + host, iri.size - scheme - host);
	used += iri.size - scheme - host;
	while (used > 1 && to[used - 1] == '/')
		used--;
	return used;
}

struct text iri_canonical(struct arena *arena, struct text iri)
{
	char *to = arena_take(arena, 1, iri.size + 2);
	size_t size = to ? iri_write(iri, to) : 0;

	if (to)
		to[size] = 0;
	return (struct text){ to, size };
}

bool iri_equal(struct text a, struct text canonical_b)
{
	char room[IRI_STACK];

	return a.size < sizeof(room) &&
	       text_equal((struct text){ room, iri_write(a, room) }, canonical_b);
}

uint64_t text_hash(struct text text)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < text.size; i++)
		hash = (hash ^ (uint8_t)text.data[i]) * UINT64_C(0x100000001b3);
	return hash ^ hash >> 29;
}

static struct iri_slot *slot_of(const struct iri_table *table, struct text iri)
{
	size_t at = text_hash(iri) & (table->room - 1);

	while (table->slots[at].iri.data && !text_equal(table->slots[at].iri, iri))
		at = (at + 1) & (table->room - 1);
	return &table->slots[at];
}

int iri_table_find(const struct iri_table *table, struct text canonical)
{
	const struct iri_slot *slot = table->n ? slot_of(table, canonical) : NULL;

	return slot && slot->iri.data ? slot->number : IRI_NONE;
}

int iri_table_look_up(const struct iri_table *table, struct text iri)
{
	char room[IRI_STACK];

	if (iri.size >= sizeof(room))
		return IRI_NONE;
	return iri_table_find(table, (struct text){ room, iri_write(iri, room) });
}

/* The old slots stay with the arena: a table is made once. */
static int make_room(struct iri_table *table, struct arena *arena)
{
	struct iri_table more = { .n = table->n,
				  .room = table->room ? table->room * 2 : ROOM_FIRST };

	if (table->room && table->n < table->room / 2)
		return 0;
	more.slots = arena_take(arena, more.room, sizeof(*more.slots));
	if (!more.slots)
		return LIFT_E_MEMORY;
	for (size_t i = 0; i < table->room; i++)
		if (table->slots[i].iri.data)
			*slot_of(&more, table->slots[i].iri) = table->slots[i];
	*table = more;
	return 0;
}

int iri_table_put(struct iri_table *table, struct arena *arena, struct text iri, int number)
{
	struct text canonical = iri_canonical(arena, iri);
	struct iri_slot *slot;

	if (!canonical.data || make_room(table, arena) < 0)
		return LIFT_E_MEMORY;
	slot = slot_of(table, canonical);
	table->n += !slot->iri.data;
	*slot = (struct iri_slot){ canonical, number };
	return 0;
}
