/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/report/document/cell.h"

struct cell cell_of_text(const char *text)
{
	return (struct cell){ CELL_TEXT, 0, 0, text };
}

struct cell cell_of_count(int64_t n)
{
	return (struct cell){ CELL_COUNT, n, 0, "" };
}

struct cell cell_of_change(int64_t n)
{
	return (struct cell){ CELL_CHANGE, n, 0, "" };
}

struct cell cell_of_share(int64_t n, int64_t of)
{
	return (struct cell){ CELL_SHARE, n, of, "" };
}

struct cell cell_of_day(const char *day)
{
	return (struct cell){ CELL_DAY, 0, 0, day };
}

const char *cell_in(enum language language, const struct cell *cell, char to[static FORM_TEXT])
{
	switch (cell->kind) {
	case CELL_TEXT:
		return cell->text;
	case CELL_COUNT:
	case CELL_CHANGE:
		form_count(language, cell->n, cell->kind == CELL_CHANGE, to);
		return to;
	case CELL_SHARE:
		if (cell->of <= 0)
			break;
		form_share(language, cell->n, cell->of, to);
		return to;
	case CELL_POINTS:
		form_points(language, cell->n, to);
		return to;
	case CELL_DAY:
		form_day(language, cell->text, to);
		return to;
	case CELL_MONTH:
		form_month(language, cell->text, to);
		return to;
	case CELL_NOTHING:
		break;
	}
	return "–";
}
