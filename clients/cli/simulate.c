/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lift simulate: a course (course.h) sent to the daemon, or written to a file. The same arguments
 * give the same events under the same numbers of the same stream, so that a second run changes
 * nothing.
 */
#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clients/cli/course/generate.h"
#include "clients/cli/course/print.h"
#include "clients/cli/course/read.h"
#include "clients/cli/course/write.h"
#include "clients/cli/endpoints.h"
#include "clients/cli/reach.h"
#include "clients/cli/sending.h"
#include "clients/cli/steady.h"
#include "proto/day.h"

enum {
	HASH = 16,
	STREAM = 2 * HASH + 1,
	LOOK_EVENTS = 1000, /* how often progress is looked at */
};

struct simulation {
	struct course course;
	struct course_event *events;
	size_t n;
	const char *out; /* a file; NULL: to the daemon */
	double speed;	 /* simulated seconds in a second; 0: as fast as possible */
	struct publish_plan plan;
	struct sending sending;
};

/* What is simulated. */

struct arguments {
	const char *from, *out, *source, *programme;
	int64_t learners, days, seed, modules, batch;
	double speed, late, doubled, wrong;
	const char *moves;
	bool phases, presence, enrolment, validity;
};

/* Local time's offset on each day, from the system's zone files: at noon, since clocks change at
 * night. */
static int find_offsets(struct course *course)
{
	course->offset_s = calloc((size_t)course->days, sizeof(*course->offset_s));
	if (!course->offset_s)
		return LIFT_E_MEMORY;
	if (!course->timezone[0])
		return 0;
	setenv("TZ", course->timezone, 1);
	tzset();
	for (int32_t i = 0; i < course->days; i++) {
		time_t noon = ((time_t)course->from + i) * 86400 + 43200;
		struct tm tm;

		if (localtime_r(&noon, &tm))
			course->offset_s[i] = (int32_t)tm.tm_gmtoff;
	}
	return 0;
}

/* The stream's name: a hash of all that shapes the events. */
static void name_stream(const struct course *course, struct text catalogue,
			char stream[static STREAM])
{
	unsigned char hash[HASH];
	crypto_generichash_state state;
	char arguments[256];
	/* Wrong ones are other ones since 4. */
	int size = snprintf(arguments, sizeof(arguments),
			    "course %d %" PRId32 " %" PRId32 " %" PRIu64 " %" PRIu32 " %" PRIu32
			    " %d %a %a %a\n",
			    course->wrong > 0 ? 4 : 3, course->from, course->days, course->seed,
			    course->learners, course->modules_each, course->phases, course->late,
			    course->doubled, course->wrong);

	crypto_generichash_init(&state, NULL, 0, HASH);
	crypto_generichash_update(&state, (unsigned char *)arguments, (size_t)size);
	/* The name of a course without any of these is that of before there were any. */
	size = course->presence || course->enrolment || course->validity || course->moves
		       ? snprintf(arguments, sizeof(arguments), "%d %d %d %zu\n", course->presence,
				  course->enrolment, course->validity, course->moves)
		       : 0;
	crypto_generichash_update(&state, (unsigned char *)arguments, (size_t)size);
	for (size_t i = 0; i < course->n_programmes; i++) {
		struct text id = course->programmes[i].id;

		crypto_generichash_update(&state, (const unsigned char *)id.data, id.size);
		crypto_generichash_update(&state, (const unsigned char *)"\n", 1);
	}
	crypto_generichash_update(&state, (const unsigned char *)catalogue.data, catalogue.size);
	crypto_generichash_final(&state, hash, HASH);
	sodium_bin2hex(stream, STREAM, hash, HASH);
}

/* To a file. */

static bool is_csv(const char *out)
{
	size_t size = strlen(out);

	return size >= 4 && strcmp(out + size - 4, ".csv") == 0;
}

static int write_file(const struct simulation *simulation)
{
	const struct course *course = &simulation->course;
	bool csv = is_csv(simulation->out), standard = strcmp(simulation->out, "-") == 0;
	FILE *out = standard ? stdout : fopen(simulation->out, "we");
	int err = 0;

	if (!out) {
		complain("%s: %s", simulation->out, strerror(errno));
		return STATUS_SYSTEM;
	}
	if (csv)
		course_print_header(course, out);
	for (size_t i = 0; !err && i < simulation->n; i++)
		err = course_print_event(course, &simulation->events[i], csv, out);
	if (ferror(out))
		err = LIFT_E_IO;
	if (!standard && fclose(out) != 0)
		err = LIFT_E_IO;
	if (err)
		complain("%s: %s", simulation->out, lift_err_text(err));
	return err ? STATUS_SYSTEM : STATUS_WELL;
}

/* To the daemon. */

/* Wait until the time of an event's delivery has come; meanwhile what was before it goes out. */
static int keep_pace(struct simulation *simulation, const struct course_event *event)
{
	const struct course_event *first = &simulation->events[0];
	int64_t due_ms, left_ms;

	if (simulation->speed <= 0)
		return 0;
	due_ms = (int64_t)((double)(event->sent_s - first->sent_s) / simulation->speed * 1000);
	left_ms = due_ms - (steady_ms() - simulation->sending.progress.begun_ms);
	if (left_ms <= 0)
		return 0;
	int err = lift_publisher_push(simulation->sending.publisher);

	while (!err && left_ms > 0) {
		err = lift_publisher_wait(simulation->sending.publisher,
					  (int)(left_ms < 1000 ? left_ms : 1000));
		left_ms = due_ms - (steady_ms() - simulation->sending.progress.begun_ms);
		progress_show(&simulation->sending.progress, 0, 0,
			      lift_publisher_judged(simulation->sending.publisher));
	}
	return err;
}

static int send_events(struct simulation *simulation, struct msg_writer *writer)
{
	int err = 0;

	for (size_t i = 0; !err && i < simulation->n; i++) {
		struct text encoded;

		err = keep_pace(simulation, &simulation->events[i]);
		if (err)
			break;
		msg_writer_clear(writer);
		err = course_event_encode(&simulation->course, &simulation->events[i], writer);
		if (err)
			break;
		encoded = msg_written(writer);
		err = lift_publisher_add(simulation->sending.publisher, encoded.data, encoded.size,
					 i + 1);
		if (i % LOOK_EVENTS == 0)
			progress_show(&simulation->sending.progress, i, simulation->n,
				      lift_publisher_judged(simulation->sending.publisher));
	}
	return err ? err : lift_publisher_flush(simulation->sending.publisher);
}

static int send_course(struct simulation *simulation, const char *stream)
{
	struct sending *sending = &simulation->sending;
	struct msg_writer *writer = msg_writer_new();
	bool gone;
	int err = LIFT_E_MEMORY, status;

	*sending = (struct sending){ .plan = &simulation->plan, .name = "simulate" };
	if (writer)
		err = sending_open(sending, stream, simulation->plan.batch, false);
	progress_begin(&sending->progress, sending->name);
	if (!err)
		err = send_events(simulation, writer);
	progress_clear(&sending->progress);
	sending->rows = simulation->n;
	sending->passing = sending->n_uncounted = 0; /* there is no file to send again */
	status = err ? sending_complain(sending, err, &gone) : sending_conclude(sending);
	sending_clear(sending);
	msg_writer_free(writer);
	return status;
}

/* The command. */

/* What is not said stays as the programmes have it. */
static void apply(const struct arguments *arguments, struct course *course)
{
	if (arguments->from)
		(void)day_parse(text_of(arguments->from), &course->from); /* checked before */
	if (arguments->days)
		course->days = (int32_t)arguments->days;
	if (arguments->learners)
		course->learners = (uint32_t)arguments->learners;
	if (arguments->modules)
		course->modules_each = (uint32_t)arguments->modules;
	course->seed = (uint64_t)arguments->seed;
	course->phases = arguments->phases;
	course->presence |= arguments->presence;
	course->enrolment |= arguments->enrolment;
	course->validity = arguments->validity;
	for (size_t i = 0; arguments->moves && i < course->n_dimensions; i++)
		if (text_equal(course->dimensions[i].name, text_of(arguments->moves)))
			course->moves = i + 1;
	course->late = arguments->late;
	course->doubled = arguments->doubled;
	course->wrong = arguments->wrong;
}

/* What it has, told by the name of each, from 0. */
static int complain_missing(const struct course *course, const char *what, const char *id, size_t n,
			    struct text (*name)(const struct course *course, size_t i))
{
	char *names = NULL;
	size_t size;
	FILE *out = open_memstream(&names, &size);

	for (size_t i = 0; out && i < n; i++)
		fprintf(out, "%s%.*s", i ? ", " : "", (int)name(course, i).size,
			name(course, i).data);
	if (out && fclose(out) == 0)
		complain("the catalogue has no %s '%s': it has %s", what, id,
			 size ? names : "none at all");
	free(names);
	return STATUS_REFUSED;
}

static struct text name_of_programme(const struct course *course, size_t i)
{
	return course->programmes[i].id;
}

static struct text name_of_dimension(const struct course *course, size_t i)
{
	return course->dimensions[i].name;
}

static int complain_catalogue(const struct yaml_errors *errors, int err)
{
	if (errors->text)
		fputs(errors->text, stderr);
	else
		complain("%s: %s", errors->file, lift_err_text(err));
	return exit_status_of(err);
}

/* The catalogue and the arguments make the course. */
static int prepare(struct simulation *simulation, const struct arguments *arguments,
		   const char *path, char stream[static STREAM])
{
	struct course *course = &simulation->course;
	struct yaml_errors errors = { .file = path };
	struct text catalogue = { 0 };
	char *data = file_read(path, &catalogue.size);
	int err, status = STATUS_WELL;

	if (!data)
		return STATUS_SYSTEM;
	catalogue.data = data;
	err = course_read(catalogue, &errors, course);
	if (!err && arguments->programme && !course_choose(course, text_of(arguments->programme)))
		status = complain_missing(course, "programme", arguments->programme,
					  course->n_programmes, name_of_programme);
	if (!err && status == STATUS_WELL)
		apply(arguments, course);
	if (!err && status == STATUS_WELL && arguments->moves && !course->moves)
		status = complain_missing(course, "dimension", arguments->moves,
					  course->n_dimensions, name_of_dimension);
	if (!err && status == STATUS_WELL) {
		name_stream(course, catalogue, stream);
		err = find_offsets(course);
		if (!err)
			err = course_generate(course, &simulation->events, &simulation->n);
	}
	free(data);
	if (err)
		status = complain_catalogue(&errors, err);
	yaml_errors_clear(&errors);
	return status;
}

static int simulate(const struct cli *cli, const struct arguments *arguments, const char *path)
{
	struct simulation simulation = { .out = arguments->out,
					 .speed = arguments->speed,
					 .plan = { .source = arguments->source,
						   .batch = (uint32_t)arguments->batch } };
	struct endpoints endpoints = { 0 };
	char stream[STREAM];
	int status = prepare(&simulation, arguments, path, stream);

	if (status == STATUS_WELL && simulation.out) {
		status = write_file(&simulation);
	} else if (status == STATUS_WELL) {
		status = endpoints_find(cli, NULL, &endpoints);
		simulation.plan.endpoint = endpoints.intake;
		simulation.plan.keys = endpoints.keys;
		if (status == STATUS_WELL)
			status = reach(simulation.plan.endpoint);
		if (status == STATUS_WELL)
			status = send_course(&simulation, stream);
	}
	endpoints_clear(&endpoints);
	free(simulation.events);
	course_clear(&simulation.course);
	return status;
}

int command_simulate(const struct cli *cli, int argc, char **argv)
{
	struct arguments arguments = { .source = "simulation",
				       .seed = 1,
				       .batch = LIFT_BATCH_EVENTS };
	const struct option_row rows[] = {
		{ "programme", "ID", "only that programme (all of the catalogue)", OPTION_TEXT,
		  &arguments.programme, 0, 0 },
		{ "learners", "N", "how many take part (as targets say, else 400 a programme)",
		  OPTION_WHOLE, &arguments.learners, 1, COURSE_LEARNERS_MAX },
		{ "modules", "N", "how many modules one takes at most (all of their programme)",
		  OPTION_WHOLE, &arguments.modules, 1, COURSE_MODULES_MAX },
		{ "from", "DAY", "the first day (the programmes', else 2025-09-01)", OPTION_TEXT,
		  &arguments.from, 0, 0 },
		{ "days", "N", "how many days (the programmes', else 120)", OPTION_WHOLE,
		  &arguments.days, 1, COURSE_DAYS_MAX },
		{ "seed", "N", "another one gives another course (1)", OPTION_WHOLE,
		  &arguments.seed, 0, 1e15 },
		{ "phases", NULL, "assess before and after, in all modules", OPTION_FLAG,
		  &arguments.phases, 0, 0 },
		{ "presence", NULL, "add when people attended, and how long", OPTION_FLAG,
		  &arguments.presence, 0, 0 },
		{ "enrolment", NULL, "add who applied, waited, was admitted; some never come",
		  OPTION_FLAG, &arguments.enrolment, 0, 0 },
		{ "validity", NULL, "say of half of the completions until when they hold",
		  OPTION_FLAG, &arguments.validity, 0, 0 },
		{ "moves", "DIMENSION", "some change in it during the programme", OPTION_TEXT,
		  &arguments.moves, 0, 0 },
		{ "late", "SHARE", "deliver that share of the events days late (0)", OPTION_REAL,
		  &arguments.late, 0, 1 },
		{ "doubled", "SHARE", "send that share of the events twice (0)", OPTION_REAL,
		  &arguments.doubled, 0, 1 },
		{ "wrong", "SHARE", "add that share of events that the daemon must refuse (0)",
		  OPTION_REAL, &arguments.wrong, 0, 1 },
		{ "speed", "X", "simulated seconds in a second (0: as fast as possible)",
		  OPTION_REAL, &arguments.speed, 0, 1e12 },
		{ "source", "NAME", "the platform that they come from (simulation)", OPTION_TEXT,
		  &arguments.source, 0, 0 },
		{ "batch", "N", "events in a batch (100)", OPTION_WHOLE, &arguments.batch, 1,
		  BATCH_EVENTS_MAX },
		{ "out", "FILE", "write CSV (FILE.csv) or JSON Lines (else), do not send",
		  OPTION_TEXT, &arguments.out, 0, 0 },
	};
	const struct usage usage = {
		.command = "lift simulate",
		.arguments = "CATALOGUE",
		.help = "Makes up events: people in the catalogue's regions who take its "
			"programmes. Sends them\n"
			"to the daemon. The same arguments give the same events. Late, doubled and "
			"wrong\n"
			"events do not change the figures.",
		.options = rows,
		.n_options = sizeof(rows) / sizeof(rows[0]),
	};
	int32_t day;
	int status, first = options_parse(&usage, argc, argv, &status);

	if (first < 0)
		return status;
	if (argc - first != 1)
		return complain_usage(&usage, "no catalogue given");
	if (!source_is_valid(text_of(arguments.source)))
		return complain_usage(&usage, "--source: %s", lift_err_text(LIFT_E_SOURCE));
	if (arguments.from && day_parse(text_of(arguments.from), &day) != 0)
		return complain_usage(&usage, "--from must be a day, YYYY-MM-DD, not '%s'",
				      arguments.from);
	if (sodium_init() < 0)
		return STATUS_SYSTEM;
	return simulate(cli, &arguments, argv[first]);
}
