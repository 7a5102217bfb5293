/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a figure stands on; and what is held on one person, which stands on that person's events.
 */
#include <stdlib.h>

#include "daemon/access/access.h"
#include "daemon/base/as_of.h"
#include "daemon/catalogue/subject.h"
#include "daemon/control/internal.h"
#include "daemon/explain/explain.h"

enum { ACCESS_LOOKS = 1 << 18 /* entries of the journal that one round looks at */ };

/* A figure. */

static void refuse(struct control *control, const struct client *client, int err, enum kind kind)
{
	explain_refusal_encode(control->writer, control->parts.catalogue, door_sight(client->door),
			       err, kind);
	control_send(control, client, msg_written(control->writer));
	stats_add(control->stats, STAT_requests_refused, 1);
}

static int explain_now(struct control *control, const struct waiting *waiting,
		       struct ledger_view *ledger, const struct tallies *tallies)
{
	const struct catalogue *catalogue = control->parts.catalogue;
	const struct definition_of of = {
		.catalogue = catalogue,
		.region = waiting->region,
		.subject = subject_find(catalogue, waiting->kind,
					(struct text){ waiting->id, waiting->id_size }),
		.today = waiting->today,
		.live = !waiting->scan && !control->parts.config->as_of.pinned,
		.sight = door_sight(waiting->client.door),
	};
	struct journal_view journal = { NULL };
	struct explain_from from = { ledger, &journal, tallies, control->parts.config,
				     control->now.utc_ms };
	int err = of.subject == CATALOGUE_NONE /* the catalogue has changed meanwhile */
			  ? LIFT_E_UNKNOWN_ID
			  : journal_view_begin(control->parts.journal, &journal);

	if (!err)
		err = explain_encode(control->writer, &of, &from);
	if (!err)
		err = ledger_view_err(ledger);
	journal_view_end(&journal);
	if (err == LIFT_E_UNKNOWN_ID) {
		refuse(control, &waiting->client, err, waiting->kind);
		return 0;
	}
	/* Who is gone needs no refusal. */
	if (!err &&
	    control_note(control, &waiting->client, control_deed(control, waiting, "explain")))
		control_send(control, &waiting->client, msg_written(control->writer));
	return err;
}

/* All three must be there: what is wrong is refused with what there is. */
static int read_explain(struct control *control, const struct client *client,
			const struct request *request, struct waiting **ret_waiting)
{
	/* What it says is read from the journal. */
	int err = journal_damage(control->parts.journal)
			  ? LIFT_E_DAMAGED
			  : control_read_wish(control, client, request, ret_waiting);

	if (err)
		return err;
	if ((*ret_waiting)->region == CATALOGUE_NONE)
		return LIFT_E_UNKNOWN_REGION;
	if ((*ret_waiting)->kind == KINDS)
		return LIFT_E_KIND;
	return subject_find(control->parts.catalogue, (*ret_waiting)->kind, request->id) ==
			       CATALOGUE_NONE
		       ? LIFT_E_UNKNOWN_ID
		       : 0;
}

int control_explain(struct control *control, const struct client *client,
		    const struct request *request)
{
	struct waiting *waiting;
	int err = read_explain(control, client, request, &waiting);

	if (err == LIFT_E_UNKNOWN_REGION || err == LIFT_E_UNKNOWN_ID) {
		refuse(control, client, err, kind_of(request->kind));
		return 0;
	}
	if (!err)
		control_wait(control, waiting, client, explain_now);
	return err;
}

/* A person. */

/* What is told of one in this round. */
struct telling {
	struct control *control;
	const struct waiting *waiting;
	struct access_by by;
	bool is_first;	    /* round */
	const char *list;   /* that is open, of the message that is being written */
	int err;	    /* of a row */
	bool objects;	    /* is not to be taken in again */
	uint64_t forgotten; /* the number of the last order that says so; 0: there is none */
};

static const uint8_t *whom(const struct telling *telling)
{
	return telling->waiting->people->people[0].learner;
}

/* Each has `entries`: those of the first round none. */
static void begin_message(struct telling *telling)
{
	struct msg_writer *writer = telling->control->writer;

	msg_writer_clear(writer);
	msg_map_begin(writer);
	msg_key_int(writer, "v", 1);
	msg_key_bool(writer, "ok", true);
	if (telling->is_first) {
		msg_str(writer, "entries");
		msg_array(writer, 0);
	}
}

static void begin_list(struct telling *telling, const char *list)
{
	telling->list = list;
	msg_str(telling->control->writer, list);
	msg_array_begin(telling->control->writer);
}

static int end_message(struct telling *telling, bool more)
{
	struct msg_writer *writer = telling->control->writer;

	msg_array_end(writer);
	msg_key_bool(writer, "more", more);
	msg_map_end(writer);
	return control_send(telling->control, &telling->waiting->client, msg_written(writer));
}

/* Before each row: there may be more of them than a message has room for. */
static int begin_row(struct telling *telling)
{
	int err;

	if (msg_size(telling->control->writer) <= CONTROL_PAGE_BYTES)
		return 0;
	err = end_message(telling, true);
	begin_message(telling);
	begin_list(telling, telling->list);
	return err;
}

static int tell_facts(struct telling *telling, const struct learner *learner)
{
	int err = 0;

	begin_list(telling, "facts");
	for (size_t i = 0; i < learner->n && !err; i++) {
		err = begin_row(telling);
		if (!err)
			err = access_fact_write(&telling->by, &learner->facts[i],
						telling->control->writer);
	}
	msg_array_end(telling->control->writer);
	return err;
}

static bool is_about(const struct telling *telling, const struct quarantined *row)
{
	const uint8_t *whose = access_whose(row);

	return whose && memcmp(whose, whom(telling), PSEUDONYM_BYTES) == 0;
}

static int tell_refused(void *context, const struct quarantined *row)
{
	struct telling *telling = context;

	if (!is_about(telling, row))
		return 0;
	telling->err = begin_row(telling);
	if (!telling->err)
		access_refused_write(&telling->by, row, telling->control->writer);
	return telling->err;
}

static int find_refused(void *context, const struct quarantined *row)
{
	struct telling *telling = context;

	telling->err = is_about(telling, row) ? LIFT_E_EXISTS : 0;
	return telling->err;
}

/* What the ledger has, and the quarantine. */
static int tell_first(struct telling *telling, const struct learner *learner)
{
	struct msg_writer *writer = telling->control->writer;
	struct people_ask *ask = telling->waiting->people;
	char as_of[DAY_TEXT];
	int err = 0;

	day_print(telling->by.today, as_of);
	begin_message(telling);
	msg_key_str(writer, "source", ask->source);
	msg_key_str(writer, "as_of", as_of);
	msg_key_int(writer, "now", telling->control->now.utc_ms);
	msg_key_int(writer, "last", (int64_t)ask->last);
	msg_key_bool(writer, "objection", telling->objects);
	if (telling->forgotten > 0)
		msg_key_int(writer, "forgotten", (int64_t)telling->forgotten);
	if (learner->n > 0)
		err = access_standing_write(&telling->by, learner, writer);
	if (!err)
		err = tell_facts(telling, learner);
	if (err)
		return err;
	begin_list(telling, "quarantine");
	telling->err = 0;
	err = journal_view_quarantine(telling->by.journal, 0, tell_refused, telling);
	return err ? err : telling->err ? telling->err : end_message(telling, true);
}

static int note_looking(struct telling *telling, const char *result)
{
	const struct people_ask *ask = telling->waiting->people;
	const struct audit deed = { .op = TEXT("access"),
				    .source = text_of(ask->source),
				    .ids = 1,
				    .number = ask->last,
				    .result = text_of(result) };

	return control_note(telling->control, &telling->waiting->client, deed) ? 0 : LIFT_E_SOCKET;
}

static int find_objection(void *context, const uint8_t hash[static PSEUDONYM_BYTES])
{
	const struct telling *telling = context;

	return memcmp(hash, telling->waiting->people->people[0].objection, PSEUDONYM_BYTES) == 0
		       ? LIFT_E_EXISTS
		       : 0;
}

/* Is anything held that is no fact? LIFT_E_UNKNOWN_LEARNER where neither is. */
static int look_further(struct telling *telling, const struct learner *learner)
{
	int err = journal_view_objections(telling->by.journal, find_objection, telling);

	telling->objects = err == LIFT_E_EXISTS;
	telling->forgotten = journal_view_forgotten(telling->by.journal, whom(telling));
	if ((err && !telling->objects) || telling->objects || telling->forgotten > 0 ||
	    learner->n > 0)
		return telling->objects ? 0 : err;
	err = journal_view_quarantine(telling->by.journal, 0, find_refused, telling);
	return err ? err : telling->err ? 0 : LIFT_E_UNKNOWN_LEARNER;
}

/* That nothing is held is told, too, and noted. */
static int begin_telling(struct telling *telling, struct ledger_view *ledger)
{
	struct people_ask *ask = telling->waiting->people;
	struct learner learner = { 0 };
	bool found;
	int err = ledger_view_learner(ledger, whom(telling), &learner, &found);

	ask->last = ledger_view_applied(ledger);
	ask->next = 1;
	if (!err)
		err = look_further(telling, &learner);
	if (!err || err == LIFT_E_UNKNOWN_LEARNER) {
		int noted = note_looking(telling, lift_err_code(err));

		err = noted ? noted : err;
	}
	if (!err)
		err = tell_first(telling, &learner);
	learner_free(&learner);
	return err;
}

static int tell_entry(void *context, uint64_t number, uint32_t stream, const struct entry *entry)
{
	struct telling *telling = context;

	if (number > telling->waiting->people->last || entry->refused ||
	    (entry->what != ENTRY_EVENT && entry->what != ENTRY_FORGET) ||
	    memcmp(entry->learner, whom(telling), PSEUDONYM_BYTES) != 0)
		return 0;
	telling->err = begin_row(telling);
	if (!telling->err)
		telling->err = access_entry_write(&telling->by, number, stream, entry,
						  telling->control->writer);
	return telling->err;
}

/* As many entries of the journal as one round may look at. */
static int tell_entries(struct telling *telling)
{
	struct people_ask *ask = telling->waiting->people;
	uint64_t next;
	int err;

	begin_message(telling);
	begin_list(telling, "entries");
	err = journal_view_read(telling->by.journal, ask->next, ACCESS_LOOKS, tell_entry, telling,
				&next);
	if (err)
		return err;
	ask->goes_on = next > ask->next && next <= ask->last;
	ask->next = next;
	return end_message(telling, ask->goes_on);
}

static int access_now(struct control *control, const struct waiting *waiting,
		      struct ledger_view *ledger, const struct tallies *tallies)
{
	const struct catalogue *catalogue = control->parts.catalogue;
	struct people_ask *ask = waiting->people;
	struct journal_view journal = { NULL };
	struct telling telling = {
		.control = control,
		.waiting = waiting,
		.by = { .catalogue = catalogue,
			.journal = &journal,
			.until = as_of_until(control->parts.config->as_of, catalogue->calendar),
			.today = waiting->today },
	};
	int err = journal_damage(control->parts.journal)
			  ? LIFT_E_DAMAGED
			  : journal_view_begin(control->parts.journal, &journal);

	(void)tallies;
	telling.is_first = ask->next == 0;
	if (!err && telling.is_first) {
		err = begin_telling(&telling, ledger);
		ask->goes_on = !err;
	} else if (!err) {
		err = tell_entries(&telling);
	}
	if (!err)
		err = ledger_view_err(ledger) ? ledger_view_err(ledger)
					      : journal_view_err(&journal);
	journal_view_end(&journal);
	return err;
}

int control_access(struct control *control, const struct client *client,
		   const struct request *request)
{
	struct people_ask *people;
	int err = control_read_people(control, request, 1, &people);

	return err ? err : control_wait_about(control, client, people, access_now);
}
