#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Files are read again, and the daemon is stopped and started, while a platform goes on sending.
. "$(dirname "$0")/lib.sh"
story "$@"
machine_boot
liftd_install
catalogue=$root/etc/liftd/catalogue.yaml

knows() {
	inside lift catalogue | grep -q "$1"
}

a_changed_catalogue_serves_after_systemctl_reload() {
	feed reloaded 1
	await 20 "it receives" journal_is_beyond 1000
	! knows fire-drill || fail "it is known already"
	sed -i 's/^modules:$/&\n  - {id: fire-drill, name: Fire drill}/' "$catalogue"
	inside systemctl reload liftd
	await 10 "the new catalogue serves" knows fire-drill
	sed -i 's/Fire drill/Fire and smoke/' "$catalogue"
	inside lift reload --wait
	knows 'Fire and smoke' || fail "lift reload --wait has not waited"
}

a_wrong_catalogue_is_refused_and_the_old_one_stays() {
	cp "$catalogue" "$dir/right.yaml"
	echo 'modules: [' >>"$catalogue"
	inside systemctl reload liftd
	await 10 "lift status tells it" is_unhealthy
	expect "lift status" 'catalogue' "$(inside lift status || :)"
	knows 'Fire and smoke' || fail "the old one is gone"
	expect_is "state" active "$(unit ActiveState)"
	cp "$dir/right.yaml" "$catalogue"
	inside systemctl reload liftd
	await 10 "it is healthy again" is_healthy
}

is_unhealthy() {
	inside lift status
	[ $? = 1 ]
}

it_stops_within_five_seconds_under_load_and_goes_on() {
	local begun took acked
	await 20 "it receives" journal_is_beyond $(($(journal_last) + 1000))
	begun=$(now_ms)
	inside systemctl stop liftd
	took=$(($(now_ms) - begun))
	figure "stop under load" "$took ms"
	[ $took -lt 5000 ] || fail "$took ms"
	expect_is "result" success "$(unit Result)"
	inside systemctl start liftd
	acked=$(feed_end)
	expect_is "started" "$acked" "$(started)"
}

run_tests a_changed_catalogue_serves_after_systemctl_reload a_wrong_catalogue_is_refused_and_the_old_one_stays \
	it_stops_within_five_seconds_under_load_and_goes_on
