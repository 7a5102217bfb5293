/* SPDX-License-Identifier: Apache-2.0 */
/*
 * counted.h - does the catalogue have what an event says, so that it counts? What it does not have
 * counts nowhere, and is noted.
 */
#ifndef LIFTD_INTAKE_KEPT_COUNTED_H
#define LIFTD_INTAKE_KEPT_COUNTED_H

#include "daemon/intake/kept/screen.h"
#include "daemon/journal/entry.h"

bool counted_module(const struct catalogue *catalogue, struct text module);
bool counted_region(const struct catalogue *catalogue, struct text region);
/* No value at all is what a platform says that does not know: there is nothing to correct. */
bool counted_value(const struct catalogue *catalogue, uint32_t dimension, struct text value);
/* An event's region, and its values of all that is counted by. */
bool counted_profile(const struct catalogue *catalogue, const struct event *event);

/* What a catalogue says of the journal's names, asked once; { 0 }: nothing has been. */
struct counted {
	struct answers modules, profiles;
};
void counted_close(struct counted *counted);
/* Another catalogue, or other names under their numbers. */
void counted_forget(struct counted *counted);

/* Add to `unknown` what an event has brought that counts nowhere, and one more event; the screen
 * and its catalogue tell what it may mean. `has_others`: attributes that are no dimension. */
void counted_note(struct counted *counted, struct screen *screen, const struct event *event,
		  const struct entry *entry, bool has_others, struct unknown *unknown);

#endif
