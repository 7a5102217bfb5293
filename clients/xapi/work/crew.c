/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/xapi/work/crew.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

#include "proto/err.h"

enum { THREADS_MAX = 3 };

struct crew {
	pthread_mutex_t mutex;
	pthread_cond_t begun, done;
	pthread_t threads[THREADS_MAX];
	unsigned n_threads;
	/* Under the mutex. */
	unsigned long job; /* its number */
	unsigned working;  /* threads that have not ended it */
	bool ends;
	/* Of the job: set before it begins. */
	void (*fn)(void *context, size_t i);
	void *context;
	size_t n;
	atomic_size_t next;
};

static void work_on(struct crew *crew)
{
	size_t i;

	while ((i = atomic_fetch_add(&crew->next, 1)) < crew->n)
		crew->fn(crew->context, i);
}

static void *run(void *context)
{
	struct crew *crew = context;
	unsigned long job = 0;

	pthread_mutex_lock(&crew->mutex);
	for (;;) {
		while (!crew->ends && crew->job == job)
			pthread_cond_wait(&crew->begun, &crew->mutex);
		if (crew->ends)
			break;
		job = crew->job;
		pthread_mutex_unlock(&crew->mutex);
		work_on(crew);
		pthread_mutex_lock(&crew->mutex);
		if (--crew->working == 0)
			pthread_cond_signal(&crew->done);
	}
	pthread_mutex_unlock(&crew->mutex);
	return NULL;
}

unsigned crew_threads(void)
{
	cpu_set_t processors;
	int n = 1;

	if (sched_getaffinity(0, sizeof(processors), &processors) == 0)
		n = CPU_COUNT(&processors);
	return n > THREADS_MAX ? THREADS_MAX : (unsigned)n - 1;
}

int crew_open(unsigned threads, struct crew **ret_crew)
{
	struct crew *crew = calloc(1, sizeof(*crew));
	sigset_t all, before;
	int failed = 0;

	if (!crew)
		return LIFT_E_MEMORY;
	pthread_mutex_init(&crew->mutex, NULL);
	pthread_cond_init(&crew->begun, NULL);
	pthread_cond_init(&crew->done, NULL);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	while (!failed && crew->n_threads < threads && crew->n_threads < THREADS_MAX) {
		failed = pthread_create(&crew->threads[crew->n_threads], NULL, run, crew);
		crew->n_threads += !failed;
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (failed) {
		crew_free(crew);
		return LIFT_E_MEMORY;
	}
	*ret_crew = crew;
	return 0;
}

void crew_free(struct crew *crew)
{
	if (!crew)
		return;
	pthread_mutex_lock(&crew->mutex);
	crew->ends = true;
	pthread_cond_broadcast(&crew->begun);
	pthread_mutex_unlock(&crew->mutex);
	for (unsigned i = 0; i < crew->n_threads; i++)
		pthread_join(crew->threads[i], NULL);
	pthread_cond_destroy(&crew->done);
	pthread_cond_destroy(&crew->begun);
	pthread_mutex_destroy(&crew->mutex);
	free(crew);
}

void crew_do(struct crew *crew, void (*fn)(void *context, size_t i), void *context, size_t n)
{
	pthread_mutex_lock(&crew->mutex);
	crew->fn = fn;
	crew->context = context;
	crew->n = n;
	atomic_store(&crew->next, 0);
	crew->working = crew->n_threads;
	crew->job++;
	pthread_cond_broadcast(&crew->begun);
	pthread_mutex_unlock(&crew->mutex);
	work_on(crew);
	pthread_mutex_lock(&crew->mutex);
	while (crew->working > 0)
		pthread_cond_wait(&crew->done, &crew->mutex);
	pthread_mutex_unlock(&crew->mutex);
}
