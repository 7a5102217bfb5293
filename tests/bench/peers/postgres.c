/* SPDX-License-Identifier: Apache-2.0 */
/*
 * postgres.c - PostgreSQL: the counts of a transaction are added up here and sent as arrays, and
 * its events go by COPY, in its binary form, right into their table; all that is one query. Where
 * an event is there already that fails, and the events go by COPY into a table of the connection's
 * own, and what is new from there into events and counts. While the server is at it the next rows
 * are made.
 *
 *   postgres CONNINFO EVENTS LEARNERS PER_TRANSACTION CONNECTIONS
 *
 * Each connection takes the events of regions of its own: none waits for another's count.
 */
#include <endian.h>
#include <libpq-fe.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/bench/peers/peer.h"

static const char tables[] =
	"drop table if exists events, counts;"
	"create table events (learner text collate \"C\", module int2, type int2, at int8,"
	" score int2, region int2, gender int2, role int2,"
	" primary key (at, learner, module, type, score));"
	"create table counts (module int2, region int2, day int4, n int8,"
	" primary key (day, module, region));"
	"checkpoint";

/* Of a connection. */
static const char *const prepared[] = {
	"set synchronous_commit = on",
	"create temp table staging (like events) on commit delete rows",
	"prepare take as with new as (insert into events select * from staging"
	" on conflict do nothing returning module, region, (at / 86400000)::int4 as day)"
	" insert into counts select module, region, day, count(*) from new group by 1, 2, 3"
	" on conflict (day, module, region) do update set n = counts.n + excluded.n",
};

/* All are new, or it fails (with the counts' arrays in it); and where some may not be. */
static const char fast[] =
	"begin; insert into counts select * from"
	" unnest('{%s}'::int2[], '{%s}'::int2[], '{%s}'::int4[], '{%s}'::int8[])"
	" on conflict (day, module, region) do update set n = counts.n + excluded.n;"
	" copy events from stdin (format binary); commit";
static const char slow[] = "begin; copy staging from stdin (format binary); execute take; commit";

/* In COPY's form. */
struct rows {
	char *bytes;
	size_t size, n;
};

struct part {
	PGconn *connection;
	const struct feed *feed;
	struct cells cells;
	char *sums[4]; /* of cells, for arrays: modules, regions, days, and the sums */
	char *sql;
	struct rows rows[2];	  /* those that are made, and those that have been sent */
	struct rows *made, *sent; /* sent: NULL if none is */
};

enum { ROW_MAX = 128 };

static PGconn *open_connection(const char *info)
{
	PGconn *connection = PQconnectdb(info);

	if (PQstatus(connection) != CONNECTION_OK)
		peer_die("postgres", PQerrorMessage(connection));
	return connection;
}

static void run(PGconn *connection, const char *sql)
{
	PGresult *result = PQexec(connection, sql);

	if (PQresultStatus(result) != PGRES_COMMAND_OK)
		peer_die("postgres", PQerrorMessage(connection));
	PQclear(result);
}

static void put16(struct rows *rows, int16_t value)
{
	uint16_t be = htobe16((uint16_t)value);

	memcpy(rows->bytes + rows->size, &be, sizeof(be));
	rows->size += sizeof(be);
}

static void put(struct rows *rows, const void *data, uint32_t size)
{
	uint32_t be = htobe32(size);

	memcpy(rows->bytes + rows->size, &be, sizeof(be));
	memcpy(rows->bytes + rows->size + sizeof(be), data, size);
	rows->size += sizeof(be) + size;
}

static void put_number(struct rows *rows, int value)
{
	uint16_t be = htobe16((uint16_t)value);

	put(rows, &be, sizeof(be));
}

static void rows_begin(struct rows *rows)
{
	static const char head[19] = "PGCOPY\n\377\r\n"; /* and no flags, and no more of a head */

	memcpy(rows->bytes, head, sizeof(head));
	rows->size = sizeof(head);
	rows->n = 0;
}

static void rows_add(struct rows *rows, const struct world *world, const struct world_event *event)
{
	struct world_words words;
	struct event said = world_say(world, event, &words);
	uint64_t at = htobe64((uint64_t)event->time);

	put16(rows, 8);
	put(rows, said.learner.data, (uint32_t)said.learner.size);
	put_number(rows, (int)event->module);
	put_number(rows, (int)event->type);
	put(rows, &at, sizeof(at));
	put_number(rows, event->score);
	put_number(rows, (int)event->region);
	put_number(rows, event->values[0]);
	put_number(rows, event->values[1]);
	rows->n++;
}

/* Until there is no more, or it waits for rows: whether it has gone well; else an event is there
 * already. */
static bool read_results(PGconn *connection)
{
	bool is_well = true;
	PGresult *result;

	while ((result = PQgetResult(connection))) {
		ExecStatusType status = PQresultStatus(result);
		const char *code = PQresultErrorField(result, PG_DIAG_SQLSTATE);

		is_well = is_well && status != PGRES_FATAL_ERROR;
		if (status == PGRES_FATAL_ERROR && (!code || strcmp(code, "23505") != 0))
			peer_die("postgres", PQerrorMessage(connection));
		PQclear(result);
		if (status == PGRES_COPY_IN)
			break;
	}
	return is_well;
}

static void send_rows(PGconn *connection, const struct rows *rows)
{
	if (PQputCopyData(connection, rows->bytes, (int)rows->size) != 1 ||
	    PQputCopyEnd(connection, NULL) != 1 || PQflush(connection) != 0)
		peer_die("postgres", PQerrorMessage(connection));
}

static void ask_for(PGconn *connection, const char *sql)
{
	if (!PQsendQuery(connection, sql))
		peer_die("postgres", PQerrorMessage(connection));
	read_results(connection);
}

/* Until what has been sent has committed. */
static void part_wait(struct part *part)
{
	if (!part->sent)
		return;
	if (!read_results(part->connection)) {
		run(part->connection, "rollback");
		ask_for(part->connection, slow);
		send_rows(part->connection, part->sent);
		if (!read_results(part->connection))
			peer_die("postgres", PQerrorMessage(part->connection));
	}
	part->sent = NULL;
}

static char *put_text(char *to, uint64_t value, bool is_first)
{
	char digits[20];
	size_t n = 0;

	if (!is_first)
		*to++ = ',';
	do
		digits[n++] = (char)('0' + value % 10);
	while ((value /= 10) > 0);
	while (n > 0)
		*to++ = digits[--n];
	return to;
}

/* The transaction's query, with its counts. */
static void part_write_counts(struct part *part, size_t room)
{
	char *ends[4];

	memcpy(ends, part->sums, sizeof(ends));
	for (size_t i = 0; i < part->cells.n; i++) {
		struct cell cell;
		uint32_t sum = cells_take(&part->cells, i, &cell);
		uint64_t values[4] = { cell.module, cell.region, (uint64_t)cell.day, sum };

		for (int k = 0; k < 4; k++)
			ends[k] = put_text(ends[k], values[k], i == 0);
	}
	for (int k = 0; k < 4; k++)
		*ends[k] = '\0';
	part->cells.n = 0;
	snprintf(part->sql, room, fast, part->sums[0], part->sums[1], part->sums[2], part->sums[3]);
}

static void part_send(struct part *part, size_t per)
{
	part_write_counts(part, per * ROW_MAX + sizeof(fast));
	put16(part->made, -1);
	part_wait(part);
	ask_for(part->connection, part->sql);
	send_rows(part->connection, part->made);
	part->sent = part->made;
	part->made = part->sent == &part->rows[0] ? &part->rows[1] : &part->rows[0];
	rows_begin(part->made);
}

static char *allocate(size_t per)
{
	char *room = malloc((per + 1) * ROW_MAX + sizeof(fast));

	if (!room)
		peer_die("postgres", "no memory");
	return room;
}

static void part_open(struct part *part, const char *info, const struct feed *feed, size_t per)
{
	*part = (struct part){ .connection = open_connection(info), .feed = feed };
	for (size_t i = 0; i < sizeof(prepared) / sizeof(prepared[0]); i++)
		run(part->connection, prepared[i]);
	cells_begin(&part->cells, feed);
	part->made = &part->rows[0];
	part->sql = allocate(per);
	for (int i = 0; i < 4; i++)
		part->sums[i] = allocate(per / 4);
	for (int i = 0; i < 2; i++)
		part->rows[i].bytes = allocate(per);
	rows_begin(part->made);
}

/* The events, up to n, of each region that is one of this part. */
static void part_run(struct part *part, uint64_t n, size_t per, uint32_t nth, uint32_t parts)
{
	for (uint64_t i = 0; i < n; i++) {
		const struct world_event *event = &part->feed->events[i];

		if (event->region % parts != nth)
			continue;
		rows_add(part->made, part->feed->world, event);
		cells_add(&part->cells, event);
		if (part->made->n == per)
			part_send(part, per);
	}
	if (part->made->n > 0)
		part_send(part, per);
	part_wait(part);
	PQfinish(part->connection);
}

/* Connections that are there are let go by a byte: the clock starts then. */
static double send_all(const char *info, const struct feed *feed, size_t per, uint32_t parts)
{
	int ready[2], go[2], status;
	struct part part;
	char byte = 0;
	double start;

	if (pipe(ready) != 0 || pipe(go) != 0)
		peer_die("postgres", "no pipe");
	for (uint32_t i = 0; i < parts; i++) {
		if (fork() == 0) {
			part_open(&part, info, feed, per);
			if (write(ready[1], &byte, 1) != 1 || read(go[0], &byte, 1) != 1)
				_exit(EXIT_FAILURE);
			part_run(&part, feed->n, per, i, parts);
			_exit(EXIT_SUCCESS);
		}
	}
	close(ready[1]);
	for (uint32_t i = 0; i < parts; i++)
		if (read(ready[0], &byte, 1) != 1)
			peer_die("postgres", "a connection has failed");
	start = peer_now_s();
	for (uint32_t i = 0; i < parts; i++)
		if (write(go[1], &byte, 1) != 1)
			peer_die("postgres", "no pipe");
	for (uint32_t i = 0; i < parts; i++)
		if (wait(&status) < 0 || status != 0)
			peer_die("postgres", "a connection has failed");
	return peer_now_s() - start;
}

static uint64_t ask(PGconn *connection, const char *sql)
{
	PGresult *result = PQexec(connection, sql);
	uint64_t n;

	if (PQresultStatus(result) != PGRES_TUPLES_OK)
		peer_die("postgres", PQerrorMessage(connection));
	n = strtoull(PQgetvalue(result, 0, 0), NULL, 10);
	PQclear(result);
	return n;
}

int main(int argc, char **argv)
{
	PGconn *connection;
	struct part again;
	struct feed feed;
	double seconds;

	if (argc != 6) {
		fprintf(stderr, "usage: postgres CONNINFO EVENTS LEARNERS PER CONNECTIONS\n");
		return 2;
	}
	feed = feed_make(argv[2], argv[3]);
	connection = open_connection(argv[1]);
	run(connection, "set client_min_messages = warning");
	run(connection, tables);
	PQfinish(connection);
	seconds = send_all(argv[1], &feed, strtoul(argv[4], NULL, 10),
			   (uint32_t)strtoul(argv[5], NULL, 10));
	part_open(&again, argv[1], &feed, PEER_AGAIN);
	part_run(&again, PEER_AGAIN, PEER_AGAIN, 0, 1);
	connection = open_connection(argv[1]);
	peer_report(&feed, seconds, ask(connection, "select count(*) from events"),
		    ask(connection, "select sum(n) from counts"));
	PQfinish(connection);
	free(feed.events);
	return 0;
}
