#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# xapi_proxy_test.sh BUILD: the example of a reverse proxy, as it stands but for its names and where it listens, in front of a
# real lift-xapi: what curl sends over TLS and HTTP/2 counts in a real liftd.
set -eu
name=xapi_proxy_test
build=$(cd "$1" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
. "$here/xapi_lib.sh"
. "$here/proxy_lib.sh"
need nginx openssl curl

password='a word for the tests'
cat >"$dir/lift-xapi.yaml" <<-END
	listen: 127.0.0.1:0
	trusted: [127.0.0.1]
	state: $dir/xapi
	intake: ipc://$dir/run/intake
	platforms:
	  - {name: moodle, password: "$(echo "$password" | "$build/lift-xapi" --password)", region: "1813"}
END
start "$here/../daemon/examples/demo.yaml"

start_proxy nginx-lift-xapi.conf lrs.example.org

# send EXPECTED OPTION...: a request with statements
send() {
	status=$1
	shift
	is "$status" -H 'X-Experience-API-Version: 1.0.3' -H 'Content-Type: application/json' "$@" \
		https://lrs.example.org/xapi/statements
}

statement='{"actor":{"mbox":"mailto:kari@example.org"},"verb":{"id":"http://adlnet.gov/expapi/verbs/completed"},"object":{"id":"http://lms.example/vt-basics"},"timestamp":"2025-09-01T10:00:00Z"}'
send 200 -u "moodle:$password" --data-binary "$statement"
send 401 -u 'moodle:not this one' --data-binary "$statement"
head -c 9000000 /dev/zero >"$dir/large"
send 413 -u "moodle:$password" --data-binary "@$dir/large"

nothing_waits() { curl -s -u "moodle:$password" "http://127.0.0.1:$port/status" | grep -q '"waiting":0,'; }
until_true nothing_waits
"$build/lift" --config "$dir/liftd.yaml" status | grep -q moodle || fail "the daemon has not heard of it"
ok
echo "$name: $passed passed, 0 failed"
