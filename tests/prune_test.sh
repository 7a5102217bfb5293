#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Old backups go, the newest stay however old they are, and nothing else is touched.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

# A backup (or what else) of so many days ago.
make() {
	mkdir -p "$dir/$1/journal"
	touch -d "$2 days ago" "$dir/$1"
}

expect() {
	sh systemd/prune-backups "$dir"
	left=$(ls "$dir" | tr '\n' ' ')
	if [ "$left" != "$1" ]; then
		echo "prune_test: $2: left are $left"
		exit 1
	fi
}

sh systemd/prune-backups "$dir/none"
make 20250101T023000Z 40
make 20250102T023000Z 39
expect '20250101T023000Z 20250102T023000Z ' 'the newest three stay, whatever their age'
make 20250103T023000Z 38
make 20250104T023000Z 37
expect '20250102T023000Z 20250103T023000Z 20250104T023000Z ' 'the oldest of four goes'
make 20250201T023000Z 9
make 20250202T023000Z 8
make 20250203T023000Z 0
make 20250204T023000Z.partial-77 0
expect '20250201T023000Z 20250202T023000Z 20250203T023000Z 20250204T023000Z.partial-77 ' 'two weeks are over'
make 20250205T023000Z 1
expect '20250201T023000Z 20250202T023000Z 20250203T023000Z 20250204T023000Z.partial-77 20250205T023000Z ' 'two weeks are not over'
make 20250204T023000Z.partial-77 3
make by-hand 400
expect '20250201T023000Z 20250202T023000Z 20250203T023000Z 20250205T023000Z by-hand ' 'half a copy goes, other names stay'
echo "prune_test: 6 passed, 0 failed"
