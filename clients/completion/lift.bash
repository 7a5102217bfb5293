# SPDX-License-Identifier: Apache-2.0
# Completion of lift in bash. No word stands here: lift itself lists those of each command, an option with what its value
# is behind a '=', so that nothing is forgotten when one is added.

_lift_words() {
	"${COMP_WORDS[0]}" "$@" --list-words 2>/dev/null
}

# _lift_value WORDS OPTION: what its value is: FILE, a|b|c; fails where it takes none, or is not there.
_lift_value() {
	local line
	while read -r line; do
		[[ $line == "$2="* ]] && { printf '%s\n' "${line#*=}"; return 0; }
	done <<<"$1"
	return 1
}

_lift() {
	local word=${COMP_WORDS[COMP_CWORD]} option=${COMP_WORDS[COMP_CWORD - 1]}
	local words value command='' i
	COMPREPLY=()
	words=$(_lift_words) || return
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		= | -*=*) ;;
		-*) ! _lift_value "$words" "${COMP_WORDS[i]}" >/dev/null || ((i++)) ;;
		*) [[ ${COMP_WORDS[i - 1]} == = ]] || { command=${COMP_WORDS[i]}; break; } ;;
		esac
	done
	if [[ $command == help ]]; then
		words=$(grep -v '^-' <<<"$words")
	elif [[ $command ]]; then
		words=$(_lift_words "$command") || return
	fi
	# --option=value is three words to bash.
	if [[ $word == = ]]; then
		word=''
	elif [[ $option == = ]]; then
		option=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	if value=$(_lift_value "$words" "$option"); then
		case $value in
		*'|'*) mapfile -t COMPREPLY < <(compgen -W "${value//|/ }" -- "$word") ;;
		FILE | DIR) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
		esac
	else
		mapfile -t COMPREPLY < <(compgen -W "$(sed 's/=.*//' <<<"$words")" -- "$word")
	fi
}

# Where there is no such word, a file is meant: what is published, a catalogue.
complete -o bashdefault -o default -F _lift lift
