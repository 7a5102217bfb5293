/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/net/connections.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "proto/z85.h"
#include <zmq.h>

#include "tests/unit/world.h"

/* With room for 480 there are so many half open ones at most. */
enum { MOST = 520, RESERVED = 40, HALF_OPEN = 120, OF_AN_ADDRESS = 60, N = 300, THEIRS = 600 };

/* A book of connections, and the ends that clients would have. */
struct stage {
	struct connections *connections;
	struct stats stats;
	int ours[N], theirs[N]; /* -1: closed */
	unsigned n;
};

/* The book has the address of its counters. */
static void open_stage(struct stage *stage, int most)
{
	memset(stage, 0, sizeof(*stage));
	stage->connections = connections_new(most, RESERVED, &stage->stats);
	assert_non_null(stage->connections);
}

static void leave(struct stage *stage, unsigned i)
{
	if (stage->ours[i] < 0)
		return;
	connections_remove(stage->connections, stage->ours[i]);
	close(stage->ours[i]);
	close(stage->theirs[i]);
	stage->ours[i] = stage->theirs[i] = -1;
}

static void close_stage(struct stage *stage)
{
	for (unsigned i = 0; i < stage->n; i++)
		leave(stage, i);
	assert_int_equal(stats_get(&stage->stats, STAT_connections), 0);
	assert_int_equal(stats_get(&stage->stats, STAT_connections_half_open), 0);
	connections_free(stage->connections);
}

/* From an address; NULL: local. How many had to go. */
static size_t come(struct stage *stage, const char *from)
{
	struct sockaddr_storage address = { .ss_family = AF_UNIX };
	int pair[2];

	if (from && strchr(from, ':')) {
		address.ss_family = AF_INET6;
		assert_int_equal(
			inet_pton(AF_INET6, from, &((struct sockaddr_in6 *)&address)->sin6_addr),
			1);
	} else if (from) {
		address.ss_family = AF_INET;
		assert_int_equal(
			inet_pton(AF_INET, from, &((struct sockaddr_in *)&address)->sin_addr), 1);
	}
	assert_true(stage->n < N);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	stage->ours[stage->n] = pair[0];
	/* Out of the way: descriptors of ours are below the limit. */
	stage->theirs[stage->n++] = fcntl(pair[1], F_DUPFD, THEIRS);
	assert_true(stage->theirs[stage->n - 1] >= THEIRS);
	close(pair[1]);
	return connections_add(stage->connections, pair[0], (struct sockaddr *)&address);
}

static bool has_ended(const struct stage *stage, unsigned i)
{
	char byte;

	return recv(stage->theirs[i], &byte, 1, MSG_DONTWAIT) == 0;
}

static void make_key(uint8_t key[static CONNECTIONS_KEY_BYTES], uint8_t n)
{
	memset(key, n, CONNECTIONS_KEY_BYTES);
}

static void vouch(struct stage *stage, unsigned i, uint8_t key)
{
	uint8_t bytes[CONNECTIONS_KEY_BYTES];

	make_key(bytes, key);
	connections_vouch(stage->connections, stage->ours[i], bytes);
}

static void make_text(char text[static Z85_KEY + 1], uint8_t n)
{
	uint8_t bytes[CONNECTIONS_KEY_BYTES];

	make_key(bytes, n);
	zmq_z85_encode(text, bytes, sizeof(bytes));
}

/* To a key, whose owner has another one (0: none). */
static bool grant(struct stage *stage, uint8_t key, uint8_t other, uint32_t most)
{
	char texts[2][Z85_KEY + 1];
	const char *const keys[2] = { texts[0], texts[1] };

	make_text(texts[0], key);
	make_text(texts[1], other);
	return connections_grant(stage->connections, texts[0], keys, other ? 2 : 1, most);
}

static void reach(struct stage *stage, unsigned i, enum connection_stage reached)
{
	connections_reach(stage->connections, stage->ours[i], reached);
}

static void a_flood_pushes_out_its_own(void **state)
{
	struct stage stage;
	size_t gone = 0;

	(void)state;
	open_stage(&stage, MOST);
	assert_int_equal(stats_get(&stage.stats, STAT_connections_most), MOST - RESERVED);
	come(&stage, "192.0.2.1");
	assert_int_equal(stats_get(&stage.stats, STAT_connections_most),
			 MOST - RESERVED - stage.ours[0]);
	come(&stage, "198.51.100.9");
	for (int i = 0; i < 100; i++)
		gone += come(&stage, "192.0.2.1");
	assert_int_equal(gone, 41);
	assert_true(has_ended(&stage, 0));
	assert_false(has_ended(&stage, 1));
	assert_true(has_ended(&stage, 2));
	assert_false(has_ended(&stage, stage.n - 1));
	assert_int_equal(stats_get(&stage.stats, STAT_connections_half_open), OF_AN_ADDRESS + 1);
	assert_int_equal(stats_get(&stage.stats, STAT_connections), 102);
	close_stage(&stage);
}

static void of_many_addresses_that_with_most_gives_way(void **state)
{
	char address[32];
	struct stage stage;

	(void)state;
	open_stage(&stage, MOST);
	for (int i = 0; i < 20; i++)
		come(&stage, "192.0.2.1");
	for (int i = 0; i < 100; i++) {
		snprintf(address, sizeof(address), "198.51.100.%d", i);
		assert_int_equal(come(&stage, address), 0);
	}
	assert_int_equal(come(&stage, "203.0.113.1"), 1);
	assert_true(has_ended(&stage, 0));
	assert_false(has_ended(&stage, stage.n - 1));
	close_stage(&stage);
}

static void who_has_come_far_stays(void **state)
{
	struct stage stage;

	(void)state;
	open_stage(&stage, MOST);
	for (unsigned i = 0; i < 60; i++) {
		come(&stage, "192.0.2.1");
		reach(&stage, i, CONNECTION_HELLO);
	}
	vouch(&stage, 0, 1);
	/* Whoever comes has a moment, though all others are further; the next takes its place. */
	assert_int_equal(come(&stage, "192.0.2.1"), 1);
	assert_true(has_ended(&stage, 1));
	assert_int_equal(come(&stage, "192.0.2.1"), 1);
	assert_true(has_ended(&stage, 60));
	reach(&stage, 0, CONNECTION_OPEN);
	assert_int_equal(come(&stage, "192.0.2.1"), 0);
	reach(&stage, 62, CONNECTION_HELLO);
	assert_int_equal(come(&stage, "192.0.2.1"), 1);
	reach(&stage, 63, CONNECTION_HELLO);
	for (unsigned i = 0; i < 64; i++)
		assert_int_equal(has_ended(&stage, i), i == 1 || i == 60 || i == 61);
	close_stage(&stage);
}

static void local_ones_and_open_ones_are_any_number(void **state)
{
	struct stage stage;

	(void)state;
	open_stage(&stage, MOST);
	for (unsigned i = 0; i < 140; i++)
		assert_int_equal(come(&stage, NULL), 0);
	for (unsigned i = 140; i < 280; i++) {
		assert_int_equal(come(&stage, "192.0.2.1"), 0);
		reach(&stage, i, CONNECTION_OPEN);
	}
	assert_int_equal(stats_get(&stage.stats, STAT_connections), 280);
	assert_int_equal(stats_get(&stage.stats, STAT_connections_half_open), 140);
	close_stage(&stage);
}

/* Its second half is what a peer chooses itself. */
static void half_an_address_of_ipv6_is_one(void **state)
{
	struct stage stages[3];
	size_t gone[3] = { 0 };
	char address[64];

	(void)state;
	for (int s = 0; s < 3; s++) {
		open_stage(&stages[s], MOST);
		for (int i = 0; i <= OF_AN_ADDRESS; i++) {
			if (s == 0)
				snprintf(address, sizeof(address), "2001:db8:1:2:%x::1", i);
			else if (s == 1)
				snprintf(address, sizeof(address), "2001:db8:1:%x::1", i);
			else
				snprintf(address, sizeof(address), "%s192.0.2.1",
					 i % 2 ? "::ffff:" : "");
			gone[s] += come(&stages[s], address);
		}
		close_stage(&stages[s]);
	}
	assert_int_equal(gone[0], 1);
	assert_int_equal(gone[1], 0);
	assert_int_equal(gone[2], 1);
}

static void a_key_has_so_many_connections(void **state)
{
	struct stage stage;

	(void)state;
	open_stage(&stage, MOST);
	for (unsigned i = 0; i < 4; i++) {
		come(&stage, "192.0.2.1");
		vouch(&stage, i, i == 3 ? 2 : 1);
	}
	assert_true(grant(&stage, 1, 0, 2));
	assert_true(grant(&stage, 1, 0, 2));
	assert_false(grant(&stage, 1, 0, 2));
	assert_true(grant(&stage, 2, 0, 1));
	assert_false(grant(&stage, 2, 0, 1));
	/* Whichever of its three they were meant for. */
	reach(&stage, 2, CONNECTION_OPEN);
	reach(&stage, 1, CONNECTION_OPEN);
	assert_false(grant(&stage, 1, 0, 2));
	leave(&stage, 2);
	assert_true(grant(&stage, 1, 0, 2));
	reach(&stage, 0, CONNECTION_OPEN);
	assert_false(grant(&stage, 1, 0, 2));
	/* Two keys of one owner have as many as one. */
	assert_false(grant(&stage, 1, 2, 3));
	assert_false(grant(&stage, 2, 1, 3));
	assert_true(grant(&stage, 2, 1, 4));
	assert_false(connections_grant(stage.connections, "no key", NULL, 0, 5));
	close_stage(&stage);
}

static bool is_key(void *context, const char *key)
{
	uint8_t bytes[CONNECTIONS_KEY_BYTES], wanted[CONNECTIONS_KEY_BYTES];

	make_key(wanted, *(const uint8_t *)context);
	return zmq_z85_decode(bytes, key) && memcmp(bytes, wanted, sizeof(bytes)) == 0;
}

static void the_connections_of_a_key_are_cut(void **state)
{
	struct stage stage;
	uint8_t key = 1;

	(void)state;
	open_stage(&stage, MOST);
	for (unsigned i = 0; i < 6; i++)
		come(&stage, i == 5 ? NULL : "192.0.2.1");
	vouch(&stage, 0, 1);
	reach(&stage, 0, CONNECTION_OPEN);
	vouch(&stage, 1, 2);
	reach(&stage, 1, CONNECTION_OPEN);
	vouch(&stage, 2, 1); /* waits for an answer */
	reach(&stage, 3, CONNECTION_HELLO);
	assert_int_equal(connections_cut(stage.connections, is_key, &key), 2);
	for (unsigned i = 0; i < 6; i++)
		assert_int_equal(has_ended(&stage, i), i == 0 || i == 2);
	assert_int_equal(connections_cut(stage.connections, is_key, &key), 0);
	close_stage(&stage);
}

/* The plain way: all are looked at. */
struct model {
	enum connection_stage stage[N];
	uint8_t address[N], key[N];
	bool ended[N];
	unsigned n;
};

static bool is_half(const struct model *model, unsigned i)
{
	return model->stage[i] > CONNECTION_NONE && model->stage[i] < CONNECTION_OPEN &&
	       !model->ended[i];
}

static unsigned crowd(const struct model *model, uint8_t address)
{
	unsigned n = 0;

	for (unsigned i = 0; i < model->n; i++)
		n += is_half(model, i) && model->address[i] == address;
	return n;
}

static void model_come(struct model *model, uint8_t address, unsigned all_most, unsigned most)
{
	unsigned all = 0, goes = N;

	model->stage[model->n] = CONNECTION_SILENT;
	model->address[model->n++] = address;
	for (unsigned i = 0; i < model->n; i++)
		all += is_half(model, i) && model->address[i] > 0;
	if (address == 0 || (all <= all_most && crowd(model, address) <= most))
		return;
	for (unsigned i = 0; i < model->n - 1; i++) {
		unsigned here = crowd(model, model->address[i]), there;

		if (!is_half(model, i) || model->address[i] == 0)
			continue;
		there = goes == N ? 0 : crowd(model, model->address[goes]);
		if (here > there || (here == there && model->stage[i] < model->stage[goes]))
			goes = i;
	}
	model->ended[goes] = true;
}

static void compare(const struct stage *stage, const struct model *model)
{
	unsigned n = 0, half = 0;

	for (unsigned i = 0; i < model->n; i++) {
		n += model->stage[i] != CONNECTION_NONE;
		half += is_half(model, i);
		if (model->stage[i] != CONNECTION_NONE)
			assert_int_equal(has_ended(stage, i), model->ended[i]);
	}
	assert_int_equal(stats_get(&stage->stats, STAT_connections), n);
	assert_int_equal(stats_get(&stage->stats, STAT_connections_half_open), half);
}

/* One address more than others. */
static uint8_t any_address(void)
{
	return (uint8_t)(chance_of(30) ? 1 : chance(12));
}

static void one_step(struct stage *stage, struct model *model)
{
	unsigned i = model->n ? chance(model->n) : 0;
	char address[32];

	if (model->n == 0 || (chance_of(60) && model->n < N)) {
		uint8_t from = any_address();

		snprintf(address, sizeof(address), from % 2 ? "192.0.2.%u" : "2001:db8:0:%u::1",
			 from);
		model_come(model, from, HALF_OPEN, OF_AN_ADDRESS);
		come(stage, from == 0 ? NULL : address);
	} else if (model->stage[i] == CONNECTION_NONE) {
		return;
	} else if (chance_of(20)) {
		leave(stage, i);
		model->stage[i] = CONNECTION_NONE;
	} else {
		enum connection_stage to = chance_of(80) ? CONNECTION_HELLO : CONNECTION_OPEN;

		reach(stage, i, to);
		if (model->stage[i] < to)
			model->stage[i] = to;
	}
}

static void any_order_is_as_in_the_plain_way(void **state)
{
	(void)state;
	for (int world = 0; world < 10; world++) {
		struct model *model = calloc(1, sizeof(*model));
		struct stage stage;

		assert_non_null(model);
		open_stage(&stage, MOST);
		for (int step = 0; step < 600; step++) {
			one_step(&stage, model);
			compare(&stage, model);
		}
		close_stage(&stage);
		free(model);
	}
}

static void note_listener(void *context, int listener, uint32_t n)
{
	((uint32_t *)context)[listener] = n;
}

/* Those that are open. */
static void each_is_counted_where_it_came_in(void **state)
{
	uint32_t n[MOST] = { 0 };
	struct stage stage;

	(void)state;
	open_stage(&stage, MOST);
	for (unsigned i = 0; i < 9; i++) {
		come(&stage, i % 2 ? "192.0.2.1" : NULL);
		connections_came_by(stage.connections, stage.ours[i], i < 5 ? 7 : 8);
		if (i > 0)
			reach(&stage, i, CONNECTION_OPEN);
	}
	connections_came_by(stage.connections, stage.ours[8], MOST); /* there is none such */
	connections_remove(stage.connections, stage.ours[3]);
	assert_int_equal(connections_by_listener(stage.connections, note_listener, n), 0);
	for (int i = 0; i < MOST; i++)
		assert_int_equal(n[i], i == 7 ? 3 : i == 8 ? 4 : 0);
	close_stage(&stage);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_flood_pushes_out_its_own),
		cmocka_unit_test(of_many_addresses_that_with_most_gives_way),
		cmocka_unit_test(who_has_come_far_stays),
		cmocka_unit_test(local_ones_and_open_ones_are_any_number),
		cmocka_unit_test(half_an_address_of_ipv6_is_one),
		cmocka_unit_test(a_key_has_so_many_connections),
		cmocka_unit_test(the_connections_of_a_key_are_cut),
		cmocka_unit_test(each_is_counted_where_it_came_in),
		cmocka_unit_test(any_order_is_as_in_the_plain_way),
	};

	chance_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
