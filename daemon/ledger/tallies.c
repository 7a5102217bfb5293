/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tallies: those on disk, in runs, and those that are held in memory until the ledger commits.
 */
#include "daemon/ledger/internal.h"
#include "proto/grow.h"

enum {
	SUBJECT_BYTES = 8,	   /* of a key: home and subject */
	RUN_CUT = 2 * RUN_MAX / 3, /* of one that is cut: it may grow */
};

static struct text run_key(uint8_t to[static TALLY_KEY_BYTES], uint32_t home, uint32_t subject,
			   uint64_t what)
{
	struct tally_key key = tally_key_of(home, subject, what);

	tally_key_encode(&key, to);
	return (struct text){ (const char *)to, TALLY_KEY_BYTES };
}

static bool is_of(struct text key, struct text wanted)
{
	return key.size == TALLY_KEY_BYTES && memcmp(key.data, wanted.data, SUBJECT_BYTES) == 0;
}

/* Reading. */

/* Who is told of the tallies of a home and subject, and what is held of them and not told yet. */
struct telling {
	struct tally_group held;
	tally_fn fn;
	void *context;
};

static void tell(const struct telling *telling, uint64_t what, int64_t n)
{
	struct tally_key key = tally_key_of(telling->held.home, telling->held.subject, what);

	if (n != 0)
		telling->fn(telling->context, &key, n);
}

/* What is held from before a part; returns what is held of the part itself. */
static int64_t tell_held(struct telling *telling, uint64_t what)
{
	struct tally_group *held = &telling->held;

	for (; held->n > 0 && held->parts->what < what; held->parts++, held->n--)
		tell(telling, held->parts->what, held->parts->n);
	if (held->n == 0 || held->parts->what != what)
		return 0;
	held->n--;
	return held->parts++->n;
}

static int tell_run(struct telling *telling, struct text run)
{
	struct run_reader reader;
	struct tally_part part;

	run_open(&reader, run);
	while (run_next(&reader, &part)) {
		int64_t held = telling->held.n > 0 ? tell_held(telling, part.what) : 0;

		tell(telling, part.what, part.n + held);
	}
	return reader.failed ? LIFT_E_CORRUPT : 0;
}

static int read_range(struct store_txn *txn, const struct tally_group *held, tally_fn fn,
		      void *context)
{
	struct telling telling = { *held, fn, context };
	uint8_t bytes[TALLY_KEY_BYTES];
	struct text wanted = run_key(bytes, held->home, held->subject, 0), key, run;
	struct store_cursor cursor;
	int err = 0;

	store_cursor_open(txn, LDB_TALLIES, &cursor);
	for (bool more = store_seek(&cursor, wanted, &key, &run);
	     more && !err && is_of(key, wanted); more = store_next(&cursor, &key, &run))
		err = tell_run(&telling, run);
	store_cursor_close(&cursor);
	for (; telling.held.n > 0; telling.held.parts++, telling.held.n--)
		tell(&telling, telling.held.parts->what, telling.held.parts->n);
	return err ? err : txn->err;
}

static int view_range(void *source, uint32_t home, uint32_t subject, tally_fn fn, void *context)
{
	return read_range(source, &(struct tally_group){ home, subject, NULL, 0 }, fn, context);
}

struct tallies ledger_view_tallies(struct ledger_view *view)
{
	return (struct tallies){ view_range, &view->txn };
}

/* What is applied shows before it is committed. */
static int applied_range(void *source, uint32_t home, uint32_t subject, tally_fn fn, void *context)
{
	struct ledger *ledger = source;
	struct tally_group held = tally_map_group(ledger->held, home, subject);
	struct store_txn txn;
	int err;

	if (ledger->txn.txn)
		return read_range(&ledger->txn, &held, fn, context);
	err = store_begin(ledger->store, false, &txn);
	if (!err)
		err = read_range(&txn, &held, fn, context);
	store_abort(&txn);
	return err;
}

struct tallies ledger_tallies(struct ledger *ledger)
{
	return (struct tallies){ applied_range, ledger };
}

void tally_walk_begin(struct tally_walk *walk, struct store_txn *txn)
{
	*walk = (struct tally_walk){ .err = 0 };
	store_cursor_open(txn, LDB_TALLIES, &walk->cursor);
}

static bool next_run(struct tally_walk *walk)
{
	struct text key, run;

	if (!store_next(&walk->cursor, &key, &run))
		return false;
	if (key.size != TALLY_KEY_BYTES) {
		walk->err = LIFT_E_CORRUPT;
		return false;
	}
	tally_key_decode((const uint8_t *)key.data, &walk->key);
	run_open(&walk->run, run);
	return true;
}

bool tally_walk_next(struct tally_walk *walk, struct tally *ret_tally)
{
	struct tally_part part;

	while (!run_next(&walk->run, &part)) {
		if (walk->run.failed)
			walk->err = LIFT_E_CORRUPT;
		if (walk->err || !next_run(walk))
			return false;
	}
	*ret_tally = (struct tally){ tally_key_of(walk->key.home, walk->key.subject, part.what),
				     part.n };
	return true;
}

int tally_walk_end(struct tally_walk *walk)
{
	int err = walk->err ? walk->err : walk->cursor.txn->err;

	store_cursor_close(&walk->cursor);
	return err;
}

/* Writing. */

/* Where a part is stored: the run that has its place, and where the run behind it begins. */
struct spot {
	uint8_t bytes[TALLY_KEY_BYTES];
	struct text key, was; /* `was`: data NULL where there is no such run */
	uint64_t end;	      /* UINT64_MAX: there is no run behind it */
};

static uint64_t what_of(struct text key)
{
	return get_be((const uint8_t *)key.data + SUBJECT_BYTES, TALLY_KEY_BYTES - SUBJECT_BYTES);
}

/* The last run that begins with the part or before it. */
static void find_spot(struct record_writer *writer, const struct tally_group *group, uint64_t what,
		      struct spot *ret_spot)
{
	struct text wanted = run_key(ret_spot->bytes, group->home, group->subject, what), key, run;
	bool found = store_seek(&writer->cursor, wanted, &key, &run);

	ret_spot->end = UINT64_MAX;
	if (found && text_equal(key, wanted)) {
		ret_spot->was = run;
		found = store_next(&writer->cursor, &key, &run);
		if (found && is_of(key, wanted))
			ret_spot->end = what_of(key);
	} else {
		if (found && is_of(key, wanted))
			ret_spot->end = what_of(key);
		found = found ? store_previous(&writer->cursor, &key, &run)
			      : store_last(&writer->cursor, &key, &run);
		found = found && is_of(key, wanted);
		ret_spot->was = found ? run : record_none;
		run_key(ret_spot->bytes, group->home, group->subject, found ? what_of(key) : 0);
	}
	ret_spot->key = wanted;
}

/* A run and changes of its parts, summed. LIFT_E_CORRUPT, LIFT_E_MEMORY. */
static int merge(struct run_memory *memory, struct text was, const struct tally_part *changes,
		 size_t n_changes)
{
	const struct tally_part *end = changes + n_changes;
	struct run_reader reader;
	struct tally_part part;
	bool more;

	/* A part takes two bytes at least. */
	if (grow(&memory->parts, &memory->room, was.size / 2 + n_changes + 1,
		 sizeof(*memory->parts)) != 0)
		return LIFT_E_MEMORY;
	memory->n = 0;
	run_open(&reader, was);
	more = run_next(&reader, &part);
	while (more || changes < end) {
		bool old = more && (changes == end || part.what <= changes->what);
		bool new = changes < end && (!more || changes->what <= part.what);
		struct tally_part *sum = &memory->parts[memory->n];

		*sum = old ? part : *changes;
		if (old && new)
			sum->n += changes->n;
		memory->n += sum->n != 0;
		if (old)
			more = run_next(&reader, &part);
		changes += new;
	}
	return reader.failed ? LIFT_E_CORRUPT : 0;
}

/* As many parts as fit, or all where `most` is SIZE_MAX; how many. */
static size_t put_parts(const struct tally_part *parts, size_t n, uint8_t *to, size_t most,
			size_t *ret_size)
{
	struct run_at at = { 0 };
	size_t i = 0, size = 0;

	for (; i < n && size < most; i++)
		size += run_put(&at, &parts[i], to + size);
	*ret_size = size;
	return i;
}

/* In one run, or, where that would be too long, in several that are about as long. */
static int write_runs(struct record_writer *writer, struct run_memory *memory,
		      const struct tally_group *group, struct spot *spot)
{
	const struct tally_part *parts = memory->parts, *end = parts + memory->n;
	size_t size, most = SIZE_MAX, n;

	if (grow(&memory->bytes, &memory->room_bytes, memory->n * RUN_PART_MAX, 1) != 0)
		return LIFT_E_MEMORY;
	n = put_parts(parts, memory->n, memory->bytes, most, &size);
	if (size > RUN_MAX) {
		most = size / (size / RUN_CUT + 1);
		n = put_parts(parts, memory->n, memory->bytes, most, &size);
	}
	for (;;) {
		record_write(writer, spot->key, spot->was,
			     (struct text){ (char *)memory->bytes, size });
		parts += n;
		if (parts == end)
			return 0;
		spot->was = record_none;
		spot->key = run_key(spot->bytes, group->home, group->subject, parts->what);
		n = put_parts(parts, (size_t)(end - parts), memory->bytes, most, &size);
	}
}

static int write_group(struct record_writer *writer, struct run_memory *memory,
		       const struct tally_group *group)
{
	const struct tally_part *change = group->parts, *end = change + group->n, *next;
	int err = 0;

	while (change < end && !err) {
		struct spot spot = { .end = UINT64_MAX };

		if (writer->append)
			spot.key = run_key(spot.bytes, group->home, group->subject, 0);
		else
			find_spot(writer, group, change->what, &spot);
		for (next = change; next < end && next->what < spot.end; next++)
			;
		err = merge(memory, spot.was, change, (size_t)(next - change));
		if (!err && memory->n > 0)
			err = write_runs(writer, memory, group, &spot);
		else if (!err && spot.was.data)
			record_remove(writer, spot.key, spot.was);
		change = next;
	}
	return err;
}

/* Are they all behind what is there, as in a new ledger? */
static bool are_behind(struct record_writer *writer, const struct tally_group *first)
{
	uint8_t bytes[TALLY_KEY_BYTES];
	struct text wanted = run_key(bytes, first->home, first->subject, 0), key, run;

	return !store_last(&writer->cursor, &key, &run) || text_compare(key, wanted) < 0;
}

int ledger_write_groups(struct ledger *ledger, const struct tally_group *groups, size_t n)
{
	struct record_writer writer;
	int err = 0;

	record_writer_open(&writer, ledger, LDB_TALLIES);
	writer.append = n > 0 && are_behind(&writer, groups);
	for (size_t i = 0; i < n && !err; i++)
		err = write_group(&writer, &ledger->runs, &groups[i]);
	record_writer_close(&writer);
	return err ? err : ledger->txn.err;
}

int ledger_write_held(struct ledger *ledger)
{
	const struct tally_group *groups;
	size_t n;
	int err = tally_map_groups(ledger->held, &groups, &n);

	if (!err)
		err = ledger_write_groups(ledger, groups, n);
	tally_map_clear(ledger->held);
	return err;
}
