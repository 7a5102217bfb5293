/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/figures/words.h"

#include <assert.h>
#include <inttypes.h>

#include "daemon/catalogue/subject.h"
#include "daemon/learner/tally.h"

/* Names, numbers, lists. */

/* "First aid (first-aid)", or the id alone where it is the name. */
static void write_name(FILE *out, const char *id, const char *name)
{
	if (strcmp(id, name) == 0)
		fputs(id, out);
	else
		fprintf(out, "%s (%s)", name, id);
}

static void write_region(FILE *out, const struct catalogue *catalogue, uint32_t region)
{
	write_name(out, catalogue->regions[region].code, catalogue->regions[region].name);
}

static void write_module(FILE *out, const struct catalogue *catalogue, uint32_t module)
{
	write_name(out, catalogue->modules[module].id, catalogue->modules[module].name);
}

static void write_count(FILE *out, int64_t n, const char *one, const char *many)
{
	fprintf(out, "%" PRId64 " %s", n, n == 1 ? one : many);
}

static void write_day(FILE *out, int32_t day)
{
	char text[DAY_TEXT];

	day_print(day, text);
	fputs(text, out);
}

/* What comes before item i of a list; false where the list ends there: the others are counted. */
static bool list_goes_on(FILE *out, uint32_t i, uint32_t n)
{
	if (i > 0)
		fputs("; ", out);
	if (i < DEFINITION_LISTED)
		return true;
	fprintf(out, "and %" PRIu32 " more", n - i);
	return false;
}

static void write_where(FILE *out, const struct catalogue *catalogue, const struct where *where)
{
	for (uint32_t i = 0; i < where->n; i++) {
		const struct dimension *dimension = &catalogue->dimensions[where->is[i].dimension];
		uint32_t value = where->is[i].value;

		fprintf(out, "%s%s %s", i ? ", " : " with ", dimension->name,
			value < dimension->n_values ? dimension->values[value] : "unknown");
	}
}

/* METRICS 2: its own row, else the sum over its leaves, else nothing. */
static void write_headcount(FILE *out, const struct definition_of *of, const struct where *where)
{
	struct headcount_found found;

	catalogue_find_headcount(of->catalogue, of->region, where, &found);
	if (found.from == HEADCOUNT_OWN) {
		fprintf(out, "%" PRId64 ", the region's own row", found.count);
	} else if (found.from == HEADCOUNT_LEAVES) {
		fprintf(out, "%" PRId64 ", the sum over ", found.count);
		write_count(out, found.n_leaves, "leaf region", "leaf regions");
	} else if (!found.n_leaves) {
		fputs("not known, as no leaf region is inside", out);
	} else {
		fprintf(out, "not known, as %" PRIu32 " of ", found.n_silent);
		write_count(out, found.n_leaves, "leaf region", "leaf regions");
		fprintf(out, " %s not say: ", found.n_silent == 1 ? "does" : "do");
		write_region(out, of->catalogue, found.silent);
		fputs(found.n_silent > 1 ? " and others" : "", out);
	}
}

/* Of any kind. */

static void word_home(FILE *out, const struct definition_of *of)
{
	const struct region *region = &of->catalogue->regions[of->region];

	if (of->region == REGION_ALL) {
		fputs("of every region, also those whose region the catalogue does not know", out);
		return;
	}
	if (of->region == REGION_UNASSIGNED) {
		fputs("whose region the catalogue does not know", out);
		return;
	}
	fputs("at home in ", out);
	write_region(out, of->catalogue, of->region);
	if (region->n_homes > 1) {
		fputs(", or in one of the ", out);
		write_count(out, region->n_homes - 1, "region", "regions");
		fputs(" below it", out);
	}
}

static void word_time(FILE *out, const struct definition_of *of)
{
	fputs(of->live ? "today; every accepted event counts, one that is dated later, too"
		       : "what is dated later has not happened",
	      out);
}

static void word_day(FILE *out, const struct definition_of *of)
{
	write_day(out, of->today);
}

static void word_timezone(FILE *out, const struct definition_of *of)
{
	fputs(of->catalogue->timezone, out);
}

/* The end of a sentence. */
static void word_by(FILE *out, const struct definition_of *of)
{
	const struct catalogue *catalogue = of->catalogue;

	if (!catalogue->n_dimensions) {
		fputs("by nothing: the catalogue has no dimensions.", out);
		return;
	}
	for (uint32_t d = 0; d < catalogue->n_dimensions; d++)
		fprintf(out, "%s%s", d ? ", by " : "by ", catalogue->dimensions[d].name);
	fputs(". Any value that the catalogue does not list, or none, is unknown; values of zeros "
	      "are left out.",
	      out);
}

/* Modules. */

static const struct module *module_of(const struct definition_of *of)
{
	return &of->catalogue->modules[subject_index(of->subject)];
}

static void word_pass_mark(FILE *out, const struct definition_of *of)
{
	fprintf(out, "%g%%", module_of(of)->pass_mark / 100.0);
}

/* Programmes. */

static const struct programme *programme_of(const struct definition_of *of)
{
	return &of->catalogue->programmes[subject_index(of->subject)];
}

static void word_stalled(FILE *out, const struct definition_of *of)
{
	write_count(out,
		    subject_kind(of->subject) == KIND_MODULE ? module_of(of)->stalled_after_days
							     : programme_of(of)->stalled_after_days,
		    "day", "days");
}

static void word_modules(FILE *out, const struct definition_of *of)
{
	const struct programme *programme = programme_of(of);

	for (uint32_t i = 0; i < programme->n_modules; i++) {
		if (!list_goes_on(out, i, programme->n_modules))
			return;
		write_module(out, of->catalogue, programme->modules[i]);
	}
}

static void word_window(FILE *out, const struct definition_of *of)
{
	const struct programme *programme = programme_of(of);

	if (programme->from == DAY_MIN && programme->to == DAY_MAX)
		fputs("on any day", out);
	if (programme->from != DAY_MIN) {
		fputs("from ", out);
		write_day(out, programme->from);
		fputs(programme->to == DAY_MAX ? " on" : " ", out);
	}
	if (programme->to != DAY_MAX) {
		fputs("to ", out);
		write_day(out, programme->to);
	}
}

/* Places, counted (out is NULL), and then listed. */
struct places {
	FILE *out;
	const struct catalogue *catalogue;
	uint32_t i, n;
	bool ended;
};

static void write_place(void *context, uint32_t region)
{
	struct places *places = context;

	if (!places->out)
		places->n++;
	else if (!places->ended && list_goes_on(places->out, places->i++, places->n))
		write_region(places->out, places->catalogue, region);
	else
		places->ended = true;
}

static void word_places(FILE *out, const struct definition_of *of)
{
	const struct programme *programme = programme_of(of);
	struct places places = { .catalogue = of->catalogue };

	if (!programme->n_regions) {
		fputs("anywhere", out);
		return;
	}
	programme_places(of->catalogue, of->sight, programme, write_place, &places);
	places.out = out;
	fputs("in the programme's regions (", out);
	programme_places(of->catalogue, of->sight, programme, write_place, &places);
	fputs(")", out);
}

static void word_complete(FILE *out, const struct definition_of *of)
{
	const struct programme *programme = programme_of(of);

	if (programme->n_modules == 1)
		fputs("its one module", out);
	else if (programme->complete == programme->n_modules)
		fprintf(out, "all %" PRIu32 " of its modules", programme->n_modules);
	else
		fprintf(out, "%" PRIu32 " of its %" PRIu32 " modules", programme->complete,
			programme->n_modules);
}

/* Of people: of all regions. */
static void word_leaves(FILE *out, const struct definition_of *of)
{
	const struct catalogue *catalogue = of->catalogue;
	const struct region *region = &catalogue->regions[of->region];
	static const struct programme everywhere;
	const struct programme *programme =
		subject_kind(of->subject) == KIND_PROGRAMME ? programme_of(of) : &everywhere;
	uint32_t n = 0;

	for (uint32_t i = 0; i < region->n_homes; i++)
		n += catalogue->regions[region->homes[i]].leaf &&
		     catalogue_inside_any(catalogue, region->homes[i], programme->regions,
					  programme->n_regions);
	if (n)
		fprintf(out, "%" PRIu32, n);
	else
		fputs("there is none", out);
}

static void word_targets(FILE *out, const struct definition_of *of)
{
	const struct programme *programme = programme_of(of);

	if (!programme->n_targets)
		fputs("the catalogue has no targets for it", out);
	for (uint32_t i = 0; i < programme->n_targets; i++) {
		const struct target *target = &programme->targets[i];

		if (!list_goes_on(out, i, programme->n_targets))
			return;
		fprintf(out, "%" PRIu32 " %s", target->value, measure_name(target->measure));
		write_where(out, of->catalogue, &target->where);
	}
}

/* Competences. */

static void write_grant(FILE *out, const struct catalogue *catalogue, uint32_t module,
			const struct grant *grant)
{
	write_module(out, catalogue, module);
	fprintf(out, ", level %d, earned each time it is %s, ", grant->level,
		grant->by_pass ? "passed" : "completed");
	if (!grant->valid_months) {
		fputs("for ever", out);
		return;
	}
	fputs("for ", out);
	write_count(out, grant->valid_months, "month", "months");
}

static bool is_told(const struct definition_of *of, uint32_t module, const struct grant *grant)
{
	return grant->competence == subject_index(of->subject) &&
	       (!of->sight || of->sight->modules[module]);
}

static void word_grants(FILE *out, const struct definition_of *of)
{
	const struct catalogue *catalogue = of->catalogue;
	uint32_t n = 0, i = 0;

	for (uint32_t m = 0; m < catalogue->n_modules; m++)
		for (uint32_t g = 0; g < catalogue->modules[m].n_grants; g++)
			n += is_told(of, m, &catalogue->modules[m].grants[g]);
	if (!n)
		fputs("no module", out);
	for (uint32_t m = 0; m < catalogue->n_modules; m++)
		for (uint32_t g = 0; g < catalogue->modules[m].n_grants; g++) {
			const struct grant *grant = &catalogue->modules[m].grants[g];

			if (!is_told(of, m, grant))
				continue;
			if (!list_goes_on(out, i++, n))
				return;
			write_grant(out, catalogue, m, grant);
		}
}

static void word_headcount(FILE *out, const struct definition_of *of)
{
	static const struct where everyone;

	write_headcount(out, of, &everyone);
}

static void word_requirements(FILE *out, const struct definition_of *of)
{
	const struct competence *competence =
		&of->catalogue->competences[subject_index(of->subject)];

	if (!competence->n_requirements)
		fputs("the catalogue has no requirements for it", out);
	for (uint32_t i = 0; i < competence->n_requirements; i++) {
		const struct requirement *requirement = &competence->requirements[i];

		if (!list_goes_on(out, i, competence->n_requirements))
			return;
		fprintf(out, "level %d", requirement->level);
		write_where(out, of->catalogue, &requirement->where);
		fputs(requirement->where.n ? "" : " for everyone", out);
		fputs(", headcount ", out);
		write_headcount(out, of, &requirement->where);
	}
}

static void word_subject(FILE *out, const struct definition_of *of)
{
	const struct competence *competence;

	if (subject_kind(of->subject) == KIND_MODULE) {
		write_module(out, of->catalogue, subject_index(of->subject));
		return;
	}
	competence = &of->catalogue->competences[subject_index(of->subject)];
	write_name(out, competence->id, competence->name);
}

/* All of them. */

static const struct {
	const char *word;
	void (*write)(FILE *out, const struct definition_of *of);
} words[] = {
	{ "home", word_home },
	{ "time", word_time },
	{ "day", word_day },
	{ "timezone", word_timezone },
	{ "by", word_by },
	{ "subject", word_subject }, /* a module or a competence */
	{ "pass_mark", word_pass_mark },
	{ "stalled", word_stalled },
	{ "modules", word_modules },
	{ "window", word_window },
	{ "places", word_places },
	{ "complete", word_complete },
	{ "leaves", word_leaves },
	{ "targets", word_targets },
	{ "grants", word_grants },
	{ "headcount", word_headcount },
	{ "requirements", word_requirements },
};

static void write_word(FILE *out, const struct definition_of *of, struct text word)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (text_equal(word, text_of(words[i].word))) {
			words[i].write(out, of);
			return;
		}
	assert(!"a definition has a word that is none");
}

void words_write(FILE *out, const struct definition_of *of, const char *text)
{
	for (const char *at = text; *at; at++) {
		const char *end = *at == '{' ? strchr(at, '}') : NULL;

		if (!end) {
			fputc(*at, out);
			continue;
		}
		write_word(out, of, (struct text){ at + 1, (size_t)(end - at - 1) });
		at = end;
	}
}
