/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A ledger built from the whole journal: all events are sorted by learner, and each learner is
 * folded once.
 *
 * What does not fit into memory is parted by pseudonym first, into files that nobody else sees; the
 * parts are in order of pseudonyms, so that every record but the tallies is appended.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "daemon/base/dir.h"
#include "daemon/base/names.h"
#include "daemon/ledger/internal.h"
#include "daemon/ledger/taken_out.h"

enum {
	BUILD_PART = 1 << 18, /* events that are sorted at once, unless said */
	BUILD_PARTS_MAX = 256,
	BUILD_TALLIES = 1 << 21, /* that are held before they are written */
	PAGE_BYTES = 4096,
};

struct build {
	struct ledger *ledger;
	struct ledger_progress *progress;
	uint64_t last; /* of the journal */
	FILE *parts[BUILD_PARTS_MAX];
	size_t sizes[BUILD_PARTS_MAX]; /* events */
	unsigned shift;		       /* of a pseudonym's first byte, to its part */
	size_t n_parts;		       /* a power of two */
	struct pending *events;	       /* of the part that is being folded */
	struct place *places, *spare;
	size_t room;
	size_t written; /* bytes since the last commit */
	struct record_writer numbers, learners;
};

static int make_progress(struct build *build, uint64_t n)
{
	if (!build->progress)
		return 0;
	atomic_fetch_add(&build->progress->done, n);
	atomic_fetch_add(&build->progress->steps, 1);
	return atomic_load(&build->progress->stop) ? LIFT_E_STOPPED : 0;
}

/* Parting. */

/* A file without a name, beside the ledger: as large as it, and gone with the process. */
static int open_part(const char *dir, FILE **ret_file)
{
	char path[PATH_MAX];
	int fd;

	if (dir_join(path, dir, "part") != 0)
		return LIFT_E_IO;
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return LIFT_E_IO;
	unlink(path);
	*ret_file = fdopen(fd, "w+");
	if (*ret_file)
		return 0;
	close(fd);
	return LIFT_E_MEMORY;
}

static int open_parts(struct build *build, const char *dir)
{
	uint64_t part =
		build->progress && build->progress->part ? build->progress->part : BUILD_PART;
	int err = 0;

	build->n_parts = 1;
	build->shift = 8;
	while (build->n_parts < BUILD_PARTS_MAX && build->last / build->n_parts > part) {
		build->n_parts *= 2;
		build->shift--;
	}
	for (size_t i = 0; i < build->n_parts && !err; i++)
		err = open_part(dir, &build->parts[i]);
	return err;
}

static int part_events(struct build *build)
{
	const struct ledger *ledger = build->ledger;

	for (size_t i = 0; i < ledger->n_stretch; i++) {
		const struct pending *event = &ledger->stretch[i];
		size_t part = event->learner[0] >> build->shift;

		if (fwrite(event, sizeof(*event), 1, build->parts[part]) != 1)
			return errno == ENOMEM ? LIFT_E_MEMORY : LIFT_E_DISK;
		build->sizes[part]++;
	}
	return 0;
}

/* Whole chunks are read: leave room for the last one, which ends with the last number. */
static uint64_t most(const struct build *build, uint64_t from)
{
	uint64_t left = build->last - from + 1;

	return left < LEDGER_STRETCH - CHUNK_MAX ? left : LEDGER_STRETCH - CHUNK_MAX;
}

/* In views of their own: none is held for long. */
static int part_journal(struct build *build)
{
	struct ledger *ledger = build->ledger;
	struct journal_view view;
	uint64_t next = 1, from;
	int err = 0;

	while (next <= build->last && !err) {
		from = next;
		err = journal_view_begin(ledger->journal, &view);
		if (!err)
			err = ledger_gather(ledger, &view, from, most(build, from), &next);
		journal_view_end(&view);
		if (!err && next == from)
			err = LIFT_E_CORRUPT; /* entries that were there are missing */
		if (!err)
			err = part_events(build);
		if (!err)
			err = make_progress(build, next - from);
	}
	build->last = next - 1; /* perhaps a little more: chunks are read whole */
	return err;
}

/* Folding. */

static void open_writers(struct build *build)
{
	record_writer_open(&build->numbers, build->ledger, LDB_NUMBERS);
	record_writer_open(&build->learners, build->ledger, LDB_LEARNERS);
	build->numbers.append = build->learners.append = true;
}

static void close_writers(struct build *build)
{
	record_writer_close(&build->numbers);
	record_writer_close(&build->learners);
}

/* A transaction holds its changed pages in memory; what is committed counts only when all is. */
static int commit(struct build *build)
{
	int err = store_commit(&build->ledger->txn);

	build->written = 0;
	return err ? err : ledger_begin(build->ledger);
}

static int commit_some(struct build *build)
{
	int err;

	if (build->written / PAGE_BYTES < LEDGER_DIRTY_PAGES)
		return 0;
	close_writers(build);
	err = commit(build);
	if (!err)
		open_writers(build);
	return err;
}

/* In order of keys, so that each page is written once; a group is a page or two. The other writers
 * are closed. */
static int write_tallies(struct build *build)
{
	struct ledger *ledger = build->ledger;
	const struct tally_group *groups;
	size_t n, some;
	int err = tally_map_groups(ledger->held, &groups, &n);

	for (; !err && n > 0; groups += some, n -= some) {
		some = n > LEDGER_DIRTY_PAGES / 4 ? LEDGER_DIRTY_PAGES / 4 : n;
		err = ledger_write_groups(ledger, groups, some);
		if (!err)
			err = commit(build);
		if (!err)
			err = make_progress(build, 0);
	}
	tally_map_clear(ledger->held);
	return err;
}

static int write_many_tallies(struct build *build)
{
	int err;

	if (tally_map_count(build->ledger->held) < BUILD_TALLIES)
		return 0;
	close_writers(build);
	err = write_tallies(build);
	if (!err)
		open_writers(build);
	return err;
}

static int write_learner(struct build *build)
{
	struct ledger *ledger = build->ledger;
	struct learner *learner = &ledger->learner;
	struct text pseudonym = { (char *)learner->pseudonym, PSEUDONYM_BYTES };
	uint32_t number = ledger->next_number++;
	uint8_t bytes[NUMBER_BYTES];

	put_be(bytes, number, NUMBER_BYTES);
	record_write(&build->numbers, pseudonym, (struct text){ NULL, 0 },
		     (struct text){ (char *)bytes, NUMBER_BYTES });
	build->written += sizeof(bytes) + pseudonym.size + learner->n * FACT_MAX;
	return pieces_save(&build->learners, number, &ledger->pieces, learner);
}

static int fold_learner(struct build *build, const struct place *first, const struct place *end)
{
	struct ledger *ledger = build->ledger;
	struct learner *learner = &ledger->learner;
	bool added;
	int err = 0;

	learner_clear(learner);
	memcpy(learner->pseudonym, first->event->learner, PSEUDONYM_BYTES);
	learner->source = ledger_first_source(first, end);
	for (; first < end && !err; first++)
		err = learner_add(learner, &first->event->fact, &added);
	if (!err && ledger->horizon > 0)
		err = learner_retain(learner, &ledger->profiles, ledger->horizon);
	if (!err)
		err = learner_contribute(learner, &ledger->profiles, ledger->until,
					 &ledger->change.after);
	if (!err)
		err = contribution_add_difference(ledger->held, &ledger->change.before,
						  &ledger->change.after);
	if (!err)
		err = write_learner(build);
	if (!err)
		err = write_many_tallies(build);
	return err ? err : commit_some(build);
}

/* Parts are nearly as large as each other. */
static int make_room(struct build *build, size_t n)
{
	size_t room = n + n / 8;

	if (n <= build->room)
		return 0;
	free(build->events);
	free(build->places);
	free(build->spare);
	build->room = 0;
	build->events = malloc(room * sizeof(*build->events));
	build->places = malloc(room * sizeof(*build->places));
	build->spare = malloc(room * sizeof(*build->spare));
	if (!build->events || !build->places || !build->spare)
		return LIFT_E_MEMORY;
	build->room = room;
	return 0;
}

static int read_part(struct build *build, size_t part)
{
	size_t n = build->sizes[part];
	int err = make_room(build, n);

	if (err)
		return err;
	if (fflush(build->parts[part]) != 0)
		return LIFT_E_DISK;
	rewind(build->parts[part]);
	if (n > 0 && fread(build->events, sizeof(*build->events), n, build->parts[part]) != n)
		return LIFT_E_IO;
	fclose(build->parts[part]);
	build->parts[part] = NULL;
	for (size_t i = 0; i < n; i++)
		build->places[i] =
			(struct place){ get_be(build->events[i].learner, 8), &build->events[i] };
	ledger_sort_places(build->places, build->spare, n);
	return 0;
}

static int fold_part(struct build *build, size_t part)
{
	const struct place *place, *end, *next;
	int err = read_part(build, part);

	if (err)
		return err;
	place = build->places;
	end = place + build->sizes[part];
	for (; place < end && !err; place = next) {
		place_fetch(place, end);
		for (next = place + 1;
		     next < end &&
		     memcmp(next->event->learner, place->event->learner, PSEUDONYM_BYTES) == 0;
		     next++)
			place_fetch(next, end);
		err = fold_learner(build, place, next);
		if (!err)
			err = make_progress(build, (uint64_t)(next - place));
	}
	return err;
}

static int fold_all(struct build *build)
{
	int err = 0;

	open_writers(build);
	for (size_t i = 0; i < build->n_parts && !err; i++)
		err = fold_part(build, i);
	close_writers(build);
	return err ? err : write_tallies(build);
}

/* All of it. */

/* With this, and the journal number, it is a ledger. */
static int finish(struct build *build)
{
	struct ledger *ledger = build->ledger;

	store_put(&ledger->txn, LDB_META, text_of("digest"),
		  (struct text){ (char *)ledger->digest, DIGEST_BYTES });
	store_put(&ledger->txn, LDB_META, text_of("catalogue"), ledger->catalogue->text);
	ledger_put_meta(ledger, build->last);
	return store_commit(&ledger->txn);
}

static void build_clear(struct build *build)
{
	for (size_t i = 0; i < build->n_parts; i++)
		if (build->parts[i])
			fclose(build->parts[i]);
	free(build->events);
	free(build->places);
	free(build->spare);
}

int ledger_build(const char *dir, struct journal *journal, const struct catalogue *catalogue,
		 int64_t until, struct ledger_progress *progress, struct ledger **ret_ledger)
{
	struct build build = { .progress = progress };
	int err = dir_delete(dir);

	if (!err)
		err = ledger_new(dir, journal, catalogue, until, &build.ledger);
	if (err)
		return err;
	/* Behind the horizon that it is built by: what was received before that is all there. */
	build.last = journal_last(journal);
	if (progress && progress->before && progress->before <= build.last)
		build.last = progress->before - 1;
	if (progress && progress->known_at && progress->later == LEDGER_NOTHING &&
	    progress->known_at < build.last)
		build.last = progress->known_at;
	if (progress) {
		atomic_store(&progress->done, 0);
		atomic_store(&progress->total, 2 * build.last);
		build.ledger->known_at = progress->known_at;
		build.ledger->later = progress->later;
		build.ledger->later_to = progress->later_to;
	}
	build.ledger->seen = names_new();
	err = build.ledger->seen ? open_parts(&build, dir) : LIFT_E_MEMORY;
	if (!err)
		err = ledger_begin(build.ledger);
	if (!err)
		err = ledger_load_forgotten(build.ledger);
	if (!err)
		err = part_journal(&build);
	if (!err)
		err = fold_all(&build);
	if (!err)
		err = finish(&build);
	ledger_drop_forgotten(build.ledger);
	if (!err)
		err = ledger_load(build.ledger);
	build_clear(&build);
	if (err)
		ledger_close(build.ledger);
	else
		*ret_ledger = build.ledger;
	return err;
}
