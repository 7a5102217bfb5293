#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Measures outboxes on disk: usage outbox.sh BUILD [EVENTS]. Prints what it has measured, one line each.
set -eu
build=$(cd "$1" && pwd)
events=${2:-1000000}
dir=$(mktemp -d "${BENCH_DIR:-/var/tmp}/liftd-bench.XXXXXX")
daemon=
finish() {
	[ -z "$daemon" ] || kill "$daemon" 2>/dev/null || true
	wait 2>/dev/null || true
	rm -rf "$dir"
}
trap finish EXIT
trap 'exit 1' INT TERM

echo "== an outbox, load average $(cut -d' ' -f1 /proc/loadavg), $(nproc) processors"
"$build/tests/bench/outbox_bench" put "$dir"
"$build/tests/bench/outbox_bench" threads "$dir"
"$build/tests/bench/outbox_bench" read "$dir" "$events"
sh "$(dirname "$0")/catalogue.sh" >"$dir/catalogue.yaml"
printf 'state: %s/state\nruntime: %s/run\ncatalogue: %s/catalogue.yaml\n' "$dir" "$dir" "$dir" >"$dir/liftd.yaml"
"$build/liftd" --config "$dir/liftd.yaml" 2>"$dir/log" &
daemon=$!
until "$build/lift" --config "$dir/liftd.yaml" status >/dev/null 2>&1; do
	kill -0 "$daemon" || { cat "$dir/log" >&2; exit 1; }
done
"$build/tests/bench/outbox_bench" drain "$dir" "ipc://$dir/run/intake" "$events"
