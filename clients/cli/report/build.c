/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/report/build.h"

#include <inttypes.h>
#include <string.h>

#include "clients/cli/report/draft.h"
#include "clients/cli/report/reach.h"
#include "clients/cli/report/tables.h"
#include "clients/cli/text/print.h"
#include "proto/err.h"
#include "proto/iso8601.h"

enum { NAMES_SHOWN = 12 /* modules in the heading */ };

static void add_fact(struct draft *draft, const char *name, const char *text)
{
	struct report *report = draft->report;

	report->facts[report->n_facts].name = name;
	report->facts[report->n_facts++].text = text;
}

static void add_note(struct draft *draft, const char *text)
{
	draft->report->notes[draft->report->n_notes++] = text;
}

static const char *name_of(const json_t *list, const char *id)
{
	const json_t *item;
	size_t i;

	json_array_foreach(list, i, item) if (strcmp(json_text(item, "id"), id) ==
					      0) return json_text(item, "name");
	return id;
}

static const char *region_names(struct draft *draft)
{
	const json_t *codes = json_object_get(draft->programme, "regions"), *code;
	const char *names = "everywhere";
	size_t i, place;

	if (strcmp(draft->input->region, "all") != 0) {
		place = places_find(&draft->places, draft->input->region);
		return draft_text(draft, "%s (%s)", draft->places.items[place].name,
				  draft->input->region);
	}
	json_array_foreach(codes, i, code)
	{
		place = places_find(&draft->places, json_string_value(code));
		if (place == PLACE_NONE)
			continue;
		names = draft_text(draft, "%s%s%s (%s)", i ? names : "", i ? ", " : "",
				   draft->places.items[place].name,
				   draft->places.items[place].code);
	}
	return names;
}

static const char *completion_rule(struct draft *draft)
{
	const json_t *modules = json_object_get(draft->programme, "modules"), *id;
	size_t n = json_array_size(modules), i;
	const char *text = draft_text(draft, "%" JSON_INTEGER_FORMAT " of %zu modules",
				      json_number(draft->programme, "complete"), n);

	json_array_foreach(modules, i, id)
	{
		if (i == NAMES_SHOWN)
			return draft_text(draft, "%s, and %zu more", text, n - i);
		text = draft_text(draft, "%s%s%s", text, i ? ", " : ": ",
				  name_of(json_object_get(draft->input->catalogue, "modules"),
					  json_string_value(id)));
	}
	return text;
}

static void head(struct draft *draft)
{
	const struct report_input *input = draft->input;
	const char *from = json_text(draft->programme, "from");
	const char *to = json_text(draft->programme, "to");

	draft->report->title = draft_text(draft, "%s: report", json_text(draft->programme, "name"));
	draft->report->from = input->from;
	draft->report->to = input->to;
	add_fact(draft, "Programme",
		 draft_text(draft, "%s (%s)%s%s%s%s", json_text(draft->programme, "name"),
			    input->programme, *from ? ", from " : "", from,
			    !*to    ? ""
			    : *from ? " to "
				    : ", until ",
			    to));
	add_fact(draft, "Region", region_names(draft));
	add_fact(draft, "Period",
		 draft_text(draft, "%s%s%s%s", input->from, *input->from ? " to " : "until ",
			    input->to, input->period_is));
	add_fact(draft, "Completed with", completion_rule(draft));
	add_fact(draft, "Drawn up",
		 draft_text(draft, "%s, by liftd%s%s", json_text(input->status, "as_of"),
			    *json_text(input->status, "version") ? " " : "",
			    json_text(input->status, "version")));
}

static const char *missing_of_sources(struct draft *draft)
{
	const json_t *source;
	const char *text = "";
	int64_t since;
	size_t i;

	json_array_foreach(draft_all_sources(draft), i, source)
	{
		int64_t missing = draft_missing(source, &since);
		char when[ISO8601_TEXT];

		if (!missing)
			continue;
		iso8601_print(since, when);
		text = draft_text(draft, "%s%s%" PRId64 " of %s (since %.10s)", text,
				  *text ? ", " : "", missing, json_text(source, "source"), when);
	}
	return text;
}

static void note(struct draft *draft)
{
	const json_t *status = draft->input->status;
	const char *missing = missing_of_sources(draft);

	if (json_is_false(json_object_get(status, "healthy")))
		add_note(draft, "liftd is not healthy: its last writes failed, and what was sent "
				"since is not in these figures.");
	if (!*missing && draft_is_whole(draft) && json_number(status, "missing"))
		missing = draft_text(draft, "%" JSON_INTEGER_FORMAT,
				     json_number(status, "missing")); /* of sources left out */
	if (*missing)
		add_note(draft, draft_text(draft,
					   "Events are missing: %s. They were numbered by "
					   "their source and have not arrived; until they come, "
					   "figures may be too low.",
					   missing));
	else
		add_note(draft, "Of all events that the sources have numbered, none is known to be "
				"missing.");
	if (draft_lacks_targets(draft))
		add_note(draft, "The programme's targets are for all of its places together: the "
				"report of all of them has them.");
	add_note(draft,
		 "\"In the period\" is the difference between the figures of its last day and of "
		 "the day before its first: whoever moved to another region, or changed role, "
		 "between "
		 "the two counts there with all that they have done, and no longer where they "
		 "were. By month, people count where they are on the last day.");
	add_note(draft, "The figures are exact. In small places they can be about one person: they "
			"are for those who may know it.");
}

static const json_t *find_programme(const struct report_input *input)
{
	const json_t *programme;
	size_t i;

	json_array_foreach(json_object_get(input->catalogue, "programmes"), i, programme)
	{
		if (strcmp(json_text(programme, "id"), input->programme) == 0)
			return programme;
	}
	return NULL;
}

static int find_leaves(struct draft *draft)
{
	json_t *wanted = json_pack("[s]", draft->input->region);
	json_t *everywhere = json_pack("[s]", "all");
	const json_t *regions = json_object_get(draft->programme, "regions");
	struct arena *arena = &draft->report->arena;
	bool *inside = places_inside(&draft->places, wanted, arena);

	draft->leaves = places_inside(&draft->places,
				      json_array_size(regions) ? regions : everywhere, arena);
	json_decref(wanted);
	json_decref(everywhere);
	if (!inside || !draft->leaves)
		return LIFT_E_MEMORY;
	for (size_t i = 0; i < draft->places.n; i++) {
		draft->leaves[i] &= inside[i] && draft->places.items[i].leaf;
		draft->n_leaves += draft->leaves[i];
	}
	return draft->n_leaves ? 0 : LIFT_E_NOT_FOUND;
}

static int build(struct draft *draft)
{
	static int (*const tables[])(struct draft * draft) = {
		draft_summary, draft_targets, draft_dimensions,
		draft_reach,   draft_months,  draft_sources,
	};
	int err = draft->programme ? find_leaves(draft) : LIFT_E_NOT_FOUND;

	if (err)
		return err;
	draft->rows[END] = json_object_get(draft->input->end, draft->input->region);
	draft->rows[BEFORE] = json_object_get(draft->input->before, draft->input->region);
	head(draft);
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]) && !err; i++)
		err = tables[i](draft);
	note(draft);
	return err ? err : draft->failed ? LIFT_E_MEMORY : 0;
}

int report_build(const struct report_input *input, struct report *ret_report)
{
	struct report report = { 0 };
	struct draft draft = { .report = &report,
			       .input = input,
			       .programme = find_programme(input) };
	int err = places_read(json_object_get(input->catalogue, "regions"), &report.arena,
			      &draft.places);

	if (!err)
		err = build(&draft);
	places_clear(&draft.places);
	if (err) {
		report_clear(&report);
		return err;
	}
	*ret_report = report;
	return 0;
}
