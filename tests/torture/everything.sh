#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A daemon to which everything happens at once: usage everything.sh BUILD [SECONDS]. Publishers, watchers, operators who ask
# for all there is, and clients that send junk, each of which may be killed at any moment; catalogues that change, wrong ones
# too; a disk that stands still at times; and the daemon itself ends, by SIGTERM or kill -9, and starts again. Nothing may end
# by a signal that was not sent; no sanitizer may say anything; the daemon answers; and in the end all that was acknowledged is
# counted, and the ledger is that of the journal. LIFT_SEED=n: what is left to chance again, as far as time allows.
set -eu
build=$(cd "$1" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
seconds=${2:-1800}
seed=${LIFT_SEED:-$(od -An -N3 -tu4 /dev/urandom | tr -d ' ')}
case $seed in *[!0-9]*) seed=$(od -An -N3 -tu4 /dev/urandom | tr -d ' ') ;; esac
ANSWER_S=120  # the unit's watchdog
STOP_S=90     # the unit's, for its end
COMMAND_S=40  # the longest life of a client
dir=$(mktemp -d "${EVERYTHING_DIR:-/tmp}/liftd-all.XXXXXX") # short: a socket's path has 107 bytes at most
mkdir "$dir/reports" "$dir/files" "$dir/ended" "$dir/backups"
daemon=
workers=
keep=
finish() {
	: >"$dir/over"
	rm -f "$dir/still"
	[ -z "$daemon" ] || kill -9 "$daemon" 2>/dev/null || true
	wait 2>/dev/null || true
	[ -n "$keep" ] || rm -rf "$dir"
}
trap finish EXIT
trap 'exit 1' INT TERM

fail() {
	keep=1
	echo "everything: $*; what is left is in $dir" >&2
	tail -n 5 "$dir/log" >&2
	exit 1
}

export LIFT_CONFIG="$dir/liftd.yaml" LIFT_STILL="$dir/still"
reporting="log_path=$dir/reports/report exitcode=99 abort_on_error=0"
export ASAN_OPTIONS="$reporting verify_asan_link_order=0" UBSAN_OPTIONS="$reporting print_stacktrace=1"
export TSAN_OPTIONS="$reporting suppressions=$here/tsan.supp second_deadlock_stack=1"

# draw N: a number from 0 to below N, in $drawn; each worker has a state of its own.
draw() {
	state=$(((state * 1103515245 + 12345) & 0x7fffffff))
	drawn=$(((state >> 8) % $1))
}

# some_time N: up to N tenths of a second, in $time; never 0, which timeout takes for no limit
some_time() {
	draw "$1"
	time=$((drawn / 10)).$((drawn % 10))1
}

# ended NAME STATUS: what a client may end with is counted; all else is a finding. Junk may end itself: what it does with
# libzmq, no assertion of libzmq's need bear.
ended() {
	echo "$2" >>"$dir/ended/$1"
	case $1:$2 in
	*:0 | *:1 | *:3 | *:137) ;;
	junk:134) cat "$dir/said.junk" >>"$dir/said.aborts" ;;
	*) echo "$1 ended with status $2: $(tail -n 3 "$dir/said.$1")" >>"$dir/findings" ;;
	esac
}

# client NAME COMMAND...: run it; one in two is killed at any moment. Its status is in $status.
client() {
	name=$1
	shift
	draw 4
	case $drawn in
	0) some_time 30 ;;
	1) draw 30; time=0.$((drawn / 10))$((drawn % 10))1 ;;
	*) time=$COMMAND_S ;;
	esac
	status=0
	timeout -s KILL "$time" "$@" >>"$dir/said" 2>"$dir/said.$name" || status=$?
	ended "$name" "$status"
	! grep -q 'could not be understood' "$dir/said.$name" || echo "$name: $(cat "$dir/said.$name")" >>"$dir/findings"
	: >"$dir/said"
}

# ---- the daemon ----------------------------------------------------------------------------------
catalogue() {
	sh "$here/../bench/catalogue.sh"
	case $1 in
	plain) printf '  - {id: kept}\n' ;;
	named) printf '  - {id: kept, name: Kept}\n' ;;
	more) printf '  - {id: kept}\n  - {id: further}\n' ;;
	wrong) printf '  - {id: kept}\n  - {id: kept}\n' ;;
	esac
}

# What a daemon begins with must be right: nobody changes it then.
take_catalogue() { until mkdir "$dir/taken" 2>/dev/null; do sleep 0.1; done; }
give_catalogue() { rmdir "$dir/taken"; }

put_catalogue() { cp "$dir/$1.yaml" "$dir/catalogue.yaml.new" && mv "$dir/catalogue.yaml.new" "$dir/catalogue.yaml"; }

answers() { timeout -s KILL 20 "$build/lift" status >"$dir/status" 2>&1; }

# It answers, whether it is healthy or not, before the watchdog would end it.
await_answer() {
	asked=$(date +%s)
	while :; do
		status=0
		answers || status=$?
		[ "$status" -gt 1 ] || break
		! grep -q 'understood' "$dir/status" || fail "lift status: $(cat "$dir/status")"
		[ "$status" = 3 ] || [ "$status" = 137 ] || fail "lift status ended with $status"
		kill -0 "$daemon" 2>/dev/null || { status=0; wait "$daemon" || status=$?; daemon=; fail "the daemon ended by itself, status $status"; }
		[ $(($(date +%s) - asked)) -le "$ANSWER_S" ] || fail "no answer within $ANSWER_S s"
	done
	took=$(($(date +%s) - asked))
	[ "$took" -le "$longest" ] || longest=$took
}

start() {
	LD_PRELOAD="$build/tests/preload/still.so" "$build/liftd" --config "$dir/liftd.yaml" 2>>"$dir/log" &
	daemon=$!
	await_answer
}

# end SIGNAL STATUS
end() {
	kill "-$1" "$daemon"
	(trap 'kill $!' TERM; sleep "$STOP_S" & wait $! && kill -ABRT "$daemon") 2>/dev/null &
	guard=$!
	status=0
	{ wait "$daemon" || status=$?; } 2>/dev/null # and no word of the shell's
	kill "$guard" 2>/dev/null || true
	daemon=
	[ "$status" = "$2" ] || fail "by SIG$1 the daemon ended with status $status, not $2"
}

# ---- who does things to it ------------------------------------------------------------------------
is_over() { [ -e "$dir/over" ]; }

# Files of learners who each take the module `kept` in county0; what was not acknowledged to the end is left over.
publisher() {
	n=0
	while ! is_over; do
		n=$((n + 1))
		draw 300
		rows=$((drawn + 1))
		source=$1-$((n / 500))
		file=$dir/files/$source.$n.csv
		awk -v n="$n" -v rows="$rows" 'BEGIN {
			print "type,time,learner,module,region"
			for (i = 0; i < rows; i++) printf "started,%d000,l%d-%d,kept,county0\n", 1730797200 + i, n, i
		}' >"$file"
		echo "$rows" >>"$dir/rows.$1"
		if [ "$1" = pub ]; then
			client publish-pub "$build/lift" publish --pub --linger 2 --source "$source" "$file"
			status=1
		else
			draw 60
			client publish "$build/lift" publish --batch $((drawn + 1)) --source "$source" "$file"
		fi
		if [ "$status" = 0 ]; then rm "$file"; fi
		some_time 10
		sleep "$time"
	done
}

# Files of which much is refused: the quarantine's.
refused() {
	n=0
	while ! is_over; do
		n=$((n + 1))
		awk -v n="$n" 'BEGIN {
			print "type,time,learner,module,region"
			for (i = 0; i < 20; i++) printf "%s,%s,r%d-%d,c%d,m%d\n", i % 3 ? "started" : "sat", i % 5 ? 1730797200000 : "soon", n, i, i, i
		}' >"$dir/refused.csv"
		client publish-refused "$build/lift" publish --source "refused-$((n / 500))" "$dir/refused.csv"
		some_time 10
		sleep "$time"
	done
}

load() {
	while ! is_over; do
		draw 5
		client load "$build/tests/bench/load_bench" rate "ipc://$dir/run/intake" 200 $((drawn + 1)) $((drawn * 10 + 1))
	done
}

watcher() {
	while ! is_over; do
		draw 3
		case $drawn in
		0) audience=all ;;
		1) audience=north ;;
		2) audience=south ;;
		esac
		draw 3
		case $drawn in
		0) client watch "$build/lift" watch --json --audience $audience --count 500 ;;
		1) deaf_watcher "$1" ;;
		2) stopped_watcher ;;
		esac
	done
}

# Its output is not read.
deaf_watcher() {
	fifo=$dir/fifo.$1
	rm -f "$fifo"
	mkfifo "$fifo"
	sleep 8 <"$fifo" &
	status=0
	timeout -s KILL 5 "$build/lift" watch --json --buffer 1 beat metric/ >"$fifo" 2>"$dir/said.watch-deaf" || status=$?
	ended watch-deaf "$status"
	wait
}

stopped_watcher() {
	"$build/lift" watch --buffer 2 --audience "$audience" >/dev/null 2>"$dir/said.watch-stopped" &
	pid=$!
	some_time 20
	sleep "$time"
	kill -STOP "$pid" 2>/dev/null || true
	some_time 50
	sleep "$time"
	kill -CONT "$pid" 2>/dev/null || true
	some_time 10
	sleep "$time"
	kill -9 "$pid" 2>/dev/null || true
	status=0
	wait "$pid" || status=$?
	ended watch-stopped "$status"
}

asker() {
	while ! is_over; do
		draw 9
		case $drawn in
		0) client snapshot "$build/lift" snapshot --json --wait 20 --audience south ;;
		1) client export "$build/lift" export ;;
		2) client export-day "$build/lift" export --as-of 2024-12-01 --region county0 --format csv ;;
		3) client explain "$build/lift" explain county0 module kept ;;
		4) client explain "$build/lift" explain --json all people all ;;
		5) client status "$build/lift" status --json ;;
		6) client rejections "$build/lift" rejections --json --source refused-0 ;;
		7) client quarantine "$build/lift" quarantine --json list ;;
		8) draw 1000; client quarantine "$build/lift" quarantine show $((drawn + 1)) ;;
		esac
	done
}

reloader() {
	while ! is_over; do
		take_catalogue
		draw 6
		case $drawn in
		0) put_catalogue plain ;;
		1) put_catalogue named ;;
		2) put_catalogue more ;;
		3) put_catalogue wrong ;;
		esac
		draw 3
		case $drawn in
		0) client reload "$build/lift" reload ;;
		1) client reload "$build/lift" reload --wait ;;
		2) kill -HUP "$(cat "$dir/pid")" 2>/dev/null || true ;;
		esac
		put_catalogue plain
		give_catalogue
		some_time 30
		sleep "$time"
	done
}

keeper() {
	n=0
	while ! is_over; do
		n=$((n + 1))
		draw 3
		if [ "$drawn" = 0 ]; then
			client verify "$build/lift" verify
			if grep -qi differ "$dir/said.verify"; then
				echo "verify: $(cat "$dir/said.verify")" >>"$dir/findings"
			fi
		elif [ "$drawn" = 1 ]; then
			client backup "$build/lift" backup "$dir/backups/$n"
		else
			client backup "$build/lift" backup
		fi
		find "$dir/backups" "$dir/state/backups" -mindepth 1 -maxdepth 1 ! -name "$n*" -exec rm -rf {} + 2>/dev/null || true
		some_time 40
		sleep "$time"
	done
}

junk() {
	while ! is_over; do
		draw 1000000
		client junk "$build/tests/torture/junk" "$drawn" 5 "ipc://$dir/run/intake" "ipc://$dir/run/intake" \
			"ipc://$dir/run/events" "ipc://$dir/run/control" "ipc://$dir/run/publish" "ipc://$dir/run/snapshot" \
			"ipc://$dir/run/south/publish" "ipc://$dir/run/south/snapshot" <"$dir/vectors"
	done
}

slow_disk() {
	while ! is_over; do
		some_time 60
		sleep "$time"
		: >"$dir/still"
		some_time 30
		sleep "$time"
		rm -f "$dir/still"
	done
}

# worker SEED FUNCTION [ARG]
worker() {
	(state=$((seed + $1 * 7919)); trap - EXIT; shift; "$@") 2>>"$dir/workers" &
	workers="$workers $!"
}

# ---- all of it ------------------------------------------------------------------------------------
for c in plain named more wrong; do catalogue $c >"$dir/$c.yaml"; done
put_catalogue plain
find "$here/../../proto/vectors" -name '*.hex' ! -name 'backup*' -exec cat {} + >"$dir/vectors"
cat >"$dir/liftd.yaml" <<EOF
state: $dir/state
runtime: $dir/run
catalogue: $dir/catalogue.yaml
as_of: 2026-08-31
tick_ms: 200
audiences:
  - {name: all, regions: [all], publish: ["ipc://RUNTIME/publish"], snapshot: ["ipc://RUNTIME/snapshot"]}
  - {name: north, regions: [county0, county1], publish: ["ipc://RUNTIME/north/publish"], snapshot: ["ipc://RUNTIME/north/snapshot"]}
  - {name: south, regions: [county3, m4], publish: ["ipc://RUNTIME/south/publish"], snapshot: ["ipc://RUNTIME/south/snapshot"]}
EOF
state=$seed
longest=0
restarts=0
kills=0
echo "== $seconds s of everything, seed $seed; load average $(cut -d' ' -f1 /proc/loadavg)"
start
echo "$daemon" >"$dir/pid"
begin=$(date +%s)
worker 1 publisher one
worker 2 publisher two
worker 3 publisher pub
worker 4 refused
worker 5 load
worker 6 watcher 6
worker 7 watcher 7
worker 8 asker
worker 9 asker
worker 10 reloader
worker 11 keeper
worker 12 junk
worker 13 slow_disk

next=$((begin + 15))
while [ $(($(date +%s) - begin)) -lt "$seconds" ]; do
	sleep 1
	await_answer
	[ ! -e "$dir/findings" ] || fail "$(head -n 3 "$dir/findings")"
	[ -z "$(ls "$dir/reports")" ] || fail "a sanitizer has something to say: $(ls "$dir/reports")"
	[ "$(date +%s)" -ge "$next" ] || continue
	take_catalogue
	draw 2
	rm "$dir/pid"
	if [ "$drawn" = 0 ]; then end KILL 137; kills=$((kills + 1)); else end TERM 0; fi
	restarts=$((restarts + 1))
	start
	echo "$daemon" >"$dir/pid"
	give_catalogue
	draw 40
	next=$(($(date +%s) + 10 + drawn))
done

: >"$dir/over"
for pid in $workers; do wait "$pid" || fail "a worker of this script failed: $(tail -n 1 "$dir/workers")"; done
workers=
rm -f "$dir/still"
await_answer

# What was acknowledged is there without being sent again; the rest is sent now.
put_catalogue plain
"$build/lift" reload --wait >"$dir/out" 2>&1 || fail "reload: $(cat "$dir/out")"
left=0
for source in $(ls "$dir/files" | sed 's/\..*//' | sort -u); do
	left=$((left + $(ls "$dir/files/$source".* | wc -l)))
	"$build/lift" publish --source "$source" "$dir/files/$source".* >"$dir/out" 2>&1 || fail "publish: $(tail -n 2 "$dir/out")"
done
sent=$(cat "$dir"/rows.* | awk '{ n += $1 } END { print n }')
"$build/lift" export --region county0 --kind module >"$dir/exported" || fail "export"
counted=$(sed -n '/"id":"kept"/s/.*"started":\([0-9]*\),"withdrawn".*/\1/p' "$dir/exported")
[ "$counted" = "$sent" ] || fail "$sent learners were sent and acknowledged, $counted are counted"
"$build/lift" verify >"$dir/out" 2>&1 || fail "verify: $(cat "$dir/out")"
"$build/lift" status --json | grep -o '"events_accepted":[0-9]*\|"events_rejected":[0-9]*\|"healthy":[a-z]*' | head -n 3
end TERM 0
[ -z "$(ls "$dir/reports")" ] || fail "a sanitizer has something to say: $(ls "$dir/reports" | head -n 3 | tr '\n' ' ')"
[ ! -e "$dir/findings" ] || fail "$(head -n 3 "$dir/findings")"
[ ! -e "$dir/said.aborts" ] || sed 's/^/junk: /' "$dir/said.aborts"
for f in "$dir"/ended/*; do
	awk -v name="${f##*/}" '{ n[$1]++ } END { printf "%s\t%d, %d killed, %d refused, %d not reached\n", name, NR, n[137], n[1], n[3] }' "$f"
done
echo "the daemon ended $restarts times, $kills of them by kill -9; its longest wait for an answer $longest s"
echo "$(grep -c 'catalogue' "$dir/log") lines of its log are of catalogues; $sent learners kept, $left files sent again; verified"
