/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report_choose.h - which region and which days a report is about, by what was asked for and what
 * the daemon has.
 */
#ifndef LIFT_CLI_REPORT_CHOOSE_H
#define LIFT_CLI_REPORT_CHOOSE_H

#include "clients/cli/report_ask.h"

/* The programme of the catalogue. NULL, and complained about: there is none. */
const json_t *report_programme(const json_t *catalogue, const char *id);

/* The region that was asked for, else all of them, or the only one that is seen. A status: what
 * cannot be is complained about. */
int report_choose_region(const struct report_question *question, const json_t *programme,
			 const json_t *regions, const char **ret_region);

/* The region that modules and competences are asked for: of all of a programme that is in one
 * region, that one. */
const char *report_figures_of(const json_t *programme, const char *region);

/* The period, and the days that a pace and what lapses are asked for. Likewise. */
int report_choose_days(const struct report_question *question, const json_t *programme,
		       const json_t *status, struct report_input *input);

/* The day before; false where nothing can have happened by then: no scan of all learners for
 * zeros. */
bool report_day_before(const char *from, const json_t *programme, char to[static DAY_TEXT]);

/* None of the programme's places is in the region: STATUS_REFUSED. */
int report_complain_places(const json_t *programme, const struct report_input *input);

#endif
