/* SPDX-License-Identifier: Apache-2.0 */
/*
 * outbox_bench - how many events a second an outbox takes, and how soon a daemon has them.
 *
 *   outbox_bench put DIR             at 1, 100 and 1,000 a commit, sealed and not, from 1 thread
 *   outbox_bench threads DIR         one event a call, from 1, 2, 4, 8 and 16 threads
 *   outbox_bench drain DIR ENDPOINT EVENTS    that many put in first, then delivered to a daemon
 *   outbox_bench read DIR EVENTS     the same, delivered to nobody: read out of the file, as for
 *                                    sending, and taken out of it
 *
 * One figure a line; outbox.sh says where the daemon comes from.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "clients/lib/lift.h"
#include "clients/lib/outbox/settle.h"

enum {
	THREADS_MAX = 16,
	THREAD_EVENTS = 2000,
	COMMIT_MAX = 1000,
	READ_BATCH = 500,
	SETTLE = 20000
};

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* What this process has used of processors: a machine that is busy with others has no share in
 * it. */
static double used_s(void)
{
	struct rusage used;

	getrusage(RUSAGE_SELF, &used);
	return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
	       (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

struct stopwatch {
	double begun, used;
};

static struct stopwatch start_watch(void)
{
	return (struct stopwatch){ now_s(), used_s() };
}

static void print_figure(const char *what, struct stopwatch watch, uint64_t events)
{
	printf("%s\t%.0f\tevents/s\t%.2f us of a processor an event\n", what,
	       (double)events / (now_s() - watch.begun),
	       (used_s() - watch.used) / (double)events * 1e6);
	fflush(stdout);
}

static void die(void)
{
	fprintf(stderr, "outbox_bench: %s\n", lift_error_text());
	exit(EXIT_FAILURE);
}

static void make_path(char to[256], const char *dir)
{
	static const char *const suffixes[] = { "", "-wal", "-shm", "-sending" };

	for (size_t i = 0; i < 4; i++) {
		snprintf(to, 256, "%s/outbox%s", dir, suffixes[i]);
		unlink(to);
	}
	snprintf(to, 256, "%s/outbox", dir);
}

static struct lift_outbox *open_outbox(const char *path, const char *endpoint, bool sealed)
{
	static const uint8_t key[LIFT_SEAL_BYTES] = { 1, 2, 3 };
	struct lift_outbox *outbox = NULL;
	const struct lift_outbox_options options = { .path = path,
						     .source = "bench",
						     .endpoint = endpoint,
						     .seal = sealed ? key : NULL,
						     .max_bytes = UINT64_C(8) << 30 };

	if (lift_outbox_open(&options, &outbox) != 0)
		die();
	return outbox;
}

/* Events of about 100 bytes, each of another learner, from that number on. */
static void put(struct lift_outbox *outbox, uint64_t first, size_t n)
{
	static const struct lift_attr attrs[] = { { "gender", "w" }, { "role", "nurse" } };
	static _Thread_local struct lift_event events[COMMIT_MAX];
	static _Thread_local char learners[COMMIT_MAX][32];

	for (size_t i = 0; i < n; i++) {
		snprintf(learners[i], sizeof(learners[i]), "learner-%llu",
			 (unsigned long long)(first + i));
		events[i] = (struct lift_event){ .type = LIFT_STARTED,
						 .time_ms = INT64_C(1760428800000) +
							    (int64_t)(first + i) % 86400000,
						 .learner = learners[i],
						 .module = "c1",
						 .region = "m1",
						 .attrs = attrs,
						 .n_attrs = 2 };
	}
	if (lift_publish_many(outbox, events, n, NULL) != 0)
		die();
}

static void measure_put(const char *dir)
{
	static const struct {
		size_t commit, events;
	} cases[] = { { 1, 5000 }, { 100, 300000 }, { 1000, 500000 } };

	for (int sealed = 0; sealed < 2; sealed++) {
		for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
			char path[256];
			struct lift_outbox *outbox;
			struct stopwatch watch;
			char what[64];

			make_path(path, dir);
			outbox = open_outbox(path, NULL, sealed);
			watch = start_watch();
			for (size_t at = 0; at < cases[i].events; at += cases[i].commit)
				put(outbox, at, cases[i].commit);
			snprintf(what, sizeof(what), "put\t%s\t%zu a commit",
				 sealed ? "sealed" : "open", cases[i].commit);
			print_figure(what, watch, cases[i].events);
			lift_outbox_close(outbox);
		}
	}
}

static void *put_one_by_one(void *context)
{
	for (uint64_t i = 0; i < THREAD_EVENTS; i++)
		put(context, i, 1);
	return NULL;
}

static void measure_threads(const char *dir)
{
	for (unsigned n = 1; n <= THREADS_MAX; n *= 2) {
		pthread_t threads[THREADS_MAX];
		struct lift_outbox *outbox;
		struct stopwatch watch;
		char path[256], what[64];

		make_path(path, dir);
		outbox = open_outbox(path, NULL, false);
		watch = start_watch();
		for (unsigned i = 0; i < n; i++)
			if (pthread_create(&threads[i], NULL, put_one_by_one, outbox) != 0)
				die();
		for (unsigned i = 0; i < n; i++)
			pthread_join(threads[i], NULL);
		snprintf(what, sizeof(what), "put\tone by one\t%u threads", n);
		print_figure(what, watch, (uint64_t)n * THREAD_EVENTS);
		lift_outbox_close(outbox);
	}
}

static void measure_drain(const char *dir, const char *endpoint, uint64_t events)
{
	char path[256];
	struct lift_outbox *outbox;
	struct stopwatch watch;

	make_path(path, dir);
	outbox = open_outbox(path, NULL, false);
	for (uint64_t at = 0; at < events; at += COMMIT_MAX)
		put(outbox, at, COMMIT_MAX);
	lift_outbox_close(outbox);
	watch = start_watch();
	outbox = open_outbox(path, endpoint, false);
	if (lift_outbox_wait(outbox, -1) != 0)
		die();
	print_figure("drained\tinto liftd", watch, events);
	lift_outbox_close(outbox);
}

/* As the deliverer does it, without a publisher. */
static void read_all(struct outbox_file *file, uint64_t events)
{
	int64_t fed = 0, settled = 0;
	struct stopwatch watch = start_watch();

	while ((uint64_t)settled < events) {
		int err = 0;
		sqlite3_stmt *rows = outbox_file_sql(file, SQL_READ, &err);

		if (!rows)
			die();
		sqlite3_bind_int64(rows, 1, fed);
		sqlite3_bind_int64(rows, 2, READ_BATCH);
		while (sqlite3_step(rows) == SQLITE_ROW && sqlite3_column_blob(rows, 1))
			fed = sqlite3_column_int64(rows, 0);
		sqlite3_reset(rows);
		if (fed - settled < SETTLE && (uint64_t)fed < events)
			continue;
		if (settle(file, fed, NULL, 0, 1) != 0)
			die();
		settled = fed;
	}
	print_figure("drained\tinto nothing", watch, events);
}

static void measure_read(const char *dir, uint64_t events)
{
	const struct seal seal = { 0 };
	struct outbox_file file = { 0 };
	struct lift_outbox *outbox;
	char path[256];

	make_path(path, dir);
	outbox = open_outbox(path, NULL, false);
	for (uint64_t at = 0; at < events; at += COMMIT_MAX)
		put(outbox, at, COMMIT_MAX);
	lift_outbox_close(outbox);
	if (outbox_file_open(path, "bench", &seal, false, &file) != 0)
		die();
	read_all(&file, events);
	outbox_file_close(&file);
}

int main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "put") == 0) {
		measure_put(argv[2]);
	} else if (argc == 3 && strcmp(argv[1], "threads") == 0) {
		measure_threads(argv[2]);
	} else if (argc == 5 && strcmp(argv[1], "drain") == 0) {
		measure_drain(argv[2], argv[3], strtoull(argv[4], NULL, 10));
	} else if (argc == 4 && strcmp(argv[1], "read") == 0) {
		measure_read(argv[2], strtoull(argv[3], NULL, 10));
	} else {
		fputs("usage: outbox_bench put DIR | threads DIR | drain DIR ENDPOINT EVENTS | "
		      "read DIR "
		      "EVENTS\n",
		      stderr);
		return 2;
	}
	return 0;
}
