#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# web_page_test.sh BUILD [PICTURES]: the page of lift-web: its modules by themselves, and all of it in a browser, with a real
# lift-web and a real liftd. `make page` has built it.
set -eu
build=$(cd "$1" && pwd)
source=$(cd "$(dirname "$0")/.." && pwd)
shots=${2:-$build/web-shots}
mkdir -p "$shots"

skip() {
	echo "web_page_test: skipped: $1"
	echo "web_page_test: 0 passed, 0 failed, 1 skipped"
	exit 0
}

command -v node >/dev/null || skip "node is not there"
[ -e "$build/page/index.html" ] || skip "the page is not built (make page)"
log=$build/web-page.log
status=0
LIFT_BUILD=$build LIFT_SOURCE=$source LIFT_SHOTS=$(cd "$shots" && pwd) \
	node --test "$build"/page-work/test/*.test.mjs >"$log" 2>&1 || status=$?
grep -E '^ *(#|ℹ)? ?(first view|published to seen)|# (first view|published)' "$log" | sed 's/^[^a-z]*//' || true
passed=$(sed -n 's/^[#ℹ] pass \([0-9]*\)$/\1/p' "$log")
failed=$(sed -n 's/^[#ℹ] fail \([0-9]*\)$/\1/p' "$log")
[ "$status" = 0 ] || cat "$log"
echo "web_page_test: ${passed:-0} passed, ${failed:-1} failed"
exit "$status"
