/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sift.h - what an operator does with rows of the quarantine: drop them; or have them judged again,
 * by the catalogue, the clock and the rights of now.
 *
 * The verdict on a number stands. So what is right now is taken in under a new number, in a stream
 * of its source that is the daemon's own (RETRY_STREAM), and its row is dropped in the same
 * transaction. It is known by its learner's pseudonym: the id is not kept.
 */
#ifndef LIFTD_INTAKE_SIFT_H
#define LIFTD_INTAKE_SIFT_H

#include "daemon/intake/gate.h"

/* Do an order of ORDER_DROP or ORDER_RETRY; what came of it is in its rows. LIFT_E_DAMAGED,
 * LIFT_E_CORRUPT, LIFT_E_CLOCK, LIFT_E_MEMORY, or an error of the disk: then nothing is done. */
int sift(struct gate *gate, struct order *order, int64_t clock_ms);

#endif
