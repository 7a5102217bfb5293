/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How an outbox is: what waits, and why.
 */
#include <inttypes.h>
#include <stdio.h>

#include "clients/lib/error.h"
#include "clients/lib/outbox/fault.h"
#include "clients/lib/outbox/outbox_internal.h"

/* The row of its own. */
static int look_at_row(struct outbox_file *file, struct lift_outbox_state *state)
{
	int err = 0, rc;
	sqlite3_stmt *row = outbox_file_sql(file, SQL_ROW, &err);

	if (!row)
		return err;
	rc = sqlite3_step(row);
	if (rc == SQLITE_ROW) {
		const char *stream = (const char *)sqlite3_column_text(row, 1);

		snprintf(state->source, sizeof(state->source), "%s", file->source);
		snprintf(state->stream, sizeof(state->stream), "%s", stream ? stream : "");
		state->sealed = file->is_sealed;
		state->delivered = (uint64_t)sqlite3_column_int64(row, 4);
		state->delivered_ms = sqlite3_column_int64(row, 5);
		state->refused_dropped = (uint64_t)sqlite3_column_int64(row, 6);
	} else if (rc != SQLITE_DONE) {
		err = fault_tell_sqlite(file->db, rc, file->path);
	}
	sqlite3_reset(row);
	return err;
}

static int look_at_tables(struct outbox_file *file, struct lift_outbox_state *state)
{
	int64_t waiting[3], refused = 0, pages[3];
	int err = outbox_file_numbers(file, SQL_WAITING, NULL, 0, waiting, 3);

	if (!err)
		err = outbox_file_numbers(file, SQL_N_REFUSED, NULL, 0, &refused, 1);
	if (!err)
		err = outbox_file_numbers(file, SQL_PAGES, NULL, 0, pages, 3);
	if (err)
		return err;
	/* Ids are without gaps; who has made one sees them counted. */
	state->waiting = waiting[0] > 0 ? (uint64_t)(waiting[1] - waiting[0] + 1) : 0;
	state->oldest_ms = waiting[2];
	state->refused = (uint64_t)refused;
	state->bytes = (uint64_t)((pages[0] - pages[1]) * pages[2]);
	return 0;
}

/* What its own thread says, or else whose turn it is. */
static void look_at_delivery(const struct lift_outbox *outbox, struct lift_outbox_state *state)
{
	struct deliverer_told own = { 0 };
	struct turn_told other;

	if (outbox->deliverer)
		deliverer_look(outbox->deliverer, &own);
	state->delivers = own.delivers;
	if (own.delivers || own.err) {
		state->err = own.err;
		snprintf(state->why, sizeof(state->why), "%s", own.text);
		return;
	}
	turn_look(outbox->file.path, &other);
	state->deliverer = other.is_taken ? other.pid : 0;
	state->err = other.err;
	snprintf(state->why, sizeof(state->why), "%s", other.text);
	if (!other.is_taken && !outbox->deliverer && state->waiting > 0) {
		state->err = LIFT_E_NOT_FOUND;
		snprintf(state->why, sizeof(state->why),
			 "nobody delivers from it: who opens it with an endpoint does, or 'lift "
			 "outbox --deliver'");
	}
}

int outbox_look(struct lift_outbox *outbox, struct lift_outbox_state *ret_state)
{
	struct lift_outbox_state state = { .max_bytes = outbox->max_bytes };
	int err = outbox_file_run(&outbox->file, SQL_BEGIN_READ, NULL, 0);

	if (err)
		return err;
	err = look_at_row(&outbox->file, &state);
	if (!err)
		err = look_at_tables(&outbox->file, &state);
	err = outbox_file_end(&outbox->file, err);
	if (err)
		return err;
	look_at_delivery(outbox, &state);
	*ret_state = state;
	return 0;
}
