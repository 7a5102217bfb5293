#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Without packages: `make install`, and what an operator then types.
. "$(dirname "$0")/lib.sh"
story "$@"
machine_boot

it_runs_after_make_install() {
	"${MAKE:-make}" --no-print-directory -s -o all -C "$here/../.." BUILD="$build" DESTDIR="$root" install
	inside systemd-sysusers
	inside systemctl daemon-reload
	inside systemctl enable --now liftd liftd-backup.timer
	inside lift status
	inside systemctl start liftd-backup.service
	expect "backups" '^[0-9]+T[0-9]+Z$' "$(ls "$root/var/lib/liftd/backups")"
}

it_is_gone_after_make_uninstall_but_for_what_was_received() {
	inside systemctl disable --now liftd liftd-backup.timer
	"${MAKE:-make}" --no-print-directory -s -C "$here/../.." BUILD="$build" DESTDIR="$root" uninstall
	inside systemctl daemon-reload
	! inside systemctl cat liftd || fail "the unit is still there"
	expect "the state" 'data.mdb' "$(ls "$root/var/lib/liftd/journal")"
}

run_tests it_runs_after_make_install it_is_gone_after_make_uninstall_but_for_what_was_received
