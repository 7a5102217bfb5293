#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What the unit lets the daemon do, and who may ask it what.
. "$(dirname "$0")/lib.sh"
story "$@"
machine_boot
liftd_install

# One of each group that the unit knows, and one of none.
inside useradd -G liftd operator-anna
inside useradd -G liftd-platforms platform-bo
inside useradd -G liftd-readers reader-kim
inside useradd eve

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

# publish, watch and status, in this order: each by who may, and by nobody else.
each_group_may_do_its_own_and_nothing_else() {
	check_user platform-bo yes no no
	check_user reader-kim no yes no
	check_user operator-anna no no yes
	check_user eve no no no
	expect_is "started" 1 "$(started)"
}

check_user() {
	local user=$1
	may "$user" "$2" publish --source by-a-test "$events_file"
	may "$user" "$3" watch --count 1
	may "$user" "$4" status
}

may() {
	local user=$1 wanted=$2 is=yes
	shift 2
	# Who may not watch waits until it may.
	as "$user" timeout 2 lift "$@" >"$dir/said-by-lift" 2>&1 || is=no
	[ $is = "$wanted" ] || fail "$user: lift $1: $is instead of $wanted: $(cat "$dir/said-by-lift")"
	[ $is = yes ] || expect "$user: lift $1" 'Permission denied' "$(cat "$dir/said-by-lift")"
}

nobody_reads_the_state_or_the_secret() {
	local user
	for user in operator-anna platform-bo reader-kim eve; do
		! as $user ls /var/lib/liftd || fail "$user reads the state"
		! as $user cat /var/lib/liftd/secret || fail "$user reads the secret"
	done
}

events_file=/tmp/events.jsonl
events 1 1 | inside sh -c "cat >$events_file"
run_tests it_is_locked_in its_limits_are_set each_group_may_do_its_own_and_nothing_else nobody_reads_the_state_or_the_secret
