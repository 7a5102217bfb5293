/* SPDX-License-Identifier: Apache-2.0 */
/*
 * work.h - one request with statements: what is to be written for it, and what it is answered.
 *
 * Nothing is written here but into a transaction of the shelf and into a gathering of events, both
 * the caller's: what becomes of them is decided when all of a round is there (round.h).
 */
#ifndef LIFT_XAPI_WORK_WORK_H
#define LIFT_XAPI_WORK_WORK_H

#include "clients/http/http.h"
#include "clients/lib/lift.h"
#include "clients/xapi/shelf/shelf.h"
#include "clients/xapi/work/counts.h"

enum work_form { FORM_POST, FORM_PUT, FORM_CALIPER, FORM_CANVAS, FORM_STATUS };

/* What came of a statement. */
struct verdict {
	enum {
		VERDICT_EVENTS,
		VERDICT_IGNORED,
		VERDICT_REFUSED,
		VERDICT_VOIDS,
		VERDICT_AGAIN
	} kind;
	const char *name; /* ignored: the rule; refused: the reason; in the work's arena */
	uint8_t types[EVENT_TYPES];
	bool score_dropped;
	int refused; /* LIFT_E_..., of an event that no outbox takes; 0: none */
};

/* What a statement is known by. */
struct work_key {
	uint8_t id[SHELF_HASH], content[SHELF_HASH];
	bool is_again, is_void;
	bool is_apart;	 /* nothing of it counts: it takes no place among what is told with it */
	bool is_undated; /* it does not say when it was: so it was when it came */
	int64_t came_ms;
};

struct work {
	struct work *next;
	struct http_exchange *exchange; /* NULL: it was held, and is tried again */
	enum work_form form;
	char platform[XAPI_PLATFORM_NAME_MAX + 1];
	bool signed_only; /* nobody has logged in: what signs it must be right */

	json_t *statements; /* each with its id, once it is read */
	size_t n;
	struct work_key *keys; /* of each */
	bool is_read;
	int read_err;
	struct verdict *verdicts;
	struct {
		int64_t at, time_ms; /* its number, and when it came */
	} * held;		     /* exchange NULL: of each statement */
	unsigned status;
	int retry_s;
	char *problem; /* why it is not 200 or 204; the work's own */
	size_t place;  /* bytes of it that say where: names of the platform's, not for the log */
	struct arena arena;
};

struct work *work_new(void); /* NULL: out of memory */
void work_free(struct work *work);
/* It is answered otherwise than by 200 or 204; what it was to write is not written. */
__attribute__((format(printf, 4, 5))) void work_fail(struct work *work, unsigned status,
						     int retry_s, const char *format, ...);

/* Events of many requests, of one source. */
struct gathering {
	struct msg_writer *writer;
	struct msg_reader *reader;
	struct {
		size_t end; /* of its bytes */
		struct work *work;
		size_t statement;
	} * events;
	size_t n, room;
	struct lift_encoded *encoded; /* of the same number */
	size_t encoded_room;
	struct outcome *outcomes; /* of the request that is being looked at */
	struct outcome **outcome_of;
	const json_t **statement_of;
	size_t outcomes_room, pointers_room, statements_room;
};
int gathering_open(struct gathering *gathering);
void gathering_close(struct gathering *gathering);
void gathering_clear(struct gathering *gathering);

/* What a request is looked at with. */
struct bench {
	const struct xapi_config *config;
	const struct xapi_platform *platform;
	struct shelf *shelf;
	struct gathering *gathering;
	int64_t now_ms;
};

/* Read what was sent, once: its statements, their ids, and what they are known by. It writes
 * nothing but the work, so that any thread may do it. What is wrong with it is the work's status,
 * or its `read_err`. */
void work_read(const struct bench *bench, struct work *work);
/* Those that do not say when they were: note that they have come now, so that a crash before they
 * are answered does not date them anew. 0, or an error of the shelf. */
bool work_is_undated(const struct work *work);
int work_meet(const struct bench *bench, const struct work *work);
/* Write what it gives; its status says what came of it. 0, or an error of the shelf or of memory:
 * then part of it may be written, and all of this source's is to be taken back. */
int work_take(const struct bench *bench, struct work *work);

/* The ids of its statements as a JSON array; the caller's (free); NULL: out of memory. */
char *work_ids(const struct work *work);
/* Count it, once all is on disk. */
void work_count(const struct work *work, struct platform_counts *counts, int64_t now_ms);

#endif
