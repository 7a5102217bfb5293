/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/figures/words/words.h"

#include <assert.h>
#include <inttypes.h>

#include "daemon/catalogue/subject.h"
#include "daemon/figures/words/phrases.h"
#include "daemon/figures/words/programme_words.h"
#include "daemon/tally/tally.h"

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
	phrase_region(out, of->catalogue, of->region);
	if (region->n_homes > 1) {
		fputs(", or in one of the ", out);
		phrase_count(out, region->n_homes - 1, "region", "regions");
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
	phrase_day(out, of->today);
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

/* Of modules and of programmes. */

static void word_stalled(FILE *out, const struct definition_of *of)
{
	phrase_count(
		out,
		subject_kind(of->subject) == KIND_MODULE
			? module_of(of)->stalled_after_days
			: of->catalogue->programmes[subject_index(of->subject)].stalled_after_days,
		"day", "days");
}

static void word_leaves(FILE *out, const struct definition_of *of)
{
	uint32_t n = places_count(of);

	if (n)
		fprintf(out, "%" PRIu32, n);
	else
		fputs("there is none", out);
	if (n && subject_kind(of->subject) == KIND_PROGRAMME &&
	    programme_is_dated(of->catalogue, of->sight,
			       &of->catalogue->programmes[subject_index(of->subject)]))
		fputs(", those that have left among them", out);
}

/* What is reported of presences. */

static void word_reported(FILE *out, const struct definition_of *of)
{
	fputs(of->has.reported ? ", and the minutes reported," : "", out);
}

static void word_months(FILE *out, const struct definition_of *of)
{
	fputs("learners who attended, minutes, and whole hours, which are each learner's minutes "
	      "of that month down to whole hours, added up. A presence is of the month in which "
	      "it began",
	      out);
	if (subject_kind(of->subject) == KIND_PROGRAMME)
		fputs("; those of all modules are together", out);
}

static void word_nominal(FILE *out, const struct definition_of *of)
{
	uint32_t minutes = module_of(of)->minutes;

	if (!minutes) {
		fputs("not known: the catalogue does not say how long it takes", out);
		return;
	}
	phrase_count(out, minutes, "minute", "minutes");
	fputs(" for each who has completed it", out);
}

/* Competences. */

static void write_grant(FILE *out, const struct catalogue *catalogue, uint32_t module,
			const struct grant *grant)
{
	phrase_module(out, catalogue, module);
	fprintf(out, ", level %d, earned each time it is %s, ", grant->level,
		grant->by_pass ? "passed" : "completed");
	if (!grant->valid_months) {
		fputs("for ever", out);
		return;
	}
	fputs("for ", out);
	phrase_count(out, grant->valid_months, "month", "months");
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
			if (!phrase_goes_on(out, i++, n))
				return;
			write_grant(out, catalogue, m, grant);
		}
}

static void word_headcount(FILE *out, const struct definition_of *of)
{
	static const struct where everyone;

	phrase_headcount(out, of, &everyone);
}

static void word_requirements(FILE *out, const struct definition_of *of)
{
	const struct competence *competence =
		&of->catalogue->competences[subject_index(of->subject)];

	if (!competence->n_requirements)
		fputs("the catalogue has no requirements for it", out);
	for (uint32_t i = 0; i < competence->n_requirements; i++) {
		const struct requirement *requirement = &competence->requirements[i];

		if (!phrase_goes_on(out, i, competence->n_requirements))
			return;
		fprintf(out, "level %d", requirement->level);
		phrase_where(out, of->catalogue, &requirement->where);
		fputs(requirement->where.n || requirement->count ? "" : " for everyone", out);
		if (requirement->count) {
			fprintf(out, ", %" PRIu32 " in each of ", requirement->count);
			phrase_count(out, places_count(of), "leaf region", "leaf regions");
			continue;
		}
		fputs(", headcount ", out);
		phrase_headcount(out, of, &requirement->where);
	}
}

/* A sentence, or none. */
static void word_each(FILE *out, const struct definition_of *of)
{
	const struct competence *competence =
		&of->catalogue->competences[subject_index(of->subject)];
	bool any = false;

	for (uint32_t i = 0; i < competence->n_requirements; i++)
		any |= competence->requirements[i].count > 0;
	if (any)
		fputs(" Of those in each leaf region, n is what the leaf regions have, each so "
		      "many at most, and of is so many for each.",
		      out);
}

static void word_subject(FILE *out, const struct definition_of *of)
{
	const struct competence *competence;

	if (subject_kind(of->subject) == KIND_MODULE) {
		phrase_module(out, of->catalogue, subject_index(of->subject));
		return;
	}
	competence = &of->catalogue->competences[subject_index(of->subject)];
	phrase_name(out, competence->id, competence->name);
}

/* All of them. */

static const struct word words[] = {
	{ "home", word_home },
	{ "time", word_time },
	{ "day", word_day },
	{ "timezone", word_timezone },
	{ "by", word_by },
	{ "subject", word_subject }, /* a module or a competence */
	{ "pass_mark", word_pass_mark },
	{ "stalled", word_stalled },
	{ "leaves", word_leaves },
	{ "grants", word_grants },
	{ "headcount", word_headcount },
	{ "requirements", word_requirements },
	{ "reported", word_reported },
	{ "months", word_months },
	{ "nominal", word_nominal },
	{ "each", word_each },
};

static bool write_word_of(FILE *out, const struct definition_of *of, const struct word *of_words,
			  size_t n, struct text word)
{
	for (size_t i = 0; i < n; i++)
		if (text_equal(word, text_of(of_words[i].word))) {
			of_words[i].write(out, of);
			return true;
		}
	return false;
}

static void write_word(FILE *out, const struct definition_of *of, struct text word)
{
	bool written = write_word_of(out, of, words, sizeof(words) / sizeof(words[0]), word) ||
		       write_word_of(out, of, programme_words, PROGRAMME_WORDS, word);

	assert(written);
	(void)written;
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
