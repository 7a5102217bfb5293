/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/report/print/xlsx_forms.h"

enum { TITLE_SIZE = 13 };

/* The spreadsheet writes decimal marks as its user has them; days we write as the language does. */
static const char *const days[LANGUAGES] = { "d mmm yyyy", "dd.mm.yyyy", "yyyy-mm-dd",
					     "dd.mm.yyyy" };

static const char *number_format(enum cell_kind kind, enum language language)
{
	switch (kind) {
	case CELL_CHANGE:
		return "+0;-0;0";
	case CELL_SHARE:
		return "0.0%";
	case CELL_POINTS:
		return "+0.0;-0.0;0.0";
	case CELL_DAY:
		return days[language];
	case CELL_MONTH:
		return "mmm yyyy";
	case CELL_COUNT:
		return "0";
	case CELL_TEXT:
	case CELL_NOTHING:
		break;
	}
	return NULL;
}

bool xlsx_forms_make(struct xlsx_forms *forms, lxw_workbook *workbook, enum language language)
{
	forms->title = workbook_add_format(workbook);
	forms->header = workbook_add_format(workbook);
	forms->bold = workbook_add_format(workbook);
	if (!forms->title || !forms->header || !forms->bold)
		return false;
	format_set_bold(forms->title);
	format_set_font_size(forms->title, TITLE_SIZE);
	format_set_bold(forms->header);
	format_set_text_wrap(forms->header);
	format_set_bottom(forms->header, LXW_BORDER_THIN);
	format_set_bold(forms->bold);
	for (int kind = 0; kind < CELL_KINDS; kind++) {
		const char *number = number_format((enum cell_kind)kind, language);

		for (int bold = 0; bold < 2; bold++) {
			lxw_format *format = workbook_add_format(workbook);

			if (!format)
				return false;
			if (number)
				format_set_num_format(format, number);
			if (kind == CELL_DAY || kind == CELL_MONTH)
				format_set_align(format, LXW_ALIGN_LEFT);
			if (bold)
				format_set_bold(format);
			forms->cells[kind][bold] = format;
		}
	}
	return true;
}

lxw_format *xlsx_format(const struct xlsx_forms *forms, enum cell_kind kind, bool bold)
{
	return forms->cells[kind][bold];
}
