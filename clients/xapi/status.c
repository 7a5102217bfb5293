/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/xapi/status.h"

#include <inttypes.h>
#include <stdio.h>

#include "clients/gateway/log.h"

enum { REFUSED_MAX = 100 /* taken out of an outbox in a second */ };

json_t *status_about(void)
{
	return json_pack("{s:[s,s,s,s,s], s:{s:{s:s}}}", "version", "2.0.0", "1.0.3", "1.0.2",
			 "1.0.1", "1.0.0", "extensions", "urn:lift-xapi", "version", LIFT_VERSION);
}

json_t *status_show(struct gateway *gateway, const char *name)
{
	const struct xapi_platform *platform = xapi_config_platform(gateway->config, text_of(name));
	struct platform_counts *counts = counts_of(&gateway->counts, name);
	struct source *source = platform ? sources_find(&gateway->sources, platform->source) : NULL;
	struct lift_outbox_state state = { 0 };
	json_t *shown = counts && source ? counts_show(counts) : NULL;
	int64_t oldest_s = 0;

	if (!shown)
		return NULL;
	lift_outbox_look(source->outbox, &state);
	if (state.oldest_ms)
		oldest_s = (gateway->now_ms - state.oldest_ms) / 1000;
	json_object_set_new(shown, "source", json_string(source->name));
	json_object_set_new(shown, "waiting", json_integer((json_int_t)state.waiting));
	json_object_set_new(shown, "oldest_waiting_s",
			    json_integer((json_int_t)(oldest_s > 0 ? oldest_s : 0)));
	json_object_set_new(shown, "delivered", json_integer((json_int_t)state.delivered));
	json_object_set_new(shown, "refused_by_daemon", json_integer((json_int_t)source->refused));
	json_object_set_new(shown, "daemon", json_string(state.err ? state.why : "ok"));
	return shown;
}

/* The daemon. */

struct refusals {
	struct gateway *gateway;
	struct source *source;
	int left;
};

/* It is held before it leaves the outbox; the text that the daemon gave is not, nor logged: the
 * code says what it was. */
static int hold_refused(void *context, const struct lift_refused *refused)
{
	struct refusals *refusals = context;
	struct gateway *gateway = refusals->gateway;
	struct shelf_held held = {
		.time_ms = refused->time_ms,
		.source = text_of(refusals->source->name),
		.platform = text_of(""),
		.reason = text_of(refused->code),
		.body = { refused->event, refused->event_size },
	};
	int err;

	if (refusals->left-- == 0)
		return LIFT_E_STOPPED;
	err = shelf_begin(gateway->shelf);
	if (err)
		return err;
	err = shelf_hold(gateway->shelf, &held);
	if (err) {
		shelf_abandon(gateway->shelf);
		return err;
	}
	refusals->source->refused++;
	gateway_log(GATEWAY_LOG_WARNING, "the daemon has refused an event: source=%s code=%s",
		    refusals->source->name, refused->code);
	return shelf_commit(gateway->shelf);
}

static void look_at(struct gateway *gateway, struct source *source)
{
	struct refusals refusals = { gateway, source, REFUSED_MAX };
	struct lift_outbox_state state = { 0 };

	if (lift_outbox_look(source->outbox, &state))
		return;
	if (state.err != source->told) {
		if (state.err)
			gateway_log(GATEWAY_LOG_WARNING,
				    "nothing is delivered: source=%s waiting=%" PRIu64
				    " code=%s reason=\"%s\"",
				    source->name, state.waiting, lift_err_code(state.err),
				    state.why);
		else
			gateway_log(GATEWAY_LOG_NOTICE,
				    "delivering again: source=%s waiting=%" PRIu64, source->name,
				    state.waiting);
		source->told = state.err;
	}
	if (state.refused_dropped > source->dropped)
		gateway_log(GATEWAY_LOG_WARNING,
			    "refused events that there was no room for: source=%s events=%" PRIu64,
			    source->name, state.refused_dropped);
	source->dropped = state.refused_dropped;
	if (state.refused)
		lift_outbox_refused(source->outbox, hold_refused, &refusals);
}

void status_look(struct gateway *gateway)
{
	for (size_t i = 0; i < gateway->sources.n; i++)
		look_at(gateway, &gateway->sources.items[i]);
}

void status_line(struct gateway *gateway, char to[static 200])
{
	uint64_t statements = 0;
	const struct source *away = NULL;

	for (size_t i = 0; i < gateway->counts.n; i++)
		statements += gateway->counts.items[i]->statements;
	for (size_t i = 0; i < gateway->sources.n && !away; i++)
		if (gateway->sources.items[i].told)
			away = &gateway->sources.items[i];
	snprintf(to, 200, "%" PRIu64 " statements since the start, %u connections%s%s", statements,
		 http_connections(gateway->http), away ? "; nothing is delivered: " : "",
		 away ? lift_err_code(away->told) : "");
}
