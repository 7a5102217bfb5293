/* SPDX-License-Identifier: Apache-2.0 */
/*
 * attributes.h - which attributes events have come with, and whether a catalogue knows them.
 */
#ifndef LIFTD_CHANGE_ATTRIBUTES_H
#define LIFTD_CHANGE_ATTRIBUTES_H

#include "daemon/catalogue/catalogue.h"
#include "daemon/journal/journal.h"

/* Call `fn` with the name of a dimension and a text, once for each two that events have come with.
 * LIFT_E_MEMORY, or an error of the store. */
int attributes_each(struct journal_view *view,
		    void (*fn)(void *context, struct text dimension, struct text value),
		    void *context);

/* Does the text mean a value of the dimension? */
bool attribute_is_known(const struct catalogue *catalogue, struct text dimension,
			struct text value);

/* Does what meant a value, a text of it, mean something else by `after` than the value's own text
 * does there? What becomes an alias goes along. */
bool attribute_parts(const struct catalogue *before, const struct catalogue *after,
		     struct text dimension, struct text value);
/* May there be such a text? */
bool attributes_may_part(const struct catalogue *before, const struct catalogue *after);

/* May there be a text that `after` knows and `before` does not? */
bool attributes_may_be_new(const struct catalogue *before, const struct catalogue *after);

#endif
