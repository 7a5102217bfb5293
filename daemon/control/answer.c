/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/control/answer.h"

#include <stdio.h>
#include <zmq.h>

#include "daemon/control/internal.h"
#include "proto/day.h"
#include "proto/grow.h"

int control_send(struct control *control, const struct client *client, struct text body)
{
	void *socket = client->door->socket;

	if (zmq_send(socket, client->id, client->size, ZMQ_SNDMORE | ZMQ_DONTWAIT) >= 0 &&
	    zmq_send(socket, body.data, body.size, ZMQ_DONTWAIT) >= 0)
		return 0;
	stats_add(control->stats, STAT_answers_dropped, 1);
	return LIFT_E_SOCKET;
}

int32_t control_horizon_day(const struct control *control)
{
	int64_t horizon = journal_horizon_committed(control->parts.journal);

	return horizon > 0 ? calendar_day(control->parts.catalogue->calendar, horizon) : DAY_MIN;
}

/* It says which day can be asked for. */
static void refuse_day(struct control *control)
{
	char text[128], day[DAY_TEXT];

	day_print(control_horizon_day(control), day);
	snprintf(text, sizeof(text), "%s; the first day that can be asked for is %s",
		 lift_err_text(LIFT_E_HORIZON), day);
	refusal_encode_text(control->writer, LIFT_E_HORIZON, text_of(text));
}

void control_refuse(struct control *control, const struct client *client, int err)
{
	if (err == LIFT_E_SOCKET)
		return;
	msg_writer_clear(control->writer);
	if (err == LIFT_E_HORIZON)
		refuse_day(control);
	else
		refusal_encode(control->writer, err);
	control_send(control, client, msg_written(control->writer));
	stats_add(control->stats, STAT_requests_refused, 1);
}

/* Pages of an export. */

static const char *const laters[] = {
	[LEDGER_NOTHING] = "",
	[LEDGER_PROFILES] = "profiles",
	[LEDGER_CORRECTIONS] = "corrections",
};

const char *page_later(enum ledger_later later)
{
	return laters[later];
}

void page_begin(struct control *control, const struct client *client, const struct page_head *head)
{
	control->page.client = client;
	control->page.head = *head;
	control->page.n = control->page.size = 0;
}

static void write_known_at(struct msg_writer *writer, const struct page_head *head)
{
	if (head->known_at > 0)
		msg_key_int(writer, "known_at", (int64_t)head->known_at);
	if (head->later != LEDGER_NOTHING)
		msg_key_str(writer, "later", page_later(head->later));
}

static void write_release(struct msg_writer *writer, const struct page_head *head)
{
	if (head->release == 0)
		return;
	msg_key_str(writer, "plane", "open");
	msg_key_int(writer, "release", head->release);
	msg_key_bool(writer, "protected", true);
}

static int send_page(struct control *control, bool more)
{
	const struct page_head *head = &control->page.head;
	const char *line = control->page.lines;
	char as_of[DAY_TEXT];

	day_print(head->today, as_of);
	msg_writer_clear(control->writer);
	msg_map_begin(control->writer);
	msg_key_int(control->writer, "v", 1);
	msg_key_bool(control->writer, "ok", true);
	msg_key_str(control->writer, "as_of", as_of);
	if (head->sees_all) {
		msg_key_int(control->writer, "applied", (int64_t)head->applied);
		msg_key_str(control->writer, "catalogue", head->catalogue);
	}
	write_known_at(control->writer, head);
	write_release(control->writer, head);
	msg_key_int(control->writer, "now", control->now.utc_ms);
	msg_key_bool(control->writer, "more", more);
	msg_str(control->writer, "rows");
	msg_array(control->writer, control->page.n);
	for (size_t i = 0; i < control->page.n; i++, line += strlen(line) + 1)
		msg_str(control->writer, line);
	msg_map_end(control->writer);
	control->page.n = control->page.size = 0;
	return control_send(control, control->page.client, msg_written(control->writer));
}

int page_add(void *context, struct text line)
{
	struct control *control = context;
	struct page *page = &control->page;

	if (page->n > 0 && page->size + line.size > CONTROL_PAGE_BYTES &&
	    send_page(control, true) != 0)
		return LIFT_E_SOCKET;
	if (grow(&page->lines, &page->room, page->size + line.size + 1, 1) != 0)
		return LIFT_E_MEMORY;
	memcpy(page->lines + page->size, line.data, line.size);
	page->lines[page->size + line.size] = 0;
	page->size += line.size + 1;
	page->n++;
	return 0;
}

int page_send(struct control *control)
{
	return control->page.n > 0 ? send_page(control, true) : 0;
}

int page_end(struct control *control)
{
	return send_page(control, false);
}
