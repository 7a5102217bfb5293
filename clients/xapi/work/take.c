/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/xapi/read/body.h"
#include "clients/xapi/work/work_internal.h"
#include "proto/grow.h"

/* Verdicts. */

/* An event that no outbox takes, and the daemon would not. */
static int find_fault(const struct outcome *outcome, int64_t now_ms)
{
	for (size_t e = 0; e < outcome->n_events; e++)
		if (outcome->events[e].time < EVENT_TIME_MIN ||
		    outcome->events[e].time > now_ms + EVENT_AHEAD_MS)
			return LIFT_E_TIME;
	return 0;
}

/* A statement further down in the same request is void when its turn comes. */
static void mark_void(const struct bench *bench, const struct work *work, size_t i,
		      struct text target)
{
	struct work_key *keys = work->keys;
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
	const struct work_key *key = &work->keys[i];
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

	if (gathering->outcomes[i].kind != OUTCOME_VOIDS || work->keys[i].is_void)
		return;
	work_hash_id(bench, gathering->outcomes[i].voids, id);
	for (size_t k = 0; k < work->n; k++)
		work->keys[k].is_apart |= memcmp(work->keys[k].id, id, SHELF_HASH) == 0;
}

static void settle(const struct bench *bench, const struct work *work)
{
	struct gathering *gathering = bench->gathering;
	size_t n = 0;

	for (size_t i = 0; i < work->n; i++)
		mark_taken_back(bench, work, i);
	for (size_t i = 0; i < work->n; i++) {
		if (work->keys[i].is_apart)
			continue;
		gathering->statement_of[n] = json_array_get(work->statements, i);
		gathering->outcome_of[n++] = &gathering->outcomes[i];
	}
	map_settle(bench->config->mapping, gathering->outcome_of, gathering->statement_of, n);
}

static int judge(const struct bench *bench, struct work *work, struct arena *arena)
{
	const struct map_platform platform = xapi_config_mapped(bench->config, bench->platform);
	int err = 0;

	for (size_t i = 0; i < work->n && !err; i++)
		err = map_apply(bench->config->mapping, &platform,
				json_array_get(work->statements, i), work->keys[i].came_ms, arena,
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
	return err ? err
		   : grow(&gathering->statement_of, &gathering->statements_room, n,
			  sizeof(*gathering->statement_of));
}

int work_take(const struct bench *bench, struct work *work)
{
	struct arena arena = { 0 };
	int64_t request;
	int err;

	work_read(bench, work);
	err = work->read_err ? work->read_err : make_room(bench->gathering, work->n + 1);
	if (!err && !work->status)
		err = work_find_before(bench, work);
	if (err || work->status)
		return err;
	err = judge(bench, work, &arena);
	request = shelf_request(bench->shelf);
	for (size_t i = 0; i < work->n && !err; i++)
		err = work_write(bench, work, i, request);
	arena_free(&arena);
	return err;
}
