#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What the unit lets the daemon do, and who may ask it what.
. "$(dirname "$0")/lib.sh"
story "$@"
machine_boot
liftd_install
inside systemctl start liftd

it_is_locked_in() {
	local said
	said=$(inside systemd-analyze security --no-pager liftd)
	said=$(sed -n 's/.*exposure level for liftd.service: \([0-9.]*\).*/\1/p' <<<"$said")
	figure "systemd-analyze security" "$said"
	inside systemd-analyze security --no-pager --threshold=14 liftd >/dev/null || fail "$said is more than 1.4"
}

an_operator_and_a_platform_are_in_the_group() {
	inside useradd -G liftd anna
	expect "status" 'healthy' "$(as anna lift status)"
	events 1 100 | as anna lift publish --source moodle -
	expect_is "started" 100 "$(started)"
}

nobody_else_gets_in() {
	inside useradd eve
	local command
	for command in status export "publish /etc/hostname"; do
		# shellcheck disable=SC2086
		! as eve lift $command || fail "lift $command"
	done
	# This one waits until it may.
	as eve timeout 2 lift watch --count 1 && fail "lift watch"
	! as eve ls /var/lib/liftd || fail "the state can be read"
}

run_tests it_is_locked_in an_operator_and_a_platform_are_in_the_group nobody_else_gets_in
