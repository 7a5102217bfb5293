/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/reloaded.h"

static void encode_lines(struct msg_writer *writer, const char *lines)
{
	msg_str(writer, "errors");
	msg_array_begin(writer);
	while (lines && *lines) {
		size_t size = strcspn(lines, "\n");

		msg_text(writer, (struct text){ lines, size });
		lines += size + (lines[size] == '\n');
	}
	msg_array_end(writer);
}

static void encode_change(struct msg_writer *writer, const struct change_row *row)
{
	msg_map_begin(writer);
	msg_key_str(writer, "what", row->what);
	msg_key_str(writer, "how", row->how);
	msg_key_str(writer, "id", row->id);
	if (row->of)
		msg_key_str(writer, "of", row->of);
	if (row->learners >= 0)
		msg_key_int(writer, "learners", row->learners);
	msg_key_str(writer, "text", row->text);
	msg_map_end(writer);
}

/* As many as there is room for: how many others there are. */
static size_t encode_changes(struct msg_writer *writer, const char *key,
			     const struct change_rows *rows)
{
	enum { ROW_BYTES = 80 /* beside the texts */ };
	size_t bytes = 0, n = 0;

	for (; n < rows->n && n < CHANGE_ROWS_MAX; n++) {
		const struct change_row *row = &rows->rows[n];

		bytes += ROW_BYTES + strlen(row->id) + strlen(row->text) +
			 (row->of ? strlen(row->of) : 0);
		if (bytes > CHANGE_ROWS_BYTES)
			break;
	}
	msg_str(writer, key);
	msg_array(writer, n);
	for (size_t i = 0; i < n; i++)
		encode_change(writer, &rows->rows[i]);
	return rows->left_out + rows->n - n;
}

static void encode_keys(struct msg_writer *writer, const char *key, const char *const *keys,
			size_t n)
{
	msg_str(writer, key);
	msg_array(writer, n);
	for (size_t i = 0; i < n; i++)
		msg_str(writer, keys[i]);
}

void reloaded_encode(struct msg_writer *writer, const struct reloaded *reloaded)
{
	size_t left_out = 0;

	msg_map_begin(writer);
	msg_key_int(writer, "v", 1);
	msg_key_bool(writer, "ok", !reloaded->err);
	if (reloaded->err) {
		msg_key_str(writer, "code", lift_err_code(reloaded->err));
		msg_key_str(writer, "text", lift_err_text(reloaded->err));
	}
	encode_lines(writer, reloaded->errors);
	if (!reloaded->err) {
		msg_key_str(writer, "change", reloaded->change);
		left_out += encode_changes(writer, "changes", &reloaded->changes);
		left_out += encode_changes(writer, "alive", &reloaded->alive);
	}
	if (!reloaded->err || reloaded->loses.n > 0)
		left_out += encode_changes(writer, "loses", &reloaded->loses);
	if (!reloaded->err || left_out > 0)
		msg_key_int(writer, "left_out", (int64_t)left_out);
	if (!reloaded->err) {
		encode_keys(writer, "taken", reloaded->taken, reloaded->n_taken);
		encode_keys(writer, "restart", reloaded->restart, reloaded->n_restart);
	}
	msg_map_end(writer);
}
