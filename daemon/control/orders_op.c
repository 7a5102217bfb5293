/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "daemon/access/access.h"
#include "daemon/base/dir.h"
#include "daemon/base/state.h"
#include "daemon/compact/elsewhere.h"
#include "daemon/control/internal.h"
#include "daemon/journal/secret.h"
#include "daemon/tasks/manifest.h"
#include "proto/err_code.h"

static int ask(struct control *control, const struct client *client, const struct order *order)
{
	struct order_waiting *waiting = &control->ordering[control->n_ordering];
	uint64_t number;

	if (!control->orders || control->n_ordering == ORDERS_MAX)
		return LIFT_E_BUSY;
	number = orders_ask(control->orders, order);
	if (number == 0)
		return LIFT_E_BUSY;
	*waiting = (struct order_waiting){ .client = *client, .number = number };
	control->n_ordering++;
	wake_send(control->ordered);
	return 0;
}

int control_close_stream(struct control *control, const struct client *client,
			 const struct request *request)
{
	struct order order = { .what = ORDER_CLOSE };

	if (!source_is_valid(request->source))
		return LIFT_E_SOURCE;
	if (request->stream.size < 1 || request->stream.size > STREAM_MAX)
		return LIFT_E_STREAM;
	memcpy(order.source, request->source.data, request->source.size);
	memcpy(order.stream, request->stream.data, request->stream.size);
	order.source_size = request->source.size;
	order.stream_size = request->stream.size;
	return ask(control, client, &order);
}

int control_accept_clock(struct control *control, const struct client *client,
			 const struct request *request)
{
	(void)request;
	return ask(control, client, &(struct order){ .what = ORDER_RECEIPT });
}

static int change_quarantine(struct control *control, const struct client *client,
			     const struct request *request, struct order *order)
{
	if (request->source.size > 0 && !source_is_valid(request->source))
		return LIFT_E_SOURCE;
	if (request->code.size > 0 && !(order->rows.code = lift_err_of_code(request->code)))
		return LIFT_E_CODE;
	memcpy(order->source, request->source.data ? request->source.data : "",
	       request->source.size);
	order->source_size = request->source.size;
	order->rows.after = request->after;
	order->rows.to = request->to;
	order->rows.before = (int64_t)request->before;
	return ask(control, client, order);
}

int control_drop(struct control *control, const struct client *client,
		 const struct request *request)
{
	return change_quarantine(control, client, request, &(struct order){ .what = ORDER_DROP });
}

int control_retry(struct control *control, const struct client *client,
		  const struct request *request)
{
	return change_quarantine(control, client, request, &(struct order){ .what = ORDER_RETRY });
}

/* To forget people. */

static bool is_there(const struct people_ask *ask, const uint8_t *learner)
{
	for (size_t i = 0; i < ask->n; i++)
		if (memcmp(ask->people[i].learner, learner, PSEUDONYM_BYTES) == 0)
			return true;
	return false;
}

static int read_people(const struct control *control, const struct request *request,
		       struct people_ask *ask)
{
	struct text name_space = text_of(config_namespace(control->parts.config, ask->source));
	struct text learner;

	for (size_t i = 0; i < request->n_learners; i++) {
		struct order_person person;

		if (!request_learner(request, i, &learner))
			return LIFT_E_LEARNERS;
		secret_pseudonym(control->secret, name_space, learner, person.learner);
		secret_objection(control->secret, name_space, learner, person.objection);
		if (!is_there(ask, person.learner))
			ask->people[ask->n++] = person;
	}
	return 0;
}

int control_read_people(const struct control *control, const struct request *request, size_t most,
			struct people_ask **ret_ask)
{
	struct people_ask *ask =
		calloc(1, sizeof(*ask) + request->n_learners * sizeof(ask->people[0]));
	int err = LIFT_E_MEMORY;

	if (!ask)
		return err;
	ask->dry_run = request->dry_run;
	err = control_read_source(request->source, ask->source);
	if (!err && control->asker)
		err = control_check_sources(control, &control->asker->forget_sources, ask->source);
	if (!err && (request->n_learners < 1 || request->n_learners > most))
		err = LIFT_E_LEARNERS;
	if (!err)
		err = read_people(control, request, ask);
	if (err)
		free(ask);
	else
		*ret_ask = ask;
	return err;
}

/* Of whom something is held. */
struct looking {
	const struct people_ask *ask;
	bool known[ORDER_PEOPLE_MAX];
};

static int look_at_refused(void *context, const struct quarantined *row)
{
	struct looking *looking = context;
	const uint8_t *whose = access_whose(row);

	for (size_t i = 0; whose && i < looking->ask->n; i++)
		if (memcmp(whose, looking->ask->people[i].learner, PSEUDONYM_BYTES) == 0)
			looking->known[i] = true;
	return 0;
}

static int look(struct control *control, struct ledger_view *ledger, struct looking *looking)
{
	struct journal_view journal = { NULL };
	struct learner learner = { 0 };
	bool found;
	int err = journal_view_begin(control->parts.journal, &journal);

	for (size_t i = 0; i < looking->ask->n && !err; i++) {
		err = ledger_view_learner(ledger, looking->ask->people[i].learner, &learner,
					  &found);
		looking->known[i] = !err && learner.n > 0;
	}
	if (!err)
		err = journal_view_quarantine(&journal, 0, look_at_refused, looking);
	journal_view_end(&journal);
	learner_free(&learner);
	return err;
}

static bool note_forgetting(struct control *control, const struct client *client,
			    const char *source, size_t ids, uint64_t number, const char *result)
{
	return control_note(control, client,
			    (struct audit){ .op = TEXT("forget"),
					    .source = text_of(source),
					    .ids = (int64_t)ids,
					    .number = number,
					    .result = text_of(result) });
}

/* Those that lie in the state: what has no manifest is none. */
static int write_backup(void *context, const char *name)
{
	struct control *control = context;
	char backups[PATH_MAX], backup[PATH_MAX];

	state_path(backups, control->parts.config->state, STATE_BACKUPS);
	if (dir_join(backup, backups, name) == 0 && manifest_is_there(backup))
		msg_str(control->writer, backup);
	return 0;
}

static void write_backups(struct control *control)
{
	char backups[PATH_MAX];

	state_path(backups, control->parts.config->state, STATE_BACKUPS);
	msg_str(control->writer, "backups");
	msg_array_begin(control->writer);
	dir_names(backups, write_backup, control);
	msg_array_end(control->writer);
}

static void write_elsewhere(void *context, const char *dir)
{
	msg_str(context, dir);
}

/* `number` is 0 where nothing was done. */
static void answer_forget(struct control *control, const struct client *client, size_t n_known,
			  size_t n_unknown, uint64_t number)
{
	struct msg_writer *writer = control->writer;

	msg_writer_clear(writer);
	msg_map_begin(writer);
	msg_key_int(writer, "v", 1);
	msg_key_bool(writer, "ok", true);
	msg_key_int(writer, "known", (int64_t)n_known);
	msg_key_int(writer, "unknown", (int64_t)n_unknown);
	if (number > 0)
		msg_key_int(writer, "number", (int64_t)number);
	msg_key_str(writer, "forgotten",
		    control->parts.config->forgotten == FORGOTTEN_REFUSE ? "refuse" : "afresh");
	write_backups(control);
	msg_str(writer, "elsewhere");
	msg_array_begin(writer);
	elsewhere_read(control->parts.config->state,
		       number ? number : journal_last(control->parts.journal) + 1, write_elsewhere,
		       writer);
	msg_array_end(writer);
	msg_map_end(writer);
	control_send(control, client, msg_written(writer));
}

/* It is asked of the journal's writer when that has been noted. */
static int order_forgetting(struct control *control, const struct waiting *waiting,
			    const struct looking *looking, size_t n_known)
{
	struct order_waiting *ordered = &control->ordering[control->n_ordering];
	const struct people_ask *people = waiting->people;
	struct order order = { .what = ORDER_FORGET };
	int err;

	for (size_t i = 0; i < people->n; i++)
		if (looking->known[i])
			order.people[order.n_people++] = people->people[i];
	if (!note_forgetting(control, &waiting->client, people->source, n_known, 0, "asked"))
		return 0;
	err = ask(control, &waiting->client, &order);
	if (err)
		return err;
	memcpy(ordered->source, people->source, sizeof(ordered->source));
	ordered->n_known = n_known;
	ordered->n_unknown = people->n - n_known;
	return 0;
}

static int forget_now(struct control *control, const struct waiting *waiting,
		      struct ledger_view *ledger, const struct tallies *tallies)
{
	const struct people_ask *people = waiting->people;
	struct looking looking = { .ask = people };
	size_t n_known = 0;
	int err = journal_damage(control->parts.journal) ? LIFT_E_DAMAGED
							 : look(control, ledger, &looking);

	(void)tallies;
	if (err)
		return err;
	for (size_t i = 0; i < people->n; i++)
		n_known += looking.known[i];
	if (n_known > 0 && !people->dry_run)
		return order_forgetting(control, waiting, &looking, n_known);
	if (!note_forgetting(control, &waiting->client, people->source, people->n, 0,
			     people->dry_run ? "looked" : lift_err_code(LIFT_E_UNKNOWN_LEARNER)))
		return 0;
	if (!people->dry_run)
		return LIFT_E_UNKNOWN_LEARNER;
	answer_forget(control, &waiting->client, n_known, people->n - n_known, 0);
	return 0;
}

int control_forget(struct control *control, const struct client *client,
		   const struct request *request)
{
	struct people_ask *people;
	int err = control_read_people(control, request, ORDER_PEOPLE_MAX, &people);

	return err ? err : control_wait_about(control, client, people, forget_now);
}

static void forgot(struct control *control, const struct order_waiting *waiting,
		   const struct order *order)
{
	if (!note_forgetting(control, &waiting->client, waiting->source, waiting->n_known,
			     order->err ? 0 : order->last, lift_err_code(order->err)))
		return;
	if (order->err)
		control_refuse(control, &waiting->client, order->err);
	else
		answer_forget(control, &waiting->client, waiting->n_known, waiting->n_unknown,
			      order->last);
}

/* When it is done. */

static void answer(struct control *control, const struct client *client, const struct order *order)
{
	const struct closed closed = { { order->source, order->source_size },
				       { order->stream, order->stream_size },
				       order->next,
				       order->missing };

	if (order->err) {
		control_refuse(control, client, order->err);
		return;
	}
	msg_writer_clear(control->writer);
	if (order->what == ORDER_CLOSE)
		closed_ok_encode(control->writer, &closed);
	else if (order->what == ORDER_RECEIPT)
		ok_encode(control->writer);
	else
		quarantine_changed_encode(control->writer, order->rows.gone, order->rows.staying,
					  order->rows.n_staying, order->rows.next);
	control_send(control, client, msg_written(control->writer));
}

void control_obeyed(struct control *control)
{
	struct order order;

	while (control->orders && orders_take_done(control->orders, &order)) {
		size_t i = 0;

		while (i < control->n_ordering && control->ordering[i].number != order.number)
			i++;
		if (i == control->n_ordering)
			continue;
		if (order.what == ORDER_FORGET)
			forgot(control, &control->ordering[i], &order);
		else
			answer(control, &control->ordering[i].client, &order);
		control->ordering[i] = control->ordering[--control->n_ordering];
	}
}
