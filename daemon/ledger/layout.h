/* SPDX-License-Identifier: Apache-2.0 */
/*
 * layout.h - the ledger's databases: the one place for the layout of each key and value.
 *
 *   database  key                     value
 *   meta      "digest"                the format, 1 byte, and 16 bytes: of what the ledger is
 *                                     derived from. Formats before 5 had the 16 alone
 *             "applied"               journal number 8
 *             "sum"                   16 bytes: over all records but this one (sum.h)
 *             "catalogue"             its text
 *   numbers   pseudonym 16            the learner's number 4, from 0 as they come: those who begin
 *                                     together are neighbours
 *   learners  number 4, piece 2       facts (fact.h), in order, pieces from 0, each at most
 *                                     PIECE_MAX bytes; the first one begins with the pseudonym,
 *                                     and the source 2 that has told of the learner first
 *   tallies   key (tally.h)           a run (run.h), at most RUN_MAX bytes and a part: tallies from
 *                                     the key on, before the next one. The first run of a home and
 *                                     subject begins with 0 when it is first written
 *   seen      source 4, module 4,     nothing, for each that the source has sent; also where who
 *             home 4                  it was sent of is forgotten, as long as the journal has it
 */
#ifndef LIFTD_LEDGER_LAYOUT_H
#define LIFTD_LEDGER_LAYOUT_H

enum { LDB_META, LDB_NUMBERS, LDB_LEARNERS, LDB_TALLIES, LDB_SEEN, LDB_COUNT };

enum {
	LEDGER_FORMAT = 6,
	PIECE_MAX = 1900,
	NUMBER_BYTES = 4,
	PIECE_KEY = NUMBER_BYTES + 2,
	PIECE_SOURCE = 2, /* bytes */
	RUN_MAX = 960,
};

/* The databases' names, to open a ledger's store for reading alone. */
extern const char *const ledger_db_names[LDB_COUNT];

#endif
