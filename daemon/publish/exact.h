/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exact.h - the ticks of the exact audiences: what has changed, in slices, then the beat. For this
 * folder alone.
 */
#ifndef LIFTD_PUBLISH_EXACT_H
#define LIFTD_PUBLISH_EXACT_H

struct publish;

/* Join the loop: LIFT_E_MEMORY. */
int exact_open(struct publish *publish);
/* Another epoch: numbers and ticks begin anew, whatever was going out. */
void exact_begin_epoch(struct publish *publish);

#endif
