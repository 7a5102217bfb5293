/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/publish/open.h"

#include <stdlib.h>

#include "daemon/plane/shelf.h"
#include "daemon/publish/message.h"
#include "daemon/publish/open_topics.h"

struct open {
	struct shelf *shelf;
	struct open_topics topics;
	char digest[CATALOGUE_TEXT_DIGEST]; /* of the catalogue that the epoch is of */
	int64_t epoch;
	uint64_t seq;  /* 1, and one more with each release that comes; 0: no tick yet */
	bool is_going; /* what came last is not all out */
	bool complete;
	size_t next; /* topic to be sent */
	int64_t time;
	int slice_timer;
};

/* Messages. */

static const struct release_info *info_of(const struct open *open)
{
	return open->topics.release ? release_info(open->topics.release) : NULL;
}

/* The moment is that of the release, so that the message stays the same as long as that stands. */
static int encode(struct publish *publish, size_t i, const struct audience *audience,
		  struct text *ret_body)
{
	const struct open *open = publish->open;
	const struct open_topic *topic = &open->topics.items[i];
	const struct release_info *info = info_of(open);
	struct release_row row = { .kind = topic->kind };
	char as_of[DAY_TEXT];
	struct metric metric = {
		.epoch = open->epoch,
		.seq = topic->seq,
		.n = topic->n,
		.time = info->made_ms,
		.plane = text_of("open"),
		.region = topic->region_code,
		.kind = text_of(kind_name(topic->kind)),
		.id = topic->id,
		.release = info->number,
	};

	(void)audience;
	if (topic->row != OPEN_GONE)
		release_row(open->topics.release, topic->row, &row);
	metric.metrics = row.metrics;
	day_print(info->day, as_of);
	metric.as_of = text_of(as_of);
	msg_writer_clear(publish->body);
	metric_encode(publish->body, &metric);
	*ret_body = msg_written(publish->body);
	return ret_body->size ? 0 : LIFT_E_MEMORY;
}

static struct feed_at at(const struct publish *publish)
{
	const struct open *open = publish->open;

	return (struct feed_at){ open->epoch, open->seq, open->seq - (open->is_going ? 1 : 0),
				 open->complete };
}

static size_t count(struct publish *publish)
{
	return publish->open->topics.n;
}

static struct feed_topic topic_at(struct publish *publish, size_t i)
{
	const struct open_topic *topic = &publish->open->topics.items[i];

	return (struct feed_topic){ topic->name, topic->region, topic->n, topic->seq,
				    topic->row != OPEN_GONE };
}

const struct feed feed_open = { at, count, topic_at, encode };

/* Sending. */

static bool is_open(const struct audience *audience)
{
	return audience->feed == &feed_open;
}

static int send_topic(struct publish *publish, size_t i)
{
	const struct open_topic *topic = &publish->open->topics.items[i];
	struct text body;
	int err;

	if (topic->region == CATALOGUE_NONE)
		return 0;
	err = encode(publish, i, NULL, &body);
	for (size_t a = 0; a < publish->n_audiences && !err; a++) {
		struct audience *audience = &publish->audiences[a];

		if (is_open(audience) && audience->sight.of.regions[topic->region])
			publish_send(audience, topic->name, body);
	}
	if (!err)
		stats_add(publish->stats, STAT_metrics_published, 1);
	return err;
}

static void send_beats(struct publish *publish)
{
	const struct open *open = publish->open;
	const struct release_info *info = info_of(open);
	char as_of[DAY_TEXT];
	struct beat beat = { .epoch = open->epoch,
			     .seq = open->seq,
			     .time = open->time,
			     .complete = open->complete,
			     .is_open = true };

	if (info) {
		day_print(info->day, as_of);
		beat.as_of = text_of(as_of);
		beat.release = info->number;
	}
	msg_writer_clear(publish->body);
	beat_encode(publish->body, &beat);
	for (size_t i = 0; i < publish->n_audiences; i++)
		if (is_open(&publish->audiences[i]))
			publish_send(&publish->audiences[i], text_of("beat"),
				     msg_written(publish->body));
}

/* What could not be made, for want of memory, is tried again with the next slice. */
static void send_slice(void *context, const struct now *now)
{
	struct publish *publish = context;
	struct open *open = publish->open;

	(void)now;
	for (size_t sent = 0; open->next < open->topics.n && sent < PUBLISH_SLICE; open->next++) {
		if (open->topics.items[open->next].seq != open->seq)
			continue;
		if (send_topic(publish, open->next) != 0)
			break;
		sent++;
	}
	open->is_going = open->next < open->topics.n;
	loop_set_timer(publish->loop, open->slice_timer, open->is_going);
	if (open->is_going)
		return;
	open->complete = true;
	send_beats(publish);
}

/* Ticks. */

/* The newest release takes the place of the one that stands. */
static void look(struct publish *publish)
{
	struct open *open = publish->open;
	struct release *newest = open->shelf ? shelf_newest(open->shelf) : NULL;
	const struct release_info *before = info_of(open);
	uint64_t seq = open->seq > 0 ? open->seq : 1;

	if (newest && (!before || before->number != release_info(newest)->number)) {
		seq = open->seq + 1;
		if (open_topics_take(&open->topics, newest, seq, publish->catalogue) != 0) {
			if (log_allowed(&publish->failed_limit))
				log_error("a release is not published: code=memory");
			seq = open->seq;
		}
	}
	release_put(newest);
	if (seq != open->seq)
		open->next = 0;
	open->seq = seq;
}

static void begin_tick(void *context, const struct now *now)
{
	struct publish *publish = context;
	struct open *open = publish->open;

	if (open->is_going)
		return; /* it takes longer than a tick: the beat closes it */
	open->time = now->utc_ms;
	look(publish);
	if (open->seq == 0)
		return; /* no memory for the first one */
	for (size_t i = 0; i < publish->n_audiences; i++)
		if (is_open(&publish->audiences[i]))
			publish_send_catalogue(&publish->audiences[i]);
	send_slice(publish, now);
}

/* Opening. */

static bool has_open(const struct publish *publish)
{
	for (size_t i = 0; i < publish->n_audiences; i++)
		if (is_open(&publish->audiences[i]))
			return true;
	return false;
}

int open_begin(struct publish *publish, struct shelf *shelf)
{
	int err;

	if (!has_open(publish))
		return 0;
	if (!publish->open)
		publish->open = calloc(1, sizeof(*publish->open));
	if (!publish->open)
		return LIFT_E_MEMORY;
	publish->open->shelf = shelf;
	err = loop_add_timer(publish->loop, publish->config->tick_ms, begin_tick, publish, NULL);
	if (!err)
		err = loop_add_timer(publish->loop, PUBLISH_SLICE_MS, send_slice, publish,
				     &publish->open->slice_timer);
	if (!err)
		loop_set_timer(publish->loop, publish->open->slice_timer, false);
	return err;
}

void open_end(struct publish *publish)
{
	publish_drop_open(publish->open);
}

struct open *publish_take_open(struct publish *publish)
{
	struct open *open = publish->open;

	if (!open || open->is_going || open->seq == 0)
		return NULL;
	publish->open = NULL;
	return open;
}

void publish_drop_open(struct open *open)
{
	if (!open)
		return;
	open_topics_clear(&open->topics);
	free(open);
}

bool open_switch(struct publish *publish, const struct catalogue *catalogue)
{
	struct open *open = publish->open;
	char digest[CATALOGUE_TEXT_DIGEST];

	if (!open)
		return false;
	catalogue_text_digest(catalogue, digest);
	if (open->epoch && strcmp(digest, open->digest) == 0) {
		open_topics_see(&open->topics, catalogue);
		return false;
	}
	open_topics_clear(&open->topics);
	memcpy(open->digest, digest, sizeof(digest));
	open->epoch = publish_new_epoch();
	open->seq = 0;
	open->next = 0;
	open->is_going = open->complete = false;
	loop_set_timer(publish->loop, open->slice_timer, false);
	return true;
}
