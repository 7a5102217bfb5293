/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one connection sends without an end costs no memory, and stops nobody else.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/e2e/check.h"
#include "tests/e2e/daemon.h"
#include "tests/e2e/peer.h"
#include "tests/raw.h"

enum {
	FRAME = 1 << 20,
	FRAMES = 400,		/* as many of them */
	SUBSCRIPTIONS = 400000, /* as many, at most, too */
	GROWTH_KIB = 100 << 10, /* less than a third of either */
};

static const char configuration[] = "catalogue: tests/golden/catalogue.yaml\n"
				    "as_of: 2024-11-30\n"
				    "tick_ms: 50\n";

static long resident_kib(const struct daemon *daemon)
{
	char path[64], line[256];
	long kib = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)daemon->process.pid);
	file = fopen(path, "r");
	assert_non_null(file);
	while (fgets(line, sizeof(line), file) && sscanf(line, "VmRSS: %ld", &kib) != 1)
		;
	fclose(file);
	assert_true(kib > 0);
	return kib;
}

static void await_beats(struct daemon *daemon)
{
	int64_t ticks = daemon_counter(daemon, "ticks");

	daemon_await_counter(daemon, "ticks", ticks + 3);
}

static void a_message_without_an_end_ends_its_connection(void **state)
{
	static const struct {
		const char *name, *type;
	} sockets[] = { { "intake", "DEALER" },
			{ "events", "PUB" },
			{ "control", "DEALER" },
			{ "snapshot", "DEALER" },
			{ "publish", "SUB" } };
	enum { N = sizeof(sockets) / sizeof(sockets[0]) };
	struct daemon *daemon = *state;
	char endpoint[PATH_SIZE];
	char *frame = calloc(1, FRAME);
	long before;

	assert_non_null(frame);
	daemon_configure(daemon, configuration);
	daemon_start(daemon);
	before = resident_kib(daemon);
	for (int i = 0; i < N; i++) {
		struct raw raw;
		int sent = 0;

		path_make(endpoint, "ipc://%s/run/%s", daemon->dir, sockets[i].name);
		assert_true(raw_open(&raw, endpoint, NULL, sockets[i].type, NULL, RAW_OPEN));
		while (sent < FRAMES && raw_put_frame(&raw, RAW_MORE, frame, FRAME))
			sent++;
		if (sent == FRAMES)
			fail_msg("%s takes frames without an end", sockets[i].name);
		raw_close(&raw);
	}
	assert_int_equal(daemon_await_counter(daemon, "connections_cut", N), N);
	assert_in_range(resident_kib(daemon), 1, before + GROWTH_KIB);
	await_beats(daemon);
	daemon_stop(daemon, SIGTERM);
	free(frame);
}

static void subscriptions_without_an_end_end_their_connection(void **state)
{
	struct daemon *daemon = *state;
	char topic[64];
	long before;
	struct raw raw;
	int sent = 0;

	daemon_configure(daemon, configuration);
	daemon_start(daemon);
	before = resident_kib(daemon);
	assert_true(raw_open(&raw, daemon->publish, NULL, "SUB", NULL, RAW_OPEN));
	for (bool open = true; open && sent < SUBSCRIPTIONS; sent++) {
		int n = snprintf(topic, sizeof(topic), "\1metric/%d/module/m", sent * 7919);

		open = raw_put_frame(&raw, 0, topic, (size_t)n);
	}
	assert_true(sent < SUBSCRIPTIONS);
	raw_close(&raw);
	assert_int_equal(daemon_await_counter(daemon, "connections_cut", 1), 1);
	assert_in_range(resident_kib(daemon), 1, before + GROWTH_KIB);
	await_beats(daemon);
	daemon_stop(daemon, SIGTERM);
}

/* Some mebibytes, over and over, to a client that does not read them. */
static void unread_catalogues_are_there_once(void **state)
{
	enum { REGIONS = 20000, ASKED = 500 };
	struct daemon *daemon = *state;
	char path[PATH_SIZE], lines[2 * PATH_SIZE], endpoint[PATH_SIZE];
	struct peer peer;
	long before;
	FILE *file;

	path_make(path, "%s/catalogue.yaml", daemon->dir);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs("modules: [{id: lift}]\nregions:\n  - {code: land}\n", file);
	for (int i = 0; i < REGIONS; i++)
		fprintf(file,
			"  - {code: place-%06d, name: A place with a long name, parents: [land]}\n",
			i);
	assert_int_equal(fclose(file), 0);
	snprintf(lines, sizeof(lines), "catalogue: %s\ntick_ms: 50\n", path);
	daemon_configure(daemon, lines);
	daemon_start(daemon);
	free(daemon_lift_out(daemon, 0, "snapshot", "--json", "catalogue", NULL));
	before = resident_kib(daemon);
	path_make(endpoint, "ipc://%s/run/snapshot", daemon->dir);
	peer_open(&peer, ZMQ_DEALER, endpoint, NULL);
	assert_int_equal(zmq_setsockopt(peer.socket, ZMQ_RCVHWM, &(int){ 1 }, sizeof(int)), 0);
	/* High water marks are of connections that come later. */
	assert_int_equal(zmq_disconnect(peer.socket, endpoint), 0);
	assert_int_equal(zmq_connect(peer.socket, endpoint), 0);
	for (int i = 0; i < ASKED; i++)
		peer_send(&peer, json_pack("{s:i, s:s, s:[s]}", "v", 1, "op", "snapshot", "topics",
					   "catalogue"));
	daemon_await_counter(daemon, "snapshots", ASKED);
	assert_in_range(resident_kib(daemon), 1, before + GROWTH_KIB);
	await_beats(daemon);
	peer_close(&peer);
	daemon_stop(daemon, SIGTERM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_message_without_an_end_ends_its_connection,
						daemon_setup, daemon_teardown),
		cmocka_unit_test_setup_teardown(unread_catalogues_are_there_once, daemon_setup,
						daemon_teardown),
		cmocka_unit_test_setup_teardown(subscriptions_without_an_end_end_their_connection,
						daemon_setup, daemon_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
