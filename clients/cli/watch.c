/* SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "clients/cli/endpoints.h"
#include "clients/cli/iso8601.h"
#include "clients/cli/print.h"
#include "clients/lift.h"
#include "proto/json.h"

enum {
	TOPICS_MAX = 64,
	LOOK_MS = 500,	    /* how often it looks whether it was told to stop */
	SILENCE_LOOKS = 10, /* then it wonders aloud: the daemon beats every second */
	REGION_WIDTH = 20,
	KIND_WIDTH = 10,
	ID_WIDTH = 22,
};

static volatile sig_atomic_t stopping;

struct watching {
	bool json, colour;
	const char *const *topics; /* asked for */
	size_t n_topics;
	int64_t count, printed; /* count 0: for ever */
};

/* ---- figures ----------------------------------------------------------------------------------- */

enum figure_form { FIGURE_COUNT, FIGURE_RATE, FIGURE_OF };

/* What a line shows of a kind: the metrics that say most. */
static const struct figure {
	const char *kind, *metric, *label;
	enum figure_form form;
} figures[] = {
	{ "module", "started", "started", FIGURE_COUNT },
	{ "module", "completed", "completed", FIGURE_COUNT },
	{ "module", "passed", "passed", FIGURE_COUNT },
	{ "module", "completion_rate", "completion", FIGURE_RATE },
	{ "module", "pass_rate", "pass rate", FIGURE_RATE },
	{ "people", "learners", "learners", FIGURE_COUNT },
	{ "people", "active_7d", "active 7 d", FIGURE_COUNT },
	{ "people", "active_30d", "30 d", FIGURE_COUNT },
	{ "people", "reached", "places reached", FIGURE_OF },
	{ "programme", "participants", "participants", FIGURE_COUNT },
	{ "programme", "completed", "completed", FIGURE_COUNT },
	{ "programme", "completion_rate", "completion", FIGURE_RATE },
	{ "programme", "reached", "places reached", FIGURE_OF },
	{ "competence", "holders", "holders", FIGURE_COUNT },
	{ "competence", "lapsed", "lapsed", FIGURE_COUNT },
	{ "competence", "coverage", "coverage", FIGURE_RATE },
};

static void print_figure(const struct figure *figure, const json_t *value)
{
	const json_t *rate = json_object_get(value, "value");

	printf("  %s ", figure->label);
	switch (figure->form) {
	case FIGURE_COUNT:
		printf("%6" JSON_INTEGER_FORMAT, json_integer_value(value));
		break;
	case FIGURE_RATE:
		if (json_is_number(rate))
			printf("%5.1f %%", 100 * json_number_value(rate));
		else
			printf("%7s", "-");
		break;
	case FIGURE_OF:
		printf("%" JSON_INTEGER_FORMAT " of %" JSON_INTEGER_FORMAT, json_number(value, "n"),
		       json_number(value, "of"));
		break;
	}
}

static void print_figures(const json_t *body)
{
	const json_t *metrics = json_object_get(body, "metrics"), *value;
	const char *kind = json_text(body, "kind");

	if (!json_is_object(metrics)) {
		fputs("  emptied: nobody counts any more", stdout);
		return;
	}
	for (size_t i = 0; i < sizeof(figures) / sizeof(figures[0]); i++) {
		value = json_object_get(metrics, figures[i].metric);
		if (value && strcmp(figures[i].kind, kind) == 0)
			print_figure(&figures[i], value);
	}
}

/* ---- lines ------------------------------------------------------------------------------------- */

/* Local time of day: what is watched is now. */
static void print_clock(const json_t *body)
{
	time_t seconds = (time_t)(json_number(body, "time") / 1000);
	char text[16] = "--:--:--";
	struct tm tm;

	if (seconds > 0 && localtime_r(&seconds, &tm))
		strftime(text, sizeof(text), "%H:%M:%S", &tm);
	printf("%s  ", text);
}

static void print_metric(const struct watching *watching, const json_t *body)
{
	bool empty = !json_is_object(json_object_get(body, "metrics"));

	if (watching->colour)
		fputs(empty ? "\033[2m" : "\033[1m", stdout);
	print_text(stdout, json_text(body, "region"), REGION_WIDTH);
	if (watching->colour && !empty)
		fputs("\033[0m", stdout);
	putchar(' ');
	print_text(stdout, json_text(body, "kind"), KIND_WIDTH);
	putchar(' ');
	print_text(stdout, json_text(body, "id"), ID_WIDTH);
	print_figures(body);
	if (watching->colour && empty)
		fputs("\033[0m", stdout);
}

static void print_beat(const json_t *body)
{
	const json_t *source;
	size_t i;

	printf("beat %" JSON_INTEGER_FORMAT ", as of %s", json_number(body, "seq"),
	       json_text(body, "as_of"));
	json_array_foreach(json_object_get(body, "sources"), i, source)
	{
		char last[ISO8601_TEXT] = "none";

		if (json_number(source, "last_event") > 0)
			iso8601_print(json_number(source, "last_event"), last);
		printf("%s ", i ? "," : ":");
		print_text(stdout, json_text(source, "source"), 0);
		printf(" to %s", last);
		if (json_number(source, "missing") > 0)
			printf(" (%" JSON_INTEGER_FORMAT " missing)",
			       json_number(source, "missing"));
	}
}

static void print_catalogue(const json_t *body)
{
	static const char *const parts[] = { "regions", "modules", "programmes", "competences" };

	fputs("catalogue", stdout);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		printf("%s %zu %s", i ? "," : ":", json_array_size(json_object_get(body, parts[i])),
		       parts[i]);
}

static int print_json(struct text topic, const json_t *body)
{
	json_t *json = json_pack("{s:s%, s:O}", "topic", topic.data, topic.size, "body", body);
	char *line = json ? json_line(json) : NULL;

	json_decref(json);
	if (!line)
		return LIFT_E_MALFORMED;
	puts(line);
	free(line);
	return 0;
}

static int print_message(const struct watching *watching, struct text topic, const json_t *body)
{
	if (watching->json)
		return print_json(topic, body);
	print_clock(body);
	if (text_equal(topic, text_of("beat")))
		print_beat(body);
	else if (text_equal(topic, text_of("catalogue")))
		print_catalogue(body);
	else
		print_metric(watching, body);
	putchar('\n');
	return 0;
}

/* ---- the subscription -------------------------------------------------------------------------- */

static void stop(int signal)
{
	(void)signal;
	stopping = 1;
}

static bool is_asked_for(const struct watching *watching, struct text topic)
{
	for (size_t i = 0; i < watching->n_topics; i++) {
		size_t size = strlen(watching->topics[i]);

		if (topic.size >= size && memcmp(topic.data, watching->topics[i], size) == 0)
			return true;
	}
	return false;
}

static int show_message(struct watching *watching, struct msg_reader *reader, struct text topic,
			struct text message)
{
	json_t *body;
	int err;

	if (!is_asked_for(watching, topic))
		return 0;
	err = json_from_msg(reader, message, &body);
	if (err)
		return err;
	err = print_message(watching, topic, body);
	json_decref(body);
	watching->printed++;
	if (!err && (fflush(stdout) != 0 || ferror(stdout)))
		err = LIFT_E_IO;
	return err;
}

static int watch(struct watching *watching, struct lift_subscriber *subscriber,
		 struct msg_reader *reader, const char *endpoint)
{
	struct text topic, message;
	int silent = 0, err = 0;

	while (!err && !stopping && (watching->count == 0 || watching->printed < watching->count)) {
		err = lift_subscriber_next(subscriber, LOOK_MS, &topic, &message);
		if (err == LIFT_E_NOT_FOUND || err == LIFT_E_STOPPED) {
			err = 0;
			if (silent >= 0 && ++silent == SILENCE_LOOKS)
				complain("nothing from %s yet: is liftd running? Waiting for it.",
					 endpoint);
			continue;
		}
		silent = -1;
		if (!err)
			err = show_message(watching, reader, topic, message);
	}
	return err;
}

static int watch_endpoint(struct watching *watching, const char *endpoint)
{
	const char *topics[TOPICS_MAX + 1];
	struct lift_subscriber *subscriber = NULL;
	struct msg_reader *reader = msg_reader_new();
	int err = reader ? 0 : LIFT_E_MEMORY;

	for (size_t i = 0; i < watching->n_topics; i++)
		topics[i] = watching->topics[i];
	topics[watching->n_topics] = "beat"; /* a sign of life, also where nothing changes */
	if (!err)
		err = lift_subscriber_open(endpoint, topics, watching->n_topics + 1, &subscriber);
	if (!err)
		err = watch(watching, subscriber, reader, endpoint);
	lift_subscriber_free(subscriber);
	msg_reader_free(reader);
	return err;
}

int command_watch(const struct cli *cli, int argc, char **argv)
{
	static const char *const default_topics[] = { "metric/" };
	const struct sigaction action = { .sa_handler = stop };
	const char *audience = NULL;
	struct watching watching = { 0 };
	const struct option_row rows[] = {
		{ "json", NULL, "as lines of JSON: topic and body", OPTION_FLAG, &watching.json, 0,
		  0 },
		{ "count", "N", "end after so many messages", OPTION_WHOLE, &watching.count, 1,
		  1e15 },
		{ "audience", "NAME", "of this audience (the first one)", OPTION_TEXT, &audience, 0,
		  0 },
	};
	const struct usage usage = {
		.command = "lift watch",
		.arguments = "[TOPIC...]",
		.help = "Follows what the daemon publishes: topics that begin with TOPIC (metric/), such as\n"
			"metric/REGION/, metric/REGION/module/ID, beat, catalogue. Ctrl-C ends it.",
		.options = rows,
		.n_options = sizeof(rows) / sizeof(rows[0]),
	};
	struct endpoints endpoints;
	int status, err, first = options_parse(&usage, argc, argv, &status);

	if (first < 0)
		return status;
	if (argc - first > TOPICS_MAX)
		return complain_usage(&usage, "at most %d topics", TOPICS_MAX);
	status = endpoints_find(cli, audience, &endpoints);
	if (status != STATUS_WELL)
		return status;
	watching.topics = first < argc ? (const char *const *)argv + first : default_topics;
	watching.n_topics = first < argc ? (size_t)(argc - first) : 1;
	watching.colour = isatty(STDOUT_FILENO) == 1 && !getenv("NO_COLOR");
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	err = watch_endpoint(&watching, endpoints.publish);
	status = err == LIFT_E_IO ? STATUS_SYSTEM
		 : err		  ? complain_endpoint(endpoints.publish, err)
				  : STATUS_WELL;
	endpoints_clear(&endpoints);
	return status;
}
