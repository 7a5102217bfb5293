#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A flood from another machine over TCP, by who is not known and by who has a key: the daemon stays below its MemoryMax, that
# of the unit and one of an eighth of it, and a platform that hands in events meanwhile does so without a loss.
. "$(dirname "$0")/lib.sh"
story "$@"
. "$here/far.sh"
machine server
inside systemctl set-property liftd IPAddressAllow=192.0.2.0/24

half_open=5000
with_frames=20

# flood_far NAME KEY ARGUMENT...: in the network of the platform, until flood_far_end.
flood_far() {
	local name=$1 key=$2
	shift 2
	machine platform
	[ "$key" = - ] || key=$root/root/keys/$key.key
	mkfifo "$dir/$name.end"
	nsenter -t "$(<"$home/init")" -n "$build/tests/systemd/flood" "$server_public" "$key" tcp://192.0.2.1:5570 "$@" \
		<"$dir/$name.end" >"$dir/$name.said" 2>&1 &
	exec {keep}>"$dir/$name.end"
	await 100 "$name has flooded" grep -q flooded "$dir/$name.said"
	cat "$dir/$name.said"
}

flood_far_end() {
	exec {keep}>&-
	rm "$dir/$1.end"
}


# Those that have not come so far go for those that come: a few hundred stay, and who is known finds a place.
flood_below() {
	local keep mib=$1 first=$2 before acked pid begun peak
	machine server
	liftd_start_limited "$mib"
	pid=$(unit MainPID)
	before=$(started)
	machine platform
	feed_far "$first"
	machine server
	await 20 "it receives" journal_is_beyond 0
	begun=$(now_ms)
	flood_far "half-$mib" - half $half_open
	figure "$half_open connections that are half open" "$(($(now_ms) - begun)) ms: $(cat "$dir/half-$mib.said")"
	machine platform
	events $((first - 10)) $((first - 1)) | lift_as other publish --source other --stream "half-$mib" -
	begun=$(now_ms)
	flood_far_end "half-$mib"
	flood_far "frames-$mib" other frames $with_frames
	figure "$with_frames connections with frames of 1 MiB" "$(($(now_ms) - begun)) ms: $(cat "$dir/frames-$mib.said")"
	machine server
	inside lift status || :
	flood_far_end "frames-$mib"
	machine server
	acked=$(feed_end)
	figure "events acknowledged meanwhile" "$acked"
	expect_is "the process" "$pid" "$(unit MainPID)"
	nothing_is_killed_for_memory
	peak=$(liftd_resident_mib)
	figure "liftd's memory at most, of $mib MiB" "$peak MiB resident"
	[ "$peak" -lt "$mib" ] || fail "$peak MiB"
	await 20 "all is applied" started_is $((before + acked + 10))
}

started_is() {
	[ "$(started)" = "$1" ]
}

a_flood_stays_below_an_eighth_of_its_limit() {
	flood_below 512 1000001
}

a_flood_stays_below_the_limit() {
	flood_below 4096 5000001
}

run_tests a_flood_stays_below_an_eighth_of_its_limit a_flood_stays_below_the_limit
