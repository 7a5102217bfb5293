/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "clients/cli/report/pace.h"
#include "clients/cli/report/sections.h"
#include "clients/cli/text/print.h"
#include "proto/day.h"
#include "proto/err.h"

static bool day_of(const char *text, int64_t *ret_day)
{
	int32_t day;

	if (!text || day_parse(text_of(text), &day) != 0)
		return false;
	*ret_day = day;
	return true;
}

/* The first of the region's targets that is of all participants. */
static int64_t target_value(const struct draft *draft)
{
	const json_t *target;
	size_t i;

	json_array_foreach(json_object_get(draft->rows[END], "targets"), i, target)
	{
		if (strcmp(json_text(target, "measure"), "participants") == 0 &&
		    json_object_size(json_object_get(target, "where")) == 0 &&
		    !json_object_get(target, "places"))
			return json_number(target, "of");
	}
	return 0;
}

/* Participants day by day, added up. */
static int fill_points(struct draft *draft, const json_t *daily, struct lines *lines)
{
	struct point *points =
		arena_take(&draft->document->arena, json_array_size(daily) + 1, sizeof(*points));
	const json_t *row;
	int64_t n = 0, day;
	size_t i;

	if (!points)
		return LIFT_E_MEMORY;
	json_array_foreach(daily, i, row)
	{
		n += json_integer_value(json_array_get(row, 1));
		if (day_of(json_string_value(json_array_get(row, 0)), &day) && day >= lines->first)
			points[lines->n_points++] = (struct point){ day, n };
	}
	lines->points = points;
	return 0;
}

/* From the programme's first day, or the first participant, to its last, or the last that is
 * known of. */
static bool find_days(const struct draft *draft, const json_t *daily, struct lines *lines)
{
	const json_t *first = json_array_get(json_array_get(daily, 0), 0);

	if (!day_of(json_text(draft->programme, "from"), &lines->first) &&
	    !day_of(json_string_value(first), &lines->first))
		return false;
	if (!day_of(draft->input->known_to, &lines->today))
		return false;
	if (!day_of(json_text(draft->programme, "to"), &lines->last) || lines->last < lines->today)
		lines->last = lines->today;
	return lines->first < lines->last;
}

int draft_progress(struct draft *draft)
{
	const json_t *daily = json_object_get(draft->rows[END], "daily");
	struct arena *arena = &draft->document->arena;
	struct lines *lines = arena_take(arena, 1, sizeof(*lines));
	struct picture *picture = arena_take(arena, 1, sizeof(*picture));
	struct section *section;
	struct pace pace;

	if (!lines || !picture)
		return LIFT_E_MEMORY;
	*lines = (struct lines){ .ahead = -1, .target = target_value(draft) };
	if (json_array_size(daily) == 0 || !find_days(draft, daily, lines))
		return 0;
	if (fill_points(draft, daily, lines) != 0)
		return LIFT_E_MEMORY;
	if (lines->target > 0 && draft_pace(draft, &pace))
		lines->ahead = pace_ahead(&pace, json_number(draft->rows[PACE], "participants"),
					  draft_at_end(draft->rows, "participants"));
	lines->target_text = draft_say(draft, WORD_TARGET_LINE,
				       document_count(draft->document, lines->target), NULL);
	picture->lines = lines;
	section = document_add_section(
		draft->document, "",
		draft_word(draft, lines->target > 0 ? WORD_PROGRESS : WORD_PROGRESS_ALONE));
	section->picture = picture;
	return 0;
}
