/* SPDX-License-Identifier: Apache-2.0 */
/*
 * err.h - the one list of errors, which the wire, the log and the manual share.
 *
 * A function that can fail returns 0 or one of the negative LIFT_E_ numbers. The numbers are kept
 * in journals and the codes are part of the protocol: both may be added to, never changed.
 */
#ifndef LIFT_PROTO_ERR_H
#define LIFT_PROTO_ERR_H

#include "proto/bytes.h"

/* X(name, number, code on the wire, what was expected) */
#define LIFT_ERRORS(X)                                                                            \
	/* a whole message */                                                                     \
	X(MALFORMED, 1, "malformed",                                                              \
	  "the message is not one MessagePack map as the protocol has it")                        \
	X(VERSION, 2, "version", "v must be 1")                                                   \
	X(OP, 3, "op", "op is not one that this socket answers")                                  \
	X(SOURCE, 4, "source", "source must be 1 to 64 of a-z 0-9 . _ -")                         \
	X(STREAM, 5, "stream", "stream must be a text of 1 to 36 bytes")                          \
	X(SEQ, 6, "seq", "seq must be an integer from 1 to 2^53")                                 \
	X(COUNT, 7, "count", "events must be an array of 1 to 10,000 maps")                       \
	X(STREAMS, 8, "streams", "a source may have 1,000 streams")                               \
	X(HOLES, 9, "holes", "the stream has too many gaps: send what is missing first")          \
	X(WINDOW, 10, "window", "too many batches are unanswered: wait for an answer")            \
	X(DISK, 11, "disk", "the batch could not be written: send it again")                      \
	X(NAMES, 12, "names", "the journal holds as many names as it can")                        \
	X(NAMESPACE, 14, "namespace",                                                             \
	  "this source has the name of a namespace: the configuration must say that it is in it") \
	X(DAMAGED, 15, "damaged",                                                                 \
	  "the journal is damaged: nothing is received until it has been brought back; send it "  \
	  "again then")                                                                           \
	X(FRAMES, 13, "frames", "a message is one frame")                                         \
	/* one event */                                                                           \
	X(TYPE, 32, "type", "type must be started, completed, assessed, withdrawn or voided")     \
	X(TIME, 33, "time",                                                                       \
	  "time must be an integer, ms since 1970 UTC, from 2000-01-01 to ten minutes from now")  \
	X(LEARNER, 34, "learner", "learner must be a text of 1 to 256 bytes")                     \
	X(MODULE, 35, "module", "module must be a text of 1 to 400 bytes")                        \
	X(REGION, 36, "region", "region must be a text of 1 to 64 bytes")                         \
	X(SCORE, 37, "score", "score must be a number from 0 to 1")                               \
	X(PASSED, 38, "passed", "passed must be true or false")                                   \
	X(PHASE, 39, "phase", "phase must be pre or post")                                        \
	X(RESULT, 40, "result", "assessed needs score or passed")                                 \
	X(ATTRS, 41, "attrs",                                                                     \
	  "attrs must be a map of at most 16 texts of 0 to 64 bytes, with names of 1 to 64")      \
	X(VOIDS, 42, "voids",                                                                     \
	  "voids must be a map with the type (not voided) and, optionally, time, score, passed "  \
	  "and phase of what is taken back")                                                      \
	X(VALUE, 43, "value",                                                                     \
	  "an event may hold no NaN or infinity, no integer above 2^63-1, only UTF-8, and each "  \
	  "key once")                                                                             \
	X(REUSED, 44, "reused",                                                                   \
	  "this number was received with other content: send it under a new number")              \
	/* a request of an operator or a dashboard */                                             \
	X(DAY, 64, "day", "a day is YYYY-MM-DD, or today")                                        \
	X(PLANE, 65, "plane", "plane must be exact")                                              \
	X(KIND, 66, "kind", "kind must be module, programme, competence or people")               \
	X(BUSY, 67, "busy", "the daemon is busy or stopping: ask again")                          \
	X(UNKNOWN_REGION, 68, "unknown-region", "the catalogue has no region of that code")       \
	X(TOPICS, 69, "topics", "topics must be an array of 1 to 64 prefixes of topics")          \
	X(LIMIT, 70, "limit", "limit must be an integer from 1 to 1000")                          \
	X(DIR, 72, "dir",                                                                         \
	  "dir must be the absolute path of a directory that is to be made, of at most 4,000 "    \
	  "bytes")                                                                                \
	X(UNKNOWN_ID, 71, "unknown-id", "the catalogue has nothing of that kind and id")          \
	/* the daemon's own */                                                                    \
	X(CONFIG, 96, "config", "the configuration or the catalogue has errors")                  \
	X(IO, 97, "io", "a file could not be read or written")                                    \
	X(CORRUPT, 98, "corrupt", "what is on disk is damaged")                                   \
	X(NEWER, 99, "newer", "what is on disk was written by a newer version")                   \
	X(MEMORY, 100, "memory", "out of memory")                                                 \
	X(STOPPED, 101, "stopped", "stopped")                                                     \
	X(NOT_FOUND, 102, "not-found", "there is none")                                           \
	X(SOCKET, 103, "socket", "a socket could not be opened or used")                          \
	X(DIFFERENT, 110, "different", "the ledger is not what the journal gives")                \
	X(EXISTS, 111, "exists", "there is one already")                                          \
	X(FATAL, 105, "fatal", "what is on disk must be opened anew")                             \
	X(GONE, 108, "gone", "the directory of the state is gone, or another one: bring it back") \
	X(SECRET, 104, "secret", "the secret is not the one that the journal was made with")

enum lift_err {
	LIFT_OK = 0,
#define X(name, number, code, text) LIFT_E_##name = -(number),
	LIFT_ERRORS(X)
#undef X
};

/* The code on the wire, and what was expected; "ok" for 0, "unknown" for what is not in the
 * list. */
const char *lift_err_code(int err);
const char *lift_err_text(int err);

/* The error of a code, or 0 where there is none. */
int lift_err_of_code(struct text code);

#endif
