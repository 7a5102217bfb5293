/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/catalogue/subject.h"
#include "daemon/contribution/parts.h"

static void write_scores(struct counts *counts, const struct module_state *was,
			 const struct module_state *is)
{
	const struct module_state *states[SIDES] = { was, is };
	uint64_t percent[SIDES], days[SIDES];
	const uint64_t *score[SIDES] = { NULL, NULL }, *took[SIDES] = { NULL, NULL };
	int64_t best[SIDES] = { 0, 0 }, gain[SIDES] = { 0, 0 };

	for (int side = 0; side < SIDES; side++) {
		const struct module_state *state = states[side];

		if (state->best != NO_SCORE) {
			percent[side] = (uint32_t)state->best / 100;
			score[side] = &percent[side];
			best[side] = state->best;
		}
		if (state->completed) {
			days[side] = (uint64_t)((state->completed->time - state->started->time) /
						DAY_MS);
			took[side] = &days[side];
		}
		if (state->gain != NO_SCORE)
			gain[side] = state->gain;
	}
	counts_one(counts, FACET_SCORE, 0, score[WAS], score[IS]);
	counts_number(counts, FACET_SCORE_SUM, best[WAS], best[IS]);
	counts_one(counts, FACET_TOOK, 0, took[WAS], took[IS]);
	counts_number(counts, FACET_GAIN, was->gain != NO_SCORE, is->gain != NO_SCORE);
	counts_number(counts, FACET_GAIN_SUM, gain[WAS], gain[IS]);
}

static void write_module(struct counts *counts, const struct module_state *was,
			 const struct module_state *is)
{
	counts_day(counts, FACET_STARTED, was->started, is->started);
	counts_day(counts, FACET_COMPLETED, was->completed, is->completed);
	counts_day(counts, FACET_PASSED, was->passed, is->passed);
	counts_number(counts, FACET_WITHDRAWN, was->withdrawn, is->withdrawn);
	counts_number(counts, FACET_ASSESSED, was->attempts > 0, is->attempts > 0);
	counts_number(counts, FACET_PASSED_FIRST, was->passed_first, is->passed_first);
	counts_number(counts, FACET_ATTEMPTS, was->attempts, is->attempts);
	write_scores(counts, was, is);
	counts_last(counts, (struct counts_last){ was->last, was->completed || was->withdrawn },
		    (struct counts_last){ is->last, is->completed || is->withdrawn });
	counts_hours(counts);
	counts_months(counts);
	counts_enrolment(counts, (struct counts_enrolled){ was->enrolment, was->started },
			 (struct counts_enrolled){ is->enrolment, is->started });
	counts_by(counts, FACET_BY_STARTED, was->started, is->started);
	counts_by(counts, FACET_BY_COMPLETED, was->completed, is->completed);
	counts_by(counts, FACET_BY_PASSED, was->passed, is->passed);
	counts_by_minutes(counts);
}

/* Of who has done nothing only the enrolment counts. */
static bool fold_side(struct counts *counts, enum side side, struct span facts,
		      struct module_state *ret_state)
{
	bool is_there = module_fold(facts.first, facts.end, ret_state);

	if (!ret_state->started) {
		ret_state->last = NULL;
		ret_state->withdrawn = false;
		return is_there;
	}
	for (const struct standing *fact = facts.first; fact < facts.end; fact++) {
		counts_note_hour(counts, side, fact);
		counts_note_month(counts, side, fact);
	}
	return is_there;
}

void write_modules(struct counts *counts, const struct standing *ret_last[SIDES])
{
	struct outline *outline = &counts->folding->outline;
	struct module_state states[SIDES];

	ret_last[WAS] = ret_last[IS] = NULL;
	for (size_t i = 0; i < outline->n_modules && !counts->err; i++) {
		struct outline_module *module = &outline->modules[i];
		bool is_there[SIDES];

		if (!module->is_touched)
			continue;
		counts->subject = subject_of(KIND_MODULE, module->module);
		is_there[WAS] = fold_side(counts, WAS, module->was, &states[WAS]);
		is_there[IS] = fold_side(counts, IS, module->is, &states[IS]);
		write_module(counts, &states[WAS], &states[IS]);
		if (counts_wants_regions(counts, is_there[WAS], is_there[IS])) {
			counts_note_regions(counts, module);
			counts_regions(counts, is_there[WAS], is_there[IS]);
		}
		for (int side = 0; side < SIDES; side++)
			if (states[side].last &&
			    (!ret_last[side] || states[side].last->time > ret_last[side]->time))
				ret_last[side] = states[side].last;
	}
}
