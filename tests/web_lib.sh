# SPDX-License-Identifier: Apache-2.0
# web_lib.sh: what scripts share that ask a real lift-web beside a real liftd: `name`, `build` and `here` as for xapi_lib.sh.
. "$here/xapi_lib.sh"

# start_web CATALOGUE [LINE...]: the daemon as of a day of autumn 2025, and lift-web with these lines of configuration, whose
# number is $gateway and whose port is $port. Where the page was not built, a file stands for it.
start_web() {
	page=$build/page
	if [ ! -e "$page/index.html" ]; then
		page=$dir/page
		mkdir -p "$page"
		echo '<!doctype html><title>no page</title>' >"$page/index.html"
		cp "$here/../clients/web/openapi.json" "$page"
	fi
	printf 'state: %s/state\nruntime: %s/run\ncatalogue: %s\nas_of: 2025-11-30\n' "$dir" "$dir" "$1" >"$dir/liftd.yaml"
	shift
	printf '%s\n' 'listen: 127.0.0.1:0' "publish: ipc://$dir/run/publish" "snapshot: ipc://$dir/run/snapshot" \
		"ask: ipc://$dir/run/ask" "page: $page" "$@" >"$dir/lift-web.yaml"
	"$build/liftd" --config "$dir/liftd.yaml" 2>"$dir/liftd.log" &
	daemon=$!
	children="$children $daemon"
	until_true "$build/lift" --config "$dir/liftd.yaml" status >/dev/null 2>&1
	"$build/lift-web" --config "$dir/lift-web.yaml" 2>"$dir/lift-web.log" &
	gateway=$!
	children="$children $gateway"
	until_true grep -q ' port=' "$dir/lift-web.log"
	port=$(sed -n 's/.* port=\([0-9]*\).*/\1/p' "$dir/lift-web.log")
}

# They end, and another one may start.
stop_web() {
	kill "$gateway" "$daemon"
	wait "$gateway" "$daemon" || fail "they do not end in order"
	rm -rf "$dir/state" "$dir/run"
}
