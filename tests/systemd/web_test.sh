#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# lift-web beside liftd, as packages, by the commands of its page: who may look sees the page and the figures as they come,
# whatever is stopped, killed, or started again; and what its unit lets it do.
. "$(dirname "$0")/lib.sh"
story "$@"
command -v curl >/dev/null || left_out "pages are asked for by curl"
machine_boot
liftd_install
inside sh -c 'dpkg-deb -c /root/lift-web_*.deb' >"$dir/files"
grep -q 'lift-web/index.html$' "$dir/files" || left_out "lift-web was packed without its page (make page)"
page_blocks clients/web/lift-web.8
config=$root/etc/liftd/lift-web.yaml
password='a word for the tests'
here_is=http://localhost:8280

web() {
	unit "$1" lift-web
}

# status OPTION... ADDRESS: of the answer, 000 where there was none.
status() {
	inside curl -s -o /root/answer -w '%{http_code}\n' "$@" || :
}

answers() {
	echo "the answer is $(status "${@:2}")"
	[ "$(status "${@:2}")" = "$1" ]
}

# on_the_page OPTION...: how many have started first-aid in the town, by the API at $at; nothing where there is no figure.
on_the_page() {
	inside curl -s "$@" "$at/api/v1/figures?region=town&kind=module&id=first-aid&keys=started" | sed -n 's/.*"started":\([0-9]*\).*/\1/p'
}

# page_says N OPTION...: and lift export says so, too
page_says() {
	local page
	page=$(on_the_page "${@:2}")
	echo "the page says $page, lift export $(started)"
	[ "$page" = "$1" ] && [ "$(started)" = "$1" ]
}
at=$here_is

# ---- the first hour ---------------------------------------------------------------------------
installed_it_shows_the_page_to_who_is_on_this_machine() {
	local asset assets=0
	expect "what the page's commands say" '"plane":"exact"' "$(run_block 01-server-hour.sh)"
	expect "its user's groups" '(^| )liftd-readers( |$)' "$(inside id -Gn lift-web)"
	expect_is "configuration" "640 root lift-web" "$(inside stat -c '%a %U %G' /etc/liftd/lift-web.yaml)"
	expect_is "state" "active running enabled notify" "$(web ActiveState) $(web SubState) $(web UnitFileState) $(web Type)"
	expect_is "/" 200 "$(status $here_is/)"
	for asset in $(grep -o '/assets/[A-Za-z0-9._-]*' "$root/root/answer"); do
		expect_is "$asset" 200 "$(status $here_is"$asset")"
		assets=$((assets + 1))
	done
	[ $assets -ge 2 ] || fail "the page has $assets assets"
	expect_is "openapi.json" 200 "$(status $here_is/api/v1/openapi.json)"
	expect_is "by another name" 403 "$(status -H 'Host: evil.example' $here_is/api/v1/state)"
	expect_is "restarts" 0 "$(web NRestarts)"
	await 10 "systemctl status says how it is" status_has 'figures are live'
}

status_has() {
	web StatusText | grep "$1"
}

what_is_published_is_there_as_lift_export_has_it() {
	local began
	began=$(now_ms)
	events 1 30 | inside lift publish -
	await 10 "the figure is there" page_says 30
	figure "from lift publish to the figure by HTTP" "$(($(now_ms) - began)) ms"
	inside curl -s -N --max-time 4 $here_is/api/v1/events >"$dir/events" || :
	[ "$(grep -c '^event: state' "$dir/events")" -ge 3 ] || fail "events: $(cat "$dir/events")"
}

behind_nginx_only_those_who_log_in_see_it() {
	local host=https://figures.rana.example
	command -v nginx >/dev/null || { echo "left out: nginx is not there"; return 0; }
	inside systemctl start nginx
	run_block 03-server-nginx.sh "$password" "$password"
	inside openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=figures.rana.example -addext subjectAltName=DNS:figures.rana.example \
		-keyout /etc/ssl/private/figures.rana.example.key -out /etc/ssl/certs/figures.rana.example.pem
	sed -i 's/figures\.example\.org/figures.rana.example/' "$root/etc/nginx/conf.d/lift-web.conf"
	run_block 04-server-reload.sh
	set -- --cacert /etc/ssl/certs/figures.rana.example.pem --resolve figures.rana.example:443:127.0.0.1
	await 10 "kari sees the figures" answers 200 "$@" -u "kari:$password" $host/api/v1/state
	expect_is "the page" 200 "$(status "$@" -u "kari:$password" $host/)"
	expect_is "nobody" 401 "$(status "$@" $host/)"
	expect_is "with another password" 401 "$(status "$@" -u kari:no $host/)"
	expect_is "past nginx" 403 "$(status $here_is/)"
	expect_is "for Prometheus alone" 404 "$(status "$@" -u "kari:$password" $host/metrics)"
	at=$host
	page_says 30 "$@" -u "kari:$password"
	at=$here_is
	sed -i '/^trusted:/d; /^user_header:/d' "$config"
	inside systemctl restart lift-web
	await 10 "it is as before" page_says 30
}

# ---- while somebody looks ---------------------------------------------------------------------
title_is() {
	inside curl -s $here_is/api/v1/state | grep "\"title\":\"$1\""
}

a_reload_takes_what_can_be_taken() {
	sed -i 's/^#title:.*/title: Rana/' "$config"
	inside systemctl reload lift-web
	await 10 "its title is another one" title_is Rana
	expect_is "restarts" 0 "$(web NRestarts)"
}

a_wrong_configuration_is_refused_with_its_line_and_the_old_one_stays() {
	local lines last
	lines=$(log lift-web | wc -l)
	cp -p "$config" "$dir/right.yaml"
	printf '\ntitel: Vefsn\n' >>"$config"
	last=$(wc -l <"$config")
	! inside lift-web --check || fail "--check says that it is right"
	inside systemctl reload lift-web
	await 10 "it says what is wrong" log_has lift-web "$lines" "^configuration: /etc/liftd/lift-web.yaml:$last: .*titel"
	await 10 "it says which counts" log_has lift-web "$lines" 'the old one is kept'
	title_is Rana
	cp -p "$dir/right.yaml" "$config"
	expect_is "state, restarts" "active 0" "$(web ActiveState) $(web NRestarts)"
}

is_stale() {
	inside curl -s $here_is/api/v1/state | grep "\"stale\":$1"
}

without_the_daemon_the_figures_stay_and_go_on_with_it() {
	inside systemctl stop liftd
	await 20 "it says that they are old" is_stale true
	expect_is "the figure" 30 "$(on_the_page)"
	inside systemctl start liftd
	await 20 "they are live again" is_stale false
	events 31 40 | inside lift publish -
	await 10 "the new ones are there" page_says 40
}

killed_it_is_started_again() {
	local began took
	began=$(now_ms)
	inside systemctl kill -s KILL lift-web
	await 20 "it is up again" page_says 40
	took=$(($(now_ms) - began))
	[ "$(web NRestarts)" -ge 1 ] || fail "it was not killed"
	figure "kill -9 of lift-web to figures again" "$took ms"
}

the_machine_boots_again_and_it_is_there() {
	machine_reboot
	await 30 "the figures are there" page_says 40
}

# ---- what its unit lets it do -----------------------------------------------------------------
it_is_locked_in() {
	local said
	said=$(inside systemd-analyze security --no-pager lift-web)
	said=$(sed -n 's/.*exposure level for lift-web.service: \([0-9.]*\).*/\1/p' <<<"$said")
	figure "systemd-analyze security lift-web" "$said"
	inside systemd-analyze security --no-pager --threshold=11 lift-web >/dev/null || fail "$said is more than 1.1"
	expect "MemoryMax" '^[0-9]+$' "$(web MemoryMax)"
	expect "TasksMax" '^[0-9]+$' "$(web TasksMax)"
	expect_is "LimitCORE" 0 "$(web LimitCORE)"
}

# another_unit COMMAND [SED...]: the unit, but for its program.
another_unit() {
	inside sed -e "s|^ExecStart=.*|ExecStart=$1|" -e 's|^Type=.*|Type=oneshot|' -e '/^Restart/d' -e '/^WatchdogSec/d' "${@:2}" \
		/lib/systemd/system/lift-web.service >"$dir/probe.service"
	inside tee /run/systemd/system/probe.service <"$dir/probe.service" >/dev/null
	inside systemctl daemon-reload
}

no_other_program_runs_in_its_place() {
	another_unit /usr/bin/true -e '/^NoExecPaths/d'
	inside systemctl start probe
	another_unit /usr/bin/true
	! inside systemctl start probe || fail "it runs another program"
	expect_is "why" exit-code "$(unit Result probe)"
}

# Root can do all of it, so that each could be done.
a_program_in_its_place_reads_its_sockets_and_writes_nowhere() {
	cat >"$root/usr/local/bin/probe" <<-'END'
		#!/bin/sh
		try() { if sh -c "$1" >/dev/null 2>&1; then echo "done: $1"; else echo "refused: $1"; fi; }
		try 'cat /etc/liftd/lift-web.yaml'
		try 'ls /run/liftd/readers'
		for dir in /etc /etc/liftd /usr/local/bin /usr/share/lift-web /var /var/lib /run /run/liftd /run/liftd/readers /root /home /dev; do
			try "echo >$dir/probe.new && rm $dir/probe.new"
		done
		for file in /etc/shadow /var/lib/liftd/secret /etc/liftd/server.key /proc/1/status; do
			try "cat $file"
		done
		try 'ls /run/liftd/platforms'
		try 'ls /var/lib'
		try 'ls /root'
		try ': >>/etc/liftd/lift-web.yaml'
		try 'unshare --mount true'
		try 'mount -t tmpfs tmpfs /mnt && umount /mnt'
		try 'kill -0 1'
	END
	chmod 755 "$root/usr/local/bin/probe"
	! inside probe | grep '^refused' || fail "nobody can do that here"
	another_unit /usr/local/bin/probe -e '/^NoExecPaths/d'
	inside systemctl start probe
	inside journalctl -q -o cat -u probe | grep -E '^(done|refused): ' >"$dir/probe"
	expect_is "what it could do" "$(inside probe | sed -n 1,2p)" "$(grep ^done "$dir/probe")"
	expect_is "what it could not do" 23 "$(grep -c ^refused "$dir/probe")"
}

nobody_reads_its_configuration() {
	local user
	inside useradd -G liftd,liftd-platforms,liftd-readers member
	for user in member liftd; do
		! as $user cat /etc/liftd/lift-web.yaml || fail "$user reads the hashes of passwords"
		! as $user cat "/proc/$(web MainPID)/environ" || fail "$user reads the environment"
	done
	expect_is "files of its user" "" "$(inside find /etc /var /srv -xdev -user lift-web)"
}

# ---- its end ----------------------------------------------------------------------------------
removed_it_leaves_its_configuration() {
	liftd_packages -r lift-web
	! inside pgrep -x lift-web || fail "it still runs"
	grep -q '^title: Rana' "$config"
	liftd_packages -i /root/lift-web_*.deb
	await 10 "it is there again" page_says 40
	title_is Rana
}

purged_it_leaves_nothing() {
	liftd_packages -P lift-web
	inside test ! -e /etc/liftd/lift-web.yaml
	inside test ! -e /usr/share/lift-web
	! inside getent passwd lift-web || fail "its user is still there"
	! inside getent group lift-web || fail "its group is still there"
	! inside systemctl cat lift-web || fail "its unit is still there"
	inside getent group liftd-readers
	inside systemctl is-active liftd
}

run_tests installed_it_shows_the_page_to_who_is_on_this_machine what_is_published_is_there_as_lift_export_has_it \
	behind_nginx_only_those_who_log_in_see_it a_reload_takes_what_can_be_taken \
	a_wrong_configuration_is_refused_with_its_line_and_the_old_one_stays without_the_daemon_the_figures_stay_and_go_on_with_it \
	killed_it_is_started_again the_machine_boots_again_and_it_is_there it_is_locked_in no_other_program_runs_in_its_place \
	a_program_in_its_place_reads_its_sockets_and_writes_nowhere nobody_reads_its_configuration removed_it_leaves_its_configuration \
	purged_it_leaves_nothing
