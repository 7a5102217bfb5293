/* SPDX-License-Identifier: Apache-2.0 */
/*
 * release_bench.c - how long a release of the open plane takes, and how much memory.
 *
 *   release_bench STATE CATALOGUE DAY [--print]
 *
 * Makes one of the state of a daemon that is stopped, in a directory of its own, and says what it
 * took; or prints its lines.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "daemon/base/dir.h"
#include "daemon/base/state.h"
#include "daemon/catalogue/load.h"
#include "daemon/figures/export.h"
#include "daemon/plane/file.h"
#include "proto/day.h"

static void check(const char *what, int err)
{
	if (!err)
		return;
	fprintf(stderr, "release_bench: %s: %s\n", what, lift_err_text(err));
	exit(1);
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* KiB of the process's own, not of files that are mapped: now, or at most. */
static long memory(const char *field)
{
	FILE *file = fopen("/proc/self/status", "r");
	char line[256];
	long kib = 0;

	while (file && fgets(line, sizeof(line), file))
		if (strncmp(line, field, strlen(field)) == 0)
			kib = strtol(line + strlen(field), NULL, 10);
	if (file)
		fclose(file);
	return kib;
}

static bool note_memory(void *context)
{
	static unsigned asked;
	long *most = context, now;

	if (asked++ % 1000)
		return false;
	now = memory("RssAnon:");
	*most = now > *most ? now : *most;
	return false;
}

static double file_size(const char *state, uint32_t number)
{
	char path[PATH_MAX];
	struct stat file;

	release_path(path, state, number);
	return stat(path, &file) == 0 ? (double)file.st_size : 0;
}

static int print_line(void *context, struct text line)
{
	(void)context;
	printf("%.*s\n", (int)line.size, line.data);
	return 0;
}

static void print(const char *state, const struct release_info *info)
{
	struct json_text *json = json_text_new();
	struct release *release;
	struct release_row row;

	check("the release", release_open(state, info->number, &release));
	for (size_t i = 0; i < info->n_rows; i++) {
		release_row(release, i, &row);
		check("a line",
		      export_row(json,
				 &(struct export_row){ row.region, row.id, row.kind, row.metrics },
				 print_line, NULL));
	}
	release_put(release);
	json_text_free(json);
}

int main(int argc, char **argv)
{
	struct yaml_errors errors = { 0 };
	struct catalogue *catalogue;
	struct secret secret = { .key = NULL };
	struct journal *journal;
	struct ledger *ledger;
	struct ledger_view view;
	struct journal_view names;
	struct release_info info;
	uint8_t open_key[OPEN_KEY_BYTES];
	char path[PATH_MAX], to[] = "/var/tmp/liftd-release-XXXXXX";
	long before, most = 0;
	int32_t day;
	double from, used;

	if (argc < 4 || day_parse(text_of(argv[3]), &day) != 0) {
		fprintf(stderr, "usage: release_bench STATE CATALOGUE DAY [--print]\n");
		return 2;
	}
	check(argv[2], catalogue_load(argv[2], &errors, &catalogue));
	check("the secret", secret_open(argv[1], false, &secret));
	state_path(path, argv[1], STATE_JOURNAL);
	check(path, journal_open_read_only(path, secret.digest, &journal));
	state_path(path, argv[1], STATE_LEDGER);
	check(path, ledger_open(path, journal, catalogue, INT64_MAX, &ledger));
	check("the ledger", ledger_view_begin(ledger, &view));
	check("the journal", journal_view_begin(journal, &names));
	secret_open_key(&secret, open_key);
	check("a directory", mkdtemp(to) ? 0 : LIFT_E_IO);
	before = memory("RssAnon:");
	from = seconds();
	used = (double)clock() / CLOCKS_PER_SEC;
	check("the release", release_make(to, &view, &names, catalogue, open_key, day, 0,
					  note_memory, &most, &info));
	if (argc > 4)
		print(to, &info);
	else
		printf("%zu rows of %llu entries\t%.2f s, %.2f of them the processor's\t%ld MiB at "
		       "most, of its own\t%.1f MB on disk\n",
		       info.n_rows, (unsigned long long)info.applied, seconds() - from,
		       (double)clock() / CLOCKS_PER_SEC - used, (most - before) / 1024,
		       file_size(to, info.number) / 1e6);
	journal_view_end(&names);
	ledger_view_end(&view);
	ledger_close(ledger);
	journal_close(journal);
	secret_close(&secret);
	catalogue_free(catalogue);
	return dir_delete(to) == 0 ? 0 : 1;
}
