/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/change/stays.h"

#include <stdlib.h>
#include <string.h>

#include "proto/event.h"

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
		if (subject_kind(s->pairs->items[i].subject) == KIND_MODULE)
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

/* What is asked of tallies. */

/* Has a module of a home anybody on a day from..to, for one of three facets? */
struct looking {
	enum facet facets[3];
	int32_t from, to;
	bool found;
};

/* What only those have who have started. */
#define STARTED                                              \
	{                                                    \
		FACET_STARTED, FACET_COMPLETED, FACET_PASSED \
	}

static void look(void *context, const struct tally_key *key, int64_t n)
{
	struct looking *looking = context;
	int32_t day = (int32_t)key->bucket;

	for (int i = 0; i < 3; i++)
		looking->found |= n > 0 && key->facet == looking->facets[i] &&
				  day >= looking->from && day <= looking->to;
}

static bool has_day(struct stays *s, const struct pair *pair, struct looking looking)
{
	struct tallies tallies = ledger_view_tallies(s->ledger);
	int err = tallies.range(tallies.source, pair->home, pair->subject, look, &looking);

	if (err)
		s->err = err;
	return looking.found;
}

struct counting {
	enum facet facet;
	int part; /* below 0: any */
	int64_t n;
};

static void count(void *context, const struct tally_key *key, int64_t n)
{
	struct counting *counting = context;

	if (key->facet == counting->facet &&
	    (counting->part < 0 || key->part == (unsigned)counting->part))
		counting->n += n;
}

/* Programmes. */

/* One that is in both catalogues, and a home that has somebody in it. */
struct rules {
	const struct programme *before, *after;
	struct pair *pair;
};

/* Nothing that has made anybody take part is taken from it. */
static bool modules_stay(const struct stays *s, const struct rules *rules)
{
	for (uint32_t i = 0; i < rules->before->n_modules; i++) {
		uint32_t module = rules->before->modules[i];

		if (!moves_met_module(s->moves, module))
			continue;
		module = moves_module(s->moves, module);
		if (module == CATALOGUE_NONE || !programme_has_module(rules->after, module))
			return false;
	}
	return true;
}

/* Is there a row that has all days of another, and all of the home? */
static bool row_stays(const struct stays *s, const struct rules *rules,
		      const struct membership *row)
{
	for (uint32_t i = 0; i < rules->after->n_memberships; i++) {
		const struct membership *after = &rules->after->memberships[i];

		if (after->from <= row->from && after->to >= row->to &&
		    moves_lead_into(s->moves, rules->pair->home, &after->region, 1))
			return true;
	}
	return false;
}

static bool days_stay(const struct stays *s, const struct rules *rules)
{
	for (uint32_t i = 0; i < rules->before->n_memberships; i++) {
		const struct membership *row = &rules->before->memberships[i];

		if (row->from <= row->to &&
		    catalogue_inside(s->before, rules->pair->home, row->region) &&
		    !row_stays(s, rules, row))
			return false;
	}
	return true;
}

static bool admission_stays(const struct stays *s, const struct rules *rules)
{
	uint32_t was = rules->before->admission;

	if (was == CATALOGUE_NONE || !moves_met_module(s->moves, was))
		return was == rules->after->admission;
	return moves_module(s->moves, was) == rules->after->admission;
}

static bool same(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static bool rows_same(const struct stays *s, const struct rules *rules)
{
	const struct programme *a = rules->before, *b = rules->after;

	if (a->n_memberships != b->n_memberships)
		return false;
	for (uint32_t i = 0; i < a->n_memberships; i++) {
		const struct membership *x = &a->memberships[i], *y = &b->memberships[i];

		if (x->from != y->from || x->to != y->to ||
		    !same(s->before->regions[x->region].code,
			  s->moves->after->regions[y->region].code))
			return false;
	}
	return true;
}

/* To the letter: then nothing of it changes, as long as texts and regions are the same as well. */
static bool rules_same(const struct stays *s, const struct rules *rules)
{
	const struct programme *a = rules->before, *b = rules->after;

	return a->n_modules == b->n_modules && modules_stay(s, rules) && rows_same(s, rules) &&
	       admission_stays(s, rules) && a->enrolled_only == b->enrolled_only &&
	       a->profile == b->profile;
}

static int64_t count_facet(struct stays *s, const struct pair *pair, enum facet facet, int part)
{
	struct counting counting = { facet, part, 0 };
	struct tallies tallies = ledger_view_tallies(s->ledger);
	int err = tallies.range(tallies.source, pair->home, pair->subject, count, &counting);

	if (err)
		s->err = err;
	return counting.n;
}

/* Of learners who take part where they were at home when they came, and have moved since: in which
 * home they are is known only where nothing changes at all. That they take part somewhere is known
 * where nothing is taken away. */
static void movers_stay(struct stays *s, const struct rules *rules)
{
	bool as_they_came =
		rules->before->profile == PROFILE_ENTRY && rules->after->profile == PROFILE_ENTRY;

	rules->pair->stays = modules_stay(s, rules) && days_stay(s, rules) &&
			     admission_stays(s, rules) &&
			     rules->after->enrolled_only <= rules->before->enrolled_only &&
			     (as_they_came || rules->after->n_regions == 0);
	rules->pair->roams = !s->moves->same || !s->regions_same || !rules_same(s, rules);
}

/* Somebody who has started one of its modules on a day that still counts. */
static bool any_day_stays(struct stays *s, const struct rules *rules, const struct pair *modules,
			  const struct pair *end)
{
	const struct programme *after = rules->after;

	for (; modules < end && subject_kind(modules->subject) == KIND_MODULE; modules++) {
		uint32_t module = moves_module(s->moves, subject_index(modules->subject));

		if (module == CATALOGUE_NONE || !programme_has_module(after, module))
			continue;
		for (uint32_t i = 0; i < after->n_memberships; i++) {
			const struct membership *row = &after->memberships[i];

			if (moves_lead_into(s->moves, rules->pair->home, &row->region, 1) &&
			    has_day(s, modules,
				    (struct looking){ STARTED, row->from, row->to, false }))
				return true;
		}
	}
	return false;
}

/* Where only the admitted take part, somebody must be known to be. */
static bool members_stay(struct stays *s, const struct rules *rules)
{
	const struct pair *pair = rules->pair;

	if (!admission_stays(s, rules))
		return false;
	return rules->before->enrolled_only ||
	       count_facet(s, pair, FACET_ENROLLED, STATE_ADMITTED) >
		       count_facet(s, pair, FACET_NOT_STARTED, -1);
}

static void programme_stays(struct stays *s, struct pair *pair, const struct pair *modules,
			    const struct pair *end)
{
	struct rules rules = { &s->before->programmes[subject_index(pair->subject)], NULL, pair };
	uint32_t subject = subject_find(s->moves->after, KIND_PROGRAMME, text_of(rules.before->id));
	bool all_stays;

	if (subject == CATALOGUE_NONE)
		return;
	rules.after = &s->moves->after->programmes[subject_index(subject)];
	if (!moves_lead_into(s->moves, pair->home, rules.after->regions, rules.after->n_regions))
		return;
	if ((rules.before->profile == PROFILE_ENTRY || rules.after->profile == PROFILE_ENTRY) &&
	    s->moved[pair->home]) {
		movers_stay(s, &rules);
		return;
	}
	all_stays = modules_stay(s, &rules) && days_stay(s, &rules);
	if (rules.after->enrolled_only)
		pair->stays = all_stays && members_stay(s, &rules);
	else
		pair->stays = (all_stays && (admission_stays(s, &rules) ||
					     count_facet(s, pair, FACET_LAST, -1) > 0)) ||
			      any_day_stays(s, &rules, modules, end);
}

/* Of others. */

/* A module that still grants it, to whom it has been done as the grant asks. */
static bool competence_stays(struct stays *s, const struct pair *pair, const struct pair *modules,
			     const struct pair *end)
{
	const char *id = s->before->competences[subject_index(pair->subject)].id;
	uint32_t subject = subject_find(s->moves->after, KIND_COMPETENCE, text_of(id));

	if (subject == CATALOGUE_NONE)
		return false;
	for (; modules < end && subject_kind(modules->subject) == KIND_MODULE; modules++) {
		uint32_t at = moves_module(s->moves, subject_index(modules->subject));
		const struct module *module =
			at == CATALOGUE_NONE ? NULL : &s->moves->after->modules[at];

		for (uint32_t g = 0; module && g < module->n_grants; g++) {
			enum facet facet =
				module->grants[g].by_pass ? FACET_PASSED : FACET_COMPLETED;

			if (module->grants[g].competence == subject_index(subject) &&
			    has_day(s, modules,
				    (struct looking){
					    { facet, facet, facet }, DAY_MIN, DAY_MAX, false }))
				return true;
		}
	}
	return false;
}

/* Under its own id, or that of the one that has the id as an alias. */
static bool module_stays(const struct stays *s, const struct pair *pair)
{
	uint32_t module = subject_index(pair->subject), is = moves_module(s->moves, module);

	return is != CATALOGUE_NONE &&
	       is == catalogue_module(s->moves->after, text_of(s->before->modules[module].id));
}

/* Who does something that counts, counts; to be enrolled is not to do something. */
static bool people_stay(struct stays *s, const struct pair *modules, const struct pair *end)
{
	for (; modules < end && subject_kind(modules->subject) == KIND_MODULE; modules++)
		if (moves_module(s->moves, subject_index(modules->subject)) != CATALOGUE_NONE &&
		    has_day(s, modules, (struct looking){ STARTED, DAY_MIN, DAY_MAX, false }))
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
			programme_stays(s, pair, first, end);
			break;
		case KIND_COMPETENCE:
			pair->stays = competence_stays(s, pair, first, end);
			break;
		default:
			pair->stays = people_stay(s, first, end);
		}
	return s->err;
}
