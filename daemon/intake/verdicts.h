/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verdicts.h - what stands against a batch as a whole, and the verdict on each of its events, which
 * stands once it was given. For the gate alone.
 */
#ifndef LIFTD_INTAKE_VERDICTS_H
#define LIFTD_INTAKE_VERDICTS_H

#include "daemon/intake/gate.h"

/* Has every number of a batch been received before? Or, of one that has none, what it announces
 * been received or announced? A stream of NULL is a new one. */
bool verdicts_are_given(const struct batch *batch, const struct stream *stream);

/* What stands against a batch, before its event `at`: from the beginning, or in going on with it.
 * LIFT_E_NAME, LIFT_E_CLOSED, LIFT_E_DISK, LIFT_E_HOLES. */
int verdicts_on_batch(struct gate *gate, const struct batch *batch, uint32_t at,
		      const struct stream *stream);

/* What is done with one slice. */
struct slice {
	struct gate *gate;
	struct taken *taken;
	const struct batch *batch;
	uint32_t from, to;
	struct text name_space;
	struct stream *stream;
	int64_t receipt;
};

/* Each of its events is accepted or refused, and appended, if it has not been received before. An
 * error is that of the slice; the journal fails with it where some of it may have been appended. */
int verdicts_on_slice(const struct slice *slice);

#endif
