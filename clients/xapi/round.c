/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/xapi/round.h"

#include <stdlib.h>

#include "clients/gateway/log.h"
#include "clients/xapi/answer.h"
#include "clients/xapi/read/pool.h"
#include "proto/grow.h"

enum {
	ROUND_MAX = 256,       /* requests of one round */
	ROUND_BYTES = 4 << 20, /* of their bodies: a round is to take a second at most */
	CREW_BYTES = 32 << 10, /* fewer are read sooner than other threads wake */
	FAULTS_MAX = 100,      /* events that an outbox does not take, of one round */
	FULL_RETRY_S = 60,
	FAIL_RETRY_S = 10,
};

static const char not_kept[] = "nothing of this request was kept: send it again later";

/* Events. */

static int publish(struct gathering *gathering, struct lift_outbox *outbox, size_t *ret_bad)
{
	struct text all = msg_written(gathering->writer);
	size_t at = 0;
	int err = grow(&gathering->encoded, &gathering->encoded_room, gathering->n,
		       sizeof(*gathering->encoded));

	if (err || all.size != gathering->events[gathering->n - 1].end)
		return LIFT_E_MEMORY;
	for (size_t i = 0; i < gathering->n; i++) {
		size_t end = gathering->events[i].end;

		gathering->encoded[i] = (struct lift_encoded){ all.data + at, end - at };
		at = end;
	}
	return lift_publish_encoded(outbox, gathering->encoded, gathering->n, ret_bad);
}

static struct bench bench_of(struct gateway *gateway, const struct work *work)
{
	return (struct bench){
		.config = gateway->config,
		.platform = xapi_config_platform(gateway->config, text_of(work->platform)),
		.shelf = gateway->shelf,
		.gathering = &gateway->gathering,
		.now_ms = gateway->now_ms,
	};
}

static int take_all(struct gateway *gateway, struct work *const works[], size_t n)
{
	int err = 0;

	gathering_clear(&gateway->gathering);
	for (size_t i = 0; i < n && !err; i++) {
		struct bench bench = bench_of(gateway, works[i]);

		if (!works[i]->status)
			err = work_take(&bench, works[i]);
	}
	return err;
}

static void fail_all(struct work *const works[], size_t n, int retry_s, const char *why)
{
	for (size_t i = 0; i < n; i++)
		if (!works[i]->status)
			work_fail(works[i], 503, retry_s, "%s; %s", why, not_kept);
}

static void fail_by(struct gateway *gateway, const char *source, int err,
		    struct work *const works[], size_t n)
{
	if (gateway_log_allowed(&gateway->fault_limit, gateway->steady_ms, 1000))
		gateway_log(GATEWAY_LOG_ERROR,
			    "requests cannot be kept: source=%s code=%s reason=\"%s\"", source,
			    lift_err_code(err), lift_err_text(err));
	if (err == LIFT_E_FULL)
		fail_all(works, n, FULL_RETRY_S,
			 "the outbox is full: the daemon has not taken what waits in it");
	else
		fail_all(works, n, FAIL_RETRY_S, "it cannot be written");
}

/* One event that is wrong must not hold up the others: its statement is refused. */
static bool refuse_bad(struct gathering *gathering, int err, size_t bad)
{
	struct verdict *verdict;

	if (lift_err_class(err) != LIFT_CLASS_EVENT || bad >= gathering->n)
		return false;
	verdict = &gathering->events[bad].work->verdicts[gathering->events[bad].statement];
	if (verdict->refused)
		return false;
	verdict->refused = err;
	return true;
}

void round_source(struct gateway *gateway, const char *name, struct work *const works[], size_t n)
{
	struct source *source = sources_find(&gateway->sources, name);
	struct gathering *gathering = &gateway->gathering;
	bool again = source != NULL;
	int err = source ? 0 : LIFT_E_OUTBOX;

	for (int tries = 0; again; tries++) {
		size_t bad = SIZE_MAX;

		err = shelf_mark(gateway->shelf);
		if (err)
			break;
		err = take_all(gateway, works, n);
		if (!err && gathering->n)
			err = publish(gathering, source->outbox, &bad);
		again = err && tries < FAULTS_MAX && refuse_bad(gathering, err, bad);
		if (err)
			shelf_back(gateway->shelf);
		else
			err = shelf_keep(gateway->shelf);
	}
	if (err)
		fail_by(gateway, name, err, works, n);
}

/* Requests. */

static size_t take_pending(struct gateway *gateway, struct work *works[static ROUND_MAX],
			   size_t *ret_bytes)
{
	size_t n = 0, bytes = 0;

	while (gateway->pending && n < ROUND_MAX && bytes < ROUND_BYTES) {
		works[n] = gateway->pending;
		bytes += http_body(works[n]->exchange).size;
		gateway->pending = works[n++]->next;
		gateway->n_pending--;
	}
	if (!gateway->pending)
		gateway->pending_end = &gateway->pending;
	*ret_bytes = bytes;
	return n;
}

struct reading {
	struct gateway *gateway;
	struct work **works;
};

static void read_one(void *context, size_t i)
{
	struct reading *reading = context;
	struct bench bench = bench_of(reading->gateway, reading->works[i]);

	if (bench.platform)
		work_read(&bench, reading->works[i]);
}

static void read_all(struct gateway *gateway, struct work *works[], size_t n, size_t bytes)
{
	struct reading reading = { gateway, works };

	if (n > 1 && bytes >= CREW_BYTES)
		crew_do(gateway->crew, read_one, &reading, n);
	else
		for (size_t i = 0; i < n; i++)
			read_one(&reading, i);
}

/* No platform sends more than it may. */
static void check_rates(struct gateway *gateway, struct work *const works[], size_t n)
{
	int rate = gateway->config->limits.rate;

	for (size_t i = 0; i < n; i++) {
		struct work *work = works[i];
		struct platform_counts *counts = counts_of(&gateway->counts, work->platform);

		if (work->status || work->read_err)
			continue;
		if (!counts)
			work->read_err = LIFT_E_MEMORY;
		else if (!counts_allow(counts, rate, work->n, gateway->steady_ms))
			work_fail(work, 429, 1,
				  "platform `%s` may send %d statements a second: send these again "
				  "a little later",
				  work->platform, rate);
	}
}

static const char *source_of(struct gateway *gateway, const struct work *work)
{
	const struct xapi_platform *platform =
		xapi_config_platform(gateway->config, text_of(work->platform));

	return platform ? platform->source : NULL;
}

/* Those of one source together, the sources in the order of their first request. */
static void take_by_source(struct gateway *gateway, struct work *const works[], size_t n)
{
	struct work *of_source[ROUND_MAX];
	bool is_taken[ROUND_MAX] = { false };

	for (size_t i = 0; i < n; i++) {
		const char *source = source_of(gateway, works[i]);
		size_t count = 0;

		if (is_taken[i])
			continue;
		if (!source) {
			work_fail(works[i], 401, 0, "this platform is not known any more");
			continue;
		}
		for (size_t k = i; k < n; k++) {
			const char *other = source_of(gateway, works[k]);

			if (other && strcmp(other, source) == 0) {
				is_taken[k] = true;
				of_source[count++] = works[k];
			}
		}
		round_source(gateway, source, of_source, count);
	}
}

static void answer(struct gateway *gateway, const struct work *work)
{
	struct platform_counts *counts = counts_of(&gateway->counts, work->platform);

	if (counts)
		work_count(work, counts, gateway->now_ms);
	if (work->status >= 400 && work->status < 500 &&
	    gateway_log_allowed(&gateway->refusal_limit, gateway->steady_ms, 10000))
		gateway_log(GATEWAY_LOG_WARNING,
			    "a request was not taken: platform=%s status=%u reason=\"%s\"",
			    work->platform, work->status,
			    work->problem ? work->problem + work->place : "");
	answer_work(work);
}

/* On disk before anything of them is published. */
static int meet_undated(struct gateway *gateway, struct work *const works[], size_t n)
{
	bool any = false;
	int err;

	for (size_t i = 0; i < n; i++)
		any |= work_is_undated(works[i]);
	if (!any)
		return 0;
	err = shelf_begin(gateway->shelf);
	if (err)
		return err;
	for (size_t i = 0; i < n && !err; i++) {
		struct bench bench = bench_of(gateway, works[i]);

		if (work_is_undated(works[i]))
			err = work_meet(&bench, works[i]);
	}
	if (err)
		shelf_abandon(gateway->shelf);
	return err ? err : shelf_commit(gateway->shelf);
}

void round_run(struct gateway *gateway)
{
	struct work *works[ROUND_MAX];
	size_t bytes, n = take_pending(gateway, works, &bytes);
	int err;

	if (!n)
		return;
	read_all(gateway, works, n, bytes);
	check_rates(gateway, works, n);
	err = meet_undated(gateway, works, n);
	if (!err)
		err = shelf_begin(gateway->shelf);
	if (!err) {
		take_by_source(gateway, works, n);
		err = shelf_commit(gateway->shelf);
	}
	if (err)
		fail_by(gateway, "all", err, works, n);
	for (size_t i = 0; i < n; i++) {
		answer(gateway, works[i]);
		work_free(works[i]);
	}
	pool_clear();
}
