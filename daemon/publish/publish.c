/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/publish/message.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <zmq.h>

#include "daemon/base/as_of.h"
#include "daemon/base/log.h"
#include "daemon/journal/sources.h"
#include "daemon/net/socket.h"
#include "daemon/publish/snapshot.h"

/* Sending. */

static void send_to(struct audience *audience, struct text topic, struct text body)
{
	if (zmq_send(audience->socket, topic.data, topic.size, ZMQ_SNDMORE | ZMQ_DONTWAIT) >= 0)
		zmq_send(audience->socket, body.data, body.size, ZMQ_DONTWAIT);
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

		if (sight && !sight->regions[topic->region])
			continue;
		own = sight && topics_has_hidden(publish->topics, topic, sight);
		if (!for_all || own)
			err = publish_encode(publish, topic, topic->n, topic->seq,
					     own ? sight : NULL, &body);
		for_all = !own;
		if (!err)
			send_to(audience, topic->name, body);
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

static void send_catalogue(struct publish *publish)
{
	static const char topic[] = "catalogue";
	zmq_msg_t body;

	for (size_t i = 0; i < publish->n_audiences; i++) {
		struct audience *audience = &publish->audiences[i];

		if (publish_catalogue(audience, &body) != 0) {
			if (log_allowed(&publish->failed_limit))
				log_error("the catalogue is not published: code=memory");
			continue;
		}
		if (zmq_send(audience->socket, topic, sizeof(topic) - 1,
			     ZMQ_SNDMORE | ZMQ_DONTWAIT) < 0 ||
		    zmq_msg_send(&body, audience->socket, ZMQ_DONTWAIT) < 0)
			zmq_msg_close(&body);
	}
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
	send_to(audience, text_of("beat"), msg_written(publish->body));
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
	if (publish->catalogue_wanted)
		send_catalogue(publish);
	publish->catalogue_wanted = false;
	publish->whole = publish->released;
	publish->remaining = publish->released ? topics_waiting(publish->topics) : 0;
	publish->in_tick = true;
	stats_add(publish->stats, STAT_ticks, 1);
	send_slice(publish, now);
}

/* A byte, 1 for a subscription, and the prefix: who subscribes late gets the catalogue with the
 * next tick. */
static bool asks_for_catalogue(const char *message, size_t size)
{
	static const char topic[] = "catalogue";

	return size >= 1 && message[0] == 1 && size - 1 < sizeof(topic) &&
	       memcmp(message + 1, topic, size - 1) == 0;
}

/* Subscriptions are libzmq's business: they are read so that it gets to do it. */
static void read_subscriptions(void *context, const struct now *now)
{
	struct audience *audience = context;
	char message[16];
	int size;

	(void)now;
	for (int i = 0; i < PUBLISH_SUBSCRIPTIONS; i++) {
		size = zmq_recv(audience->socket, message, sizeof(message), ZMQ_DONTWAIT);
		if (size < 0 && errno != EINTR)
			return;
		if (size > 0 && asks_for_catalogue(message, (size_t)size))
			audience->publish->catalogue_wanted = true;
	}
}

/* Opening. */

/* All that depends on the catalogue, to take the place of what is there when it is whole. */
struct edition {
	struct topics *topics;
	struct figures *figures;
	struct sight *sights; /* by audience */
	size_t n_sights;
};

static void edition_clear(struct edition *edition)
{
	topics_free(edition->topics);
	figures_free(edition->figures);
	for (size_t i = 0; i < edition->n_sights; i++)
		sight_clear(&edition->sights[i]);
	free(edition->sights);
}

static int edition_make(const struct config *config, const struct catalogue *catalogue,
			struct edition *edition, const char **ret_region)
{
	int err = topics_new(catalogue, &edition->topics);

	if (err)
		return err;
	edition->figures = figures_new(catalogue);
	edition->sights = calloc(config->n_audiences + 1, sizeof(*edition->sights));
	err = edition->figures && edition->sights ? 0 : LIFT_E_MEMORY;
	while (edition->n_sights < config->n_audiences && !err) {
		size_t i = edition->n_sights++;

		err = sight_make(&config->audiences[i].regions, catalogue, &edition->sights[i],
				 ret_region);
	}
	return err;
}

/* Another epoch: numbers and ticks begin anew, whatever was going out. */
static void begin_epoch(struct publish *publish)
{
	uint64_t epoch;

	randombytes_buf(&epoch, sizeof(epoch));
	publish->epoch =
		(int64_t)(epoch >> 11); /* also exact in languages whose numbers are doubles */
	publish->seq = 0;
	publish->remaining = 0;
	publish->in_tick = publish->whole = publish->complete = false;
	publish->catalogue_wanted = true;
	publish->today = DAY_MIN;
	loop_set_timer(publish->loop, publish->slice_timer, false);
}

/* The publisher's own take the place of an edition's, and the other way round. */
static void exchange(struct publish *publish, struct edition *edition)
{
	struct topics *topics = publish->topics;
	struct figures *figures = publish->figures;

	publish->topics = edition->topics;
	publish->figures = edition->figures;
	edition->topics = topics;
	edition->figures = figures;
	for (size_t i = 0; i < publish->n_audiences; i++) {
		struct sight sight = publish->audiences[i].sight;

		publish->audiences[i].sight = edition->sights[i];
		edition->sights[i] = sight;
		publish_forget_catalogue(&publish->audiences[i]);
	}
}

int publish_switch(struct publish *publish, const struct catalogue *catalogue,
		   struct tallies tallies)
{
	struct edition edition = { 0 };
	const char *region = "";
	int err = edition_make(publish->config, catalogue, &edition, &region);

	if (err) {
		log_alert(ALERT_FIGURES_FAILING, "figures cannot be published: code=%s region=%s",
			  lift_err_code(err), region);
	} else {
		exchange(publish, &edition);
		publish->catalogue = catalogue;
		publish->tallies = tallies;
		begin_epoch(publish);
	}
	edition_clear(&edition);
	return err;
}

static int open_audience(struct publish *publish, void *zmq, const struct config_audience *config)
{
	struct audience *audience = &publish->audiences[publish->n_audiences++];
	const struct socket_wish wish = { "publish",	     ZMQ_XPUB,
					  &config->publish,  { .receive = 1000, .send = SEND_HWM },
					  publish->bindings, publish->guards,
					  DOOR_PUBLISH,	     config->name };
	int err;

	audience->publish = publish;
	audience->name = config->name;
	err = socket_open(zmq, &wish, &audience->socket);
	if (!err)
		err = loop_add_socket(publish->loop, audience->socket, read_subscriptions,
				      audience);
	return err ? err : snapshot_open(audience, zmq, &config->snapshot);
}

static int open_memory(struct publish *publish)
{
	publish->body = msg_writer_new();
	publish->metrics = msg_writer_new();
	publish->reader = msg_reader_new();
	publish->audiences = calloc(publish->config->n_audiences, sizeof(*publish->audiences));
	return publish->body && publish->metrics && publish->reader && publish->audiences
		       ? 0
		       : LIFT_E_MEMORY;
}

static int open_timers(struct publish *publish)
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

int publish_open(const struct publish_parts *parts, struct publish **ret_publish)
{
	struct publish *publish = calloc(1, sizeof(*publish));
	int err = publish ? 0 : LIFT_E_MEMORY;

	if (err)
		return err;
	publish->loop = parts->loop;
	publish->bindings = parts->bindings;
	publish->guards = parts->guards;
	publish->view.keyring = parts->guards ? parts->guards->keyring : NULL;
	publish->config = parts->config;
	publish->journal = parts->journal;
	publish->stats = parts->stats;
	err = open_memory(publish);
	for (size_t i = 0; i < parts->config->n_audiences && !err; i++)
		err = open_audience(publish, parts->zmq, &parts->config->audiences[i]);
	if (!err)
		err = open_timers(publish);
	if (err) {
		publish_close(publish);
		return err;
	}
	*ret_publish = publish;
	return 0;
}

static void close_socket(struct publish *publish, void *socket)
{
	if (socket)
		loop_remove_socket(publish->loop, socket);
	socket_close(socket);
}

void publish_close(struct publish *publish)
{
	if (!publish)
		return;
	for (size_t i = 0; i < publish->n_audiences; i++) {
		close_socket(publish, publish->audiences[i].socket);
		close_socket(publish, publish->audiences[i].snapshot);
		sight_clear(&publish->audiences[i].sight);
		publish_forget_catalogue(&publish->audiences[i]);
	}
	free(publish->audiences);
	keyview_clear(&publish->view);
	topics_free(publish->topics);
	figures_free(publish->figures);
	msg_writer_free(publish->body);
	msg_writer_free(publish->metrics);
	msg_reader_free(publish->reader);
	free(publish);
}

/* What has changed. */

static void on_change(void *context, uint32_t home, uint32_t subject)
{
	struct publish *publish = context;

	if (topics_change(publish->topics, home, subject) != 0 &&
	    log_allowed(&publish->failed_limit))
		log_error("a change is not published: code=memory");
}

static void on_seen(void *context, struct text source, uint32_t module, uint32_t home)
{
	struct publish *publish = context;
	int err = topics_see(publish->topics, source, module, home);

	for (size_t i = 0; i < publish->n_audiences && !err; i++)
		err = sight_add_source(&publish->audiences[i].sight, source, home);
	if (err && log_allowed(&publish->failed_limit))
		log_error("a source is not published: code=memory");
}

/* All that is there may be much. */
static bool is_to_end(void *context)
{
	const struct publish *publish = context;

	loop_count_round(publish->loop);
	return loop_is_ending(publish->loop);
}

struct ledger_watcher publish_watcher(struct publish *publish)
{
	return (struct ledger_watcher){ on_change, on_seen, publish, is_to_end };
}

void publish_release(struct publish *publish)
{
	publish->released = true;
}
