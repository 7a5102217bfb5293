#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# demo_test.sh BUILD: make demo's script without a terminal ends by itself, and in one it goes on, with its page, until Enter;
# nothing is left of it. Where the page was not built, a file stands for it.
set -eu
name=demo_test
build=$(cd "$1" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
. "$here/xapi_lib.sh"
need curl script

# Its own programs, and a page in any case.
mkdir -p "$dir/build/page" "$dir/tmp"
for program in liftd lift lift-web; do
	ln -s "$build/$program" "$dir/build/$program"
done
if [ -e "$build/page/index.html" ]; then
	cp -R "$build/page/." "$dir/build/page"
else
	echo '<!doctype html><title>no page</title>' >"$dir/build/page/index.html"
fi
export TMPDIR="$dir/tmp" DEMO_SECONDS=2

nothing_is_left() {
	[ -z "$(ls "$dir/tmp")" ] || fail "it has left $(ls "$dir/tmp")"
	! pgrep -f "$dir/tmp/lift-demo" >"$dir/left" || fail "it has left processes: $(cat "$dir/left")"
	ok
}

sh "$here/../clients/demo.sh" "$dir/build" >"$dir/said" 2>&1 </dev/null || { cat "$dir/said"; fail "without a terminal"; }
grep -q '^The page, live: http://127.0.0.1:[0-9]*/$' "$dir/said" || fail "it does not say where the page is: $(cat "$dir/said")"
grep -q '^4\. The daemon stops' "$dir/said" || fail "it does not end: $(cat "$dir/said")"
ok
nothing_is_left

# in_terminal COMMAND: what is typed comes by $dir/typed
mkfifo "$dir/typed"
in_terminal() {
	: >"$dir/screen"
	script -q -e -c "$1" /dev/null <"$dir/typed" >"$dir/screen" 2>&1 &
	demo=$!
	children="$children $demo"
	exec 3>"$dir/typed"
}
figures() {
	curl -s "${address}api/v1/figures?region=all&kind=people&keys=learners" | sed -n 's/.*"learners":\([0-9]*\).*/\1/p'
}
says() { grep -q "$1" "$dir/screen"; }
more() { [ "$(figures)" -gt "$1" ]; }
has_ended() { ! kill -0 "$demo" 2>/dev/null; }

in_terminal "sh '$here/../clients/demo.sh' '$dir/build'"
until_true says 'Enter ends the demo'
address=$(grep -o 'http://127.0.0.1:[0-9]*/' "$dir/screen" | head -n 1)
[ "$(curl -s -o "$dir/page.html" -w '%{http_code}' "$address")" = 200 ] || fail "the page is not at $address"
cmp -s "$dir/page.html" "$dir/build/page/index.html" || fail "$address is another page"
ok
begun=$(figures)
until_true more "$begun"
ok
echo >&3
until_true has_ended
wait "$demo" || fail "its status: $?"
says '5\. The daemon stops' || fail "it does not say that it ends: $(cat "$dir/screen")"
ok
nothing_is_left
exec 3>&-

# The terminal goes.
in_terminal "sh '$here/../clients/demo.sh' '$dir/build'"
until_true says 'Enter ends the demo'
kill "$demo"
is_empty() { [ -z "$(ls "$dir/tmp")" ]; }
until_true is_empty
nothing_is_left
exec 3>&-

# Nobody is there.
in_terminal "DEMO_LOOK_SECONDS=2 sh '$here/../clients/demo.sh' '$dir/build'"
until_true has_ended
says '5\. The daemon stops' || fail "it does not end by itself: $(cat "$dir/screen")"
ok
nothing_is_left
echo "$name: $passed passed, 0 failed"
