#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Measures lift-web: usage web.sh BUILD [LISTENERS SECONDS]. So many listen to server-sent events while a programme goes on: how
# long after liftd's tick each event is there, and what that takes of memory and processor.
set -eu
build=$(cd "$1" && pwd)
listeners=${2:-2000}
seconds=${3:-15}
here=$(cd "$(dirname "$0")" && pwd)
dir=$(mktemp -d "${BENCH_DIR:-/var/tmp}/lift-web-bench.XXXXXX")
daemon=
web=
load=
finish() {
	for child in $load $web $daemon; do
		kill "$child" 2>/dev/null || true
	done
	wait 2>/dev/null || true
	rm -rf "$dir"
}
trap finish EXIT
trap 'exit 1' INT TERM
# Hosts allow a process 1,024 open files, and more where it asks.
ulimit -n "$((listeners + 1000))" 2>/dev/null || true

printf 'state: %s/state\nruntime: %s/run\ncatalogue: %s/../../daemon/examples/demo.yaml\nas_of: 2025-11-30\n' "$dir" "$dir" "$here" \
	>"$dir/liftd.yaml"
"$build/liftd" --config "$dir/liftd.yaml" 2>"$dir/liftd.log" &
daemon=$!
until "$build/lift" --config "$dir/liftd.yaml" status >/dev/null 2>&1; do sleep 0.1; done
mkdir "$dir/page"
echo '<!doctype html>' >"$dir/page/index.html"
cat >"$dir/lift-web.yaml" <<-END
	listen: 127.0.0.1:0
	publish: ipc://$dir/run/publish
	snapshot: ipc://$dir/run/snapshot
	ask: ipc://$dir/run/ask
	page: $dir/page
	connections_of_one: $((listeners + 10))
END
"$build/lift-web" --config "$dir/lift-web.yaml" 2>"$dir/log" &
web=$!
until grep -q ' port=' "$dir/log"; do kill -0 "$web"; sleep 0.1; done
port=$(sed -n 's/.* port=\([0-9]*\).*/\1/p' "$dir/log")
LIFT_CONFIG="$dir/liftd.yaml" "$build/lift" simulate --speed 200000 --batch 10 "$here/../../daemon/examples/demo.yaml" >"$dir/load.log" 2>&1 &
load=$!
cpu() { awk '{printf "%.2f", ($14 + $15) / 100}' "/proc/$web/stat"; }
before=$(cpu)
"$build/tests/bench/web_bench" "$port" "$listeners" "$seconds"
awk -v a="$before" -v b="$(cpu)" -v s="$seconds" 'BEGIN {printf "CPU\t%.2f s of %d s\n", b - a, s}'
awk '/^VmHWM/ {printf "RSS\tpeak %d MiB\n", $2 / 1024}' "/proc/$web/status"
