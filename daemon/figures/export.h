/* SPDX-License-Identifier: Apache-2.0 */
/*
 * export.h - all figures of a day as lines of JSON, sorted by kind, id and region. The same state
 * gives the same bytes.
 */
#ifndef LIFTD_FIGURES_EXPORT_H
#define LIFTD_FIGURES_EXPORT_H

#include "daemon/catalogue/msg.h"
#include "daemon/catalogue/subject.h"
#include "daemon/figures/metrics.h"
#include "daemon/tally/tally.h"
#include "proto/json_text.h"

struct export_wish {
	enum kind kind;			     /* KINDS: all */
	uint32_t region;		     /* CATALOGUE_NONE: all */
	struct text id;			     /* empty: all */
	int32_t today;			     /* the day that "today" means */
	const struct catalogue_sight *sight; /* only of these regions; NULL: of all */
};

/* One line, valid during the call; other than 0 ends the export, which returns it. */
typedef int (*export_fn)(void *context, struct text line);

/* What is published of a subject in a region, as a line. LIFT_E_MEMORY, LIFT_E_MALFORMED, or what
 * `fn` returns. */
struct export_row {
	struct text region, id;
	enum kind kind;
	struct text metrics; /* a MessagePack map */
};
int export_row(struct json_text *json, const struct export_row *row, export_fn fn, void *context);

/* All that is wished. LIFT_E_MEMORY, errors of the store, or what `fn` returns. */
int export_figures(const struct catalogue *catalogue, const struct tallies *tallies,
		   const struct export_wish *wish, export_fn fn, void *context);

/* The same in pieces: the wish is borrowed up to the end. LIFT_E_MEMORY. */
struct export;
int export_begin(const struct catalogue *catalogue, const struct export_wish *wish,
		 struct export **ret_export);
void export_end(struct export *export);

/* Of a piece: lines, and what is looked at for them, or for nothing: regions of a subject, and
 * their homes. What the last region has beyond that comes with it. */
struct export_most {
	size_t lines, looks;
};

/* The next piece. The tallies are those of the piece before: what has been read of a subject is not
 * read again. *ret_more: it is not all yet, though there may be no line more. Errors as
 * export_figures. */
int export_some(struct export *export, const struct tallies *tallies, struct export_most most,
		export_fn fn, void *context, bool *ret_more);

#endif
