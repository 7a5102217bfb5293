/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The k-th call that touches a file of the state fails: at the start, under load, in the ledger.
 * Once, or from then on.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/e2e/check.h"
#include "tests/seed.h"
#include "tests/torture/subject.h"

enum {
	EVENTS = 600,
	BATCH = 2,
	WINDOW = 1,
	EXPORT_EVERY = 100 /* acks */,
	FIRST_KS = 2000,
	STUCK_NACKS = 6,
	EXPORT_MS = 300,
	MOVE_MS = 30000,
	/* A window of one batch: those of a source are committed one after another, each by a write
	   and a sync at least. */
	CERTAIN_CALLS = 2 * EVENTS / BATCH
};

static const struct fault_kind {
	int kind, lasting;
	const char *name;
} kinds[] = {
	{ EIO, 0, "EIO" },
	{ ENOSPC, 0, "ENOSPC" },
	{ FAULT_SHORT, 0, "short" },
	{ ENOSPC, 1, "ENOSPC from then on" },
	{ EIO, 1, "EIO from then on" },
	{ EROFS, 1, "EROFS from then on" },
};
enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

static const char *const call_names[] = {
#define X(name) #name,
	FAULT_CALLS(X)
#undef X
};

/* Feed it until all is taken, it ends, or it refuses for good; ask for figures meanwhile, so that
 * the ledger commits. */
static void feed(struct subject *subject, struct load *load)
{
	uint64_t next_export = load->acks + EXPORT_EVERY, nacks = load->nacks;
	int64_t end_ms = clock_ms() + MOVE_MS;

	load_connect(load, subject->daemon->intake);
	while (!load_is_done(load) && !subject_has_ended(subject) &&
	       load->nacks < nacks + STUCK_NACKS) {
		load_step(load, 20);
		if (load->acks >= next_export && atomic_load(&subject->faults->hits) == 0) {
			free(subject_export(subject, EXPORT_MS));
			next_export = load->acks + EXPORT_EVERY;
		}
		if (clock_ms() > end_ms)
			fail_msg("it neither takes, refuses nor ends; it said:\n%s",
				 file_text(subject->daemon->log, NULL));
	}
	while (load_step(load, 0) > 0)
		;
	load_disconnect(load);
}

static void ask(struct subject *subject, const struct fault_kind *kind, uint64_t k)
{
	subject_heal(subject);
	atomic_store(&subject->faults->which, FAULT_ALL);
	atomic_store(&subject->faults->kind, kind->kind);
	atomic_store(&subject->faults->lasting, kind->lasting);
	atomic_store(&subject->faults->at, k);
}

/* One that the fault has stopped says why, and ends by itself: never by a signal. */
static bool ended_badly(struct subject *subject)
{
	bool ended = subject_has_ended(subject);

	return ended && !subject_said_why(subject);
}

/* True where the fault was met. */
static bool one_fault(const struct fault_kind *kind, uint64_t k, struct load *load,
		      const char *expected, struct findings *findings)
{
	struct findings before = *findings;
	struct subject subject;
	bool met;
	int call;

	subject_open(&subject, "");
	ask(&subject, kind, k);
	if (subject_start(&subject))
		feed(&subject, load);
	met = atomic_load(&subject.faults->hits) > 0;
	call = atomic_load(&subject.faults->hit);
	if (ended_badly(&subject)) {
		findings->wrong++;
		print_error("it ended with status %d; it said:\n%s\n", subject.status,
			    file_text(subject.daemon->log, NULL));
	}
	subject_stop(&subject);
	if (subject.status > 1) {
		findings->wrong++;
		print_error("it stopped with status %d\n", subject.status);
	}
	subject_settle(&subject, load, expected, findings);
	if (findings->lost != before.lost || findings->twice != before.twice ||
	    findings->wrong != before.wrong)
		print_error("call %llu, %s: %s\n", (unsigned long long)k, call_names[call],
			    kind->name);
	subject_close(&subject);
	return met;
}

/* How many calls a load makes that nothing disturbs. */
static uint64_t count_calls(struct load *load)
{
	struct subject subject;
	uint64_t calls;

	subject_open(&subject, "");
	atomic_store(&subject.faults->which, FAULT_ALL);
	assert_true(subject_start(&subject));
	feed(&subject, load);
	assert_true(load_is_done(load));
	subject_stop(&subject);
	calls = atomic_load(&subject.faults->calls);
	subject_close(&subject);
	return calls;
}

static void a_call_that_fails_loses_nothing_and_spoils_no_figure(void **state)
{
	uint64_t seed = test_seed() & UINT32_MAX, calls, span, missed = 0;
	struct findings findings = { 0 };
	struct load *load = malloc(sizeof(*load));
	char detail[128], *expected;
	unsigned rounds;
	bool met;

	(void)state;
	assert_non_null(load);
	load_init(load, seed, EVENTS, BATCH, WINDOW);
	expected = subject_expected(load);
	calls = count_calls(load);
	assert_true(calls >= CERTAIN_CALLS); /* else nothing stands in front of the daemon */
	span = calls < FIRST_KS ? calls : FIRST_KS;
	rounds = torture_rounds(KINDS, (unsigned)span + (calls > span ? 100 : 0));
	for (unsigned i = 0; i < rounds; i++) {
		uint64_t k = i + 1;

		/* All where that goes; else the start, which has few calls, and samples of the
		 * rest. */
		load_init(load, seed + i, EVENTS, BATCH, WINDOW);
		if (i >= span)
			k = span + 1 + load_draw(load, calls - span);
		else if (rounds < span && i % 3 != 0)
			k = 1 + load_draw(load, calls);
		else if (rounds < span)
			k = 1 + load_draw(load, 100);
		load->seed = seed;
		met = one_fault(&kinds[i % KINDS], k, load, expected, &findings);
		/* Another run may make fewer calls than the first one did, but not so few. */
		if (!met && k <= CERTAIN_CALLS)
			fail_msg("call %llu was not met", (unsigned long long)k);
		missed += !met;
		findings.rounds++;
	}
	snprintf(detail, sizeof(detail), "calls=%llu not met=%llu seed=%llu",
		 (unsigned long long)calls, (unsigned long long)missed, (unsigned long long)seed);
	free(load);
	free(expected);
	findings_say(&findings, "a call fails", detail);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_call_that_fails_loses_nothing_and_spoils_no_figure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
