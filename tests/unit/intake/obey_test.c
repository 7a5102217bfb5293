/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "daemon/intake/gate.h"
#include "daemon/journal/quarantine.h"
#include "tests/unit/house.h"

static const char refuse[] = "forgotten: refuse\n";

static struct event event_of(const char *learner)
{
	return (struct event){ .type = EVENT_COMPLETED,
			       .time = WORLD_BEGIN,
			       .learner = text_of(learner),
			       .module = text_of("lift"),
			       .region = text_of("rana"),
			       .result = { .score = -1, .passed = -1 },
			       .voids_time = EVENT_NO_TIME };
}

/* One event: the code of its rejection, or 0. */
static int send_one(struct house *house, uint64_t seq, const struct event *event)
{
	assert_int_equal(house_send(house, "s", "a", seq, event, 1), 0);
	return house->gate->last.n_rejected ? house->gate->last.rejected[0].err : 0;
}

static void add_person(const struct house *house, const char *learner, struct order *order)
{
	struct order_person *person = &order->people[order->n_people++];

	secret_pseudonym(&house->secret, text_of("s"), text_of(learner), person->learner);
	secret_objection(&house->secret, text_of("s"), text_of(learner), person->objection);
}

static uint64_t forget(struct house *house, const char *learner)
{
	struct order order = { .what = ORDER_FORGET };

	add_person(house, learner, &order);
	gate_obey(house->gate, &order, house->clock);
	assert_int_equal(order.err, 0);
	return order.last;
}

static uint64_t set_horizon(struct house *house, int64_t horizon)
{
	struct order order = { .what = ORDER_HORIZON, .horizon = horizon };

	gate_obey(house->gate, &order, house->clock);
	assert_int_equal(order.err, 0);
	return order.last;
}

static void commit(struct house *house)
{
	assert_int_equal(journal_commit(house->journal), 0);
	gate_settle(house->gate, &(struct stats){ 0 }, true);
}

/* The rows of the quarantine, none of which says more than a number and a reason. */
static size_t count_bare_rows(struct house *house)
{
	static struct quarantine_page page;
	struct journal_view view;

	assert_int_equal(journal_view_begin(house->journal, &view), 0);
	assert_int_equal(quarantine_read(&view, QUARANTINE_ALL, 0, &page), 0);
	for (size_t i = 0; i < page.n; i++)
		assert_int_equal(page.rows[i].sent.size, 0);
	journal_view_end(&view);
	return page.n;
}

static void who_is_forgotten_begins_afresh_or_is_refused(void **state)
{
	static const struct {
		const char *config;
		int err;
	} ways[] = { { "", 0 }, { "forgotten: afresh\n", 0 }, { refuse, LIFT_E_FORGOTTEN } };
	struct event kari = event_of("kari"), nils = event_of("nils");
	struct house house;

	(void)state;
	for (size_t way = 0; way < sizeof(ways) / sizeof(ways[0]); way++) {
		house_open(&house, ways[way].config, world_catalogue);
		assert_int_equal(send_one(&house, 1, &kari), 0);
		assert_int_equal(forget(&house, "kari"), 2);
		assert_int_equal(send_one(&house, 2, &kari), ways[way].err);
		assert_int_equal(send_one(&house, 3, &nils), 0);
		commit(&house);
		house_reopen_journal(&house); /* it is on disk */
		assert_int_equal(send_one(&house, 4, &kari), ways[way].err);
		/* What was received before it is answered as ever, what was refused, too. */
		assert_int_equal(send_one(&house, 1, &kari), 0);
		assert_int_equal(send_one(&house, 2, &kari), ways[way].err);
		assert_int_equal(send_one(&house, 4, &kari), ways[way].err);
		/* A wrong event is wrong, whoever it is of; under a used number it is reused. */
		kari.region = (struct text){ "", 0 };
		assert_int_equal(send_one(&house, 5, &kari), LIFT_E_REGION);
		kari = event_of("kari");
		kari.type = EVENT_STARTED;
		assert_int_equal(send_one(&house, 1, &kari), LIFT_E_REUSED);
		kari = event_of("kari");
		assert_int_equal(send_one(&house, 6, &nils), 0);
		commit(&house);
		house_close(&house);
	}
}

static void nothing_is_kept_of_who_objects_and_of_what_is_too_old(void **state)
{
	struct event kari = event_of("kari"), nils = event_of("nils");
	struct house house;

	(void)state;
	house_open(&house, refuse, world_catalogue);
	assert_int_equal(send_one(&house, 1, &kari), 0);
	forget(&house, "kari");
	set_horizon(&house, WORLD_BEGIN + 1);
	assert_int_equal(send_one(&house, 2, &kari), LIFT_E_FORGOTTEN);
	assert_int_equal(send_one(&house, 3, &nils), LIFT_E_TRIMMED);
	kari.type = EVENT_STARTED;
	assert_int_equal(send_one(&house, 1, &kari), LIFT_E_REUSED);
	commit(&house);
	assert_int_equal(count_bare_rows(&house), 3);
	house_close(&house);
}

static void what_is_before_the_horizon_is_refused(void **state)
{
	struct event event = event_of("kari");
	struct house house;

	(void)state;
	house_open(&house, "", world_catalogue);
	assert_int_equal(send_one(&house, 1, &event), 0);
	assert_int_equal(set_horizon(&house, WORLD_BEGIN + 1), 2);
	assert_int_equal(send_one(&house, 2, &event), LIFT_E_TRIMMED);
	event.time++;
	assert_int_equal(send_one(&house, 3, &event), 0);
	commit(&house);
	/* It goes on, and not back; what is no change is no entry. */
	assert_int_equal(set_horizon(&house, WORLD_BEGIN), 0);
	assert_int_equal(set_horizon(&house, WORLD_BEGIN + 1), 0);
	house_reopen_journal(&house);
	assert_int_equal(journal_horizon(house.journal), WORLD_BEGIN + 1);
	assert_int_equal(set_horizon(&house, WORLD_BEGIN + 2), 5);
	assert_int_equal(send_one(&house, 4, &event), LIFT_E_TRIMMED);
	/* What was received before keeps its verdict. */
	assert_int_equal(send_one(&house, 3, &event), 0);
	house_close(&house);
}

static void what_is_gone_is_answered_as_received_whatever_comes(void **state)
{
	struct entry gone = { .what = ENTRY_GONE };
	struct event event = event_of("kari");
	struct stream *stream;
	struct house house;

	(void)state;
	house_open(&house, "", world_catalogue);
	assert_int_equal(send_one(&house, 1, &event), 0);
	stream = house_stream(&house, "s", "a");
	journal_append(house.journal, stream, 2, house.clock, &gone);
	gone.refused = true;
	gone.err = LIFT_E_MODULE;
	journal_append(house.journal, stream, 3, house.clock, &gone);
	commit(&house);
	for (int turn = 0; turn < 2; turn++) {
		assert_int_equal(send_one(&house, 2, &event), 0);
		assert_int_equal(house.gate->last.n_resent, 1);
		assert_int_equal(house.gate->last.n_accepted, 0);
		assert_int_equal(send_one(&house, 3, &event), LIFT_E_MODULE);
		event.learner = text_of("");
		assert_int_equal(send_one(&house, 2, &event), 0);
		event = event_of("somebody else");
	}
	commit(&house);
	assert_int_equal(journal_last(house.journal), 3);
	assert_int_equal(count_bare_rows(&house), 0);
	house_close(&house);
}

/* It was sent before its learner was forgotten. */
static void a_refused_event_of_who_is_forgotten_is_not_taken_in_by_and_by(void **state)
{
	struct order retry = { .what = ORDER_RETRY };
	struct event kari = event_of("kari"), nils = event_of("nils");
	struct house house;
	uint64_t number;

	(void)state;
	house_open(&house, "", world_catalogue);
	kari.time = nils.time = house.clock + DAY_MS;
	assert_int_equal(send_one(&house, 1, &kari), LIFT_E_TIME);
	assert_int_equal(send_one(&house, 2, &nils), LIFT_E_TIME);
	forget(&house, "kari");
	house.clock++;
	assert_int_equal(send_one(&house, 3, &kari), LIFT_E_TIME);
	commit(&house);
	house.clock += 2 * (int64_t)DAY_MS;
	gate_obey(house.gate, &retry, house.clock);
	assert_int_equal(retry.err, 0);
	assert_int_equal(retry.rows.gone, 2); /* nils, and kari afresh */
	assert_int_equal(retry.rows.n_staying, 1);
	assert_int_equal(retry.rows.staying[0].err, LIFT_E_FORGOTTEN);
	number = retry.rows.staying[0].number;
	assert_int_equal(number, 1);
	commit(&house);
	house_close(&house);
}

/* Numbers of rows have run ahead of the journal's: by rows that are no entries. */
static void nor_is_one_whose_row_has_a_greater_number_than_the_order(void **state)
{
	struct order retry = { .what = ORDER_RETRY };
	struct event kari = event_of("kari"), nils = event_of("nils");
	struct house house;

	(void)state;
	house_open(&house, "", world_catalogue);
	for (uint64_t seq = 1; seq <= 5; seq++)
		assert_int_equal(send_one(&house, seq, &nils), 0);
	nils.type = EVENT_STARTED;
	for (uint64_t seq = 1; seq <= 5; seq++)
		assert_int_equal(send_one(&house, seq, &nils), LIFT_E_REUSED);
	kari.time = house.clock + DAY_MS;
	assert_int_equal(send_one(&house, 6, &kari), LIFT_E_TIME);
	assert_int_equal(forget(&house, "kari"), 7);
	commit(&house);
	house.clock += 2 * (int64_t)DAY_MS;
	gate_obey(house.gate, &retry, house.clock);
	assert_int_equal(retry.err, 0);
	assert_int_equal(retry.rows.gone, 5); /* what was sent under used numbers */
	assert_int_equal(retry.rows.n_staying, 1);
	assert_true(retry.rows.staying[0].number > 7);
	assert_int_equal(retry.rows.staying[0].err, LIFT_E_FORGOTTEN);
	commit(&house);
	house_close(&house);
}

static void many_are_forgotten_by_one_order(void **state)
{
	static struct order order = { .what = ORDER_FORGET };
	struct house house;
	char learner[16];

	(void)state;
	house_open(&house, refuse, world_catalogue);
	for (unsigned i = 0; i < ORDER_PEOPLE_MAX; i++) {
		snprintf(learner, sizeof(learner), "l%u", i);
		add_person(&house, learner, &order);
	}
	gate_obey(house.gate, &order, house.clock);
	assert_int_equal(order.err, 0);
	assert_int_equal(order.last, ORDER_PEOPLE_MAX);
	commit(&house);
	house_reopen_journal(&house);
	assert_int_equal(journal_last(house.journal), ORDER_PEOPLE_MAX);
	assert_int_equal(journal_objections(house.journal), ORDER_PEOPLE_MAX);
	for (unsigned i = 0; i < ORDER_PEOPLE_MAX; i++)
		assert_true(journal_has_objection(house.journal, order.people[i].objection));
	house_close(&house);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_is_forgotten_begins_afresh_or_is_refused),
		cmocka_unit_test(nothing_is_kept_of_who_objects_and_of_what_is_too_old),
		cmocka_unit_test(what_is_before_the_horizon_is_refused),
		cmocka_unit_test(what_is_gone_is_answered_as_received_whatever_comes),
		cmocka_unit_test(a_refused_event_of_who_is_forgotten_is_not_taken_in_by_and_by),
		cmocka_unit_test(nor_is_one_whose_row_has_a_greater_number_than_the_order),
		cmocka_unit_test(many_are_forgotten_by_one_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
