/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/status/open_plane.h"

#include <stdio.h>
#include <stdlib.h>

#include "daemon/base/due.h"
#include "proto/day.h"

const char *open_every_name(enum open_every every)
{
	static const char *const names[] = { [OPEN_NEVER] = "never",
					     [OPEN_MONTH] = "month",
					     [OPEN_QUARTER] = "quarter",
					     [OPEN_YEAR] = "year" };

	return names[every];
}

static void write_day(struct msg_writer *writer, const char *key, bool is_there, int32_t day)
{
	char text[DAY_TEXT];

	msg_str(writer, key);
	if (!is_there) {
		msg_nil(writer);
		return;
	}
	day_print(day, text);
	msg_str(writer, text);
}

void open_plane_write_release(const struct release_info *info, struct msg_writer *writer)
{
	bool is_known = info->made_ms > 0;

	msg_map_begin(writer);
	msg_key_int(writer, "release", info->number);
	msg_key_bool(writer, "damaged", info->err != 0);
	write_day(writer, "day", is_known, info->day);
	if (is_known) {
		msg_key_int(writer, "made", info->made_ms);
		msg_key_int(writer, "applied", (int64_t)info->applied);
		msg_key_str(writer, "catalogue", info->catalogue);
		msg_key_int(writer, "rows", (int64_t)info->n_rows);
	}
	msg_map_end(writer);
}

void open_plane_write(const struct open_plane *open, const struct config *config, int32_t today,
		      struct msg_writer *writer)
{
	struct release *newest =
		config->open_every != OPEN_NEVER ? shelf_newest(open->shelf) : NULL;

	msg_str(writer, "open");
	if (config->open_every == OPEN_NEVER) {
		msg_nil(writer);
		return;
	}
	msg_map_begin(writer);
	msg_key_str(writer, "every", open_every_name(config->open_every));
	msg_str(writer, "newest");
	if (newest)
		open_plane_write_release(release_info(newest), writer);
	else
		msg_nil(writer);
	/* Where the day of the figures is pinned, none ends. */
	write_day(writer, "next", !config->as_of.pinned, due_next(config->open_every, today));
	write_day(writer, "due", open->is_due, open->due);
	msg_str(writer, "failed");
	if (open->failed_ms > 0)
		msg_int(writer, open->failed_ms);
	else
		msg_nil(writer);
	if (open->failed_ms > 0)
		msg_key_str(writer, "failure", open->failure);
	msg_map_end(writer);
	release_put(newest);
}

/* The last one that is damaged; 0: none is. */
static uint32_t damaged(const struct open_plane *open)
{
	struct release_info *infos = NULL;
	uint32_t number = 0;
	size_t n = 0;

	if (shelf_list(open->shelf, &infos, &n) == 0)
		for (size_t i = 0; i < n; i++)
			number = infos[i].err ? infos[i].number : number;
	free(infos);
	return number;
}

const char *open_plane_trouble(const struct open_plane *open, char to[static OPEN_TROUBLE])
{
	uint32_t number = open ? damaged(open) : 0;
	char day[DAY_TEXT];

	if (number > 0) {
		snprintf(to, OPEN_TROUBLE,
			 "release %u is damaged: bring its file back from a backup", number);
		return to;
	}
	if (!open || !open->is_due || open->failed_ms == 0)
		return NULL;
	day_print(open->due, day);
	snprintf(to, OPEN_TROUBLE, "the one as of %s could not be made: %s", day, open->failure);
	return to;
}
