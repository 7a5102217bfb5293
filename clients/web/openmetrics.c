/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/web/openmetrics.h"

#include <stdio.h>
#include <string.h>

enum { LABELS_MAX = 6, WHERE_MAX = 512 };

#define EXPIRING                    \
	"lift_competence_expiring", \
		"Holders whose competence ends within so many days, unless they renew it."
#define ACTIVE_PEOPLE "lift_people_active", "Learners who did something in so many days."
#define ACTIVE_THERE  "lift_programme_active", "Participants who did something in so many days."
#define ACTIVE_MODULE "lift_module_active", "Learners who did something in it in so many days."
#define ENROLLED      "lift_programme_enrolled", "Learners by the state of their enrolment."
#define ENROLLED_HERE "lift_module_enrolled", "Learners by the state of their enrolment."

/* A number of a figure; those of one name are beside one another, with a label each. */
static const struct scalar {
	const char *kind, *path, *name, *help;
	const char *label, *value; /* NULL: none */
	double factor;
} scalars[] = {
	{ "people", "learners", "lift_people_learners",
	  "Learners who have started any module of the catalogue.", NULL, NULL, 1 },
	{ "people", "active_7d", ACTIVE_PEOPLE, "days", "7", 1 },
	{ "people", "active_30d", ACTIVE_PEOPLE, "days", "30", 1 },
	{ "people", "reached.n", "lift_people_places_reached", "Places with a learner.", NULL, NULL,
	  1 },
	{ "people", "reached.of", "lift_people_places", "Places inside the region.", NULL, NULL,
	  1 },
	{ "programme", "participants", "lift_programme_participants",
	  "Learners who take part, or did.", NULL, NULL, 1 },
	{ "programme", "completed", "lift_programme_completed", "Learners who have completed it.",
	  NULL, NULL, 1 },
	{ "programme", "withdrawn", "lift_programme_withdrawn", "Learners who have left it.", NULL,
	  NULL, 1 },
	{ "programme", "stalled", "lift_programme_stalled",
	  "Participants of whom nothing has come for long.", NULL, NULL, 1 },
	{ "programme", "active_7d", ACTIVE_THERE, "days", "7", 1 },
	{ "programme", "active_30d", ACTIVE_THERE, "days", "30", 1 },
	{ "programme", "enrolment.applied", ENROLLED, "state", "applied", 1 },
	{ "programme", "enrolment.waiting", ENROLLED, "state", "waiting", 1 },
	{ "programme", "enrolment.admitted", ENROLLED, "state", "admitted", 1 },
	{ "programme", "not_started", "lift_programme_not_started",
	  "Learners who are admitted, and have not started.", NULL, NULL, 1 },
	{ "programme", "reached.n", "lift_programme_places_reached", "Places with a participant.",
	  NULL, NULL, 1 },
	{ "programme", "reached.of", "lift_programme_places",
	  "Places of the programme inside the region.", NULL, NULL, 1 },
	{ "programme", "minutes.reported", "lift_programme_reported_seconds",
	  "The time of all presences.", NULL, NULL, 60 },
	{ "competence", "holders", "lift_competence_holders", "Learners who hold it now.", NULL,
	  NULL, 1 },
	{ "competence", "expiring_30d", EXPIRING, "days", "30", 1 },
	{ "competence", "expiring_60d", EXPIRING, "days", "60", 1 },
	{ "competence", "expiring_90d", EXPIRING, "days", "90", 1 },
	{ "competence", "lapsed", "lift_competence_lapsed",
	  "Learners who have held it, and do not now.", NULL, NULL, 1 },
	{ "competence", "coverage.of", "lift_competence_headcount",
	  "Who works there, by the catalogue.", NULL, NULL, 1 },
	{ "module", "started", "lift_module_started", "Learners who have started it.", NULL, NULL,
	  1 },
	{ "module", "completed", "lift_module_completed", "Learners who have completed it.", NULL,
	  NULL, 1 },
	{ "module", "withdrawn", "lift_module_withdrawn", "Learners who have left it.", NULL, NULL,
	  1 },
	{ "module", "assessed", "lift_module_assessed", "Learners who were assessed.", NULL, NULL,
	  1 },
	{ "module", "passed", "lift_module_passed", "Learners who have passed.", NULL, NULL, 1 },
	{ "module", "passed_first", "lift_module_passed_first",
	  "Learners who passed at their first assessment.", NULL, NULL, 1 },
	{ "module", "attempts", "lift_module_attempts", "Assessments.", NULL, NULL, 1 },
	{ "module", "stalled", "lift_module_stalled", "Learners of whom nothing has come for long.",
	  NULL, NULL, 1 },
	{ "module", "active_7d", ACTIVE_MODULE, "days", "7", 1 },
	{ "module", "active_30d", ACTIVE_MODULE, "days", "30", 1 },
	{ "module", "enrolment.applied", ENROLLED_HERE, "state", "applied", 1 },
	{ "module", "enrolment.waiting", ENROLLED_HERE, "state", "waiting", 1 },
	{ "module", "enrolment.admitted", ENROLLED_HERE, "state", "admitted", 1 },
	{ "module", "not_started", "lift_module_not_started",
	  "Learners who are admitted, and have not started.", NULL, NULL, 1 },
	{ "module", "minutes.reported", "lift_module_reported_seconds",
	  "The time of all presences.", NULL, NULL, 60 },
};
enum { N_SCALARS = sizeof(scalars) / sizeof(scalars[0]) };

/* A list in a figure: a sample for each row, told apart by `number`, its place from 1 on. */
static const struct rows {
	const char *kind, *list, *number, *text, *path, *name, *help;
} lists[] = {
	{ "programme", "targets", "target", "measure", "n", "lift_programme_target",
	  "How many there are of those that a target counts." },
	{ "programme", "targets", "target", "measure", "of", "lift_programme_target_value",
	  "How many there should be: the target's value." },
	{ "programme", "targets", "target", "measure", "places.n", "lift_programme_target_places",
	  "Places that have reached a target of each place." },
	{ "programme", "targets", "target", "measure", "places.of",
	  "lift_programme_target_places_value", "Places that have a target of each place." },
	{ "competence", "requirements", "requirement", "level", "n", "lift_competence_required",
	  "Holders of the level that a requirement asks for." },
	{ "competence", "requirements", "requirement", "level", "of",
	  "lift_competence_required_value", "How many of them are needed." },
	{ "competence", "requirements", "requirement", "level", "gap", "lift_competence_gap",
	  "How many are still to be trained." },
};

static bool is_kind(const struct figure *figure, const char *kind)
{
	return text_equal(figure->kind, text_of(kind));
}

/* Its region, and its subject, but for people, who are all. */
static size_t label_figure(struct exposition_label labels[static LABELS_MAX],
			   const struct figure *figure, const char *kind)
{
	size_t n = 0;

	labels[n++] = (struct exposition_label){ "region", figure->region };
	if (strcmp(kind, "people") != 0)
		labels[n++] = (struct exposition_label){ kind, figure->id };
	return n;
}

static void put_scalar(struct exposition *exposition, const struct figures *figures,
		       const struct scalar *scalar)
{
	struct exposition_label labels[LABELS_MAX];

	for (size_t i = 0; i < figures->n; i++) {
		const struct figure *figure = &figures->rows[i];
		size_t n;

		if (!is_kind(figure, scalar->kind))
			continue;
		n = label_figure(labels, figure, scalar->kind);
		if (scalar->label)
			labels[n++] =
				(struct exposition_label){ scalar->label, text_of(scalar->value) };
		exposition_put_json(exposition, labels, n, figure_at(figure->metrics, scalar->path),
				    scalar->factor);
	}
}

/* "role=nurse,shift=night"; what has no room is not told: the number tells rows apart. */
static void print_where(const json_t *where, char to[static WHERE_MAX])
{
	const char *name;
	json_t *value;
	size_t size = 0;

	to[0] = 0;
	json_object_foreach((json_t *)where, name, value)
	{
		const char *text = json_string_value(value);
		size_t more = strlen(name) + (text ? strlen(text) : 0) + 2;

		if (text && size + more < WHERE_MAX)
			size += (size_t)sprintf(to + size, "%s%s=%s", size ? "," : "", name, text);
	}
}

static struct text print_text(const json_t *value, char room[static 32])
{
	if (json_is_string(value))
		return (struct text){ json_string_value(value), json_string_length(value) };
	return (struct text){ room, (size_t)snprintf(room, 32, "%lld",
						     (long long)json_integer_value(value)) };
}

static void put_rows(struct exposition *exposition, const struct figure *figure,
		     const struct rows *list)
{
	const json_t *row;
	size_t i;

	json_array_foreach(json_object_get(figure->metrics, list->list), i, row)
	{
		struct exposition_label labels[LABELS_MAX];
		size_t n = label_figure(labels, figure, list->kind);
		char number[24], where[WHERE_MAX], room[32];

		snprintf(number, sizeof(number), "%zu", i + 1);
		print_where(json_object_get(row, "where"), where);
		labels[n++] = (struct exposition_label){ list->number, text_of(number) };
		labels[n++] = (struct exposition_label){
			list->text, print_text(json_object_get(row, list->text), room)
		};
		labels[n++] = (struct exposition_label){ "where", text_of(where) };
		exposition_put_json(exposition, labels, n, figure_at(row, list->path), 1);
	}
}

static void put_list(struct exposition *exposition, const struct figures *figures,
		     const struct rows *list)
{
	exposition_begin(exposition, EXPOSITION_GAUGE, list->name, list->help);
	for (size_t i = 0; i < figures->n; i++)
		if (is_kind(&figures->rows[i], list->kind))
			put_rows(exposition, &figures->rows[i], list);
}

static void put_levels(struct exposition *exposition, const struct figures *figures)
{
	exposition_begin(exposition, EXPOSITION_GAUGE, "lift_competence_level_holders",
			 "Learners who hold it now, by their greatest level.");
	for (size_t i = 0; i < figures->n; i++) {
		const struct figure *figure = &figures->rows[i];
		struct exposition_label labels[LABELS_MAX];
		const char *level;
		json_t *holders;
		size_t n;

		if (!is_kind(figure, "competence"))
			continue;
		n = label_figure(labels, figure, "competence");
		json_object_foreach(json_object_get(figure->metrics, "levels"), level, holders)
		{
			labels[n] = (struct exposition_label){ "level", text_of(level) };
			exposition_put_json(exposition, labels, n + 1, holders, 1);
		}
	}
}

void openmetrics_figures(struct exposition *exposition, const struct figures *figures)
{
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		put_list(exposition, figures, &lists[i]);
	for (size_t i = 0; i < N_SCALARS; i++) {
		const struct scalar *scalar = &scalars[i];

		if (i == 0 || strcmp(scalars[i - 1].name, scalar->name) != 0)
			exposition_begin(exposition, EXPOSITION_GAUGE, scalar->name, scalar->help);
		put_scalar(exposition, figures, scalar);
	}
	put_levels(exposition, figures);
}

/* Names. */

static void put_regions(struct exposition *exposition, const json_t *seen,
			const struct names *names)
{
	const char *code;
	json_t *mark;

	exposition_begin(exposition, EXPOSITION_INFO, "lift_region",
			 "A region: what it is called, and its level.");
	json_object_foreach((json_t *)seen, code, mark)
	{
		const json_t *row = json_object_get(names->regions, code);
		const json_t *level = json_object_get(row, "level");
		const struct exposition_label labels[] = {
			{ "region", text_of(code) },
			{ "name", name_of_region(names, text_of(code)) },
			{ "level", { json_string_value(level), json_string_length(level) } },
		};

		exposition_put(exposition, labels, 3, 1);
	}
}

static void put_subjects(struct exposition *exposition, const struct figures *figures,
			 const struct names *names, const char *kind)
{
	struct text before = { NULL, 0 };
	char name[40];

	snprintf(name, sizeof(name), "lift_%s", kind);
	exposition_begin(exposition, EXPOSITION_INFO, name, "What it is called.");
	for (size_t i = 0; i < figures->n; i++) {
		const struct figure *figure = &figures->rows[i];
		const struct exposition_label labels[] = {
			{ kind, figure->id },
			{ "name", name_of_subject(names, figure->kind, figure->id) },
		};

		if (!is_kind(figure, kind) || text_equal(before, figure->id))
			continue;
		before = figure->id;
		exposition_put(exposition, labels, 2, 1);
	}
}

void openmetrics_names(struct exposition *exposition, const struct figures *figures,
		       const struct names *names)
{
	json_t *seen = json_object();

	for (size_t i = 0; i < figures->n; i++)
		json_object_setn_new(seen, figures->rows[i].region.data,
				     figures->rows[i].region.size, json_true());
	put_regions(exposition, seen, names);
	json_decref(seen);
	put_subjects(exposition, figures, names, "programme");
	put_subjects(exposition, figures, names, "competence");
	put_subjects(exposition, figures, names, "module");
}

/* Sources. */

static const struct {
	const char *key, *name, *help;
	double factor;
} of_sources[] = {
	{ "last_received", "lift_source_last_received_timestamp_seconds",
	  "When a new event of a source last came.", 0.001 },
	{ "last_event", "lift_source_last_event_timestamp_seconds", "The time of its latest event.",
	  0.001 },
	{ "missing", "lift_source_missing_events",
	  "Numbers that have not come, below the greatest of each stream.", 1 },
	{ "since", "lift_source_missing_since_timestamp_seconds",
	  "Since when the oldest gap is open.", 0.001 },
	{ "late_since", "lift_source_late_since_timestamp_seconds", "Since when it is late.",
	  0.001 },
};

void openmetrics_sources(struct exposition *exposition, const json_t *sources)
{
	json_t *row;
	size_t i;

	for (size_t k = 0; k < sizeof(of_sources) / sizeof(of_sources[0]); k++) {
		exposition_begin(exposition, EXPOSITION_GAUGE, of_sources[k].name,
				 of_sources[k].help);
		json_array_foreach((json_t *)sources, i, row)
		{
			const char *source = json_string_value(json_object_get(row, "source"));
			const struct exposition_label label = { "source",
								text_of(source ? source : "") };

			exposition_put_json(exposition, &label, 1,
					    json_object_get(row, of_sources[k].key),
					    of_sources[k].factor);
		}
	}
	exposition_begin(exposition, EXPOSITION_GAUGE, "lift_source_late",
			 "1 where something of it should have come by now.");
	json_array_foreach((json_t *)sources, i, row)
	{
		const char *source = json_string_value(json_object_get(row, "source"));
		const struct exposition_label label = { "source", text_of(source ? source : "") };

		exposition_put(exposition, &label, 1,
			       json_is_integer(json_object_get(row, "late_since")));
	}
}
