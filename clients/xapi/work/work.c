/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/xapi/work/work.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "clients/xapi/read/pool.h"
#include "clients/xapi/work/work_internal.h"
#include "proto/grow.h"

/* A gathering. */

int gathering_open(struct gathering *gathering)
{
	*gathering = (struct gathering){ .writer = msg_writer_new(), .reader = msg_reader_new() };
	return gathering->writer && gathering->reader ? 0 : LIFT_E_MEMORY;
}

void gathering_close(struct gathering *gathering)
{
	msg_writer_free(gathering->writer);
	msg_reader_free(gathering->reader);
	free(gathering->events);
	free(gathering->encoded);
	free(gathering->outcomes);
	free(gathering->outcome_of);
	free(gathering->statement_of);
}

void gathering_clear(struct gathering *gathering)
{
	msg_writer_shrink(gathering->writer, MSG_SIZE_MAX);
	gathering->n = 0;
}

/* A request. */

struct work *work_new(void)
{
	return calloc(1, sizeof(struct work));
}

void work_free(struct work *work)
{
	if (!work)
		return;
	if (!pool_has(work->statements))
		json_decref(work->statements);
	free(work->keys);
	free(work->verdicts);
	free(work->held);
	free(work->problem);
	arena_free(&work->arena);
	free(work);
}

void work_fail(struct work *work, unsigned status, int retry_s, const char *format, ...)
{
	va_list args;

	free(work->problem);
	va_start(args, format);
	if (vasprintf(&work->problem, format, args) < 0)
		work->problem = NULL;
	va_end(args);
	work->place = 0;
	work->status = status;
	work->retry_s = retry_s;
}

/* Afterwards. */

char *work_ids(const struct work *work)
{
	json_t *ids = json_array();
	char *text;

	for (size_t i = 0; i < work->n; i++)
		json_array_append(ids, json_object_get(json_array_get(work->statements, i), "id"));
	text = json_dumps(ids, JSON_COMPACT);
	json_decref(ids);
	return text;
}

void work_count(const struct work *work, struct platform_counts *counts, int64_t now_ms)
{
	counts->has_changed = true;
	counts->last_ms = now_ms;
	if (work->status >= 400) {
		counts->failed++;
		return;
	}
	counts->statements += work->exchange ? work->n : 0;
	for (size_t i = 0; i < work->n; i++) {
		const struct verdict *verdict = &work->verdicts[i];

		counts->again += verdict->kind == VERDICT_AGAIN;
		counts->voided += verdict->kind == VERDICT_VOIDS;
		counts->scores += verdict->score_dropped;
		if (verdict->kind == VERDICT_IGNORED)
			count_add(&counts->ignored, verdict->name, 1);
		if (verdict->kind == VERDICT_REFUSED && work->exchange)
			count_add(&counts->refused, verdict->name, 1);
		for (int type = 0; type < EVENT_TYPES; type++)
			counts->events[type] += verdict->types[type];
	}
}
