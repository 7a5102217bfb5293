/* SPDX-License-Identifier: Apache-2.0 */
/*
 * release.h - the figures of the open plane, as of a day: made together, kept as a file of the
 * state, and never computed again (METRICS 9).
 *
 * This is the only way to figures that anyone may see. A release is read only, and what is written
 * is there whole or not at all.
 */
#ifndef LIFTD_PLANE_RELEASE_H
#define LIFTD_PLANE_RELEASE_H

#include <limits.h>

#include "daemon/catalogue/subject.h"
#include "daemon/journal/secret.h"
#include "daemon/ledger/ledger.h"

struct release_info {
	uint32_t number; /* from 1 */
	int32_t day;	 /* as of which it is */
	int64_t made_ms;
	uint64_t applied; /* the last journal number that was accepted by then */
	char catalogue[CATALOGUE_TEXT_DIGEST];
	size_t n_rows;
	int err; /* in a list: why it cannot be read; all but its number is 0 then */
};

struct release;

/* Compute the release of a day from all learners of a view, and write it, with the next number.
 * `names` was begun after the view: it has all names that the view's facts have.
 * `stops` (may be NULL) is asked again and again: true ends it with LIFT_E_STOPPED. Else
 * LIFT_E_MEMORY, LIFT_E_IO (errno says why), or an error of the stores: then there is none. */
int release_make(const char *state, struct ledger_view *view, struct journal_view *names,
		 const struct catalogue *catalogue, const uint8_t open_key[static OPEN_KEY_BYTES],
		 int32_t day, int64_t made_ms, bool (*stops)(void *context), void *context,
		 struct release_info *ret_info);

/* One that was made. LIFT_E_NOT_FOUND; LIFT_E_CORRUPT; LIFT_E_NEWER; LIFT_E_IO; LIFT_E_MEMORY. */
int release_open(const char *state, uint32_t number, struct release **ret_release);

/* Each who keeps a release puts it back once; so does whoever has opened it. Then it is gone. Any
 * thread. */
struct release *release_keep(struct release *release);
void release_put(struct release *release); /* NULL: nothing */

/* What is read of it lives as long as it is kept. */
const struct release_info *release_info(const struct release *release);

/* What is published of a subject in a region. */
struct release_row {
	struct text region, id; /* as the catalogue had them */
	enum kind kind;
	struct text metrics; /* a MessagePack map */
};
/* Row i, ascending by kind's name, id, region as bytes. */
void release_row(const struct release *release, size_t i, struct release_row *ret_row);

/* Where one lies, in a state or a backup: releases/NNNNNN. */
void release_path(char ret_path[static PATH_MAX], const char *state, uint32_t number);

/* All there are in a state, by number; the caller frees the array. Of one that is damaged in its
 * head there is the number and why; whether the rest is whole is seen when it is opened.
 * LIFT_E_IO, LIFT_E_MEMORY. */
int releases_list(const char *state, struct release_info **ret_infos, size_t *ret_n);

#endif
