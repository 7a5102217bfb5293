/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/publish/message.h"

#include "daemon/catalogue/msg.h"
#include "daemon/catalogue/subject.h"

int publish_encode(struct publish *publish, struct topic *topic, uint64_t n, uint64_t seq,
		   bool *ret_any, struct text *ret_body)
{
	const struct catalogue *catalogue = publish->catalogue;
	struct text sources[SOURCES_MAX];
	char as_of[DAY_TEXT];
	struct metric metric = {
		.epoch = publish->epoch,
		.seq = seq,
		.n = n,
		.time = publish->time,
		.plane = text_of("exact"),
		.region = text_of(catalogue->regions[topic->region].code),
		.kind = text_of(kind_name(subject_kind(topic->subject))),
		.id = text_of(subject_id(catalogue, topic->subject)),
		.sources = sources,
	};
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
	day_print(publish->today, as_of);
	metric.as_of = text_of(as_of);
	metric.metrics = msg_written(publish->metrics);
	metric.n_sources = topics_sources(publish->topics, topic, sources, SOURCES_MAX);
	msg_writer_clear(publish->body);
	metric_encode(publish->body, &metric);
	*ret_body = msg_written(publish->body);
	return ret_body->size ? 0 : LIFT_E_MEMORY;
}

struct text publish_encode_catalogue(struct publish *publish, const struct audience *audience)
{
	msg_writer_clear(publish->body);
	catalogue_encode(publish->body, publish->catalogue, audience->sight.visible, publish->epoch,
			 publish->seq);
	return msg_written(publish->body);
}
