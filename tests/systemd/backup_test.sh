#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The nightly backup as its timer starts it, and the commands of OPERATING.md that bring one back, as they stand there.
. "$(dirname "$0")/lib.sh"
story "$@"
machine_boot
liftd_install
backups=/var/lib/liftd/backups

# The commands in the paragraphs of OPERATING.md from this line on to the next heading: indented lines, and those of steps
# that are one command. DIR is the backup.
commands_of() {
	awk -v from="$1" '
		index($0, from) == 1 { on = 1; next }
		on && /^(\*\*|#)/ { exit }
		on && /^       / { sub(/^ +/, ""); print }
		on && /^[0-9]+\. `[^`]*`/ { sub(/^[0-9]+\. `/, ""); sub(/`.*/, ""); print }' "$here/../../daemon/OPERATING.md" |
		sed "s|DIR|$2|"
}

# Runs them, each of which must succeed.
follow() {
	local command
	while read -r command; do
		echo "# $command"
		inside sh -ec "$command" </dev/null || fail "'$command' fails"
	done <<<"$1"
}

latest_backup() {
	echo "$backups/$(ls "$root$backups" | sort | tail -1)"
}

the_timer_is_enabled_and_its_service_makes_a_backup() {
	events 1 3000 | inside lift publish -
	inside systemctl enable --now liftd-backup.timer
	expect "the timer" 'liftd-backup.service' "$(inside systemctl list-timers --no-pager liftd-backup.timer)"
	inside systemctl start liftd-backup.service
	expect "the backup" 'manifest.json' "$(ls "$root$(latest_backup)")"
	expect_is "mode of the secret" 600 "$(stat -c %a "$root$(latest_backup)/secret")"
	# A second one beside it, as the next night: one of the same second has the same name.
	await 10 "another backup" inside systemctl start liftd-backup.service
	expect_is "backups" 2 "$(ls "$root$backups" | wc -l)"
}

the_drill_for_a_damaged_journal_is_right() {
	local commands begun
	commands=$(commands_of '**The way out.**' "$(latest_backup)")
	expect_is "commands in OPERATING.md" 4 "$(wc -l <<<"$commands")"
	events 3001 4000 | inside lift publish -
	damage_journal
	inside systemctl restart liftd
	expect "lift status" 'NOT healthy' "$(inside lift status || :)"
	begun=$(now_ms)
	follow "$commands"
	figure "restore drill of OPERATING.md, 3,000 events" "$(($(now_ms) - begun)) ms"
	inside lift status
	expect_is "started, as of the backup" 3000 "$(started)"
	events 3001 4000 | inside lift publish -
	expect_is "started, after the platform has sent again" 4000 "$(started)"
}

# Some bytes of a page that is in use become others, while the daemon is stopped.
damage_journal() {
	local file=$root/var/lib/liftd/journal/data.mdb at
	inside systemctl stop liftd
	for ((at = 2; at < $(stat -c %s "$file") / 4096; at++)); do
		printf 'damaged' | dd of="$file" bs=1 seek=$((at * 4096 + 2000)) conv=notrunc status=none
	done
}

bringing_it_back_is_right() {
	local commands
	commands=$(commands_of '**Bringing it back.**' "$(latest_backup)")
	expect "commands in OPERATING.md" '^systemctl stop liftd' "$commands"
	expect "commands in OPERATING.md" 'liftd --restore' "$commands"
	expect "commands in OPERATING.md" '^systemctl start liftd' "$commands"
	follow "$commands"
	inside lift status
	expect_is "started, as of the backup" 3000 "$(started)"
	inside lift verify
}

run_tests the_timer_is_enabled_and_its_service_makes_a_backup the_drill_for_a_damaged_journal_is_right \
	bringing_it_back_is_right
