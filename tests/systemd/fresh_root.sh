#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# fresh_root.sh TAR DEB...: the root of a Debian that has nothing but a first process, and what these packages depend on by
# what they say themselves. It comes from Debian's archive; where that cannot be reached, there is no TAR, and the tests that
# need it are left out.
set -eu
tar=$1
shift
# Not one another, and not what programs are built with.
needs=$(for deb; do
	case $deb in *-dev_*) continue ;; esac
	dpkg-deb -f "$deb" Depends
done | tr '\n' ',' | sed 's/\(lib\)\{0,1\}lift[0-9]* (= [^)]*),//g; s/,$//')
mkdir -p "${tar%/*}"
mmdebstrap --quiet --mode=root --format=tar --variant=minbase --include=systemd-sysv,dbus \
	--customize-hook="chroot \"\$1\" apt-get satisfy -qq -y --no-install-recommends '$needs'" bookworm "$tar.new" >"$tar.log" 2>&1 ||
	{ rm -f "$tar.new"; echo "no fresh Debian could be made by mmdebstrap; its log is $tar.log"; exit 0; }
mv "$tar.new" "$tar"
