/* SPDX-License-Identifier: Apache-2.0 */
/*
 * unknown_sum.h - what acks say counts nowhere, added up until somebody asks for it.
 *
 * It has copies of the first texts; what comes when it is full is counted without its text.
 */
#ifndef LIFT_LIB_PUBLISH_UNKNOWN_SUM_H
#define LIFT_LIB_PUBLISH_UNKNOWN_SUM_H

#include "clients/lib/lift.h"

/* Zeros to begin with. `sum` has the texts only when it is read by unknown_sum_read. */
struct unknown_sum {
	struct lift_unknown sum;
	struct lift_unknown_text texts[LIFT_OUTBOX_UNKNOWN_MAX];
	size_t n_texts;
};

void unknown_sum_add(struct unknown_sum *added, const struct lift_unknown *unknown);

/* What has been added, valid until it is changed. */
struct lift_unknown unknown_sum_read(const struct unknown_sum *added);

void unknown_sum_clear(struct unknown_sum *added);

#endif
