#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Holds the layers of the code: daemon/layers says which wing may include which; the rules below say
# the rest. Each breach is a line; the last line is a summary.
#
#   check-layers.sh [BUILD]    BUILD has the objects, from which it is read who calls whom
#
# Bad: what it prints before the summary. Status 1 where there is any.
set -u
build=${1:-build}
cd "$(dirname "$0")/.." || exit 2
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT

sources() { find "$@" -name '*.[ch]' 2>/dev/null | LC_ALL=C sort; }
includes() { # file, what it includes: of this project with "", of others with <>
	sources daemon clients proto tests |
		xargs grep -n '^#include' | sed -E 's/^([^:]+):[0-9]+:#include +/\1 /'
}
includes > "$work/includes"

# 1 to 3: the daemon's wings. 4, 5: who may include what of the others, and of libraries.
awk '
function wing(path,  n, part) { # daemon/journal/lmdb/view.c: journal/lmdb
	n = split(path, part, "/")
	if (n == 2)
		return "."
	return n == 3 ? part[2] : part[2] "/" part[3]
}
function folder(path) { sub("/[^/]*$", "", path); return path }
function bad(text) { print text }
FILENAME == ARGV[1] {
	if ($0 ~ /^(#|$)/)
		next
	name = $1
	sub(":$", "", name)
	below[name]
	for (i = 2; i <= NF; i++) {
		if (!($i in below) || $i == name)
			bad("daemon/layers: " name " names " $i ", which does not stand below it")
		may[name, $i]
	}
	next
}
{
	from = $1
	to = $2
	gsub(/["<>]/, "", to)
	own = ($2 ~ /^"/)
	top = from
	sub("/.*", "", top)
}
own && top == "daemon" && to ~ /^daemon\// {
	a = wing(from)
	b = wing(to)
	if (!(a in below))
		bad(from ": daemon/layers has no wing " a)
	else if (a != b && !((a, b) in may))
		bad(from ": includes " to ", and " a " may not include " b)
}
own && to ~ /(^|[\/_])(internal|parts)\.h$/ && folder(from) != folder(to) {
	bad(from ": includes " to ", which is for its own folder")
}
own && top == "daemon" && to ~ /^(clients|tests)\// { bad(from ": the daemon includes " to) }
own && top == "clients" && to ~ /^(daemon|tests)\// { bad(from ": a client includes " to) }
own && top == "proto" && to !~ /^proto\// { bad(from ": proto includes " to) }
own && from ~ /^clients\/lib\// && to ~ /^clients\// && to !~ /^clients\/lib\// {
	bad(from ": the library includes " to)
}
own && from ~ /^clients\/xapi\// && to ~ /^clients\// && to !~ /^clients\/(lib|xapi)\// {
	bad(from ": a gateway includes " to)
}
!own && to == "lmdb.h" && from ~ /^(daemon|clients|proto)\// && from !~ /^daemon\/store\// {
	bad(from ": includes <lmdb.h>; only daemon/store may")
}
!own && to == "zmq.h" && from ~ /^daemon\/.*\// && from !~ /^daemon\/(net|intake|publish|control)\// {
	bad(from ": includes <zmq.h>; only net, intake, publish, control and the house may")
}
!own && to == "zmq.h" && top == "proto" { bad(from ": includes <zmq.h>") }
!own && to ~ /^(msgpack\.h|msgpack\/.*|yaml\.h)$/ && top ~ /^(daemon|clients)$/ {
	bad(from ": includes <" to ">; only proto may")
}
!own && to ~ /^systemd\// && from ~ /^(daemon\/.*\/|clients\/|proto\/)/ {
	bad(from ": includes <" to ">; only the house may")
}
!own && to == "jansson.h" && from !~ /^(proto\/json\.|daemon\/tasks\/manifest\.|clients\/|tests\/)/ {
	bad(from ": includes <jansson.h>; only proto/json, tasks/manifest and clients may")
}
' daemon/layers "$work/includes" > "$work/bad"

# 6: a wing has at most 12 files, and each its header or its functions in the header of the wing.
find daemon -name '*.c' | sed 's|/[^/]*$||' | LC_ALL=C sort | uniq -c |
	awk '$1 > 12 { print $2 ": " $1 " files, and 12 are the most" }' >> "$work/bad"
for file in $(find daemon -name '*.c' ! -path daemon/main.c); do
	[ -e "${file%.c}.h" ] && continue
	grep -qE '^#include "'"${file%/*}"'/([a-z_]*_)?(internal|parts)\.h"' "$file" && continue
	grep -qE '^#include "'"${file%/*}/$(basename "${file%/*}")"'\.h"' "$file" && continue
	grep -qE '^#include "'"${file%/*/*}/$(basename "${file%/*/*}")"'\.h"' "$file" && continue
	echo "$file: no header of its own, and none of its wing's" >> "$work/bad"
done

# 7: lines of at most 100 columns, no banners, every file of the daemon named in the README.
for file in $(sources daemon clients proto tests); do
	expand -t 8 "$file" | awk -v file="$file" '
		{ line = $0; gsub(/[\200-\277]/, "", line) }
		length(line) > 100 { print file ":" NR ": " length(line) " columns, and 100 are the most" }
		/\/[*\/] *[-=*#]{4,}/ { print file ":" NR ": a banner" }' >> "$work/bad"
done
for file in $(sources daemon | grep '\.c$'); do
	name=$(basename "$file" .c)
	grep -qE "(^|[^a-z_])$name([^a-z_]|\$)" README.md || echo "$file: the README does not name it" >> "$work/bad"
done

# Who calls whom, as the objects have it: functions that only their own file uses, circles inside a
# wing, and how many floors there are.
objects=$(find "$build/obj/daemon" "$build/obj/proto" "$build/obj/clients" -name '*.o' 2>/dev/null | LC_ALL=C sort)
if [ -z "$objects" ]; then
	echo "not checked: calls ($build has no objects)"
else
	for object in $objects $(find "$build/obj/tests" -name '*.o'); do
		source=${object#"$build/obj/"}
		source=${source%.o}.c
		[ -e "$source" ] || continue
		nm -P "$object" | awk -v file="$source" '
			$2 ~ /^[TDBRGC]$/ { print "has", $1, file }
			$2 == "U" { print "wants", $1, file }'
	done > "$work/symbols"
	awk '
	function folder(path) { sub("/[^/]*$", "", path); return path }
	function visit(at,  i, n, next_, list, top) { # Tarjan: a circle is a component of two and more
		order[at] = low[at] = ++counter
		stack[++depth] = at
		on[at] = 1
		n = split(calls[at], list, " ")
		floor[at] = 1
		for (i = 1; i <= n; i++) {
			next_ = list[i]
			if (!(next_ in order))
				visit(next_)
			if (on[next_]) {
				if (low[next_] < low[at])
					low[at] = low[next_]
			} else if (floor[next_] + 1 > floor[at])
				floor[at] = floor[next_] + 1
		}
		if (low[at] != order[at])
			return
		members = ""
		size = height = 0
		do {
			top = stack[depth--]
			on[top] = 0
			members = members " " top
			size++
			if (floor[top] > height)
				height = floor[top]
			part[size] = top
		} while (top != at)
		for (i = 1; i <= size; i++)
			floor[part[i]] = height
		if (height > floors)
			floors = height
		if (size > 1) {
			circles++
			print "bad a circle:" members
		}
	}
	$1 == "has" { home[$2] = $3; if ($3 ~ /^(daemon|clients|proto)\//) mine[$2] = $3 }
	$1 == "wants" { wants[++w] = $2; by[w] = $3 }
	END {
		for (i = 1; i <= w; i++) {
			symbol = wants[i]
			if (symbol in mine && mine[symbol] != by[i])
				used[symbol] = 1
			if (!(symbol in mine) || by[i] !~ /^daemon\// || mine[symbol] !~ /^daemon\//)
				continue
			if (mine[symbol] == by[i] || ((by[i], mine[symbol]) in known))
				continue
			known[by[i], mine[symbol]]
			calls[by[i]] = calls[by[i]] " " mine[symbol]
			files[by[i]]
			files[mine[symbol]]
		}
		for (symbol in mine)
			if (!(symbol in used) && symbol != "main" && symbol !~ /^(LLVM|__)/)
				print "bad " mine[symbol] ": " symbol " is used in this file alone: static"
		for (file in files)
			if (!(file in order))
				visit(file)
		printf "floors %d circles %d\n", floors, circles
	}' "$work/symbols" > "$work/calls"
	sed -n 's/^bad //p' "$work/calls" | LC_ALL=C sort >> "$work/bad"
fi

cat "$work/bad"
count=$(wc -l < "$work/bad")
echo "layers: $(grep -cE '^[a-z.]' daemon/layers) wings, $(find daemon -name '*.c' | wc -l) files, $(grep -h floors "$work/calls" 2>/dev/null || echo 'calls not read'), $(grep -c 'may not include' "$work/bad") back arrows; $count breaches"
[ "$count" -eq 0 ]
