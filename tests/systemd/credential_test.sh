#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The secret of pseudonyms as a credential: none need be there, the commands of liftd(8) move it into an encrypted one, and the
# same learner is the same after that.
. "$(dirname "$0")/lib.sh"
story "$@"
machine_boot
liftd_install
page_blocks

without_a_credential_the_state_has_a_secret() {
	inside systemctl start liftd
	expect_is "secret" 32 "$(inside stat -c %s /var/lib/liftd/secret)"
	events 1 100 | inside lift publish -
}

the_commands_of_the_manual_move_it_into_an_encrypted_credential() {
	local block
	block=$(grep -l 'systemd-creds encrypt' "$dir"/blocks/*-secret.sh)
	inside bash -ec "$(<"$block")"
	expect_is "state" active "$(unit ActiveState)"
	! inside test -e /var/lib/liftd/secret || fail "it is in the state, too"
	! inside runuser -u liftd -- cat /etc/credstore.encrypted/liftd.secret || fail "liftd may read the credential's file"
}

learners_are_the_same() {
	events 1 100 | inside lift publish --stream again -
	expect_is "started" 100 "$(started)"
	events 101 110 | inside lift publish --stream more -
	expect_is "started" 110 "$(started)"
}

a_backup_has_it_and_a_restore_takes_the_backup() {
	inside lift backup
	inside systemctl stop liftd
	as liftd liftd --restore "$(inside sh -c 'ls -d /var/lib/liftd/backups/*Z')"
	inside rm -f /var/lib/liftd/secret
	inside systemctl start liftd
	expect_is "started" 110 "$(started)"
}

a_plain_one_of_etc_credstore_serves_as_well() {
	inside systemctl stop liftd
	inside bash -ec 'install -d -m 700 /etc/credstore
		systemd-creds decrypt --name=liftd.secret /etc/credstore.encrypted/liftd.secret /etc/credstore/liftd.secret
		chmod 600 /etc/credstore/liftd.secret
		rm -r /etc/credstore.encrypted /etc/systemd/system/liftd.service.d
		systemctl daemon-reload'
	inside systemctl start liftd
	events 1 110 | inside lift publish --stream plain -
	expect_is "started" 110 "$(started)"
}

another_secret_is_refused() {
	inside bash -ec 'head -c 32 /dev/urandom >/etc/credstore/liftd.secret; systemctl stop liftd'
	! inside systemctl start liftd || fail "it started"
	expect "the reason" 'secret' "$(inside journalctl -q -o cat -u liftd -n 20)"
}

run_tests without_a_credential_the_state_has_a_secret the_commands_of_the_manual_move_it_into_an_encrypted_credential \
	learners_are_the_same a_backup_has_it_and_a_restore_takes_the_backup a_plain_one_of_etc_credstore_serves_as_well \
	another_secret_is_refused
