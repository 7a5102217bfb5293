/* SPDX-License-Identifier: Apache-2.0 */
/*
 * of_event.h - an event's profile and its fact, by a catalogue, without a journal.
 */
#ifndef LIFT_TESTS_OF_EVENT_H
#define LIFT_TESTS_OF_EVENT_H

#include "daemon/journal/fact.h"
#include "daemon/learner/profile.h"
#include "proto/event.h"

/* Not NULL; the caller's to free. */
struct profile *profile_of_event(const struct catalogue *catalogue, const struct event *event);

/* With the number of its profile. Of no module of the catalogue it is a claim of that alone. */
struct fact fact_of_event(const struct catalogue *catalogue, const struct event *event,
			  uint32_t profile);

#endif
