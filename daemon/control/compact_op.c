/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal written anew (tasks/compact.h): a job, and behind it the daemon begins anew, so that
 * what was made takes its place. Nothing else is at work then, and nobody's answer is lost.
 */
#include "daemon/base/log.h"
#include "daemon/control/internal.h"

static bool job_runs(const struct control *control)
{
	struct report report;
	bool some = false;

	for (int kind = 0; kind < JOB_KINDS; kind++)
		some |= jobs_running(control->jobs, (enum job_kind)kind, &report);
	return some;
}

int control_compact(struct control *control, const struct client *client,
		    const struct request *request)
{
	struct report report;

	(void)request;
	if (journal_damage(control->parts.journal))
		return LIFT_E_DAMAGED;
	/* A backup would be of what is to go. */
	if (control_compacts(control) || jobs_running(control->jobs, JOB_BACKUP, &report))
		return LIFT_E_BUSY;
	return control_start_job(control, JOB_COMPACT, client, NULL,
				 &(struct job_wish){ .dir = NULL });
}

/* Its client has its answer by now, and jobs that run have time to end. */
void control_on_compact(void *context, const struct now *now)
{
	struct control *control = context;

	(void)now;
	if (!control->is_compact || control->begins_anew || job_runs(control))
		return;
	control->begins_anew = true;
	log_notice("the journal was compacted: the daemon begins anew");
	control->anew.ask(control->anew.context);
}
