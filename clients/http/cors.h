/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cors.h - which pages of other origins may send from a browser (Fetch, "CORS protocol").
 *
 * Credentials come in Authorization, which the page sets itself; cookies are never meant.
 */
#ifndef LIFT_HTTP_CORS_H
#define LIFT_HTTP_CORS_H

#include "clients/http/head.h"
#include "clients/http/http.h"

enum { CORS_HEADERS_MAX = 6 };

/* The configured origins; zeros: none. */
struct cors {
	char **origins;
	size_t n_origins;
	bool any; /* "*" */
};

/* LIFT_E_MEMORY. A list of NULL: none. */
int cors_init(struct cors *cors, const char *const *origins);
void cors_clear(struct cors *cors);

/* Is it the question of a browser whether it may ask, which is answered at once? */
bool cors_is_preflight(const struct cors *cors, const struct head *head);
/* The headers that an answer to this request gets: how many. */
size_t cors_headers(const struct cors *cors, const struct head *head,
		    struct http_header ret_headers[CORS_HEADERS_MAX]);

#endif
