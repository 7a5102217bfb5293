#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# web_proxy_test.sh BUILD: the example of a reverse proxy, as it stands but for its names and where it listens, in front of a
# real lift-web: who may not read gets nothing, and events go through as they come.
set -eu
name=web_proxy_test
build=$(cd "$1" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
. "$here/web_lib.sh"
need nginx openssl curl

start_web "$here/../daemon/examples/demo.yaml" 'trusted: [127.0.0.1]' 'user_header: X-Remote-User'

openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=figures.example.org -addext subjectAltName=DNS:figures.example.org \
	-keyout "$dir/key.pem" -out "$dir/certificate.pem" 2>"$dir/openssl.log"
printf 'kari:%s\n' "$(openssl passwd -apr1 'a word for the tests')" >"$dir/users"
sed -e "s|127.0.0.1:8280|127.0.0.1:$port|" -e "s|listen 443 ssl http2|listen unix:$dir/tls ssl http2|" -e '/listen \[::\]/d' \
	-e "s|/etc/ssl/certs/figures.example.org.pem|$dir/certificate.pem|" -e "s|/etc/ssl/private/figures.example.org.key|$dir/key.pem|" \
	-e "s|/etc/nginx/lift-web.users|$dir/users|" "$here/../systemd/examples/nginx-lift-web.conf" >"$dir/example.conf"
cat >"$dir/nginx.conf" <<-END
	daemon off;
	master_process off;
	pid $dir/nginx.pid;
	error_log $dir/nginx.log;
	events {}
	http {
		access_log off;
		client_body_temp_path $dir/body;
		proxy_temp_path $dir/proxy;
		fastcgi_temp_path $dir/fastcgi;
		uwsgi_temp_path $dir/uwsgi;
		scgi_temp_path $dir/scgi;
		include $dir/example.conf;
	}
END
nginx -e "$dir/nginx.log" -c "$dir/nginx.conf" &
children="$children $!"
until_true test -S "$dir/tls"

# ask OPTION... PATH: through the proxy
ask() {
	curl -s --unix-socket "$dir/tls" --cacert "$dir/certificate.pem" "$@"
}

# is EXPECTED OPTION... URL: the status of the answer, and that it came over HTTP/2
is() {
	expected=$1
	shift
	said=$(ask -o "$dir/answer" -w '%{http_code} %{http_version}' "$@")
	[ "$said" = "$expected 2" ] || fail "expected $expected over HTTP/2, and it was $said: $(head -c 300 "$dir/answer")"
	ok
}

host=https://figures.example.org
kari='kari:a word for the tests'
has_figures() { [ "$(ask -u "$kari" -o "$dir/state" -w '%{http_code}' $host/api/v1/state)" = 200 ]; }
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
ask -N -u "$kari" $host/api/v1/events >"$dir/events" &
listener=$!
children="$children $listener"
three_events() { [ "$(grep -c '^event: state' "$dir/events")" -ge 3 ]; }
until_true three_events
kill "$listener"
ok
echo "$name: $passed passed, 0 failed"
