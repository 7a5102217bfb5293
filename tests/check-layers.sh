#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Holds the layers of the code. daemon/layers and clients/layers say which wing (a folder) may
# include which; the rules below say the rest. A breach is a line; the last line is a summary.
# Status 1 where there is a breach.
#
#   check-layers.sh [BUILD]    BUILD (build) has the objects, from which it is read who calls whom
set -u
build=${1:-build}
case $build in /*) ;; *) build=$(pwd)/$build ;; esac
cd "$(dirname "$0")/.." || exit 2
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
export LC_ALL=C

sources() { find "$@" -name '*.[ch]' 2>/dev/null | sort; }

# 1. A file includes another wing's header only if its own wing's line names that wing.
# 2. A line names only wings that stand above it: there is no circle.
# 3. internal.h, *_internal.h and parts.h are for their own folder.
# 4. The daemon, the clients and proto/ do not include one another, but for proto/, nor tests/.
#    Of clients/lib, which is a library of its own, the other wings include lift.h alone; of
#    daemon/plane release.h and shelf.h: nobody else makes figures of the open plane.
# 5. A library's header is included where the library is wrapped, and nowhere else.
sources daemon clients proto tests | xargs grep -n '^#include' |
	sed -E 's/^([^:]+):[0-9]+:#include +/\1 /' > "$work/includes"
awk '
function wing(path) { # daemon/journal/lmdb/view.c: daemon journal/lmdb
	sub("^[^/]*/", "", path)
	return sub("/[^/]*$", "", path) ? path : "."
}
function folder(path) { sub("/[^/]*$", "", path); return path }
function top(path) { sub("/.*", "", path); return path }
FILENAME ~ /layers$/ {
	if ($0 ~ /^(#|$)/)
		next
	tree = top(FILENAME)
	name = $1
	sub(":$", "", name)
	for (i = 2; i <= NF; i++) {
		if (!((tree, $i) in below))
			print FILENAME ": " name " names " $i ", which does not stand above it"
		may[tree, name, $i]
	}
	below[tree, name]
	next
}
{
	from = $1
	to = $2
	gsub(/["<>]/, "", to)
	own = ($2 ~ /^"/)
	tree = top(from)
}
own && tree ~ /^(daemon|clients)$/ && top(to) == tree {
	a = wing(from)
	b = wing(to)
	if (!((tree, a) in below))
		print from ": " tree "/layers has no wing " a
	else if (a != b && !((tree, a, b) in may))
		print from ": includes " to ", and " a " may not include " b
}
own && to ~ /(^|[\/_])(internal|parts)\.h$/ && folder(from) != folder(to) {
	print from ": includes " to ", which is for its own folder"
}
own && tree != "tests" && top(to) != tree && top(to) != "proto" { print from ": includes " to }
own && to ~ /^clients\/lib\// && to != "clients/lib/lift.h" && from !~ /^(clients\/lib|tests)\// {
	print from ": includes " to ": of clients/lib, lift.h is what others use"
}
own && to ~ /^daemon\/plane\// && to !~ /\/(release|shelf)\.h$/ && from !~ /^(daemon\/plane|tests)\// {
	print from ": includes " to ": of daemon/plane, release.h and shelf.h are what others use"
}
own && tree == "proto" && top(to) != "proto" { print from ": includes " to }
function only(header, where) {
	if (!own && to ~ "^" header "$" && tree != "tests" && from !~ "^(" where ")")
		print from ": includes <" to ">, which is for " where
}
{
	only("lmdb[.]h", "daemon/store/")
	only("zmq[.]h", "daemon/[^/]*$|daemon/(net|intake|publish|control)/|clients/")
	only("msgpack([.]h|/.*)", "proto/")
	only("yaml[.]h", "proto/")
	only("sqlite3[.]h", "clients/lib/outbox/|clients/xapi/shelf/")
	only("systemd/.*", "daemon/service/|clients/(xapi|web)/[^/]*$")
	only("xlsxwriter[.]h", "clients/cli/report/print/xlsx|clients/cli/roster/out|clients/web/figures/table")
	only("(curses|term)[.]h", "clients/cli/top/draw[.]c")
	only("microhttpd[.]h", "clients/http/")
	only("gnutls/.*", "clients/xapi/read/")
	only("jansson[.]h", "proto/json[.]|daemon/tasks/manifest[.]|clients/")
}
' daemon/layers clients/layers "$work/includes" > "$work/bad"

# 6. A wing of the daemon has at most 12 files, and each of them begins with a header of its own
#    folder (or, where the folder has only the implementation, of the one above), which declares it.
# 7. Lines of at most 100 columns, no banners, every file of the daemon named in the README; a header
#    begins with its name, and what it is for.
files=$(sources daemon clients proto tests)
# shellcheck disable=SC2086 # names of files have no spaces
awk '
function folder(path) { sub("/[^/]*$", "", path); return path }
function width(line,  part, n, i, w) { # tabs to 8, and bytes that go on in UTF-8 are none
	gsub(/[\200-\277]/, "", line)
	n = split(line, part, "\t")
	for (i = 1; i < n; i++)
		w += length(part[i]) + 8 - length(part[i]) % 8
	return w + length(part[n])
}
FILENAME == "README.md" {
	n = split($0, word, /[^a-z0-9_]+/)
	for (i = 1; i <= n; i++)
		named[word[i]]
	next
}
FNR == 1 && FILENAME ~ /^daemon\/.*[.]c$/ {
	name = FILENAME
	sub(".*/", "", name)
	sub("[.]c$", "", name)
	if (!(name in named))
		print FILENAME ": the README does not name it"
	if (++count[folder(FILENAME)] == 13)
		print folder(FILENAME) ": more files than 12"
	if (FILENAME != "daemon/main.c")
		alone[FILENAME]
}
FNR == 3 && FILENAME ~ /[.]h$/ {
	name = FILENAME
	sub(".*/", "", name)
	if (index($0, " * " name " - ") != 1)
		print FILENAME ": does not begin with its name, and what it is for"
}
FILENAME in alone && /^#include "/ {
	to = $2
	gsub(/"/, "", to)
	if (folder(to) == folder(FILENAME) || folder(to) == folder(folder(FILENAME)))
		delete alone[FILENAME]
}
length($0) > 50 {
	w = width($0)
	if (w > 100)
		print FILENAME ":" FNR ": " w " columns, and 100 are the most"
}
/\/[*\/] *[-=*#][-=*#][-=*#][-=*#]/ { print FILENAME ":" FNR ": a banner" }
END {
	for (file in alone)
		print file ": no header of its folder declares it"
}' README.md $files | sort >> "$work/bad"

# 8. What the other wings call of clients/lib is in lift.map: they could be linked with liblift.so.
# 9. By the objects: no function that only its own file uses, none that two files have, and no circle of files. (accept4 is the C
#    library's, in whose place net/descriptors stands, as are close and recv; and of libsodium crypto_box_...)
#    A release is made by a process of its own (tasks/), from nowhere else.
if [ ! -d "$build/obj/daemon" ]; then
	echo "not checked: who calls whom ($build has no objects)"
	echo "not read" > "$work/counts"
else
	# Objects of files that are there; what was built before a file moved is not.
	for source in $(find daemon clients proto tests -name '*.c' | sort); do
		[ ! -e "$build/obj/${source%.c}.o" ] || echo "$build/obj/${source%.c}.o"
	done | xargs nm -A -P | awk -v prefix="$build/obj/" '
		{
			file = $1
			sub(":$", "", file)
			file = substr(file, length(prefix) + 1)
			sub("[.]o$", ".c", file)
		}
		$3 ~ /^[TDBRGC]$/ { print "has", $2, file }
		$3 == "U" { print "wants", $2, file }' > "$work/symbols"
	unbuilt=$(find tests/unit -name '*_test.c' | while read -r source; do
		[ -e "$build/obj/${source%.c}.o" ] || echo "$source"
	done | wc -l)
	[ "$unbuilt" -eq 0 ] ||
		echo "not checked: what only its own file uses ($unbuilt tests are not built)"
	awk 'FILENAME == "clients/lib/lift.map" { sub(";$", ""); exported[$1]; next }
	$1 == "has" && $3 ~ /^clients\/lib\// { home[$2] = $3 }
	$1 == "wants" && $3 ~ /^clients\// && $3 !~ /^clients\/lib\// { wants[$2] = $3 }
	END {
		for (symbol in wants)
			if (symbol in home && !(symbol in exported))
				print wants[symbol] ": calls " symbol " of " home[symbol] ", which is not in lift.map"
	}' clients/lib/lift.map "$work/symbols" | sort >> "$work/bad"
	awk -v unbuilt="$unbuilt" '
	function visit(at,  i, n, to, list, member, size, height, members) { # Tarjan: a circle is a
		order[at] = low[at] = ++counter                              # component of two and more
		stack[++depth] = at
		on[at] = 1
		n = split(calls[at], list, " ")
		for (i = 1; i <= n; i++) {
			to = list[i]
			if (!(to in order))
				visit(to)
			if (on[to] && low[to] < low[at])
				low[at] = low[to]
			else if (!on[to] && floor[to] > floor[at])
				floor[at] = floor[to]
		}
		floor[at]++
		if (low[at] != order[at])
			return
		do {
			member = stack[depth--]
			on[member] = 0
			members = members " " member
			list[++size] = member
			if (floor[member] > height)
				height = floor[member]
		} while (member != at)
		for (i = 1; i <= size; i++)
			floor[list[n + i]] = height
		if (height > floors)
			floors = height
		if (size > 1) {
			circles++
			print "bad a circle:" members
		}
	}
	$1 == "has" && $3 !~ /^tests\// {
		top = $3
		sub("/.*", "", top)
		if ((top, $2) in named && $2 != "main") # each program has one
			print "bad " $3 ": " $2 " is in " named[top, $2] ", too"
		named[top, $2] = home[$2] = $3
	}
	$1 == "wants" { wants[++w] = $2; by[w] = $3 }
	$1 == "wants" && $2 == "release_make" && $3 !~ /^(daemon\/tasks|tests)\// {
		print "bad " $3 ": makes a release, which is for daemon/tasks"
	}
	END {
		for (i = 1; i <= w; i++) {
			symbol = wants[i]
			if (!(symbol in home) || home[symbol] == by[i])
				continue
			used[symbol]
			if (by[i] ~ /^tests\// || (by[i], home[symbol]) in known)
				continue
			known[by[i], home[symbol]]
			calls[by[i]] = calls[by[i]] " " home[symbol]
		}
		for (symbol in home)
			if (!unbuilt && !(symbol in used) && symbol !~ /^(main|accept4|close|recv|crypto_box_.*|getpid|__.*)$/)
				print "bad " home[symbol] ": " symbol " is used in this file alone"
		for (file in calls)
			if (!(file in order))
				visit(file)
		printf "%d floors, %d circles\n", floors, circles
	}' "$work/symbols" > "$work/calls"
	sed -n 's/^bad //p' "$work/calls" | sort >> "$work/bad"
	grep -v '^bad ' "$work/calls" > "$work/counts"
fi

cat "$work/bad"
breaches=$(wc -l < "$work/bad")
echo "layers: $(cat daemon/layers clients/layers | grep -cE '^[a-z.]') wings," \
	"$(find daemon clients proto -name '*.c' | wc -l) files, $(cat "$work/counts")," \
	"$(grep -cE 'may not include|does not stand above' "$work/bad") back arrows; $breaches breaches"
[ "$breaches" -eq 0 ]
