/* SPDX-License-Identifier: Apache-2.0 */
/*
 * room.h - what the daemon's rooms work on, in this process: a catalogue, a secret, a journal that
 * is filled with a world's events, and the ledger that is derived from it. In a directory: a
 * daemon that is started with its catalogue.yaml and its state/ goes on where this has ended.
 *
 * Whatever fails ends the process: it measures, and nothing else.
 */
#ifndef LIFT_TESTS_BENCH_ROOM_H
#define LIFT_TESTS_BENCH_ROOM_H

#include "daemon/intake/kept/kept.h"
#include "daemon/ledger/ledger.h"
#include "tests/bench/world.h"

struct room {
	const char *dir;
	struct world world;
	struct world_size size;
	uint64_t next; /* the number of the event that comes next */
	struct catalogue *catalogue;
	struct secret secret;
	struct journal *journal;
	struct keeper keeper;
	struct ledger *ledger;
	uint64_t changes; /* that the ledger has told */
};

void room_must(int err, const char *what);

/* In an empty directory. `dir` is borrowed. */
void room_open(struct room *room, const char *dir, const struct world *world,
	       const struct world_size *size);
void room_close(struct room *room);

/* So many events more into the journal, as intake keeps them, with a commit after so many. */
void room_fill(struct room *room, uint64_t events, uint64_t a_commit);

/* The ledger in place of the one that was, in bulk. */
void room_build(struct room *room);
/* One stretch of the journal, and a commit where it is time: as the daemon's thread does. Is there
 * more? */
bool room_apply(struct room *room);
void room_commit(struct room *room);

double room_journal_bytes(const struct room *room); /* on disk */
double room_ledger_bytes(const struct room *room);

#endif
