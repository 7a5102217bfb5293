#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# completion_test.sh BUILD: bash completes each command of lift, each of its options, and the values that have words.
set -u
build=$1 passed=0
. clients/completion/lift.bash

fail() {
	echo "completion_test: $1"
	echo "completion_test: $passed passed, 1 failed"
	exit 1
}

# complete_words WORD...: what the last of them may become, in COMPREPLY.
complete_words() {
	COMP_WORDS=("$build/lift" "$@")
	COMP_CWORD=$#
	_lift
}

expect() {
	[ "${COMPREPLY[*]-}" = "$1" ] || fail "$2: ${COMPREPLY[*]-} instead of $1"
}

complete_words ''
commands=$("$build/lift" --help | sed -n '/^Commands/,/^$/s/^  \([a-z]*\) .*/\1/p')
[ "$(wc -w <<<"$commands")" -gt 10 ] || fail "lift --help has no commands: $commands"
for command in $commands help --config --version --help; do
	[[ " ${COMPREPLY[*]} " == *" $command "* ]] || fail "$command is not completed"
done
passed=$((passed + 1))

for command in $commands; do
	complete_words "$command" --
	options=$("$build/lift" "$command" --help | sed -n 's/^  \(-h, \)\?\(--[a-z-]*\).*/\2/p')
	[ -n "$options" ] || fail "lift $command --help has no options"
	[ "$(sort <<<"$options")" = "$(printf '%s\n' "${COMPREPLY[@]}" | sort)" ] ||
		fail "lift $command: ${COMPREPLY[*]} instead of" $options
done
passed=$((passed + 1))

complete_words sta
expect status 'the beginning of a command'
complete_words help sta
expect status 'the command behind help'
complete_words status --js
expect --json 'the beginning of an option'
complete_words --config /dev/null export --format c
expect csv 'a value'
complete_words export --kind = pe
expect people 'a value behind a ='
complete_words export --kind =
expect 'module programme competence people' 'all values behind a ='
complete_words export --region ''
expect '' 'a value that nobody knows'
complete_words --config clients/lift.
expect clients/lift.1 'a file'
complete_words quarantine ''
[[ " ${COMPREPLY[*]} " == *' list show '* ]] || fail "the tasks of a command: ${COMPREPLY[*]}"
complete_words stream ''
[[ " ${COMPREPLY[*]} " == *' list close '* ]] || fail "the tasks of a command: ${COMPREPLY[*]}"
complete_words nonsense ''
expect '' 'the words of a command that is not there'
passed=$((passed + 11))
echo "completion_test: $passed passed, 0 failed"
