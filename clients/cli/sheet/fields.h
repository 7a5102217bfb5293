/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fields.h - what an event may have, as columns of a sheet and in a map: one row each, by the names
 * of METRICS 1, with "attrs." and "voids." before those of the two maps in it.
 */
#ifndef LIFT_CLI_SHEET_FIELDS_H
#define LIFT_CLI_SHEET_FIELDS_H

#include "proto/bytes.h"

enum sheet_group { GROUP_EVENT, GROUP_ATTRS, GROUP_VOIDS, GROUPS };

/* The keys of the maps that hold a group's fields; "" for the event itself. */
extern const char *const sheet_group_names[GROUPS];

enum field_kind { FIELD_TEXT, FIELD_TIME, FIELD_SCORE, FIELD_FLAG, FIELD_WHOLE, FIELD_DAY };

struct sheet_field {
	const char *name;
	enum field_kind kind;
	bool needed; /* an event must have it */
	bool voids;  /* it is a key of `voids`, too */
};

/* The field of a column's name, in any case but for names of attributes; NULL where it is none.
 * *ret_key is its key in its group's map: the field's name, or what `name` has behind "attrs.". */
const struct sheet_field *sheet_field_find(struct text name, enum sheet_group *ret_group,
					   struct text *ret_key);

/* The i-th that an event must have, from 0; NULL behind the last. */
const struct sheet_field *sheet_field_needed(size_t i);

/* All names, in words: "type, time, ... and voids.phase". */
enum { FIELD_NAMES_MAX = 256 };
void sheet_field_names(char to[static FIELD_NAMES_MAX]);

#endif
