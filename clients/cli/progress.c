/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/progress.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clients/cli/sheet/row.h"
#include "clients/cli/steady.h"
#include "clients/cli/text/print.h"

enum { BAR_MS = 100, LINE_MS = 10000, BAR_WIDTH = 30 };

/* Names of files, and texts of whoever answers, may be anything. */
__attribute__((format(printf, 2, 3))) static void print_safely(FILE *out, const char *format, ...)
{
	char *text = NULL;
	va_list args;
	int size;

	va_start(args, format);
	size = vasprintf(&text, format, args);
	va_end(args);
	if (size >= 0) {
		print_text(out, text, 0);
		free(text);
	}
}

void progress_begin(struct progress *progress, const char *name)
{
	int64_t now_ms = steady_ms();

	*progress = (struct progress){ name, isatty(STDERR_FILENO) == 1, false, now_ms, now_ms };
}

void progress_clear(struct progress *progress)
{
	if (progress->drawn)
		fputs("\r\033[K", stderr);
	progress->drawn = false;
}

static void print_left(const struct progress *progress, int64_t now_ms, uint64_t done, uint64_t all)
{
	double spent_s = (double)(now_ms - progress->begun_ms) / 1000;
	uint64_t left_s = (uint64_t)(spent_s / (double)done * (double)(all - done) + 0.5);

	fprintf(stderr, ", %" PRIu64 ":%02" PRIu64 " left", left_s / 60, left_s % 60);
}

static void print_bar(uint64_t done, uint64_t all)
{
	int filled = (int)((double)done / (double)all * BAR_WIDTH);

	fputs(" [", stderr);
	for (int i = 0; i < BAR_WIDTH; i++)
		fputc(i < filled ? '#' : '.', stderr);
	fprintf(stderr, "] %3d%%", (int)((double)done / (double)all * 100));
}

void progress_show(struct progress *progress, uint64_t done, uint64_t all, uint64_t events)
{
	int64_t now_ms = steady_ms();
	int64_t spent_ms = now_ms - progress->begun_ms;

	if (now_ms - progress->shown_ms < (progress->terminal ? BAR_MS : LINE_MS))
		return;
	progress->shown_ms = now_ms;
	if (done > all)
		done = all;
	if (progress->terminal)
		fputc('\r', stderr);
	print_text(stderr, progress->name, 0);
	if (progress->terminal && all > 0)
		print_bar(done, all);
	fprintf(stderr, "%s %" PRIu64 " events, %" PRIu64 "/s", progress->terminal ? "" : ":",
		events, spent_ms > 0 ? events * 1000 / (uint64_t)spent_ms : 0);
	if (done > 0)
		print_left(progress, now_ms, done, all);
	fputs(progress->terminal ? "\033[K" : "\n", stderr);
	fflush(stderr);
	progress->drawn = progress->terminal;
}

static const char *plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

void progress_report(struct progress *progress, uint64_t place, const char *code, int code_size,
		     const char *text, int text_size)
{
	/* "type", "type must be ...": the code is said once. */
	if (text_size > code_size && memcmp(text, code, (size_t)code_size) == 0 &&
	    text[code_size] == ' ') {
		text += code_size + 1;
		text_size -= code_size + 1;
	}
	progress_clear(progress);
	print_safely(stderr, "%s:%" PRIu64 ": refused: %.*s: %.*s", progress->name, row_line(place),
		     code_size, code, text_size, text);
	if (row_nth(place) > 0)
		fprintf(stderr, "; row %" PRIu64 " of the line", row_nth(place) + 1);
	fputc('\n', stderr);
}

void progress_end(struct progress *progress, uint64_t events, uint64_t refused)
{
	double spent_s = (double)(steady_ms() - progress->begun_ms) / 1000;

	progress_clear(progress);
	print_safely(stdout,
		     "%s: %" PRIu64 " event%s, %" PRIu64 " accepted, %" PRIu64 " refused (%.1f s",
		     progress->name, events, plural(events), events - refused, refused, spent_s);
	if (spent_s >= 1) /* of less, a rate says nothing */
		printf(", %.0f events/s", (double)events / spent_s);
	puts(")");
	fflush(stdout);
}

void progress_end_empty(struct progress *progress)
{
	progress_clear(progress);
	print_safely(stdout, "%s: no rows", progress->name);
	putchar('\n');
	fflush(stdout);
}

void progress_end_sent(struct progress *progress, uint64_t sent, uint64_t refused)
{
	progress_clear(progress);
	print_safely(stdout, "%s: %" PRIu64 " event%s published, not acknowledged", progress->name,
		     sent, plural(sent));
	if (refused > 0)
		printf("; %" PRIu64 " row%s not sent", refused, refused == 1 ? " was" : "s were");
	puts("; 'lift status' shows gaps, 'lift rejections' refusals");
	fflush(stdout);
}

void progress_end_put(struct progress *progress, uint64_t put, uint64_t refused)
{
	progress_clear(progress);
	print_safely(stdout, "%s: %" PRIu64 " event%s put into the outbox", progress->name, put,
		     plural(put));
	if (refused > 0)
		printf("; %" PRIu64 " row%s not", refused, refused == 1 ? " was" : "s were");
	putchar('\n');
	fflush(stdout);
}
