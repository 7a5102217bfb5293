#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Without packages: built from source, and installed as liftd(8) and lift-xapi(8), "The first hour", say.
. "$(dirname "$0")/lib.sh"
story "$@"
machine_boot

# The sources, as the machine has them, with what was built of them.
sources=$root/root/liftd
mkdir "$sources" "$sources/build"
(cd "$here/../.." && cp -a Makefile README.md LICENSE proto daemon clients tests systemd "$sources")
cp -P "$build/liftd" "$build/lift" "$build/lift-xapi" "$build/lift-web" "$build"/liblift.so* "$sources/build"

# run_page PAGE: its block for a machine with the sources; what is built already is not built again.
run_page() {
	local block
	page_blocks "$1"
	block=$(cat "$dir"/blocks/*-source-*.sh)
	expect "the block of $1" '^make install' "$block"
	inside bash -ec "make() { command make -s -o all \"\$@\"; }; cd /root/liftd; $block"
}

it_runs_after_what_the_page_says() {
	run_page daemon/liftd.8
	inside lift status
	inside systemctl start liftd-backup.service
	expect "backups" '^[0-9]+T[0-9]+Z$' "$(ls "$root/var/lib/liftd/backups")"
}

lift_xapi_runs_after_what_its_page_says() {
	run_page clients/xapi/lift-xapi.8
	expect_is "state, restarts" "active 0" "$(unit ActiveState lift-xapi) $(unit NRestarts lift-xapi)"
	expect "its log" 'nobody may send yet' "$(inside journalctl -q -o cat -u lift-xapi)"
	expect_is "configuration" "640 root lift-xapi" "$(inside stat -c '%a %U %G' /etc/liftd/lift-xapi.yaml)"
}

it_is_gone_after_make_uninstall_but_for_what_was_received() {
	inside systemctl disable --now lift-xapi liftd liftd-backup.timer liftd-alert.timer
	inside make --no-print-directory -s -C /root/liftd uninstall PREFIX=/usr
	inside systemctl daemon-reload
	! inside systemctl cat liftd || fail "the unit is still there"
	! inside systemctl cat lift-xapi || fail "the gateway's unit is still there"
	expect "the state" 'data.mdb' "$(ls "$root/var/lib/liftd/journal")"
}

run_tests it_runs_after_what_the_page_says lift_xapi_runs_after_what_its_page_says \
	it_is_gone_after_make_uninstall_but_for_what_was_received
