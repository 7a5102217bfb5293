/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/web/figures/printer.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

enum { JOBS_MAX = 8, END_S = 2 };

struct printer {
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t added;
	bool ends;
	/* A ring: those that are made come first, the thread has the next one. */
	struct {
		struct print *print;
		struct http_exchange *exchange;
	} jobs[JOBS_MAX];
	size_t first, n, n_made;
	int fd;
};

static void *run(void *context)
{
	struct printer *printer = context;
	uint64_t once = 1;

	pthread_mutex_lock(&printer->mutex);
	while (!printer->ends) {
		struct print *print;

		if (printer->n_made == printer->n) {
			pthread_cond_wait(&printer->added, &printer->mutex);
			continue;
		}
		print = printer->jobs[(printer->first + printer->n_made) % JOBS_MAX].print;
		pthread_mutex_unlock(&printer->mutex);
		print_make(print);
		pthread_mutex_lock(&printer->mutex);
		printer->n_made++;
		if (write(printer->fd, &once, sizeof(once)) < 0) {
			/* It is readable already. */
		}
	}
	pthread_mutex_unlock(&printer->mutex);
	return NULL;
}

bool printer_add(struct printer *printer, struct print *print, struct http_exchange *exchange)
{
	bool has_room;

	pthread_mutex_lock(&printer->mutex);
	has_room = printer->n < JOBS_MAX;
	if (has_room) {
		size_t at = (printer->first + printer->n++) % JOBS_MAX;

		printer->jobs[at].print = print;
		printer->jobs[at].exchange = exchange;
		pthread_cond_signal(&printer->added);
	}
	pthread_mutex_unlock(&printer->mutex);
	return has_room;
}

bool printer_has(struct printer *printer, const char *key, uint64_t change)
{
	bool has = false;

	pthread_mutex_lock(&printer->mutex);
	for (size_t i = 0; i < printer->n; i++) {
		const struct print *print = printer->jobs[(printer->first + i) % JOBS_MAX].print;

		has |= print->change == change && strcmp(print->key, key) == 0;
	}
	pthread_mutex_unlock(&printer->mutex);
	return has;
}

struct print *printer_next(struct printer *printer, struct http_exchange **ret_exchange)
{
	struct print *print = NULL;
	uint64_t times;

	if (read(printer->fd, &times, sizeof(times)) < 0) {
		/* Nothing more has come. */
	}
	pthread_mutex_lock(&printer->mutex);
	if (printer->n_made > 0) {
		print = printer->jobs[printer->first].print;
		*ret_exchange = printer->jobs[printer->first].exchange;
		printer->first = (printer->first + 1) % JOBS_MAX;
		printer->n--;
		printer->n_made--;
	}
	pthread_mutex_unlock(&printer->mutex);
	return print;
}

int printer_fd(const struct printer *printer)
{
	return printer->fd;
}

static void clear(struct printer *printer)
{
	for (size_t i = 0; i < printer->n; i++)
		print_free(printer->jobs[(printer->first + i) % JOBS_MAX].print);
	pthread_cond_destroy(&printer->added);
	pthread_mutex_destroy(&printer->mutex);
	if (printer->fd >= 0)
		close(printer->fd);
	free(printer);
}

struct printer *printer_new(void)
{
	struct printer *printer = calloc(1, sizeof(*printer));
	sigset_t all, before;
	bool failed;

	if (!printer)
		return NULL;
	printer->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	pthread_mutex_init(&printer->mutex, NULL);
	pthread_cond_init(&printer->added, NULL);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	failed = printer->fd < 0 || pthread_create(&printer->thread, NULL, run, printer) != 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (failed) {
		clear(printer);
		return NULL;
	}
	return printer;
}

void printer_free(struct printer *printer)
{
	struct timespec end;

	if (!printer)
		return;
	pthread_mutex_lock(&printer->mutex);
	printer->ends = true;
	pthread_cond_signal(&printer->added);
	pthread_mutex_unlock(&printer->mutex);
	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += END_S;
	if (pthread_timedjoin_np(printer->thread, NULL, &end) != 0)
		pthread_detach(printer->thread); /* it is in the middle of a long one */
	else
		clear(printer);
}
