/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/figures/words/programme_words.h"

#include <inttypes.h>

#include "daemon/catalogue/subject.h"
#include "daemon/figures/words/phrases.h"

static const struct programme *programme_of(const struct definition_of *of)
{
	return &of->catalogue->programmes[subject_index(of->subject)];
}

static void word_modules(FILE *out, const struct definition_of *of)
{
	const struct programme *programme = programme_of(of);

	for (uint32_t i = 0; i < programme->n_modules; i++) {
		if (!phrase_goes_on(out, i, programme->n_modules))
			return;
		phrase_module(out, of->catalogue, programme->modules[i]);
	}
}

static void word_window(FILE *out, const struct definition_of *of)
{
	const struct programme *programme = programme_of(of);

	if (programme->from == DAY_MIN && programme->to == DAY_MAX)
		fputs("on any day", out);
	if (programme->from != DAY_MIN) {
		fputs("from ", out);
		phrase_day(out, programme->from);
		fputs(programme->to == DAY_MAX ? " on" : " ", out);
	}
	if (programme->to != DAY_MAX) {
		fputs("to ", out);
		phrase_day(out, programme->to);
	}
	if (programme_is_dated(of->catalogue, of->sight, programme))
		fputs(" and within the days of the region", out);
}

/* Places, counted (out is NULL), and then listed. */
struct places {
	FILE *out;
	const struct catalogue *catalogue;
	uint32_t i, n;
	bool ended;
};

static void write_place(void *context, uint32_t region, const struct membership *row)
{
	struct places *places = context;

	if (!places->out) {
		places->n++;
	} else if (!places->ended && phrase_goes_on(places->out, places->i++, places->n)) {
		phrase_region(places->out, places->catalogue, region);
		phrase_days(places->out, row->row_from, row->row_to);
	} else {
		places->ended = true;
	}
}

static void word_places(FILE *out, const struct definition_of *of)
{
	const struct programme *programme = programme_of(of);
	struct places places = { .catalogue = of->catalogue };

	if (!programme->n_regions) {
		fputs("anywhere", out);
		return;
	}
	programme_rows(of->catalogue, of->sight, programme, write_place, &places);
	places.out = out;
	fputs("in the programme's regions (", out);
	programme_rows(of->catalogue, of->sight, programme, write_place, &places);
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

static bool as_they_came(const struct definition_of *of)
{
	return subject_kind(of->subject) == KIND_PROGRAMME &&
	       programme_of(of)->profile == PROFILE_ENTRY;
}

static void word_homes(FILE *out, const struct definition_of *of)
{
	fputs(as_they_came(of)
		      ? "A learner's home and attributes are, in this programme, those of the time "
			"when the learner came: of the first fact that counts and is no withdrawal "
			"or enrolment; of one without any, of the first enrolment."
		      : "A learner's home is the region that the learner's latest event gave; when "
			"it changes, all earlier facts of the learner move along. Of each "
			"attribute that is counted by, too, the latest value is used.",
	      out);
}

/* Between where they are at home and what they have done. */
static void word_then(FILE *out, const struct definition_of *of)
{
	fputs(as_they_came(of) ? " when it happened," : "", out);
}

static void word_profile(FILE *out, const struct definition_of *of)
{
	fputs(as_they_came(of) ? "by what was then" : "by what is now", out);
}

/* A sentence, or none. */
static void word_members(FILE *out, const struct definition_of *of)
{
	const struct programme *programme = programme_of(of);

	if (!programme->enrolled_only)
		return;
	fputs(" Only those who are admitted", out);
	if (programme->admission != CATALOGUE_NONE) {
		fputs(" by ", out);
		phrase_module(out, of->catalogue, programme->admission);
	}
	fputs(", or were until they withdrew.", out);
}

static void word_left(FILE *out, const struct definition_of *of)
{
	const struct programme *programme = programme_of(of);

	if (programme->admission == CATALOGUE_NONE) {
		fputs("fact in these modules and days", out);
		return;
	}
	fputs("enrolment or withdrawal of ", out);
	phrase_module(out, of->catalogue, programme->admission);
}

static void word_done(FILE *out, const struct definition_of *of)
{
	fputs(programme_of(of)->by_pass ? "passed" : "completed", out);
}

static void word_enrolled(FILE *out, const struct definition_of *of)
{
	const struct programme *programme = programme_of(of);

	if (programme->admission == CATALOGUE_NONE) {
		fputs("by the furthest state in which they are enrolled in a module of the "
		      "programme: applied, waiting, admitted",
		      out);
		return;
	}
	fputs("by the latest state in which they are enrolled in ", out);
	phrase_module(out, of->catalogue, programme->admission);
	fputs(", which admits to the programme, be it before the first day: applied, waiting, "
	      "admitted",
	      out);
}

/* Targets. */

static bool target_shows(const struct definition_of *of, const struct target *target, bool places)
{
	return target->each ? places : target->region == of->region;
}

uint32_t programme_targets_shown(const struct definition_of *of)
{
	const struct programme *programme = programme_of(of);
	bool places = places_count(of) > 0;
	uint32_t n = 0;

	for (uint32_t i = 0; i < programme->n_targets; i++)
		n += target_shows(of, &programme->targets[i], places);
	return n;
}

static void word_aim(FILE *out, const struct definition_of *of)
{
	fputs(of->region == REGION_ALL ? "in every region together" : "in this region", out);
}

static void write_each_target(FILE *out, const struct definition_of *of,
			      const struct target *target)
{
	int64_t value;

	fputs(" in each place of the programme", out);
	if (!places_has(of, of->region)) {
		fputs(" (places: those here that have reached it, of those whose value is known)",
		      out);
		return;
	}
	if (!target->share)
		return;
	fputs(", here ", out);
	if (catalogue_target_value(of->catalogue, target, of->region, &value))
		fprintf(out, "%" PRId64 " of ", value);
	phrase_headcount(out, of, &target->where);
}

static void write_target(FILE *out, const struct definition_of *of, const struct target *target)
{
	static const char *const measures[MEASURES] = {
		[MEASURE_PARTICIPANTS] = "participants",
		[MEASURE_COMPLETED] = "completed",
		[MEASURE_ADMITTED] = "admitted",
		[MEASURE_HOURS] = "whole hours of presence",
	};

	if (target->share)
		fprintf(out, "%g%% of the headcount as %s", target->share * 100.0 / SHARE_ONE,
			measures[target->measure]);
	else
		fprintf(out, "%" PRIu32 " %s", target->value, measures[target->measure]);
	phrase_where(out, of->catalogue, &target->where);
	if (target->each)
		write_each_target(out, of, target);
}

static void word_targets(FILE *out, const struct definition_of *of)
{
	const struct programme *programme = programme_of(of);
	uint32_t n = programme_targets_shown(of), k = 0;
	bool places = places_count(of) > 0;

	if (!n)
		fputs("the catalogue has no targets for it", out);
	for (uint32_t i = 0; i < programme->n_targets; i++) {
		if (!target_shows(of, &programme->targets[i], places))
			continue;
		if (!phrase_goes_on(out, k++, n))
			return;
		write_target(out, of, &programme->targets[i]);
	}
}

const struct word programme_words[PROGRAMME_WORDS] = {
	{ "modules", word_modules },   { "window", word_window },     { "places", word_places },
	{ "complete", word_complete }, { "homes", word_homes },	      { "then", word_then },
	{ "profile", word_profile },   { "members", word_members },   { "left", word_left },
	{ "done", word_done },	       { "enrolled", word_enrolled }, { "aim", word_aim },
	{ "targets", word_targets },
};
