/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/change/stays.h"

#include <stdlib.h>

#include "daemon/change/stays_programme.h"
#include "daemon/change/tallied.h"

/* Where somebody has moved to, or from. */

struct moving {
	bool *moved;
	uint32_t home, n_regions;
};

static void note_move(void *context, const struct tally_key *key, int64_t n)
{
	struct moving *moving = context;

	if (key->facet != FACET_FROM || n <= 0 || key->bucket >= moving->n_regions)
		return;
	moving->moved[moving->home] = true;
	moving->moved[key->bucket] = true;
}

static bool any_as_they_came(const struct catalogue *catalogue)
{
	for (uint32_t p = 0; p < catalogue->n_programmes; p++)
		if (catalogue->programmes[p].profile == PROFILE_ENTRY)
			return true;
	return false;
}

/* Only where that matters to a programme. */
static int find_moved(struct stays *s)
{
	struct tallies tallies = ledger_view_tallies(s->ledger);
	struct moving moving = { s->moved, 0, s->before->n_regions };
	int err = 0;

	if (!any_as_they_came(s->before) && !any_as_they_came(s->moves->after))
		return 0;
	for (size_t i = 0; i < s->pairs->n && !err; i++) {
		moving.home = s->pairs->items[i].home;
		err = tallies.range(tallies.source, moving.home, s->pairs->items[i].subject,
				    note_move, &moving);
	}
	return err;
}

/* Is each region below the same ones as before? */
static bool find_regions_same(const struct catalogue *before, const struct catalogue *after)
{
	if (before->n_regions != after->n_regions)
		return false;
	for (uint32_t i = 0; i < before->n_regions; i++) {
		const struct region *was = &before->regions[i];
		uint32_t is = catalogue_region(after, text_of(was->code));

		if (is == CATALOGUE_NONE || after->regions[is].n_above != was->n_above)
			return false;
		for (uint32_t k = 0; k < was->n_above; k++) {
			const char *code = before->regions[was->above[k]].code;
			uint32_t above = catalogue_region(after, text_of(code));

			if (above == CATALOGUE_NONE || !catalogue_inside(after, is, above))
				return false;
		}
	}
	return true;
}

int stays_begin(struct stays *s, const struct moves *moves, const struct catalogue *before,
		struct pairs *pairs, struct ledger_view *ledger)
{
	*s = (struct stays){ .before = before, .moves = moves, .pairs = pairs, .ledger = ledger };
	s->moved = calloc(before->n_regions, sizeof(*s->moved));
	if (!s->moved)
		return LIFT_E_MEMORY;
	s->regions_same = find_regions_same(before, moves->after);
	return find_moved(s);
}

void stays_end(struct stays *s)
{
	free(s->moved);
	s->moved = NULL;
}

/* Of others. */

static bool grants(const struct module *module, uint32_t competence, bool by_pass)
{
	for (uint32_t g = 0; g < module->n_grants; g++)
		if (module->grants[g].competence == competence &&
		    module->grants[g].by_pass == by_pass)
			return true;
	return false;
}

static enum facet facet_of(const struct grant *grant)
{
	return grant->by_pass ? FACET_PASSED : FACET_COMPLETED;
}

/* Is it granted for all that it was granted for? Else, has it been earned at least once by each who
 * has done what it was granted for: nothing that they did was valid for no day? */
static bool earned_by_all(struct stays *s, const struct pair *pair, uint32_t is,
			  const struct pair *modules, const struct pair *end)
{
	int64_t done = 0;
	bool all_stay = true;

	for (; modules < end && subject_kind(modules->subject) == KIND_MODULE; modules++) {
		uint32_t was = subject_index(modules->subject), at = moves_module(s->moves, was);
		const struct module *module = &s->before->modules[was];

		for (uint32_t g = 0; g < module->n_grants; g++) {
			const struct grant *grant = &module->grants[g];

			if (grant->competence != subject_index(pair->subject))
				continue;
			done += tallied_count(s->ledger, modules, facet_of(grant), -1, &s->err);
			all_stay &= at != CATALOGUE_NONE &&
				    grants(&s->moves->after->modules[at], is, grant->by_pass);
		}
	}
	return all_stay || tallied_count(s->ledger, pair, FACET_EARNED, -1, &s->err) >= done;
}

/* Somebody has done one of the modules that grant it, as the grant asks. */
static bool any_grants(struct stays *s, uint32_t competence, const struct pair *modules,
		       const struct pair *end)
{
	for (; modules < end && subject_kind(modules->subject) == KIND_MODULE; modules++) {
		uint32_t at = moves_module(s->moves, subject_index(modules->subject));
		const struct module *module =
			at == CATALOGUE_NONE ? NULL : &s->moves->after->modules[at];

		for (uint32_t g = 0; module && g < module->n_grants; g++)
			if (module->grants[g].competence == competence &&
			    tallied_count(s->ledger, modules, facet_of(&module->grants[g]), -1,
					  &s->err) > 0)
				return true;
	}
	return false;
}

static bool competence_stays(struct stays *s, const struct pair *pair, const struct pair *modules,
			     const struct pair *end)
{
	const char *id = s->before->competences[subject_index(pair->subject)].id;
	uint32_t is = subject_find(s->moves->after, KIND_COMPETENCE, text_of(id));

	return is != CATALOGUE_NONE && any_grants(s, subject_index(is), modules, end) &&
	       earned_by_all(s, pair, subject_index(is), modules, end);
}

static bool has_started(struct stays *s, const struct pair *module)
{
	return tallied_day(s->ledger, module,
			   (struct looking){ TALLIED_STARTED, DAY_MIN, DAY_MAX, false }, &s->err);
}

/* Under its own id, or that of the one that has the id as an alias. Who is enrolled only may have
 * withdrawn by what else is told of that one. */
static bool module_stays(struct stays *s, const struct pair *pair)
{
	uint32_t module = subject_index(pair->subject), is = moves_module(s->moves, module);

	return is != CATALOGUE_NONE &&
	       is == catalogue_module(s->moves->after, text_of(s->before->modules[module].id)) &&
	       (moves_keep_module(s->moves, module) || has_started(s, pair));
}

/* Who does something that counts, counts; to be enrolled is not to do something. */
static bool people_stay(struct stays *s, const struct pair *modules, const struct pair *end)
{
	for (; modules < end && subject_kind(modules->subject) == KIND_MODULE; modules++)
		if (moves_module(s->moves, subject_index(modules->subject)) != CATALOGUE_NONE &&
		    has_started(s, modules))
			return true;
	return false;
}

int stays_find(struct stays *s, uint32_t home)
{
	struct pair *first = s->pairs->items + s->pairs->first[home];
	struct pair *end = s->pairs->items + s->pairs->first[home + 1];

	for (struct pair *pair = first; pair < end && !s->err; pair++)
		switch (subject_kind(pair->subject)) {
		case KIND_MODULE:
			pair->stays = module_stays(s, pair);
			break;
		case KIND_PROGRAMME:
			stays_programme(s, pair, first, end);
			break;
		case KIND_COMPETENCE:
			pair->stays = competence_stays(s, pair, first, end);
			break;
		default:
			pair->stays = people_stay(s, first, end);
		}
	return s->err;
}
