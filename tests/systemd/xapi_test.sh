#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# lift-xapi beside liftd, as packages, by the commands of its page: what was answered 200 counts once, whatever is stopped,
# killed, or started again; and what its unit lets it do.
. "$(dirname "$0")/lib.sh"
story "$@"
command -v curl >/dev/null || left_out "statements are sent by curl"
machine_boot
liftd_install
page_blocks clients/xapi/lift-xapi.8
password='a word for the tests'
config=$root/etc/liftd/lift-xapi.yaml
state=/var/lib/lift-xapi
# In all ids of learners, so that it can be looked for.
name=olanordmann
course='https://moodle.rana.example/course/view.php?id=7'

xapi() {
	unit "$1" lift-xapi
}

# statements FIRST LAST: each of another learner who completes the course.
statements() {
	awk -v a="$1" -v b="$2" -v name=$name -v course="$course" 'BEGIN {
		for (i = a; i <= b; i++)
			printf "%s{\"actor\":{\"account\":{\"homePage\":\"https://moodle.rana.example\",\"name\":\"%s%d\"}},\"verb\":{\"id\":\"http://adlnet.gov/expapi/verbs/completed\"},\"object\":{\"id\":\"%s\"},\"timestamp\":\"2025-09-01T08:00:00+02:00\"}",
				i == a ? "[" : ",", name, i, course
		print "]" }'
}

# send FIRST LAST [PLATFORM]: the status of the answer, 000 where there was none.
send() {
	statements "$1" "$2" | inside curl -s -o /dev/null -w '%{http_code}\n' -u "${3:-moodle-rana}:$password" -d @- \
		-H 'Content-Type: application/json' -H 'X-Experience-API-Version: 1.0.3' http://127.0.0.1:8180/xapi/statements || :
}

is_answered() {
	expect_is "answer" "$1" "$(send "${@:2}")"
}

# How many count as having completed it.
completed() {
	inside lift export --region town --kind module | sed -n 's/.*"completed": *\([0-9]*\).*/\1/p'
}

counted_now() {
	numbers=$(journal_last) figure=$(completed)
}

# more_count N: since counted_now so many have come to the daemon, and so many more count.
more_count() {
	echo "numbers: $(journal_last), and it was $numbers; figure: $(completed), and it was $figure; expected: $1 more"
	[ "$(journal_last)" = $((numbers + $1)) ] && [ "$(completed)" = $((figure + $1)) ]
}

# Of a request that was cut short the daemon may get all a second time, which no figure shows.
more_count_in_figures() {
	echo "numbers: $(journal_last), and it was $numbers; figure: $(completed), and it was $figure; expected: $1 more"
	[ "$(completed)" = $((figure + $1)) ] && [ "$(journal_last)" -le $((numbers + $1 + $2)) ]
}

# outbox_waits N: so many events wait in the file.
outbox_waits() {
	inside lift outbox --json --seal $state/seal.key $state/outbox/moodle-rana.db | grep -qE "\"waiting\": ?$1[,}]"
}

# A platform that sends request after request, five statements each, from learner FIRST on, each until it is answered 200.
xapi_feed() {
	rm -f "$dir/feed.end"
	{
		local at=$1 code
		while [ ! -e "$dir/feed.end" ]; do
			code=$(send "$at" $((at + 4)))
			echo "$code"
			[ "$code" != 200 ] || at=$((at + 5))
		done
	} >"$dir/codes" &
	echo $! >"$dir/feed"
	await 20 "requests are answered" feed_is_beyond 3
}

feed_is_beyond() {
	[ "$(feed_answered)" -gt "$1" ]
}

feed_answered() {
	grep -c 200 "$dir/codes" || :
}

# Ends it; then `fed` is how many statements were answered.
xapi_feed_end() {
	touch "$dir/feed.end"
	await 60 "the last request is answered" is_gone "$(<"$dir/feed")"
	fed=$((5 * $(feed_answered)))
}

# ---- the first hour ---------------------------------------------------------------------------
installed_it_waits_and_says_what_is_missing() {
	run_block 01-server-hour.sh "$password" | tee "$dir/hash"
	expect "its user's groups" '(^| )liftd-platforms( |$)' "$(inside id -Gn lift-xapi)"
	expect_is "configuration" "640 root lift-xapi" "$(inside stat -c '%a %U %G' /etc/liftd/lift-xapi.yaml)"
	expect_is "state" "active running enabled" "$(xapi ActiveState) $(xapi SubState) $(xapi UnitFileState)"
	expect_is "lines that say what to do" 1 \
		"$(log lift-xapi | grep -c 'nobody may send yet: .*/etc/liftd/lift-xapi.yaml.*systemctl reload lift-xapi')"
	is_answered 401 1 1
	expect_is "restarts" 0 "$(xapi NRestarts)"
}

configured_by_its_page_it_takes_a_statement() {
	local hash said
	hash=$(tail -1 "$dir/hash")
	expect "what was printed" '^\$argon2id\$' "$hash"
	sed -i -e "s|\"\$argon2id.*\"|\"$hash\"|" "$dir/blocks/03-server-platforms.sh"
	expect "what is there to be replaced" '^platforms: \[\]$' "$(<"$config")"
	sed -i -e "/^platforms: \[\]\$/ { r $dir/blocks/03-server-platforms.sh" -e 'd }' "$config"
	said=$(run_block 04-server-hour.sh "$password")
	echo "$said"
	expect "--check" '^the configuration is right: 1 platforms' "$said"
	expect "--explain" 'by the row `completed`' "$said"
	expect "the answer of a record store" '\["[0-9a-f-]{36}"\]' "$said"
	await 10 "lift status has its source" source_is_there
	expect "it is ready" 'ready: version=' "$(log lift-xapi)"
	await 10 "systemctl status has its numbers" status_has 'statements since the start'
	expect_is "type, restarts" "notify 0" "$(xapi Type) $(xapi NRestarts)"
}

status_has() {
	xapi StatusText | grep "$1"
}

source_is_there() {
	inside lift status | grep -E '^moodle-rana .* 1 +0 +0$'
}

what_has_come_counts_when_the_catalogue_knows_the_course() {
	expect "what lift status notes" 'course/view.php' "$(inside lift status || :)"
	sed -i -e "s|{id: first-aid, name: First aid, pass|{id: first-aid, name: First aid, aliases: [\"$course\"], pass|" \
		-e 's|"0001"|"0001", "1833"|' "$root/etc/liftd/catalogue.yaml"
	inside lift reload --wait
	await 10 "it counts" completed_is 1
	counted_now
	is_answered 200 1 9
	await 10 "all count" more_count 9
	is_answered 200 1 9
	is_answered 200 10 10
	await 10 "what came again does not count again" more_count 10
}

completed_is() {
	[ "$(completed)" = "$1" ]
}

# ---- while a platform sends -------------------------------------------------------------------
a_reload_takes_a_platform_and_loses_no_request() {
	counted_now
	is_answered 401 1001 1001 totara-vefsn
	xapi_feed 2001
	sed '1d; s/moodle-rana/totara-vefsn/' "$dir/blocks/03-server-platforms.sh" >>"$config"
	inside systemctl reload lift-xapi
	await 10 "the new platform is let in" answers 200 1001 1001 totara-vefsn
	await 20 "the other one goes on" feed_is_beyond $(($(feed_answered) + 3))
	xapi_feed_end
	expect_is "requests that were answered otherwise" "" "$(grep -vx 200 "$dir/codes" || :)"
	await 10 "all count" more_count $((fed + 1))
	figure "statements of a platform while it is reloaded" "$fed"
}

answers() {
	[ "$(send "${@:2}")" = "$1" ]
}

a_wrong_configuration_is_refused_with_its_line_and_the_old_one_stays() {
	local lines last
	counted_now
	lines=$(log lift-xapi | wc -l)
	cp -p "$config" "$dir/right.yaml"
	xapi_feed 3001
	echo 'plattforms: []' >>"$config"
	last=$(wc -l <"$config")
	! inside lift-xapi --check || fail "--check says that it is right"
	inside systemctl reload lift-xapi
	await 10 "it says that it is wrong" log_has lift-xapi "$lines" "^configuration: /etc/liftd/lift-xapi.yaml:$last: .*plattforms"
	await 10 "it says which counts" log_has lift-xapi "$lines" 'has errors, and the old one is kept'
	await 20 "the platform goes on" feed_is_beyond $(($(feed_answered) + 3))
	xapi_feed_end
	expect_is "requests that were answered otherwise" "" "$(grep -vx 200 "$dir/codes" || :)"
	cp -p "$dir/right.yaml" "$config"
	expect_is "state, restarts" "active 0" "$(xapi ActiveState) $(xapi NRestarts)"
	await 10 "all count" more_count $fed
}

without_the_daemon_it_answers_and_holds_what_counts_once_later() {
	local lines
	counted_now
	inside systemctl stop liftd
	lines=$(log lift-xapi | wc -l)
	is_answered 200 4001 4100
	is_answered 200 4001 4100
	outbox_waits 100
	await 10 "it says that nothing is delivered" log_has lift-xapi "$lines" 'nothing is delivered: source=moodle-rana'
	no_learner_is_on_disk
	# It waits in a file, which is there after a restart, too.
	inside systemctl restart lift-xapi
	outbox_waits 100
	is_answered 200 4101 4101
	inside systemctl start liftd
	await 20 "all is delivered" outbox_waits 0
	await 10 "all count" more_count 101
	is_answered 200 4001 4100
	is_answered 200 4102 4102
	await 10 "nothing counts twice" more_count 102
}

killed_it_is_started_again_and_nothing_is_lost_or_counts_twice() {
	local i began took worst=0
	counted_now
	xapi_feed 5001
	for i in 1 2 3; do
		began=$(now_ms)
		inside systemctl kill -s KILL lift-xapi
		await 20 "it is up again" restarted $((i - 1))
		took=$(($(now_ms) - began))
		[ $took -le $worst ] || worst=$took
		await 20 "the platform goes on" feed_is_beyond $(($(feed_answered) + 3))
	done
	xapi_feed_end
	await 20 "all count" more_count_in_figures $fed 15
	figure "kill -9 of lift-xapi to ready again, the worst of 3" "$worst ms, $fed statements meanwhile"
}

restarted() {
	[ "$(xapi NRestarts)" -gt "$1" ] && unit_is ActiveState active lift-xapi
}

the_machine_boots_again_and_what_waited_is_delivered() {
	counted_now
	inside systemctl stop liftd
	is_answered 200 6001 6050
	outbox_waits 50
	machine_reboot
	await 10 "it runs" unit_is ActiveState active lift-xapi
	await 20 "all is delivered" outbox_waits 0
	await 10 "all count" more_count 50
	is_answered 200 6001 6051
	await 10 "nothing counts twice" more_count 51
}

# ---- what its unit lets it do -----------------------------------------------------------------
it_is_locked_in() {
	local said
	said=$(inside systemd-analyze security --no-pager lift-xapi)
	said=$(sed -n 's/.*exposure level for lift-xapi.service: \([0-9.]*\).*/\1/p' <<<"$said")
	figure "systemd-analyze security lift-xapi" "$said"
	inside systemd-analyze security --no-pager --threshold=11 lift-xapi >/dev/null || fail "$said is more than 1.1"
	expect "MemoryMax" '^[0-9]+$' "$(xapi MemoryMax)"
	expect "TasksMax" '^[0-9]+$' "$(xapi TasksMax)"
	expect_is "LimitCORE" 0 "$(xapi LimitCORE)"
}

# Another program in its place, in a unit that is the same in all else. Root can do all of it, so that each could be done.
a_program_in_its_place_reaches_its_state_and_nothing_else() {
	cat >"$root/usr/local/bin/probe" <<-'END'
		#!/bin/sh
		try() { if sh -c "$1" >/dev/null 2>&1; then echo "done: $1"; else echo "refused: $1"; fi; }
		try 'echo >/var/lib/lift-xapi/probe && rm /var/lib/lift-xapi/probe'
		try 'cat /etc/liftd/lift-xapi.yaml'
		try 'ls /run/liftd/platforms'
		for dir in /etc /etc/liftd /usr/local/bin /var/lib /var/lib/liftd /run /run/liftd /run/liftd/platforms /root /home /dev; do
			try "echo >$dir/probe.new && rm $dir/probe.new"
		done
		for file in /etc/shadow /var/lib/liftd/secret /etc/liftd/server.key /proc/1/status; do
			try "cat $file"
		done
		try 'ls /var/lib/liftd'
		try 'ls /root'
		try ': >>/etc/liftd/lift-xapi.yaml'
		try 'unshare --mount true'
		try 'mount -t tmpfs tmpfs /mnt && umount /mnt'
		try 'kill -0 1'
	END
	chmod 755 "$root/usr/local/bin/probe"
	! inside probe | grep '^refused' || fail "nobody can do that here"
	inside sh -c 'sed -e "s|^ExecStart=.*|ExecStart=/usr/local/bin/probe|" -e "s|^Type=.*|Type=oneshot|" -e "/^Restart/d" -e "/^WatchdogSec/d" \
		/lib/systemd/system/lift-xapi.service >/run/systemd/system/probe.service'
	inside systemctl daemon-reload
	inside systemctl start probe
	inside journalctl -q -o cat -u probe | grep -E '^(done|refused): ' >"$dir/probe"
	expect_is "what it could do" "$(inside probe | sed -n 1,3p)" "$(grep ^done "$dir/probe")"
	expect_is "what it could not do" 21 "$(grep -c ^refused "$dir/probe")"
}

nobody_reads_its_state_or_its_configuration() {
	local user
	inside useradd -G liftd,liftd-platforms,liftd-readers member
	for user in member liftd; do
		! as $user ls $state || fail "$user reads the state"
		! as $user cat $state/seal.key || fail "$user reads the seal"
		! as $user cat /etc/liftd/lift-xapi.yaml || fail "$user reads the hashes of passwords"
		! as $user cat "/proc/$(xapi MainPID)/environ" || fail "$user reads the environment"
	done
}

# Neither what waits, nor what has come, nor what is held because it could not become events.
no_learner_is_on_disk() {
	local found
	[ "$(inside find $state -type f -size +0 | wc -l)" -ge 3 ] || fail "there is nothing to look into"
	found=$(inside grep -rlaiE "$name|moodle.rana.example" $state) || :
	expect_is "files with a learner's name" "" "$found"
	expect_is "what others may open" "" "$(inside find $state -perm /077)"
	expect_is "its mode" "700 lift-xapi lift-xapi" "$(inside stat -c '%a %U %G' $state)"
	! inside journalctl -q -o cat | grep -iE "${name}[0-9]" || fail "the journal names a learner"
}

what_could_not_become_events_is_held_without_a_name() {
	sed -i '/- name: totara-vefsn/,$ { /region:/d }' "$config"
	inside systemctl reload lift-xapi
	is_answered 200 7001 7010 totara-vefsn
	expect "--refused" 'region' "$(inside lift-xapi --refused)"
	! inside lift-xapi --refused --json | grep $name || fail "--refused names a learner"
	no_learner_is_on_disk
}

# ---- its end ----------------------------------------------------------------------------------
removed_it_leaves_its_configuration_and_its_state() {
	liftd_packages -r lift-xapi
	! inside pgrep -x lift-xapi || fail "it still runs"
	inside test -s $state/outbox/moodle-rana.db
	grep -q 'name: moodle-rana' "$config"
	liftd_packages -i /root/lift-xapi_*.deb
	is_answered 200 8001 8001
}

purged_it_keeps_what_waits_and_says_so() {
	liftd_packages -P lift-xapi
	expect "what is said" 'kept: /var/lib/lift-xapi' "$(cat "$dir/dpkg")"
	inside test -s $state/outbox/moodle-rana.db
	inside test -s $state/seal.key
	inside test ! -e /etc/liftd/lift-xapi.yaml
	inside test -e /etc/liftd/liftd.yaml
	inside getent passwd lift-xapi
}

purged_where_nobody_has_sent_it_leaves_nothing_of_its_own() {
	inside rm -r $state
	liftd_packages -i /root/lift-xapi_*.deb
	inside test -e $state/seal.key
	liftd_packages -P lift-xapi
	inside test ! -e $state
	! inside getent passwd lift-xapi || fail "its user is still there"
	! inside getent group lift-xapi || fail "its group is still there"
	! inside systemctl cat lift-xapi || fail "its unit is still there"
	inside getent group liftd-platforms
	inside systemctl is-active liftd
}

run_tests installed_it_waits_and_says_what_is_missing configured_by_its_page_it_takes_a_statement \
	what_has_come_counts_when_the_catalogue_knows_the_course a_reload_takes_a_platform_and_loses_no_request \
	a_wrong_configuration_is_refused_with_its_line_and_the_old_one_stays \
	without_the_daemon_it_answers_and_holds_what_counts_once_later \
	killed_it_is_started_again_and_nothing_is_lost_or_counts_twice the_machine_boots_again_and_what_waited_is_delivered \
	it_is_locked_in a_program_in_its_place_reaches_its_state_and_nothing_else nobody_reads_its_state_or_its_configuration \
	what_could_not_become_events_is_held_without_a_name removed_it_leaves_its_configuration_and_its_state \
	purged_it_keeps_what_waits_and_says_so purged_where_nobody_has_sent_it_leaves_nothing_of_its_own
