/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/troubles.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clients/cli/somebody.h"
#include "clients/cli/text/ago.h"
#include "clients/cli/text/paragraph.h"
#include "clients/cli/text/print.h"
#include "proto/event.h"
#include "proto/iso8601.h"

enum {
	INDENT = 7,		/* behind "WRONG" and "note" */
	SOURCES_SHOWN = 5,	/* with one trouble */
	STREAMS_SHOWN = 3,	/* of a source */
	TEXTS_SHOWN = 5,	/* of a source */
	GAPS_SHOWN = 5,		/* of a stream */
	GAP_OLD_MS = 3600000,	/* younger ones may yet be filled by what is on its way */
	CLOCK_BEHIND_MS = 2000, /* less is a correction */
	DISK_DAYS_WRONG = 7,	/* until it is full */
	DISK_DAYS_NOTED = 30,
	DISK_NOTED_MIB = 5 << 10, /* from here on the daemon's log says so, too, */
	DISK_NOTED_SHARE = 10,	  /* unless the disk is so small that this part of it is less */
	DISK_FREE_MIB = 256,	  /* with less there is no backup, */
	DISK_FREE_SHARE = 20,	  /* unless the disk is so small that this part of it is less */
};

static const int64_t day_ms = 86400000;

struct telling {
	FILE *out;
	const json_t *status;
	const struct troubles_wish *wish;
	int64_t now_ms;
	bool wrong;	  /* what is told in this round: what is wrong, or notes */
	unsigned told;	  /* in this round */
	const char *hint; /* of what was told last: it is said behind all that have it; or NULL */
};

static void tell_hint(struct telling *telling)
{
	if (telling->hint)
		paragraph_print(telling->out, telling->hint, 0, INDENT);
	telling->hint = NULL;
}

/* With what to do, or where to read; NULL: nothing. */
__attribute__((format(printf, 4, 5))) static void tell(struct telling *telling, bool wrong,
						       const char *hint, const char *format, ...)
{
	char *text = NULL;
	va_list args;
	int size;

	if (wrong != telling->wrong)
		return;
	if (telling->hint && (!hint || strcmp(hint, telling->hint) != 0))
		tell_hint(telling);
	telling->told++;
	va_start(args, format);
	size = vasprintf(&text, format, args);
	va_end(args);
	fputs(wrong ? "WRONG  " : "note   ", telling->out);
	paragraph_print(telling->out, size < 0 ? "out of memory" : text, INDENT, INDENT);
	telling->hint = hint;
	if (size >= 0)
		free(text);
}

/* Is the word in "one,two,three"? */
static bool is_in(const char *list, const char *word)
{
	size_t size = strlen(word);

	for (; list && *list; list += strcspn(list, ","), list += *list == ',')
		if (strcspn(list, ",") == size && memcmp(list, word, size) == 0)
			return true;
	return false;
}

static bool is_ignored(const struct telling *telling, const char *what, const char *source)
{
	return is_in(telling->wish->ignored, what) || is_in(telling->wish->ignored, source);
}

/* The daemon's own. */

/* "what: why" */
static void tell_daemon(struct telling *telling)
{
	static const struct {
		const char *what, *hint;
	} hints[] = {
		{ "journal: ",
		  "OPERATING.md: \"The journal cannot be written\", \"A damaged journal\"" },
		{ "ledger: ", "OPERATING.md: \"The ledger and the figures\"" },
		{ "rebuild: ", "OPERATING.md: \"The ledger and the figures\"" },
		{ "catalogue: figures of learners would go",
		  "'lift reload --dry-run' says all; bring the file back, or 'lift reload --yes'" },
		{ "configuration: ",
		  "'liftd --check-config' says all errors; mend the file, then 'lift "
		  "reload'" },
		{ "catalogue: ",
		  "'liftd --check-config' says all errors; mend the file, then 'lift "
		  "reload'" },
		{ "release: ", "OPERATING.md: \"Releases\"; 'lift releases' lists what there is" },
		{ "", "OPERATING.md has what to do; 'journalctl -u liftd' has the log" },
	};
	const json_t *troubles = json_object_get(telling->status, "troubles"), *trouble;
	size_t i, k;

	json_array_foreach(troubles, i, trouble)
	{
		const char *text = json_string_value(trouble);

		for (k = 0; strncmp(text, hints[k].what, strlen(hints[k].what)) != 0;)
			k++;
		tell(telling, true, hints[k].hint, "%s", text);
	}
	if (i == 0 && !json_is_true(json_object_get(telling->status, "healthy")))
		tell(telling, true, "'journalctl -u liftd' has the log",
		     "liftd is not well, and does not say why");
}

static void tell_damage(struct telling *telling)
{
	const json_t *journal = json_object_get(telling->status, "journal"), *range;
	size_t i;

	json_array_foreach(json_object_get(journal, "damaged"), i, range)
		tell(telling, true, NULL,
		     "journal: DAMAGED %" JSON_INTEGER_FORMAT "..%" JSON_INTEGER_FORMAT,
		     json_integer_value(json_array_get(range, 0)),
		     json_integer_value(json_array_get(range, 1)));
}

/* A clock that has been put back, or was ahead once. */
static void tell_clock(struct telling *telling)
{
	const json_t *clock = json_object_get(telling->status, "clock");
	json_int_t behind_ms = json_number(clock, "behind_ms");

	if (behind_ms >= CLOCK_BEHIND_MS)
		tell(telling, false, NULL,
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
		tell(telling, false, NULL, "configuration: %s has changed, and waits for a restart",
		     json_string_value(key));
}

#define NAMES_HINT                                                   \
	"beyond it events with other ones are refused (names): see " \
	"names_per_source, 'man liftd.yaml'"

static const struct limit_words {
	const char *what, *words, *hint;
} limit_words[] = {
	{ "modules", "names of modules that the catalogue does not have", NAMES_HINT },
	{ "regions", "names of regions that the catalogue does not have", NAMES_HINT },
	{ "values", "names of values that the catalogue does not have", NAMES_HINT },
	{ "profiles", "profiles with names that the catalogue does not have", NAMES_HINT },
	{ "streams", "streams",
	  "beyond it new ones are refused: 'lift publish --stream' goes on with one" },
	{ "gaps", "streams with missing numbers",
	  "beyond it no other may have a gap: send what is missing, or 'lift stream close'" },
	{ "ranges", "ranges of numbers above the first gap of a stream",
	  "beyond it batches are refused (holes): send what is missing, or 'lift stream close'" },
	{ "sources", "sources", "beyond it new ones are refused (names)" },
	{ "journal", "bytes of the journal",
	  "beyond it batches are refused (disk): 'man liftd.yaml', journal_max_mib" },
	{ "descriptors", "connections for which there are descriptors",
	  "beyond it new ones are refused: fewer clients, or a higher LimitNOFILE" },
};

/* A limit that this version does not know has its own name for it. */
static struct limit_words words_of(const char *what)
{
	for (size_t i = 0; i < sizeof(limit_words) / sizeof(limit_words[0]); i++)
		if (strcmp(limit_words[i].what, what) == 0)
			return limit_words[i];
	return (struct limit_words){ what, what, "beyond it more are refused" };
}

static void tell_limits(struct telling *telling)
{
	const json_t *limit;
	size_t i;

	json_array_foreach(json_object_get(telling->status, "limits"), i, limit)
	{
		json_int_t used = json_number(limit, "used"), most = json_number(limit, "most");
		struct limit_words words = words_of(json_text(limit, "what"));
		const char *source = json_text(limit, "source");
		const char *stream = json_text(limit, "stream");

		tell(telling, !is_ignored(telling, "limits", source), words.hint,
		     "%s%s%s%s%s: %" JSON_INTEGER_FORMAT " of %" JSON_INTEGER_FORMAT
		     " %s (%.0f %%)",
		     *source ? "source " : "", source, *source ? "" : "all sources",
		     *stream ? ", stream " : "", stream, used, most, words.words,
		     most ? 100.0 * (double)used / (double)most : 100.0);
	}
}

/* Fewer MiB are free than these, and than this part of the disk. */
static bool has_less(const json_t *disk, json_int_t mib, json_int_t share)
{
	json_int_t left = json_number(disk, "free");

	return left >> 20 < mib && left < json_number(disk, "bytes") / share;
}

static void tell_disk(struct telling *telling)
{
	static const char hint[] = "remove old backups, or give the state a larger disk; a journal "
				   "that may be larger: 'man liftd.yaml', journal_max_mib";
	const json_t *disk = json_object_get(telling->status, "disk");
	json_int_t days = json_number(disk, "days");
	bool ignored = is_ignored(telling, "disk", "disk");
	bool few_days = json_is_integer(json_object_get(disk, "days")) && days < DISK_DAYS_NOTED;

	if (!json_is_object(disk))
		return;
	if (few_days)
		tell(telling, !ignored && days < DISK_DAYS_WRONG, hint,
		     "disk: full in about %" JSON_INTEGER_FORMAT " day%s, at the pace of the last "
		     "week: %" JSON_INTEGER_FORMAT " MiB a day",
		     days, days == 1 ? "" : "s", json_number(disk, "bytes_a_day") >> 20);
	if (has_less(disk, DISK_NOTED_MIB, DISK_NOTED_SHARE))
		tell(telling, !ignored && has_less(disk, DISK_FREE_MIB, DISK_FREE_SHARE), hint,
		     "disk: only %" JSON_INTEGER_FORMAT " MiB are free",
		     json_number(disk, "free") >> 20);
}

/* Gaps. */

/* "stream s lacks 4..9, 12" */
static void print_gaps(FILE *out, const json_t *stream)
{
	const json_t *gaps = json_object_get(stream, "missing"), *gap;
	size_t i;

	fprintf(out, "stream %s lacks", json_text(stream, "stream"));
	json_array_foreach(gaps, i, gap)
	{
		json_int_t first = json_integer_value(json_array_get(gap, 0));
		json_int_t last = json_integer_value(json_array_get(gap, 1));

		if (i == GAPS_SHOWN) {
			fprintf(out, " and %zu more gap%s", json_array_size(gaps) - i,
				json_array_size(gaps) - i == 1 ? "" : "s");
			break;
		}
		fprintf(out, "%s %" JSON_INTEGER_FORMAT, i ? "," : "", first);
		if (last != first)
			fprintf(out, "..%" JSON_INTEGER_FORMAT, last);
	}
}

/* Of the streams that are listed; the oldest gap's time, 0 where none says it. */
static int64_t print_streams(FILE *out, const json_t *source)
{
	int64_t oldest_ms = 0, since_ms;
	const json_t *stream;
	size_t i, n = 0;

	json_array_foreach(json_object_get(source, "streams"), i, stream)
	{
		if (json_array_size(json_object_get(stream, "missing")) == 0)
			continue;
		since_ms = json_number(stream, "since");
		if (since_ms > 0 && (oldest_ms == 0 || since_ms < oldest_ms))
			oldest_ms = since_ms;
		if (n++ >= STREAMS_SHOWN)
			continue;
		fputs(n > 1 ? "; " : ": ", out);
		print_gaps(out, stream);
	}
	if (n > STREAMS_SHOWN)
		fprintf(out, "; and %zu more stream%s", n - STREAMS_SHOWN,
			n - STREAMS_SHOWN == 1 ? "" : "s");
	return oldest_ms;
}

static void tell_gap(struct telling *telling, const json_t *source, unsigned *n)
{
	static const char hint[] =
		"they did not arrive: let its platform send them again; a file, by "
		"'lift publish'; if they are lost for good, 'lift stream close' ends it";
	const char *name = json_text(source, "source");
	char *streams = NULL, age[AGO_TEXT];
	int64_t since_ms;
	bool wrong;
	size_t size;
	FILE *out;

	if (json_number(source, "missing") == 0 || !(out = open_memstream(&streams, &size)))
		return;
	since_ms = print_streams(out, source);
	if (fclose(out) != 0)
		return;
	wrong = telling->now_ms - since_ms >= GAP_OLD_MS && !is_ignored(telling, "gaps", name);
	ago_print(telling->now_ms - since_ms, age);
	if (wrong == telling->wrong && (*n)++ < SOURCES_SHOWN)
		tell(telling, wrong, hint,
		     "source %s: %" JSON_INTEGER_FORMAT " number%s missing%s%s%s", name,
		     json_number(source, "missing"), json_number(source, "missing") == 1 ? "" : "s",
		     since_ms ? " for " : "", since_ms ? age : "", streams);
	free(streams);
}

/* Silence. */

static void tell_silence(struct telling *telling, const json_t *source, unsigned *n)
{
	const char *name = json_text(source, "source");
	int64_t last_ms = json_number(source, "last_received");
	int64_t silent_ms = telling->now_ms - last_ms;
	char silent[AGO_TEXT];
	bool wrong;

	/* Of whom it is known when it is to be heard, that alone is said. */
	if (last_ms == 0 || telling->wish->silent_days == 0 ||
	    json_number(source, "expected_ms") > 0 ||
	    silent_ms <= telling->wish->silent_days * day_ms)
		return;
	wrong = !is_ignored(telling, "silent", name);
	ago_print(silent_ms, silent);
	if (wrong == telling->wrong && (*n)++ < SOURCES_SHOWN)
		tell(telling, wrong, "does its platform still send? Else: --ignore, and its name",
		     "source %s: silent for %s", name, silent);
}

/* For how long the figures have got nothing of it: it may be that it is heard, and refused. */
static void print_quiet(const struct telling *telling, const json_t *source, char to[static 128])
{
	int64_t received_ms = json_number(source, "last_received");
	bool knows = json_object_get(source, "last_accepted");
	int64_t accepted_ms = knows ? json_number(source, "last_accepted") : received_ms;
	char quiet[AGO_TEXT];

	ago_print(telling->now_ms - accepted_ms, quiet);
	if (accepted_ms == 0)
		snprintf(to, 128, "it is heard, and all that has ever come was refused");
	else if (accepted_ms < received_ms)
		snprintf(to, 128, "it is heard, and all that came for %s was refused", quiet);
	else
		snprintf(to, 128, "nothing for %s", quiet);
}

static void tell_late(struct telling *telling, const json_t *source, unsigned *n)
{
	static const char hint[] = "does its platform still send? OPERATING.md: "
				   "\"A source is late\"";
	const char *name = json_text(source, "source");
	int64_t since_ms = json_number(source, "late_since");
	char quiet[128], expected[AGO_TEXT], since[ISO8601_TEXT];
	bool wrong;

	if (since_ms == 0)
		return;
	wrong = !is_ignored(telling, "late", name);
	print_quiet(telling, source, quiet);
	ago_print(json_number(source, "expected_ms"), expected);
	iso8601_print(since_ms, since);
	if (wrong == telling->wrong && (*n)++ < SOURCES_SHOWN)
		tell(telling, wrong, hint,
		     "source %s: late since %.10s %.5s UTC: %s, expected within %s (%s)", name,
		     since, since + 11, quiet, expected, json_text(source, "expected_by"));
}

/* Named in the configuration, and nothing has ever come of them. */
static void tell_unheard(struct telling *telling)
{
	const json_t *names = json_object_get(telling->status, "unheard"), *name;
	size_t i;

	json_array_foreach(names, i, name)
	{
		if (i == SOURCES_SHOWN)
			break;
		tell(telling, false, "is its name right in liftd.yaml, `cadence`?",
		     "source %s: has never sent anything, and is expected to",
		     json_string_value(name));
	}
	if (json_array_size(names) > i)
		tell(telling, false, "'lift status --json' names them",
		     "%zu more sources: have never sent anything", json_array_size(names) - i);
}

/* [kind, text, n, what was meant or nil, the attribute of a value or nil] */
static void print_unknown_text(FILE *out, const json_t *row)
{
	const char *meant = json_string_value(json_array_get(row, 3));
	const char *attr = json_string_value(json_array_get(row, 4));

	fprintf(out, "%s \"%s\"", json_string_value(json_array_get(row, 0)),
		json_string_value(json_array_get(row, 1)));
	if (attr)
		fprintf(out, " of %s", attr);
	fprintf(out, " (%" JSON_INTEGER_FORMAT, json_integer_value(json_array_get(row, 2)));
	if (meant)
		fprintf(out, ", \"%s\" was probably meant", meant);
	fputc(')', out);
}

/* What it has sent that counts nowhere, by the texts that are kept. */
static void tell_unknown(struct telling *telling, const json_t *source, unsigned *n)
{
	const json_t *unknown = json_object_get(source, "unknown"), *row;
	const json_t *rows = json_object_get(unknown, "texts");
	json_int_t events = json_number(unknown, "events");
	char *texts = NULL;
	size_t size, i;
	FILE *out;

	if (events == 0 || !(out = open_memstream(&texts, &size)))
		return;
	json_array_foreach(rows, i, row)
	{
		if (i == TEXTS_SHOWN)
			break;
		fputs(i ? ", " : ": ", out);
		print_unknown_text(out, row);
	}
	if (json_array_size(rows) > i)
		fprintf(out, ", and %zu more", json_array_size(rows) - i);
	if (fclose(out) == 0 && (*n)++ < SOURCES_SHOWN)
		tell(telling, false, "an alias in the catalogue counts them",
		     "source %s: %" JSON_INTEGER_FORMAT
		     " event%s brought what the catalogue does not know%s",
		     json_text(source, "source"), events, events == 1 ? "" : "s", texts);
	free(texts);
}

static json_int_t how_many_missing(const json_t *source)
{
	return json_number(source, "missing");
}

static json_int_t how_long_silent(const json_t *source)
{
	return -json_number(source, "last_received");
}

static json_int_t how_long_late(const json_t *source)
{
	return -json_number(source, "late_since");
}

static json_int_t how_many_unknown(const json_t *source)
{
	return json_number(json_object_get(source, "unknown"), "events");
}

static const struct source_trouble {
	void (*tell)(struct telling *telling, const json_t *source, unsigned *n);
	json_int_t (*how_bad)(const json_t *source);
	const char *what;
} source_troubles[] = {
	{ tell_gap, how_many_missing, "numbers are missing" },
	{ tell_late, how_long_late, "late" },
	{ tell_silence, how_long_silent, "silent" },
	{ tell_unknown, how_many_unknown, "sent what the catalogue does not know" },
};

/* The worst first; those that are as bad, by their names. */
static int compare_sources(const void *a, const void *b, void *trouble)
{
	const struct source_trouble *of = trouble;
	const json_t *x = *(json_t *const *)a, *y = *(json_t *const *)b;
	json_int_t n = of->how_bad(x), m = of->how_bad(y);

	return n != m ? (n < m) - (n > m) : strcmp(json_text(x, "source"), json_text(y, "source"));
}

/* The same trouble of so many sources that the screen would be full of it is counted. */
static void tell_of_each_source(struct telling *telling, const struct source_trouble *trouble)
{
	const json_t *sources = json_object_get(telling->status, "sources");
	size_t n_sources = json_array_size(sources);
	const json_t **sorted = calloc(n_sources + 1, sizeof(const json_t *));
	unsigned n = 0;

	for (size_t i = 0; sorted && i < n_sources; i++)
		sorted[i] = json_array_get(sources, i);
	if (sorted)
		qsort_r(sorted, n_sources, sizeof(const json_t *), compare_sources,
			(void *)trouble);
	for (size_t i = 0; i < n_sources; i++)
		trouble->tell(telling, sorted ? sorted[i] : json_array_get(sources, i), &n);
	free(sorted);
	if (n > SOURCES_SHOWN)
		tell(telling, telling->wrong, "'lift status --json' names them",
		     "%u more source%s: %s", n - SOURCES_SHOWN, n - SOURCES_SHOWN == 1 ? "" : "s",
		     trouble->what);
}

/* Names that are kept as they are and look like people: whose they are since the start, then all
 * that there are. */
static void tell_persons(struct telling *telling)
{
	static const char hint[] = "'man liftd.yaml', names_strict, refuses such; OPERATING.md: "
				   "\"Names that look like people\"";
	const json_t *persons = json_object_get(telling->status, "persons"), *row;
	json_int_t left_out = json_number(persons, "left_out");
	char text[SOMEBODY_TEXT];
	size_t i;

	json_array_foreach(json_object_get(persons, "sources"), i, row)
	{
		if (i == SOURCES_SHOWN)
			break;
		somebody_brought(row, text);
		tell(telling, false, hint, "%s", text);
	}
	if (json_array_size(json_object_get(persons, "sources")) > i || left_out > 0)
		tell(telling, false, hint, "and more: 'lift status --json' has `persons`");
	json_array_foreach(json_object_get(persons, "held"), i, row)
	{
		somebody_held(row, text);
		tell(telling, false, hint, "%s", text);
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
			tell(telling, false, counters[i].hint,
			     "since the start: %" JSON_INTEGER_FORMAT " %s", n,
			     n == 1 ? counters[i].one : counters[i].more);
	}
}

static unsigned tell_all(struct telling *telling, bool wrong)
{
	telling->wrong = wrong;
	telling->told = 0;
	tell_daemon(telling);
	tell_damage(telling);
	tell_disk(telling);
	tell_limits(telling);
	for (size_t i = 0; i < sizeof(source_troubles) / sizeof(source_troubles[0]); i++)
		tell_of_each_source(telling, &source_troubles[i]);
	tell_unheard(telling);
	tell_persons(telling);
	tell_clock(telling);
	tell_restart(telling);
	tell_counters(telling);
	tell_hint(telling);
	return telling->told;
}

unsigned troubles_write(FILE *out, const json_t *status, const struct troubles_wish *wish)
{
	struct telling telling = {
		.out = out, .status = status, .wish = wish, .now_ms = troubles_now(status)
	};
	unsigned wrong = tell_all(&telling, true);

	tell_all(&telling, false);
	return wrong;
}

int64_t troubles_now(const json_t *status)
{
	json_int_t now_ms = json_number(json_object_get(status, "clock"), "now");

	return now_ms > 0 ? now_ms : (int64_t)time(NULL) * 1000;
}

bool troubles_may_ignore(const char *ignored)
{
	for (const char *end;; ignored = end + 1) {
		end = ignored + strcspn(ignored, ",");
		if (!source_is_valid((struct text){ ignored, (size_t)(end - ignored) }))
			return false;
		if (!*end)
			return true;
	}
}
