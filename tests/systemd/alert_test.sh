#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The operator's program is told by liftd-alert.service when liftd goes, and when it is back; and sees nothing of the state.
. "$(dirname "$0")/lib.sh"
story "$@"
machine_boot
liftd_install
told=/run/liftd-alert/told

look() {
	inside systemctl start liftd-alert
}

it_says_nothing_where_all_is_well() {
	inside systemctl start liftd
	inside install -m 755 /dev/stdin /etc/liftd/alert <<'END'
#!/bin/sh
{ echo "$1"; cat; ls /var/lib/liftd 2>&1; } >>/run/liftd-alert/told || :
END
	mkdir -p "$root/etc/systemd/system/liftd-alert.service.d"
	printf '[Service]\nEnvironment=LIFT_PATIENCE_S=1\n' >"$root/etc/systemd/system/liftd-alert.service.d/test.conf"
	inside systemctl daemon-reload
	look
	! inside test -e $told || fail "told: $(inside cat $told)"
	expect_is "lines in the journal" "" "$(inside journalctl -q -o cat -u liftd-alert)"
}

it_tells_once_that_liftd_is_gone_and_that_it_is_back() {
	inside systemctl stop liftd
	! look || fail "the unit is not failed"
	expect_is "unit" failed "$(inside systemctl is-failed liftd-alert)"
	! look || fail "the unit is not failed"
	inside systemctl start liftd
	look
	expect_is "told" "no answer well" "$(inside grep -xE 'no answer|well' $told | tr '\n' ' ' | sed 's/ $//')"
	expect "the status is told, too" 'healthy' "$(inside cat $told)"
}

the_program_sees_nothing_of_the_state() {
	expect "told" 'Permission denied' "$(inside cat $told)"
}

# Seconds until the next look. There is none while a look is under way.
next_look() {
	local next
	next=$(inside systemctl show -P NextElapseUSecRealtime liftd-alert.timer)
	[ -n "$next" ] && echo $(($(date -d "$next" +%s) - $(date +%s)))
}

its_timer_looks_each_minute() {
	local left
	inside systemctl enable --now liftd-alert.timer
	await 60 "the next look is known" next_look
	left=$(cat "$dir/awaited")
	# A minute, and the ten seconds that systemd may take to gather timers.
	[ "$left" -le 70 ] || fail "the next look is in $left s"
}

run_tests it_says_nothing_where_all_is_well it_tells_once_that_liftd_is_gone_and_that_it_is_back \
	the_program_sees_nothing_of_the_state its_timer_looks_each_minute
