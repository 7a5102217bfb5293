/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/troubles/internal.h"

#include <stdlib.h>

#include "clients/cli/text/ago.h"
#include "clients/cli/text/print.h"

enum {
	STREAMS_SHOWN = 3,    /* of a source */
	GAPS_SHOWN = 5,	      /* of a stream */
	GAP_OLD_MS = 3600000, /* younger ones may yet be filled by what is on its way */
};

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

void troubles_gap(struct telling *telling, const json_t *source, unsigned *n)
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
	wrong = telling->now_ms - since_ms >= GAP_OLD_MS &&
		!troubles_is_ignored(telling, "gaps", name);
	ago_print(telling->now_ms - since_ms, age);
	if (wrong == telling->wrong && (*n)++ < SOURCES_SHOWN)
		troubles_tell(telling, wrong, hint,
			      "source %s: %" JSON_INTEGER_FORMAT " number%s missing%s%s%s", name,
			      json_number(source, "missing"),
			      json_number(source, "missing") == 1 ? "" : "s",
			      since_ms ? " for " : "", since_ms ? age : "", streams);
	free(streams);
}
