/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lift.h - liblift: learning events from a platform to liftd, and its figures to a dashboard.
 *
 * A platform takes an outbox (on disk), a dashboard a picture. The rest is for who keeps events
 * elsewhere, or wants single messages: a publisher with an outbox in memory, a broadcaster without
 * any, questions, a subscriber, a follower. lift(3) has examples.
 *
 * An outbox may be used by all threads; each other object belongs to one thread at a time and
 * shares nothing with others. Functions return 0 or a negative LIFT_E_ number (err.h);
 * lift_error_text says in a sentence what happened. Texts end with a 0.
 */
#ifndef LIFT_LIFT_H
#define LIFT_LIFT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/err.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
	LIFT_ANSWER_MS = 5000, /* without an answer for so long: hello again, and resend */
	LIFT_BATCH_BYTES = 512 << 10,
	LIFT_BATCH_EVENTS = 100, /* unless asked otherwise */
	LIFT_WINDOW_MAX = 128,	 /* batches kept, whatever a daemon offers */
};

/* By which a daemon is reached over TCP, in Z85 with a 0 behind it: the daemon's own public key,
 * and this client's pair. Over ipc they are not looked at. Whoever fills one in wipes it; libzmq
 * keeps a copy while a socket is open. */
struct lift_keys {
	char server_key[41], public_key[41], secret_key[41];
};

/*
 * Whatever waits for a daemon over TCP may end, within a second or two, with
 * LIFT_E_KEY_REFUSED: the daemon does not know the key, or does not let it use this endpoint, or
 *	does not any more;
 * LIFT_E_SERVER_KEY: it closes each connection before keys are exchanged, as one whose key is not
 *	`server_key`, or which takes no further connection. Not of who was let in before: for
 *	them it is silence;
 * LIFT_E_NEEDS_KEY: it is one with keys, and there are none, or the other way round.
 */

/* Publishing, with an outbox on disk: for platforms. */

/* What a platform says, and what may be absent: all zeros are right. */
enum lift_type {
	LIFT_STARTED = 1,
	LIFT_COMPLETED,
	LIFT_ASSESSED,
	LIFT_WITHDRAWN,
	LIFT_VOIDED,
	LIFT_ATTENDED,
	LIFT_ENROLLED,
};
enum lift_passed { LIFT_PASSED_UNSAID, LIFT_NOT_PASSED, LIFT_PASSED };
enum lift_phase { LIFT_PHASE_UNSAID, LIFT_PRE, LIFT_POST };
enum lift_state { LIFT_STATE_UNSAID, LIFT_APPLIED, LIFT_WAITING, LIFT_ADMITTED };

struct lift_attr {
	const char *name, *value;
};

struct lift_event {
	enum lift_type type;
	int64_t time_ms; /* since 1970 UTC; from 2000-01-01 to ten minutes from now */
	const char *learner, *module, *region; /* UTF-8: 1..256, 1..400, 1..64 bytes */
	bool has_score;
	double score; /* assessed: 0..1 */
	enum lift_passed passed;
	enum lift_phase phase;
	int minutes;		 /* attended: 1..10,080 */
	enum lift_state state;	 /* enrolled */
	const char *valid_until; /* completed, assessed: YYYY-MM-DD, or NULL */
	enum lift_type
		voids; /* voided: the type that it takes back; the members above name which */
	int64_t voids_time_ms; /* voided: of what it takes back; 0: all of that type */
	const struct lift_attr *attrs;
	size_t n_attrs; /* at most 16 */
};

/* Events in a file (SQLite; its form is in lift-outbox(5), and the Python package has the same),
 * until the daemon has them on its disk. Any number of processes may put in; one of them delivers,
 * in a thread of the library's own. All functions may be called from any thread, at once, but for
 * lift_outbox_close, which is the last. A child of fork uses none of its parent's, and
 * opens none where its parent has one open: a process that forks opens its outboxes after that, or
 * its children call exec. LIFT_E_OUTBOX says so. */
struct lift_outbox;

enum { LIFT_SEAL_BYTES = 32 };

struct lift_outbox_options {
	const char *path; /* the file; made, 0600, where there is none. A relative one is of the
			   * directory that the program is in when it opens it */
	const char
		*source; /* of all events in it; NULL: whichever it is of, and it must be there */
	const char *endpoint; /* of the daemon's `intake`; NULL: this process does not deliver */
	const struct lift_keys *keys; /* as of a publisher; copied, and wiped at the end */
	const uint8_t *seal;	      /* LIFT_SEAL_BYTES, copied, and wiped at the end; NULL: what
				       * waits is readable. A sealed one opens without it only to
				       * be looked at: with neither source nor endpoint */
	uint64_t max_bytes;	      /* of the file, without its -wal, which has some MB; 0: 1 GiB,
			     * else at least 256 KiB (LIFT_E_VALUE) */
};

/* Where all is at one moment. */
struct lift_outbox_state {
	uint64_t waiting;  /* events that the daemon has not got yet */
	int64_t oldest_ms; /* when the oldest of them was put in, ms since 1970; 0: none waits */
	uint64_t bytes, max_bytes; /* of the file, in use; it is full when they are the same */
	uint64_t refused;	  /* events that the daemon refused, and nobody has taken out yet */
	uint64_t refused_dropped; /* beside them, those that there was no room for, ever */
	uint64_t delivered;	  /* accepted by the daemon since the file was made */
	int64_t delivered_ms;	  /* when it took the last one; 0: never */
	bool delivers;		  /* this process is the one */
	int64_t deliverer;	  /* the number of the other process that is; 0: none, or unknown */
	int err;		  /* why nothing is being delivered: LIFT_E_...; 0: all is well */
	char why[200];		  /* the same in a sentence; empty */
	char source[65], stream[37];
	bool sealed;
};

/* An event that the daemon refused, once and for all; borrowed during the call. */
struct lift_refused {
	const char *code, *text; /* as the daemon said it */
	int64_t time_ms;	 /* when */
	const void *event;	 /* as MessagePack, as it was put in */
	size_t event_size;
	const char *json; /* the same as a line of JSON, as lift-publish reads it; NULL: it is no
			   * event, but damaged (code corrupt) */
};

/* LIFT_E_OUTBOX: the file is none, or of another source; LIFT_E_NEWER: of a newer liblift;
 * LIFT_E_SEAL; LIFT_E_SOURCE; LIFT_E_CORRUPT: damaged; LIFT_E_VALUE; LIFT_E_DISK, LIFT_E_IO,
 * LIFT_E_MEMORY. lift_error_text has it in a sentence. The daemon need not be there. */
int lift_outbox_open(const struct lift_outbox_options *options, struct lift_outbox **ret_outbox);
/* Ends delivery. What waits stays in the file, for the next who opens it. */
void lift_outbox_close(struct lift_outbox *outbox);

/* 0: the event, or all of them, are on this machine's disk, and will be delivered. Else none is:
 * LIFT_E_FULL; LIFT_E_TYPE ... LIFT_E_VALID_UNTIL, LIFT_E_MALFORMED where an event is wrong,
 * *ret_bad (may be NULL) its place; LIFT_E_OUTBOX: the file was taken away; LIFT_E_IO, LIFT_E_DISK,
 * LIFT_E_MEMORY. A time that is more than ten minutes ahead of this clock is LIFT_E_TIME. Many
 * events of one call are one commit, and far cheaper; calls of several threads share commits. */
int lift_publish(struct lift_outbox *outbox, const struct lift_event *event);
int lift_publish_many(struct lift_outbox *outbox, const struct lift_event *events, size_t n,
		      size_t *ret_bad);
/* The same, of events that are encoded already (event_encode: MessagePack maps). */
struct lift_encoded {
	const void *data;
	size_t size;
};
int lift_publish_encoded(struct lift_outbox *outbox, const struct lift_encoded *events, size_t n,
			 size_t *ret_bad);

/* Wait until nothing waits that was put in before, for at most so long (-1: for ever): 0, or
 * LIFT_E_NOT_FOUND where something still does; lift_error_text then says why. */
int lift_outbox_wait(struct lift_outbox *outbox, int timeout_ms);
int lift_outbox_look(struct lift_outbox *outbox, struct lift_outbox_state *ret_state);

/* Hand over each refused event, and take it out of the file when `fn` has returned 0; with
 * LIFT_REFUSED_STAYS it stays; anything else ends it, and is returned. `fn` may use the outbox, but
 * for this. Two processes that do this at once may both be given the same one. */
enum { LIFT_REFUSED_STAYS = 1 };
typedef int lift_refused_fn(void *context, const struct lift_refused *refused);
int lift_outbox_refused(struct lift_outbox *outbox, lift_refused_fn *fn, void *context);

enum lift_unknown_kind {
	LIFT_UNKNOWN_MODULE,
	LIFT_UNKNOWN_REGION,
	LIFT_UNKNOWN_ATTR,
	LIFT_UNKNOWN_VALUE,
	LIFT_UNKNOWN_KINDS
};

struct lift_unknown_text {
	enum lift_unknown_kind kind;
	uint64_t n;	   /* events that brought it */
	const char *text;  /* as it was sent */
	const char *meant; /* the catalogue's, which was probably meant; NULL: nothing is like it */
	const char *attr;  /* of a value: its attribute; else NULL */
};

/* What accepted events have brought that counts nowhere: modules and regions that the catalogue
 * does not have, attributes that it does not count by, values that it does not list. */
struct lift_unknown {
	uint64_t events;		       /* that brought any of it */
	uint64_t n[LIFT_UNKNOWN_KINDS];	       /* how often each kind was brought */
	const struct lift_unknown_text *texts; /* the first to come */
	size_t n_texts;
};

/* Hand over what the events that this process has delivered since the last call have brought that
 * counts nowhere, summed up and valid during the call. `fn` may use the outbox, and is not called
 * where there is nothing. Only so many texts are named; all are counted. */
enum { LIFT_OUTBOX_UNKNOWN_MAX = 64 };
typedef void lift_unknown_fn(void *context, const struct lift_unknown *unknown);
int lift_outbox_unknown(struct lift_outbox *outbox, lift_unknown_fn *fn, void *context);

/* The last error of this thread's last call that failed, in a sentence. */
const char *lift_error_text(void);

/* An event as MessagePack, checked as the daemon would, into `*size` bytes; *size is then how many
 * it has, at most LIFT_EVENT_BYTES. LIFT_E_TYPE ... LIFT_E_VALID_UNTIL; LIFT_E_SIZE where there is
 * less room, and *size says how much is needed; LIFT_E_MEMORY. */
enum { LIFT_EVENT_BYTES = 4096 };
int lift_event_encode(const struct lift_event *event, void *buffer, size_t *size);

/* Publishing, with an outbox in memory: for who can send everything again, from a file. */

struct lift_publisher;

/* Valid during the call. */
struct lift_rejection {
	uint64_t seq, tag;	   /* the event's number, and what it was added with */
	const char *code, *text;   /* as the daemon said it */
	struct lift_encoded event; /* as it was added */
};

struct lift_publisher_options {
	const char *endpoint, *source, *stream; /* copied */
	const struct lift_keys *keys; /* borrowed until it is freed; NULL: there are none */
	uint64_t first;		      /* the number of the first event added; 0: 1 */

	/* The first event added gets the number that the stream is at (lift_publisher_next), and
	 * the events are others than before. Where an earlier run was cut off, later numbers may be
	 * taken: an event that is refused as `reused` for it is to be added again. */
	bool go_on;

	uint32_t batch;	 /* events in a batch, 1..10,000; 0: LIFT_BATCH_EVENTS */
	int patience_ms; /* without progress, then LIFT_E_SOCKET or the refusal; 0: 120 s; below 0:
			  * without end */

	/* Called once for each event that the daemon has refused for good, or that alone is longer
	 * than this key's message may be (code size; an empty map has its number); may be NULL, as
	 * all that follow. None of them may call the publisher. */
	void (*rejected)(void *context, const struct lift_rejection *rejection);

	/* Called for each event that was received before, when its attributes did not count; they
	 * would now. Sent under another number they do. */
	void (*uncounted)(void *context, uint64_t seq, uint64_t tag);

	/* What accepted events have brought that counts nowhere; valid during the call. Said once,
	 * and not at all where the first ack was lost. */
	void (*unknown)(void *context, const struct lift_unknown *unknown);

	/* There has been no verdict for so long, because the daemon has asked to send again later
	 * (the code's error), or says nothing for LIFT_ANSWER_MS (LIFT_E_SOCKET). Called again and
	 * again while that is so. 0: wait on; else what the call that waits returns. */
	int (*stalled)(void *context, int err, int64_t ms);

	/* What silence and patience are measured by, ms; NULL: the system's clock that never goes
	 * back. */
	int64_t (*clock_ms)(void *context);
	void *context;
};

/* Connect and say hello. LIFT_E_SOCKET where nobody answers within LIFT_ANSWER_MS; LIFT_E_COUNT
 * where a batch is to have more events than it may; LIFT_E_CLOSED where a stream that is to go on
 * is closed; else what the daemon says. */
int lift_publisher_open(const struct lift_publisher_options *options,
			struct lift_publisher **ret_publisher);
void lift_publisher_free(struct lift_publisher *publisher);

/* The lowest number that was not yet on the daemon's disk when it was asked last. */
uint64_t lift_publisher_next(const struct lift_publisher *publisher);

/* The same, asked of a daemon's `intake` without a publisher: LIFT_E_CLOSED where the stream takes
 * no new number; errors as of lift_request, or what the daemon says. */
int lift_stream_next(const char *endpoint, const struct lift_keys *keys, const char *source,
		     const char *stream, int timeout_ms, uint64_t *ret_next);

/* Add one event, an encoded map (event_encode) of at most LIFT_BATCH_BYTES, copied; it gets the
 * next number. Sends batches as they fill, and waits while the window is full. LIFT_E_VALUE where
 * it is longer: nothing has changed then. Any other error is final. */
int lift_publisher_add(struct lift_publisher *publisher, const void *event, size_t size,
		       uint64_t tag);

/* Send what has been gathered, without waiting for answers longer than the window asks. */
int lift_publisher_push(struct lift_publisher *publisher);

/* Take in answers for so long, and at once what is there. */
int lift_publisher_wait(struct lift_publisher *publisher, int ms);

/* Send everything and wait until there is a verdict on all of it. */
int lift_publisher_flush(struct lift_publisher *publisher);

/* Send everything, and tell the daemon that all numbers below the next event's have been sent, by
 * whatever way: what is missing of them is a gap from then on, the last ones too. */
int lift_publisher_announce(struct lift_publisher *publisher);

/* Events on which there is a verdict. */
uint64_t lift_publisher_judged(const struct lift_publisher *publisher);

/* Broadcasting. */

/* Fire and forget: nothing is acknowledged. Lost events are a gap in the stream's numbers if later
 * ones have come, or an announcement that they were sent; where neither has, they show nowhere. The
 * same events added to a publisher of the same source and stream send whatever is missing. */
struct lift_broadcaster;

struct lift_broadcaster_options {
	const char *endpoint, *source,
		*stream;	      /* copied; the endpoint is one of the daemon's `events` */
	const struct lift_keys *keys; /* as of a publisher */
	uint64_t first;		      /* as of a publisher */
	uint32_t batch;		      /* as of a publisher */
	int linger_ms; /* how long finishing, and freeing, may wait until all is sent */
};

/* Connect, and wait until the daemon has subscribed: LIFT_E_SOCKET where it has not within
 * LIFT_ANSWER_MS; LIFT_E_COUNT as of a publisher; LIFT_E_SOURCE, LIFT_E_STREAM where the daemon
 * would drop all of it without a word. */
int lift_broadcaster_open(const struct lift_broadcaster_options *options,
			  struct lift_broadcaster **ret_broadcaster);
void lift_broadcaster_free(struct lift_broadcaster *broadcaster);

/* Add one event, as to a publisher. Any error but LIFT_E_VALUE is final. */
int lift_broadcaster_add(struct lift_broadcaster *broadcaster, const void *event, size_t size);

/* Send what has been gathered. LIFT_E_SOCKET where nobody has taken any of it for
 * LIFT_ANSWER_MS. */
int lift_broadcaster_push(struct lift_broadcaster *broadcaster);

/* Send what has been gathered, and that all numbers so far have been sent: if the last ones are
 * lost, and this is not, they are a gap. Once a run at its end, and now and then. */
int lift_broadcaster_announce(struct lift_broadcaster *broadcaster);

/* Announce, and wait until all is sent; nothing can be added any more. LIFT_E_SOCKET where it was
 * not within linger_ms (where these are 0, nobody knows); LIFT_E_STOPPED where the connection was
 * broken after the first batch: what was on its way then is lost. */
int lift_broadcaster_finish(struct lift_broadcaster *broadcaster);

uint64_t lift_broadcaster_added(const struct lift_broadcaster *broadcaster);

/* Asking. */

/* One message of an answer, borrowed. 0, or a negative number that ends the request and is
 * returned. */
typedef int lift_answer_fn(void *context, const json_t *answer);

/* Ask, and hand over each message of the answer until one has no `more`. LIFT_E_SOCKET where nobody
 * is there, the connection breaks, or nothing comes for timeout_ms. An answer of ok:false is handed
 * over, too. */
int lift_request(const char *endpoint, const struct lift_keys *keys, const void *request,
		 size_t size, int timeout_ms, lift_answer_fn *answer, void *context);

/* Subscribing. */

struct lift_subscriber;

/* Subscribe to topics by their beginnings. `buffer` messages may wait to be read (0: 1000); further
 * ones wait at the daemon, and are lost in the end. */
int lift_subscriber_open(const char *endpoint, const struct lift_keys *keys,
			 const char *const topics[], size_t n_topics, int buffer,
			 struct lift_subscriber **ret_subscriber);
void lift_subscriber_free(struct lift_subscriber *subscriber);

/* The next message; its topic and its body (MessagePack) live until the next call. LIFT_E_NOT_FOUND
 * after timeout_ms without one (-1: wait for ever); LIFT_E_STOPPED when a signal came. */
int lift_subscriber_next(struct lift_subscriber *subscriber, int timeout_ms, const char **ret_topic,
			 const void **ret_body, size_t *ret_size);

/* One message, borrowed. 0, or a negative number that ends it and is returned. */
typedef int lift_message_fn(void *context, const char *topic, const json_t *body);

/* The current message of each topic that begins with one of these (at most 64), page by page, in
 * order. LIFT_E_SOCKET where nothing comes for LIFT_ANSWER_MS, or the daemon restarts meanwhile;
 * LIFT_E_BUSY, before any message, where the daemon has started a moment ago and not all is out:
 * ask again. Else what the daemon says. */
int lift_snapshot(const char *endpoint, const struct lift_keys *keys, const char *const topics[],
		  size_t n_topics, lift_message_fn *message, void *context);

/* Following. */

/* A subscription that asks for snapshots: when it begins, when something was missed, when the
 * daemon has restarted, and once a minute. Who applies all that it gives, each to its topic, has
 * what the daemon has. */
struct lift_follower;

/* Endpoints of one audience; snapshot NULL: a subscription alone. The texts and the keys must live
 * as long; at most 64 topics. */
int lift_follower_open(const char *publish, const char *snapshot, const struct lift_keys *keys,
		       const char *const topics[], size_t n_topics, int buffer,
		       struct lift_follower **ret_follower);
void lift_follower_free(struct lift_follower *follower);

/* The next message that is news, and each beat; they live until the next call. A body whose
 * `metrics` are null empties its topic; where that message itself was missed, it has no n. Errors
 * as of lift_subscriber_next; LIFT_E_NOT_FOUND after timeout_ms. */
int lift_follower_next(struct lift_follower *follower, int timeout_ms, const char **ret_topic,
		       const json_t **ret_body);

/* A picture: all figures as they were at the end of one tick of the daemon, then as they were at
 * the end of the next. It is never half of one tick and half of another: what has come of a tick is
 * held back until all of it is there. After a break, or a restart of the daemon, what was there
 * before stays until all is there again. One picture may serve many who look at it. */
struct lift_picture;

enum { LIFT_STALE_MS = 5000 };

struct lift_picture_options {
	const char *publish, *snapshot; /* endpoints of one audience; copied, as the topics */
	const struct lift_keys *keys;	/* borrowed until it is closed; NULL: there are none */
	const char *const *topics;	/* beginnings of topics, such as "metric/1813/", */
	size_t n_topics;		/* 1 to 64 of them */
	int buffer;			/* as of a subscriber */
	int stale_ms; /* 0: LIFT_STALE_MS; never less than two ticks of the daemon */
};

enum lift_picture_what {
	LIFT_PICTURE_WHOLE = 1, /* it is whole: for the first time, or again */
	LIFT_PICTURE_TICK,	/* the next tick has ended; of an open audience also one in
				 * which nothing could change */
	LIFT_PICTURE_STALE,	/* nothing new for stale_ms: what there is may be old; said once */
};

struct lift_change {
	const char *topic;
	const json_t *body; /* as published (METRICS.md); NULL: nobody counts there any more */
};

/* Valid until the next call with this picture. */
struct lift_picture_news {
	enum lift_picture_what what;
	uint64_t tick;	    /* the beat's `seq`, which stays the same between the releases of an
			     * open audience; with LIFT_PICTURE_STALE that of the last one */
	const json_t *beat; /* the beat that ended it: time, as_of, sources that are late; NULL with
			      * LIFT_PICTURE_STALE */
	const struct lift_change
		*changes; /* what is different since the last time, maybe nothing */
	size_t n_changes;
	/* Of an audience of the open plane, whose figures are those of a release: they may be off
	 * by a few, and do not add up; say so where they are shown. */
	bool is_open;	   /* else all that follow are nothing */
	uint32_t release;  /* its number; 0: there is none yet */
	const char *as_of; /* its day, "2025-09-30"; NULL: there is none yet */
};

/* Connects, and waits for nothing. LIFT_E_TOPICS; LIFT_E_SOCKET: an endpoint is none;
 * LIFT_E_MEMORY. */
int lift_picture_open(const struct lift_picture_options *options,
		      struct lift_picture **ret_picture);
void lift_picture_close(struct lift_picture *picture);

/* The next news, waited for so long (0: what is there, -1: for ever): LIFT_E_NOT_FOUND where there
 * is none, LIFT_E_STOPPED where a signal came; else as of lift_subscriber_next, and then for
 * good. */
int lift_picture_next(struct lift_picture *picture, int timeout_ms,
		      struct lift_picture_news *ret_news);

/* For an event loop: a descriptor that can be read from (poll, epoll; level-triggered) while there
 * is something to do: then call lift_picture_next with timeout 0. Only for waiting; it stays the
 * same until the picture is closed. */
int lift_picture_descriptor(const struct lift_picture *picture);

/* What is there now of one topic, valid until the next lift_picture_next; NULL: nothing. */
const json_t *lift_picture_find(const struct lift_picture *picture, const char *topic);

/* Hand over what is there of each topic that begins so ("": all), in no order: 0, or what `fn`
 * returned that was not 0, which ends it. */
int lift_picture_each(const struct lift_picture *picture, const char *beginning,
		      lift_message_fn *fn, void *context);

#ifdef __cplusplus
}
#endif

#endif
