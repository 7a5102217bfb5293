#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The daemon is killed, and each of its threads hangs: systemd starts it again, and nothing that was acknowledged is lost.
. "$(dirname "$0")/lib.sh"
story "$@"
machine_boot
liftd_install
liftd_drop_in '[Service]' 'WatchdogSec=3s'
inside systemctl restart liftd

restarted() {
	[ "$(unit NRestarts)" -gt "$1" ] && unit_is ActiveState active
}

# In the middle of what comes in, each time.
nothing_is_lost_by_kill_9() {
	local i acked before took worst=0
	feed killed 1
	for i in 1 2 3 4 5; do
		await 20 "it receives" journal_is_beyond $((i * 1000))
		before=$(now_ms)
		inside systemctl kill -s KILL liftd
		await 20 "it is up again" restarted $((i - 1))
		took=$(($(now_ms) - before))
		[ $took -le $worst ] || worst=$took
	done
	acked=$(feed_end)
	[ "$acked" -gt 0 ] || fail "nothing was acknowledged"
	expect_is "started" "$acked" "$(started)"
	figure "kill -9 to ready again, the worst of 5" "$worst ms, $acked events acknowledged meanwhile"
}

a_hang_of_any_thread_ends_by_the_watchdog() {
	local tid name pid names restarts begun acked before
	before=$(started)
	feed hung 1000001
	names=$(cat /proc/"$(liftd_pid)"/task/*/comm)
	for name in $names; do
		pid=$(liftd_pid)
		tid=$(grep -lx "$name" /proc/"$pid"/task/*/comm | cut -d / -f 5)
		restarts=$(unit NRestarts)
		begun=$(now_ms)
		"$build/tests/systemd/stall" "$tid" >"$dir/stalled" &
		await 20 "thread $name stalls: it is started again" restarted "$restarts"
		figure "thread $name hangs, to ready again (WatchdogSec=3s)" "$(($(now_ms) - begun)) ms"
		expect "the thread was stopped" stalled "$(cat "$dir/stalled")"
	done
	acked=$(feed_end)
	expect "the journal" 'Watchdog timeout' "$(inside journalctl -u liftd --no-pager)"
	expect_is "started" $((before + acked)) "$(started)"
}

run_tests nothing_is_lost_by_kill_9 a_hang_of_any_thread_ends_by_the_watchdog
