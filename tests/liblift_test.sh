#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# liblift_test.sh BUILD: liblift as others have it, from where it was installed: what it exports, its header in C and in C++,
# its manual, and the examples, which are compiled with what pkg-config says, and run beside a liftd.
set -eu
build=$1
dir=$(mktemp -d)
pids=
trap 'for p in $pids; do kill $p 2>/dev/null || true; done; wait; rm -rf "$dir"' EXIT
passed=0

fail() {
	echo "liblift_test: $1"
	echo "liblift_test: $passed passed, 1 failed"
	exit 1
}

ok() {
	passed=$((passed + 1))
}

# until WHAT COMMAND...: so long as a run of this test may last (tests/run.sh ends it)
until_so() {
	what=$1
	shift
	tries=0
	until "$@"; do
		tries=$((tries + 1))
		[ $tries -lt 1200 ] || { tail -5 "$dir"/*.log; fail "$what"; }
		sleep 0.05
	done
}

"${MAKE:-make}" --no-print-directory -s -o all BUILD="$build" install PREFIX="$dir/usr" SYSCONFDIR="$dir/etc" >"$dir/said" 2>&1 ||
	{ cat "$dir/said"; fail "make install"; }
export PKG_CONFIG_PATH="$dir/usr/lib/pkgconfig" LD_LIBRARY_PATH="$dir/usr/lib"
include=$dir/usr/include

# The header is all that is needed, by the strictest reader of each language.
cat >"$dir/alone.c" <<'END'
#include <lift/lift.h>
#include <stdio.h>
int main(void)
{
	struct lift_event event = { .type = LIFT_STARTED };
	char buffer[LIFT_EVENT_BYTES];
	size_t size = sizeof(buffer);
	if (lift_event_encode(&event, buffer, &size) == 0)
		return 1;
	puts(lift_error_text());
	return 0;
}
END
sed "s|{ .type = LIFT_STARTED }|{}|; s|size_t size =|event.type = LIFT_STARTED; size_t size =|" "$dir/alone.c" >"$dir/alone.cc"
! grep -rn 'proto/' "$include" || fail "the header names what is not installed"
flags=$(pkg-config --cflags --libs liblift) || fail "pkg-config does not find it"
${CC:-cc} ${SAN_FLAGS:-} -std=c99 -Wall -Wextra -pedantic -Werror -o "$dir/alone" "$dir/alone.c" $flags || fail "the header in C"
said=$("$dir/alone") || fail "an event without a time was encoded"
case $said in "time_ms must be"*) ;; *) fail "the fault of an event is said as: $said" ;; esac
ok
if command -v c++ >/dev/null; then
	c++ -std=c++11 -Wall -Wextra -pedantic -Wno-missing-field-initializers -Werror -c -o "$dir/alone.o" "$dir/alone.cc" $flags ||
		fail "the header in C++"
	${CC:-cc} ${SAN_FLAGS:-} -o "$dir/alone++" "$dir/alone.o" $flags || fail "linking from C++"
	[ "$("$dir/alone++")" = "$said" ] || fail "C++ says something else"
	ok
else
	echo "liblift_test: not in C++: there is no c++"
fi

# It exports what the header declares, no more and no less, and the manual has all of it.
cat "$include"/lift/*.h | tr '\n' ' ' | sed 's|/\*|\n/*|g' | sed 's|^/\*.*\*/||' | tr '(' '\n' | grep -oE '\blift_[a-z_]+$' | grep -v '_fn$' | sort -u >"$dir/declared"
nm -D --defined-only "$dir/usr/lib/liblift.so" | awk '$2 == "T" { sub("@.*", "", $3); print $3 }' | sort >"$dir/exported"
diff "$dir/declared" "$dir/exported" >"$dir/said" || { cat "$dir/said"; fail "declared (<) and exported (>) are not the same"; }
[ "$(wc -l <"$dir/exported")" -gt 40 ] || fail "there are few functions"
while read -r name; do
	grep -qE "^\.Fn $name( |\$)" clients/lib/lift.3 || fail "lift(3) does not have $name"
done <"$dir/exported"
readelf -d "$dir/usr/lib/liblift.so" | grep -q 'soname: \[liblift.so.0\]' || fail "its name is not liblift.so.0"
ok

# The examples, beside a real daemon.
printf 'state: %s\nruntime: %s\ncatalogue: %s\n' "$dir/state" "$dir/run" "$PWD/daemon/examples/demo.yaml" >"$dir/liftd.yaml"
for example in publish follow; do
	${CC:-cc} ${SAN_FLAGS:-} -Wall -Wextra -Werror -o "$dir/$example" "$dir/usr/share/doc/liftd/examples/$example.c" $flags ||
		fail "$example.c"
done
# What is published while the daemon is not there waits.
"$dir/publish" "ipc://$dir/run/intake" "$dir/outbox.db" >"$dir/publish.log" 2>&1 || fail "publish: $(cat "$dir/publish.log")"
grep -q 'the next run' "$dir/publish.log" || fail "publish without a daemon says: $(cat "$dir/publish.log")"
"$build/liftd" --config "$dir/liftd.yaml" >"$dir/liftd.log" 2>&1 &
daemon=$!
pids=$daemon
until_so "liftd did not start" grep -q ready "$dir/liftd.log"
"$dir/follow" metric/1813/ "ipc://$dir/run/publish" "ipc://$dir/run/snapshot" >"$dir/follow.log" 2>&1 &
pids="$daemon $!"
"$dir/publish" "ipc://$dir/run/intake" "$dir/outbox.db" >"$dir/publish.log" 2>&1 || fail "publish: $(cat "$dir/publish.log")"
[ ! -s "$dir/publish.log" ] || fail "publish says: $(cat "$dir/publish.log")"
until_so "the event was not shown" grep -q '^metric/1813/module/vt-basics: started 1$' "$dir/follow.log"
"$build/lift" --config "$dir/liftd.yaml" status >"$dir/status.log" 2>&1 || true
grep -qE 'my-platform' "$dir/status.log" || { cat "$dir/status.log"; fail "the source is not in the status"; }
ok
kill -9 $daemon
until_so "silence was not said" grep -q 'may be old' "$dir/follow.log"
ok
echo "liblift_test: $passed passed, 0 failed"
