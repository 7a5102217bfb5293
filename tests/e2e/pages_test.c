/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A report on A4, in each language, as Debian's chromium prints it: where pages break. Passed over
 * where chromium or pdftotext (poppler-utils) is not installed.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/e2e/check.h"
#include "tests/e2e/daemon.h"

#define CHROMIUM  "/usr/bin/chromium"
#define PDFTOTEXT "/usr/bin/pdftotext"
#define CATALOGUE "daemon/examples/akademi-norr.yaml"

enum { PAGES_MAX = 12, TITLES_MAX = 32, LINE_SIZE = 256 };

/* What is read on the pages, in each language. */
static const struct language_pages {
	const char *language, *page, *first[3], *second;
} languages[] = {
	{ "en",
	  "Page",
	  { "The programme in six numbers", "Targets", "What liftd does not know" },
	  "Progress against the target" },
	{ "nb",
	  "Side",
	  { "Programmet i seks tall", "Mål", "Det liftd ikke vet" },
	  "Framdrift mot målet" },
	{ "sv",
	  "Sida",
	  { "Programmet i sex tal", "Mål", "Det liftd inte vet" },
	  "Framsteg mot målet" },
	{ "da",
	  "Side",
	  { "Programmet i seks tal", "Mål", "Det, liftd ikke ved" },
	  "Fremdrift mod målet" },
};

static struct outcome run(struct daemon *daemon, const char *const argv[])
{
	char home[PATH_SIZE];
	const char *env[] = { home, NULL };
	struct process process;

	path_make(home, "HOME=%s", daemon->dir);
	process_start(&process, daemon->dir, "page", argv, &(struct surroundings){ .env = env });
	return process_wait(&process);
}

/* The text of all pages, each ended by a form feed; owned. */
static char *print_pages(struct daemon *daemon, const char *language)
{
	char html[PATH_SIZE], pdf[PATH_SIZE], text[PATH_SIZE], print[PATH_SIZE + 32];
	const char *const chromium[] = { CHROMIUM,
					 "--headless",
					 "--no-sandbox",
					 "--disable-gpu",
					 "--no-first-run",
					 "--no-pdf-header-footer",
					 print,
					 html,
					 NULL };
	const char *const pdftotext[] = { PDFTOTEXT, "-layout", pdf, text, NULL };
	struct outcome outcome;

	path_make(html, "%s/%s.html", daemon->dir, language);
	path_make(pdf, "%s/%s.pdf", daemon->dir, language);
	path_make(text, "%s/%s.txt", daemon->dir, language);
	snprintf(print, sizeof(print), "--print-to-pdf=%s", pdf);
	free(daemon_lift_out(daemon, 0, "report", "training", "--language", language, "--output",
			     html, NULL));
	outcome = run(daemon, chromium);
	if (outcome.status != 0)
		fail_msg("%s", outcome.err);
	outcome_free(&outcome);
	outcome = run(daemon, pdftotext);
	if (outcome.status != 0)
		fail_msg("%s", outcome.err);
	outcome_free(&outcome);
	return file_text(text, NULL);
}

/* Without the spaces around it. */
static void trim(const char *from, const char *to, char line[static LINE_SIZE])
{
	while (from < to && *from == ' ')
		from++;
	while (to > from && (to[-1] == ' ' || to[-1] == '\n'))
		to--;
	snprintf(line, LINE_SIZE, "%.*s", (int)(to - from), from);
}

/* The titles of sections, as the text has them: each with a line below. */
static size_t find_titles(struct daemon *daemon, const char *language,
			  char titles[static TITLES_MAX][LINE_SIZE])
{
	char *text = daemon_lift_out(daemon, 0, "report", "training", "--language", language, NULL);
	size_t n = 0;

	for (char *at = text; (at = strstr(at, "\n\n")) != NULL && n < TITLES_MAX; at += 2) {
		const char *end = strchr(at + 2, '\n');

		if (end && strncmp(end + 1, "---", 3) == 0)
			trim(at + 2, end, titles[n++]);
	}
	free(text);
	return n;
}

static void check_page(const char *page, const struct language_pages *pages, size_t number,
		       size_t n, char titles[static TITLES_MAX][LINE_SIZE], size_t n_titles)
{
	char foot[LINE_SIZE], line[LINE_SIZE];
	const char *end = page + strlen(page), *last;

	/* Its number is the last line. */
	snprintf(foot, sizeof(foot), "%s %zu / %zu", pages->page, number, n);
	while (end > page && strchr(" \n", end[-1]))
		end--;
	for (last = end; last > page && last[-1] != '\n';)
		last--;
	trim(last, end, line);
	assert_string_equal(line, foot);
	/* No title stands alone above it. */
	for (end = last; end > page && strchr(" \n", end[-1]);)
		end--;
	for (last = end; last > page && last[-1] != '\n';)
		last--;
	trim(last, end, line);
	for (size_t i = 0; i < n_titles; i++)
		if (strcmp(titles[i], line) == 0)
			fail_msg("%s: page %zu ends with the title '%s'", pages->language, number,
				 line);
}

static void check_pages(char *text, const struct language_pages *pages,
			char titles[static TITLES_MAX][LINE_SIZE], size_t n_titles)
{
	char *page[PAGES_MAX], line[LINE_SIZE];
	size_t n = 0;

	for (char *at = text, *end; n < PAGES_MAX && (end = strchr(at, '\f')) != NULL;
	     at = end + 1) {
		*end = 0;
		page[n++] = at;
	}
	assert_in_range(n, 3, PAGES_MAX - 1);
	for (size_t i = 0; i < 3; i++)
		if (!strstr(page[0], pages->first[i]))
			fail_msg("%s: '%s' is not on page one:\n%s", pages->language,
				 pages->first[i], page[0]);
	page[1] += strspn(page[1], " \n");
	trim(page[1], page[1] + strcspn(page[1], "\n"), line);
	assert_string_equal(line, pages->second);
	for (size_t i = 0; i < n; i++)
		check_page(page[i], pages, i + 1, n, titles, n_titles);
}

/* Something of all that there can be to tell of on page one. */
static void send_what_is_not_understood(struct daemon *daemon)
{
	static const char csv[] =
		"type,time,learner,module,region,score,attrs.role\n"
		"started,2021-03-01T18:00:00+01:00,a,alarms,Rana kommune,,undersköterska\n"
		"started,2021-03-01T18:00:00+01:00,b,alarms,STORUMANS KOMMUN,,vårdbiträde\n"
		"started,2021-03-01T18:00:00+01:00,c,Trygghetslarm,2425,,vårdbiträde\n"
		"started,2021-03-01T18:00:00+01:00,d,alarms,2425,,Sykepleier\n"
		"assessed,2021-03-01T18:00:00+01:00,d,alarms,2425,85,\n"
		"begun,2021-03-01T18:00:00+01:00,d,alarms,2425,,\n";
	char path[PATH_SIZE];

	path_make(path, "%s/hand.csv", daemon->dir);
	file_write(path, csv);
	free(daemon_lift_out(daemon, 1, "publish", "--source", "by-hand", path, NULL));
}

static void pages_of_every_language_break_where_they_should(void **state)
{
	static char titles[TITLES_MAX][LINE_SIZE];
	struct daemon *daemon = *state;

	if (access(CHROMIUM, X_OK) != 0 || access(PDFTOTEXT, X_OK) != 0)
		skip();
	daemon_configure(daemon, "catalogue: " CATALOGUE "\nas_of: 2022-03-31\n");
	daemon_start(daemon);
	free(daemon_lift_out(daemon, 0, "simulate", CATALOGUE, "--programme", "training", NULL));
	send_what_is_not_understood(daemon);
	for (size_t i = 0; i < sizeof(languages) / sizeof(languages[0]); i++) {
		size_t n = find_titles(daemon, languages[i].language, titles);
		char *text = print_pages(daemon, languages[i].language);

		assert_true(n > 10);
		check_pages(text, &languages[i], titles, n);
		free(text);
	}
	daemon_stop(daemon, SIGTERM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(pages_of_every_language_break_where_they_should,
						daemon_setup, daemon_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
