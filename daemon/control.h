/* SPDX-License-Identifier: Apache-2.0 */
/*
 * control.h - the ROUTER that operators talk to: status, export, explain, quarantine, catalogue.
 *
 * An export or an explanation waits until the ledger has committed what the journal held when it was asked.
 */
#ifndef LIFTD_CONTROL_H
#define LIFTD_CONTROL_H

#include "daemon/config.h"
#include "daemon/ledger.h"
#include "daemon/loop.h"
#include "daemon/stats.h"

enum {
	CONTROL_WAITING_MAX = 16,	/* requests that wait */
	CONTROL_PAGE_BYTES = 256 << 10, /* of rows in one message of an answer */
	CONTROL_PAGES_MAX = 1000, /* that wait for one client: room for an export of a country */
};

struct control;

/* Bind and join the loop; `more` is woken when the ledger should commit. Borrows all. LIFT_E_SOCKET (the endpoint in *ret_failed),
 * LIFT_E_MEMORY. */
int control_open(struct loop *loop, void *zmq, const struct config *config,
		 const struct catalogue *catalogue, struct journal *journal, struct ledger *ledger,
		 struct stats *stats, void *more, struct control **ret_control,
		 const char **ret_failed);
void control_close(struct control *control);

/* The ledger has committed: answer what has waited for it. */
void control_ledger_committed(struct control *control);

#endif
