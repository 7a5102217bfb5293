/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory that runs out at every allocation on the way of a batch into the journal: the batch fails,
 * for a cause that passes; the journal is no damaged one; the batch sent again is taken, and what
 * is on disk is whole.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "daemon/journal/walk/walk.h"
#include "tests/torture/memory.h"
#include "tests/unit/house.h"

enum { EVENTS = 6 };

/* New names of each kind, attributes that are counted by, and one event that is refused. */
static void some_events(struct event events[static EVENTS])
{
	for (int i = 0; i < EVENTS; i++)
		events[i] = (struct event){ .type = EVENT_ASSESSED,
					    .time = WORLD_BEGIN + i,
					    .learner = text_of("kari"),
					    .module = text_of("lift"),
					    .region = text_of("rana"),
					    .result = { .score = 7000, .passed = -1 },
					    .voids_time = EVENT_NO_TIME };
	events[1].module = text_of("hand");
	events[2].module = text_of("a module that nobody knows");
	events[3].region = text_of("a region that nobody knows");
	events[4].attrs[0] = (struct event_attr){ text_of("role"), text_of("nurse") };
	events[4].n_attrs = 1;
	events[5].learner = (struct text){ "", 0 };
}

/* What comes one after the other; each is committed. `changed`: other content under used
 * numbers. */
static const struct sending {
	const char *source, *stream;
	uint64_t seq;
	bool changed;
	uint32_t rejected;
} sendings[] = {
	{ "s", "a", 1, false, 1 }, { "s", "b", 1, false, 1 },
	{ "t", "a", 5, false, 1 }, { "s", "a", 1, true, 1 + EVENTS - 1 },
	{ "s", "a", 7, false, 1 },
};
enum { SENDINGS = sizeof(sendings) / sizeof(sendings[0]) };

static void write_batch(struct house *house, const struct sending *sending)
{
	struct event events[EVENTS];

	some_events(events);
	msg_writer_clear(house->writer);
	batch_begin(house->writer, "events", text_of(sending->source), text_of(sending->stream),
		    sending->seq, EVENTS);
	for (uint32_t i = 0; i < EVENTS; i++) {
		if (sending->changed)
			events[i].time += DAY_MS;
		event_encode(house->writer, &events[i]);
	}
	assert_true(msg_written(house->writer).size > 0);
}

static int take(struct house *house)
{
	struct batch batch;
	int err = batch_decode(house->reader, msg_written(house->writer), &batch), commit_err;

	if (!err)
		err = gate_take(house->gate, NULL, &batch, house->clock);
	commit_err = journal_commit(house->journal);
	gate_settle(house->gate, &(struct stats){ 0 }, !commit_err);
	return err ? err : commit_err;
}

static void check_on_disk(struct house *house)
{
	struct journal_walk *walk;
	char path[128];
	bool more;

	gate_close(house->gate);
	journal_close(house->journal);
	house->gate = NULL;
	house->journal = NULL;
	snprintf(path, sizeof(path), "%s/data.mdb", dir_path(&house->dir, "journal"));
	assert_int_equal(journal_walk_begin(path, UINT64_MAX / 2, &walk, &more), 0);
	assert_false(more);
	assert_false(journal_walk_damage(walk)->found);
	journal_walk_end(walk);
	house_reopen_journal(house);
	assert_int_equal(journal_last(house->journal), 4 * EVENTS);
}

/* One allocation of one sending fails: how many there were. */
static unsigned long send_all(int failing, unsigned long at)
{
	unsigned long calls = 0;
	struct house house;

	house_open(&house, "", world_catalogue);
	for (int i = 0; i < SENDINGS; i++) {
		int err;

		write_batch(&house, &sendings[i]);
		memory_arm(i == failing ? at : 0, false);
		err = take(&house);
		memory_disarm();
		if (i == failing) {
			calls = memory.calls;
			assert_true(at == 0 || memory.hits == 1);
			if (err != 0 && err != LIFT_E_MEMORY)
				fail_msg("sending %d, allocation %lu: %s", i, at,
					 lift_err_text(err));
		} else if (err) {
			fail_msg("sending %d, after allocation %lu of %d: %s", i, at, failing,
				 lift_err_text(err));
		}
		assert_null(journal_damage(house.journal));
		/* Sent again, whether it was taken or not. */
		assert_int_equal(take(&house), 0);
		assert_int_equal(house.gate->last.n_rejected, sendings[i].rejected);
	}
	check_on_disk(&house);
	house_close(&house);
	return calls;
}

static void without_memory_a_batch_fails_and_is_taken_when_it_comes_again(void **state)
{
	unsigned long all = 0;

	(void)state;
	for (int i = 0; i < SENDINGS; i++) {
		unsigned long n = send_all(i, 0);

		all += n;
		for (unsigned long at = 1; at <= n; at++)
			send_all(i, at);
		print_message("sending %d: %lu allocations\n", i, n);
	}
	assert_true(all >
		    0); /* with sanitizers some of them are of libraries alone, and not seen */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_memory_a_batch_fails_and_is_taken_when_it_comes_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
