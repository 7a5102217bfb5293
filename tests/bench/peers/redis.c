/* SPDX-License-Identifier: Apache-2.0 */
/*
 * redis.c - Redis, pipelined: so many events a command, the next ones made while it is at it.
 *
 *   redis SOCKET script|sets EVENTS LEARNERS PER_COMMAND
 *
 * script: a script puts each event into its learner's hash if it is not there (HSETNX), and adds
 * what is new to the counts. sets: an event is a member of the set of its module, region and day,
 * whose size is the count, and one SADD takes all of a set. That is less: what an event is comes to
 * depend on its region and attributes, and there is this one count alone.
 */
#include <hiredis/hiredis.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/peers/peer.h"

/* ARGV: of each cell its name and how many events, and of each of these learner, fact, values. */
static const char script[] =
	"local at, total = 1, #ARGV "
	"while at < total do"
	"  local cell, last, new = ARGV[at], at + 1 + 3 * ARGV[at + 1], 0 "
	"  for i = at + 2, last, 3 do"
	"    new = new + redis.call('HSETNX', ARGV[i], ARGV[i + 1], ARGV[i + 2])"
	"  end"
	"  if new > 0 then redis.call('HINCRBY', 'counts', cell, new) end"
	"  at = last + 1 "
	"end "
	"return 1";

enum { TEXT_MAX = 64, IN_FLIGHT = 4 };

struct peer {
	redisContext *redis;
	const struct feed *feed;
	char sha[48];
	bool is_script;
	unsigned in_flight;
	/* of one command: events, by cell; arguments, and the texts that they lie in */
	const struct world_event **events;
	const char **args;
	size_t *sizes, n_args;
	char (*texts)[TEXT_MAX];
	size_t n_texts;
};

static redisReply *reply(struct peer *peer)
{
	redisReply *answer;

	if (redisGetReply(peer->redis, (void **)&answer) != REDIS_OK)
		peer_die("redis", peer->redis->errstr);
	if (answer->type == REDIS_REPLY_ERROR)
		peer_die("redis", answer->str);
	return answer;
}

static int compare_cells(const void *a, const void *b)
{
	const struct world_event *x = *(const struct world_event *const *)a;
	const struct world_event *y = *(const struct world_event *const *)b;
	int d = peer_day(x) - peer_day(y);

	if (d == 0)
		d = (int)x->module - (int)y->module;
	return d != 0 ? d : (int)x->region - (int)y->region;
}

static void add(struct peer *peer, const char *text, size_t size)
{
	peer->args[peer->n_args] = text;
	peer->sizes[peer->n_args++] = size;
}

static char *number(char *to, uint64_t value)
{
	char digits[20];
	size_t n = 0;

	do
		digits[n++] = (char)('0' + value % 10);
	while ((value /= 10) > 0);
	while (n > 0)
		*to++ = digits[--n];
	return to;
}

/* Numbers with colons between them; snprintf would take longer than Redis. */
static void add_numbers(struct peer *peer, const uint64_t *values, size_t n)
{
	char *text = peer->texts[peer->n_texts++], *end = text;

	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			*end++ = ':';
		end = number(end, values[i]);
	}
	add(peer, text, (size_t)(end - text));
}

static void add_learner(struct peer *peer, const struct world_event *event)
{
	char *text = peer->texts[peer->n_texts++];
	struct world_words words;
	struct event said = world_say(peer->feed->world, event, &words);

	memcpy(text, said.learner.data, said.learner.size);
	add(peer, text, said.learner.size);
}

static void add_cell(struct peer *peer, const struct world_event *event)
{
	add_numbers(peer, (uint64_t[]){ event->module, event->region, (uint64_t)peer_day(event) },
		    3);
}

/* A set's member is the event but for what the set's name has. */
static void add_member(struct peer *peer, const struct world_event *event)
{
	add_numbers(peer,
		    (uint64_t[]){ event->learner, event->type, (uint64_t)event->time,
				  (uint64_t)(event->score + 1), event->values[0],
				  event->values[1] },
		    6);
}

static void add_fact(struct peer *peer, const struct world_event *event)
{
	add_learner(peer, event);
	add_numbers(peer,
		    (uint64_t[]){ event->module, event->type, (uint64_t)event->time,
				  (uint64_t)(event->score + 1) },
		    4);
	add_numbers(peer, (uint64_t[]){ event->region, event->values[0], event->values[1] }, 3);
}

static void begin(struct peer *peer)
{
	peer->n_args = 0;
	peer->n_texts = 0;
}

static void append(struct peer *peer)
{
	redisAppendCommandArgv(peer->redis, (int)peer->n_args, peer->args, peer->sizes);
	peer->in_flight++;
}

/* Of a command's events, which lie by cell, those of the first one: how many. */
static size_t same_cell(struct peer *peer, size_t first, size_t n)
{
	size_t last = first + 1;

	while (last < n && compare_cells(&peer->events[first], &peer->events[last]) == 0)
		last++;
	return last - first;
}

static void append_script(struct peer *peer, size_t n)
{
	begin(peer);
	add(peer, "EVALSHA", 7);
	add(peer, peer->sha, strlen(peer->sha));
	add(peer, "0", 1);
	for (size_t i = 0, of_cell; i < n; i += of_cell) {
		of_cell = same_cell(peer, i, n);
		add_cell(peer, peer->events[i]);
		add_numbers(peer, (uint64_t[]){ of_cell }, 1);
		for (size_t k = i; k < i + of_cell; k++)
			add_fact(peer, peer->events[k]);
	}
	append(peer);
}

static void append_sets(struct peer *peer, size_t n)
{
	for (size_t i = 0, of_cell; i < n; i += of_cell) {
		of_cell = same_cell(peer, i, n);
		begin(peer);
		add(peer, "SADD", 4);
		add_cell(peer, peer->events[i]);
		for (size_t k = i; k < i + of_cell; k++)
			add_member(peer, peer->events[k]);
		append(peer);
	}
}

static void read_replies(struct peer *peer, unsigned in_flight_max)
{
	while (peer->in_flight > in_flight_max) {
		freeReplyObject(reply(peer));
		peer->in_flight--;
	}
}

/* Each command goes out as soon as it is made. */
static void send(struct peer *peer, uint64_t n, size_t per)
{
	for (uint64_t i = 0; i < n; i += per) {
		size_t some = n - i < per ? (size_t)(n - i) : per;
		unsigned before = peer->in_flight;
		int done = 0;

		for (size_t k = 0; k < some; k++)
			peer->events[k] = &peer->feed->events[i + k];
		qsort(peer->events, some, sizeof(*peer->events), compare_cells);
		if (peer->is_script)
			append_script(peer, some);
		else
			append_sets(peer, some);
		while (!done)
			if (redisBufferWrite(peer->redis, &done) != REDIS_OK)
				peer_die("redis", peer->redis->errstr);
		read_replies(peer, peer->is_script ? IN_FLIGHT : peer->in_flight - before);
	}
	read_replies(peer, 0);
}

/* The sum of what a script returns. */
static uint64_t ask(struct peer *peer, const char *lua)
{
	redisReply *answer;
	uint64_t n;

	redisAppendCommand(peer->redis, "EVAL %s 0", lua);
	answer = reply(peer);
	n = (uint64_t)answer->integer;
	freeReplyObject(answer);
	return n;
}

static const char count_hashes[] = "local n = 0 for _, key in ipairs(redis.call('KEYS', 'l*')) do"
				   " n = n + redis.call('HLEN', key) end return n";
static const char count_sets[] = "local n = 0 for _, key in ipairs(redis.call('KEYS', '*:*')) do"
				 " n = n + redis.call('SCARD', key) end return n";
static const char sum_counts[] =
	"local n = 0 for _, count in ipairs(redis.call('HVALS', 'counts')) do"
	" n = n + count end return n";

static void open_peer(struct peer *peer, const char *socket, const char *how, size_t per)
{
	redisReply *answer;

	peer->redis = redisConnectUnix(socket);
	if (!peer->redis || peer->redis->err)
		peer_die("redis", peer->redis ? peer->redis->errstr : "no connection");
	peer->is_script = strcmp(how, "script") == 0;
	peer->events = malloc(per * sizeof(*peer->events));
	peer->args = malloc((5 * per + 3) * sizeof(*peer->args));
	peer->sizes = malloc((5 * per + 3) * sizeof(*peer->sizes));
	peer->texts = malloc((5 * per + 3) * sizeof(*peer->texts));
	if (!peer->events || !peer->args || !peer->sizes || !peer->texts)
		peer_die("redis", "no memory");
	redisAppendCommand(peer->redis, "SCRIPT LOAD %s", script);
	answer = reply(peer);
	snprintf(peer->sha, sizeof(peer->sha), "%s", answer->str);
	freeReplyObject(answer);
}

int main(int argc, char **argv)
{
	struct peer peer = { 0 };
	struct feed feed;
	double start, seconds;
	uint64_t stored;
	size_t per;

	if (argc != 6) {
		fprintf(stderr, "usage: redis SOCKET script|sets EVENTS LEARNERS PER_COMMAND\n");
		return 2;
	}
	feed = feed_make(argv[3], argv[4]);
	per = strtoul(argv[5], NULL, 10);
	peer.feed = &feed;
	open_peer(&peer, argv[1], argv[2], per);
	start = peer_now_s();
	send(&peer, feed.n, per);
	seconds = peer_now_s() - start;
	send(&peer, PEER_AGAIN, per);
	stored = ask(&peer, peer.is_script ? count_hashes : count_sets);
	peer_report(&feed, seconds, stored, peer.is_script ? ask(&peer, sum_counts) : stored);
	return 0;
}
