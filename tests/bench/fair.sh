#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Measures what one platform's greed costs another: usage fair.sh BUILD [SECONDS [KIND...]]. Each has a key of its own, and comes
# over TCP. A line for each kind of greed; it fails where something is lost that was acknowledged.
set -eu
build=$(cd "$1" && pwd)
seconds=${2:-10}
[ $# -lt 2 ] && shift 1 || shift 2
here=$(cd "$(dirname "$0")" && pwd)
bench=$build/tests/bench/fair_bench
dir=$(mktemp -d "${BENCH_DIR:-/var/tmp}/liftd-fair.XXXXXX")
daemon= flood= lost=0
finish() {
	[ -z "$flood" ] || kill "$flood" 2>/dev/null || true
	[ -z "$daemon" ] || kill "$daemon" 2>/dev/null || true
	wait 2>/dev/null || true
	rm -rf "$dir"
}
trap finish EXIT
trap 'exit 1' INT TERM

sh "$here/catalogue.sh" >"$dir/catalogue.yaml"
for name in server honest greedy stranger; do "$build/lift" keygen --dir "$dir" $name >/dev/null; done
key() { sed -n "s/^$2: *\"\\(.*\\)\"/\\1/p" "$dir/$1.key"; }
keys_of() { echo "$(key server public) $(key "$1" public) $(key "$1" secret)"; }
# write_keys LIMITS: keys.yaml; the greedy one has these limits
write_keys() {
	cat >"$dir/keys.yaml" <<-END
		keys:
		  - {name: honest, public: "$(key honest public)", publish: {sources: [honest]}}
		  - {name: greedy, public: "$(key greedy public)", publish: {sources: [greedy]}, limits: {$1}}
	END
}

lift() { "$build/lift" --config "$dir/liftd.yaml" "$@"; }
# A flood leaves gaps, and then the status is 1.
answers() { lift status --json >/dev/null 2>&1 || [ $? -eq 1 ]; }
start() {
	"$build/liftd" --config "$dir/liftd.yaml" 2>"$dir/log" &
	daemon=$!
	until answers; do
		kill -0 "$daemon" || { cat "$dir/log" >&2; exit 1; }
	done
}
crash() {
	kill -9 "$daemon"
	wait "$daemon" 2>/dev/null || true
	daemon=
}

# A port that nobody has: the kernel's choice, said by the daemon's own endpoint.
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
endpoint=tcp://127.0.0.1:$port
cat >"$dir/liftd.yaml" <<-END
	state: $dir/state
	runtime: $dir/run
	catalogue: $dir/catalogue.yaml
	keys: $dir/keys.yaml
	server_key: $dir/server.key
	intake: ["ipc://$dir/run/intake", "$endpoint"]
END

# measure KIND LIMITS KEY
measure() {
	rm -rf "$dir/state"
	write_keys "$2"
	start
	: >"$dir/flood"
	LIFT_BENCH_KEYS=$(keys_of honest) "$bench" honest "$endpoint" "$seconds" >"$dir/honest" &
	honest=$!
	until lift status --json | grep -q '"events_accepted": *[1-9]'; do :; done
	if [ "$1" != nobody ]; then
		# As if it were on another machine: it does not take the daemon's processors.
		LIFT_BENCH_KEYS=$(keys_of "$3") nice -n 19 "$bench" "$1" "$endpoint" "$seconds" >"$dir/flood" &
		flood=$!
	fi
	wait $honest || { printf 'inf\tinf\tinf\t0\t0\n' >"$dir/honest" lost=1; }
	[ -z "$flood" ] || wait "$flood"
	flood=
	memory=$(awk '/^VmHWM/ {printf "%d", $2 / 1024}' "/proc/$daemon/status")
	until answers; do kill -0 "$daemon"; done
	crash
	start
	LIFT_BENCH_KEYS=$(keys_of honest) "$bench" holds "$endpoint" $(cut -f4 "$dir/honest") && held=all || { held=LOST lost=1; }
	crash
	awk -v kind="$1, $3 key${2:+, $2}" -v memory="$memory" -v held=$held -v load="$(cut -d' ' -f1 /proc/loadavg)" '
		FILENAME ~ /flood$/ { sent = $1 " messages, " $2 " MiB, " $3 " acks, " $4 " nacks"; next }
		{ printf "%-44s p50 %6.1f ms  p99 %6.1f ms  max %6.1f ms  nacks %d  kept %s  memory %4d MiB  load %s  %s\n",
			kind, $1, $2, $3, $5, held, memory, load, sent }' "$dir/flood" "$dir/honest"
}

wide='events: 10000000, bytes: 1073741824'
measure nobody '' no
for kind in ${*:-batches refused again singles names holes bytes values requests connects}; do
	measure "$kind" '' greedy
done
[ $# -gt 0 ] && exit $lost
measure batches "events: 1000" greedy
for kind in batches refused singles; do measure $kind "$wide" greedy; done
measure connects '' stranger
measure batches '' stranger
exit $lost
