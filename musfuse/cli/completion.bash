# Completion of musfuse for bash 4.4 or newer: eval "$(musfuse completion bash)"

# A path as it has to be typed there: names may hold `$(…)`, which must not be run.
_musfuse_quoted() {
    case ${COMP_WORDS[COMP_CWORD]} in
        \"*) printf '%s' "$1" | sed 's/["$`\\]/\\&/g' ;;
        \'*) printf '%s' "$1" | sed "s/'/'\\\\''/g" ;;
        *) case $1 in
            '~/'?*) printf '~/%q' "${1#'~/'}" ;;
            '~'*) printf '%s' "$1" ;;
            *) printf '%q' "$1" ;;
        esac ;;
    esac
}

_musfuse_completion() {
    local kind value help
    COMPREPLY=()
    while IFS=$'\t' read -r kind value help; do
        case $kind in
            file) compopt -o default ;;
            dir) compopt -o dirnames ;;
            path) COMPREPLY+=("$(_musfuse_quoted "$value")") ;;
            plain) COMPREPLY+=("$value") ;;
        esac
    done < <(env COMP_WORDS="${COMP_LINE:0:COMP_POINT}" COMP_CWORD="${COMP_WORDS[COMP_CWORD]}" \
        _MUSFUSE_COMPLETE=bash_complete "$1" 2>/dev/null)
    [[ ${#COMPREPLY[@]} -eq 1 && $COMPREPLY == *[/:=] ]] && compopt -o nospace
    return 0
}

complete -o nosort -F _musfuse_completion musfuse
