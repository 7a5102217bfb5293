/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/figures/export.h"
#include "daemon/catalogue/subject.h"

#include <stdlib.h>

#include "proto/json.h"

struct export
{
	const struct catalogue *catalogue;
	const struct tallies *tallies;
	const struct export_wish *wish;
	export_fn fn;
	void *context;
	struct figures *figures;
	struct msg_writer *writer;
	struct msg_reader *reader;
	uint32_t *regions;  /* by code */
	uint32_t *subjects; /* by kind and id */
	size_t n_subjects;
};

static int compare_regions(const void *a, const void *b, void *context)
{
	const struct catalogue *catalogue = context;

	return text_compare(text_of(catalogue->regions[*(const uint32_t *)a].code),
			    text_of(catalogue->regions[*(const uint32_t *)b].code));
}

static int compare_subjects(const void *a, const void *b, void *context)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	int by = text_compare(text_of(kind_name(subject_kind(x))),
			      text_of(kind_name(subject_kind(y))));

	return by ? by
		  : text_compare(text_of(subject_id(context, x)), text_of(subject_id(context, y)));
}

static int sort_all(struct export *export)
{
	const struct catalogue *catalogue = export->catalogue;
	size_t n = 0;

	for (enum kind kind = 0; kind < KINDS; kind++)
		export->n_subjects += kind_subjects(catalogue, kind);
	export->regions = malloc(catalogue->n_regions * sizeof(*export->regions));
	export->subjects = malloc(export->n_subjects * sizeof(*export->subjects));
	if (!export->regions || !export->subjects)
		return LIFT_E_MEMORY;
	for (uint32_t r = 0; r < catalogue->n_regions; r++)
		export->regions[r] = r;
	for (enum kind kind = 0; kind < KINDS; kind++)
		for (uint32_t i = 0; i < kind_subjects(catalogue, kind); i++)
			export->subjects[n++] = subject_of(kind, i);
	qsort_r(export->regions, catalogue->n_regions, sizeof(*export->regions), compare_regions,
		(void *)catalogue);
	qsort_r(export->subjects, export->n_subjects, sizeof(*export->subjects), compare_subjects,
		(void *)catalogue);
	return 0;
}

/* The figures are written as for a dashboard, then as JSON: there is one way to print a figure. */
static int export_line(struct export *export, uint32_t region, uint32_t subject)
{
	const struct catalogue *catalogue = export->catalogue;
	json_t *json;
	char *line;
	int err;

	err = figures_sum(export->figures, export->tallies, region, subject, export->wish->today);
	if (err || !figures_any(export->figures))
		return err;
	msg_writer_clear(export->writer);
	figures_encode(export->figures, export->writer, DAY_MIN);
	err = json_from_msg(export->reader, msg_written(export->writer), &json);
	if (err)
		return err;
	json_object_set_new(json, "region", json_string(catalogue->regions[region].code));
	json_object_set_new(json, "kind", json_string(kind_name(subject_kind(subject))));
	json_object_set_new(json, "id", json_string(subject_id(catalogue, subject)));
	line = json_line(json);
	json_decref(json);
	err = line ? export->fn(export->context, text_of(line)) : LIFT_E_MEMORY;
	free(line);
	return err;
}

static bool is_wished(const struct export *export, uint32_t subject)
{
	const struct export_wish *wish = export->wish;

	return (wish->kind == KINDS || wish->kind == subject_kind(subject)) &&
	       (wish->id.size == 0 ||
		text_equal(wish->id, text_of(subject_id(export->catalogue, subject))));
}

static bool is_wished_region(const struct export_wish *wish, uint32_t region)
{
	return (wish->region == CATALOGUE_NONE || wish->region == region) &&
	       (!wish->sight || wish->sight->regions[region]);
}

static int export_all(struct export *export)
{
	const struct export_wish *wish = export->wish;
	int err = 0;

	for (size_t s = 0; s < export->n_subjects && !err; s++) {
		if (!is_wished(export, export->subjects[s]))
			continue;
		for (uint32_t r = 0; r < export->catalogue->n_regions && !err; r++)
			if (is_wished_region(wish, export->regions[r]))
				err = export_line(export, export->regions[r], export->subjects[s]);
	}
	return err;
}

int export_figures(const struct catalogue *catalogue, const struct tallies *tallies,
		   const struct export_wish *wish, export_fn fn, void *context)
{
	struct export export = { .catalogue = catalogue,
				 .tallies = tallies,
				 .wish = wish,
				 .fn = fn,
				 .context = context,
				 .figures = figures_new(catalogue),
				 .writer = msg_writer_new(),
				 .reader = msg_reader_new() };
	int err = export.figures && export.writer && export.reader ? sort_all(&export)
								   : LIFT_E_MEMORY;

	if (!err)
		err = export_all(&export);
	figures_free(export.figures);
	msg_writer_free(export.writer);
	msg_reader_free(export.reader);
	free(export.regions);
	free(export.subjects);
	return err;
}
