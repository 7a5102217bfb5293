/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/rooms.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/random.h>
#include <zmq.h>

#include "daemon/base/nicer.h"
#include "proto/err.h"

static const char *const names[ROOMS] = { "main", "doors", "intake", "ledger", "control" };

struct thread {
	struct rooms *rooms;
	struct loop *loop;
	struct wake *wake;
	loop_fn on_wake;
	void *wake_context;
	void (*on_end)(void *context);
	void *end_context;
	pthread_t id;
	bool started;
};

struct rooms {
	void *zmq;
	struct thread threads[ROOMS];
	atomic_bool stopping, failed, ending;
};

static void on_wake(void *context, const struct now *now)
{
	struct thread *thread = context;
	struct rooms *rooms = thread->rooms;

	wake_drain(thread->wake);
	if (atomic_load(&rooms->stopping) || atomic_load(&rooms->failed) ||
	    (atomic_load(&rooms->ending) && thread == &rooms->threads[ROOM_MAIN]))
		loop_stop(thread->loop);
	else if (thread->on_wake)
		thread->on_wake(thread->wake_context, now);
}

int rooms_open(const struct clock *clock, struct rooms **ret_rooms)
{
	struct rooms *rooms = calloc(1, sizeof(*rooms));
	unsigned seed;

	if (!rooms)
		return LIFT_E_MEMORY;
	/* libzmq draws a ROUTER's first routing id from rand(). */
	if (getrandom(&seed, sizeof(seed), 0) == (ssize_t)sizeof(seed))
		srand(seed);
	rooms->zmq = zmq_ctx_new();
	for (int i = 0; i < ROOMS; i++) {
		struct thread *thread = &rooms->threads[i];

		thread->rooms = rooms;
		thread->loop = loop_new(clock);
		thread->wake = wake_new();
		if (!rooms->zmq || !thread->loop || !thread->wake ||
		    loop_add_fd(thread->loop, wake_fd(thread->wake), on_wake, thread) != 0) {
			rooms_close(rooms);
			return LIFT_E_SOCKET;
		}
	}
	*ret_rooms = rooms;
	return 0;
}

void rooms_close(struct rooms *rooms)
{
	if (!rooms)
		return;
	for (int i = 0; i < ROOMS; i++) {
		wake_free(rooms->threads[i].wake);
		loop_free(rooms->threads[i].loop);
	}
	if (rooms->zmq)
		zmq_ctx_term(rooms->zmq);
	free(rooms);
}

void *rooms_zmq(const struct rooms *rooms)
{
	return rooms->zmq;
}

const char *room_name(enum room room)
{
	return names[room];
}

struct loop *room_loop(const struct rooms *rooms, enum room room)
{
	return rooms->threads[room].loop;
}

struct wake *room_wake(const struct rooms *rooms, enum room room)
{
	return rooms->threads[room].wake;
}

void room_on_wake(struct rooms *rooms, enum room room, loop_fn fn, void *context)
{
	rooms->threads[room].on_wake = fn;
	rooms->threads[room].wake_context = context;
}

void room_on_end(struct rooms *rooms, enum room room, void (*fn)(void *context), void *context)
{
	rooms->threads[room].on_end = fn;
	rooms->threads[room].end_context = context;
}

static void *run_thread(void *context)
{
	struct thread *thread = context;
	struct rooms *rooms = thread->rooms;

	if (thread == &rooms->threads[ROOM_LEDGER])
		nicer_be(NICER_LEDGER);
	loop_run(thread->loop);
	if (thread->on_end)
		thread->on_end(thread->end_context);
	if (!atomic_load(&rooms->stopping)) {
		atomic_store(&rooms->failed, true);
		wake_send(room_wake(rooms, ROOM_MAIN));
	}
	return NULL;
}

int rooms_start(struct rooms *rooms)
{
	for (int i = ROOM_MAIN + 1; i < ROOMS; i++) {
		struct thread *thread = &rooms->threads[i];

		if (pthread_create(&thread->id, NULL, run_thread, thread) != 0)
			return LIFT_E_MEMORY;
		thread->started = true;
		pthread_setname_np(thread->id, names[i]);
	}
	return 0;
}

int rooms_run(struct rooms *rooms)
{
	loop_run(rooms->threads[ROOM_MAIN].loop);
	return atomic_load(&rooms->failed) ? LIFT_E_FATAL : 0;
}

void rooms_end(struct rooms *rooms)
{
	atomic_store(&rooms->ending, true);
	wake_send(room_wake(rooms, ROOM_MAIN));
}

/* Intake first: what the ledger has not applied by then, it applies at the next start. */
void rooms_stop(struct rooms *rooms)
{
	if (!rooms)
		return;
	atomic_store(&rooms->stopping, true);
	for (int i = 0; i < ROOMS; i++)
		loop_tell_end(rooms->threads[i].loop);
	for (int i = 0; i < ROOMS; i++) {
		struct thread *thread = &rooms->threads[i];

		if (!thread->started)
			continue;
		wake_send(thread->wake);
		pthread_join(thread->id, NULL);
		thread->started = false;
	}
}
