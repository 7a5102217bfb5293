#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A newer version takes the place of an older one, while platforms send.
. "$(dirname "$0")/lib.sh"
story "$@"
machine_boot
liftd_install

# One event after another, each sent until it is acknowledged: how long each took, in ms.
one_by_one() {
	local at begun
	for ((at = 1; ; at++)); do
		[ ! -e "$dir/one.end" ] || break
		begun=$(now_ms)
		until events $at $at | inside lift publish --source one-by-one - >/dev/null 2>&1; do
			sleep 0.01
		done
		echo $(($(now_ms) - begun))
	done >"$dir/one"
}

# When the daemon that runs was started, in ms of the time of day.
started_at_ms() {
	echo $(($(date -d "$(unit ExecMainStartTimestamp)" +%s) * 1000))
}

# The number that the stream is at; the other platform's events are the journal's, too.
stream_next() {
	inside lift status --json | sed -n 's/.*"next":\([0-9]*\)[^}]*"stream":"upgraded".*/\1/p'
}

stream_is_beyond() {
	[ "$(stream_next)" -gt "$1" ]
}

nothing_is_lost_by_an_upgrade_under_load() {
	local acked before n worst usual begun took longest=0
	feed upgraded 1000001
	one_by_one &
	echo $! >"$dir/one.pid"
	await 20 "it receives" journal_is_beyond 3000
	before=$(unit MainPID)
	for _ in 1 2 3; do
		liftd_upgrade
		begun=$(started_at_ms)
		await 20 "it receives from the stream again" stream_is_beyond "$(stream_next)"
		took=$(($(now_ms) - begun))
		[ $took -le $longest ] || longest=$took
	done
	[ "$(unit MainPID)" != "$before" ] || fail "the old one goes on"
	touch "$dir/one.end"
	await 10 "the other platform has its last answer" is_gone "$(<"$dir/one.pid")"
	acked=$(feed_end)
	n=$(wc -l <"$dir/one")
	worst=$(sort -n "$dir/one" | tail -1)
	usual=$(sort -n "$dir/one" | sed -n "$(((n + 1) / 2))p")
	figure "upgrade under load, 3 times" "one event waits $worst ms at worst, $usual ms mostly ($n events one by one, $acked in a stream)"
	figure "upgrade, until a platform that was connected is answered again" "$longest ms at worst"
	expect_is "started" $((acked + n)) "$(started)"
}

run_tests nothing_is_lost_by_an_upgrade_under_load
