/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/troubles/internal.h"

#include <stdlib.h>
#include <string.h>

#include "clients/cli/text/print.h"

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
	{ troubles_gap, how_many_missing, "numbers are missing" },
	{ troubles_late, how_long_late, "late" },
	{ troubles_silence, how_long_silent, "silent" },
	{ troubles_unknown, how_many_unknown, "sent what the catalogue does not know" },
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
		troubles_tell(telling, telling->wrong, "'lift status --json' names them",
			      "%u more source%s: %s", n - SOURCES_SHOWN,
			      n - SOURCES_SHOWN == 1 ? "" : "s", trouble->what);
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
		troubles_tell(telling, false, "is its name right in liftd.yaml, `cadence`?",
			      "source %s: has never sent anything, and is expected to",
			      json_string_value(name));
	}
	if (json_array_size(names) > i)
		troubles_tell(telling, false, "'lift status --json' names them",
			      "%zu more sources: have never sent anything",
			      json_array_size(names) - i);
}

void troubles_sources(struct telling *telling)
{
	for (size_t i = 0; i < sizeof(source_troubles) / sizeof(source_troubles[0]); i++)
		tell_of_each_source(telling, &source_troubles[i]);
	tell_unheard(telling);
}
