/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/xapi/retry.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "clients/gateway/log.h"
#include "clients/xapi/round.h"
#include "proto/grow.h"

enum { SLICE = 500 /* statements; of one request all of them */ };

/* One slice: requests of one source, or one event. */
struct slice {
	struct gateway *gateway;
	char source[SOURCE_MAX + 1];
	struct work **works;
	size_t n, room;
	int64_t request, last;
	void *event; /* that the daemon had refused */
	size_t event_size;
};

static int add_statement(struct slice *slice, const struct shelf_held *held)
{
	struct work *work = slice->n ? slice->works[slice->n - 1] : NULL;
	json_t *statement;
	int err = 0;

	if (!work || slice->request != held->request) {
		err = grow(&slice->works, &slice->room, slice->n + 1, sizeof(struct work *));
		work = err ? NULL : work_new();
		if (!work)
			return LIFT_E_MEMORY;
		slice->works[slice->n++] = work;
		slice->request = held->request;
		work->statements = json_array();
		snprintf(work->platform, sizeof(work->platform), "%.*s", (int)held->platform.size,
			 held->platform.data);
	}
	statement = json_loadb(held->body.data, held->body.size, JSON_ALLOW_NUL, NULL);
	if (!statement || json_array_append_new(work->statements, statement))
		return LIFT_E_CORRUPT;
	work->n++;
	work->held = reallocarray(work->held, work->n, sizeof(*work->held));
	work->verdicts = reallocarray(work->verdicts, work->n, sizeof(*work->verdicts));
	if (!work->held || !work->verdicts)
		return LIFT_E_MEMORY;
	work->held[work->n - 1].at = held->at;
	work->held[work->n - 1].time_ms = held->time_ms;
	work->verdicts[work->n - 1] = (struct verdict){ .refused = 0 };
	return 0;
}

static int add_held(void *context, const struct shelf_held *held)
{
	struct slice *slice = context;
	bool is_first = !slice->n && !slice->event;
	struct text source = text_of(slice->source);
	int err;

	if (slice->event ||
	    (!is_first && (held->request == 0 || !text_equal(held->source, source))))
		return LIFT_E_STOPPED;
	if (is_first)
		snprintf(slice->source, sizeof(slice->source), "%.*s", (int)held->source.size,
			 held->source.data);
	if (held->request == 0) {
		slice->event = malloc(held->body.size + 1);
		slice->event_size = held->body.size;
		if (slice->event)
			memcpy(slice->event, held->body.data, held->body.size);
		err = slice->event ? 0 : LIFT_E_MEMORY;
	} else {
		err = add_statement(slice, held);
	}
	if (!err)
		slice->last = held->at;
	return err;
}

static int release_done(struct gateway *gateway, const struct work *work)
{
	int err = 0;

	gateway->retry.tried += work->n;
	for (size_t i = 0; i < work->n && !err && !work->status; i++) {
		if (work->verdicts[i].kind == VERDICT_REFUSED)
			continue;
		gateway->retry.done++;
		err = shelf_release(gateway->shelf, work->held[i].at);
	}
	return err;
}

static int try_event(struct gateway *gateway, const struct slice *slice)
{
	struct source *source;
	const struct lift_encoded event = { slice->event, slice->event_size };
	size_t bad;
	int err = sources_open(&gateway->sources, slice->source, &source);

	if (err)
		return err;
	err = lift_publish_encoded(source->outbox, &event, 1, &bad);
	gateway->retry.tried++;
	if (err) /* it stays */
		return lift_err_class(err) == LIFT_CLASS_EVENT ? 0 : err;
	gateway->retry.done++;
	return shelf_release(gateway->shelf, slice->last);
}

static int try_slice(struct gateway *gateway, struct slice *slice)
{
	struct work **works = slice->works;
	size_t n = 0;
	int err = 0;

	if (slice->event)
		return try_event(gateway, slice);
	for (size_t i = 0; i < slice->n; i++) { /* a platform that is gone has none of them tried */
		struct work *work = slice->works[i];

		if (xapi_config_platform(gateway->config, text_of(work->platform))) {
			slice->works[i] = works[n];
			works[n++] = work;
		}
	}
	if (n)
		round_source(gateway, slice->source, works, n);
	for (size_t i = 0; i < n && !err; i++)
		err = works[i]->status ? LIFT_E_BUSY : release_done(gateway, works[i]);
	return err;
}

static void count(struct gateway *gateway, const struct slice *slice)
{
	for (size_t i = 0; i < slice->n; i++) {
		struct platform_counts *counts =
			counts_of(&gateway->counts, slice->works[i]->platform);

		if (counts &&
		    xapi_config_platform(gateway->config, text_of(slice->works[i]->platform)))
			work_count(slice->works[i], counts, gateway->now_ms);
	}
}

static void end(struct gateway *gateway, int err)
{
	struct retry *retry = &gateway->retry;

	if (err)
		gateway_log(GATEWAY_LOG_WARNING,
			    "trying again what was refused has stopped, until the next reload: "
			    "code=%s",
			    lift_err_code(err));
	else if (retry->tried)
		gateway_log(GATEWAY_LOG_NOTICE,
			    "tried again what was refused: statements=%" PRIu64 " done=%" PRIu64,
			    retry->tried, retry->done);
	retry->is_on = false;
}

void retry_begin(struct gateway *gateway)
{
	gateway->retry = (struct retry){ .is_on = true };
}

void retry_step(struct gateway *gateway)
{
	struct slice slice = { .gateway = gateway };
	int err;

	if (!gateway->retry.is_on)
		return;
	err = shelf_begin(gateway->shelf);
	if (err) {
		end(gateway, err);
		return;
	}
	err = shelf_each_held(gateway->shelf, gateway->retry.after, SLICE, add_held, &slice);
	if (err == LIFT_E_STOPPED)
		err = 0;
	if (!err && slice.last)
		err = try_slice(gateway, &slice);
	if (err)
		shelf_abandon(gateway->shelf);
	else
		err = shelf_commit(gateway->shelf);
	if (!err)
		count(gateway, &slice);
	if (err || !slice.last)
		end(gateway, err);
	gateway->retry.after = slice.last;
	for (size_t i = 0; i < slice.n; i++)
		work_free(slice.works[i]);
	free(slice.works);
	free(slice.event);
}
