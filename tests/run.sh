#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# run.sh NAME LOG COMMAND...: one program of the tests. What it says goes to LOG, what came of it to LOG.result (status,
# passed, failed, skipped, seconds) and to one line here. The status is 0 whatever it was, so that the others go on:
# summary.sh has the last word.
name=$1 log=$2
shift 2
mkdir -p "${log%/*}"
rm -f "$log.result"
begun=$(date +%s%N)
# Whatever hangs ends some time, too.
timeout -k 10 "${LIFT_TEST_SECONDS:-1800}" "$@" >"$log" 2>&1 </dev/null
status=$?
tenths=$((($(date +%s%N) - begun) / 100000000))
seconds=$((tenths / 10)).$((tenths % 10))

# Sums what is said of cmocka's groups, of Python's tests, or in the form that scripts use.
set -- $(awk -v status=$status '
	function number(text) { gsub(/[^0-9]/, "", text); return text + 0 }
	{
		if (match($0, /\[  PASSED  \] [0-9]+ test/)) { passed += number(substr($0, RSTART, RLENGTH)); seen = 1 }
		if (match($0, /\[  FAILED  \] [0-9]+ test/)) failed += number(substr($0, RSTART, RLENGTH))
		if (match($0, /\[  SKIPPED \] [0-9]+ test/)) skipped += number(substr($0, RSTART, RLENGTH))
		if (match($0, /[0-9]+ passed/)) { passed += number(substr($0, RSTART, RLENGTH)); seen = 1 }
		if (match($0, /[0-9]+ failed/)) failed += number(substr($0, RSTART, RLENGTH))
		if (match($0, /[0-9]+ skipped$/)) skipped += number(substr($0, RSTART, RLENGTH))
		if (match($0, /^Ran [0-9]+ tests?/)) { ran = number(substr($0, RSTART, RLENGTH)); seen = 1 }
		while (/^(FAILED|OK) \(/ && match($0, /(failures|errors|skipped)=[0-9]+/)) {
			one = substr($0, RSTART, RLENGTH)
			if (one ~ /^skipped/) skipped += number(one); else failed += number(one)
			ran -= number(one)
			sub(one, "", $0)
		}
	}
	END {
		passed += ran
		if (status != 0 && !failed) failed = 1
		if (status == 0 && !seen) passed = 1
		print passed + 0, failed + 0, skipped + 0
	}' "$log")
said="$1 passed"
[ "$2" = 0 ] || said="$said, $2 failed"
[ "$3" = 0 ] || said="$said, $3 skipped"
[ $status = 0 ] && verdict=ok || verdict=FAILED
[ $status != 124 ] || said="$said, ended after ${LIFT_TEST_SECONDS:-1800} s"
printf '%-6s %6s s  %-40s %s\n' "$verdict" "$seconds" "$name" "$said"
echo "$status $1 $2 $3 $seconds" >"$log.result"
exit 0
