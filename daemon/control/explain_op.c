/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/catalogue/subject.h"
#include "daemon/control/internal.h"
#include "daemon/explain/explain.h"

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
