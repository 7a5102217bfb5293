/* SPDX-License-Identifier: Apache-2.0 */
/*
 * internal.h - what the files of control share: the doors that requests come in by (control.c,
 * ask.c), those that wait for the ledger (waiting.c), and what these are answered (export_op.c,
 * explain_op.c, roster_op.c), those that are jobs (jobs.c, known_op.c, compact_op.c).
 */
#ifndef LIFTD_CONTROL_INTERNAL_H
#define LIFTD_CONTROL_INTERNAL_H

#include <stdatomic.h>

#include "daemon/audit/line.h"
#include "daemon/catalogue/subject.h"
#include "daemon/control/answer.h"
#include "daemon/control/control.h"
#include "daemon/figures/metrics.h"
#include "daemon/figures/sight.h"
#include "daemon/journal/orders.h"
#include "daemon/net/keyring.h"
#include "daemon/releasing/releasing.h"
#include "daemon/status/status.h"
#include "daemon/tasks/job.h"
#include "proto/control.h"

struct waiting;

/* Answer what has waited, from what the ledger has committed: the tallies are those of the day. An
 * error is refused. */
typedef int waiting_fn(struct control *control, const struct waiting *waiting,
		       struct ledger_view *ledger, const struct tallies *tallies);

/* What is answered in more than one round: what its answer has begun, each `next` goes on with. */
struct going {
	bool goes_on;
	int (*next)(struct control *control, const struct waiting *waiting);
	void (*free)(struct going *going);
};

/* A request for the figures of a day, which waits for the ledger. */
struct waiting {
	struct client client;
	waiting_fn *answer;
	uint64_t number; /* the ledger must have committed up to it */
	int32_t today;
	bool scan;	/* another day than the tallies' */
	enum kind kind; /* KINDS: none was given */
	char region_code
		[REGION_MAX]; /* as it was asked for: the catalogue may have changed meanwhile */
	size_t region_size;
	uint32_t region; /* of the catalogue that serves; CATALOGUE_NONE: none was given */
	char id[MODULE_MAX];
	size_t id_size;
	struct roster_ask *roster; /* of a list of people, owned; NULL: it is none */
	void (*roster_free)(struct roster_ask *roster);
	struct people_ask *people; /* who is looked up, or forgotten, owned; NULL: nobody is */
	struct going *going;	   /* what is answered piece by piece, owned; NULL: it is not */
};

/* Where requests come in: one for operators, and one for each audience that may ask. Each has
 * places of its own for what waits, so that none keeps another out. */
struct door {
	struct control *control;
	const struct config_audience *audience; /* NULL: operators' */
	void *socket;
	struct sight sight; /* of the audience, by this catalogue, which is kept: */
	struct catalogue *catalogue;
	struct waiting waiting[CONTROL_WAITING_MAX];
	size_t n_waiting;
};

/* One who has asked for a reload, and which one. */
struct reload_waiting {
	struct client client;
	uint64_t number;
};

/* One who has asked for a job. */
struct job_waiting {
	struct client client;
	char *dir; /* of a backup, owned */
	bool without_secret;
};

/* One who has given an order. */
struct order_waiting {
	struct client client;
	uint64_t number;
	/* to forget people: */
	char source[SOURCE_MAX + 1];
	size_t n_known, n_unknown;
};

/* What an export says of itself. */
struct page_head {
	int32_t today;
	bool sees_all;	   /* the rest is told: it says how much others send, and what they have */
	uint64_t applied;  /* the journal number that it stands on */
	uint64_t known_at; /* 0: it was not asked for */
	enum ledger_later later;
	uint32_t release; /* of the open plane; 0: it is of the exact one */
	char catalogue[CATALOGUE_TEXT_DIGEST];
};

/* The page of an export that is being filled. */
struct page {
	const struct client *client;
	struct page_head head;
	char *lines; /* each followed by a 0 */
	size_t size, room;
	size_t n;
};

struct control {
	struct loop *loop;
	struct now now;				     /* when this round began */
	struct door doors[1 + CONFIG_AUDIENCES_MAX]; /* operators' first */
	size_t n_doors;
	struct keyview view;
	const struct key *asker; /* of the message that is being handled; NULL: somebody local */
	const struct secret *secret;
	size_t turn; /* of the audiences: whose door is looked at first, for one that waits */
	bool operator_last; /* operators have been answered, and an audience is next */
	struct generations *generations;
	struct generation *generation; /* that serves, while a request is answered */
	struct status_parts parts;
	struct control_reload reload;
	struct reload_waiting reloads[CONTROL_WAITING_MAX];
	size_t n_reloads;
	struct orders *orders;
	struct wake *ordered;
	struct order_waiting ordering[ORDERS_MAX];
	size_t n_ordering;
	int64_t month; /* the audit log has nothing from before; 0: it has not been looked at */
	struct clock_leap leap; /* no line goes by a clock that may be ahead */
	struct jobs *jobs;
	struct shelf *shelf;
	struct releasing releasing;
	struct job_waiting job_clients[JOB_KINDS];
	struct stats *stats;
	struct wake *more;
	struct msg_reader *reader;
	struct msg_writer *writer;
	struct page page;
	/* the export of what was known by then, while it runs */
	struct {
		int file; /* that its figures come by; 0: none runs */
		struct page_head head;
		struct waiting asked; /* what of */
		bool is_gone;	      /* nobody waits for it any more */
	} known;
	struct control_anew anew;
	atomic_bool compact_wanted; /* it is to be, soon; any thread sets it */
	bool is_compact;	    /* the journal was written anew, and waits to take its place */
	int ending;		 /* looks since nobody is let in any more, for that; 0: all are */
	bool begins_anew;	 /* that has been asked for */
	int64_t compact_next_ms; /* steady: when it is looked at next whether one is due */
};

/* The doors: one is opened with its socket, in the loop, which calls `receive` with the door; that
 * of an audience which may not ask is not. */
int door_open(struct control *control, const struct control_parts *parts,
	      const struct config_audience *audience, loop_fn receive);
void door_close(struct door *door);
/* What one who waited has owned; it is answered, or will not be. */
void waiting_clear(struct waiting *waiting);
/* May the sender of a message, by its User-Id, ask here still? It is the asker then.
 * LIFT_E_DENIED. */
int door_may(struct door *door, const char *user_id);

/* Is it that of an open audience, which is told what has been released, and nothing else? */
bool door_is_open(const struct door *door);

/* Look with the catalogue that serves. LIFT_E_MEMORY. */
int door_see(struct door *door);
/* What of the catalogue may be said there; NULL: all. */
const struct catalogue_sight *door_sight(const struct door *door);
/* Is there a place for one more who waits? Of operators and of each audience so many at once; of an
 * audience's clients each one, and of their scans of other days few: LIFT_E_BUSY. */
int door_has_place(const struct door *door, const struct client *client, bool scan);
/* Does any wait? */
bool control_waits(const struct control *control);
/* Take out the request whose turn it is, among those that are ready; false: there is none. */
bool doors_take_next(struct control *control,
		     bool (*is_ready)(const struct control *control, const struct waiting *waiting),
		     struct waiting *ret_waiting);

/* The day, kind, region and id that a request names, in *ret_waiting, which is the next free place
 * of its door. LIFT_E_BUSY where there is none; LIFT_E_DAY, _HORIZON, _PLANE, _KIND,
 * _UNKNOWN_REGION. */
int control_read_wish(struct control *control, const struct client *client,
		      const struct request *request, struct waiting **ret_waiting);

/* The first day of which there are figures; DAY_MIN: of any. */
int32_t control_horizon_day(const struct control *control);

/* Is a region that a request names (empty: all) one that its door sees? LIFT_E_UNKNOWN_REGION. */
int control_find_region(const struct control *control, const struct client *client,
			struct text region);

/* It waits from now on: for the ledger, and for its turn. */
void control_wait(struct control *control, struct waiting *waiting, const struct client *client,
		  waiting_fn *answer);

/* The same about people, today; what is asked about them changes hands. Errors as
 * control_read_wish. */
int control_wait_about(struct control *control, const struct client *client,
		       struct people_ask *people, waiting_fn *answer);

/* Answer one that need not wait for the ledger any longer; false where there is none. */
bool control_answer_next(struct control *control);

/* The requests that wait. */
int control_export(struct control *control, const struct client *client,
		   const struct request *request);
int control_explain(struct control *control, const struct client *client,
		    const struct request *request);

/* Tallies of whose reading the loop hears, and which end with the daemon: LIFT_E_STOPPED. */
struct counted {
	struct control *control;
	struct tallies tallies;
};
struct tallies control_count(struct counted *counted);

/* An export's answer: its head, its lines (export_fn, of the control), the last page. LIFT_E_SOCKET
 * where the client is gone, or does not read: nothing more for it. */
void page_begin(struct control *control, const struct client *client, const struct page_head *head);
int page_add(void *context, struct text line);
int page_send(struct control *control); /* what there is of it, and more comes */
int page_end(struct control *control);
const char *page_later(enum ledger_later later); /* as it is asked for */

/* An export with known_at, which does not wait, but is a job; and what has come of it. */
int control_export_known(struct control *control, const struct client *client,
			 const struct request *request);
void control_answer_known(struct control *control, const struct client *client,
			  const struct report *report);
void control_forget_known(struct control *control);

/* Releases: one is made now, and they are listed; each second it is looked whether one is due, and
 * one that waits for the ledger goes on when that has committed. What is told of one. */
int control_release(struct control *control, const struct client *client,
		    const struct request *request);
int control_releases(struct control *control, const struct client *client,
		     const struct request *request);
void control_look_at_releases(struct control *control);
void control_go_on_with_release(struct control *control);
void control_tell_release(void *context, const struct work *work);

/* People by what is made of their ids as the request is read. */
struct people_ask {
	char source[SOURCE_MAX + 1]; /* whose ids these are */
	bool dry_run;
	bool goes_on;  /* access: there is more to be told, in another round */
	uint64_t next; /* access: the journal number to go on from; 0: nothing is told yet */
	uint64_t last; /* access: up to this one */
	size_t n;
	struct order_person people[]; /* each once */
};

/* Read who a request is about, from one to so many, where the asker may have them forgotten; free()
 * frees it. LIFT_E_SOURCE, _DENIED, _LEARNERS, _MEMORY. */
int control_read_people(const struct control *control, const struct request *request, size_t most,
			struct people_ask **ret_ask);
/* A source as it is asked about; is it one of these, or are its ids theirs?
 * LIFT_E_SOURCE, LIFT_E_DENIED. */
int control_read_source(struct text source, char to[static SOURCE_MAX + 1]);
int control_check_sources(const struct control *control, const struct key_texts *sources,
			  const char *source);

/* All that is held on a person. */
int control_access(struct control *control, const struct client *client,
		   const struct request *request);

/* A list of people: refused, too, where others wait with theirs. */
int control_roster(struct control *control, const struct client *client,
		   const struct request *request);

/* What only the journal's writer may do. */
int control_close_stream(struct control *control, const struct client *client,
			 const struct request *request);
int control_accept_clock(struct control *control, const struct client *client,
			 const struct request *request);
int control_drop(struct control *control, const struct client *client,
		 const struct request *request);
int control_retry(struct control *control, const struct client *client,
		  const struct request *request);
int control_forget(struct control *control, const struct client *client,
		   const struct request *request);

/* Whose key may do what, and has done; what is in the audit log. */
int control_keys(struct control *control, const struct client *client,
		 const struct request *request);
int control_audit(struct control *control, const struct client *client,
		  const struct request *request);

/* An id as it may be noted: "?" where the catalogue has none such. */
struct text control_known_id(const struct control *control, enum kind kind, struct text id);
/* What one who has waited is told of: to be noted. Borrowed from it. */
struct audit control_deed(const struct control *control, const struct waiting *waiting,
			  const char *op);
/* Have it on disk that a client is answered: the deed's time, key and audience are filled in here.
 * False: it cannot be, and so nothing may be answered: that has been refused. */
bool control_note(struct control *control, const struct client *client, struct audit deed);
/* Drop what is older than the configuration lets it be, where a month has ended (loop_fn). */
void control_on_month(void *context, const struct now *now);

/* The jobs: their requests, and what they tell (job_fn). */
int control_backup(struct control *control, const struct client *client,
		   const struct request *request);
int control_verify(struct control *control, const struct client *client,
		   const struct request *request);
void control_told(void *context, enum job_kind kind, const struct report *report, bool ended);

/* A job from now on, which the client hears of. `dir` changes hands. LIFT_E_BUSY, LIFT_E_MEMORY,
 * LIFT_E_IO. */
int control_start_job(struct control *control, enum job_kind kind, const struct client *client,
		      char *dir, const struct job_wish *wish);

/* The journal is written anew: it is asked for; each second. Is it at work, or does what it made
 * wait to take its place (jobs.c)? */
int control_compact(struct control *control, const struct client *client,
		    const struct request *request);
void control_on_compact(void *context, const struct now *now);
bool control_compacts(const struct control *control);

/* What readers that died have kept from being used again. */
void control_on_readers(void *context, const struct now *now);

#endif
