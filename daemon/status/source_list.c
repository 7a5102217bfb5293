/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/status/source_list.h"

#include <stdlib.h>

#include "daemon/status/pace.h"
#include "proto/grow.h"

/* What a stream and a source are at most as MessagePack, beside their texts. */
enum { STREAM_BYTES = 64, RANGE_BYTES = 19, SOURCE_BYTES = 335 };

struct listed_stream {
	struct stream stream;
	struct text name;
};

/* `name` is for the source's own, which its namespace may be. */
static const char *namespace_of(const struct config *config, const struct source_row *row,
				char name[static SOURCE_MAX + 1])
{
	memcpy(name, row->name.data, row->name.size);
	name[row->name.size] = 0;
	return config_namespace(config, name);
}

/* As many sources as there is room for, in order of arrival. */
static void choose_sources(struct source_list *list)
{
	char name[SOURCE_MAX + 1];
	size_t bytes = 0;

	for (size_t i = 0; i < list->sources.n; i++) {
		const struct source_row *row = &list->sources.rows[i];

		if (row->name.size == 0)
			continue;
		bytes += SOURCE_BYTES + row->name.size +
			 strlen(namespace_of(list->parts->config, row, name));
		if (bytes > STATUS_SOURCES_BYTES)
			list->sources_left_out++;
		else
			list->sources_end = i + 1;
	}
}

static bool has_room(const struct source_list *list, const struct stream *stream, size_t bytes)
{
	return stream->source < list->sources_end && list->n_streams < STATUS_STREAMS_MAX &&
	       list->stream_bytes + bytes <= STATUS_STREAMS_BYTES;
}

static void note_fullest(struct source_row *row, const struct stream *stream, struct text name)
{
	if (stream->n_ranges <= row->n_ranges)
		return;
	row->n_ranges = stream->n_ranges;
	row->fullest = name;
}

static int gather_stream(void *context, const struct stream *stream, struct text name)
{
	struct source_list *list = context;
	size_t bytes = STREAM_BYTES + name.size + RANGE_BYTES * (stream->n_ranges + 1);

	if (list->gaps && stream_missing(stream) > 0)
		return 0;
	if (!list->gaps && stream->source < list->sources.n)
		note_fullest(&list->sources.rows[stream->source], stream, name);
	if (!has_room(list, stream, bytes))
		return list->n_streams >= STATUS_STREAMS_MAX ||
		       list->stream_bytes + bytes > STATUS_STREAMS_BYTES;
	list->err = grow(&list->streams, &list->room_streams, list->n_streams + 1,
			 sizeof(*list->streams));
	if (list->err)
		return list->err;
	list->stream_bytes += bytes;
	list->n_gaps += !list->gaps;
	list->streams[list->n_streams].stream = *stream;
	list->streams[list->n_streams++].name = name;
	return 0;
}

int source_list_read(struct source_list *list, struct journal_view *view)
{
	int err = source_rows_read(&list->sources, view);

	if (!err)
		err = refusals_read(&list->refusals, view, list->sources.n);
	if (err)
		return err;
	choose_sources(list);
	err = journal_view_gaps(view, gather_stream, list);
	list->gaps = true;
	if (!err && !list->err)
		err = journal_view_streams(view, gather_stream, list);
	return err ? err : list->err;
}

void source_list_clear(struct source_list *list)
{
	source_rows_free(&list->sources);
	refusals_free(&list->refusals);
	free(list->streams);
}

/* Writing. */

static void write_missing(struct msg_writer *writer, uint64_t first, uint64_t last)
{
	if (first > last)
		return;
	msg_array_begin(writer);
	msg_int(writer, (int64_t)first);
	msg_int(writer, (int64_t)last);
	msg_array_end(writer);
}

static void write_stream(struct msg_writer *writer, const struct stream *stream, struct text name)
{
	uint64_t next = stream->next;

	msg_map_begin(writer);
	msg_key_text(writer, "stream", name);
	msg_key_int(writer, "next", stream->next);
	msg_str(writer, "missing");
	msg_array_begin(writer);
	for (uint32_t i = 0; i < stream->n_ranges && !stream->closed; i++) {
		write_missing(writer, next, stream->ranges[i].first - 1);
		next = stream->ranges[i].last + 1;
	}
	if (!stream->closed)
		write_missing(writer, next, stream->announced);
	msg_array_end(writer);
	msg_key_moment(writer, "since", stream->since);
	if (stream->closed)
		msg_key_bool(writer, "closed", true);
	msg_map_end(writer);
}

static void write_streams(struct msg_writer *writer, const struct source_list *list, size_t source)
{
	msg_str(writer, "streams");
	msg_array_begin(writer);
	for (size_t i = 0; i < list->n_streams; i++)
		if (list->streams[i].stream.source == source)
			write_stream(writer, &list->streams[i].stream, list->streams[i].name);
	msg_array_end(writer);
}

/* Of those that the quarantine still has. */
static void write_refused(struct msg_writer *writer, struct source_list *list, size_t source)
{
	const struct refusals_row *row = &list->refusals.rows[source];

	msg_key_int(writer, "quarantined", (int64_t)row->n);
	msg_str(writer, "refused");
	msg_array_begin(writer);
	for (int code = 0; row->of && code < REFUSALS_CODES; code++) {
		if (row->of[code] == 0 || list->n_refusals == STATUS_REFUSED_MAX)
			continue;
		list->n_refusals++;
		msg_map_begin(writer);
		msg_key_str(writer, "code", lift_err_code(-code));
		msg_key_int(writer, "n", (int64_t)row->of[code]);
		msg_map_end(writer);
	}
	msg_array_end(writer);
}

/* What is expected of it, where something is. */
static void write_late(struct msg_writer *writer, const struct lateness *late)
{
	if (late->expected_ms == 0)
		return;
	msg_key_int(writer, "expected_ms", late->expected_ms);
	msg_key_str(writer, "expected_by", late->learnt ? "learnt" : "configured");
	msg_key_moment(writer, "late_since", late->since_ms);
}

static void write_source(struct msg_writer *writer, struct source_list *list, size_t source,
			 const struct lateness *late, bool has_pace)
{
	const struct source_row *row = &list->sources.rows[source];
	char name[SOURCE_MAX + 1];

	msg_map_begin(writer);
	msg_key_text(writer, "source", row->name);
	msg_key_str(writer, "namespace", namespace_of(list->parts->config, row, name));
	write_streams(writer, list, source);
	msg_key_int(writer, "n_streams", row->record.streams);
	msg_key_int(writer, "missing", (int64_t)row->record.missing);
	msg_key_moment(writer, "last_event", row->record.last_event);
	msg_key_moment(writer, "last_received", row->record.last_received);
	msg_key_moment(writer, "last_accepted",
		       row->record.accepted > 0 ? row->record.last_accepted : 0);
	msg_key_int(writer, "accepted", row->record.accepted);
	msg_key_int(writer, "rejected", row->record.rejected);
	if (has_pace)
		msg_key_int(writer, "recent",
			    (int64_t)pace_of(list->parts->pace, source, &row->record));
	write_late(writer, late);
	write_refused(writer, list, source);
	if (list->parts->board)
		list->n_texts += board_write(list->parts->board, row->name, writer, "unknown",
					     STATUS_TEXTS_MAX - list->n_texts);
	msg_map_end(writer);
}

/* The sources that the configuration expects to be heard, and of which nothing ever came: as a rule
 * a name is misspelt there. */
static void write_unheard(struct msg_writer *writer, const struct source_list *list)
{
	const struct config *config = list->parts->config;
	size_t n = 0;

	msg_str(writer, "unheard");
	msg_array_begin(writer);
	for (size_t i = 0; i < config->n_cadences && n < STATUS_UNHEARD_MAX; i++) {
		const struct config_cadence *cadence = &config->cadences[i];
		struct text name = text_of(cadence->source);

		if (cadence->ms <= 0 || text_equal(name, text_of("*")) ||
		    source_rows_find(&list->sources, name))
			continue;
		msg_text(writer, name);
		n++;
	}
	msg_array_end(writer);
}

static uint64_t count_late(const struct source_list *list, int64_t utc_ms)
{
	uint64_t n = 0;

	for (size_t i = 0; i < list->sources.n; i++)
		n += source_rows_late(&list->sources, &list->sources.rows[i], list->parts->config,
				      utc_ms)
			     .since_ms > 0;
	return n;
}

void source_list_write(struct source_list *list, struct msg_writer *writer, const struct now *now)
{
	uint64_t missing = 0, n_streams = 0, n_gaps = 0;
	int64_t recent_ms = pace_ms(list->parts->pace, now->steady_ms);

	for (size_t i = 0; i < list->sources.n; i++) {
		missing = missing_sum(missing, list->sources.rows[i].record.missing);
		n_streams += list->sources.rows[i].record.streams;
		n_gaps += list->sources.rows[i].record.gaps;
	}
	msg_key_int(writer, "recent_ms", recent_ms);
	msg_key_int(writer, "missing", missing);
	msg_key_int(writer, "late", (int64_t)count_late(list, now->utc_ms));
	write_unheard(writer, list);
	msg_str(writer, "sources");
	msg_array_begin(writer);
	for (size_t i = 0; i < list->sources_end; i++) {
		const struct source_row *row = &list->sources.rows[i];
		struct lateness late =
			source_rows_late(&list->sources, row, list->parts->config, now->utc_ms);

		if (row->name.size > 0)
			write_source(writer, list, i, &late, recent_ms > 0);
	}
	msg_array_end(writer);
	msg_key_int(writer, "sources_left_out", list->sources_left_out);
	msg_key_int(writer, "streams_left_out", (int64_t)(n_streams - list->n_streams));
	msg_key_int(writer, "gaps_left_out", (int64_t)(n_gaps - list->n_gaps));
}
