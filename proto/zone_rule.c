/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/zone_rule.h"

#include "proto/day.h"

enum { HOUR_S = 3600, DAY_S = 24 * HOUR_S, NAME_MIN = 3, HOURS_MAX = 167, OFFSET_HOURS_MAX = 24 };

/* Each takes what it is for from the front of the text; false: it does not begin so. */

static bool take(struct text *text, char c)
{
	if (text->size == 0 || *text->data != c)
		return false;
	text->data++;
	text->size--;
	return true;
}

static bool take_number(struct text *text, int min, int max, int *ret_number)
{
	int number = 0;
	size_t digits = 0;

	while (digits < text->size && text->data[digits] >= '0' && text->data[digits] <= '9') {
		number = 10 * number + (text->data[digits] - '0');
		if (number > max)
			return false;
		digits++;
	}
	if (digits == 0 || number < min)
		return false;
	*text = (struct text){ text->data + digits, text->size - digits };
	*ret_number = number;
	return true;
}

static bool is_letter(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* "CET" or "<+0330>": nobody wants to know. */
static bool take_name(struct text *text)
{
	bool quoted = take(text, '<');
	size_t size = 0;

	while (size < text->size &&
	       (quoted ? text->data[size] != '>' : is_letter(text->data[size])))
		size++;
	*text = (struct text){ text->data + size, text->size - size };
	return size >= NAME_MIN && (!quoted || take(text, '>'));
}

/* "-3:30:15" */
static bool take_time(struct text *text, int hours_max, int32_t *ret_seconds)
{
	int sign = take(text, '-') ? -1 : 1, hours, minutes = 0, seconds = 0;

	if (sign == 1)
		take(text, '+');
	if (!take_number(text, 0, hours_max, &hours))
		return false;
	if (take(text, ':')) {
		if (!take_number(text, 0, 59, &minutes))
			return false;
		if (take(text, ':') && !take_number(text, 0, 59, &seconds))
			return false;
	}
	*ret_seconds = sign * (hours * HOUR_S + minutes * 60 + seconds);
	return true;
}

/* POSIX counts to the west, all others to the east. */
static bool take_offset(struct text *text, int32_t *ret_offset)
{
	int32_t west;

	if (!take_time(text, OFFSET_HOURS_MAX, &west))
		return false;
	*ret_offset = -west;
	return true;
}

static bool take_day(struct text *text, struct zone_rule_date *date)
{
	if (take(text, 'M')) {
		date->kind = RULE_WEEKDAY;
		return take_number(text, 1, 12, &date->month) && take(text, '.') &&
		       take_number(text, 1, 5, &date->week) && take(text, '.') &&
		       take_number(text, 0, 6, &date->day);
	}
	if (take(text, 'J')) {
		date->kind = RULE_DAY_WITHOUT_LEAP;
		return take_number(text, 1, 365, &date->day);
	}
	date->kind = RULE_DAY;
	return take_number(text, 0, 365, &date->day);
}

static bool take_date(struct text *text, struct zone_rule_date *date)
{
	date->second = 2 * HOUR_S;
	return take(text, ',') && take_day(text, date) &&
	       (!take(text, '/') || take_time(text, HOURS_MAX, &date->second));
}

int zone_rule_parse(struct text text, struct zone_rule *ret_rule)
{
	struct zone_rule rule = { 0 };

	if (!take_name(&text) || !take_offset(&text, &rule.offset))
		return LIFT_E_NOT_FOUND;
	if (text.size > 0) {
		rule.has_summer = true;
		rule.summer_offset = rule.offset + HOUR_S;
		if (!take_name(&text) ||
		    (text.size > 0 && *text.data != ',' &&
		     !take_offset(&text, &rule.summer_offset)) ||
		    !take_date(&text, &rule.begins) || !take_date(&text, &rule.ends) ||
		    text.size > 0)
			return LIFT_E_NOT_FOUND;
	}
	*ret_rule = rule;
	return 0;
}

/* 1970-01-01 was a Thursday. */
static int weekday_of(int32_t day)
{
	return ((day + 4) % 7 + 7) % 7;
}

static int32_t day_in_year(const struct zone_rule_date *date, int32_t year)
{
	int32_t first = day_of_date(year, 1, 1), day;

	switch (date->kind) {
	case RULE_DAY:
		return first + date->day;
	case RULE_DAY_WITHOUT_LEAP: /* March begins with day 60 */
		return first + date->day - (date->day < 60 || day_month_days(year, 2) == 28);
	case RULE_WEEKDAY:
		break;
	}
	first = day_of_date(year, date->month, 1);
	day = first + (date->day - weekday_of(first) + 7) % 7 + 7 * (date->week - 1);
	return day < first + day_month_days(year, date->month) ? day : day - 7;
}

void zone_rule_year(const struct zone_rule *rule, int32_t year, struct zone_change ret_changes[2])
{
	const struct zone_change summer = { (int64_t)day_in_year(&rule->begins, year) * DAY_S +
						    rule->begins.second - rule->offset,
					    rule->summer_offset };
	const struct zone_change winter = { (int64_t)day_in_year(&rule->ends, year) * DAY_S +
						    rule->ends.second - rule->summer_offset,
					    rule->offset };
	bool summer_first = summer.from < winter.from;

	ret_changes[0] = summer_first ? summer : winter;
	ret_changes[1] = summer_first ? winter : summer;
}
