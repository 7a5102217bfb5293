/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/publish/message.h"

#include <errno.h>
#include <stdlib.h>
#include <zmq.h>

#include "daemon/base/log.h"
#include "daemon/net/socket.h"
#include "daemon/publish/exact.h"
#include "daemon/publish/open.h"
#include "daemon/publish/snapshot.h"

/* Subscriptions. */

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
		audience->publish->is_heard |= size > 0 && message[0] == 1;
		if (size > 0 && asks_for_catalogue(message, (size_t)size))
			audience->catalogue_wanted = true;
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
	}
}

/* All of these audiences are told anew what the figures are about. */
static void renew_catalogue(struct publish *publish, const struct feed *feed)
{
	for (size_t i = 0; i < publish->n_audiences; i++) {
		struct audience *audience = &publish->audiences[i];

		if (audience->feed != feed)
			continue;
		publish_forget_catalogue(audience);
		audience->catalogue_wanted = true;
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
		exact_begin_epoch(publish);
		renew_catalogue(publish, &feed_exact);
		if (open_switch(publish, catalogue))
			renew_catalogue(publish, &feed_open);
		snapshots_begin_epoch(publish);
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
	audience->feed = strcmp(config->plane, "open") == 0 ? &feed_open : &feed_exact;
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
	publish->audiences = calloc(publish->config->n_audiences, sizeof(*publish->audiences));
	return publish->body && publish->metrics && publish->audiences ? 0 : LIFT_E_MEMORY;
}

int publish_open(const struct publish_parts *parts, struct publish **ret_publish)
{
	struct publish *publish = calloc(1, sizeof(*publish));
	int err = publish ? 0 : LIFT_E_MEMORY;

	if (err) {
		publish_drop_open(parts->before);
		return err;
	}
	publish->open = parts->before;
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
	/* The open beat goes first: it shall not wait for what the exact ones have to say. */
	if (!err)
		err = open_begin(publish, parts->shelf);
	if (!err)
		err = exact_open(publish);
	if (!err)
		err = snapshots_begin(publish);
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
		snapshot_close(&publish->audiences[i]);
		sight_clear(&publish->audiences[i].sight);
		publish_forget_catalogue(&publish->audiences[i]);
	}
	open_end(publish);
	free(publish->audiences);
	keyview_clear(&publish->view);
	topics_free(publish->topics);
	figures_free(publish->figures);
	msg_writer_free(publish->body);
	msg_writer_free(publish->metrics);
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
		if (publish->audiences[i].feed == &feed_exact)
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

bool publish_is_near(const struct publish *publish, int64_t steady_ms)
{
	return publish->page_pace.is_going ||
	       (publish->is_heard &&
		(publish->remaining > 0 || steady_ms >= publish->tick_due_ms - PUBLISH_SOON_MS));
}

void publish_release(struct publish *publish)
{
	publish->released = true;
}
