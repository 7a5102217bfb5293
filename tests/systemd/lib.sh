# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# A machine whose first process is systemd, for tests of liftd as a service: an overlay of this machine's own root, booted by
# systemd-nspawn in half a second. A script sources this file, says `story "$@"`, boots the machine, and has its tests, which
# are functions, run by `run_tests`.
#
# Mounts, processes and the network are in namespaces of the test's own, and go with it however it ends. Cgroups and the
# overlay's files have no namespace: a trap removes them.
#
# Names that scripts use: $build (what was built), $dir (files of the test), $root (the machine's root as seen from here). A
# test with several machines says with `machine NAME` which one it means from then on.

set -u
build=${LIFT_BUILD:?where liftd was built}
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")

# ---- what a test says -------------------------------------------------------------------------
left_out() {
	echo "left out: $1"
	echo "skipped: $1"
	echo "$(basename "$0" .sh): 0 passed, 0 failed, 1 skipped"
	exit 0
}

# What was measured: the end of a run shows it.
figure() {
	printf 'figure: %s: %s\n' "$1" "$2"
}

fail() {
	echo "$*" >&2
	exit 1
}

# expect WHAT PATTERN TEXT: the text has the (extended) pattern in it.
expect() {
	grep -qE -- "$2" <<<"$3" || fail "$1: expected '$2' in: $3"
}

expect_is() {
	[ "$2" = "$3" ] || fail "$1: expected $2, not $3"
}

# await SECONDS WHAT COMMAND...: until the command succeeds.
await() {
	local seconds=$1 what=$2 end
	shift 2
	end=$((SECONDS + seconds))
	until "$@" >"$dir/awaited" 2>&1; do
		[ $SECONDS -lt $end ] || fail "not within $seconds s: $what; the last answer: $(cat "$dir/awaited")"
		sleep 0.05
	done
}

now_ms() {
	echo $(($(date +%s%N) / 1000000))
}

# Each test is a function whose name is a sentence; it fails by the status of any command of it. One after another, in the
# machine as the one before has left it.
run_tests() {
	local test passed=0 failed=0 status begun
	for test; do
		begun=$(now_ms)
		(set -e; "$test") >"$dir/said" 2>&1
		status=$?
		cat "$dir/said"
		if [ $status = 0 ]; then
			passed=$((passed + 1))
			echo "ok     $test ($(($(now_ms) - begun)) ms)"
		else
			failed=$((failed + 1))
			echo "FAILED $test: status $status"
			echo "---- the machine's journal"
			inside journalctl --no-pager -q -n 60 -o short-precise || tail -40 "$home/console"
			echo "----"
			# What comes after it stands on it.
			break
		fi
	done
	echo "$(basename "$0" .sh): $passed passed, $failed failed, $(($# - passed - failed)) not run"
	[ $failed = 0 ]
}

# ---- the test's own namespaces ------------------------------------------------------------------
# What must be there, in words for those who do not have it.
can_run() {
	local tool
	[ "$(id -u)" = 0 ] || left_out "a machine with systemd needs root"
	for tool in systemd-nspawn nsenter unshare ip pgrep; do
		command -v $tool >/dev/null || left_out "a machine with systemd needs $tool (make check-systemd installs it)"
	done
	[ -n "$(cgroup_tree)" ] || left_out "a machine with systemd needs the second version of cgroups"
	unshare --mount --net --pid --fork --mount-proc true 2>/dev/null || left_out "no namespaces can be made here"
}

cgroup_tree() {
	findmnt -n -o TARGET -t cgroup2 | head -1
}

story() {
	if [ -z "${LIFT_STORY-}" ]; then
		can_run
		LIFT_STORY=$$ exec unshare --mount --net --pid --fork --kill-child --mount-proc bash "$0" "$@"
	fi
	dir=$(mktemp -d)
	memory=/sys/fs/cgroup/memory/liftd-test-$LIFT_STORY
	machine server
	trap clean_up EXIT
	trap 'exit 143' TERM
	trap 'exit 130' INT
	trap 'exit 129' HUP
	trap 'exit 141' PIPE
	ip link set lo up
	# systemd-nspawn keeps names of machines there, and removes them in memory only.
	mount -t tmpfs -o mode=755 tmpfs /run
}

clean_up() {
	trap '' INT TERM HUP PIPE
	local each
	for each in "$dir"/machines/*/; do
		machine "$(basename "$each")"
		machine_kill
		umount -l "$root" "$home" 2>/dev/null
	done
	[ ! -d "$memory" ] || rmdir "$memory"
	rm -rf --one-file-system "$dir"
}

# ---- the machine --------------------------------------------------------------------------------
machine() {
	machine=$1
	home=$dir/machines/$machine
	root=$home/root
	cgroup=$(cgroup_tree)/liftd-test-$LIFT_STORY-$machine
	mkdir -p "$home"
}

# The root: this machine's, with nothing of a liftd that may be installed, and none of the services that it has enabled.
machine_root() {
	# Where what is changed cannot lie on the disk (which is an overlay itself), it lies in memory.
	if ! mount_overlay; then
		mount -t tmpfs -o mode=700 tmpfs "$home"
		mount_overlay || left_out "no overlay of the root can be mounted"
	fi
	# By this file an image says that installing must start nothing.
	rm -f "$root/usr/sbin/policy-rc.d"
	rm -rf "$root"/etc/systemd/system/*.wants "$root"/etc/systemd/system/lift{d,-xapi}* "$root"/etc/liftd \
		"$root"/var/lib/lift{d,-xapi} \
		"$root"/var/log/journal "$root"/tmp/* 2>/dev/null
	# Nobody reads its manuals: their index is made anew by each package, which takes longer than all else.
	rm -f "$root/var/lib/man-db/auto-update"
	sed -i '/^lift[d-]/d' "$root"/etc/passwd "$root"/etc/shadow "$root"/etc/group "$root"/etc/gshadow
	mkdir -p "$root/tmp" && chmod 1777 "$root/tmp"
}

mount_overlay() {
	mkdir -p "$home/upper" "$home/work" "$root"
	mount -t overlay overlay -o "lowerdir=/,upperdir=$home/upper,workdir=$home/work" "$root"
}

# In place of it: a Debian that has nothing but what the packages say that they need.
machine_fresh_root() {
	local tar=$build/tests/systemd/fresh-root.tar
	[ -f "$tar" ] || left_out "the packages on a fresh Debian: there is none (its packages cannot be reached, or no mmdebstrap)"
	mkdir -p "$root"
	tar -C "$root" -xf "$tar" --numeric-owner || exit 1
}

# A cgroup of its own, since systemd moves its services about; no -U, by which DynamicUser and RuntimeDirectory break.
machine_boot() {
	[ -d "$root/usr" ] || machine_root
	mkdir -p "$cgroup"
	SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 setsid bash -c 'echo 0 >"$0/cgroup.procs" && exec "$@"' "$cgroup" \
		systemd-nspawn -q -b --system-call-filter="bpf @memlock" --register=no --keep-unit --link-journal=no --private-network --machine="$machine" \
		-D "$root" >>"$home/console" 2>&1 </dev/null &
	echo $! >"$home/nspawn"
	disown
	if ! (await 30 "the machine boots" machine_is_up); then
		tail -20 "$home/console"
		fail "the machine does not boot"
	fi
}

machine_is_up() {
	pgrep -P "$(<"$home/nspawn")" >"$home/init" || return 1
	case $(inside systemctl is-system-running) in
	running | degraded) return 0 ;;
	esac
	return 1
}

# It stops all that runs, as a machine does, and boots again.
machine_reboot() {
	local before
	before=$(<"$home/nspawn")
	inside systemctl poweroff
	await 100 "the machine stops" is_gone "$before"
	machine_kill
	machine_boot
}

is_gone() {
	! kill -0 "$1"
}

machine_kill() {
	[ -d "$cgroup" ] || return 0
	kill -9 "$(<"$home/nspawn")" 2>/dev/null || :
	echo 1 >"$cgroup/cgroup.kill"
	local tree
	for tree in /sys/fs/cgroup/*/ /sys/fs/cgroup/; do
		# A process that was killed may take a moment to leave.
		for _ in {1..50}; do
			[ -d "$tree/${cgroup##*/}" ] || break
			find "$tree/${cgroup##*/}" -depth -type d -exec rmdir {} + 2>/dev/null || sleep 0.1
		done
	done
}

# machines_join A ADDRESS B ADDRESS: a cable between two machines. It is moved in by hand: for interfaces of its own
# systemd-nspawn waits for udev.
machines_join() {
	local here_is=$machine
	ip link add to-a type veth peer name to-b
	machine_plug "$1" to-a "$2"
	machine_plug "$3" to-b "$4"
	machine "$here_is"
}

machine_plug() {
	machine "$1"
	ip link set "$2" netns "$(<"$home/init")"
	inside ip address add "$3" dev "$2"
	inside ip link set "$2" up
}

# Run a command in the machine, as root.
inside() {
	nsenter -t "$(<"$home/init")" -a -- env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
		"$@"
}

# as USER COMMAND...
as() {
	local user=$1
	shift
	inside runuser -u "$user" -- "$@"
}

# page_blocks [PAGE]: takes the blocks of commands out of a page, liftd(8) or this one, to $dir/blocks.
page_blocks() {
	rm -rf "$dir/blocks"
	mkdir "$dir/blocks"
	awk -v to="$dir/blocks" -f "$here/blocks.awk" "$here/../../${1:-daemon/liftd.8}"
}

# run_block BLOCK [LINE...]: the commands of a block, by somebody who types these lines where he is asked.
run_block() {
	local block=$1
	shift
	printf '%s\n' "$@" | inside env DEBIAN_FRONTEND=noninteractive setsid -w bash -ec "cd /root; $(cat "$dir"/blocks/"$block")" ||
		fail "block $block fails"
}

# log SERVICE: its lines; log_has SERVICE LINES PATTERN: beyond so many of them.
log() {
	inside journalctl -q --no-pager -o cat -u "$1"
}
log_has() {
	log "$1" | tail -n "+$(($2 + 1))" | grep -E -- "$3"
}

# What stands in a key's public file.
public_of() {
	inside sed -n 's/^public: *"\(.*\)"/\1/p' "$1"
}

# ---- liftd in the machine -------------------------------------------------------------------------
packages_copy() {
	cp "$build"/deb/*.deb "$root/root/" 2>/dev/null || left_out "there are no packages to install (make deb)"
}

# The packages, as an operator installs them; then the daemon runs.
liftd_install() {
	packages_copy
	liftd_packages -i /root/lift_*.deb /root/liftd_*.deb || fail "the packages cannot be installed"
}

# The same version again, which stands for a newer one.
liftd_upgrade() {
	liftd_packages -i /root/lift_*.deb /root/liftd_*.deb
}

# dpkg with its patterns of files read in the machine.
liftd_packages() {
	inside sh -c "DEBIAN_FRONTEND=noninteractive dpkg $*" >"$dir/dpkg" 2>&1 || { cat "$dir/dpkg"; return 1; }
}

# liftd_drop_in TEXT: more lines for its unit.
liftd_drop_in() {
	mkdir -p "$root/etc/systemd/system/liftd.service.d"
	printf '%s\n' "$@" >"$root/etc/systemd/system/liftd.service.d/test.conf"
	inside systemctl daemon-reload
}

# unit PROPERTY [UNIT]: a property of the unit, which is liftd's or this one.
unit() {
	inside systemctl show "${2:-liftd}" --value -p "$1"
}

# unit_is PROPERTY VALUE [UNIT]
unit_is() {
	[ "$(unit "$1" "${3:-liftd}")" = "$2" ]
}

# Its process as seen from here; a backup or a check is one of the same name.
liftd_pid() {
	pgrep -o -f '^/usr/(local/)?sbin/liftd --config'
}

# milliseconds EARLIER LATER: between two of the unit's moments.
unit_ms() {
	echo $((($(unit "$2Monotonic") - $(unit "$1Monotonic")) / 1000))
}

# liftd_start_limited MIB: it runs with this MemoryMax. Within the machine that is not enforced where the host's memory is
# counted by cgroups of the first version: then the daemon begins in one of these with the same limit, which is as hard.
# systemd is in there while it starts the daemon, which stays.
liftd_start_limited() {
	inside systemctl stop liftd
	liftd_drop_in '[Service]' "MemoryMax=$1M"
	if [ -d /sys/fs/cgroup/memory ]; then
		mkdir -p "$memory"
		echo "$1M" >"$memory/memory.limit_in_bytes"
		echo "$(<"$home/init")" >"$memory/cgroup.procs"
		inside systemctl start liftd
		echo "$(<"$home/init")" >"$memory/../cgroup.procs"
	else
		inside systemctl start liftd
	fi
}

nothing_is_killed_for_memory() {
	[ ! -d "$memory" ] || expect "kills for memory" '^oom_kill 0' "$(cat "$memory/memory.oom_control")"
}

# What it took at most.
liftd_resident_mib() {
	awk '/^VmHWM/ { print int($2 / 1024) }' /proc/"$(liftd_pid)"/status
}

# Healthy, and with all applied.
is_healthy() {
	inside lift status
}

# events FIRST LAST: lines of JSON, each of another learner who starts first-aid in the town.
events() {
	awk -v a="$1" -v b="$2" 'BEGIN { for (i = a; i <= b; i++)
		printf "{\"type\":\"started\",\"time\":\"2025-09-01T08:00:00+02:00\",\"learner\":\"l%d\",\"module\":\"first-aid\",\"region\":\"town\"}\n", i }'
}

# The last number of its journal.
journal_last() {
	inside lift status --json | sed -n 's/.*"journal":{[^}]*"last":\([0-9]*\).*/\1/p'
}

journal_is_beyond() {
	[ "$(journal_last)" -gt "$1" ]
}

# How many count as having started first-aid in the town.
started() {
	inside lift export --region town --kind module | sed -n 's/.*"started": *\([0-9]*\).*/\1/p'
}

# feed STREAM FIRST: a platform that sends some 5,000 events a second, from learner FIRST on, until feed_end.
feed() {
	rm -f "$dir/feed.end"
	{ feed_events "$2" | inside lift publish --stream "$1" - >"$dir/fed" 2>&1; echo $? >"$dir/fed.status"; } &
	echo $! >"$dir/feed"
}

feed_events() {
	local at=$1
	while [ ! -e "$dir/feed.end" ]; do
		events "$at" $((at + 249))
		at=$((at + 250))
		sleep 0.05
	done
}

# Ends it, waits for its last answer, and says how many events were acknowledged to it.
feed_end() {
	touch "$dir/feed.end"
	await 60 "the publisher has all its answers" is_gone "$(<"$dir/feed")"
	[ "$(<"$dir/fed.status")" = 0 ] || fail "lift publish: $(cat "$dir/fed")"
	sed -n 's/.* \([0-9]*\) accepted, 0 refused.*/\1/p' "$dir/fed" | tail -1
}
