/* SPDX-License-Identifier: Apache-2.0 */
/*
 * subject.h - the page about a programme, a module, a competence, or everybody, in one region.
 */
#ifndef LIFT_CLI_TOP_SUBJECT_H
#define LIFT_CLI_TOP_SUBJECT_H

#include "clients/cli/top/view.h"

/* On `n` rows of the page from `row`. */
void subject_show(struct page *page, int row, int n, const struct scene *scene, struct view *view);

/* What a target should have by the end of a day, if all days of the programme were alike; -1: it
 * has no first or last day, or the target no value. */
int64_t subject_expected(const json_t *programme, const char *as_of, int64_t of);

#endif
