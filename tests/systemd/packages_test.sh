#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The packages on a Debian that has nothing but what they depend on: they are installed, run, upgraded, removed, purged.
. "$(dirname "$0")/lib.sh"
story "$@"
machine_fresh_root
machine_boot
inside sh -c 'find / -xdev ! -path "/proc/*" ! -path "/sys/*" ! -path "/run/*" ! -path "/tmp/*" | sort' >"$dir/before"

they_need_nothing_that_they_do_not_say() {
	liftd_install
	inside lift status
	inside lift --version
	events 1 10 | inside lift publish -
	expect_is "started" 10 "$(started)"
	inside systemctl start liftd-backup.service
}

a_changed_configuration_stays_at_an_upgrade() {
	echo '# ours' >>"$root/etc/liftd/liftd.yaml"
	liftd_upgrade
	inside grep -qx '# ours' /etc/liftd/liftd.yaml
	expect_is "state" active "$(unit ActiveState)"
	expect_is "started" 10 "$(started)"
}

what_was_received_stays_when_they_are_removed() {
	liftd_packages -r liftd
	! inside pgrep -x liftd || fail "it still runs"
	inside test -e /var/lib/liftd/journal/data.mdb
	liftd_packages -i /root/liftd_*.deb
	inside grep -qx '# ours' /etc/liftd/liftd.yaml
	expect_is "started" 10 "$(started)"
}

a_purge_keeps_what_was_received_and_says_so() {
	liftd_packages -P liftd
	expect "what is said" 'kept: /var/lib/liftd' "$(cat "$dir/dpkg")"
	inside test -e /var/lib/liftd/journal/data.mdb
	inside test -e /var/lib/liftd/secret
	! inside test -e /etc/liftd || fail "/etc/liftd is still there"
}

a_purge_of_the_daemon_leaves_the_gateway_its_group() {
	inside rm -r /var/lib/liftd
	liftd_packages -i /root/liftd_*.deb /root/lift-xapi_*.deb
	inside systemctl stop liftd
	inside rm -r /var/lib/liftd/journal
	liftd_packages -P liftd lift
	! inside getent passwd liftd || fail "its user is still there"
	inside systemctl restart lift-xapi
	expect_is "the gateway's state" active "$(unit ActiveState lift-xapi)"
}

a_purge_without_a_state_leaves_nothing() {
	liftd_packages -P lift-xapi
	inside sh -c 'find / -xdev ! -path "/proc/*" ! -path "/sys/*" ! -path "/run/*" ! -path "/tmp/*" | sort' >"$dir/after"
	# Of dpkg, of the journal of the machine, and of the test.
	comm -13 "$dir/before" "$dir/after" | grep -vE '^/(var/(lib/dpkg|log|lib/systemd|cache|backups)|root)/' >"$dir/left" || :
	expect_is "what is left" "" "$(cat "$dir/left")"
	expect_is "users" "" "$(inside getent passwd liftd lift-xapi || :)"
	expect_is "groups" "" "$(inside getent group liftd liftd-platforms liftd-readers lift-xapi || :)"
	! inside systemctl cat liftd || fail "the unit is still there"
	! inside systemctl cat lift-xapi || fail "the gateway's unit is still there"
}

run_tests they_need_nothing_that_they_do_not_say a_changed_configuration_stays_at_an_upgrade \
	what_was_received_stays_when_they_are_removed a_purge_keeps_what_was_received_and_says_so \
	a_purge_of_the_daemon_leaves_the_gateway_its_group a_purge_without_a_state_leaves_nothing
