/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/xapi/gateway.h"

#include <errno.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>

#include "clients/gateway/log.h"
#include "clients/xapi/read/pool.h"
#include "clients/xapi/retry.h"
#include "clients/xapi/round.h"
#include "clients/xapi/routes.h"
#include "clients/xapi/setup/secret.h"
#include "clients/xapi/status.h"

enum {
	SECOND_MS = 1000,
	MINUTE_MS = 60000,
	STOP_MS = 5000, /* what is in flight at the end has so long */
	LAST_MS = 100,	/* in which a request that begins is one that was in flight */
};

/* What the loop calls has the one moment of its round. */
static struct gateway *gateway_at(void *context, const struct gateway_now *now)
{
	struct gateway *gateway = context;

	gateway->steady_ms = now->steady_ms;
	gateway->now_ms = now->utc_ms;
	return gateway;
}

/* Opening, in the order in which one thing needs the other. */

static int open_shelf(struct gateway *gateway, char why[static 400])
{
	const struct xapi_config *config = gateway->config;
	char path[XAPI_PATH_MAX + 16];
	struct shelf_options options = {
		.path = path,
		.key = gateway->sources.seal,
		.statements = config->remembered,
		.held = config->refused_max,
	};
	int err;

	snprintf(path, sizeof(path), "%s/shelf.db", config->state);
	err = shelf_open(&options, &gateway->shelf);
	if (err == LIFT_E_SEAL)
		snprintf(why, 400,
			 "%.200s: it is sealed with another key than seal.key: bring that one back "
			 "(lift-xapi(8), SEAL)",
			 path);
	else if (err)
		snprintf(why, 400, "%.200s: %s", path, lift_err_text(err));
	return err;
}

static int open_http(struct gateway *gateway, char why[static 400])
{
	const struct xapi_config *config = gateway->config;
	const struct xapi_limits *limits = &config->limits;
	struct http_options options = {
		.listen = config->listen,
		.limits = { .connections = (uint32_t)limits->connections,
			    .connections_of_one = (uint32_t)limits->connections_of_one,
			    .body_bytes = (size_t)limits->body_kib << 10,
			    .bodies_bytes = (size_t)limits->bodies_mib << 20,
			    .head_ms = limits->head_s * SECOND_MS,
			    .body_ms = limits->body_s * SECOND_MS,
			    .idle_ms = limits->idle_s * SECOND_MS },
		.origins =
			config->origins.count ? (const char *const *)config->origins.items : NULL,
		.trusted =
			config->trusted.count ? (const char *const *)config->trusted.items : NULL,
		.head = routes_head,
		.request = routes_request,
		.context = gateway,
	};
	int err = http_open(&options, &gateway->http);

	if (err)
		snprintf(why, 400, "listen: %.200s: %s", config->listen,
			 err == LIFT_E_SOCKET ? strerror(errno) : lift_err_text(err));
	return err;
}

/* Signals. */

/* Where it was installed and nothing else, it runs, and this is what is missing. */
static void say_if_nobody_may_send(const struct gateway *gateway)
{
	if (gateway->config->n_platforms == 0)
		gateway_log(GATEWAY_LOG_WARNING,
			    "nobody may send yet: add who may to `platforms` of %s, and then: "
			    "systemctl reload lift-xapi; see lift-xapi(8), THE FIRST HOUR",
			    gateway->config_path);
}

/* Each platform has its place, and one that is gone has none. */
static void keep_counts(struct counts *counts, const struct xapi_config *config)
{
	struct counts all = *counts, gone = { .n = 0 };

	counts->n = 0;
	for (size_t i = 0; i < all.n; i++) {
		bool stays = xapi_config_platform(config, text_of(all.items[i]->name));
		struct counts *to = stays ? counts : &gone;

		to->items[to->n++] = all.items[i];
	}
	counts_log(&gone);
	counts_free(&gone);
	for (size_t i = 0; i < config->n_platforms; i++)
		counts_of(counts, config->platforms[i].name);
}

static void take_config(struct gateway *gateway, struct xapi_config *config)
{
	const char *restart = xapi_config_restart(gateway->config, config);
	char why[400] = "";
	int err = sources_add(&gateway->sources, config, false, why);

	if (err) {
		gateway_log(GATEWAY_LOG_ERROR,
			    "the old configuration is kept: code=%s reason=\"%s\"",
			    lift_err_code(err), why);
		xapi_config_free(config);
		return;
	}
	if (restart)
		gateway_log(
			GATEWAY_LOG_WARNING,
			"a key of the configuration has changed that only a restart takes: key=%s",
			restart);
	xapi_config_free(gateway->config);
	gateway->config = config;
	shelf_bound(gateway->shelf, config->remembered, config->refused_max);
	keep_counts(&gateway->counts, config);
	passwords_clear(gateway->passwords);
	retry_begin(gateway);
	gateway_log(GATEWAY_LOG_NOTICE, "configuration read: platforms=%zu people=%zu",
		    config->n_platforms, config->people ? people_count(config->people) : 0);
	say_if_nobody_may_send(gateway);
}

static void reload(struct gateway *gateway)
{
	struct xapi_config *config = NULL;
	char *said = NULL;

	sd_notify(0, "RELOADING=1");
	if (xapi_config_load(gateway->config_path, &config, &said)) {
		gateway_log_lines(said);
		gateway_log(GATEWAY_LOG_ERROR,
			    "the configuration has errors, and the old one is kept");
	} else {
		take_config(gateway, config);
	}
	free(said);
	sd_notify(0, "READY=1");
}

static void take_signal(void *context, int number, const struct gateway_now *now)
{
	struct gateway *gateway = gateway_at(context, now);

	if (number == SIGHUP) {
		reload(gateway);
	} else if (!gateway->stop_ms) {
		gateway_log(GATEWAY_LOG_NOTICE, "stopping: signal=%s",
			    number == SIGTERM ? "SIGTERM" : "SIGINT");
		sd_notify(0, "STOPPING=1");
		gateway->stop_ms = gateway->steady_ms + STOP_MS;
		gateway_loop_set_timer(gateway->loop, gateway->stop_timer, true);
	}
}

/* Before there are threads. */
static int open_loop(struct gateway *gateway)
{
	gateway->loop = gateway_loop_new();
	return gateway->loop ? gateway_loop_take_usual(gateway->loop, take_signal, gateway)
			     : LIFT_E_MEMORY;
}

/* The loop. */

static void run_http(void *context, const struct gateway_now *now)
{
	http_run(gateway_at(context, now)->http);
}

static int wait_http(const void *context)
{
	return http_timeout_ms(((const struct gateway *)context)->http);
}

static void run_passwords(void *context, const struct gateway_now *now)
{
	routes_passwords(gateway_at(context, now));
}

static void each_second(void *context, const struct gateway_now *now)
{
	struct gateway *gateway = gateway_at(context, now);
	char line[200];

	status_look(gateway);
	sources_close_idle(&gateway->sources, gateway->config);
	status_line(gateway, line);
	sd_notifyf(0, "WATCHDOG=1\nSTATUS=%s", line);
}

static void each_minute(void *context, const struct gateway_now *now)
{
	counts_log(&gateway_at(context, now)->counts);
}

/* No further request, but those that have begun. */
static void run_stop(void *context, const struct gateway_now *now)
{
	http_quiesce(gateway_at(context, now)->http);
	gateway_at(context, now)->is_quiesced = true;
}

static bool is_done(const struct gateway *gateway)
{
	return gateway->is_quiesced &&
	       (gateway->steady_ms >= gateway->stop_ms ||
		(!gateway->pending && !gateway->asked && !http_connections(gateway->http)));
}

static bool run_work(void *context, const struct gateway_now *now)
{
	struct gateway *gateway = gateway_at(context, now);

	round_run(gateway);
	retry_step(gateway);
	if (is_done(gateway))
		gateway_loop_stop(gateway->loop);
	return gateway->pending || gateway->retry.is_on;
}

static int fill_loop(struct gateway *gateway)
{
	struct gateway_loop *loop = gateway->loop;
	int err = gateway_loop_add_fd(loop, http_fd(gateway->http), run_http, wait_http, gateway);

	if (!err)
		err = gateway_loop_add_fd(loop, passwords_fd(gateway->passwords), run_passwords,
					  NULL, gateway);
	if (!err)
		err = gateway_loop_add_timer(loop, SECOND_MS, each_second, gateway, NULL);
	if (!err)
		err = gateway_loop_add_timer(loop, MINUTE_MS, each_minute, gateway, NULL);
	if (!err)
		err = gateway_loop_add_timer(loop, LAST_MS, run_stop, gateway,
					     &gateway->stop_timer);
	if (err)
		return err;
	gateway_loop_set_timer(loop, gateway->stop_timer, false);
	gateway_loop_set_work(loop, run_work, gateway);
	return 0;
}

static int gateway_open(struct gateway *gateway, char why[static 400])
{
	const struct xapi_config *config = gateway->config;
	uint8_t seal[LIFT_SEAL_BYTES];
	int err = open_loop(gateway);

	if (mkdir(config->state, 0700) != 0 && errno != EEXIST) {
		snprintf(why, 400, "state: %.300s: %s", config->state, strerror(errno));
		return LIFT_E_IO;
	}
	if (!err)
		err = seal_load(config->state, true, seal, why);
	if (!err)
		err = sources_begin(&gateway->sources, config, seal, why);
	sodium_memzero(seal, sizeof(seal));
	if (!err)
		err = open_shelf(gateway, why);
	if (!err)
		err = sources_add(&gateway->sources, config, true, why);
	if (!err)
		err = gathering_open(&gateway->gathering);
	if (!err)
		err = crew_open(crew_threads(), &gateway->crew);
	if (!err) {
		gateway->passwords = passwords_new();
		err = gateway->passwords ? 0 : LIFT_E_MEMORY;
	}
	if (!err)
		err = open_http(gateway, why);
	return err ? err : fill_loop(gateway);
}

static void drop(struct work *work)
{
	while (work) {
		struct work *next = work->next;

		work_free(work);
		work = next;
	}
}

static void gateway_close(struct gateway *gateway)
{
	if (gateway->passwords)
		passwords_free(gateway->passwords);
	if (gateway->http)
		http_free(gateway->http);
	drop(gateway->pending);
	drop(gateway->asked);
	crew_free(gateway->crew);
	gathering_close(&gateway->gathering);
	sources_close(&gateway->sources);
	shelf_close(gateway->shelf);
	counts_free(&gateway->counts);
	xapi_config_free(gateway->config);
	gateway_loop_free(gateway->loop);
}

int gateway_run(const char *config_path, struct xapi_config *config)
{
	struct gateway *gateway = calloc(1, sizeof(*gateway));
	char why[400] = "";
	int err;

	if (!gateway) {
		xapi_config_free(config);
		return EXIT_FAILURE;
	}
	gateway->config_path = config_path;
	gateway->config = config;
	gateway->pending_end = &gateway->pending;
	err = pool_open();
	if (!err)
		err = gateway_open(gateway, why);
	if (err) {
		gateway_log(GATEWAY_LOG_ERROR, "start failed: code=%s reason=\"%s\"",
			    lift_err_code(err), *why ? why : lift_err_text(err));
	} else {
		retry_begin(gateway);
		gateway_log(GATEWAY_LOG_NOTICE,
			    "ready: version=%s port=%u platforms=%zu people=%zu", LIFT_VERSION,
			    http_port(gateway->http), config->n_platforms,
			    config->people ? people_count(config->people) : 0);
		say_if_nobody_may_send(gateway);
		sd_notify(0, "READY=1");
		err = gateway_loop_run(gateway->loop);
		if (err)
			gateway_log(GATEWAY_LOG_ERROR, "it cannot go on: code=%s reason=\"%s\"",
				    lift_err_code(err), lift_err_text(err));
		counts_log(&gateway->counts);
	}
	gateway_close(gateway);
	free(gateway);
	pool_close();
	return err ? EXIT_FAILURE : EXIT_SUCCESS;
}
