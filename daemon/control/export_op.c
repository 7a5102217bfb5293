/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "daemon/control/export.h"
#include "daemon/control/internal.h"
#include "proto/grow.h"

static int send_page(struct control *control, bool more)
{
	const char *line = control->page.lines;
	char as_of[DAY_TEXT];

	day_print(control->page.today, as_of);
	msg_writer_clear(control->writer);
	msg_map_begin(control->writer);
	msg_key_int(control->writer, "v", 1);
	msg_key_bool(control->writer, "ok", true);
	msg_key_str(control->writer, "as_of", as_of);
	if (control->page.sees_all) {
		msg_key_int(control->writer, "applied", control->page.applied);
		msg_key_str(control->writer, "catalogue", control->page.catalogue);
	}
	msg_key_int(control->writer, "now", (uint64_t)control->now.utc_ms);
	msg_key_bool(control->writer, "more", more);
	msg_str(control->writer, "rows");
	msg_array(control->writer, control->page.n);
	for (size_t i = 0; i < control->page.n; i++, line += strlen(line) + 1)
		msg_str(control->writer, line);
	msg_map_end(control->writer);
	control->page.n = control->page.size = 0;
	return control_send(control, control->page.client, msg_written(control->writer));
}

static int add_line(void *context, struct text line)
{
	struct control *control = context;

	if (control->page.n > 0 && control->page.size + line.size > CONTROL_PAGE_BYTES &&
	    send_page(control, true) != 0)
		return LIFT_E_SOCKET; /* it is gone, or does not read: nothing more for it */
	if (grow(&control->page.lines, &control->page.room, control->page.size + line.size + 1,
		 1) != 0)
		return LIFT_E_MEMORY;
	memcpy(control->page.lines + control->page.size, line.data, line.size);
	control->page.lines[control->page.size + line.size] = 0;
	control->page.size += line.size + 1;
	control->page.n++;
	return 0;
}

static int export_now(struct control *control, const struct waiting *waiting,
		      struct ledger_view *ledger, const struct tallies *tallies)
{
	struct export_wish wish = {
		.kind = waiting->kind,
		.region = waiting->region,
		.id = { waiting->id, waiting->id_size },
		.today = waiting->today,
		.sight = door_sight(waiting->client.door),
	};
	int err;

	control->page.client = &waiting->client;
	control->page.today = waiting->today;
	control->page.n = control->page.size = 0;
	control->page.sees_all = !wish.sight;
	control->page.applied = ledger_view_applied(ledger);
	catalogue_text_digest(control->parts.catalogue, control->page.catalogue);
	err = export_figures(control->parts.catalogue, tallies, &wish, add_line, control);
	if (!err)
		err = ledger_view_err(ledger);
	return err ? err : send_page(control, false);
}

int control_export(struct control *control, const struct client *client,
		   const struct request *request)
{
	struct waiting *waiting;
	int err = control_read_wish(control, client, request, &waiting);

	if (!err)
		control_wait(control, waiting, client, export_now);
	return err;
}
