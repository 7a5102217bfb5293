#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# first_hour_test.sh BUILD: the commands of liftd(8), "THE FIRST HOUR", are fifteen, can be read by a shell, and change the
# configuration as they are meant to. They are run in machines with systemd: tests/systemd.
set -eu
build=$1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
passed=0

fail() {
	echo "first_hour_test: $1"
	echo "first_hour_test: $passed passed, 1 failed"
	exit 1
}

ok() {
	passed=$((passed + 1))
}

mkdir "$dir/blocks"
awk -v to="$dir/blocks" -f tests/systemd/blocks.awk daemon/liftd.8
for block in "$dir"/blocks/*.sh; do
	case ${block##*/} in
	[0-9][0-9]-server-hour.sh | [0-9][0-9]-platform-hour.sh | [0-9][0-9]-server-more.sh | [0-9][0-9]-server-secret.sh | [0-9][0-9]-source-more.sh) ;;
	*) fail "what is ${block##*/}?" ;;
	esac
	bash -n "$block" || fail "${block##*/} is no shell"
	# What the page would show otherwise than it is typed.
	! grep -n '\\' "$block" || fail "${block##*/} has an escape"
done
ok

# Lines but for those within a here-document or a quoted text.
commands=$(cat "$dir"/blocks/*-hour.sh | awk '
	here { here = $0 != "END"; next }
	quoted { if (gsub(/\047/, "") % 2) quoted = 0; next }
	{ n++ }
	/<<\047?END/ { here = 1; next }
	gsub(/\047/, "") % 2 { quoted = 1 }
	END { print n }')
[ "$commands" -le 15 ] || fail "the first hour takes $commands commands"
ok

# The edit of the configuration, on that which is installed: each of the three sockets has a place for others.
cp systemd/liftd.yaml "$dir/liftd.yaml"
sed -n "/^sed -i/,/liftd\.yaml\$/p" "$dir"/blocks/*-server-hour.sh | sed "s|/etc/liftd/|$dir/|" >"$dir/edit"
sh "$dir/edit"
[ "$(grep -c 'tcp://192.0.2.1:' "$dir/liftd.yaml")" = 2 ] && [ "$(grep -o 'tcp://192.0.2.1:55[78][01]"\]' "$dir/liftd.yaml" | wc -l)" = 3 ] ||
	fail "the edit makes: $(diff systemd/liftd.yaml "$dir/liftd.yaml")"
ok

# Each subcommand is one of lift's.
for word in $(cat "$dir"/blocks/*.sh | sed -n 's/^lift \([a-z]*\).*/\1/p' | sort -u); do
	"$build/lift" "$word" --help >"$dir/help" 2>&1 || fail "lift has no $word"
done
ok
echo "first_hour_test: $passed passed, 0 failed"
