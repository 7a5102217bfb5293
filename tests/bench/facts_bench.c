/* SPDX-License-Identifier: Apache-2.0 */
/*
 * facts_bench.c - how the facts of a learner are best laid out in LMDB.
 *
 * Three layouts behind one small interface take the same load: learners who begin in cohorts, are
 * active together, and now and then come back later. As the ledger does it, events are gathered in
 * stretches, sorted by learner and applied: read the learner's facts, fold them, add what is not
 * there yet, fold again, count tallies, write. Time and bytes of it go to standard output, one
 * line a run.
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
#include <unistd.h>

#include "proto/bytes.h"
#include "tests/bench/meter.h"
#include "tests/seed.h"

enum {
	PSEUDONYM_SIZE = 16,
	FACT_SIZE = 18,	     /* time 6, module 4, type 1, score 2, flags 1, profile 4: big-endian */
	NUMBER_SIZE = 4,     /* a learner's number */
	PIECE_FACTS = 105,   /* facts in one value of the packed layouts: 1,890 bytes */
	TALLY_KEY_SIZE = 16, /* home 4, subject 4, facet 4, bucket 4 */
	TALLY_FACETS = 4,    /* tallies that one fact changes */
	HOMES = 20,
	MODULES = 40,
	SPAN_DAYS = 365,	 /* the days that the events are spread over */
	DUPLICATE_PERMILLE = 20, /* events that came before, within the last DUPLICATE_REACH */
	DUPLICATE_REACH = 100000,
	OLD_PERMILLE = 100, /* events of learners whose cohort is over */
	COMMIT_SECONDS = 5,
	DISK_BYTES_A_FACT = 150, /* a generous guess, to see whether a run fits */
};

struct options {
	uint64_t learners[8];
	size_t learner_counts;
	double events_a_learner;
	uint64_t stretch;
	uint64_t cohorts;
	uint64_t dirty; /* pages; so many are committed */
	int repeat;
	const char *layout; /* NULL: all */
	const char *dir;
};

struct event {
	uint8_t pseudonym[PSEUDONYM_SIZE]; /* beside the fact: sorted as one run of bytes */
	uint8_t fact[FACT_SIZE];
};
static_assert(sizeof(struct event) == PSEUDONYM_SIZE + FACT_SIZE, "sorted as bytes");

/* The events of one learner in a stretch. */
struct group {
	const struct event *events;
	uint32_t count;
	uint32_t number; /* 0 where the layout does not number learners */
};

/* A learner's facts as read, sorted. */
struct facts {
	uint8_t *bytes;
	size_t count;
	size_t room;
};

struct tally_slot {
	uint8_t key[TALLY_KEY_SIZE];
	int64_t value;
	bool used;
};

struct tallies {
	struct tally_slot *slots;
	uint32_t *filled; /* the slots in use */
	size_t count;
	size_t mask;
};

enum { DB_NUMBERS, DB_FACTS, DB_TALLIES, DB_COUNT };
static const char *const db_names[DB_COUNT] = { "numbers", "facts", "tallies" };

struct layout;

struct store {
	const struct layout *layout;
	MDB_env *env;
	MDB_txn *txn;
	MDB_dbi dbi[DB_COUNT];
	MDB_cursor *cursor[DB_COUNT];
	MDB_stat stat[DB_COUNT]; /* at the begin of the transaction */
	const uint8_t *map_begin, *map_end;
	size_t dirty_max;
	size_t copied; /* leaf pages that this transaction has made dirty, about */
	uint32_t next_number;
	struct facts facts;
	uint8_t *fresh; /* facts that are not there yet */
	size_t fresh_room;
	struct tallies tallies;
	double committed_s; /* when, by meter_wall_s */
	uint64_t commits;
	uint64_t fact_count;
	uint64_t sum; /* of all folds, so that none is optimised away */
	double tally_s, commit_s;
};

/* Reads a learner's facts into store->facts, adds sorted ones, walks all of them. */
struct layout {
	const char *name;
	bool numbered;
	void (*read)(struct store *s, const struct group *g);
	void (*add)(struct store *s, const struct group *g, const uint8_t *fresh, size_t count);
	size_t fact_offset; /* of facts stored as keys; 0: they are in values */
};

struct result {
	uint64_t events, facts, commits, sum;
	double apply_s, tally_s, commit_s, scan_s;
	uint64_t used_bytes, live_bytes, written_bytes;
	unsigned int depth[DB_COUNT];
	uint64_t rss_bytes, anonymous_bytes;
};

static void check(int rc, const char *what)
{
	if (rc == 0)
		return;
	fprintf(stderr, "facts_bench: %s: %s\n", what, mdb_strerror(rc));
	exit(1);
}

static void *grow(void *old, size_t *room, size_t need, size_t size)
{
	if (need <= *room)
		return old;
	*room = need * 2;
	old = realloc(old, *room * size);
	check(old ? 0 : ENOMEM, "memory");
	return old;
}

/* A number out of a file of "name: number" lines below /proc. */
static uint64_t proc_number(const char *file, const char *name)
{
	char line[256];
	uint64_t number = 0;
	FILE *f = fopen(file, "r");

	while (f && fgets(line, sizeof(line), f))
		if (strncmp(line, name, strlen(name)) == 0 && line[strlen(name)] == ':')
			number = strtoull(line + strlen(name) + 1, NULL, 10);
	if (f)
		fclose(f);
	return number;
}

/* The load. */

static uint64_t mix(uint64_t x)
{
	return test_draw(&x);
}

/* Event i of all: the same bytes for the same i. */
static void load_event(uint64_t learners, uint64_t events, uint64_t cohorts, uint64_t i,
		       struct event *ret)
{
	static const uint8_t key[crypto_generichash_KEYBYTES] = "a key of this benchmark";
	uint64_t random = mix(i), share = learners / cohorts, cohort, learner;

	if (i > DUPLICATE_REACH && random % 1000 < DUPLICATE_PERMILLE) {
		i -= 1 + mix(random) % DUPLICATE_REACH;
		random = mix(i);
	}
	cohort = i * cohorts / events;
	learner = cohort * share + mix(random + 1) % share;
	if (cohort > 0 && mix(random + 2) % 1000 < OLD_PERMILLE)
		learner = mix(random + 1) % (cohort * share);
	crypto_generichash(ret->pseudonym, sizeof(ret->pseudonym), (const uint8_t *)&learner,
			   sizeof(learner), key, sizeof(key));
	random = mix(random + 3);
	put_be(ret->fact,
	       1700000000000 + (uint64_t)((double)i / (double)events * SPAN_DAYS * 864e5), 6);
	put_be(ret->fact + 6, 1 + random % MODULES, 4);
	ret->fact[10] = (uint8_t)(random >> 16 & 3);
	put_be(ret->fact + 11, (random >> 24) % 101, 2);
	ret->fact[13] = 0;
	put_be(ret->fact + 14, mix(learner) % 5000, 4);
}

/* Where a file is mapped; LMDB tells it only of maps at a fixed address. */
static void map_find(const char *name, const uint8_t **ret_begin, const uint8_t **ret_end)
{
	char line[4096];
	FILE *f = fopen("/proc/self/maps", "r");

	while (f && fgets(line, sizeof(line), f)) {
		uintptr_t begin, end;

		if (!strstr(line, name) ||
		    sscanf(line, "%" SCNxPTR "-%" SCNxPTR, &begin, &end) != 2)
			continue;
		*ret_begin = (const uint8_t *)begin;
		*ret_end = (const uint8_t *)end;
	}
	if (f)
		fclose(f);
	check(*ret_begin ? 0 : ENOENT, "where the data is mapped");
}

/* The store: one environment, one open transaction. */

static void store_begin(struct store *s)
{
	check(mdb_txn_begin(s->env, NULL, 0, &s->txn), "begin");
	for (int i = 0; i < DB_COUNT; i++) {
		if (!s->dbi[i])
			check(mdb_dbi_open(s->txn, db_names[i], MDB_CREATE, &s->dbi[i]), "open");
		check(mdb_cursor_open(s->txn, s->dbi[i], &s->cursor[i]), "cursor");
		check(mdb_stat(s->txn, s->dbi[i], &s->stat[i]), "stat");
	}
	s->copied = 0;
	s->committed_s = meter_wall_s();
}

static void store_commit(struct store *s)
{
	double start_s;

	start_s = meter_wall_s();
	for (int i = 0; i < DB_COUNT; i++)
		mdb_cursor_close(s->cursor[i]);
	check(mdb_txn_commit(s->txn), "commit");
	s->txn = NULL;
	s->commits++;
	s->commit_s += meter_wall_s() - start_s;
}

/* A page that this transaction has not written to yet is still in the map. */
static bool store_is_clean(const struct store *s, const void *data)
{
	const uint8_t *p = data;

	return p >= s->map_begin && p < s->map_end;
}

static size_t pages_of(const MDB_stat *stat)
{
	return stat->ms_branch_pages + stat->ms_leaf_pages + stat->ms_overflow_pages;
}

/* Dirty pages, about: leaves that were copied, what is new, and branches above them. */
static size_t store_dirty(const struct store *s)
{
	size_t dirty = s->copied + s->copied / 50;

	for (int i = 0; i < DB_COUNT; i++) {
		MDB_stat stat;

		check(mdb_stat(s->txn, s->dbi[i], &stat), "stat");
		dirty += pages_of(&stat) - pages_of(&s->stat[i]) + stat.ms_depth;
	}
	return dirty;
}

/* Seeks the first key that is not less; counts its page as one that is about to be written to. */
static bool store_seek(struct store *s, int db, MDB_val *key, MDB_val *ret, bool *ret_clean)
{
	int rc = mdb_cursor_get(s->cursor[db], key, ret, MDB_SET_RANGE);

	if (rc != MDB_NOTFOUND)
		check(rc, "seek");
	*ret_clean = rc == 0 && store_is_clean(s, key->mv_data);
	return rc == 0;
}

static bool store_next(struct store *s, int db, MDB_val *key, MDB_val *ret)
{
	int rc = mdb_cursor_get(s->cursor[db], key, ret, MDB_NEXT);

	if (rc != MDB_NOTFOUND)
		check(rc, "next");
	return rc == 0;
}

/* Tallies, gathered in memory for a stretch. */

static void tallies_open(struct tallies *t, uint64_t stretch)
{
	size_t size = 1024;

	while (size < stretch * TALLY_FACETS * 2)
		size *= 2;
	t->slots = calloc(size, sizeof(*t->slots));
	t->filled = calloc(size, sizeof(*t->filled));
	check(t->slots && t->filled ? 0 : ENOMEM, "tallies");
	t->mask = size - 1;
}

static void tally_add(struct tallies *t, const uint8_t key[TALLY_KEY_SIZE], int64_t value)
{
	size_t i = mix(mix(get_be(key, 8)) ^ get_be(key + 8, 8)) & t->mask;

	while (t->slots[i].used && memcmp(t->slots[i].key, key, TALLY_KEY_SIZE) != 0)
		i = (i + 1) & t->mask;
	if (!t->slots[i].used) {
		memcpy(t->slots[i].key, key, TALLY_KEY_SIZE);
		t->slots[i].value = 0;
		t->slots[i].used = true;
		t->filled[t->count++] = (uint32_t)i;
	}
	t->slots[i].value += value;
}

static void tallies_count_fact(struct tallies *t, const struct event *e)
{
	uint32_t day = (uint32_t)(get_be(e->fact, 6) / 86400000);
	uint32_t buckets[TALLY_FACETS] = { day, day, (uint32_t)get_be(e->fact + 11, 2),
					   (uint32_t)get_be(e->fact + 14, 4) % 50 };
	uint8_t key[TALLY_KEY_SIZE];

	put_be(key, e->pseudonym[0] % HOMES, 4);
	memcpy(key + 4, e->fact + 6, 4);
	for (uint32_t facet = 0; facet < TALLY_FACETS; facet++) {
		put_be(key + 8, facet, 4);
		put_be(key + 12, buckets[facet], 4);
		tally_add(t, key, 1);
	}
}

static int slot_compare(const void *a, const void *b, void *slots)
{
	const struct tally_slot *all = slots;

	return memcmp(all[*(const uint32_t *)a].key, all[*(const uint32_t *)b].key, TALLY_KEY_SIZE);
}

static void tallies_flush(struct store *s)
{
	struct tallies *t = &s->tallies;
	double start_s;

	start_s = meter_wall_s();
	qsort_r(t->filled, t->count, sizeof(*t->filled), slot_compare, t->slots);
	for (size_t i = 0; i < t->count; i++) {
		struct tally_slot *slot = &t->slots[t->filled[i]];
		MDB_val key = { TALLY_KEY_SIZE, slot->key }, value;
		bool clean;

		if (store_seek(s, DB_TALLIES, &key, &value, &clean) &&
		    memcmp(key.mv_data, slot->key, TALLY_KEY_SIZE) == 0) {
			int64_t stored;

			memcpy(&stored, value.mv_data, sizeof(stored));
			slot->value += stored;
		}
		s->copied += clean;
		key = (MDB_val){ TALLY_KEY_SIZE, slot->key };
		value = (MDB_val){ sizeof(slot->value), &slot->value };
		check(mdb_cursor_put(s->cursor[DB_TALLIES], &key, &value, 0), "put tally");
		slot->used = false;
	}
	t->count = 0;
	s->tally_s += meter_wall_s() - start_s;
}

/* Layout "keys": learner 4, fact 18, and no value. */

static void facts_append(struct facts *f, const void *bytes, size_t count)
{
	f->bytes = grow(f->bytes, &f->room, f->count + count, FACT_SIZE);
	memcpy(f->bytes + f->count * FACT_SIZE, bytes, count * FACT_SIZE);
	f->count += count;
}

static void keys_read(struct store *s, const struct group *g)
{
	uint8_t prefix[NUMBER_SIZE];
	MDB_val key = { sizeof(prefix), prefix }, value;
	bool clean, more;

	put_be(prefix, g->number, sizeof(prefix));
	more = store_seek(s, DB_FACTS, &key, &value, &clean);
	s->copied += clean;
	while (more && memcmp(key.mv_data, prefix, sizeof(prefix)) == 0) {
		facts_append(&s->facts, (const uint8_t *)key.mv_data + NUMBER_SIZE, 1);
		more = store_next(s, DB_FACTS, &key, &value);
	}
}

static void keys_add(struct store *s, const struct group *g, const uint8_t *fresh, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		uint8_t bytes[NUMBER_SIZE + FACT_SIZE];
		MDB_val key = { sizeof(bytes), bytes }, value = { 0, NULL };

		put_be(bytes, g->number, NUMBER_SIZE);
		memcpy(bytes + NUMBER_SIZE, fresh + i * FACT_SIZE, FACT_SIZE);
		check(mdb_cursor_put(s->cursor[DB_FACTS], &key, &value, 0), "put fact");
	}
}

/* Layouts "packed": (number 4, piece 4) or (pseudonym 16, piece 2), facts as the value. */

enum { PIECE_KEY_MAX = PSEUDONYM_SIZE + 2 };

static size_t piece_key(const struct store *s, const struct group *g, size_t piece, uint8_t *to)
{
	if (s->layout->numbered) {
		put_be(to, g->number, NUMBER_SIZE);
		put_be(to + NUMBER_SIZE, piece, 4);
		return NUMBER_SIZE + 4;
	}
	memcpy(to, g->events->pseudonym, PSEUDONYM_SIZE);
	put_be(to + PSEUDONYM_SIZE, piece, 2);
	return PSEUDONYM_SIZE + 2;
}

/* All pieces but the last are full, so that one that is not ends the reading. */
static void packed_read(struct store *s, const struct group *g)
{
	uint8_t bytes[PIECE_KEY_MAX];
	size_t prefix = s->layout->numbered ? NUMBER_SIZE : PSEUDONYM_SIZE;
	MDB_val key = { piece_key(s, g, 0, bytes), bytes }, value;
	bool clean, more = store_seek(s, DB_FACTS, &key, &value, &clean);

	s->copied += clean;
	while (more && memcmp(key.mv_data, bytes, prefix) == 0) {
		facts_append(&s->facts, value.mv_data, value.mv_size / FACT_SIZE);
		more = value.mv_size == PIECE_FACTS * FACT_SIZE &&
		       store_next(s, DB_FACTS, &key, &value);
	}
}

/*
 * Merges the fresh facts in from behind, and writes the pieces from the first one that changes.
 * That is mostly the last one, as facts mostly come in the order of time.
 */
static void packed_add(struct store *s, const struct group *g, const uint8_t *fresh, size_t count)
{
	struct facts *f = &s->facts;
	size_t old = f->count, to;

	facts_append(f, fresh, count);
	for (to = f->count; count > 0; to--) {
		const uint8_t *last_old = f->bytes + (old - 1) * FACT_SIZE;
		const uint8_t *last_fresh = fresh + (count - 1) * FACT_SIZE;
		bool take_old = old > 0 && memcmp(last_old, last_fresh, FACT_SIZE) > 0;

		memcpy(f->bytes + (to - 1) * FACT_SIZE, take_old ? last_old : last_fresh,
		       FACT_SIZE);
		old -= take_old;
		count -= !take_old;
	}
	for (size_t piece = to / PIECE_FACTS; piece * PIECE_FACTS < f->count; piece++) {
		size_t begin = piece * PIECE_FACTS, left = f->count - begin;
		uint8_t bytes[PIECE_KEY_MAX];
		MDB_val key = { piece_key(s, g, piece, bytes), bytes };
		MDB_val value = { (left < PIECE_FACTS ? left : PIECE_FACTS) * FACT_SIZE,
				  f->bytes + begin * FACT_SIZE };

		check(mdb_cursor_put(s->cursor[DB_FACTS], &key, &value, 0), "put piece");
	}
}

static const struct layout layouts[] = {
	{ "keys", true, keys_read, keys_add, NUMBER_SIZE },
	{ "packed", true, packed_read, packed_add, 0 },
	{ "packed-pseudonym", false, packed_read, packed_add, 0 },
};
enum { LAYOUTS = sizeof(layouts) / sizeof(layouts[0]) };

/* Applying a stretch. */

static uint64_t facts_fold(const uint8_t *bytes, size_t count)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < count; i++, bytes += FACT_SIZE)
		sum += get_be(bytes, 6) * (get_be(bytes + 6, 4) + bytes[10]) +
		       get_be(bytes + 11, 2);
	return sum;
}

static void store_check_commit(struct store *s)
{
	if (store_dirty(s) < s->dirty_max && meter_wall_s() - s->committed_s < COMMIT_SECONDS)
		return;
	tallies_flush(s);
	store_commit(s);
	store_begin(s);
}

static void learner_apply(struct store *s, const struct group *g)
{
	struct facts *f = &s->facts;
	size_t at = 0, fresh = 0;
	uint64_t before;

	f->count = 0;
	s->layout->read(s, g);
	before = facts_fold(f->bytes, f->count);
	s->fresh = grow(s->fresh, &s->fresh_room, g->count, FACT_SIZE);
	for (uint32_t i = 0; i < g->count; i++) {
		const uint8_t *fact = g->events[i].fact;
		int order = -1;

		if (i > 0 && memcmp(fact, g->events[i - 1].fact, FACT_SIZE) == 0)
			continue;
		while (at < f->count &&
		       (order = memcmp(f->bytes + at * FACT_SIZE, fact, FACT_SIZE)) < 0)
			at++;
		if (at < f->count && order == 0)
			continue;
		memcpy(s->fresh + fresh++ * FACT_SIZE, fact, FACT_SIZE);
		tallies_count_fact(&s->tallies, &g->events[i]);
	}
	s->sum += before + facts_fold(f->bytes, f->count) + facts_fold(s->fresh, fresh);
	if (fresh > 0)
		s->layout->add(s, g, s->fresh, fresh);
	s->fact_count += fresh;
}

static uint32_t learner_number(struct store *s, const uint8_t *pseudonym)
{
	uint8_t bytes[NUMBER_SIZE];
	MDB_val key = { PSEUDONYM_SIZE, (void *)pseudonym }, value;
	bool clean;

	if (store_seek(s, DB_NUMBERS, &key, &value, &clean) &&
	    memcmp(key.mv_data, pseudonym, PSEUDONYM_SIZE) == 0)
		return (uint32_t)get_be(value.mv_data, NUMBER_SIZE);
	s->copied += clean;
	put_be(bytes, ++s->next_number, sizeof(bytes));
	key = (MDB_val){ PSEUDONYM_SIZE, (void *)pseudonym };
	value = (MDB_val){ sizeof(bytes), bytes };
	check(mdb_cursor_put(s->cursor[DB_NUMBERS], &key, &value, 0), "put number");
	return s->next_number;
}

static int event_compare(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct event));
}

static int group_compare(const void *a, const void *b)
{
	const struct group *x = a, *y = b;

	return (x->number > y->number) - (x->number < y->number);
}

/*
 * Commits may come between two learners: facts and tallies agree, and what is applied again after
 * a crash changes nothing.
 */
static void stretch_apply(struct store *s, struct event *events, size_t count, struct group *groups)
{
	size_t group_count = 0;

	qsort(events, count, sizeof(*events), event_compare);
	for (size_t i = 0; i < count; i++) {
		if (i == 0 || memcmp(events[i].pseudonym, events[i - 1].pseudonym, PSEUDONYM_SIZE))
			groups[group_count++] = (struct group){ &events[i], 0, 0 };
		groups[group_count - 1].count++;
	}
	if (s->layout->numbered) {
		for (size_t i = 0; i < group_count; i++) {
			groups[i].number = learner_number(s, groups[i].events->pseudonym);
			store_check_commit(s);
		}
		qsort(groups, group_count, sizeof(*groups), group_compare);
	}
	for (size_t i = 0; i < group_count; i++) {
		learner_apply(s, &groups[i]);
		store_check_commit(s);
	}
	tallies_flush(s);
}

/* A run. */

static void store_scan(struct store *s, struct result *r)
{
	double start_s;
	size_t offset = s->layout->fact_offset;
	uint64_t facts = 0;
	MDB_val key, value;
	MDB_cursor *cursor;
	int rc;

	start_s = meter_wall_s();
	check(mdb_txn_begin(s->env, NULL, MDB_RDONLY, &s->txn), "begin");
	check(mdb_cursor_open(s->txn, s->dbi[DB_FACTS], &cursor), "cursor");
	while ((rc = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) == 0) {
		size_t count = offset ? 1 : value.mv_size / FACT_SIZE;

		r->sum +=
			facts_fold(offset ? (uint8_t *)key.mv_data + offset : value.mv_data, count);
		facts += count;
	}
	check(rc == MDB_NOTFOUND ? 0 : rc, "scan");
	r->scan_s = meter_wall_s() - start_s;
	for (int i = 0; i < DB_COUNT; i++) {
		MDB_stat stat;

		check(mdb_stat(s->txn, s->dbi[i], &stat), "stat");
		r->depth[i] = stat.ms_depth;
		if (i != DB_TALLIES)
			r->live_bytes += pages_of(&stat) * stat.ms_psize;
	}
	mdb_cursor_close(cursor);
	mdb_txn_abort(s->txn);
	if (facts != s->fact_count) {
		fprintf(stderr, "facts_bench: %s: %" PRIu64 " facts written, %" PRIu64 " found\n",
			s->layout->name, s->fact_count, facts);
		exit(1);
	}
}

static void run(const struct options *o, const struct layout *layout, uint64_t learners,
		const char *dir, struct result *r)
{
	struct store s = { .layout = layout, .dirty_max = o->dirty };
	uint64_t events = (uint64_t)((double)learners * o->events_a_learner);
	struct event *stretch = calloc(o->stretch, sizeof(*stretch));
	struct group *groups = calloc(o->stretch, sizeof(*groups));
	double start_s;
	MDB_envinfo info;

	check(stretch && groups ? 0 : ENOMEM, "stretch");
	tallies_open(&s.tallies, o->stretch);
	check(mdb_env_create(&s.env), "environment");
	check(mdb_env_set_maxdbs(s.env, DB_COUNT), "environment");
	check(mdb_env_set_mapsize(s.env, (size_t)1 << 38), "map");
	check(mdb_env_open(s.env, dir, 0, 0600), dir);
	map_find("/data.mdb", &s.map_begin, &s.map_end);
	store_begin(&s);
	for (uint64_t i = 0; i < events;) {
		size_t count = events - i < o->stretch ? events - i : o->stretch;

		for (size_t j = 0; j < count; j++)
			load_event(learners, events, o->cohorts, i + j, &stretch[j]);
		start_s = meter_wall_s();
		stretch_apply(&s, stretch, count, groups);
		i += count;
		if (i == events)
			store_commit(&s);
		r->apply_s += meter_wall_s() - start_s;
	}
	/* Not write_bytes, which may count a whole large folio for one page of it. */
	r->written_bytes = proc_number("/proc/self/io", "wchar");
	store_scan(&s, r);
	check(mdb_env_info(s.env, &info), "info");
	r->events = events;
	r->facts = s.fact_count;
	r->commits = s.commits;
	r->tally_s = s.tally_s;
	r->commit_s = s.commit_s;
	r->used_bytes = (info.me_last_pgno + 1) * (uint64_t)sysconf(_SC_PAGESIZE);
	r->rss_bytes = proc_number("/proc/self/status", "VmRSS") * 1024;
	r->anonymous_bytes = proc_number("/proc/self/status", "RssAnon") * 1024;
	mdb_env_close(s.env);
}

/* A process of its own for each run, so that memory and bytes written are its own. */
static int run_apart(const struct options *o, const struct layout *layout, uint64_t learners,
		     const char *dir, struct result *ret)
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
		run(o, layout, learners, dir, r);
		_exit(0);
	}
	if (child < 0 || waitpid(child, &status, 0) < 0)
		perror("facts_bench: fork");
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
	printf("layout\tlearners\tevents\tfacts\tevents/s\tused_B/fact\tlive_B/"
	       "fact\tdepth\trss_MB\t"
	       "anon_MB\twritten_B/event\tcommits\tscan_facts/"
	       "s\tapply_s\ttally_s\tcommit_s\tsum\n");
}

static void print_result(const struct layout *layout, uint64_t learners, const struct result *r)
{
	double facts = (double)r->facts, events = (double)r->events;

	printf("%s\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%.0f\t", layout->name, learners,
	       r->events, r->facts, events / r->apply_s);
	printf("%.1f\t%.1f\t%u/%u/%u\t", (double)r->used_bytes / facts,
	       (double)r->live_bytes / facts, r->depth[DB_NUMBERS], r->depth[DB_FACTS],
	       r->depth[DB_TALLIES]);
	printf("%.0f\t%.0f\t%.0f\t%" PRIu64 "\t", (double)r->rss_bytes / 1e6,
	       (double)r->anonymous_bytes / 1e6, (double)r->written_bytes / events, r->commits);
	printf("%.0f\t%.2f\t%.2f\t%.2f\t%016" PRIx64 "\n", facts / r->scan_s, r->apply_s,
	       r->tally_s, r->commit_s, r->sum);
	fflush(stdout);
}

static bool disk_has_room(const char *dir, double need)
{
	struct statvfs v;
	double have;

	if (statvfs(dir, &v) != 0)
		return false;
	have = (double)v.f_bavail * (double)v.f_frsize;
	if (have < need)
		fprintf(stderr, "facts_bench: skipped: %.1f GB wanted in %s, %.1f GB free\n",
			need / 1e9, dir, have / 1e9);
	return have >= need;
}

static int run_all(const struct options *o, const char *dir)
{
	print_header();
	for (size_t i = 0; i < o->learner_counts; i++) {
		double need =
			(double)o->learners[i] * o->events_a_learner * DISK_BYTES_A_FACT + 1e9;

		for (size_t j = 0; j < LAYOUTS; j++) {
			struct result best = { 0 }, r;

			if (o->layout && strcmp(o->layout, layouts[j].name) != 0)
				continue;
			if (!disk_has_room(dir, need))
				continue;
			for (int n = 0; n < o->repeat; n++) {
				if (run_apart(o, &layouts[j], o->learners[i], dir, &r) != 0 ||
				    ferror(stdout))
					return 1;
				if (n == 0 || r.apply_s < best.apply_s)
					best = r;
			}
			print_result(&layouts[j], o->learners[i], &best);
		}
	}
	return 0;
}

static void usage(FILE *to)
{
	fputs("usage: facts_bench [OPTION]...\n"
	      "Measures layouts of learners' facts in LMDB; one line a run, tab separated.\n\n"
	      "  --learners N[,N...]  how many (100000,1000000)\n"
	      "  --events X           events a learner, on average (5)\n"
	      "  --stretch N          events that are sorted and applied together (100000)\n"
	      "  --cohorts N          learners begin in N groups, one after the other (20)\n"
	      "  --dirty N            commit when N pages are dirty (16384)\n"
	      "  --layout NAME        keys, packed or packed-pseudonym (all three)\n"
	      "  --repeat N           run each N times and print the fastest (1)\n"
	      "  --dir DIR            where the scratch directory is made (/var/tmp)\n"
	      "  --help\n",
	      to);
}

static bool options_valid(const struct options *o)
{
	bool known = !o->layout;

	for (size_t i = 0; i < LAYOUTS; i++)
		known = known || strcmp(o->layout, layouts[i].name) == 0;
	for (size_t i = 0; i < o->learner_counts; i++)
		if (o->cohorts < 1 || o->learners[i] < o->cohorts)
			return false;
	return known && o->learner_counts > 0 && o->events_a_learner > 0 && o->stretch > 0 &&
	       o->stretch <= 10000000 && o->dirty > 0 && o->repeat > 0;
}

static bool options_read(struct options *o, int argc, char **argv)
{
	static const struct option table[] = {
		{ "learners", required_argument, NULL, 'l' },
		{ "events", required_argument, NULL, 'e' },
		{ "stretch", required_argument, NULL, 's' },
		{ "cohorts", required_argument, NULL, 'c' },
		{ "dirty", required_argument, NULL, 'p' },
		{ "layout", required_argument, NULL, 'y' },
		{ "repeat", required_argument, NULL, 'r' },
		{ "dir", required_argument, NULL, 'd' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "", table, NULL)) != -1) {
		if (c == 'l') {
			o->learner_counts = 0;
			for (char *p = strtok(optarg, ","); p && o->learner_counts < 8;
			     p = strtok(NULL, ","))
				o->learners[o->learner_counts++] = strtoull(p, NULL, 10);
		} else if (c == 'e') {
			o->events_a_learner = strtod(optarg, NULL);
		} else if (c == 's') {
			o->stretch = strtoull(optarg, NULL, 10);
		} else if (c == 'c') {
			o->cohorts = strtoull(optarg, NULL, 10);
		} else if (c == 'p') {
			o->dirty = strtoull(optarg, NULL, 10);
		} else if (c == 'y') {
			o->layout = optarg;
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
	return optind == argc && options_valid(o);
}

int main(int argc, char **argv)
{
	struct options o = { .learners = { 100000, 1000000 },
			     .learner_counts = 2,
			     .events_a_learner = 5,
			     .stretch = 100000,
			     .cohorts = 20,
			     .dirty = 16384,
			     .repeat = 1,
			     .dir = "/var/tmp" };
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
	snprintf(dir, sizeof(dir), "%s/facts_bench.XXXXXX", o.dir);
	if (!mkdtemp(dir)) {
		perror(dir);
		return 1;
	}
	rc = run_all(&o, dir);
	rmdir(dir);
	return rc;
}
