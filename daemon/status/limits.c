/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/status/limits.h"

struct limit {
	const char *what;
	uint64_t used, most;
	uint64_t from;	    /* as many are told; 0: four fifths of the most */
	struct text stream; /* of one */
};

static void write_limit(struct msg_writer *writer, const struct limit *limit, struct text source,
			size_t *n)
{
	uint64_t from = limit->from ? limit->from : limit->most - limit->most / 5;

	if (limit->used < from || *n == STATUS_LIMITS_MAX)
		return;
	++*n;
	msg_map_begin(writer);
	msg_key_str(writer, "what", limit->what);
	if (source.size > 0)
		msg_key_text(writer, "source", source);
	if (limit->stream.size > 0)
		msg_key_text(writer, "stream", limit->stream);
	msg_key_int(writer, "used", (int64_t)limit->used);
	msg_key_int(writer, "most", (int64_t)limit->most);
	msg_map_end(writer);
}

static const struct {
	enum name_kind kind;
	const char *what;
} bounded_names[] = {
	{ NAME_MODULE, "modules" },
	{ NAME_REGION, "regions" },
	{ NAME_VALUE, "values" },
	{ NAME_PROFILE, "profiles" },
};
enum { N_BOUNDED = sizeof(bounded_names) / sizeof(bounded_names[0]) };

/* Those of all come first: there may be more of sources than are listed. */
static void write_of_all(const struct status_parts *parts, const struct source_rows *sources,
			 struct msg_writer *writer, size_t *n)
{
	static const struct text of_all = { NULL, 0 };
	const uint64_t descriptors = stats_get(parts->stats, STAT_connections_most);
	struct limit limits[3 + N_BOUNDED] = {
		{ .what = "journal",
		  .used = journal_bytes(parts->journal),
		  .most = journal_quota(parts->journal) },
		{ .what = "sources", .used = sources->n_named, .most = JOURNAL_SOURCES_MAX },
		/* At half: what makes them more may do so in a minute. */
		{ .what = "descriptors",
		  .used = stats_get(parts->stats, STAT_connections),
		  .most = descriptors,
		  .from = descriptors / 2 + 1 },
	};

	for (size_t k = 0; k < N_BOUNDED; k++) {
		struct limit *names = &limits[3 + k];

		*names = (struct limit){ .what = bounded_names[k].what,
					 .most = JOURNAL_UNKNOWN_MAX };
		for (size_t i = 0; i < sources->n; i++)
			names->used += sources->rows[i].record.names[bounded_names[k].kind];
	}
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
		write_limit(writer, &limits[i], of_all, n);
}

static void write_of_one(const struct source_row *row, uint64_t names_max,
			 struct msg_writer *writer, size_t *n)
{
	const struct source_record *record = &row->record;
	const struct limit limits[] = {
		{ .what = "streams", .used = record->streams, .most = JOURNAL_STREAMS_MAX },
		{ .what = "gaps", .used = record->gaps, .most = JOURNAL_GAPS_MAX },
		{ .what = "ranges",
		  .used = row->n_ranges,
		  .most = STREAM_RANGES_MAX,
		  .stream = row->fullest },
	};

	for (size_t k = 0; k < N_BOUNDED; k++)
		write_limit(writer,
			    &(struct limit){ .what = bounded_names[k].what,
					     .used = record->names[bounded_names[k].kind],
					     .most = names_max },
			    row->name, n);
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
		write_limit(writer, &limits[i], row->name, n);
}

void limits_write(const struct status_parts *parts, const struct source_rows *sources,
		  struct msg_writer *writer)
{
	size_t n = 0;

	msg_str(writer, "limits");
	msg_array_begin(writer);
	write_of_all(parts, sources, writer, &n);
	for (size_t i = 0; i < sources->n; i++)
		write_of_one(&sources->rows[i], (uint64_t)parts->config->names_per_source, writer,
			     &n);
	msg_array_end(writer);
}
