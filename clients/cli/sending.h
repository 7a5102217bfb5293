/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sending.h - the events of one input on their way to the daemon, and what it answers: refusals are
 * reported by their lines, the rest is counted, and said at the end.
 */
#ifndef LIFT_CLI_SENDING_H
#define LIFT_CLI_SENDING_H

#include "clients/cli/judge.h"
#include "clients/cli/nowhere.h"
#include "clients/cli/progress.h"
#include "clients/cli/publish.h"
#include "clients/lib/lift.h"

/* Zeros to begin with, but for what is given. */
struct sending {
	const struct publish_plan *plan; /* given, as all up to `context` */
	const char *name;

	/* What is not reported: it will be sent otherwise. May be NULL. */
	bool (*kept)(void *context, const struct lift_rejection *rejection);
	void (*uncounted)(void *context, uint64_t seq); /* may be NULL: these are counted */

	bool (*stopped)(void *context); /* may be NULL: nothing stops it */
	int patience_ms; /* for a daemon that gives no verdict; 0: two minutes, 5 s where its clock
			  * is wrong; below 0: without end */
	void *context;

	struct lift_publisher *publisher;
	struct progress progress;
	uint64_t rows;	  /* of the input, readable or not */
	uint64_t refused; /* of them, reported */
	uint64_t passing; /* of these, those that another verdict is possible on */
	uint64_t n_uncounted;
	struct nowhere nowhere;
	struct judge judge;
	int told;	 /* the reason for waiting that has been told; 0: there is none */
	uint64_t judged; /* then */
};

/* A publisher of that stream, beside what was counted before. An error of lift_publisher_open. */
int sending_open(struct sending *sending, const char *stream, uint32_t batch, bool go_on);
void sending_close(struct sending *sending); /* the publisher */
void sending_clear(struct sending *sending); /* all of it */

/* Count and report a row that cannot be read, or a refusal. */
void sending_unreadable(struct sending *sending, uint64_t place, const char *reason);
void sending_refused(struct sending *sending, const struct lift_rejection *rejection);

/* Is another verdict possible on the same event later, or under another number? */
bool sending_may_pass(struct sending *sending, const struct lift_rejection *rejection);

/* If it was said that the daemon is waited for, and it has answered since: say so. */
void sending_goes_on(struct sending *sending);

/* An error that ended it: say what has become of the input, and why. `gone` where the next one
 * would have no better luck. A status. */
int sending_complain(const struct sending *sending, int err, bool *ret_gone);

/* The summary: what became of the rows, what counts nowhere, what --again would send. A status. */
int sending_conclude(struct sending *sending);

#endif
