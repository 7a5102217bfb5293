/* SPDX-License-Identifier: Apache-2.0 */
/*
 * iri.h - ids as platforms write them, made comparable; and tables of them.
 *
 * http and https, a default port, capital letters in scheme and host, and slashes at the end make
 * no difference. Paths are compared as bytes.
 */
#ifndef LIFT_XAPI_PEOPLE_IRI_H
#define LIFT_XAPI_PEOPLE_IRI_H

#include "proto/arena.h"

enum { IRI_STACK = 1024 /* bytes: longer ids are in no table */ };

/* Write its canonical form, of at most iri.size + 1 bytes; how many. */
size_t iri_write(struct text iri, char *to);

/* The same, in the arena, with a 0 behind it; its data is NULL where there is no memory. */
struct text iri_canonical(struct arena *arena, struct text iri);

/* Are these one id? */
bool iri_equal(struct text a, struct text canonical_b);

/* Small letters of A to Z. */
void ascii_small(char *at, size_t size);

/* What ids mean: numbers from 0 on. One of zeros is empty; its memory is the arena's. */
struct iri_table {
	struct iri_slot *slots;
	size_t n, room; /* a power of two */
};

enum { IRI_NONE = -1 };

/* The number of a canonical id, or IRI_NONE. */
int iri_table_find(const struct iri_table *table, struct text canonical);

/* Put an id, made canonical here, or change its number. LIFT_E_MEMORY. */
int iri_table_put(struct iri_table *table, struct arena *arena, struct text iri, int number);

/* The number of an id as written; IRI_NONE. */
int iri_table_look_up(const struct iri_table *table, struct text iri);

/* FNV-1a, for tables whose keys an operator has written. */
uint64_t text_hash(struct text text);

#endif
