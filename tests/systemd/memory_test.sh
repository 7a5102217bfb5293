#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A flood of new names, streams and large batches from several platforms at once: the daemon stays below its MemoryMax.
#
# Within the machine MemoryMax is not enforced where the host's memory is counted by cgroups of the first version: then
# the daemon begins in one of these with the unit's limit, which is as hard.
. "$(dirname "$0")/lib.sh"
story "$@"
machine_boot
liftd_install

# So much of it for the test, so that the flood is a short one.
limit_mib=256
publishers=4

# systemd is in there while it starts the daemon, which stays.
start_limited() {
	inside systemctl stop liftd
	liftd_drop_in '[Service]' "MemoryMax=${limit_mib}M"
	if [ -d /sys/fs/cgroup/memory ]; then
		memory=/sys/fs/cgroup/memory/liftd-test-$LIFT_STORY
		mkdir "$memory"
		echo ${limit_mib}M >"$memory/memory.limit_in_bytes"
		echo "$(<"$home/init")" >"$memory/cgroup.procs"
		inside systemctl start liftd
		echo "$(<"$home/init")" >"$memory/../cgroup.procs"
	else
		inside systemctl start liftd
	fi
}

# What a platform sends: each event of a new learner, every third one of a module and a region that nobody knows.
flood() {
	awk -v who="$1" -v n="$2" 'BEGIN { for (i = 0; i < n; i++)
		printf "{\"type\":\"started\",\"time\":\"2025-09-01T08:00:00+02:00\",\"learner\":\"w%d-%d\",\"module\":\"%s\",\"region\":\"%s\",\"attrs\":{\"role\":\"role-%d\"}}\n",
			who, i, i % 3 ? "first-aid" : "module-" i, i % 3 ? "town" : "region-" i, i % 1000 }'
}

resident_mib() {
	awk '/^VmHWM/ { print int($2 / 1024) }' /proc/"$(liftd_pid)"/status
}

a_flood_stays_below_the_limit() {
	local i pid begun n=60000 mib
	pid=$(unit MainPID)
	begun=$(now_ms)
	for ((i = 1; i <= publishers; i++)); do
		flood $i $n | inside lift publish --source "flood-$i" --batch 5000 - >"$dir/flood.$i" 2>&1 &
	done
	wait
	figure "flood by $publishers platforms" "$((publishers * n)) events in $(($(now_ms) - begun)) ms"
	for ((i = 1; i <= publishers; i++)); do
		expect "what a platform is told" "$n events, $n accepted, 0 refused" "$(cat "$dir/flood.$i")"
	done
	await 60 "the ledger has all of it" ledger_has_all
	mib=$(resident_mib)
	figure "liftd's memory at most, of $limit_mib MiB" "$mib MiB resident"
	[ "$mib" -lt $limit_mib ] || fail "$mib MiB"
	[ ! -d "${memory-}" ] || expect "kills for memory" '^oom_kill 0' "$(cat "$memory/memory.oom_control")"
	expect_is "the process" "$pid" "$(unit MainPID)"
	expect_is "started" $((publishers * (n - n / 3))) "$(inside lift export --region town --kind module | sed -n 's/.*"started": *\([0-9]*\).*/\1/p')"
}

ledger_has_all() {
	inside lift status --json | grep -q '"lag":0,'
}

start_limited
run_tests a_flood_stays_below_the_limit
