/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/change/losses.h"

#include <stdlib.h>

#include "daemon/change/moves.h"
#include "proto/grow.h"

struct finding {
	const struct catalogue *before, *after;
	struct ledger_view *ledger;
	struct moves moves;
	struct pairs *pairs; /* of the losses */
	struct losses *losses;
	int err; /* sticks */
};

void losses_free(struct losses *losses)
{
	free(losses->items);
	pairs_free(&losses->pairs);
	*losses = (struct losses){ 0 };
}

static void add(struct finding *f, enum loss_of of, uint32_t region, uint32_t subject)
{
	struct losses *losses = f->losses;

	if (grow(&losses->items, &losses->room, losses->n + 1, sizeof(*losses->items)) != 0)
		f->err = LIFT_E_MEMORY;
	else
		losses->items[losses->n++] = (struct loss){ of, region, subject };
}

/* What a home's figures are about: is it still there? */

/* Has a module of a home anybody on a day from..to, for one of two facets? */
struct looking {
	enum facet facets[3];
	int32_t from, to;
	bool found;
};

static void look(void *context, const struct tally_key *key, int64_t n)
{
	struct looking *looking = context;
	int32_t day = (int32_t)key->bucket;

	for (int i = 0; i < 3; i++)
		looking->found |= n > 0 && key->facet == looking->facets[i] &&
				  day >= looking->from && day <= looking->to;
}

static bool has_day(struct finding *f, const struct pair *pair, struct looking looking)
{
	struct tallies tallies = ledger_view_tallies(f->ledger);
	int err = tallies.range(tallies.source, pair->home, pair->subject, look, &looking);

	if (err)
		f->err = err;
	return looking.found;
}

/* Nothing that has made anybody take part is taken from it. */
static bool programme_covers(const struct finding *f, uint32_t was, uint32_t is)
{
	const struct programme *before = &f->before->programmes[was];
	const struct programme *after = &f->after->programmes[is];

	if (after->from > before->from || after->to < before->to)
		return false;
	for (uint32_t i = 0; i < before->n_modules; i++) {
		uint32_t module = before->modules[i];

		if (!moves_met_module(&f->moves, module))
			continue;
		module = moves_module(&f->moves, module);
		if (module == CATALOGUE_NONE || !programme_has_module(after, module))
			return false;
	}
	return true;
}

static bool programme_stays(struct finding *f, const struct pair *pair, const struct pair *modules,
			    const struct pair *end)
{
	uint32_t was = subject_index(pair->subject), is;
	uint32_t subject =
		subject_find(f->after, KIND_PROGRAMME, text_of(f->before->programmes[was].id));
	const struct programme *after;

	if (subject == CATALOGUE_NONE)
		return false;
	is = subject_index(subject);
	after = &f->after->programmes[is];
	if (!moves_lead_into(&f->moves, pair->home, after->regions, after->n_regions))
		return false;
	if (programme_covers(f, was, is))
		return true;
	for (; modules < end && subject_kind(modules->subject) == KIND_MODULE; modules++) {
		uint32_t module = moves_module(&f->moves, subject_index(modules->subject));

		if (module != CATALOGUE_NONE && programme_has_module(after, module) &&
		    has_day(f, modules,
			    (struct looking){ { FACET_STARTED, FACET_COMPLETED, FACET_PASSED },
					      after->from,
					      after->to,
					      false }))
			return true;
	}
	return false;
}

/* A module that still grants it, to whom it has been done as the grant asks. */
static bool competence_stays(struct finding *f, const struct pair *pair, const struct pair *modules,
			     const struct pair *end)
{
	const char *id = f->before->competences[subject_index(pair->subject)].id;
	uint32_t subject = subject_find(f->after, KIND_COMPETENCE, text_of(id));

	if (subject == CATALOGUE_NONE)
		return false;
	for (; modules < end && subject_kind(modules->subject) == KIND_MODULE; modules++) {
		uint32_t at = moves_module(&f->moves, subject_index(modules->subject));
		const struct module *module = at == CATALOGUE_NONE ? NULL : &f->after->modules[at];

		for (uint32_t g = 0; module && g < module->n_grants; g++) {
			enum facet facet =
				module->grants[g].by_pass ? FACET_PASSED : FACET_COMPLETED;

			if (module->grants[g].competence == subject_index(subject) &&
			    has_day(f, modules,
				    (struct looking){
					    { facet, facet, facet }, DAY_MIN, DAY_MAX, false }))
				return true;
		}
	}
	return false;
}

/* Under its own id, or that of the one that has the id as an alias. */
static bool module_stays(const struct finding *f, const struct pair *pair)
{
	uint32_t module = subject_index(pair->subject), is = moves_module(&f->moves, module);

	return is != CATALOGUE_NONE &&
	       is == catalogue_module(f->after, text_of(f->before->modules[module].id));
}

/* Who does something that counts, counts. */
static bool people_stay(const struct finding *f, const struct pair *modules, const struct pair *end)
{
	for (; modules < end && subject_kind(modules->subject) == KIND_MODULE; modules++)
		if (moves_module(&f->moves, subject_index(modules->subject)) != CATALOGUE_NONE)
			return true;
	return false;
}

static void find_stays(struct finding *f, uint32_t home)
{
	struct pair *first = f->pairs->items + f->pairs->first[home];
	struct pair *end = f->pairs->items + f->pairs->first[home + 1];

	for (struct pair *pair = first; pair < end; pair++)
		switch (subject_kind(pair->subject)) {
		case KIND_MODULE:
			pair->stays = module_stays(f, pair);
			break;
		case KIND_PROGRAMME:
			pair->stays = programme_stays(f, pair, first, end);
			break;
		case KIND_COMPETENCE:
			pair->stays = competence_stays(f, pair, first, end);
			break;
		default:
			pair->stays = people_stay(f, first, end);
		}
}

/* What regions show. */

/* Of one region, by subject. */
struct shown {
	uint8_t *marks; /* SHOWN_ */
	uint32_t *seen; /* the subjects that have one, in order */
	size_t n;
	uint32_t base[KINDS + 1]; /* where the subjects of a kind begin */
};
enum { SHOWN_NOW = 1, SHOWN_STAYS = 2, SHOWN_LOST_EVERYWHERE = 4 };

static uint32_t place_of(const struct shown *shown, uint32_t subject)
{
	return shown->base[subject_kind(subject)] + subject_index(subject);
}

static bool shown_new(struct shown *shown, const struct catalogue *catalogue)
{
	for (int kind = 0; kind < KINDS; kind++)
		shown->base[kind + 1] =
			shown->base[kind] + kind_subjects(catalogue, (enum kind)kind);
	shown->marks = calloc(shown->base[KINDS], sizeof(*shown->marks));
	shown->seen = calloc(shown->base[KINDS], sizeof(*shown->seen));
	return shown->marks && shown->seen;
}

static void mark(struct shown *shown, const struct pair *pair, bool is_inside)
{
	uint8_t *marks = &shown->marks[place_of(shown, pair->subject)];

	if (!(*marks & SHOWN_NOW))
		shown->seen[shown->n++] = pair->subject;
	*marks |= SHOWN_NOW | (pair->stays && is_inside ? SHOWN_STAYS : 0);
}

/* Nobody is left in it: that says all. Else subject by subject, but for those that are lost
 * everywhere and have been said. */
static void tell(struct finding *f, struct shown *shown, uint32_t region)
{
	uint8_t people = shown->marks[place_of(shown, subject_of(KIND_PEOPLE, 0))];
	bool is_empty = region != REGION_ALL && (people & SHOWN_NOW) && !(people & SHOWN_STAYS);

	if (is_empty)
		add(f, LOSS_REGION, region, 0);
	for (size_t i = 0; i < shown->n; i++) {
		uint32_t subject = shown->seen[i];
		uint8_t *marks = &shown->marks[place_of(shown, subject)];

		if (!(*marks & (SHOWN_STAYS | SHOWN_LOST_EVERYWHERE)) && !is_empty &&
		    subject_kind(subject) != KIND_PEOPLE) {
			add(f, LOSS_SUBJECT, region, subject);
			*marks |= region == REGION_ALL ? SHOWN_LOST_EVERYWHERE : 0;
		}
		*marks &= SHOWN_LOST_EVERYWHERE;
	}
	shown->n = 0;
}

static void find_region(struct finding *f, struct shown *shown, uint32_t i)
{
	const struct region *region = &f->before->regions[i];
	uint32_t is =
		i == REGION_ALL ? REGION_ALL : catalogue_home(f->after, text_of(region->code));

	for (uint32_t h = 0; h < region->n_homes; h++) {
		uint32_t home = region->homes[h];
		bool is_inside = is == REGION_ALL || (is != REGION_UNASSIGNED &&
						      moves_lead_into(&f->moves, home, &is, 1));

		for (size_t p = f->pairs->first[home]; p < f->pairs->first[home + 1]; p++)
			mark(shown, &f->pairs->items[p], is_inside);
	}
	tell(f, shown, i);
}

static void look_up(struct finding *f)
{
	if (!f->err && f->losses->stops && f->losses->stops(f->losses->context))
		f->err = LIFT_E_STOPPED;
}

static void find_figures(struct finding *f)
{
	struct shown shown = { .n = 0 };

	for (uint32_t home = REGION_UNASSIGNED; home < f->before->n_regions && !f->err; home++) {
		find_stays(f, home);
		look_up(f);
	}
	if (!f->err && !shown_new(&shown, f->before))
		f->err = LIFT_E_MEMORY;
	for (uint32_t i = 0; i < f->before->n_regions && !f->err; i++) {
		if (i != REGION_UNASSIGNED) /* who leaves that has come home */
			find_region(f, &shown, i);
		look_up(f);
	}
	free(shown.marks);
	free(shown.seen);
}

/* Values that somebody is counted by. */

static void find_values(struct finding *f, uint32_t dimension)
{
	const struct dimension *was = &f->before->dimensions[dimension];
	uint32_t is = catalogue_dimension(f->after, text_of(was->name));
	int64_t n;

	if (is == CATALOGUE_NONE) {
		f->err = pairs_count_dimension(f->pairs, f->ledger, f->before, dimension, &n);
		if (!f->err && n > 0)
			add(f, LOSS_DIMENSION, REGION_ALL, dimension);
		return;
	}
	for (uint32_t v = 0; v < was->n_values && !f->err; v++) {
		if (catalogue_value(f->after, is, text_of(was->values[v])) <
		    f->after->dimensions[is].n_values)
			continue;
		f->err = pairs_count_value(f->pairs, f->ledger, f->before, tally_by(dimension, v),
					   &n);
		if (!f->err && n > 0)
			add(f, LOSS_VALUE, REGION_ALL, tally_by(dimension, v));
	}
}

int losses_find(const struct catalogue *before, const struct catalogue *after,
		struct ledger_view *ledger, struct journal_view *journal, struct losses *losses)
{
	struct finding f = { .before = before,
			     .after = after,
			     .ledger = ledger,
			     .pairs = &losses->pairs,
			     .losses = losses };

	f.err = moves_make(&f.moves, before, after, journal);
	if (!f.err)
		f.err = pairs_find(&losses->pairs, before, ledger);
	if (!f.err)
		find_figures(&f);
	for (uint32_t d = 0; d < before->n_dimensions && !f.err; d++)
		find_values(&f, d);
	moves_free(&f.moves);
	return f.err;
}

/* Both are as losses_find leaves them: equal ones come in the same order. */
void losses_forget(struct losses *losses, const struct losses *others)
{
	size_t kept = 0;

	for (size_t i = 0; i < losses->n; i++) {
		const struct loss *loss = &losses->items[i];
		bool found = false;

		for (size_t j = 0; j < others->n && !found; j++) {
			const struct loss *other = &others->items[(i + j) % others->n];

			found = loss->of == other->of && loss->region == other->region &&
				loss->subject == other->subject;
		}
		if (!found)
			losses->items[kept++] = *loss;
	}
	losses->n = kept;
}

/* Saying. */

static const char how_loses[] = "loses";

static const char *s(int64_t n)
{
	return n == 1 ? "" : "s";
}

static int say_region(const struct losses *losses, const struct loss *loss,
		      const struct catalogue *before, struct ledger_view *ledger,
		      struct changes *changes)
{
	const struct region *region = &before->regions[loss->region];
	struct change_row row = { .what = "region", .how = how_loses, .id = region->code };
	int err = pairs_count_subject(&losses->pairs, ledger, region, subject_of(KIND_PEOPLE, 0),
				      &row.learners);

	if (!err)
		changes_add(changes, &row, "region %s: %lld learner%s", row.id,
			    (long long)row.learners, s(row.learners));
	return err;
}

static int say_subject(const struct losses *losses, const struct loss *loss,
		       const struct catalogue *before, struct ledger_view *ledger,
		       struct changes *changes)
{
	const struct region *region = &before->regions[loss->region];
	bool is_all = loss->region == REGION_ALL;
	struct change_row row = { .what = kind_name(subject_kind(loss->subject)),
				  .how = how_loses,
				  .id = subject_id(before, loss->subject),
				  .of = is_all ? NULL : region->code };
	int err = pairs_count_subject(&losses->pairs, ledger, region, loss->subject, &row.learners);

	if (!err)
		changes_add(changes, &row, "%s %s%s%s: %lld learner%s", row.what, row.id,
			    is_all ? "" : " in region ", is_all ? "" : region->code,
			    (long long)row.learners, s(row.learners));
	return err;
}

static int say_attribute(const struct losses *losses, const struct loss *loss,
			 const struct catalogue *before, struct ledger_view *ledger,
			 struct changes *changes)
{
	bool is_value = loss->of == LOSS_VALUE;
	const struct dimension *dimension =
		&before->dimensions[is_value ? loss->subject >> 8 : loss->subject];
	struct change_row row = { .what = is_value ? "value" : "dimension",
				  .how = how_loses,
				  .id = is_value ? dimension->values[loss->subject & 0xff]
						 : dimension->name,
				  .of = is_value ? dimension->name : NULL };
	int err = is_value ? pairs_count_value(&losses->pairs, ledger, before, loss->subject,
					       &row.learners)
			   : pairs_count_dimension(&losses->pairs, ledger, before, loss->subject,
						   &row.learners);

	if (!err)
		changes_add(changes, &row, "%s %s%s%s: %lld learner%s", row.what, row.id,
			    is_value ? " of dimension " : "", is_value ? dimension->name : "",
			    (long long)row.learners, s(row.learners));
	return err;
}

int losses_say(const struct losses *losses, const struct catalogue *before,
	       struct ledger_view *ledger, size_t most, struct changes *changes)
{
	int err = 0;

	for (size_t i = 0; i < losses->n && i < most && !err; i++) {
		const struct loss *loss = &losses->items[i];

		if (loss->of == LOSS_REGION)
			err = say_region(losses, loss, before, ledger, changes);
		else if (loss->of == LOSS_SUBJECT)
			err = say_subject(losses, loss, before, ledger, changes);
		else
			err = say_attribute(losses, loss, before, ledger, changes);
	}
	return err ? err : changes_err(changes);
}
