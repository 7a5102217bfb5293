/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/report/build.h"

#include <string.h>

#include "clients/cli/report/head.h"
#include "clients/cli/report/sections.h"
#include "clients/cli/text/print.h"
#include "proto/err.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

/* Has a region become one of the programme's by the report's day? One that is always in it has no
 * memberships. */
static bool has_joined(const struct draft *draft, const char *code)
{
	const json_t *rows = json_object_get(draft->programme, "memberships"), *row;
	bool named = false;
	size_t i;

	json_array_foreach(rows, i, row)
	{
		if (strcmp(json_text(row, "code"), code) != 0)
			continue;
		if (strcmp(json_text(row, "from"), draft->input->to) <= 0)
			return true;
		named = true;
	}
	return !named;
}

/* The programme's regions, those that have left, too; everywhere where there are none. */
static json_t *own_regions(const struct draft *draft)
{
	const json_t *regions = json_object_get(draft->programme, "regions"), *code;
	json_t *own = json_array_size(regions) ? json_array() : json_pack("[s]", "all");
	size_t i;

	json_array_foreach(regions, i, code)
	{
		if (has_joined(draft, json_string_value(code)))
			json_array_append(own, (json_t *)code);
	}
	return own;
}

static int find_leaves(struct draft *draft)
{
	json_t *wanted = json_pack("[s]", draft->input->region), *own = own_regions(draft);
	struct arena *arena = &draft->document->arena;
	bool *inside = places_inside(&draft->places, wanted, arena);

	draft->leaves = places_inside(&draft->places, own, arena);
	json_decref(wanted);
	json_decref(own);
	if (!inside || !draft->leaves)
		return LIFT_E_MEMORY;
	for (size_t i = 0; i < draft->places.n; i++) {
		draft->leaves[i] &= inside[i] && draft->places.items[i].leaf;
		draft->n_leaves += draft->leaves[i];
	}
	return draft->n_leaves ? 0 : LIFT_E_NOT_FOUND;
}

static int draft_all(struct draft *draft)
{
	static int (*const page_one[])(struct draft * draft) = { draft_numbers, draft_targets,
								 draft_unknowns };
	static int (*const sections[])(struct draft * draft) = {
		draft_progress, draft_enrolment,   draft_reach,	 draft_dimensions, draft_moves,
		draft_modules,	draft_competences, draft_months, draft_week,	   draft_sources,
	};
	struct section *last;
	int err = 0;

	for (size_t i = 0; i < COUNT(page_one) && !err; i++)
		err = page_one[i](draft);
	last = draft->document->last;
	for (size_t i = 0; i < COUNT(sections) && !err; i++)
		err = sections[i](draft);
	if (last && last->next)
		last->next->new_page = true;
	return err;
}

static int build(struct draft *draft)
{
	const struct report_input *input = draft->input;
	int err = draft->programme ? find_leaves(draft) : LIFT_E_NOT_FOUND;

	if (err)
		return err;
	draft->rows[END] = json_object_get(input->end, input->region);
	draft->rows[BEFORE] = json_object_get(input->before, input->region);
	draft->rows[PACE] = json_object_get(input->pace, input->region);
	draft_head(draft);
	err = draft_all(draft);
	draft_foot(draft);
	return err ? err : draft->document->failed ? LIFT_E_MEMORY : 0;
}

int report_build(const struct report_input *input, struct document *ret_document)
{
	struct document document = { .language = input->language };
	struct draft draft = {
		.document = &document,
		.input = input,
		.programme = draft_find(json_object_get(input->catalogue, "programmes"), "id",
					input->programme),
	};
	int err = places_read(json_object_get(input->catalogue, "regions"), &document.arena,
			      &draft.places);

	if (!err)
		err = build(&draft);
	places_clear(&draft.places);
	if (err) {
		document_clear(&document);
		return err;
	}
	*ret_document = document;
	return 0;
}
