/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/syncing/send.h"

#include "clients/cli/refusal.h"
#include "clients/cli/sending.h"

struct pending {
	struct sending sending;
	struct known *known;
	struct msg_writer *writer;
	uint64_t all;
};

/* Counted and told by its row in the list, where it has one. */
static bool keep_refused(void *context, const struct lift_rejection *rejection)
{
	struct pending *pending = context;
	struct fact *fact = &pending->known->facts.items[rejection->tag];
	struct lift_rejection of_row = *rejection;
	char reason[REFUSAL_MAX];
	int size;

	fact->refused = true;
	of_row.tag = fact->place;
	if (fact->place) {
		sending_refused(&pending->sending, &of_row);
		return true;
	}
	pending->sending.refused++;
	size = refusal_text(rejection, reason);
	progress_clear(&pending->sending.progress);
	complain("%s: what takes back a fact that is no longer listed was refused: %s: %.*s",
		 pending->sending.name, rejection->code, size, reason);
	return true;
}

/* Of what was received before a run was cut off. */
static void skip_uncounted(void *context, uint64_t seq)
{
	(void)context;
	(void)seq;
}

static int add(struct pending *pending, size_t i)
{
	struct event event;
	struct text encoded;

	fact_event(&pending->known->facts.items[i], &event);
	msg_writer_clear(pending->writer);
	event_encode(pending->writer, &event);
	encoded = msg_written(pending->writer);
	if (!encoded.size)
		return LIFT_E_MEMORY;
	progress_show(&pending->sending.progress, pending->sending.rows++, pending->all,
		      lift_publisher_judged(pending->sending.publisher));
	return lift_publisher_add(pending->sending.publisher, encoded.data, encoded.size, i);
}

static int add_all(struct pending *pending)
{
	const struct facts *facts = &pending->known->facts;
	int err = 0;

	for (size_t i = 0; i < facts->n; i++)
		pending->all += facts->items[i].pending;
	for (size_t i = 0; !err && i < facts->n; i++)
		if (facts->items[i].pending)
			err = add(pending, i);
	return err ? err : lift_publisher_flush(pending->sending.publisher);
}

int send_pending(const struct publish_plan *plan, const char *name, struct known *known,
		 bool *ret_done)
{
	struct pending pending = { .sending = { .plan = plan,
						.name = name,
						.kept = keep_refused,
						.uncounted = skip_uncounted },
				   .known = known,
				   .writer = msg_writer_new() };
	struct sending *sending = &pending.sending;
	int err = LIFT_E_MEMORY, status;
	bool gone;

	sending->context = &pending;
	if (pending.writer)
		err = sending_open(sending, known->stream, plan->batch, false);
	if (!err) {
		progress_begin(&sending->progress, name);
		err = add_all(&pending);
		progress_clear(&sending->progress);
	}
	*ret_done = !err;
	sending->passing = 0; /* the next run sends them again by itself */
	status = err ? sending_complain(sending, err, &gone) : sending_conclude(sending);
	sending_clear(sending);
	msg_writer_free(pending.writer);
	return status;
}
