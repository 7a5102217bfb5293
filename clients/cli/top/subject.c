/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/top/subject.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "clients/cli/text/print.h"
#include "clients/cli/top/blocks.h"
#include "clients/cli/top/spark.h"
#include "proto/day.h"

enum {
	LEFT = 1,
	WHERE_TEXT = 256,
	BINS = 10, /* of a histogram */
	BIN_WIDTH = 5,
	BIN_ROWS = 3,
	PACE_TEXT = 64,
};

#define N(array) (sizeof(array) / sizeof((array)[0]))

/* The days of a programme. False where it has no first or last one. */
static bool days_of(const json_t *programme, const char *as_of, int64_t *ret_day, int64_t *ret_days)
{
	int32_t from, to, today;

	if (day_parse(text_of(json_text(programme, "from")), &from) != 0 ||
	    day_parse(text_of(json_text(programme, "to")), &to) != 0 ||
	    day_parse(text_of(as_of), &today) != 0 || to < from)
		return false;
	*ret_days = (int64_t)to - from + 1;
	*ret_day = (int64_t)today - from + 1;
	if (*ret_day < 0)
		*ret_day = 0;
	if (*ret_day > *ret_days)
		*ret_day = *ret_days;
	return true;
}

int64_t subject_expected(const json_t *programme, const char *as_of, int64_t of)
{
	int64_t day, days;

	if (of <= 0 || !days_of(programme, as_of, &day, &days))
		return -1;
	return (int64_t)(((__int128)of * day + days / 2) / days);
}

/* Targets. */

static void target_name(const struct scene *scene, const json_t *target, char to[static WHERE_TEXT])
{
	char where[WHERE_TEXT / 2];

	where_print(scene, json_object_get(target, "where"), where, sizeof(where));
	snprintf(to, WHERE_TEXT, "%s%s%s%s", json_text(target, "measure"), *where ? ": " : "",
		 where, json_object_get(target, "each") ? ", in each place" : "");
}

/* How far it is from where the days are. */
static enum style pace(const json_t *rate, int64_t expected, char to[static PACE_TEXT])
{
	int64_t n = json_number(rate, "n"), of = json_number(rate, "of"), ahead;

	to[0] = 0;
	if (of > 0 && n >= of) {
		strcpy(to, "reached");
		return STYLE_GOOD;
	}
	if (expected < 0 || __builtin_sub_overflow(n, expected, &ahead))
		return STYLE_PLAIN;
	if (ahead == 0)
		strcpy(to, "on pace");
	else
		snprintf(to, PACE_TEXT, "%" PRId64 " %s", ahead < 0 ? -ahead : ahead,
			 ahead < 0 ? "behind" : "ahead");
	return ahead < 0 ? STYLE_WARN : STYLE_GOOD;
}

/* Of one of each place there are only the places that have reached it. */
static void put_target(struct pen *pen, const json_t *target)
{
	const json_t *places = json_object_get(target, "places"), *rate = places ? places : target;
	int64_t expected =
		places ? -1
		       : subject_expected(pen->scene->subjects[pen->subject].json,
					  scene_as_of(pen->scene), json_number(target, "of"));
	char name[WHERE_TEXT], text[PACE_TEXT];
	enum style style = pace(rate, expected, text);

	target_name(pen->scene, target, name);
	pen_share(pen, name, rate, expected, style, places ? "places" : text);
}

static void put_targets(struct pen *pen)
{
	const json_t *targets = json_object_get(pen->metrics, "targets"), *target;
	size_t i;

	if (json_array_size(targets) == 0)
		return;
	pen_share_heads(pen, "Targets", "now", "of",
			pen->page->ascii ? "|: days so far" : "│: days so far", "pace");
	json_array_foreach(targets, i, target)
	{
		put_target(pen, target);
	}
}

/* The pages. */

static void show_people(struct pen *pen)
{
	static const struct pair pairs[] = { { "learners", "learners", "" },
					     { "active 7 d", "active_7d", "" },
					     { "active 30 d", "active_30d", "" } };

	pen_pairs(pen, pairs, N(pairs));
	pen_rate(pen, "reached", json_object_get(pen->metrics, "reached"), "places");
	pen_subjects(pen, KIND_PROGRAMME, NULL);
	pen_subjects(pen, KIND_MODULE, NULL);
	pen_subjects(pen, KIND_COMPETENCE, NULL);
	pen_by(pen);
	pen_places(pen, NULL);
}

/* The regions that it is for; none: everywhere. */
static void show_programme_places(struct pen *pen, const json_t *programme)
{
	const json_t *regions = json_object_get(programme, "regions"), *code;
	bool *marks = calloc(pen->scene->n_regions + 1, sizeof(*marks));
	size_t i;

	json_array_foreach(regions, i, code)
	{
		if (marks && json_is_string(code))
			scene_mark(pen->scene, scene_region(pen->scene, json_string_value(code)),
				   marks);
	}
	pen_places(pen, json_array_size(regions) > 0 ? marks : NULL);
	free(marks);
}

static void show_days(struct pen *pen, const json_t *programme)
{
	const char *from = json_text(programme, "from"), *to = json_text(programme, "to");
	size_t modules = json_array_size(json_object_get(programme, "modules"));
	int64_t day, days;
	int at = LEFT;

	if (*from || *to)
		at += page_say(pen->page, pen->row, at, STYLE_DIM, "%s to %s, ",
			       *from ? from : "the beginning", *to ? to : "no end");
	if (days_of(programme, scene_as_of(pen->scene), &day, &days))
		at += page_say(pen->page, pen->row, at, STYLE_DIM,
			       "day %" PRId64 " of %" PRId64 "; ", day, days);
	page_say(pen->page, pen->row, at, STYLE_DIM,
		 "%zu module%s, of which %" JSON_INTEGER_FORMAT " complete it", modules,
		 modules == 1 ? "" : "s", json_number(programme, "complete"));
	pen->row++;
}

static void show_programme(struct pen *pen)
{
	static const struct pair pairs[] = {
		{ "participants", "participants", "" }, { "completed", "completed", "" },
		{ "withdrawn", "withdrawn", "" },	{ "stalled", "stalled", "" },
		{ "active 7 d", "active_7d", "" },	{ "active 30 d", "active_30d", "" },
		{ "not started", "not_started", "" },
	};
	const json_t *programme = pen->scene->subjects[pen->subject].json;

	show_days(pen, programme);
	pen_pairs(pen, pairs, N(pairs));
	pen_rate(pen, "completion", json_object_get(pen->metrics, "completion_rate"),
		 "participants");
	pen_rate(pen, "reached", json_object_get(pen->metrics, "reached"), "places");
	put_targets(pen);
	pen_trend(pen, "participants", "completed");
	show_programme_places(pen, programme);
	pen_by(pen);
	pen_subjects(pen, KIND_MODULE, json_object_get(programme, "modules"));
}

/* Ten columns, three rows high. */
static void show_scores(struct pen *pen)
{
	const json_t *score = json_object_get(pen->metrics, "score"), *bins, *mean, *median;
	int64_t values[SPARK_MAX] = { 0 };
	char text[SPARK_TEXT];

	bins = json_object_get(score, "histogram");
	if (json_array_size(bins) != BINS || json_number(score, "n") == 0)
		return;
	pen_heading(pen, "Best scores, in tens of percent");
	for (int i = 0; i < BINS * BIN_WIDTH; i++)
		if (i % BIN_WIDTH < BIN_WIDTH - 1)
			values[i] = json_integer_value(json_array_get(bins, (size_t)i / BIN_WIDTH));
	for (int row = 0; row < BIN_ROWS && page_need(pen->page, pen->row); row++) {
		spark_row(values, BINS * BIN_WIDTH, row, BIN_ROWS, pen->page->ascii, text);
		page_put(pen->page, pen->row++, LEFT, -1, STYLE_BAR, text);
	}
	mean = json_object_get(score, "mean");
	median = json_object_get(score, "median");
	if (json_is_number(mean) && json_is_number(median)) {
		page_say(pen->page, pen->row - 2, LEFT + BINS * BIN_WIDTH + 2, STYLE_PLAIN,
			 "mean   %3.0f %%", 100 * json_number_value(mean));
		page_say(pen->page, pen->row - 1, LEFT + BINS * BIN_WIDTH + 2, STYLE_PLAIN,
			 "median %3.0f %%", 100 * json_number_value(median));
	}
	for (int i = 0; i < BINS && page_need(pen->page, pen->row); i++)
		page_say(pen->page, pen->row, LEFT + i * BIN_WIDTH, STYLE_DIM, "%d", i * 10);
	pen->row++;
}

/* How long it takes, and what it brings. */
static void show_learning(struct pen *pen)
{
	const json_t *days = json_object_get(pen->metrics, "days_to_complete");
	const json_t *gain = json_object_get(pen->metrics, "gain");
	const json_t *mean = json_object_get(gain, "mean");
	char text[128];

	snprintf(text, sizeof(text),
		 "Half complete it within %" JSON_INTEGER_FORMAT
		 " days, nine of ten within %" JSON_INTEGER_FORMAT ".",
		 json_number(days, "median"), json_number(days, "p90"));
	/* The open plane gives these of many alone. */
	if (json_number(days, "n") > 0 && json_object_get(days, "median"))
		pen_line(pen, text);
	if (!json_is_number(mean))
		return;
	snprintf(text, sizeof(text),
		 "Gain: %.0f points of 100 from the first score on (%" JSON_INTEGER_FORMAT
		 " learners).",
		 100 * json_number_value(mean), json_number(gain, "n"));
	pen_line(pen, text);
}

static void show_module(struct pen *pen)
{
	static const struct pair pairs[] = {
		{ "started", "started", "" },	   { "completed", "completed", "" },
		{ "assessed", "assessed", "" },	   { "passed", "passed", "" },
		{ "withdrawn", "withdrawn", "" },  { "stalled", "stalled", "" },
		{ "active 7 d", "active_7d", "" }, { "active 30 d", "active_30d", "" },
		{ "attempts", "attempts", "" },	   { "passed at 1st", "passed_first", "" },
	};

	pen_pairs(pen, pairs, N(pairs));
	pen_rate(pen, "completion", json_object_get(pen->metrics, "completion_rate"), "started");
	pen_rate(pen, "pass rate", json_object_get(pen->metrics, "pass_rate"), "assessed");
	show_learning(pen);
	show_scores(pen);
	pen_trend(pen, "started", "completed");
	pen_places(pen, NULL);
	pen_by(pen);
}

static void put_share(struct pen *pen, const char *label, const json_t *n, const json_t *of,
		      const char *of_what)
{
	json_t *rate = json_pack("{s:O, s:O}", "n", n, "of", of);

	pen_rate(pen, label, rate, of_what);
	json_decref(rate);
}

static void show_levels(struct pen *pen)
{
	const json_t *competence = pen->scene->subjects[pen->subject].json, *n;
	const json_t *holders = json_object_get(pen->metrics, "holders");
	const char *level;

	if (json_object_get(pen->metrics, "levels"))
		pen_heading(pen, "Levels");
	json_object_foreach(json_object_get(pen->metrics, "levels"), level, n)
	{
		const char *label =
			label_in(pen->scene->language,
				 json_object_get(json_object_get(competence, "levels"), level));
		char text[128];

		snprintf(text, sizeof(text), "level %s", level);
		put_share(pen, text, n, holders, label ? label : "holders");
	}
}

static void show_requirements(struct pen *pen)
{
	const json_t *row;
	size_t i;

	if (json_array_size(json_object_get(pen->metrics, "requirements")) == 0)
		return;
	pen_share_heads(pen, "Requirements", "have it", "need it", "", "");
	json_array_foreach(json_object_get(pen->metrics, "requirements"), i, row)
	{
		char where[WHERE_TEXT / 2], name[WHERE_TEXT], rest[PACE_TEXT] = "";

		where_print(pen->scene, json_object_get(row, "where"), where, sizeof(where));
		snprintf(name, sizeof(name), "level %" JSON_INTEGER_FORMAT ": %s",
			 json_number(row, "level"), *where ? where : "all");
		if (json_number(row, "gap") > 0)
			snprintf(rest, sizeof(rest), "%" JSON_INTEGER_FORMAT " to train",
				 json_number(row, "gap"));
		pen_share(pen, name, row, -1, STYLE_WARN, rest);
	}
}

static void show_competence(struct pen *pen)
{
	static const struct pair pairs[] = { { "holders", "holders", "" },
					     { "lapsed", "lapsed", "" } };
	static const struct pair ends[] = { { "in 30 days", "expiring_30d", "" },
					    { "in 60 days", "expiring_60d", "" },
					    { "in 90 days", "expiring_90d", "" } };

	pen_pairs(pen, pairs, N(pairs));
	pen_rate(pen, "coverage", json_object_get(pen->metrics, "coverage"), "who work there");
	show_levels(pen);
	if (!scene_is_open(pen->scene)) {
		pen_heading(pen, "Whose competence ends");
		pen_pairs(pen, ends, N(ends));
	}
	show_requirements(pen);
	pen_trend(pen, "begun", "ended");
	pen_places(pen, NULL);
	pen_by(pen);
}

static bool is_late(const struct scene *scene, const char *name)
{
	const json_t *source;
	size_t i;

	json_array_foreach(json_object_get(scene->beat, "sources"), i, source)
	{
		if (strcmp(json_text(source, "source"), name) == 0)
			return json_number(source, "late_since") > 0;
	}
	return false;
}

/* Whose events it is made of: where one is late, it is older than it looks. */
static void show_sources(struct pen *pen)
{
	const json_t *source;
	char text[128];
	size_t i;

	json_array_foreach(scene_sources(pen->scene, pen->region, pen->subject), i, source)
	{
		if (!json_is_string(source))
			continue;
		if (i == 0)
			pen_heading(pen, "Told by");
		snprintf(text, sizeof(text), "%s%s", json_string_value(source),
			 is_late(pen->scene, json_string_value(source)) ? " (late)" : "");
		pen_line(pen, text);
	}
}

static void show_name(struct page *page, int row, const struct scene *scene, size_t region)
{
	const struct region *at = &scene->regions[region];
	const json_t *parent;
	int column = LEFT;
	size_t i;

	page_style(page, row, 0, -1, STYLE_STRONG);
	column += page_put(page, row, column, -1, STYLE_STRONG, at->label);
	if (*at->level)
		column += page_say(page, row, column, STYLE_DIM, ", %s", at->level);
	json_array_foreach(json_object_get(at->json, "parents"), i, parent)
	{
		size_t above = json_is_string(parent)
				       ? scene_region(scene, json_string_value(parent))
				       : NOWHERE;

		if (above != NOWHERE)
			column += page_say(page, row, column, STYLE_DIM, "%s%s",
					   i == 0 ? "; in " : ", ", scene->regions[above].label);
	}
}

void subject_show(struct page *page, int row, int n, const struct scene *scene, struct view *view)
{
	static void (*const shows[KINDS])(struct pen * pen) = { show_people, show_programme,
								show_module, show_competence };
	struct pen pen = { .scene = scene,
			   .region = scene_region(scene, view->region),
			   .subject = view_subject(view, scene) };
	struct page body;

	if (pen.region == NOWHERE) {
		page_put(page, row, LEFT, -1, STYLE_PLAIN, "The catalogue has no such region.");
		return;
	}
	pen.metrics = scene_metrics(scene, pen.region, pen.subject);
	show_name(page, row, scene, pen.region);
	page_open(&body, n, page->columns, page->ascii);
	pen.page = &body;
	if (pen.metrics)
		shows[scene->subjects[pen.subject].kind](&pen);
	else
		pen_line(&pen, scene_is_open(scene) ? "The release gives nothing here: nobody "
						      "counts, or too few."
						    : "Nobody counts here yet.");
	show_sources(&pen);
	view->lines = n - 1;
	view->of_lines = pen.row;
	if (view->scroll > pen.row - view->lines)
		view->scroll = pen.row > view->lines ? pen.row - view->lines : 0;
	page_copy(page, row + 1, view->lines, &body, view->scroll);
	page_close(&body);
}
