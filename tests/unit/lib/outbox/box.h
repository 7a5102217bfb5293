/* SPDX-License-Identifier: Apache-2.0 */
/*
 * box.h - an outbox in a directory of its own, and what tests do with it.
 */
#ifndef LIFT_TESTS_BOX_H
#define LIFT_TESTS_BOX_H

#include "clients/lib/lift.h"
#include "tests/unit/lib/outbox/fake_liftd.h"
#include "tests/unit/world.h"

enum { WAIT_MS = 60000, LOOK_US = 5000 };

struct place {
	struct dir dir;
	char path[256], endpoint[256];
};

void box_begin(struct place *place);
/* Close what there is (both may be NULL), and take it all away. */
void box_end(struct place *place, struct lift_outbox *outbox, struct fake_liftd *fake);

/* A daemon at its endpoint. */
struct fake_liftd *box_fake(const struct place *place);

struct lift_outbox *box_open_with(const struct lift_outbox_options *options);
/* One that delivers, or not. */
struct lift_outbox *box_open(const struct place *place, bool delivers);

void box_fill_event(struct lift_event *event, char learner[32], uint32_t content);
/* Put in the contents first..first + n - 1, by one call: its error. */
int box_put(struct lift_outbox *outbox, uint32_t first, uint32_t n);
void box_assert_taken(struct fake_liftd *fake, uint32_t first, uint32_t n);

struct lift_outbox_state box_look(struct lift_outbox *outbox);
/* Wait until its state says that error. */
struct lift_outbox_state box_await_err(struct lift_outbox *outbox, int err);

/* The file, used by another program: the number that a query gives; a change. */
int64_t box_ask(const struct place *place, const char *query);
void box_change(const struct place *place, const char *text);

#endif
