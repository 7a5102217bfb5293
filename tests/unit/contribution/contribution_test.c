/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one learner adds in a programme and in a competence (METRICS 5 and 6), case by case.
 */
#include "tests/unit/learner/told.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* Programmes. */

#define PLACES                                                      \
	"timezone: Europe/Oslo\n"                                   \
	"dimensions: {role: [nurse, carer], shift: [day, night]}\n" \
	"regions: [{code: nord}, {code: rana, parents: [nord]}, {code: bodo}]\n"

static const uint64_t progress = BIT(FACET_STARTED) | BIT(FACET_COMPLETED) | BIT(FACET_WITHDRAWN) |
				 BIT(FACET_LAST) | BIT(FACET_OPEN);

/* In Oslo the clocks go on in the night of 2026-03-29, and back in that of 2026-10-25. */
static const struct {
	const char *why, *programme, *facts, *expected;
} programmes[] = {
	{ "from the first moment of a day", "modules: [a], from: 2026-03-29",
	  "started a 2026-03-28T23:59:59.999+01:00, started a 2026-03-29T00:00+01:00",
	  " started 2026-03-29, last 2026-03-29, open 2026-03-29, hours 1," },
	{ "to the last moment of a day of 25 hours", "modules: [a], to: 2026-10-25",
	  "started a 2026-10-25T23:59:59.999+01:00, started a 2026-10-26T00:00+01:00",
	  " started 2026-10-25, last 2026-10-25, open 2026-10-25, hours 1," },
	{ "one day of 23 hours, both ends inclusive",
	  "modules: [a], from: 2026-03-29, to: 2026-03-29",
	  "started a 2026-03-29T00:00+01:00, completed a 2026-03-29T23:59:59.999+02:00, "
	  "started a 2026-03-30T00:00+02:00, started a 2026-03-28T23:59:59.999+01:00",
	  " started 2026-03-29, completed 2026-03-29, last 2026-03-29, hours 2," },
	{ "nothing within the days", "modules: [a], from: 2026-03-02, to: 2026-03-03",
	  "started a 2026-03-01T12:00+01:00, completed a 2026-03-04T12:00+01:00", "" },
	{ "nothing but a withdrawal within the days", "modules: [a], from: 2026-03-02",
	  "started a 2026-03-01T12:00+01:00, withdrawn a 2026-03-04T12:00+01:00", "" },
	{ "nothing but withdrawals, in several modules", "modules: [a, b]",
	  "withdrawn a 2026-03-01T12:00+01:00, withdrawn b 2026-03-04T12:00+01:00", "" },
	{ "nothing in its modules", "modules: [a, b]", "completed c 2026-03-01T12:00+01:00", "" },
	{ "the second module completes it, in the order of time", "modules: [c, b, a], complete: 2",
	  "completed a 2026-03-03T12:00+01:00, completed b 2026-03-05T12:00+01:00, "
	  "completed c 2026-03-01T12:00+01:00",
	  " started 2026-03-01, completed 2026-03-03, last 2026-03-05, hours 3," },
	{ "a module that is completed twice is one", "modules: [a, b], complete: 2",
	  "completed a 2026-03-01T12:00+01:00, completed a 2026-03-02T12:00+01:00, "
	  "completed b 2026-03-09T12:00+01:00",
	  " started 2026-03-01, completed 2026-03-09, last 2026-03-09, hours 3," },
	{ "all of its modules, where nothing is said", "modules: [a, b]",
	  "completed a 2026-03-01T12:00+01:00, passed b 2026-03-02T12:00+01:00",
	  " started 2026-03-01, last 2026-03-02, open 2026-03-02, hours 2," },
	{ "a completion after its days", "modules: [a], to: 2026-03-04",
	  "started a 2026-03-01T12:00+01:00, completed a 2026-03-05T12:00+01:00",
	  " started 2026-03-01, last 2026-03-01, open 2026-03-01, hours 1," },
	{ "a completion before its days, and one within", "modules: [a], from: 2026-03-03",
	  "completed a 2026-03-01T12:00+01:00, completed a 2026-03-04T12:00+01:00",
	  " started 2026-03-04, completed 2026-03-04, last 2026-03-04, hours 1," },
	{ "withdrawn at the moment of another fact, in another module", "modules: [a, b]",
	  "started a 2026-03-01T12:00+01:00, withdrawn b 2026-03-01T12:00+01:00",
	  " started 2026-03-01, withdrawn, last 2026-03-01, hours 2," },
	{ "withdrawn from one module, later busy in another", "modules: [a, b]",
	  "started a 2026-03-01T12:00+01:00, withdrawn a 2026-03-02T12:00+01:00, "
	  "started b 2026-03-03T12:00+01:00",
	  " started 2026-03-01, last 2026-03-03, open 2026-03-03, hours 3," },
	{ "withdrawn after its days", "modules: [a], to: 2026-03-02",
	  "started a 2026-03-01T12:00+01:00, withdrawn a 2026-03-03T12:00+01:00",
	  " started 2026-03-01, last 2026-03-01, open 2026-03-01, hours 1," },
	{ "who has completed has not withdrawn", "modules: [a, b], complete: 1",
	  "completed a 2026-03-01T12:00+01:00, withdrawn b 2026-03-02T12:00+01:00",
	  " started 2026-03-01, completed 2026-03-01, last 2026-03-02, hours 2," },
	{ "a completion taken back by what came after its days", "modules: [a], to: 2026-03-02",
	  "started a 2026-03-01T12:00+01:00, completed a 2026-03-02T12:00+01:00, "
	  "completed-not a 2026-03-09T12:00+01:00",
	  " started 2026-03-01, last 2026-03-01, open 2026-03-01, hours 1," },
	{ "the same moment in two modules counts twice", "modules: [a, b]",
	  "started a 2026-03-01T12:00+01:00, started b 2026-03-01T12:00+01:00",
	  " started 2026-03-01, last 2026-03-01, open 2026-03-01, hours 2," },
	{ "for another place", "modules: [a], regions: [bodo]", "started a 2026-03-01T12:00+01:00",
	  "" },
	{ "for one's own place and others", "modules: [a], regions: [bodo, rana]",
	  "started a 2026-03-01T12:00+01:00",
	  " started 2026-03-01, last 2026-03-01, open 2026-03-01, hours 1," },
	{ "for what one's place is below", "modules: [a], regions: [nord]",
	  "started a 2026-03-01T12:00+01:00",
	  " started 2026-03-01, last 2026-03-01, open 2026-03-01, hours 1," },
	{ "for all", "modules: [a], regions: [all]", "started a 2026-03-01T12:00+01:00",
	  " started 2026-03-01, last 2026-03-01, open 2026-03-01, hours 1," },
};

static void check_programme(const char *why, const char *programme, const char *facts,
			    uint64_t facets, const char *expected)
{
	char text[1024];

	snprintf(text, sizeof(text),
		 PLACES "modules: [{id: a}, {id: b}, {id: c}]\nprogrammes: [{id: p, %s}]\n",
		 programme);
	told_check(why, text, facts, KIND_PROGRAMME, facets, expected);
}

static void a_programme_folds_as_the_definition_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(programmes) / sizeof(programmes[0]); i++)
		check_programme(programmes[i].why, programmes[i].programme, programmes[i].facts,
				progress, programmes[i].expected);
}

static void a_target_counts_who_has_its_measure_and_all_its_attributes(void **state)
{
	static const char targets[] =
		"modules: [a], targets: [{measure: participants, value: 1},"
		"{measure: participants, value: 1, where: {role: nurse}},"
		"{measure: participants, value: 1, where: {role: nurse, shift: day}},"
		"{measure: completed, value: 1, where: {shift: night, role: nurse}},"
		"{measure: completed, value: 1, where: {shift: unknown}},"
		"{measure: completed, value: 9}]";

	(void)state;
	check_programme("not completed", targets, "started a 2026-03-01T12:00+01:00",
			BIT(FACET_TARGET), " target 0, target 1, hours 1,");
	check_programme("completed", targets, "completed a 2026-03-01T12:00+01:00",
			BIT(FACET_TARGET), " target 0, target 1, target 3, target 5, hours 1,");
}

/* tally_by() of nurse is 0, of night 257. */
static void participants_and_completed_are_counted_by_each_value(void **state)
{
	(void)state;
	check_programme("not completed", "modules: [a]", "started a 2026-03-01T12:00+01:00",
			BIT(FACET_BY_STARTED) | BIT(FACET_BY_COMPLETED), " by 0, by 257, hours 1,");
	check_programme("completed", "modules: [a]", "completed a 2026-03-01T12:00+01:00",
			BIT(FACET_BY_STARTED) | BIT(FACET_BY_COMPLETED),
			" by 0, by 257, by-completed 0, by-completed 257, hours 1,");
}

/* At 00:01 on 2006-10-29 the clocks of St John's went back to 23:01 of the day before. */
static void days_count_where_they_do_not_rise_with_time(void **state)
{
	static const char facts[] =
		"started a 2006-10-29T00:00:30-02:30, completed a 2006-10-28T23:01:30-03:30";
	static const struct {
		const char *days, *expected;
	} cases[] = {
		{ "to: 2006-10-28",
		  " started 2006-10-28, completed 2006-10-28, last 2006-10-28, hours 1," },
		{ "from: 2006-10-29",
		  " started 2006-10-29, last 2006-10-29, open 2006-10-29, hours 1," },
	};
	char text[512];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(text, sizeof(text),
			 "timezone: America/St_Johns\n"
			 "dimensions: {role: [nurse], shift: [day, night]}\n"
			 "regions: [{code: rana}]\n"
			 "modules: [{id: a}]\n"
			 "programmes: [{id: p, modules: [a], %s}]\n",
			 cases[i].days);
		told_check(cases[i].days, text, facts, KIND_PROGRAMME, progress, cases[i].expected);
	}
}

/* Competences. */

#define MONTH	"{competence: k, valid_months: 1}"
#define YEAR	"{competence: k, valid_months: 12}"
#define EVER	"{competence: k}"
#define MONTH_3 "{competence: k, valid_months: 1, level: 3}"
#define YEAR_2	"{competence: k, valid_months: 12, level: 2}"

static const uint64_t validity = BIT(FACET_EARNED) | BIT(FACET_STRETCH) | BIT(FACET_LEVEL);

static const struct {
	const char *why, *grants_a, *grants_b, *facts, *expected;
} competences[] = {
	{ "a month from 31 January is February's last day", MONTH, "",
	  "completed a 2023-01-31T12:00+01:00",
	  " earned, stretch 0 2023-01-31..2023-02-28, level 1 2023-01-31..2023-02-28," },
	{ "in a leap year, too", MONTH, "", "completed a 2024-01-31T12:00+01:00",
	  " earned, stretch 0 2024-01-31..2024-02-29, level 1 2024-01-31..2024-02-29," },
	{ "a year from a leap day", YEAR, "", "completed a 2024-02-29T12:00+01:00",
	  " earned, stretch 0 2024-02-29..2025-02-28, level 1 2024-02-29..2025-02-28," },
	{ "four years from a leap day", "{competence: k, valid_months: 48}", "",
	  "completed a 2024-02-29T12:00+01:00",
	  " earned, stretch 0 2024-02-29..2028-02-29, level 1 2024-02-29..2028-02-29," },
	{ "a hundred years", "{competence: k, valid_months: 1200}", "",
	  "completed a 2024-02-29T12:00+01:00",
	  " earned, stretch 0 2024-02-29..2124-02-29, level 1 2024-02-29..2124-02-29," },
	{ "for ever", EVER, "", "completed a 2024-02-29T12:00+01:00",
	  " earned, stretch 0 2024-02-29.., level 1 2024-02-29..," },
	{ "from the local day", MONTH, "", "completed a 2026-02-28T23:30Z",
	  " earned, stretch 0 2026-03-01..2026-04-01, level 1 2026-03-01..2026-04-01," },
	{ "one that begins when the other no longer counts touches it", MONTH, "",
	  "completed a 2026-03-01T12:00+01:00, completed a 2026-04-01T12:00+02:00",
	  " earned *2, stretch 0 2026-03-01..2026-05-01, level 1 2026-03-01..2026-05-01," },
	{ "a day later it does not", MONTH, "",
	  "completed a 2026-03-01T12:00+01:00, completed a 2026-04-02T00:00+02:00",
	  " earned *2, stretch 0 2026-03-01..2026-04-01, stretch 1 2026-04-02..2026-05-02, "
	  "level 1 2026-03-01..2026-04-01, level 1 2026-04-02..2026-05-02," },
	{ "three stretches: the first and two later ones", MONTH, "",
	  "completed a 2026-01-01T12:00+01:00, completed a 2026-03-01T12:00+01:00, "
	  "completed a 2025-01-01T12:00+01:00",
	  " earned *3, stretch 0 2025-01-01..2025-02-01, stretch 1 2026-01-01..2026-02-01, "
	  "stretch 1 2026-03-01..2026-04-01, level 1 2025-01-01..2025-02-01, "
	  "level 1 2026-01-01..2026-02-01, level 1 2026-03-01..2026-04-01," },
	{ "one that overlaps", MONTH, "",
	  "completed a 2026-03-01T12:00+01:00, completed a 2026-03-15T12:00+01:00",
	  " earned *2, stretch 0 2026-03-01..2026-04-15, level 1 2026-03-01..2026-04-15," },
	{ "one inside another", MONTH, YEAR,
	  "completed b 2026-03-01T12:00+01:00, completed a 2026-05-15T12:00+02:00",
	  " earned *2, stretch 0 2026-03-01..2027-03-01, level 1 2026-03-01..2027-03-01," },
	{ "one for ever takes in what comes", MONTH, EVER,
	  "completed a 2026-03-01T12:00+01:00, completed b 2026-03-20T12:00+01:00, "
	  "completed a 2026-06-01T12:00+02:00",
	  " earned *3, stretch 0 2026-03-01.., level 1 2026-03-01..," },
	{ "one for ever after a gap", MONTH, EVER,
	  "completed a 2026-03-01T12:00+01:00, completed b 2026-05-20T12:00+02:00",
	  " earned *2, stretch 0 2026-03-01..2026-04-01, stretch 1 2026-05-20.., "
	  "level 1 2026-03-01..2026-04-01, level 1 2026-05-20..," },
	{ "a level up, and down again", MONTH_3, YEAR_2,
	  "completed b 2026-03-01T12:00+01:00, completed a 2026-04-10T12:00+02:00",
	  " earned *2, stretch 0 2026-03-01..2027-03-01, level 2 2026-03-01..2026-04-10, "
	  "level 2 2026-05-10..2027-03-01, level 3 2026-04-10..2026-05-10," },
	{ "a lower level inside a higher one", MONTH, YEAR_2,
	  "completed b 2026-03-01T12:00+01:00, completed a 2026-04-10T12:00+02:00",
	  " earned *2, stretch 0 2026-03-01..2027-03-01, level 2 2026-03-01..2027-03-01," },
	{ "another grant of the level takes over", MONTH_3, "",
	  "completed a 2026-03-01T12:00+01:00, completed a 2026-03-20T12:00+01:00, "
	  "completed a 2026-04-20T12:00+02:00",
	  " earned *3, stretch 0 2026-03-01..2026-05-20, level 3 2026-03-01..2026-05-20," },
	{ "another level on the day on which one ends", MONTH_3, YEAR_2,
	  "completed a 2026-03-01T12:00+01:00, completed b 2026-04-01T12:00+02:00",
	  " earned *2, stretch 0 2026-03-01..2027-04-01, level 2 2026-04-01..2027-04-01, "
	  "level 3 2026-03-01..2026-04-01," },
	{ "two grants of one module", MONTH_3 ", " YEAR_2, "", "completed a 2026-03-01T12:00+01:00",
	  " earned *2, stretch 0 2026-03-01..2027-03-01, level 2 2026-04-01..2027-03-01, "
	  "level 3 2026-03-01..2026-04-01," },
	{ "every passed assessment, by its mark or because it says so",
	  "{competence: k, valid_months: 1, earned_by: passed}", "",
	  "0.5999 a 2026-03-01T12:00+01:00, 0.6 a 2026-03-05T12:00+01:00, "
	  "failed a 2026-03-07T12:00+01:00, passed a 2026-03-20T12:00+01:00, "
	  "completed a 2026-04-10T12:00+02:00",
	  " earned *2, stretch 0 2026-03-05..2026-04-20, level 1 2026-03-05..2026-04-20," },
	{ "a completion is no pass", "{competence: k, earned_by: passed}", "",
	  "completed a 2026-03-01T12:00+01:00, failed a 2026-03-02T12:00+01:00", "" },
	{ "a pass is no completion", EVER, "",
	  "passed a 2026-03-01T12:00+01:00, started a 2026-03-02T12:00+01:00", "" },
	{ "twice on one day", MONTH, "",
	  "completed a 2026-03-01T12:00+01:00, completed a 2026-03-01T13:00+01:00",
	  " earned *2, stretch 0 2026-03-01..2026-04-01, level 1 2026-03-01..2026-04-01," },
	{ "what is taken back has earned nothing", MONTH, "",
	  "completed a 2026-03-01T12:00+01:00, completed-not a 2026-03-10T12:00+01:00, "
	  "completed a 2026-03-20T12:00+01:00",
	  " earned, stretch 0 2026-03-20..2026-04-20, level 1 2026-03-20..2026-04-20," },
	{ "the platform's own last day, before the months are over", YEAR, "",
	  "completed>2026-06-30 a 2026-03-01T12:00+01:00",
	  " earned, stretch 0 2026-03-01..2026-07-01, level 1 2026-03-01..2026-07-01," },
	{ "the platform's own last day, after them", MONTH, "",
	  "completed>2026-06-30 a 2026-03-01T12:00+01:00",
	  " earned, stretch 0 2026-03-01..2026-07-01, level 1 2026-03-01..2026-07-01," },
	{ "the platform's own last day of what would be for ever", EVER, "",
	  "completed>2026-06-30 a 2026-03-01T12:00+01:00",
	  " earned, stretch 0 2026-03-01..2026-07-01, level 1 2026-03-01..2026-07-01," },
	{ "for ever, as the platform says", MONTH, "",
	  "completed>2151-01-01 a 2026-03-01T12:00+01:00",
	  " earned, stretch 0 2026-03-01.., level 1 2026-03-01..," },
	{ "for its own day only", MONTH, "", "completed>2026-03-01 a 2026-03-01T12:00+01:00",
	  " earned, stretch 0 2026-03-01..2026-03-02, level 1 2026-03-01..2026-03-02," },
	{ "what was not valid for a day was not earned", MONTH, "",
	  "completed>2026-02-28 a 2026-03-01T12:00+01:00", "" },
	{ "what was not valid for a day leaves what was", MONTH, "",
	  "completed>2026-02-28 a 2026-03-01T12:00+01:00, completed a 2026-03-05T12:00+01:00",
	  " earned, stretch 0 2026-03-05..2026-04-05, level 1 2026-03-05..2026-04-05," },
	{ "of several last days of a fact the earliest counts", YEAR, "",
	  "completed>2026-06-30 a 2026-03-01T12:00+01:00, "
	  "completed>2026-05-31 a 2026-03-01T12:00+01:00, "
	  "completed a 2026-03-01T12:00+01:00, completed>2151-01-01 a 2026-03-01T12:00+01:00",
	  " earned, stretch 0 2026-03-01..2026-06-01, level 1 2026-03-01..2026-06-01," },
	{ "a last day that is claimed later for a fact of another place", YEAR, "",
	  "completed a@bodo 2026-03-01T12:00+01:00, "
	  "completed>2026-05-31 a 2026-03-01T12:00+01:00",
	  " earned, stretch 0 2026-03-01..2026-06-01, level 1 2026-03-01..2026-06-01," },
	{ "a certificate that is taken back early and one that is renewed", YEAR, "",
	  "completed>2026-03-31 a 2026-03-01T12:00+01:00, "
	  "completed>2026-12-31 a 2026-06-01T12:00+02:00",
	  " earned *2, stretch 0 2026-03-01..2026-04-01, stretch 1 2026-06-01..2027-01-01, "
	  "level 1 2026-03-01..2026-04-01, level 1 2026-06-01..2027-01-01," },
	{ "the last day of a pass", "{competence: k, valid_months: 1, earned_by: passed}", "",
	  "passed>2026-06-30 a 2026-03-01T12:00+01:00, 0.5999>2026-12-31 a "
	  "2026-03-02T12:00+01:00",
	  " earned, stretch 0 2026-03-01..2026-07-01, level 1 2026-03-01..2026-07-01," },
	{ "the last day of what was taken back", MONTH, "",
	  "completed>2026-12-31 a 2026-03-01T12:00+01:00, completed-not a "
	  "2026-03-10T12:00+01:00",
	  "" },
	{ "a module's two grants have the platform's last day, both", MONTH_3 ", " YEAR_2, "",
	  "completed>2026-06-30 a 2026-03-01T12:00+01:00",
	  " earned *2, stretch 0 2026-03-01..2026-07-01, level 3 2026-03-01..2026-07-01," },
	{ "who withdraws keeps it", MONTH, "",
	  "completed a 2026-03-01T12:00+01:00, withdrawn a 2026-03-10T12:00+01:00",
	  " earned, stretch 0 2026-03-01..2026-04-01, level 1 2026-03-01..2026-04-01," },
};

static void check_competence(const char *why, const char *grants_a, const char *grants_b,
			     const char *facts, uint64_t facets, const char *expected)
{
	char text[1024];

	snprintf(text, sizeof(text),
		 PLACES "modules: [{id: a, pass_mark: 0.6, grants: [%s]}, {id: b, grants: [%s]}]\n"
			"competences:\n"
			"  - {id: k, requirements: [{level: 1}, {level: 2, where: {role: nurse}},\n"
			"     {level: 1, where: {role: carer}}, {level: 3, where: {shift: night, "
			"role: nurse}},\n"
			"     {level: 1, where: {role: nurse, shift: unknown}}, {level: 4}]}\n",
		 grants_a, grants_b);
	told_check(why, text, facts, KIND_COMPETENCE, facets, expected);
}

static void grants_make_stretches_and_levels(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(competences) / sizeof(competences[0]); i++)
		check_competence(competences[i].why, competences[i].grants_a,
				 competences[i].grants_b, competences[i].facts, validity,
				 competences[i].expected);
}

static void a_requirement_counts_its_level_or_more_of_those_with_its_attributes(void **state)
{
	(void)state;
	check_competence(
		"a peak", MONTH_3, YEAR_2,
		"completed b 2026-03-01T12:00+01:00, completed a 2026-04-10T12:00+02:00",
		BIT(FACET_REQUIREMENT),
		" requirement 0 2026-03-01..2027-03-01, requirement 1 2026-03-01..2027-03-01,"
		" requirement 3 2026-04-10..2026-05-10,");
	check_competence(
		"two peaks, and one after the end", MONTH_3, YEAR_2,
		"completed b 2026-03-01T12:00+01:00, completed a 2026-04-10T12:00+02:00, "
		"completed a 2026-08-10T12:00+02:00, completed a 2028-01-01T12:00+01:00",
		BIT(FACET_REQUIREMENT),
		" requirement 0 2026-03-01..2027-03-01, requirement 0 2028-01-01..2028-02-01,"
		" requirement 1 2026-03-01..2027-03-01, requirement 1 2028-01-01..2028-02-01,"
		" requirement 3 2026-04-10..2026-05-10, requirement 3 2026-08-10..2026-09-10,"
		" requirement 3 2028-01-01..2028-02-01,");
	check_competence("a level that nothing requires", EVER, "",
			 "completed a 2026-03-01T12:00+01:00", BIT(FACET_REQUIREMENT),
			 " requirement 0 2026-03-01..,");
}

static void holders_are_counted_by_each_value_for_each_stretch(void **state)
{
	(void)state;
	check_competence(
		"two stretches", MONTH, YEAR_2,
		"completed a 2026-03-01T12:00+01:00, completed b 2026-06-01T12:00+02:00",
		BIT(FACET_BY_HOLDERS),
		" holders 0 2026-03-01..2026-04-01, holders 0 2026-06-01..2027-06-01,"
		" holders 257 2026-03-01..2026-04-01, holders 257 2026-06-01..2027-06-01,");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(days_count_where_they_do_not_rise_with_time),
		cmocka_unit_test(a_programme_folds_as_the_definition_says),
		cmocka_unit_test(a_target_counts_who_has_its_measure_and_all_its_attributes),
		cmocka_unit_test(participants_and_completed_are_counted_by_each_value),
		cmocka_unit_test(grants_make_stretches_and_levels),
		cmocka_unit_test(
			a_requirement_counts_its_level_or_more_of_those_with_its_attributes),
		cmocka_unit_test(holders_are_counted_by_each_value_for_each_stretch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
