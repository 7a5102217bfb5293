/* SPDX-License-Identifier: Apache-2.0 */
/*
 * service.h - what the service manager and the operator's signals have to do with the process.
 */
#ifndef LIFTD_SERVICE_SERVICE_H
#define LIFTD_SERVICE_SERVICE_H

#include "daemon/net/loop.h"

struct service;

/* Have lines of the log go to systemd's journal with all that it can know of them, where standard
 * error is read by it. First of all. */
void service_log_to_journal(void);

/* Take the signals from all threads: before the first one starts. */
void service_block_signals(void);

/* Has one of them come that ends the daemon? Any thread; also before the service is open. */
bool service_is_ending(void);

struct service_parts {
	struct loop *loop; /* the main one */
	loop_fn on_hangup; /* at SIGHUP */
	/* Once a second, where a service manager listens: the line that tells how the daemon is,
	 * which is borrowed; NULL: the last one is still right. */
	const char *(*describe)(void *context, const struct now *now);
	void *context;
};

/* Join the main loop: SIGTERM and SIGINT stop it. LIFT_E_IO, LIFT_E_MEMORY, LIFT_E_BUSY. */
int service_open(const struct service_parts *parts, struct service **ret_service);
void service_close(struct service *service);

/* With a watchdog (WATCHDOG_USEC), its beat is sent as long as the main loop and all that is
 * watched go on: `fn` says whether there is something to do, and how many steps have been done so
 * far. Before the threads start. */
typedef bool (*service_steps_fn)(void *context, uint64_t *ret_steps);
void service_watch(struct service *service, const char *name, service_steps_fn fn, void *context);

/* From within something long in the main thread, which goes on: the beat, where it is due. */
void service_still_working(struct service *service);

/* The start takes longer: another minute. */
void service_still_starting(void);
/* It has failed, at one of its steps: for the log. */
void service_start_failed(const char *at, int err);
void service_ready(const char *status);
void service_reloading(void); /* until the next service_ready */
void service_stopping(void);

#endif
