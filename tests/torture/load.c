/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/torture/load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/e2e/check.h"
#include "tests/e2e/process.h"
#include "tests/seed.h"

#define STREAM "main"
enum { LEARNERS = 80, REFUSED_EVERY = 29 };

void load_init(struct load *load, uint64_t seed, uint64_t events, unsigned batch_max,
	       unsigned window)
{
	memset(load, 0, sizeof(*load));
	load->seed = seed;
	load->events = events;
	load->batch_max = batch_max;
	load->window = window;
	load->cut = UINT64_MAX;
	load->random[0] = (unsigned short)seed;
	load->random[1] = (unsigned short)(seed >> 16);
	assert_in_range(events, 1, LOAD_EVENTS_MAX);
}

uint64_t load_draw(struct load *load, uint64_t n)
{
	return (uint64_t)nrand48(load->random) % n;
}

void load_source_name(int source, char to[static 16])
{
	snprintf(to, 16, "platform-%c", '0' + source);
}

/* Events. */

/* What is drawn for a number of a source. */
static uint64_t hash_of(const struct load *load, int source, uint64_t seq)
{
	uint64_t state = load->seed * UINT64_C(0x9e3779b97f4a7c15) + ((uint64_t)source << 40) + seq;

	return test_draw(&state);
}

bool load_is_refused(const struct load *load, int source, uint64_t seq)
{
	return hash_of(load, source, seq) % REFUSED_EVERY == 0;
}

#define PICK(from, bits) from[(bits) % (sizeof(from) / sizeof(from[0]))]

json_t *load_event(const struct load *load, int source, uint64_t seq)
{
	static const char *const types[] = { "started", "started", "completed", "assessed",
					     "withdrawn" };
	static const char *const modules[] = { "infection-control", "IC-1",	"medication",
					       "wound-care",	    "dementia", "elsewhere" };
	static const char *const regions[] = { "rana", "1833", "vefsn",	 "1815",
					       "bodo", "leka", "namsos", "atlantis" };
	static const char *const roles[] = { "nurse", "carer", "assistant" };
	uint64_t bits = hash_of(load, source, seq);
	bool refused = load_is_refused(load, source, seq);
	const char *type = refused ? "dances" : PICK(types, bits >> 8);
	char learner[32];
	json_t *event;

	snprintf(learner, sizeof(learner), "staff-%03u", (unsigned)(bits >> 12) % LEARNERS);
	event = json_pack("{s:s, s:I, s:s, s:s, s:s, s:{s:s}}", "type", type, "time",
			  (json_int_t)(1724000000000 + (int64_t)(bits >> 24) % 8000000 * 1000),
			  "learner", learner, "module", PICK(modules, bits >> 20), "region",
			  PICK(regions, bits >> 30), "attrs", "role", PICK(roles, bits >> 34));
	if (strcmp(type, "assessed") == 0)
		json_object_set_new(event, "score", json_real((double)(bits >> 40 & 7) / 8));
	return event;
}

void load_write(const struct load *load, const char *path)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	for (int s = 0; s < LOAD_SOURCES; s++)
		for (uint64_t seq = 1; seq <= load->events; seq++) {
			json_t *event = load_event(load, s, seq);

			if (!load_is_refused(load, s, seq)) {
				json_dumpf(event, file, JSON_COMPACT);
				fputc('\n', file);
			}
			json_decref(event);
		}
	assert_int_equal(fclose(file), 0);
}

/* Sending. */

static void say_hello(int s, struct load_source *source)
{
	char name[16];

	load_source_name(s, name);
	peer_send(&source->peer, json_pack("{s:i, s:s, s:s, s:s}", "v", 1, "op", "hello", "source",
					   name, "stream", STREAM));
	source->asked = true;
	source->greeted = source->refused = false;
	source->unanswered = 0;
}

static void send_batch(struct load *load, int s)
{
	struct load_source *source = &load->sources[s];
	uint64_t left = load->events + 1 - source->next;
	uint64_t count = 1 + load_draw(load, load->batch_max);
	json_t *events = json_array();
	char name[16];

	count = count < left ? count : left;
	for (uint64_t i = 0; i < count; i++)
		json_array_append_new(events, load_event(load, s, source->next + i));
	load_source_name(s, name);
	peer_send(&source->peer, json_pack("{s:i, s:s, s:s, s:s, s:I, s:o}", "v", 1, "op", "events",
					   "source", name, "stream", STREAM, "seq",
					   (json_int_t)source->next, "events", events));
	source->next += count;
	source->unanswered++;
}

static void send_more(struct load *load, int s)
{
	struct load_source *source = &load->sources[s];

	if (source->refused && source->unanswered == 0)
		say_hello(s, source);
	while (source->greeted && !source->refused && source->unanswered < load->window &&
	       source->next <= load->events)
		send_batch(load, s);
}

/* Answers. */

static void found(uint64_t *count, const char *what, int s, uint64_t seq)
{
	if ((*count)++ < 5)
		print_error("%s: source %d number %llu\n", what, s, (unsigned long long)seq);
}

void load_check_kept(struct load *load, int s, const bool received[])
{
	const struct load_source *source = &load->sources[s];

	for (uint64_t seq = 1; seq <= load->events; seq++)
		if (source->acked_at[seq] && source->acked_at[seq] <= load->cut && !received[seq])
			found(&load->lost, "lost", s, seq);
}

static void take_welcome(struct load *load, int s, const json_t *answer)
{
	struct load_source *source = &load->sources[s];

	source->next = (uint64_t)whole(answer, "next");
	source->greeted = true;
	source->asked = false;
}

static void take_ack(struct load *load, int s, const json_t *answer)
{
	struct load_source *source = &load->sources[s];
	uint64_t first = (uint64_t)whole(answer, "first"), count = (uint64_t)whole(answer, "count");
	const json_t *rejected = json_object_get(answer, "rejected"), *row;
	size_t i = 0;

	source->unanswered--;
	load->acks++;
	for (uint64_t seq = first; seq < first + count; seq++) {
		assert_in_range(seq, 1, load->events);
		if (!source->acked_at[seq])
			source->n_acked++;
		source->acked_at[seq] = load->clock ? atomic_load(load->clock) : 1;
		if (!load_is_refused(load, s, seq))
			continue;
		row = json_array_get(rejected, i++);
		if (!row || (uint64_t)json_integer_value(json_array_get(row, 0)) != seq ||
		    strcmp(json_string_value(json_array_get(row, 1)), "type") != 0)
			found(&load->wrong, "a wrong verdict", s, seq);
	}
	if (json_array_size(rejected) != i)
		found(&load->wrong, "refused though it is right", s, first);
}

/* Only this may be answered while the disk fails; it does not say what has become of a hello. */
static void take_nack(struct load *load, int s, const json_t *answer)
{
	struct load_source *source = &load->sources[s];

	load->nacks++;
	if (strcmp(word(answer, "code"), "disk") != 0 ||
	    !json_is_true(json_object_get(answer, "retry")))
		found(&load->wrong, word(answer, "code"), s, source->next);
	if (source->asked)
		source->asked = false;
	else
		source->unanswered--;
	source->refused = true;
}

static const struct {
	const char *op;
	void (*take)(struct load *load, int s, const json_t *answer);
} answers[] = { { "welcome", take_welcome }, { "ack", take_ack }, { "nack", take_nack } };

static void take(struct load *load, int s, json_t *answer)
{
	size_t i = 0;

	while (i < 2 && strcmp(word(answer, "op"), answers[i].op) != 0)
		i++;
	answers[i].take(load, s, answer);
	json_decref(answer);
}

/* The load. */

void load_connect(struct load *load, const char *endpoint)
{
	for (int s = 0; s < LOAD_SOURCES; s++) {
		peer_open(&load->sources[s].peer, ZMQ_DEALER, endpoint, NULL);
		say_hello(s, &load->sources[s]);
	}
	load->connected = true;
}

void load_disconnect(struct load *load)
{
	for (int s = 0; s < LOAD_SOURCES && load->connected; s++)
		peer_close(&load->sources[s].peer);
	load->connected = false;
}

unsigned load_step(struct load *load, int timeout_ms)
{
	zmq_pollitem_t items[LOAD_SOURCES];
	unsigned n = 0;
	json_t *answer;

	for (int s = 0; s < LOAD_SOURCES; s++) {
		if (!load->paused)
			send_more(load, s);
		items[s] = (zmq_pollitem_t){ .socket = load->sources[s].peer.socket,
					     .events = ZMQ_POLLIN };
	}
	if (zmq_poll(items, LOAD_SOURCES, timeout_ms) <= 0)
		return 0;
	for (int s = 0; s < LOAD_SOURCES; s++)
		while ((answer = peer_receive(&load->sources[s].peer, 0, NULL))) {
			take(load, s, answer);
			n++;
		}
	return n;
}

unsigned load_unanswered(const struct load *load)
{
	unsigned n = 0;

	for (int s = 0; s < LOAD_SOURCES; s++)
		n += load->sources[s].unanswered + load->sources[s].asked;
	return n;
}

uint64_t load_acked(const struct load *load)
{
	uint64_t n = 0;

	for (int s = 0; s < LOAD_SOURCES; s++)
		n += load->sources[s].n_acked;
	return n;
}

bool load_is_done(const struct load *load)
{
	for (int s = 0; s < LOAD_SOURCES; s++) {
		const struct load_source *source = &load->sources[s];

		if (!source->greeted || source->refused || source->unanswered > 0 ||
		    source->next <= load->events)
			return false;
	}
	return true;
}
