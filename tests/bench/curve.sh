#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Measures what CURVE costs over TCP on loopback: usage curve.sh BUILD [EVENTS]. The same load without and with keys, twice.
set -eu
build=$(cd "$1" && pwd)
events=${2:-1000000}
here=$(cd "$(dirname "$0")" && pwd)
bench=$build/tests/bench/load_bench
dir=$(mktemp -d "${BENCH_DIR:-/var/tmp}/liftd-curve.XXXXXX")
daemon=
finish() {
	[ -z "$daemon" ] || kill "$daemon" 2>/dev/null || true
	wait 2>/dev/null || true
	rm -rf "$dir"
}
trap finish EXIT
trap 'exit 1' INT TERM

sh "$here/catalogue.sh" >"$dir/catalogue.yaml"
for name in server bench; do "$build/lift" keygen --dir "$dir" $name >/dev/null; done
key() { sed -n "s/^$2: *\"\\(.*\\)\"/\\1/p" "$dir/$1.key"; }
cat >"$dir/curve.yaml" <<-END
	keys:
	  - {name: bench, public: "$(key bench public)", publish: {sources: [bench]}, limits: {events: 10000000, bytes: 1073741824}}
END
: >"$dir/none.yaml" # whoever comes without a key may not speak for a key's source
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
endpoint=tcp://127.0.0.1:$port

# start SECURITY: a daemon with an empty state, answering
start() {
	rm -rf "$dir/state"
	cat >"$dir/liftd.yaml" <<-END
		state: $dir/state
		runtime: $dir/run
		catalogue: $dir/catalogue.yaml
		security: $1
		keys: $dir/$1.yaml
		server_key: $dir/server.key
		intake: ["ipc://$dir/run/intake", "$endpoint"]
	END
	"$build/liftd" --config "$dir/liftd.yaml" 2>"$dir/log" &
	daemon=$!
	until "$build/lift" --config "$dir/liftd.yaml" status --json >/dev/null 2>&1; do
		kill -0 "$daemon" || { cat "$dir/log" >&2; exit 1; }
	done
}
stop() {
	kill "$daemon"
	wait "$daemon" || true
	daemon=
}

# run SECURITY ARGUMENT...: load_bench with these arguments, and what processor time it took the daemon
run() {
	security=$1
	shift
	start "$security"
	printf '%-5s  ' "$security"
	if [ "$security" = curve ]; then
		LIFT_BENCH_KEYS="$(key server public) $(key bench public) $(key bench secret)" "$bench" "$@" >"$dir/out"
	else
		"$bench" "$@" >"$dir/out"
	fi
	tr '\n\t' '  ' <"$dir/out"
	awk -v tick="$(getconf CLK_TCK)" '{printf "  daemon %.2f s of a processor\n", ($14 + $15) / tick}' "/proc/$daemon/stat"
	stop
}

for _ in 1 2; do
	for security in none curve; do run $security load "$endpoint" "$events" $((events / 5)) 100; done
	for security in none curve; do run $security load "$endpoint" $((events / 5)) $((events / 25)) 1; done
	for security in none curve; do run $security rate "$endpoint" 10000 5 100; done
	for security in none curve; do run $security rate "$endpoint" 100 5 1; done
done
