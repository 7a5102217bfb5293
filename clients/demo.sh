#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# make demo: an autumn of one small programme in half a minute, with a real daemon in a scratch directory.
# Called as: sh clients/demo.sh BUILD
set -eu

build=$(cd "${1:?usage: sh clients/demo.sh BUILD}" && pwd)
source=$(cd "$(dirname "$0")/.." && pwd)
catalogue=$source/daemon/examples/demo.yaml
shown=daemon/examples/demo.yaml

learners=460
live_s=20

# A day of the programme's window.
window() { sed -n "s/^ *$1: *\([0-9]\{4\}-[0-9][0-9]-[0-9][0-9]\).*/\1/p" "$catalogue" | head -n 1; }

say() { printf '\n%s\n' "$*"; }

# The path of a socket has 107 bytes at most.
scratch=$(mktemp -d "${TMPDIR:-/tmp}/lift-demo.XXXXXX")
if [ ${#scratch} -gt 80 ]; then
	rmdir "$scratch"
	scratch=$(mktemp -d /tmp/lift-demo.XXXXXX)
fi
daemon='' watcher='' simulator=''

# Ask a process to end, wait until it has, and insist after ten seconds.
end() {
	[ -n "$1" ] || return 0
	kill -TERM "$1" 2>/dev/null || :
	tries=0
	while kill -0 "$1" 2>/dev/null && [ $tries -lt 100 ]; do
		sleep 0.1
		tries=$((tries + 1))
	done
	kill -KILL "$1" 2>/dev/null || :
	wait "$1" 2>/dev/null || :
}

finish() {
	status=$?
	trap - EXIT
	trap '' INT TERM HUP
	end "$simulator"
	end "$watcher"
	end "$daemon"
	rm -rf "$scratch"
	exit $status
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

fail() {
	printf 'demo: %s\n' "$1" >&2
	[ ! -s "$2" ] || sed 's/^/    /' "$2" >&2
	exit 1
}

from=$(window from)
to=$(window to)

cat > "$scratch/liftd.yaml" <<END
state: "$scratch/state"
runtime: "$scratch/run"
catalogue: "$catalogue"
as_of: $to
END
LIFT_CONFIG=$scratch/liftd.yaml
export LIFT_CONFIG

say "1. A daemon of its own, in $scratch"
"$build/liftd" --config "$LIFT_CONFIG" > "$scratch/liftd.log" 2>&1 &
daemon=$!
tries=0
until "$build/lift" status > "$scratch/status" 2>&1; do
	kill -0 "$daemon" 2>/dev/null || fail 'liftd has stopped:' "$scratch/liftd.log"
	tries=$((tries + 1))
	[ $tries -lt 50 ] || fail 'liftd does not get ready:' "$scratch/liftd.log"
	sleep 0.1
done
head -n 1 "$scratch/status"

say "2. $learners people learn from $from to $to, in $live_s seconds; one module's figures in three regions, as they come in:"
"$build/lift" watch metric/nordland/module/vt-basics metric/sor-helgeland/module/vt-basics metric/hald/module/vt-basics \
	2> "$scratch/watch.log" &
watcher=$!
days=$(( ($(date -u -d "$to" +%s) - $(date -u -d "$from" +%s)) / 86400 + 1 ))
"$build/lift" simulate --learners $learners --speed $((days * 86400 / live_s)) "$catalogue" \
	> "$scratch/simulate.log" 2>&1 &
simulator=$!
simulated=0
wait "$simulator" || simulated=$?
simulator=''
[ $simulated = 0 ] || fail 'lift simulate failed:' "$scratch/simulate.log"
sleep 2 # two ticks: what came last is on the screen, too
end "$watcher"
watcher=''
cat "$scratch/simulate.log"

say "3. The closing figures, exact, all modules together:"
"$build/lift" export --format csv > "$scratch/export.csv" || fail 'lift export failed' /dev/null

# Codes and names of the catalogue's regions, whether each is written on one line or on several.
awk '
	/^[a-z]/ { inside = /^regions:/ }
	inside && /code:/ {
		code = $0
		sub(/.*code: */, "", code); sub(/[,}].*/, "", code); gsub(/"/, "", code)
	}
	inside && /[ {]name:/ {
		name = $0
		sub(/.*name: */, "", name); sub(/[,}].*/, "", name); gsub(/"/, "", name)
		print code "\t" name
	}
' "$catalogue" > "$scratch/names"

LC_ALL=C awk '
	function pad(text, width, bare) {
		bare = text
		gsub(/[\200-\277]/, "", bare) # bytes that continue a character take no place
		return sprintf("%s%*s", text, width - length(bare), "")
	}
	NR == FNR { split($0, row, "\t"); codes[++n] = row[1]; names[row[1]] = row[2]; next }
	{ split($0, cell, ",") }
	cell[2] == "people" && cell[4] == "learners" { learners[cell[1]] = cell[5] }
	cell[2] == "module" { sum[cell[1], cell[4]] += cell[5] }
	END {
		codes[++n] = "all"; names["all"] = "Everyone"
		printf "\n  %s %9s %9s %9s %9s %11s\n", pad("", 24), "learners", "started", "completed", "passed", "completion"
		for (i = n; i > 0; i--) {
			code = codes[i]
			if (code == "all" || code ~ /^[0-9]/)
				continue
			show(code)
		}
		print ""
		for (i = 1; i <= n; i++)
			if (codes[i] ~ /^[0-9]/)
				show(codes[i])
		print ""
		show("all")
	}
	function show(code, rate) {
		rate = sum[code, "started"] ? sprintf("%.1f %%", 100 * sum[code, "completed"] / sum[code, "started"]) : "-"
		printf "  %s %9d %9d %9d %9d %11s\n", pad(names[code], 24), learners[code], sum[code, "started"], \
			sum[code, "completed"], sum[code, "passed"], rate
	}
' "$scratch/names" "$scratch/export.csv"

say "4. The daemon stops, and nothing is left of it."
end "$daemon"
daemon=''
cat <<END

Try next:
  $1/liftd --catalogue $shown &       a daemon that stays
  $1/lift simulate $shown             that autumn, at once
  $1/lift publish FILE...             your own events, CSV or JSON Lines
  $1/lift watch metric/hald/          follow a region
  $1/lift export --format csv         all figures of today
  $1/lift status                      what has come, and what is missing
END
