/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "daemon/base/as_of.h"
#include "daemon/catalogue/subject.h"
#include "daemon/control/internal.h"
#include "daemon/net/wake.h"

/* What takes long is seen to go on, and ends with the daemon. */

static bool count_step(void *context)
{
	struct control *control = context;

	loop_count_round(control->loop);
	return loop_is_ending(control->loop);
}

static int counted_range(void *source, uint32_t home, uint32_t subject, tally_fn fn, void *context)
{
	struct counted *counted = source;

	if (count_step(counted->control))
		return LIFT_E_STOPPED;
	return counted->tallies.range(counted->tallies.source, home, subject, fn, context);
}

struct tallies control_count(struct counted *counted)
{
	return (struct tallies){ counted_range, counted };
}

/* Answers. */

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

/* The region is looked up again: its number is that of a catalogue. One not seen is none. */
static int find_region(const struct control *control, const struct catalogue_sight *sight,
		       struct waiting *waiting)
{
	struct text code = { waiting->region_code, waiting->region_size };
	uint32_t region;

	waiting->region = CATALOGUE_NONE;
	if (code.size == 0)
		return 0;
	region = catalogue_region(control->parts.catalogue, code);
	if (region == CATALOGUE_NONE || (sight && !sight->regions[region]))
		return LIFT_E_UNKNOWN_REGION;
	waiting->region = region;
	return 0;
}

int control_find_region(const struct control *control, const struct client *client,
			struct text region)
{
	const struct catalogue_sight *sight = door_sight(client->door);
	uint32_t found = region.size ? catalogue_region(control->parts.catalogue, region) : 0;

	return region.size && (found == CATALOGUE_NONE || (sight && !sight->regions[found]))
		       ? LIFT_E_UNKNOWN_REGION
		       : 0;
}

static int answer_now(struct control *control, struct waiting *waiting)
{
	struct tally_map *map = waiting->scan ? tally_map_new() : NULL;
	struct ledger_view view;
	struct counted counted = { .control = control };
	struct tallies tallies = control_count(&counted);
	int err = door_see(waiting->client.door);

	if (!err)
		err = find_region(control, door_sight(waiting->client.door), waiting);
	if (!err)
		err = ledger_view_begin(control->parts.ledger, &view);
	if (err) {
		tally_map_free(map);
		return err;
	}
	view.step = count_step;
	view.context = control;
	if (!waiting->scan)
		counted.tallies = ledger_view_tallies(&view);
	else if (!map)
		err = LIFT_E_MEMORY;
	else
		err = scan_learners(control, &view, waiting->today, map);
	if (!err && waiting->scan)
		counted.tallies = tally_map_tallies(map);
	if (!err)
		err = waiting->answer(control, waiting, &view, &tallies);
	ledger_view_end(&view);
	tally_map_free(map);
	return err;
}

/* With a damaged journal the figures of the day are still what has been applied, where that is all;
 * those of another day need its names. Nobody waits for what does not come. */
static int damage_problem(const struct control *control, const struct waiting *waiting)
{
	const struct ledger *ledger = control->parts.ledger;

	return waiting->scan || !ledger || ledger_committed(ledger) < waiting->number
		       ? LIFT_E_DAMAGED
		       : 0;
}

static bool goes_on(const struct waiting *waiting)
{
	return waiting->going && waiting->going->goes_on;
}

/* Each keeps what it reads from: as long as it goes on, the ledger grows, and a place for a reader
 * of it is taken. */
static bool may_begin(const struct control *control, const struct waiting *waiting)
{
	size_t n = 0;

	for (size_t d = 0; d < control->n_doors && waiting->going; d++)
		for (size_t i = 0; i < control->doors[d].n_waiting; i++)
			n += goes_on(&control->doors[d].waiting[i]);
	return n < CONTROL_GOING_MAX;
}

static bool is_ready(const struct control *control, const struct waiting *waiting)
{
	const struct ledger *ledger = control->parts.ledger;

	return goes_on(waiting) || journal_damage(control->parts.journal) ||
	       (ledger && waiting->number <= ledger_committed(ledger) &&
		may_begin(control, waiting));
}

bool control_answer_next(struct control *control)
{
	struct waiting waiting;
	int err;

	if (!doors_take_next(control, is_ready, &waiting))
		return false;
	if (goes_on(&waiting))
		err = waiting.going->next(control, &waiting);
	else if (journal_damage(control->parts.journal) && damage_problem(control, &waiting))
		err = LIFT_E_DAMAGED;
	else
		err = answer_now(control, &waiting);
	if (err)
		control_refuse(control, &waiting.client, err);
	else if ((waiting.people && waiting.people->goes_on) || goes_on(&waiting)) {
		/* Behind all others; its own place is free. */
		waiting.client.door->waiting[waiting.client.door->n_waiting++] = waiting;
		return true;
	}
	waiting_clear(&waiting);
	return true;
}

static int read_day(const struct control *control, struct text text, int32_t *ret_day)
{
	const struct config *config = control->parts.config;

	if (text.size == 0 || text_equal(text, text_of("today"))) {
		*ret_day = as_of_day(config->as_of, control->parts.catalogue->calendar,
				     control->now.utc_ms);
		return 0;
	}
	return day_parse(text, ret_day);
}

int control_read_wish(struct control *control, const struct client *client,
		      const struct request *request, struct waiting **ret_waiting)
{
	struct door *door = client->door;
	struct waiting *waiting;
	int32_t today, day;
	int err = read_day(control, request->as_of, &day);

	if (!err && day < control_horizon_day(control))
		err = LIFT_E_HORIZON;
	if (!err)
		err = read_day(control, text_of("today"), &today);
	if (!err)
		err = door_has_place(door, client, day != today);
	if (err)
		return err;
	waiting = &door->waiting[door->n_waiting];
	waiting->today = day;
	waiting->scan = day != today;
	waiting->roster = NULL;
	waiting->people = NULL;
	waiting->going = NULL;
	if (request->plane.size > 0 && !text_equal(request->plane, text_of("exact")))
		return LIFT_E_PLANE;
	waiting->kind = request->kind.size > 0 ? kind_of(request->kind) : KINDS;
	if (request->kind.size > 0 && waiting->kind == KINDS)
		return LIFT_E_KIND;
	if (request->region.size > REGION_MAX)
		return LIFT_E_UNKNOWN_REGION;
	waiting->region_size = request->region.size;
	if (waiting->region_size)
		memcpy(waiting->region_code, request->region.data, waiting->region_size);
	err = find_region(control, door_sight(door), waiting);
	if (err)
		return err;
	if (request->id.size > MODULE_MAX)
		return LIFT_E_UNKNOWN_ID;
	waiting->id_size = request->id.size;
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
	client->door->n_waiting++;
	if (control->parts.ledger)
		ledger_want(control->parts.ledger, waiting->number);
	wake_send(control->more);
}

int control_wait_about(struct control *control, const struct client *client,
		       struct people_ask *people, waiting_fn *answer)
{
	struct waiting *waiting;
	int err = control_read_wish(control, client, &(const struct request){ .n_learners = 0 },
				    &waiting);

	if (err) {
		free(people);
		return err;
	}
	waiting->people = people;
	control_wait(control, waiting, client, answer);
	return 0;
}
