#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What a release of the open plane takes, of a country: usage release.sh BUILD [LEARNERS [MODULES]]. Learners of 745 municipalities
# take some (MODULES) of 50 modules; their figures are computed and written, in a process of its own and beside a daemon that takes
# events in, a batch of 10 twenty times a second. Prints what it has measured.
set -eu
build=$(cd "$1" && pwd)
learners=${2:-100000}
modules=${3:-8}
dir=$(mktemp -d "${BENCH_DIR:-/var/tmp}/liftd-release.XXXXXX")
daemon=
finish() {
	[ -z "$daemon" ] || kill "$daemon" 2>/dev/null || true
	wait 2>/dev/null || true
	rm -rf "$dir"
}
trap finish EXIT
trap 'exit 1' INT TERM

awk 'BEGIN {
	print "timezone: Europe/Oslo"
	print "dimensions: {gender: [f, m, x], role: [nurse, carer, manager, other], age: [young, middle, old]}"
	print "regions:"
	for (i = 0; i < 30; i++) printf "  - {code: c%d, level: county}\n", i
	for (i = 0; i < 745; i++) printf "  - {code: m%d, level: municipality, parents: [c%d], headcount: [{count: 500}]}\n", i, i % 30
	print "modules:"
	for (i = 0; i < 50; i++) printf "  - {id: d%d, minutes: 60, grants: [{competence: k%d, valid_months: 24}]}\n", i, i % 10
	print "programmes:"
	for (p = 0; p < 5; p++) {
		printf "  - {id: p%d, from: 2025-09-01, to: 2026-06-30, targets: [{measure: participants, value: 10000}], modules: [", p
		for (i = 0; i < 10; i++) printf "%sd%d", i ? ", " : "", p * 10 + i
		print "]}"
	}
	print "competences:"
	for (i = 0; i < 10; i++) printf "  - {id: k%d, requirements: [{level: 1, where: {role: nurse}}]}\n", i
}' >"$dir/catalogue.yaml"
printf 'state: %s/state\nruntime: %s/run\ncatalogue: %s/catalogue.yaml\nopen: {every: year}\n' "$dir" "$dir" "$dir" >"$dir/liftd.yaml"

lift() { "$build/lift" --config "$dir/liftd.yaml" "$@"; }

"$build/liftd" --config "$dir/liftd.yaml" 2>"$dir/log" &
daemon=$!
until lift status >/dev/null 2>&1; do kill -0 "$daemon" || { cat "$dir/log" >&2; exit 1; }; sleep 0.01; done
lift simulate --learners "$learners" --modules "$modules" --batch 5000 "$dir/catalogue.yaml" >"$dir/simulated" ||
	{ cat "$dir/simulated" >&2; exit 1; }
until lift status --json | grep -q '"lag": *0[,}]'; do sleep 0.1; done

rate() { "$build/tests/bench/load_bench" rate "ipc://$dir/run/intake" 200 "$1" 10; }

echo "== events beside releases; load average $(cut -d' ' -f1 /proc/loadavg)"
echo "alone:"
rate 20
echo "beside one release after the other:"
rate 30 >"$dir/rate" &
rate=$!
made=0
from=$(date +%s.%N)
while kill -0 $rate 2>/dev/null; do
	lift releases --now --yes >/dev/null
	made=$((made + 1))
done
wait $rate
cat "$dir/rate"
awk -v a="$from" -v b="$(date +%s.%N)" -v n=$made 'BEGIN { printf "%d releases\t%.2f s each\n", n, (b - a) / n }'
kill "$daemon"
wait "$daemon" 2>/dev/null || true
daemon=

echo "== $learners learners, 745 municipalities, 50 modules; load average $(cut -d' ' -f1 /proc/loadavg)"
"$build/tests/bench/release_bench" "$dir/state" "$dir/catalogue.yaml" 2026-06-30
