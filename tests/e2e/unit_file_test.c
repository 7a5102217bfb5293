/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What liftd.service lets the daemon do is enough for what a configuration may ask of it.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/e2e/check.h"
#include "tests/e2e/daemon.h"
#include "tests/e2e/peer.h"

enum { PORTS = 4 };

/* The families of the unit's RestrictAddressFamilies, but for one. */
static void read_families(int but_for, int families[static FAMILIES_MAX])
{
	static const struct {
		const char *name;
		int family;
	} known[] = { { "AF_UNIX", AF_UNIX }, { "AF_INET", AF_INET }, { "AF_INET6", AF_INET6 } };
	char *text = file_text("systemd/liftd.service", NULL), *at, *rest = NULL;
	size_t n = 0, k;

	at = strstr(text, "\nRestrictAddressFamilies=");
	assert_non_null(at);
	at = strchr(at, '=') + 1;
	at[strcspn(at, "\n")] = 0;
	for (char *word = strtok_r(at, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
		for (k = 0; k < sizeof(known) / sizeof(known[0]); k++)
			if (strcmp(word, known[k].name) == 0)
				break;
		assert_in_range(k, 0, sizeof(known) / sizeof(known[0]) - 1);
		assert_in_range(n, 0, FAMILIES_MAX - 2);
		if (known[k].family != but_for)
			families[n++] = known[k].family;
	}
	families[n] = 0;
	free(text);
}

/* All sockets but control's, by which the test asks, on TCP. */
static void configure_tcp(struct daemon *daemon, int ports[static PORTS])
{
	char lines[1024];

	ports_find(ports, PORTS);
	snprintf(lines, sizeof(lines),
		 "catalogue: tests/golden/catalogue.yaml\n"
		 "tick_ms: 50\n"
		 "security: none\n"
		 "intake: [\"tcp://127.0.0.1:%d\"]\n"
		 "events: [\"tcp://127.0.0.1:%d\"]\n"
		 "audiences:\n"
		 "  - {name: a, publish: [\"tcp://127.0.0.1:%d\"],"
		 " snapshot: [\"tcp://127.0.0.1:%d\"]}\n",
		 ports[0], ports[1], ports[2], ports[3]);
	daemon_configure(daemon, lines);
}

static void open_tcp(struct peer *peer, int type, int port, const char *topic)
{
	char endpoint[64];

	snprintf(endpoint, sizeof(endpoint), "tcp://127.0.0.1:%d", port);
	peer_open(peer, type, endpoint, topic);
}

static void tcp_endpoints_are_up_under_the_unit(void **state)
{
	struct daemon *daemon = *state;
	int families[FAMILIES_MAX], ports[PORTS];
	struct peer intake, figures;
	char topic[TOPIC_SIZE];
	json_t *message;

	read_families(0, families);
	configure_tcp(daemon, ports);
	daemon_start_in(daemon, &(struct surroundings){ .families = families });
	open_tcp(&intake, ZMQ_DEALER, ports[0], NULL);
	message = peer_ask(&intake, json_pack("{s:i, s:s, s:s, s:s}", "v", 1, "op", "hello",
					      "source", "s", "stream", "t"));
	assert_int_equal(whole(message, "next"), 1);
	json_decref(message);
	open_tcp(&figures, ZMQ_SUB, ports[2], "beat");
	message = peer_receive(&figures, LIMIT_MS, topic);
	assert_non_null(message);
	json_decref(message);
	peer_close(&intake);
	peer_close(&figures);
	daemon_stop(daemon, SIGTERM);
}

/* Of a unit that somebody has made narrower: said with the configuration, and no abort. */
static void what_cannot_be_bound_is_said_before_it_is_tried(void **state)
{
	struct daemon *daemon = *state;
	char program[PATH_SIZE], said[128];
	const char *const runs[][5] = { { program, "--config", daemon->config, "--check-config" },
					{ program, "--config", daemon->config } };
	int families[FAMILIES_MAX], ports[PORTS];

	program_path(program, "liftd");
	configure_tcp(daemon, ports);
	for (size_t i = 0; i < 2; i++) {
		struct process process;
		struct outcome outcome;

		read_families(AF_INET, families);
		process_start(&process, daemon->dir, "narrow", runs[i],
			      &(struct surroundings){ .families = families });
		outcome = process_wait(&process);
		assert_int_equal(outcome.status, 1);
		for (int k = 0; k < PORTS; k++) {
			snprintf(said, sizeof(said), "tcp://127.0.0.1:%d cannot be bound here: %s",
				 ports[k], strerror(EAFNOSUPPORT));
			if (!strstr(outcome.err, said))
				fail_msg("not said: %s, but: %s", said, outcome.err);
		}
		outcome_free(&outcome);
	}
}

/* It is checked while the daemon runs, too. */
static void what_the_daemon_itself_has_can_be_bound(void **state)
{
	struct daemon *daemon = *state;
	char program[PATH_SIZE];
	const char *const argv[] = { program, "--config", daemon->config, "--check-config", NULL };
	struct process process;
	struct outcome outcome;
	int ports[PORTS];

	program_path(program, "liftd");
	configure_tcp(daemon, ports);
	daemon_start(daemon);
	process_start(&process, daemon->dir, "check", argv, NULL);
	outcome = process_wait(&process);
	assert_int_equal(outcome.status, 0);
	outcome_free(&outcome);
	daemon_stop(daemon, SIGTERM);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, daemon_setup, daemon_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(tcp_endpoints_are_up_under_the_unit),
		TEST(what_cannot_be_bound_is_said_before_it_is_tried),
		TEST(what_the_daemon_itself_has_can_be_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
