/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/message.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "clients/cli/shapes.h"
#include "clients/cli/text/print.h"
#include "proto/iso8601.h"
#include "proto/json.h"

enum {
	REGION_WIDTH = 20,
	KIND_WIDTH = 10,
	ID_WIDTH = 22,
};

/* Figures. */

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
		fputs(json_number(body, "release") > 0 ? "  emptied: the release has it no more"
						       : "  emptied: nobody counts any more",
		      stdout);
		return;
	}
	for (size_t i = 0; i < sizeof(figures) / sizeof(figures[0]); i++) {
		value = json_object_get(metrics, figures[i].metric);
		if (value && strcmp(figures[i].kind, kind) == 0)
			print_figure(&figures[i], value);
	}
}

/* Lines. */

/* Figures of the open plane may be off by a few. */
static void print_release(const json_t *body)
{
	printf("  (release %" JSON_INTEGER_FORMAT " of %s, protected)",
	       json_number(body, "release"), json_text(body, "as_of"));
}

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

static void print_metric(const struct printing *printing, const json_t *body)
{
	bool empty = !json_is_object(json_object_get(body, "metrics"));

	if (printing->colour)
		fputs(empty ? "\033[2m" : "\033[1m", stdout);
	print_text(stdout, json_text(body, "region"), REGION_WIDTH);
	if (printing->colour && !empty)
		fputs("\033[0m", stdout);
	putchar(' ');
	print_text(stdout, json_text(body, "kind"), KIND_WIDTH);
	putchar(' ');
	print_text(stdout, json_text(body, "id"), ID_WIDTH);
	print_figures(body);
	if (json_number(body, "release") > 0)
		print_release(body);
	if (printing->colour && empty)
		fputs("\033[0m", stdout);
}

static void print_beat(const struct printing *printing, const json_t *body)
{
	const json_t *source;
	size_t i;

	(void)printing;
	printf("beat %" JSON_INTEGER_FORMAT, json_number(body, "seq"));
	if (json_number(body, "release") > 0)
		print_release(body);
	else if (*json_text(body, "as_of"))
		printf(", as of %s", json_text(body, "as_of"));
	else
		fputs(", no release yet", stdout);
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
		if (json_number(source, "late_since") > 0)
			fputs(" (late)", stdout);
	}
}

static void print_catalogue(const struct printing *printing, const json_t *body)
{
	static const char *const parts[] = { "regions", "modules", "programmes", "competences" };

	(void)printing;
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
	print_json_line(stdout, line);
	free(line);
	return 0;
}

/* What is printed for people, by the topic; metrics are all others. */
static const struct form {
	const char *topic;
	const struct shape *shape;
	void (*print)(const struct printing *printing, const json_t *body);
} forms[] = {
	{ "beat", shape_of_beat, print_beat },
	{ "catalogue", shape_of_catalogue_message, print_catalogue },
	{ NULL, shape_of_metric, print_metric },
};

int message_print(struct printing *printing, struct text topic, const json_t *body)
{
	const struct form *form = forms;
	char problem[SHAPE_PROBLEM_MAX];

	if (printing->json)
		return print_json(topic, body);
	while (form->topic && !text_equal(topic, text_of(form->topic)))
		form++;
	if (!shape_fits(body, form->shape, problem)) {
		complain_not_understood(problem);
		printing->puzzled = true;
		return LIFT_E_MALFORMED;
	}
	print_clock(body);
	form->print(printing, body);
	putchar('\n');
	return 0;
}

bool message_colour(void)
{
	return isatty(STDOUT_FILENO) == 1 && !getenv("NO_COLOR");
}
