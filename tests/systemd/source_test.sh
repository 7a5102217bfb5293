#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Without packages: built from source, and installed as liftd(8), "The first hour", says.
. "$(dirname "$0")/lib.sh"
story "$@"
machine_boot

# The sources, as the machine has them, with what was built of them.
sources=$root/root/liftd
mkdir "$sources" "$sources/build"
(cd "$here/../.." && cp -a Makefile README.md LICENSE proto daemon clients tests systemd "$sources")
cp "$build/liftd" "$build/lift" "$sources/build"
page_blocks

it_runs_after_what_the_page_says() {
	local block
	block=$(cat "$dir"/blocks/*-source-*.sh)
	expect "the block of liftd(8)" '^make install' "$block"
	inside env MAKEFLAGS='-s -o all' bash -ec "cd /root/liftd; $block"
	inside lift status
	inside systemctl start liftd-backup.service
	expect "backups" '^[0-9]+T[0-9]+Z$' "$(ls "$root/var/lib/liftd/backups")"
}

it_is_gone_after_make_uninstall_but_for_what_was_received() {
	inside systemctl disable --now liftd liftd-backup.timer liftd-alert.timer
	inside make --no-print-directory -s -C /root/liftd uninstall PREFIX=/usr
	inside systemctl daemon-reload
	! inside systemctl cat liftd || fail "the unit is still there"
	expect "the state" 'data.mdb' "$(ls "$root/var/lib/liftd/journal")"
}

run_tests it_runs_after_what_the_page_says it_is_gone_after_make_uninstall_but_for_what_was_received
