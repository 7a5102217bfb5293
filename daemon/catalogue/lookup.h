/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lookup.h - indices by text, and the line where each text is.
 */
#ifndef LIFTD_CATALOGUE_LOOKUP_H
#define LIFTD_CATALOGUE_LOOKUP_H

#include "daemon/base/names.h"
#include "daemon/catalogue/catalogue.h"

struct lookup {
	struct names *names;
	uint32_t *of; /* by the id in names */
	unsigned *lines;
	size_t room_of, room_lines;
};

/* Add a text; LIFT_E_EXISTS where it is there already, LIFT_E_MEMORY. */
int lookup_add(struct lookup *lookup, struct text text, uint32_t index, unsigned line);
void lookup_free(struct lookup *lookup);

/* The index of a text, or CATALOGUE_NONE; the line of one that is there. */
uint32_t lookup_find(const struct lookup *lookup, struct text text);
unsigned lookup_line(const struct lookup *lookup, struct text text);

#endif
