/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The same events in any order, doubled and split in any way: the same tallies, to the byte.
 *
 * In process, gate to ledger, on real files. Tallies add, and learners are counted each by
 * themselves: so a round sends the events of a small world once more, in another order and under
 * other ids of learners, and what it adds to the tallies must be what the model makes of the world.
 * Journal and ledger stay open for the many rounds of a world.
 *
 * ROUNDS: how many, at most MOST; files lie in memory, where there is no TMPDIR that says
 * otherwise.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/house.h"
#include "tests/unit/worlds/anyworld.h"
#include "tests/unit/worlds/model.h"

enum {
	SHORT = 300,
	MOST = 100000,
	ROUNDS_OF_WORLD = 50,
	AGAIN_PERCENT = 30, /* of the events come under other numbers, too */
	DELIVERIES_MAX = 4 * ANYWORLD_EVENTS,
	COMMIT_ROUNDS = 25,
};

static const char joined[] = "namespaces: {one: people, two: people}\n";
static const char *const sources[] = { "one", "two" };
static const char *const streams[] = { "a", "b", "c" };
enum { SOURCES = 2, STREAMS = 3 };

struct life {
	struct house house;
	struct anyworld world;
	struct tally *expected;
	size_t n_expected;
	uint64_t next[SOURCES][STREAMS];
	struct tallies_read before;
};

static uint32_t rounds_wanted(void)
{
	const char *rounds = getenv("ROUNDS");
	unsigned long n = rounds ? strtoul(rounds, NULL, 10) : 0;

	if (!rounds || !*rounds)
		return SHORT;
	return n < MOST ? (uint32_t)n : MOST;
}

static void expect(struct life *life)
{
	struct model_event events[ANYWORLD_EVENTS];
	struct model model;

	for (uint32_t i = 0; i < life->world.n; i++)
		events[i] = (struct model_event){ "people", life->world.events[i] };
	model_make(&model, life->world.catalogue, events, life->world.n, INT64_MAX);
	life->expected = model_tallies(&model, &life->n_expected);
	model_free(&model);
}

static void begin(struct life *life, uint32_t w)
{
	*life = (struct life){ 0 };
	chance_of_world(w);
	anyworld_make(&life->world);
	expect(life);
	house_open(&life->house, joined, life->world.text);
	life->house.clock = ANYWORLD_CLOCK;
	house_ledger_open(&life->house, "ledger", INT64_MAX);
	for (int s = 0; s < SOURCES; s++)
		for (int t = 0; t < STREAMS; t++)
			life->next[s][t] = 1;
}

static void end(struct life *life)
{
	tallies_free(&life->before);
	house_close(&life->house);
	free(life->expected);
	anyworld_free(&life->world);
}

/* Every event once, some of them more often, in any order, of learners of this round. */
static uint32_t deal(const struct life *life, uint32_t round, struct event *ret_events,
		     char ids[static DELIVERIES_MAX][64])
{
	uint32_t order[DELIVERIES_MAX], n = 0;

	for (uint32_t i = 0; i < life->world.n; i++)
		do
			order[n++] = i;
		while (n < DELIVERIES_MAX - life->world.n && chance_of(AGAIN_PERCENT));
	chance_shuffle(order, n, sizeof(order[0]));
	for (uint32_t i = 0; i < n; i++) {
		const struct event *event = &life->world.events[order[i]];
		int size = snprintf(ids[i], 64, "%u/%.*s", round, (int)event->learner.size,
				    event->learner.data);

		assert_in_range(size, 1, 63);
		ret_events[i] = *event;
		ret_events[i].learner = text_of(ids[i]);
	}
	return n;
}

static void apply(struct life *life)
{
	uint64_t added;
	bool more = true;

	assert_int_equal(journal_commit(life->house.journal), 0);
	while (more)
		assert_int_equal(ledger_apply(life->house.ledger, 0, &more, &added), 0);
}

static void send_all(struct life *life, const struct event *events, uint32_t n)
{
	uint32_t batch_max = 1 + chance(chance_of(50) ? 4 : n);

	for (uint32_t at = 0, size; at < n; at += size) {
		uint32_t source = chance(SOURCES), stream = chance(STREAMS);
		uint64_t *seq = &life->next[source][stream];
		uint32_t times = 1 + chance_of(20); /* the batch itself comes again */

		size = 1 + chance(batch_max);
		size = size < n - at ? size : n - at;
		for (uint32_t t = 0; t < times; t++) {
			assert_int_equal(house_send(&life->house, sources[source], streams[stream],
						    *seq, events + at, size),
					 0);
			assert_int_equal(life->house.gate->last.n_rejected, 0);
			assert_int_equal(life->house.gate->last.n_resent, t ? size : 0);
		}
		*seq += size;
		if (chance(n) < size) /* about once a round */
			apply(life);
	}
	apply(life);
	assert_int_equal(ledger_applied(life->house.ledger), journal_last(life->house.journal));
}

/* What has been added to the tallies since the last time. */
static struct tally *take_difference(struct life *life, size_t *ret_n)
{
	struct tallies now_from = ledger_tallies(life->house.ledger);
	struct tallies_read now, *before = &life->before;
	struct tally *added;
	size_t n = 0, b = 0;

	tallies_read(&now_from, life->house.catalogue, &now);
	added = calloc(now.n + before->n + 1, sizeof(*added));
	assert_non_null(added);
	for (size_t i = 0; i < now.n || b < before->n;) {
		int order = i == now.n ? 1
			    : b == before->n
				    ? -1
				    : tally_compare(&now.items[i].key, &before->items[b].key);
		struct tally tally =
			order <= 0 ? now.items[i++] : (struct tally){ before->items[b].key, 0 };

		if (order >= 0)
			tally.n -= before->items[b++].n;
		if (tally.n != 0)
			added[n++] = tally;
	}
	tallies_free(before);
	*before = now;
	*ret_n = n;
	return added;
}

static void live_once(struct life *life, uint32_t round)
{
	static char ids[DELIVERIES_MAX][64];
	struct event events[DELIVERIES_MAX];
	uint32_t n = deal(life, round, events, ids);
	struct tally *added;
	char when[32];
	size_t n_added;

	send_all(life, events, n);
	added = take_difference(life, &n_added);
	snprintf(when, sizeof(when), "round %u", round);
	assert_tallies_equal(added, n_added, life->expected, life->n_expected, when);
	free(added);
	if (round % COMMIT_ROUNDS == 0)
		assert_int_equal(ledger_commit(life->house.ledger), 0);
}

static void any_order_doubling_and_splitting_adds_the_same_tallies(void **state)
{
	uint32_t rounds = rounds_wanted();
	struct life life;

	(void)state;
	for (uint32_t round = 0; round < rounds; round++) {
		if (round % ROUNDS_OF_WORLD == 0)
			begin(&life, round / ROUNDS_OF_WORLD);
		live_once(&life, round);
		if ((round + 1) % ROUNDS_OF_WORLD == 0 || round + 1 == rounds)
			end(&life);
	}
	print_message("orders: %u rounds, worlds of %d rounds each\n", rounds, ROUNDS_OF_WORLD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_order_doubling_and_splitting_adds_the_same_tallies),
	};

	if (access("/dev/shm", W_OK) == 0)
		setenv("TMPDIR", "/dev/shm", 0);
	chance_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
