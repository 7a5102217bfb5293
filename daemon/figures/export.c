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
	uint32_t *regions;  /* that are wished, by code */
	uint32_t *subjects; /* likewise, by kind and id */
	size_t n_regions, n_subjects;
	size_t next, next_region; /* of the next subject; 0: it is not begun */
};

/* Whose lines they are, how many there have been, and what was looked at. */
struct taking {
	export_fn fn;
	void *context;
	struct export_most most;
	size_t lines, looks;
};

static bool is_full(const struct taking *taking)
{
	return taking->lines >= taking->most.lines || taking->looks >= taking->most.looks;
}

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

	taking->looks += 1 + catalogue->regions[region].n_homes;
	err = figures_sum_by_home(export->figures, export->by_home, region, export->wish->today);
	if (err || !figures_any(export->figures))
		return err;
	msg_writer_clear(export->writer);
	figures_encode(export->figures, export->writer, DAY_MIN);
	row.metrics = msg_written(export->writer);
	taking->lines++;
	return export_row(export->json, &row, taking->fn, taking->context);
}

static bool is_wished(const struct export *export, uint32_t subject)
{
	const struct export_wish *wish = export->wish;

	return (wish->kind == KINDS || wish->kind == subject_kind(subject)) &&
	       (wish->id.size == 0 ||
		text_equal(wish->id, text_of(subject_id(export->catalogue, subject))));
}

static bool is_wished_region(const struct export *export, uint32_t region)
{
	const struct export_wish *wish = export->wish;

	return (wish->region == CATALOGUE_NONE || wish->region == region) &&
	       (!wish->sight || wish->sight->regions[region]);
}

/* Those of n that are wished, in their order: how many. */
static size_t keep_wished(const struct export *export,
			  bool (*wished)(const struct export *export, uint32_t item),
			  uint32_t *items, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		if (wished(export, items[i]))
			items[kept++] = items[i];
	return kept;
}

/* From the region on at which it was left; what it has read of its tallies is kept. */
static int export_subject(struct export *export, const struct tallies *tallies, uint32_t subject,
			  struct taking *taking)
{
	size_t *r = &export->next_region;
	int err = 0;

	if (*r == 0)
		by_home_begin(export->by_home, tallies, subject);
	for (; *r < export->n_regions && !is_full(taking) && !err; ++*r)
		err = export_line(export, export->regions[*r], subject, taking);
	return err;
}

int export_some(struct export *export, const struct tallies *tallies, struct export_most most,
		export_fn fn, void *context, bool *ret_more)
{
	struct taking taking = { fn, context, most, 0, 0 };
	int err = 0;

	while (export->next < export->n_subjects && !is_full(&taking) && !err) {
		err = export_subject(export, tallies, export->subjects[export->next], &taking);
		if (export->next_region < export->n_regions)
			continue;
		export->next_region = 0;
		export->next++;
	}
	*ret_more = export->next < export->n_subjects;
	return err;
}

static int list_wished(struct export *export)
{
	const struct catalogue *catalogue = export->catalogue;
	int err = order_regions(catalogue, &export->regions);

	if (!err)
		err = order_subjects(catalogue, &export->subjects, &export->n_subjects);
	if (err)
		return err;
	export->n_regions =
		keep_wished(export, is_wished_region, export->regions, catalogue->n_regions);
	export->n_subjects = keep_wished(export, is_wished, export->subjects, export->n_subjects);
	return 0;
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
		err = list_wished(export);
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
	static const struct export_most all = { SIZE_MAX, SIZE_MAX };
	struct export *export = NULL;
	int err = export_begin(catalogue, wish, &export);
	bool more;

	if (!err)
		err = export_some(export, tallies, all, fn, context, &more);
	export_end(export);
	return err;
}
