#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A flood of new names, streams and large batches from several platforms at once: the daemon stays below its MemoryMax.
. "$(dirname "$0")/lib.sh"
story "$@"
machine_boot
liftd_install

# So much of it for the test, so that the flood is a short one.
limit_mib=256
publishers=4

# What a platform sends: each event of a new learner, every third one of a module and a region that nobody knows.
flood() {
	awk -v who="$1" -v n="$2" 'BEGIN { for (i = 0; i < n; i++)
		printf "{\"type\":\"started\",\"time\":\"2025-09-01T08:00:00+02:00\",\"learner\":\"w%d-%d\",\"module\":\"%s\",\"region\":\"%s\",\"attrs\":{\"role\":\"role-%d\"}}\n",
			who, i, i % 3 ? "first-aid" : "module-" i, i % 3 ? "town" : "region-" i, i % 1000 }'
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
	mib=$(liftd_resident_mib)
	figure "liftd's memory at most, of $limit_mib MiB" "$mib MiB resident"
	[ "$mib" -lt $limit_mib ] || fail "$mib MiB"
	nothing_is_killed_for_memory
	expect_is "the process" "$pid" "$(unit MainPID)"
	expect_is "started" $((publishers * (n - n / 3))) "$(inside lift export --region town --kind module | sed -n 's/.*"started": *\([0-9]*\).*/\1/p')"
}

ledger_has_all() {
	inside lift status --json | grep -q '"lag":0,'
}

liftd_start_limited $limit_mib
run_tests a_flood_stays_below_the_limit
