/* SPDX-License-Identifier: Apache-2.0 */
/*
 * subject.h - a liftd that may fail, with faults.so in front of it, and the check of what is left
 * of it.
 */
#ifndef LIFT_TESTS_TORTURE_SUBJECT_H
#define LIFT_TESTS_TORTURE_SUBJECT_H

#include "tests/e2e/daemon.h"
#include "tests/torture/faults.h"
#include "tests/torture/load.h"

struct subject {
	struct daemon *daemon;
	struct faults *faults; /* all 0: nothing is asked */
	char page[PATH_SIZE], preload[PATH_SIZE + 32], page_env[PATH_SIZE + 16],
		dir_env[PATH_SIZE + 24];
	int status; /* of the one that ended by itself */
};

/* What was found, of all rounds. */
struct findings {
	uint64_t rounds, lost, twice, wrong;
};

/* How many rounds: as many as `most`, where ROUNDS is set at most that; in make check,
 * `short_rounds`. */
unsigned torture_rounds(unsigned short_rounds, unsigned most);

/* Print the line of a test, and fail where there is something to be found. */
void findings_say(const struct findings *findings, const char *what, const char *detail);

/* A directory of its own with the configuration of the tests and these lines; and nothing of it
 * left. */
void subject_open(struct subject *subject, const char *lines);
void subject_close(struct subject *subject);

/* Other lines from the next start on. */
void subject_configure(struct subject *subject, const char *lines);

/* Nothing is asked of the faults any more. */
void subject_heal(struct subject *subject);

/* Start it. Wait until it answers: false where it has ended instead. */
void subject_spawn(struct subject *subject);
bool subject_await(struct subject *subject);
bool subject_start(struct subject *subject);

/* It has ended by itself: with a signal, or without a word of why in its log, is a finding. */
bool subject_has_ended(struct subject *subject);
bool subject_said_why(struct subject *subject);
bool subject_log_has(struct subject *subject, const char *text);

/* End it: in order where that goes, or at once. */
void subject_stop(struct subject *subject);
void subject_kill(struct subject *subject);

/* All rows as `export` has them: owned; NULL where they do not come in time: it waits for a ledger
 * that cannot commit. */
char *subject_export(struct subject *subject, int limit_ms);

/* Status, owned. */
json_t *subject_status(struct subject *subject);

/* Feed it until it refuses, and status says why: on a disk that is nearly full small commits still
 * succeed, and it is well again for a while. */
void subject_feed_until_trouble(struct subject *subject, struct load *load, const char *words);

/* Until its status has, or no longer has, a trouble with these words in it; the test fails where
 * that does not come. */
void subject_await_trouble(struct subject *subject, const char *words);
void subject_await_health(struct subject *subject);

/* Step until all is acknowledged; false: it ended, or nothing has moved for limit_ms. */
bool subject_feed(struct subject *subject, struct load *load, int limit_ms);

/* Step until so many more are acknowledged, or all; until a batch is refused. The test fails where
 * it ends, or nothing moves any more. */
void subject_feed_some(struct subject *subject, struct load *load, uint64_t n);
void subject_feed_until_refused(struct subject *subject, struct load *load);

/* The figures of a load, by a fresh daemon that is fed once: owned. */
char *subject_expected(const struct load *load);

/* After a start: what was acknowledged, up to the load's cut, has been received, as the status
 * says. What has not is lost. */
void subject_check_kept(struct subject *subject, struct load *load);

/* The end of a round: start without faults, hello, go on, and compare. Adds to the findings. */
void subject_settle(struct subject *subject, struct load *load, const char *expected,
		    struct findings *findings);

#endif
