/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A list of people, with what they have done (METRICS 8). Ids become pseudonyms as they come, and
 * with the answer these are forgotten, too; that somebody has asked stays in the audit log.
 */
#include <stdlib.h>
#include <string.h>

#include "daemon/base/as_of.h"
#include "daemon/control/internal.h"
#include "daemon/explain/explain.h"
#include "daemon/journal/secret.h"
#include "daemon/roster/there.h"

enum {
	/* That wait at once: operators have other questions, too. */
	ROSTERS_WAITING_MAX = CONTROL_WAITING_MAX / 2,
	/* Of one key: others have lists, too. */
	ROSTERS_OF_KEY_MAX = ROSTERS_WAITING_MAX / 2,
};

struct roster_ask {
	struct keys *keys;     /* kept, for: */
	const struct key *key; /* whose right it is; NULL: an operator's, for all */
	bool other_day;	       /* than that of the live figures */
	bool count;	       /* those who are in the programme, too */
	int32_t from, to;      /* days of the minutes */
	char source[SOURCE_MAX + 1];
	size_t n;
	uint8_t pseudonyms[][PSEUDONYM_BYTES];
};

static void free_ask(struct roster_ask *ask)
{
	keys_free(ask->keys);
	free(ask);
}

/* The request. */

int control_read_source(struct text source, char to[static SOURCE_MAX + 1])
{
	if (source.size < 1 || source.size > SOURCE_MAX || memchr(source.data, 0, source.size))
		return LIFT_E_SOURCE;
	memcpy(to, source.data, source.size);
	to[source.size] = 0;
	return 0;
}

/* Its own sources' namespaces: ids of these are the ids that it has. */
int control_check_sources(const struct control *control, const struct key_texts *sources,
			  const char *source)
{
	const struct config *config = control->parts.config;
	const char *name_space = config_namespace(config, source);

	for (size_t i = 0; i < sources->n; i++)
		if (strcmp(config_namespace(config, sources->items[i]), name_space) == 0)
			return 0;
	return LIFT_E_DENIED;
}

static int read_period(const struct control *control, const struct request *request,
		       struct roster_ask *ask)
{
	int err = 0;

	ask->from = DAY_MIN;
	ask->to = DAY_MAX;
	if (request->from_day.size > 0)
		err = day_parse(request->from_day, &ask->from);
	if (!err && request->to_day.size > 0)
		err = day_parse(request->to_day, &ask->to);
	if (err)
		return LIFT_E_DAY;
	return request->from_day.size > 0 && ask->from < control_horizon_day(control)
		       ? LIFT_E_HORIZON
		       : 0;
}

static int read_learners(const struct control *control, const struct request *request,
			 struct roster_ask *ask)
{
	struct text name_space = text_of(config_namespace(control->parts.config, ask->source));
	struct text learner;

	for (size_t i = 0; i < request->n_learners; i++) {
		if (!request_learner(request, i, &learner))
			return LIFT_E_LEARNERS;
		secret_pseudonym(control->secret, name_space, learner, ask->pseudonyms[i]);
	}
	ask->n = request->n_learners;
	return 0;
}

static int read_ask(struct control *control, const struct request *request,
		    struct roster_ask **ret_ask)
{
	struct roster_ask *ask =
		calloc(1, sizeof(*ask) + request->n_learners * sizeof(ask->pseudonyms[0]));
	int err = LIFT_E_MEMORY;

	if (!ask)
		return err;
	ask->count = request->count;
	err = control_read_source(request->source, ask->source);
	if (!err && control->asker)
		err = control_check_sources(control, &control->asker->roster_sources, ask->source);
	if (!err)
		err = read_period(control, request, ask);
	if (!err)
		err = read_learners(control, request, ask);
	if (err) {
		free_ask(ask);
		return err;
	}
	if (control->asker) {
		ask->keys = keys_keep(control->view.keys);
		ask->key = control->asker;
	}
	*ret_ask = ask;
	return 0;
}

/* The keys may have been read anew since: a key is the same by its name. */
static bool has_place(const struct door *door, const struct key *asker)
{
	size_t n = 0, of_key = 0;

	for (size_t i = 0; i < door->n_waiting; i++) {
		const struct roster_ask *ask = door->waiting[i].roster;

		n += ask != NULL;
		of_key += ask && ask->key && asker && strcmp(ask->key->name, asker->name) == 0;
	}
	return n < ROSTERS_WAITING_MAX && of_key < ROSTERS_OF_KEY_MAX;
}

/* The answer. */

static void write_head(struct control *control, const struct waiting *waiting,
		       struct ledger_view *ledger)
{
	uint8_t applied[8], state[REFUSED_DIGEST_BYTES];
	char as_of[DAY_TEXT];

	/* It tells whether two answers stand on the same events, and not how many there are. */
	put_be(applied, ledger_view_applied(ledger), sizeof(applied));
	secret_refused_digest(control->secret, (struct text){ (char *)applied, sizeof(applied) },
			      state);
	day_print(waiting->today, as_of);
	msg_writer_clear(control->writer);
	msg_map_begin(control->writer);
	msg_key_int(control->writer, "v", 1);
	msg_key_bool(control->writer, "ok", true);
	msg_key_str(control->writer, "as_of", as_of);
	msg_key_int(control->writer, "now", control->now.utc_ms);
	msg_key_int(control->writer, "state", (int64_t)(get_be(state, sizeof(state)) >> 11));
}

static int end_page(struct control *control, const struct client *client, bool more)
{
	msg_array_end(control->writer);
	msg_key_bool(control->writer, "more", more);
	if (more)
		msg_map_end(control->writer);
	return more ? control_send(control, client, msg_written(control->writer)) : 0;
}

static void begin_page(struct control *control, const struct waiting *waiting,
		       struct ledger_view *ledger)
{
	write_head(control, waiting, ledger);
	msg_str(control->writer, "rows");
	msg_array_begin(control->writer);
}

static int write_rows(struct control *control, const struct waiting *waiting,
		      struct recorder *recorder, struct ledger_view *ledger)
{
	const struct roster_ask *ask = waiting->roster;
	struct learner learner = { 0 };
	bool found;
	int err = 0;

	begin_page(control, waiting, ledger);
	for (size_t i = 0; i < ask->n && !err; i++) {
		if (msg_size(control->writer) > CONTROL_PAGE_BYTES) {
			err = end_page(control, &waiting->client, true);
			begin_page(control, waiting, ledger);
		}
		if (!err && ledger->step(ledger->context))
			err = LIFT_E_STOPPED;
		if (!err)
			err = ledger_view_learner(ledger, ask->pseudonyms[i], &learner, &found);
		if (!err)
			err = recorder_write(recorder, &learner, control->writer);
	}
	learner_free(&learner);
	return err ? err : end_page(control, &waiting->client, false);
}

static int write_answer(struct control *control, const struct waiting *waiting,
			const struct record_of *of, struct ledger_view *ledger,
			const struct namesakes *namesakes)
{
	struct recorder *recorder = recorder_new(of);
	uint64_t there;
	int err = recorder ? write_rows(control, waiting, recorder, ledger) : LIFT_E_MEMORY;

	recorder_free(recorder);
	if (!err && waiting->roster->count) {
		err = there_count(ledger, of, namesakes, &there);
		if (!err)
			msg_key_int(control->writer, "there", (int64_t)there);
	}
	if (!err)
		err = ledger_view_err(ledger);
	if (err)
		return err;
	msg_map_end(control->writer);
	return control_send(control, &waiting->client, msg_written(control->writer));
}

/* Nobody is answered whose asking is not on disk. False: that has been refused. */
static bool note_asking(struct control *control, const struct waiting *waiting)
{
	const struct roster_ask *ask = waiting->roster;
	struct audit deed = control_deed(control, waiting, "roster");

	deed.source = text_of(ask->source);
	deed.kind = text_of(kind_name(KIND_PROGRAMME));
	deed.ids = (int64_t)ask->n;
	return control_note(control, &waiting->client, deed);
}

static int64_t until_of(const struct control *control, const struct waiting *waiting)
{
	const struct calendar *calendar = control->parts.catalogue->calendar;

	return waiting->roster->other_day ? calendar_day_start(calendar, waiting->today + 1)
					  : as_of_until(control->parts.config->as_of, calendar);
}

static int answer_by(struct control *control, const struct waiting *waiting,
		     struct ledger_view *ledger, struct journal_view *names,
		     const struct catalogue_sight *sight)
{
	const struct catalogue *catalogue = control->parts.catalogue;
	const struct roster_ask *ask = waiting->roster;
	uint32_t subject = subject_find(catalogue, KIND_PROGRAMME,
					(struct text){ waiting->id, waiting->id_size });
	const struct record_of of = { .catalogue = catalogue,
				      .programme = subject_index(subject),
				      .until = until_of(control, waiting),
				      .today = waiting->today,
				      .from = ask->from,
				      .to = ask->to,
				      .sight = sight,
				      .names = names };
	struct namesakes namesakes = { 0 };
	int err;

	if (subject == CATALOGUE_NONE || (sight && !sight->programmes[of.programme])) {
		explain_refusal_encode(control->writer, catalogue, sight, LIFT_E_UNKNOWN_ID,
				       KIND_PROGRAMME);
		control_send(control, &waiting->client, msg_written(control->writer));
		stats_add(control->stats, STAT_requests_refused, 1);
		return 0;
	}
	err = namesakes_find(names, control->parts.config,
			     config_namespace(control->parts.config, ask->source), &namesakes);
	if (!err && !namesakes.any)
		err = LIFT_E_UNKNOWN_SOURCE;
	if (!err && note_asking(control, waiting))
		err = write_answer(control, waiting, &of, ledger, &namesakes);
	namesakes_free(&namesakes);
	return err;
}

/* The sight of a key's regions. */
static int see(const struct control *control, const struct key *key, struct sight *ret_sight)
{
	const char *unknown;
	struct texts regions = { 0 };
	int err;

	*ret_sight = (struct sight){ 0 };
	if (!key || key->roster_regions.n == 0)
		return 0;
	regions.items = (char **)key->roster_regions.items;
	regions.count = key->roster_regions.n;
	err = sight_make(&regions, control->parts.catalogue, ret_sight, &unknown);
	if (err)
		sight_clear(ret_sight);
	return err;
}

static int roster_now(struct control *control, const struct waiting *waiting,
		      struct ledger_view *ledger, const struct tallies *tallies)
{
	struct journal_view names = { NULL };
	struct sight sight;
	int err = journal_damage(control->parts.journal)
			  ? LIFT_E_DAMAGED
			  : see(control, waiting->roster->key, &sight);

	(void)tallies;
	if (err)
		return err;
	err = journal_view_begin(control->parts.journal, &names);
	if (!err)
		err = answer_by(control, waiting, ledger, &names,
				sight.of.regions ? sight_limits(&sight) : NULL);
	journal_view_end(&names);
	sight_clear(&sight);
	return err;
}

int control_roster(struct control *control, const struct client *client,
		   const struct request *request)
{
	struct waiting *waiting;
	struct roster_ask *ask;
	int err = has_place(client->door, control->asker) ? read_ask(control, request, &ask)
							  : LIFT_E_BUSY;

	if (err)
		return err;
	err = control_read_wish(control, client, request, &waiting);
	if (err) {
		free_ask(ask);
		return err;
	}
	/* No tallies of that day are needed: only the learners who are asked about. */
	ask->other_day = waiting->scan;
	waiting->scan = false;
	waiting->roster = ask;
	waiting->roster_free = free_ask;
	control_wait(control, waiting, client, roster_now);
	return 0;
}
