#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Measures lift-xapi with a liftd behind it: usage xapi.sh BUILD [STATEMENTS]. Statements of 1 KB, in batches of 50, and one at
# a time; how long until all are answered, and until the daemon has them.
set -eu
build=$(cd "$1" && pwd)
statements=${2:-200000}
dir=$(mktemp -d "${BENCH_DIR:-/var/tmp}/lift-xapi-bench.XXXXXX")
daemon=
gateway=
finish() {
	[ -z "$gateway" ] || kill "$gateway" 2>/dev/null || true
	[ -z "$daemon" ] || kill "$daemon" 2>/dev/null || true
	wait 2>/dev/null || true
	rm -rf "$dir"
}
trap finish EXIT
trap 'exit 1' INT TERM

password='a word for the bench'
login="Authorization: Basic $(printf 'bench:%s' "$password" | base64 -w 0)"
sh "$(dirname "$0")/catalogue.sh" >"$dir/catalogue.yaml"
printf 'state: %s/state\nruntime: %s/run\ncatalogue: %s/catalogue.yaml\n' "$dir" "$dir" "$dir" >"$dir/liftd.yaml"
cat >"$dir/lift-xapi.yaml" <<-END
	listen: 127.0.0.1:0
	state: $dir/xapi
	intake: ipc://$dir/run/intake
	limits: {rate: 0}
	platforms: [{name: bench, password: "$(echo "$password" | "$build/lift-xapi" --password)", region: "1813"}]
END

status() { curl -s -H "$login" "http://127.0.0.1:$port/status"; }
waiting() { status | sed 's/.*"waiting":\([0-9]*\).*/\1/'; }

# measure CONNECTIONS BATCH STATEMENTS: with empty states
measure() {
	rm -rf "$dir/state" "$dir/xapi"
	"$build/liftd" --config "$dir/liftd.yaml" 2>"$dir/liftd.log" &
	daemon=$!
	until "$build/lift" --config "$dir/liftd.yaml" status >/dev/null 2>&1; do sleep 0.1; done
	"$build/lift-xapi" --config "$dir/lift-xapi.yaml" 2>"$dir/log" &
	gateway=$!
	until grep -q ' port=' "$dir/log"; do kill -0 "$gateway"; sleep 0.1; done
	port=$(sed -n 's/.* port=\([0-9]*\).*/\1/p' "$dir/log")
	status >/dev/null # the password is known
	from=$(date +%s.%N)
	"$build/tests/bench/xapi_bench" "$port" "$login" "$1" "$2" "$3"
	until [ "$(waiting)" = 0 ]; do sleep 0.05; done
	now=$(date +%s.%N)
	awk -v a="$from" -v b="$now" -v n="$3" 'BEGIN {printf "delivered\t%d\tstatements\t%.0f\tstatements/s (from the first one sent)\n", n, n / (b - a)}'
	for pid in "$gateway" "$daemon"; do
		awk '{printf "CPU\t%s\t%.2f s\n", $2, ($14 + $15) / 100}' "/proc/$pid/stat"
		awk -v n="$pid" '/^VmHWM/ {printf "RSS\tpeak %d MiB\n", $2 / 1024}' "/proc/$pid/status"
	done
	kill "$gateway" && wait "$gateway" || true
	gateway=
	kill "$daemon" && wait "$daemon" || true
	daemon=
}

echo "load: $(cut -d ' ' -f 1-3 /proc/loadavg)"
measure 8 50 "$statements"
measure 8 1 "$((statements / 5))"
