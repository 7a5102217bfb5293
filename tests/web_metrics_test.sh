#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# web_metrics_test.sh BUILD: a real Prometheus scrapes a real lift-web: its figures are those of `lift export`, its alerts fire
# when a source goes silent and when liftd ends, and it understands what the dashboard asks.
set -eu
name=web_metrics_test
build=$(cd "$1" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
. "$here/xapi_lib.sh"
need prometheus promtool curl python3
[ -e "$build/tests/preload/clock.so" ] || fail "build $build/tests/preload/clock.so first"

# liftd, whose clock is moved by so many ms; its source has a cadence.
printf '\0\0\0\0\0\0\0\0' >"$dir/clock"
cat >"$dir/liftd.yaml" <<-END
	state: $dir/state
	runtime: $dir/run
	catalogue: $here/golden/catalogue.yaml
	as_of: 2024-11-30
	cadence: {moodle: 1 min}
END
ASAN_OPTIONS=verify_asan_link_order=0 LD_PRELOAD="$build/tests/preload/clock.so" LIFT_CLOCK="$dir/clock" \
	"$build/liftd" --config "$dir/liftd.yaml" 2>"$dir/liftd.log" &
liftd=$!
children="$children $liftd"
lift() {
	"$build/lift" --config "$dir/liftd.yaml" "$@"
}
until_true lift status --ignore silent >"$dir/status.out" 2>&1
lift publish --source moodle "$here/golden/events.csv" >"$dir/publish.log" 2>&1 || [ $? = 3 ] || fail "lift publish: $?"
lift export >"$dir/export.jsonl"
[ -s "$dir/export.jsonl" ] || fail "nothing counts"

# lift-web, which asks who it is.
mkdir "$dir/page"
echo '<!doctype html><title>lift</title>' >"$dir/page/index.html"
password='a word for the tests'
echo "$password" >"$dir/password"
cat >"$dir/lift-web.yaml" <<-END
	listen: 127.0.0.1:0
	publish: ipc://$dir/run/publish
	snapshot: ipc://$dir/run/snapshot
	ask: ipc://$dir/run/ask
	control: ipc://$dir/run/control
	page: $dir/page
	metrics: {kinds: [people, programme, competence, module]}
	users:
	  - {name: prometheus, password: "$("$build/lift-web" --password <"$dir/password")"}
END
"$build/lift-web" --config "$dir/lift-web.yaml" 2>"$dir/lift-web.log" &
web=$!
children="$children $web"
until_true grep -q ' port=' "$dir/lift-web.log"
port=$(sed -n 's/.* port=\([0-9]*\).*/\1/p' "$dir/lift-web.log")
metrics() {
	curl -s --fail -u "prometheus:$password" "$@" "http://127.0.0.1:$port/metrics"
}
is_whole() {
	metrics >"$dir/metrics.out" && grep -q '^lift_daemon_up 1' "$dir/metrics.out" &&
		grep -q '^lift_web_figures_stale 0' "$dir/metrics.out"
}
until_true is_whole
! curl -s --fail "http://127.0.0.1:$port/metrics" >"$dir/nobody.out" || fail "/metrics is told to anybody"
ok

# Nothing to say against the form.
promtool check metrics <"$dir/metrics.out" >"$dir/promtool.log" 2>&1 || fail "promtool check metrics"
[ ! -s "$dir/promtool.log" ] || fail "promtool check metrics is not silent"
promtool check rules "$here/../clients/web/prometheus-rules.yaml" >"$dir/promtool.log" 2>&1 || fail "promtool check rules"
[ "$(metrics -H 'Accept: application/openmetrics-text' | tail -1)" = '# EOF' ] || fail "no OpenMetrics where it is asked for"
ok

# Prometheus, by the rules as they are, but in seconds.
sed -e '/ for: /d' -e 's/\[5m\]/[3s]/' "$here/../clients/web/prometheus-rules.yaml" >"$dir/rules.yaml"
cat >"$dir/prometheus.yaml" <<-END
	global: {scrape_interval: 1s, evaluation_interval: 1s}
	rule_files: [$dir/rules.yaml]
	scrape_configs:
	  - job_name: lift-web
	    basic_auth: {username: prometheus, password: "$password"}
	    static_configs: [{targets: ["127.0.0.1:$port"]}]
END
at=127.0.0.1:$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
prometheus --config.file="$dir/prometheus.yaml" --storage.tsdb.path="$dir/tsdb" --web.listen-address="$at" \
	>"$dir/prometheus.log" 2>&1 &
children="$children $!"
query() {
	curl -s --fail -G --data-urlencode "query=$1" "http://$at/api/v1/query"
}
says() {
	query "$1" 2>"$dir/query.log" | grep -q '"result":\[{'
}
until_true says 'up{job="lift-web"} == 1 and on () lift_web_figures_stale == 0'

query '{__name__=~"lift_.*"}' >"$dir/series.json"
cat >"$dir/compare.py" <<-'END'
	import json, sys

	series = {}
	for row in json.load(open(sys.argv[1]))["data"]["result"]:
	    labels = {k: v for k, v in row["metric"].items() if k not in ("instance", "job", "where")}
	    key = (labels.pop("__name__"), tuple(sorted(labels.items())))
	    assert key not in series, f"twice: {key}"
	    series[key] = float(row["value"][1])
	checked = 0


	def expect(value, name, **labels):
	    global checked
	    key = (name, tuple(sorted(labels.items())))
	    if value is None:
	        assert key not in series, f"{key}: {series.pop(key)}, and there is none"
	        return
	    got = series.pop(key, None)
	    assert got == value, f"{key}: {got} in place of {value}"
	    checked += 1


	names = {
	    "people": ["learners"],
	    "programme": ["participants", "completed", "withdrawn", "stalled"],
	    "competence": ["holders", "lapsed"],
	    "module": ["started", "completed", "withdrawn", "assessed", "passed", "passed_first", "attempts", "stalled"],
	}
	for line in open(sys.argv[2]):
	    row = json.loads(line)
	    kind, of = row["kind"], {"region": row["region"]}
	    if kind != "people":
	        of[kind] = row["id"]
	    for name in names[kind]:
	        expect(row[name], f"lift_{kind}_{name}", **of)
	    for days in ("7", "30"):
	        if kind != "competence":
	            expect(row[f"active_{days}d"], f"lift_{kind}_active", days=days, **of)
	    for state, n in row.get("enrolment", {}).items():
	        expect(n, f"lift_{kind}_enrolled", state=state, **of)
	    if "not_started" in row:
	        expect(row["not_started"], f"lift_{kind}_not_started", **of)
	    if "minutes" in row:
	        expect(row["minutes"]["reported"] * 60, f"lift_{kind}_reported_seconds", **of)
	    if "reached" in row:
	        expect(row["reached"]["n"], f"lift_{kind}_places_reached", **of)
	        expect(row["reached"]["of"], f"lift_{kind}_places", **of)
	    for i, target in enumerate(row.get("targets", [])):
	        which = {"target": str(i + 1), "measure": target["measure"], **of}
	        suffix = "_places" if "places" in target else ""
	        rate = target["places"] if "places" in target else target
	        expect(rate["n"], f"lift_programme_target{suffix}", **which)
	        expect(rate["of"], f"lift_programme_target{suffix}_value", **which)
	    if kind == "competence":
	        for days in ("30", "60", "90"):
	            expect(row[f"expiring_{days}d"], "lift_competence_expiring", days=days, **of)
	        for level, n in row["levels"].items():
	            expect(n, "lift_competence_level_holders", level=level, **of)
	        if row["coverage"]:
	            expect(row["coverage"]["of"], "lift_competence_headcount", **of)
	        for i, need in enumerate(row["requirements"]):
	            which = {"requirement": str(i + 1), "level": str(need["level"]), **of}
	            expect(need["n"], "lift_competence_required", **which)
	            expect(need["of"], "lift_competence_required_value", **which)
	            expect(need["gap"], "lift_competence_gap", **which)
	prefixes = tuple(f"lift_{kind}_" for kind in names)
	more = [key for key in series if key[0].startswith(prefixes) and not key[0].endswith("_info")]
	assert not more, f"and nobody exports: {more[:5]}"
	assert checked > 100, checked
	print(f"{checked} figures are those of lift export")
END
python3 "$dir/compare.py" "$dir/series.json" "$dir/export.jsonl" >"$dir/compare.log" 2>&1 || fail "figures differ"
cat "$dir/compare.log"
ok

# What the dashboard asks is understood, and most of it is answered.
cat >"$dir/ask.py" <<-'END'
	import json, sys, urllib.parse, urllib.request

	board = json.load(open(sys.argv[1]))
	assert board["uid"] and board["templating"]["list"]
	ids = [panel["id"] for panel in board["panels"]]
	assert len(set(ids)) == len(ids)
	empty = []
	for panel in board["panels"]:
	    for target in panel.get("targets", []):
	        asked = target["expr"].replace("$region", ".+")
	        url = f"http://{sys.argv[2]}/api/v1/query?" + urllib.parse.urlencode({"query": asked})
	        answer = json.load(urllib.request.urlopen(url))
	        assert answer["status"] == "success", (asked, answer)
	        if not answer["data"]["result"]:
	            empty.append(asked)
	assert len(empty) < 8, empty
END
until_true says 'rate(lift_daemon_events_accepted_total[5m])'
python3 "$dir/ask.py" "$here/../clients/web/grafana.json" "$at" >"$dir/ask.log" 2>&1 || fail "the dashboard asks in vain"
ok

fires() {
	says "ALERTS{alertname=\"$1\",alertstate=\"firing\"}"
}
# The rules have been looked at, and all is well but for the platform's few events.
until_true says 'prometheus_build_info or up'
! says 'ALERTS{alertname=~"LiftSourceSilent|LiftDaemonDown|LiftFiguresStale|LiftWebDown"}' || fail "an alert without a reason"
python3 -c 'import struct, sys; open(sys.argv[1], "r+b").write(struct.pack("<q", 180000))' "$dir/clock"
until_true fires LiftSourceSilent
! fires LiftDaemonDown || fail "liftd is said to be down"
ok
kill "$liftd"
until_true fires LiftFiguresStale
until_true fires LiftDaemonDown
! fires LiftWebDown || fail "lift-web is said to be down"
ok
kill "$web"
until_true fires LiftWebDown
ok
echo "$name: $passed passed, 0 failed"
