/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/roster/there.h"

#include <stdio.h>
#include <stdlib.h>

#include "proto/grow.h"

int namesakes_find(struct journal_view *names, const struct config *config, const char *name_space,
		   struct namesakes *ret_namesakes)
{
	struct namesakes found = { 0 };
	char source[SOURCE_MAX + 1];
	size_t room = 0;
	struct text name;

	for (uint32_t id = 0; journal_view_name(names, NAME_SOURCE, id, &name); id++) {
		if (grow(&found.are, &room, (size_t)id + 1, sizeof(*found.are)) != 0) {
			free(found.are);
			return LIFT_E_MEMORY;
		}
		snprintf(source, sizeof(source), "%.*s", (int)name.size, name.data);
		found.are[id] = strcmp(config_namespace(config, source), name_space) == 0;
		found.any |= found.are[id];
		found.n = id + 1;
	}
	*ret_namesakes = found;
	return 0;
}

void namesakes_free(struct namesakes *namesakes)
{
	free(namesakes->are);
	*namesakes = (struct namesakes){ 0 };
}

/* What is done at home in a region between two moments counts; a day at either end is left to who
 * looks at days. */
struct span {
	uint32_t region;
	int64_t from, to;
};

struct counting {
	const struct record_of *of;
	const struct programme *programme;
	const struct namesakes *namesakes;
	struct recorder *recorder;
	bool *modules; /* of the programme, or its admission, by the catalogue's numbers */
	struct span *spans;
	uint32_t n_spans;
	uint64_t n;
};

/* Who takes part at first sight. */

static int64_t inside(const struct calendar *calendar, int32_t day, int by)
{
	return calendar_day_start(calendar, day) + by * DAY_MS;
}

static int make_spans(struct counting *counting)
{
	const struct programme *programme = counting->programme;
	const struct calendar *calendar = counting->of->catalogue->calendar;

	counting->spans = calloc(programme->n_memberships + 1, sizeof(*counting->spans));
	if (!counting->spans)
		return LIFT_E_MEMORY;
	for (uint32_t i = 0; i < programme->n_memberships; i++) {
		const struct membership *row = &programme->memberships[i];

		counting->spans[counting->n_spans++] = (struct span){
			row->region,
			row->from == DAY_MIN ? INT64_MIN : inside(calendar, row->from, 2),
			row->to == DAY_MAX ? INT64_MAX : inside(calendar, row->to, -1),
		};
	}
	return 0;
}

/* Admission may be ahead of the first day. */
static bool counts(const struct counting *counting, const struct fact *fact, uint32_t home,
		   bool ahead)
{
	for (uint32_t i = 0; i < counting->n_spans; i++)
		if ((ahead || fact->time >= counting->spans[i].from) &&
		    fact->time < counting->spans[i].to &&
		    (counting->spans[i].region == REGION_ALL ||
		     catalogue_inside(counting->of->catalogue, home, counting->spans[i].region)))
			return true;
	return false;
}

/* Of facts of one module, of which nothing takes any back. */
struct glance {
	bool begun;    /* one of the programme's modules has, in the midst of its days */
	bool admitted; /* the last enrolment says so */
};

static void glance_at(const struct counting *counting, const struct fact *first,
		      const struct fact *end, uint32_t home, struct glance *glance)
{
	const struct programme *programme = counting->programme;
	bool admits = first->module == programme->admission;
	const struct fact *enrolled = NULL;

	for (const struct fact *fact = first; fact < end && fact->time < counting->of->until;
	     fact++) {
		if (fact->type == EVENT_ENROLLED)
			enrolled = fact;
		else if (!glance->begun && !admits && fact->type != EVENT_WITHDRAWN)
			glance->begun = counts(counting, fact, home, false);
	}
	if (enrolled && (admits || programme->admission == CATALOGUE_NONE) &&
	    enrolled->result.state == STATE_ADMITTED)
		glance->admitted |= counts(counting, enrolled, home, admits);
}

/* Has the learner begun, in the midst of the programme's days, and been admitted, where that is
 * asked for? Then it takes part, whatever else there is. Nothing is said of who has had something
 * taken back, nor of whose home is another for each fact. */
static bool surely_takes_part(const struct counting *counting, const struct learner *learner,
			      uint32_t home)
{
	const struct programme *programme = counting->programme;
	const struct fact *end = learner->facts + learner->n, *next;
	struct glance glance = { 0 };

	if (programme->profile == PROFILE_ENTRY && programme->n_regions > 0)
		return false;
	for (const struct fact *fact = learner->facts; fact < end; fact = next) {
		for (next = fact; next < end && next->module == fact->module; next++)
			;
		if (fact->module == FACT_NO_MODULE || !counting->modules[fact->module] ||
		    fact->type == EVENT_VOIDED) /* a module's come first */
			continue;
		glance_at(counting, fact, next, home, &glance);
		if (glance.begun && (glance.admitted || !programme->enrolled_only))
			return true;
	}
	return false;
}

/* Has it any fact of the programme? Most learners of a country have none. */
static bool may_be_there(const struct counting *counting, const struct learner *learner)
{
	for (size_t i = 0; i < learner->n; i++)
		if (learner->facts[i].module != FACT_NO_MODULE &&
		    counting->modules[learner->facts[i].module])
			return true;
	return false;
}

static int count_learner(void *context, const struct learner *learner)
{
	struct counting *counting = context;
	bool seen = true, there = false;
	uint32_t home = REGION_ALL;
	int err = 0;

	if (learner->source >= counting->namesakes->n ||
	    !counting->namesakes->are[learner->source] || !may_be_there(counting, learner))
		return 0;
	if (counting->of->sight || counting->programme->n_regions > 0)
		err = recorder_home(counting->recorder, learner, &seen, &home);
	if (err || !seen)
		return err;
	there = surely_takes_part(counting, learner, home);
	if (!there)
		err = recorder_is_there(counting->recorder, learner, &there);
	counting->n += there;
	return err;
}

/* All of them. */

static int make_modules(struct counting *counting)
{
	const struct catalogue *catalogue = counting->of->catalogue;

	counting->modules = calloc((size_t)catalogue->n_modules + 1, sizeof(bool));
	if (!counting->modules)
		return LIFT_E_MEMORY;
	for (uint32_t m = 0; m < catalogue->n_modules; m++)
		for (uint32_t p = 0; p < catalogue->modules[m].n_programmes; p++)
			counting->modules[m] |=
				catalogue->modules[m].programmes[p] == counting->of->programme;
	return 0;
}

int there_count(struct ledger_view *view, const struct record_of *of,
		const struct namesakes *namesakes, uint64_t *ret_n)
{
	struct counting counting = { .of = of,
				     .programme = &of->catalogue->programmes[of->programme],
				     .namesakes = namesakes,
				     .recorder = recorder_new(of) };
	int err = counting.recorder ? make_modules(&counting) : LIFT_E_MEMORY;

	if (!err)
		err = make_spans(&counting);
	if (!err)
		err = ledger_view_learners(view, count_learner, &counting);
	recorder_free(counting.recorder);
	free(counting.modules);
	free(counting.spans);
	if (!err)
		*ret_n = counting.n;
	return err;
}
