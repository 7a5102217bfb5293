/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is undone is as if it had not been asked for: two houses get the same, but for what one of
 * them has to undo; the other one is opened anew now and then, and knows nothing but its disk.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "daemon/journal/walk/walk.h"
#include "tests/unit/house.h"

enum {
	SOURCES = 4,
	STREAMS = 5, /* of a source */
	NUMBERS = 60,
	EVENTS = 8,   /* of a batch, at most */
	UNKNOWN = 12, /* names of a kind and a source, at most */
	STEPS = 1500,
};

struct op {
	enum { BATCH, ANNOUNCE, CLOSE, CLOCK, OPS } what;
	int64_t clock;
	char source[2], stream[2];
	uint64_t seq;
	uint32_t n;
	struct event events[EVENTS];
};

/* What an event was that came under a number; one in ten is another one. */
static struct event event_of(const struct op *op, uint32_t i)
{
	static const char *const modules[] = { "lift", "hand", "H",  "brann", "m0", "m1", "m2",
					       "m3",   "m4",   "m5", "m6",    "m7", "m8", "m9" };
	static const char *const regions[] = { "rana", "bodo", "b",  "r0", "r1", "r2", "r3",
					       "r4",   "r5",   "r6", "r7", "r8", "r9" };
	static const char *const values[] = { "nurse", "carer", "", "v0", "v1", "v2", "v3", "v4" };
	uint64_t seed = chance_of(10) ? chance(1000)
				      : (op->seq + i) * 31 + (uint64_t)op->stream[0] * 7 +
						(uint64_t)op->source[0];
	struct event event = { .type = EVENT_COMPLETED,
			       .time = seed % 11 ? WORLD_BEGIN + (int64_t)seed : 0, /* refused */
			       .learner = text_of("kari"),
			       .module = text_of(modules[seed % 14]),
			       .region = text_of(regions[seed * 7 % 13]),
			       .result = { .score = -1, .passed = -1 },
			       .voids_time = EVENT_NO_TIME };

	event.attrs[0] = (struct event_attr){ text_of("role"), text_of(values[seed * 5 % 8]) };
	event.attrs[1] = (struct event_attr){ text_of("age"), text_of("44") };
	event.n_attrs = (uint32_t)(seed % 3);
	return event;
}

static void draw_op(struct op *op, int64_t clock)
{
	static const uint8_t percent[OPS] = { [ANNOUNCE] = 10, [CLOSE] = 4, [CLOCK] = 3 };

	*op = (struct op){ .what = BATCH, .clock = clock };
	for (int what = 1; what < OPS; what++)
		if (chance_of(percent[what]))
			op->what = what;
	op->source[0] = (char)('a' + chance(SOURCES));
	op->stream[0] = (char)('a' + chance(STREAMS));
	op->seq = 1 + chance(NUMBERS);
	if (op->what == BATCH)
		op->n = 1 + chance(EVENTS);
	for (uint32_t i = 0; i < op->n; i++)
		op->events[i] = event_of(op, i);
}

/* What came of it, as a line. */
static void apply(struct house *house, const struct op *op, FILE *to)
{
	struct order order = { .what = op->what == CLOSE ? ORDER_CLOSE : ORDER_RECEIPT,
			       .source_size = 1,
			       .stream_size = 1 };
	struct gate *gate = house->gate;
	int err;

	house->clock = op->clock;
	if (op->what == CLOSE || op->what == CLOCK) {
		order.source[0] = op->source[0];
		order.stream[0] = op->stream[0];
		gate_obey(gate, &order, op->clock);
		fprintf(to, "order %d %d %llu %llu\n", op->what, order.err,
			(unsigned long long)order.next, (unsigned long long)order.missing);
		return;
	}
	err = house_send(house, op->source, op->stream, op->seq, op->events, op->n);
	fprintf(to, "batch %s %s %llu+%u: %d", op->source, op->stream, (unsigned long long)op->seq,
		op->n, err);
	if (!err) {
		fprintf(to, " %u %u %u %u next=%llu unknown=%llu uncounted=%zu",
			gate->last.n_accepted, gate->last.n_refused, gate->last.n_resent,
			gate->last.n_reused, (unsigned long long)gate->last.next,
			(unsigned long long)gate->last.unknown.events, gate->last.n_uncounted);
		for (size_t i = 0; i < gate->last.n_rejected; i++)
			fprintf(to, " %llu=%d", (unsigned long long)gate->last.rejected[i].seq,
				gate->last.rejected[i].err);
	}
	fprintf(to, "\n");
}

static void write_source(void *context, uint32_t id, struct text name,
			 const struct source_record *record)
{
	fprintf(context, "source %u %.*s %llu %llu %lld %lld %u %u %llu %lld %u:", id,
		(int)name.size, name.data, (unsigned long long)record->accepted,
		(unsigned long long)record->rejected, (long long)record->last_event,
		(long long)record->last_received, record->streams, record->gaps,
		(unsigned long long)record->missing, (long long)record->since, record->rows);
	for (int kind = 0; kind < NAME_KINDS; kind++)
		fprintf(context, " %u", record->names[kind]);
	fprintf(context, "\n");
}

static int write_stream(void *context, const struct stream *stream, struct text name)
{
	fprintf(context, "stream %u of %u %.*s %llu %lld %llu%s:", stream->id, stream->source,
		(int)name.size, name.data, (unsigned long long)stream->next,
		(long long)stream->since, (unsigned long long)stream->announced,
		stream->closed ? " closed" : "");
	for (uint32_t i = 0; i < stream->n_ranges; i++)
		fprintf(context, " %llu..%llu", (unsigned long long)stream->ranges[i].first,
			(unsigned long long)stream->ranges[i].last);
	fprintf(context, "\n");
	return 0;
}

static int write_row(void *context, const struct quarantined *row)
{
	fprintf(context, "row %llu %u %llu %lld %d\n", (unsigned long long)row->number, row->stream,
		(unsigned long long)row->seq, (long long)row->received, row->err);
	return 0;
}

/* What the records of sources say of their gaps is what these add up to. */
struct gaps {
	struct source_record of[SOURCES];
};

static int add_gap(void *context, const struct stream *stream, struct text name)
{
	struct source_record *of = &((struct gaps *)context)->of[stream->source];

	(void)name;
	assert_false(stream->closed);
	of->gaps++;
	of->missing += stream_missing(stream);
	if (of->since == 0 || stream->since < of->since)
		of->since = stream->since;
	return 0;
}

static void check_gaps(void *context, uint32_t id, struct text name,
		       const struct source_record *record)
{
	const struct source_record *expected = &((struct gaps *)context)->of[id];

	(void)name;
	assert_int_equal(record->gaps, expected->gaps);
	assert_int_equal(record->missing, expected->missing);
	assert_int_equal(record->since, expected->since);
}

/* All that is on disk, but for what the secret has been in. */
static void write_disk(struct house *house, FILE *to)
{
	struct gaps gaps = { 0 };
	struct journal_view view;

	assert_int_equal(journal_view_begin(house->journal, &view), 0);
	fprintf(to, "last %llu %llu\n", (unsigned long long)journal_view_last(&view),
		(unsigned long long)journal_last(house->journal));
	assert_int_equal(journal_view_sources(&view, write_source, to), 0);
	assert_int_equal(journal_view_streams(&view, write_stream, to), 0);
	assert_int_equal(journal_view_gaps(&view, write_stream, to), 0);
	assert_int_equal(journal_view_gaps(&view, add_gap, &gaps), 0);
	assert_int_equal(journal_view_sources(&view, check_gaps, &gaps), 0);
	assert_int_equal(journal_view_quarantine(&view, 0, write_row, to), 0);
	for (uint32_t source = 0; source < SOURCES; source++)
		assert_int_equal(journal_view_refused(&view, source, 0, write_row, to), 0);
	journal_view_end(&view);
}

static void write_notes(struct board *board, FILE *to)
{
	struct msg_writer *writer = msg_writer_new();

	assert_non_null(writer);
	for (char source[2] = "a"; source[0] < 'a' + SOURCES; source[0]++)
		board_write(board, text_of(source), writer, source, UNKNOWN_TEXTS_MAX);
	for (size_t i = 0; i < msg_written(writer).size; i++)
		fprintf(to, "%02x", (unsigned char)msg_written(writer).data[i]);
	fprintf(to, "\n");
	msg_writer_free(writer);
}

static void commit(struct house *house, int expected)
{
	static struct stats stats;

	if (expected)
		journal_fail(house->journal, expected);
	assert_int_equal(journal_commit(house->journal), expected);
	gate_settle(house->gate, &stats, !expected);
}

static void begin(struct house *house, struct board *board)
{
	house->gate->board = board;
	journal_set_unknown_max(house->journal, UNKNOWN);
}

/* As the daemon does before it starts. */
static void assert_is_whole(struct house *house)
{
	struct journal_walk *walk;
	bool more;

	assert_int_equal(journal_walk_begin(dir_path(&house->dir, "journal/data.mdb"), UINT64_MAX,
					    &walk, &more),
			 0);
	assert_false(more);
	if (journal_walk_damage(walk)->found)
		fail_msg("damaged: %s", journal_walk_damage(walk)->text);
	journal_walk_end(walk);
}

struct said {
	FILE *file;
	char *text;
	size_t size;
};

static void said_begin(struct said *said)
{
	said->file = open_memstream(&said->text, &said->size);
	assert_non_null(said->file);
}

static void said_end(struct said *said)
{
	fclose(said->file);
	free(said->text);
}

static void assert_same(struct said *a, struct said *b)
{
	fflush(a->file);
	fflush(b->file);
	assert_string_equal(a->text, b->text);
}

/* One group of each: what comes of it, on disk and in the notes. */
static void one_group(struct house *failing, struct house *other, int64_t clock)
{
	struct said said[2];
	struct op op;

	said_begin(&said[0]);
	said_begin(&said[1]);
	for (uint32_t n = 1 + chance(4); n > 0; n--) {
		draw_op(&op, clock);
		apply(failing, &op, said[0].file);
		apply(other, &op, said[1].file);
	}
	commit(failing, 0);
	commit(other, 0);
	write_disk(failing, said[0].file);
	write_disk(other, said[1].file);
	write_notes(failing->gate->board, said[0].file);
	write_notes(other->gate->board, said[1].file);
	assert_same(&said[0], &said[1]);
	said_end(&said[0]);
	said_end(&said[1]);
}

static void undo_some(struct house *house, int64_t clock)
{
	struct said said;
	struct op op;

	said_begin(&said);
	for (uint32_t n = chance(6); n > 0; n--) {
		draw_op(&op, clock + chance(3 * DAY_MS));
		apply(house, &op, said.file);
	}
	commit(house, LIFT_E_DISK);
	said_end(&said);
}

static void what_is_undone_has_not_been(void **state)
{
	struct board *boards[2] = { board_new(), board_new() };
	struct house failing, other;
	int64_t clock;

	(void)state;
	chance_of_world(3);
	house_open(&failing, "", world_catalogue);
	house_open(&other, "", world_catalogue);
	begin(&failing, boards[0]);
	begin(&other, boards[1]);
	clock = failing.clock;
	for (int step = 0; step < STEPS; step++) {
		clock += chance(1000);
		/* Wrong, and right again. */
		if (chance_of(2))
			clock += (int64_t)(chance(5)) * DAY_MS - 2 * DAY_MS;
		if (chance_of(40))
			undo_some(&failing, clock);
		if (chance_of(10)) {
			house_reopen_journal(&other);
			begin(&other, boards[1]);
		}
		one_group(&failing, &other, clock);
	}
	assert_true(journal_last(failing.journal) > SOURCES * STREAMS * NUMBERS / 4);
	assert_is_whole(&failing);
	assert_is_whole(&other);
	house_close(&failing);
	house_close(&other);
	board_free(boards[0]);
	board_free(boards[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_undone_has_not_been),
	};

	chance_begin();
	return cmocka_run_group_tests_name("undo", tests, NULL, NULL);
}
