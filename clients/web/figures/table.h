/* SPDX-License-Identifier: Apache-2.0 */
/*
 * table.h - figures as a table, a row each, a column for each path: for spreadsheets and programs.
 */
#ifndef LIFT_WEB_FIGURES_TABLE_H
#define LIFT_WEB_FIGURES_TABLE_H

#include "clients/web/figures/names.h"
#include "clients/web/figures/view.h"

/* A path to a map or a list is a column for each value in it; without paths there is one for each
 * value of all. The body is the caller's (free). LIFT_E_MEMORY, LIFT_E_IO; LIFT_E_SIZE: there are
 * more columns or rows than a spreadsheet has, or than two million cells. */
int table_csv(const struct figures *figures, const struct wish *wish, const struct names *names,
	      bool for_excel, char **ret_body, size_t *ret_size);
int table_xlsx(const struct figures *figures, const struct wish *wish, const struct names *names,
	       char **ret_body, size_t *ret_size);

#endif
