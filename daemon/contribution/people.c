/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/catalogue/subject.h"
#include "daemon/contribution/parts.h"

/* Of modules that are not touched the one whose facts end last, after a moment; NULL: there is
 * none. */
static struct outline_module *find_later(struct folding *folding, int64_t after)
{
	struct outline_module *found = NULL;

	for (size_t i = 0; i < folding->outline.n_modules; i++) {
		struct outline_module *module = &folding->outline.modules[i];
		int64_t last = folding->seen.learner->facts[module->end - 1].time;

		if (module->is_touched || module->is_passed || last <= after)
			continue;
		found = module;
		after = last;
	}
	return found;
}

static int64_t time_of(const struct standing *fact)
{
	return fact ? fact->time : INT64_MIN;
}

/* The last fact in one of these that counts, if it is after both sides' last ones of the others:
 * where it is not, it changes neither. */
static int look_further(struct folding *folding, const struct standing *last[SIDES])
{
	int64_t was = time_of(last[WAS]), is = time_of(last[IS]), after = was < is ? was : is;
	struct outline_module *module;
	struct module_state state;

	while ((module = find_later(folding, after))) {
		int err = folding_stand(folding, module);

		if (err)
			return err;
		module->is_passed = true;
		module_fold(module->is.first, module->is.end, &state);
		if (!state.started || state.last->time <= after)
			continue;
		after = state.last->time;
		for (int side = 0; side < SIDES; side++)
			if (after > time_of(last[side]))
				last[side] = state.last;
	}
	return 0;
}

static void write_regions(struct counts *counts, bool was_so, bool is_so)
{
	struct outline *outline = &counts->folding->outline;

	if (!counts_wants_regions(counts, was_so, is_so))
		return;
	for (size_t i = 0; i < outline->n_modules; i++)
		counts_note_regions(counts, &outline->modules[i]);
	counts_regions(counts, was_so, is_so);
}

void write_people(struct counts *counts, const struct standing *last[SIDES])
{
	if (counts->err ||
	    (time_of(last[WAS]) == time_of(last[IS]) && !counts_wants_regions(counts, true, true)))
		return;
	counts->err = look_further(counts->folding, last);
	if (counts->err)
		return;
	counts->subject = subject_of(KIND_PEOPLE, 0);
	counts_day(counts, FACET_LAST, last[WAS], last[IS]);
	counts_by(counts, FACET_BY_LEARNERS, last[WAS], last[IS]);
	write_regions(counts, last[WAS], last[IS]);
}
