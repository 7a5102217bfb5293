/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api.h - what /api/v1 and /metrics answer.
 */
#ifndef LIFT_WEB_API_H
#define LIFT_WEB_API_H

#include "clients/web/web.h"

/* API_WAITS: it is not answered yet, a day has to come first, or a long answer to be made: call it
 * again then. */
enum api_done { API_DONE, API_WAITS };
typedef enum api_done api_fn(struct web *web, struct http_exchange *exchange);

/* Answer that there are no figures yet. */
enum api_done api_not_yet(struct http_exchange *exchange);

/* Long answers have been made. */
void api_figures_printed(struct web *web);

api_fn api_state, api_catalogue, api_figures, api_releases, api_events, api_outlines, api_metrics;

#endif
