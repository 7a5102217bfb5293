#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The units as `make install` leaves them must pass systemd-analyze verify without a word.
set -eu
liftd=$(realpath "$1")
lift=$(realpath "$(dirname "$1")/lift")
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
	sed "s|/usr/sbin/liftd|$liftd|; s|/usr/bin/lift |$lift |; s|/usr/libexec/liftd|$PWD/systemd|" "$unit" >"$dir/${unit#systemd/}"
	n=$((n + 1))
done
if command -v man >/dev/null; then
	mkdir -p "$dir/man/man1" "$dir/man/man5" "$dir/man/man8"
	cp clients/*.1 "$dir/man/man1"
	cp daemon/*.5 "$dir/man/man5"
	cp daemon/*.8 "$dir/man/man8"
	export MANPATH="$dir/man"
else
	sed -i '/^Documentation=/d' "$dir"/*.service "$dir"/*.timer
fi
said=$(systemd-analyze verify "$dir"/*.service "$dir"/*.timer 2>&1) || { echo "$said"; exit 1; }
if [ -n "$said" ]; then
	echo "$said"
	exit 1
fi
echo "units_verify: $n passed, 0 failed"
