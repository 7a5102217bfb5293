# SPDX-License-Identifier: Apache-2.0
# xapi_lib.sh: what scripts share that send to a real lift-xapi beside a real liftd: `name` is theirs, `build` and `here` where
# programs and tests are. Makes $dir, which goes with all that runs, at the end.
passed=0
dir=$(mktemp -d "/tmp/lift-$name.XXXXXX")
children=

finish() {
	for child in $children; do
		kill "$child" 2>/dev/null || true
	done
	wait 2>/dev/null || true
	rm -rf "$dir"
}
trap finish EXIT
trap 'exit 1' INT TERM

# need PROGRAM...: or nothing is tested
need() {
	for program; do
		command -v "$program" >/dev/null || {
			echo "$name: skipped: $program is not there"
			echo "$name: 0 passed, 0 failed, 1 skipped"
			exit 0
		}
	done
}

fail() {
	echo "$name: $1"
	cat "$dir"/*.log
	echo "$name: $passed passed, 1 failed"
	exit 1
}

ok() {
	passed=$((passed + 1))
}

# until_true COMMAND...: within a minute
until_true() {
	n=0
	until "$@"; do
		n=$((n + 1))
		[ $n -lt 600 ] || fail "not within a minute: $*"
		sleep 0.1
	done
}

# start CATALOGUE: the daemon, by $dir/liftd.yaml, and the gateway, by $dir/lift-xapi.yaml, whose number is $gateway and whose
# port is $port
start() {
	printf 'state: %s/state\nruntime: %s/run\ncatalogue: %s\n' "$dir" "$dir" "$1" >"$dir/liftd.yaml"
	"$build/liftd" --config "$dir/liftd.yaml" 2>"$dir/liftd.log" &
	children="$children $!"
	"$build/lift-xapi" --config "$dir/lift-xapi.yaml" 2>"$dir/lift-xapi.log" &
	gateway=$!
	children="$children $gateway"
	until_true grep -q ' port=' "$dir/lift-xapi.log"
	port=$(sed -n 's/.* port=\([0-9]*\).*/\1/p' "$dir/lift-xapi.log")
}
