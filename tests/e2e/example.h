/* SPDX-License-Identifier: Apache-2.0 */
/*
 * example.h - a simulated course of a catalogue of daemon/examples, in the real daemon: its
 * exports, and counts of the same events that share nothing with liftd.
 */
#ifndef LIFT_TESTS_E2E_EXAMPLE_H
#define LIFT_TESTS_E2E_EXAMPLE_H

#include "tests/e2e/daemon.h"

#define EXAMPLES "daemon/examples/"

enum { EXAMPLE_DAYS = 3 };

struct example {
	struct daemon *daemon;
	char catalogue[PATH_SIZE], events[PATH_SIZE];
	const char *const *days; /* the last is the end of the programmes, and pinned */
	json_t *figures;	 /* of the last day (figures.h) */
	json_t *people;		 /* as of the last day (people.h) */
};

/* Start the daemon with the catalogue of that name, or with these lines of a configuration that
 * names it. */
void example_begin(struct example *example, struct daemon *daemon, const char *name,
		   const char *const days[EXAMPLE_DAYS], const char *lines);

/* Send and write down all that happens; export each day, and compare with the reference program
 * where it is there. */
void example_run(struct example *example, const char *zone);
void example_end(struct example *example);

/* A row of the figures, or NULL where nobody counts; one of its whole numbers, 0 where nobody does;
 * of one of its lists, a part of row i. */
const json_t *example_row(const struct example *example, const char *region, const char *kind,
			  const char *id);
int64_t example_figure(const struct example *example, const char *region, const char *kind,
		       const char *id, const char *figure);
int64_t example_part(const json_t *row, const char *list, size_t i, const char *part);

/* Whom to count. */
struct whom {
	const char *const *modules;    /* who takes one of these (ends with NULL) */
	const char *const *regions;    /* who lives in one of these, or NULL */
	const char *dimension, *value; /* who is that, or NULL */
	size_t completed;	       /* at least so many of the modules */
	bool entry;		       /* where they lived when they came */
};

int64_t example_count(const struct example *example, const struct whom *whom);

/* In how many of these regions does somebody take the modules? */
int64_t example_count_reached(const struct example *example, const char *const modules[],
			      const char *const regions[]);

/* Participants and completed of a programme, in each of these regions by itself, are as they are
 * counted. */
void example_check_each(const struct example *example, const char *programme,
			const char *const modules[], const char *const regions[], size_t complete);

/* The same of a programme whose people are where they lived when they came. */
void example_check_each_entry(const struct example *example, const char *programme,
			      const char *const modules[], const char *const regions[],
			      size_t complete);

#endif
