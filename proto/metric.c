/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/metric.h"

#include <assert.h>

static const char topic_prefix[] = "metric/";

static size_t append(char *to, size_t at, struct text text)
{
	assert(at + text.size <= TOPIC_MAX);
	if (text.size > 0)
		memcpy(to + at, text.data, text.size);
	return at + text.size;
}

size_t metric_topic(char to[static TOPIC_MAX], struct text region, struct text kind, struct text id)
{
	struct text slash = TEXT("/");
	size_t at = append(to, 0, text_of(topic_prefix));

	at = append(to, at, region);
	at = append(to, at, slash);
	at = append(to, at, kind);
	at = append(to, at, slash);
	return append(to, at, id);
}

/* What is protected may be off by a few, and does not add up. */
static void put_release(struct msg_writer *writer, uint32_t release)
{
	msg_str(writer, "release");
	if (release > 0)
		msg_int(writer, release);
	else
		msg_nil(writer);
	msg_key_bool(writer, "protected", true);
}

static void put_names(struct msg_writer *writer, const struct text *names, size_t n)
{
	msg_str(writer, "sources");
	msg_array(writer, n);
	for (size_t i = 0; i < n; i++)
		msg_text(writer, names[i]);
}

void metric_encode(struct msg_writer *writer, const struct metric *metric)
{
	msg_map_begin(writer);
	msg_key_int(writer, "v", 1);
	msg_key_int(writer, "epoch", metric->epoch);
	msg_key_int(writer, "seq", (int64_t)metric->seq);
	msg_key_int(writer, "n", (int64_t)metric->n);
	msg_key_int(writer, "time", metric->time);
	msg_key_text(writer, "as_of", metric->as_of);
	msg_key_text(writer, "plane", metric->plane);
	if (metric->release > 0)
		put_release(writer, metric->release);
	msg_key_text(writer, "region", metric->region);
	msg_key_text(writer, "kind", metric->kind);
	msg_key_text(writer, "id", metric->id);
	msg_str(writer, "metrics");
	if (metric->metrics.size > 0)
		msg_raw(writer, metric->metrics);
	else
		msg_nil(writer);
	if (metric->release == 0)
		put_names(writer, metric->sources, metric->n_sources);
	msg_map_end(writer);
}

static void put_beat_sources(struct msg_writer *writer, const struct beat *beat)
{
	msg_str(writer, "sources");
	msg_array(writer, beat->n_sources);
	for (size_t i = 0; i < beat->n_sources; i++) {
		const struct beat_source *row = &beat->sources[i];

		msg_map_begin(writer);
		msg_key_text(writer, "source", row->source);
		msg_key_moment(writer, "last_event", row->last_event);
		msg_key_moment(writer, "last_received", row->last_received);
		msg_key_int(writer, "missing", (int64_t)row->missing);
		msg_key_moment(writer, "since", row->since);
		if (row->late_since > 0) {
			msg_key_int(writer, "expected_ms", row->expected);
			msg_key_moment(writer, "late_since", row->late_since);
		}
		msg_map_end(writer);
	}
	if (beat->left_out > 0)
		msg_key_int(writer, "sources_left_out", (int64_t)beat->left_out);
}

void beat_encode(struct msg_writer *writer, const struct beat *beat)
{
	msg_map_begin(writer);
	msg_key_int(writer, "v", 1);
	msg_key_int(writer, "epoch", beat->epoch);
	msg_key_int(writer, "seq", (int64_t)beat->seq);
	msg_key_int(writer, "time", beat->time);
	msg_str(writer, "as_of");
	if (beat->as_of.size > 0)
		msg_text(writer, beat->as_of);
	else
		msg_nil(writer);
	msg_key_bool(writer, "complete", beat->complete);
	if (beat->waiting > 0)
		msg_key_int(writer, "waiting", (int64_t)beat->waiting);
	if (beat->is_open) {
		msg_key_str(writer, "plane", "open");
		put_release(writer, beat->release);
	} else {
		put_beat_sources(writer, beat);
	}
	msg_map_end(writer);
}
