#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The disk of the state is full: platforms wait, nothing is lost, and the daemon goes on by itself when there is room.
. "$(dirname "$0")/lib.sh"
story "$@"
machine_boot
liftd_install
inside systemctl stop liftd
inside mount -t tmpfs -o size=16m,mode=700 tmpfs /var/lib/liftd
inside chown liftd:liftd /var/lib/liftd
inside systemctl start liftd

fill() {
	! inside dd if=/dev/zero of=/var/lib/liftd/filler bs=64k status=none 2>/dev/null
}

is_full() {
	inside lift status | grep -q 'No space left on device'
}

a_full_disk_loses_nothing_and_ends_nothing() {
	local pid acked
	pid=$(unit MainPID)
	feed full 1
	await 20 "it receives" journal_is_beyond 1000
	fill || fail "the disk does not get full"
	await 30 "lift status says that the disk is full" is_full
	expect "the journal of the machine" 'the journal cannot be written' "$(inside journalctl -u liftd --no-pager)"
	inside rm /var/lib/liftd/filler
	await 30 "it is healthy again" is_healthy
	await 20 "it receives again" journal_is_beyond $(($(journal_last) + 1000))
	acked=$(feed_end)
	expect_is "started" "$acked" "$(started)"
	expect_is "the process" "$pid" "$(unit MainPID)"
}

a_start_without_room_is_tried_until_there_is_some() {
	local before
	before=$(started)
	inside systemctl stop liftd
	inside rm -rf /var/lib/liftd/ledger
	fill || fail "the disk does not get full"
	inside systemctl start --no-block liftd
	await 20 "it was tried twice" was_tried_twice
	inside rm /var/lib/liftd/filler
	await 20 "it is up" unit_is ActiveState active
	await 20 "it is healthy" is_healthy
	expect_is "started" "$before" "$(started)"
}

was_tried_twice() {
	[ "$(unit NRestarts)" -ge 2 ] || inside lift status | grep -q 'NOT healthy'
}

run_tests a_full_disk_loses_nothing_and_ends_nothing a_start_without_room_is_tried_until_there_is_some
