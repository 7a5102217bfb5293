/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Gateway and daemon are killed in turn under load: each statement that was answered 200 counts,
 * and once. LIFT_XAPI_LOAD: how many statements, in place of a few.
 */
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/e2e/check.h"
#include "tests/e2e/xapi/gateway.h"
#include "tests/seed.h"

enum { CONNECTIONS = 8, STATEMENTS = 600, ROUND_MIN = 20, ROUND_MORE = 60, LONG_FACTOR = 20 };

#define RAW "raw-learner-"

/* Each connection has one statement on its way. */
struct load {
	struct gateway *gateway;
	struct web web[CONNECTIONS];
	long learner[CONNECTIONS]; /* whose it is; -1: none */
	long *again;		   /* those that were not answered */
	size_t n_again;
	long next, n, done;
	unsigned kills;
};

static long take(struct load *load)
{
	if (load->n_again)
		return load->again[--load->n_again];
	return load->next < load->n ? load->next++ : -1;
}

static void give_back(struct load *load, int c)
{
	if (load->learner[c] >= 0)
		load->again[load->n_again++] = load->learner[c];
	load->learner[c] = -1;
	web_close(&load->web[c]);
}

static void send_one(struct load *load, int c)
{
	char learner[32], *text;

	load->learner[c] = take(load);
	if (load->learner[c] < 0)
		return;
	if (load->web[c].fd < 0)
		web_open(&load->web[c], load->gateway->server.port);
	snprintf(learner, sizeof(learner), RAW "%ld", load->learner[c]);
	text = statement_make(learner, "completed", "https://moodle.example/course/vt-basics",
			      "2025-09-01T08:00:00Z", "");
	if (!web_request(&load->web[c], "POST", "/xapi/statements", load->gateway->login, text,
			 strlen(text)))
		give_back(load, c);
	free(text);
}

static void receive_one(struct load *load, int c)
{
	struct reply reply;

	if (load->learner[c] < 0)
		return;
	reply = web_reply(&load->web[c]);
	if (reply.status == 200) {
		load->done++;
		load->learner[c] = -1;
	} else if (reply.status == 0 || reply.status == 503 || reply.status == 429) {
		give_back(load, c);
	} else {
		fail_msg("%d: %s", reply.status, reply.body);
	}
	reply_free(&reply);
}

/* Some are on their way, and one of the two ends. */
static void kill_one(struct load *load)
{
	if (load->kills++ % 2) {
		daemon_crash(load->gateway->daemon);
		daemon_start(load->gateway->daemon);
		return;
	}
	gateway_crash(load->gateway);
	for (int c = 0; c < CONNECTIONS; c++) {
		if (load->learner[c] >= 0)
			receive_one(load, c); /* what was answered before */
		give_back(load, c);
	}
	gateway_start(load->gateway);
}

static int look_for_raw(const char *path, const struct stat *info, int kind, struct FTW *ftw)
{
	char *text;
	size_t size;

	(void)ftw;
	if (kind != FTW_F || !S_ISREG(info->st_mode))
		return 0;
	text = file_text(path, &size);
	if (memmem(text, size, RAW, strlen(RAW)))
		fail_msg("%s has a learner's id", path);
	free(text);
	return 0;
}

static void what_was_answered_counts_once_whoever_is_killed(void **state)
{
	struct gateway *gateway = *state;
	const char *asked = getenv("LIFT_XAPI_LOAD");
	struct load load = { .gateway = gateway, .n = asked ? atol(asked) : STATEMENTS };
	uint64_t seed = test_seed();
	long kill_at = ROUND_MIN;

	srandom((unsigned)seed);
	gateway_map(gateway);
	daemon_configure(gateway->daemon, GATEWAY_CATALOGUE);
	daemon_start(gateway->daemon);
	gateway_configure(gateway, GATEWAY_MAPPING "limits: {rate: 0}\n");
	gateway_start(gateway);
	load.again = calloc(CONNECTIONS + 1, sizeof(*load.again));
	for (int c = 0; c < CONNECTIONS; c++) {
		load.web[c].fd = -1;
		load.learner[c] = -1;
	}
	while (load.done < load.n) {
		for (int c = 0; c < CONNECTIONS; c++)
			if (load.learner[c] < 0)
				send_one(&load, c);
		if (load.done >= kill_at) {
			kill_at = load.done +
				  (ROUND_MIN + random() % ROUND_MORE) * (asked ? LONG_FACTOR : 1);
			kill_one(&load);
		}
		for (int c = 0; c < CONNECTIONS; c++)
			receive_one(&load, c);
	}
	for (int c = 0; c < CONNECTIONS; c++)
		web_close(&load.web[c]);
	free(load.again);
	gateway_await_delivered(gateway);
	print_message("%ld statements, %u kills\n", load.n, load.kills);
	assert_int_equal(gateway_completed(gateway, "2025-10-01"), load.n);
	assert_int_equal(nftw(gateway->daemon->state, look_for_raw, 16, FTW_PHYS), 0);
	assert_int_equal(nftw(gateway->state, look_for_raw, 16, FTW_PHYS), 0);
	gateway_stop(gateway);
	assert_int_equal(nftw(gateway->state, look_for_raw, 16, FTW_PHYS), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_was_answered_counts_once_whoever_is_killed,
						gateway_setup, gateway_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
