/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/sheet/cell.h"

#include <math.h>
#include <stdio.h>

#include "clients/cli/sheet/fold.h"
#include "clients/cli/sheet/values.h"
#include "proto/day.h"
#include "proto/event.h"

enum { QUOTED = 48 /* bytes of a cell that are quoted */ };

/* Texts. */

static bool join(const struct column_cell *cell, const struct text *row, char *to, size_t room,
		 struct text *ret_text)
{
	struct text with = text_of(cell->rule->with);
	size_t used = 0;

	for (size_t i = 0; i < cell->n_columns; i++) {
		struct text part = row[cell->columns[i]];

		if (part.size == 0 && cell->field->kind == FIELD_TIME)
			continue;
		*ret_text = (struct text){ "", 0 };
		if (part.size == 0)
			return true;
		if (used + with.size + part.size > room)
			return false;
		if (used > 0)
			memcpy(to + used, with.data, with.size);
		used += used > 0 ? with.size : 0;
		memcpy(to + used, part.data, part.size);
		used += part.size;
	}
	*ret_text = (struct text){ to, used };
	return true;
}

bool cell_text(const struct column_cell *cell, const struct text *row, char *to, size_t room,
	       struct text *ret_text)
{
	bool fits = true;

	if (cell->n_columns == 1)
		*ret_text = row[cell->columns[0]];
	else if (cell->n_columns > 1)
		fits = join(cell, row, to, room, ret_text);
	else
		*ret_text = text_of(cell->rule->is);
	if (!fits || !cell->rule || ret_text->size == 0)
		return fits;
	if (cell->rule->n_values > 0)
		*ret_text = map_value_of(cell->rule, *ret_text);
	if (!cell->rule->small)
		return true;
	if (ret_text->size > room)
		return false;
	fold_small(to, *ret_text);
	ret_text->data = to;
	return true;
}

bool cell_is_filled(const struct column_cell *cell, const struct text *row)
{
	struct text text;

	if (cell->n_columns == 1) {
		text = row[cell->columns[0]];
		if (text.size > 0 && cell->rule && cell->rule->n_values > 0)
			text = map_value_of(cell->rule, text);
		return text.size > 0;
	}
	for (size_t i = 0; i < cell->n_columns; i++)
		if (row[cell->columns[i]].size > 0)
			return true;
	return false;
}

/* Times. */

static enum map_form form_of(const struct column_cell *cell)
{
	return cell->rule ? cell->rule->form : FORM_TOLD;
}

/* A moment that says its offset; eight digits are a day. */
static bool read_moment(const struct column_cell *cell, struct text text, int64_t *ret_ms)
{
	double seconds;

	if (form_of(cell) == FORM_EXCEL)
		return false;
	if (form_of(cell) == FORM_SECONDS) {
		if (!value_score(text, &seconds) || fabs(seconds) > 1e11)
			return false;
		*ret_ms = (int64_t)floor(seconds * 1000);
		return true;
	}
	return value_time(text, ret_ms) && (*ret_ms >= EVENT_TIME_MIN || text.size != 8);
}

/* The days of a spreadsheet. */
static bool read_excel(struct text text, struct local_time *ret_time)
{
	double days, day;
	int32_t year, month, mday;

	if (!value_score(text, &days) || days < 1 || days > 100000)
		return false;
	day = floor(days);
	day_to_date(day_of_date(1899, 12, 30) + (int32_t)day, &year, &month, &mday);
	*ret_time = (struct local_time){ .orders = ORDER_YMD,
					 .sign = SIGN_DASH,
					 .numbers = { year, month, mday },
					 .digits = { 4, 2, 2 },
					 .ms = (int32_t)floor((days - day) * 86400 + 0.5) * 1000 };
	return true;
}

/* A time without an offset, or a day. */
static bool read_local(const struct column_cell *cell, struct text text,
		       struct local_time *ret_time)
{
	int64_t ms;

	if (cell->field->kind == FIELD_TIME ? read_moment(cell, text, &ms)
					    : cell->field->kind != FIELD_DAY)
		return false;
	return form_of(cell) == FORM_EXCEL ? read_excel(text, ret_time)
					   : local_time_read(text, ret_time);
}

/* The order that is said, not told; or the only one there is. 0: neither. */
static enum day_order order_said(const struct column_cell *cell, const struct local_time *time)
{
	enum map_form form = form_of(cell);

	if (form == FORM_TOLD || form > FORM_YMD)
		return (enum day_order)((time->orders & (time->orders - 1)) ? 0 : time->orders);
	return (enum day_order)(time->orders & form);
}

int cell_survey(const struct sheet *sheet, const struct column_cell *cell, size_t index,
		uint64_t line, struct text text)
{
	struct local_time time;

	if (!read_local(cell, text, &time))
		return 0;
	if (cell->field->kind == FIELD_TIME)
		survey_see_local(sheet->survey);
	if (form_of(cell) != FORM_TOLD)
		return 0;
	return survey_see(sheet->survey, index, text_of(cell->name), line, &time, text);
}

static bool tell_form(const struct column_cell *cell, const struct local_time *time,
		      struct text text, char *problem)
{
	char name[ORDER_NAME];

	day_order_name((enum day_order)form_of(cell), (enum day_sign)time->sign, name);
	snprintf(problem, ROWS_PROBLEM_MAX, "'%.*s' is no day as the map has it, %s",
		 text.size < QUOTED ? (int)text.size : QUOTED, text.data, name);
	return false;
}

/* The day of a local time; false, with the problem. */
static bool day_of(const struct sheet *sheet, const struct column_cell *cell, size_t index,
		   const struct local_time *time, struct text text, int32_t *ret_day, char *problem)
{
	enum map_form form = form_of(cell);
	enum day_order order = order_said(cell, time);

	if (!order && form != FORM_TOLD)
		return tell_form(cell, time, text, problem);
	if (!order)
		order = sheet->survey
				? survey_order(sheet->survey, index, (enum day_sign)time->sign)
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

	if (read_moment(cell, text, &ms)) {
		msg_int(writer, ms);
		return 0;
	}
	if (!read_local(cell, text, &time)) {
		msg_text(writer, text);
		return 0;
	}
	if (!day_of(sheet, cell, index, &time, text, &day, problem))
		return LIFT_E_MALFORMED;
	if (!sheet->zone) {
		snprintf(problem, ROWS_PROBLEM_MAX,
			 "the time '%.*s' has no offset from UTC, and where it is read is not "
			 "known: say it by --timezone, as in --timezone Europe/Oslo",
			 text.size < QUOTED ? (int)text.size : QUOTED, text.data);
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
	if (!day_of(sheet, cell, index, &time, text, &day, problem))
		return LIFT_E_MALFORMED;
	day_print(day, printed);
	msg_str(writer, printed);
	return 0;
}

/* Other values. */

static void write_score(const struct column_cell *cell, struct text text, struct msg_writer *writer)
{
	bool per_cent = text.size > 0 && text.data[text.size - 1] == '%';
	double score, of = cell->rule && cell->rule->of > 0 && !per_cent ? cell->rule->of : 1;

	if (value_score(text, &score))
		msg_real(writer, score / of);
	else
		msg_text(writer, text);
}

/* A whole number, or what is one once it is multiplied, and rounded. */
static void write_whole(const struct column_cell *cell, struct text text, struct msg_writer *writer)
{
	double times = cell->rule && cell->rule->times > 0 ? cell->rule->times : 0, number;

	if (value_score(text, &number) && fabs(number) < 1e12 &&
	    (times > 0 || number == floor(number)))
		msg_int(writer, (int64_t)(times > 0 ? floor(number * times + 0.5) : number));
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

/* "1,23457E+11": of a long number only its first digits are left, which others have, too. */
static bool is_cut(const struct column_cell *cell, struct text text)
{
	size_t i = 1;

	if (cell->group != GROUP_EVENT || strcmp(cell->key, "learner") != 0 || text.size < 6 ||
	    text.data[0] < '1' || text.data[0] > '9' || !memchr(".,", text.data[i++], 2))
		return false;
	while (i < text.size && text.data[i] >= '0' && text.data[i] <= '9')
		i++;
	return i > 2 && text.size - i == 4 && memcmp(text.data + i, "E+", 2) == 0 &&
	       memchr("01", text.data[i + 2], 2) && text.data[i + 3] >= '0' &&
	       text.data[i + 3] <= '9';
}

static struct text place_of(const struct sheet *sheet, const struct column_cell *cell,
			    struct text text)
{
	bool folds = sheet->places && cell->group == GROUP_EVENT &&
		     strcmp(cell->key, "region") == 0 &&
		     (sheet->fold_all || (cell->rule && cell->rule->fold));

	return folds ? places_take(sheet->places, text) : text;
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
		write_score(cell, text, writer);
		break;
	case FIELD_WHOLE:
		write_whole(cell, text, writer);
		break;
	case FIELD_FLAG:
		write_flag(text, writer);
		break;
	case FIELD_TEXT:
		if (is_cut(cell, text)) {
			snprintf(problem, ROWS_PROBLEM_MAX,
				 "a spreadsheet has cut off the last digits of the learner's id: "
				 "format its column as text, or as whole numbers");
			return LIFT_E_MALFORMED;
		}
		msg_text(writer, place_of(sheet, cell, text));
		break;
	}
	return 0;
}
