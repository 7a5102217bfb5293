/* SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "clients/cli/endpoints.h"
#include "clients/cli/late_news.h"
#include "clients/cli/message.h"
#include "clients/cli/reach.h"
#include "clients/lib/lift.h"
#include "proto/snapshot.h"

enum {
	LOOK_MS = 500,	    /* how often it looks whether it was told to stop */
	SILENCE_LOOKS = 10, /* then it wonders aloud: the daemon beats every second */
};

static volatile sig_atomic_t stopping;

struct watching {
	struct printing printing;
	const char *const *topics; /* asked for */
	size_t n_topics;
	int64_t count, printed; /* count 0: for ever */
	int64_t buffer;		/* messages */
	struct late_news news;
};

static void stop(int signal)
{
	(void)signal;
	stopping = 1;
}

static bool is_asked_for(const struct watching *watching, const char *topic)
{
	for (size_t i = 0; i < watching->n_topics; i++)
		if (strncmp(topic, watching->topics[i], strlen(watching->topics[i])) == 0)
			return true;
	return false;
}

static int show_message(struct watching *watching, const char *topic, const json_t *body)
{
	int err;

	if (!is_asked_for(watching, topic))
		return 0;
	err = message_print(&watching->printing, text_of(topic), body);
	watching->printed++;
	if (!err && (fflush(stdout) != 0 || ferror(stdout)))
		err = LIFT_E_IO;
	return err;
}

static int watch(struct watching *watching, struct lift_follower *follower, const char *endpoint)
{
	const json_t *body;
	const char *topic;
	int silent = 0, err = 0;

	while (!err && !stopping && (watching->count == 0 || watching->printed < watching->count)) {
		err = lift_follower_next(follower, LOOK_MS, &topic, &body);
		if (err == LIFT_E_NOT_FOUND || err == LIFT_E_STOPPED) {
			err = 0;
			if (++silent == SILENCE_LOOKS)
				complain("nothing from %s: is liftd running? Waiting for it.",
					 endpoint);
			continue;
		}
		silent = 0;
		if (!err && strcmp(topic, "beat") == 0)
			late_news_take(&watching->news, body);
		if (!err)
			err = show_message(watching, topic, body);
	}
	return err;
}

static int watch_endpoints(struct watching *watching, const struct endpoints *endpoints,
			   bool snapshot)
{
	struct lift_follower *follower = NULL;
	int err = lift_follower_open(endpoints->publish,
				     snapshot && !endpoints->given ? endpoints->snapshot : NULL,
				     endpoints->keys, watching->topics, watching->n_topics,
				     (int)watching->buffer, &follower);

	if (!err)
		err = watch(watching, follower, endpoints->publish);
	lift_follower_free(follower);
	return err;
}

int command_watch(const struct cli *cli, int argc, char **argv)
{
	static const char *const default_topics[] = { "metric/" };
	const struct sigaction action = { .sa_handler = stop };
	const char *audience = NULL;
	struct watching watching = { 0 };
	bool no_snapshot = false;
	const struct option_row rows[] = {
		{ "json", NULL, "as lines of JSON: topic and body", OPTION_FLAG,
		  &watching.printing.json, 0, 0 },
		{ "count", "N", "end after so many messages", OPTION_WHOLE, &watching.count, 1,
		  1e15 },
		{ "audience", "NAME", "of this audience (the first one)", OPTION_TEXT, &audience, 0,
		  0 },
		{ "buffer", "N", "messages that may wait to be read (1000)", OPTION_WHOLE,
		  &watching.buffer, 1, 1e6 },
		{ "no-snapshot", NULL, "only what is published from now on", OPTION_FLAG,
		  &no_snapshot, 0, 0 },
	};
	const struct usage usage = {
		.command = "lift watch",
		.arguments = "[TOPIC...]",
		.help = "Follows what the daemon publishes: topics that begin with TOPIC "
			"(metric/), such as\n"
			"metric/REGION/, metric/REGION/module/ID, beat, catalogue. First comes the "
			"current\n"
			"state; the last line of each topic is always what the daemon has, also "
			"after its\n"
			"restart. Ctrl-C ends it.",
		.options = rows,
		.n_options = sizeof(rows) / sizeof(rows[0]),
	};
	struct endpoints endpoints;
	int status, err, first = options_parse(&usage, argc, argv, &status);

	if (first < 0)
		return status;
	if (argc - first > SNAPSHOT_PREFIXES_MAX)
		return complain_usage(&usage, "at most %d topics", SNAPSHOT_PREFIXES_MAX);
	status = endpoints_find(cli, audience, &endpoints);
	if (status != STATUS_WELL)
		return status;
	status = reach(endpoints.publish); /* says so, and waits for it */
	if (!endpoints.publish) {
		endpoints_clear(&endpoints);
		return status;
	}
	watching.topics = first < argc ? (const char *const *)argv + first : default_topics;
	watching.n_topics = first < argc ? (size_t)(argc - first) : 1;
	watching.printing.colour = message_colour();
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	err = watch_endpoints(&watching, &endpoints, !no_snapshot);
	late_news_clear(&watching.news);
	if (err == LIFT_E_IO || watching.printing.puzzled)
		status = STATUS_SYSTEM;
	else
		status = err ? complain_endpoint(endpoints.publish, endpoints.keys, err)
			     : STATUS_WELL;
	endpoints_clear(&endpoints);
	return status;
}
