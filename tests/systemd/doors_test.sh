#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The thread that says who may come in hangs: until the watchdog ends that nobody is let in, who is in goes on, and nothing
# that was acknowledged is lost.
. "$(dirname "$0")/lib.sh"
story "$@"
. "$here/far.sh"
machine server
inside systemctl set-property liftd IPAddressAllow=192.0.2.0/24
liftd_drop_in '[Service]' 'WatchdogSec=15s'
inside systemctl restart liftd || exit 1

# come NAME KEY ARGUMENT...: somebody tries meanwhile, and has half of the time of the watchdog.
come() {
	local name=$1 key=$2
	shift 2
	begin "$name" inside timeout 7 lift --config "/root/keys/$key.yaml" "$@"
}

no_one_is_let_in_while_the_doors_hang_and_the_watchdog_ends_it() {
	local acked pid tid restarts begun each
	machine platform
	events 1 10 | inside tee /root/few.jsonl >/dev/null
	feed_far
	machine server
	await 20 "it receives" journal_is_beyond 1000
	pid=$(liftd_pid)
	tid=$(grep -lx doors /proc/"$pid"/task/*/comm | cut -d / -f 5)
	restarts=$(unit NRestarts)
	begun=$(now_ms)
	"$build/tests/systemd/stall" "$tid" >"$dir/stalled" &
	await 5 "the thread stalls" grep -q stalled "$dir/stalled"
	machine platform
	come stranger stranger publish --source moodle /root/few.jsonl
	come other other publish --source other /root/few.jsonl
	come reader map watch --count 1
	come operator kari status
	machine server
	begin local inside timeout 7 lift status
	for each in stranger other reader operator local; do
		await 20 "$each has tried" has_ended "$each"
	done
	expect_is "restarts meanwhile" "$restarts" "$(unit NRestarts)"
	for each in stranger other reader operator local; do
		[ "$(<"$dir/$each.status")" != 0 ] || fail "$each is let in: $(cat "$dir/$each.said")"
		echo "$each: $(<"$dir/$each.status"): $(head -1 "$dir/$each.said")"
	done
	await 60 "the watchdog ends it" restarted "$restarts"
	figure "thread doors hangs, to ready again (WatchdogSec=15s)" "$(($(now_ms) - begun)) ms"
	expect "the journal" 'Watchdog timeout' "$(inside journalctl -q -o cat -u liftd)"
	acked=$(feed_end)
	figure "events acknowledged over TCP, before, during and after it" "$acked"
	expect_is "started" "$acked" "$(started)"
	machine platform
	lift_as other publish --source other /root/few.jsonl
	refused "a stranger's events" stranger publish --source moodle /root/few.jsonl
}

restarted() {
	[ "$(unit NRestarts)" -gt "$1" ] && unit_is ActiveState active
}

run_tests no_one_is_let_in_while_the_doors_hang_and_the_watchdog_ends_it
