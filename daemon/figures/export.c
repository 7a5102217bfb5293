/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/figures/export.h"
#include "daemon/catalogue/order.h"

#include <stdlib.h>

struct export
{
	const struct catalogue *catalogue;
	const struct tallies *tallies;
	const struct export_wish *wish;
	export_fn fn;
	void *context;
	struct figures *figures;
	struct by_home *by_home;
	struct msg_writer *writer;
	struct json_text *json;
	uint32_t *regions;  /* by code */
	uint32_t *subjects; /* by kind and id */
	size_t n_subjects;
};

int export_row(struct json_text *json, const struct export_row *row, export_fn fn, void *context)
{
	const struct json_member whose[] = { { "region", row->region },
					     { "kind", text_of(kind_name(row->kind)) },
					     { "id", row->id } };
	struct text line;
	int err = json_text_of(json, row->metrics, whose, sizeof(whose) / sizeof(whose[0]), &line);

	return err ? err : fn(context, line);
}

/* The figures are written as for a dashboard, then as JSON: there is one way to print a figure. */
static int export_line(struct export *export, uint32_t region, uint32_t subject)
{
	const struct catalogue *catalogue = export->catalogue;
	struct export_row row = { .region = text_of(catalogue->regions[region].code),
				  .kind = subject_kind(subject),
				  .id = text_of(subject_id(catalogue, subject)) };
	int err;

	err = figures_sum_by_home(export->figures, export->by_home, region, export->wish->today);
	if (err || !figures_any(export->figures))
		return err;
	msg_writer_clear(export->writer);
	figures_encode(export->figures, export->writer, DAY_MIN);
	row.metrics = msg_written(export->writer);
	return export_row(export->json, &row, export->fn, export->context);
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
		by_home_begin(export->by_home, export->tallies, export->subjects[s]);
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
				 .by_home = by_home_new(catalogue),
				 .writer = msg_writer_new(),
				 .json = json_text_new() };
	int err = export.figures && export.by_home && export.writer && export.json ? 0
										   : LIFT_E_MEMORY;

	if (!err)
		err = order_regions(catalogue, &export.regions);
	if (!err)
		err = order_subjects(catalogue, &export.subjects, &export.n_subjects);
	if (!err)
		err = export_all(&export);
	figures_free(export.figures);
	by_home_free(export.by_home);
	msg_writer_free(export.writer);
	json_text_free(export.json);
	free(export.regions);
	free(export.subjects);
	return err;
}
