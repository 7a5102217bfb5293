/* SPDX-License-Identifier: Apache-2.0 */
/*
 * house.h - secret, journal, gate and ledger on real files, as the daemon has them, without sockets
 * and threads.
 */
#ifndef LIFT_TESTS_HOUSE_H
#define LIFT_TESTS_HOUSE_H

#include "daemon/intake/gate.h"
#include "daemon/ledger/ledger.h"
#include "tests/unit/world.h"

struct house {
	struct dir dir;
	struct config *config;
	struct catalogue *catalogue;
	struct secret secret;
	struct journal *journal;
	struct gate *gate;
	struct ledger *ledger;
	struct msg_writer *writer; /* of the last batch */
	struct msg_reader *reader;
	bool is_built; /* the ledger was, from the journal, when it was opened */
	int64_t clock; /* ms: what the gate takes for now */
};

/* Without a ledger; the clock stands behind all of a world's times. */
void house_open(struct house *house, const char *config, const char *catalogue);
void house_close(struct house *house);

/* Close and open the journal and its gate; what is not committed is lost. The ledger has to be
 * closed. */
void house_reopen_journal(struct house *house);
/* Close ledger, gate and journal, which others may open then: a store is opened once in a process.
 * house_reopen_journal opens the latter two again. */
void house_shut(struct house *house);
/* Open the ledger, or build it, in parts of any size. */
void house_ledger_open(struct house *house, const char *name, int64_t until);
void house_ledger_close(struct house *house);

/* A stream, or NULL. And the record of the first one is spoilt, so that it cannot be read: the
 * journal and its gate are closed and opened. */
struct stream *house_stream(struct house *house, const char *source, const char *stream);
void house_spoil_stream(struct house *house);

/* Send events as one batch: what the gate says. */
int house_send(struct house *house, const char *source, const char *stream, uint64_t seq,
	       const struct event *events, uint32_t n);
/* The same with the events' maps as they are written by the caller: MessagePack, one after the
 * other. */
int house_send_raw(struct house *house, const char *source, const char *stream, uint64_t seq,
		   struct text maps, uint32_t n);

/* What a daemon may do between two batches: commit the journal, apply what it has, commit the
 * ledger; each is left to chance. */
void house_apply_some(struct house *house);
/* Apply all that the journal has, and commit. */
void house_apply_all(struct house *house);

/* All tallies of a catalogue's homes and subjects, in order of keys. */
struct tallies_read {
	struct tally *items;
	size_t n, room;
};
void tallies_read(const struct tallies *from, const struct catalogue *catalogue,
		  struct tallies_read *ret_read);
/* All of a map. */
void map_tallies(struct tally_map *map, struct tallies_read *ret_read);
/* What the ledger has committed, by a view. */
void house_tallies(struct house *house, struct tallies_read *ret_read);
void tallies_free(struct tallies_read *read);

/* Fails with `when` and the first difference. */
void assert_tallies_equal(const struct tally *found, size_t n_found, const struct tally *expected,
			  size_t n_expected, const char *when);

#endif
