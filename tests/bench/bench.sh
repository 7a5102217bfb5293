#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Measures a real liftd: usage bench.sh BUILD [EVENTS LEARNERS]. Prints what it has measured, one line each.
set -eu
build=$(cd "$1" && pwd)
events=${2:-5000000}
learners=${3:-1000000}
dir=$(mktemp -d "${BENCH_DIR:-/var/tmp}/liftd-bench.XXXXXX")
daemon=
finish() {
	[ -z "$daemon" ] || kill "$daemon" 2>/dev/null || true
	wait 2>/dev/null || true
	rm -rf "$dir"
}
trap finish EXIT
trap 'exit 1' INT TERM

sh "$(dirname "$0")/catalogue.sh" >"$dir/catalogue.yaml"

lift() { "$build/lift" --config "$dir/liftd.yaml" "$@"; }

# start TICK_MS: a daemon with an empty state, answering
start() {
	rm -rf "$dir/state"
	printf 'state: %s/state\nruntime: %s/run\ncatalogue: %s/catalogue.yaml\ntick_ms: %s\n' \
		"$dir" "$dir" "$dir" "$1" >"$dir/liftd.yaml"
	"$build/liftd" --config "$dir/liftd.yaml" 2>"$dir/log" &
	daemon=$!
	until lift status >/dev/null 2>&1; do
		kill -0 "$daemon" || { cat "$dir/log" >&2; exit 1; }
	done
}

stop() {
	kill "$daemon"
	wait "$daemon" || true
	daemon=
}

rss() { awk '/^VmHWM/ {h = $2} /^RssAnon/ {a = $2} END {printf "RSS\tpeak %d MiB\tof it the daemon'"'"'s own memory now %d MiB\n", h / 1024, a / 1024}' "/proc/$daemon/status"; }

# applied FROM COUNT: wait until the ledger has applied all, print the rate since FROM (s)
applied() {
	until lift status --json | grep -q '"lag": *0[,}]'; do :; done
	now=$(date +%s.%N)
	awk -v a="$1" -v b="$now" -v n="$2" 'BEGIN {printf "applied\t%d\tevents\t%.0f\tevents/s (from the first event sent)\n", n, n / (b - a)}'
}

echo "== $events events of $learners learners, 100 a batch"
start 1000
from=$(date +%s.%N)
"$build/tests/bench/load_bench" load "ipc://$dir/run/intake" "$events" "$learners" 100
applied "$from" "$events"
rss
du -sk "$dir/state/journal" "$dir/state/ledger" | awk -v n="$events" '{printf "disk\t%s\t%.1f\tbytes/event\n", $2, $1 * 1024 / n}' | sed "s|$dir/state/||"
stop

for tick in 1000 100; do
	echo "== one event at a time, a tick every $tick ms"
	start $tick
	"$build/tests/bench/load_bench" latency "ipc://$dir/run/intake" "ipc://$dir/run/publish" 100 $tick
	stop
done

# events/s, and how many of them a batch
while read -r rate batch; do
	echo "== $rate events/s for 20 s; load average $(cut -d' ' -f1 /proc/loadavg)"
	start 1000
	"$build/tests/bench/load_bench" rate "ipc://$dir/run/intake" "$rate" 20 "$batch"
	stop
done <<-END
	100 1
	10000 10
	50000 100
END
