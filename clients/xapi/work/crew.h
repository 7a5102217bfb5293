/* SPDX-License-Identifier: Apache-2.0 */
/*
 * crew.h - threads that share the items of one job with the thread that gives it.
 *
 * A job is done when crew_do returns: the threads own nothing, and what they wrote is seen then.
 */
#ifndef LIFT_XAPI_WORK_CREW_H
#define LIFT_XAPI_WORK_CREW_H

#include <stddef.h>

struct crew;

/* With so many threads beside the caller's, of which there may be none; signals are not theirs.
 * LIFT_E_MEMORY. */
int crew_open(unsigned threads, struct crew **ret_crew);
void crew_free(struct crew *crew);
/* As many as there are processors beside the caller's own, and no more than are of use. */
unsigned crew_threads(void);

/* Call fn(context, i) for each i below n, once, in any thread and order. */
void crew_do(struct crew *crew, void (*fn)(void *context, size_t i), void *context, size_t n);

#endif
