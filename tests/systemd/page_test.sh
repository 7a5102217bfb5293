#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# liftd(8), "The first hour": each block of commands of that page is run as it stands there, in its order, on the machine
# that it is for: a server at 192.0.2.1, and a platform on a network with it.
. "$(dirname "$0")/lib.sh"
story "$@"
for each in server platform; do
	machine $each
	machine_boot
	packages_copy
done
machines_join server 192.0.2.1/24 platform 192.0.2.2/24
page_blocks

# A block, in the directory with the packages, which ends at the first command that fails.
run_block() {
	local file=$1 name
	name=$(basename "$file" .sh)
	machine "$(cut -d - -f 2 <<<"$name")"
	echo "# ---- $name"
	inside env DEBIAN_FRONTEND=noninteractive MOODLE="$(<"$dir/moodle")" SERVER="$(<"$dir/server")" \
		bash -ec "cd /root; $(<"$file")" </dev/null || fail "block $name fails: $(<"$file")"
	case $machine in
	platform) public_of /root/.config/lift/moodle.pub >"$dir/moodle" ;;
	server) public_of /etc/liftd/server.pub >"$dir/server" ;;
	esac
}

# Commands as a person counts them: lines that begin one, not what belongs to it (indented, in a here-document).
count_commands() {
	awk '/<</ && !inner { n++; match($0, /<<.?[A-Z]+/); word = substr($0, RSTART + 2); gsub(/\47/, "", word); inner = 1; next }
		inner { if ($0 == word) inner = 0; next }
		quoted { if ($0 ~ /\47/) quoted = 0; next }
		/^[^ \t#]/ { n++; if (gsub(/\47/, "\47") % 2) quoted = 1 }
		END { print n + 0 }' "$dir"/blocks/*-hour.sh
}

each_block_of_the_page_does_what_it_says() {
	local file
	touch "$dir/moodle" "$dir/server"
	for file in "$dir"/blocks/*.sh; do
		case $file in
		*-source-* | *-secret.sh) continue ;; # source_test and credential_test have these
		esac
		run_block "$file"
	done
}

it_takes_fifteen_commands_at_most() {
	local n
	n=$(count_commands)
	figure "commands of the first hour" "$n"
	[ "$n" -gt 5 ] && [ "$n" -le 15 ] || fail "$n commands"
}

afterwards_the_figure_is_there() {
	machine server
	inside lift status
	expect_is "started" 1 "$(started)"
}

run_tests each_block_of_the_page_does_what_it_says it_takes_fifteen_commands_at_most afterwards_the_figure_is_there
