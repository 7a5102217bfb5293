/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/troubles/internal.h"

#include "clients/cli/text/print.h"

enum { CLOCK_BEHIND_MS = 2000 /* less is a correction */ };

/* A clock that has been put back, or was ahead once. */
static void tell_clock(struct telling *telling)
{
	const json_t *clock = json_object_get(telling->status, "clock");
	json_int_t behind_ms = json_number(clock, "behind_ms");

	if (behind_ms >= CLOCK_BEHIND_MS)
		troubles_tell(telling, false, NULL,
			      "clock: is behind by %" JSON_INTEGER_FORMAT
			      " s: the latest time of receipt is used in its place",
			      behind_ms / 1000);
}

/* Keys of the configuration that have changed since the start. */
static void tell_restart(struct telling *telling)
{
	const json_t *key;
	size_t i;

	json_array_foreach(json_object_get(telling->status, "restart"), i, key)
	{
		troubles_tell(telling, false, NULL,
			      "configuration: %s has changed, and waits for a restart",
			      json_string_value(key));
	}
}

/* What has happened since the start, and may have passed. */
static void tell_counters(struct telling *telling)
{
	static const struct {
		const char *counter, *one, *more, *hint;
	} counters[] = {
		{ "journal_failures", "write of the journal has failed",
		  "writes of the journal have failed", NULL },
		{ "ledger_failures", "write of the ledger has failed",
		  "writes of the ledger have failed", NULL },
		{ "backups_failed", "backup has failed", "backups have failed", NULL },
		{ "verifies_failed", "verification has failed, or found a difference",
		  "verifications have failed, or found a difference", NULL },
		{ "compactions_failed", "compaction has failed", "compactions have failed",
		  "what was to be forgotten is in the files still" },
		{ "releases_failed", "release could not be made", "releases could not be made",
		  NULL },
		{ "reloads_refused", "reload was refused", "reloads were refused", NULL },
		{ "events_reused", "event came under a number of another, and was refused",
		  "events came under numbers of others, and were refused",
		  "'lift quarantine list' has them: a platform has lost its counter" },
		{ "connections_refused", "connection was refused for want of descriptors",
		  "connections were refused for want of descriptors", NULL },
		{ "connections_cut", "connection was cut that sent too much",
		  "connections were cut that sent too much", NULL },
		{ "connections_displaced", "connection that did not say who it is made room",
		  "connections that did not say who they are made room", NULL },
		{ "sockets_anew", "socket was made anew, whose file had been removed",
		  "sockets were made anew, whose files had been removed", NULL },
		{ "clock_jumps", "jump of the clock", "jumps of the clock", NULL },
	};
	const json_t *all = json_object_get(telling->status, "counters");

	for (size_t i = 0; i < sizeof(counters) / sizeof(counters[0]); i++) {
		json_int_t n = json_number(all, counters[i].counter);

		if (n > 0)
			troubles_tell(telling, false, counters[i].hint,
				      "since the start: %" JSON_INTEGER_FORMAT " %s", n,
				      n == 1 ? counters[i].one : counters[i].more);
	}
}

void troubles_notes(struct telling *telling)
{
	tell_clock(telling);
	tell_restart(telling);
	tell_counters(telling);
}
