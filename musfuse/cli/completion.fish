# Completion of musfuse for fish: musfuse completion fish > ~/.config/fish/completions/musfuse.fish
function __musfuse_completion
    set -l begun (commandline -ct)
    for line in (env COMP_WORDS=(commandline -cp | string collect) COMP_CWORD="$begun" _MUSFUSE_COMPLETE=fish_complete musfuse 2>/dev/null)
        set -l parts (string split \t -- $line)
        switch $parts[1]
            case file
                __fish_complete_path $begun
            case dir
                __fish_complete_directories $begun
            case path plain
                printf '%s\t%s\n' $parts[2] "$parts[3]"
        end
    end
end
complete --no-files --command musfuse --arguments '(__musfuse_completion)'
