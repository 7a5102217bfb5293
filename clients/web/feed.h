/* SPDX-License-Identifier: Apache-2.0 */
/*
 * feed.h - server-sent events: what has changed, told to whoever listens. Nobody is sent figures:
 * who hears fetches what it shows. A listener that is in step gets the event of the tick, which all
 * share; one that was slower is told to fetch all that it shows, and costs no memory.
 */
#ifndef LIFT_WEB_FEED_H
#define LIFT_WEB_FEED_H

#include <jansson.h>

#include "clients/http/http.h"

struct feed;

struct feed *feed_new(void);
/* No listener is there any more: http_free has told them. */
void feed_free(struct feed *feed);

/* Somebody listens, and gets at once what `state` is now. */
void feed_listen(struct feed *feed, struct http_exchange *exchange);
/* A tick has ended: `state` as /api/v1/state has it, and the topics that have changed, a JSON
 * array, or NULL: all. Both are borrowed. */
void feed_tell(struct feed *feed, const json_t *state, const json_t *changed);
size_t feed_listeners(const struct feed *feed);

#endif
