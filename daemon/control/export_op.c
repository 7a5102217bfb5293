/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "daemon/control/internal.h"
#include "daemon/figures/export.h"

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
	struct page_head head = { .today = waiting->today, .sees_all = !wish.sight };
	struct audit deed;
	int err;

	head.applied = ledger_view_applied(ledger);
	catalogue_text_digest(control->parts.catalogue, head.catalogue);
	deed = control_deed(control, waiting, "export");
	deed.number = head.applied;
	if (!control_note(control, &waiting->client, deed))
		return 0;
	page_begin(control, &waiting->client, &head);
	err = export_figures(control->parts.catalogue, tallies, &wish, page_add, control);
	if (!err)
		err = ledger_view_err(ledger);
	return err ? err : page_end(control);
}

int control_export(struct control *control, const struct client *client,
		   const struct request *request)
{
	struct waiting *waiting;
	int err;

	if (request->known_at > 0)
		return control_export_known(control, client, request);
	if (request->later.size > 0)
		return LIFT_E_LATER;
	err = control_read_wish(control, client, request, &waiting);
	if (!err)
		control_wait(control, waiting, client, export_now);
	return err;
}
