/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/figures/export.h"
#include "daemon/catalogue/order.h"

#include <stdlib.h>

struct export
{
	const struct catalogue *catalogue;
	const struct export_wish *wish;
	struct figures *figures;
	struct by_home *by_home;
	struct msg_writer *writer;
	struct json_text *json;
	uint32_t *regions;  /* by code */
	uint32_t *subjects; /* by kind and id */
	size_t n_subjects, next;
};

/* Whose lines they are, and how many there have been. */
struct taking {
	export_fn fn;
	void *context;
	size_t n;
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
static int export_line(struct export *export, uint32_t region, uint32_t subject,
		       struct taking *taking)
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
	taking->n++;
	return export_row(export->json, &row, taking->fn, taking->context);
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

static int export_subject(struct export *export, const struct tallies *tallies, uint32_t subject,
			  struct taking *taking)
{
	int err = 0;

	by_home_begin(export->by_home, tallies, subject);
	for (uint32_t r = 0; r < export->catalogue->n_regions && !err; r++)
		if (is_wished_region(export->wish, export->regions[r]))
			err = export_line(export, export->regions[r], subject, taking);
	return err;
}

int export_some(struct export *export, const struct tallies *tallies, size_t n_lines, export_fn fn,
		void *context, bool *ret_more)
{
	struct taking taking = { fn, context, 0 };
	int err = 0;

	for (; export->next < export->n_subjects && taking.n < n_lines && !err; export->next++)
		if (is_wished(export, export->subjects[export->next]))
			err = export_subject(export, tallies, export->subjects[export->next],
					     &taking);
	*ret_more = export->next < export->n_subjects;
	return err;
}

int export_begin(const struct catalogue *catalogue, const struct export_wish *wish,
		 struct export **ret_export)
{
	struct export *export = calloc(1, sizeof(*export));
	int err;

	if (!export)
		return LIFT_E_MEMORY;
	export->catalogue = catalogue;
	export->wish = wish;
	export->figures = figures_new(catalogue);
	export->by_home = by_home_new(catalogue);
	export->writer = msg_writer_new();
	export->json = json_text_new();
	err = export->figures && export->by_home && export->writer && export->json ? 0
										   : LIFT_E_MEMORY;
	if (!err)
		err = order_regions(catalogue, &export->regions);
	if (!err)
		err = order_subjects(catalogue, &export->subjects, &export->n_subjects);
	if (err)
		export_end(export);
	else
		*ret_export = export;
	return err;
}

void export_end(struct export *export)
{
	if (!export)
		return;
	figures_free(export->figures);
	by_home_free(export->by_home);
	msg_writer_free(export->writer);
	json_text_free(export->json);
	free(export->regions);
	free(export->subjects);
	free(export);
}

int export_figures(const struct catalogue *catalogue, const struct tallies *tallies,
		   const struct export_wish *wish, export_fn fn, void *context)
{
	struct export *export = NULL;
	int err = export_begin(catalogue, wish, &export);
	bool more;

	if (!err)
		err = export_some(export, tallies, SIZE_MAX, fn, context, &more);
	export_end(export);
	return err;
}
