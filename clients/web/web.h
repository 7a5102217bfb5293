/* SPDX-License-Identifier: Apache-2.0 */
/*
 * web.h - the daemon: one thread, whose loop follows one audience's figures, and answers browsers.
 */
#ifndef LIFT_WEB_WEB_H
#define LIFT_WEB_WEB_H

#include "clients/gateway/log.h"
#include "clients/gateway/loop.h"
#include "clients/http/http.h"
#include "clients/http/password.h"
#include "clients/lib/lift.h"
#include "clients/web/answer.h"
#include "clients/web/days.h"
#include "clients/web/feed.h"
#include "clients/web/figures/printer.h"
#include "clients/web/metrics/health.h"
#include "clients/web/page.h"
#include "clients/web/setup/config.h"

/* A request that waits for a verdict about its password, for a day, or for a long answer. */
struct waiting {
	struct waiting *next;
	struct http_exchange *exchange;
	char name[WEB_USER_NAME_MAX + 1]; /* that it logs in with */
};

/* What has come of the daemon, beside the figures. */
struct standing {
	bool is_whole; /* there are figures */
	bool is_stale;
	uint64_t tick, epoch;
	json_t *beat;	 /* the last one's body; owned */
	uint64_t change; /* another number after each change of what is shown */
};

struct web {
	const char *config_path;
	struct web_config *config;
	struct http *http;
	struct passwords *passwords;
	struct lift_keys *keys; /* NULL: there are none */
	struct lift_picture *picture;
	struct standing standing;
	struct page *page;
	struct kept *outlines; /* GeoJSON; NULL: there are none */
	struct feed *feed;
	struct days *days;
	struct printer *printer;
	struct health *health; /* NULL: nobody asks */
	struct answers *answers;
	struct waiting *asked; /* for a password */
	struct waiting *dated; /* for a day, or a long answer */
	size_t n_dated;
	uint64_t printed; /* the figures' `change` of a long answer that was just made; else 0 */
	struct gateway_loop *loop;
	int failed;		   /* LIFT_E_...: why it has ended; 0 */
	int64_t steady_ms, now_ms; /* of this round of the loop */
	int64_t stop_ms;	   /* when it ends at the latest; 0: it goes on */
	struct gateway_log_limit stranger_limit;
};

/* Serve until SIGTERM or SIGINT; the configuration is taken over. An exit status. */
int web_run(const char *config_path, struct web_config *config);

#endif
