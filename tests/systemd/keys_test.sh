#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Keys, from another machine: who has the right is let in, nobody else is; and what a reload changes counts at once, for
# connections that stand, too.
. "$(dirname "$0")/lib.sh"
story "$@"
. "$here/far.sh"
has_ask() {
	"$build/lift" export --help | grep -q -- --audience
}

nobody_reaches_it_whose_address_is_not_let_in() {
	local said
	machine server
	has_firewall || { echo "left out: IPAddressDeny, which this kernel does not carry out"; return; }
	machine platform
	! said=$(lift_as kari status 2>&1) || fail "it answers: $said"
	expect "what lift says" 'nobody listens|does not answer|no answer' "$said"
}

# Its own address is not let in either: then it cannot try its doors, and says so.
an_unknown_key_tries_each_door_at_the_start() {
	local said
	machine server
	if has_firewall; then
		expect_is "doors that could not be tried" 5 "$(inside journalctl -q -o cat -u liftd -g 'could not be tried' | wc -l)"
		figure "start to ready, where no door can be tried" "$(unit_ms InactiveExitTimestamp ActiveEnterTimestamp) ms"
	fi
	inside systemctl set-property liftd IPAddressAllow=192.0.2.0/24
	inside systemctl restart liftd
	figure "start to ready, with five doors tried" "$(unit_ms InactiveExitTimestamp ActiveEnterTimestamp) ms"
	said=$(inside journalctl -q -o cat _SYSTEMD_INVOCATION_ID="$(unit InvocationID)")
	expect "its journal" 'liftd' "$said"
	! grep -E 'unknown|tried' <<<"$said" || fail "a door was not tried"
}

who_has_the_right_gets_in() {
	machine platform
	events 1 100 | lift_as moodle publish --source moodle -
	expect "the map" 'town .*started +100' "$(lift_as map watch --count 1 metric/town/)"
	has_ask && expect "export by the map's audience" '"started": *100' "$(lift_as map export --audience default --region town)"
	expect "export for the operator" '"started": *100' "$(lift_as kari export --region town --kind module)"
	expect "status for the operator" 'healthy' "$(lift_as kari status)"
}

nobody_else_does() {
	events 101 200 | inside tee /root/more.jsonl >/dev/null
	refused "a stranger's events" stranger publish --source moodle /root/more.jsonl
	refused "a stranger reads" stranger watch --count 1
	has_ask && refused "a stranger asks" stranger export --audience default
	has_ask && refused "a platform asks" moodle export --audience default
	refused "a stranger exports" stranger export
	refused "a stranger operates" stranger status
	refused "a reader's events" map publish --source moodle /root/more.jsonl
	refused "a reader operates" map status
	refused "a platform reads" moodle watch --count 1
	refused "a platform operates" moodle status
	refused "another platform's source" other publish --source moodle /root/more.jsonl
	refused "an operator's events" kari publish --source moodle /root/more.jsonl
	sed 's/town/island/' "$root/root/more.jsonl" >"$root/root/island.jsonl"
	refused "a region that is not the platform's" moodle publish --source moodle /root/island.jsonl
	machine server
	expect_is "started" 100 "$(started)"
}

another_server_is_none() {
	local said status=0
	machine platform
	make_client misled "$(<"$dir/other.public")"
	inside cp /root/keys/moodle.key /root/keys/misled.key
	said=$(lift_as misled publish --source moodle /root/more.jsonl 2>&1) || status=$?
	[ $status != 0 ] || fail "it was let in: $said"
	expect "what lift says" 'server' "$said"
}

a_key_that_is_taken_away_is_shut_out_at_once_and_may_come_back() {
	local last
	machine platform
	feed_far
	machine server
	await 20 "it receives" journal_is_beyond 1000
	know other map kari
	inside lift reload
	last=$(journal_last)
	machine platform
	refused "events of a key that was taken away" moodle publish --source moodle /root/more.jsonl
	machine server
	# What was on its way when the reload was answered is no more than a window.
	[ "$(journal_last)" -le $((last + 1000)) ] || fail "it goes on: from $last to $(journal_last)"
	await 30 "the stream ends" is_gone "$(<"$dir/feed")"
	expect "what the platform is told" 'key' "$(cat "$dir/fed")"
	know moodle other map kari
	inside systemctl reload liftd
	machine platform
	await 10 "the key is let in again" lift_as moodle publish --source moodle /root/more.jsonl
}

a_dashboard_whose_key_is_taken_away_sees_no_more() {
	machine platform
	begin watch inside lift --config /root/keys/map.yaml watch
	await 20 "it sees the town" grep -q 'town .*started' "$dir/watch.said"
	machine server
	know moodle other kari
	inside lift reload
	await 10 "it ends" has_ended watch
	expect_is "its status" 1 "$(<"$dir/watch.status")"
	expect "what it is told" 'key' "$(tail -1 "$dir/watch.said")"
	know moodle other map kari
	inside lift reload
	machine platform
	await 10 "it is let in again" lift_as map watch --count 1 metric/town/
}

a_wrong_file_of_keys_is_refused_with_its_line_and_the_old_one_stays() {
	machine server
	printf '  - name: twice\n    public: "%s"\n' "$(<"$dir/moodle.public")" >>"$root/etc/liftd/keys.yaml"
	expect "lift reload" 'keys.yaml:[0-9]+' "$(inside lift reload 2>&1 || :)"
	machine platform
	lift_as moodle publish --source moodle /root/more.jsonl
	expect "status for the operator" 'keys' "$(lift_as kari status || :)"
}

has_ask || echo "left out: an audience's exports over TCP: lift export has no --audience yet"
run_tests nobody_reaches_it_whose_address_is_not_let_in an_unknown_key_tries_each_door_at_the_start who_has_the_right_gets_in \
	nobody_else_does another_server_is_none a_key_that_is_taken_away_is_shut_out_at_once_and_may_come_back \
	a_dashboard_whose_key_is_taken_away_sees_no_more a_wrong_file_of_keys_is_refused_with_its_line_and_the_old_one_stays
