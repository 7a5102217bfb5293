/* SPDX-License-Identifier: Apache-2.0 */
/*
 * small_picture.h - what lift top knows in tests: a county, two councils, a trust that lies across
 * them, three places, of which one has two parents.
 */
#ifndef LIFT_TESTS_SMALL_PICTURE_H
#define LIFT_TESTS_SMALL_PICTURE_H

#include "clients/cli/top/view.h"

/* nord: sor (vega, bindal), hald (donna); trust: vega, donna. A programme, a module, a competence;
 * no figures. */
void small_picture(struct scene *scene);

/* A topic's body of JSON with ' for "; now is 0. */
void small_take(struct scene *scene, const char *topic, const char *body);

/* People and participants of a region, as metrics that have no more than that. */
void small_figures(struct scene *scene, const char *region, int learners, int participants,
		   int completed);

/* All figures that there can be, of all: of the programme, the module and the competence. */
void small_all_figures(struct scene *scene);

/* The beat that ends it, of 2025-10-01. */
void small_beat(struct scene *scene);

/* That of an open audience: a release, of 2025-09-30, or none yet (0). */
void small_beat_open(struct scene *scene, int release);

/* Does a row of the page have this in it? The row; -1: none has. */
int small_find(const struct page *page, const char *text);

#endif
