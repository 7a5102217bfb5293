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
	/* Of what is all out, for the beat. */
	struct stands {
		uint64_t seq;
		uint32_t release; /* 0: none yet; then it has no day */
		int32_t day;
	} stands;
	size_t next; /* topic to be sent */
	int64_t time;
	int slice_timer;
	struct pace pace;
};

/* Messages. */

static const struct release_info *info_of(const struct open *open)
{
	return open->topics.release ? release_info(open->topics.release) : NULL;
}

/* The moment is that of the release, so that the message stays the same as long as that stands. */
static int encode(struct publish *publish, size_t i, const struct audience *audience,
		  zmq_msg_t *ret_body)
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
	return publish_body(publish, ret_body);
}

static struct feed_at at(const struct publish *publish)
{
	const struct open *open = publish->open;

	return (struct feed_at){ open->epoch, open->seq, open->seq - (open->is_going ? 1 : 0),
				 open->complete };
}

static int count(struct publish *publish, size_t *ret_n)
{
	*ret_n = publish->open->topics.n;
	return 0;
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
	zmq_msg_t body, copy;

	if (topic->region == CATALOGUE_NONE)
		return 0;
	if (encode(publish, i, NULL, &body) != 0)
		return LIFT_E_MEMORY;
	for (size_t a = 0; a < publish->n_audiences; a++) {
		struct audience *audience = &publish->audiences[a];

		if (!is_open(audience) || !audience->sight.of.regions[topic->region])
			continue;
		zmq_msg_init(&copy);
		zmq_msg_copy(&copy, &body);
		outbox_add(&publish->outbox, audience->socket, (struct text){ NULL, 0 },
			   topic->name, &copy);
	}
	zmq_msg_close(&body);
	stats_add(publish->stats, STAT_metrics_published, 1);
	return 0;
}

static void send_beats(struct publish *publish)
{
	const struct open *open = publish->open;
	char as_of[DAY_TEXT];
	struct beat beat = { .epoch = open->epoch,
			     .seq = open->stands.seq,
			     .time = open->time,
			     .complete = open->complete,
			     .is_open = true,
			     .release = open->stands.release };

	if (beat.release > 0) {
		day_print(open->stands.day, as_of);
		beat.as_of = text_of(as_of);
	}
	msg_writer_clear(publish->body);
	beat_encode(publish->body, &beat);
	for (size_t i = 0; i < publish->n_audiences; i++)
		if (is_open(&publish->audiences[i]))
			publish_send(&publish->audiences[i], text_of("beat"));
}

/* All is out. */
static void note_stands(struct open *open)
{
	const struct release_info *info = info_of(open);

	open->complete = true;
	open->stands = (struct stands){ .seq = open->seq };
	if (!info)
		return;
	open->stands.release = info->number;
	open->stands.day = info->day;
}

/* What could not be made, for want of memory, is tried again with the next slice. */
static void send_slice(void *context, const struct now *now)
{
	struct publish *publish = context;
	struct open *open = publish->open;

	(void)now;
	pace_begin(&open->pace);
	for (; open->next < open->topics.n; open->next++) {
		if (open->topics.items[open->next].seq != open->seq)
			continue;
		if (!pace_takes(&open->pace) || send_topic(publish, open->next) != 0)
			break;
	}
	outbox_send(&publish->outbox);
	open->is_going = open->next < open->topics.n;
	if (!open->is_going)
		note_stands(open);
	pace_end(&open->pace, open->is_going);
	loop_set_timer(publish->loop, open->slice_timer, open->is_going);
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

/* Its beat, which is of what stands: a release that is longer than a slice goes on behind it. */
static void on_tick(void *context, const struct now *now)
{
	struct publish *publish = context;
	struct open *open = publish->open;

	open->time = now->utc_ms;
	if (!open->is_going)
		look(publish);
	if (open->seq == 0)
		return; /* no memory for the first one */
	for (size_t i = 0; i < publish->n_audiences; i++)
		if (is_open(&publish->audiences[i]))
			publish_send_catalogue(&publish->audiences[i]);
	if (!open->is_going)
		send_slice(publish, now);
	send_beats(publish);
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
	publish->open->pace = (struct pace){ .loop = publish->loop };
	err = loop_add_timer(publish->loop, publish->config->tick_ms, on_tick, publish, NULL);
	if (!err)
		err = loop_add_timer(publish->loop, PUBLISH_REST_MS, send_slice, publish,
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
	open->stands = (struct stands){ 0 };
	pace_end(&open->pace, false);
	loop_set_timer(publish->loop, open->slice_timer, false);
	return true;
}
