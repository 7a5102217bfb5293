/* SPDX-License-Identifier: Apache-2.0 */
/*
 * room_bench.c - what each of the daemon's rooms can do alone: in one process, without sockets and
 * other threads, one room after the other.
 *
 *   room_bench WORLD [--learners N] [--events N] [--built N] [--small N] [--rooms NAMES]
 *              [--anyone] [--dir DIR]
 *
 * The journal gets EVENTS events of LEARNERS learners who begin one after the other (--anyone: all
 * are active from the first event on). The ledger is built of the first BUILT of them, as a rule of
 * none, and applies the others as a backlog (backlog); then SMALL more, which come and are applied
 * 100 at a time (stretches); then it is built anew of all (build). What is applied includes the
 * ledger's commits. NAMES: those rooms that are measured, with commas between; also `intake`:
 * batches of 100, decoded, judged, journalled.
 *
 * A line for each figure on standard output: name, unit, value. --dir keeps what was made: DIR has
 * the catalogue and the state, with which a daemon may go on.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/base/dir.h"
#include "daemon/intake/gate.h"
#include "tests/bench/meter.h"
#include "tests/bench/room.h"

enum { FILL_COMMIT = 65536, STRETCH = 100, BATCH = 100, GROUP = 64, INTAKE_EVENTS = 500000 };

struct options {
	struct world world;
	struct world_size size; /* with those in stretches */
	uint64_t events, built, small;
	const char *rooms, *dir;
};

/* What one room has done between two moments. */
struct lap {
	double wall_s, cpu_s;
};

static struct lap lap_begin(void)
{
	return (struct lap){ meter_wall_s(), meter_cpu_s() };
}

static struct lap lap_since(struct lap begin)
{
	return (struct lap){ meter_wall_s() - begin.wall_s, meter_cpu_s() - begin.cpu_s };
}

static void tell(const struct options *options, const char *room, struct lap lap, uint64_t events)
{
	meter_tell((double)events / lap.wall_s, "events/s", "%s.%s", options->world.name, room);
	meter_tell(lap.cpu_s * 1e6 / (double)events, "us CPU/event", "%s.%s.cpu",
		   options->world.name, room);
}

static bool has(const struct options *options, const char *room)
{
	const char *at = strstr(options->rooms, room);

	return at && (at[strlen(room)] == ',' || at[strlen(room)] == '\0');
}

static void encode(const struct room *room, struct msg_writer *writer, uint64_t first)
{
	msg_writer_clear(writer);
	batch_begin(writer, "events", text_of("bench"), text_of("intake"), first + 1, BATCH);
	for (uint64_t i = 0; i < BATCH; i++) {
		struct world_event made = world_make(&room->world, &room->size, first + i);
		struct world_words words;
		struct event event = world_say(&room->world, &made, &words);

		event_encode(writer, &event);
	}
}

static struct lap take(struct gate *gate, struct msg_reader *reader, struct text message)
{
	struct lap begin = lap_begin();
	struct batch batch;

	room_must(batch_decode(reader, message, &batch), "batch");
	room_must(gate_take(gate, NULL, &batch, WORLD_END_MS), "gate");
	if (gate->last.n_accepted != BATCH)
		room_must(LIFT_E_MALFORMED, "a batch was not accepted");
	return lap_since(begin);
}

static struct lap commit(struct gate *gate, struct stats *stats)
{
	struct lap begin = lap_begin();

	room_must(journal_commit(gate->journal), "commit of the journal");
	gate_settle(gate, stats, true);
	return lap_since(begin);
}

/* The room of intake, with a journal of its own. */
static void measure_intake(const struct options *options, const char *dir)
{
	struct msg_writer *writer = msg_writer_new();
	struct msg_reader *reader = msg_reader_new();
	struct yaml_errors errors = { .file = "(none)" };
	struct stats *stats = calloc(1, sizeof(*stats));
	struct config *config;
	struct room room;
	struct gate *gate;
	struct lap all = { 0 };

	room_open(&room, dir, &options->world, &options->size);
	room_must(config_parse(text_of("state: /x\nruntime: /x\n"), &errors, getenv, true, &config),
		  "configuration");
	room_must(gate_open(config, room.catalogue, &room.secret, room.journal, &gate), "gate");
	for (uint64_t n = 0, batches = 1; n < INTAKE_EVENTS; n += BATCH, batches++) {
		struct lap lap;

		encode(&room, writer, n);
		lap = take(gate, reader, msg_written(writer));
		all.wall_s += lap.wall_s;
		all.cpu_s += lap.cpu_s;
		if (batches % GROUP > 0 && n + BATCH < INTAKE_EVENTS)
			continue;
		lap = commit(gate, stats);
		all.wall_s += lap.wall_s;
		all.cpu_s += lap.cpu_s;
	}
	tell(options, "intake", all, INTAKE_EVENTS);
	gate_close(gate);
	config_free(config);
	free(stats);
	msg_writer_free(writer);
	msg_reader_free(reader);
	room_close(&room);
}

static void measure_backlog(const struct options *options, struct room *room)
{
	const char *name = options->world.name;
	uint64_t from;
	struct lap lap;

	room_build(room);
	from = ledger_applied(room->ledger);
	room_fill(room, options->events - options->built, FILL_COMMIT);
	lap = lap_begin();
	while (room_apply(room))
		;
	room_commit(room);
	tell(options, "backlog", lap_since(lap), ledger_applied(room->ledger) - from);
	meter_tell(meter_own_bytes((int)getpid()) / 1048576, "MiB", "%s.own", name);
	meter_tell(room_ledger_bytes(room) / (double)journal_last(room->journal), "bytes/event",
		   "%s.ledger", name);
}

static void measure_stretches(const struct options *options, struct room *room)
{
	struct lap all = { 0 };

	for (uint64_t n = 0; n < options->small; n += STRETCH) {
		struct lap lap;

		room_fill(room, STRETCH, STRETCH);
		lap = lap_begin();
		room_apply(room);
		if (n + STRETCH >= options->small)
			room_commit(room);
		lap = lap_since(lap);
		all.wall_s += lap.wall_s;
		all.cpu_s += lap.cpu_s;
	}
	tell(options, "stretches", all, options->small);
}

static void measure_build(const struct options *options, struct room *room)
{
	uint64_t events = journal_last(room->journal);
	struct lap lap = lap_begin();

	room_build(room);
	tell(options, "build", lap_since(lap), events);
	meter_tell(room_ledger_bytes(room) / (double)events, "bytes/event", "%s.built",
		   options->world.name);
}

static void measure_ledger(const struct options *options, const char *dir)
{
	struct room room;

	room_open(&room, dir, &options->world, &options->size);
	room_fill(&room, options->built, FILL_COMMIT);
	if (has(options, "backlog"))
		measure_backlog(options, &room);
	else
		room_fill(&room, options->events - options->built, FILL_COMMIT);
	if (has(options, "stretches")) {
		if (!room.ledger)
			room_build(&room);
		measure_stretches(options, &room);
	}
	if (has(options, "build"))
		measure_build(options, &room);
	meter_tell(room_journal_bytes(&room) / (double)journal_last(room.journal), "bytes/event",
		   "%s.journal", options->world.name);
	room_close(&room);
}

static int usage(void)
{
	fprintf(stderr,
		"usage: room_bench WORLD [--learners N] [--events N] [--built N] [--small N]\n"
		"           [--anyone] [--rooms intake,backlog,stretches,build] [--dir DIR]\n"
		"WORLD is plain, rich or nordic. By default a million learners and two million\n"
		"events, none of them in the ledger before, and 20000 more in stretches.\n");
	return 2;
}

static bool read_option(struct options *options, const char *name, const char *value)
{
	const struct {
		const char *name;
		uint64_t *to;
	} numbers[] = { { "--learners", &options->size.learners },
			{ "--events", &options->events },
			{ "--built", &options->built },
			{ "--small", &options->small } };

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (strcmp(name, numbers[i].name) == 0) {
			*numbers[i].to = strtoull(value, NULL, 10);
			return true;
		}
	if (strcmp(name, "--rooms") == 0)
		options->rooms = value;
	else if (strcmp(name, "--dir") == 0)
		options->dir = value;
	else
		return false;
	return true;
}

static bool read_options(int argc, char **argv, struct options *options)
{
	const struct world *world = argc > 1 ? world_find(argv[1]) : NULL;

	if (!world)
		return false;
	*options = (struct options){ .world = *world,
				     .size = { .learners = 1000000 },
				     .events = 2000000,
				     .small = 20000,
				     .rooms = "intake,backlog,stretches,build" };
	for (int i = 2; i < argc; i++) {
		if (strcmp(argv[i], "--anyone") == 0)
			options->world.cohort = 0;
		else if (i + 1 == argc || !read_option(options, argv[i], argv[i + 1]))
			return false;
		else
			i++;
	}
	options->size.events = options->events + options->small;
	return options->size.learners > 0 && options->built < options->events;
}

int main(int argc, char **argv)
{
	const char *below = getenv("BENCH_DIR");
	char scratch[256], intake[300];
	struct options options;

	if (!read_options(argc, argv, &options))
		return usage();
	snprintf(scratch, sizeof(scratch), "%s/liftd-room.XXXXXX", below ? below : "/var/tmp");
	if (!options.dir && !mkdtemp(scratch))
		room_must(LIFT_E_IO, scratch);
	snprintf(intake, sizeof(intake), "%s/intake", options.dir ? options.dir : scratch);
	if (has(&options, "intake"))
		measure_intake(&options, intake);
	if (has(&options, "backlog") || has(&options, "stretches") || has(&options, "build"))
		measure_ledger(&options, options.dir ? options.dir : scratch);
	if (!options.dir)
		dir_delete(scratch);
	return 0;
}
