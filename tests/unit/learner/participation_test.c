/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Time spent, enrolment, and who takes part in a programme as what, from where (METRICS 3 to 5),
 * case by case.
 */
#include "tests/unit/learner/told.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#define PLACES                                                      \
	"timezone: Europe/Oslo\n"                                   \
	"dimensions: {role: [nurse, carer], shift: [day, night]}\n" \
	"regions: [{code: nord}, {code: rana, parents: [nord]}, {code: bodo}]\n"
#define MODULES "modules: [{id: a, minutes: 45}, {id: b, minutes: 60}, {id: c}]\n"

struct told {
	const char *why, *programme, *facts, *expected;
};

static void check_module(const struct told *told, uint64_t facets)
{
	told_check(told->why, PLACES MODULES, told->facts, KIND_MODULE, facets, told->expected);
}

static void check_programmes(const struct told *told, size_t n, uint64_t facets)
{
	char text[1024];

	for (size_t i = 0; i < n; i++) {
		snprintf(text, sizeof(text), PLACES MODULES "programmes: [{id: p, %s}]\n",
			 told[i].programme);
		told_check(told[i].why, text, told[i].facts, KIND_PROGRAMME, facets,
			   told[i].expected);
	}
}

#define N_OF(cases) (sizeof(cases) / sizeof((cases)[0]))

/* Time. */

static const uint64_t months =
	BIT(FACET_MONTH_LEARNERS) | BIT(FACET_MONTH_MINUTES) | BIT(FACET_MONTH_HOURS);

static void minutes_of_a_month_make_whole_hours_together(void **state)
{
	static const struct told cases[] = {
		{ "two of a month, one of the next", NULL,
		  "attended:50 a 2026-03-01T12:00+01:00, attended:50 a 2026-03-31T23:59+02:00, "
		  "attended:59 a 2026-04-01T00:00+02:00",
		  " month 2026-03, month 2026-04, minutes 2026-03 *100, minutes 2026-04 *59, "
		  "whole 2026-03, hours 3," },
		{ "the month is that of the local day on which it began", NULL,
		  "attended:60 a 2026-02-28T23:00Z, attended:10080 a 2026-01-31T22:59:59.999Z",
		  " month 2026-01, month 2026-03, minutes 2026-01 *10080, minutes 2026-03 *60, "
		  "whole 2026-01 *168, whole 2026-03, hours 2," },
		{ "other minutes at the same moment are another fact", NULL,
		  "attended:30 a 2026-03-01T12:00+01:00, attended:31 a 2026-03-01T12:00+01:00",
		  " month 2026-03, minutes 2026-03 *61, whole 2026-03, hours 2," },
		{ "the same from another place is one", NULL,
		  "attended:30 a 2026-03-01T12:00+01:00, attended:30 a@bodo 2026-03-01T12:00+01:00",
		  " month 2026-03, minutes 2026-03 *30, hours 1," },
		{ "what is taken back by its minutes leaves the other", NULL,
		  "attended:30 a 2026-03-01T12:00+01:00, attended:31 a 2026-03-01T13:00+01:00, "
		  "attended-not:30 a 2026-03-02T12:00+01:00",
		  " month 2026-03, minutes 2026-03 *31, hours 1," },
		{ "what is taken back by its type leaves the rest", NULL,
		  "attended:30 a 2026-03-01T12:00+01:00, attended:31 a 2026-03-01T13:00+01:00, "
		  "attended-not a 2026-03-01T12:30+01:00",
		  " month 2026-03, minutes 2026-03 *31, hours 1," },
	};

	(void)state;
	for (size_t i = 0; i < N_OF(cases); i++)
		check_module(&cases[i], months);
}

static void presence_is_evidence_of_a_start_and_is_later_than_a_withdrawal(void **state)
{
	static const struct told cases[] = {
		{ "a start", NULL, "attended:30 a 2026-03-01T12:00+01:00",
		  " started 2026-03-01, last 2026-03-01, open 2026-03-01, hours 1," },
		{ "to be enrolled later is not to have done something last", NULL,
		  "attended:30 a 2026-03-01T12:00+01:00, admitted a 2026-03-09T12:00+01:00",
		  " started 2026-03-01, last 2026-03-01, open 2026-03-01, hours 1," },
		{ "back again", NULL,
		  "withdrawn a 2026-03-01T12:00+01:00, attended:30 a 2026-03-02T12:00+01:00",
		  " started 2026-03-02, last 2026-03-02, open 2026-03-02, hours 2," },
	};

	(void)state;
	for (size_t i = 0; i < N_OF(cases); i++)
		check_module(&cases[i], BIT(FACET_STARTED) | BIT(FACET_WITHDRAWN) |
						BIT(FACET_LAST) | BIT(FACET_OPEN));
}

static void a_programme_adds_its_modules_minutes_up_before_it_makes_hours_of_them(void **state)
{
	static const struct told cases[] = {
		{ "two modules", "modules: [a, b]",
		  "attended:40 a 2026-03-01T12:00+01:00, attended:40 b 2026-03-02T12:00+01:00, "
		  "attended:40 c 2026-03-03T12:00+01:00",
		  " month 2026-03, minutes 2026-03 *80, whole 2026-03, by-minutes 0 *80, "
		  "by-minutes 257 *80, hours 2," },
		{ "its days", "modules: [a], from: 2026-03-02, to: 2026-03-03",
		  "attended:60 a 2026-03-01T23:59+01:00, attended:61 a 2026-03-02T00:00+01:00, "
		  "attended:62 a 2026-03-03T23:59+01:00, attended:63 a 2026-03-04T00:00+01:00",
		  " month 2026-03, minutes 2026-03 *123, whole 2026-03 *2, by-minutes 0 *123, "
		  "by-minutes 257 *123, hours 2," },
		{ "the nominal minutes of what is done", "modules: [a, b, c], complete: 3",
		  "completed a 2026-03-01T12:00+01:00, completed b 2026-03-01T12:00+01:00, "
		  "completed b 2026-03-02T12:00+01:00, started c 2026-03-02T12:00+01:00",
		  " nominal *105, hours 4," },
		{ "minutes of who is no member", "modules: [a], members: enrolled",
		  "attended:60 a 2026-03-01T12:00+01:00, completed a 2026-03-01T12:00+01:00", "" },
	};

	(void)state;
	check_programmes(cases, N_OF(cases), months | BIT(FACET_NOMINAL) | BIT(FACET_BY_MINUTES));
}

/* Enrolment. */

static const uint64_t enrolment = BIT(FACET_STARTED) | BIT(FACET_COMPLETED) | BIT(FACET_WITHDRAWN) |
				  BIT(FACET_ENROLLED) | BIT(FACET_NOT_STARTED);

static void who_is_enrolled_in_a_module_is_so_by_the_latest_and_furthest_state(void **state)
{
	static const struct told cases[] = {
		{ "one state", NULL, "applied a 2026-03-01T12:00+01:00", " enrolled applied," },
		{ "admitted, and nothing begun", NULL, "admitted a 2026-03-01T12:00+01:00",
		  " enrolled admitted, not-started," },
		{ "the furthest of one moment", NULL,
		  "admitted a 2026-03-01T12:00+01:00, applied a 2026-03-01T12:00+01:00, "
		  "waiting a 2026-03-01T12:00+01:00",
		  " enrolled admitted, not-started," },
		{ "the latest, be it less", NULL,
		  "admitted a 2026-03-01T12:00+01:00, waiting a 2026-03-02T12:00+01:00",
		  " enrolled waiting," },
		{ "admitted, and begun", NULL,
		  "admitted a 2026-03-01T12:00+01:00, attended:30 a 2026-03-02T12:00+01:00",
		  " started 2026-03-02, enrolled admitted, hours 1," },
		{ "to be enrolled is not to do something", NULL,
		  "started a 2026-03-01T12:00+01:00, admitted a 2026-04-02T12:00+02:00",
		  " started 2026-03-01, enrolled admitted, hours 1," },
		{ "who has withdrawn is not enrolled, nor anything", NULL,
		  "admitted a 2026-03-01T12:00+01:00, withdrawn a 2026-03-02T12:00+01:00", "" },
		{ "at one moment withdrawing is the last word", NULL,
		  "admitted a 2026-03-01T12:00+01:00, withdrawn a 2026-03-01T12:00+01:00", "" },
		{ "who is enrolled later is back", NULL,
		  "started a 2026-03-01T12:00+01:00, withdrawn a 2026-03-02T12:00+01:00, "
		  "applied a 2026-03-03T12:00+01:00",
		  " started 2026-03-01, enrolled applied, hours 2," },
		{ "who does something after leaving is still what it was", NULL,
		  "admitted a 2026-03-01T12:00+01:00, withdrawn a 2026-03-02T12:00+01:00, "
		  "started a 2026-03-03T12:00+01:00",
		  " started 2026-03-03, enrolled admitted, hours 2," },
		{ "who is done stays", NULL,
		  "admitted a 2026-03-01T12:00+01:00, completed a 2026-03-02T12:00+01:00, "
		  "withdrawn a 2026-03-03T12:00+01:00",
		  " started 2026-03-02, completed 2026-03-02, enrolled admitted, hours 2," },
		{ "what is taken back by its state leaves the others", NULL,
		  "waiting a 2026-03-01T12:00+01:00, admitted a 2026-03-02T12:00+01:00, "
		  "admitted-not a 2026-03-02T12:00+01:00",
		  " enrolled waiting," },
		{ "what is taken back by its type leaves none", NULL,
		  "waiting a 2026-03-01T12:00+01:00, admitted a 2026-03-02T12:00+01:00, "
		  "enrolled-not a 2026-03-02T12:00+01:00",
		  "" },
	};

	(void)state;
	for (size_t i = 0; i < N_OF(cases); i++)
		check_module(&cases[i], enrolment);
}

static void who_is_enrolled_in_a_programme_is_so_in_the_furthest_of_its_modules(void **state)
{
	static const struct told cases[] = {
		{ "the furthest", "modules: [a, b]",
		  "admitted a 2026-03-01T12:00+01:00, applied b 2026-03-02T12:00+01:00",
		  " enrolled admitted, not-started," },
		{ "who has left the one is in the other", "modules: [a, b]",
		  "admitted a 2026-03-01T12:00+01:00, applied b 2026-03-02T12:00+01:00, "
		  "withdrawn a 2026-03-03T12:00+01:00",
		  " enrolled applied," },
		{ "a start in one of them", "modules: [a, b]",
		  "admitted a 2026-03-01T12:00+01:00, started b 2026-03-02T12:00+01:00",
		  " started 2026-03-02, enrolled admitted, hours 1," },
		{ "not before its first day", "modules: [a], from: 2026-03-02",
		  "admitted a 2026-03-01T12:00+01:00", "" },
	};

	(void)state;
	check_programmes(cases, N_OF(cases), enrolment);
}

static void what_is_said_of_the_module_that_admits_is_said_of_the_programme(void **state)
{
	static const struct told cases[] = {
		{ "ahead of the first day", "modules: [a], admission: c, from: 2026-03-02",
		  "admitted c 2025-06-01T12:00+02:00", " enrolled admitted, not-started," },
		{ "not behind the last", "modules: [a], admission: c, to: 2026-03-02",
		  "applied c 2026-03-02T23:59+01:00, admitted c 2026-03-03T00:00+01:00",
		  " enrolled applied," },
		{ "its other facts count for nothing", "modules: [a], admission: c",
		  "completed c 2026-03-01T12:00+01:00, attended:60 c 2026-03-02T12:00+01:00", "" },
		{ "who withdraws from it leaves the programme", "modules: [a], admission: c",
		  "admitted c 2026-03-01T12:00+01:00, started a 2026-03-02T12:00+01:00, "
		  "withdrawn c 2026-03-03T12:00+01:00",
		  " started 2026-03-02, withdrawn, hours 1," },
		{ "who does something in another module after that has left",
		  "modules: [a], admission: c",
		  "withdrawn c 2026-03-03T12:00+01:00, started a 2026-03-04T12:00+01:00",
		  " started 2026-03-04, withdrawn, hours 1," },
		{ "leaving another module is not leaving it", "modules: [a, b], admission: c",
		  "admitted c 2026-03-01T12:00+01:00, started a 2026-03-02T12:00+01:00, "
		  "withdrawn a 2026-03-03T12:00+01:00",
		  " started 2026-03-02, enrolled admitted, hours 2," },
		{ "who has completed stays", "modules: [a], admission: c",
		  "admitted c 2026-03-01T12:00+01:00, completed a 2026-03-02T12:00+01:00, "
		  "withdrawn c 2026-03-03T12:00+01:00",
		  " started 2026-03-02, completed 2026-03-02, enrolled admitted, hours 1," },
		{ "to be enrolled in another module is not to be in it",
		  "modules: [a], admission: c",
		  "admitted a 2026-03-01T12:00+01:00, applied c 2026-03-01T12:00+01:00",
		  " enrolled applied," },
		{ "one of the programme's own modules", "modules: [a, b], admission: a",
		  "applied a 2026-03-01T12:00+01:00, started a 2026-03-02T12:00+01:00, "
		  "admitted b 2026-03-03T12:00+01:00",
		  " started 2026-03-02, enrolled applied, hours 1," },
		{ "one of its own: only said of it is who has left",
		  "modules: [a, b], admission: a",
		  "started a 2026-03-02T12:00+01:00, withdrawn a 2026-03-03T12:00+01:00, "
		  "completed a 2026-03-04T12:00+01:00",
		  " started 2026-03-02, withdrawn, hours 3," },
	};

	(void)state;
	check_programmes(cases, N_OF(cases), enrolment);
}

static void participants_of_a_programme_for_members_are_or_were_admitted(void **state)
{
	static const struct told cases[] = {
		{ "who takes a single course is none", "modules: [a], members: enrolled",
		  "completed a 2026-03-01T12:00+01:00", "" },
		{ "who waits is none, but waits", "modules: [a, b], members: enrolled",
		  "completed a 2026-03-01T12:00+01:00, waiting b 2026-03-01T12:00+01:00",
		  " enrolled waiting," },
		{ "who is admitted to one is one in all", "modules: [a, b], members: enrolled",
		  "started a 2026-03-01T12:00+01:00, admitted b 2026-03-05T12:00+01:00",
		  " started 2026-03-01, enrolled admitted, hours 1," },
		{ "who leaves stays one who has left", "modules: [a], members: enrolled",
		  "admitted a 2026-03-01T12:00+01:00, started a 2026-03-02T12:00+01:00, "
		  "withdrawn a 2026-03-03T12:00+01:00",
		  " started 2026-03-02, withdrawn, hours 2," },
		{ "who was admitted and waits again is none", "modules: [a], members: enrolled",
		  "admitted a 2026-03-01T12:00+01:00, started a 2026-03-02T12:00+01:00, "
		  "waiting a 2026-03-03T12:00+01:00",
		  " enrolled waiting," },
		{ "by the module that admits", "modules: [a], members: enrolled, admission: c",
		  "admitted a 2026-03-01T12:00+01:00, started a 2026-03-02T12:00+01:00, "
		  "applied c 2026-03-03T12:00+01:00",
		  " enrolled applied," },
		{ "by the module that admits, and left",
		  "modules: [a], members: enrolled, admission: c",
		  "admitted c 2026-03-01T12:00+01:00, started a 2026-03-02T12:00+01:00, "
		  "withdrawn c 2026-03-03T12:00+01:00",
		  " started 2026-03-02, withdrawn, hours 1," },
	};

	(void)state;
	check_programmes(cases, N_OF(cases), enrolment);
}

/* Done. */

static void a_module_may_be_done_by_passing(void **state)
{
	static const struct told cases[] = {
		{ "the first pass of each", "modules: [a, b], done_by: passed",
		  "failed a 2026-03-01T12:00+01:00, passed a 2026-03-02T12:00+01:00, "
		  "passed a 2026-03-09T12:00+01:00, 0.6 b 2026-03-03T12:00+01:00",
		  " started 2026-03-01, completed 2026-03-03, hours 4," },
		{ "to complete is not to pass", "modules: [a], done_by: passed",
		  "completed a 2026-03-01T12:00+01:00", " started 2026-03-01, hours 1," },
		{ "nor the other way round", "modules: [a], done_by: completed",
		  "passed a 2026-03-01T12:00+01:00", " started 2026-03-01, hours 1," },
		{ "who has passed all has not withdrawn", "modules: [a], done_by: passed",
		  "passed a 2026-03-01T12:00+01:00, withdrawn a 2026-03-02T12:00+01:00",
		  " started 2026-03-01, completed 2026-03-01, hours 2," },
		{ "a pass outside its days", "modules: [a], done_by: passed, from: 2026-03-02",
		  "passed a 2026-03-01T12:00+01:00, started a 2026-03-02T12:00+01:00",
		  " started 2026-03-02, hours 1," },
	};

	(void)state;
	check_programmes(cases, N_OF(cases), enrolment);
}

/* Places. */

static void a_place_counts_from_when_it_joins_until_it_leaves(void **state)
{
	static const struct told cases[] = {
		{ "one that leaves keeps its history",
		  "modules: [a], regions: [{code: rana, to: 2026-03-02}]",
		  "started a 2026-03-02T23:59+01:00, completed a 2026-03-03T00:00+01:00",
		  " started 2026-03-02, hours 1," },
		{ "one that joins begins with its day",
		  "modules: [a], regions: [{code: rana, from: 2026-03-03}]",
		  "started a 2026-03-02T23:59+01:00, completed a 2026-03-03T00:00+01:00",
		  " started 2026-03-03, completed 2026-03-03, hours 1," },
		{ "one that comes back",
		  "modules: [a], regions: [{code: rana, to: 2026-03-01}, bodo, "
		  "{code: rana, from: 2026-03-05}]",
		  "started a 2026-03-01T12:00+01:00, started a 2026-03-03T12:00+01:00, "
		  "started a 2026-03-05T12:00+01:00",
		  " started 2026-03-01, hours 2," },
		{ "what one is below, too",
		  "modules: [a], regions: [{code: nord, to: 2026-03-01}, "
		  "{code: rana, from: 2026-03-05}]",
		  "started a 2026-03-01T12:00+01:00, started a 2026-03-03T12:00+01:00, "
		  "started a 2026-03-05T12:00+01:00",
		  " started 2026-03-01, hours 2," },
		{ "not outside the programme's days",
		  "modules: [a], to: 2026-03-02, regions: [{code: rana, from: 2026-03-02}]",
		  "started a 2026-03-01T12:00+01:00, started a 2026-03-02T12:00+01:00, "
		  "started a 2026-03-03T12:00+01:00",
		  " started 2026-03-02, hours 1," },
		{ "admission is ahead of a place's first day, and not behind its last",
		  "modules: [a], admission: c, regions: [{code: rana, from: 2026-03-02, "
		  "to: 2026-03-04}]",
		  "applied c 2026-02-01T12:00+01:00, admitted c 2026-03-05T12:00+01:00",
		  " enrolled applied," },
		{ "the home is the latest", "modules: [a], regions: [rana]",
		  "started a 2026-03-01T12:00+01:00, started a@bodo 2026-03-02T12:00+01:00", "" },
	};

	(void)state;
	check_programmes(cases, N_OF(cases), enrolment);
}

static void with_the_profile_at_entry_a_fact_counts_where_one_was_at_home_then(void **state)
{
	static const struct told cases[] = {
		{ "who moves away stays", "modules: [a], profile: entry, regions: [rana]",
		  "started a 2026-03-01T12:00+01:00, completed a@bodo 2026-03-02T12:00+01:00",
		  " started 2026-03-01, hours 1," },
		{ "who comes begins with the move, and is from there",
		  "modules: [a], profile: entry, regions: [bodo]",
		  "started a 2026-03-01T12:00+01:00, completed a@bodo 2026-03-02T12:00+01:00",
		  " at bodo: started 2026-03-02, completed 2026-03-02, hours 1," },
		{ "what another module tells of the home",
		  "modules: [a], profile: entry, regions: [bodo]",
		  "started c 2026-03-01T12:00+01:00, completed c@bodo 2026-03-02T12:00+01:00, "
		  "started a 2026-03-03T12:00+01:00",
		  "" },
		{ "at one moment the greater text of two",
		  "modules: [a], profile: entry, regions: [bodo]",
		  "started a 2026-03-01T12:00+01:00, attended:30 a@bodo 2026-03-01T12:00+01:00",
		  "" },
		{ "who is enrolled is where the first enrolment was",
		  "modules: [a], profile: entry",
		  "applied a@bodo 2026-03-01T12:00+01:00, admitted a 2026-03-02T12:00+01:00",
		  " at bodo: enrolled admitted, not-started," },
		{ "a withdrawal is no entry", "modules: [a], profile: entry",
		  "withdrawn a@bodo 2026-03-01T12:00+01:00, admitted a 2026-03-02T12:00+01:00, "
		  "started a 2026-03-03T12:00+01:00",
		  " started 2026-03-03, enrolled admitted, hours 2," },
		{ "an enrolment ahead of the first fact is no entry",
		  "modules: [a], profile: entry",
		  "admitted a@bodo 2026-03-01T12:00+01:00, started a 2026-03-02T12:00+01:00, "
		  "started a@bodo 2026-03-03T12:00+01:00",
		  " started 2026-03-02, enrolled admitted, hours 2," },
		{ "an enrolment counts by where one was at home",
		  "modules: [a], profile: entry, "
		  "regions: [rana]",
		  "applied a 2026-03-01T12:00+01:00, admitted a@bodo 2026-03-02T12:00+01:00",
		  " enrolled applied," },
		{ "the admission, too",
		  "modules: [a], profile: entry, admission: c, regions: [rana]",
		  "applied c 2026-03-01T12:00+01:00, admitted c@bodo 2026-03-02T12:00+01:00",
		  " enrolled applied," },
	};

	(void)state;
	check_programmes(cases, N_OF(cases), enrolment);
}

static void one_who_has_moved_is_counted_by_the_values_at_entry(void **state)
{
	static const struct told cases[] = {
		{ "at entry", "modules: [a], profile: entry",
		  "started a 2026-03-01T12:00+01:00, completed a@bodo 2026-03-02T12:00+01:00",
		  " moved 0 0>1, by 0, by 257, by-completed 0, by-completed 257, "
		  "from bodo, hours 2," },
		{ "as of now", "modules: [a], profile: latest",
		  "started a 2026-03-01T12:00+01:00, completed a@bodo 2026-03-02T12:00+01:00",
		  " at bodo: moved 0 0>1, by 1, by 257, by-completed 1, by-completed 257, "
		  "from rana, hours 2," },
		{ "where nothing is said there are no moves", "modules: [a]",
		  "started a 2026-03-01T12:00+01:00, completed a@bodo 2026-03-02T12:00+01:00",
		  " at bodo: by 1, by 257, by-completed 1, by-completed 257, from rana, hours 2," },
		{ "what was not claimed by then is as it was claimed first, later",
		  "modules: [a], profile: entry",
		  "started a@bodo 2026-03-01T12:00+01:00, started c 2026-03-02T12:00+01:00",
		  " at bodo: moved 0 1>0, by 1, by 257, hours 1," },
		{ "what was claimed at that moment, too", "modules: [a], profile: entry",
		  "started a@bodo 2026-03-01T12:00+01:00, started c 2026-03-01T12:00+01:00",
		  " by 0, by 257, from bodo, hours 1," },
		{ "who is no participant has not moved", "modules: [a], profile: entry",
		  "admitted a@bodo 2026-03-01T12:00+01:00, started c 2026-03-02T12:00+01:00",
		  " at bodo:" },
		{ "who never said it is unknown", "modules: [a], profile: entry",
		  "started a@nord 2026-03-01T12:00+01:00", " at nord: by 2, by 258, hours 1," },
	};

	(void)state;
	check_programmes(cases, N_OF(cases),
			 BIT(FACET_MOVED) | BIT(FACET_BY_STARTED) | BIT(FACET_BY_COMPLETED) |
				 BIT(FACET_FROM));
}

/* Targets. */

static void a_target_counts_the_admitted_hours_and_attributes_as_the_programme_does(void **state)
{
#define TARGETS                                                                          \
	"targets: [{measure: participants, value: 1}, {measure: admitted, value: 1}, "   \
	"{measure: hours, value: 1}, {measure: hours, value: 1, where: {role: nurse}}, " \
	"{measure: admitted, value: 1, where: {role: carer}}, "                          \
	"{measure: completed, value: 1}]"
	static const struct told cases[] = {
		{ "admitted, no participant", "modules: [a], " TARGETS,
		  "admitted a 2026-03-01T12:00+01:00", " target 1," },
		{ "whole hours, month by month", "modules: [a, b], " TARGETS,
		  "attended:90 a 2026-03-01T12:00+01:00, attended:90 b 2026-03-01T12:00+01:00, "
		  "attended:119 b 2026-04-01T12:00+02:00",
		  " target 0, target 2 *4, target 3 *4, hours 3," },
		{ "who has left is not admitted", "modules: [a], " TARGETS,
		  "admitted a 2026-03-01T12:00+01:00, started a 2026-03-01T12:00+01:00, "
		  "withdrawn a 2026-03-02T12:00+01:00",
		  " target 0, hours 2," },
		{ "hours of who is no member", "modules: [a], members: enrolled, " TARGETS,
		  "attended:90 a 2026-03-01T12:00+01:00, applied a 2026-03-02T12:00+01:00", "" },
		{ "completed by who is no member", "modules: [a], members: enrolled, " TARGETS,
		  "completed a 2026-03-01T12:00+01:00, applied a 2026-03-02T12:00+01:00", "" },
		{ "completed", "modules: [a], " TARGETS, "completed a 2026-03-01T12:00+01:00",
		  " target 0, target 5, hours 1," },
		{ "the value at entry", "modules: [a], profile: entry, " TARGETS,
		  "admitted a@bodo 2026-03-01T12:00+01:00, attended:60 c 2026-03-02T12:00+01:00",
		  " at bodo: target 1, target 4," },
		{ "the value of now", "modules: [a], " TARGETS,
		  "admitted a@bodo 2026-03-01T12:00+01:00, attended:60 c 2026-03-02T12:00+01:00",
		  " target 1," },
	};

	(void)state;
	check_programmes(cases, N_OF(cases), BIT(FACET_TARGET));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(minutes_of_a_month_make_whole_hours_together),
		cmocka_unit_test(presence_is_evidence_of_a_start_and_is_later_than_a_withdrawal),
		cmocka_unit_test(
			a_programme_adds_its_modules_minutes_up_before_it_makes_hours_of_them),
		cmocka_unit_test(
			who_is_enrolled_in_a_module_is_so_by_the_latest_and_furthest_state),
		cmocka_unit_test(
			who_is_enrolled_in_a_programme_is_so_in_the_furthest_of_its_modules),
		cmocka_unit_test(what_is_said_of_the_module_that_admits_is_said_of_the_programme),
		cmocka_unit_test(participants_of_a_programme_for_members_are_or_were_admitted),
		cmocka_unit_test(a_module_may_be_done_by_passing),
		cmocka_unit_test(a_place_counts_from_when_it_joins_until_it_leaves),
		cmocka_unit_test(
			with_the_profile_at_entry_a_fact_counts_where_one_was_at_home_then),
		cmocka_unit_test(one_who_has_moved_is_counted_by_the_values_at_entry),
		cmocka_unit_test(
			a_target_counts_the_admitted_hours_and_attributes_as_the_programme_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
