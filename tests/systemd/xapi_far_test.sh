#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# lift-xapi on another machine than its daemon, by the commands of its page: with a key of its own, over TCP.
. "$(dirname "$0")/lib.sh"
story "$@"
command -v curl >/dev/null || left_out "statements are sent by curl"
for each in server platform; do
	machine $each
	machine_boot
	packages_copy
done
machines_join server 192.0.2.1/24 platform 192.0.2.2/24
page_blocks clients/xapi/lift-xapi.8
password='a word for the tests'
machine server
liftd_install
machine platform
liftd_packages -i /root/lift_*.deb /root/lift-xapi_*.deb || fail "the packages cannot be installed"

# As liftd(8) says it.
the_daemon_listens_to_the_network() {
	machine server
	sed -i '/^intake:/ s|"\]|", "tcp://192.0.2.1:5570"]|' "$root/etc/liftd/liftd.yaml"
	sed -i 's|{id: first-aid, name: First aid, pass|{id: first-aid, name: First aid, aliases: ["https://lms.example/first-aid"], pass|' \
		"$root/etc/liftd/catalogue.yaml"
	inside systemctl set-property liftd IPAddressAllow=192.0.2.0/24
	inside systemctl restart liftd
	public_of /etc/liftd/server.pub >"$dir/server"
}

the_gateway_has_a_key_by_the_commands_of_its_page() {
	local hash
	machine platform
	hash=$(inside lift-xapi --password <<<"$password")
	cat >"$dir/platforms" <<-END
		platforms:
		  - {name: moodle-rana, password: "$hash", region: town}
	END
	sed -i -e "/^platforms: \[\]\$/ { r $dir/platforms" -e 'd }' "$root/etc/liftd/lift-xapi.yaml"
	inside env SERVER="$(<"$dir/server")" bash -ec "cd /root; $(cat "$dir"/blocks/*-platform-far.sh)" | tee "$dir/entry"
	inside lift-xapi --check
	expect_is "state" active "$(unit ActiveState lift-xapi)"
}

what_is_sent_waits_until_the_daemon_knows_the_key() {
	machine platform
	expect_is "answer" 200 "$(send 1 50)"
	inside sh -c 'lift outbox --json --seal /var/lib/lift-xapi/seal.key /var/lib/lift-xapi/outbox/moodle-rana.db || :' >"$dir/outbox"
	expect "outbox" '"waiting": ?50[,}]' "$(<"$dir/outbox")"
	await 20 "it says why" says_why
	machine server
	{ echo keys: && sed -n '/^  - name:/,$p' "$dir/entry"; } >"$root/etc/liftd/keys.yaml"
	inside lift reload
	await 20 "all count" started_is 50
	machine platform
	expect_is "answer" 200 "$(send 51 60)"
	machine server
	await 20 "what comes then counts at once" started_is 60
	expect_is "what has come" 60 "$(journal_last)"
}

says_why() {
	inside journalctl -q -o cat -u lift-xapi | grep 'nothing is delivered: source=moodle-rana'
}

started_is() {
	[ "$(started)" = "$1" ]
}

# send FIRST LAST: statements, each of another learner who begins first-aid: the status of the answer.
send() {
	awk -v a="$1" -v b="$2" 'BEGIN {
		for (i = a; i <= b; i++)
			printf "%s{\"actor\":{\"account\":{\"homePage\":\"https://lms.example\",\"name\":\"l%d\"}},\"verb\":{\"id\":\"http://adlnet.gov/expapi/verbs/initialized\"},\"object\":{\"id\":\"https://lms.example/first-aid\"},\"timestamp\":\"2025-09-01T08:00:00+02:00\"}",
				i == a ? "[" : ",", i
		print "]" }' |
		inside curl -s -o /dev/null -w '%{http_code}\n' -u "moodle-rana:$password" -d @- \
			-H 'Content-Type: application/json' -H 'X-Experience-API-Version: 1.0.3' http://127.0.0.1:8180/xapi/statements
}

run_tests the_daemon_listens_to_the_network the_gateway_has_a_key_by_the_commands_of_its_page \
	what_is_sent_waits_until_the_daemon_knows_the_key
