#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The units as `make install` leaves them must pass systemd-analyze verify without a word, and systemd-analyze security with
# the score that liftd is to have. The users and directories that they need are made by their files.
set -eu
liftd=$(realpath "$1")
lift=$(realpath "$(dirname "$1")/lift")
xapi=$(realpath "$(dirname "$1")/lift-xapi")
web=$(realpath "$(dirname "$1")/lift-web")
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
# systemd gives up after five starts in ten seconds, unless the unit says otherwise.
if ! sed -n '/^\[Unit\]/,/^\[Service\]/p' systemd/liftd.service | grep -qx 'StartLimitIntervalSec=0' ||
	! grep -qx 'Restart=on-failure' systemd/liftd.service || ! grep -qx 'RestartPreventExitStatus=65' systemd/liftd.service; then
	echo "units_verify: liftd.service must start again without end, but for status 65"
	exit 1
fi
if ! grep -qx 'OOMPolicy=continue' systemd/liftd.service; then
	echo "units_verify: liftd.service must go on where a child of its was out of memory"
	exit 1
fi
for key in MemoryMax TasksMax TimeoutStopSec WatchdogSec StateDirectory RuntimeDirectory ConfigurationDirectory ExecReload; do
	if ! grep -q "^$key=." systemd/liftd.service; then
		echo "units_verify: liftd.service must have $key"
		exit 1
	fi
done
# A path would be one that must be there; a name is looked for, and may be missing.
for credential in liftd.secret liftd.server-key; do
	if ! grep -qx "LoadCredential=$credential" systemd/liftd.service; then
		echo "units_verify: liftd.service must take the credential $credential where there is one"
		exit 1
	fi
done
for line in StartLimitIntervalSec=0 Restart=on-failure LoadCredential=lift-xapi.seal; do
	grep -qx "$line" systemd/lift-xapi.service || { echo "units_verify: lift-xapi.service must have $line"; exit 1; }
done
for line in StartLimitIntervalSec=0 Restart=on-failure SupplementaryGroups=liftd-readers; do
	grep -qx "$line" systemd/lift-web.service || { echo "units_verify: lift-web.service must have $line"; exit 1; }
done
if grep -E '^(State|Cache|Logs|Runtime)Directory|^ReadWritePaths' systemd/lift-web.service; then
	echo "units_verify: lift-web.service must have no place to write to"
	exit 1
fi
if ! command -v systemd-analyze >/dev/null; then
	echo "units_verify: skipped: systemd-analyze is not installed (package systemd)"
	echo "units_verify: 0 passed, 0 failed, 1 skipped"
	exit 0
fi
if [ ! -x /bin/kill ]; then
	echo "units_verify: liftd.service reloads by /bin/kill, which is not there (package procps)"
	exit 1
fi
# The programs where they were built; the manuals where man finds them, if there is a man.
n=0
for unit in systemd/*.service systemd/*.timer; do
	sed "s|/usr/sbin/liftd|$liftd|; s|/usr/sbin/lift-xapi|$xapi|; s|/usr/sbin/lift-web|$web|; s|/usr/bin/lift |$lift |; s|/usr/libexec/liftd|$PWD/systemd|" "$unit" >"$dir/${unit#systemd/}"
	n=$((n + 1))
done
if command -v man >/dev/null; then
	mkdir -p "$dir/man/man1" "$dir/man/man5" "$dir/man/man8"
	cp clients/*.1 "$dir/man/man1"
	cp daemon/*.5 clients/*.5 clients/xapi/*.5 clients/web/*.5 "$dir/man/man5"
	cp daemon/*.8 clients/xapi/*.8 clients/web/*.8 "$dir/man/man8"
	export MANPATH="$dir/man"
else
	sed -i '/^Documentation=/d' "$dir"/*.service "$dir"/*.timer
fi
said=$(systemd-analyze verify "$dir"/*.service "$dir"/*.timer 2>&1) || { echo "$said"; exit 1; }
if [ -n "$said" ]; then
	echo "$said"
	exit 1
fi
# In tenths: what systemd calls 1.1 is 11.
for unit in liftd.service:11 liftd-backup.service:8 lift-xapi.service:11 lift-web.service:11; do
	if ! said=$(systemd-analyze security --offline=true --threshold="${unit#*:}" "$dir/${unit%:*}" 2>&1); then
		echo "$said" | grep -v '^✓'
		echo "units_verify: ${unit%:*} is more exposed than ${unit#*:} tenths"
		exit 1
	fi
	echo "${unit%:*}: $(echo "$said" | sed -n 's/^→ Overall exposure level for [^:]*: //p')"
	n=$((n + 1))
done
# In a root of the test's own: users and groups, then directories of them.
if [ "$(id -u)" = 0 ] && command -v systemd-sysusers >/dev/null && command -v systemd-tmpfiles >/dev/null; then
	mkdir -p "$dir/root/etc" "$dir/root/run"
	systemd-sysusers --root="$dir/root" "$PWD/systemd/liftd.sysusers" 2>/dev/null
	systemd-tmpfiles --root="$dir/root" --create --prefix=/run/liftd "$PWD/systemd/liftd.tmpfiles"
	id_of() { sed -n "s/^$2:x:\([0-9]*\):.*/\1/p" "$dir/root/etc/$1"; }
	is=$(cd "$dir/root/run" && stat -c '%n %a %u %g' liftd liftd/platforms liftd/readers)
	user=$(id_of passwd liftd)
	should="liftd 755 $user $(id_of group liftd)
liftd/platforms 2750 $user $(id_of group liftd-platforms)
liftd/readers 2750 $user $(id_of group liftd-readers)"
	if [ "$is" != "$should" ]; then
		printf 'units_verify: the directories of sockets are\n%s\nand not\n%s\n' "$is" "$should"
		exit 1
	fi
	n=$((n + 1))
	skipped=0
else
	echo "units_verify: skipped: directories of other users need root and systemd-tmpfiles"
	skipped=1
fi
echo "units_verify: $n passed, 0 failed, $skipped skipped"
