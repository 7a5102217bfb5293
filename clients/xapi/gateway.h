/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gateway.h - the daemon: one thread, whose loop takes requests, writes what they give, and answers
 * them then. Bodies are read by a crew.
 */
#ifndef LIFT_XAPI_GATEWAY_H
#define LIFT_XAPI_GATEWAY_H

#include "clients/gateway/log.h"
#include "clients/gateway/loop.h"
#include "clients/http/http.h"
#include "clients/http/password.h"
#include "clients/xapi/sources.h"
#include "clients/xapi/work/crew.h"
#include "clients/xapi/work/work.h"

/* A walk through what is held: could it become events now? */
struct retry {
	bool is_on;
	int64_t after; /* numbers up to this one have been looked at */
	uint64_t tried, done;
};

struct gateway {
	const char *config_path;
	struct xapi_config *config;
	struct http *http;
	struct passwords *passwords;
	struct shelf *shelf;
	struct sources sources;
	struct counts counts;
	struct gathering gathering;
	struct crew *crew; /* reads bodies */
	struct retry retry;
	struct work *pending, **pending_end; /* whose bodies are here, and who have logged in */
	size_t n_pending;
	struct work *asked; /* whose passwords are being looked at */
	struct gateway_loop *loop;
	int stop_timer;
	bool is_quiesced;	   /* there is no further request */
	int64_t steady_ms, now_ms; /* of this round of the loop */
	int64_t stop_ms;	   /* when it ends at the latest; 0: it goes on */
	struct gateway_log_limit fault_limit, refusal_limit, stranger_limit;
};

/* Serve until SIGTERM or SIGINT; the configuration is taken over. An exit status. */
int gateway_run(const char *config_path, struct xapi_config *config);

#endif
