/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the daemon refused goes back to who put it in.
 */
#include <stdlib.h>

#include "clients/lib/error.h"
#include "clients/lib/outbox/fault.h"
#include "clients/lib/outbox/outbox_internal.h"
#include "proto/json.h"

/* One of them, with copies of its texts. */
struct handed {
	int64_t id;
	char *code, *text, *json;
	uint8_t *event;
	struct lift_refused refused;
};

static void clear(struct handed *handed)
{
	if (handed->json)
		sodium_memzero(handed->json, strlen(handed->json));
	if (handed->event)
		sodium_memzero(handed->event, handed->refused.event_size);
	free(handed->code);
	free(handed->text);
	free(handed->json);
	free(handed->event);
	*handed = (struct handed){ 0 };
}

static char *copy_text(sqlite3_stmt *row, int column)
{
	const char *text = (const char *)sqlite3_column_text(row, column);

	return strdup(text ? text : "");
}

/* The event, as it was put in; what cannot be opened is handed over as it lies there. */
static int copy_event(const struct lift_outbox *outbox, sqlite3_stmt *row, struct handed *handed)
{
	struct text kept = { sqlite3_column_blob(row, 4), (size_t)sqlite3_column_bytes(row, 4) };
	struct lift_refused *refused = &handed->refused;

	handed->event = malloc(kept.size + 1);
	if (!handed->event)
		return LIFT_E_MEMORY;
	refused->event = handed->event;
	refused->event_size = kept.size;
	if (outbox->seal.is_set && seal_open(&outbox->seal, kept, handed->event) == 0)
		refused->event_size -= SEAL_MORE_BYTES;
	else if (kept.size > 0)
		memcpy(handed->event, kept.data, kept.size);
	return 0;
}

/* As a line of JSON, where it is an event. */
static int print_event(struct lift_outbox *outbox, struct handed *handed)
{
	const struct text event = { handed->refused.event, handed->refused.event_size };
	json_t *json = NULL;
	int err = json_from_msg(outbox->reader, event, &json);

	if (err == 0 && json_is_object(json)) {
		handed->json = json_line(json);
		err = handed->json ? 0 : LIFT_E_MEMORY;
	}
	json_decref(json);
	return err == LIFT_E_MEMORY ? err : 0;
}

static int copy_row(struct lift_outbox *outbox, sqlite3_stmt *row, struct handed *handed)
{
	int err;

	handed->id = sqlite3_column_int64(row, 0);
	handed->code = copy_text(row, 1);
	handed->text = copy_text(row, 2);
	handed->refused.time_ms = sqlite3_column_int64(row, 3);
	err = handed->code && handed->text ? copy_event(outbox, row, handed) : LIFT_E_MEMORY;
	if (!err)
		err = print_event(outbox, handed);
	handed->refused.code = handed->code;
	handed->refused.text = handed->text;
	handed->refused.json = handed->json;
	return err;
}

/* The first one behind `after`: LIFT_E_NOT_FOUND. */
static int next_refused(struct lift_outbox *outbox, int64_t after, struct handed *handed)
{
	int err = 0, rc;
	sqlite3_stmt *row = outbox_file_sql(&outbox->file, SQL_NEXT_REFUSED, &err);

	if (!row)
		return err;
	sqlite3_bind_int64(row, 1, after);
	rc = sqlite3_step(row);
	if (rc == SQLITE_ROW)
		err = copy_row(outbox, row, handed);
	else if (rc == SQLITE_DONE)
		err = LIFT_E_NOT_FOUND;
	else
		err = fault_tell_sqlite(outbox->file.db, rc, outbox->file.path);
	sqlite3_reset(row);
	return err;
}

/* Read one, give it to `fn`, take it out; *after becomes 0 where there was none. */
static int hand_one(struct lift_outbox *outbox, int64_t *after, lift_refused_fn *fn, void *context)
{
	struct handed handed = { 0 };
	int err;

	pthread_mutex_lock(&outbox->mutex);
	err = next_refused(outbox, *after, &handed);
	pthread_mutex_unlock(&outbox->mutex);
	*after = handed.id;
	if (err == LIFT_E_NOT_FOUND)
		return 0;
	if (!err)
		err = fn(context, &handed.refused);
	if (err == LIFT_REFUSED_STAYS) {
		err = 0;
	} else if (!err) {
		pthread_mutex_lock(&outbox->mutex);
		err = outbox_file_run(&outbox->file, SQL_TAKE_REFUSED, &handed.id, 1);
		pthread_mutex_unlock(&outbox->mutex);
	}
	clear(&handed);
	return err;
}

int lift_outbox_refused(struct lift_outbox *outbox, lift_refused_fn *fn, void *context)
{
	int64_t after = 0;
	int err = outbox_check(outbox);

	if (err)
		return error_told(err);
	if (outbox->file.is_sealed && !outbox->seal.is_set)
		return error_told(lift_set_error(LIFT_E_SEAL,
						 "the outbox %s is sealed: what was refused opens "
						 "with its key only",
						 outbox->file.path));
	pthread_mutex_lock(&outbox->handing);
	do
		err = hand_one(outbox, &after, fn, context);
	while (!err && after > 0);
	pthread_mutex_unlock(&outbox->handing);
	return error_told(err);
}
