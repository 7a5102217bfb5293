/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/tasks/teller.h"

#include <errno.h>
#include <time.h>

enum { TELL_MS = 500 };

static void *tell(void *context)
{
	struct teller *teller = context;
	struct timespec next;

	pthread_mutex_lock(&teller->lock);
	while (!teller->stop) {
		teller->look(teller->context, teller->report);
		report_progress(teller->report);
		clock_gettime(CLOCK_MONOTONIC, &next);
		next.tv_nsec += TELL_MS * 1000000L;
		next.tv_sec += next.tv_nsec / 1000000000L;
		next.tv_nsec %= 1000000000L;
		pthread_cond_clockwait(&teller->stopped, &teller->lock, CLOCK_MONOTONIC, &next);
	}
	pthread_mutex_unlock(&teller->lock);
	return NULL;
}

void teller_start(struct teller *teller, struct report *report,
		  void (*look)(const void *context, struct report *report), const void *context)
{
	*teller = (struct teller){ .report = report, .look = look, .context = context };
	pthread_mutex_init(&teller->lock, NULL);
	pthread_cond_init(&teller->stopped, NULL);
	teller->runs = report->is_line && pthread_create(&teller->thread, NULL, tell, teller) == 0;
}

void teller_stop(struct teller *teller)
{
	int error = errno;

	pthread_mutex_lock(&teller->lock);
	teller->stop = true;
	pthread_cond_signal(&teller->stopped);
	pthread_mutex_unlock(&teller->lock);
	if (teller->runs)
		pthread_join(teller->thread, NULL);
	pthread_cond_destroy(&teller->stopped);
	pthread_mutex_destroy(&teller->lock);
	errno = error;
}
