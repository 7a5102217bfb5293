/* SPDX-License-Identifier: Apache-2.0 */
/*
 * input.h - what a report is built from: the daemon's answers.
 */
#ifndef LIFT_CLI_REPORT_INPUT_H
#define LIFT_CLI_REPORT_INPUT_H

#include <jansson.h>

#include "clients/cli/report/report.h"

/* What the figures are taken from; all JSON is borrowed. */
struct report_input {
	const json_t *catalogue;    /* the arrays of the protocol's catalogue, whole */
	const json_t *status;	    /* the daemon's answer; to an audience: `as_of`, `clock` */
	const json_t *sources;	    /* of an explanation, that of the region; NULL: of all regions,
				     and all that the status has */
	const json_t *end, *before; /* code of a region -> its row of the export, as of `to` and of
				     * the day before `from`; before is empty where nothing can have
				     * happened by then */
	const char *programme, *region; /* an id and a code that are there; region may be "all" */
	char from[REPORT_DAY], to[REPORT_DAY]; /* from may be "": since anything happened */
	const char *period_is;		       /* said behind the period; "" */
};

#endif
