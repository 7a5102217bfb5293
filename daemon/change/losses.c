/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/change/losses.h"

#include <stdlib.h>

#include "daemon/change/attributes.h"
#include "daemon/change/moves.h"
#include "daemon/change/stays.h"
#include "proto/grow.h"

struct finding {
	const struct catalogue *before, *after;
	struct ledger_view *ledger;
	struct moves moves;
	struct stays stays;
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

static void mark(struct shown *shown, const struct pair *pair, bool is_inside, bool is_all)
{
	uint8_t *marks = &shown->marks[place_of(shown, pair->subject)];

	if (!(*marks & SHOWN_NOW))
		shown->seen[shown->n++] = pair->subject;
	*marks |= SHOWN_NOW |
		  (pair->stays && is_inside && (is_all || !pair->roams) ? SHOWN_STAYS : 0);
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
			mark(shown, &f->pairs->items[p], is_inside, is == REGION_ALL);
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
		f->err = stays_find(&f->stays, home);
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

/* Of those that a text has been met of that means another one, or none. */
struct parting {
	const struct catalogue *before, *after;
	bool parts[CATALOGUE_DIMENSIONS_MAX][CATALOGUE_VALUES_MAX];
};

static void find_parting(void *context, struct text dimension, struct text value)
{
	struct parting *parting = context;
	uint32_t was;

	if (!attribute_parts(parting->before, parting->after, dimension, value))
		return;
	was = catalogue_dimension(parting->before, dimension);
	parting->parts[was][catalogue_value(parting->before, was, value)] = true;
}

static void find_dimension(struct finding *f, uint32_t dimension, const bool *parts)
{
	const struct dimension *was = &f->before->dimensions[dimension];
	int64_t n;

	if (catalogue_dimension(f->after, text_of(was->name)) == CATALOGUE_NONE) {
		f->err = pairs_count_dimension(f->pairs, f->ledger, f->before, dimension, &n);
		if (!f->err && n > 0)
			add(f, LOSS_DIMENSION, REGION_ALL, dimension);
		return;
	}
	for (uint32_t v = 0; v < was->n_values && !f->err; v++) {
		if (!parts[v])
			continue;
		f->err = pairs_count_value(f->pairs, f->ledger, f->before, tally_by(dimension, v),
					   &n);
		if (!f->err && n > 0)
			add(f, LOSS_VALUE, REGION_ALL, tally_by(dimension, v));
	}
}

static void find_values(struct finding *f, struct journal_view *journal)
{
	struct parting parting = { .before = f->before, .after = f->after };

	if (attributes_may_part(f->before, f->after))
		f->err = attributes_each(journal, find_parting, &parting);
	for (uint32_t d = 0; d < f->before->n_dimensions && !f->err; d++)
		find_dimension(f, d, parting.parts[d]);
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
		f.err = stays_begin(&f.stays, &f.moves, before, &losses->pairs, ledger);
	if (!f.err)
		find_figures(&f);
	if (!f.err)
		find_values(&f, journal);
	stays_end(&f.stays);
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
