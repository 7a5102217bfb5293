/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/report/print/svg.h"

#include <inttypes.h>

#include "clients/cli/report/print/escape.h"
#include "clients/cli/report/words/forms.h"
#include "proto/day.h"

/* In units of the picture, of which 680 are as wide as the page. */
enum {
	WIDTH = 680,
	HEIGHT = 210,
	LEFT = 44,
	RIGHT = 664,
	TOP = 14,
	BOTTOM = 184,
	TICKS_Y = 4,
	LABELS_X = 8, /* months that are named, about */
	CELL_WIDTH = 25,
	CELL_HEIGHT = 17,
	WEEK_LEFT = 40,
	WEEK_TOP = 16,
	HOURS = 24,
	WEEKDAYS = 7,
	LABEL_HOURS = 3,
	SHADES = 100,
};

#define INK "#1f5a8c"

/* What the axes reach to. */
struct axes {
	int64_t first, last; /* days */
	int64_t most, step;
};

static double at_x(const struct axes *axes, int64_t day)
{
	return LEFT + (double)(RIGHT - LEFT) * (double)(day - axes->first) /
			      (double)(axes->last - axes->first);
}

static double at_y(const struct axes *axes, int64_t n)
{
	return BOTTOM - (double)(BOTTOM - TOP) * (double)n / (double)axes->most;
}

/* Ticks are 1, 2 or 5 of a power of ten apart. */
static void choose_steps(struct axes *axes, int64_t most)
{
	static const int steps[] = { 1, 2, 5 };
	int64_t power = 1;

	most = most < 1 ? 1 : most > INT64_MAX / 4 ? INT64_MAX / 4 : most;
	for (size_t i = 0;; i++) {
		axes->step = steps[i % 3] * power;
		if (axes->step * TICKS_Y >= most || axes->step > INT64_MAX / 100)
			break;
		if (i % 3 == 2)
			power *= 10;
	}
	axes->most = axes->step * ((most + axes->step - 1) / axes->step);
}

static void print_label(FILE *out, double x, double y, const char *anchor, const char *text)
{
	fprintf(out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">", x, y, anchor);
	print_escaped(out, text);
	fputs("</text>\n", out);
}

static void print_line(FILE *out, double x1, double y1, double x2, double y2, const char *look)
{
	fprintf(out, "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" %s/>\n", x1, y1, x2, y2,
		look);
}

static void print_ticks_y(FILE *out, enum language language, const struct axes *axes)
{
	char text[FORM_TEXT];

	for (int64_t n = 0; n <= axes->most; n += axes->step) {
		print_line(out, LEFT, at_y(axes, n), RIGHT, at_y(axes, n),
			   n ? "stroke=\"#ccc\"" : "stroke=\"#000\"");
		form_count(language, n, false, text);
		print_label(out, LEFT - 5, at_y(axes, n) + 3, "end", text);
	}
}

/* The first days of months, so many of them as have room. */
static void print_ticks_x(FILE *out, enum language language, const struct axes *axes)
{
	int32_t year, month, mday;
	int apart = 1 + (int)((axes->last - axes->first) / 30 / LABELS_X);

	day_to_date((int32_t)axes->first, &year, &month, &mday);
	for (int32_t day = day_of_date(year, month, 1); day <= axes->last;
	     day = day_add_months(day, apart)) {
		char iso[DAY_TEXT], text[FORM_TEXT];

		if (day < axes->first)
			continue;
		day_print(day, iso);
		form_month(language, iso, text);
		print_line(out, at_x(axes, day), BOTTOM, at_x(axes, day), BOTTOM + 4,
			   "stroke=\"#000\"");
		if (at_x(axes, day) < RIGHT - 20)
			print_label(out, at_x(axes, day), BOTTOM + 15, "middle", text);
	}
}

/* A step for each day on which somebody came, up to the report's day. */
static void print_reached(FILE *out, const struct axes *axes, const struct lines *lines)
{
	int64_t n = 0;

	fprintf(out, "<polyline fill=\"none\" stroke=\"" INK "\" stroke-width=\"2\" points=\"");
	fprintf(out, "%.1f,%.1f", at_x(axes, axes->first), at_y(axes, 0));
	for (size_t i = 0; i < lines->n_points; i++) {
		fprintf(out, " %.1f,%.1f", at_x(axes, lines->points[i].day), at_y(axes, n));
		n = lines->points[i].n;
		fprintf(out, " %.1f,%.1f", at_x(axes, lines->points[i].day), at_y(axes, n));
	}
	fprintf(out, " %.1f,%.1f\"/>\n", at_x(axes, lines->today), at_y(axes, n));
}

static void print_target(FILE *out, const struct axes *axes, const struct lines *lines)
{
	print_line(out, LEFT, at_y(axes, lines->target), RIGHT, at_y(axes, lines->target),
		   "stroke=\"#000\" stroke-width=\"1.2\" stroke-dasharray=\"6 3\"");
	print_label(out, LEFT + 4, at_y(axes, lines->target) + 11, "start", lines->target_text);
}

static void print_ahead(FILE *out, enum language language, const struct axes *axes,
			const struct lines *lines)
{
	int64_t n = lines->n_points ? lines->points[lines->n_points - 1].n : 0;
	char text[FORM_TEXT];

	print_line(out, at_x(axes, lines->today), at_y(axes, n), at_x(axes, lines->last),
		   at_y(axes, lines->ahead),
		   "stroke=\"" INK "\" stroke-width=\"1.5\" stroke-dasharray=\"1.5 3\"");
	form_count(language, lines->ahead, false, text);
	print_label(out, at_x(axes, lines->last), at_y(axes, lines->ahead) - 4, "end", text);
}

static void begin(FILE *out, int height)
{
	fprintf(out,
		"<svg class=\"picture\" viewBox=\"0 0 %d %d\" role=\"img\" font-size=\"9\" "
		"font-family=\"Liberation Sans, Arial, sans-serif\">\n",
		WIDTH, height);
}

void svg_print_lines(FILE *out, enum language language, const struct lines *lines)
{
	int64_t n = lines->n_points ? lines->points[lines->n_points - 1].n : 0;
	struct axes axes = { .first = lines->first, .last = lines->last };

	n = lines->target > n ? lines->target : n;
	choose_steps(&axes, lines->ahead > n ? lines->ahead : n);
	begin(out, HEIGHT);
	print_ticks_y(out, language, &axes);
	print_ticks_x(out, language, &axes);
	if (lines->target > 0)
		print_target(out, &axes, lines);
	print_reached(out, &axes, lines);
	if (lines->ahead >= 0)
		print_ahead(out, language, &axes, lines);
	fputs("</svg>\n", out);
}

static void print_hour(FILE *out, int day, int hour, int64_t n, int64_t most)
{
	int shade = n == 0 ? 0 : 10 + (int)((__int128)n * (SHADES - 10) / most);

	fprintf(out,
		"<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"" INK
		"\" fill-opacity=\"%d.%02d\" stroke=\"#bbb\" stroke-width=\".5\"/>\n",
		WEEK_LEFT + hour * CELL_WIDTH, WEEK_TOP + day * CELL_HEIGHT, CELL_WIDTH,
		CELL_HEIGHT, shade / SHADES, shade % SHADES);
	if (n == 0)
		return;
	fprintf(out,
		"<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\" font-size=\"8\" fill=\"%s\">",
		WEEK_LEFT + (hour + .5) * CELL_WIDTH, WEEK_TOP + day * CELL_HEIGHT + 12,
		shade > SHADES / 2 ? "#fff" : "#000");
	fprintf(out, "%" PRId64 "</text>\n", n);
}

void svg_print_week(FILE *out, enum language language, const int64_t *week)
{
	int64_t most = 1;
	char text[FORM_TEXT];

	for (int i = 0; i < WEEK_HOURS; i++)
		most = week[i] > most ? week[i] : most;
	begin(out, WEEK_TOP + WEEKDAYS * CELL_HEIGHT + 4);
	for (int hour = 0; hour <= HOURS; hour += LABEL_HOURS) {
		snprintf(text, sizeof(text), "%02d", hour);
		print_label(out, WEEK_LEFT + hour * CELL_WIDTH, WEEK_TOP - 4, "middle", text);
	}
	for (int day = 0; day < WEEKDAYS; day++) {
		print_label(out, WEEK_LEFT - 5, WEEK_TOP + day * CELL_HEIGHT + 12, "end",
			    word_in(language, WORD_MONDAY + (enum word)day));
		for (int hour = 0; hour < HOURS; hour++)
			print_hour(out, day, hour, week[day * HOURS + hour], most);
	}
	fputs("</svg>\n", out);
}
