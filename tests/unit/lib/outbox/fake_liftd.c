/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/lib/outbox/fake_liftd.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zmq.h>

#include "clients/cli/course/luck.h"
#include "proto/control.h"
#include "proto/event.h"

enum { LOOK_MS = 10, WINDOW = 8, OTHERS = UINT32_MAX >> 1, NO_EVENT = OTHERS - 1 };

struct numbers {
	char name[STREAM_MAX + 1];
	uint32_t *content; /* of each number, from 1; 0: it has not come */
	uint64_t room;
	bool closed;
};

struct fake_liftd {
	char endpoint[128];
	pthread_t thread;
	pthread_mutex_t mutex;
	atomic_bool stopping;
	bool break_up;
	struct luck luck;
	struct fake_chances chances;
	unsigned refuse_every;
	size_t limit;
	int nack;
	bool nack_retry;
	struct numbers streams[FAKE_STREAMS_MAX];
	unsigned n_streams, batches, largest;
	struct numbers *last;
	uint8_t *times; /* of each content */
	uint64_t accepted;
	struct msg_reader *reader;
	struct msg_writer *writer;
};

static struct numbers *stream_of(struct fake_liftd *fake, struct text name)
{
	struct numbers *stream;

	for (unsigned i = 0; i < fake->n_streams; i++)
		if (text_equal(name, text_of(fake->streams[i].name)))
			return &fake->streams[i];
	assert_true(fake->n_streams < FAKE_STREAMS_MAX);
	stream = &fake->streams[fake->n_streams++];
	memcpy(stream->name, name.data, name.size);
	stream->name[name.size] = '\0';
	return stream;
}

static uint32_t *number_of(struct numbers *stream, uint64_t seq)
{
	if (seq >= stream->room) {
		uint64_t room = seq * 2 + 1024;

		stream->content = realloc(stream->content, room * sizeof(*stream->content));
		assert_non_null(stream->content);
		memset(stream->content + stream->room, 0,
		       (room - stream->room) * sizeof(*stream->content));
		stream->room = room;
	}
	return &stream->content[seq];
}

static uint64_t next_of(struct numbers *stream)
{
	uint64_t next = 1;

	while (*number_of(stream, next))
		next++;
	return next;
}

static bool chance(struct fake_liftd *fake, unsigned of_thousand)
{
	return of_thousand > 0 && luck_below(&fake->luck, 1000) < of_thousand;
}

static uint32_t content_of(const struct event *event)
{
	char text[LEARNER_MAX + 1];
	unsigned long content;

	memcpy(text, event->learner.data, event->learner.size);
	text[event->learner.size] = '\0';
	assert_memory_equal(text, "u-", 2);
	content = strtoul(text + 2, NULL, 10);
	assert_in_range(content, 1, FAKE_CONTENT_MAX);
	return (uint32_t)content;
}

static int judge(struct fake_liftd *fake, uint32_t *number, uint32_t content)
{
	bool refused = fake->refuse_every > 0 && content % fake->refuse_every == 3;

	if (*number && *number != content)
		return LIFT_E_REUSED;
	if (content == NO_EVENT)
		refused = false;
	else if (!*number && !refused) {
		fake->accepted += fake->times[content] == 0;
		fake->times[content] += fake->times[content] < UINT8_MAX;
	}
	*number = content;
	return refused ? LIFT_E_NAMES : 0;
}

static void take(struct fake_liftd *fake, const struct batch *batch, struct numbers *stream)
{
	static struct rejection rejected[BATCH_EVENTS_MAX];
	size_t n = 0;

	for (uint32_t i = 0; i < batch->count; i++) {
		struct event event;
		int fault = batch_event(batch, i, &event);
		int err = judge(fake, number_of(stream, batch->seq + i),
				fault ? NO_EVENT : content_of(&event));

		if (fault && !err)
			err = fault;
		if (err)
			rejected[n++] = (struct rejection){ batch->seq + i, err };
	}
	if (batch->count > fake->largest)
		fake->largest = batch->count;
	ack_encode(fake->writer, &(struct ack){ .source = batch->source,
						.stream = batch->stream,
						.first = batch->seq,
						.count = batch->count,
						.next = next_of(stream),
						.rejected = rejected,
						.n_rejected = n });
}

static bool is_all_known(struct numbers *stream, const struct batch *batch)
{
	for (uint32_t i = 0; i < batch->count; i++)
		if (!*number_of(stream, batch->seq + i))
			return false;
	return true;
}

/* False: there is no answer. */
static bool answer_batch(struct fake_liftd *fake, const struct batch *batch, size_t size)
{
	struct numbers *stream = stream_of(fake, batch->stream);
	struct nack nack = { batch->source, batch->stream, batch->seq, fake->nack,
			     fake->nack_retry };

	fake->last = stream;
	fake->batches++;
	fake->break_up |= chance(fake, fake->chances.break_up);
	stream->closed |= chance(fake, fake->chances.closed);
	if (chance(fake, fake->chances.lost))
		return false;
	if (fake->limit > 0 && size > fake->limit) {
		nack.err = LIFT_E_SIZE;
		nack.retry = false;
	}
	if (!nack.err && stream->closed && !is_all_known(stream, batch))
		nack.err = LIFT_E_CLOSED;
	if (!nack.err && chance(fake, fake->chances.retry)) {
		nack.err = LIFT_E_DISK;
		nack.retry = true;
	}
	if (nack.err) {
		nack_encode(fake->writer, &nack);
		return true;
	}
	take(fake, batch, stream);
	return !chance(fake, fake->chances.silence);
}

static bool answer_message(struct fake_liftd *fake, struct text message)
{
	struct request hello;
	struct numbers *stream;
	struct batch batch;

	msg_writer_clear(fake->writer);
	if (batch_decode(fake->reader, message, &batch) == 0)
		return answer_batch(fake, &batch, message.size);
	assert_int_equal(request_decode(fake->reader, message, &hello), 0);
	stream = stream_of(fake, hello.stream);
	if (fake->nack && !fake->nack_retry)
		nack_encode(fake->writer,
			    &(struct nack){ hello.source, hello.stream, 0, fake->nack, false });
	else
		welcome_encode(fake->writer,
			       &(struct welcome){ hello.source, hello.stream, next_of(stream),
						  WINDOW, stream->closed });
	return true;
}

static void receive(struct fake_liftd *fake, void *socket)
{
	zmq_msg_t message;
	struct text written;
	char id[64];
	int size = zmq_recv(socket, id, sizeof(id), 0);
	bool answers;

	zmq_msg_init(&message);
	zmq_msg_recv(&message, socket, 0);
	pthread_mutex_lock(&fake->mutex);
	answers = answer_message(fake,
				 (struct text){ zmq_msg_data(&message), zmq_msg_size(&message) });
	pthread_mutex_unlock(&fake->mutex);
	if (answers) {
		written = msg_written(fake->writer);
		zmq_send(socket, id, (size_t)size, ZMQ_SNDMORE);
		zmq_send(socket, written.data, written.size, 0);
	}
	zmq_msg_close(&message);
}

static void *open_socket(struct fake_liftd *fake, void *zmq)
{
	void *socket = zmq_socket(zmq, ZMQ_ROUTER);
	int linger = 0;

	zmq_setsockopt(socket, ZMQ_LINGER, &linger, sizeof(linger));
	assert_int_equal(zmq_bind(socket, fake->endpoint), 0);
	fake->break_up = false;
	return socket;
}

static void *run_fake(void *context)
{
	struct fake_liftd *fake = context;
	void *zmq = zmq_ctx_new(), *socket = open_socket(fake, zmq);

	while (!atomic_load(&fake->stopping)) {
		zmq_pollitem_t item = { .socket = socket, .events = ZMQ_POLLIN };

		if (zmq_poll(&item, 1, LOOK_MS) > 0)
			receive(fake, socket);
		if (fake->break_up) {
			zmq_close(socket);
			zmq_ctx_term(zmq);
			zmq = zmq_ctx_new();
			socket = open_socket(fake, zmq);
		}
	}
	zmq_close(socket);
	zmq_ctx_term(zmq);
	return NULL;
}

struct fake_liftd *fake_liftd_start(const char *endpoint, uint64_t seed)
{
	struct fake_liftd *fake = calloc(1, sizeof(*fake));

	assert_non_null(fake);
	snprintf(fake->endpoint, sizeof(fake->endpoint), "%s", endpoint);
	fake->luck = (struct luck){ seed };
	fake->times = calloc(FAKE_CONTENT_MAX + 1, 1);
	fake->reader = msg_reader_new();
	fake->writer = msg_writer_new();
	pthread_mutex_init(&fake->mutex, NULL);
	fake_liftd_again(fake);
	return fake;
}

void fake_liftd_stop(struct fake_liftd *fake)
{
	atomic_store(&fake->stopping, true);
	pthread_join(fake->thread, NULL);
	unlink(fake->endpoint + strlen("ipc://"));
}

void fake_liftd_again(struct fake_liftd *fake)
{
	atomic_store(&fake->stopping, false);
	assert_int_equal(pthread_create(&fake->thread, NULL, run_fake, fake), 0);
}

void fake_liftd_free(struct fake_liftd *fake)
{
	for (unsigned i = 0; i < fake->n_streams; i++)
		free(fake->streams[i].content);
	msg_reader_free(fake->reader);
	msg_writer_free(fake->writer);
	pthread_mutex_destroy(&fake->mutex);
	free(fake->times);
	free(fake);
}

void fake_liftd_chances(struct fake_liftd *fake, struct fake_chances chances)
{
	pthread_mutex_lock(&fake->mutex);
	fake->chances = chances;
	pthread_mutex_unlock(&fake->mutex);
}

void fake_liftd_refuse_every(struct fake_liftd *fake, unsigned n)
{
	pthread_mutex_lock(&fake->mutex);
	fake->refuse_every = n;
	pthread_mutex_unlock(&fake->mutex);
}

void fake_liftd_nack(struct fake_liftd *fake, int err, bool retry)
{
	pthread_mutex_lock(&fake->mutex);
	fake->nack = err;
	fake->nack_retry = retry;
	pthread_mutex_unlock(&fake->mutex);
}

void fake_liftd_limit(struct fake_liftd *fake, size_t bytes)
{
	pthread_mutex_lock(&fake->mutex);
	fake->limit = bytes;
	fake->largest = 0;
	pthread_mutex_unlock(&fake->mutex);
}

void fake_liftd_close_streams(struct fake_liftd *fake)
{
	pthread_mutex_lock(&fake->mutex);
	for (unsigned i = 0; i < fake->n_streams; i++)
		fake->streams[i].closed = true;
	pthread_mutex_unlock(&fake->mutex);
}

void fake_liftd_go_back(struct fake_liftd *fake)
{
	pthread_mutex_lock(&fake->mutex);
	for (unsigned i = 0; i < fake->n_streams; i++) {
		struct numbers *stream = &fake->streams[i];
		uint64_t half = next_of(stream) / 2;

		for (uint64_t seq = half + 1; seq < stream->room; seq++)
			stream->content[seq] = 0;
	}
	pthread_mutex_unlock(&fake->mutex);
}

void fake_liftd_use_up(struct fake_liftd *fake, unsigned n)
{
	pthread_mutex_lock(&fake->mutex);
	for (uint64_t next = fake->last ? next_of(fake->last) : 0; next > 0 && n > 0; n--)
		*number_of(fake->last, next++) = OTHERS;
	pthread_mutex_unlock(&fake->mutex);
}

unsigned fake_liftd_times(struct fake_liftd *fake, uint32_t content)
{
	unsigned times;

	pthread_mutex_lock(&fake->mutex);
	times = fake->times[content];
	pthread_mutex_unlock(&fake->mutex);
	return times;
}

uint64_t fake_liftd_accepted(struct fake_liftd *fake)
{
	uint64_t accepted;

	pthread_mutex_lock(&fake->mutex);
	accepted = fake->accepted;
	pthread_mutex_unlock(&fake->mutex);
	return accepted;
}

static unsigned number_at(struct fake_liftd *fake, const unsigned *number)
{
	unsigned n;

	pthread_mutex_lock(&fake->mutex);
	n = *number;
	pthread_mutex_unlock(&fake->mutex);
	return n;
}

unsigned fake_liftd_streams(struct fake_liftd *fake)
{
	return number_at(fake, &fake->n_streams);
}

unsigned fake_liftd_batches(struct fake_liftd *fake)
{
	return number_at(fake, &fake->batches);
}

unsigned fake_liftd_largest(struct fake_liftd *fake)
{
	return number_at(fake, &fake->largest);
}

unsigned fake_liftd_gaps(struct fake_liftd *fake)
{
	unsigned n = 0;

	pthread_mutex_lock(&fake->mutex);
	for (unsigned i = 0; i < fake->n_streams; i++) {
		struct numbers *stream = &fake->streams[i];
		uint64_t next = next_of(stream);

		for (uint64_t seq = next + 1; seq < stream->room; seq++)
			n += stream->content[seq] && !stream->content[seq - 1];
	}
	pthread_mutex_unlock(&fake->mutex);
	return n;
}
