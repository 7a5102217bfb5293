/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv_wish.h - the options by which CSV is written for somebody's spreadsheet.
 */
#ifndef LIFT_CLI_CSV_WISH_H
#define LIFT_CLI_CSV_WISH_H

#include "clients/cli/cli.h"
#include "clients/text/csv.h"

/* As they were given; NULL where they were not. */
struct csv_wish {
	const char *reader, *separator, *decimal;
};

/* Whose programs `reader` may name. */
#define CSV_READERS "excel-nb|excel-sv|excel-da|excel-fi|excel-en"

/* Was any of them given, which is to say that CSV is wished for? */
bool csv_is_wished(const struct csv_wish *wish);

/* The form that is wished for; what is not said stays as it is. A status: what cannot be is
 * complained about. */
int csv_choose(const struct usage *usage, const struct csv_wish *wish, struct csv_form *form);

#endif
