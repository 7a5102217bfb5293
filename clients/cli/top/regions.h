/* SPDX-License-Identifier: Apache-2.0 */
/*
 * regions.h - the screen of regions, with the figures of the subject that is chosen; and the list
 * of subjects that it is chosen from.
 */
#ifndef LIFT_CLI_TOP_REGIONS_H
#define LIFT_CLI_TOP_REGIONS_H

#include "clients/cli/top/view.h"

/* On `n` rows of the page from `row`. */
void regions_show(struct page *page, int row, int n, const struct scene *scene, struct view *view,
		  int64_t now_ms);
void regions_show_choice(struct page *page, int row, int n, const struct scene *scene,
			 struct view *view);

#endif
