/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pairs of catalogues left to chance over the same events: which figures have somebody by the one
 * and nobody by the other is known once both ledgers are built, and losses_find must have said so
 * from the first one alone.
 */
#include "daemon/change/losses.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "daemon/figures/figures.h"
#include "tests/seed.h"
#include "tests/unit/house.h"

enum { WORLDS = 80, EVENTS = 40, TEXT_MAX = 4000 };

/* What one kind of world has. */
struct kind_of_world {
	bool aliases, days; /* regions and modules have several texts; programmes have days */
	bool exact;	    /* nothing is said to go that stays */
	bool rules;	    /* programmes have days of regions, admission, members and profile */
	const char *why;
};

struct pen {
	char text[TEXT_MAX];
	size_t size;
};

__attribute__((format(printf, 2, 3))) static void put(struct pen *pen, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	pen->size += (size_t)vsnprintf(pen->text + pen->size, TEXT_MAX - pen->size, format, args);
	va_end(args);
	assert_true(pen->size < TEXT_MAX);
}

enum { REGIONS = 4, MODULES = 3, PROGRAMMES = 2 };

/* What a catalogue has, of names that all share. */
struct design {
	bool regions[REGIONS], in_north[REGIONS], region_alias[REGIONS];
	bool modules[MODULES], module_alias[MODULES], grants[MODULES], by_pass[MODULES];
	uint32_t competence[MODULES];
	struct {
		bool modules[MODULES];
		bool everywhere, regions[REGIONS];
		uint32_t from, to; /* days of March; 0: none */
		uint32_t region_from[REGIONS], region_to[REGIONS];
		int admission; /* a module; below 0: none */
		bool enrolled_only, profile, entry, one, by_pass;
	} programmes[PROGRAMMES];
};

static void design_rules(struct design *design, int p)
{
	for (int i = 0; i < REGIONS; i++) {
		design->programmes[p].region_from[i] = chance_of(30) ? 1 + chance(20) : 0;
		design->programmes[p].region_to[i] =
			chance_of(30) ? design->programmes[p].region_from[i] + chance(20) : 0;
	}
	design->programmes[p].admission = chance_of(40) ? (int)chance(MODULES) : -1;
	design->programmes[p].enrolled_only = chance_of(30);
	design->programmes[p].profile = chance_of(50);
	design->programmes[p].entry = chance_of(70);
	design->programmes[p].one = chance_of(30);
	design->programmes[p].by_pass = chance_of(30);
}

static void design_any(struct design *design, const struct kind_of_world *kind)
{
	*design = (struct design){ .regions = { false } };
	for (int i = 0; i < REGIONS; i++) {
		design->regions[i] = chance_of(80);
		design->in_north[i] = chance_of(60);
		design->region_alias[i] = kind->aliases && chance_of(60);
	}
	for (int i = 0; i < MODULES; i++) {
		design->modules[i] = chance_of(85);
		design->module_alias[i] = kind->aliases && chance_of(60);
		design->grants[i] = chance_of(70);
		design->by_pass[i] = chance_of(50);
		design->competence[i] = chance(2);
	}
	for (int p = 0; p < PROGRAMMES; p++) {
		design->programmes[p].everywhere = chance_of(50);
		for (int i = 0; i < MODULES; i++)
			design->programmes[p].modules[i] = chance_of(60);
		for (int i = 0; i < REGIONS; i++)
			design->programmes[p].regions[i] = chance_of(60);
		if (kind->days && chance_of(60)) {
			design->programmes[p].from = 1 + chance(10);
			design->programmes[p].to = 10 + chance(10);
		}
		design->programmes[p].admission = -1;
		if (kind->rules)
			design_rules(design, p);
	}
}

static void thin(bool *flags, int n)
{
	for (int i = 0; i < n; i++)
		flags[i] &= chance_of(75);
}

/* Nobody comes to be in what nobody was in. */
static void design_less(struct design *design)
{
	thin(design->regions, REGIONS);
	thin(design->in_north, REGIONS);
	thin(design->modules, MODULES);
	thin(design->grants, MODULES);
	for (int p = 0; p < PROGRAMMES; p++) {
		thin(design->programmes[p].modules, MODULES);
		thin(design->programmes[p].regions, REGIONS);
		thin(&design->programmes[p].everywhere, 1);
	}
}

/* Most of it is as it was. */
static void design_some(struct design *design, const struct kind_of_world *kind)
{
	struct design other;

	design_any(&other, kind);
	for (int i = 0; i < REGIONS; i++)
		if (chance_of(10)) {
			design->regions[i] = other.regions[i];
			design->in_north[i] = other.in_north[i];
			design->region_alias[i] = other.region_alias[i];
		}
	for (int i = 0; i < MODULES; i++)
		if (chance_of(10)) {
			design->modules[i] = other.modules[i];
			design->module_alias[i] = other.module_alias[i];
			design->grants[i] = other.grants[i];
		}
	for (int p = 0; p < PROGRAMMES; p++)
		if (chance_of(20))
			design->programmes[p] = other.programmes[p];
		else if (chance_of(50))
			design_rules(design, p);
}

static void write_region(struct pen *pen, const struct design *design, int p, int i)
{
	uint32_t from = design->programmes[p].region_from[i];
	uint32_t to = design->programmes[p].region_to[i];

	put(pen, "{code: r%d", i);
	if (from)
		put(pen, ", from: 2026-03-%02u", from);
	if (to)
		put(pen, ", to: 2026-03-%02u", to < 31 ? to : 31);
	put(pen, "}");
}

static void write_rules(struct pen *pen, const struct design *design, int p)
{
	int admission = design->programmes[p].admission;

	if (admission >= 0 && design->modules[admission])
		put(pen, ", admission: m%d", admission);
	if (design->programmes[p].enrolled_only)
		put(pen, ", members: enrolled");
	if (design->programmes[p].one)
		put(pen, ", complete: 1");
	if (design->programmes[p].by_pass)
		put(pen, ", done_by: passed");
	if (design->programmes[p].profile)
		put(pen, ", profile: %s", design->programmes[p].entry ? "entry" : "latest");
}

static void write_programme(struct pen *pen, const struct design *design, int p)
{
	uint32_t n_modules = 0, n_regions = 0;

	for (int i = 0; i < MODULES; i++)
		n_modules += design->programmes[p].modules[i] && design->modules[i];
	for (int i = 0; i < REGIONS; i++)
		n_regions += design->programmes[p].regions[i] && design->regions[i];
	if (n_modules == 0 || (!design->programmes[p].everywhere && n_regions == 0))
		return;
	put(pen, "  - {id: p%d, modules: [", p);
	for (int i = 0; i < MODULES; i++)
		if (design->programmes[p].modules[i] && design->modules[i])
			put(pen, "m%d%s", i, --n_modules ? "," : "");
	put(pen, "], regions: [");
	for (int i = 0; i < REGIONS && !design->programmes[p].everywhere; i++)
		if (design->programmes[p].regions[i] && design->regions[i]) {
			write_region(pen, design, p, i);
			put(pen, "%s", --n_regions ? ", " : "");
		}
	put(pen, "]");
	write_rules(pen, design, p);
	if (design->programmes[p].from)
		put(pen, ", from: 2026-03-%02u, to: 2026-03-%02u", design->programmes[p].from,
		    design->programmes[p].to);
	put(pen, "}\n");
}

static void write_catalogue(struct pen *pen, const struct design *design)
{
	*pen = (struct pen){ .size = 0 };
	put(pen, "dimensions: {role: [nurse]}\nregions:\n  - {code: north}\n");
	for (int i = 0; i < REGIONS; i++)
		if (design->regions[i])
			put(pen, "  - {code: r%d, parents: [%s]%s%c%s}\n", i,
			    design->in_north[i] ? "north" : "",
			    design->region_alias[i] ? ", aliases: [a" : "",
			    design->region_alias[i] ? '0' + i : ' ',
			    design->region_alias[i] ? "]" : "");
	put(pen, "competences: [{id: c0}, {id: c1}]\nmodules:\n  - {id: unused}\n");
	for (int i = 0; i < MODULES; i++) {
		if (!design->modules[i])
			continue;
		put(pen, "  - {id: m%d", i);
		if (design->grants[i])
			put(pen, ", grants: [{competence: c%u, level: 1, earned_by: %s}]",
			    design->competence[i], design->by_pass[i] ? "passed" : "completed");
		if (design->module_alias[i])
			put(pen, ", aliases: [b%d]", i);
		put(pen, "}\n");
	}
	put(pen, "programmes:\n");
	for (int p = 0; p < PROGRAMMES; p++)
		write_programme(pen, design, p);
}

static void any_event(struct event *event, const struct kind_of_world *kind)
{
	static const char *const learners[] = { "a", "b", "c", "d" };
	static const char *const regions[] = { "r0", "r1", "r2", "r3", "a0", "a1", "a2", "a3" };
	static const char *const modules[] = { "m0", "m1", "m2", "b0", "b1", "b2" };
	static const enum event_type types[] = { EVENT_STARTED,	  EVENT_COMPLETED, EVENT_ASSESSED,
						 EVENT_WITHDRAWN, EVENT_ENROLLED,  EVENT_ATTENDED };
	static const enum event_state states[] = { STATE_APPLIED, STATE_WAITING, STATE_ADMITTED,
						   STATE_ADMITTED };
	uint32_t type = chance(kind->rules ? 6 : 4);

	*event = (struct event){ .type = types[type],
				 .time = WORLD_BEGIN + chance(20) * DAY_MS + chance(3) * 3600000,
				 .learner = text_of(learners[chance(4)]),
				 .region = text_of(regions[chance(kind->aliases ? 8 : 4)]),
				 .module = text_of(modules[chance(kind->aliases ? 6 : 3)]),
				 .result = { .score = -1, .passed = -1 },
				 .voids_time = EVENT_NO_TIME };
	if (event->type == EVENT_ASSESSED)
		event->result.passed = chance_of(50);
	if (event->type == EVENT_ATTENDED)
		event->result.minutes = 30;
	if (event->type == EVENT_ENROLLED)
		event->result.state = states[chance(4)];
}

/* What is told of one learner and one moment is told from one place: see stays.h. */
static void any_events(struct event events[static EVENTS], const struct kind_of_world *kind)
{
	for (int i = 0; i < EVENTS; i++) {
		any_event(&events[i], kind);
		for (int j = 0; j < i; j++)
			if (events[j].time == events[i].time &&
			    text_equal(events[j].learner, events[i].learner))
				events[i].region = events[j].region;
	}
}

/* The truth. */

struct side {
	const struct catalogue *catalogue;
	struct figures *figures;
	struct tallies tallies;
};

static bool has_somebody(const struct side *side, uint32_t region, uint32_t subject)
{
	assert_int_equal(figures_sum(side->figures, &side->tallies, region, subject,
				     WORLD_BEGIN / DAY_MS + WORLD_DAYS),
			 0);
	return figures_any(side->figures);
}

/* The same subject by the other catalogue; CATALOGUE_NONE. */
static uint32_t subject_after(const struct side *before, const struct side *after, uint32_t subject)
{
	struct text id = text_of(subject_id(before->catalogue, subject));
	uint32_t module;

	if (subject_kind(subject) != KIND_MODULE)
		return subject_find(after->catalogue, subject_kind(subject), id);
	module = catalogue_module(after->catalogue, id);
	return module == CATALOGUE_NONE ? module : subject_of(KIND_MODULE, module);
}

static bool is_lost(const struct side *before, const struct side *after, uint32_t region,
		    uint32_t subject)
{
	struct text code = text_of(before->catalogue->regions[region].code);
	uint32_t is = region == REGION_ALL ? REGION_ALL : catalogue_home(after->catalogue, code);
	uint32_t as = subject_after(before, after, subject);

	return is == REGION_UNASSIGNED || as == CATALOGUE_NONE || !has_somebody(after, is, as);
}

static bool is_said(const struct losses *losses, uint32_t region, uint32_t subject)
{
	for (size_t i = 0; i < losses->n; i++) {
		const struct loss *loss = &losses->items[i];

		if (loss->of == LOSS_REGION && loss->region == region)
			return true;
		if (loss->of == LOSS_SUBJECT && loss->subject == subject &&
		    (loss->region == region || loss->region == REGION_ALL))
			return true;
	}
	return false;
}

/* Of all figures with somebody, those that are lost are said to be; how many those are. */
static int compare(const struct side *before, const struct side *after, const struct losses *losses,
		   const struct kind_of_world *kind)
{
	int n = 0;

	for (uint32_t r = 0; r < before->catalogue->n_regions; r++)
		for (int k = 0; k < KINDS && r != REGION_UNASSIGNED; k++)
			for (uint32_t i = 0; i < kind_subjects(before->catalogue, (enum kind)k);
			     i++) {
				uint32_t subject = subject_of((enum kind)k, i);
				bool lost, said;

				if (!has_somebody(before, r, subject) ||
				    (k == KIND_PEOPLE && r == REGION_ALL))
					continue;
				lost = is_lost(before, after, r, subject);
				said = is_said(losses, r, subject);
				n += lost;
				if (lost && !said)
					fail_msg("%s: %s %s in %s goes, and nobody said so",
						 kind->why, kind_name((enum kind)k),
						 subject_id(before->catalogue, subject),
						 before->catalogue->regions[r].code);
				if (said && !lost && kind->exact)
					fail_msg("%s: %s %s in %s stays, but was said to go",
						 kind->why, kind_name((enum kind)k),
						 subject_id(before->catalogue, subject),
						 before->catalogue->regions[r].code);
			}
	return n;
}

static int live(const struct kind_of_world *kind)
{
	struct losses losses = { .n = 0 };
	struct event events[EVENTS];
	struct pen before_text, after_text;
	struct design design;
	struct catalogue *after_catalogue;
	struct ledger_view view, after_view;
	struct journal_view journal;
	struct side before, after;
	struct ledger *ledger;
	struct house house;
	int n;

	design_any(&design, kind);
	write_catalogue(&before_text, &design);
	if (kind->exact)
		design_less(&design);
	else if (kind->rules)
		design_some(&design, kind);
	else
		design_any(&design, kind);
	write_catalogue(&after_text, &design);
	after_catalogue = catalogue_of(after_text.text);
	house_open(&house, "{}", before_text.text);
	any_events(events, kind);
	assert_int_equal(house_send(&house, "s", "a", 1, events, 1 + chance(EVENTS)), 0);
	assert_int_equal(journal_commit(house.journal), 0);
	house_ledger_open(&house, "before", INT64_MAX);
	assert_int_equal(ledger_build(dir_path(&house.dir, "after"), house.journal, after_catalogue,
				      INT64_MAX, NULL, &ledger),
			 0);
	assert_int_equal(ledger_view_begin(house.ledger, &view), 0);
	assert_int_equal(ledger_view_begin(ledger, &after_view), 0);
	assert_int_equal(journal_view_begin(house.journal, &journal), 0);
	assert_int_equal(losses_find(house.catalogue, after_catalogue, &view, &journal, &losses),
			 0);
	before = (struct side){ house.catalogue, figures_new(house.catalogue),
				ledger_view_tallies(&view) };
	after = (struct side){ after_catalogue, figures_new(after_catalogue),
			       ledger_view_tallies(&after_view) };
	n = compare(&before, &after, &losses, kind);
	figures_free(before.figures);
	figures_free(after.figures);
	losses_free(&losses);
	journal_view_end(&journal);
	ledger_view_end(&view);
	ledger_view_end(&after_view);
	ledger_close(ledger);
	house_close(&house);
	catalogue_free(after_catalogue);
	return n;
}

static void what_goes_is_known_before_anything_is_built(void **state)
{
	static const struct kind_of_world kinds[] = {
		{ false, false, true, false, "some of it goes" },
		{ false, true, false, false, "any other, with days" },
		{ true, true, false, false, "any other, with aliases and days" },
		{ false, true, false, true, "some of it is another, with rules" },
		{ true, true, false, true, "some of it is another, with aliases and rules" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		uint32_t n = 0, worlds = test_share(WORLDS);

		for (uint32_t w = 0; w < worlds; w++)
			n += (uint32_t)live(&kinds[i]);
		/* else it has proved nothing; of a share of them, chance has most */
		if (n <= (worlds == WORLDS ? worlds / 2 : 0))
			fail_msg("%s: %u", kinds[i].why, n);
	}
}

/* Kinds of changes, by hand. */

static const char basis[] = "dimensions: {role: [nurse, carer]}\n"
			    "regions: [{code: north}, {code: rana, parents: [north],\n"
			    "  aliases: [Rana kommune]}, {code: vega}]\n"
			    "competences: [{id: lifting}]\n"
			    "modules: [{id: lift, grants: [{competence: lifting, level: 1}]},\n"
			    "  {id: falls}]\n"
			    "programmes: [{id: spring, modules: [lift, falls]}]\n";

#define BASIS_OF(programme)                                                  \
	"regions: [{code: north}, {code: rana, parents: [north],\n"          \
	"  aliases: [Rana kommune]}, {code: vega}]\n"                        \
	"competences: [{id: lifting}]\n"                                     \
	"modules: [{id: lift, grants: [{competence: lifting, level: 1}]},\n" \
	"  {id: falls}]\n"                                                   \
	"programmes: [" programme "]\n"
#define BASIS(programme) "dimensions: {role: [nurse, carer]}\n" BASIS_OF(programme)

struct a_change {
	const char *catalogue;
	const char *says[4]; /* rows, in order; the others are none */
	const char *why;
};

static const struct a_change changes[] = {
	{ basis, { NULL }, "nothing" },
	{ "{}",
	  { "dimension role: 1 learner", "module lift: 2 learners", "region north: 2 learners",
	    "region rana: 2 learners" },
	  "an empty catalogue" },
	{ "dimensions: {role: [nurse, carer]}\n"
	  "regions: [{code: north}, {code: rana2, parents: [north], aliases: [rana]}]\n"
	  "competences: [{id: lifting}]\n"
	  "modules: [{id: lift2, aliases: [lift], grants: [{competence: lifting, level: 1}]},\n"
	  "  {id: falls}]\n"
	  "programmes: [{id: spring, modules: [lift2, falls]}]\n",
	  { NULL },
	  "renamed through aliases; and a region in which nobody is goes" },
	{ "dimensions: {role: [nurse, carer]}\n"
	  "regions: [{code: north}, {code: rana2, parents: [north]}]\n"
	  "competences: [{id: lifting}]\n"
	  "modules: [{id: lift, grants: [{competence: lifting, level: 1}]}, {id: falls}]\n"
	  "programmes: [{id: spring, modules: [lift, falls]}]\n",
	  { "region north: 2 learners", "region rana: 2 learners" },
	  "a region renamed without an alias" },
	{ "dimensions: {role: [nurse, carer]}\n"
	  "regions: [{code: north}, {code: rana, parents: []}]\n"
	  "competences: [{id: lifting}]\n"
	  "modules: [{id: lift, grants: [{competence: lifting, level: 1}]}, {id: falls}]\n"
	  "programmes: [{id: spring, modules: [lift, falls]}]\n",
	  { "region north: 2 learners" },
	  "a region moved away from above it" },
	{ "dimensions: {role: [carer]}\n"
	  "regions: [{code: north}, {code: rana, parents: [north]}]\n"
	  "competences: [{id: lifting}]\n"
	  "modules: [{id: lift, grants: [{competence: lifting, level: 1}]}, {id: falls}]\n"
	  "programmes: [{id: spring, modules: [lift, falls]}]\n",
	  { "value nurse of dimension role: 1 learner" },
	  "a value by which somebody is counted" },
	{ "dimensions: {role: [nurse]}\n"
	  "regions: [{code: north}, {code: rana, parents: [north]}]\n"
	  "modules: [{id: lift}, {id: falls}]\n"
	  "programmes: [{id: spring, modules: [lift]}]\n",
	  { "competence lifting: 1 learner" },
	  "a competence; a value that nobody has; a module in which nobody is" },
	{ "dimensions: {role: [nurse]}\n"
	  "regions: [{code: north}, {code: rana, parents: [north]}, {code: vega}]\n"
	  "competences: [{id: lifting}]\n"
	  "modules: [{id: lift, grants: [{competence: lifting, level: 1}]}, {id: falls}]\n"
	  "programmes: [{id: spring, modules: [lift, falls], regions: [vega]}]\n",
	  { "programme spring: 2 learners" },
	  "a programme for others" },
	{ "dimensions: {role: [nurse]}\n"
	  "regions: [{code: north}, {code: rana, parents: [north]}, {code: vega}]\n"
	  "competences: [{id: lifting}]\n"
	  "modules: [{id: lift, grants: [{competence: lifting, level: 1}]}, {id: falls}]\n"
	  "programmes: [{id: spring, modules: [falls]}]\n",
	  { "programme spring: 2 learners" },
	  "a programme of other modules" },
	{ "dimensions: {role: [nurse]}\n"
	  "regions: [{code: north}, {code: rana, parents: [north]}, {code: vega}]\n"
	  "competences: [{id: lifting}]\n"
	  "modules: [{id: lift, grants: [{competence: lifting, level: 1}]}, {id: falls}]\n"
	  "programmes: [{id: spring, modules: [lift, falls], from: 2026-04-01}]\n",
	  { "programme spring: 2 learners" },
	  "a programme of other days" },
	{ BASIS("{id: spring, modules: [lift, falls], regions: [{code: rana, to: 2026-12-31}]}"),
	  { NULL },
	  "a region that leaves keeps its history" },
	{ BASIS("{id: spring, modules: [lift, falls], regions: [{code: rana, to: 2025-12-31}]}"),
	  { "programme spring: 2 learners" },
	  "a region that has left before anybody began" },
	{ BASIS("{id: spring, modules: [lift, falls], regions: [{code: rana, to: 2025-12-31}, "
		"{code: north, from: 2026-01-01}]}"),
	  { NULL },
	  "a region that joins as the other leaves" },
	{ BASIS("{id: spring, modules: [lift, falls], profile: entry, admission: falls, done_by: "
		"passed, targets: [{measure: hours, value: 1}]}"),
	  { NULL },
	  "a profile, an admission, and how modules are done" },
	{ BASIS("{id: spring, modules: [lift, falls], members: enrolled}"),
	  { "programme spring: 2 learners" },
	  "only the admitted, and nobody is" },
	{ "dimensions: {role: [{value: nurse, aliases: []}]}\n" BASIS_OF(
		  "{id: spring, modules: [lift, falls]}"),
	  { NULL },
	  "values that have aliases now" },
	{ "dimensions: {role: [{value: doctor, aliases: [Nurse]}]}\n" BASIS_OF(
		  "{id: spring, modules: [lift, falls]}"),
	  { NULL },
	  "a value that is an alias now" },
	{ "dimensions: {role: [{value: doctor, aliases: [Nurse]}, nurse]}\n" BASIS_OF(
		  "{id: spring, modules: [lift, falls]}"),
	  { NULL },
	  "a value beside an alias that is like it" },
};
enum { CHANGES = sizeof(changes) / sizeof(changes[0]) };

/* Two learners of rana in lift, one of whom has completed it; one of them is a nurse. */
static void send_two(struct house *house)
{
	struct event events[2] = { { .type = EVENT_STARTED, .learner = text_of("a") },
				   { .type = EVENT_COMPLETED, .learner = text_of("b") } };

	for (int i = 0; i < 2; i++) {
		events[i].time = WORLD_BEGIN + DAY_MS;
		events[i].region = text_of("rana");
		events[i].module = text_of("lift");
		events[i].result = (struct event_result){ .score = -1, .passed = -1 };
		events[i].voids_time = EVENT_NO_TIME;
	}
	events[1].attrs[0] = (struct event_attr){ text_of("role"), text_of("nurse") };
	events[1].n_attrs = 1;
	assert_int_equal(house_send(house, "s", "a", 1, events, 2), 0);
	assert_int_equal(journal_commit(house->journal), 0);
}

static bool has_row(const struct changes *rows, const char *text)
{
	for (size_t i = 0; i < rows->n; i++)
		if (strcmp(rows->rows[i].text, text) == 0)
			return true;
	return false;
}

static void check_change(const struct house *house, const struct a_change *change)
{
	struct catalogue *after = catalogue_of(change->catalogue);
	struct losses losses = { .n = 0 }, twice = { .n = 0 };
	struct changes rows = { .n = 0 };
	struct journal_view journal;
	struct ledger_view view;
	size_t n = 0;

	assert_int_equal(ledger_view_begin(house->ledger, &view), 0);
	assert_int_equal(journal_view_begin(house->journal, &journal), 0);
	assert_int_equal(losses_find(house->catalogue, after, &view, &journal, &losses), 0);
	assert_int_equal(losses_find(house->catalogue, after, &view, &journal, &twice), 0);
	assert_int_equal(losses_say(&losses, house->catalogue, &view, 100, &rows), 0);
	for (; n < 4 && change->says[n]; n++)
		if (!has_row(&rows, change->says[n]))
			fail_msg("%s: not said: %s", change->why, change->says[n]);
	if (n < 4 && rows.n != n)
		fail_msg("%s: %zu rows, one is %s", change->why, rows.n, rows.rows[0].text);
	losses_forget(&losses, &twice);
	assert_int_equal(losses.n, 0);
	changes_free(&rows);
	losses_free(&losses);
	losses_free(&twice);
	journal_view_end(&journal);
	ledger_view_end(&view);
	catalogue_free(after);
}

static void each_kind_of_change_loses_what_it_loses(void **state)
{
	struct house house;

	(void)state;
	house_open(&house, "{}", basis);
	send_two(&house);
	house_ledger_open(&house, "ledger", INT64_MAX);
	house_apply_all(&house);
	for (size_t i = 0; i < CHANGES; i++)
		check_change(&house, &changes[i]);
	house_close(&house);
}

/* Who is enrolled only. */

#define ENROLLED_OF(programme)                    \
	"regions: [{code: rana}, {code: vega}]\n" \
	"modules: [{id: lift}, {id: talk}]\n"     \
	"programmes: [{id: spring, modules: [lift]" programme "}]\n"
static const char enrolled_basis[] = ENROLLED_OF(", admission: talk, to: 2026-03-10");

static const struct a_change enrolled_changes[] = {
	{ enrolled_basis, { NULL }, "nothing" },
	{ ENROLLED_OF(", admission: talk, to: 2026-03-10, from: 2026-03-05"),
	  { NULL },
	  "admission is ahead of the first day" },
	{ ENROLLED_OF(", admission: talk, to: 2026-03-20"),
	  { "programme spring: 1 learner" },
	  "on the days that come there is a withdrawal, for all that is known" },
	{ ENROLLED_OF(", admission: talk, to: 2026-03-01"),
	  { "programme spring: 1 learner" },
	  "days on which somebody was enrolled go" },
	{ ENROLLED_OF(", admission: lift, to: 2026-03-10"),
	  { "programme spring: 1 learner" },
	  "another module admits" },
	{ ENROLLED_OF(", to: 2026-03-10"), { "programme spring: 1 learner" }, "no module admits" },
	{ ENROLLED_OF(", admission: talk, to: 2026-03-10, members: enrolled, done_by: passed"),
	  { NULL },
	  "only the admitted, and one is" },
};
enum { ENROLLED_CHANGES = sizeof(enrolled_changes) / sizeof(enrolled_changes[0]) };

/* One who was admitted on the third of the month, and has withdrawn on the fifteenth. */
static void send_enrolled(struct house *house)
{
	struct event events[2] = { { .type = EVENT_ENROLLED }, { .type = EVENT_WITHDRAWN } };

	for (int i = 0; i < 2; i++) {
		events[i].time = WORLD_BEGIN + (i == 0 ? 2 : 14) * DAY_MS;
		events[i].learner = text_of("a");
		events[i].region = text_of("rana");
		events[i].module = text_of("talk");
		events[i].result = (struct event_result){ .score = -1, .passed = -1 };
		events[i].voids_time = EVENT_NO_TIME;
	}
	events[0].result.state = STATE_ADMITTED;
	assert_int_equal(house_send(house, "s", "a", 1, events, 2), 0);
	assert_int_equal(journal_commit(house->journal), 0);
}

static void who_is_enrolled_only_goes_by_what_days_that_come_may_tell(void **state)
{
	struct house house;

	(void)state;
	house_open(&house, "{}", enrolled_basis);
	send_enrolled(&house);
	house_ledger_open(&house, "ledger", INT64_MAX);
	house_apply_all(&house);
	for (size_t i = 0; i < ENROLLED_CHANGES; i++)
		check_change(&house, &enrolled_changes[i]);
	house_close(&house);
}

/* What a value was called by, and what was valid for no day. */

#define SHARED_OF(roles, lift)                                                                     \
	"dimensions: {role: [" roles "]}\nregions: [{code: rana}]\ncompetences: [{id: lifting}]\n" \
	"modules: [{id: lift" lift "},\n"                                                          \
	"  {id: falls, grants: [{competence: lifting, level: 1}]}]\n"
#define LIFT_GRANTS ", grants: [{competence: lifting, level: 1}]"
static const char shared_basis[] = SHARED_OF("{value: nurse, aliases: [RN]}, carer", LIFT_GRANTS);

static const struct a_change shared_changes[] = {
	{ shared_basis, { NULL }, "nothing" },
	{ SHARED_OF("nurse, {value: carer, aliases: [RN]}", LIFT_GRANTS),
	  { "value nurse of dimension role: 1 learner" },
	  "an alias becomes another value's" },
	{ SHARED_OF("{value: nurse, aliases: []}, {value: carer, aliases: [rn]}", LIFT_GRANTS),
	  { "value nurse of dimension role: 1 learner" },
	  "an alias becomes another value's but for capitals" },
	{ SHARED_OF("{value: RN, aliases: [nurse]}, carer", LIFT_GRANTS),
	  { NULL },
	  "a value is called as its alias was" },
	{ SHARED_OF("{value: nurse, aliases: [RN]}, carer", ""),
	  { "competence lifting: 1 learner" },
	  "it is granted for that alone which was valid for no day" },
};
enum { SHARED_CHANGES = sizeof(shared_changes) / sizeof(shared_changes[0]) };

/* One who is an RN and has completed both; what falls earns has ended the day before. */
static void send_shared(struct house *house)
{
	struct event events[2] = { { .module = text_of("lift") }, { .module = text_of("falls") } };

	for (int i = 0; i < 2; i++) {
		events[i].type = EVENT_COMPLETED;
		events[i].time = WORLD_BEGIN + DAY_MS;
		events[i].learner = text_of("a");
		events[i].region = text_of("rana");
		events[i].result = (struct event_result){ .score = -1, .passed = -1 };
		events[i].voids_time = EVENT_NO_TIME;
		events[i].attrs[0] = (struct event_attr){ text_of("role"), text_of("RN") };
		events[i].n_attrs = 1;
	}
	events[1].valid_until = (int32_t)(WORLD_BEGIN / DAY_MS);
	assert_int_equal(house_send(house, "s", "a", 1, events, 2), 0);
	assert_int_equal(journal_commit(house->journal), 0);
}

static void texts_that_change_sides_and_what_was_never_valid_are_seen(void **state)
{
	struct house house;

	(void)state;
	house_open(&house, "{}", shared_basis);
	send_shared(&house);
	house_ledger_open(&house, "ledger", INT64_MAX);
	house_apply_all(&house);
	for (size_t i = 0; i < SHARED_CHANGES; i++)
		check_change(&house, &shared_changes[i]);
	house_close(&house);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_goes_is_known_before_anything_is_built),
		cmocka_unit_test(each_kind_of_change_loses_what_it_loses),
		cmocka_unit_test(who_is_enrolled_only_goes_by_what_days_that_come_may_tell),
		cmocka_unit_test(texts_that_change_sides_and_what_was_never_valid_are_seen),
	};

	chance_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
