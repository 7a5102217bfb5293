#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# xapi_clients_test.sh BUILD: xAPI clients of others, from npm, and curl send to a real lift-xapi, and a real liftd counts.
set -eu
name=xapi_clients_test
build=$(cd "$1" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
. "$here/xapi_lib.sh"
need npm node curl

skip() {
	echo "$name: skipped: $1"
	echo "$name: $passed passed, 0 failed, 1 skipped"
	exit 0
}

# What the lock file names, without any script of theirs; it stays there for the next time.
clients=$build/xapi-clients
mkdir -p "$clients"
cp "$here/xapi-clients/send.js" "$here/xapi-clients/canvas.js" "$clients"
if ! cmp -s "$here/xapi-clients/package-lock.json" "$clients/package-lock.json" || [ ! -e "$clients/node_modules/tincanjs" ]; then
	cp "$here/xapi-clients/package.json" "$here/xapi-clients/package-lock.json" "$clients"
	if ! (cd "$clients" && timeout 120 npm ci --ignore-scripts --no-audit --no-fund) >"$clients/npm.log" 2>&1; then
		rm -f "$clients/package-lock.json"
		grep -qE 'ENOTFOUND|ECONN|EAI_AGAIN|ETIMEDOUT|network|E40[0-9]|E50[0-9]' "$clients/npm.log" &&
			skip "the registry of npm cannot be reached"
		[ -s "$clients/npm.log" ] || skip "the registry of npm does not answer"
		cat "$clients/npm.log"
		fail "npm ci"
	fi
fi

password='a word for the tests'
node "$clients/canvas.js" keys "$dir"
cat >"$dir/map.yaml" <<-END
	modules:
	  "https://moodle.example/course/*": "{}"
	  "urn:instructure:canvas:course:*": vt-medication
END
cat >"$dir/lift-xapi.yaml" <<-END
	listen: 127.0.0.1:0
	state: $dir/xapi
	intake: ipc://$dir/run/intake
	mapping: map.yaml
	platforms:
	  - {name: moodle, password: "$(echo "$password" | "$build/lift-xapi" --password)", region: "1813", homepage: https://moodle.example}
	  - {name: canvas, region: "1813", jwks: jwks.json}
END
start "$here/../daemon/examples/demo.yaml"

node "$clients/send.js" "http://127.0.0.1:$port/xapi/" moodle "$password" >"$dir/said" 2>&1 || { cat "$dir/said"; fail "send.js"; }
passed=$((passed + $(grep -c '^ok: ' "$dir/said")))

# What the plug-in of Moodle sends: a batch, with the headers that it has.
said=$(curl -s -o "$dir/ids" -w '%{http_code}' -u "moodle:$password" -H 'X-Experience-API-Version: 1.0.0' \
	-H 'Content-Type: application/json' --data-binary "@$here/xapi-clients/moodle.json" "http://127.0.0.1:$port/xapi/statements")
[ "$said" = 200 ] || fail "curl: $said: $(cat "$dir/ids")"
ok

node "$clients/canvas.js" send "http://127.0.0.1:$port/canvas/canvas" "$dir" >"$dir/said" || { cat "$dir/said"; fail "canvas.js"; }
passed=$((passed + $(grep -c '^ok: ' "$dir/said")))

all_there() { curl -s -u "moodle:$password" "http://127.0.0.1:$port/status" | grep -q '"waiting":0,'; }
until_true all_there
figures() {
	"$build/lift" --config "$dir/liftd.yaml" export --as-of 2025-10-01 --format csv | grep '^1813,module,vt-basics,'
}
# Of @xapi/xapi three, of which one was voided; of tincanjs three; of the Moodle two, one of which has passed: 50 of 100 is 0.5,
# whatever Moodle's `scaled` says.
for line in completed,7 passed,1 score.mean,0.5; do
	figures | grep -qx "1813,module,vt-basics,$line" || { figures; fail "the figures have no $line"; }
	ok
done
until_true sh -c "'$build/lift' --config '$dir/liftd.yaml' status | grep -q canvas"
"$build/lift" --config "$dir/liftd.yaml" export --as-of 2025-10-01 --format csv | grep -qx '1813,module,vt-medication,completed,1' ||
	fail "what Canvas has sent does not count"
ok
echo "$name: $passed passed, 0 failed"
