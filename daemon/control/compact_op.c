/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal written anew (tasks/compact.h): a job, and behind it the daemon begins anew, so that
 * what was made takes its place. Nothing else is at work then, and nobody's answer is lost.
 */
#include "daemon/base/log.h"
#include "daemon/compact/due.h"
#include "daemon/control/internal.h"

enum {
	AFTER_MS = 10 * 60000, /* from an order to forget to a compaction that nobody asks for */
	AGAIN_MS = 60 * 60000, /* from one that has failed to the next */
	LOOK_MS = 60000,
	ENDING_LOOKS = 10, /* so long who waits is waited for */
};

static bool job_runs(const struct control *control)
{
	struct report report;
	bool some = false;

	for (int kind = 0; kind < JOB_KINDS; kind++)
		some |= jobs_running(control->jobs, (enum job_kind)kind, &report);
	return some;
}

static int start(struct control *control, const struct client *client)
{
	struct report report;

	if (journal_damage(control->parts.journal))
		return LIFT_E_DAMAGED;
	/* A backup would be of what is to go. */
	if (control_compacts(control) || jobs_running(control->jobs, JOB_BACKUP, &report))
		return LIFT_E_BUSY;
	return control_start_job(control, JOB_COMPACT, client, NULL,
				 &(struct job_wish){ .dir = NULL });
}

int control_compact(struct control *control, const struct client *client,
		    const struct request *request)
{
	(void)request;
	return start(control, client);
}

/* Has anybody been forgotten for long, and is in the files still? */
static bool is_due(const struct control *control, const struct now *now)
{
	struct compact_due due = { .n = 0 };
	struct journal_view view;
	int err = journal_view_begin(control->parts.journal, &view);

	if (!err)
		err = compact_due_read(&view, &due);
	journal_view_end(&view);
	return !err && due.n > 0 && now->utc_ms - due.since >= AFTER_MS;
}

void control_want_compact(struct control *control)
{
	atomic_store(&control->compact_wanted, true);
}

/* Nobody waits for it. One that fails is tried again, not too soon. */
static void start_by_itself(struct control *control, const struct now *now)
{
	static const struct client nobody = { .door = NULL };
	bool is_too_soon = control->compact_next_ms > now->steady_ms;

	if (atomic_load(&control->compact_wanted) && start(control, &nobody) == 0) {
		atomic_store(&control->compact_wanted, false);
		return;
	}
	if (is_too_soon || control_compacts(control) || !is_due(control, now)) {
		if (!is_too_soon)
			control->compact_next_ms = now->steady_ms + LOOK_MS;
		return;
	}
	control->compact_next_ms = now->steady_ms + AGAIN_MS;
	start(control, &nobody);
}

/* What has been asked is answered first, and what is asked now is not begun: who has had somebody
 * forgotten is told so. Its client has its answer by now, and jobs that run have time to end. */
void control_on_compact(void *context, const struct now *now)
{
	struct control *control = context;

	if (!control->is_compact)
		start_by_itself(control, now);
	if (!control->is_compact || control->begins_anew || job_runs(control))
		return;
	if ((control_waits(control) || control->n_ordering > 0) && control->ending++ < ENDING_LOOKS)
		return;
	control->ending++;
	control->begins_anew = true;
	log_notice("the journal was compacted: the daemon begins anew");
	control->anew.ask(control->anew.context);
}
