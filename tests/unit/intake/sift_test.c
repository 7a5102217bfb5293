/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of the quarantine that an operator drops, or has judged again.
 */
#include "daemon/intake/sift.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "daemon/journal/quarantine.h"
#include "daemon/journal/walk/walk.h"
#include "tests/unit/house.h"

#define HOUR_MS INT64_C(3600000)

static struct event some_event(void)
{
	return (struct event){ .type = EVENT_ASSESSED,
			       .time = WORLD_BEGIN,
			       .learner = text_of("kari"),
			       .module = text_of("lift"),
			       .region = text_of("rana"),
			       .result = { .score = 7123, .passed = 1, .phase = PHASE_POST },
			       .voids_time = EVENT_NO_TIME,
			       .n_attrs = 2,
			       .attrs = { { text_of("role"), text_of("nurse") },
					  { text_of("shoes"), text_of("42") } } };
}

static void send_one(struct house *house, const char *source, uint64_t seq,
		     const struct event *event, int err)
{
	assert_int_equal(house_send(house, source, "a", seq, event, 1), 0);
	assert_int_equal(house->gate->last.n_rejected, err ? 1 : 0);
	if (err)
		assert_int_equal(house->gate->last.rejected[0].err, err);
}

static void commit(struct house *house)
{
	assert_int_equal(journal_commit(house->journal), 0);
	gate_settle(house->gate, &(struct stats){ 0 }, true);
}

static void order(struct house *house, struct order *order)
{
	order->rows.gone = order->rows.n_staying = 0;
	order->rows.next = 0;
	gate_obey(house->gate, order, house->clock);
	assert_int_equal(order->err, 0);
}

/* The numbers in their streams of the rows that there are. */
static void assert_rows(struct house *house, const uint64_t *seqs, size_t n)
{
	static struct quarantine_page page;
	struct journal_view view;

	assert_int_equal(journal_view_begin(house->journal, &view), 0);
	assert_int_equal(quarantine_read(&view, QUARANTINE_ALL, 0, &page), 0);
	assert_int_equal(page.n, n);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(page.rows[i].seq, seqs[i]);
	journal_view_end(&view);
}

/* As the daemon finds it at its next start. */
static void assert_whole(struct house *house)
{
	struct journal_walk *walk;
	bool more;

	assert_int_equal(journal_walk_begin(dir_path(&house->dir, "journal/data.mdb"), UINT64_MAX,
					    &walk, &more),
			 0);
	if (more)
		assert_int_equal(journal_walk_rest(walk, 0), 0);
	if (journal_walk_damage(walk)->found)
		fail_msg("damaged: %s", journal_walk_damage(walk)->text);
	journal_walk_end(walk);
}

static struct order drop_of(const char *source)
{
	struct order order = { .what = ORDER_DROP, .source_size = strlen(source) };

	memcpy(order.source, source, order.source_size);
	return order;
}

static void rows_are_dropped_by_number_source_reason_and_time(void **state)
{
	static const uint64_t all[] = { 1, 2, 3, 1, 2 }, later[] = { 2, 3, 1, 2 },
			      others[] = { 2, 3, 2 }, left[] = { 3 };
	struct event bad = some_event(), good = some_event();
	struct order by_number = { .what = ORDER_DROP, .rows = { .after = 0, .to = 1 } };
	struct order by_code = drop_of("t"), by_time = { .what = ORDER_DROP };
	struct house house;

	(void)state;
	house_open(&house, "", world_catalogue);
	bad.region = (struct text){ "", 0 };
	for (uint64_t seq = 1; seq <= 3; seq++)
		send_one(&house, "s", seq, &bad, LIFT_E_REGION);
	send_one(&house, "t", 1, &bad, LIFT_E_REGION);
	bad.module = (struct text){ "", 0 };
	send_one(&house, "t", 2, &bad, LIFT_E_MODULE);
	commit(&house);
	assert_rows(&house, all, 5);
	order(&house, &by_number);
	assert_int_equal(by_number.rows.gone, 1);
	/* It is as if it had not been asked for, until it is on disk. */
	journal_fail(house.journal, LIFT_E_DISK);
	assert_int_equal(journal_commit(house.journal), LIFT_E_DISK);
	assert_rows(&house, all, 5);
	order(&house, &by_number);
	commit(&house);
	assert_rows(&house, later, 4);
	by_code.rows.code = LIFT_E_REGION;
	order(&house, &by_code);
	commit(&house);
	assert_int_equal(by_code.rows.gone, 1);
	assert_rows(&house, others, 3);
	/* Received before this moment: all of them; the last one stays by its number. */
	by_time.rows.before = house.clock;
	order(&house, &by_time);
	assert_int_equal(by_time.rows.gone, 0);
	by_time.rows.before++;
	for (uint64_t number = 2; number <= 5; number += 3) {
		by_time.rows.after = number - 1;
		by_time.rows.to = number;
		order(&house, &by_time);
		assert_int_equal(by_time.rows.gone, 1);
	}
	commit(&house);
	assert_rows(&house, left, 1);
	assert_whole(&house);
	/* The verdicts stand. */
	bad = good;
	bad.region = (struct text){ "", 0 };
	send_one(&house, "s", 1, &bad, LIFT_E_REGION);
	house_close(&house);
}

/* A number that a row has had is not given to another one: who pages on misses none. */
static void numbers_of_rows_rise_also_behind_one_that_was_dropped(void **state)
{
	static struct quarantine_page page;
	struct event good = some_event(), other = some_event();
	struct order all = { .what = ORDER_DROP };
	struct journal_view view;
	struct house house;

	(void)state;
	house_open(&house, "", world_catalogue);
	other.module = text_of("hand");
	for (uint64_t seq = 1; seq <= 2; seq++)
		send_one(&house, "s", seq, &good, 0);
	for (uint64_t seq = 1; seq <= 2; seq++) /* rows 3 and 4, which have no entries */
		send_one(&house, "s", seq, &other, LIFT_E_REUSED);
	commit(&house);
	order(&house, &all);
	commit(&house);
	assert_int_equal(all.rows.gone, 2);
	for (int turn = 0; turn < 2; turn++) {
		house_reopen_journal(&house);
		assert_whole(&house);
	}
	send_one(&house, "s", 1, &other, LIFT_E_REUSED);
	commit(&house);
	assert_int_equal(journal_view_begin(house.journal, &view), 0);
	assert_int_equal(quarantine_read(&view, QUARANTINE_ALL, 0, &page), 0);
	assert_int_equal(page.n, 1);
	assert_int_equal(page.rows[0].number, 5);
	journal_view_end(&view);
	house_close(&house);
}

static void assert_same_entry(struct house *house, const char *source, uint64_t seq,
			      uint64_t retried)
{
	struct entry sent, taken;
	uint8_t sent_bytes[ENTRY_MAX], taken_bytes[ENTRY_MAX];
	size_t size;

	assert_int_equal(
		journal_lookup(house->journal, house_stream(house, source, "a"), seq, &sent), 0);
	assert_int_equal(journal_lookup(house->journal, house_stream(house, source, RETRY_STREAM),
					retried, &taken),
			 0);
	size = entry_encode(&sent, sent_bytes);
	assert_int_equal(entry_encode(&taken, taken_bytes), size);
	assert_memory_equal(sent_bytes, taken_bytes, size);
}

static void what_is_right_now_is_taken_in_as_if_it_had_been_sent_again(void **state)
{
	static const uint64_t both[] = { 1, 2 }, one[] = { 2 };
	struct event ahead = some_event(), bad = some_event();
	struct order retry = { .what = ORDER_RETRY };
	struct house house;

	(void)state;
	house_open(&house, "", world_catalogue);
	ahead.time = house.clock + HOUR_MS;
	bad.module = (struct text){ "", 0 };
	send_one(&house, "s", 1, &ahead, LIFT_E_TIME);
	send_one(&house, "s", 2, &bad, LIFT_E_MODULE);
	commit(&house);
	/* Its time has not come; of the other one there is not enough. */
	order(&house, &retry);
	commit(&house);
	assert_int_equal(retry.rows.gone, 0);
	assert_int_equal(retry.rows.n_staying, 2);
	assert_true(retry.rows.staying[0].retry && retry.rows.staying[0].err == LIFT_E_TIME);
	assert_true(!retry.rows.staying[1].retry && retry.rows.staying[1].err == LIFT_E_MODULE);
	assert_rows(&house, both, 2);
	house_reopen_journal(&house);
	house.clock += HOUR_MS;
	order(&house, &retry);
	assert_int_equal(retry.rows.gone, 1);
	journal_fail(house.journal, LIFT_E_DISK);
	assert_int_equal(journal_commit(house.journal), LIFT_E_DISK);
	gate_settle(house.gate, &(struct stats){ 0 }, false);
	assert_rows(&house, both, 2);
	assert_null(house_stream(&house, "s", RETRY_STREAM));
	order(&house, &retry);
	commit(&house);
	assert_int_equal(retry.rows.gone, 1);
	assert_int_equal(retry.rows.n_staying, 1);
	assert_rows(&house, one, 1);
	send_one(&house, "s", 3, &ahead, 0);
	assert_same_entry(&house, "s", 3, 1);
	/* What was refused under a number stays so. */
	send_one(&house, "s", 1, &ahead, LIFT_E_TIME);
	commit(&house);
	assert_whole(&house);
	house_close(&house);
}

/* Events of a platform that has lost its counter, of each type, with all that an event may have. */
static void events_under_used_numbers_are_taken_in(void **state)
{
	enum { TYPES = EVENT_ENROLLED, N = TYPES + 1 };
	struct event events[N];
	struct order retry = { .what = ORDER_RETRY };
	struct stats stats = { 0 };
	struct house house;

	(void)state;
	house_open(&house, "namespaces: {s: people, t: people}\n", world_catalogue);
	for (int i = 0; i < TYPES; i++) {
		events[i] = some_event();
		events[i].type = (enum event_type)(EVENT_STARTED + i);
		events[i].module = text_of(i % 2 ? "hand" : "never heard of");
		if (events[i].type != EVENT_ASSESSED)
			events[i].result = (struct event_result){ .score = -1, .passed = -1 };
	}
	events[4].voids = EVENT_ASSESSED;
	events[4].voids_time = WORLD_BEGIN + 5;
	events[4].result = (struct event_result){ .score = 5000, .passed = -1, .phase = PHASE_PRE };
	events[EVENT_COMPLETED - 1].valid_until = VALID_UNTIL_MIN + 9999;
	events[EVENT_ASSESSED - 1].valid_until = VALID_FOR_EVER;
	events[EVENT_ATTENDED - 1].result.minutes = 90;
	events[EVENT_ENROLLED - 1].result.state = STATE_WAITING;
	events[TYPES] = events[EVENT_VOIDED - 1];
	events[TYPES].voids = EVENT_ATTENDED;
	events[TYPES].result = (struct event_result){
		.score = -1, .passed = -1, .minutes = 90, .state = STATE_APPLIED
	};
	assert_int_equal(house_send(&house, "s", "a", 1, events, N), 0);
	assert_int_equal(house.gate->last.n_rejected, 0);
	for (int i = 0; i < N; i++)
		events[i].learner = text_of("ola");
	assert_int_equal(house_send(&house, "s", "a", 1, events, N), 0);
	assert_int_equal(house.gate->last.n_reused, N);
	commit(&house);
	order(&house, &retry);
	assert_int_equal(journal_commit(house.journal), 0);
	gate_settle(house.gate, &stats, true);
	assert_int_equal(retry.rows.gone, N);
	assert_int_equal(stats_get(&stats, STAT_events_accepted), N);
	assert_int_equal(house_send(&house, "s", "a", N + 1, events, N), 0);
	for (uint64_t i = 0; i < N; i++)
		assert_same_entry(&house, "s", N + 1 + i, 1 + i);
	commit(&house);
	assert_whole(&house);
	house_close(&house);
}

/* A value that the catalogue does not have may be an id that has slipped. */
static void what_may_be_an_id_is_not_kept_for_a_retry(void **state)
{
	struct event good = some_event(), other = some_event();
	struct order retry = { .what = ORDER_RETRY };
	struct house house;

	(void)state;
	house_open(&house, "", world_catalogue);
	send_one(&house, "s", 1, &good, 0);
	other.learner = text_of("ola");
	other.attrs[0].value = text_of("kari.nordmann");
	send_one(&house, "s", 1, &other, LIFT_E_REUSED);
	commit(&house);
	order(&house, &retry);
	assert_int_equal(retry.rows.gone, 0);
	assert_int_equal(retry.rows.n_staying, 1);
	assert_false(retry.rows.staying[0].retry);
	house_close(&house);
}

static void what_the_configuration_does_not_let_in_stays(void **state)
{
	struct event ahead = some_event();
	struct order retry = { .what = ORDER_RETRY };
	struct stream *stream;
	struct house house;

	(void)state;
	house_open(&house, "", world_catalogue);
	ahead.time = house.clock + HOUR_MS;
	send_one(&house, "s", 1, &ahead, LIFT_E_TIME);
	assert_int_equal(
		journal_add_stream(house.journal, text_of("s"), text_of(RETRY_STREAM), &stream), 0);
	journal_close_stream(house.journal, stream);
	commit(&house);
	house.clock += HOUR_MS;
	order(&house, &retry);
	assert_int_equal(retry.rows.n_staying, 1);
	assert_int_equal(retry.rows.staying[0].err, LIFT_E_CLOSED);
	house_close(&house);
}

static struct keys *keys_of(const struct house *house, const char *text)
{
	struct yaml_errors errors = { .file = "keys.yaml" };
	struct keys *keys = NULL;

	if (keys_parse(text_of(text), house->config, &errors, &keys) != 0)
		fail_msg("%s", errors.text);
	return keys;
}

#define KEY "keys: [{name: k, public: \"rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7\", "

static void what_its_key_may_not_say_now_stays(void **state)
{
	static const struct {
		const char *why, *keys;
		int err; /* of the event; 0: it is taken in */
	} cases[] = {
		{ "its key may speak about another region",
		  KEY "publish: {sources: [s], regions: [isle]}}]", LIFT_E_REGION_DENIED },
		{ "its key may bring one name, and this is the second",
		  KEY "publish: {sources: [s]}, limits: {names: 1}}]", LIFT_E_NAMES },
		{ "its key may speak about what is above",
		  KEY "publish: {sources: [s], regions: [north]}}]", 0 },
		{ "it belongs to nobody", KEY "publish: {sources: [t], regions: [isle]}}]", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct event first = some_event(), ahead = some_event();
		struct order retry = { .what = ORDER_RETRY };
		struct keyring *keyring = keyring_new();
		struct keys *keys;
		struct house house;

		house_open(&house, "", world_catalogue);
		keys = keys_of(&house, cases[i].keys);
		speakers_open(&house.gate->speakers, keyring);
		first.module = text_of("never heard of");
		send_one(&house, "s", 1, &first, 0);
		ahead.module = text_of("neither");
		ahead.time = house.clock + HOUR_MS;
		send_one(&house, "s", 2, &ahead, LIFT_E_TIME);
		commit(&house);
		assert_int_equal(keyring_set(keyring, keys), 0);
		house.clock += HOUR_MS;
		order(&house, &retry);
		commit(&house);
		if (retry.rows.gone != !cases[i].err ||
		    (cases[i].err && retry.rows.staying[0].err != cases[i].err))
			fail_msg("%s: gone=%u code=%s", cases[i].why, (unsigned)retry.rows.gone,
				 lift_err_code(retry.rows.staying[0].err));
		/* That limit is its key's own: others have what all have. */
		send_one(&house, "u", 1, &first, 0);
		first.module = text_of("the second");
		send_one(&house, "u", 2, &first, 0);
		house_close(&house);
		keys_free(keys);
		keyring_free(keyring);
	}
}

static void many_rows_take_more_than_one_order(void **state)
{
	enum { N = 2 * ORDER_ROWS_MAX + 7 };
	static struct event events[N];
	struct order drop = { .what = ORDER_DROP };
	struct house house;
	uint64_t gone = 0;
	int orders = 0;

	(void)state;
	house_open(&house, "", world_catalogue);
	for (int i = 0; i < N; i++) {
		events[i] = some_event();
		events[i].region = (struct text){ "", 0 };
	}
	assert_int_equal(house_send(&house, "s", "a", 1, events, N), 0);
	commit(&house);
	do {
		drop.rows.after = drop.rows.next;
		order(&house, &drop);
		commit(&house);
		gone += drop.rows.gone;
		orders++;
	} while (drop.rows.next > 0);
	assert_int_equal(gone, N);
	assert_int_equal(orders, 3);
	assert_rows(&house, NULL, 0);
	assert_whole(&house);
	house_close(&house);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_dropped_by_number_source_reason_and_time),
		cmocka_unit_test(numbers_of_rows_rise_also_behind_one_that_was_dropped),
		cmocka_unit_test(what_is_right_now_is_taken_in_as_if_it_had_been_sent_again),
		cmocka_unit_test(events_under_used_numbers_are_taken_in),
		cmocka_unit_test(what_may_be_an_id_is_not_kept_for_a_retry),
		cmocka_unit_test(what_the_configuration_does_not_let_in_stays),
		cmocka_unit_test(what_its_key_may_not_say_now_stays),
		cmocka_unit_test(many_rows_take_more_than_one_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
