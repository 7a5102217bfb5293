/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/publish/exact.h"

#include <stdlib.h>

#include "daemon/base/as_of.h"
#include "daemon/journal/sources.h"
#include "daemon/publish/message.h"

/* Where it is, for snapshots. */

static struct feed_at at(const struct publish *publish)
{
	return (struct feed_at){ publish->epoch, publish->seq,
				 publish->in_tick ? publish->seq - 1 : publish->seq,
				 publish->complete };
}

static size_t count(struct publish *publish)
{
	size_t n;

	return topics_sorted(publish->topics, &n) ? n : 0;
}

static struct topic *find(struct publish *publish, size_t i)
{
	size_t n;

	return topics_sorted(publish->topics, &n)[i];
}

static struct feed_topic topic_at(struct publish *publish, size_t i)
{
	const struct topic *topic = find(publish, i);

	return (struct feed_topic){ topic->name, topic->region, topic->n, topic->seq,
				    topic->alive };
}

static int encode(struct publish *publish, size_t i, const struct audience *audience,
		  struct text *ret_body)
{
	struct topic *topic = find(publish, i);
	bool any;
	int err = publish_sum(publish, topic, &any);

	return err ? err
		   : publish_encode(publish, topic, topic->n, topic->seq,
				    sight_limits(&audience->sight), ret_body);
}

const struct feed feed_exact = { at, count, topic_at, encode };

/* Sending. */

static bool is_exact(const struct audience *audience)
{
	return audience->feed == &feed_exact;
}

/* One message for all but those who may not see some of its sources. */
static int send_to_all(struct publish *publish, const struct topic *topic)
{
	struct text body = { 0 };
	bool for_all = false; /* body is */
	int err = 0;

	for (size_t i = 0; i < publish->n_audiences && !err; i++) {
		struct audience *audience = &publish->audiences[i];
		const struct catalogue_sight *sight = sight_limits(&audience->sight);
		bool own;

		if (!is_exact(audience) || (sight && !sight->regions[topic->region]))
			continue;
		own = sight && topics_has_hidden(publish->topics, topic, sight);
		if (!for_all || own)
			err = publish_encode(publish, topic, topic->n, topic->seq,
					     own ? sight : NULL, &body);
		for_all = !own;
		if (!err)
			publish_send(audience, topic->name, body);
	}
	return err;
}

static void send_topic(struct publish *publish, struct topic *topic)
{
	bool any;
	int err = publish_sum(publish, topic, &any);

	if (err) { /* no figure is better than a wrong one */
		if (log_allowed(&publish->failed_limit))
			log_alert(ALERT_FIGURES_FAILING,
				  "figures cannot be read, retried at the next tick: code=%s",
				  lift_err_code(err));
		topics_again(publish->topics, topic);
		publish->whole = false;
		return;
	}
	if (!any && !topic->alive)
		return; /* nobody has ever counted here: only a source is known */
	topic->n++;
	topic->seq = publish->seq;
	topic->alive = any;
	if (send_to_all(publish, topic) != 0) { /* out of memory: some have not got it */
		topics_again(publish->topics, topic);
		publish->whole = false;
	}
	stats_add(publish->stats, STAT_metrics_published, 1);
}

/* The beat. */

static void add_beat_source(struct beat *beat, struct beat_source rows[static SOURCES_MAX],
			    const struct source_row *row, struct lateness late)
{
	const struct source_record *record = &row->record;

	if (beat->n_sources == SOURCES_MAX) {
		beat->left_out++;
		return;
	}
	rows[beat->n_sources++] = (struct beat_source){ .source = row->name,
							.last_event = record->last_event,
							.last_received = record->last_received,
							.missing = record->missing,
							.since = record->since,
							.expected = late.expected_ms,
							.late_since = late.since_ms };
}

/* By name: the order in which they came says who else has sent. */
static int compare_sources(const void *a, const void *b)
{
	return text_compare(((const struct beat_source *)a)->source,
			    ((const struct beat_source *)b)->source);
}

static void send_beat(struct publish *publish, struct audience *audience,
		      const struct source_rows *sources, struct text as_of)
{
	struct beat_source rows[SOURCES_MAX];
	struct beat beat = { .epoch = publish->epoch,
			     .seq = publish->seq,
			     .time = publish->time,
			     .as_of = as_of,
			     .complete = publish->complete,
			     .sources = rows };

	for (size_t i = 0; i < sources->n; i++)
		if (sources->rows[i].name.size > 0 &&
		    sight_sees_source(&audience->sight, sources->rows[i].name))
			add_beat_source(&beat, rows, &sources->rows[i],
					source_rows_late(sources, &sources->rows[i],
							 publish->config, publish->time));
	qsort(rows, beat.n_sources, sizeof(rows[0]), compare_sources);
	msg_writer_clear(publish->body);
	beat_encode(publish->body, &beat);
	publish_send(audience, text_of("beat"), msg_written(publish->body));
}

static void send_beats(struct publish *publish)
{
	struct source_rows sources = { 0 };
	struct journal_view view;
	char as_of[DAY_TEXT];
	int err = journal_view_begin(publish->journal, &view);

	day_print(publish->today, as_of);
	if (!err)
		err = source_rows_read(&sources, &view);
	if (err && log_allowed(&publish->failed_limit))
		log_alert(ALERT_FIGURES_FAILING,
			  "sources for the beat cannot be read, retried at the next tick: code=%s",
			  lift_err_code(err));
	for (size_t i = 0; i < publish->n_audiences; i++)
		if (is_exact(&publish->audiences[i]))
			send_beat(publish, &publish->audiences[i], &sources, text_of(as_of));
	source_rows_free(&sources);
	journal_view_end(&view);
}

/* Ticks. */

static void send_slice(void *context, const struct now *now)
{
	struct publish *publish = context;
	size_t slice = publish->remaining < PUBLISH_SLICE ? publish->remaining : PUBLISH_SLICE;

	(void)now;
	for (size_t i = 0; i < slice; i++)
		send_topic(publish, topics_next(publish->topics));
	publish->remaining -= slice;
	loop_set_timer(publish->loop, publish->slice_timer, publish->remaining > 0);
	if (publish->remaining > 0)
		return;
	/* The first tick after the release begins with every topic in the queue; what failed stays
	 * there for the next. */
	publish->complete = publish->complete || publish->whole;
	send_beats(publish);
	publish->in_tick = false;
}

static void begin_tick(void *context, const struct now *now)
{
	struct publish *publish = context;
	int32_t today;

	if (publish->in_tick)
		return; /* this one takes longer than its time */
	publish->seq++;
	publish->time = now->utc_ms;
	today = as_of_day(publish->config->as_of, publish->catalogue->calendar, publish->time);
	if (today != publish->today)
		topics_change_all(publish->topics);
	publish->today = today;
	for (size_t i = 0; i < publish->n_audiences; i++)
		if (is_exact(&publish->audiences[i]))
			publish_send_catalogue(&publish->audiences[i]);
	publish->whole = publish->released;
	publish->remaining = publish->released ? topics_waiting(publish->topics) : 0;
	publish->in_tick = true;
	stats_add(publish->stats, STAT_ticks, 1);
	send_slice(publish, now);
}

/* Opening. */

int exact_open(struct publish *publish)
{
	int err =
		loop_add_timer(publish->loop, publish->config->tick_ms, begin_tick, publish, NULL);

	if (!err)
		err = loop_add_timer(publish->loop, PUBLISH_SLICE_MS, send_slice, publish,
				     &publish->slice_timer);
	if (!err)
		loop_set_timer(publish->loop, publish->slice_timer, false);
	return err;
}

void exact_begin_epoch(struct publish *publish)
{
	publish->epoch = publish_new_epoch();
	publish->seq = 0;
	publish->remaining = 0;
	publish->in_tick = publish->whole = publish->complete = false;
	publish->today = DAY_MIN;
	loop_set_timer(publish->loop, publish->slice_timer, false);
}
