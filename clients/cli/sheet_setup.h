/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sheet_setup.h - what the command line and the daemon say of how sheets are read. The daemon is
 * asked only where a file needs it.
 */
#ifndef LIFT_CLI_SHEET_SETUP_H
#define LIFT_CLI_SHEET_SETUP_H

#include "clients/cli/cli.h"
#include "clients/cli/sheet/sheet.h"

struct sheet_setup {
	const struct cli *cli;
	const char *timezone; /* as it was given, or is known; NULL: not yet */
	char *found;	      /* the catalogue's, owned; NULL: it has not been asked for */
	struct zone zone;     /* n = 0: not read yet */
};

/* The zone that was given, if one was. A status: what is wrong is complained about. */
int sheet_setup_begin(struct sheet_setup *setup, const struct usage *usage);
void sheet_setup_clear(struct sheet_setup *setup);

/* Know the zone: where none was given, the one of the daemon's catalogue. A status; complained
 * about, as what the file of that name needs. */
int sheet_setup_zone(struct sheet_setup *setup, const char *file);

#endif
