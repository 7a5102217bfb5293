#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The unit as `make install` leaves it must pass systemd-analyze verify without a word.
set -eu
liftd=$(realpath "$1")
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
if ! command -v systemd-analyze >/dev/null; then
	echo "units_verify: skipped: systemd-analyze is not installed (package systemd)"
	exit 0
fi
# The program where it was built; the manuals where man finds them, if there is a man.
sed "s|/usr/sbin/liftd|$liftd|" systemd/liftd.service >"$dir/liftd.service"
if command -v man >/dev/null; then
	mkdir -p "$dir/man/man5" "$dir/man/man8"
	cp daemon/*.5 "$dir/man/man5"
	cp daemon/*.8 "$dir/man/man8"
	export MANPATH="$dir/man"
else
	sed -i '/^Documentation=/d' "$dir/liftd.service"
fi
said=$(systemd-analyze verify "$dir/liftd.service" 2>&1) || { echo "$said"; exit 1; }
if [ -n "$said" ]; then
	echo "$said"
	exit 1
fi
echo "units_verify: 1 passed, 0 failed"
