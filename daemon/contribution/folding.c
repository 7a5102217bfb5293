/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "daemon/contribution/parts.h"
#include "proto/grow.h"

struct folding *folding_of(struct contribution *contribution)
{
	if (!contribution->folding)
		contribution->folding = calloc(1, sizeof(*contribution->folding));
	return contribution->folding;
}

int folding_begin(struct folding *folding, const struct seen_facts *seen)
{
	int err;

	folding->seen = *seen;
	folding->has_new_regions = false;
	/* Those of a module that is touched are there twice. */
	err = standings_begin(&folding->standings, 2 * seen->learner->n);
	return err ? err : outline_make(&folding->outline, seen);
}

/* Without the new ones. */
static int stand_old(struct folding *folding, struct outline_module *module)
{
	const struct seen_facts *seen = &folding->seen;
	size_t from = module->first, n = 0;

	if (grow(&folding->old, &folding->room_old, module->end - module->first,
		 sizeof(*folding->old)) != 0)
		return LIFT_E_MEMORY;
	for (uint32_t place = module->first_new; place <= module->end_new; place++) {
		size_t to = place < module->end_new ? seen->places[place] : module->end;

		memcpy(folding->old + n, seen->learner->facts + from,
		       (to - from) * sizeof(*folding->old));
		n += to - from;
		from = to + 1;
	}
	module->was = standings_add(&folding->standings, folding->old, folding->old + n,
				    seen->profiles->catalogue, seen->until);
	return 0;
}

int folding_stand(struct folding *folding, struct outline_module *module)
{
	const struct seen_facts *seen = &folding->seen;
	const struct fact *facts = seen->learner->facts;

	if (module->is_made)
		return 0;
	module->is_made = true;
	module->is = standings_add(&folding->standings, facts + module->first, facts + module->end,
				   seen->profiles->catalogue, seen->until);
	if (!module->is_touched)
		module->was = module->is;
	else if (seen->n_places > 0)
		return stand_old(folding, module);
	return 0;
}

void write_belonging(struct counts *counts, uint32_t n, const struct belonging_kind *kind)
{
	const struct outline *outline = &counts->folding->outline;
	struct belongings *belongings = &counts->folding->belongings;

	if (!counts->err)
		counts->err = belongings_begin(belongings, n);
	if (counts->err)
		return;
	kind->ask(counts);
	for (uint32_t i = 0; i < outline->n_modules && !counts->err; i++)
		counts->err = kind->add(belongings,
					&counts->catalogue->modules[outline->modules[i].module], i);
	for (uint32_t of = belongings_next(belongings, 0); of < n && !counts->err;
	     of = belongings_next(belongings, of + 1))
		kind->write(counts, of);
}
