#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# summary.sh DIRECTORY NAME...: what came of the programs that run.sh has run; their logs are DIRECTORY/NAME.log. What
# has failed is shown whole, what was skipped or left out with its reason, and each figure that was measured. The status is 0 where nothing has failed.
dir=$1 programs=0 passed=0 failed=0 skipped=0 bad=
shift
for name; do
	programs=$((programs + 1))
	if ! read -r status p f s seconds <"$dir/$name.log.result"; then
		status=1 p=0 f=1 s=0
	fi 2>/dev/null
	passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
	[ "$status" = 0 ] && [ "$f" = 0 ] || bad="$bad $name"
done
for name in $bad; do
	printf '\n== %s failed; %s:\n' "$name" "$dir/$name.log"
	cat "$dir/$name.log"
done
echo
for name; do
	sed -n "s|^figure: |measured in $name: |p" "$dir/$name.log"
	# A part of a test that could not run here.
	sed -n "s|^.*left out|left out in $name|p" "$dir/$name.log"
	read -r status p f s seconds <"$dir/$name.log.result" || continue
	[ "$s" = 0 ] || sed -n "s|^.*skipped: |skipped in $name: |p" "$dir/$name.log"
done 2>/dev/null
[ -z "$bad" ] || echo "failed:$bad"
echo "$programs programs; what each of them said is in $dir"
echo "$passed passed, $failed failed, $skipped skipped"
[ -z "$bad" ]
