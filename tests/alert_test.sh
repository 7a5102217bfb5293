#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# alert tells the operator's program once of each change, and again only where that program has failed.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
mkdir "$dir/etc" "$dir/run"
sed "s|/usr/bin/lift |$dir/lift |g; s|/etc/liftd|$dir/etc|g" systemd/alert >"$dir/alert"
# A lift whose answer the test says, and which notes how it was asked.
cat >"$dir/lift" <<END
#!/bin/sh
echo "\$*" >>"$dir/asked"
echo "as it is: \$(cat "$dir/status")"
exit "\$(cat "$dir/status")"
END
cat >"$dir/hook" <<END
#!/bin/sh
echo "\$1: \$(cat)" >>"$dir/told"
exit "\$(cat "$dir/hook_status")"
END
chmod +x "$dir/lift" "$dir/hook"
echo 0 >"$dir/hook_status"
n=0

# look STATUS EXIT TOLD: liftd is as STATUS says; the script ends with EXIT, and the hook was told TOLD (nothing, if that is empty).
look() {
	echo "$1" >"$dir/status"
	: >"$dir/told"
	status=0
	RUNTIME_DIRECTORY="$dir/run" LIFT_STATUS_OPTIONS='--ignore silent' sh "$dir/alert" >"$dir/said" 2>&1 || status=$?
	if [ "$status" != "$2" ] || [ "$(cat "$dir/told")" != "$3" ]; then
		echo "alert_test: status $1: ended with $status, told '$(cat "$dir/told")', said '$(cat "$dir/said")'"
		echo "alert_test: $n passed, 1 failed"
		exit 1
	fi
	n=$((n + 1))
}

look 0 0 ''
look 1 1 ''    # there is no program yet
look 0 0 ''
cp "$dir/hook" "$dir/etc/alert"
look 1 1 'something is wrong: as it is: 1'
look 1 1 ''    # it has been told
look 5 1 'a source is late: as it is: 5'
look 5 1 ''
look 3 1 'no answer: as it is: 3'
echo 7 >"$dir/hook_status"
look 0 1 'well: as it is: 0'
look 0 1 'well: as it is: 0'
echo 0 >"$dir/hook_status"
look 0 0 'well: as it is: 0'
look 0 0 ''
[ ! -s "$dir/said" ] || { echo "alert_test: it says something where all is well: $(cat "$dir/said")"; exit 1; }
grep -q -- '--wait healthy' "$dir/asked" && grep -q -- '--ignore silent' "$dir/asked" ||
	{ echo "alert_test: it asks otherwise: $(cat "$dir/asked")"; exit 1; }
echo "alert_test: $n passed, 0 failed"
