/* SPDX-License-Identifier: Apache-2.0 */
/*
 * service.h - what the service manager and the operator's signals have to do with the process.
 */
#ifndef LIFTD_SERVICE_H
#define LIFTD_SERVICE_H

#include "daemon/net/loop.h"

struct service;

/* Have lines of the log go to systemd's journal with all that it can know of them, where standard
 * error is read by it. First of all. */
void service_log_to_journal(void);

/* Take the signals from all threads: before the first one starts. */
void service_block_signals(void);

/* Join the main loop: SIGTERM and SIGINT stop it, at SIGHUP `on_hangup` is called; with a watchdog
 * (WATCHDOG_USEC), its beat is sent as long as each of the loops goes round. LIFT_E_IO,
 * LIFT_E_MEMORY. */
int service_open(struct loop *loop, struct loop *const watched[], int n_watched, loop_fn on_hangup,
		 void *context, struct service **ret_service);
void service_close(struct service *service);

/* The start takes longer: another minute. */
void service_still_starting(void);
void service_ready(const char *status);
void service_reloading(void); /* until the next service_ready */
void service_stopping(void);

#endif
