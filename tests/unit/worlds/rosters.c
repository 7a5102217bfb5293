/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/worlds/rosters.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "daemon/roster/there.h"
#include "proto/json.h"

/* Where records come from. */
struct rosters {
	struct house *house;
	const struct model *model;
	struct ledger_view ledger;
	struct journal_view names;
	struct record_of of;
	struct recorder *recorder;
	const char *when;
	FILE *to;
};

static const struct model_learner *find_learner(const struct model *model, struct text id)
{
	for (size_t l = 0; l < model->n; l++)
		if (text_equal(model->learners[l].one->event.learner, id))
			return &model->learners[l];
	return NULL;
}

/* Of one who has not been seen there is nothing: nil. What is left out is empty. */
static json_t *found_record(struct rosters *rosters, struct text id)
{
	static const char *const lists[] = { "competences", "lapsed" };
	struct house *house = rosters->house;
	struct learner learner = { 0 };
	uint8_t pseudonym[PSEUDONYM_BYTES];
	bool found;
	json_t *json;

	secret_pseudonym(&house->secret, text_of("people"), id, pseudonym);
	assert_int_equal(ledger_view_learner(&rosters->ledger, pseudonym, &learner, &found), 0);
	assert_true(found);
	msg_writer_clear(house->writer);
	assert_int_equal(recorder_write(rosters->recorder, &learner, house->writer), 0);
	assert_int_equal(json_from_msg(house->reader, msg_written(house->writer), &json), 0);
	for (int i = 0; i < 2 && json_is_object(json); i++)
		if (!json_object_get(json, lists[i]))
			json_object_set_new(json, lists[i], json_array());
	learner_free(&learner);
	return json;
}

static void tell_one(struct rosters *rosters, struct text id)
{
	const struct record_of *of = &rosters->of;
	const struct model_learner *learner = find_learner(rosters->model, id);
	json_t *found = found_record(rosters, id);
	json_t *wanted = learner ? model_record(rosters->model, learner, of->programme, of->from,
						of->to, of->today)
				 : json_null();

	if (!json_equal(found, wanted))
		fail_msg("%s, day %d, programme %u, %.*s:\n%s\nnot\n%s", rosters->when, of->today,
			 of->programme, (int)id.size, id.data, json_dumps(found, JSON_ENCODE_ANY),
			 json_dumps(wanted, JSON_ENCODE_ANY));
	if (learner) {
		json_object_del(found, "lapsed"); /* it is for another form of the list */
		json_object_set_new(found, "programme",
				    json_string(of->catalogue->programmes[of->programme].id));
		json_object_set_new(found, "learner", json_stringn(id.data, id.size));
		assert_int_equal(json_dumpf(found, rosters->to, JSON_COMPACT), 0);
		fputc('\n', rosters->to);
	}
	json_decref(found);
	json_decref(wanted);
}

/* Participants, or enrolled. */
static void check_there(struct rosters *rosters)
{
	struct namesakes namesakes;
	uint64_t found, there = 0;

	assert_int_equal(
		namesakes_find(&rosters->names, rosters->house->config, "people", &namesakes), 0);
	assert_int_equal(there_count(&rosters->ledger, &rosters->of, &namesakes, &found), 0);
	namesakes_free(&namesakes);
	for (size_t l = 0; l < rosters->model->n; l++) {
		const struct model_progress *progress =
			&rosters->model->learners[l].programmes[rosters->of.programme];

		there += progress->counts || progress->enrolment;
	}
	if (found != there)
		fail_msg("%s, day %d, programme %u: %llu are there, not %llu", rosters->when,
			 rosters->of.today, rosters->of.programme, (unsigned long long)found,
			 (unsigned long long)there);
}

static bool is_first(const struct anyworld *world, uint32_t i)
{
	for (uint32_t before = 0; before < i; before++)
		if (text_equal(world->events[before].learner, world->events[i].learner))
			return false;
	return true;
}

char *rosters_tell(struct house *house, const struct anyworld *world, const struct model *model,
		   int32_t today, const char *when)
{
	struct rosters rosters = { .house = house, .model = model, .when = when };
	char *text = NULL;
	size_t size = 0;

	rosters.to = open_memstream(&text, &size);
	assert_non_null(rosters.to);
	assert_int_equal(ledger_view_begin(house->ledger, &rosters.ledger), 0);
	assert_int_equal(journal_view_begin(house->journal, &rosters.names), 0);
	for (uint32_t p = 0; p < house->catalogue->n_programmes; p++) {
		rosters.of = (struct record_of){ .catalogue = house->catalogue,
						 .programme = p,
						 .until = calendar_day_start(
							 house->catalogue->calendar, today + 1),
						 .today = today,
						 .from = today + ROSTERS_FROM,
						 .to = today + ROSTERS_TO,
						 .names = &rosters.names };
		rosters.recorder = recorder_new(&rosters.of);
		assert_non_null(rosters.recorder);
		for (uint32_t i = 0; i < world->n; i++)
			if (is_first(world, i))
				tell_one(&rosters, world->events[i].learner);
		check_there(&rosters);
		recorder_free(rosters.recorder);
	}
	journal_view_end(&rosters.names);
	ledger_view_end(&rosters.ledger);
	assert_int_equal(fclose(rosters.to), 0);
	return text;
}
