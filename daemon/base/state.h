/* SPDX-License-Identifier: Apache-2.0 */
/*
 * state.h - what lies in the state's directory: one list, and where each of it is.
 */
#ifndef LIFTD_BASE_STATE_H
#define LIFTD_BASE_STATE_H

#include <limits.h>

/* Bytes of the directory's path at most (the configuration refuses more): all in it has a path that
 * fits, and so has what is in it with a suffix, or a name of a store's files behind it. */
enum { STATE_DIR_MAX = 4000, STATE_SUFFIX_MAX = 32 };

enum state_part {
	STATE_LOCK,	     /* a file: one daemon has this directory */
	STATE_JOURNAL,	     /* a store: the one truth */
	STATE_LEDGER,	     /* a store: derived from it, made anew where it is missing */
	STATE_LEDGER_NEW,    /* a store: that is being built; left by a daemon that was killed */
	STATE_LEDGER_VERIFY, /* likewise, by a verify: in one of its own, with a suffix (dir.h) */
	STATE_LEDGER_KNOWN,  /* likewise, by an export of what was known by then */
	STATE_SECRET,	     /* a file: the key of the pseudonyms */
	STATE_SECRET_NEW,    /* a file: that is being written */
	STATE_CATALOGUE,     /* a file: the last catalogue that was right */
	STATE_CATALOGUE_NEW, /* a file: that is being written */
	STATE_BACKUPS,	     /* a directory: where a backup goes that is not told where */
	STATE_RESTORING,     /* a directory: a backup that is being brought back */
	STATE_UNFINISHED,    /* a file: bringing it back was broken off */
	STATE_ROSTERS,	     /* a file: who asked about lists of people, by former versions */
	STATE_AUDIT,	     /* a file: who has been told what */
	STATE_AUDIT_NEW,     /* a file: that is being written */
	STATE_RELEASES,	     /* a directory: the releases of the open plane */
	STATE_BACKUPS_MADE,  /* a file: backups that were made elsewhere */
	STATE_COMPACT,	     /* a directory: journal and ledger written anew (tasks/compact.h) */
	STATE_PARTS
};

/* The name of a part in the directory. */
const char *state_name(enum state_part part);

/* Its path. A directory of more than STATE_DIR_MAX bytes is a fault of ours. */
void state_path(char ret_path[static PATH_MAX], const char *dir, enum state_part part);

/* That of something beside it, with a suffix of at most STATE_SUFFIX_MAX bytes to the part's name:
 * what was there before, or what a process makes for itself. */
void state_path_beside(char ret_path[static PATH_MAX], const char *dir, enum state_part part,
		       const char *suffix);

#endif
