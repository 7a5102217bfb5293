#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# deb_test.sh BUILD: the Debian packages are built, lintian has nothing against them, and all is in them that is installed,
# each thing in its package.
set -eu
build=$1
passed=0

skip() {
	echo "deb_test: skipped: $1"
	echo "deb_test: 0 passed, 0 failed, 1 skipped"
	exit 0
}

fail() {
	echo "deb_test: $1"
	echo "deb_test: $passed passed, 1 failed"
	exit 1
}

skipped=0
ok() {
	passed=$((passed + 1))
}

# Packages are made of what Debian's own compiler and flags make.
[ "$build" = build ] || skip "packages are built beside the ordinary build alone"
for tool in dpkg-buildpackage dh lintian; do
	command -v $tool >/dev/null || skip "$tool is not there (make deb installs it)"
done
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

# They have the version of the programs, and need for their building what the Makefile names.
version=$(sed -n 's/^VERSION := //p' Makefile)
[ "$(dpkg-parsechangelog -l systemd/debian/changelog -S Version)" = "$version" ] || fail "the changelog is not of $version"
for package in $(sed -n '/^PACKAGES := /,/[^\\]$/s/^\t\([a-z0-9-]*-dev\):.*/\1/p' Makefile | grep -v libc6-dev); do
	grep -qE "(^| )$package(,|\$)" systemd/debian/control || fail "debian/control does not name $package to build with"
done
ok

# The page of lift-web comes of npm's registry: where that cannot be reached, the packages are looked at without it.
if ! { command -v npm && timeout 300 "${MAKE:-make}" --no-print-directory page; } >"$dir/page.log" 2>&1; then
	! grep -q '^make.*Error\|rror:' "$dir/page.log" || grep -qE 'ENOTFOUND|ECONN|EAI_AGAIN|ETIMEDOUT|network|E40[0-9]|E50[0-9]' "$dir/page.log" ||
		{ cat "$dir/page.log"; fail "make page"; }
	echo "deb_test: skipped: the page of lift-web: node, npm or its registry are not there"
	skipped=1
fi

"${MAKE:-make}" --no-print-directory deb-build >"$dir/said" 2>&1 || { cat "$dir/said"; fail "make deb-build"; }
for package in lift liftd lift-xapi lift-web liblift0 liblift-dev; do
	deb=$(echo "$build/deb/${package}_${version}_"*.deb)
	[ -e "$deb" ] || fail "there is no $deb"
	dpkg-deb -x "$deb" "$dir/$package"
	dpkg-deb -e "$deb" "$dir/$package.control"
	(cd "$dir/$package" && find . ! -type d) >>"$dir/all"
done
ok

lintian --fail-on error,warning "$build"/deb/*.changes >"$dir/lintian" 2>&1 || { cat "$dir/lintian"; fail "lintian"; }
ok

expect() {
	package=$1
	shift
	for f; do
		[ -e "$dir/$package/$f" ] || [ -L "$dir/$package/$f" ] || fail "$f is not in $package"
	done
}

expect lift usr/bin/lift usr/share/bash-completion/completions/lift usr/share/man/man1/lift.1.gz usr/share/man/man5/lift-map.5.gz \
	usr/share/doc/lift/PROTOCOL.md usr/share/doc/lift/METRICS.md usr/share/doc/lift/vectors/hello.hex
expect liftd usr/sbin/liftd usr/libexec/liftd/prune-backups usr/libexec/liftd/alert lib/systemd/system/liftd.service \
	lib/systemd/system/liftd-backup.timer lib/systemd/system/liftd-backup.service \
	lib/systemd/system/liftd-alert.timer lib/systemd/system/liftd-alert.service usr/lib/sysusers.d/liftd.conf \
	usr/lib/tmpfiles.d/liftd.conf etc/liftd/liftd.yaml etc/liftd/catalogue.yaml usr/share/man/man8/liftd.8.gz \
	usr/share/man/man5/liftd.yaml.5.gz usr/share/doc/liftd/OPERATING.md usr/share/doc/liftd/PRIVACY.md usr/share/liftd/examples/demo.yaml
expect lift-xapi usr/sbin/lift-xapi lib/systemd/system/lift-xapi.service usr/lib/sysusers.d/lift-xapi.conf \
	etc/liftd/lift-xapi.yaml usr/share/man/man8/lift-xapi.8.gz usr/share/man/man5/lift-xapi.yaml.5.gz
expect lift-web usr/share/lift-web/grafana.json usr/share/lift-web/prometheus-rules.yaml usr/sbin/lift-web lib/systemd/system/lift-web.service usr/lib/sysusers.d/lift-web.conf etc/liftd/lift-web.yaml \
	usr/share/man/man8/lift-web.8.gz usr/share/man/man5/lift-web.yaml.5.gz usr/share/doc/lift-web/nginx-lift-web.conf \
	usr/share/lift-web/openapi.json
if [ $skipped = 0 ]; then
	expect lift-web usr/share/lift-web/index.html usr/share/lift-web/licenses.txt
	for f in $(grep -o '/assets/[A-Za-z0-9._-]*' "$dir/lift-web/usr/share/lift-web/index.html"); do
		expect lift-web "usr/share/lift-web$f" "usr/share/lift-web$f.gz"
	done
fi
libdir=usr/lib/$(dpkg-architecture -q DEB_HOST_MULTIARCH)
expect liblift0 "$libdir/liblift.so.0" "$libdir/liblift.so.$version"
expect liblift-dev "$libdir/liblift.so" "$libdir/pkgconfig/liblift.pc" usr/include/lift/lift.h usr/include/lift/err.h \
	usr/share/man/man3/lift.3.gz usr/share/doc/liblift-dev/examples/follow.c
grep -qx "libdir=/$libdir" "$dir/liblift-dev/$libdir/pkgconfig/liblift.pc" || fail "liblift.pc names another directory"
grep -q '^Depends:.*libzmq5' "$dir/liblift0.control/control" || fail "liblift0 does not need libzmq"
twice=$(sort "$dir/all" | uniq -d)
[ -z "$twice" ] || fail "in two of them: $twice"
for program in lift/usr/bin/lift liftd/usr/sbin/liftd lift-xapi/usr/sbin/lift-xapi lift-web/usr/sbin/lift-web; do
	[ "$("$dir/$program" --version)" = "$("$build/${program##*/}" --version)" ] || fail "$program is of another version"
done
grep -qx 'ExecStart=/usr/sbin/liftd --config /etc/liftd/liftd.yaml' "$dir/liftd/lib/systemd/system/liftd.service" ||
	fail "the unit starts another liftd"
ok

# An operator's changes stay; users come before what is theirs, and that before the daemon.
for f in /etc/liftd/liftd.yaml /etc/liftd/catalogue.yaml; do
	grep -qx $f "$dir/liftd.control/conffiles" || fail "$f is no conffile"
done
order=$(grep -oE 'systemd-sysusers|systemd-tmpfiles .*--create|deb-systemd-invoke' "$dir/liftd.control/postinst" |
	sed 's/ .*//' | tr '\n' ' ')
[ "$order" = 'systemd-sysusers systemd-tmpfiles deb-systemd-invoke ' ] || fail "postinst goes by: $order"
grep -qx /etc/liftd/lift-web.yaml "$dir/lift-web.control/conffiles" || fail "lift-web.yaml is no conffile"
order=$(grep -oE 'systemd-sysusers|deb-systemd-invoke' "$dir/lift-web.control/postinst" | tr '\n' ' ')
[ "$order" = 'systemd-sysusers deb-systemd-invoke ' ] || fail "the postinst of lift-web goes by: $order"
! grep -qE 'liftd-(backup|alert).service' "$dir/liftd.control/postinst" || fail "postinst starts what timers start"
for script in postinst prerm postrm; do
	sh -n "$dir/liftd.control/$script" && sh -n "$dir/lift-web.control/$script" || fail "$script cannot be run"
done
ok

echo "deb_test: $passed passed, 0 failed, $skipped skipped"
