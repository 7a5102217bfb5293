/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What operators want of the journal, and only its writer may do.
 */
#include "daemon/base/clock.h"
#include "daemon/intake/gate.h"
#include "daemon/intake/sift.h"

static int accept_clock(struct gate *gate, int64_t clock_ms)
{
	if (journal_damage(gate->journal))
		return LIFT_E_DAMAGED;
	if (clock_fault(clock_ms, clock_ms, gate->built_ms))
		return LIFT_E_CLOCK;
	journal_set_receipt(gate->journal, clock_ms);
	return 0;
}

/* Whom a batch that is underway is about is forgotten with what of it has been taken. */
static int forget(struct gate *gate, struct order *order, int64_t clock_ms)
{
	int64_t receipt = journal_receipt(gate->journal, clock_ms);

	if (journal_damage(gate->journal))
		return LIFT_E_DAMAGED;
	keeper_forget(&gate->keeper);
	for (size_t i = 0; i < order->n_people; i++)
		order->last = journal_forget(
			gate->journal, order->people[i].learner,
			gate->keeper.refuses ? order->people[i].objection : NULL, receipt);
	return 0;
}

static int set_horizon(struct gate *gate, struct order *order, int64_t clock_ms)
{
	int64_t receipt = journal_receipt(gate->journal, clock_ms);

	if (journal_damage(gate->journal))
		return LIFT_E_DAMAGED;
	/* It does not go back: not by a clock that is known to be wrong. */
	if (clock_fault(clock_ms, receipt, gate->built_ms))
		return LIFT_E_CLOCK;
	if (order->horizon > journal_horizon(gate->journal))
		order->last = journal_set_horizon(gate->journal, order->horizon, receipt);
	return 0;
}

void gate_obey(struct gate *gate, struct order *order, int64_t clock_ms)
{
	struct closed closed = { .next = 0 };

	switch (order->what) {
	case ORDER_CLOSE:
		order->err = gate_close_stream(
			gate, (struct text){ order->source, order->source_size },
			(struct text){ order->stream, order->stream_size }, &closed);
		order->next = closed.next;
		order->missing = closed.missing;
		break;
	case ORDER_RECEIPT:
		order->err = accept_clock(gate, clock_ms);
		break;
	case ORDER_DROP:
	case ORDER_RETRY:
		order->err = gate_found(gate, sift(gate, order, clock_ms));
		break;
	case ORDER_FORGET:
		order->err = forget(gate, order, clock_ms);
		break;
	case ORDER_HORIZON:
		order->err = set_horizon(gate, order, clock_ms);
		break;
	}
}
