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

/* Where there is none yet, there is no order of them, either. */
static int count(struct publish *publish, size_t *ret_n)
{
	size_t n;

	publish->in_order = topics_sorted(publish->topics, &n);
	if (n > 0 && !publish->in_order)
		return LIFT_E_MEMORY;
	*ret_n = n;
	return 0;
}

static struct feed_topic topic_at(struct publish *publish, size_t i)
{
	const struct topic *topic = publish->in_order[i];

	return (struct feed_topic){ topic->name, topic->region, topic->n, topic->seq,
				    topic->alive };
}

static int encode(struct publish *publish, size_t i, const struct audience *audience,
		  zmq_msg_t *ret_body)
{
	struct topic *topic = publish->in_order[i];
	bool any;
	int err = publish_sum(publish, topic, &any);

	return err ? err : publish_encode(publish, topic, sight_limits(&audience->sight), ret_body);
}

const struct feed feed_exact = { at, count, topic_at, encode };

/* Sending. */

static bool is_exact(const struct audience *audience)
{
	return audience->feed == &feed_exact;
}

static bool sees(const struct audience *audience, const struct topic *topic)
{
	const struct catalogue_sight *sight = sight_limits(&audience->sight);

	return is_exact(audience) && (!sight || sight->regions[topic->region]);
}

static bool is_seen(const struct publish *publish, const struct topic *topic)
{
	for (size_t i = 0; i < publish->n_audiences; i++)
		if (sees(&publish->audiences[i], topic))
			return true;
	return false;
}

/* One that may not see some of the topic's sources has a message of its own; all others have the
 * same one, which is made for the first of them. */
static int send_to(struct audience *audience, const struct topic *topic, zmq_msg_t *for_all,
		   bool *has_one)
{
	struct publish *publish = audience->publish;
	const struct catalogue_sight *sight = sight_limits(&audience->sight);
	bool own = sight && topics_has_hidden(publish->topics, topic, sight);
	zmq_msg_t body;
	int err = 0;

	if (own) {
		err = publish_encode(publish, topic, sight, &body);
	} else {
		if (!*has_one)
			err = publish_encode(publish, topic, NULL, for_all);
		*has_one = !err;
		if (!err) {
			zmq_msg_init(&body);
			zmq_msg_copy(&body, for_all);
		}
	}
	if (!err)
		outbox_add(&publish->outbox, audience->socket, (struct text){ NULL, 0 },
			   topic->name, &body);
	return err;
}

static int send_to_all(struct publish *publish, const struct topic *topic)
{
	zmq_msg_t for_all;
	bool has_one = false;
	int err = 0;

	for (size_t i = 0; i < publish->n_audiences && !err; i++)
		if (sees(&publish->audiences[i], topic))
			err = send_to(&publish->audiences[i], topic, &for_all, &has_one);
	if (has_one)
		zmq_msg_close(&for_all);
	return err;
}

/* It waits again, behind all others: until it has gone out, not all have. */
static void send_again(struct publish *publish, struct topic *topic)
{
	topics_again(publish->topics, topic);
	publish->unsent = topics_waiting(publish->topics);
}

static void send_topic(struct publish *publish, struct topic *topic)
{
	bool any;
	int err;

	publish->unsent -= publish->unsent > 0;
	if (!is_seen(publish, topic))
		return;
	err = publish_sum(publish, topic, &any);
	if (err) { /* no figure is better than a wrong one */
		if (log_allowed(&publish->failed_limit))
			log_alert(ALERT_FIGURES_FAILING,
				  "figures cannot be read, retried at the next tick: code=%s",
				  lift_err_code(err));
		send_again(publish, topic);
		return;
	}
	if (!any && !topic->alive)
		return; /* nobody has ever counted here: only a source is known */
	topic->n++;
	topic->seq = publish->seq;
	topic->alive = any;
	if (send_to_all(publish, topic) != 0) /* out of memory: some have not got it */
		send_again(publish, topic);
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
			     .waiting = sight_limits(&audience->sight) ? 0 : publish->remaining,
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
	publish_send(audience, text_of("beat"));
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

static void open_tick(struct publish *publish, int64_t utc_ms)
{
	publish->seq++;
	publish->time = utc_ms;
	publish->in_tick = true;
	stats_add(publish->stats, STAT_ticks, 1);
}

/* What has not gone out goes on under the next number. */
static void close_tick(struct publish *publish, int64_t utc_ms)
{
	publish->complete = publish->complete || (publish->is_counted && publish->unsent == 0);
	send_beats(publish);
	publish->is_beat_due = publish->in_tick = false;
	if (publish->remaining > 0)
		open_tick(publish, utc_ms);
}

static void send_slice(void *context, const struct now *now)
{
	struct publish *publish = context;

	pace_begin(&publish->pace);
	for (; publish->remaining > 0 && pace_takes(&publish->pace); publish->remaining--)
		send_topic(publish, topics_next(publish->topics));
	outbox_send(&publish->outbox); /* to whom it does not go, they find out by its number */
	if (publish->is_beat_due &&
	    (publish->remaining == 0 || now->steady_ms >= publish->beat_due_ms))
		close_tick(publish, now->utc_ms);
	pace_end(&publish->pace, publish->remaining > 0);
	loop_set_timer(publish->loop, publish->slice_timer, publish->remaining > 0);
}

static void note_day(struct publish *publish)
{
	int32_t today =
		as_of_day(publish->config->as_of, publish->catalogue->calendar, publish->time);

	if (today != publish->today)
		topics_change_all(publish->topics);
	publish->today = today;
}

/* The epoch's first ones are all in the queue when figures may go out. */
static void count_unsent(struct publish *publish)
{
	if (publish->is_counted || !publish->released)
		return;
	publish->is_counted = true;
	publish->unsent = topics_waiting(publish->topics);
}

static void on_tick(void *context, const struct now *now)
{
	struct publish *publish = context;

	if (publish->is_beat_due) /* the loop was held up */
		close_tick(publish, now->utc_ms);
	if (!publish->in_tick)
		open_tick(publish, now->utc_ms);
	publish->time = now->utc_ms;
	note_day(publish);
	for (size_t i = 0; i < publish->n_audiences; i++)
		if (is_exact(&publish->audiences[i]))
			publish_send_catalogue(&publish->audiences[i]);
	count_unsent(publish);
	publish->remaining = publish->released ? topics_waiting(publish->topics) : 0;
	publish->is_beat_due = true;
	publish->tick_due_ms = now->steady_ms + publish->config->tick_ms;
	publish->beat_due_ms = now->steady_ms + publish->config->tick_ms / PUBLISH_BEAT_PART;
	send_slice(publish, now);
}

/* Opening. */

int exact_open(struct publish *publish)
{
	int err = loop_add_timer(publish->loop, publish->config->tick_ms, on_tick, publish, NULL);

	publish->pace.loop = publish->loop;
	if (!err)
		err = loop_add_timer(publish->loop, PUBLISH_REST_MS, send_slice, publish,
				     &publish->slice_timer);
	if (!err)
		loop_set_timer(publish->loop, publish->slice_timer, false);
	return err;
}

void exact_begin_epoch(struct publish *publish)
{
	publish->epoch = publish_new_epoch();
	publish->seq = 0;
	publish->remaining = publish->unsent = 0;
	publish->in_tick = publish->is_beat_due = publish->complete = publish->is_counted = false;
	publish->today = DAY_MIN;
	pace_end(&publish->pace, false);
	loop_set_timer(publish->loop, publish->slice_timer, false);
}
