#compdef musfuse
# Completion of musfuse for zsh: musfuse completion zsh > "${fpath[1]}/_musfuse", or eval "$(musfuse completion zsh)"
_musfuse() {
    local line files=0 folders=0
    local -a parts words_ open_ described
    while IFS= read -r line; do
        parts=("${(@ps:\t:)line}")
        case ${parts[1]} in
            file) files=1 ;;
            dir) folders=1 ;;
            path|plain)
                if [[ -n ${parts[3]} ]]; then
                    described+=("${parts[2]//:/\\:}:${parts[3]}")
                elif [[ ${parts[2]} == *[/:=] ]]; then
                    open_+=("${parts[2]}")
                else
                    words_+=("${parts[2]}")
                fi ;;
        esac
    done < <(env COMP_WORDS="${words[*]}" COMP_CWORD=$((CURRENT - 1)) _MUSFUSE_COMPLETE=zsh_complete ${words[1]} 2>/dev/null)
    (( $#described )) && _describe -V musfuse described -U
    (( $#words_ )) && compadd -U -V musfuse -a words_
    (( $#open_ )) && compadd -U -V musfuse -S '' -a open_
    (( files )) && _path_files -f
    (( folders )) && _path_files -/
    return 0
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    _musfuse "$@"
else
    compdef _musfuse musfuse
fi
