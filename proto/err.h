/* SPDX-License-Identifier: Apache-2.0 */
/*
 * err.h - the one list of errors, which the wire, the log and the manual share.
 *
 * liblift installs it as <lift/err.h>, so it includes nothing.
 *
 * A function that can fail returns 0 or one of the negative LIFT_E_ numbers. The numbers are kept
 * in journals and the codes are part of the protocol: both may be added to, never changed.
 */
#ifndef LIFT_PROTO_ERR_H
#define LIFT_PROTO_ERR_H

#ifdef __cplusplus
extern "C" {
#endif

/* X(name, number, class (lift_err_class), code on the wire, what was expected) */
#define LIFT_ERRORS(X)                                                                             \
	/* a whole message */                                                                      \
	X(MALFORMED, 1, REQUEST, "malformed",                                                      \
	  "the message is not one MessagePack map as the protocol has it")                         \
	X(VERSION, 2, REQUEST, "version", "v must be 1")                                           \
	X(OP, 3, REQUEST, "op", "this socket does not know that op")                               \
	X(SOURCE, 4, REQUEST, "source", "source must be 1 to 64 of a-z 0-9 . _ -")                 \
	X(STREAM, 5, REQUEST, "stream", "stream must be a text of 1 to 36 bytes")                  \
	X(SEQ, 6, REQUEST, "seq", "seq must be an integer from 1 to 2^53")                         \
	X(COUNT, 7, REQUEST, "count", "events must be an array of at most 10,000 maps")            \
	X(STREAMS, 8, REQUEST, "streams", "the source has as many streams as it may have")         \
	X(HOLES, 9, PASSING, "holes",                                                              \
	  "the stream, or the source, has too many gaps: send the missing numbers first, or "      \
	  "close streams whose numbers will not come")                                             \
	X(WINDOW, 10, PASSING, "window", "too many batches are unanswered: wait for an answer")    \
	X(DISK, 11, STORE, "disk", "the batch could not be written: send it again")                \
	X(NAMES, 12, EVENT, "names",                                                               \
	  "as many names that the catalogue does not have are kept as may be, of this source or "  \
	  "of all")                                                                                \
	X(NAMESPACE, 14, REQUEST, "namespace",                                                     \
	  "this source has the name of a namespace: the configuration must put it there")          \
	X(DAMAGED, 15, PASSING, "damaged",                                                         \
	  "the journal is damaged: nothing is received until it is restored; send it again then")  \
	X(CLOCK, 16, PASSING, "clock",                                                             \
	  "the daemon's clock is wrong: nothing is received until it is set; send it again then")  \
	X(CLOSED, 17, REQUEST, "closed", "the stream is closed: send it in another stream")        \
	X(UNKNOWN_STREAM, 18, REQUEST, "unknown-stream", "the source has no such stream")          \
	X(FRAMES, 13, REQUEST, "frames", "a message must be one frame")                            \
	X(SOURCE_DENIED, 19, REQUEST, "source-denied",                                             \
	  "this key may not speak for this source: the daemon's operator says which key may")      \
	X(RATE, 20, PASSING, "rate",                                                               \
	  "this key sends more than it may in a second: send it again a little later")             \
	X(SIZE, 21, REQUEST, "size", "the message is longer than this key's may be")               \
	/* one event */                                                                            \
	X(TYPE, 32, EVENT, "type",                                                                 \
	  "type must be started, completed, assessed, attended, enrolled, "                        \
	  "withdrawn or voided")                                                                   \
	X(TIME, 33, EVENT, "time",                                                                 \
	  "time must be an integer, ms since 1970 UTC, from 2000-01-01 to ten minutes from now")   \
	X(LEARNER, 34, EVENT, "learner", "learner must be a text of 1 to 256 bytes")               \
	X(MODULE, 35, EVENT, "module", "module must be a text of 1 to 400 bytes")                  \
	X(REGION, 36, EVENT, "region", "region must be a text of 1 to 64 bytes")                   \
	X(SCORE, 37, EVENT, "score",                                                               \
	  "score must be a number from 0 to 1, rounded to ten-thousandths")                        \
	X(PASSED, 38, EVENT, "passed", "passed must be true or false")                             \
	X(PHASE, 39, EVENT, "phase", "phase must be pre or post")                                  \
	X(RESULT, 40, EVENT, "result", "assessed needs score or passed")                           \
	X(ATTRS, 41, EVENT, "attrs",                                                               \
	  "attrs must be a map of at most 16 texts of 0 to 64 bytes, with names of 1 to 64")       \
	X(VOIDS, 42, EVENT, "voids",                                                               \
	  "voids must be a map with the type (not voided) and, optionally, time, score, "          \
	  "passed, phase, minutes and state of what is taken back")                                \
	X(VALUE, 43, EVENT, "value",                                                               \
	  "an event must have no NaN or infinity, no integer above 2^63-1, only UTF-8, and at "    \
	  "most 64 keys, each a text, each once")                                                  \
	X(REUSED, 44, EVENT, "reused",                                                             \
	  "this number was received with other content: send it under a new number")               \
	X(REGION_DENIED, 45, EVENT, "region-denied",                                               \
	  "this key may not speak about this region: the daemon's operator says about which")      \
	X(MINUTES, 46, EVENT, "minutes", "attended needs minutes, a whole number from 1 to 10080") \
	X(STATE, 47, EVENT, "state", "state must be applied, waiting or admitted")                 \
	X(VALID_UNTIL, 48, EVENT, "valid-until",                                                   \
	  "valid_until must be a day, YYYY-MM-DD, from 2000-01-01 on")                             \
	X(TRIMMED, 49, EVENT, "trimmed",                                                           \
	  "the time is before the horizon: nothing from then is kept any more")                    \
	X(FORGOTTEN, 50, EVENT, "forgotten",                                                       \
	  "this learner has been forgotten, and nothing is taken in of them again")                \
	X(NAME, 51, EVENT, "name",                                                                 \
	  "a module, region, value, stream or source must not look like a person: an e-mail "      \
	  "address, a national number, two capitalised words that the catalogue does not have")    \
	/* a request of an operator or a dashboard */                                              \
	X(DAY, 64, REQUEST, "day", "a day must be YYYY-MM-DD, or today")                           \
	X(PLANE, 65, REQUEST, "plane",                                                             \
	  "plane must be exact or open, and of open there is no known_at")                         \
	X(KIND, 66, REQUEST, "kind", "kind must be module, programme, competence or people")       \
	X(BUSY, 67, PASSING, "busy", "the daemon is busy or stopping: ask again")                  \
	X(UNKNOWN_REGION, 68, REQUEST, "unknown-region",                                           \
	  "the catalogue has no region with that code")                                            \
	X(TOPICS, 69, REQUEST, "topics", "topics must be an array of 1 to 64 prefixes of topics")  \
	X(LIMIT, 70, REQUEST, "limit", "limit must be an integer from 1 to 1000")                  \
	X(DIR, 72, REQUEST, "dir",                                                                 \
	  "dir must be the absolute path of a new directory, of at most 4,000 bytes")              \
	X(LOSES, 79, REQUEST, "loses",                                                             \
	  "by the new catalogue, figures of learners would go: it is taken if you say yes")        \
	X(DENIED, 73, REQUEST, "denied", "this key may not do that: ask the daemon's operator")    \
	X(CODE, 74, REQUEST, "code", "code must be one of those of refused events")                \
	X(KNOWN_AT, 77, REQUEST, "known-at",                                                       \
	  "known_at must be a number of the journal: from 1 to its last one")                      \
	X(KNOWN_DENIED, 78, REQUEST, "known-denied",                                               \
	  "what was known by then is told to who sees all regions: journal numbers say how "       \
	  "much others send")                                                                      \
	X(LATER, 76, REQUEST, "later",                                                             \
	  "later must be profiles or corrections, beside known_at; to, beside it, a number of "    \
	  "the journal that is not before known_at")                                               \
	X(LEARNERS, 80, REQUEST, "learners",                                                       \
	  "learners must be an array of texts of 1 to 256 bytes: at most 5,000, to forget from "   \
	  "1 to 256, of access 1")                                                                 \
	X(UNKNOWN_SOURCE, 81, REQUEST, "unknown-source",                                           \
	  "no source of that name, nor of its namespace, has sent an event")                       \
	X(AUDIT, 82, PASSING, "audit", "the audit log cannot be written, so nothing is answered")  \
	X(UNKNOWN_LEARNER, 84, REQUEST, "unknown-learner",                                         \
	  "nobody with that id of this source is known")                                           \
	X(RELEASE, 83, REQUEST, "release",                                                         \
	  "there is no release of that number, or none yet: lift releases lists them")             \
	X(OPEN, 85, REQUEST, "open",                                                               \
	  "this audience is of the open plane, which answers what has been released, and nothing " \
	  "else")                                                                                  \
	X(HORIZON, 88, REQUEST, "horizon",                                                         \
	  "the day is before the horizon: nothing from then is kept any more")                     \
	X(UNKNOWN_ID, 71, REQUEST, "unknown-id", "the catalogue has no such id of that kind")      \
	/* the daemon's own */                                                                     \
	X(CONFIG, 96, OWN, "config", "the configuration or the catalogue has errors")              \
	X(IO, 97, STORE, "io", "a file could not be read or written")                              \
	X(CORRUPT, 98, OWN, "corrupt", "the data on disk is damaged")                              \
	X(NEWER, 99, OWN, "newer", "the data on disk was written by a newer version")              \
	X(MEMORY, 100, OWN, "memory", "out of memory")                                             \
	X(STOPPED, 101, OWN, "stopped", "stopped")                                                 \
	X(NOT_FOUND, 102, OWN, "not-found", "there is none")                                       \
	X(SOCKET, 103, OWN, "socket", "a socket could not be opened or used")                      \
	X(DIFFERENT, 110, OWN, "different", "the ledger differs from the journal")                 \
	X(EXISTS, 111, OWN, "exists", "it exists already")                                         \
	X(TOO_MANY, 112, OWN, "too-many", "there are more than can be held")                       \
	X(KEY_REFUSED, 113, OWN, "key-refused",                                                    \
	  "the daemon does not know this key, or does not let it use this endpoint: ask its "      \
	  "operator")                                                                              \
	X(SERVER_KEY, 114, OWN, "server-key",                                                      \
	  "the connection is closed before keys are exchanged: the server key is not this "        \
	  "daemon's, or it takes no further connection")                                           \
	X(NEEDS_KEY, 115, OWN, "needs-key",                                                        \
	  "the daemon speaks with keys and this client without, or the other way round")           \
	X(FULL, 116, OWN, "full", "the outbox is full: the daemon has not taken what waits in it") \
	X(SEAL, 117, OWN, "seal",                                                                  \
	  "the outbox is sealed with a key, and this is another one, or there is none")            \
	X(OUTBOX, 118, OWN, "outbox", "the file is no outbox, or that of another source")          \
	X(FATAL, 105, STORE, "fatal", "the data on disk must be opened again")                     \
	X(GONE, 108, OWN, "gone",                                                                  \
	  "the directory of the state is gone, or another one: bring it back")                     \
	X(SECRET, 104, OWN, "secret",                                                              \
	  "this is no secret, or not the one that the journal was made with")

enum lift_err {
	LIFT_OK = 0,
#define LIFT_ERR_NUMBER(name, number, class, code, text) LIFT_E_##name = -(number),
	LIFT_ERRORS(LIFT_ERR_NUMBER)
#undef LIFT_ERR_NUMBER
};

/* What an error means for whoever sent what it is about. The list says it, and no range of numbers:
 * these are given as they come. */
enum lift_err_class {
	LIFT_CLASS_EVENT,   /* one event is refused for it, and the others of its batch are taken */
	LIFT_CLASS_REQUEST, /* the message is wrong, and stays wrong */
	LIFT_CLASS_PASSING, /* the same, sent again later, may go through */
	LIFT_CLASS_STORE,   /* the disk refuses, and the system has words for it; may pass */
	LIFT_CLASS_OWN,	    /* any other fault of the daemon's own; may pass */
};
enum lift_err_class lift_err_class(int err); /* OWN for what is not in the list */

/* The code on the wire, and what was expected; "ok" for 0, "unknown" for what is not in the
 * list. */
const char *lift_err_code(int err);
const char *lift_err_text(int err);

#ifdef __cplusplus
}
#endif

#endif
