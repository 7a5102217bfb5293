/* SPDX-License-Identifier: Apache-2.0 */
/*
 * late_news.h - which sources are late, as the beats say it: complained of once when one becomes
 * late, and told once when it is heard again.
 */
#ifndef LIFT_CLI_LATE_NEWS_H
#define LIFT_CLI_LATE_NEWS_H

#include <jansson.h>

/* Begins as 0. */
struct late_news {
	json_t *late; /* by source: since when, as the last beat had it; NULL: none came */
};

/* A beat; one that has not its shape says nothing. */
void late_news_take(struct late_news *news, const json_t *beat);
void late_news_clear(struct late_news *news);

#endif
