/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mediq's municipalities, each with an audience of its own, in the configuration that comes with
 * liftd: what one receives.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/e2e/check.h"
#include "tests/e2e/example.h"
#include "tests/e2e/figures.h"
#include "tests/e2e/peer.h"

/* What an audience has received: topics of metrics to their latest bodies, and beats. */
struct listener {
	struct peer peer;
	json_t *topics;
	size_t beats;
};

static void listener_open(struct listener *listener, const struct daemon *daemon, const char *name)
{
	char endpoint[PATH_SIZE];

	path_make(endpoint, "ipc://%s/run/%s/publish", daemon->dir, name);
	*listener = (struct listener){ .topics = json_object() };
	peer_open(&listener->peer, ZMQ_SUB, endpoint, "");
}

/* The next message; no word of it may be of the other municipality. */
static void listener_take(struct listener *listener, const char *own, const char *const others[])
{
	char topic[TOPIC_SIZE], prefix[32], *text;
	json_t *body = peer_receive(&listener->peer, LIMIT_MS, topic);

	assert_non_null(body);
	snprintf(prefix, sizeof(prefix), "metric/%s/", own);
	if (strncmp(topic, "metric/", 7) == 0) {
		assert_memory_equal(topic, prefix, strlen(prefix));
		json_object_set(listener->topics, topic, body);
	} else if (strcmp(topic, "beat") == 0) {
		listener->beats++;
	} else {
		assert_string_equal(topic, "catalogue");
	}
	text = json_dumps(body, 0);
	for (size_t i = 0; others[i]; i++)
		if (strstr(text, others[i]))
			fail_msg("%s has received of %s: %s %s", own, others[i], topic, text);
	free(text);
	json_decref(body);
}

/* Is every figure of the municipality there as it is exported, but for the days before the
 * published ones? */
static bool listener_has(const struct listener *listener, const struct example *example,
			 const char *own)
{
	static const char *const apart[] = { "region", "kind", "id", "daily" };
	json_t *rows = figures_select(example->figures, own, NULL), *row;
	bool has = json_object_size(rows) > 0;
	char topic[TOPIC_SIZE];
	const char *key;

	json_object_foreach(rows, key, row)
	{
		json_t *wanted = json_copy(row), *metrics;

		snprintf(topic, sizeof(topic), "metric/%s/%s/%s", own, word(row, "kind"),
			 word(row, "id"));
		metrics = json_copy(
			json_object_get(json_object_get(listener->topics, topic), "metrics"));
		for (size_t i = 0; i < sizeof(apart) / sizeof(apart[0]); i++) {
			json_object_del(wanted, apart[i]);
			json_object_del(metrics, apart[i]);
		}
		has = has && json_is_object(metrics) && figures_equal(wanted, metrics);
		json_decref(wanted);
		json_decref(metrics);
	}
	json_decref(rows);
	return has;
}

/* Soon it is; and two beats later there is still nothing of the others. */
static void listener_settle(struct listener *listener, const struct example *example,
			    const char *own, const char *const others[])
{
	int64_t end_ms = clock_ms() + LIMIT_MS / 2;
	size_t beats;

	while (!listener_has(listener, example, own) && clock_ms() < end_ms)
		listener_take(listener, own, others);
	assert_true(listener_has(listener, example, own));
	for (beats = listener->beats + 2; listener->beats < beats;)
		listener_take(listener, own, others);
	peer_close(&listener->peer);
	json_decref(listener->topics);
}

static void a_municipality_receives_its_own_figures_and_nothing_of_another(void **state)
{
	static const char *const but_skive[] = { "\"0787\"", "Thisted", "\"0791\"", "Viborg",
						 NULL };
	static const char *const but_thisted[] = { "\"0779\"", "Skive", "\"0791\"", "Viborg",
						   NULL };
	static const char *const days[] = { "2023-06-30", "2024-02-29", "2024-12-20" };
	struct listener skive, thisted;
	struct example example;
	char *audiences = file_text(EXAMPLES "mediq-liftd.yaml", NULL);

	listener_open(&skive, *state, "skive");
	listener_open(&thisted, *state, "thisted");
	example_begin(&example, *state, "mediq", days, audiences);
	free(audiences);
	listener_take(&skive, "0779", but_skive);
	listener_take(&thisted, "0787", but_thisted);
	example_run(&example, "Europe/Copenhagen");
	listener_settle(&skive, &example, "0779", but_skive);
	listener_settle(&thisted, &example, "0787", but_thisted);
	example_end(&example);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, daemon_setup, daemon_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_municipality_receives_its_own_figures_and_nothing_of_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
