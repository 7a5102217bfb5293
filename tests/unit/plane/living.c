/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/plane/living.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "daemon/figures/export.h"

const char living_config[] = "namespaces: {one: people, two: people}\n";

/* Who is forgotten. */
enum { STRANGERS = 5, STRANGER_EVENTS = 100 };
static const char *const strangers[STRANGERS] = { "ada", "bo", "cy", "di", "ed" };

static void restart(struct house *house)
{
	house_ledger_close(house);
	assert_int_equal(journal_commit(house->journal), 0);
	house_reopen_journal(house);
	house_ledger_open(house, "ledger", INT64_MAX);
}

static void arrange(const struct crowd *crowd, bool shuffled, struct event *ret_events)
{
	static uint32_t order[CROWD_EVENTS];

	for (uint32_t i = 0; i < crowd->n; i++)
		order[i] = i;
	if (shuffled)
		chance_shuffle(order, crowd->n, sizeof(order[0]));
	for (uint32_t i = 0; i < crowd->n; i++)
		ret_events[i] = crowd->events[order[i]];
}

/* Others do some of what the crowd does. */
static void send_strangers(struct house *house, const struct crowd *crowd)
{
	struct event events[STRANGER_EVENTS];

	for (uint32_t i = 0; i < STRANGER_EVENTS; i++) {
		events[i] = crowd->events[chance(crowd->n)];
		events[i].learner = text_of(strangers[chance(STRANGERS)]);
	}
	assert_int_equal(house_send(house, "one", "strangers", 1, events, STRANGER_EVENTS), 0);
	assert_int_equal(house->gate->last.n_accepted, STRANGER_EVENTS);
}

static void forget_strangers(struct house *house)
{
	struct order order = { .what = ORDER_FORGET, .n_people = STRANGERS };

	for (uint32_t i = 0; i < STRANGERS; i++)
		secret_pseudonym(&house->secret, text_of("people"), text_of(strangers[i]),
				 order.people[i].learner);
	gate_obey(house->gate, &order, house->clock);
	assert_int_equal(order.err, 0);
}

void live_through(struct house *house, const struct crowd *crowd, const struct turn *turn)
{
	static const char *const sources[] = { "one", "two" };
	static struct event events[CROWD_EVENTS];
	uint64_t next[2] = { 1, 1 };

	if (turn->forgets && crowd->n)
		send_strangers(house, crowd);
	arrange(crowd, turn->shuffled, events);
	for (uint32_t at = 0, n; at < crowd->n; at += n) {
		uint32_t source = chance(2), left = crowd->n - at;

		n = 1 + chance(turn->batch_max);
		n = n < left ? n : left;
		assert_int_equal(
			house_send(house, sources[source], "s", next[source], events + at, n), 0);
		assert_int_equal(house->gate->last.n_rejected, 0);
		next[source] += n;
		if (turn->restarts && chance_of(20))
			restart(house);
	}
	if (turn->forgets)
		forget_strangers(house);
	assert_int_equal(journal_commit(house->journal), 0);
	house_apply_all(house);
	if (turn->rebuilt) {
		house_ledger_close(house);
		house_ledger_open(house, "fresh", INT64_MAX);
		assert_true(house->is_built);
		house_apply_all(house);
	}
}

/* Releases. */

static int keep_line(void *context, struct text line)
{
	fprintf(context, "%.*s\n", (int)line.size, line.data);
	return 0;
}

char *release_lines(struct house *house, uint32_t number)
{
	struct json_text *json = json_text_new();
	struct release *release;
	struct release_row row;
	size_t size;
	char *text = NULL;
	FILE *file = open_memstream(&text, &size);

	assert_true(file && json);
	assert_int_equal(release_open(house->dir.path, number, &release), 0);
	for (size_t i = 0; i < release_info(release)->n_rows; i++) {
		release_row(release, i, &row);
		assert_int_equal(export_row(json,
					    &(struct export_row){ row.region, row.id, row.kind,
								  row.metrics },
					    keep_line, file),
				 0);
	}
	release_put(release);
	json_text_free(json);
	assert_int_equal(fclose(file), 0);
	return text;
}

int make_release(struct house *house, int32_t day, bool (*stops)(void *context), void *context,
		 struct release_info *ret_info)
{
	uint8_t open_key[OPEN_KEY_BYTES];
	struct journal_view names;
	struct ledger_view view;
	int err;

	secret_open_key(&house->secret, open_key);
	assert_int_equal(ledger_view_begin(house->ledger, &view), 0);
	assert_int_equal(journal_view_begin(house->journal, &names), 0);
	err = release_make(house->dir.path, &view, &names, house->catalogue, open_key, day,
			   ANYWORLD_CLOCK, stops, context, ret_info);
	journal_view_end(&names);
	ledger_view_end(&view);
	return err;
}
