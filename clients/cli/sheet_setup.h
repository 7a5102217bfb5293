/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sheet_setup.h - what the command line, a map and the daemon say of how sheets are read. The
 * daemon is asked only where a file needs it.
 */
#ifndef LIFT_CLI_SHEET_SETUP_H
#define LIFT_CLI_SHEET_SETUP_H

#include <sodium.h>

#include "clients/cli/cli.h"
#include "clients/cli/sheet/sheet.h"

struct sheet_setup {
	const struct cli *cli;
	const char *map_file; /* as it was given; NULL: there is none */
	const char *timezone; /* as it was given, or is known; NULL: not yet */
	bool fold_places;     /* of all regions; as it was given, or the map says */

	struct sheet_map *map; /* NULL: there is none */
	char *map_text;	       /* owned */
	size_t map_size;
	bool zone_given, fold_given; /* by an option, not by the map */
	char *found;	       /* the catalogue's zone, owned; NULL: it has not been asked for */
	struct zone zone;      /* n = 0: not read yet */
	struct places *places; /* NULL: they are not folded */
	char *regions;	       /* the catalogue's, by which they are, as text; owned */
};

/* Read the map and the zone that were given, if they were. A status: what is wrong is complained
 * about. */
int sheet_setup_begin(struct sheet_setup *setup, const struct usage *usage);
void sheet_setup_clear(struct sheet_setup *setup);

/* Know the zone: where none was given, the one of the daemon's catalogue. A status; complained
 * about, as what the file of that name needs. */
int sheet_setup_zone(struct sheet_setup *setup, const char *file);

/* Know the catalogue's regions, where names of places are to be folded. A status; complained
 * about. */
int sheet_setup_places(struct sheet_setup *setup);

/* How sheets are read by it: the survey is the caller's. */
struct sheet sheet_setup_sheet(const struct sheet_setup *setup);

/* Say which names of places were taken for which regions, in the file of that name. */
void sheet_setup_tell(const struct sheet_setup *setup, const char *file);

/* The options that say it, each with a blank before it, to be repeated in a command. */
enum { SHEET_OPTIONS_MAX = 512 };
void sheet_setup_options(const struct sheet_setup *setup, char to[static SHEET_OPTIONS_MAX]);

/* Does it change how that sheet is read? Then what it is goes into the hash, too. */
bool sheet_setup_matters(const struct sheet_setup *setup, const struct sheet *sheet);
void sheet_setup_hash(const struct sheet_setup *setup, const struct sheet *sheet,
		      crypto_generichash_state *hash);

#endif
