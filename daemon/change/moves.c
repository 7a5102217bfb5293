/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/change/moves.h"

#include <stdlib.h>
#include <string.h>

#include "proto/grow.h"

static int compare_moves(const void *a, const void *b)
{
	const struct move *x = a, *y = b;

	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	return (x->to > y->to) - (x->to < y->to);
}

static bool is_same(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static int move_homes(struct moves *moves, const struct catalogue *before,
		      struct journal_view *view)
{
	size_t kept = 0;
	struct text text;

	for (uint32_t id = 0; journal_view_name(view, NAME_REGION, id, &text); id++) {
		if (grow(&moves->homes, &moves->room_homes, moves->n_homes + 1,
			 sizeof(*moves->homes)) != 0)
			return LIFT_E_MEMORY;
		moves->homes[moves->n_homes] = (struct move){ catalogue_home(before, text),
							      catalogue_home(moves->after, text) };
		moves->same &= is_same(before->regions[moves->homes[moves->n_homes].from].code,
				       moves->after->regions[moves->homes[moves->n_homes].to].code);
		moves->n_homes++;
	}
	if (moves->n_homes == 0)
		return 0;
	qsort(moves->homes, moves->n_homes, sizeof(*moves->homes), compare_moves);
	for (size_t i = 0; i < moves->n_homes; i++)
		if (kept == 0 || compare_moves(&moves->homes[kept - 1], &moves->homes[i]) != 0)
			moves->homes[kept++] = moves->homes[i];
	moves->n_homes = kept;
	return 0;
}

/* What a module of the other catalogue is fed by: besides one before, by nothing, or by texts of
 * several, or of none. */
#define FED_BY_NONE   (CATALOGUE_NONE - 1)
#define FED_BY_OTHERS (CATALOGUE_NONE - 2)

static void feed(struct moves *moves, uint32_t was, uint32_t is)
{
	if (is == CATALOGUE_NONE)
		return;
	if (was == CATALOGUE_NONE || (moves->fed[is] != FED_BY_NONE && moves->fed[is] != was))
		moves->fed[is] = FED_BY_OTHERS;
	else
		moves->fed[is] = was;
}

static int begin_modules(struct moves *moves, const struct catalogue *before)
{
	moves->modules = calloc((size_t)before->n_modules + 1, sizeof(*moves->modules));
	moves->fed = calloc((size_t)moves->after->n_modules + 1, sizeof(*moves->fed));
	if (!moves->modules || !moves->fed)
		return LIFT_E_MEMORY;
	for (uint32_t i = 0; i < moves->after->n_modules; i++)
		moves->fed[i] = FED_BY_NONE;
	return 0;
}

static int move_modules(struct moves *moves, const struct catalogue *before,
			struct journal_view *view)
{
	struct text text;
	int err = begin_modules(moves, before);

	if (err)
		return err;
	for (uint32_t id = 0; journal_view_name(view, NAME_MODULE, id, &text); id++) {
		uint32_t was = catalogue_module(before, text);
		uint32_t is = catalogue_module(moves->after, text);
		struct module_move *move;

		feed(moves, was, is);
		if (was == CATALOGUE_NONE) {
			moves->same &= is == CATALOGUE_NONE;
			continue;
		}
		moves->same &= is != CATALOGUE_NONE &&
			       is_same(before->modules[was].id, moves->after->modules[is].id);
		move = &moves->modules[was];
		move->to = move->is_met && move->to != is ? CATALOGUE_NONE : is;
		move->is_met = true;
	}
	return 0;
}

/* An event is of minutes after its receipt at most, and receipts only rise; no place is a whole day
 * ahead of UTC, and no two are more than two days apart. */
static int note_days(struct moves *moves, const struct catalogue *before, struct journal_view *view)
{
	uint64_t number = journal_view_last(view);
	int64_t receipt = 0;
	int err = number ? journal_view_receipt(view, number, &receipt) : 0;

	moves->slack = is_same(before->timezone, moves->after->timezone) ? 0 : 2;
	moves->last = err == LIFT_E_NOT_FOUND ? DAY_MAX : (int32_t)(receipt / DAY_MS) + 2;
	return err == LIFT_E_NOT_FOUND ? 0 : err;
}

int moves_make(struct moves *moves, const struct catalogue *before, const struct catalogue *after,
	       struct journal_view *view)
{
	int err;

	*moves = (struct moves){ .after = after, .same = true };
	err = move_homes(moves, before, view);
	if (!err)
		err = move_modules(moves, before, view);
	if (!err)
		err = note_days(moves, before, view);
	return err ? err : journal_view_err(view);
}

void moves_free(struct moves *moves)
{
	free(moves->homes);
	free(moves->modules);
	free(moves->fed);
	*moves = (struct moves){ 0 };
}

/* The first of a home's, or of one after it. */
static size_t find_home(const struct moves *moves, uint32_t home)
{
	size_t low = 0, high = moves->n_homes;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (moves->homes[middle].from < home)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool moves_lead_into(const struct moves *moves, uint32_t home, const uint32_t *regions, uint32_t n)
{
	size_t first = find_home(moves, home), i = first;

	for (; i < moves->n_homes && moves->homes[i].from == home; i++)
		if (!catalogue_inside_any(moves->after, moves->homes[i].to, regions, n))
			return false;
	return i > first;
}

bool moves_may_lead_into(const struct moves *moves, uint32_t home, uint32_t region)
{
	for (size_t i = find_home(moves, home); i < moves->n_homes && moves->homes[i].from == home;
	     i++)
		if (catalogue_inside(moves->after, moves->homes[i].to, region))
			return true;
	return false;
}

bool moves_met_module(const struct moves *moves, uint32_t module)
{
	return moves->modules[module].is_met;
}

uint32_t moves_module(const struct moves *moves, uint32_t module)
{
	const struct module_move *move = &moves->modules[module];

	return move->is_met ? move->to : CATALOGUE_NONE;
}

bool moves_feed_module(const struct moves *moves, uint32_t after)
{
	return moves->fed[after] != FED_BY_NONE;
}

uint32_t moves_module_before(const struct moves *moves, uint32_t after)
{
	return moves->fed[after] < FED_BY_OTHERS ? moves->fed[after] : CATALOGUE_NONE;
}

bool moves_keep_module(const struct moves *moves, uint32_t module)
{
	uint32_t is = moves_module(moves, module);

	return is != CATALOGUE_NONE && moves->fed[is] == module;
}
