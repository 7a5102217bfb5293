/* SPDX-License-Identifier: Apache-2.0 */
/*
 * change.h - rows about what another catalogue changes: a growing list that owns its texts.
 */
#ifndef LIFTD_CHANGE_CHANGE_H
#define LIFTD_CHANGE_CHANGE_H

#include "proto/arena.h"
#include "proto/reloaded.h"

struct changes {
	struct arena arena;
	struct change_row *rows;
	size_t n, room;
	bool no_memory; /* sticks: checked once, at the end */
};
void changes_free(struct changes *changes);

/* Add a row; all of it is copied but `what` and `how`, which are constants. `of` may be NULL.
 * `format` is the row in words. */
__attribute__((format(printf, 3, 4))) void changes_add(struct changes *changes,
						       const struct change_row *row,
						       const char *format, ...);

/* 0, or LIFT_E_MEMORY. */
int changes_err(const struct changes *changes);

#endif
