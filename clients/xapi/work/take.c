/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <stdlib.h>

#include "clients/xapi/read/body.h"
#include "clients/xapi/read/pool.h"
#include "clients/xapi/work/work_internal.h"
#include "proto/grow.h"

enum { AHEAD_MS = 600000 /* that an event may be ahead of the clock: ten minutes */ };

/* Reading the body. */

static const char *media_type(const struct work *work)
{
	return http_header(work->exchange, "Content-Type");
}

/* Who has logged in with a password may send what is not signed. */
static const json_t *keys_of(const struct bench *bench, const struct work *work)
{
	struct text body = http_body(work->exchange);
	size_t i = 0;

	while (i < body.size && isspace((unsigned char)body.data[i]))
		i++;
	if (!work->signed_only && i < body.size && (body.data[i] == '{' || body.data[i] == '['))
		return NULL;
	return bench->platform->jwks;
}

static int read_statements(const struct bench *bench, struct work *work, struct fault *fault)
{
	struct text body = http_body(work->exchange);
	enum xapi_version version;
	int err;

	switch (work->form) {
	case FORM_CALIPER:
		return body_caliper(body, media_type(work), &work->statements, fault);
	case FORM_CANVAS:
		return body_canvas(body, media_type(work), keys_of(bench, work), bench->now_ms,
				   &work->statements, fault);
	default:
		err = xapi_version_of(http_header(work->exchange, "X-Experience-API-Version"),
				      &version, fault);
		return err ? err
			   : body_xapi(body, media_type(work), version, &work->statements, fault);
	}
}

static void fail_by(struct work *work, const struct fault *fault)
{
	size_t place = strlen(fault->where);

	work_fail(work, fault->status ? (unsigned)fault->status : 400, 0, "%s%s%s", fault->where,
		  place ? ": " : "", fault->text);
	work->place = place ? place + strlen(": ") : 0;
}

/* PUT has one statement, whose id is in the address; it may have it, too. */
static void take_put_id(struct work *work)
{
	const char *asked = http_query(work->exchange, "statementId");
	json_t *one = json_array_get(work->statements, 0);
	const char *own = json_string_value(json_object_get(one, "id"));

	if (work->n != 1)
		work_fail(work, 400, 0, "PUT takes one statement, not %zu: POST takes many",
			  work->n);
	else if (own && strcasecmp(own, asked) != 0)
		work_fail(work, 400, 0, "statement.id: it is not the statementId of the address");
	else
		json_object_set_new(one, "id", json_string(asked));
}

static int read_request(const struct bench *bench, struct work *work)
{
	struct fault fault = { .status = 400 };
	int err = read_statements(bench, work, &fault);
	const int most = bench->config->limits.statements;

	if (err == LIFT_E_MEMORY)
		return err;
	if (err) {
		fail_by(work, &fault);
		return 0;
	}
	work->n = json_array_size(work->statements);
	if (work->n > (size_t)most)
		work_fail(work, 413, 0, "there are %zu statements, and %d may be in one request",
			  work->n, most);
	else if (!counts_allow(bench->counts, bench->config->limits.rate, work->n,
			       bench->steady_ms))
		work_fail(work, 429, 1,
			  "platform `%s` may send %d statements a second: send these again a "
			  "little later",
			  bench->platform->name, bench->config->limits.rate);
	else if (work->form == FORM_PUT)
		take_put_id(work);
	work->verdicts = calloc(work->n + 1, sizeof(*work->verdicts));
	return work->verdicts ? 0 : LIFT_E_MEMORY;
}

/* Verdicts. */

/* An event that no outbox takes, and the daemon would not. */
static int find_fault(const struct outcome *outcome, int64_t now_ms)
{
	for (size_t e = 0; e < outcome->n_events; e++)
		if (outcome->events[e].time < EVENT_TIME_MIN ||
		    outcome->events[e].time > now_ms + AHEAD_MS)
			return LIFT_E_TIME;
	return 0;
}

/* A statement further down in the same request is void when its turn comes. */
static void mark_void(const struct bench *bench, const struct work *work, size_t i,
		      struct text target)
{
	struct work_key *keys = bench->gathering->keys;
	uint8_t id[SHELF_HASH];

	work_hash_id(bench, target, id);
	for (size_t k = i + 1; k < work->n; k++)
		if (memcmp(keys[k].id, id, SHELF_HASH) == 0)
			keys[k].is_void = true;
}

static bool verdict_of(const struct bench *bench, struct work *work, size_t i)
{
	static const char voided[] = "voided before it came";
	const struct outcome *outcome = &bench->gathering->outcomes[i];
	const struct work_key *key = &bench->gathering->keys[i];
	struct verdict *verdict = &work->verdicts[i];
	int fault = verdict->refused ? verdict->refused : find_fault(outcome, bench->now_ms);
	const char *name = NULL;

	*verdict = (struct verdict){ .refused = verdict->refused,
				     .score_dropped = outcome->score_dropped };
	if (key->is_again) {
		verdict->kind = VERDICT_AGAIN;
	} else if (key->is_void) {
		verdict->kind = VERDICT_IGNORED;
		name = voided;
	} else if (outcome->kind == OUTCOME_IGNORED) {
		verdict->kind = VERDICT_IGNORED;
		name = outcome->rule;
	} else if (outcome->kind == OUTCOME_REFUSED) {
		verdict->kind = VERDICT_REFUSED;
		name = outcome->why;
	} else if (outcome->kind == OUTCOME_VOIDS) {
		verdict->kind = VERDICT_VOIDS;
		mark_void(bench, work, i, outcome->voids);
	} else if (fault) {
		verdict->kind = VERDICT_REFUSED;
		name = lift_err_text(fault);
	} else {
		verdict->kind = VERDICT_EVENTS;
		for (size_t e = 0; e < outcome->n_events; e++)
			verdict->types[outcome->events[e].type]++;
	}
	if (name)
		verdict->name = arena_text(&work->arena, text_of(name));
	return !name || verdict->name;
}

/* What this request takes back of itself, further up or down, is not told with the rest. */
static void mark_taken_back(const struct bench *bench, const struct work *work, size_t i)
{
	const struct gathering *gathering = bench->gathering;
	uint8_t id[SHELF_HASH];

	if (gathering->outcomes[i].kind != OUTCOME_VOIDS || gathering->keys[i].is_void)
		return;
	work_hash_id(bench, gathering->outcomes[i].voids, id);
	for (size_t k = 0; k < work->n; k++)
		gathering->keys[k].is_apart |= memcmp(gathering->keys[k].id, id, SHELF_HASH) == 0;
}

static void settle(const struct bench *bench, const struct work *work)
{
	struct gathering *gathering = bench->gathering;
	size_t n = 0;

	for (size_t i = 0; i < work->n; i++)
		mark_taken_back(bench, work, i);
	for (size_t i = 0; i < work->n; i++) {
		if (gathering->keys[i].is_apart)
			continue;
		gathering->statement_of[n] = json_array_get(work->statements, i);
		gathering->outcome_of[n++] = &gathering->outcomes[i];
	}
	map_settle(bench->config->mapping, gathering->outcome_of, gathering->statement_of, n);
}

/* Where a statement does not say when it was, it was when it came, also if it was held since. */
static int64_t came_ms(const struct bench *bench, const struct work *work, size_t i)
{
	int64_t said_ms;

	if (!work->held || statement_time(json_array_get(work->statements, i), &said_ms))
		return bench->now_ms;
	return work->held[i].time_ms;
}

static int judge(const struct bench *bench, struct work *work, struct arena *arena)
{
	const struct map_platform platform = xapi_config_mapped(bench->config, bench->platform);
	int err = 0;

	for (size_t i = 0; i < work->n && !err; i++)
		err = map_apply(bench->config->mapping, &platform,
				json_array_get(work->statements, i), came_ms(bench, work, i), arena,
				&bench->gathering->outcomes[i]);
	if (err)
		return err;
	settle(bench, work);
	for (size_t i = 0; i < work->n && !err; i++)
		err = verdict_of(bench, work, i) ? 0 : LIFT_E_MEMORY;
	return err;
}

static int make_room(struct gathering *gathering, size_t n)
{
	int err = grow(&gathering->outcomes, &gathering->outcomes_room, n, sizeof(struct outcome));

	if (!err)
		err = grow(&gathering->outcome_of, &gathering->pointers_room, n,
			   sizeof(*gathering->outcome_of));
	if (!err)
		err = grow(&gathering->statement_of, &gathering->statements_room, n,
			   sizeof(*gathering->statement_of));
	return err ? err
		   : grow(&gathering->keys, &gathering->keys_room, n, sizeof(*gathering->keys));
}

int work_take(const struct bench *bench, struct work *work)
{
	struct arena arena = { 0 };
	bool is_new = !work->statements && !work->status;
	int64_t request;
	int err;

	/* What is held, and tried again, is no round's. */
	if (is_new)
		pool_begin();
	err = is_new ? read_request(bench, work) : 0;
	if (!err)
		err = make_room(bench->gathering, work->n + 1);
	if (!err && !work->status)
		err = work_find_keys(bench, work);
	pool_end();
	if (err || work->status)
		return err;
	err = judge(bench, work, &arena);
	request = shelf_request(bench->shelf);
	for (size_t i = 0; i < work->n && !err; i++)
		err = work_write(bench, work, i, request);
	arena_free(&arena);
	return err;
}
