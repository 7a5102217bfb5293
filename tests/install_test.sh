#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# install_test.sh BUILD: `make install` puts everything where it should be, with the directories that were asked for;
# `make uninstall` leaves nothing but a configuration that was changed.
set -eu
build=$1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
passed=0

# Nothing is built here: what is installed was built before.
run() {
	"${MAKE:-make}" --no-print-directory -s -o all BUILD="$build" "$@" >"$dir/said" 2>&1 ||
		{ cat "$dir/said"; fail "make $*"; }
}

fail() {
	echo "install_test: $1"
	echo "install_test: $passed passed, 1 failed"
	exit 1
}

ok() {
	passed=$((passed + 1))
}

expect() {
	[ -e "$dir/root$1" ] || fail "$1 is not there"
}

names() {
	grep -q "$2" "$dir/root$1" || fail "$1 does not name $2"
	! grep -q "$3" "$dir/root$1" || fail "$1 names $3"
}

run install DESTDIR="$dir/root"
for f in sbin/liftd sbin/lift-xapi sbin/lift-web bin/lift libexec/liftd/prune-backups libexec/liftd/alert share/man/man1/lift.1 share/man/man5/liftd.yaml.5 \
	share/man/man5/lift-map.5 share/man/man5/catalogue.5 share/man/man8/liftd.8 share/doc/liftd/README.md share/doc/liftd/LICENSE \
	share/doc/liftd/PROTOCOL.md share/doc/liftd/METRICS.md share/doc/liftd/OPERATING.md share/doc/liftd/PRIVACY.md share/doc/liftd/vectors/hello.hex \
	share/liftd/examples/demo.yaml lib/systemd/system/liftd.service lib/systemd/system/liftd-backup.timer \
	lib/sysusers.d/liftd.conf lib/tmpfiles.d/liftd.conf lib/liblift.so lib/liblift.so.0 lib/pkgconfig/liblift.pc \
	include/lift/lift.h include/lift/err.h share/man/man3/lift.3 share/bash-completion/completions/lift \
	share/man/man8/lift-web.8 share/man/man5/lift-web.yaml.5 share/lift-web/openapi.json lib/sysusers.d/lift-web.conf; do
	expect /usr/local/$f
done
expect /etc/liftd/liftd.yaml
expect /etc/liftd/catalogue.yaml
[ -x "$dir/root/usr/local/sbin/liftd" ] && [ -x "$dir/root/usr/local/libexec/liftd/prune-backups" ] ||
	fail "a program cannot be run"
names /usr/local/lib/systemd/system/liftd.service /usr/local/sbin/liftd /usr/sbin/liftd
names /usr/local/lib/systemd/system/lift-web.service /usr/local/sbin/lift-web /usr/sbin/lift-web
names /etc/liftd/lift-web.yaml 'page: /usr/local/share/lift-web$' 'page: /usr/share'
names /usr/local/lib/systemd/system/liftd-backup.service /usr/local/libexec/liftd/ /usr/libexec/
cmp -s "$build/liftd" "$dir/root/usr/local/sbin/liftd" || fail "liftd is not what was built"
ok

echo '# ours' >>"$dir/root/etc/liftd/liftd.yaml"
run install DESTDIR="$dir/root"
grep -q '^# ours' "$dir/root/etc/liftd/liftd.yaml" || fail "a changed configuration did not stay"
ok

run uninstall DESTDIR="$dir/root"
left=$(cd "$dir/root" && find . -type f)
[ "$left" = ./etc/liftd/liftd.yaml ] || fail "uninstall left: $left"
rm "$dir/root/etc/liftd/liftd.yaml"
run install DESTDIR="$dir/root"
run uninstall DESTDIR="$dir/root"
left=$(cd "$dir/root" && find . ! -type d -o -name 'lift*' -o -name vectors)
[ -z "$left" ] || fail "uninstall left: $left"
ok

set -- DESTDIR="$dir/root" PREFIX=/opt/l SBINDIR=/opt/l/s BINDIR=/opt/l/b LIBEXECDIR=/opt/l/x MANDIR=/opt/m DOCDIR=/opt/d \
	LIBDIR=/opt/i INCLUDEDIR=/opt/h DATADIR=/opt/t UNITDIR=/opt/u SYSUSERSDIR=/opt/y TMPFILESDIR=/opt/f \
	SYSCONFDIR=/opt/e
run install "$@"
for f in l/s/liftd l/b/lift l/x/liftd/prune-backups m/man8/liftd.8 d/PROTOCOL.md t/liftd/examples/demo.yaml u/liftd.service \
	y/liftd.conf f/liftd.conf e/liftd.yaml i/liblift.so.0 i/pkgconfig/liblift.pc h/lift/lift.h; do
	expect /opt/$f
done
[ ! -e "$dir/root/usr/local/bin/lift" ] || fail "something is below /usr/local"
names /opt/m/man8/liftd.8 /opt/e /etc/liftd
names /opt/m/man5/catalogue.5 /opt/e/catalogue.yaml /etc/liftd
names /opt/u/liftd.service /opt/e/ /etc/liftd
names /opt/u/liftd-backup.service /opt/l/b/lift /usr/bin/lift
names /opt/i/pkgconfig/liblift.pc libdir=/opt/i /usr/local
names /opt/h/lift/lift.h '<lift/err.h>' proto/
run uninstall "$@"
left=$(cd "$dir/root" && find . ! -type d -o -name 'liftd*' -o -name 'lift-xapi*')
[ -z "$left" ] || fail "uninstall left: $left"
ok

run install-strip DESTDIR="$dir/root"
if command -v readelf >/dev/null && readelf -S "$dir/root/usr/local/bin/lift" | grep -q '\.symtab'; then
	fail "install-strip left symbols"
fi
ok
echo "install_test: $passed passed, 0 failed"
