/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/control/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <zmq.h>

#include "daemon/base/as_of.h"
#include "daemon/catalogue/msg.h"
#include "daemon/journal/quarantine.h"
#include "daemon/net/socket.h"

/* Status. */

static int do_status(struct control *control, const struct client *client,
		     const struct request *request)
{
	int err;

	(void)request;
	msg_writer_clear(control->writer);
	err = status_encode(&control->parts, control->writer, &control->now);
	if (!err)
		control_send(control, client, msg_written(control->writer));
	return err;
}

/* Quarantine. */

enum { NO_SOURCE = JOURNAL_SOURCES_MAX }; /* it has no row */

static int do_quarantine(struct control *control, const struct client *client,
			 const struct request *request)
{
	struct quarantine_page page;
	struct journal_view view;
	uint32_t source = QUARANTINE_ALL;
	int err = journal_view_begin(control->parts.journal, &view);

	if (!err && request->source.size > 0 &&
	    !journal_view_find_source(&view, request->source, &source))
		source = NO_SOURCE;
	if (!err)
		err = quarantine_read(&view, source, request->after, &page);
	if (!err) {
		msg_writer_clear(control->writer);
		quarantine_encode(control->writer, page.rows, page.n, page.next);
		err = control_send(control, client, msg_written(control->writer));
	}
	journal_view_end(&view);
	return err;
}

/* Catalogue. */

static int do_catalogue(struct control *control, const struct client *client,
			const struct request *request)
{
	/* Operators have a status that says these. */
	const struct catalogue_when when = {
		as_of_day(control->parts.config->as_of, control->parts.catalogue->calendar,
			  control->now.utc_ms),
		control->now.utc_ms,
	};
	size_t next = 0;
	int err;

	(void)request;
	do {
		next = catalogue_page_encode(
			control->writer, control->parts.catalogue, door_sight(client->door),
			client->door->audience ? &when : NULL, next, CONTROL_PAGE_BYTES);
		err = control_send(control, client, msg_written(control->writer));
	} while (next && !err);
	return err;
}

/* Reload. */

static int do_reload(struct control *control, const struct client *client,
		     const struct request *request)
{
	struct reload_waiting *waiting = &control->reloads[control->n_reloads];
	uint64_t number;

	if (control->n_reloads == CONTROL_WAITING_MAX)
		return LIFT_E_BUSY;
	number = control->reload.ask(control->reload.context, request->dry_run, request->yes);
	if (!number)
		return LIFT_E_BUSY;
	*waiting = (struct reload_waiting){ *client, number };
	control->n_reloads++;
	return 0;
}

void control_reloaded(struct control *control, uint64_t number, int err, struct text answer)
{
	size_t i = 0;

	while (i < control->n_reloads && control->reloads[i].number != number)
		i++;
	if (i == control->n_reloads)
		return;
	if (answer.size == 0) {
		control_refuse(control, &control->reloads[i].client, err ? err : LIFT_E_MEMORY);
	} else {
		control_send(control, &control->reloads[i].client, answer);
		if (err)
			stats_add(control->stats, STAT_requests_refused, 1);
	}
	control->reloads[i] = control->reloads[--control->n_reloads];
}

/* Requests. */

/* Who may ask it. */
enum { OPERATORS = 1, AUDIENCES = 2, KEYS_OF_ROSTERS = 4, OPEN_AUDIENCES = 8, KEYS_OF_PEOPLE = 16 };

static const struct {
	const char *op;
	int who;
	int (*fn)(struct control *control, const struct client *client,
		  const struct request *request);
} ops[] = {
	{ "status", OPERATORS, do_status },
	{ "export", OPERATORS | AUDIENCES | OPEN_AUDIENCES, control_export },
	{ "explain", OPERATORS | AUDIENCES, control_explain },
	{ "catalogue", OPERATORS | AUDIENCES | OPEN_AUDIENCES, do_catalogue },
	{ "roster", KEYS_OF_ROSTERS, control_roster },
	{ "access", KEYS_OF_PEOPLE, control_access },
	{ "forget", KEYS_OF_PEOPLE, control_forget },
	{ "quarantine", OPERATORS, do_quarantine },
	{ "reload", OPERATORS, do_reload },
	{ "backup", OPERATORS, control_backup },
	{ "verify", OPERATORS, control_verify },
	{ "compact", OPERATORS, control_compact },
	{ "release", OPERATORS, control_release },
	{ "releases", OPERATORS | OPEN_AUDIENCES, control_releases },
	{ "close", OPERATORS, control_close_stream },
	{ "accept-clock", OPERATORS, control_accept_clock },
	{ "keys", OPERATORS, control_keys },
	{ "audit", OPERATORS, control_audit },
	{ "drop", OPERATORS, control_drop },
	{ "retry", OPERATORS, control_retry },
};

/* One generation from the beginning to the end of an answer. */
static void enter(struct control *control)
{
	control->generation = generation_get(control->generations);
	control->parts.catalogue = control->generation->catalogue;
	control->parts.ledger = control->generation->ledger;
}

static void leave(struct control *control)
{
	generation_put(control->generations, control->generation);
	control->generation = NULL;
	control->parts.catalogue = NULL;
	control->parts.ledger = NULL;
}

/* Each round, one of those that wait: all others are heard between two of them. */
static bool answer_next(void *context, const struct now *now)
{
	struct control *control = context;
	bool answered;

	control->now = *now;
	if (loop_is_stopped(control->loop) ||
	    (!control_waits(control) && !control->releasing.wanted))
		return false;
	enter(control);
	control_go_on_with_release(control);
	answered = control_answer_next(control);
	leave(control);
	return answered;
}

static void look_at_releases(void *context, const struct now *now)
{
	struct control *control = context;

	control->now = *now;
	enter(control);
	control_look_at_releases(control);
	leave(control);
}

/* Somebody local is an operator, and may ask about people, too; a key has a right for each. */
static int may_ask(const struct control *control, const struct client *client, int who)
{
	const struct key *key = control->asker;
	bool may;

	if (door_is_open(client->door))
		return who & OPEN_AUDIENCES ? 0 : LIFT_E_OPEN;
	if (client->door->audience)
		may = who & AUDIENCES;
	else
		may = (who & OPERATORS && (!key || key->control)) ||
		      (who & KEYS_OF_ROSTERS && (!key || key->asks_rosters)) ||
		      (who & KEYS_OF_PEOPLE && (!key || key->forgets));
	return may ? 0 : LIFT_E_DENIED;
}

static int do_op(struct control *control, const struct client *client,
		 const struct request *request)
{
	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
		int err;

		if (!text_equal(request->op, text_of(ops[i].op)))
			continue;
		err = may_ask(control, client, ops[i].who);
		return err ? err : ops[i].fn(control, client, request);
	}
	return LIFT_E_OP;
}

static void handle(struct control *control, const struct client *client, struct text message)
{
	struct request request;
	int err = request_decode(control->reader, message, &request);

	stats_add(control->stats, STAT_requests, 1);
	enter(control);
	if (!err)
		err = door_see(client->door);
	if (!err)
		err = do_op(control, client, &request);
	if (err)
		control_refuse(control, client, err);
	leave(control);
}

static void receive(void *context, const struct now *now)
{
	struct client client = { .door = context };
	struct control *control = client.door->control;
	void *socket = client.door->socket;
	zmq_msg_t body;
	int err, size = zmq_recv(socket, client.id, sizeof(client.id), ZMQ_DONTWAIT);

	control->now = *now;
	if (size < 0)
		return;
	client.size = (size_t)size;
	zmq_msg_init(&body);
	if (zmq_msg_recv(&body, socket, ZMQ_DONTWAIT) >= 0) {
		err = door_may(client.door, socket_user(&body));
		snprintf(client.key, sizeof(client.key), "%s",
			 control->asker ? control->asker->name : "");
		if (!err && zmq_msg_more(&body))
			err = LIFT_E_FRAMES;
		if (!err && control->ending > 0)
			err = LIFT_E_BUSY;
		if (err)
			control_refuse(control, &client, err);
		else
			handle(control, &client,
			       (struct text){ zmq_msg_data(&body), zmq_msg_size(&body) });
		while (zmq_msg_more(&body) && zmq_msg_recv(&body, socket, ZMQ_DONTWAIT) >= 0)
			;
	}
	zmq_msg_close(&body);
}

static void note_pace(void *context, const struct now *now)
{
	struct control *control = context;

	pace_note(control->parts.pace, control->parts.journal, now->steady_ms);
}

/* What a job tells goes to the log by the catalogue that serves. */
static void told(void *context, enum job_kind kind, const struct report *report, bool has_ended)
{
	enter(context);
	control_told(context, kind, report, has_ended);
	leave(context);
}

static int open_parts(struct control *control, const struct control_parts *parts)
{
	int err = door_open(control, parts, NULL, receive);

	for (size_t i = 0; i < parts->config->n_audiences && !err; i++)
		err = door_open(control, parts, &parts->config->audiences[i], receive);
	if (!err)
		err = jobs_open(parts->loop, parts->options, parts->config->state, told, control,
				&control->jobs);
	control->parts.jobs = control->jobs;
	control->shelf = control->releasing.open.shelf = parts->shelf;
	control->releasing.parts = (struct releasing_parts){ .config = parts->config,
							     .journal = parts->journal,
							     .shelf = parts->shelf,
							     .jobs = control->jobs,
							     .stats = parts->stats,
							     .more = parts->more,
							     .tell = control_tell_release,
							     .context = control };
	if (!err)
		err = loop_add_timer(parts->loop, CONTROL_READERS_MS, control_on_readers, control,
				     NULL);
	if (!err)
		err = loop_add_timer(parts->loop, CONTROL_MONTH_MS, control_on_month, control,
				     NULL);
	if (!err)
		err = loop_add_timer(parts->loop, CONTROL_COMPACT_MS, control_on_compact, control,
				     NULL);
	if (!err)
		err = loop_add_timer(parts->loop, RELEASING_LOOK_MS, look_at_releases, control,
				     NULL);
	return err ? err : loop_add_timer(parts->loop, PACE_EVERY_MS, note_pace, control, NULL);
}

int control_open(const struct control_parts *parts, struct control **ret_control)
{
	struct control *control = calloc(1, sizeof(*control));
	int err;

	if (!control)
		return LIFT_E_MEMORY;
	control->loop = parts->loop;
	control->view.keyring = parts->guards ? parts->guards->keyring : NULL;
	control->secret = parts->secret;
	control->generations = parts->generations;
	control->reload = parts->reload;
	control->orders = parts->orders;
	control->anew = parts->anew;
	control->ordered = parts->ordered;
	control->parts = (struct status_parts){ .config = parts->config,
						.journal = parts->journal,
						.rebuild = parts->rebuild,
						.board = parts->board,
						.persons = parts->persons,
						.pace = pace_new(),
						.stats = parts->stats,
						.open = &control->releasing.open,
						.keyring = control->view.keyring };
	control->stats = parts->stats;
	control->more = parts->more;
	control->reader = msg_reader_new();
	control->writer = msg_writer_new();
	err = control->reader && control->writer && control->parts.pace ? open_parts(control, parts)
									: LIFT_E_MEMORY;
	if (err) {
		control_close(control);
		return err;
	}
	control->leap.seen_ms = journal_receipt(parts->journal, 0);
	control_on_month(control, &(struct now){ clock_steady_ms(), clock_utc_ms() });
	loop_set_work(parts->loop, answer_next, control);
	*ret_control = control;
	return 0;
}

void control_close(struct control *control)
{
	if (!control)
		return;
	jobs_close(control->jobs);
	control_forget_known(control);
	for (int kind = 0; kind < JOB_KINDS; kind++)
		free(control->job_clients[kind].dir);
	loop_set_work(control->loop, NULL, NULL);
	for (size_t i = 0; i < control->n_doors; i++)
		door_close(&control->doors[i]);
	keyview_clear(&control->view);
	msg_reader_free(control->reader);
	msg_writer_free(control->writer);
	files_state_clear(&control->parts.files);
	pace_free(control->parts.pace);
	free(control->page.lines);
	free(control);
}

void control_take_files(struct control *control, const struct files_state *files)
{
	files_state_clear(&control->parts.files);
	control->parts.files = *files;
}
