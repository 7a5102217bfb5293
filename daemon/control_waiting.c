/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/control_internal.h"

/* From the tallies, or for another day from a scan of the learners. */
static int scan_learners(struct control *control, struct ledger_view *view, int32_t today,
			 struct tally_map *map)
{
	const struct catalogue *catalogue = control->parts.catalogue;
	struct journal_view names;
	int err = journal_view_begin(control->parts.journal, &names);

	if (!err)
		err = ledger_view_scan(view, &names, catalogue,
				       calendar_day_start(catalogue->calendar, today + 1), map);
	journal_view_end(&names);
	return err;
}

static int answer_now(struct control *control, const struct waiting *waiting)
{
	struct tally_map *map = waiting->scan ? tally_map_new() : NULL;
	struct ledger_view view;
	struct tallies tallies;
	int err = ledger_view_begin(control->parts.ledger, &view);

	if (err) {
		tally_map_free(map);
		return err;
	}
	if (!waiting->scan)
		tallies = ledger_view_tallies(&view);
	else if (!map)
		err = LIFT_E_MEMORY;
	else
		err = scan_learners(control, &view, waiting->today, map);
	if (!err && waiting->scan)
		tallies = tally_map_tallies(map);
	if (!err)
		err = waiting->answer(control, waiting, &view, &tallies);
	ledger_view_end(&view);
	tally_map_free(map);
	return err;
}

void control_ledger_committed(struct control *control)
{
	uint64_t committed = ledger_committed(control->parts.ledger);
	size_t kept = 0;

	for (size_t i = 0; i < control->n_waiting; i++) {
		struct waiting *waiting = &control->waiting[i];
		int err = 0;

		if (waiting->number <= committed) {
			err = answer_now(control, waiting);
			if (err)
				control_refuse(control, &waiting->client, err);
			continue;
		}
		if (kept != i)
			control->waiting[kept] = *waiting;
		kept++;
	}
	control->n_waiting = kept;
}

static int read_day(const struct control *control, struct text text, int32_t *ret_day)
{
	const struct config *config = control->parts.config;

	if (text.size == 0 || text_equal(text, text_of("today"))) {
		*ret_day = config->as_of_pinned ? config->as_of
						: calendar_day(control->parts.catalogue->calendar,
							       clock_utc_ms());
		return 0;
	}
	return day_parse(text, ret_day);
}

int control_read_wish(struct control *control, const struct request *request,
		      struct waiting **ret_waiting)
{
	struct waiting *waiting = &control->waiting[control->n_waiting];
	int32_t today;
	int err;

	if (control->n_waiting == CONTROL_WAITING_MAX)
		return LIFT_E_BUSY;
	err = read_day(control, request->as_of, &waiting->today);
	if (!err)
		err = read_day(control, text_of("today"), &today);
	if (err)
		return err;
	waiting->scan = waiting->today != today;
	if (request->plane.size > 0 && !text_equal(request->plane, text_of("exact")))
		return LIFT_E_PLANE;
	waiting->kind = request->kind.size > 0 ? kind_of(request->kind) : KINDS;
	if (request->kind.size > 0 && waiting->kind == KINDS)
		return LIFT_E_KIND;
	waiting->region = CATALOGUE_NONE;
	if (request->region.size > 0) {
		waiting->region = catalogue_region(control->parts.catalogue, request->region);
		if (waiting->region == CATALOGUE_NONE)
			return LIFT_E_UNKNOWN_REGION;
	}
	waiting->id_size = request->id.size < MODULE_MAX ? request->id.size : MODULE_MAX;
	if (waiting->id_size)
		memcpy(waiting->id, request->id.data, waiting->id_size);
	*ret_waiting = waiting;
	return 0;
}

void control_wait(struct control *control, struct waiting *waiting, const struct client *client,
		  waiting_fn *answer)
{
	waiting->number = journal_last(control->parts.journal);
	waiting->client = *client;
	waiting->answer = answer;
	control->n_waiting++;
	ledger_want(control->parts.ledger, waiting->number);
	wake_send(control->more);
	control_ledger_committed(control);
}
