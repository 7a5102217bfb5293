#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# xapi_proxy_test.sh BUILD: the example of a reverse proxy, as it stands but for its names and where it listens, in front of a
# real lift-xapi: what curl sends over TLS and HTTP/2 counts in a real liftd.
set -eu
name=xapi_proxy_test
build=$(cd "$1" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
. "$here/xapi_lib.sh"
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

openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=lrs.example.org -addext subjectAltName=DNS:lrs.example.org \
	-keyout "$dir/key.pem" -out "$dir/certificate.pem" 2>"$dir/openssl.log"
sed -e "s|127.0.0.1:8180|127.0.0.1:$port|" -e "s|listen 443 ssl http2|listen unix:$dir/tls ssl http2|" -e '/listen \[::\]/d' \
	-e "s|/etc/ssl/certs/lrs.example.org.pem|$dir/certificate.pem|" -e "s|/etc/ssl/private/lrs.example.org.key|$dir/key.pem|" \
	"$here/../systemd/examples/nginx-lift-xapi.conf" >"$dir/example.conf"
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

# send EXPECTED OPTION...: a request through the proxy
send() {
	expected=$1
	shift
	said=$(curl -s -o "$dir/answer" -w '%{http_code} %{http_version}' --unix-socket "$dir/tls" --cacert "$dir/certificate.pem" \
		-H 'X-Experience-API-Version: 1.0.3' -H 'Content-Type: application/json' "$@" https://lrs.example.org/xapi/statements)
	[ "$said" = "$expected 2" ] || fail "expected $expected over HTTP/2, and it was $said: $(head -c 300 "$dir/answer")"
	ok
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
