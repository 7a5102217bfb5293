/* SPDX-License-Identifier: Apache-2.0 */
/*
 * outbox_page.h - how an outbox is, for people and as JSON.
 */
#ifndef LIFT_CLI_OUTBOX_PAGE_H
#define LIFT_CLI_OUTBOX_PAGE_H

#include <stdbool.h>

#include "clients/lib/lift.h"

/* Is something wrong that somebody has to see to: it is not delivered, or was refused? */
bool outbox_page_is_wrong(const struct lift_outbox_state *state);

void outbox_page_print(const char *path, const struct lift_outbox_state *state, int64_t now_ms);

/* One line. False: out of memory. */
bool outbox_page_json(const char *path, const struct lift_outbox_state *state);

#endif
