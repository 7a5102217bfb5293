/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/web/metrics/health.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "proto/control.h"

enum {
	EVERY_S = 15,
	DOWN_S = 3, /* until it is asked again, where it did not answer */
	ANSWER_MS = 10000,
	END_S = 2,
};

struct health {
	char *control;
	const struct lift_keys *keys;
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t end;
	bool ends;
	bool is_asked; /* there is something new: fresh, or nothing */
	json_t *fresh; /* the thread's, until it is taken */
	json_t *taken;
};

/* The thread. */

static int take_answer(void *context, const json_t *answer)
{
	json_t **status = context;

	if (!json_is_true(json_object_get(answer, "ok")))
		return LIFT_E_STOPPED;
	json_decref(*status);
	*status = json_deep_copy(answer);
	return 0;
}

static json_t *ask(const struct health *health)
{
	const struct request request = { .op = TEXT("status") };
	struct msg_writer *writer = msg_writer_new();
	json_t *status = NULL;
	struct text message;
	int err = LIFT_E_MEMORY;

	if (writer) {
		request_encode(writer, &request);
		message = msg_written(writer);
		err = lift_request(health->control, health->keys, message.data, message.size,
				   ANSWER_MS, take_answer, &status);
	}
	msg_writer_free(writer);
	if (err) {
		json_decref(status);
		return NULL;
	}
	return status;
}

static void *run(void *context)
{
	struct health *health = context;
	struct timespec next;

	pthread_mutex_lock(&health->mutex);
	while (!health->ends) {
		json_t *status;

		pthread_mutex_unlock(&health->mutex);
		status = ask(health);
		pthread_mutex_lock(&health->mutex);
		json_decref(health->fresh);
		health->fresh = status;
		health->is_asked = true;
		clock_gettime(CLOCK_MONOTONIC, &next);
		next.tv_sec += status ? EVERY_S : DOWN_S;
		while (!health->ends &&
		       pthread_cond_timedwait(&health->end, &health->mutex, &next) == 0) {
			/* Woken for nothing. */
		}
	}
	pthread_mutex_unlock(&health->mutex);
	return NULL;
}

const json_t *health_status(struct health *health)
{
	if (!health)
		return NULL;
	pthread_mutex_lock(&health->mutex);
	if (health->is_asked) {
		json_decref(health->taken);
		health->taken = health->fresh;
		health->fresh = NULL;
		health->is_asked = false;
	}
	pthread_mutex_unlock(&health->mutex);
	return health->taken;
}

static void clear(struct health *health)
{
	json_decref(health->fresh);
	json_decref(health->taken);
	pthread_cond_destroy(&health->end);
	pthread_mutex_destroy(&health->mutex);
	free(health->control);
	free(health);
}

struct health *health_new(const char *control, const struct lift_keys *keys)
{
	struct health *health = calloc(1, sizeof(*health));
	pthread_condattr_t steady;
	sigset_t all, before;
	bool failed;

	if (!health)
		return NULL;
	health->control = strdup(control);
	health->keys = keys;
	pthread_mutex_init(&health->mutex, NULL);
	pthread_condattr_init(&steady);
	pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
	pthread_cond_init(&health->end, &steady);
	pthread_condattr_destroy(&steady);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	failed = !health->control || pthread_create(&health->thread, NULL, run, health) != 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (failed) {
		clear(health);
		return NULL;
	}
	return health;
}

void health_free(struct health *health)
{
	struct timespec end;

	if (!health)
		return;
	pthread_mutex_lock(&health->mutex);
	health->ends = true;
	pthread_cond_signal(&health->end);
	pthread_mutex_unlock(&health->mutex);
	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += END_S;
	if (pthread_timedjoin_np(health->thread, NULL, &end) != 0)
		pthread_detach(health->thread); /* it waits for a daemon that is silent */
	else
		clear(health);
}
