/* SPDX-License-Identifier: Apache-2.0 */
/*
 * due.h - of which days there are releases: the last of each month, quarter or year.
 */
#ifndef LIFTD_BASE_DUE_H
#define LIFTD_BASE_DUE_H

#include "proto/config.h"

/* The last day of the latest period that is over on a day, and that of the period that the day is
 * in. `every` is not OPEN_NEVER. */
int32_t due_last(enum open_every every, int32_t today);
int32_t due_next(enum open_every every, int32_t today);

#endif
