/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/control/limits.h"

struct limit {
	const char *what;
	uint64_t used, most;
};

static void write_limit(struct msg_writer *writer, const struct limit *limit, struct text source,
			size_t *n)
{
	if (limit->used < limit->most - limit->most / 5 || *n == STATUS_LIMITS_MAX)
		return;
	++*n;
	msg_map_begin(writer);
	msg_key_str(writer, "what", limit->what);
	if (source.size > 0)
		msg_key_text(writer, "source", source);
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

void limits_write(const struct status_parts *parts, const struct source_rows *sources,
		  struct msg_writer *writer)
{
	const uint64_t of_one = (uint64_t)parts->config->names_per_source;
	static const struct text of_all = { NULL, 0 };
	uint64_t names[N_BOUNDED] = { 0 };
	size_t n = 0;

	msg_str(writer, "limits");
	msg_array_begin(writer);
	write_limit(writer,
		    &(struct limit){ "journal", journal_bytes(parts->journal),
				     journal_quota(parts->journal) },
		    of_all, &n);
	write_limit(writer, &(struct limit){ "sources", sources->n_named, JOURNAL_SOURCES_MAX },
		    of_all, &n);
	for (size_t i = 0; i < sources->n; i++) {
		const struct source_row *row = &sources->rows[i];

		for (size_t k = 0; k < N_BOUNDED; k++) {
			uint64_t used = row->record.names[bounded_names[k].kind];

			names[k] += used;
			write_limit(writer, &(struct limit){ bounded_names[k].what, used, of_one },
				    row->name, &n);
		}
		write_limit(writer,
			    &(struct limit){ "streams", row->record.streams, JOURNAL_STREAMS_MAX },
			    row->name, &n);
		write_limit(writer, &(struct limit){ "gaps", row->record.gaps, JOURNAL_GAPS_MAX },
			    row->name, &n);
	}
	for (size_t k = 0; k < N_BOUNDED; k++)
		write_limit(writer,
			    &(struct limit){ bounded_names[k].what, names[k], JOURNAL_UNKNOWN_MAX },
			    of_all, &n);
	msg_array_end(writer);
}
