/* SPDX-License-Identifier: Apache-2.0 */
/*
 * doors.h - a real liftd with TCP endpoints and keys, and those who come to them.
 *
 * There is one audience with doors, of Rana; "vefsn" is another one, by ipc.
 */
#ifndef LIFT_TESTS_E2E_DOORS_H
#define LIFT_TESTS_E2E_DOORS_H

#include "proto/event.h"
#include "proto/key_file.h"
#include "tests/e2e/daemon.h"
#include "tests/e2e/peer.h"

enum door { AT_INTAKE, AT_EVENTS, AT_CONTROL, AT_PUBLISH, AT_SNAPSHOT, AT_ASK, DOORS };

extern const char *const door_names[DOORS];

struct doors {
	struct daemon *daemon;
	struct key_pair server;
	char keys[PATH_SIZE]; /* keys.yaml */
	char endpoints[DOORS][64];
	void *zmq; /* of those who come */
	struct msg_reader *reader;
	struct msg_writer *writer;
	struct peer local; /* at control by ipc */
};

/* Write liftd.yaml with these lines more, server.key and keys.yaml; and start it. */
void doors_configure(struct doors *doors, struct daemon *daemon, const char *lines,
		     const char *keys);
void doors_open(struct doors *doors, struct daemon *daemon, const char *lines, const char *keys);
void doors_close(struct doors *doors);

/* Other keys; and what the reload says, which must be that it is done. */
void doors_write_keys(const struct doors *doors, const char *keys);
void doors_change_keys(struct doors *doors, const char *keys);

/* Who comes to a door. */
struct visitor {
	const struct doors *doors;
	enum door door;
	struct peer peer; /* its parts are borrowed, but for the socket */
	void *monitor;
	const char *source, *region; /* of what it sends */
	char stream[STREAM_MAX + 1];
	uint64_t seq;
	bool waits;	 /* for an answer */
	unsigned served; /* answers and messages that it has got: acks, figures */
	char code[32];	 /* of the last refusal */
	unsigned cut;	 /* times that its connection, or its handshake, has failed */
};

/* By a key (NULL: without CURVE), to whom it takes for the server. It speaks for a source about
 * rana, in a stream of its own. */
void visitor_open(struct visitor *visitor, const struct doors *doors, enum door door,
		  const struct key_pair *key, const char *server, const char *source);
void visitor_close(struct visitor *visitor);

/* A request of one's own, which is given away, at a door by a key: its answer. */
json_t *doors_ask(struct doors *doors, enum door door, const struct key_pair *key, json_t *request);

/* What it is there for, once more, where nothing is outstanding; and take what has come. */
void visitor_try(struct visitor *visitor);
/* Only take what has come. */
void visitor_hear(struct visitor *visitor);
/* Under the next number, and as if it had got nothing. */
void visitor_renew(struct visitor *visitor);

/* Try until it is served; or is refused by an answer with this code. */
void visitor_await_served(struct visitor *visitor);
void visitor_await_code(struct visitor *visitor, const char *code);

/* One event as a batch, by any DEALER of intake: what is answered. */
json_t *event_batch(const char *source, const char *stream, uint64_t seq, const char *learner,
		    const char *region);
json_t *peer_batch(struct peer *peer, const char *source, const char *stream, uint64_t seq,
		   const char *learner, const char *region);

/* By hello: the next number of a stream. */
int64_t stream_next(struct peer *peer, const char *source, const char *stream);

#endif
