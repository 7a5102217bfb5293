/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/http/cors.h"

#include <stdlib.h>

int cors_init(struct cors *cors, const char *const *origins)
{
	size_t n = 0;

	while (origins && origins[n])
		n++;
	*cors = (struct cors){ 0 };
	if (n == 0)
		return 0;
	cors->origins = calloc(n, sizeof(*cors->origins));
	if (!cors->origins)
		return LIFT_E_MEMORY;
	for (size_t i = 0; i < n; i++) {
		cors->any |= strcmp(origins[i], "*") == 0;
		cors->origins[i] = strdup(origins[i]);
		if (!cors->origins[i]) {
			cors_clear(cors);
			return LIFT_E_MEMORY;
		}
		cors->n_origins++;
	}
	return 0;
}

void cors_clear(struct cors *cors)
{
	for (size_t i = 0; i < cors->n_origins; i++)
		free(cors->origins[i]);
	free(cors->origins);
	*cors = (struct cors){ 0 };
}

static const char *allowed(const struct cors *cors, const struct head *head)
{
	const char *origin = head_find(head, "Origin");

	if (!origin)
		return NULL;
	if (cors->any)
		return "*";
	for (size_t i = 0; i < cors->n_origins; i++)
		if (strcmp(cors->origins[i], origin) == 0)
			return cors->origins[i];
	return NULL;
}

bool cors_is_preflight(const struct cors *cors, const struct head *head)
{
	return cors->n_origins && strcmp(head->method, "OPTIONS") == 0 &&
	       head_find(head, "Origin") && head_find(head, "Access-Control-Request-Method");
}

size_t cors_headers(const struct cors *cors, const struct head *head,
		    struct http_header ret_headers[CORS_HEADERS_MAX])
{
	const char *origin = cors->n_origins ? allowed(cors, head) : NULL;
	size_t n = 0;

	/* What depends on the origin says so, also where it is refused: for caches. */
	if (cors->n_origins && !cors->any)
		ret_headers[n++] = (struct http_header){ "Vary", "Origin" };
	if (!origin)
		return n;
	ret_headers[n++] = (struct http_header){ "Access-Control-Allow-Origin", origin };
	if (!cors_is_preflight(cors, head)) {
		ret_headers[n++] = (struct http_header){
			"Access-Control-Expose-Headers",
			"ETag, Last-Modified, Retry-After, X-Experience-API-Consistent-Through, "
			"X-Experience-API-Version"
		};
		return n;
	}
	ret_headers[n++] =
		(struct http_header){ "Access-Control-Allow-Methods", "PUT, POST, GET, HEAD" };
	ret_headers[n++] = (struct http_header){
		"Access-Control-Allow-Headers",
		"Authorization, Content-Type, X-Experience-API-Version, If-Match, If-None-Match"
	};
	ret_headers[n++] = (struct http_header){ "Access-Control-Max-Age", "600" };
	return n;
}
