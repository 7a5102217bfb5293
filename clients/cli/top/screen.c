/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/top/screen.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clients/cli/text/ago.h"
#include "clients/cli/text/print.h"
#include "clients/cli/top/regions.h"
#include "clients/cli/top/subject.h"

enum {
	LEFT = 1,
	ALOUD_MS = 3000,	  /* waited for: then it is said why that may be */
	NEWS_MS = 10 * 60 * 1000, /* after that they are none */
	HELP_WIDTH = 39,
	HELP_KEYS = 16,
	CLOCK_TEXT = 32,
};

/* Local time, "23:12:04", or with its day. */
static void clock_print(int64_t ms, bool with_day, char to[static CLOCK_TEXT])
{
	time_t seconds = (time_t)(ms / 1000);
	struct tm tm;

	strcpy(to, "never");
	if (ms > 0 && localtime_r(&seconds, &tm))
		strftime(to, CLOCK_TEXT, with_day ? "%Y-%m-%d %H:%M" : "%H:%M:%S", &tm);
}

static void show_title(struct page *page, const struct scene *scene, const struct view *view)
{
	const char *as_of = scene_as_of(scene);
	size_t subject = view_subject(view, scene);
	int at = LEFT, room = page->columns - (*as_of ? 18 : 0);

	page_style(page, 0, 0, -1, STYLE_TITLE);
	at += page_put(page, 0, at, -1, STYLE_TITLE, "lift top  ");
	if (view->screen == SCREEN_SOURCES)
		page_put(page, 0, at, room - at, STYLE_TITLE, "Sources");
	else if (view->screen == SCREEN_HELP)
		page_put(page, 0, at, room - at, STYLE_TITLE, "Keys");
	else if (scene->whole && view->kind != KIND_PEOPLE) {
		char text[600];

		snprintf(text, sizeof(text), "%s: %s", kind_singular(view->kind),
			 scene->subjects[subject].label);
		page_put(page, 0, at, room - at, STYLE_TITLE, text);
	} else if (scene->whole) {
		page_put(page, 0, at, room - at, STYLE_TITLE, "everybody");
	}
	if (*as_of && page->columns >= 60)
		page_say(page, 0, page->columns - 17, STYLE_TITLE, "as of %s", as_of);
	else if (*as_of)
		page_say(page, 0, page->columns - 11, STYLE_TITLE, "%s", as_of);
}

/* Which rows these are, where there are more. */
static void show_place(struct page *page, int row, const struct view *view)
{
	int first = view->screen == SCREEN_REGIONS ? view->top : view->scroll;
	int last = first + view->lines < view->of_lines ? first + view->lines : view->of_lines;
	char text[64];

	if (view->of_lines <= view->lines || view->screen == SCREEN_CHOOSE)
		return;
	snprintf(text, sizeof(text), " lines %d-%d of %d", first + 1, last, view->of_lines);
	page_put_right(page, row, page->columns - 26, 25, STYLE_DIM, text);
}

/* What has just changed, or what is looked for. */
static void show_news(struct page *page, int row, const struct scene *scene,
		      const struct view *view, int64_t now_ms)
{
	char ago[AGO_TEXT];

	if (view->screen == SCREEN_REGIONS && (view->is_typing || view->filter[0])) {
		int at = LEFT + page_say(page, row, LEFT, STYLE_STRONG, "/%s", view->filter);

		if (view->is_typing)
			at += page_put(page, row, at, 1, STYLE_CURSOR, " ");
		page_put(page, row, at + 2, -1, STYLE_DIM,
			 view->is_typing ? "Enter keeps it, Esc shows all" : "Esc shows all");
	} else if (scene->news[0] && now_ms - scene->news_ms < NEWS_MS) {
		ago_print(now_ms - scene->news_ms, ago);
		page_say(page, row, LEFT,
			 now_ms - scene->news_ms < SCENE_CHANGED_MS ? STYLE_PLAIN : STYLE_DIM,
			 "%s ago: %s", ago, scene->news);
	}
}

/* Whoever looks at protected figures has to know. */
static void show_release(struct page *page, int row, int at, int room, const struct scene *scene)
{
	char text[128];

	if (json_number(scene->beat, "release") > 0)
		snprintf(text, sizeof(text),
			 "release %" JSON_INTEGER_FORMAT
			 ", protected: may be off by a few, does not add up",
			 json_number(scene->beat, "release"));
	else
		strcpy(text, "there is no release yet");
	page_put(page, row, at, room, STYLE_TITLE, text);
}

static void show_state(struct page *page, int row, const struct scene *scene, const char *endpoint,
		       int64_t now_ms)
{
	static const char keys[] = "? help  q quit";
	int at = LEFT, right = page->columns - (int)sizeof(keys);
	size_t late = scene_late(scene);
	char ago[AGO_TEXT], clock[CLOCK_TEXT];

	page_style(page, row, 0, -1, STYLE_TITLE);
	ago_print(now_ms - scene->tick_ms, ago);
	if (!scene->whole) {
		page_style(page, row, 0, -1, STYLE_WARN);
		page_say(page, row, at, STYLE_WARN, "connecting to %s", endpoint);
	} else if (scene->stale) {
		clock_print(json_number(scene->beat, "time"), false, clock);
		page_style(page, row, 0, -1, STYLE_WARN);
		page_say(page, row, at, STYLE_WARN,
			 "STALE, reconnecting: nothing from liftd for %s; figures of %s", ago,
			 clock);
	} else if (scene_is_open(scene)) {
		show_release(page, row, at, right - at - 2, scene);
	} else {
		at += page_say(page, row, at, STYLE_TITLE, "live, tick %s ago", ago);
		if (late > 0)
			at += page_say(page, row, at + 2, STYLE_WARN, "%zu source%s late (o)", late,
				       late == 1 ? "" : "s");
		if (page->columns >= 100)
			page_put(page, row, at + 4, right - at - 6, STYLE_TITLE, endpoint);
	}
	if (!scene->stale || page->columns >= 90)
		page_put(page, row, right, -1, scene->whole ? STYLE_TITLE : STYLE_WARN, keys);
}

/* Sources. */

static int compare_late(const void *left, const void *right)
{
	const json_t *a = *(const json_t *const *)left, *b = *(const json_t *const *)right;
	json_int_t x = json_number(a, "late_since"), y = json_number(b, "late_since");

	if ((x > 0) != (y > 0))
		return x > 0 ? -1 : 1;
	return strcmp(json_text(a, "source"), json_text(b, "source"));
}

static void put_moment(struct page *page, int row, int at, int width, int64_t ms)
{
	char text[CLOCK_TEXT];

	clock_print(ms, true, text);
	page_put_right(page, row, at, width, STYLE_PLAIN, text);
}

/* Where the columns of sources begin: what matters most stands first. */
struct source_columns {
	int late, last, missing, since, expected;
};

static struct source_columns source_columns(const struct page *page)
{
	int at = page->columns - 62;

	at = at < 13 ? 13 : at > 40 ? 40 : at;
	return (struct source_columns){ at, at + 13, at + 30, at + 39, at + 49 };
}

static void put_ago(struct page *page, int row, int at, enum style style, int64_t ms)
{
	char ago[AGO_TEXT];

	ago_print(ms, ago);
	page_put_right(page, row, at, 9, style, ago);
}

static void show_source(struct page *page, int row, const json_t *source, int64_t beat_ms)
{
	struct source_columns at = source_columns(page);
	int64_t late = json_number(source, "late_since"), gap = json_number(source, "since");
	char text[FIGURE_TEXT], ago[AGO_TEXT];

	page_put(page, row, LEFT, at.late - LEFT - 1, late > 0 ? STYLE_WARN : STYLE_PLAIN,
		 json_text(source, "source"));
	ago_print(beat_ms - late, ago);
	if (late > 0)
		page_say(page, row, at.late, STYLE_WARN, "LATE %s", ago);
	else
		page_put(page, row, at.late, -1, STYLE_GOOD, "in time");
	put_moment(page, row, at.last, 17, json_number(source, "last_event"));
	figure_count(json_object_get(source, "missing"), text);
	page_put_right(page, row, at.missing, 9, STYLE_PLAIN, text);
	if (gap > 0)
		put_ago(page, row, at.since, STYLE_PLAIN, beat_ms - gap);
	if (late > 0)
		put_ago(page, row, at.expected + 2, STYLE_PLAIN,
			json_number(source, "expected_ms"));
}

static void show_source_heads(struct page *page, int row)
{
	struct source_columns at = source_columns(page);

	page_style(page, row, 0, -1, STYLE_HEAD);
	page_put(page, row, LEFT, at.late - LEFT - 1, STYLE_HEAD, "Source");
	page_put(page, row, at.late, -1, STYLE_HEAD, "late for");
	page_put_right(page, row, at.last, 17, STYLE_HEAD, "last event");
	page_put_right(page, row, at.missing, 9, STYLE_HEAD, "missing");
	page_put_right(page, row, at.since, 9, STYLE_HEAD, "since");
	page_put_right(page, row, at.expected, 11, STYLE_HEAD, "due within");
}

static void show_sources(struct page *page, int row, int n, const struct scene *scene,
			 struct view *view)
{
	const json_t *sources = json_object_get(scene->beat, "sources"), *source;
	size_t count = json_array_size(sources), i;
	const json_t **rows = calloc(count + 1, sizeof(*rows));

	view->lines = n - 1;
	view->of_lines = (int)count;
	if (scene_is_open(scene))
		page_put(page, row, LEFT, -1, STYLE_PLAIN,
			 "A release names no sources: it is of its day, and stands still.");
	else
		show_source_heads(page, row);
	if (!rows)
		return;
	json_array_foreach(sources, i, source)
	{
		rows[i] = source;
	}
	qsort(rows, count, sizeof(*rows), compare_late);
	for (i = 0; i < (size_t)view->lines && i + (size_t)view->scroll < count; i++)
		show_source(page, row + 1 + (int)i, rows[i + (size_t)view->scroll],
			    json_number(scene->beat, "time"));
	if (count == 0)
		page_put(page, row + 1, LEFT, -1, STYLE_PLAIN,
			 "No platform has sent an event from these regions yet.");
	free(rows);
}

/* Help. */

static void show_help(struct page *page, int row, int n, struct view *view)
{
	int a_line = page->columns / HELP_WIDTH;
	int lines = ((int)n_key_rows + a_line - 1) / a_line;

	view->lines = n;
	view->of_lines = lines + 6;
	for (size_t i = 0; i < n_key_rows; i++) {
		int at = row + (int)i % lines - view->scroll;
		int column = LEFT + (int)i / lines * HELP_WIDTH;

		if (at < row || at >= row + n)
			continue;
		page_put(page, at, column, HELP_KEYS, STYLE_STRONG, key_rows[i].names);
		page_put(page, at, column + HELP_KEYS + 1, HELP_WIDTH - HELP_KEYS - 2, STYLE_PLAIN,
			 key_rows[i].help);
	}
	static const char *const notes[] = {
		"*  has changed within the last seconds",
		"7 d, 30 d: active in so many days     left: withdrawn",
		"reached: places with a learner        90 d out: ends in 90 days",
		"7 weeks: who came, a week each; the last ends today",
		"A region with several parents stands below each, and counts once.",
	};
	for (int i = 0; i < 5; i++) {
		int at = row + lines + 1 + i - view->scroll;

		if (at >= row && at < row + n)
			page_put(page, at, LEFT, -1, STYLE_DIM, notes[i]);
	}
}

static void show_waiting(struct page *page, int row, const char *endpoint, int64_t waited_ms)
{
	page_put(page, row + 1, LEFT, -1, STYLE_PLAIN, "Waiting for the figures ...");
	page_say(page, row + 2, LEFT, STYLE_DIM, "%s", endpoint);
	if (waited_ms < ALOUD_MS)
		return;
	page_put(page, row + 4, LEFT, -1, STYLE_PLAIN,
		 "Is liftd running? 'lift status' says why not.");
	page_put(page, row + 5, LEFT, -1, STYLE_PLAIN, "This goes on as soon as it is there.");
}

void screen_show(struct page *page, const struct scene *scene, struct view *view,
		 const char *endpoint, int64_t now_ms, int64_t waited_ms)
{
	int n = page->rows - 3;

	if (page->columns < SCREEN_COLUMNS_LEAST || page->rows < SCREEN_ROWS_LEAST) {
		page_say(page, 0, 0, STYLE_PLAIN, "Too small: %dx%d.", page->columns, page->rows);
		page_say(page, 1, 0, STYLE_PLAIN, "lift top needs");
		page_say(page, 2, 0, STYLE_PLAIN, "%dx%d.", SCREEN_COLUMNS_LEAST,
			 SCREEN_ROWS_LEAST);
		return;
	}
	show_title(page, scene, view);
	if (view->screen == SCREEN_HELP)
		show_help(page, 1, n, view);
	else if (!scene->whole)
		show_waiting(page, 1, endpoint, waited_ms);
	else if (view->screen == SCREEN_SOURCES)
		show_sources(page, 1, n, scene, view);
	else if (view->screen == SCREEN_CHOOSE)
		regions_show_choice(page, 1, n, scene, view);
	else if (view->screen == SCREEN_SUBJECT)
		subject_show(page, 1, n, scene, view);
	else
		regions_show(page, 1, n, scene, view, now_ms);
	show_news(page, page->rows - 2, scene, view, now_ms);
	show_place(page, page->rows - 2, view);
	show_state(page, page->rows - 1, scene, endpoint, now_ms);
}
