/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/status_page.h"

#include <stdlib.h>
#include <string.h>

#include "clients/cli/text/ago.h"
#include "clients/cli/text/paragraph.h"
#include "clients/cli/text/print.h"
#include "proto/iso8601.h"

enum {
	REFUSED_KEYS_SHOWN = 5,
	SOURCE_WIDTH = 18, /* of the table, which has 80 columns */
	PACE_WIDTH = 6,	   /* "1234.5" */
	SILENT_WIDTH = 11, /* "12 days" */
	EVENT_WIDTH = 16,  /* "2025-09-01 08:00" */
	ACCEPTED_WIDTH = 9,
	REFUSED_WIDTH = 7,
	MISSING_WIDTH = 7,
	COUNTER_WIDTH = 24,
	INDENT = 2, /* of what stands below a row */
};

/* The daemon. */

static double percent_of(const json_t *work)
{
	json_int_t total = json_number(work, "total");

	return total ? 100.0 * (double)json_number(work, "done") / (double)total : 0.0;
}

static void print_head(FILE *out, const json_t *status, unsigned wrong)
{
	bool healthy = json_is_true(json_object_get(status, "healthy"));

	fputs("liftd ", out);
	print_text(out, json_text(status, "version"), 0);
	fprintf(out, ": %s", healthy ? "healthy" : "NOT healthy");
	if (wrong > 0)
		fprintf(out, ", %s%u thing%s wrong", healthy ? "but " : "", wrong,
			wrong == 1 ? " is" : "s are");
	fputs(", as of ", out);
	print_text(out, json_text(status, "as_of"), 0);
	putc('\n', out);
}

static void print_journal(FILE *out, const json_t *status)
{
	const json_t *journal = json_object_get(status, "journal");

	fprintf(out, "journal: last number %" JSON_INTEGER_FORMAT ", %.1f MiB on disk\n",
		json_number(journal, "last"), (double)json_number(journal, "bytes") / (1 << 20));
}

static void print_size(FILE *out, json_int_t bytes)
{
	if (bytes < (json_int_t)1 << 30)
		fprintf(out, "%.1f MiB", (double)bytes / (1 << 20));
	else
		fprintf(out, "%.1f GiB", (double)bytes / (1 << 30));
}

/* For how long it lasts is said where the daemon says it. */
static void print_disk(FILE *out, const json_t *disk)
{
	json_int_t days = json_number(disk, "days");

	if (!json_is_object(disk))
		return;
	fputs("disk: ", out);
	print_size(out, json_number(disk, "free"));
	fputs(" of ", out);
	print_size(out, json_number(disk, "bytes"));
	fputs(" free", out);
	if (json_is_integer(json_object_get(disk, "days")) && days <= DISK_DAYS_TOLD)
		fprintf(out, ", full in about %" JSON_INTEGER_FORMAT " day%s at this pace", days,
			days == 1 ? "" : "s");
	else if (json_is_integer(json_object_get(disk, "days")))
		fprintf(out, ", enough for %d years at this pace", DISK_DAYS_TOLD / 365);
	putc('\n', out);
}

static void print_ledger(FILE *out, const json_t *ledger)
{
	const json_t *rebuild = json_object_get(ledger, "rebuild");
	json_int_t lag = json_number(ledger, "lag");

	if (json_is_true(json_object_get(ledger, "walking")))
		fputs("ledger: being checked, no figures until it is done\n", out);
	else if (lag > 0)
		fprintf(out, "ledger: behind by %" JSON_INTEGER_FORMAT " numbers\n", lag);
	else
		fputs("ledger: has all of them\n", out);
	if (!json_is_object(rebuild))
		return;
	fprintf(out, "ledger: being built, %.0f %%", percent_of(rebuild));
	if (json_is_integer(json_object_get(rebuild, "left_ms")))
		fprintf(out, ", about %.0f s left", (double)json_number(rebuild, "left_ms") / 1000);
	putc('\n', out);
}

/* What runs beside the daemon: a backup, a verification. */
static void print_jobs(FILE *out, const json_t *jobs)
{
	const json_t *job;
	size_t i;

	json_array_foreach(jobs, i, job)
	{
		print_text(out, json_text(job, "job"), 0);
		fprintf(out, ": %.0f %%\n", percent_of(job));
	}
}

/* The releases of the open plane, where there are to be some. */
static void print_open(FILE *out, const json_t *open)
{
	const json_t *newest = json_object_get(open, "newest");

	if (!json_is_object(open))
		return;
	fputs("open plane: ", out);
	if (json_is_object(newest)) {
		fprintf(out, "release %" JSON_INTEGER_FORMAT ", as of ",
			json_number(newest, "release"));
		print_text(out, json_text(newest, "day"), 0);
	} else {
		fputs("no release yet", out);
	}
	if (*json_text(open, "next")) {
		fputs("; the next one is as of ", out);
		print_text(out, json_text(open, "next"), 0);
	}
	putc('\n', out);
}

/* They count no more, and are in journal and ledger still. */
static void print_to_forget(FILE *out, const json_t *to_forget)
{
	json_int_t n = json_number(to_forget, "learners");

	if (n > 0)
		fprintf(out, "to forget: %" JSON_INTEGER_FORMAT " learner%s, in the files still\n",
			n, n == 1 ? "" : "s");
}

/* Where it is reached. */

/* The first endpoint of a kind, and of an audience where one is given; or NULL. */
static const char *find_endpoint(const json_t *status, const char *kind, const char *audience)
{
	const json_t *row;
	size_t i;

	json_array_foreach(json_object_get(status, "endpoints"), i, row)
	{
		const char *of = json_string_value(json_array_get(row, 2));

		if (strcmp(json_string_value(json_array_get(row, 0)), kind) == 0 &&
		    (!audience || (of && strcmp(of, audience) == 0)))
			return json_string_value(json_array_get(row, 1));
	}
	return NULL;
}

/* How many are connected is said where the daemon says it. */
static void print_endpoint(FILE *out, const json_t *status, const char *kind)
{
	const json_t *n = json_object_get(json_object_get(status, "connected"), kind);
	const char *endpoint = find_endpoint(status, kind, NULL);

	if (!endpoint)
		return;
	fprintf(out, "%s: ", kind);
	if (json_is_integer(n))
		fprintf(out, "%" JSON_INTEGER_FORMAT " connected, ", json_integer_value(n));
	print_text(out, endpoint, 0);
	putc('\n', out);
}

static void print_audience(FILE *out, const json_t *status, const json_t *audience)
{
	const char *name = json_text(audience, "audience");
	const char *endpoint = find_endpoint(status, "publish", name);
	json_int_t n = json_number(audience, "subscribers");

	fputs("audience ", out);
	print_text(out, name, 0);
	if (strcmp(json_text(audience, "plane"), "open") == 0)
		fputs(" (open)", out);
	if (n == 0)
		fputs(": nobody listens", out);
	else
		fprintf(out, ": %" JSON_INTEGER_FORMAT " listen%s", n, n == 1 ? "s" : "");
	if (endpoint) {
		fputs(", ", out);
		print_text(out, endpoint, 0);
	}
	putc('\n', out);
}

/* The first of them, and how often somebody came whom no key names, or who may not. */
static void print_refused_keys(FILE *out, const json_t *status)
{
	const json_t *keys = json_object_get(status, "keys"), *key;
	json_int_t denied = json_number(json_object_get(status, "counters"), "connections_denied");
	size_t i;

	json_array_foreach(keys, i, key)
	{
		if (i == REFUSED_KEYS_SHOWN)
			break;
		fputs("key ", out);
		print_text(out, json_text(key, "name"), 0);
		fprintf(out, ": refused %" JSON_INTEGER_FORMAT "\n", json_number(key, "refused"));
	}
	if (i < json_array_size(keys))
		fprintf(out, "%zu more keys were refused: lift key list\n",
			json_array_size(keys) - i);
	if (denied > 0)
		fprintf(out, "connections refused, key unknown or without the right: %lld\n",
			(long long)denied);
}

static void print_doors(FILE *out, const json_t *status)
{
	const json_t *audiences = json_object_get(status, "audiences"), *audience;
	size_t i;

	print_endpoint(out, status, "intake");
	print_endpoint(out, status, "control");
	if (!json_is_array(audiences))
		print_endpoint(out, status, "publish");
	json_array_foreach(audiences, i, audience) print_audience(out, status, audience);
	print_refused_keys(out, status);
}

/* Sources. */

/* One that is too long for its column is rounded. */
static void print_count(FILE *out, json_int_t n, int width)
{
	char text[32];

	if (snprintf(text, sizeof(text), "%" JSON_INTEGER_FORMAT, n) > width)
		snprintf(text, sizeof(text), "%.1e", (double)n);
	fprintf(out, " %*s", width, text);
}

static void print_pace(FILE *out, const json_t *status, const json_t *source)
{
	json_int_t ms = json_number(status, "recent_ms"), n = json_number(source, "recent");
	double pace = ms > 0 ? (double)n * 1000.0 / (double)ms : 0.0;

	if (ms == 0)
		fprintf(out, " %*s", PACE_WIDTH, "-");
	else
		fprintf(out, " %*.*f", PACE_WIDTH, n > 0 && pace < 999.9 ? 1 : 0, pace);
}

static void print_silent(FILE *out, json_int_t received_ms, int64_t now_ms)
{
	char text[AGO_TEXT] = "never came";

	if (received_ms > 0)
		ago_print(now_ms - received_ms, text);
	fprintf(out, " %-*s", SILENT_WIDTH, text);
}

static void print_event(FILE *out, json_int_t ms)
{
	char text[ISO8601_TEXT] = "-";

	if (ms > 0) {
		iso8601_print(ms, text);
		text[10] = ' ';
	}
	fprintf(out, " %-*.*s", EVENT_WIDTH, EVENT_WIDTH, text);
}

/* What the table has no column for. */
static void print_below(FILE *out, const json_t *source)
{
	const char *joined = json_text(source, "namespace");
	const json_t *refused = json_object_get(source, "refused"), *row;
	char *text = NULL;
	size_t size, i;
	FILE *below = open_memstream(&text, &size);

	if (!below)
		return;
	if (strcmp(json_text(source, "source"), joined) != 0)
		fprintf(below, "of namespace %s%s", joined, json_array_size(refused) ? "; " : "");
	json_array_foreach(refused, i, row) fprintf(
		below, "%s%s %" JSON_INTEGER_FORMAT,
		i ? ", " : "in quarantine: ", json_text(row, "code"), json_number(row, "n"));
	if (fclose(below) == 0 && size > 0) {
		fprintf(out, "%*s", INDENT, "");
		paragraph_print(out, text, INDENT, INDENT);
	}
	free(text);
}

static void print_source(FILE *out, const json_t *status, const json_t *source)
{
	int64_t now_ms = troubles_now(status);

	print_text_within(out, json_text(source, "source"), SOURCE_WIDTH);
	print_pace(out, status, source);
	print_silent(out, json_number(source, "last_received"), now_ms);
	print_event(out, json_number(source, "last_event"));
	print_count(out, json_number(source, "accepted"), ACCEPTED_WIDTH);
	print_count(out, json_number(source, "rejected"), REFUSED_WIDTH);
	print_count(out, json_number(source, "missing"), MISSING_WIDTH);
	putc('\n', out);
	print_below(out, source);
}

/* Most is missing, then most is refused; those that are as bad, in order of arrival. */
static int compare_sources(const void *a, const void *b)
{
	static const char *const by[] = { "missing", "quarantined" };
	const json_t *x = *(json_t *const *)a, *y = *(json_t *const *)b;

	for (size_t i = 0; i < sizeof(by) / sizeof(by[0]); i++) {
		json_int_t n = json_number(x, by[i]), m = json_number(y, by[i]);

		if (n != m)
			return n < m ? 1 : -1;
	}
	return strcmp(json_text(x, "source"), json_text(y, "source"));
}

static void print_left_out(FILE *out, size_t n, json_int_t left_out)
{
	if (n > 0)
		fprintf(out, "and %zu more source%s: 'lift status --all' lists them\n", n,
			n == 1 ? "" : "s");
	if (left_out > 0)
		fprintf(out, "not listed: %" JSON_INTEGER_FORMAT " more sources\n", left_out);
}

static void print_sources(FILE *out, const json_t *status, bool all)
{
	const json_t *sources = json_object_get(status, "sources");
	size_t n = json_array_size(sources), shown;
	const json_t **sorted = calloc(n + 1, sizeof(const json_t *));

	if (n == 0 || !sorted) {
		fputs("no events yet: 'lift publish FILE' sends some\n", out);
		free(sorted);
		return;
	}
	for (size_t i = 0; i < n; i++)
		sorted[i] = json_array_get(sources, i);
	qsort(sorted, n, sizeof(const json_t *), compare_sources);
	shown = all || n <= STATUS_PAGE_SOURCES ? n : STATUS_PAGE_SOURCES;
	fprintf(out, "\n%-*s %*s %-*s %-*s %*s %*s %*s\n", SOURCE_WIDTH, "source", PACE_WIDTH,
		"per s", SILENT_WIDTH, "silent for", EVENT_WIDTH, "latest event", ACCEPTED_WIDTH,
		"accepted", REFUSED_WIDTH, "refused", MISSING_WIDTH, "missing");
	for (size_t i = 0; i < shown; i++)
		print_source(out, status, sorted[i]);
	print_left_out(out, n - shown, json_number(status, "sources_left_out"));
	free(sorted);
}

static void print_counters(FILE *out, const json_t *counters)
{
	const json_t *counter;
	const char *name;

	putc('\n', out);
	json_object_foreach((json_t *)counters, name, counter)
	{
		print_text(out, name, COUNTER_WIDTH);
		fprintf(out, " %" JSON_INTEGER_FORMAT "\n", json_integer_value(counter));
	}
}

unsigned status_page_print(FILE *out, const json_t *status, const struct status_page *page)
{
	char *troubles = NULL;
	size_t size = 0;
	FILE *told = open_memstream(&troubles, &size);
	unsigned wrong = told ? troubles_write(told, status, &page->wish) : 1;

	if (told && fclose(told) != 0)
		wrong++;
	print_head(out, status, wrong);
	fputs(troubles ? troubles : "out of memory\n", out);
	if (size > 0)
		putc('\n', out);
	free(troubles);
	print_journal(out, status);
	print_disk(out, json_object_get(status, "disk"));
	print_ledger(out, json_object_get(status, "ledger"));
	print_to_forget(out, json_object_get(status, "to_forget"));
	print_jobs(out, json_object_get(status, "jobs"));
	print_open(out, json_object_get(status, "open"));
	print_doors(out, status);
	print_sources(out, status, page->all_sources);
	if (page->counters)
		print_counters(out, json_object_get(status, "counters"));
	return wrong;
}
