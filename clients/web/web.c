/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/web/web.h"

#include <errno.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <systemd/sd-daemon.h>

#include "clients/gateway/file.h"
#include "clients/gateway/private.h"
#include "clients/web/routes.h"
#include "clients/web/state.h"

enum {
	SECOND_MS = 1000,
	STOP_MS = 3000, /* what is in flight at the end has so long */
	BUFFER = 20000, /* messages of the daemon that may wait */
	OUTLINES_BYTES = 32 << 20,
};

/* What the loop calls has the one moment of its round. */
static struct web *web_at(void *context, const struct gateway_now *now)
{
	struct web *web = context;

	web->steady_ms = now->steady_ms;
	web->now_ms = now->utc_ms;
	return web;
}

/* Opening, in the order in which one thing needs the other. */

static int load_outlines(struct web *web, char why[static 400])
{
	const char *path = web->config->outlines;
	json_error_t error;
	json_t *outlines;
	char *text = NULL;
	size_t size;
	int err;

	if (!path)
		return 0;
	err = gateway_file_read(path, OUTLINES_BYTES, &text, &size);
	if (err) {
		snprintf(why, 400, "outlines: %.200s: %s", path, strerror(errno));
		return err;
	}
	outlines = json_loadb(text, size, 0, &error);
	if (!json_is_array(json_object_get(outlines, "features"))) {
		snprintf(why, 400, "outlines: %.200s:%d: %s", path, outlines ? 1 : error.line,
			 outlines ? "it must be GeoJSON, a FeatureCollection" : error.text);
		err = LIFT_E_CONFIG;
		free(text);
	} else {
		web->outlines = web_answer_keep("application/geo+json", text, size);
		err = web->outlines ? 0 : LIFT_E_MEMORY;
	}
	json_decref(outlines);
	return err;
}

static int open_picture(struct web *web, char why[static 400])
{
	static const char *const topics[] = { "metric/", "catalogue" };
	const struct web_config *config = web->config;
	const struct lift_picture_options options = {
		.publish = config->publish,
		.snapshot = config->snapshot,
		.topics = topics,
		.n_topics = sizeof(topics) / sizeof(topics[0]),
		.buffer = BUFFER,
	};
	struct lift_picture_options with_keys = options;
	int err = 0;

	if (config->key && config->server)
		err = daemon_keys_load(config->key, config->server, &web->keys, why);
	with_keys.keys = web->keys;
	if (!err) {
		err = lift_picture_open(&with_keys, &web->picture);
		if (err)
			snprintf(why, 400, "publish, snapshot: %s", lift_error_text());
	}
	return err;
}

static int open_http(struct web *web, char why[static 400])
{
	const struct web_config *config = web->config;
	const struct http_options options = {
		.listen = config->listen,
		.limits = { .connections = (uint32_t)config->connections,
			    .connections_of_one = (uint32_t)config->connections_of_one,
			    .body_bytes = 1024,
			    .bodies_bytes = 1 << 20 },
		.trusted =
			config->trusted.count ? (const char *const *)config->trusted.items : NULL,
		.head = web_routes_head,
		.request = web_routes_request,
		.context = web,
	};
	int err = http_open(&options, &web->http);

	if (err)
		snprintf(why, 400, "listen: %.200s: %s", config->listen,
			 err == LIFT_E_SOCKET ? strerror(errno) : lift_err_text(err));
	return err;
}

/* Signals. */

/* What only a restart takes stays as it was: the old texts are still pointed to. */
static void take_config(struct web *web, struct web_config *config)
{
	const char *restart = web_config_restart(web->config, config);

	if (restart) {
		gateway_log(GATEWAY_LOG_ERROR,
			    "the old configuration is kept: only a restart takes another key=%s",
			    restart);
		web_config_free(config);
		return;
	}
	web_config_free(web->config);
	web->config = config;
	passwords_clear(web->passwords);
	http_end_streams(web->http); /* who listens may not be let in any more */
	web->standing.change++;
	gateway_log(GATEWAY_LOG_NOTICE, "configuration read: users=%zu", config->n_users);
}

static void reload(struct web *web)
{
	struct web_config *config = NULL;
	char *said = NULL;

	sd_notify(0, "RELOADING=1");
	if (web_config_load(web->config_path, &config, &said)) {
		gateway_log_lines(said);
		gateway_log(GATEWAY_LOG_ERROR,
			    "the configuration has errors, and the old one is kept");
	} else {
		take_config(web, config);
	}
	free(said);
	sd_notify(0, "READY=1");
}

static void take_signal(void *context, int number, const struct gateway_now *now)
{
	struct web *web = web_at(context, now);

	if (number == SIGHUP) {
		reload(web);
	} else if (!web->stop_ms) {
		gateway_log(GATEWAY_LOG_NOTICE, "stopping: signal=%s",
			    number == SIGTERM ? "SIGTERM" : "SIGINT");
		sd_notify(0, "STOPPING=1");
		web->stop_ms = web->steady_ms + STOP_MS;
		http_quiesce(web->http);
	}
}

/* Before there are threads. */
static int open_loop(struct web *web)
{
	web->loop = gateway_loop_new();
	return web->loop ? gateway_loop_take_usual(web->loop, take_signal, web) : LIFT_E_MEMORY;
}

/* The loop. */

static void run_http(void *context, const struct gateway_now *now)
{
	http_run(web_at(context, now)->http);
}

static int wait_http(const void *context)
{
	return http_timeout_ms(((const struct web *)context)->http);
}

static void run_passwords(void *context, const struct gateway_now *now)
{
	web_routes_passwords(web_at(context, now));
}

static void run_days(void *context, const struct gateway_now *now)
{
	web_routes_days(web_at(context, now));
}

static void run_printer(void *context, const struct gateway_now *now)
{
	web_routes_printed(web_at(context, now));
}

/* All that has come of the daemon. What ends a picture for good is of its keys or endpoints: it is
 * said, and begun anew by systemd. */
static void run_picture(void *context, const struct gateway_now *now)
{
	struct web *web = web_at(context, now);
	struct lift_picture_news news;
	int err;

	while (!(err = lift_picture_next(web->picture, 0, &news)))
		web_state_take(web, &news);
	if (err == LIFT_E_NOT_FOUND || err == LIFT_E_STOPPED)
		return;
	gateway_log(GATEWAY_LOG_ERROR, "the daemon cannot be followed: code=%s reason=\"%s\"",
		    lift_err_code(err), lift_err_text(err));
	web->failed = err;
	gateway_loop_stop(web->loop);
}

static void each_second(void *context, const struct gateway_now *now)
{
	struct web *web = web_at(context, now);
	const struct standing *standing = &web->standing;

	web_state_remind(web);
	sd_notifyf(0, "WATCHDOG=1\nSTATUS=%s; %u connections, %zu of them listen",
		   !standing->is_whole	? "no figures yet"
		   : standing->is_stale ? "liftd is silent, the figures are old"
					: "figures are live",
		   http_connections(web->http), feed_listeners(web->feed));
}

static bool run_work(void *context, const struct gateway_now *now)
{
	struct web *web = web_at(context, now);

	if (web->stop_ms && (web->steady_ms >= web->stop_ms || http_connections(web->http) == 0))
		gateway_loop_stop(web->loop);
	return false;
}

static int fill_loop(struct web *web)
{
	struct gateway_loop *loop = web->loop;
	int err = gateway_loop_add_fd(loop, http_fd(web->http), run_http, wait_http, web);

	if (!err)
		err = gateway_loop_add_fd(loop, passwords_fd(web->passwords), run_passwords, NULL,
					  web);
	if (!err)
		err = gateway_loop_add_fd(loop, days_fd(web->days), run_days, NULL, web);
	if (!err)
		err = gateway_loop_add_fd(loop, printer_fd(web->printer), run_printer, NULL, web);
	if (!err)
		err = gateway_loop_add_fd(loop, lift_picture_descriptor(web->picture), run_picture,
					  NULL, web);
	if (!err)
		err = gateway_loop_add_timer(loop, SECOND_MS, each_second, web, NULL);
	gateway_loop_set_work(loop, run_work, web);
	return err;
}

static int open_all(struct web *web, char why[static 400])
{
	int err = open_loop(web);

	if (!err)
		err = web_page_load(web->config->page, &web->page, why);
	if (!err)
		err = load_outlines(web, why);
	if (!err)
		err = open_picture(web, why);
	if (err)
		return err;
	web->feed = feed_new();
	web->answers = web_answers_new();
	web->passwords = passwords_new();
	web->days = days_new(web->config->ask, web->keys);
	if (web->config->control)
		web->health = health_new(web->config->control, web->keys);
	web->printer = printer_new();
	if (!web->feed || !web->answers || !web->passwords || !web->days || !web->printer ||
	    (web->config->control && !web->health))
		return LIFT_E_MEMORY;
	err = open_http(web, why);
	return err ? err : fill_loop(web);
}

static void drop(struct waiting *waiting)
{
	while (waiting) {
		struct waiting *next = waiting->next;

		free(waiting);
		waiting = next;
	}
}

static void close_all(struct web *web)
{
	http_free(web->http);
	days_free(web->days);
	printer_free(web->printer);
	health_free(web->health);
	if (web->passwords)
		passwords_free(web->passwords);
	drop(web->asked);
	drop(web->dated);
	web_answers_free(web->answers);
	feed_free(web->feed);
	lift_picture_close(web->picture);
	daemon_keys_free(web->keys);
	web_page_free(web->page);
	json_decref(web->standing.beat);
	web_answer_kept_free(web->outlines);
	web_config_free(web->config);
	gateway_loop_free(web->loop);
}

static int serve(struct web *web)
{
	int err;

	gateway_log(GATEWAY_LOG_NOTICE, "ready: version=%s port=%u", LIFT_VERSION,
		    http_port(web->http));
	sd_notify(0, "READY=1");
	err = gateway_loop_run(web->loop);
	if (err)
		gateway_log(GATEWAY_LOG_ERROR, "it cannot go on: code=%s reason=\"%s\"",
			    lift_err_code(err), lift_err_text(err));
	return err ? err : web->failed;
}

int web_run(const char *config_path, struct web_config *config)
{
	struct web *web = calloc(1, sizeof(*web));
	char why[400] = "";
	int err;

	if (!web) {
		web_config_free(config);
		return EXIT_FAILURE;
	}
	web->config_path = config_path;
	web->config = config;
	err = open_all(web, why);
	if (err)
		gateway_log(GATEWAY_LOG_ERROR, "start failed: code=%s reason=\"%s\"",
			    lift_err_code(err), *why ? why : lift_err_text(err));
	else
		err = serve(web);
	close_all(web);
	free(web);
	return err ? EXIT_FAILURE : EXIT_SUCCESS;
}
