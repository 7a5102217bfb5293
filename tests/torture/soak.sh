#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A daemon under load for long: usage soak.sh BUILD [SECONDS [RATE]]. Publishers, at RATE events/s together, and subscribers come
# and go; its own memory and its descriptors must be flat after the first fifth, and its figures those of a ledger built anew.
set -eu
build=$(cd "$1" && pwd)
seconds=${2:-1800}
rate=${3:-50000}
dir=$(mktemp -d "${BENCH_DIR:-/var/tmp}/liftd-soak.XXXXXX")
daemon=
clients=
finish() {
	for pid in $clients $daemon; do kill "$pid" 2>/dev/null || true; done
	wait 2>/dev/null || true
	rm -rf "$dir"
}
trap finish EXIT
trap 'exit 1' INT TERM

sh "$(dirname "$0")/../bench/catalogue.sh" >"$dir/catalogue.yaml"
printf 'state: %s/state\nruntime: %s/run\ncatalogue: %s/catalogue.yaml\nas_of: 2026-08-31\n' "$dir" "$dir" "$dir" >"$dir/liftd.yaml"

lift() { "$build/lift" --config "$dir/liftd.yaml" "$@"; }

start() {
	"$build/liftd" --config "$dir/liftd.yaml" 2>>"$dir/log" &
	daemon=$!
	until lift status >/dev/null 2>&1; do
		kill -0 "$daemon" || { cat "$dir/log" >&2; exit 1; }
	done
}

stop() {
	kill "$daemon"
	wait "$daemon"
	daemon=
}

memory() { awk '/^RssAnon/ {print $2}' "/proc/$daemon/status"; }
descriptors() { ls "/proc/$daemon/fd" | wc -l; }

# again COMMAND...: when it has ended, once more; until this is ended, and it with it
again() {
	trap 'kill "$child" 2>/dev/null; exit 0' TERM
	while :; do
		"$@" &
		child=$!
		wait "$child" || true
	done
}

# A publisher sends for 10 s, under a stream of its own, and another takes its place; a watcher for 100 messages.
publish() { again "$build/tests/bench/load_bench" rate "ipc://$dir/run/intake" $((rate / 2)) 10 100 >>"$dir/rates"; }
watch() { again "$build/lift" --config "$dir/liftd.yaml" watch --count 100 >/dev/null 2>>"$dir/watch"; }

start
lift watch --count 1 beat >/dev/null
idle=$(descriptors)
echo "== $seconds s at $rate events/s; load average $(cut -d' ' -f1 /proc/loadavg)"
for client in publish publish watch watch; do
	$client &
	clients="$clients $!"
done

: >"$dir/samples"
begin=$(date +%s)
while [ $(($(date +%s) - begin)) -lt "$seconds" ]; do
	sleep 2
	echo "$(($(date +%s) - begin)) $(memory) $(descriptors)" >>"$dir/samples"
done
for pid in $clients; do kill "$pid"; done
wait $clients 2>/dev/null || true
clients=

awk -v t="$seconds" '
	{ third = int(($1 - t / 5) / (t * 4 / 15)); if ($1 < t / 5) third = -1; if (third > 2) third = 2
	  if ($2 > m[third]) m[third] = $2; if ($3 > d[third]) d[third] = $3 }
	END {
		printf "memory, most, MiB\t%.1f at the beginning, then %.1f, %.1f, %.1f\n", m[-1] / 1024, m[0] / 1024, m[1] / 1024, m[2] / 1024
		printf "descriptors, most\t%d at the beginning, then %d, %d, %d\n", d[-1], d[0], d[1], d[2]
		exit m[2] > m[0] * 1.1 + 8192 || d[2] > d[0] + 8
	}' "$dir/samples" || { echo "soak: not flat" >&2; exit 1; }

until [ "$(descriptors)" -le "$idle" ]; do
	[ $(($(date +%s) - begin)) -lt $((seconds + 60)) ] || { echo "soak: descriptors are left: $(descriptors), not $idle" >&2; exit 1; }
	sleep 1
done
lift export >"$dir/lived"
lift status --json | grep -o '"events_accepted":[0-9]*\|"answers_dropped":[0-9]*\|"missing":[0-9]*,"ok"\|"healthy":[a-z]*'
# Of all rounds of the publishers, the one in the middle and the worst, by p99.
awk '{ print $(NF - 1) "\t" $0 }' "$dir/rates" | sort -n | cut -f2- >"$dir/sorted"
rounds=$(wc -l <"$dir/sorted")
echo "$rounds rounds of publishers; by p99 the middle one, the worst:"
sed -n "$(((rounds + 1) / 2))p;\$p" "$dir/sorted"
stop
rm -rf "$dir/state/ledger"
start
lift export >"$dir/fresh"
stop
cmp "$dir/lived" "$dir/fresh" || { echo "soak: the figures are not those of a ledger built anew" >&2; exit 1; }
echo "figures: $(wc -l <"$dir/lived") rows, those of a ledger built anew"
