#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What the unit lets the daemon do, and what nobody else gets of it.
. "$(dirname "$0")/lib.sh"
story "$@"
machine_boot
liftd_install

it_is_locked_in() {
	local said
	said=$(inside systemd-analyze security --no-pager liftd)
	said=$(sed -n 's/.*exposure level for liftd.service: \([0-9.]*\).*/\1/p' <<<"$said")
	figure "systemd-analyze security" "$said"
	inside systemd-analyze security --no-pager --threshold=11 liftd >/dev/null || fail "$said is more than 1.1"
}

its_limits_are_set() {
	expect "MemoryMax" '^[0-9]+$' "$(unit MemoryMax)"
	expect "TasksMax" '^[0-9]+$' "$(unit TasksMax)"
	expect_is "LimitCORE" 0 "$(unit LimitCORE)"
}

# An operator, a platform and a reader may do much else.
nobody_reads_the_state_or_the_secret() {
	local user
	inside useradd -G liftd,liftd-platforms,liftd-readers member
	inside useradd stranger
	events 1 10 | as member lift publish -
	for user in member stranger; do
		! as $user ls /var/lib/liftd || fail "$user reads the state"
		! as $user cat /var/lib/liftd/secret || fail "$user reads the secret"
		! as $user cat "/proc/$(unit MainPID)/environ" || fail "$user reads the environment"
	done
}

run_tests it_is_locked_in its_limits_are_set nobody_reads_the_state_or_the_secret
