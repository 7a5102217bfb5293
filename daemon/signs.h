/* SPDX-License-Identifier: Apache-2.0 */
/*
 * signs.h - what the service manager sees of the running daemon: a line that tells how it is, and
 * that each of its threads goes on; and what SIGHUP has it do. Of the main thread.
 */
#ifndef LIFTD_SIGNS_H
#define LIFTD_SIGNS_H

#include "daemon/net/pulse.h"
#include "daemon/reload.h"
#include "daemon/rooms.h"
#include "daemon/service/service.h"
#include "daemon/status/line.h"

/* What is above the empty line is given, and borrowed; the rest begins as 0. */
struct signs {
	struct rooms *rooms;
	struct rebuild *rebuild;
	struct reload *reload;	 /* by signs_open, or a signs_ready before it */
	struct status_line line; /* what it is to tell of */

	struct pulse *pulse;
	struct service *service;
};

/* Join the main loop, before the threads start. As service_open and pulse_open. */
int signs_open(struct signs *signs);
void signs_close(struct signs *signs);

/* These two are for reload, too (struct reload_parts), and take a struct signs. */

/* The daemon is ready, or is so again: with a new line. */
void signs_ready(void *signs);
/* Within something long, also before signs_open: it goes on, unless the daemon is to end (true). */
bool signs_are_to_end(void *signs);

#endif
