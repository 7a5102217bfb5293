# SPDX-License-Identifier: Apache-2.0
# proxy_lib.sh: an example of a reverse proxy, as it stands but for its names and where it listens, with nginx: for scripts that
# have xapi_lib.sh.

# start_proxy EXAMPLE HOST [SED-EXPRESSION]: in front of what listens on $port
start_proxy() {
	openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=$2" -addext "subjectAltName=DNS:$2" \
		-keyout "$dir/key.pem" -out "$dir/certificate.pem" 2>"$dir/openssl.log"
	sed -e "s|127.0.0.1:8[0-9]*|127.0.0.1:$port|" -e "s|listen 443 ssl http2|listen unix:$dir/tls ssl http2|" \
		-e '/listen \[::\]/d' -e "s|/etc/ssl/certs/$2.pem|$dir/certificate.pem|" \
		-e "s|/etc/ssl/private/$2.key|$dir/key.pem|" -e "${3:-}" "$here/../systemd/examples/$1" >"$dir/example.conf"
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
}

# through_proxy OPTION... URL: curl, by TLS
through_proxy() {
	curl -s --unix-socket "$dir/tls" --cacert "$dir/certificate.pem" "$@"
}

# is EXPECTED OPTION... URL: the status of the answer, and that it came over HTTP/2
is() {
	expected=$1
	shift
	said=$(through_proxy -o "$dir/answer" -w '%{http_code} %{http_version}' "$@")
	[ "$said" = "$expected 2" ] || fail "expected $expected over HTTP/2, and it was $said: $(head -c 300 "$dir/answer")"
	ok
}
