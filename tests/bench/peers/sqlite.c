/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sqlite.c - SQLite, in this process: statements that are prepared, a table that is its own index,
 * and the counts of a transaction added up before they are written.
 *
 *   sqlite FILE EVENTS LEARNERS PER_TRANSACTION
 *
 * WAL, synchronous=FULL: a transaction is on disk when it has committed. Nobody else reads the
 * file (locking_mode=EXCLUSIVE), as nobody else reads liftd's.
 */
#include <sqlite3.h>
#include <stdlib.h>

#include "tests/bench/peers/peer.h"

static const char setup[] =
	"pragma locking_mode=exclusive; pragma journal_mode=wal; pragma synchronous=full;"
	"pragma cache_size=-1000000; pragma wal_autocheckpoint=20000; pragma temp_store=memory;"
	"create table events (learner text, module int, type int, at int, score int, region int,"
	" gender int, role int, primary key (at, learner, module, type, score)) without rowid;"
	"create table counts (module int, region int, day int, n int,"
	" primary key (day, module, region)) without rowid";

struct peer {
	sqlite3 *db;
	sqlite3_stmt *begin, *event, *count, *commit;
	struct cells cells; /* of this transaction */
};

static void check(struct peer *peer, int rc)
{
	if (rc != SQLITE_OK && rc != SQLITE_DONE && rc != SQLITE_ROW)
		peer_die("sqlite", sqlite3_errmsg(peer->db));
}

static void step(struct peer *peer, sqlite3_stmt *statement)
{
	check(peer, sqlite3_step(statement));
	check(peer, sqlite3_reset(statement));
}

static sqlite3_stmt *prepare(struct peer *peer, const char *sql)
{
	sqlite3_stmt *statement;

	check(peer,
	      sqlite3_prepare_v3(peer->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL));
	return statement;
}

static void peer_open(struct peer *peer, const char *path, const struct feed *feed)
{
	cells_begin(&peer->cells, feed);
	check(peer, sqlite3_open(path, &peer->db));
	check(peer, sqlite3_exec(peer->db, setup, NULL, NULL, NULL));
	peer->begin = prepare(peer, "begin immediate");
	peer->event = prepare(peer, "insert or ignore into events values (?,?,?,?,?,?,?,?)");
	peer->count = prepare(peer, "insert into counts values (?,?,?,?)"
				    " on conflict do update set n = n + excluded.n");
	peer->commit = prepare(peer, "commit");
}

static void insert(struct peer *peer, const struct world *world, const struct world_event *event)
{
	struct world_words words;
	struct event said = world_say(world, event, &words);

	sqlite3_bind_text(peer->event, 1, said.learner.data, (int)said.learner.size, SQLITE_STATIC);
	sqlite3_bind_int(peer->event, 2, (int)event->module);
	sqlite3_bind_int(peer->event, 3, (int)event->type);
	sqlite3_bind_int64(peer->event, 4, event->time);
	sqlite3_bind_int(peer->event, 5, event->score);
	sqlite3_bind_int(peer->event, 6, (int)event->region);
	sqlite3_bind_int(peer->event, 7, event->values[0]);
	sqlite3_bind_int(peer->event, 8, event->values[1]);
	step(peer, peer->event);
	if (sqlite3_changes(peer->db) > 0)
		cells_add(&peer->cells, event);
}

static void commit(struct peer *peer)
{
	for (size_t i = 0; i < peer->cells.n; i++) {
		struct cell cell;
		uint32_t sum = cells_take(&peer->cells, i, &cell);

		sqlite3_bind_int(peer->count, 1, (int)cell.module);
		sqlite3_bind_int(peer->count, 2, (int)cell.region);
		sqlite3_bind_int(peer->count, 3, cell.day);
		sqlite3_bind_int64(peer->count, 4, sum);
		step(peer, peer->count);
	}
	peer->cells.n = 0;
	step(peer, peer->commit);
}

static void send(struct peer *peer, const struct feed *feed, uint64_t n, uint64_t per)
{
	for (uint64_t i = 0; i < n; i++) {
		if (i % per == 0)
			step(peer, peer->begin);
		insert(peer, feed->world, &feed->events[i]);
		if ((i + 1) % per == 0 || i + 1 == n)
			commit(peer);
	}
}

static uint64_t ask(struct peer *peer, const char *sql)
{
	sqlite3_stmt *statement = prepare(peer, sql);
	uint64_t n;

	check(peer, sqlite3_step(statement));
	n = (uint64_t)sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return n;
}

int main(int argc, char **argv)
{
	struct peer peer;
	struct feed feed;
	double start, seconds;

	if (argc != 5) {
		fprintf(stderr, "usage: sqlite FILE EVENTS LEARNERS PER_TRANSACTION\n");
		return 2;
	}
	feed = feed_make(argv[2], argv[3]);
	peer_open(&peer, argv[1], &feed);
	start = peer_now_s();
	send(&peer, &feed, feed.n, strtoull(argv[4], NULL, 10));
	seconds = peer_now_s() - start;
	send(&peer, &feed, PEER_AGAIN, PEER_AGAIN);
	peer_report(&feed, seconds, ask(&peer, "select count(*) from events"),
		    ask(&peer, "select sum(n) from counts"));
	return 0;
}
