/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "clients/xapi/read/body.h"
#include "clients/xapi/work/work_internal.h"

enum { UUID_TEXT = 37 };

/* Of a statement without an id, so that it has the same one when it comes again. */
static void make_uuid(const struct bench *bench, struct text content, char to[static UUID_TEXT])
{
	uint8_t b[SHELF_HASH];
	char hex[2 * SHELF_HASH + 1];

	shelf_hash_id(bench->shelf, text_of(bench->platform->source), content, b);
	b[6] = (b[6] & 0x0f) | 0x80; /* version 8, variant of RFC 9562 */
	b[8] = (b[8] & 0x3f) | 0x80;
	sodium_bin2hex(hex, sizeof(hex), b, sizeof(b));
	snprintf(to, UUID_TEXT, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16,
		 hex + 20);
}

void work_hash_id(const struct bench *bench, struct text id, uint8_t to[static SHELF_HASH])
{
	char small[UUID_TEXT] = "";
	size_t size = id.size < sizeof(small) ? id.size : sizeof(small) - 1;

	for (size_t i = 0; i < size; i++)
		small[i] = (char)tolower((unsigned char)id.data[i]);
	shelf_hash_id(bench->shelf, text_of(bench->platform->source), (struct text){ small, size },
		      to);
}

static int make_key(const struct bench *bench, struct work *work, size_t i)
{
	json_t *statement = json_array_get(work->statements, i), *id;
	struct work_key *key = &work->keys[i];
	struct text content = { NULL, 0 };
	char uuid[UUID_TEXT];
	char *data = NULL;
	int err = statement_content(statement, &data, &content.size);

	if (err)
		return err;
	content.data = data;
	key->is_undated = !statement_time(statement, &key->came_ms);
	shelf_hash_content(bench->shelf, content, key->content);
	id = json_object_get(statement, "id");
	if (!id) {
		make_uuid(bench, content, uuid);
		id = json_string(uuid);
		err = json_object_set_new(statement, "id", id) ? LIFT_E_MEMORY : 0;
	}
	free(data);
	if (!err)
		work_hash_id(bench, (struct text){ json_string_value(id), json_string_length(id) },
			     key->id);
	return err;
}

/* Have we got it already, in the shelf or further up in this request? */
static int find_before(const struct bench *bench, struct work *work, size_t i)
{
	struct work_key *keys = work->keys, *key = &keys[i];
	struct shelf_entry entry;
	int err;

	key->is_again = key->is_void = key->is_apart = false;
	key->came_ms = bench->now_ms;
	for (size_t k = 0; k < i; k++) {
		if (memcmp(keys[k].id, key->id, SHELF_HASH) != 0)
			continue;
		key->is_again = memcmp(keys[k].content, key->content, SHELF_HASH) == 0;
		key->is_apart = true;
		if (!key->is_again)
			work_fail(work, 400, 0, "statements[%zu].id: statements[%zu] has it, too",
				  i, k);
		return 0;
	}
	err = shelf_find(bench->shelf, key->id, &entry);
	if (err)
		return err == LIFT_E_NOT_FOUND ? 0 : err;
	if (key->is_undated && !entry.has_content)
		key->came_ms = entry.time_ms;
	key->is_void = entry.is_void;
	key->is_again = entry.has_content;
	key->is_apart = entry.is_void || (entry.has_content && !entry.n_events);
	if (entry.has_content && memcmp(entry.content, key->content, SHELF_HASH) != 0)
		work_fail(work, 409, 0,
			  "statements[%zu].id: another statement of this id is here already", i);
	return 0;
}

/* What was held may have been voided meanwhile. */
static int find_void(const struct bench *bench, struct work *work, size_t i)
{
	struct work_key *key = &work->keys[i];
	struct shelf_entry entry = { .is_void = false };
	int err = shelf_find(bench->shelf, key->id, &entry);

	key->is_void = key->is_apart = entry.is_void;
	key->came_ms = key->is_undated ? work->held[i].time_ms : bench->now_ms;
	return err == LIFT_E_NOT_FOUND ? 0 : err;
}

/* What a PUT asks of what is there. */
static void check_condition(struct work *work, bool is_there)
{
	const char *none = http_header(work->exchange, "If-None-Match");
	const char *match = http_header(work->exchange, "If-Match");

	if (none && strcmp(none, "*") == 0 && is_there)
		work_fail(work, 412, 0, "If-None-Match: there is a statement of this id already");
	else if (match && !is_there)
		work_fail(work, 412, 0, "If-Match: there is no statement of this id");
}

int work_make_keys(const struct bench *bench, struct work *work)
{
	int err = 0;

	work->keys = calloc(work->n + 1, sizeof(*work->keys));
	if (!work->keys)
		return LIFT_E_MEMORY;
	for (size_t i = 0; i < work->n && !err; i++)
		err = make_key(bench, work, i);
	return err;
}

int work_find_before(const struct bench *bench, struct work *work)
{
	int err = 0;

	for (size_t i = 0; i < work->n && !err && !work->status; i++)
		err = work->exchange ? find_before(bench, work, i) : find_void(bench, work, i);
	if (!err && !work->status && work->exchange && work->form == FORM_PUT)
		check_condition(work, work->keys[0].is_again);
	return err;
}

bool work_is_undated(const struct work *work)
{
	bool any = false;

	for (size_t i = 0; i < work->n && !work->status && !work->read_err; i++)
		any |= work->keys[i].is_undated;
	return any;
}

int work_meet(const struct bench *bench, const struct work *work)
{
	int err = 0;

	for (size_t i = 0; i < work->n && !err; i++)
		if (work->keys[i].is_undated)
			err = shelf_meet(bench->shelf, work->keys[i].id, bench->now_ms);
	return err;
}
