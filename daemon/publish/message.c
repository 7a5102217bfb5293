/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/publish/message.h"

#include <sodium.h>

#include "daemon/catalogue/msg.h"
#include "daemon/catalogue/subject.h"

int publish_sum(struct publish *publish, struct topic *topic, bool *ret_any)
{
	int err = figures_sum(publish->figures, &publish->tallies, topic->region, topic->subject,
			      publish->today);

	if (!err)
		err = topics_lean(publish->topics, topic, &publish->figures->series[SERIES_FROM]);
	if (err)
		return err;
	*ret_any = figures_any(publish->figures);
	msg_writer_clear(publish->metrics);
	if (*ret_any)
		figures_encode(publish->figures, publish->metrics,
			       publish->today - PUBLISH_DAILY_DAYS);
	return 0;
}

int publish_body(struct publish *publish, zmq_msg_t *ret_body)
{
	struct text body = msg_written(publish->body);

	if (body.size == 0 || zmq_msg_init_size(ret_body, body.size) != 0)
		return LIFT_E_MEMORY;
	memcpy(zmq_msg_data(ret_body), body.data, body.size);
	return 0;
}

int publish_encode(struct publish *publish, const struct topic *topic,
		   const struct catalogue_sight *sight, zmq_msg_t *ret_body)
{
	const struct catalogue *catalogue = publish->catalogue;
	struct text sources[SOURCES_MAX];
	char as_of[DAY_TEXT];
	struct metric metric = {
		.epoch = publish->epoch,
		.seq = topic->seq,
		.n = topic->n,
		.time = publish->time,
		.plane = text_of("exact"),
		.region = text_of(catalogue->regions[topic->region].code),
		.kind = text_of(kind_name(subject_kind(topic->subject))),
		.id = text_of(subject_id(catalogue, topic->subject)),
		.metrics = msg_written(publish->metrics),
		.sources = sources,
		.n_sources = topics_sources(publish->topics, topic, sight, sources, SOURCES_MAX),
	};

	day_print(publish->today, as_of);
	metric.as_of = text_of(as_of);
	msg_writer_clear(publish->body);
	metric_encode(publish->body, &metric);
	return publish_body(publish, ret_body);
}

static int make_catalogue(struct audience *audience)
{
	struct publish *publish = audience->publish;
	struct feed_at at = audience->feed->at(publish);
	uint64_t seq = at.seq > 0 ? 1 : 0; /* of the first tick, whenever it is made */
	int err;

	msg_writer_clear(publish->body);
	catalogue_encode(publish->body, publish->catalogue, sight_limits(&audience->sight),
			 at.epoch, seq);
	err = publish_body(publish, &audience->catalogue);
	if (err)
		return err;
	msg_writer_shrink(publish->body, BODY_KEEPS_BYTES);
	audience->catalogue_seq = seq;
	audience->has_catalogue = true;
	return 0;
}

/* One that was wanted before the first tick is made again for it, with its number. */
int publish_catalogue(struct audience *audience, zmq_msg_t *ret_body)
{
	int err = 0;

	if (audience->catalogue_seq == 0 && audience->feed->at(audience->publish).seq > 0)
		publish_forget_catalogue(audience);
	if (!audience->has_catalogue)
		err = make_catalogue(audience);
	if (err)
		return err;
	zmq_msg_init(ret_body);
	zmq_msg_copy(ret_body, &audience->catalogue);
	return 0;
}

void publish_forget_catalogue(struct audience *audience)
{
	if (audience->has_catalogue)
		zmq_msg_close(&audience->catalogue);
	audience->has_catalogue = false;
}

int64_t publish_new_epoch(void)
{
	uint64_t epoch;

	randombytes_buf(&epoch, sizeof(epoch));
	return (int64_t)(epoch >> 11); /* also exact in languages whose numbers are doubles */
}

static void send_body(struct audience *audience, struct text topic, zmq_msg_t *body)
{
	struct outbox *outbox = &audience->publish->outbox;

	outbox_add(outbox, audience->socket, (struct text){ NULL, 0 }, topic, body);
	outbox_send(outbox); /* to whom it does not go, they find out by its number */
}

void publish_send(struct audience *audience, struct text topic)
{
	zmq_msg_t body;

	if (publish_body(audience->publish, &body) == 0)
		send_body(audience, topic, &body);
}

void publish_send_catalogue(struct audience *audience)
{
	zmq_msg_t body;

	if (!audience->catalogue_wanted)
		return;
	audience->catalogue_wanted = false;
	if (publish_catalogue(audience, &body) == 0)
		send_body(audience, text_of("catalogue"), &body);
	else if (log_allowed(&audience->publish->failed_limit))
		log_error("the catalogue is not published: code=memory");
}
