/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rooms.h - the threads of the house. Each has a loop, and a wake by which any other thread tells
 * it that there is more; nothing else passes between them here.
 *
 * Acknowledgements do not wait for figures: the ledger's thread is nicer than the others. What
 * nobody else wants of the processors is all its own; what they want, too, it has a tenth of. So it
 * never stands still; where more comes in for long than it can apply beside that, it lags behind
 * (`lag` of the status; the journal has it all), and comes up when less does.
 */
#ifndef LIFTD_ROOMS_H
#define LIFTD_ROOMS_H

#include "daemon/net/loop.h"
#include "daemon/net/wake.h"

enum room { ROOM_MAIN, ROOM_DOORS, ROOM_INTAKE, ROOM_LEDGER, ROOM_CONTROL, ROOMS };

struct rooms;

/* The loops and wakes, without threads yet: whoever has a clock of its own may step the loops
 * instead. The clock's context is borrowed. LIFT_E_MEMORY, LIFT_E_SOCKET. */
int rooms_open(const struct clock *clock, struct rooms **ret_rooms);
/* After rooms_stop, and when all sockets are closed. */
void rooms_close(struct rooms *rooms);

void *rooms_zmq(const struct rooms *rooms);
const char *room_name(enum room room);
struct loop *room_loop(const struct rooms *rooms, enum room room);
struct wake *room_wake(const struct rooms *rooms, enum room room);

/* What a room does when it is woken; and in its thread, when its loop has ended. Before the
 * start. */
void room_on_wake(struct rooms *rooms, enum room room, loop_fn fn, void *context);
void room_on_end(struct rooms *rooms, enum room room, void (*fn)(void *context), void *context);

/* Start the threads. LIFT_E_MEMORY: what has been started is stopped by rooms_stop. */
int rooms_start(struct rooms *rooms);
/* The main thread: until its loop is stopped, or another room has ended by itself, which is then
 * LIFT_E_FATAL. */
int rooms_run(struct rooms *rooms);
/* Any thread: the main thread's loop is to stop. */
void rooms_end(struct rooms *rooms);
/* End the threads, one after the other in the order of an event's way. May be called twice. */
void rooms_stop(struct rooms *rooms);

#endif
