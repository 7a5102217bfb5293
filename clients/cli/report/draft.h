/* SPDX-License-Identifier: Apache-2.0 */
/*
 * draft.h - a report while it is being built.
 */
#ifndef LIFT_CLI_REPORT_DRAFT_H
#define LIFT_CLI_REPORT_DRAFT_H

#include "clients/cli/report/document/cell.h"
#include "clients/cli/report/input.h"
#include "clients/cli/report/places.h"

/* The days that figures are of. */
enum { BEFORE, PACE, END, DAYS };

struct draft {
	struct document *document;
	const struct report_input *input;
	struct places places;
	const json_t *programme;  /* of the catalogue */
	const json_t *rows[DAYS]; /* the region's; NULL: nobody */
	bool *leaves;		  /* of places: leaf regions of the programme inside the region */
	size_t n_leaves;
};

/* What a column is, before it is said in a language. */
enum column_is {
	IS_WORDS = 1,
	IS_IN_PERIOD = 2,
	IS_BAR = 4,
	IS_ASIDE = 8,
};

struct column_of {
	enum word title; /* WORDS: none */
	const char *measure;
	unsigned is; /* of enum column_is */
};

/* A section with its title, and a table of so many rows about the report's region. NULL where
 * memory ran out. */
struct table *draft_table(struct draft *draft, const char *key, const char *title,
			  const struct column_of *columns, size_t n_columns, size_t n_rows);

/* The columns in the report's language, which may be changed; NULL where memory ran out. */
struct column *draft_columns(struct draft *draft, const struct column_of *of, size_t n);

/* A phrase; with what is put in; its first letter small, for the middle of a line. */
const char *draft_word(const struct draft *draft, enum word word);
const char *draft_say(struct draft *draft, enum word word, const char *first, const char *second);

/* A paragraph of the last section. */
void draft_note(struct draft *draft, const char *text);

/* What people call the region that figures of modules and competences are of. */
const char *draft_figures_of(struct draft *draft);

/* Is it of all regions, and not of one? */
bool draft_is_whole(const struct draft *draft);

/* What the catalogue has under an id (or a `key`): NULL: nothing. */
const json_t *draft_find(const json_t *list, const char *key, const char *text);

/* What people call a dimension, a value of it (also one that it does not have), a module, a
 * competence. */
const char *draft_dimension_label(const struct draft *draft, const char *name);
const char *draft_value_label(const struct draft *draft, const char *dimension, const char *value);
const char *draft_label(const struct draft *draft, const char *list, const char *id);

/* Whom something is about, "role: nurse, gender: f", and "role; gender" and "nurse; f" for the
 * row; "" for everyone. */
const char *draft_where(struct draft *draft, const json_t *where, struct row *row);

/* A measure of a row on the last day, and the difference to the day before the period. */
int64_t draft_at_end(const json_t *const rows[DAYS], const char *measure);
int64_t draft_change(const json_t *const rows[DAYS], const char *measure);

/* The whole hours of a row's months together. */
int64_t draft_hours(const json_t *row);

/* The sources that it is about: all, or those of the region. */
const json_t *draft_all_sources(const struct draft *draft);

/* The numbers that have not come from a source, over its streams, and since when the oldest of
 * them, ms (0: none). */
int64_t draft_missing(const json_t *source, int64_t *ret_since);

#endif
