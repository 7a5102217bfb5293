/* SPDX-License-Identifier: Apache-2.0 */
/*
 * print.h - figures that somebody asked for, as JSON, CSV or a workbook: a print has all that it
 * needs for that, so that a thread of its own can do it (printer.h).
 */
#ifndef LIFT_WEB_FIGURES_PRINT_H
#define LIFT_WEB_FIGURES_PRINT_H

#include "clients/web/figures/made.h"
#include "clients/web/figures/view.h"
#include "proto/arena.h"

enum print_format { PRINT_JSON, PRINT_CSV, PRINT_XLSX };

enum { PRINT_KEY_MAX = 8192 };

struct print {
	struct wish wish; /* its texts are in `texts` */
	const char *day, *language, *form;
	enum print_format format;
	struct arena texts;
	char key[PRINT_KEY_MAX]; /* the same wish has the same; empty: it is not kept */
	uint64_t change;	 /* of the figures */
	bool takes_gzip;	 /* who asked */

	json_t *head;	   /* JSON: what stands before the figures */
	json_t *catalogue; /* of tables: what things are called */
	json_t *rows;	   /* in which the figures are; NULL: each has been taken by print_hold */
	bool is_held;
	struct figures figures; /* not sorted */

	struct made made; /* what came of it */
	int err;	  /* LIFT_E_SIZE: it is more than a table has room for; LIFT_E_MEMORY ... */
};

struct print *print_new(void); /* NULL: out of memory */
void print_free(struct print *print);
/* Keep the figures of a picture, whatever becomes of it. LIFT_E_MEMORY. */
int print_hold(struct print *print);
/* So many that it takes long: what else there is to do should not wait for it. */
bool print_is_long(const struct print *print);
/* Make its answer. */
void print_make(struct print *print);

#endif
