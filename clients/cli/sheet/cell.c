/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/sheet/cell.h"

#include <math.h>
#include <stdio.h>

#include "clients/cli/sheet/values.h"
#include "proto/day.h"
#include "proto/event.h"

/* A moment that says its offset; eight digits are a day. */
static bool read_moment(struct text text, int64_t *ret_ms)
{
	return value_time(text, ret_ms) && (*ret_ms >= EVENT_TIME_MIN || text.size != 8);
}

/* A time without one, or a day. */
static bool read_local(const struct column_cell *cell, struct text text,
		       struct local_time *ret_time)
{
	int64_t ms;

	if (cell->field->kind == FIELD_TIME ? read_moment(text, &ms)
					    : cell->field->kind != FIELD_DAY)
		return false;
	return local_time_read(text, ret_time);
}

int cell_survey(const struct sheet *sheet, const struct column_cell *cell, size_t index,
		uint64_t line, struct text text)
{
	struct local_time time;

	if (!read_local(cell, text, &time))
		return 0;
	if (cell->field->kind == FIELD_TIME)
		survey_see_local(sheet->survey);
	return survey_see(sheet->survey, index, text_of(cell->name), line, &time, text);
}

/* The day of a local time; false, with the problem. */
static bool day_of(const struct sheet *sheet, size_t index, const struct local_time *time,
		   struct text text, int32_t *ret_day, char *problem)
{
	enum day_order order = sheet && sheet->survey ? survey_order(sheet->survey, index,
								     (enum day_sign)time->sign)
						      : survey_order_alone(time, text, problem);

	if (order)
		*ret_day = local_time_day(time, order);
	return order;
}

static int write_time(const struct sheet *sheet, const struct column_cell *cell, size_t index,
		      struct text text, struct msg_writer *writer, char *problem)
{
	struct local_time time;
	int64_t ms, second;
	int32_t day;

	if (read_moment(text, &ms)) {
		msg_int(writer, ms);
		return 0;
	}
	if (!read_local(cell, text, &time)) {
		msg_text(writer, text);
		return 0;
	}
	if (!day_of(sheet, index, &time, text, &day, problem))
		return LIFT_E_MALFORMED;
	if (!sheet || !sheet->zone) {
		snprintf(problem, ROWS_PROBLEM_MAX,
			 "the time '%.*s' has no offset from UTC, and where it is read is not "
			 "known: say it by --timezone, as in --timezone Europe/Oslo",
			 (int)text.size, text.data);
		return LIFT_E_MALFORMED;
	}
	second = zone_second_of_local(sheet->zone, day * INT64_C(86400) + time.ms / 1000);
	msg_int(writer, second * 1000 + time.ms % 1000);
	return 0;
}

static int write_day(const struct sheet *sheet, const struct column_cell *cell, size_t index,
		     struct text text, struct msg_writer *writer, char *problem)
{
	char printed[DAY_TEXT];
	struct local_time time;
	int32_t day;

	if (!read_local(cell, text, &time)) {
		msg_text(writer, text);
		return 0;
	}
	if (!day_of(sheet, index, &time, text, &day, problem))
		return LIFT_E_MALFORMED;
	day_print(day, printed);
	msg_str(writer, printed);
	return 0;
}

static void write_score(struct text text, struct msg_writer *writer)
{
	double score;

	if (value_score(text, &score))
		msg_real(writer, score);
	else
		msg_text(writer, text);
}

static void write_whole(struct text text, struct msg_writer *writer)
{
	double number;

	if (value_score(text, &number) && number == floor(number) && fabs(number) < 1e15)
		msg_int(writer, (int64_t)number);
	else
		msg_text(writer, text);
}

static void write_flag(struct text text, struct msg_writer *writer)
{
	bool passed;

	if (value_passed(text, &passed))
		msg_bool(writer, passed);
	else
		msg_text(writer, text);
}

int cell_write(const struct sheet *sheet, const struct column_cell *cell, size_t index,
	       struct text text, struct msg_writer *writer, char problem[static ROWS_PROBLEM_MAX])
{
	switch (cell->field->kind) {
	case FIELD_TIME:
		return write_time(sheet, cell, index, text, writer, problem);
	case FIELD_DAY:
		return write_day(sheet, cell, index, text, writer, problem);
	case FIELD_SCORE:
		write_score(text, writer);
		break;
	case FIELD_WHOLE:
		write_whole(text, writer);
		break;
	case FIELD_FLAG:
		write_flag(text, writer);
		break;
	case FIELD_TEXT:
		msg_text(writer, text);
		break;
	}
	return 0;
}
