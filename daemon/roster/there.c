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

struct counting {
	const struct catalogue *catalogue;
	uint32_t programme;
	const struct namesakes *namesakes;
	struct recorder *recorder;
	uint64_t n;
};

/* Has it any fact of the programme? Most learners of a country have none. */
static bool may_be_there(const struct counting *counting, const struct learner *learner)
{
	uint32_t module = FACT_NO_MODULE;

	for (size_t i = 0; i < learner->n; i++) {
		const struct module *of;

		if (learner->facts[i].module == module ||
		    learner->facts[i].module == FACT_NO_MODULE)
			continue;
		module = learner->facts[i].module;
		of = &counting->catalogue->modules[module];
		for (uint32_t p = 0; p < of->n_programmes; p++)
			if (of->programmes[p] == counting->programme)
				return true;
	}
	return false;
}

static int count_learner(void *context, const struct learner *learner)
{
	struct counting *counting = context;
	bool there = false;
	int err = 0;

	if (learner->source < counting->namesakes->n && counting->namesakes->are[learner->source] &&
	    may_be_there(counting, learner))
		err = recorder_is_there(counting->recorder, learner, &there);
	counting->n += there;
	return err;
}

int there_count(struct ledger_view *view, const struct record_of *of,
		const struct namesakes *namesakes, uint64_t *ret_n)
{
	struct counting counting = { of->catalogue, of->programme, namesakes, recorder_new(of), 0 };
	int err = LIFT_E_MEMORY;

	if (counting.recorder)
		err = ledger_view_learners(view, count_learner, &counting);
	recorder_free(counting.recorder);
	if (!err)
		*ret_n = counting.n;
	return err;
}
