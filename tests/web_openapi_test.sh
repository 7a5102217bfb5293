#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# web_openapi_test.sh BUILD: what lift-web says of itself in openapi.json is true of what it serves: web_openapi.py has the tests.
set -eu
name=web_openapi_test
build=$(cd "$1" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
. "$here/web_lib.sh"
need python3 curl
python3 -c 'import jsonschema' 2>/dev/null || {
	echo "$name: skipped: python3-jsonschema is not there"
	echo "$name: 0 passed, 0 failed, 1 skipped"
	exit 0
}

ask() {
	python3 -B -W ignore::DeprecationWarning "$here/web_openapi.py" "$here/../clients/web/openapi.json" "$here/../clients/web/routes.c" "$@" >"$dir/said" 2>"$dir/ask.log" ||
		{ cat "$dir/said"; fail "openapi.json"; }
	passed=$((passed + $(grep -c '^ok: ' "$dir/said")))
}
ask

# Catalogues that have all there is between them.
awk 'BEGIN { printf "{\"type\":\"FeatureCollection\",\"features\":["
	for (i = 0; i < 50; i++)
		printf "%s{\"type\":\"Feature\",\"properties\":{\"code\":\"%d\"},\"geometry\":null}", i ? "," : "", 1800 + i
	print "]}" }' >"$dir/outlines.geojson"
for example in helgeland mediq; do
	outlines="outlines: $dir/outlines.geojson"
	[ $example = mediq ] || outlines='title: without outlines'
	start_web "$here/../daemon/examples/$example.yaml" "$outlines"
	"$build/lift" --config "$dir/liftd.yaml" simulate --phases --presence --enrolment --validity \
		"$here/../daemon/examples/$example.yaml" >"$dir/simulate.log" 2>&1 || fail "lift simulate"
	all_has_come() { curl -s "http://127.0.0.1:$port/api/v1/figures?kind=competence&keys=holders" | grep -q '"holders":[1-9]'; }
	until_true all_has_come
	ask "http://127.0.0.1:$port" 2025-10-15
	stop_web
done
echo "$name: $passed passed, 0 failed"
