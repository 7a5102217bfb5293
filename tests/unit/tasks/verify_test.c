/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/tasks/verify.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/base/state.h"
#include "daemon/catalogue/subject.h"
#include "daemon/ledger/layout.h"
#include "daemon/store/store.h"
#include "daemon/tally/run.h"
#include "tests/unit/house.h"

enum { EVENTS = 400 };

static int verify(struct house *house, struct report *ret_report)
{
	struct config config = *house->config;
	char scratch[64];
	int err;

	*ret_report = (struct report){ 0 };
	config.state = house->dir.path;
	err = verify_run(&config, ret_report);
	assert_int_equal(ret_report->err, err);
	/* Nothing is left of what was built. */
	snprintf(scratch, sizeof(scratch), "%s-%d", state_name(STATE_LEDGER_VERIFY), (int)getpid());
	assert_int_equal(access(dir_path(&house->dir, scratch), F_OK), -1);
	return err;
}

static void assert_right(struct house *house, const char *when)
{
	struct report report;

	if (verify(house, &report) != 0)
		fail_msg("%s: %s", when, report.text);
}

/* A ledger that has applied its journal as it came. */
static void make_state(struct house *house)
{
	struct world world;
	struct event event;

	house_open(house, "", world_catalogue);
	house_ledger_open(house, "ledger", INT64_MAX);
	world_begin(&world, 9);
	for (uint64_t seq = 1; seq <= EVENTS; seq++) {
		world_event(&world, &event);
		assert_int_equal(house_send(house, "moodle", "s", seq, &event, 1), 0);
		if (!chance_of(10))
			continue;
		assert_int_equal(journal_commit(house->journal), 0);
		if (chance_of(50))
			house_apply_all(house);
	}
	assert_int_equal(journal_commit(house->journal), 0);
	house_apply_all(house);
	house_shut(house);
}

/* What is right. */

static void a_right_ledger_is_right_however_it_came_to_be(void **state)
{
	struct report report;
	struct house house;
	struct event event;
	struct world world;

	(void)state;
	chance_begin();
	make_state(&house);
	assert_right(&house, "applied");
	assert_int_equal(verify(&house, &report), 0);
	assert_int_equal(report.last, EVENTS);
	/* The journal goes on without it. */
	house_reopen_journal(&house);
	world_begin(&world, 9);
	for (uint64_t seq = 1; seq <= 50; seq++) {
		world_event(&world, &event);
		assert_int_equal(house_send(&house, "rana", "s", seq, &event, 1), 0);
	}
	assert_int_equal(journal_commit(house.journal), 0);
	house_shut(&house);
	assert_right(&house, "the journal has more");
	assert_int_equal(verify(&house, &report), 0);
	assert_int_equal(report.last, EVENTS);
	house_close(&house);
}

static void a_ledger_that_has_applied_nothing_yet_has_nothing(void **state)
{
	struct report report;
	struct house house;
	struct event event;
	struct world world;

	(void)state;
	chance_begin();
	house_open(&house, "", world_catalogue);
	house_ledger_open(&house, "ledger", INT64_MAX);
	world_begin(&world, 9);
	world_event(&world, &event);
	assert_int_equal(house_send(&house, "moodle", "s", 1, &event, 1), 0);
	assert_int_equal(journal_commit(house.journal), 0);
	house_shut(&house);
	if (verify(&house, &report) != 0)
		fail_msg("%s", report.text);
	assert_int_equal(report.last, 0);
	house_close(&house);
}

static void without_a_ledger_there_is_nothing_to_verify(void **state)
{
	struct report report;
	struct house house;

	(void)state;
	house_open(&house, "", world_catalogue);
	house_shut(&house);
	assert_int_equal(verify(&house, &report), LIFT_E_NOT_FOUND);
	house_close(&house);
}

static void where_too_little_room_would_be_left_no_second_one_is_built(void **state)
{
	struct report report;
	struct house house;

	(void)state;
	chance_begin();
	make_state(&house);
	assert_int_equal(truncate(dir_path(&house.dir, "ledger/data.mdb"), (off_t)1 << 42), 0);
	assert_int_equal(verify(&house, &report), LIFT_E_DISK);
	assert_non_null(strstr(report.text, "the second ledger needs"));
	house_close(&house);
}

static void a_ledger_of_another_day_is_not_compared(void **state)
{
	struct report report;
	struct house house;

	(void)state;
	chance_begin();
	house_open(&house, "", world_catalogue);
	house_ledger_open(&house, "ledger", WORLD_BEGIN);
	house_shut(&house);
	assert_int_equal(verify(&house, &report), LIFT_E_NOT_FOUND);
	assert_non_null(strstr(report.text, "as_of"));
	house_close(&house);
}

/* What is not. */

static void first_of(struct store_txn *txn, int db, struct text *ret_key, struct text *ret_value)
{
	struct store_cursor cursor;

	store_cursor_open(txn, db, &cursor);
	assert_true(store_seek(&cursor, (struct text){ NULL, 0 }, ret_key, ret_value));
	store_cursor_close(&cursor);
}

/* The first count of all. Nothing else is in its run any more. */
static void change_a_tally(struct store_txn *txn)
{
	uint8_t key[TALLY_KEY_BYTES], run[RUN_PART_MAX];
	struct text at, value;
	struct run_at from = { 0 };
	struct run_reader reader;
	struct tally_part part;

	first_of(txn, LDB_TALLIES, &at, &value);
	memcpy(key, at.data, sizeof(key));
	run_open(&reader, value);
	assert_true(run_next(&reader, &part));
	part.n++;
	store_put(txn, LDB_TALLIES, (struct text){ (char *)key, sizeof(key) },
		  (struct text){ (char *)run, run_put(&from, &part, run) });
}

static void take_a_tally_away(struct store_txn *txn)
{
	struct text key, value;

	first_of(txn, LDB_TALLIES, &key, &value);
	store_delete(txn, LDB_TALLIES, key);
}

static void add_a_tally(struct store_txn *txn)
{
	static const uint8_t one[] = { 0, 2 };
	struct tally_key key = { .home = UINT32_MAX, .subject = subject_of(KIND_PEOPLE, 0) };
	uint8_t bytes[TALLY_KEY_BYTES];

	tally_key_encode(&key, bytes);
	store_put(txn, LDB_TALLIES, (struct text){ (char *)bytes, sizeof(bytes) },
		  (struct text){ (const char *)one, sizeof(one) });
}

static void forget_a_source(struct store_txn *txn)
{
	struct text key, value;

	first_of(txn, LDB_SEEN, &key, &value);
	store_delete(txn, LDB_SEEN, key);
}

static void forget_a_learner(struct store_txn *txn)
{
	struct text key, value;

	first_of(txn, LDB_NUMBERS, &key, &value);
	store_delete(txn, LDB_NUMBERS, key);
}

/* Of the first learner only the name stays. */
static void forget_facts(struct store_txn *txn)
{
	char key[PIECE_KEY], piece[PSEUDONYM_BYTES + PIECE_SOURCE];
	struct text at, value;

	first_of(txn, LDB_LEARNERS, &at, &value);
	memcpy(key, at.data, sizeof(key));
	memcpy(piece, value.data, sizeof(piece));
	store_put(txn, LDB_LEARNERS, (struct text){ key, sizeof(key) },
		  (struct text){ piece, sizeof(piece) });
}

static void be_another_learner(struct store_txn *txn)
{
	char key[PIECE_KEY], piece[PIECE_MAX];
	struct text at, value;

	first_of(txn, LDB_LEARNERS, &at, &value);
	memcpy(key, at.data, sizeof(key));
	memcpy(piece, value.data, value.size);
	piece[3] ^= 1;
	store_put(txn, LDB_LEARNERS, (struct text){ key, sizeof(key) },
		  (struct text){ piece, value.size });
}

static void be_of_another_source(struct store_txn *txn)
{
	char key[PIECE_KEY], piece[PIECE_MAX];
	struct text at, value;

	first_of(txn, LDB_LEARNERS, &at, &value);
	memcpy(key, at.data, sizeof(key));
	memcpy(piece, value.data, value.size);
	piece[PSEUDONYM_BYTES + 1] ^= 1;
	store_put(txn, LDB_LEARNERS, (struct text){ key, sizeof(key) },
		  (struct text){ piece, value.size });
}

/* Nobody looks for it: no figure is wrong. */
static void add_a_piece(struct store_txn *txn)
{
	static const char key[PIECE_KEY] = { 0x7f }, piece[PSEUDONYM_BYTES + PIECE_SOURCE];

	store_put(txn, LDB_LEARNERS, (struct text){ key, sizeof(key) },
		  (struct text){ piece, sizeof(piece) });
}

static void claim_a_number(struct store_txn *txn)
{
	uint8_t number[8];

	put_be(number, EVENTS + 7, sizeof(number));
	store_put(txn, LDB_META, text_of("applied"),
		  (struct text){ (char *)number, sizeof(number) });
}

static void assert_names_no_learner(const char *text)
{
	/* Of a pseudonym's 32 hex digits not even eight in a row. */
	for (const char *c = text; *c; c++)
		if (strspn(c, "0123456789abcdef") >= 8)
			fail_msg("%s", text);
}

static void the_first_difference_is_found_and_said_in_words(void **state)
{
	static const struct {
		void (*tamper)(struct store_txn *txn);
		const char *said[3];
	} cases[] = {
		{ change_a_tally, { "region ", "the ledger has ", "the journal gives " } },
		{ take_a_tally_away, { "region ", "the ledger has 0", "the journal gives " } },
		{ add_a_tally, { "people all", "the ledger has 1", "the journal gives 0" } },
		{ forget_a_source, { "source moodle", "module ", "the ledger has not seen it" } },
		{ forget_a_learner, { "a learner", "not in the ledger", "" } },
		{ forget_facts,
		  { "a learner", "has 0 facts in the ledger", "only the journal has" } },
		{ be_another_learner, { "a learner", "cannot be read in the ledger", "" } },
		{ be_of_another_source, { "a learner", "by another source than the ledger", "" } },
		{ add_a_piece, { "not those that were written", "", "" } },
		{ claim_a_number, { "no commit ends with that number", "", "" } },
	};

	(void)state;
	chance_begin();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct report report;
		struct house house;
		struct store_txn txn;
		struct store *store;

		make_state(&house);
		assert_int_equal(store_open(dir_path(&house.dir, "ledger"), ledger_db_names,
					    LDB_COUNT, STORE_ROOM_MAX, &store),
				 0);
		assert_int_equal(store_begin(store, true, &txn), 0);
		cases[i].tamper(&txn);
		assert_int_equal(store_commit(&txn), 0);
		store_close(store);
		if (verify(&house, &report) != LIFT_E_DIFFERENT)
			fail_msg("case %zu: %s", i, report.text);
		for (size_t k = 0; k < 3; k++)
			if (!strstr(report.text, cases[i].said[k]))
				fail_msg("case %zu, '%s': %s", i, cases[i].said[k], report.text);
		assert_names_no_learner(report.text);
		house_close(&house);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_right_ledger_is_right_however_it_came_to_be),
		cmocka_unit_test(a_ledger_that_has_applied_nothing_yet_has_nothing),
		cmocka_unit_test(without_a_ledger_there_is_nothing_to_verify),
		cmocka_unit_test(where_too_little_room_would_be_left_no_second_one_is_built),
		cmocka_unit_test(a_ledger_of_another_day_is_not_compared),
		cmocka_unit_test(the_first_difference_is_found_and_said_in_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
