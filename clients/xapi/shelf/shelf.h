/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shelf.h - what the gateway remembers on disk: which statements have come, what was made of them,
 * and those that could not become events yet.
 *
 * One SQLite file. A statement's id and content are there as keyed hashes; events, and what is
 * held, in sealed boxes: nothing in it names a learner. The oldest is forgotten where there is more
 * than there may be. All changes are made between shelf_begin and shelf_commit, by one thread.
 */
#ifndef LIFT_XAPI_SHELF_SHELF_H
#define LIFT_XAPI_SHELF_SHELF_H

#include "proto/bytes.h"
#include "proto/err.h"

enum { SHELF_KEY = 32, SHELF_HASH = 16 };

struct shelf;

struct shelf_options {
	const char *path;   /* made, 0600, where there is none */
	const uint8_t *key; /* SHELF_KEY bytes, copied; another one than before: LIFT_E_SEAL */
	int64_t statements, held; /* how many are remembered, how many held, at most */
	bool only_look;		  /* beside a gateway that runs; LIFT_E_NOT_FOUND: no file */
};

/* LIFT_E_IO, LIFT_E_CORRUPT, LIFT_E_SEAL, LIFT_E_NEWER, LIFT_E_MEMORY. */
int shelf_open(const struct shelf_options *options, struct shelf **ret_shelf);
void shelf_close(struct shelf *shelf);
/* How many are remembered and held from now on. */
void shelf_bound(struct shelf *shelf, int64_t statements, int64_t held);

/* What a statement's id is here, each source having its own; and its content. */
void shelf_hash_id(const struct shelf *shelf, struct text source, struct text id,
		   uint8_t ret_hash[static SHELF_HASH]);
void shelf_hash_content(const struct shelf *shelf, struct text content,
			uint8_t ret_hash[static SHELF_HASH]);

int shelf_begin(struct shelf *shelf);
/* On disk, synced; on failure nothing of it is. */
int shelf_commit(struct shelf *shelf);
void shelf_abandon(struct shelf *shelf);
/* Between these: one part, which is kept, or taken back without the rest. */
int shelf_mark(struct shelf *shelf);
int shelf_keep(struct shelf *shelf);
int shelf_back(struct shelf *shelf);

struct shelf_entry {
	int64_t at;
	uint8_t content[SHELF_HASH];
	bool has_content; /* else it was voided before it came, or met and not put yet */
	bool is_void;
	int64_t time_ms; /* when it was put, voided or met first */
	uint32_t n_events;
	struct text events; /* as they were put; until the next call */
};

/* LIFT_E_NOT_FOUND. */
int shelf_find(struct shelf *shelf, const uint8_t id[static SHELF_HASH],
	       struct shelf_entry *ret_entry);
/* It has come, at this time: what it is follows. Nothing where it is there. */
int shelf_meet(struct shelf *shelf, const uint8_t id[static SHELF_HASH], int64_t now_ms);
/* One that is new, was voided before it came, or was met; or another one's events, where it is
 * there. */
int shelf_put(struct shelf *shelf, const uint8_t id[static SHELF_HASH],
	      const uint8_t content[static SHELF_HASH], int64_t now_ms, uint32_t n_events,
	      struct text events);
/* From now on it is void, also where it has not come yet; its events are forgotten. */
int shelf_void(struct shelf *shelf, const uint8_t id[static SHELF_HASH], int64_t now_ms);

/* What is held: statements that could not become events, of one request together, and events that
 * the daemon refused. */
struct shelf_held {
	int64_t at;	 /* its number here */
	int64_t request; /* the number of the request that it came in; 0: it is an event */
	int64_t time_ms;
	struct text source, reason; /* the reason names nobody */
	struct text platform;	    /* that sent it; empty: it is an event */
	struct text body;	    /* as it came */
};
/* A new request's number. */
int64_t shelf_request(struct shelf *shelf);
int shelf_hold(struct shelf *shelf, const struct shelf_held *held);
/* Those behind a number, in order, borrowed during the call; at least all of a request, and when
 * `most` have been told, no further request. 0, or what `fn` returned. */
typedef int shelf_held_fn(void *context, const struct shelf_held *held);
int shelf_each_held(struct shelf *shelf, int64_t after, int most, shelf_held_fn *fn, void *context);
int shelf_release(struct shelf *shelf, int64_t at);
/* How many are held, by reason. */
typedef int shelf_count_fn(void *context, const char *source, const char *reason, int64_t n);
int shelf_count_held(struct shelf *shelf, shelf_count_fn *fn, void *context);

#endif
