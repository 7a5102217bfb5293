/* SPDX-License-Identifier: Apache-2.0 */
/*
 * xlsx_forms.h - how cells of a workbook look.
 */
#ifndef LIFT_CLI_REPORT_PRINT_XLSX_FORMS_H
#define LIFT_CLI_REPORT_PRINT_XLSX_FORMS_H

#include <xlsxwriter.h>

#include "clients/cli/report/document/document.h"

enum { CELL_KINDS = CELL_MONTH + 1 };

struct xlsx_forms {
	lxw_format *title, *header, *bold;
	lxw_format *cells[CELL_KINDS][2]; /* plain, bold */
};

/* Of this workbook, which owns them. False: there is no memory. */
bool xlsx_forms_make(struct xlsx_forms *forms, lxw_workbook *workbook, enum language language);

lxw_format *xlsx_format(const struct xlsx_forms *forms, enum cell_kind kind, bool bold);

#endif
