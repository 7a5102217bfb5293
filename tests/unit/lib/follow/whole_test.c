/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The picture, beside a daemon of a few lines that publishes by ticks, loses what a connection that
 * breaks would lose, restarts, and answers snapshots late: whatever the picture says, it is what
 * the daemon had at the end of that tick.
 */
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <cmocka.h>
#include <zmq.h>

#include "clients/lib/follow/follower.h"
#include "clients/lib/lift.h"
#include "proto/metric.h"
#include "proto/snapshot.h"
#include "tests/unit/world.h"

enum {
	TOPICS = 12,
	HISTORY = 4096,
	PAGE = 5, /* messages, so that there are several */
	FRAMES_MAX = 4096,
	ROUNDS = 1500,
	LONG_MS = 60000,
};

/* What the daemon had at the end of a tick. */
struct moment {
	int64_t epoch;
	uint64_t seq;
	int values[TOPICS]; /* 0: empty */
};

struct topic {
	int value;
	uint64_t n, seq;
	bool sent; /* in this epoch */
};

struct fake {
	struct dir dir;
	char publish[96], snapshot[96];
	void *zmq, *router;
	void *pub_zmq, *pub; /* which comes and goes */
	struct msg_reader *reader;
	struct msg_writer *writer;
	struct topic topics[TOPICS];
	int64_t epoch;
	uint64_t seq, whole; /* the tick that is going on, and the last that has ended */
	int64_t jumped_ms;   /* its clock, by so much */
	uint32_t release;    /* of an open audience; 0: it is exact */
	bool complete, losing;
	struct moment history[HISTORY];
	size_t n_history;
	int last_value;
};

static const char *name_of(size_t i, char to[static TOPIC_MAX])
{
	snprintf(to, TOPIC_MAX, "metric/r/module/m%zu", i);
	return to;
}

static void write_metric(struct fake *fake, size_t i)
{
	char id[32];
	struct msg_writer *metrics = msg_writer_new();
	const struct topic *topic = &fake->topics[i];

	snprintf(id, sizeof(id), "m%zu", i);
	msg_map(metrics, 1);
	msg_key_int(metrics, "started", topic->value);
	msg_writer_clear(fake->writer);
	metric_encode(fake->writer,
		      &(struct metric){ .epoch = fake->epoch,
					.seq = topic->seq,
					.n = topic->n,
					.time = 1000,
					.as_of = text_of("2026-03-01"),
					.plane = text_of(fake->release ? "open" : "exact"),
					.release = fake->release,
					.region = text_of("r"),
					.kind = text_of("module"),
					.id = text_of(id),
					.metrics = topic->value ? msg_written(metrics)
								: (struct text){ NULL, 0 } });
	msg_writer_free(metrics);
}

static void publish(struct fake *fake, const char *topic)
{
	struct text body = msg_written(fake->writer);

	if (fake->losing)
		return;
	zmq_send(fake->pub, topic, strlen(topic), ZMQ_SNDMORE);
	zmq_send(fake->pub, body.data, body.size, 0);
}

static void send_topic(struct fake *fake, size_t i)
{
	char name[TOPIC_MAX];
	struct topic *topic = &fake->topics[i];

	topic->n++;
	topic->seq = fake->seq;
	topic->sent = true;
	write_metric(fake, i);
	publish(fake, name_of(i, name));
}

static void send_beat(struct fake *fake)
{
	msg_writer_clear(fake->writer);
	beat_encode(fake->writer,
		    &(struct beat){ .epoch = fake->epoch,
				    .seq = fake->seq,
				    .time = (int64_t)fake->seq * 1000 + fake->jumped_ms,
				    .as_of = text_of("2026-03-01"),
				    .complete = fake->complete,
				    .is_open = fake->release > 0,
				    .release = fake->release });
	publish(fake, "beat");
}

static void remember(struct fake *fake)
{
	struct moment *moment = &fake->history[fake->n_history++ % HISTORY];

	moment->epoch = fake->epoch;
	moment->seq = fake->seq;
	for (size_t i = 0; i < TOPICS; i++)
		moment->values[i] = fake->topics[i].value;
}

/* What a fresh subscription cannot take shows at the next beat: a loss ends with one. */
static void tick(struct fake *fake, unsigned losses_percent)
{
	fake->seq++;
	for (size_t i = 0; i < TOPICS; i++) {
		struct topic *topic = &fake->topics[i];
		bool first = !topic->sent && topic->value && chance_of(40);

		if (chance_of(losses_percent))
			fake->losing = true;
		if (fake->complete && chance_of(25)) {
			bool was = topic->value;

			topic->value = chance_of(20) ? 0 : ++fake->last_value;
			if (was || topic->value)
				send_topic(fake, i);
		} else if (first) {
			send_topic(fake, i);
		}
	}
	if (!fake->complete) {
		fake->complete = true;
		for (size_t i = 0; i < TOPICS; i++)
			if (fake->topics[i].value && !fake->topics[i].sent)
				fake->complete = false;
	}
	send_beat(fake);
	if (fake->losing && chance_of(50))
		fake->losing = false;
	fake->whole = fake->seq;
	remember(fake);
}

/* Another epoch: some topics are gone, all others are sent again. */
static void restart(struct fake *fake)
{
	fake->epoch = fake->epoch * 7919 % 1000003; /* neither greater nor smaller */
	fake->seq = fake->whole = 0;
	fake->complete = false;
	for (size_t i = 0; i < TOPICS; i++) {
		fake->topics[i].n = fake->topics[i].seq = 0;
		fake->topics[i].sent = false;
		if (chance_of(30))
			fake->topics[i].value = chance_of(50) ? 0 : ++fake->last_value;
	}
}

static void answer(struct fake *fake, const char *id, size_t id_size, struct text topic)
{
	struct text body = msg_written(fake->writer);

	zmq_send(fake->router, id, id_size, ZMQ_SNDMORE);
	zmq_send(fake->router, topic.data, topic.size, ZMQ_SNDMORE);
	zmq_send(fake->router, body.data, body.size, 0);
}

static bool is_wanted(const struct fake *fake, const struct snapshot_request *request, size_t i)
{
	const struct topic *topic = &fake->topics[i];

	if (!topic->sent)
		return false;
	if (request->has_since && request->epoch == fake->epoch)
		return topic->seq > (uint64_t)request->since;
	return topic->value != 0;
}

/* A page of one question, in the order of topics, as the daemon has it. */
static void answer_page(struct fake *fake, const char *id, size_t id_size,
			const struct snapshot_request *request)
{
	char names[TOPICS][TOPIC_MAX], after[TOPIC_MAX];
	size_t order[TOPICS], count = 0, limit = request->limit < PAGE ? request->limit : PAGE;
	struct text last = { NULL, 0 };
	bool more = false;

	snprintf(after, sizeof(after), "%.*s", (int)request->after.size,
		 request->after.data ? request->after.data : "");
	for (size_t i = 0; i < TOPICS; i++) {
		size_t at = i;

		name_of(i, names[i]);
		for (; at > 0 && strcmp(names[i], names[order[at - 1]]) < 0; at--)
			order[at] = order[at - 1];
		order[at] = i;
	}
	for (size_t k = 0; k < TOPICS && !more; k++) {
		size_t i = order[k];

		if (!is_wanted(fake, request, i) || strcmp(names[i], after) <= 0)
			continue;
		more = count == limit;
		if (more)
			break;
		write_metric(fake, i);
		last = text_of(names[i]);
		answer(fake, id, id_size, last);
		count++;
	}
	msg_writer_clear(fake->writer);
	snapshot_end_encode(fake->writer, &(struct snapshot_end){
						  .epoch = fake->epoch,
						  .seq = fake->whole,
						  .complete = fake->complete,
						  .count = (uint32_t)count,
						  .next = more ? last : (struct text){ NULL, 0 } });
	answer(fake, id, id_size, text_of("end"));
}

/* Answer one question, if there is any. */
static void serve(struct fake *fake)
{
	char id[256], message[FRAMES_MAX];
	struct snapshot_request request;
	int id_size = zmq_recv(fake->router, id, sizeof(id), ZMQ_DONTWAIT), size;

	if (id_size < 0)
		return;
	size = zmq_recv(fake->router, message, sizeof(message), 0);
	assert_int_equal(snapshot_request_decode(fake->reader,
						 (struct text){ message, (size_t)size }, &request),
			 0);
	answer_page(fake, id, (size_t)id_size, &request);
}

static void open_pub(struct fake *fake)
{
	int linger_ms = 0;

	fake->pub_zmq = zmq_ctx_new();
	fake->pub = zmq_socket(fake->pub_zmq, ZMQ_XPUB);
	zmq_setsockopt(fake->pub, ZMQ_LINGER, &linger_ms, sizeof(linger_ms));
	assert_int_equal(zmq_bind(fake->pub, fake->publish), 0);
}

static void close_pub(struct fake *fake)
{
	zmq_close(fake->pub);
	zmq_ctx_term(fake->pub_zmq);
}

static struct fake *fake_open(void)
{
	struct fake *fake = calloc(1, sizeof(*fake));
	int linger_ms = 0;

	assert_non_null(fake);
	dir_begin(&fake->dir);
	snprintf(fake->publish, sizeof(fake->publish), "ipc://%s/publish", fake->dir.path);
	snprintf(fake->snapshot, sizeof(fake->snapshot), "ipc://%s/snapshot", fake->dir.path);
	fake->zmq = zmq_ctx_new();
	fake->router = zmq_socket(fake->zmq, ZMQ_ROUTER);
	zmq_setsockopt(fake->router, ZMQ_LINGER, &linger_ms, sizeof(linger_ms));
	open_pub(fake);
	assert_int_equal(zmq_bind(fake->router, fake->snapshot), 0);
	fake->reader = msg_reader_new();
	fake->writer = msg_writer_new();
	fake->epoch = 5;
	for (size_t i = 0; i < TOPICS; i++)
		fake->topics[i].value = i % 3 ? ++fake->last_value : 0;
	return fake;
}

static void fake_close(struct fake *fake)
{
	close_pub(fake);
	zmq_close(fake->router);
	zmq_ctx_term(fake->zmq);
	msg_reader_free(fake->reader);
	msg_writer_free(fake->writer);
	dir_end(&fake->dir);
	free(fake);
}

static struct lift_picture *open_picture(const struct fake *fake, int stale_ms)
{
	static const char *const topics[] = { "metric/" };
	const struct lift_picture_options options = { .publish = fake->publish,
						      .snapshot = fake->snapshot,
						      .topics = topics,
						      .n_topics = 1,
						      .stale_ms = stale_ms };
	struct lift_picture *picture = NULL;

	assert_int_equal(lift_picture_open(&options, &picture), 0);
	return picture;
}

/* The model: what somebody who applies the changes has. */
struct shown {
	int values[TOPICS];
	unsigned wholes, ticks, stales, gone;
	int64_t epoch;
	uint64_t seq;
};

static int value_of(const json_t *body)
{
	return (int)json_integer_value(
		json_object_get(json_object_get(body, "metrics"), "started"));
}

static size_t index_of(const char *topic)
{
	assert_int_equal(strncmp(topic, "metric/r/module/m", 17), 0);
	return (size_t)atoi(topic + 17);
}

static int count_topic(void *context, const char *topic, const json_t *body)
{
	const struct shown *shown = context;

	assert_int_equal(shown->values[index_of(topic)], value_of(body));
	return 0;
}

static void compare(const struct fake *fake, const struct shown *shown)
{
	size_t n = fake->n_history < HISTORY ? fake->n_history : HISTORY;

	for (size_t i = 0; i < n; i++) {
		const struct moment *moment = &fake->history[i];

		if (moment->epoch != shown->epoch || moment->seq != shown->seq)
			continue;
		if (memcmp(moment->values, shown->values, sizeof(shown->values)) == 0)
			return;
		for (size_t k = 0; k < TOPICS; k++)
			if (moment->values[k] != shown->values[k])
				print_message("m%zu: %d, and it was %d\n", k, shown->values[k],
					      moment->values[k]);
		fail_msg("tick %u of epoch %u is not as it was", (unsigned)shown->seq,
			 (unsigned)shown->epoch);
	}
	fail_msg("there was no tick %u in epoch %u", (unsigned)shown->seq, (unsigned)shown->epoch);
}

static void apply(const struct fake *fake, const struct lift_picture *picture,
		  const struct lift_picture_news *news, struct shown *shown)
{
	char name[TOPIC_MAX];

	if (news->what == LIFT_PICTURE_STALE) {
		shown->stales++;
		return;
	}
	shown->wholes += news->what == LIFT_PICTURE_WHOLE;
	shown->ticks += news->what == LIFT_PICTURE_TICK;
	for (size_t i = 0; i < news->n_changes; i++) {
		const struct lift_change *change = &news->changes[i];
		size_t at = index_of(change->topic);

		shown->gone += !change->body;
		shown->values[at] = change->body ? value_of(change->body) : 0;
		assert_ptr_equal(lift_picture_find(picture, change->topic), change->body);
	}
	shown->epoch = json_integer_value(json_object_get(news->beat, "epoch"));
	shown->seq = news->tick;
	compare(fake, shown);
	assert_int_equal(lift_picture_each(picture, "", count_topic, shown), 0);
	for (size_t i = 0; i < TOPICS; i++)
		assert_int_equal(!lift_picture_find(picture, name_of(i, name)), !shown->values[i]);
}

/* All that there is now. */
static void look(struct fake *fake, struct lift_picture *picture, struct shown *shown)
{
	struct lift_picture_news news;
	int err;

	while ((err = lift_picture_next(picture, 0, &news)) == 0)
		apply(fake, picture, &news, shown);
	assert_int_equal(err, LIFT_E_NOT_FOUND);
}

/* Until the picture has this moment of the daemon, by its descriptor alone. */
static void catch_up(struct fake *fake, struct lift_picture *picture, struct shown *shown)
{
	struct pollfd items[] = { { .fd = lift_picture_descriptor(picture), .events = POLLIN } };

	fake->losing = false;
	while (shown->epoch != fake->epoch || shown->seq != fake->seq || !fake->complete) {
		bool is_ready = poll(items, 1, 10) > 0;

		/* The answer may be ahead of what was published, or late. */
		if (is_ready && chance_of(50))
			look(fake, picture, shown);
		if (chance_of(50))
			serve(fake);
		/* A tick whose beat was lost is made up for at the next one. */
		while (chance_of(is_ready ? 5 : 40))
			tick(fake, 0);
	}
}

static void a_picture_is_what_the_daemon_had_at_the_end_of_a_tick(void **state)
{
	struct fake *fake = fake_open();
	struct shown shown = { .epoch = -1 };
	struct lift_picture *picture;

	(void)state;
	chance_begin();
	picture = open_picture(fake, LONG_MS);
	catch_up(fake, picture, &shown);
	for (int i = 0; i < ROUNDS; i++) {
		if (chance_of(50))
			tick(fake, 1);
		if (chance_of(30))
			serve(fake);
		if (chance_of(1))
			restart(fake);
		if (chance_of(40))
			look(fake, picture, &shown);
		if (chance_of(2))
			catch_up(fake, picture, &shown);
	}
	catch_up(fake, picture, &shown);
	print_message("%u whole, %u ticks, %u gone\n", shown.wholes, shown.ticks, shown.gone);
	assert_true(shown.wholes > 1 && shown.ticks > 10 && shown.gone > 0);
	assert_int_equal(shown.stales, 0);
	lift_picture_close(picture);
	fake_close(fake);
}

/* The connection breaks, and is there again: a subscriber subscribes when it is used. */
static void break_up(struct fake *fake, struct lift_picture *picture, struct shown *shown)
{
	char subscription[TOPIC_MAX];

	close_pub(fake);
	open_pub(fake);
	for (int i = 0; i < 2;) {
		look(fake, picture, shown);
		i += zmq_recv(fake->pub, subscription, sizeof(subscription), ZMQ_DONTWAIT) > 0;
	}
}

/* Of a tick, what was published before its beat is lost; the beat is not. */
static void a_break_within_a_tick_is_made_up_for(void **state)
{
	struct fake *fake = fake_open();
	struct shown shown = { .epoch = -1 };
	struct lift_picture *picture;

	(void)state;
	chance_begin();
	picture = open_picture(fake, LONG_MS);
	catch_up(fake, picture, &shown);
	look(fake, picture, &shown);
	fake->seq++;
	fake->topics[1].value = ++fake->last_value;
	fake->losing = true;
	send_topic(fake, 1);
	fake->losing = false;
	break_up(fake, picture, &shown);
	send_beat(fake);
	fake->whole = fake->seq;
	remember(fake);
	tick(fake, 0);
	catch_up(fake, picture, &shown);
	lift_picture_close(picture);
	fake_close(fake);
}

static void silence_is_said_once_and_ends_with_the_next_tick(void **state)
{
	struct fake *fake = fake_open();
	struct shown shown = { .epoch = -1 };
	struct lift_picture *picture;
	struct lift_picture_news news;

	(void)state;
	chance_begin();
	picture = open_picture(fake, 50);
	/* Before there is any, too. */
	assert_int_equal(lift_picture_next(picture, -1, &news), 0);
	assert_int_equal(news.what, LIFT_PICTURE_STALE);
	assert_null(news.beat);
	assert_int_equal(lift_picture_next(picture, 150, &news), LIFT_E_NOT_FOUND);
	catch_up(fake, picture, &shown);
	while (lift_picture_next(picture, -1, &news) == 0 && news.what != LIFT_PICTURE_STALE)
		apply(fake, picture, &news, &shown);
	assert_int_equal(news.tick, shown.seq);
	tick(fake, 0);
	assert_int_equal(lift_picture_next(picture, -1, &news), 0);
	assert_int_equal(news.what, LIFT_PICTURE_TICK);
	assert_int_equal(news.tick, fake->seq);
	lift_picture_close(picture);
	fake_close(fake);
}

/* The time between two of its beats is not how long a tick takes. */
static void silence_is_said_although_the_clock_of_the_daemon_jumped(void **state)
{
	struct fake *fake = fake_open();
	struct shown shown = { .epoch = -1 };
	struct lift_picture *picture;
	struct lift_picture_news news;
	int err;

	(void)state;
	chance_begin();
	picture = open_picture(fake, 50);
	catch_up(fake, picture, &shown);
	fake->jumped_ms = INT64_C(3600) * 1000;
	tick(fake, 0);
	while (shown.seq != fake->seq) {
		assert_int_equal(lift_picture_next(picture, LONG_MS, &news), 0);
		apply(fake, picture, &news, &shown);
	}
	do
		err = lift_picture_next(picture, LONG_MS, &news);
	while (!err && news.what != LIFT_PICTURE_STALE);
	assert_int_equal(err, 0);
	lift_picture_close(picture);
	fake_close(fake);
}

/* Nothing changes until there is another release: the beats have all the same number, and are
 * neither a silence nor a gap. */
static void the_beats_of_a_release_that_stands_are_signs_of_life(void **state)
{
	struct fake *fake = fake_open();
	struct shown shown = { .epoch = -1 };
	struct lift_picture *picture;
	struct lift_picture_news news;

	(void)state;
	chance_begin();
	fake->release = 3;
	picture = open_picture(fake, LONG_MS);
	catch_up(fake, picture, &shown);
	look(fake, picture, &shown);
	for (int i = 0; i < 10; i++) {
		fake->jumped_ms += 1000;
		send_beat(fake);
		assert_int_equal(lift_picture_next(picture, LONG_MS, &news), 0);
		assert_int_equal(news.what, LIFT_PICTURE_TICK);
		assert_int_equal(news.tick, fake->seq);
		assert_int_equal(news.n_changes, 0);
		assert_true(news.is_open);
		assert_int_equal(news.release, 3);
		assert_string_equal(news.as_of, "2026-03-01");
	}
	/* It has asked for nothing again. */
	assert_true(zmq_recv(fake->router, (char[1]){ 0 }, 1, ZMQ_DONTWAIT) < 0);
	/* Until all of the next one is out, beats are of what stands, and nothing of it shows. */
	fake->seq++;
	fake->topics[0].value = ++fake->last_value;
	send_topic(fake, 0);
	fake->seq--;
	send_beat(fake);
	assert_int_equal(lift_picture_next(picture, 200, &news), LIFT_E_NOT_FOUND);
	fake->release = 4;
	tick(fake, 0);
	assert_int_equal(lift_picture_next(picture, LONG_MS, &news), 0);
	assert_int_equal(news.release, 4);
	apply(fake, picture, &news, &shown);
	lift_picture_close(picture);
	fake_close(fake);
}

/* Else a long tick would be taken for silence. */
static void how_long_a_tick_is_is_learnt_from_beats_of_one_number(void **state)
{
	static const char *const topics[] = { "metric/" };
	struct fake *fake = fake_open();
	struct lift_follower *follower = NULL;
	const json_t *body;
	const char *topic;
	int err;

	(void)state;
	fake->release = 3;
	fake->seq = 1;
	assert_int_equal(follower_open(fake->publish, NULL, NULL, topics, 1, 0, &follower), 0);
	for (int i = 0; i < ROUNDS && follower_tick_ms(follower) == 0; i++) {
		fake->jumped_ms += 1000;
		send_beat(fake);
		err = lift_follower_next(follower, 10, &topic, &body);
		assert_true(!err || err == LIFT_E_NOT_FOUND);
	}
	assert_true(follower_tick_ms(follower) > 0);
	lift_follower_free(follower);
	fake_close(fake);
}

/* ZeroMQ's own descriptor would be silent: the messages were there before it was waited for. */
static void who_stops_in_the_middle_is_called_again(void **state)
{
	struct fake *fake = fake_open();
	struct shown shown = { .epoch = -1 };
	struct lift_picture *picture;
	struct lift_picture_news news;
	struct epoll_event event = { .events = EPOLLIN };
	int epoll = epoll_create1(0), err;

	(void)state;
	chance_begin();
	picture = open_picture(fake, LONG_MS);
	catch_up(fake, picture, &shown);
	look(fake, picture, &shown);
	epoll_ctl(epoll, EPOLL_CTL_ADD, lift_picture_descriptor(picture), &event);
	for (int i = 0; i < 20; i++)
		tick(fake, 0);
	/* One at a time; as often as it says that there is more. */
	while (shown.seq != fake->seq) {
		assert_int_equal(epoll_wait(epoll, &event, 1, LONG_MS), 1);
		err = lift_picture_next(picture, 0, &news);
		if (!err)
			apply(fake, picture, &news, &shown);
		else
			assert_int_equal(err, LIFT_E_NOT_FOUND);
	}
	look(fake, picture, &shown);
	/* And then it is silent. */
	assert_int_equal(epoll_wait(epoll, &event, 1, 0), 0);
	close(epoll);
	lift_picture_close(picture);
	fake_close(fake);
}

static void wrong_options_are_said(void **state)
{
	static const char *const beats[] = { "beat" }, *const none[] = { NULL };
	const struct {
		struct lift_picture_options options;
		int err;
		const char *said;
	} cases[] = {
		{ { .publish = "ipc:///x", .topics = beats, .n_topics = 1 },
		  LIFT_E_SOCKET,
		  "two endpoints" },
		{ { .publish = "ipc:///x", .snapshot = "ipc:///y" }, LIFT_E_TOPICS, "1 to 64" },
		{ { .publish = "ipc:///x",
		    .snapshot = "ipc:///y",
		    .topics = beats,
		    .n_topics = 65 },
		  LIFT_E_TOPICS,
		  "1 to 64" },
		{ { .publish = "ipc:///x", .snapshot = "ipc:///y", .topics = none, .n_topics = 1 },
		  LIFT_E_TOPICS,
		  "topic 0 is NULL" },
		{ { .publish = "ipc:///x", .snapshot = "ipc:///y", .topics = beats, .n_topics = 1 },
		  LIFT_E_TOPICS,
		  "no picture" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct lift_picture *picture = NULL;

		assert_int_equal(lift_picture_open(&cases[i].options, &picture), cases[i].err);
		assert_null(picture);
		assert_non_null(strstr(lift_error_text(), cases[i].said));
	}
	lift_picture_close(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_picture_is_what_the_daemon_had_at_the_end_of_a_tick),
		cmocka_unit_test(a_break_within_a_tick_is_made_up_for),
		cmocka_unit_test(silence_is_said_once_and_ends_with_the_next_tick),
		cmocka_unit_test(silence_is_said_although_the_clock_of_the_daemon_jumped),
		cmocka_unit_test(the_beats_of_a_release_that_stands_are_signs_of_life),
		cmocka_unit_test(how_long_a_tick_is_is_learnt_from_beats_of_one_number),
		cmocka_unit_test(who_stops_in_the_middle_is_called_again),
		cmocka_unit_test(wrong_options_are_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
