/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sample.h - many events and their catalogue: those of the directory LIFT_DATA, or else the sample
 * that tests/reference/sample.py has made in LIFT_BUILD; and days as of which to count them.
 */
#ifndef LIFT_TESTS_E2E_SAMPLE_H
#define LIFT_TESTS_E2E_SAMPLE_H

#include "tests/e2e/lines.h"
#include "tests/e2e/process.h"

enum {
	SAMPLE_SHORT_DAY, /* the first with 23 hours in Europe */
	SAMPLE_LONG_DAY,  /* the next with 25 */
	SAMPLE_HALF,	  /* half of the events are up to this day */
	SAMPLE_MOST,	  /* nine of ten */
	SAMPLE_END,	  /* behind all of them */
	SAMPLE_DAYS,
	SAMPLE_DAY_TEXT = 11,
};

struct sample {
	char catalogue[PATH_SIZE], events[PATH_SIZE];
	struct lines lines; /* the events' */
	char days[SAMPLE_DAYS][SAMPLE_DAY_TEXT];
};

void sample_read(struct sample *sample);
void sample_free(struct sample *sample);

#endif
