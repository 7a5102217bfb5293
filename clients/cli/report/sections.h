/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sections.h - the sections of a report, each from what the daemon answered.
 *
 * Each adds what there is to say to the draft's document, in the report's language: 0, or
 * LIFT_E_MEMORY.
 */
#ifndef LIFT_CLI_REPORT_SECTIONS_H
#define LIFT_CLI_REPORT_SECTIONS_H

#include "clients/cli/report/draft.h"

/* Page one. */
int draft_numbers(struct draft *draft);
int draft_targets(struct draft *draft);
int draft_progress(struct draft *draft);
int draft_unknowns(struct draft *draft);
int draft_enrolment(struct draft *draft);

/* What follows. */
int draft_reach(struct draft *draft);
int draft_dimensions(struct draft *draft);
int draft_moves(struct draft *draft);
int draft_modules(struct draft *draft);
int draft_competences(struct draft *draft);
int draft_months(struct draft *draft);
int draft_week(struct draft *draft);
int draft_sources(struct draft *draft);

#endif
