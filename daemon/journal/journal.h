/* SPDX-License-Identifier: Apache-2.0 */
/*
 * journal.h - the one truth: what has been received, in order, on disk before anyone is told so.
 *
 * Every received number of every stream, accepted or refused, is an entry under a rising journal
 * number (from 1). Beside the entries: the dictionaries of the names that they use, what has been
 * received of each stream, and the quarantine (why an event was refused).
 *
 * Writing is one thread's (intake); a view reads what has been committed, in any thread.
 * Nothing outside these functions knows that it is LMDB.
 */
#ifndef LIFTD_JOURNAL_JOURNAL_H
#define LIFTD_JOURNAL_JOURNAL_H

#include "daemon/cadence/outages.h"
#include "daemon/cadence/rhythm.h"
#include "daemon/journal/entry.h"
#include "daemon/journal/profile_key.h"
#include "daemon/journal/stream.h"

enum name_kind {
	NAME_SOURCE,
	NAME_STREAM, /* the source's id, 4 bytes, and the stream's text */
	NAME_MODULE, /* as events write it: an id, an alias, or what no catalogue knows yet */
	NAME_REGION, /* likewise */
	NAME_DIMENSION,
	NAME_VALUE,
	NAME_PROFILE, /* profile_key.h */
	NAME_KINDS
};

enum {
	JOURNAL_FORMAT = 7,
	JOURNAL_ID = 16,
	/* Names that the catalogue does not have: of a kind, from all sources; of a kind, from one
	 * source, unless it is set. A single source cannot fill what is for all. */
	JOURNAL_UNKNOWN_MAX = 4 << 20,
	JOURNAL_UNKNOWN_OF_SOURCE = 100000,
	JOURNAL_SOURCES_MAX = 20000,	 /* in all: each is in every beat's sum */
	JOURNAL_STREAMS_MAX = 1000000,	 /* of a source */
	JOURNAL_GAPS_MAX = 1000,	 /* streams of a source of which something is missing */
	JOURNAL_QUARANTINE_MAX = 100000, /* rows; the oldest give way, of who has most of them */
	JOURNAL_SENT_MAX = 1000,	 /* bytes, with what a retry needs; more is not kept */
	JOURNAL_RESERVE = 256 << 10, /* bytes below the quota: with less left there is no room */
};

struct journal;
struct journal_damage;
struct journal_txn;

/* Open or make the journal in a directory. `secret_digest` says which secret made the pseudonyms:
 * LIFT_E_SECRET where the journal was made with another. Else as store_open; LIFT_E_NEWER. */
int journal_open(const char *dir, const uint8_t secret_digest[static 16],
		 struct journal **ret_journal);
/* The same, with room for so many bytes (as store_open), and no more than those. */
int journal_open_within(const char *dir, const uint8_t secret_digest[static 16], uint64_t room,
			struct journal **ret_journal);
/* One that is there: a damaged one, or beside a daemon that writes it. No byte of it is changed;
 * what writes fails. LIFT_E_NOT_FOUND: there is none. `secret_digest` NULL: whichever it is of. */
int journal_open_read_only(const char *dir, const uint8_t *secret_digest,
			   struct journal **ret_journal);
void journal_close(struct journal *journal);

/* As store_copy and store_forget_dead_readers. */
int journal_copy(struct journal *journal, int fd);
void journal_forget_dead_readers(struct journal *journal);

/* What tells this journal from any other, made at random with it: JOURNAL_ID bytes. */
const uint8_t *journal_id(const struct journal *journal);
/* And what tells it from itself before it was written anew (numbers of names are others): 0 where
 * it never was. */
uint64_t journal_edition(const struct journal *journal);
/* The horizon by which it was written anew last, ms: what is from before a later one may be in it.
 * 0: by none. */
int64_t journal_trimmed(const struct journal *journal);
uint64_t journal_bytes(const struct journal *journal);
uint64_t journal_room(const struct journal *journal); /* bytes that there may be in it */

/* From now on it is damaged (journal_walk.h; any thread, once; borrowed as long as the journal),
 * and nothing is to be taken in or derived from it; is it? NULL: it is whole, as far as anyone
 * knows. */
void journal_set_damage(struct journal *journal, const struct journal_damage *damage);
/* What was whole at the start cannot be read: it is damaged, in all its numbers, until the next
 * start says where. Any thread. */
void journal_found_damage(struct journal *journal);
const struct journal_damage *journal_damage(const struct journal *journal);

/* Writing. */

/* The stream of a source, valid until the next commit. Those in use are in memory, all others on
 * disk alone. Else it is NULL: LIFT_E_NOT_FOUND where there is none, LIFT_E_CORRUPT, LIFT_E_MEMORY,
 * or an error of the disk. */
int journal_find_stream(struct journal *journal, struct text source, struct text stream,
			struct stream **ret_stream);

/* The same, made where it is new: LIFT_E_STREAMS, LIFT_E_NAMES, LIFT_E_MEMORY, or an error of the
 * disk. */
int journal_add_stream(struct journal *journal, struct text source, struct text stream,
		       struct stream **ret_stream);

/* May this source have one stream more of which something is missing? */
bool journal_has_gap_room(const struct journal *journal, struct text source);

/* A stream's source says that it has sent all numbers up to this one. It is closed for good:
 * how many numbers are missing no longer. */
void journal_announce(struct journal *journal, struct stream *stream, uint64_t greatest,
		      int64_t receipt);
uint64_t journal_close_stream(struct journal *journal, struct stream *stream);

/* The number of a name: to look up (NAMES_NONE where there is none; not of streams), and to have it
 * made. */
uint32_t journal_find_name(const struct journal *journal, enum name_kind kind, struct text name);
/* A name's text, valid until the next commit; false where there is none of that number. */
bool journal_get_name(const struct journal *journal, enum name_kind kind, uint32_t id,
		      struct text *ret_name);
/* How many there are of a kind, as of the last commit (none of streams): numbers are below it. */
uint32_t journal_count_committed(const struct journal *journal, enum name_kind kind);
int journal_add_name(struct journal *journal, enum name_kind kind, struct text name,
		     uint32_t *ret_id);
/* The same for what the catalogue does not have, and the source of a stream has brought:
 * LIFT_E_NAMES where it, or all together, have brought as many as may be. */
int journal_add_unknown(struct journal *journal, const struct stream *stream, enum name_kind kind,
			struct text name, uint32_t *ret_id);
/* How many of a kind one source may bring. */
void journal_set_unknown_max(struct journal *journal, uint32_t most);
/* How many streams a source may have (at most, and to begin with, JOURNAL_STREAMS_MAX). */
void journal_set_streams_max(struct journal *journal, uint32_t most);
/* Memory that names take, bytes, after the last commit (any thread). */
uint64_t journal_names_bytes(const struct journal *journal);

/* The daemon listens at this moment: said once at the start, and then at least every minute. Where
 * it was not for OUTAGE_MIN_MS, nobody was heard; so it is where the clock was put on. It is noted
 * with a commit, at the latest after LISTENED_EVERY_MS without any. */
enum { LISTENED_EVERY_MS = 10 * 60000 };
void journal_listens(struct journal *journal, int64_t clock_ms);

/* The moment of receipt: the clock's, or the latest one in the journal where that is later. */
int64_t journal_receipt(const struct journal *journal, int64_t clock_ms);
/* A latest one that was ahead, by a clock that was wrong, is this one from now on, with the next
 * commit; so is the moment at which gaps were seen. */
void journal_set_receipt(struct journal *journal, int64_t now_ms);

/* Append the entry of a number that the stream has not received. */
void journal_append(struct journal *journal, struct stream *stream, uint64_t seq, int64_t receipt,
		    const struct entry *entry);

/* An order: nothing before it is known of a learner any more (`objection`: and nothing is to be
 * taken in again; NULL: it is). Or: nothing from before a moment is kept, where that is later than
 * it was. Each is an entry under the next journal number, which is returned; 0: it has failed, and
 * the commit says why. */
uint64_t journal_forget(struct journal *journal, const uint8_t pseudonym[static PSEUDONYM_BYTES],
			const uint8_t *objection, int64_t receipt);
uint64_t journal_set_horizon(struct journal *journal, int64_t horizon_ms, int64_t receipt);

/* Is there an objection, by its hash (secret.h)? How many are there? */
bool journal_has_objection(const struct journal *journal,
			   const uint8_t objection[static PSEUDONYM_BYTES]);
uint32_t journal_objections(const struct journal *journal);

/* The number of the last order to forget a learner; 0: there is none that is still to be carried
 * out. An error sticks: the commit says so. */
uint64_t journal_forgotten(struct journal *journal,
			   const uint8_t pseudonym[static PSEUDONYM_BYTES]);
/* When it was given, ms; INT64_MIN where there is none. Errors stick likewise. */
int64_t journal_forgotten_at(struct journal *journal,
			     const uint8_t pseudonym[static PSEUDONYM_BYTES]);

/* What is sent of a time before it is refused, ms; 0: there is none. As the writer has it; and as
 * it is committed (any thread). */
int64_t journal_horizon(const struct journal *journal);
int64_t journal_horizon_committed(const struct journal *journal);

/* What was sent of the event that is refused next, without its learner: at most JOURNAL_SENT_MAX
 * bytes are kept in the quarantine. Borrowed until the next journal_append or
 * journal_refuse_reused. */
void journal_keep_sent(struct journal *journal, struct text sent);
/* And what it takes to judge it again, beside that: where both have no room together, it is not
 * kept. */
void journal_keep_retry(struct journal *journal, struct text retry);

/* Other content came under a number that the stream has received: a row of the quarantine, and
 * nothing else. One for each number while that row is kept, so that a resend does not fill the
 * quarantine. */
void journal_refuse_reused(struct journal *journal, const struct stream *stream, uint64_t seq,
			   int64_t receipt);

/* The first row of the quarantine above a number (LIFT_E_NOT_FOUND), with its source; and it is
 * gone with the next commit. What the row says is borrowed until the next write. */
struct quarantined;
int journal_next_refused(struct journal *journal, uint64_t after, struct quarantined *ret_row,
			 uint32_t *ret_source);
void journal_drop_refused(struct journal *journal, uint32_t source, const struct quarantined *row);

/* The entry of a number that the stream has received; it may be gone. LIFT_E_CORRUPT where it
 * cannot be found. */
int journal_lookup(struct journal *journal, const struct stream *stream, uint64_t seq,
		   struct entry *ret_entry);

/* How large the journal may become, in bytes, at most what there is room for; no limit unless set.
 * Is there room for more? Without it, what is appended is not held back, and journal_failure says
 * so after each commit. */
void journal_set_quota(struct journal *journal, uint64_t bytes);
bool journal_has_room(const struct journal *journal);
uint64_t journal_quota(const struct journal *journal);

/* Make all since the last commit durable. On failure all of it is undone, as if it had not been
 * asked for, and the error returned; LIFT_E_DISK may pass. LIFT_E_GONE: the directory is not where
 * it was; what was committed is in it, and shows when it is back. After LIFT_E_FATAL the journal
 * can only be closed. */
int journal_commit(struct journal *journal);

/* Why the last commit failed, in the system's words where it was the disk; NULL where it did not
 * (any thread). After a failure it takes a commit that has something to write; after LIFT_E_GONE,
 * that the directory is back. */
const char *journal_failure(const struct journal *journal);

/* Make the next commit fail with an error, so that all since the last one is undone. */
void journal_fail(struct journal *journal, int err);

/* The number of the last entry committed (any thread). */
uint64_t journal_last(const struct journal *journal);

/* Reading. */

/* What is committed at one moment. Keep it short: pages that it sees are not used again
 * meanwhile. */
struct journal_view {
	struct journal_txn *txn; /* the implementation's; NULL: not begun */
};
int journal_view_begin(struct journal *journal, struct journal_view *view);
void journal_view_end(struct journal_view *view);
int journal_view_err(const struct journal_view *view); /* the first error of what was read */
uint64_t journal_view_last(struct journal_view *view);
int journal_view_format(struct journal_view *view); /* 0: it cannot be read */

/* An entry as it is read: its journal number, and where it came from (orders: CHUNK_OF_ORDERS). */
typedef int (*journal_entry_fn)(void *context, uint64_t number, uint32_t stream,
				const struct entry *entry);

/* Call `fn` for the entries from a number on, in order, until it returns other than 0 (which is
 * then returned) or `most` entries have been read; whole chunks. *ret_next is the number to go on
 * from. */
int journal_view_read(struct journal_view *view, uint64_t from, uint64_t most, journal_entry_fn fn,
		      void *context, uint64_t *ret_next);

/* When the entry of a number was received, ms. LIFT_E_NOT_FOUND, LIFT_E_CORRUPT, or an error of the
 * store. */
int journal_view_receipt(struct journal_view *view, uint64_t number, int64_t *ret_receipt);
/* The same, and its number in its stream. */
int journal_view_origin(struct journal_view *view, uint64_t number, int64_t *ret_receipt,
			uint64_t *ret_seq);

/* Call `fn` for each learner who is to be forgotten, with the number of the last order that says
 * so: entries before it are not known; for each objection, by its hash. Until it returns other than
 * 0, which is then returned. */
typedef int (*journal_forget_fn)(void *context, const uint8_t pseudonym[static PSEUDONYM_BYTES],
				 uint64_t number);
typedef int (*journal_objection_fn)(void *context, const uint8_t hash[static PSEUDONYM_BYTES]);
int journal_view_forgets(struct journal_view *view, journal_forget_fn fn, void *context);
int journal_view_objections(struct journal_view *view, journal_objection_fn fn, void *context);
/* The number of that order for one learner; 0: there is none. */
uint64_t journal_view_forgotten(struct journal_view *view,
				const uint8_t pseudonym[static PSEUDONYM_BYTES]);
/* The horizon, ms; 0: there is none. LIFT_E_CORRUPT, or an error of the store. */
int journal_view_horizon(struct journal_view *view, int64_t *ret_horizon_ms);
/* How many entries are orders, also such as are gone. LIFT_E_CORRUPT, or an error of the store. */
int journal_view_orders(struct journal_view *view, uint64_t *ret_n);

/* A name; false where there is none of that number. Valid as long as the view. */
bool journal_view_name(struct journal_view *view, enum name_kind kind, uint32_t id,
		       struct text *ret_name);

/* What a source has sent, and what it has of what there is a share for each. */
struct source_record {
	uint64_t accepted, rejected; /* events */
	int64_t last_event;	     /* the greatest time accepted, ms; 0: none */
	int64_t last_received;	     /* ms */
	uint32_t streams, gaps;	     /* and those of them of which something is missing */
	uint64_t missing;	     /* numbers, of all its streams */
	int64_t since;		     /* ms, of its oldest gap; 0: none */
	uint32_t rows;		     /* of the quarantine */
	uint32_t names[NAME_KINDS];  /* brought by it, that the catalogue did not have */
	uint32_t closed;	     /* streams */
	/* ms, when an event was accepted last; where none has been, when the first one came. */
	int64_t last_accepted;
	struct rhythm rhythm; /* of what was accepted */
};

/* It is not read further where this returns other than 0, which is no error. */
typedef int (*journal_stream_fn)(void *context, const struct stream *stream, struct text name);
typedef void (*journal_source_fn)(void *context, uint32_t id, struct text name,
				  const struct source_record *record);

/* Call `fn` for each source, each stream, in order of numbers; for each stream of which something
 * is missing, in order of sources. */
int journal_view_sources(struct journal_view *view, journal_source_fn fn, void *context);
int journal_view_streams(struct journal_view *view, journal_stream_fn fn, void *context);
int journal_view_gaps(struct journal_view *view, journal_stream_fn fn, void *context);
/* When nobody could be heard. */
int journal_view_outages(struct journal_view *view, struct outages *ret_outages);
/* The number of a source's name, by a walk over them all. */
bool journal_view_find_source(struct journal_view *view, struct text name, uint32_t *ret_id);

/* A row of the quarantine: numbers rise from row to row, and stay; `sent` and `retry` are borrowed
 * from the view. */
struct quarantined {
	uint64_t number;
	uint32_t stream;
	uint64_t seq;
	int64_t received; /* ms */
	int err;
	struct text sent;  /* empty: not kept */
	struct text retry; /* likewise: what was kept by journal_keep_retry */
};
typedef int (*journal_quarantine_fn)(void *context, const struct quarantined *row);

/* Call `fn` for the rows above a number, in order, until it returns other than 0, which is not an
 * error: all of them, those of a source. */
int journal_view_quarantine(struct journal_view *view, uint64_t after, journal_quarantine_fn fn,
			    void *context);
int journal_view_refused(struct journal_view *view, uint32_t source, uint64_t after,
			 journal_quarantine_fn fn, void *context);

/* The source of a stream. */
bool journal_view_stream_source(struct journal_view *view, uint32_t stream, uint32_t *ret_source);

#endif
