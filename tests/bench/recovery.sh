#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# How long it takes to come back: usage recovery.sh BUILD [EVENTS LEARNERS]. A ledger built anew, a start after kill -9, another
# catalogue, a backup and its way back. Prints what it has measured, one line each; the figures must be the same all along.
set -eu
build=$(cd "$1" && pwd)
events=${2:-1000000}
learners=${3:-200000}
dir=$(mktemp -d "${BENCH_DIR:-/var/tmp}/liftd-recovery.XXXXXX")
daemon=
finish() {
	[ -z "$daemon" ] || kill "$daemon" 2>/dev/null || true
	wait 2>/dev/null || true
	rm -rf "$dir"
}
trap finish EXIT
trap 'exit 1' INT TERM

sh "$(dirname "$0")/catalogue.sh" >"$dir/catalogue.yaml"
printf 'state: %s/state\nruntime: %s/run\ncatalogue: %s/catalogue.yaml\nas_of: 2026-08-31\n' "$dir" "$dir" "$dir" >"$dir/liftd.yaml"

lift() { "$build/lift" --config "$dir/liftd.yaml" "$@"; }
now() { date +%s.%N; }

# since FROM WHAT [EVENTS]: what took so long, and how many events a second that is
since() {
	awk -v a="$1" -v b="$(now)" -v what="$2" -v n="${3:-0}" 'BEGIN {
		printf "%s\t%.2f s", what, b - a
		if (n) printf "\t%.0f events/s", n / (b - a)
		print ""
	}'
}

# Asking costs the processor that is measured: not more often than this.
answers() { until lift status >/dev/null 2>&1; do kill -0 "$daemon" || { cat "$dir/log" >&2; exit 1; }; sleep 0.01; done; }
applied() { until lift status --json | grep -q '"lag": *0[,}]'; do sleep 0.05; done; }

start() {
	"$build/liftd" --config "$dir/liftd.yaml" 2>>"$dir/log" &
	daemon=$!
	answers
}

# stop SIGNAL
stop() {
	kill "-$1" "$daemon"
	wait "$daemon" 2>/dev/null || true
	daemon=
}

# What a daemon that has just started shows is what there was.
check() {
	lift export >"$dir/again"
	cmp "$dir/exported" "$dir/again"
}

echo "== $events events of $learners learners; load average $(cut -d' ' -f1 /proc/loadavg)"
start
from=$(now)
"$build/tests/bench/load_bench" load "ipc://$dir/run/intake" "$events" "$learners" 100
applied
since "$from" 'acknowledged and applied' "$events"
lift export >"$dir/exported"
stop TERM

rm -rf "$dir/state/ledger"
from=$(now)
start
applied
since "$from" 'a ledger built anew, from the start to the figures' "$events"
awk '/^VmHWM/ {printf "its RSS, with mapped files\tpeak %d MiB\n", $2 / 1024}' "/proc/$daemon/status"
check
du -sm "$dir/state/journal" "$dir/state/ledger" | awk '{print $2 "\t" $1 " MiB"}' | sed "s|$dir/state/||"

stop KILL
from=$(now)
start
since "$from" 'kill -9: until it answers'
applied
since "$from" 'kill -9: until all figures are there'
check

from=$(now)
lift backup "$dir/backup" >/dev/null
since "$from" 'backup'
from=$(now)
lift verify >/dev/null
since "$from" 'verify'

sed -i 's/id: c19/id: c19x/' "$dir/catalogue.yaml"
from=$(now)
lift reload --wait
since "$from" 'reload of another catalogue, to the switch'
sed -i 's/id: c19x/id: c19/' "$dir/catalogue.yaml"
stop TERM

from=$(now)
"$build/liftd" --config "$dir/liftd.yaml" --restore "$dir/backup" >/dev/null
since "$from" 'restore'
start
applied
check
stop TERM
