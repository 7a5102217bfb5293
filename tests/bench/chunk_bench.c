/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chunk_bench.c - how journal entries are best cut into LMDB values.
 *
 * Batches of events come from 50 streams in turn. A batch becomes one or more chunks: a header and
 * packed events, appended under a rising 64-bit number, with an entry in an index by stream and
 * number, and a record for each stream that is written anew in each commit. Every commit is
 * synced. Bytes on disk and bytes written for an event go to standard output, one line a case.
 */
#include <assert.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <lmdb.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "proto/bytes.h"

enum {
	STREAMS = 50,
	HEADER_SIZE = 32, /* stream 4, events 4, first number 8, checksum 16 */
	HASH_SIZE = 16,
	EVENT_MIN = 28, /* bytes of an encoded event, evenly spread */
	EVENT_MAX = 34,
	STREAM_RECORD_SIZE = 64,
	BATCH_EVENTS_MAX = 10000,
	RUN_BATCHES = 8, /* batches of one stream in a row, in the cases that merge them */
	COMMIT_BATCHES = 64,
	UNLIMITED = BATCH_EVENTS_MAX * RUN_BATCHES * EVENT_MAX + HEADER_SIZE,
	DISK_BYTES = 1000000000, /* a generous guess for one case */
};

/* Values of up to so many bytes; 2,022 is the most that still shares a page with another. */
static const size_t limits[] = { 500, 1000, 1300, 1900, 4000, 16000, UNLIMITED };
enum { LIMITS = sizeof(limits) / sizeof(limits[0]) };

struct options {
	uint64_t events;
	double seconds;
	int repeat;
	const char *dir;
};

struct bench_case {
	uint32_t batch_events;
	uint32_t run_batches; /* batches of a stream in a row; over 1: merged in a commit */
	uint32_t commit_batches;
	size_t limit;
};

struct result {
	uint64_t events, chunks, commits;
	double apply_s, commit_s, scan_s;
	uint64_t used_bytes, entry_bytes, index_bytes, written_bytes;
};

enum { DB_ENTRIES, DB_INDEX, DB_STREAMS, DB_COUNT };
static const char *const db_names[DB_COUNT] = { "entries", "index", "streams" };

struct journal {
	const struct bench_case *c;
	MDB_env *env;
	MDB_txn *txn;
	MDB_dbi dbi[DB_COUNT];
	uint64_t number;	/* of the last entry */
	uint64_t seqs[STREAMS]; /* the last number of each stream */
	bool touched[STREAMS];	/* in this commit */
	uint8_t *pending;	/* encoded events of one stream that are not in a chunk yet */
	size_t pending_size, pending_count;
	uint8_t *pending_sizes; /* of each of these events */
	uint8_t *value;
	uint64_t random;
	struct result *result;
};

static void check(int rc, const char *what)
{
	if (rc == 0)
		return;
	fprintf(stderr, "chunk_bench: %s: %s\n", what, mdb_strerror(rc));
	exit(1);
}

static void *memory(size_t size)
{
	void *p = calloc(1, size);

	check(p ? 0 : ENOMEM, "memory");
	return p;
}

static double seconds_since(const struct timespec *start)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - start->tv_sec) + (double)(now.tv_nsec - start->tv_nsec) / 1e9;
}

/* Bytes that this process has written. Not write_bytes: it may count a large folio for a page. */
static uint64_t bytes_written(void)
{
	char line[128];
	uint64_t bytes = 0;
	FILE *f = fopen("/proc/self/io", "r");

	while (f && fgets(line, sizeof(line), f))
		if (strncmp(line, "wchar:", 6) == 0)
			bytes = strtoull(line + 6, NULL, 10);
	if (f)
		fclose(f);
	return bytes;
}

/* The journal. */

static void journal_begin(struct journal *j)
{
	check(mdb_txn_begin(j->env, NULL, 0, &j->txn), "begin");
	for (int i = 0; i < DB_COUNT; i++)
		if (!j->dbi[i])
			check(mdb_dbi_open(j->txn, db_names[i], MDB_CREATE, &j->dbi[i]), "open");
}

static void chunk_put(struct journal *j, uint32_t stream, const uint8_t *events, size_t size,
		      uint32_t count)
{
	uint64_t first = j->seqs[stream] + 1;
	uint8_t key_bytes[8], index_bytes[12];
	MDB_val key = { sizeof(key_bytes), key_bytes }, value = { HEADER_SIZE + size, j->value };
	MDB_val index = { sizeof(index_bytes), index_bytes };

	put_be(j->value, stream, 4);
	put_be(j->value + 4, count, 4);
	put_be(j->value + 8, first, 8);
	memcpy(j->value + HEADER_SIZE, events, size);
	crypto_generichash(j->value + 16, HASH_SIZE, events, size, j->value, 16);
	put_be(key_bytes, ++j->number, 8);
	check(mdb_put(j->txn, j->dbi[DB_ENTRIES], &key, &value, MDB_APPEND), "append");
	put_be(index_bytes, stream, 4);
	put_be(index_bytes + 4, first, 8);
	check(mdb_put(j->txn, j->dbi[DB_INDEX], &index, &key, 0), "index");
	j->seqs[stream] += count;
	j->result->chunks++;
}

/* Cuts what is pending into chunks; each but the last as long as the limit lets it be. */
static void pending_flush(struct journal *j, uint32_t stream)
{
	size_t room = j->c->limit - HEADER_SIZE, at = 0, begin = 0, size = 0;
	uint32_t count = 0;

	for (size_t i = 0; i < j->pending_count; i++) {
		if (size + j->pending_sizes[i] > room) {
			chunk_put(j, stream, j->pending + begin, size, count);
			begin = at;
			size = count = 0;
		}
		size += j->pending_sizes[i];
		at += j->pending_sizes[i];
		count++;
	}
	if (count > 0)
		chunk_put(j, stream, j->pending + begin, size, count);
	j->pending_size = j->pending_count = 0;
	j->touched[stream] = true;
}

static void journal_commit(struct journal *j)
{
	struct timespec start;

	for (uint32_t stream = 0; stream < STREAMS; stream++) {
		uint8_t key_bytes[4], record[STREAM_RECORD_SIZE] = { 0 };
		MDB_val key = { sizeof(key_bytes), key_bytes }, value = { sizeof(record), record };

		if (!j->touched[stream])
			continue;
		put_be(key_bytes, stream, sizeof(key_bytes));
		put_be(record, j->seqs[stream], 8);
		check(mdb_put(j->txn, j->dbi[DB_STREAMS], &key, &value, 0), "stream");
		j->touched[stream] = false;
	}
	clock_gettime(CLOCK_MONOTONIC, &start);
	check(mdb_txn_commit(j->txn), "commit");
	j->result->commit_s += seconds_since(&start);
	j->result->commits++;
}

/* One batch: events of random bytes and length behind what is pending. */
static void batch_gather(struct journal *j)
{
	for (uint32_t i = 0; i < j->c->batch_events; i++) {
		uint8_t *to = j->pending + j->pending_size;
		uint8_t size;

		j->random = j->random * 6364136223846793005u + 1442695040888963407u;
		size = (uint8_t)(EVENT_MIN + (j->random >> 40) % (EVENT_MAX - EVENT_MIN + 1));
		for (size_t at = 0; at < size; at++)
			to[at] = (uint8_t)(j->random >> (at % 7 * 8));
		j->pending_sizes[j->pending_count++] = size;
		j->pending_size += size;
	}
	j->result->events += j->c->batch_events;
}

/* A case. */

static void journal_measure(struct journal *j)
{
	struct result *r = j->result;
	struct timespec start;
	MDB_val key, value;
	MDB_cursor *cursor;
	MDB_envinfo info;
	uint64_t events = 0;
	int rc;

	r->written_bytes = bytes_written();
	clock_gettime(CLOCK_MONOTONIC, &start);
	check(mdb_txn_begin(j->env, NULL, MDB_RDONLY, &j->txn), "begin");
	check(mdb_cursor_open(j->txn, j->dbi[DB_ENTRIES], &cursor), "cursor");
	while ((rc = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) == 0) {
		const uint8_t *entry = value.mv_data;
		uint8_t hash[HASH_SIZE];

		crypto_generichash(hash, sizeof(hash), entry + HEADER_SIZE,
				   value.mv_size - HEADER_SIZE, entry, 16);
		check(memcmp(hash, entry + 16, HASH_SIZE) == 0 ? 0 : EINVAL, "checksum");
		events += get_be(entry + 4, 4);
	}
	check(rc == MDB_NOTFOUND && events == r->events ? 0 : EINVAL, "events read back");
	r->scan_s = seconds_since(&start);
	for (int i = 0; i < DB_STREAMS; i++) {
		MDB_stat stat;
		uint64_t pages;

		check(mdb_stat(j->txn, j->dbi[i], &stat), "stat");
		pages = stat.ms_branch_pages + stat.ms_leaf_pages + stat.ms_overflow_pages;
		*(i == DB_ENTRIES ? &r->entry_bytes : &r->index_bytes) = pages * stat.ms_psize;
	}
	mdb_cursor_close(cursor);
	mdb_txn_abort(j->txn);
	check(mdb_env_info(j->env, &info), "info");
	r->used_bytes = (info.me_last_pgno + 1) * (uint64_t)sysconf(_SC_PAGESIZE);
}

static void run(const struct options *o, const struct bench_case *c, const char *dir,
		struct result *r)
{
	struct journal j = { .c = c, .result = r, .random = 1 };
	size_t pending = (size_t)c->batch_events * c->run_batches;
	uint64_t batch = 0;
	uint32_t stream = 0;
	struct timespec start;

	j.pending = memory(pending * EVENT_MAX);
	j.pending_sizes = memory(pending);
	j.value = memory(HEADER_SIZE + pending * EVENT_MAX);
	check(mdb_env_create(&j.env), "environment");
	check(mdb_env_set_maxdbs(j.env, DB_COUNT), "environment");
	check(mdb_env_set_mapsize(j.env, (size_t)1 << 36), "map");
	check(mdb_env_open(j.env, dir, 0, 0600), dir);
	clock_gettime(CLOCK_MONOTONIC, &start);
	journal_begin(&j);
	while (r->events < o->events) {
		stream = (uint32_t)(batch++ / c->run_batches % STREAMS);
		batch_gather(&j);
		if (batch % c->run_batches == 0)
			pending_flush(&j, stream);
		if (batch % c->commit_batches != 0)
			continue;
		journal_commit(&j);
		journal_begin(&j);
		if (seconds_since(&start) > o->seconds)
			break;
	}
	pending_flush(&j, stream);
	journal_commit(&j);
	r->apply_s = seconds_since(&start);
	journal_measure(&j);
	mdb_env_close(j.env);
}

/* A process of its own for each case, so that the bytes written are its own. */
static int run_apart(const struct options *o, const struct bench_case *c, const char *dir,
		     struct result *ret)
{
	struct result *r =
		mmap(NULL, sizeof(*r), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	static const char *const files[] = { "data.mdb", "lock.mdb" };
	int status = -1;
	pid_t child;

	check(r == MAP_FAILED ? errno : 0, "memory");
	child = fork();
	if (child == 0) {
		signal(SIGINT, SIG_DFL);
		run(o, c, dir, r);
		_exit(0);
	}
	if (child < 0 || waitpid(child, &status, 0) < 0)
		perror("chunk_bench: fork");
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		char path[4096];

		snprintf(path, sizeof(path), "%s/%s", dir, files[i]);
		unlink(path);
	}
	*ret = *r;
	munmap(r, sizeof(*r));
	return status == 0 ? 0 : -1;
}

static void print_header(void)
{
	printf("batch\tmerged\tbatches/commit\tlimit\tevents\tevents/chunk\tused_B/event\t"
	       "entries_B/event\tindex_B/event\twritten_B/event\tevents/s\tms/commit\tscan_events/"
	       "s\n");
}

static void print_result(const struct bench_case *c, const struct result *r)
{
	double events = (double)r->events;

	printf("%u\t%u\t%u\t", c->batch_events, c->run_batches, c->commit_batches);
	if (c->limit == UNLIMITED)
		printf("none\t");
	else
		printf("%zu\t", c->limit);
	printf("%" PRIu64 "\t%.1f\t", r->events, events / (double)r->chunks);
	printf("%.1f\t%.1f\t%.1f\t%.0f\t", (double)r->used_bytes / events,
	       (double)r->entry_bytes / events, (double)r->index_bytes / events,
	       (double)r->written_bytes / events);
	printf("%.0f\t%.3f\t%.0f\n", events / r->apply_s, r->commit_s * 1e3 / (double)r->commits,
	       events / r->scan_s);
	fflush(stdout);
}

static int case_measure(const struct options *o, const struct bench_case *c, const char *dir)
{
	struct result best = { 0 }, r;

	for (int n = 0; n < o->repeat; n++) {
		if (run_apart(o, c, dir, &r) != 0 || ferror(stdout))
			return 1;
		if (n == 0 || (double)r.events / r.apply_s > (double)best.events / best.apply_s)
			best = r;
	}
	print_result(c, &best);
	return 0;
}

/* A limit is measured only where the one before it would have cut. */
static int run_all(const struct options *o, const char *dir)
{
	static const struct bench_case shapes[] = {
		{ 100, 1, COMMIT_BATCHES, 0 },
		{ 100, RUN_BATCHES, COMMIT_BATCHES, 0 },
		{ 100, 1, 1, 0 },
		{ 10, 1, COMMIT_BATCHES, 0 },
		{ 10, RUN_BATCHES, COMMIT_BATCHES, 0 },
		{ 10, 1, 1, 0 },
		{ 1, 1, COMMIT_BATCHES, 0 },
		{ 1, RUN_BATCHES, COMMIT_BATCHES, 0 },
		{ 1, 1, 1, 0 },
	};

	print_header();
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		struct bench_case c = shapes[i];
		size_t longest = (size_t)c.batch_events * c.run_batches * EVENT_MAX + HEADER_SIZE;

		for (size_t n = 0; n < LIMITS && (n == 0 || longest > limits[n - 1]); n++) {
			c.limit = limits[n];
			if (case_measure(o, &c, dir) != 0)
				return 1;
		}
	}
	return 0;
}

static void usage(FILE *to)
{
	fputs("usage: chunk_bench [OPTION]...\n"
	      "Measures how journal entries are cut into LMDB values; one line a case, tab "
	      "separated.\n"
	      "  merged  batches of one stream that come in a row and are put together\n\n"
	      "  --events N    events a case, at most (2000000)\n"
	      "  --seconds X   seconds a case, at most (6)\n"
	      "  --repeat N    run each N times and print the fastest (1)\n"
	      "  --dir DIR     where the scratch directory is made (/var/tmp)\n"
	      "  --help\n",
	      to);
}

static bool options_read(struct options *o, int argc, char **argv)
{
	static const struct option table[] = {
		{ "events", required_argument, NULL, 'e' },
		{ "seconds", required_argument, NULL, 's' },
		{ "repeat", required_argument, NULL, 'r' },
		{ "dir", required_argument, NULL, 'd' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "", table, NULL)) != -1) {
		if (c == 'e') {
			o->events = strtoull(optarg, NULL, 10);
		} else if (c == 's') {
			o->seconds = strtod(optarg, NULL);
		} else if (c == 'r') {
			o->repeat = atoi(optarg);
		} else if (c == 'd') {
			o->dir = optarg;
		} else if (c == 'h') {
			usage(stdout);
			exit(0);
		} else {
			return false;
		}
	}
	return optind == argc && o->events > 0 && o->seconds > 0 && o->repeat > 0;
}

int main(int argc, char **argv)
{
	struct options o = { 2000000, 6, 1, "/var/tmp" };
	struct statvfs v;
	char dir[4000];
	int rc;

	if (!options_read(&o, argc, argv)) {
		usage(stderr);
		return 2;
	}
	/* An interrupt ends the child alone: the scratch directory is removed in any case. */
	signal(SIGINT, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	if (sodium_init() < 0)
		return 1;
	if (statvfs(o.dir, &v) != 0 || (double)v.f_bavail * (double)v.f_frsize < DISK_BYTES) {
		fprintf(stderr, "chunk_bench: skipped: less than 1 GB free in %s\n", o.dir);
		return 1;
	}
	snprintf(dir, sizeof(dir), "%s/chunk_bench.XXXXXX", o.dir);
	if (!mkdtemp(dir)) {
		perror(dir);
		return 1;
	}
	rc = run_all(&o, dir);
	rmdir(dir);
	return rc;
}
