/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/sheet/survey.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "proto/day.h"
#include "proto/err.h"
#include "proto/grow.h"

enum {
	QUOTED = 48,	/* bytes of a cell, of a column's name, with their 0 */
	PAIRS = 3,	/* of two orders */
	DAY_WORDS = 32, /* bytes of "3 April 2025" with its 0 */
	ALL = ORDER_DMY | ORDER_MDY | ORDER_YMD,
};

static const struct {
	enum day_order a, b;
} pairs[PAIRS] = { { ORDER_DMY, ORDER_MDY }, { ORDER_DMY, ORDER_YMD }, { ORDER_MDY, ORDER_YMD } };

struct sight {
	uint64_t line; /* 0: there is none */
	char text[QUOTED];
	struct local_time time;
};

/* A column's days with one sign. */
struct decision {
	uint8_t orders; /* in which all of them can be read */
	struct sight
		differ[PAIRS]; /* the first that is one day in one order, another in the other */
	struct sight against[ORDERS]; /* the first that cannot be read in an order */
};

struct survey_column {
	char name[QUOTED];
	struct decision by[SIGNS];
};

struct survey {
	struct survey_column **columns;
	size_t n, room;
	bool local;
};

struct survey *survey_new(void)
{
	return calloc(1, sizeof(struct survey));
}

void survey_free(struct survey *survey)
{
	if (!survey)
		return;
	for (size_t i = 0; i < survey->n; i++)
		free(survey->columns[i]);
	free(survey->columns);
	free(survey);
}

static void copy(char to[static QUOTED], struct text text)
{
	snprintf(to, QUOTED, "%.*s", text.size < QUOTED ? (int)text.size : QUOTED - 1,
		 text.size ? text.data : "");
}

static struct survey_column *column_at(struct survey *survey, size_t cell, struct text name)
{
	struct survey_column *column;

	if (grow(&survey->columns, &survey->room, cell + 1, sizeof(struct survey_column *)) != 0)
		return NULL;
	while (survey->n <= cell)
		survey->columns[survey->n++] = NULL;
	if (survey->columns[cell])
		return survey->columns[cell];
	column = calloc(1, sizeof(*column));
	if (!column)
		return NULL;
	copy(column->name, name);
	for (size_t s = 0; s < SIGNS; s++)
		column->by[s].orders = ALL;
	survey->columns[cell] = column;
	return column;
}

static void keep(struct sight *sight, uint64_t line, const struct local_time *time,
		 struct text text)
{
	if (sight->line)
		return;
	sight->line = line;
	sight->time = *time;
	copy(sight->text, text);
}

static bool differs(const struct local_time *time, enum day_order a, enum day_order b)
{
	return (time->orders & a) && (time->orders & b) &&
	       local_time_day(time, a) != local_time_day(time, b);
}

int survey_see(struct survey *survey, size_t cell, struct text column_name, uint64_t line,
	       const struct local_time *time, struct text text)
{
	struct survey_column *column = column_at(survey, cell, column_name);
	struct decision *decision;

	if (!column)
		return LIFT_E_MEMORY;
	survey->local = true;
	decision = &column->by[time->sign];
	decision->orders &= time->orders;
	for (size_t i = 0; i < PAIRS; i++)
		if (differs(time, pairs[i].a, pairs[i].b))
			keep(&decision->differ[i], line, time, text);
	for (size_t i = 0; i < ORDERS; i++)
		if (!(time->orders & 1 << i))
			keep(&decision->against[i], line, time, text);
	return 0;
}

void survey_see_local(struct survey *survey)
{
	survey->local = true;
}

bool survey_is_local(const struct survey *survey)
{
	return survey->local;
}

/* What is wrong. */

static void day_words(int32_t day, char to[static DAY_WORDS])
{
	static const char *const months[] = { "January",   "February", "March",	   "April",
					      "May",	   "June",     "July",	   "August",
					      "September", "October",  "November", "December" };
	int32_t year, month, mday;

	day_to_date(day, &year, &month, &mday);
	snprintf(to, DAY_WORDS, "%d %s %d", mday, months[month - 1], year);
}

static void tell_two(const struct local_time *time, const char *what, enum day_order a,
		     enum day_order b, char *problem)
{
	char first[DAY_WORDS], second[DAY_WORDS], names[2][ORDER_NAME];

	day_words(local_time_day(time, a), first);
	day_words(local_time_day(time, b), second);
	day_order_name(a, (enum day_sign)time->sign, names[0]);
	day_order_name(b, (enum day_sign)time->sign, names[1]);
	snprintf(problem, ROWS_PROBLEM_MAX,
		 "%s could be %s or %s: say which by a map (--map), 'form: %s' or 'form: %s'", what,
		 first, second, names[0], names[1]);
}

static bool tell_differ(const struct survey_column *column, const struct decision *decision,
			char *problem)
{
	char what[4 * QUOTED];

	for (size_t i = 0; i < PAIRS; i++) {
		const struct sight *sight = &decision->differ[i];

		if (!(decision->orders & pairs[i].a) || !(decision->orders & pairs[i].b) ||
		    !sight->line)
			continue;
		snprintf(what, sizeof(what), "line %" PRIu64 ": '%s' in the column '%s'",
			 sight->line, sight->text, column->name);
		tell_two(&sight->time, what, pairs[i].a, pairs[i].b, problem);
		return true;
	}
	return false;
}

static void tell_torn(const struct survey_column *column, const struct decision *decision,
		      char *problem)
{
	const struct sight *first = NULL, *other = NULL;

	for (size_t i = 0; i < ORDERS; i++)
		for (size_t j = 0; j < ORDERS; j++)
			if (!(decision->against[i].time.orders &
			      decision->against[j].time.orders)) {
				first = &decision->against[i];
				other = &decision->against[j];
			}
	if (!first)
		first = other = &decision->against[0];
	snprintf(problem, ROWS_PROBLEM_MAX,
		 "the days in the column '%s' are not all written alike: line %" PRIu64
		 " has '%s', line %" PRIu64 " '%s'; correct one of them",
		 column->name, first->line < other->line ? first->line : other->line,
		 first->line < other->line ? first->text : other->text,
		 first->line < other->line ? other->line : first->line,
		 first->line < other->line ? other->text : first->text);
}

bool survey_conclude(struct survey *survey, char problem[static ROWS_PROBLEM_MAX])
{
	for (size_t i = 0; i < survey->n; i++) {
		const struct survey_column *column = survey->columns[i];

		for (size_t s = 0; column && s < SIGNS; s++) {
			if (column->by[s].orders == 0) {
				tell_torn(column, &column->by[s], problem);
				return false;
			}
			if (tell_differ(column, &column->by[s], problem))
				return false;
		}
	}
	return true;
}

enum day_order survey_order(const struct survey *survey, size_t cell, enum day_sign sign)
{
	uint8_t orders = cell < survey->n && survey->columns[cell]
				 ? survey->columns[cell]->by[sign].orders
				 : 0;

	return (enum day_order)(orders & -orders);
}

enum day_order survey_order_alone(const struct local_time *time, struct text text,
				  char problem[static ROWS_PROBLEM_MAX])
{
	char what[2 * QUOTED], quoted[QUOTED];

	for (size_t i = 0; i < PAIRS; i++) {
		if (!differs(time, pairs[i].a, pairs[i].b))
			continue;
		copy(quoted, text);
		snprintf(what, sizeof(what), "the day '%s'", quoted);
		tell_two(time, what, pairs[i].a, pairs[i].b, problem);
		return (enum day_order)0;
	}
	return (enum day_order)(time->orders & -time->orders);
}
