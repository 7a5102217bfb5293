/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A subscription and, beside it, a snapshot that comes in. Both go through the picture, which tells
 * news from what is known; neither waits for the other. A snapshot is asked for only when the
 * subscription has brought something: whatever is published after that is received, or missed in a
 * way that shows.
 */
#include "clients/lib/follow/follower.h"

#include <stdlib.h>

#include "clients/lib/error.h"
#include "clients/lib/follow/pages.h"
#include "clients/lib/follow/picture.h"
#include "clients/lib/follow/subscriber.h"
#include "proto/json.h"
#include "proto/snapshot.h"

enum {
	REFRESH_MS = 60000, /* a snapshot of what has changed, to be safe */
	AGAIN_MS = 1000,    /* after one that broke off, or came too early */
	PAUSE_MS = 300,	    /* between two, whatever is missed */
};

struct lift_follower {
	struct lift_subscriber *subscriber;
	struct msg_reader *reader;
	struct pages pages;
	const char *topics[SNAPSHOT_PREFIXES_MAX + 1]; /* borrowed */
	const char *prefixes[SNAPSHOT_PREFIXES_MAX];   /* of them, what snapshots may have */
	size_t n_prefixes;
	bool has_snapshots;
	struct picture *picture;
	zmq_msg_t topic; /* of the message handed out, where it is a snapshot's */
	json_t *body;	 /* the message handed out; NULL: none */
	char *name;	 /* its topic, with a 0 behind it; NULL: none yet */
	int64_t due_ms;	 /* when to ask for a snapshot */
	int64_t asked_ms, heard_ms;
	unsigned breaks; /* of the subscription's connection, at the last beat */
	bool missed;	 /* something, while a snapshot came in */
	bool doubt;	 /* something was missed, and no snapshot has made up for it */
	int64_t ahead_epoch;
	uint64_t ahead_seq;	  /* in it, the greatest of what snapshots brought */
	bool early;		  /* by the last beat, not all topics of the epoch have been sent */
	bool turn;		  /* which of the two is looked at first */
	struct picture_mark beat; /* the last one */
	json_int_t time;	  /* of it */
	int64_t taken_ms;	  /* when it was taken, by this machine's clock */
	int64_t tick_ms; /* between the last two that followed on one another; 0: not known */
};

/* Opening. */

/* Beats are in no snapshot. */
static void choose_topics(struct lift_follower *follower, const char *const topics[], size_t n)
{
	for (size_t i = 0; i < n; i++) {
		follower->topics[i] = topics[i];
		if (strncmp(topics[i], "beat", 4) != 0)
			follower->prefixes[follower->n_prefixes++] = topics[i];
	}
	follower->topics[n] = "beat"; /* shows that the daemon lives, and what is lost */
}

int follower_open(const char *publish, const char *snapshot, const struct lift_keys *keys,
		  const char *const topics[], size_t n_topics, int buffer,
		  struct lift_follower **ret_follower)
{
	struct lift_follower *follower;
	int err = subscriber_check_topics(topics, n_topics, SNAPSHOT_PREFIXES_MAX);

	if (err || n_topics < 1)
		return LIFT_E_TOPICS;
	follower = calloc(1, sizeof(*follower));
	if (!follower)
		return LIFT_E_MEMORY;
	err = LIFT_E_MEMORY;
	zmq_msg_init(&follower->topic);
	choose_topics(follower, topics, n_topics);
	follower->has_snapshots = snapshot && follower->n_prefixes > 0;
	follower->due_ms = INT64_MAX;
	follower->doubt = true;
	follower->picture = picture_new();
	follower->reader = msg_reader_new();
	if (follower->picture && follower->reader)
		err = subscriber_open(publish, keys, follower->topics, n_topics + 1, buffer,
				      &follower->subscriber);
	if (!err)
		err = pages_open(&follower->pages, snapshot, keys, follower->prefixes,
				 follower->n_prefixes);
	if (err)
		lift_follower_free(follower);
	else
		*ret_follower = follower;
	return err;
}

int lift_follower_open(const char *publish, const char *snapshot, const struct lift_keys *keys,
		       const char *const topics[], size_t n_topics, int buffer,
		       struct lift_follower **ret_follower)
{
	return error_told(
		follower_open(publish, snapshot, keys, topics, n_topics, buffer, ret_follower));
}

static void forget_last(struct lift_follower *follower)
{
	json_decref(follower->body);
	free(follower->name);
	follower->body = NULL;
	follower->name = NULL;
	zmq_msg_close(&follower->topic);
	zmq_msg_init(&follower->topic);
}

void lift_follower_free(struct lift_follower *follower)
{
	if (!follower)
		return;
	forget_last(follower);
	lift_subscriber_free(follower->subscriber);
	pages_close(&follower->pages);
	picture_free(follower->picture);
	msg_reader_free(follower->reader);
	free(follower);
}

/* Asking. */

static void ask_by(struct lift_follower *follower, int64_t when_ms)
{
	if (when_ms < follower->asked_ms + PAUSE_MS)
		when_ms = follower->asked_ms + PAUSE_MS;
	if (when_ms < follower->due_ms)
		follower->due_ms = when_ms;
}

/* What was lost while a snapshot came in may have been lost behind it. Of another epoch, it need
 * not be waited for. */
static void note_missed(struct lift_follower *follower, bool other_epoch, int64_t now_ms)
{
	follower->doubt = true;
	if (other_epoch)
		pages_drop(&follower->pages);
	if (pages_asked(&follower->pages))
		follower->missed = true;
	else
		ask_by(follower, now_ms);
}

/* When to ask: a snapshot of an epoch that is not yet out would have a part of it. The beat says
 * when it is. */
static int64_t due_ms(const struct lift_follower *follower)
{
	return follower->has_snapshots && !follower->early ? follower->due_ms : INT64_MAX;
}

static int ask_if_due(struct lift_follower *follower, int64_t now_ms)
{
	int64_t epoch = 0;
	uint64_t since = 0;
	bool has_since;

	if (pages_asked(&follower->pages) && now_ms - follower->pages.heard_ms > LIFT_ANSWER_MS) {
		pages_drop(&follower->pages);
		ask_by(follower, now_ms + AGAIN_MS);
	}
	if (pages_asked(&follower->pages) || now_ms < due_ms(follower))
		return 0;
	has_since = picture_since(follower->picture, &epoch, &since);
	picture_begin(follower->picture);
	follower->due_ms = INT64_MAX;
	follower->asked_ms = now_ms;
	follower->missed = false;
	return pages_ask(&follower->pages, has_since, epoch, since);
}

static void take_end(struct lift_follower *follower, int64_t now_ms)
{
	const struct pages *pages = &follower->pages;
	bool holds = picture_end(follower->picture, pages->epoch, pages->seq, pages->whole,
				 pages->complete);

	if (holds)
		follower->doubt = follower->missed;
	if (!holds)
		ask_by(follower, now_ms + AGAIN_MS);
	else
		ask_by(follower, follower->missed ? now_ms : now_ms + REFRESH_MS);
}

/* Messages. */

static bool starts_with(struct text topic, const char *prefix)
{
	size_t size = strlen(prefix);

	return topic.size >= size && memcmp(topic.data, prefix, size) == 0;
}

/* False where a body is not what its topic says. */
static bool read_mark(struct text topic, const json_t *body, struct picture_mark *ret_mark)
{
	json_int_t epoch = json_integer_value(json_object_get(body, "epoch"));
	json_int_t seq = json_integer_value(json_object_get(body, "seq"));
	json_int_t n = json_integer_value(json_object_get(body, "n"));
	bool metric = starts_with(topic, "metric/");

	if (!json_is_integer(json_object_get(body, "epoch")) || epoch < 0 || seq < 0 || n < 0 ||
	    (metric && n == 0))
		return false;
	*ret_mark = (struct picture_mark){
		.epoch = epoch,
		.seq = (uint64_t)seq,
		.n = metric ? (uint64_t)n : 0,
		.empty = metric && !json_is_object(json_object_get(body, "metrics")),
	};
	return true;
}

/* Silence for long: whatever the connection lost meanwhile, it did not show. Ticks may be long. */
static bool was_silent(struct lift_follower *follower, int64_t now_ms)
{
	int64_t ms = now_ms - follower->heard_ms;
	bool silent = ms > LIFT_ANSWER_MS && ms > 2 * follower->tick_ms;

	follower->heard_ms = now_ms;
	return silent;
}

/* Since the last beat: what was on its way is lost, and no number shows it. */
static bool has_broken(struct lift_follower *follower)
{
	struct wire *wire = wire_of_subscriber(follower->subscriber);
	unsigned before = follower->breaks;

	wire_hear(wire); /* what it says is said by who waits */
	follower->breaks = wire->n_breaks;
	return follower->breaks != before;
}

/* No tick is longer than the time that went by here: the daemon's clock may jump between two. The
 * beats of an open audience have the same number until there is another release. */
static void take_beat(struct lift_follower *follower, const json_t *beat,
		      const struct picture_mark *mark)
{
	json_int_t time = json_integer_value(json_object_get(beat, "time"));
	int64_t now_ms = wire_clock_ms(), ms = time - follower->time;

	if (ms > now_ms - follower->taken_ms)
		ms = now_ms - follower->taken_ms;
	if (follower->beat.epoch == mark->epoch &&
	    (follower->beat.seq + 1 == mark->seq || follower->beat.seq == mark->seq))
		follower->tick_ms = ms > 0 ? ms : 0;
	follower->beat = *mark;
	follower->taken_ms = now_ms;
	follower->time = time;
	follower->early = json_is_false(json_object_get(beat, "complete"));
}

static int judge_published(struct lift_follower *follower, struct text topic, const json_t *body,
			   bool *ret_news)
{
	int64_t now_ms = wire_clock_ms(), epoch = picture_epoch(follower->picture);
	struct picture_verdict verdict = { true, false };
	struct picture_mark mark;
	int err = 0;

	if (!read_mark(topic, body, &mark))
		return 0;
	if (text_equal(topic, text_of("beat"))) {
		verdict = picture_beat(follower->picture, mark.epoch, mark.seq);
		verdict.missed |= has_broken(follower);
		if (verdict.news)
			take_beat(follower, body, &mark);
	} else {
		err = picture_take(follower->picture, topic, &mark, &verdict);
	}
	if (was_silent(follower, now_ms) || verdict.missed)
		note_missed(follower, epoch != picture_epoch(follower->picture), now_ms);
	*ret_news = verdict.news;
	return err;
}

/* LIFT_E_NOT_FOUND where there is none; a message that is malformed is passed over. */
static int take_published(struct lift_follower *follower, struct text *ret_topic, bool *ret_news)
{
	struct text message;
	int err = subscriber_next(follower->subscriber, 0, ret_topic, &message);

	if (err)
		return err;
	err = json_from_msg(follower->reader, message, &follower->body);
	if (err)
		return err == LIFT_E_MEMORY ? err : 0;
	err = judge_published(follower, *ret_topic, follower->body, ret_news);
	if (err || !*ret_news)
		forget_last(follower);
	return err;
}

static void note_ahead(struct lift_follower *follower, const struct picture_mark *mark)
{
	if (follower->ahead_epoch != mark->epoch)
		follower->ahead_seq = 0;
	follower->ahead_epoch = mark->epoch;
	if (mark->seq > follower->ahead_seq)
		follower->ahead_seq = mark->seq;
}

static int take_page(struct lift_follower *follower, struct text *ret_topic, bool *ret_news)
{
	enum pages_what what = PAGES_NOTHING;
	struct picture_mark mark;
	int err = pages_next(&follower->pages, &follower->topic, &follower->body, &what);

	if (err == LIFT_E_SOCKET) {
		forget_last(follower);
		ask_by(follower, wire_clock_ms() + AGAIN_MS);
		return 0;
	}
	if (err)
		return err;
	if (what == PAGES_NOTHING)
		return LIFT_E_NOT_FOUND;
	if (what == PAGES_DONE) {
		take_end(follower, wire_clock_ms());
		return 0;
	}
	*ret_topic =
		(struct text){ zmq_msg_data(&follower->topic), zmq_msg_size(&follower->topic) };
	if (read_mark(*ret_topic, follower->body, &mark))
		err = picture_add(follower->picture, *ret_topic, &mark, ret_news);
	if (!err && *ret_news)
		note_ahead(follower, &mark);
	if (err || !*ret_news)
		forget_last(follower);
	return err;
}

/* The message that a topic emptied with, which went by unseen. */
static int make_gone(struct lift_follower *follower, struct text topic, bool *ret_news)
{
	char *region, *kind, *id;

	follower->name = strndup(topic.data, topic.size);
	if (!follower->name)
		return LIFT_E_MEMORY;
	region = strchr(follower->name, '/');
	kind = region ? strchr(region + 1, '/') : NULL;
	id = kind ? strchr(kind + 1, '/') : NULL;
	if (!id)
		return LIFT_E_MALFORMED;
	follower->body =
		json_pack("{s:i, s:I, s:I, s:I, s:s%, s:s%, s:s, s:n}", "v", 1, "epoch",
			  (json_int_t)picture_epoch(follower->picture), "seq",
			  (json_int_t)picture_seq(follower->picture), "time", follower->time,
			  "region", region + 1, (size_t)(kind - region - 1), "kind", kind + 1,
			  (size_t)(id - kind - 1), "id", id + 1, "metrics");
	*ret_news = true;
	return follower->body ? 0 : LIFT_E_MEMORY;
}

/* The rounds. */

/* One message of either; LIFT_E_NOT_FOUND where neither has any. */
static int take_one(struct lift_follower *follower, struct text *ret_topic, bool *ret_news)
{
	int err;

	if (picture_next_gone(follower->picture, ret_topic))
		return make_gone(follower, *ret_topic, ret_news);
	follower->turn = !follower->turn;
	err = follower->turn ? take_page(follower, ret_topic, ret_news)
			     : take_published(follower, ret_topic, ret_news);
	if (err != LIFT_E_NOT_FOUND)
		return err;
	return follower->turn ? take_published(follower, ret_topic, ret_news)
			      : take_page(follower, ret_topic, ret_news);
}

int64_t follower_due_ms(const struct lift_follower *follower)
{
	if (pages_asked(&follower->pages))
		return follower->pages.heard_ms + LIFT_ANSWER_MS + 1;
	return due_ms(follower);
}

void follower_wires(struct lift_follower *follower, struct wire *ret_wires[static 2])
{
	ret_wires[0] = wire_of_subscriber(follower->subscriber);
	ret_wires[1] = pages_asked(&follower->pages) ? &follower->pages.wire : NULL;
}

int64_t follower_tick_ms(const struct lift_follower *follower)
{
	return follower->tick_ms;
}

bool follower_is_settled(const struct lift_follower *follower, uint64_t seq)
{
	int64_t epoch;
	uint64_t since;

	if (follower->doubt || !picture_since(follower->picture, &epoch, &since))
		return false;
	/* An open audience's beats are of what stands, while the next release goes out. */
	if (seq < picture_seq(follower->picture))
		return false;
	return follower->ahead_epoch != epoch || seq >= follower->ahead_seq;
}

int follower_take(struct lift_follower *follower, struct text *ret_topic, const json_t **ret_body)
{
	struct text topic;
	bool news = false;
	int err = 0;

	forget_last(follower);
	while (!err && !news) {
		err = ask_if_due(follower, wire_clock_ms());
		if (!err)
			err = take_one(follower, &topic, &news);
	}
	if (err)
		return err;
	*ret_topic = topic;
	*ret_body = follower->body;
	return 0;
}

static int rest(struct lift_follower *follower, int64_t until_ms)
{
	struct wire *wires[2];
	int64_t ms;

	if (follower_due_ms(follower) < until_ms)
		until_ms = follower_due_ms(follower);
	ms = until_ms == INT64_MAX ? INT64_MAX : until_ms - wire_clock_ms();
	follower_wires(follower, wires);
	return wires[1] ? wire_wait_two(wires[0], wires[1], ms)
			: wire_wait(wires[0], ZMQ_POLLIN, ms);
}

int lift_follower_next(struct lift_follower *follower, int timeout_ms, const char **ret_topic,
		       const json_t **ret_body)
{
	int64_t end_ms = timeout_ms < 0 ? INT64_MAX : wire_clock_ms() + timeout_ms;
	struct text topic;
	int err = follower_take(follower, &topic, ret_body);

	while (err == LIFT_E_NOT_FOUND && wire_clock_ms() < end_ms) {
		err = rest(follower, end_ms);
		if (!err)
			err = follower_take(follower, &topic, ret_body);
	}
	if (err)
		return error_told(err);
	if (!follower->name)
		follower->name = strndup(topic.data, topic.size);
	if (!follower->name)
		return error_told(LIFT_E_MEMORY);
	*ret_topic = follower->name;
	return 0;
}
