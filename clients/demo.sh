#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# make demo: all that happens in a programme, in half a minute, with a real daemon in a scratch directory, and its page. In a
# terminal it goes on behind that with people who come later, so that there is something to look at, until Enter.
# Called as: sh clients/demo.sh BUILD [PROGRAMME], the name of a catalogue in daemon/examples
# DEMO_SECONDS: so long the programme takes; DEMO_LOOK_SECONDS: so long it goes on at most, in a terminal.
set -eu

build=$(cd "${1:?usage: sh clients/demo.sh BUILD [PROGRAMME]}" && pwd)
source=$(cd "$(dirname "$0")/.." && pwd)
programme=${2:-demo}
catalogue=$source/daemon/examples/$programme.yaml
shown=daemon/examples/$programme.yaml

live_s=${DEMO_SECONDS:-20}
look_s=${DEMO_LOOK_SECONDS:-900}

# The catalogues that there are; NAME-liftd.yaml is a configuration.
programmes() { (cd "$source/daemon/examples" && ls -- *.yaml | grep -v -e '-liftd\.yaml$' | sed 's/\.yaml$//' | tr '\n' ' '); }

case " $(programmes)" in
*" $programme "*) ;;
*)
	printf 'demo: there is no programme %s, but these: %s\n' "$programme" "$(programmes)" >&2
	exit 2
	;;
esac

# All first or last days of the programmes' windows, in order.
window() { sed -n "s/^ *$1: *\([0-9]\{4\}-[0-9][0-9]-[0-9][0-9]\).*/\1/p" "$catalogue" | sort; }

say() { printf '\n%s\n' "$*"; }

# The path of a socket has 107 bytes at most.
scratch=$(mktemp -d "${TMPDIR:-/tmp}/lift-demo.XXXXXX")
if [ ${#scratch} -gt 80 ]; then
	rmdir "$scratch"
	scratch=$(mktemp -d /tmp/lift-demo.XXXXXX)
fi
daemon='' watcher='' simulator='' web='' reader='' address=''

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
	end "$reader"
	end "$simulator"
	end "$watcher"
	end "$web"
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

from=$(window from | head -n 1)
to=$(window to | tail -n 1)
learners=$("$build/lift" simulate --out - "$catalogue" | sed 's/.*"learner":"\([^"]*\)".*/\1/' | sort -u | wc -l)

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

# The page, on any port that is free.
open_page() {
	cat > "$scratch/lift-web.yaml" <<END
listen: 127.0.0.1:0
publish: "ipc://$scratch/run/publish"
snapshot: "ipc://$scratch/run/snapshot"
ask: "ipc://$scratch/run/ask"
page: "$build/page"
title: "liftd: $programme"
END
	"$build/lift-web" --config "$scratch/lift-web.yaml" > "$scratch/lift-web.log" 2>&1 &
	web=$!
	tries=0
	until port=$(sed -n 's/.*ready: .*port=\([0-9]*\).*/\1/p' "$scratch/lift-web.log") && [ -n "$port" ]; do
		kill -0 "$web" 2>/dev/null || fail 'lift-web has stopped:' "$scratch/lift-web.log"
		tries=$((tries + 1))
		[ $tries -lt 50 ] || fail 'lift-web does not get ready:' "$scratch/lift-web.log"
		sleep 0.1
	done
	address=http://127.0.0.1:$port/
	printf 'The page, live: %s\n' "$address"
	[ -z "${SSH_CONNECTION-}" ] || printf '(from your own machine: ssh -L %s:127.0.0.1:%s, and the same address)\n' "$port" "$port"
}
if [ -e "$build/page/index.html" ]; then
	open_page
fi

if [ "$programme" = demo ]; then
	watched="one module's figures in three regions"
	topics='metric/nordland/module/vt-basics metric/sor-helgeland/module/vt-basics metric/hald/module/vt-basics'
	region=hald
else
	watched="the programmes' figures everywhere"
	topics=metric/all/programme/
	region=all
fi
say "2. $learners people learn from $from to $to, in $live_s seconds; $watched, as they come in:"
# shellcheck disable=SC2086 # topics are words
"$build/lift" watch $topics 2> "$scratch/watch.log" &
watcher=$!
days=$(( ($(date -u -d "$to" +%s) - $(date -u -d "$from" +%s)) / 86400 + 1 ))
# simulate SECONDS OPTION...: the whole programme within these seconds, in the background
simulate() {
	speed=$((days * 86400 / $1))
	shift
	"$build/lift" simulate --speed $speed "$@" "$catalogue" > "$scratch/simulate.log" 2>&1 &
	simulator=$!
}
simulate "$live_s"
simulated=0
wait "$simulator" || simulated=$?
simulator=''
[ $simulated = 0 ] || fail 'lift simulate failed:' "$scratch/simulate.log"
sleep 2 # two ticks: what came last is on the screen, too
end "$watcher"
watcher=''
cat "$scratch/simulate.log"

"$build/lift" export --format csv > "$scratch/export.csv" || fail 'lift export failed' /dev/null

# Part, code and name of the catalogue's regions, programmes and competences, whether each is written on one line or on several.
awk '
	/^[a-z]/ { part = $0; sub(/:.*/, "", part) }
	/^  - / && /(code|id):/ {
		code = $0
		sub(/.*(code|id): */, "", code); sub(/[,}].*/, "", code); gsub(/"/, "", code)
	}
	/^(  - \{|    name:).*/ && /[ {]name:/ {
		name = $0
		sub(/.*[ {]name: */, "", name); sub(/[,}].*/, "", name); gsub(/"/, "", name)
		print part "\t" code "\t" name
	}
' "$catalogue" > "$scratch/names"

# A table of all modules together, by region.
show_modules() {
LC_ALL=C awk '
	function pad(text, width, bare) {
		bare = text
		gsub(/[\200-\277]/, "", bare) # bytes that continue a character take no place
		return sprintf("%s%*s", text, width - length(bare), "")
	}
	NR == FNR { split($0, row, "\t"); if (row[1] == "regions") { codes[++n] = row[2]; names[row[2]] = row[3] } next }
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
}

# What a programme's owners look at: targets, places, competences and what is missing.
show_programmes() {
	LC_ALL=C awk '
	function pad(text, width, bare) {
		bare = text
		gsub(/[\200-\277]/, "", bare)
		return sprintf("%s%*s", text, width - length(bare), "")
	}
	function percent(n, of) { return of > 0 ? sprintf("%5.1f %%", 100 * n / of) : "      -" }
	NR == FNR { split($0, row, "\t"); of_part[row[1], ++count[row[1]]] = row[2]; names[row[1], row[2]] = row[3]; next }
	{ split($0, cell, ","); value[cell[1], cell[2], cell[3], cell[4]] = cell[5] }
	cell[1] == "all" && cell[4] ~ /\.where\./ {
		key = cell[4]; sub(/\.where\..*/, "", key)
		who = cell[4]; sub(/.*\.where\./, "", who)
		where[cell[2], cell[3], key] = where[cell[2], cell[3], key] ", " who " " cell[5]
	}
	function get(region, kind, id, key) { return value[region, kind, id, key] + 0 }
	function show_programme(id, key, i) {
		printf "\n  %s\n", names["programmes", id]
		for (i = 0; ("all", "programme", id, "targets." i ".measure") in value; i++) {
			key = "targets." i
			printf "    %s %5d of %5d  %s\n", pad(value["all", "programme", id, key ".measure"] where["programme", id, key], 36), \
				get("all", "programme", id, key ".n"), get("all", "programme", id, key ".of"), \
				percent(get("all", "programme", id, key ".n"), get("all", "programme", id, key ".of"))
		}
		printf "    %s %5d of %5d\n", pad("places reached", 36), get("all", "programme", id, "reached.n"), get("all", "programme", id, "reached.of")
		printf "    %s %5d\n", pad("withdrawn", 36), get("all", "programme", id, "withdrawn")
		printf "    %s %5d\n", pad("stalled", 36), get("all", "programme", id, "stalled")
	}
	function show_place(code, name, p, id) {
		printf "  %s", pad(name, 46)
		for (p = 1; p <= count["programmes"]; p++) {
			id = of_part["programmes", p]
			printf " %12d %9d", get(code, "programme", id, "participants"), get(code, "programme", id, "completed")
		}
		print ""
	}
	function show_competence(id, key, i) {
		printf "  %s %8d %8d %8d\n", pad(names["competences", id], 46), get("all", "competence", id, "holders"), \
			get("all", "competence", id, "lapsed"), get("all", "competence", id, "expiring_90d")
		for (i = 0; ("all", "competence", id, "requirements." i ".level") in value; i++) {
			key = "requirements." i
			printf "    %s %6d of %5d have it, %5d are missing\n", pad("level " value["all", "competence", id, key ".level"] where["competence", id, key], 36), \
				get("all", "competence", id, key ".n"), get("all", "competence", id, key ".of"), get("all", "competence", id, key ".gap")
		}
	}
	END {
		for (i = 1; i <= count["programmes"]; i++)
			show_programme(of_part["programmes", i])
		printf "\n  %s", pad("", 46)
		for (i = 1; i <= count["programmes"]; i++)
			printf " %22s", of_part["programmes", i]
		printf "\n  %s", pad("", 46)
		for (i = 1; i <= count["programmes"]; i++)
			printf " %12s %9s", "participants", "completed"
		print ""
		for (i = 1; i <= count["regions"]; i++)
			show_place(of_part["regions", i], names["regions", of_part["regions", i]])
		show_place("all", "Everyone")
		printf "\n  %s %8s %8s %8s\n", pad("", 46), "holders", "lapsed", "90 days"
		for (i = 1; i <= count["competences"]; i++)
			show_competence(of_part["competences", i])
	}
	' "$scratch/names" "$scratch/export.csv"
}

if [ "$programme" = demo ]; then
	say "3. The closing figures, exact, all modules together:"
	show_modules
else
	say "3. The closing figures, exact, as of $to:"
	show_programmes
fi

if [ -n "$address" ] && [ -t 0 ] && [ -t 1 ]; then
	say "4. As many people again come later. Look at them on the page: $address
   Enter ends the demo; so do $((look_s / 60)) minutes."
	simulate "$look_s" --seed 2 --source latecomers
	# Beside this shell, which hears signals while it waits.
	exec 3<&0
	timeout --foreground "$look_s" head -n 1 <&3 > "$scratch/enter" &
	reader=$!
	wait "$reader" || :
	reader=''
	end "$simulator"
	simulator=''
	last=5
else
	last=4
fi

say "$last. The daemon stops, and nothing is left of it."
end "$web"
web=''
end "$daemon"
daemon=''
cat <<END

Try next:
  $1/liftd --catalogue $shown &
                                     a daemon that stays
  $1/lift simulate $shown
                                     all that happened, at once
  $1/lift publish FILE...         your own events, CSV or JSON Lines
  $1/lift watch metric/$region/       follow a region
  $1/lift export --format csv     all figures of today
  man -l clients/web/lift-web.8   the page, for readers on other machines
  $1/lift status                  what has come, and what is missing
END
