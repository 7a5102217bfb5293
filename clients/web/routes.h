/* SPDX-License-Identifier: Apache-2.0 */
/*
 * routes.h - what there is at which address, and who may have it.
 */
#ifndef LIFT_WEB_ROUTES_H
#define LIFT_WEB_ROUTES_H

#include "clients/web/web.h"

/* As the server calls them (http.h): `context` is the struct web. */
void web_routes_head(void *context, struct http_exchange *exchange);
void web_routes_request(void *context, struct http_exchange *exchange);
/* A verdict about a password has come; a day has. */
void web_routes_passwords(struct web *web);
void web_routes_days(struct web *web);
/* Long answers have been made. */
void web_routes_printed(struct web *web);

#endif
