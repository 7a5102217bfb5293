/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/late_news.h"

#include <stdio.h>

#include "clients/cli/cli.h"
#include "clients/cli/shapes.h"
#include "clients/cli/text/print.h"
#include "proto/iso8601.h"
#include "proto/json.h"
#include "proto/visible.h"

/* What a platform is called is not to move the cursor. */
static void print_name(const char *source, char to[static 128])
{
	snprintf(to, 128, "%s", source);
	visible_only(to, "");
}

static void tell_late(const char *source, const json_t *since)
{
	char name[128], moment[ISO8601_TEXT];

	print_name(source, name);
	iso8601_print(json_integer_value(since), moment);
	complain("source %s is late since %s: what it has not handed over is not in the figures",
		 name, moment);
}

static void tell_heard(const char *source)
{
	char name[128];

	print_name(source, name);
	complain("source %s is heard again", name);
}

/* Those that are late in a beat, by name; NULL: out of memory. */
static json_t *late_in(const json_t *beat)
{
	json_t *late = json_object(), *row;
	size_t i;

	json_array_foreach(json_object_get(beat, "sources"), i,
			   row) if (late && json_number(row, "late_since") > 0)
		json_object_set(late, json_text(row, "source"), json_object_get(row, "late_since"));
	return late;
}

void late_news_take(struct late_news *news, const json_t *beat)
{
	char problem[SHAPE_PROBLEM_MAX];
	json_t *late, *since;
	const char *source;

	if (!shape_fits(beat, shape_of_beat, problem) || !(late = late_in(beat)))
		return;
	json_object_foreach(late, source, since) if (!json_object_get(news->late, source))
		tell_late(source, since);
	json_object_foreach(news->late, source, since) if (!json_object_get(late, source))
		tell_heard(source);
	late_news_clear(news);
	news->late = late;
}

void late_news_clear(struct late_news *news)
{
	json_decref(news->late);
	news->late = NULL;
}
