/* SPDX-License-Identifier: Apache-2.0 */
/*
 * places.h - names of places as people write them, taken for regions of the catalogue: without
 * regard to capitals, and to "kommune", "kommun" and a genitive's s before it.
 *
 * A text that is a region's code or alias stays as it is. One that could be two regions, or none,
 * stays, too: the daemon then says that it does not know it. What was taken for what is counted, to
 * be told.
 */
#ifndef LIFT_CLI_SHEET_PLACES_H
#define LIFT_CLI_SHEET_PLACES_H

#include "proto/bytes.h"

enum { PLACES_TOLD_MAX = 1000 /* texts that are kept, and told; more are only taken */ };

struct places;
struct places *places_new(void); /* NULL: out of memory */
void places_free(struct places *places);

/* A region of the catalogue, and a text that is it (its code, an alias), or is called so (its
 * name).. LIFT_E_MEMORY. */
int places_add_text(struct places *places, const char *code, const char *name, const char *text);
int places_add_name(struct places *places, const char *code, const char *name);

/* The region that a text is taken for, by its code; or the text itself. Valid as long as the places
 * and the text. */
struct text places_take(struct places *places, struct text text);

/* Each text that was taken for a region since the last reset, in the order in which they came. */
void places_tell(const struct places *places,
		 void (*tell)(void *context, const char *text, const char *code, const char *name,
			      uint64_t n),
		 void *context);
void places_reset(struct places *places);

#endif
