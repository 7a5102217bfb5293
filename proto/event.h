/* SPDX-License-Identifier: Apache-2.0 */
/*
 * event.h - one learning event, as METRICS has it, and the batches that carry events.
 *
 * A decoded event borrows its texts from the message. Its values are checked: what decoding accepts
 * is in range; how far `time` may be ahead of the clock is judged at intake, which owns it.
 */
#ifndef LIFT_PROTO_EVENT_H
#define LIFT_PROTO_EVENT_H

#include "proto/msg.h"

enum event_type {
	EVENT_STARTED = 1,
	EVENT_COMPLETED,
	EVENT_ASSESSED,
	EVENT_WITHDRAWN,
	EVENT_VOIDED,
	EVENT_ATTENDED,
	EVENT_ENROLLED,
};

enum event_phase { PHASE_NONE, PHASE_PRE, PHASE_POST };

/* How far an enrolment is; of two at one moment the later of these words counts. */
enum event_state { STATE_NONE, STATE_APPLIED, STATE_WAITING, STATE_ADMITTED };

enum {
	LEARNER_MAX = 256, /* bytes */
	MODULE_MAX = 400,
	REGION_MAX = 64,
	ATTRS_MAX = 16,
	ATTR_NAME_MAX = 64,
	ATTR_VALUE_MAX = 64,
	SOURCE_MAX = 64,
	STREAM_MAX = 36,
	BATCH_EVENTS_MAX = 10000,
	SCORE_ONE = 10000,	 /* a score of 1 */
	MINUTES_MAX = 10080,	 /* of one presence: a week */
	VALID_UNTIL_MIN = 10957, /* 2000-01-01, in days since 1970-01-01 */
	VALID_FOR_EVER = 66109,	 /* whatever is after 2150-12-31 */
};

#define EVENT_TIME_MIN INT64_C(946684800000)	/* 2000-01-01T00:00Z, ms */
#define EVENT_TIME_MAX ((INT64_C(1) << 48) - 1) /* ms: what an entry of the journal holds */
#define EVENT_AHEAD_MS INT64_C(600000)	   /* that an event's time may be ahead of its receipt */
#define EVENT_SEQ_MAX  (UINT64_C(1) << 53) /* the last number of a stream */
#define EVENT_NO_TIME  INT64_MIN	   /* a voiding that names no time */

/* What came of it: of an assessment, a presence, an enrolment; or what a voiding names. */
struct event_result {
	int16_t score;	  /* 0..10000 in 1/10000; -1: absent */
	int8_t passed;	  /* 0 or 1; -1: absent */
	uint8_t phase;	  /* enum event_phase */
	uint16_t minutes; /* of `attended`: 1..10080; 0: absent */
	uint8_t state;	  /* enum event_state; of `enrolled` never absent */
};

struct event_attr {
	struct text name, value;
};

struct event {
	enum event_type type;
	int64_t time; /* ms since 1970 UTC */
	struct text learner, module, region;
	struct event_result result; /* of its type; for `voided` what it names */
	int32_t valid_until;	    /* `completed`, `assessed`: a day, the last on which what it
				       earns holds; VALID_FOR_EVER; 0: absent */
	enum event_type voids;	    /* `voided` only: the type it takes back */
	int64_t voids_time;	    /* `voided` only: ms, or EVENT_NO_TIME */
	size_t n_attrs;
	struct event_attr attrs[ATTRS_MAX];
};

const char *event_type_name(enum event_type type); /* "started", ... */
enum event_type event_type_of(struct text name);   /* 0 where there is none */

const char *event_phase_name(uint8_t phase); /* "pre", "post" */
uint8_t event_phase_of(struct text name);    /* PHASE_NONE where there is none */

const char *event_state_name(uint8_t state); /* "applied", ... */
uint8_t event_state_of(struct text name);    /* STATE_NONE where there is none */

/* The day that `valid_until` names, YYYY-MM-DD, from VALID_UNTIL_MIN; VALID_FOR_EVER for any after
 * 2150; 0 where the text is none. */
int32_t event_valid_until_of(struct text text);

/* The integer that a score from 0 to 1 is kept as: floor(score * 10000 + 0.5). */
int16_t event_score(double score);

/* A batch as it came: valid as long as its message, until the reader's next use. */
struct batch {
	struct text op;	     /* empty where absent */
	struct text source;  /* a name that source_is_valid accepts */
	struct text stream;  /* 1..36 bytes */
	uint64_t seq;	     /* of the first event */
	uint32_t count;	     /* 0..10,000; 0: all numbers below seq have been sent, nothing else */
	struct text message; /* that it came in; and where in it each of its events begins */
	const uint32_t *events;
	struct msg_reader *reader;
};

/* Is it 1..64 of [a-z0-9._-]? */
bool source_is_valid(struct text source);

/* Decode a batch's own keys. On failure the error, and in ret_batch source, stream and seq where
 * they could be read (else empty and 0). */
int batch_decode(struct msg_reader *reader, struct text message, struct batch *ret_batch);

/* What a batch, or a request about a stream, says of itself, without looking at what it holds: op,
 * source, stream, seq and count as far as they are what they should be (else empty and 0), and no
 * `events`. Another look may find that it is neither. The bytes that it took. */
size_t batch_glance(struct text message, struct batch *ret_batch);

/* Decode and check event i (from 0): 0 or the error of its first fault. */
int batch_event(const struct batch *batch, uint32_t i, struct event *ret_event);

/* Write event i as it came (the same content gives the same bytes). */
void batch_event_raw(const struct batch *batch, uint32_t i, struct msg_writer *writer);

/* Write what event i has of type, time, module, region, score, passed, phase, minutes, state,
 * valid_until and voids, where it is what these may have; else, and of attrs and of a learner that
 * cannot be one, its kind and size: nothing of who it was about. Of a module and a region, too,
 * only these where `hides` (or NULL) says so: false then, it cannot be judged again. */
typedef bool (*outline_hides_fn)(void *context, struct text text);
bool batch_event_outline(const struct batch *batch, uint32_t i, struct msg_writer *writer,
			 outline_hides_fn hides, void *context);

/* Write a batch of one, with number 1 and a learner whose id is "?": the event whose outline this
 * is (read by `reader`, MessagePack, as is the map `attrs`), where all its values were as they
 * should be. LIFT_E_MALFORMED, LIFT_E_MEMORY. */
int batch_of_outline(struct msg_writer *writer, struct msg_reader *reader, struct text outline,
		     struct text attrs, struct text source, struct text stream);

/* Write the head of a batch; the caller then writes `count` maps, each by event_encode or its
 * own. */
void batch_begin(struct msg_writer *writer, const char *op, struct text source, struct text stream,
		 uint64_t seq, uint32_t count);
void event_encode(struct msg_writer *writer, const struct event *event);

#endif
