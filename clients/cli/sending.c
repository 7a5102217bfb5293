/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/sending.h"

#include <inttypes.h>

#include "clients/cli/refusal.h"
#include "proto/err_code.h"

enum {
	PATIENCE_MS = 120000, /* a daemon that stands still for a minute is waited for */
	CLOCK_MS = 5000,      /* a clock does not come right by itself so soon */
};

bool sending_may_pass(struct sending *sending, const struct lift_rejection *rejection)
{
	struct event event;

	switch (lift_err_of_code(text_of(rejection->code))) {
	case LIFT_E_NAME:   /* the catalogue may have it, or the operator let it in */
	case LIFT_E_NAMES:  /* there may be room later, or the catalogue may have the name */
	case LIFT_E_REUSED: /* the number was used for something else */
	case LIFT_E_SIZE:   /* the operator may let this key send longer ones */
		return true;
	case LIFT_E_TIME: /* by the daemon's clock; or is it no time at all? */
		return judge_event(&sending->judge, refused_event(rejection), &event) !=
		       LIFT_E_TIME;
	default:
		return false;
	}
}

void sending_unreadable(struct sending *sending, uint64_t place, const char *reason)
{
	sending->rows++;
	sending->refused++;
	progress_report(&sending->progress, place, "malformed", 9, reason, (int)strlen(reason));
}

void sending_refused(struct sending *sending, const struct lift_rejection *rejection)
{
	char reason[REFUSAL_MAX];
	int size = refusal_text(rejection, reason);

	sending->refused++;
	sending->passing += sending_may_pass(sending, rejection);
	progress_report(&sending->progress, rejection->tag, rejection->code,
			(int)strlen(rejection->code), reason, size);
}

static void take_rejection(void *context, const struct lift_rejection *rejection)
{
	struct sending *sending = context;

	if (!sending->kept || !sending->kept(sending->context, rejection))
		sending_refused(sending, rejection);
}

static void take_uncounted(void *context, uint64_t seq, uint64_t tag)
{
	struct sending *sending = context;

	(void)tag;
	if (sending->uncounted)
		sending->uncounted(sending->context, seq);
	else
		sending->n_uncounted++;
}

static void take_unknown(void *context, const struct lift_unknown *unknown)
{
	struct sending *sending = context;

	nowhere_add(&sending->nowhere, unknown);
}

/* Say once why it waits. What passes in a moment is not worth a word. */
static void tell_why(struct sending *sending, int err, int64_t ms)
{
	if (sending->told == err || (err != LIFT_E_CLOCK && ms < LIFT_ANSWER_MS))
		return;
	sending->told = err;
	sending->judged = lift_publisher_judged(sending->publisher);
	progress_clear(&sending->progress);
	if (err == LIFT_E_SOCKET)
		complain("%s: %s does not answer: it is waited for", sending->name,
			 sending->plan->endpoint);
	else
		complain("%s: the daemon asks to wait: %s (%s)", sending->name, lift_err_text(err),
			 lift_err_code(err));
}

static int take_stall(void *context, int err, int64_t ms)
{
	struct sending *sending = context;
	int patience_ms = sending->patience_ms;

	if (sending->stopped && sending->stopped(sending->context))
		return LIFT_E_STOPPED;
	tell_why(sending, err, ms);
	if (patience_ms == 0)
		patience_ms = err == LIFT_E_CLOCK ? CLOCK_MS : PATIENCE_MS;
	return patience_ms > 0 && ms > patience_ms ? err : 0;
}

void sending_goes_on(struct sending *sending)
{
	if (!sending->told || lift_publisher_judged(sending->publisher) == sending->judged)
		return;
	sending->told = 0;
	complain("%s: the daemon answers again", sending->name);
}

int sending_open(struct sending *sending, const char *stream, uint32_t batch, bool go_on)
{
	const struct lift_publisher_options options = { .endpoint = sending->plan->endpoint,
							.keys = sending->plan->keys,
							.source = sending->plan->source,
							.stream = stream,
							.go_on = go_on,
							.batch = batch,
							.patience_ms = -1,
							.rejected = take_rejection,
							.uncounted = take_uncounted,
							.unknown = take_unknown,
							.stalled = take_stall,
							.context = sending };

	return lift_publisher_open(&options, &sending->publisher);
}

void sending_close(struct sending *sending)
{
	lift_publisher_free(sending->publisher);
	sending->publisher = NULL;
}

void sending_clear(struct sending *sending)
{
	sending_close(sending);
	nowhere_clear(&sending->nowhere);
	judge_clear(&sending->judge);
}

/* Can the same, sent again, go through? */
static bool passes(int err)
{
	switch (lift_err_class(err)) {
	case LIFT_CLASS_PASSING:
	case LIFT_CLASS_STORE:
	case LIFT_CLASS_OWN:
		return true;
	case LIFT_CLASS_EVENT:
	case LIFT_CLASS_REQUEST:
		break;
	}
	return false;
}

/* What helps. */
static const char *remedy(const struct publish_plan *plan, int err)
{
	if (!passes(err))
		return "to send it again as it is does not help";
	if (plan->stream && !plan->follow)
		return "what was not must be sent again, once the cause is removed";
	return "the same command sends the rest, once the cause is removed";
}

int sending_complain(const struct sending *sending, int err, bool *ret_gone)
{
	bool some = sending->publisher && lift_publisher_judged(sending->publisher) > 0;

	*ret_gone = err != LIFT_E_CLOSED;
	if (sending->publisher)
		complain("%s: %s was sent%s; %s", sending->name,
			 some ? "only part of it" : "nothing of it",
			 some ? ", and what was acknowledged stays" : "",
			 remedy(sending->plan, err));
	return complain_endpoint(sending->plan->endpoint, sending->plan->keys, err);
}

/* What --again would send. */
static void name_again(const struct sending *sending)
{
	const char *source = sending->plan->source;
	uint64_t passing = sending->passing, uncounted = sending->n_uncounted;
	char options[SHEET_OPTIONS_MAX] = "";

	if (sending->plan->setup)
		sheet_setup_options(sending->plan->setup, options);
	if (passing > 0)
		complain("%s: %" PRIu64 " of the refused rows can get another verdict, once the "
			 "cause has passed: 'lift publish --source %s%s --again %s' sends %s again",
			 sending->name, passing, source, options, sending->name,
			 passing == 1 ? "it" : "them");
	if (uncounted > 0)
		complain("%s: %" PRIu64 " row%s attributes that count now and did not when %s "
			 "received: 'lift publish --source %s%s --again %s' sends %s again, where "
			 "it has not yet",
			 sending->name, uncounted, uncounted == 1 ? " has" : "s have",
			 uncounted == 1 ? "it was" : "they were", source, options, sending->name,
			 uncounted == 1 ? "it" : "these");
}

int sending_conclude(struct sending *sending)
{
	if (sending->rows == 0)
		progress_end_empty(&sending->progress);
	else
		progress_end(&sending->progress, sending->rows, sending->refused);
	if (!sending->plan->stream)
		name_again(sending);
	nowhere_complain(&sending->nowhere, sending->name);
	return sending->refused ? STATUS_REFUSED : STATUS_WELL;
}
