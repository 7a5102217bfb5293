#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Who may do what on the machine: platforms, dashboards and operators have a group each, and each may open its own sockets.
. "$(dirname "$0")/lib.sh"
story "$@"
machine_boot
liftd_install

# A user for each group, and one who is in none.
declare -A groups=([vega]=liftd-platforms [map]=liftd-readers [kari]=liftd [ola]=nogroup)
for user in "${!groups[@]}"; do
	inside useradd --no-create-home --groups "${groups[$user]}" "$user"
done

# command_of USER WHAT: what only those can do who may open that socket. (`lift watch` waits until it may.)
command_of() {
	case $2 in
	intake) events 1 1 | as "$1" lift publish - ;;
	events) events 2 2 | as "$1" lift publish --pub --source "$1" - ;;
	publish) as "$1" test -w /run/liftd/readers/publish ;;
	snapshot) as "$1" lift snapshot ;;
	control) as "$1" lift status ;;
	esac
}

declare -A owners=([intake]=vega [events]=vega [publish]=map [snapshot]=map [control]=kari)

each_group_may_open_its_own_sockets_and_no_others() {
	local user what said status
	inside systemctl start liftd
	for user in "${!groups[@]}"; do
		for what in "${!owners[@]}"; do
			said=$(command_of "$user" "$what" 2>&1 </dev/null) && status=0 || status=$?
			if [ "${owners[$what]}" = "$user" ]; then
				expect_is "$user, $what, $said" 0 $status
			elif [ "$what" = publish ]; then
				expect_is "$user, $what" 1 $status
			else
				expect_is "$user, $what, $said" 3 $status
				expect "$user, $what" "you must be in group ${groups[${owners[$what]}]}" "$said"
			fi
		done
	done
	as map lift watch --count 1
}

paths_of_the_protocol_lead_to_the_same_sockets() {
	local name
	for name in intake events; do
		as vega test -S /run/liftd/$name -a -w /run/liftd/$name || fail "vega, $name"
		! as map test -e /run/liftd/$name || fail "map, $name"
	done
	for name in publish snapshot; do
		as map test -S /run/liftd/$name -a -w /run/liftd/$name || fail "map, $name"
		! as vega test -e /run/liftd/$name || fail "vega, $name"
	done
}

a_restart_leaves_them_so() {
	inside systemctl restart liftd
	each_group_may_open_its_own_sockets_and_no_others
}

a_directory_that_was_removed_is_for_the_daemon_alone_until_a_restart() {
	inside rm -r /run/liftd/readers
	await 10 "the sockets are made anew" inside test -S /run/liftd/readers/publish
	! as map lift snapshot || fail "map reads"
	inside systemctl restart liftd
	as map lift snapshot
}

an_audience_of_its_own_has_a_group_of_its_own() {
	inside groupadd vega-readers
	inside useradd --no-create-home --groups vega-readers vegamap
	echo 'd /run/liftd/vega 2750 liftd vega-readers' | inside tee /etc/tmpfiles.d/liftd-vega.conf
	inside sed -i 's|^audiences: .*|audiences: [{name: all, publish: ["ipc://RUNTIME/readers/publish"], snapshot: ["ipc://RUNTIME/readers/snapshot"]}, {name: vega, regions: [island], publish: ["ipc://RUNTIME/vega/publish"], snapshot: ["ipc://RUNTIME/vega/snapshot"]}]|' \
		/etc/liftd/liftd.yaml
	inside systemctl restart liftd
	as vegamap lift snapshot --audience vega
	! as vegamap lift snapshot --audience all || fail "vegamap reads all"
	! as map lift snapshot --audience vega || fail "map reads vega's"
}

a_configuration_of_before_there_were_groups_serves_the_group_liftd() {
	inside sed -i -E '/^(events|intake|audiences):/d' /etc/liftd/liftd.yaml
	inside systemctl restart liftd
	expect_is "intake" "socket liftd 770" "$(inside stat -c '%F %G %a' /run/liftd/intake)"
	events 3 3 | as kari lift publish --stream before -
	as kari lift snapshot
	! as map lift snapshot || fail "map reads"
}

a_user_of_the_daemon_who_puts_a_link_there_gains_nothing() {
	inside systemctl stop liftd
	inside mkdir -p /run/liftd /srv/ours
	inside chown liftd:liftd /run/liftd
	as liftd ln -s /srv/ours /run/liftd/platforms
	! inside systemctl start liftd || fail "it started"
	expect_is "owner" "root root 755" "$(inside stat -c '%U %G %a' /srv/ours)"
}

run_tests each_group_may_open_its_own_sockets_and_no_others paths_of_the_protocol_lead_to_the_same_sockets \
	a_restart_leaves_them_so a_directory_that_was_removed_is_for_the_daemon_alone_until_a_restart \
	an_audience_of_its_own_has_a_group_of_its_own a_user_of_the_daemon_who_puts_a_link_there_gains_nothing \
	a_configuration_of_before_there_were_groups_serves_the_group_liftd
