/* SPDX-License-Identifier: Apache-2.0 */
/*
 * event.h - an event as a platform says it (struct lift_event), checked as the daemon would check
 * it: what is right here is refused there only for what the daemon alone knows (its clock, its
 * catalogue's room, whose key it is).
 */
#ifndef LIFT_LIB_EVENT_H
#define LIFT_LIB_EVENT_H

#include "clients/lib/lift.h"
#include "proto/event.h"

/* 0, and the event, which borrows the texts; or the error of the first fault, LIFT_E_TYPE to
 * LIFT_E_VALID_UNTIL, said in a sentence (error.h) that has no learner in it. */
int event_of_lift(const struct lift_event *from, struct event *ret_event);

#endif
