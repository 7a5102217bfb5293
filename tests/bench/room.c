/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/room.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "daemon/base/state.h"
#include "daemon/catalogue/load.h"
#include "proto/err.h"
#include "tests/bench/meter.h"

#define SOURCE	"bench"
#define STREAM	"room"
#define RECEIPT (WORLD_END_MS + INT64_C(3600000))

void room_must(int err, const char *what)
{
	if (!err)
		return;
	fprintf(stderr, "bench: %s: %s\n", what, lift_err_code(err));
	exit(EXIT_FAILURE);
}

static void make_dir(const char *path)
{
	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		room_must(LIFT_E_IO, path);
}

static void load_catalogue(struct room *room)
{
	char path[PATH_MAX];
	struct yaml_errors errors = { 0 };
	FILE *to;

	snprintf(path, sizeof(path), "%s/catalogue.yaml", room->dir);
	to = fopen(path, "w");
	if (!to)
		room_must(LIFT_E_IO, path);
	world_catalogue(&room->world, to);
	fclose(to);
	errors.file = path;
	room_must(catalogue_load(path, &errors, &room->catalogue), path);
}

void room_open(struct room *room, const char *dir, const struct world *world,
	       const struct world_size *size)
{
	char state[PATH_MAX], path[PATH_MAX];

	*room = (struct room){ .dir = dir, .world = *world, .size = *size };
	make_dir(dir);
	snprintf(state, sizeof(state), "%s/state", dir);
	make_dir(state);
	load_catalogue(room);
	room_must(secret_open(state, true, &room->secret), "secret");
	state_path(path, state, STATE_JOURNAL);
	room_must(journal_open(path, room->secret.digest, &room->journal), path);
	room_must(keeper_open(&room->keeper, room->catalogue, &room->secret, room->journal),
		  "keeper");
}

void room_close(struct room *room)
{
	ledger_close(room->ledger);
	keeper_close(&room->keeper);
	journal_close(room->journal);
	secret_close(&room->secret);
	catalogue_free(room->catalogue);
}

static void append(struct room *room, struct stream *stream)
{
	struct world_event made = world_make(&room->world, &room->size, room->next);
	struct world_words words;
	struct event event = world_say(&room->world, &made, &words);
	struct entry entry = { 0 };

	room_must(keeper_entry(&room->keeper, text_of(SOURCE), stream, &event, &entry), "entry");
	journal_append(room->journal, stream, stream->next, RECEIPT, &entry);
	room->next++;
}

void room_fill(struct room *room, uint64_t events, uint64_t a_commit)
{
	while (events > 0) {
		uint64_t count = events < a_commit ? events : a_commit;
		struct stream *stream;

		room_must(journal_add_stream(room->journal, text_of(SOURCE), text_of(STREAM),
					     &stream),
			  "stream");
		for (uint64_t i = 0; i < count; i++)
			append(room, stream);
		room_must(journal_commit(room->journal), "commit of the journal");
		keeper_settle(&room->keeper, true);
		events -= count;
	}
}

static void note_change(void *context, uint32_t home, uint32_t subject)
{
	struct room *room = context;

	(void)home;
	(void)subject;
	room->changes++;
}

static void note_seen(void *context, struct text source, uint32_t module, uint32_t home)
{
	(void)context;
	(void)source;
	(void)module;
	(void)home;
}

static void ledger_path(const struct room *room, char path[static PATH_MAX])
{
	char state[PATH_MAX];

	snprintf(state, sizeof(state), "%s/state", room->dir);
	state_path(path, state, STATE_LEDGER);
}

void room_build(struct room *room)
{
	struct ledger_watcher watcher = { .changed = note_change,
					  .seen = note_seen,
					  .context = room };
	char path[PATH_MAX];

	ledger_close(room->ledger);
	ledger_path(room, path);
	room_must(
		ledger_build(path, room->journal, room->catalogue, INT64_MAX, NULL, &room->ledger),
		"build of the ledger");
	room_must(ledger_watch(room->ledger, &watcher), "watch");
}

bool room_apply(struct room *room)
{
	int64_t now_ms = (int64_t)(meter_wall_s() * 1000);
	uint64_t added;
	bool more;

	room_must(ledger_apply(room->ledger, now_ms, &more, &added), "apply");
	if (ledger_is_due(room->ledger, now_ms))
		room_commit(room);
	return more;
}

void room_commit(struct room *room)
{
	room_must(ledger_commit(room->ledger), "commit of the ledger");
}

static double store_bytes_of(const struct room *room, enum state_part part)
{
	char path[PATH_MAX + 16], state[PATH_MAX], store[PATH_MAX];

	snprintf(state, sizeof(state), "%s/state", room->dir);
	state_path(store, state, part);
	snprintf(path, sizeof(path), "%s/data.mdb", store);
	return meter_file_bytes(path);
}

double room_journal_bytes(const struct room *room)
{
	return store_bytes_of(room, STATE_JOURNAL);
}

double room_ledger_bytes(const struct room *room)
{
	return store_bytes_of(room, STATE_LEDGER);
}
