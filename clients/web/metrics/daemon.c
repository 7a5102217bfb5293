/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The status of liftd (PROTOCOL.md, "status") as series: what is of the whole daemon.
 */
#include <string.h>

#include "clients/web/metrics/health.h"

static const double from_ms = 0.001, from_days = 86400;

/* By a path of at most two keys. */
static const struct {
	const char *in, *key, *name, *help;
	double factor;
} values[] = {
	{ NULL, "healthy", "lift_daemon_healthy", "1 where liftd says of nothing that it is wrong.",
	  1 },
	{ "journal", "last", "lift_daemon_journal_last_entry",
	  "The number of the journal's last entry.", 1 },
	{ "journal", "bytes", "lift_daemon_journal_bytes", "Bytes of the journal on disk.", 1 },
	{ "ledger", "applied", "lift_daemon_ledger_applied_entry",
	  "The last entry of the journal that is in the figures.", 1 },
	{ "ledger", "committed", "lift_daemon_ledger_committed_entry",
	  "The last entry of the journal that is in the ledger on disk.", 1 },
	{ "ledger", "lag", "lift_daemon_ledger_lag_entries",
	  "Entries of the journal that are not in the figures yet.", 1 },
	{ "ledger", "bytes", "lift_daemon_ledger_bytes", "Bytes of the ledger on disk.", 1 },
	{ "ledger", "walking", "lift_daemon_ledger_walking",
	  "1 while the ledger is being checked after a start.", 1 },
	{ "disk", "bytes", "lift_daemon_disk_bytes", "Bytes of the file system of the state.", 1 },
	{ "disk", "free", "lift_daemon_disk_free_bytes", "Bytes that are free there for liftd.",
	  1 },
	{ "disk", "days", "lift_daemon_disk_full_seconds",
	  "Until the disk is full, or the journal has as many bytes as it may.", from_days },
	{ "clock", "behind_ms", "lift_daemon_clock_behind_seconds",
	  "By how much the clock is behind the latest receipt.", from_ms },
	{ NULL, "missing", "lift_daemon_missing_events", "Numbers that are missing in all streams.",
	  1 },
	{ NULL, "late", "lift_daemon_late_sources", "Sources that are late.", 1 },
};

/* Counters that count up; those that are a state now are below. */
static const struct {
	const char *key, *help;
} counters[] = {
	{ "hellos", "Hellos that were answered by a welcome." },
	{ "batches", "Batches that were acknowledged, or published and taken." },
	{ "batches_refused", "Batches and other messages that were refused whole." },
	{ "events_accepted", "Events that were accepted." },
	{ "events_rejected", "Events that were refused." },
	{ "events_resent", "Events that came again." },
	{ "events_reused", "Events that came again with other content." },
	{ "answers_dropped", "Answers whose client was gone, or did not read." },
	{ "journal_commits", "Commits of the journal." },
	{ "journal_failures", "Commits of the journal that failed." },
	{ "ledger_commits", "Commits of the ledger." },
	{ "ledger_failures", "Failures of applying to the ledger, and of committing." },
	{ "requests", "Requests of operators and audiences." },
	{ "requests_refused", "Requests that were refused." },
	{ "backups", "Backups at an operator's request." },
	{ "backups_failed", "Backups that failed." },
	{ "verifies", "Verifications that found no difference." },
	{ "verifies_failed", "Verifications that found one, or could not be done." },
	{ "compactions", "Journals that were written anew." },
	{ "compactions_failed", "Compactions of the journal that failed." },
	{ "releases", "Releases of the open plane that were made." },
	{ "releases_failed", "Releases that could not be made." },
	{ "ticks", "Ticks of publishing." },
	{ "snapshots", "Pages of snapshots that were sent." },
	{ "metrics_published", "Messages that were published." },
	{ "connections_refused", "Connections for which there were no descriptors." },
	{ "connections_cut", "Connections that sent more than a peer may." },
	{ "clock_jumps", "Jumps of the time of day, by two seconds or more." },
};

/* What a trouble's text begins with. */
static const char *const troubles[] = { "journal",	 "ledger", "rebuild", "catalogue",
					"configuration", "clock",  "release" };

static void put_troubles(struct exposition *exposition, const json_t *list)
{
	exposition_begin(exposition, EXPOSITION_GAUGE, "lift_daemon_trouble",
			 "1 where something is wrong with it: `lift status` says what.");
	for (size_t i = 0; i < sizeof(troubles) / sizeof(troubles[0]); i++) {
		const struct exposition_label label = { "what", text_of(troubles[i]) };
		size_t size = label.value.size, j;
		bool is_wrong = false;
		json_t *text;

		json_array_foreach((json_t *)list, j, text)
		{
			const char *said = json_string_value(text);

			is_wrong |=
				said && strncmp(said, troubles[i], size) == 0 && said[size] == ':';
		}
		exposition_put(exposition, &label, 1, is_wrong);
	}
}

/* What is four fifths full, but for what is of one source. */
static void put_limits(struct exposition *exposition, const json_t *limits, const char *key,
		       const char *name, const char *help)
{
	json_t *limit;
	size_t i;

	exposition_begin(exposition, EXPOSITION_GAUGE, name, help);
	json_array_foreach((json_t *)limits, i, limit)
	{
		const json_t *what = json_object_get(limit, "what");
		const struct exposition_label label = {
			"what", { json_string_value(what), json_string_length(what) }
		};

		if (what && !json_is_string(json_object_get(limit, "source")))
			exposition_put_json(exposition, &label, 1, json_object_get(limit, key), 1);
	}
}

static void put_counters(struct exposition *exposition, const json_t *status)
{
	static const char *const now[] = { "connections", "connections_half_open",
					   "connections_most" };
	const json_t *all = json_object_get(status, "counters");
	char name[80];

	for (size_t i = 0; i < sizeof(counters) / sizeof(counters[0]); i++) {
		snprintf(name, sizeof(name), "lift_daemon_%s", counters[i].key);
		exposition_one_json(exposition, EXPOSITION_COUNTER, name, counters[i].help,
				    json_object_get(all, counters[i].key), 1);
	}
	for (size_t i = 0; i < sizeof(now) / sizeof(now[0]); i++) {
		snprintf(name, sizeof(name), "lift_daemon_%s", now[i]);
		exposition_one_json(exposition, EXPOSITION_GAUGE, name,
				    "Connections of liftd: all, half open, and for how many there "
				    "are descriptors.",
				    json_object_get(all, now[i]), 1);
	}
}

void health_put(struct exposition *exposition, const json_t *status)
{
	const json_t *version = json_object_get(status, "version");
	const json_t *limits = json_object_get(status, "limits");
	const struct exposition_label label = {
		"version", { json_string_value(version), json_string_length(version) }
	};

	exposition_one(exposition, "lift_daemon_up", "1 where liftd answers.", status != NULL);
	if (!status)
		return;
	exposition_begin(exposition, EXPOSITION_INFO, "lift_daemon_build", "liftd.");
	if (version)
		exposition_put(exposition, &label, 1, 1);
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		const json_t *in = values[i].in ? json_object_get(status, values[i].in) : status;

		exposition_one_json(exposition, EXPOSITION_GAUGE, values[i].name, values[i].help,
				    json_object_get(in, values[i].key), values[i].factor);
	}
	exposition_one(
		exposition, "lift_daemon_ledger_rebuilding",
		"1 while another ledger is being built.",
		json_is_object(json_object_get(json_object_get(status, "ledger"), "rebuild")));
	exposition_one(exposition, "lift_daemon_journal_damaged_ranges",
		       "Runs of the journal's entries that damage on disk concerns.",
		       (double)json_array_size(
			       json_object_get(json_object_get(status, "journal"), "damaged")));
	exposition_one(exposition, "lift_daemon_restart_keys",
		       "Keys of the configuration that wait for a restart.",
		       (double)json_array_size(json_object_get(status, "restart")));
	exposition_one(exposition, "lift_daemon_unheard_sources",
		       "Sources that are expected, and of which nothing has ever come.",
		       (double)json_array_size(json_object_get(status, "unheard")));
	put_troubles(exposition, json_object_get(status, "troubles"));
	put_limits(exposition, limits, "used", "lift_daemon_limit_used",
		   "Of what is four fifths full or more: how much there is.");
	put_limits(exposition, limits, "most", "lift_daemon_limit_most",
		   "Of what is four fifths full or more: how much there may be.");
	put_counters(exposition, status);
}
