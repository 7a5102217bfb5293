/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/catalogue/subject.h"
#include "daemon/contribution/parts.h"

/* Writing one. */

/* Each run of days with a level low..high; the parts of the first one and of those after it. */
static void write_spans(struct counts *counts, enum facet facet, const uint32_t parts[2], int low,
			int high)
{
	const struct competence_state *states = counts->folding->competences;
	size_t at[SIDES] = { 0, 0 };
	bool has[SIDES] = { true, true };

	for (uint32_t n = 0; has[WAS] || has[IS]; n = 1) {
		uint64_t spans[SIDES];
		struct days days;

		for (int side = 0; side < SIDES; side++) {
			has[side] = has[side] &&
				    competence_next(&states[side], &at[side], low, high, &days);
			if (has[side])
				spans[side] = tally_span(days.begin, days.n);
		}
		counts_one(counts, facet, parts[n], has[WAS] ? &spans[WAS] : NULL,
			   has[IS] ? &spans[IS] : NULL);
	}
}

static void write_part(struct counts *counts, enum facet facet, uint32_t part, int low, int high)
{
	write_spans(counts, facet, (const uint32_t[]){ part, part }, low, high);
}

static void write_change(struct counts *counts, const struct competence *competence)
{
	const struct competence_state *states = counts->folding->competences;
	const uint32_t stretches[] = { STRETCH_FIRST, STRETCH_LATER };

	counts_number(counts, FACET_EARNED, states[WAS].earned, states[IS].earned);
	write_spans(counts, FACET_STRETCH, stretches, 1, CATALOGUE_LEVELS);
	for (int level = 1; level <= CATALOGUE_LEVELS; level++)
		write_part(counts, FACET_LEVEL, (uint32_t)level, level, level);
	for (uint32_t i = 0; i < competence->n_requirements; i++) {
		const struct requirement *requirement = &competence->requirements[i];

		if (where_holds(&requirement->where, counts->profile->values))
			write_part(counts, FACET_REQUIREMENT, i, requirement->level,
				   CATALOGUE_LEVELS);
	}
	for (uint32_t d = 0; d < counts->catalogue->n_dimensions; d++)
		write_part(counts, FACET_BY_HOLDERS, tally_by(d, counts->profile->values[d]), 1,
			   CATALOGUE_LEVELS);
}

static void write_regions(struct counts *counts, uint32_t of, bool was_so, bool is_so)
{
	struct folding *folding = counts->folding;

	if (!counts_wants_regions(counts, was_so, is_so))
		return;
	for (const struct belonging *b = belonging_first(&folding->belongings, of); b;
	     b = belonging_next(&folding->belongings, b))
		counts_note_regions(counts, &folding->outline.modules[b->module]);
	counts_regions(counts, was_so, is_so);
}

/* Folding it. */

static int add_modules(struct folding *folding, uint32_t of, enum side side, bool touched)
{
	const struct catalogue *catalogue = folding->seen.profiles->catalogue;
	int err = 0;

	for (const struct belonging *b = belonging_first(&folding->belongings, of); b && !err;
	     b = belonging_next(&folding->belongings, b)) {
		struct outline_module *module = &folding->outline.modules[b->module];
		struct span span;

		if (module->is_touched != touched)
			continue;
		err = folding_stand(folding, module);
		span = side == IS ? module->is : module->was;
		if (!err)
			err = competence_add(&folding->competences[side],
					     &catalogue->modules[module->module].grants[b->grant],
					     span.first, span.end);
	}
	return err;
}

static int fold_sides(struct folding *folding, uint32_t of)
{
	struct competence_state *was = &folding->competences[WAS], *is = &folding->competences[IS];
	int err;

	competence_begin(was);
	competence_begin(is);
	err = add_modules(folding, of, WAS, false);
	if (!err)
		err = competence_follow(is, was);
	if (!err)
		err = add_modules(folding, of, WAS, true);
	if (!err)
		err = add_modules(folding, of, IS, true);
	if (!err)
		err = competence_end(was);
	return err ? err : competence_end(is);
}

static void write_competence(struct counts *counts, uint32_t of)
{
	const struct competence_state *states = counts->folding->competences;

	counts->subject = subject_of(KIND_COMPETENCE, of);
	counts->err = fold_sides(counts->folding, of);
	if (counts->err)
		return;
	write_change(counts, &counts->catalogue->competences[of]);
	write_regions(counts, of, states[WAS].earned > 0, states[IS].earned > 0);
}

/* Those of which something is touched. */

/* Is a grant earned by the same on both sides? Most facts earn none. */
static bool earns_the_same(const struct grant *grant, const struct outline_module *module)
{
	const struct standing *was = module->was.first, *is = module->is.first;

	for (;; was++, is++) {
		while (was < module->was.end && !grant_is_earned(grant, was))
			was++;
		while (is < module->is.end && !grant_is_earned(grant, is))
			is++;
		if (was == module->was.end || is == module->is.end)
			return was == module->was.end && is == module->is.end;
		if (was->day != is->day || was->valid_until != is->valid_until)
			return false;
	}
}

static void ask(struct counts *counts)
{
	const struct outline *outline = &counts->folding->outline;

	for (size_t i = 0; i < outline->n_modules; i++) {
		const struct outline_module *of = &outline->modules[i];
		const struct module *module = &counts->catalogue->modules[of->module];

		for (uint32_t g = 0; g < module->n_grants && of->is_touched; g++)
			if (!earns_the_same(&module->grants[g], of) ||
			    counts_wants_regions(counts, true, true))
				belongings_ask(&counts->folding->belongings,
					       module->grants[g].competence);
	}
}

static int add(struct belongings *belongings, const struct module *module, uint32_t i)
{
	int err = 0;

	for (uint32_t g = 0; g < module->n_grants && !err; g++)
		err = belongings_add(belongings, module->grants[g].competence, i, g);
	return err;
}

void write_competences(struct counts *counts)
{
	static const struct belonging_kind competences = { ask, add, write_competence };

	write_belonging(counts, counts->catalogue->n_competences, &competences);
}
