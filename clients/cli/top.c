/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "clients/cli/cli.h"
#include "clients/cli/endpoints.h"
#include "clients/cli/reach.h"
#include "clients/cli/shapes.h"
#include "clients/cli/steady.h"
#include "clients/cli/top/draw.h"
#include "clients/cli/top/screen.h"
#include "clients/lib/lift.h"

enum {
	LOOK_MS = 1000,	      /* how often the times on the screen are told again */
	ONCE_WAIT_MS = 60000, /* for a daemon that has just started */
	NEWS_MOST = 64,	      /* ticks that are taken in before a key is looked for */
};

static volatile sig_atomic_t stopping;

struct top {
	const struct endpoints *endpoints;
	struct lift_picture *picture;
	struct scene scene;
	struct view view;
	int64_t begun_ms;
	bool ascii, was_whole;
};

static void stop(int signal)
{
	(void)signal;
	stopping = 1;
}

/* What is news goes into the scene. The first picture, and one after a break, differ from nothing
 * that was on the screen a moment ago: only what has moved in them is told. */
static int take(struct top *top, const struct lift_picture_news *news)
{
	int64_t now_ms = steady_ms();
	char problem[SHAPE_PROBLEM_MAX];
	int err = 0;

	top->scene.told = view_subject(&top->view, &top->scene);
	for (size_t i = 0; i < news->n_changes && !err; i++) {
		const struct lift_change *change = &news->changes[i];
		bool is_catalogue = strcmp(change->topic, "catalogue") == 0;

		if (change->body &&
		    !shape_fits(change->body,
				is_catalogue ? shape_of_catalogue_message : shape_of_metric,
				problem))
			continue;
		err = scene_take(&top->scene, change->topic, change->body, now_ms, top->was_whole);
	}
	if (err)
		return err;
	if (news->what == LIFT_PICTURE_STALE || shape_fits(news->beat, shape_of_beat, problem))
		scene_beat(&top->scene, news->what == LIFT_PICTURE_STALE ? NULL : news->beat,
			   now_ms);
	top->was_whole = top->scene.whole;
	if (top->scene.whole)
		view_begin(&top->view, &top->scene);
	return 0;
}

/* All that is there, or, where timeout_ms is not 0, the next. */
static int take_news(struct top *top, int timeout_ms)
{
	struct lift_picture_news news;
	int err = 0;

	for (int i = 0; i < NEWS_MOST && !err; i++) {
		err = lift_picture_next(top->picture, timeout_ms, &news);
		if (!err)
			err = take(top, &news);
		if (timeout_ms)
			break;
	}
	return err == LIFT_E_NOT_FOUND || err == LIFT_E_STOPPED ? 0 : err;
}

static void show(struct top *top, struct page *page)
{
	int64_t now_ms = steady_ms();

	screen_show(page, &top->scene, &top->view, top->endpoints->publish, now_ms,
		    now_ms - top->begun_ms);
}

static void draw(struct top *top)
{
	struct page page;
	int rows, columns;

	draw_size(&rows, &columns);
	page_open(&page, rows, columns, top->ascii);
	show(top, &page);
	draw_page(&page);
	page_close(&page);
}

static int run(struct top *top)
{
	struct pollfd waits[] = {
		{ .fd = STDIN_FILENO, .events = POLLIN },
		{ .fd = lift_picture_descriptor(top->picture), .events = POLLIN },
	};
	int err = 0;

	while (!err && !stopping && !top->view.quit) {
		uint32_t key;

		err = take_news(top, 0);
		while (draw_key(&key) && !top->view.quit)
			if (key != PRESS_NONE)
				view_press(&top->view, &top->scene, key);
		draw(top);
		waits[0].revents = 0;
		if (poll(waits, 2, LOOK_MS) < 0 && errno != EINTR)
			return LIFT_E_IO;
		if (waits[0].revents & (POLLHUP | POLLERR | POLLNVAL))
			break; /* there is no terminal any more */
	}
	return err;
}

static int run_on_terminal(struct top *top)
{
	const char *terminal = getenv("TERM"), *no_colour = getenv("NO_COLOR");
	int err;

	if (!draw_open(!no_colour || !*no_colour)) {
		complain("the terminal (TERM is '%s') is not known: TERM=vt100 may do, or 'lift "
			 "top --once'",
			 terminal ? terminal : "");
		return STATUS_SYSTEM;
	}
	err = run(top);
	draw_close();
	if (err)
		return complain_endpoint(top->endpoints->publish, top->endpoints->keys, err);
	return STATUS_WELL;
}

/* One screen, as text. */

static int size_of(const char *name, int otherwise)
{
	const char *text = getenv(name);
	int n = text ? atoi(text) : 0;

	return n > 0 && n < 1000 ? n : otherwise;
}

static int print_once(struct top *top)
{
	struct winsize size = { .ws_row = SCREEN_ROWS, .ws_col = SCREEN_COLUMNS };
	struct page page;
	int err = 0;

	while (!err && !stopping && !top->scene.whole && steady_ms() - top->begun_ms < ONCE_WAIT_MS)
		err = take_news(top, LOOK_MS);
	if (!err && !top->scene.whole)
		err = LIFT_E_SOCKET;
	if (err)
		return complain_endpoint(top->endpoints->publish, top->endpoints->keys, err);
	ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
	page_open(&page, size_of("LINES", size.ws_row), size_of("COLUMNS", size.ws_col),
		  top->ascii);
	show(top, &page);
	page_print(&page, stdout);
	page_close(&page);
	return STATUS_WELL;
}

/* Beginning. */

/* The language of the one who sits here, by the environment. */
static enum language own_language(void)
{
	static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };
	const char *text = NULL;
	char code[3];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && (!text || !*text); i++)
		text = getenv(names[i]);
	snprintf(code, sizeof(code), "%s", text ? text : "");
	if (strcmp(code, "no") == 0 || strcmp(code, "nn") == 0)
		return LANGUAGE_NB;
	return language_of(code) == LANGUAGES ? LANGUAGE_EN : language_of(code);
}

static int open_picture(struct top *top)
{
	static const char *const topics[] = { "metric/", "catalogue" };
	const struct lift_picture_options options = {
		.publish = top->endpoints->publish,
		.snapshot = top->endpoints->snapshot,
		.keys = top->endpoints->keys,
		.topics = topics,
		.n_topics = sizeof(topics) / sizeof(topics[0]),
	};
	int err = lift_picture_open(&options, &top->picture);

	return err ? complain_endpoint(options.publish, options.keys, err) : STATUS_WELL;
}

static int top_of(const struct endpoints *endpoints, const char *language, bool once)
{
	const struct sigaction action = { .sa_handler = stop };
	struct top top = { .endpoints = endpoints, .begun_ms = steady_ms() };
	int status = STATUS_SYSTEM;

	setlocale(LC_CTYPE, "");
	setlocale(LC_COLLATE, "");
	top.ascii = strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
	if (scene_open(&top.scene, language ? language_of(language) : own_language()) != 0 ||
	    view_open(&top.view) != 0)
		complain("%s", lift_err_text(LIFT_E_MEMORY));
	else
		status = open_picture(&top);
	if (status == STATUS_WELL)
		status = once ? print_once(&top) : run_on_terminal(&top);
	lift_picture_close(top.picture);
	view_close(&top.view);
	scene_close(&top.scene);
	return status;
}

/* Is there all that it takes? */
static int check(const struct usage *usage, const struct endpoints *endpoints, bool once)
{
	int status;

	if (endpoints->given)
		return complain_usage(usage, "it takes two endpoints, of publish and of snapshot: "
					     "name their configuration (--config FILE)");
	status = reach(endpoints->publish); /* says so; on the screen it is waited for */
	if (!endpoints->publish || (once && status != STATUS_WELL))
		return status;
	if (endpoints->snapshot)
		return STATUS_WELL;
	complain("the audience has no snapshot endpoint: 'lift watch' shows what changes");
	return STATUS_SYSTEM;
}

int command_top(const struct cli *cli, int argc, char **argv)
{
	const char *audience = NULL, *language = NULL;
	bool once = false;
	const struct option_row rows[] = {
		{ "audience", "NAME", "of this audience (the first one)", OPTION_TEXT, &audience, 0,
		  0 },
		{ "language", LANGUAGE_NAMES, "of the catalogue's names (as LANG says)",
		  OPTION_CHOICE, &language, 0, 0 },
		{ "once", NULL, "print one screen as text, and end", OPTION_FLAG, &once, 0, 0 },
	};
	const struct usage usage = {
		.command = "lift top",
		.arguments = "",
		.help = "Shows the figures on the whole screen, as they change: regions in a tree, "
			"and what\n"
			"each has done of a programme, a module or a competence. Enter goes into "
			"it, Esc back,\n"
			"? lists the keys, q ends it.",
		.options = rows,
		.n_options = sizeof(rows) / sizeof(rows[0]),
	};
	struct endpoints endpoints;
	int status, first = options_parse(&usage, argc, argv, &status);

	if (first < 0)
		return status;
	if (!once && (isatty(STDIN_FILENO) != 1 || isatty(STDOUT_FILENO) != 1))
		return complain_usage(&usage, "standard input and output must be a terminal: 'lift "
					      "watch' and 'lift snapshot' print lines, 'lift top "
					      "--once' a screen");
	status = endpoints_find(cli, audience, &endpoints);
	if (status != STATUS_WELL)
		return status;
	status = check(&usage, &endpoints, once);
	if (status == STATUS_WELL)
		status = top_of(&endpoints, language, once);
	endpoints_clear(&endpoints);
	return status;
}
