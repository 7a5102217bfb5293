#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# top_test.sh BUILD: lift top in a terminal (tmux), in front of a real liftd: what stands on the screen is what lift export says,
# keys do what they should, and the terminal is as it was whatever ends it.
set -eu
build=$(cd "${1:-$LIFT_BUILD}" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
passed=0

command -v tmux >/dev/null || {
	echo "top_test: skipped: tmux is not there"
	echo "top_test: 0 passed, 0 failed, 1 skipped"
	exit 0
}

dir=$(mktemp -d /tmp/lift-top.XXXXXX)
terminals=0 name=lift-top-$$ daemon=
unset NO_COLOR LC_MESSAGES
LC_ALL=C.UTF-8 LIFT_CONFIG=$dir/liftd.yaml
export LC_ALL LIFT_CONFIG
on_tmux() { tmux -L "$name" -f /dev/null "$@"; }

finish() {
	on_tmux kill-server 2>/dev/null || true
	[ -z "$daemon" ] || kill "$daemon" 2>/dev/null || true
	wait 2>/dev/null || true
	rm -rf "$dir"
}
trap finish EXIT
trap 'exit 1' INT TERM

screen() { on_tmux capture-pane -p -t top; }

fail() {
	echo "top_test: $1"
	screen | sed 's/^/    |/' || true
	cat "$dir/liftd.log"
	echo "top_test: $passed passed, 1 failed"
	exit 1
}

ok() { passed=$((passed + 1)); }

# until_true COMMAND...: within a minute
until_true() {
	n=0
	until "$@"; do
		n=$((n + 1))
		[ $n -lt 1200 ] || fail "not within a minute: $*"
		sleep 0.05
	done
}

has() { screen | grep -q -- "$1"; }
has_not() { ! has "$1"; }
shows() { until_true has "$1"; }
hides() { until_true has_not "$1"; }
press() { on_tmux send-keys -t top "$@"; }

# begin COLUMNS ROWS [NAME=VALUE...]: lift top on a terminal of its own, whose settings are kept.
begin() {
	size="-x $1 -y $2"
	shift 2
	cat >"$dir/run" <<-RUN
		stty -g >"$dir/before"
		env "\$@" "$build/lift" top 2>"$dir/said"
		echo "status \$?" >"$dir/status"
		stty -g >"$dir/after"
		mv "$dir/status" "$dir/ended"
		exec cat
	RUN
	rm -f "$dir/ended"
	on_tmux kill-server 2>/dev/null || true
	terminals=$((terminals + 1)) name=lift-top-$$-$terminals # the old one is still going
	# shellcheck disable=SC2086 # two words each
	on_tmux new-session -d -s top $size sh "$dir/run" "$@"
}

# ended STATUS WHY: it has, with that, and the terminal is as it was.
ended() {
	until_true test -e "$dir/ended"
	[ "$(cat "$dir/ended")" = "status $1" ] || fail "$2: $(cat "$dir/ended" "$dir/said")"
	cmp -s "$dir/before" "$dir/after" || fail "$2: the terminal's settings are others"
	[ "$(on_tmux display-message -p -t top '#{alternate_on} #{cursor_flag}')" = '0 1' ] || fail "$2: the screen is not given back"
}

# What top's own process is.
process() { pgrep -P "$(on_tmux display-message -p -t top '#{pane_pid}')" -x lift; }

serve() {
	"$build/liftd" --config "$LIFT_CONFIG" 2>>"$dir/liftd.log" &
	daemon=$!
	until_true "$build/lift" status >"$dir/lift-status" 2>&1
}

export_all() { "$build/lift" export --format csv >"$dir/export.csv"; }
# figure REGION KIND KEY
figure() { awk -F, -v r="$1" -v k="$2" -v m="$3" '$1 == r && $2 == k && $4 == m { print $5; exit }' "$dir/export.csv"; }

# rows_are: each region's row has the figures of the export.
rows_are() {
	screen >"$dir/screen"
	while read -r code region; do
		learners=$(figure "$code" people learners)
		grep -Eq "$region +$learners +$(figure "$code" people active_7d) +$(figure "$code" people reached.n)/$(figure "$code" people reached.of) +$(figure "$code" programme participants) +$(figure "$code" programme completed) " "$dir/screen" || return 1
	done <"$dir/regions"
}

cat >"$dir/regions" <<-END
	all Everywhere
	nordland Nordland
	sor-helgeland Sør-Helgeland
	1811 Bindal
	1813 Brønnøy
	1815 Vega
	hald HALD
	1820 Alstahaug
	1827 Dønna
	END
cat >"$dir/liftd.yaml" <<-END
	state: $dir/state
	runtime: $dir/run.d
	catalogue: $here/../daemon/examples/demo.yaml
	as_of: 2025-12-01
	END
: >"$dir/liftd.log"

# No terminal, no daemon, no such terminal.
status=0
"$build/lift" top >"$dir/out" 2>&1 </dev/null || status=$?
[ $status = 2 ] || fail "without a terminal: status $status"
grep -q "lift watch.*lift snapshot" "$dir/out" || fail "without a terminal: $(cat "$dir/out")"
ok
begin 80 24
shows 'Waiting for the figures'
serve
shows 'live, tick'
press q
ended 0 'q'
grep -q 'no such socket' "$dir/said" || fail "without a daemon: $(cat "$dir/said")"
ok
begin 80 24 TERM=nonsense
ended 3 'a terminal that is not known'
grep -q "'nonsense') is not known" "$dir/said" || fail "TERM=nonsense: $(cat "$dir/said")"
ok

# Figures, which come while it looks.
begin 80 24
shows 'live, tick'
"$build/lift" simulate "$here/../daemon/examples/demo.yaml" >"$dir/out"
shows '^\*.* Vega '
export_all
until_true rows_are
ok
shows 'ago: .*: participants +[0-9]'
hides '^\*' # calm again
ok

# The programme, and back.
press Enter
shows 'day 106 of 124; 3 modules'
for i in 0 1 2 3; do
	n=$(figure all programme targets.$i.n) of=$(figure all programme targets.$i.of)
	has "$(figure all programme targets.$i.measure).* $n  *$of .*\(reached\|ahead\|behind\|on pace\)" || fail "target $i: $n of $of"
done
has "$(figure all programme completion_rate.n) of $(figure all programme completion_rate.of) participants" || fail 'the completion rate'
has "Brønnøy  *$(figure 1813 programme participants)  *$(figure 1813 programme completed) " || fail 'a place'
press End
shows "carer  *$(figure all programme by.role.carer.participants)  *$(figure all programme by.role.carer.completed) "
shows 'simulation' # which told it
press Escape
shows 'Regions  *learners'
ok

# A module, chosen; a competence.
press m
shows 'Choose a module'
press Down Enter
shows 'module: Safety alarms'
until_true has "Vega .* $(awk -F, '$1 == "1815" && $3 == "vt-safety-alarms" && $4 == "started" { print $5 }' "$dir/export.csv") "
press Enter
shows 'Best scores'
press Escape c Enter
shows 'competence: Welfare technology'
press Enter
shows 'level 2: nurse .* to train'
press Escape p
shows 'programme: Welfare technology'
ok

# Filter, without capitals and accents; sort, as a list.
press / D O N N
shows 'Dønna'
hides 'Vega'
has 'HALD' || fail 'what is above it is gone'
press Enter Escape
shows 'Vega'
press t s s
shows 'learners▼'
column() { screen | sed -n '3,16s/^.\{20\}[^0-9]*\([0-9]*\).*/\1/p'; }
column >"$dir/order"
sort -rn "$dir/order" | cmp -s - "$dir/order" || fail "not sorted: $(tr '\n' ' ' <"$dir/order")"
[ "$(wc -l <"$dir/order")" = 14 ] || fail 'each region is there once'
press r
shows 'learners▲'
column | sort -n -c || fail 'the other way round'
press t r
ok

# Sizes.
on_tmux resize-window -t top -x 50 -y 12
shows 'rate$'
has 'live, tick' || fail '50 columns: no last line'
[ "$(screen | wc -l)" -le 12 ] || fail '50x12'
press Enter
shows 'participants  *460  *completed'
press Escape
on_tmux resize-window -t top -x 30 -y 8
shows 'Too small: 30x8'
on_tmux resize-window -t top -x 120 -y 40
shows 'stalled'
has '12 weeks' || fail '120 columns: no more columns'
on_tmux resize-window -t top -x 80 -y 24
shows '7 weeks'
ok

# The daemon goes, and comes again.
press Home
kill "$daemon"
wait "$daemon" || true
shows 'STALE, reconnecting: nothing from liftd for'
until_true rows_are # they stay
ok
serve
printf 'type,time,learner,module,region,attrs.role\ncompleted,2025-11-20T10:00:00Z,somebody-new,vt-basics,1815,nurse\n' >"$dir/one.csv"
"$build/lift" publish "$dir/one.csv" >"$dir/out"
shows 'live, tick'
shows '^\*.* Vega '
has_not '^\*.* Bindal ' || fail 'what has not changed since the restart is marked'
export_all
until_true rows_are
ok

# Whatever ends it.
press q
ended 0 'q'
for signal in TERM INT HUP; do
	begin 80 24
	shows 'live, tick'
	kill -$signal "$(process)"
	ended 0 "SIG$signal"
done
begin 80 24
shows 'live, tick'
kill -SEGV "$(process)"
until_true test -e "$dir/ended"
status=$(sed 's/status //' "$dir/ended") # a sanitizer has its own
[ "$status" -gt 128 ] || [ "$status" = 1 ] || fail "a fault: $status"
ended "$status" 'a fault'
ok

# Without colours; a terminal that has none; without UTF-8.
coloured() { on_tmux capture-pane -p -e -t top | grep -q "$(printf '\033')\[[0-9;]*3[0-6]m"; }
begin 80 24 TERM=screen-256color
shows 'live, tick'
until_true coloured
begin 80 24 TERM=screen-256color NO_COLOR=1
shows 'live, tick'
! coloured || fail 'NO_COLOR, and colours'
until_true rows_are
begin 80 24 TERM=vt100
shows 'live, tick'
! coloured || fail 'a vt100 has no colours'
until_true rows_are
begin 80 24 LC_ALL=C
shows 'live, tick'
shows 'Bronnoy'
! screen | LC_ALL=C grep -q '[^ -~]' || fail 'LC_ALL=C, and not ASCII'
has '#' || fail 'LC_ALL=C, and no bar'
press q
ended 0 'q'
ok

# One screen as text.
"$build/lift" top --once >"$dir/out"
grep -q "Everywhere  *$(figure all people learners) " "$dir/out" || fail "--once: $(cat "$dir/out")"
[ "$(wc -l <"$dir/out")" = 24 ] || fail '--once has another size'
ok
echo "top_test: $passed passed, 0 failed"
