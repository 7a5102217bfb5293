/* SPDX-License-Identifier: Apache-2.0 */
/*
 * known.h - the figures as they were known at a journal number: of a ledger that is built up to it,
 * in a process of its own, and goes with it.
 *
 * What is wanted comes in a file that the process is given (JOB_FILE), and the figures go out by
 * the same file, which has no name: it is gone with those who have it open.
 */
#ifndef LIFTD_TASKS_KNOWN_H
#define LIFTD_TASKS_KNOWN_H

#include "daemon/catalogue/subject.h"
#include "daemon/ledger/ledger.h"
#include "daemon/tasks/report.h"
#include "proto/config.h"
#include "proto/event.h"

/* For a process of the same program: the file begins with its bytes. */
struct known_wish {
	uint64_t known_at;	 /* a number that the journal has */
	enum ledger_later later; /* of those behind it */
	uint64_t later_to;	 /* up to this one; 0: all */
	int64_t until;		 /* only facts before this moment */
	int32_t today;		 /* the day that "today" means */
	enum kind kind;		 /* KINDS: all */
	char region[REGION_MAX]; /* a code of the catalogue */
	size_t region_size;	 /* 0: all */
	char id[MODULE_MAX];
	size_t id_size; /* 0: all */
};

/* A file in the state's directory with this in it, for a job: the figures are by the catalogue of
 * this text. LIFT_E_IO (errno). */
int known_ask(const char *state, const struct known_wish *wish, struct text catalogue,
	      int *ret_file);

/* In the process: read it, and put the figures in its place, each a line. report->last is the
 * number that they are known at, report->bytes how much they are. */
int known_run(const struct config *config, struct report *report);

#endif
