/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nicer.h - who gives way to whom, where all want the processors: what acknowledges goes first,
 * then the ledger that serves, and one that is being built, and last what runs in a process of its
 * own.
 */
#ifndef LIFTD_BASE_NICER_H
#define LIFTD_BASE_NICER_H

enum {
	NICER_LEDGER = 10, /* a tenth of what others want, too */
	NICER_TASK = 15,
};

/* From now on the calling thread is nicer by so much than it was: a thread's alone, in Linux
 * (sched(7)). Where it cannot be, all are equal. */
void nicer_be(int by);

#endif
