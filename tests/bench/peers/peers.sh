#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Measures liftd beside what else could keep the same events: usage peers.sh BUILD [ROUNDS [EVENTS LEARNERS]].
# One round after the other measures each of them once; what has been measured is in BUILD/peers/runs.tsv, and the table
# and BUILD/peers/peers.json are made of that. PEERS_SECONDS (480): no measurement begins later. PEERS_GO_ON=1: what was
# measured before counts, too. PEERS_ONLY: a pattern of grep -E, of the keys below. BENCH_DIR: where the files lie.
set -eu
build=$(cd "$1" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
rounds=${2:-5}
case $rounds in
'' | *[!0-9]*) echo "peers.sh: ROUNDS must be a number, not '$rounds'" >&2; exit 2 ;;
esac
events=${3:-1000000}
learners=${4:-200000}
until_s=$(($(date +%s) + ${PEERS_SECONDS:-480}))
runs=$build/peers/runs.tsv
dir=$(mktemp -d "${BENCH_DIR:-/var/tmp}/liftd-peers.XXXXXX")
server= # the process that is measured, if it is a child
child=  # the process that measures
pg_bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)

# PostgreSQL does not run as root.
as_postgres() {
	if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi
}
pg_stop() {
	[ ! -e "$dir/pg/data/postmaster.pid" ] || as_postgres "$pg_bin/pg_ctl" -D "$dir/pg/data" -m "$1" -w stop >/dev/null 2>&1 || true
}
stop() {
	for pid in $child $server; do kill "$pid" 2>/dev/null || true; done
	wait 2>/dev/null || true
	child=
	server=
}
finish() {
	stop
	pg_stop immediate
	rm -rf "$dir"
}
trap finish EXIT
trap 'exit 1' HUP INT TERM

# KEY, words of the table, durability
list() {
	cat <<-END
		liftd|liftd, 100 a batch, applied|acknowledged after fdatasync
		pg_10000|PostgreSQL, COPY, 10,000 a transaction, 2 connections|fsync, synchronous_commit on
		pg_1000|PostgreSQL, COPY, 1,000 a transaction, 2 connections|fsync, synchronous_commit on
		redis_script|Redis, script, 10,000 a command|AOF, appendfsync always
		redis_sets|Redis, sets alone, 10,000 a pipeline (keeps less)|AOF, appendfsync always
		sqlite_10000|SQLite, in process, 10,000 a transaction|WAL, synchronous=FULL
		sqlite_1000|SQLite, in process, 1,000 a transaction|WAL, synchronous=FULL
		duck|DuckDB, all module metrics anew|none: the events are in memory
	END
}

# wait_for COMMAND...: until it succeeds
wait_for() {
	tries=0
	until "$@" >/dev/null 2>&1; do
		tries=$((tries + 1))
		[ $tries -lt 200 ] || { echo "it does not answer" >&2; return 1; }
		sleep 0.05
	done
}

# measure PROGRAM...: its line; a signal ends it
measure() {
	"$@" >"$dir/line" &
	child=$!
	wait $child || { child=; return 1; }
	child=
}

run_liftd() {
	"$build/tests/bench/world_bench" catalogue plain >"$dir/catalogue.yaml" || return 1
	printf 'state: %s/state\nruntime: %s/run\ncatalogue: %s/catalogue.yaml\n' "$dir" "$dir" "$dir" >"$dir/liftd.yaml"
	"$build/liftd" --config "$dir/liftd.yaml" 2>"$dir/log" &
	server=$!
	wait_for "$build/lift" --config "$dir/liftd.yaml" status || return 1
	measure "$build/peers/liftd" "ipc://$dir/run/intake" "ipc://$dir/run/control" "$events" "$learners" 100
}

# A cluster of its own, for whoever is measured. The WAL that a round has made is used again in the next.
pg_init() {
	[ ! -e "$dir/pg" ] || return 0
	mkdir "$dir/pg" && chmod 711 "$dir" || return 1
	[ "$(id -u)" != 0 ] || chown postgres "$dir/pg" || return 1
	as_postgres "$pg_bin/initdb" -D "$dir/pg/data" -A trust -E UTF8 --locale=C --wal-segsize=64 >"$dir/pg.log" 2>&1 ||
		{ cat "$dir/pg.log" >&2; return 1; }
	as_postgres tee -a "$dir/pg/data/postgresql.conf" >/dev/null <<-END
		fsync = on
		synchronous_commit = on
		listen_addresses = ''
		unix_socket_directories = '$dir/pg'
		shared_buffers = 1GB
		work_mem = 64MB
		temp_buffers = 64MB
		wal_level = minimal
		max_wal_senders = 0
		wal_buffers = 64MB
		min_wal_size = 2GB
		max_wal_size = 8GB
		checkpoint_timeout = 30min
		jit = off
	END
}
run_pg() {
	pg_init || return 1
	as_postgres "$pg_bin/pg_ctl" -D "$dir/pg/data" -l "$dir/pg/log" -w start >/dev/null || return 1
	measure "$build/peers/postgres" "host=$dir/pg user=$(as_postgres id -un) dbname=postgres" "$events" "$learners" "$1" 2
}
run_pg_10000() { run_pg 10000; }
run_pg_1000() { run_pg 1000; }

run_redis() {
	mkdir "$dir/redis" && redis-server --port 0 --unixsocket "$dir/redis/socket" --dir "$dir/redis" --save '' \
		--appendonly yes --appendfsync always --auto-aof-rewrite-percentage 0 >"$dir/log" &
	server=$!
	wait_for redis-cli -s "$dir/redis/socket" ping || return 1
	measure "$build/peers/redis" "$dir/redis/socket" "$1" "$events" "$learners" "$2"
}
run_redis_script() { run_redis script 10000; }
run_redis_sets() { run_redis sets 10000; }

run_sqlite_10000() { measure "$build/peers/sqlite" "$dir/events.db" "$events" "$learners" 10000; }
run_sqlite_1000() { measure "$build/peers/sqlite" "$dir/events.db" "$events" "$learners" 1000; }

run_duck() {
	[ -e "$dir/events.csv" ] || "$build/tests/bench/world_bench" events plain "$events" "$learners" >"$dir/events.csv" || return 1
	measure node "$here/duck.mjs" "$build/peers/duck/node_modules" "$dir/events.csv"
}

# Why a peer cannot be had; nothing where it can.
lacks() {
	case $1 in
	pg_*)
		[ -n "$pg_bin" ] || { echo 'there is no PostgreSQL (postgresql)'; return; }
		[ "$(id -u)" != 0 ] || id postgres >/dev/null 2>&1 || echo 'there is no user postgres'
		[ -x "$build/peers/postgres" ] || echo 'its program is not built (libpq-dev)'
		;;
	redis_*)
		command -v redis-server >/dev/null || { echo 'there is no redis-server'; return; }
		[ -x "$build/peers/redis" ] || echo 'its program is not built (libhiredis-dev)'
		;;
	sqlite_*) [ -x "$build/peers/sqlite" ] || echo 'its program is not built (libsqlite3-dev)' ;;
	duck)
		command -v node >/dev/null || { echo 'there is no node'; return; }
		[ -e "$build/peers/duck/node_modules/@duckdb/node-api" ] || echo 'npm could not fetch it'
		;;
	esac
}

[ -n "${PEERS_GO_ON:-}" ] || rm -f "$runs"
touch "$runs"
list | grep -E "^(${PEERS_ONLY:-.*})[|]" >"$dir/list"
echo "== $events events of $learners learners, plain catalogue; load average $(cut -d' ' -f1 /proc/loadavg), $(nproc) processors"
round=0
while [ $round -lt "$rounds" ] && [ "$(date +%s)" -lt $until_s ]; do
	round=$((round + 1))
	while IFS='|' read -r key _ <&3; do
		[ -z "$(lacks "$key")" ] || continue
		[ "$(date +%s)" -lt $until_s ] || break
		if "run_$key"; then
			printf '%s\t%s\n' "$key" "$(cat "$dir/line")" | tee -a "$runs"
		else
			echo "$key: it has failed" >&2
		fi
		stop
		pg_stop fast
		rm -rf "$dir/state" "$dir/run" "$dir/redis" "$dir"/events.db*
	done 3<"$dir/list"
done
while IFS='|' read -r key words durability; do
	printf '%s|%s|%s|%s\n' "$key" "$words" "$durability" "$(lacks "$key" | head -n 1)"
done <"$dir/list" >"$dir/rows"
awk -v json="$build/peers/peers.json" -v events="$events" -v learners="$learners" -f "$here/table.awk" "$dir/rows" "$runs"
