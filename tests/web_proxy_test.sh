#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# web_proxy_test.sh BUILD: the example of a reverse proxy, as it stands but for its names and where it listens, in front of a
# real lift-web: who may not read gets nothing, and events go through as they come.
set -eu
name=web_proxy_test
build=$(cd "$1" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
. "$here/web_lib.sh"
. "$here/proxy_lib.sh"
need nginx openssl curl

start_web "$here/../daemon/examples/demo.yaml" 'trusted: [127.0.0.1]' 'user_header: X-Remote-User'

printf 'kari:%s\n' "$(openssl passwd -apr1 'a word for the tests')" >"$dir/users"
start_proxy nginx-lift-web.conf figures.example.org "s|/etc/nginx/lift-web.users|$dir/users|"

host=https://figures.example.org
kari='kari:a word for the tests'
has_figures() { [ "$(through_proxy -u "$kari" -o "$dir/state" -w '%{http_code}' $host/api/v1/state)" = 200 ]; }
until_true has_figures
is 200 -u "$kari" $host/
is 200 -u "$kari" "$host/api/v1/figures?kind=people"
is 401 $host/
is 401 -u 'kari:not this one' $host/api/v1/state
# Who says himself who he is, is not believed, by the proxy or past it.
is 401 -H 'X-Remote-User: kari' $host/api/v1/state
said=$(curl -s -o "$dir/answer" -w '%{http_code}' "http://127.0.0.1:$port/api/v1/state")
[ "$said" = 403 ] || fail "without a name past the proxy: $said"
ok
is 404 -u "$kari" $host/metrics

# Three events within a few seconds: each as it comes.
through_proxy -N -u "$kari" $host/api/v1/events >"$dir/events" &
listener=$!
children="$children $listener"
three_events() { [ "$(grep -c '^event: state' "$dir/events")" -ge 3 ]; }
until_true three_events
kill "$listener"
ok
echo "$name: $passed passed, 0 failed"
