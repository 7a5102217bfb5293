/* SPDX-License-Identifier: Apache-2.0 */
/*
 * input.h - what a report is built from: the daemon's answers.
 */
#ifndef LIFT_CLI_REPORT_INPUT_H
#define LIFT_CLI_REPORT_INPUT_H

#include <jansson.h>

#include "clients/cli/report/words/words.h"
#include "proto/day.h"

/* What the figures are taken from; all JSON is borrowed. Rows of exports are maps by region, or by
 * id where they are of one region. */
struct report_input {
	const json_t *catalogue; /* the arrays of the protocol's catalogue, whole */
	const json_t *status;	 /* the daemon's answer; to an audience: `as_of`, `clock` */
	const json_t *explained; /* the programme in the region; NULL: not asked */
	const json_t *end;	 /* code of a region -> its row of the programme, as of `to` */
	const json_t *before;	 /* as of the day before `from`; empty where nothing can have
				  * happened by then */
	const json_t *pace;	 /* as of `pace_from`; NULL: there is no pace */
	const json_t *modules, *competences; /* id -> the region's row, as of `to` */
	const json_t *ahead;		     /* of competences, as of `ahead_to`; NULL: not asked */
	const json_t *head; /* of the answer `end`: `applied`, `catalogue`, `now`; or NULL */
	const char *programme, *region; /* an id and a code that are there; region may be "all" */
	const char *figures_of; /* the region that modules and competences are of: the report's, or
				 * of all of a programme in one region that one */
	char from[DAY_TEXT], to[DAY_TEXT]; /* from may be "": since anything happened */
	char known_to[DAY_TEXT]; /* `to`, or today where that is to come: nothing is known later */
	char pace_from[DAY_TEXT], ahead_to[DAY_TEXT]; /* or "" */
	enum word period_is;			      /* said behind the period; WORDS: nothing */
	enum language language;
	bool whole; /* who asks sees all there is */
};

#endif
