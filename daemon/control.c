/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/control.h"

#include <stdlib.h>
#include <zmq.h>

#include "daemon/export.h"
#include "daemon/quarantine.h"
#include "daemon/socket.h"
#include "daemon/status.h"
#include "proto/control.h"

/* A client's routing id. */
struct client {
	uint8_t id[255];
	size_t size;
};

/* An export that waits for the ledger. */
struct waiting {
	struct client client;
	uint64_t number;
	bool scan; /* another day than the tallies' */
	enum kind kind;
	uint32_t region;
	int32_t today;
	char id[MODULE_MAX];
	size_t id_size;
};

struct control {
	void *socket;
	struct status_parts parts;
	struct stats *stats;
	void *more;
	struct msg_reader *reader;
	struct msg_writer *writer;
	struct waiting waiting[CONTROL_WAITING_MAX];
	size_t n_waiting;
	/* the page that is being filled */
	struct {
		const struct client *client;
		char *lines; /* each followed by a 0 */
		size_t size, room;
		size_t n;
		int32_t today;
	} page;
};

/* ---- answers ------------------------------------------------------------------------------------ */

static int send_to(struct control *control, const struct client *client, struct text body)
{
	if (zmq_send(control->socket, client->id, client->size, ZMQ_SNDMORE | ZMQ_DONTWAIT) >= 0 &&
	    zmq_send(control->socket, body.data, body.size, ZMQ_DONTWAIT) >= 0)
		return 0;
	stats_add(control->stats, STAT_answers_dropped, 1);
	return LIFT_E_SOCKET;
}

static void refuse(struct control *control, const struct client *client, int err)
{
	msg_writer_clear(control->writer);
	refusal_encode(control->writer, err);
	send_to(control, client, msg_written(control->writer));
	stats_add(control->stats, STAT_requests_refused, 1);
}

/* ---- status ------------------------------------------------------------------------------------- */

static int do_status(struct control *control, const struct client *client,
		     const struct request *request)
{
	int err;

	(void)request;
	msg_writer_clear(control->writer);
	err = status_encode(&control->parts, control->writer, clock_utc_ms());
	if (!err)
		send_to(control, client, msg_written(control->writer));
	return err;
}

/* ---- export ------------------------------------------------------------------------------------- */

static int send_page(struct control *control, bool more)
{
	const char *line = control->page.lines;
	char as_of[DAY_TEXT];

	day_print(control->page.today, as_of);
	msg_writer_clear(control->writer);
	msg_map(control->writer, 5);
	msg_str(control->writer, "v");
	msg_int(control->writer, 1);
	msg_str(control->writer, "ok");
	msg_bool(control->writer, true);
	msg_str(control->writer, "as_of");
	msg_str(control->writer, as_of);
	msg_str(control->writer, "more");
	msg_bool(control->writer, more);
	msg_str(control->writer, "rows");
	msg_array(control->writer, control->page.n);
	for (size_t i = 0; i < control->page.n; i++, line += strlen(line) + 1)
		msg_str(control->writer, line);
	control->page.n = control->page.size = 0;
	return send_to(control, control->page.client, msg_written(control->writer));
}

static int add_line(void *context, struct text line)
{
	struct control *control = context;

	if (control->page.n > 0 && control->page.size + line.size > CONTROL_PAGE_BYTES &&
	    send_page(control, true) != 0)
		return LIFT_E_SOCKET; /* it is gone, or does not read: nothing more for it */
	if (control->page.size + line.size + 1 > control->page.room) {
		size_t room = 2 * (control->page.size + line.size + 1);
		char *lines = realloc(control->page.lines, room);

		if (!lines)
			return LIFT_E_MEMORY;
		control->page.lines = lines;
		control->page.room = room;
	}
	memcpy(control->page.lines + control->page.size, line.data, line.size);
	control->page.lines[control->page.size + line.size] = 0;
	control->page.size += line.size + 1;
	control->page.n++;
	return 0;
}

/* From the tallies, or for another day from a scan of the learners. */
static int export_now(struct control *control, struct waiting *waiting)
{
	const struct catalogue *catalogue = control->parts.catalogue;
	struct export_wish wish = {
		waiting->kind, waiting->region, { waiting->id, waiting->id_size }, waiting->today
	};
	struct tally_map *map = waiting->scan ? tally_map_new() : NULL;
	struct ledger_view view;
	struct journal_view names;
	struct tallies tallies;
	int err = ledger_view_begin(control->parts.ledger, &view);

	if (err) {
		tally_map_free(map);
		return err;
	}
	if (waiting->scan) {
		err = map ? journal_view_begin(control->parts.journal, &names) : LIFT_E_MEMORY;
		if (!err) {
			err = ledger_view_scan(
				&view, &names, catalogue,
				calendar_day_start(catalogue->calendar, waiting->today + 1), map);
			journal_view_end(&names);
		}
		if (!err)
			tallies = tally_map_tallies(map);
	} else {
		tallies = ledger_view_tallies(&view);
	}
	control->page.client = &waiting->client;
	control->page.today = waiting->today;
	control->page.n = control->page.size = 0;
	if (!err)
		err = export_figures(catalogue, &tallies, &wish, add_line, control);
	if (!err)
		err = view.txn.err;
	if (!err)
		err = send_page(control, false);
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
			err = export_now(control, waiting);
			if (err)
				refuse(control, &waiting->client, err);
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

static int read_wish(const struct control *control, const struct request *request,
		     struct waiting *waiting)
{
	int32_t today;
	int err = read_day(control, request->as_of, &waiting->today);

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
	return 0;
}

static int do_export(struct control *control, const struct client *client,
		     const struct request *request)
{
	struct waiting *waiting = &control->waiting[control->n_waiting];
	int err;

	if (control->n_waiting == CONTROL_WAITING_MAX)
		return LIFT_E_BUSY;
	err = read_wish(control, request, waiting);
	if (err)
		return err;
	waiting->number = journal_last(control->parts.journal);
	waiting->client = *client;
	control->n_waiting++;
	ledger_want(control->parts.ledger, waiting->number);
	wake_send(control->more);
	control_ledger_committed(control);
	return 0;
}

/* ---- requests ----------------------------------------------------------------------------------- */

/* ---- quarantine --------------------------------------------------------------------------------- */

static int do_quarantine(struct control *control, const struct client *client,
			 const struct request *request)
{
	struct quarantine_page page;
	struct journal_view view;
	int err = journal_view_begin(control->parts.journal, &view);

	if (!err)
		err = quarantine_read(&view, request->source, request->after, &page);
	if (!err) {
		msg_writer_clear(control->writer);
		quarantine_encode(control->writer, page.rows, page.n, page.next);
		err = send_to(control, client, msg_written(control->writer));
	}
	journal_view_end(&view);
	return err;
}

static const struct {
	const char *op;
	int (*fn)(struct control *control, const struct client *client,
		  const struct request *request);
} ops[] = {
	{ "status", do_status },
	{ "export", do_export },
	{ "quarantine", do_quarantine },
};

static void handle(struct control *control, const struct client *client, struct text message)
{
	struct request request;
	int err = request_decode(control->reader, message, &request);

	stats_add(control->stats, STAT_requests, 1);
	for (size_t i = 0; !err && i < sizeof(ops) / sizeof(ops[0]); i++) {
		if (!text_equal(request.op, text_of(ops[i].op)))
			continue;
		err = ops[i].fn(control, client, &request);
		if (err)
			refuse(control, client, err);
		return;
	}
	refuse(control, client, err ? err : LIFT_E_OP);
}

static void receive(void *context)
{
	struct control *control = context;
	struct client client;
	zmq_msg_t body;
	int size = zmq_recv(control->socket, client.id, sizeof(client.id), ZMQ_DONTWAIT);
	bool whole;

	if (size < 0)
		return;
	client.size = (size_t)size;
	zmq_msg_init(&body);
	if (zmq_msg_recv(&body, control->socket, ZMQ_DONTWAIT) >= 0) {
		whole = !zmq_msg_more(&body);
		if (whole)
			handle(control, &client,
			       (struct text){ zmq_msg_data(&body), zmq_msg_size(&body) });
		else
			refuse(control, &client, LIFT_E_FRAMES);
		while (zmq_msg_more(&body) &&
		       zmq_msg_recv(&body, control->socket, ZMQ_DONTWAIT) >= 0)
			;
	}
	zmq_msg_close(&body);
}

int control_open(struct loop *loop, void *zmq, const struct config *config,
		 const struct catalogue *catalogue, struct journal *journal, struct ledger *ledger,
		 struct stats *stats, void *more, struct control **ret_control,
		 const char **ret_failed)
{
	/* Pages wait in the socket until they are read. */
	struct socket_limits limits = { .receive = 16, .send = CONTROL_PAGES_MAX };
	struct config_list endpoints = { (char **)&config->control, 1 };
	struct control *control = calloc(1, sizeof(*control));
	int err = control ? 0 : LIFT_E_MEMORY;

	*ret_failed = "";
	if (err)
		return err;
	control->parts = (struct status_parts){ config, catalogue, journal, ledger, stats };
	control->stats = stats;
	control->more = more;
	control->reader = msg_reader_new();
	control->writer = msg_writer_new();
	if (!control->reader || !control->writer)
		err = LIFT_E_MEMORY;
	if (!err)
		err = socket_open(zmq, ZMQ_ROUTER, &endpoints, limits, &control->socket,
				  ret_failed);
	if (!err)
		err = loop_add_socket(loop, control->socket, receive, control);
	if (err) {
		control_close(control);
		return err;
	}
	*ret_control = control;
	return 0;
}

void control_close(struct control *control)
{
	if (!control)
		return;
	socket_close(control->socket);
	msg_reader_free(control->reader);
	msg_writer_free(control->writer);
	free(control->page.lines);
	free(control);
}
