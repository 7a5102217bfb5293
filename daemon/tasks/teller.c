/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/tasks/teller.h"

#include <errno.h>
#include <time.h>

enum { TELL_MS = 500 };

static void *tell(void *context)
{
	const struct timespec pause = { .tv_nsec = TELL_MS * 1000000L };
	struct teller *teller = context;

	while (!atomic_load(&teller->stop)) {
		teller->look(teller->context, teller->report);
		report_progress(teller->report);
		nanosleep(&pause, NULL);
	}
	return NULL;
}

void teller_start(struct teller *teller, struct report *report,
		  void (*look)(const void *context, struct report *report), const void *context)
{
	*teller = (struct teller){ .report = report, .look = look, .context = context };
	teller->runs = report->is_line && pthread_create(&teller->thread, NULL, tell, teller) == 0;
}

void teller_stop(struct teller *teller)
{
	int error = errno;

	atomic_store(&teller->stop, true);
	if (teller->runs)
		pthread_join(teller->thread, NULL);
	errno = error;
}
