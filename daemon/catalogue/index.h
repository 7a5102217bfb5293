/* SPDX-License-Identifier: Apache-2.0 */
/*
 * index.h - the texts by which things of a catalogue are found, for those who read it and look it
 * up, and nobody else.
 */
#ifndef LIFTD_CATALOGUE_INDEX_H
#define LIFTD_CATALOGUE_INDEX_H

#include <stdatomic.h>

#include "daemon/catalogue/catalogue.h"
#include "daemon/catalogue/lookup.h"
#include "proto/arena.h"

enum { CODE_MAX = 64 /* bytes of a region's code or alias, of a dimension or a value */ };

struct catalogue_index {
	_Atomic int keepers;   /* beside the one who has read it */
	struct arena arena;    /* of everything that the catalogue points to */
	struct lookup codes;   /* of regions, with `all` and `unassigned` */
	struct lookup homes;   /* codes and aliases of regions, without them */
	struct lookup modules; /* ids and aliases */
	struct lookup programmes, competences;
	struct lookup dimensions;
	struct lookup values[CATALOGUE_DIMENSIONS_MAX]; /* texts and aliases */
	struct lookup
		folded[CATALOGUE_DIMENSIONS_MAX]; /* of values that fold, capitals made small */
};

/* Make the digest of a catalogue that has been read. */
void catalogue_digest(struct catalogue *catalogue);

#endif
