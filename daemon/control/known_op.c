/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An export of what was known at a journal number: a child builds the ledger of then (known.h), and
 * its figures are sent as any other's.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "daemon/base/as_of.h"
#include "daemon/base/log.h"
#include "daemon/control/internal.h"
#include "daemon/tasks/known.h"

static int read_later(struct text text, enum ledger_later *ret_later)
{
	enum ledger_later later = LEDGER_NOTHING;

	while (text.size > 0 && !text_equal(text, text_of(page_later(later))))
		if (++later > LEDGER_CORRECTIONS)
			return LIFT_E_LATER;
	*ret_later = later;
	return 0;
}

/* The same day, kind, region and id as an export without it has. */
static int read_wish(struct control *control, const struct client *client,
		     const struct request *request, struct known_wish *wish,
		     struct waiting *ret_asked)
{
	const struct catalogue *catalogue = control->parts.catalogue;
	struct waiting *waiting;
	int err = control_read_wish(control, client, request, &waiting);

	if (!err)
		err = read_later(request->later, &wish->later);
	if (err)
		return err;
	wish->known_at = request->known_at;
	wish->later_to = request->to;
	if (request->to > 0 && (wish->later == LEDGER_NOTHING || request->to < request->known_at ||
				request->to > journal_last(control->parts.journal)))
		return LIFT_E_LATER;
	wish->until = waiting->scan
			      ? calendar_day_start(catalogue->calendar, waiting->today + 1)
			      : as_of_until(control->parts.config->as_of, catalogue->calendar);
	wish->today = waiting->today;
	wish->kind = waiting->kind;
	wish->region_size = waiting->region_size;
	memcpy(wish->region, waiting->region_code, waiting->region_size);
	wish->id_size = waiting->id_size;
	memcpy(wish->id, waiting->id, waiting->id_size);
	*ret_asked = *waiting;
	return 0;
}

void control_forget_known(struct control *control)
{
	if (control->known.file > 0)
		close(control->known.file);
	control->known.file = 0;
}

/* `wish` goes to the child byte by byte: none of them is left from before. */
static int start(struct control *control, const struct client *client,
		 const struct known_wish *wish)
{
	struct report report;
	int err;

	if (jobs_running(control->jobs, JOB_KNOWN, &report))
		return LIFT_E_BUSY;
	control_forget_known(control);
	err = known_ask(control->parts.config->state, wish, control->parts.catalogue->text,
			&control->known.file);
	if (err) {
		log_error("known-at cannot be started: reason=\"%s\"", strerror(errno));
		return err;
	}
	control->known.is_gone = false;
	err = jobs_start(control->jobs, JOB_KNOWN,
			 &(struct job_wish){ .file = control->known.file });
	if (err) {
		control_forget_known(control);
		return err;
	}
	control->job_clients[JOB_KNOWN] = (struct job_waiting){ .client = *client };
	log_notice("known-at started: number=%llu", (unsigned long long)wish->known_at);
	return 0;
}

int control_export_known(struct control *control, const struct client *client,
			 const struct request *request)
{
	uint64_t last = journal_last(control->parts.journal);
	struct page_head *head = &control->known.head;
	struct known_wish wish;
	struct waiting asked;
	int err;

	if (door_sight(client->door))
		return LIFT_E_KNOWN_DENIED;
	if (journal_damage(control->parts.journal))
		return LIFT_E_DAMAGED;
	if (request->known_at > last)
		return LIFT_E_KNOWN_AT;
	memset(&wish, 0, sizeof(wish));
	err = read_wish(control, client, request, &wish, &asked);
	if (!err)
		err = start(control, client, &wish);
	if (err)
		return err;
	*head = (struct page_head){ .today = wish.today,
				    .sees_all = true,
				    .applied = wish.later == LEDGER_NOTHING ? wish.known_at
					       : wish.later_to		    ? wish.later_to
									    : last,
				    .known_at = wish.known_at,
				    .later = wish.later };
	catalogue_text_digest(control->parts.catalogue, head->catalogue);
	control->known.asked = asked;
	return 0;
}

static int send_lines(struct control *control, FILE *file)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t size;
	int err = 0;

	while (!err && (size = getline(&line, &room, file)) > 0) {
		loop_count_round(control->loop);
		err = page_add(control, (struct text){ line, (size_t)size - 1 });
	}
	free(line);
	if (!err && ferror(file))
		err = LIFT_E_IO;
	return err ? err : page_end(control);
}

static void refuse(struct control *control, const struct client *client,
		   const struct report *report)
{
	const struct work work = { .err = report->err, .text = text_of(report->text) };

	msg_writer_clear(control->writer);
	work_encode(control->writer, &work);
	control_send(control, client, msg_written(control->writer));
}

void control_answer_known(struct control *control, const struct client *client,
			  const struct report *report)
{
	FILE *file = NULL;
	struct audit deed;
	int err;

	if (report->err) {
		if (!control->known.is_gone)
			refuse(control, client, report);
		control_forget_known(control);
		return;
	}
	deed = control_deed(control, &control->known.asked, "export");
	deed.number = control->known.head.known_at;
	if (!control_note(control, client, deed)) {
		control_forget_known(control);
		return;
	}
	page_begin(control, client, &control->known.head);
	if (lseek(control->known.file, 0, SEEK_SET) == 0)
		file = fdopen(control->known.file, "r");
	err = file ? send_lines(control, file) : LIFT_E_IO;
	if (file)
		fclose(file);
	else
		control_forget_known(control);
	control->known.file = 0;
	if (err)
		control_refuse(control, client, err);
}
