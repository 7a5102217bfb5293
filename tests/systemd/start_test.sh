#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The unit starts the daemon, by hand and at a boot: systemd is told when it is ready, how it is, and when it stops.
. "$(dirname "$0")/lib.sh"
story "$@"
machine_boot
liftd_install

it_is_ready_when_it_is_installed() {
	inside lift status
	expect_is "state" active "$(unit ActiveState)"
	figure "start to ready" "$(unit_ms InactiveExitTimestamp ActiveEnterTimestamp) ms"
}

it_is_ready_when_systemctl_returns() {
	for _ in 1 2 3 4 5; do
		inside systemctl restart liftd
		inside lift status >/dev/null
	done
	figure "restart to ready" "$(unit_ms InactiveExitTimestamp ActiveEnterTimestamp) ms"
}

its_status_is_told() {
	expect "status" 'receiving' "$(inside systemctl status liftd)"
}

it_stops_within_five_seconds_with_everything_on_disk() {
	local begun took
	events 1 1000 | inside lift publish -
	begun=$(now_ms)
	inside systemctl stop liftd
	took=$(($(now_ms) - begun))
	figure "stop after 1,000 events" "$took ms"
	[ $took -lt 5000 ] || fail "$took ms"
	expect_is "result" success "$(unit Result)"
	inside systemctl start liftd
	expect_is "started" 1000 "$(started)"
}

it_starts_with_the_machine() {
	machine_reboot
	await 10 "active" unit_is ActiveState active
	inside lift status
	figure "boot of the machine to ready" \
		"$((($(unit ActiveEnterTimestampMonotonic) - $(inside systemctl show --value -p UserspaceTimestampMonotonic)) / 1000)) ms"
	expect_is "started" 1000 "$(started)"
}

run_tests it_is_ready_when_it_is_installed it_is_ready_when_systemctl_returns its_status_is_told it_stops_within_five_seconds_with_everything_on_disk \
	it_starts_with_the_machine
