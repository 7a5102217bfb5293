/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/plane/release.h"

#include <stdlib.h>

#include "daemon/catalogue/order.h"
#include "daemon/plane/counting.h"
#include "daemon/plane/draw.h"
#include "daemon/plane/file.h"
#include "daemon/plane/open.h"

struct making {
	const struct catalogue *catalogue;
	const uint8_t *open_key;
	int32_t today;
	struct ledger_view *view;
	struct journal_view *names;
	/* the scan */
	struct profiles profiles;
	struct contribution contribution;
	int64_t until;
	struct counting counting;
	/* the figures of a subject in a region */
	const struct open_columns *columns;
	struct open_count *counts; /* by column */
	uint64_t *keys;
	int64_t *figures;
	/* of a subject */
	uint32_t levels;
	bool *is_there; /* by region: someone counts in it */
	bool *has_base; /* by leaf region: its base is not 0 */
	/* what is written */
	uint32_t *regions;  /* by code */
	uint32_t *subjects; /* by kind's name and id */
	size_t n_subjects;
	struct msg_writer *writer;
	struct release_text text;
};

/* The counts, from all learners. */

static int count_learner(void *context, const struct learner *learner)
{
	struct making *making = context;
	int err = 0;

	for (size_t i = 0; i < learner->n && !err; i++)
		err = profiles_resolve(&making->profiles, making->names, learner->facts[i].profile);
	if (!err)
		err = learner_contribute(learner, &making->profiles, making->until,
					 &making->contribution);
	if (!err)
		err = counting_add(&making->counting, &making->contribution,
				   draw_record_key(learner->pseudonym));
	profiles_trim(&making->profiles);
	return err;
}

/* The figures of a subject. */

/* The state is of all its counts that are not 0. */
static void protect(struct making *making)
{
	uint32_t n_columns = making->columns->at[OPEN_MEASURES];
	uint8_t state[OPEN_STATE_BYTES];
	size_t n = 0;

	for (uint32_t c = 0; c < n_columns; c++)
		if (making->counts[c].n)
			making->keys[n++] = making->counts[c].key;
	draw_state(making->open_key, making->keys, n, state);
	for (uint32_t c = 0; c < n_columns; c++) {
		const struct open_count *count = &making->counts[c];

		making->figures[c] =
			count->n ? draw_protect(count->n,
						draw_number(making->open_key, state, count->key))
				 : 0;
	}
}

static void sum_region(struct making *making, uint32_t subject, uint32_t region)
{
	cells_sum(making->counting.cells, subject, region, making->counts);
	protect(making);
}

static void note_home(void *context, uint32_t home)
{
	struct making *making = context;
	const struct region *region = &making->catalogue->regions[home];

	for (uint32_t i = 0; i < region->n_above; i++)
		making->is_there[region->above[i]] = true;
}

/* Where someone counts; and the leaves that are reached, be they published or not. */
static void look_around(struct making *making, uint32_t subject)
{
	const struct catalogue *catalogue = making->catalogue;

	memset(making->is_there, 0, catalogue->n_regions * sizeof(*making->is_there));
	memset(making->has_base, 0, catalogue->n_regions * sizeof(*making->has_base));
	cells_homes(making->counting.cells, subject, note_home, making);
	for (uint32_t r = 0; r < catalogue->n_regions; r++) {
		if (!making->is_there[r] || !catalogue->regions[r].leaf)
			continue;
		sum_region(making, subject, r);
		making->has_base[r] = open_base(making->columns, making->figures) > 0;
	}
}

static bool is_place(const struct making *making, uint32_t subject, uint32_t home)
{
	const struct catalogue *catalogue = making->catalogue;

	return subject_kind(subject) == KIND_PROGRAMME
		       ? programme_has_place(catalogue,
					     &catalogue->programmes[subject_index(subject)], home,
					     making->today)
		       : catalogue->regions[home].leaf;
}

static struct open_reached reached(const struct making *making, uint32_t subject, uint32_t region)
{
	const struct region *r = &making->catalogue->regions[region];
	struct open_reached reached = { 0, 0 };

	for (uint32_t i = 0; i < r->n_homes; i++)
		if (is_place(making, subject, r->homes[i])) {
			reached.n += making->has_base[r->homes[i]];
			reached.of++;
		}
	return reached;
}

static int write_region(struct making *making, uint32_t subject, uint32_t region)
{
	const struct catalogue *catalogue = making->catalogue;
	struct open_figures figures = { .catalogue = catalogue,
					.columns = making->columns,
					.region = region,
					.subject = subject,
					.figures = making->figures,
					.levels = making->levels };
	struct release_row row = { .region = text_of(catalogue->regions[region].code),
				   .id = text_of(subject_id(catalogue, subject)),
				   .kind = subject_kind(subject) };

	sum_region(making, subject, region);
	if (!open_is_published(&figures))
		return 0;
	figures.reached = reached(making, subject, region);
	msg_writer_clear(making->writer);
	open_encode(&figures, making->writer);
	row.metrics = msg_written(making->writer);
	return row.metrics.size ? release_text_add(&making->text, &row) : LIFT_E_MEMORY;
}

static int write_subject(struct making *making, uint32_t subject)
{
	struct ledger_view *view = making->view;
	int err = 0;

	making->levels = open_levels(making->catalogue, subject);
	look_around(making, subject);
	for (uint32_t i = 0; i < making->catalogue->n_regions && !err; i++) {
		if (!making->is_there[making->regions[i]])
			continue;
		err = view->step && view->step(view->context) ? LIFT_E_STOPPED : 0;
		if (!err)
			err = write_region(making, subject, making->regions[i]);
	}
	return err;
}

/* All. */

static int prepare(struct making *making)
{
	uint32_t n_columns, n_regions = making->catalogue->n_regions;
	int err;

	making->counting.cells = cells_new(making->catalogue);
	making->writer = msg_writer_new();
	if (!making->counting.cells || !making->writer)
		return LIFT_E_MEMORY;
	making->columns = cells_columns(making->counting.cells);
	n_columns = making->columns->at[OPEN_MEASURES];
	making->counts = calloc(n_columns, sizeof(*making->counts));
	making->keys = calloc(n_columns, sizeof(*making->keys));
	making->figures = calloc(n_columns, sizeof(*making->figures));
	making->is_there = calloc(n_regions, sizeof(*making->is_there));
	making->has_base = calloc(n_regions, sizeof(*making->has_base));
	if (!making->counts || !making->keys || !making->figures || !making->is_there ||
	    !making->has_base)
		return LIFT_E_MEMORY;
	err = order_regions(making->catalogue, &making->regions);
	return err ? err
		   : order_subjects(making->catalogue, &making->subjects, &making->n_subjects);
}

static void end(struct making *making)
{
	profiles_clear(&making->profiles);
	contribution_free(&making->contribution);
	cells_free(making->counting.cells);
	msg_writer_free(making->writer);
	free(making->counts);
	free(making->keys);
	free(making->figures);
	free(making->is_there);
	free(making->has_base);
	free(making->regions);
	free(making->subjects);
	release_text_free(&making->text);
}

static int make_rows(struct making *making)
{
	int err = prepare(making);

	if (!err)
		err = ledger_view_learners(making->view, count_learner, making);
	if (!err)
		cells_sort(making->counting.cells);
	for (size_t i = 0; i < making->n_subjects && !err; i++)
		err = write_subject(making, making->subjects[i]);
	return err;
}

int release_make(const char *state, struct ledger_view *view, struct journal_view *names,
		 const struct catalogue *catalogue, const uint8_t open_key[static OPEN_KEY_BYTES],
		 int32_t day, int64_t made_ms, bool (*stops)(void *context), void *context,
		 struct release_info *ret_info)
{
	struct making making = { .catalogue = catalogue,
				 .open_key = open_key,
				 .today = day,
				 .view = view,
				 .names = names,
				 .until = calendar_day_start(catalogue->calendar, day + 1),
				 .counting = { .catalogue = catalogue, .today = day } };
	struct release_info info = { .day = day, .made_ms = made_ms };
	const struct ledger_view before = *view;
	int err;

	view->step = stops;
	view->context = context;
	profiles_init(&making.profiles, catalogue);
	catalogue_text_digest(catalogue, info.catalogue);
	info.applied = ledger_view_applied(view);
	err = ledger_view_err(view);
	if (!err)
		err = make_rows(&making);
	view->step = before.step;
	view->context = before.context;
	if (!err)
		err = releases_last(state, &info.number);
	info.number++; /* numbers are never used again */
	if (!err)
		err = release_text_write(&making.text, state, &info);
	end(&making);
	if (!err)
		*ret_info = info;
	return err;
}
