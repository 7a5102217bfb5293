/* SPDX-License-Identifier: Apache-2.0 */
/*
 * routes.h - which request is for what, and who may send it.
 */
#ifndef LIFT_XAPI_ROUTES_H
#define LIFT_XAPI_ROUTES_H

#include "clients/xapi/gateway.h"

/* For http.h: the head of a request is there; all of it is there. The context is the gateway. */
void routes_head(void *context, struct http_exchange *exchange);
void routes_request(void *context, struct http_exchange *exchange);

/* Passwords that have been looked at meanwhile. */
void routes_passwords(struct gateway *gateway);

#endif
