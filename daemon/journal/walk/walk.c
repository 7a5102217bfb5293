/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <time.h>

#include "daemon/journal/walk/internal.h"

/* Names first: all others refer to them. */
static const int order[DB_COUNT] = { DB_META,	DB_NAMES,   DB_STREAM_IDS, DB_STREAMS,
				     DB_GAPS,	DB_SOURCES, DB_INDEX,	   DB_QUARANTINE,
				     DB_REUSED, DB_REFUSED, DB_FORGETS,	   DB_OBJECTIONS,
				     DB_ENTRIES };

enum { PIECE_BYTES = 220 * 4096 /* of leaves: about what a full branch page has */ };

/* Numbers end with the last one. Where that is not known, who asks may know it. */
static void settle_damage(struct journal_walk *walk)
{
	if (walk->knows_last)
		journal_damage_end(&walk->damage, walk->received);
}

/* What the pages say. */

static void on_record(void *context, int db, struct text key, struct text value)
{
	walk_record(context, order[db], key, value);
}

static void on_damage(void *context, int db, struct text first, struct text end, const char *why)
{
	const char *name = db == PAGES_FREE   ? "free list"
			   : db == PAGES_MAIN ? "file"
					      : journal_db_names[order[db]];
	uint64_t from = 1, to = UINT64_MAX;

	if (db >= 0 && order[db] == DB_ENTRIES) {
		number_decode(first, &from);
		if (number_decode(end, &to) == 0)
			to--;
		/* What is missing here is told once. */
		((struct journal_walk *)context)->next = 0;
	}
	walk_tell(context, from, to, "%s: %s", name, why);
}

/* The walk. */

static void check_sums(struct journal_walk *walk)
{
	/* Of an older format, where nothing is damaged yet. */
	walk->knows_last =
		walk->has_sums ? sum_equal(&walk->sums[DB_SOURCES], &walk->kept_sums[DB_SOURCES])
			       : !walk->damage.found;
	if (walk->format == 0 && (walk->damage.found || walk->n_records == 0))
		return; /* there is nothing to compare with; it was only being made when the daemon
			   died */
	if (walk->format == 0 || walk->has_sums != (walk->format > JOURNAL_FORMAT_WITHOUT_SUMS)) {
		walk_tell(walk, 1, UINT64_MAX, "meta: its format and its sums do not agree");
		return;
	}
	for (int db = 0; db < DB_COUNT && walk->has_sums; db++)
		if (!sum_equal(&walk->sums[db], &walk->kept_sums[db]))
			walk_tell(walk, 1, UINT64_MAX,
				  "%s: a record is not what it was, or is missing",
				  journal_db_names[db]);
}

/* The last pieces, in order. */
static void walk_newest(struct journal_walk *walk, uint64_t newest_bytes)
{
	size_t pieces = pages_pieces(walk->pages), most = newest_bytes / PIECE_BYTES + 1;

	walk->newest_piece = pieces > most ? pieces - most : 0;
	walk->is_newest = true;
	/* Numbers begin with 1, where this part is all. */
	walk->next = walk->newest_piece == 0 ? 1 : 0;
	for (size_t i = walk->newest_piece; i < pieces && !walk->err; i++)
		pages_walk_piece(walk->pages, i);
	if (walk->knows_last)
		walk_part_end(walk, walk->received + 1);
	else
		walk_open_end(walk);
	walk->is_newest = false;
}

static int finish(struct journal_walk *walk)
{
	if (!walk->err)
		walk_compare(walk);
	settle_damage(walk);
	return walk->err;
}

static int open_walk(struct journal_walk *walk, const char *path, bool *ret_is_sound)
{
	struct pages_watcher watcher = { on_record, on_damage, walk };
	int err = pages_open(path, &watcher, &walk->pages);

	*ret_is_sound = err == 0;
	return err == LIFT_E_CORRUPT ? 0 : err; /* that has been told */
}

static int walk_first_part(struct journal_walk *walk, uint64_t newest_bytes)
{
	const char *names[DB_COUNT];
	uint32_t may_lack =
		0; /* an older format has not all of them: one that is missing has no sum */
	int err;

	for (int i = 0; i < DB_COUNT; i++) {
		names[i] = journal_db_names[order[i]];
		may_lack |= (uint32_t)(order[i] >= DB_COUNT_BEFORE_3) << i;
	}
	err = pages_walk(walk->pages, names, DB_COUNT, may_lack);
	if (err || walk->err)
		return err ? err : walk->err;
	if (walk->format > JOURNAL_FORMAT)
		return LIFT_E_NEWER;
	check_sums(walk);
	walk_newest(walk, newest_bytes);
	return walk->err;
}

int journal_walk_begin(const char *path, uint64_t newest_bytes, struct journal_walk **ret_walk,
		       bool *ret_more)
{
	struct journal_walk *walk = calloc(1, sizeof(*walk));
	bool is_sound;
	int err = LIFT_E_MEMORY;

	if (!walk)
		return err;
	walk->source_names = names_new();
	walk->stream_names = names_new();
	if (walk->source_names && walk->stream_names)
		err = open_walk(walk, path, &is_sound);
	if (!err && is_sound)
		err = walk_first_part(walk, newest_bytes);
	if (!err) {
		*ret_more = is_sound && walk->newest_piece > 0;
		if (is_sound && walk->newest_piece == 0)
			err = finish(walk);
		settle_damage(walk);
	}
	if (err)
		journal_walk_end(walk);
	else
		*ret_walk = walk;
	return err;
}

int journal_walk_rest(struct journal_walk *walk, uint64_t bytes_per_second)
{
	walk->next = 1;
	for (size_t i = 0; i < walk->newest_piece && !walk->err; i++) {
		uint64_t bytes = pages_walk_piece(walk->pages, i);
		uint64_t ns =
			bytes_per_second ? bytes * UINT64_C(1000000000) / bytes_per_second : 0;
		struct timespec rest = { (time_t)(ns / 1000000000), (long)(ns % 1000000000) };

		if (ns > 0)
			nanosleep(&rest, NULL);
	}
	walk_part_end(walk, walk->newest_first);
	return finish(walk);
}

const struct journal_damage *journal_walk_damage(const struct journal_walk *walk)
{
	return &walk->damage;
}

uint64_t journal_walk_bytes(const struct journal_walk *walk)
{
	return walk->pages ? pages_bytes(walk->pages) : 0;
}

void journal_walk_end(struct journal_walk *walk)
{
	if (!walk)
		return;
	pages_close(walk->pages);
	names_free(walk->source_names);
	names_free(walk->stream_names);
	for (uint32_t i = 0; i < walk->n_names[NAME_STREAM]; i++)
		free(walk->streams[i].ranges);
	free(walk->streams);
	free(walk->sources);
	free(walk->heads);
	free(walk);
}
